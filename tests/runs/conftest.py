import pytest

from ismarket.model.scenario import load_scenario
from ismarket.studies.kept import keep_run


@pytest.fixture(scope="session")
def kept(tmp_path_factory):
    """A run of the published scenario with few draws; never changed by a test."""
    scenario = load_scenario("published").changed(draws=300)
    return keep_run(scenario, tmp_path_factory.mktemp("kept") / "run")


@pytest.fixture(scope="module")
def few_charts():
    """Two of the charts of a run: drawing all would take most of its time."""
    charts = pytest.importorskip("ismarket.charts")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(charts, "OF_ONE", {name: charts.OF_ONE[name] for name in ("fan", "levels")})
        yield charts.OF_ONE
