"""What-ifs beyond a stated range: asked for by name, flagged everywhere, never impossible."""

import json
from dataclasses import replace

import numpy as np
import pytest
from both_markets import MARKETS, market_and_drivers, scenario_of

from ismarket import (
    InputError,
    Parameter,
    Scenario,
    compare_runs,
    forecast,
    load_scenario,
    study,
    write_scenario,
)
from ismarket.cli import main
from ismarket.engine.page import as_dict
from ismarket.engine.plan import make_plan
from ismarket.explorer.panel import Panel, opened
from ismarket.model.adoption import logistic
from ismarket.report.html_page import as_page
from ismarket.studies import Study

each_market = pytest.mark.parametrize("name", MARKETS)
FLAG = "Outside the evidence"


def beyond(name, factor=1.5):
    """A market, its drivers, and an input of theirs with a value above its range."""
    market, drivers = market_and_drivers(name)
    plan = make_plan(market, drivers, scenario_of(name))
    above = (p for p in plan.parameters if p.scale == "log" and not p.constant)
    found = next(p for p in above if p.owner != "funnel")
    return market, drivers, found, found.high * factor


@each_market
def test_a_value_beyond_its_range_is_refused_unless_it_is_asked_for(name):
    market, drivers, p, value = beyond(name)
    scenario = scenario_of(name, fixed={p.key: value})
    with pytest.raises(InputError, match=r"is outside its range .*KEY=VALUE!"):
        make_plan(market, drivers, scenario)
    plan = make_plan(market, drivers, scenario.changed(outside=(p.key,)))
    assert [found.key for found in plan.outside] == [p.key]
    inside = scenario.changed(fixed={p.key: p.mode}, outside=(p.key,))
    assert make_plan(market, drivers, inside).outside == ()


@pytest.mark.slow(reason="every face of two markets")
@each_market
def test_every_face_flags_a_value_outside_the_evidence(name):
    market, drivers, p, value = beyond(name)
    scenario = scenario_of(name, fixed={p.key: value}, outside=(p.key,))
    found = forecast(market, drivers, scenario)
    panel = opened(Study(market, drivers, scenario))
    assert isinstance(panel, Panel)
    faces = [str(found), as_page(found), json.dumps(as_dict(found)["notices"]),
             *(n["text"] for n in panel.page["notices"] if FLAG in n["text"])]  # fmt: skip
    assert len(faces) == 4
    for text in faces:
        words = " ".join(text.split())
        assert FLAG in words
        assert f" = {value:g} (range {p.low:g} to {p.high:g} " in words
    (row,) = as_dict(found)["outside_evidence"]
    assert row == {"key": p.key, "value": value, "low": p.low, "high": p.high, "unit": p.unit}
    within = forecast(market, drivers, scenario_of(name, fixed={p.key: p.high}))
    assert FLAG not in str(within)
    assert as_dict(within)["outside_evidence"] == []


@pytest.mark.slow(reason="every analysis of two markets")
@each_market
def test_every_analysis_of_a_scenario_flags_it(name):
    market, drivers, p, value = beyond(name)
    scenario = scenario_of(name, fixed={p.key: value}, outside=(p.key,))
    asked = Study(market, drivers, scenario)
    found = [asked.sensitivity(points=128), asked.require(cagr=0.05)]
    if name == MARKETS[0]:
        found += [asked.audit(), asked.backtest()]
    for one in found:
        assert FLAG in " ".join(str(one).split()), type(one)


@pytest.mark.slow(reason="a workbook or runs for each what-if")
def test_a_workbook_flags_it_and_gives_it_back(tmp_path):
    from openpyxl import load_workbook

    from ismarket.report.edits import read_workbook
    from ismarket.report.workbook import write_workbook

    market, drivers, p, value = beyond(MARKETS[0])
    scenario = scenario_of(MARKETS[0], fixed={p.key: value}, outside=(p.key,))
    write_workbook(forecast(market, drivers, scenario), tmp_path / "w.xlsx")
    book = load_workbook(tmp_path / "w.xlsx")
    words = [str(c.value) for row in book["Summary"].iter_rows() for c in row if c.value]
    assert any(FLAG in text for text in words)
    (row,) = (r for r in book["Inputs"].iter_rows(values_only=True) if r[0] == p.key)
    assert row[9] == f"{p.status}, outside its range"
    assert read_workbook(tmp_path / "w.xlsx").after == read_workbook(tmp_path / "w.xlsx").before
    assert read_workbook(tmp_path / "w.xlsx").before.outside == (p.key,)


def test_the_command_line_takes_an_exclamation_mark_and_no_other_way(tmp_path, capsys):
    def run(*words):
        try:
            code = main(["run", "--no-keep", "--draws", "200", *words]) or 0
        except SystemExit as end:
            code = end.code
        return code, *(" ".join(text.split()) for text in capsys.readouterr())

    key = "video_eeg.ratio"
    assert run("--set", f"{key}=9")[0] == 2
    code, text, _ = run("--set", f"{key}=9!")
    assert code == 0
    assert f"{FLAG}: {key} = 9" in text
    file = tmp_path / "mine.toml"
    file.write_text(f'outside = ["{key}"]\n[fixed]\n{key} = 9\n', encoding="utf-8")
    assert run(str(file))[0] == 0
    assert run(str(file), "--set", f"{key}=8")[0] == 2  # what is typed plainly is held
    assert run(str(file), "--set", f"{key}=8!")[0] == 0
    code, _, error = run("--strength", "diagnosis=1.5!")
    assert code == 2
    assert "with a number behind the =" in error


def test_only_what_is_fixed_can_be_outside():
    scenario = Scenario(fixed={"b.ratio": 2.0, "a.ratio": 1.0}, outside=("b.ratio", "c", "a.ratio"))
    assert scenario.outside == ("a.ratio", "b.ratio")
    assert scenario.changed(fixed={}).outside == ()


@pytest.mark.parametrize(
    ("parameter", "impossible"),
    [
        (Parameter("share", 0.2, 0.5, 0.8, unit="share", most=1.0), (1.01, 0.0, -0.2)),
        (Parameter("price", 10, 20, 30, unit="USD", scale="log"), (0.0, -1.0)),
        (Parameter.chance("chance", 0.4), (1.2, -0.1)),
        (Parameter("trend", -0.02, 0.0, 0.02, unit="a year"), (float("nan"), float("inf"))),
    ],
)
def test_what_cannot_be_stays_refused(parameter, impossible):
    for value in impossible:
        with pytest.raises(InputError, match=r"cannot be|not a finite"):
            parameter.check(value, beyond=True)


@each_market
def test_no_share_of_a_market_may_pass_one_and_no_amount_fall_below_nothing(name):
    market, drivers = market_and_drivers(name)
    plan = make_plan(market, drivers, scenario_of(name))
    shares = [s for s in market.stages if s.link in ("logit", "softmax")]
    inputs = [p for stage in shares for p in stage.parameters]
    inputs += [one.peak_share for one in plan.launches]
    for p in inputs:
        with pytest.raises(InputError, match="cannot be"):
            p.check(1.0001, beyond=True)
    for p in plan.parameters:
        if p.low >= 0:
            with pytest.raises(InputError, match=r"cannot be|outside"):
                p.check(-1.0, beyond=True)


def test_a_half_time_beyond_its_range_has_the_curve_of_its_own_value():
    market, drivers = market_and_drivers(MARKETS[0])
    cause = market.mechanisms["video_eeg"]
    for value in (cause.half_time.high * 4, cause.half_time.low / 6):
        scenario = scenario_of(
            MARKETS[0], fixed={cause.half_time.key: value}, outside=(cause.half_time.key,)
        )
        plan = make_plan(market, drivers, scenario)
        spread = plan.spreads["video_eeg"]
        rate = (1.0 / value - spread.middle) / spread.half_width
        found = sum(c * rate**i for i, c in enumerate(spread.coefficients))
        for i, region in enumerate(market.regions):
            exact = logistic(
                plan.market.elapsed[1:, 0, 0, 0],
                start=cause.share[region], ceiling=cause.ceiling[region], half_time=value,
            )  # fmt: skip
            assert found[:, i] == pytest.approx(exact, abs=1e-12)
        assert make_plan(market, drivers, scenario_of(MARKETS[0])).spreads is plan.market.spreads


@pytest.mark.slow(reason="a workbook or runs for each what-if")
def test_two_runs_of_which_one_goes_beyond_a_range_are_compared_by_one_step(tmp_path):
    def keep(name, **changes):
        return study("published", draws=200, **changes).keep(tmp_path / name)

    keep("a", fixed={"video_eeg.ratio": 2.0})
    keep("b", fixed={"video_eeg.ratio": 9.0}, outside=("video_eeg.ratio",))
    found = compare_runs(tmp_path / "a", tmp_path / "b")
    assert [step.change for step in found.steps] == [
        "video_eeg.ratio 2 to 9, outside its range"
    ]  # fmt: skip


def test_the_panel_takes_a_value_outside_once_it_is_confirmed():
    market, drivers, p, value = beyond(MARKETS[0])
    panel = opened(Study(market, drivers, scenario_of(MARKETS[0])))
    with pytest.raises(InputError, match="outside its range"):
        panel.change({"kind": "fixed", "key": p.key, "value": value})
    panel.change({"kind": "fixed", "key": p.key, "value": value, "outside": True})
    assert panel.scenario.outside == (p.key,)
    assert panel.page["controls"]["changes"] == 1
    assert any(FLAG in notice["text"] for notice in panel.page["notices"])
    panel.change({"kind": "fixed", "key": p.key, "value": None})
    assert panel.scenario.outside == ()


def test_a_scenario_file_keeps_what_is_outside(tmp_path):
    file = tmp_path / "mine.toml"
    scenario = Scenario(fixed={"video_eeg.ratio": 9.0}, outside=("video_eeg.ratio",))
    scenario = scenario.changed(name="mine")
    file.write_text(write_scenario(scenario), encoding="utf-8")
    assert load_scenario(file) == scenario
    market, drivers = market_and_drivers(MARKETS[0])
    near = replace(scenario, fixed={"video_eeg.ratio": 3.5})
    far = forecast(market, drivers, scenario.changed(draws=200))
    assert far.columns["cagr"]["reference"][0] > np.nextafter(
        forecast(market, drivers, near.changed(draws=200)).columns["cagr"]["reference"][0], 1
    )
