import sys

import pytest

from ismarket import Scenario, forecast, load_drivers, load_market


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
