"""The explorer over the second market."""

import pytest
from dravet import NAMES, SCENARIO

from ismarket import load_market


@pytest.mark.slow
def test_the_explorer_shows_the_second_market(dravet):
    pytest.importorskip("anywidget")
    from ismarket import explore

    panel = explore(load_market("dravet"), scenario=str(SCENARIO))
    assert panel.structure["title"].startswith("Dravet")
    acting = {n for n, state in panel.page["controls"]["drivers"].items() if state["on"]}
    assert acting == NAMES
    before = panel.forecast.reference["value"].iloc[-1]
    panel.change({"kind": "fixed", "key": "fenfluramine_uptake.weight_ratio", "value": 6.0})
    assert panel.forecast.reference["value"].iloc[-1] > before
    for tab in ("why", "where", "matters", "howbig", "evidence"):
        panel.tab = tab
        assert panel.page["view"]["rows"], tab
    panel.close()


@pytest.mark.slow
def test_the_explorer_opens_the_market_that_its_scenario_names(dravet):
    pytest.importorskip("anywidget")
    from ismarket import explore

    for panel in (explore(scenario=str(SCENARIO)), explore(load_market("dravet"))):
        assert panel.structure["title"].startswith("Dravet")
        assert panel.scenario.market == "dravet"
        panel.close()
