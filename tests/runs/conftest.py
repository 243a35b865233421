import pytest

from ismarket.model.scenario import load_scenario
from ismarket.studies.kept import keep_run


@pytest.fixture(scope="session")
def kept(tmp_path_factory):
    """A run of the published scenario with few draws; never changed by a test."""
    scenario = load_scenario("published").changed(draws=300)
    return keep_run(scenario, tmp_path_factory.mktemp("kept") / "run")
