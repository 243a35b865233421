import json
import re
from types import SimpleNamespace

import numpy as np
import pytest

import ismarket
from ismarket import (
    Driver,
    Effect,
    InputError,
    Parameter,
    Scenario,
    forecast,
    load_drivers,
    load_market,
    load_scenario,
)

pytest.importorskip("anywidget")

from panel_changes import set_to, switch
from parcels import OWN_ROW, OWN_TABLE

from ismarket.explorer import panel as panel_module
from ismarket.explorer import runtime
from ismarket.explorer.changes import count_changes
from ismarket.explorer.controls import density, structure
from ismarket.explorer.matters_view import note
from ismarket.explorer.panel import CODE
from ismarket.explorer.session import PATIENCE, QUICK, QUICKEST, start
from ismarket.explorer.view import ON_A_BUTTON, TABS

DRAWS = 512


def test_the_panel_shows_what_python_forecasts_for_its_scenario(panel):
    panel.change(set_to("video_eeg.ratio", 2.6), switch("pricing", True))
    again = forecast(load_market(), load_drivers(), panel.scenario)
    assert panel.scenario.fixed == {"video_eeg.ratio": 2.6}
    assert panel.scenario.without == ()
    assert panel.forecast.summary().equals(again.summary())
    shown = panel.page["view"]["chart"]["parts"]["fan"]["p95"]
    np.testing.assert_allclose(np.array(shown) * 1e9, again.summary()["p95"])


@pytest.mark.parametrize("tab", [tab for tab in TABS if tab not in ON_A_BUTTON])
@pytest.mark.parametrize("name", ["published", "evidence"])
def test_every_view_speaks_of_every_shipped_scenario(panel, tab, name):
    panel.scenario = load_scenario(name).changed(draws=DRAWS)
    panel.tab = tab
    view = panel.page["view"]
    assert view["name"] == tab
    assert view["title"]
    assert view["rows"]
    assert view["chart"]["alt"].endswith(".")
    assert all(len(row["cells"]) == len(view["columns"]) for row in view["rows"])
    json.dumps(panel.page, allow_nan=False)


def test_titles_say_both_outcomes(panel):
    assert "as the report says" in panel.page["view"]["title"]
    panel.change(switch("pricing", True))
    assert "not the report\N{RIGHT SINGLE QUOTATION MARK}s" in panel.page["view"]["title"]
    panel.change({"kind": "anchor", "value": "bottom-up"})
    assert "counted" in panel.page["view"]["title"]


def test_no_number_in_a_view_wears_a_hyphen_for_a_minus(panel):
    panel.change(switch("pricing", True))
    for tab in TABS:
        panel.tab = tab
        for row in panel.page["view"]["rows"]:
            for cell in row["cells"]:
                assert not (cell[:1] == "-" and cell[1:2].isdigit()), (tab, cell)


def test_scenario_and_forecast_can_be_observed_and_change_together(panel):
    seen = []
    panel.observe(lambda change: seen.append((change["name"], panel.scenario, panel.forecast)),
                  names=["scenario", "forecast"])  # fmt: skip
    panel.change({"kind": "strength", "key": "diagnosis", "value": 1.5})
    assert {name for name, _, _ in seen} == {"scenario", "forecast"}
    for _, scenario, made in seen:
        assert made.plan.scenario == scenario
        assert scenario.strength == {"diagnosis": 1.5}


def test_a_scenario_set_from_python_is_shown_and_a_bad_one_is_refused(panel):
    good = panel.scenario
    with pytest.raises(InputError, match="techsci-2022"):
        panel.scenario = good.changed(anchor="techsi-2022")
    assert panel.scenario == good
    panel.scenario = good.changed(anchor="bottom-up")
    assert panel.page["controls"]["anchor"] == "bottom-up"


def test_a_driver_of_a_minute_ago_has_its_controls():
    def effects(market, p):
        yield Effect("diagnosed", np.log(p.ratio) * market.elapsed / 10.0)

    ratio = Parameter("ratio", 1.0, 1.2, 2.0, unit="odds ratio", title="Pull", source="assumption")
    mine = Driver("mine", "My own", effects=effects, parameters=(ratio,))
    drivers = (*load_drivers(), mine)
    panel = ismarket.explore(load_market(), drivers, Scenario(draws=DRAWS))
    entry = next(d for d in panel.structure["drivers"] if d["name"] == "mine")
    (control,) = entry["causes"][0]["inputs"]
    expected = ("mine.ratio", "Pull", 1.0, 2.0, "odds ratio")
    assert tuple(control[k] for k in ("key", "label", "low", "high", "unit")) == expected
    before = panel.forecast.columns["reference"]["value"][-1]
    panel.change(set_to("mine.ratio", 2.0))
    assert panel.forecast.columns["reference"]["value"][-1] > before
    panel.close()


def test_every_input_that_is_not_constant_has_a_control():
    market, drivers = load_market(), load_drivers()
    made = structure(market, drivers)
    shown = {i["key"] for d in made["drivers"] for c in d["causes"] for i in c["inputs"]}
    shown |= {i["key"] for stage in made["count"] for i in stage["inputs"]}
    claimed = {n for d in drivers for n in d.claims}
    wanted = {p.key for s in market.stages for p in s.parameters}
    wanted |= {p.key for n in claimed for p in market.mechanisms[n].parameters}
    constant = {k for k in wanted if market.parameters[k].constant}
    assert shown == wanted - constant


def test_the_hump_peaks_at_the_mode():
    for parameter in load_market().parameters.values():
        if not parameter.constant and not parameter.happens:
            heights = density(parameter)
            peak = heights.index(max(heights)) / (len(heights) - 1)
            _, low, mode, high = parameter.pert
            assert peak == pytest.approx((mode - low) / (high - low), abs=0.03)


def test_undo_takes_back_one_gesture_and_reset_takes_back_all(panel):
    origin = panel.scenario
    panel.change(switch("pricing", True))
    for value in (2.0, 2.1, 2.2):
        panel.change(set_to("video_eeg.ratio", value))
    panel._receive(None, {"type": "undo"}, [])
    assert panel.scenario.fixed == {}
    assert panel.scenario.without == ()
    panel.change(set_to("video_eeg.ratio", 2.0), {"kind": "reset", "key": "", "value": True})
    assert panel.scenario == origin
    assert panel.page["controls"]["changes"] == 0


def test_reset_of_a_driver_leaves_the_others_as_they_are(panel):
    panel.change(set_to("video_eeg.ratio", 2.0), set_to("early_response.ratio", 0.9),
                 {"kind": "strength", "key": "diagnosis", "value": 0.5})  # fmt: skip
    panel.change({"kind": "reset", "key": "diagnosis", "value": True})
    assert panel.scenario.fixed == {"early_response.ratio": 0.9}
    assert panel.scenario.strength == {}


def test_changes_are_counted_one_by_one():
    origin = Scenario()
    scenario = Scenario(without=(), fixed={"a.b": 1.0}, strength={"c": 2.0}, seed=1)
    assert count_changes(origin, origin) == 0
    assert count_changes(scenario, origin) == 4


def test_a_value_outside_its_range_leaves_the_forecast_and_says_the_range(panel):
    before = panel.forecast
    panel._receive(None, {"type": "changes", "changes": [set_to("video_eeg.ratio", 9)]}, [])
    assert panel.forecast is before
    assert "1.2 to 3.5" in panel.page["message"]["text"]


def test_a_driver_that_breaks_its_contract_leaves_the_last_forecast_greyed():
    def effects(market, p):
        bad = np.where(p.rate > 0.5, np.nan, 0.0)
        yield Effect("diagnosed", bad * market.elapsed)

    rate = Parameter("rate", 0.0, 0.1, 0.4, unit="share")
    broken = Driver("broken", "Broken", effects=effects, parameters=(rate,))
    loud = Parameter("rate", 0.0, 0.1, 0.9, unit="share")
    del rate
    broken = Driver("broken", "Broken", effects=effects, parameters=(loud,))
    scenario = Scenario(draws=1, without=("pricing",), fixed={"broken.rate": 0.1})
    panel = ismarket.explore(load_market(), (*load_drivers(), broken), scenario)
    before = panel.forecast
    panel._receive(None, {"type": "changes", "changes": [set_to("broken.rate", 0.9)]}, [])
    assert panel.forecast is before
    assert panel.page["stale"]
    assert "broken" in panel.page["message"]["text"]
    panel.close()


@pytest.mark.slow(reason="four times the draws of a moving hand")
def test_a_hand_that_moves_sees_fewer_draws_and_one_that_rests_all_of_them():
    panel = ismarket.explore(scenario=Scenario(draws=4 * QUICK))
    before = panel.forecast
    content = {"type": "changes", "changes": [switch("pricing", True)], "quick": True}
    panel._receive(None, content, [])
    few = panel._session.shown
    assert QUICKEST <= few.plan.scenario.draws <= QUICK
    assert f"{few.plan.scenario.draws:,} of {4 * QUICK:,} draws" in panel.page["status"]
    same = forecast(load_market(), load_drivers(), few.plan.scenario)
    assert few.summary().equals(same.summary())
    assert panel.forecast is before
    panel._receive(None, {"type": "settle"}, [])
    assert panel.forecast.plan.scenario == panel.scenario
    assert panel.scenario.without == ()
    again = forecast(load_market(), load_drivers(), panel.scenario)
    assert panel.forecast.summary().equals(again.summary())
    panel.close()


def test_an_answer_that_takes_long_with_its_views_gets_fewer_draws_next_time(panel, monkeypatch):
    panel.change({"kind": "draws", "value": 4 * QUICK})
    panel._session.quick = QUICK
    clock = iter((0.0, 2 * PATIENCE, 0.0, 0.4 * PATIENCE))
    monkeypatch.setattr(panel_module, "time", SimpleNamespace(perf_counter=lambda: next(clock)))
    panel.change(set_to("video_eeg.ratio", 2.6), quick=True)
    assert panel._session.quick == QUICK // 2
    panel.change(set_to("video_eeg.ratio", 2.7), quick=True)
    assert panel._session.quick == QUICK


@pytest.mark.slow(reason="a panel that computes")
def test_a_driver_from_a_table_has_the_sliders_of_its_own_causes(tmp_path):
    path = tmp_path / "home care.csv"
    path.write_text("\n".join([OWN_TABLE, OWN_ROW.format(region="all")]))
    driver = Driver.from_table(path)
    panel = ismarket.explore(load_market(), [*load_drivers(), driver], Scenario(draws=64))
    mine = next(d for d in panel.structure["drivers"] if d["name"] == driver.name)
    keys = [entry["key"] for cause in mine["causes"] for entry in cause["inputs"]]
    assert keys == ["home_eeg.ratio", "home_eeg.half_time"]
    panel.change(set_to("home_eeg.ratio", 1.9), switch("home_care", True))
    assert "EEG at home" in panel.page["status"] or "Home care" in panel.page["status"]
    for tab in TABS:
        panel.tab = tab
    panel.change({"kind": "reset", "key": "home_care", "value": True})
    assert panel.scenario == Scenario(draws=64)
    panel.close()


@pytest.mark.slow(reason="the claims of a report are audited")
def test_evidence_starts_with_the_claims_of_drivers_that_are_on(panel):
    panel.tab = "evidence"
    tags = ["on" in row["tags"] for row in panel.page["view"]["rows"]]
    assert tags == sorted(tags, reverse=True)
    market = load_market()
    assert len(tags) >= len([c for c in market.claims if c.mechanism in market.mechanisms])


def test_what_is_fixed_leaves_the_tornado_and_is_named(panel):
    panel.change(set_to("video_eeg.ratio", 2.6))
    panel.tab = "matters"
    view = panel.page["view"]
    assert "Continuous video-EEG, effect" in view["aid"]
    assert not any(row["cells"][0] == "Continuous video-EEG, effect" for row in view["rows"])


def test_a_session_needs_no_widget():
    session = start(ismarket.Study(load_market(), load_drivers(), Scenario(draws=64)))
    session.change([switch("pricing", True)])
    assert [view.name for view in session.views()] == [*TABS, *session.own_views]


@pytest.mark.slow(reason="builds the bundle of the page")
def test_the_shipped_runtime_is_the_one_that_the_script_builds():
    vl_convert = pytest.importorskip("vl_convert")
    if vl_convert.__version__ != "1.9.0":
        pytest.skip("the bundle belongs to one version of vl-convert")
    assert runtime.bundle() == runtime.runtime()


def test_the_page_needs_nothing_of_the_place_that_shows_it():
    code = runtime.text(*CODE, "live.js")
    assert not re.search(r"jupyterapp|requirejs|@jupyterlab|jp-(Cell|Notebook|OutputArea)", code)
    names = re.findall(r"var\(--jp-[\w-]+(.)", runtime.text("panel.css"))
    assert names
    assert set(names) == {","}  # each has what to use where there is no JupyterLab


@pytest.mark.parametrize(
    ("estimated", "said"),
    [(0, "none is estimated"), (1, "one is estimated"), (2, "two are estimated")],
)
def test_the_note_on_the_largest_inputs_counts_in_words(estimated, said):
    status = ["estimated"] * estimated + ["assumed"] * 3
    swings = [SimpleNamespace(parameter=SimpleNamespace(status=one)) for one in status]
    assert f"none rests on measurement, {said} and three assumed." in note(swings)
