"""Scenarios side by side and editions against actuals, as views of the panel in its words."""

import re

import pytest
from both_markets import MARKETS, market_and_drivers, scenario_of

import ismarket
from ismarket import Scenario, Study, study
from ismarket.engine.shifts import still_acting
from ismarket.text.wording import money, signed

pytest.importorskip("anywidget")

from ismarket.explorer.panel import opened


def press(panel, name, **values):
    panel._receive(None, {"type": "analyse", "name": name, "values": values}, [])
    return panel.analyses[name]


def offered(panel, name):
    """The first values of the fields beside a button."""
    return [f["value"] for a in panel.offered if a["name"] == name for f in a["fields"]]


@pytest.mark.slow(reason="a panel that computes a grid")
@pytest.mark.parametrize("name", MARKETS)
def test_levels_and_drivers_stand_side_by_side_and_a_row_opens_one(name):
    market, drivers = market_and_drivers(name)
    panel = opened(Study(market, drivers, scenario_of(name, draws=64)))
    panel.send = lambda content, buffers=None: None
    panel.tab = "scenarios"
    assert panel.page["view"]["rows"] == []
    found = press(panel, "grid")
    assert found["error"] == ""
    view, grid = panel.page["view"], panel._session.compared.found
    assert [row["chosen"] for row in view["rows"]].index(True) == 0
    for row, one in list(zip(view["rows"], grid.outcomes, strict=True))[::5]:
        made = Study(market, drivers, one.plan.scenario).forecast()
        path, growth = made.columns["reference"]["value"], made.cagr()["reference"][0]
        assert row["cells"][2] == money(path[-1])
        assert row["cells"][4] == signed(100 * growth, 1)
        assert f"{signed(100 * growth, 1)}% a year" in view["chart"]["alt"]
    keys = {key for key in panel._session.names if re.search("[._]", key)}
    assert not keys & set(re.findall(r"[\w.]+", f"{view['title']} {view['rows']}"))
    panel._receive(None, {"type": "pick", "what": "scenario", "value": "1"}, [])
    now = panel.page["view"]
    assert [row["chosen"] for row in now["rows"]].index(True) == 1
    assert panel.forecast.plan.scenario.without == grid.outcomes[1].plan.scenario.without
    assert set(now["chart"]["parts"]["yours"]["cell"]) == {"0 1"}
    assert panel.analyses["grid"]["stale"] is False
    panel._receive(None, {"type": "undo"}, [])
    assert panel.page["view"]["rows"][0]["chosen"]


def test_two_strengths_and_what_moves_nothing_are_said():
    panel = opened(study("published", draws=64))
    panel.send = lambda content, buffers=None: None
    panel.tab = "scenarios"
    press(panel, "grid", rows="strength.pricing", columns="strength.diagnosis")
    title = panel.page["view"]["title"]
    assert "the strength of Diagnostic advances moves growth most" in title
    press(panel, "grid", rows="strength.pricing", columns="anchor")
    assert "the market level moves growth most" in panel.page["view"]["title"]
    press(panel, "grid", rows="strength.pricing", columns="strength.inflation")
    alone = panel.page["view"]["title"]
    assert "General inflation" in alone or "nothing that differs" in alone
    assert "the same" in press(panel, "grid", rows="anchor", columns="anchor")["error"]


def test_levels_side_by_side_are_called_apart_a_pool_among_them():
    panel = opened(study("published", draws=16, anchor="pooled"))
    panel.send = lambda content, buffers=None: None
    press(panel, "grid", rows="anchor", columns="strength.pricing")
    compared = panel._session.compared
    levels = [compared.said(compared.found.axes[0], v) for v in compared.found.axes[0].options]
    assert levels == ["Estimates pooled", "The count", "TechSci Research 2022"]


@pytest.mark.slow(reason="keeps two runs")
def test_editions_stand_against_what_came(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    panel = opened(study("published", draws=64))
    panel.send = lambda content, buffers=None: None
    panel.tab = "track"
    assert "no kept run here" in press(panel, "track")["error"]
    beyond = {"fixed": {"video_eeg.ratio": 9.0}, "outside": ("video_eeg.ratio",)}
    for name, choices in (("first", {"without": ("pricing",)}), ("second", beyond)):
        study("published", draws=128).changed(**choices).keep(f"runs/{name}")
    assert press(panel, "track")["error"] == ""
    assert panel.page["view"]["title"] == "No actual counts yet; add one below"
    rows = "year,value_usd,error,status,source,known\n"
    rows += "2025,3.6e9,0.2,measured,a source,2031-01-01\n"
    (tmp_path / "runs" / "actuals.csv").write_text(rows, encoding="utf-8")
    far = press(panel, "track", runs="./" * 40 + "runs")
    said = " ".join(part["text"] for part in far["parts"])
    assert "Outside the evidence" in said
    assert "Updated with them: After USD 3.60 bn in 2025" in said
    view, found = panel.page["view"], ismarket.track(["runs/first", "runs/second"])
    assert view["title"].startswith(f"{sum(e.inside_most for e in found.editions)} of 2 actuals")
    assert [row["cells"][0] for row in view["rows"]] == [
        f"{e.run}, {e.scenario}" for e in found.editions
    ]
    assert view["rows"][-1]["tone"] == "strong"
    assert view["chart"]["kind"] == "track"
    assert "2026" in press(panel, "track", actuals="2026: 3 bn")["error"]
    panel.change({"kind": "draws", "value": 256})
    assert panel.analyses["track"]["stale"] is False


def test_the_fields_of_an_actual_fit_the_forecast(second):
    market, drivers = second
    scenario = Scenario("bottom-up", market=market.name, without=(), draws=256)
    panel = opened(Study(market, drivers, scenario))
    panel.send = lambda content, buffers=None: None
    assert press(panel, "actuals")["error"] == ""


def test_an_actual_is_offered_as_it_is_forecast_after_the_level_has_changed():
    panel = opened(study("published", draws=64))
    before = offered(panel, "actuals")
    panel.change({"kind": "anchor", "value": "techsci-2024"})
    year, amount, _ = offered(panel, "actuals")
    assert (year, amount) != tuple(before[:2])
    path, place = panel.forecast.columns["summary"], panel.forecast.years.index(int(year))
    assert amount == money(path["reference"][place])


def test_a_driver_that_is_off_keeps_a_row_while_its_causes_act_on():
    panel = opened(study("published", draws=64))
    panel.tab = "why"
    before = panel.page["view"]
    assert before["chart"]["parts"]["off"]["x"] == []
    panel.change({"kind": "driver", "key": "diagnosis", "value": False})
    view, (one,) = panel.page["view"], still_acting(panel.forecast.plan, panel.forecast.installed)
    row = next(row for row in view["rows"] if row["cells"][0] == one.driver.title)
    stopped = one.causes - len(one.moved)
    assert row["cells"][1] == "off"
    assert row["cells"][-1] == f"{stopped} causes stop, {len(one.moved)} act on in others"
    assert [r["tone"] for r in view["rows"][-2:]] == ["report", "strong"]
    said = f"{len(one.moved)} of its causes act on in others"
    assert said in view["chart"]["parts"]["moved"]["text"]
    assert said in view["chart"]["alt"]
    assert f"{len(one.moved)} causes" in panel.page["controls"]["drivers"]["diagnosis"]["what"]
    assert len(view["rows"]) == len(before["rows"])


@pytest.mark.slow(reason="a panel that computes a grid")
def test_a_market_without_a_report_compares_too(second):
    market, drivers = second
    panel = opened(Study(market, drivers, Scenario("bottom-up", market=market.name, draws=32)))
    panel.send = lambda content, buffers=None: None
    panel.tab = "scenarios"
    assert press(panel, "grid")["error"] == ""
    assert panel.page["view"]["rows"][0]["cells"][0] == "The count"
