import pytest

import ismarket


@pytest.fixture
def panel():
    """A panel on the published scenario with few draws."""
    made = ismarket.explore(scenario=ismarket.load_scenario("published").changed(draws=512))
    yield made
    made.close()
