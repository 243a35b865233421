import gc
import os
import sys
from pathlib import Path

import pytest

from ismarket import Scenario, forecast, load_drivers, load_market, load_scenario
from ismarket.engine import workers

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # commands that are started compile once
sys.modules.setdefault("rfc3987_syntax", None)  # 1.5 s of jsonschema's, for formats of addresses

DRAVET = Path(__file__).parent.parent / "examples" / "ismarket-dravet"


def pytest_collection_finish():
    """What is loaded by now stays: the collector walks over the rest, and less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session")
def market():
    return load_market()


@pytest.fixture(scope="session")
def drivers():
    return load_drivers()


@pytest.fixture(scope="session")
def published(market, drivers):
    """The forecast of the scenario published, with few draws."""
    return forecast(market, drivers, Scenario(draws=256))


@pytest.fixture(scope="session")
def second():
    """The market of the example plugin, with its anchors, and its drivers."""
    sys.path.insert(0, str(DRAVET / "src"))
    try:
        import ismarket_dravet as example
    finally:
        sys.path.remove(str(DRAVET / "src"))
    (market,) = example.register_markets()
    anchors = {anchor.name: anchor for anchor in example.register_anchors()}
    return market.with_anchors(anchors), example.register_drivers()


@pytest.fixture(params=["published", "evidence", "dravet", "dravet-anchored"])
def world(request, market, drivers, second):
    """Market, drivers and scenario: the shipped ones and those of the second market."""
    if request.param.startswith("dravet"):
        return *second, load_scenario(DRAVET / f"{request.param}.toml")
    return market, drivers, load_scenario(request.param)


@pytest.fixture
def summed_early():
    """More than 16,384 draws are counted as sums, two blocks at a time: 131,072 would be slow."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workers, "KEPT", 16_384)
        patch.setattr(workers, "BATCH", 2)
        yield


@pytest.fixture
def parcels(tmp_path):
    folder = tmp_path / "parcels"
    folder.mkdir()
    return folder


@pytest.fixture
def installed(parcels, monkeypatch):
    """Parcels on the path of this process, gone with their modules afterwards."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(parcels))
    yield parcels
    for name in set(sys.modules) - before:
        if name.startswith("plug_"):
            del sys.modules[name]
