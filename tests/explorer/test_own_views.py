"""Views and options that plugins bring, in the explorer."""

import json

import numpy as np
import pytest

pytest.importorskip("anywidget")

from ismarket import Driver, Effect, InputError, Option, Parameter, Scenario, explore, study
from ismarket.explorer import own_view, session
from ismarket.explorer.files import as_csv

RATE = Parameter("rate", 1.0, 1.2, 2.0, unit="rate ratio", title="Rate", source="assumption: test")


def effects(market, p):
    sign = {"up": 1.0, "down": -1.0}[p.way]
    yield Effect("incidence", p.weight * sign * np.log(p.rate) * market.elapsed / 10)


CHOSEN = Driver(
    "chosen",
    "Chosen",
    effects=effects,
    parameters=(RATE,),
    options=(
        Option("way", "up", choices=("up", "down"), title="Which way"),
        Option("weight", 1.0, low=0.0, high=2.0, unit="times", title="Weight"),
    ),
)


@pytest.fixture(scope="module")
def panel(market):
    scenario = Scenario(anchor="bottom-up", without=(), draws=256)
    return explore(market, [CHOSEN], scenario)


def last(panel):
    return float(panel.forecast.summary()["reference"].iloc[-1])


def test_the_view_of_a_bundled_plugin_stands_behind_the_others(panel):
    tabs = dict(panel.structure["tabs"])
    assert list(tabs)[-1] == "Price and volume"
    panel.tab = "Price and volume"
    shown = panel.page["view"]
    bridge = panel.forecast.price_volume().whole[1:-1]
    assert max(bridge, key=lambda r: abs(r.reference)).title.lower() in shown["title"]
    assert [row["cells"][0] for row in shown["rows"]] == [row.title for row in bridge]
    (rows,) = shown["chart"]["datasets"].values()
    dollars = next(name for name in rows[0] if "USD" in name)
    assert [row[dollars] for row in rows] == pytest.approx([row.reference / 1e6 for row in bridge])
    assert json.dumps(shown["chart"]["spec"])
    form = shown["chart"]["kind"]
    panel.change({"kind": "fixed", "key": "chosen.rate", "value": 1.9})
    assert panel.page["view"]["chart"]["kind"] == form  # the same chart gets other rows
    views = panel._session.views()
    assert bridge[0].title.encode() in as_csv(views[-1])
    panel.change({"kind": "reset"})
    panel.tab = "forecast"


@pytest.mark.parametrize("made", [lambda f: 1 / 0, lambda f: "no chart"])
def test_a_view_that_fails_says_so_in_its_place(panel, made):
    shown = own_view.view("Mine", made, panel.forecast).as_page()
    assert shown["tab"] == "Mine"
    assert "could not be made" in shown["title"]


def test_options_are_controls_and_choices_of_the_scenario(panel):
    declared = next(d for d in panel.structure["drivers"] if d["name"] == "chosen")["options"]
    assert declared == [
        {"name": "chosen.way", "label": "Which way", "options": [["up", "up"], ["down", "down"]]},
        {"name": "chosen.weight", "label": "Weight (times)", "low": 0.0, "high": 2.0, "step": 0.02},
    ]
    up = last(panel)
    panel.change({"kind": "options", "key": "chosen.way", "value": "down"})
    assert last(panel) < up
    assert panel.scenario.options == {"chosen.way": "down"}
    assert panel.page["controls"]["drivers"]["chosen"]["options"]["chosen.way"] == "down"
    panel.change({"kind": "options", "key": "chosen.weight", "value": 0.0})
    none = last(panel)
    assert none == pytest.approx((up * last_down(panel)) ** 0.5, rel=1e-9)
    with pytest.raises(InputError, match="no choice 'left'"):
        panel.change({"kind": "options", "key": "chosen.way", "value": "left"})
    panel.change({"kind": "reset", "key": "chosen", "value": True})
    assert panel.scenario.options == {}
    assert last(panel) == up


def last_down(panel):
    scenario = panel.scenario.changed(options={"chosen.way": "down"})
    return float(panel._session.study.changed(scenario).forecast().summary()["reference"].iloc[-1])


def test_a_panel_shows_the_views_of_the_plugins_that_its_study_loaded(monkeypatch):
    asked = study("published", draws=64)
    monkeypatch.setattr(session, "load_plugins", None)  # not asked for again
    assert "Price and volume" in dict(asked.explore().structure["tabs"])
