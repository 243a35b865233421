"""Actuals against kept runs as they were kept, and why a forecast changed between editions."""

import json
import shutil
from dataclasses import replace

import pytest
from both_markets import MARKETS, market_and_drivers, scenario_of

from ismarket import (
    InputError,
    Observation,
    Study,
    charts,
    compare_editions,
    compare_runs,
    study,
    track,
    verify_run,
)
from ismarket.analysis.track import KNOWN, MOST, OUTSIDE, coverage
from ismarket.analysis.track import track as against
from ismarket.charts.track import picture
from ismarket.cli import main
from ismarket.runs.editions import told

LATER = "2099-01-01"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("editions")
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)  # kept today
    asked = study("evidence", draws=600)
    changes = ({"without": ("pricing",)}, {"without": ()}, {"without": (), "overlap": 0.5})
    kept = [asked.changed(**c).keep(folder / f"edition-{i}").path for i, c in enumerate(changes)]
    monkeypatch.undo()
    (folder / "actuals.csv").write_text(
        "year,value_usd,error,status,source,known\n"
        f"2023,44e6,0.1,measured,invented for a test,{LATER}\n"
        f"2025,200e6,0.1,measured,invented for a test,{LATER}\n"
        "2024,44e6,0.1,measured,invented for a test,\n"
    )
    return kept


def said(run, year):
    """What a run wrote down of a year, USD."""
    table = (run / "outputs/summary.csv").read_text().splitlines()
    rows = (dict(zip(table[0].split(","), line.split(","), strict=True)) for line in table[1:])
    return next({k: float(v) for k, v in row.items()} for row in rows if row["year"] == str(year))


@pytest.mark.slow(reason="runs kept on disk")
def test_each_run_is_set_against_actuals_as_it_was_kept(runs):
    found = track(runs)
    assert [one.run for one in found.editions] == [run.name for run in runs]
    for check in found.checks:
        run = next(run for run in runs if run.name == check.run)
        wrote = said(run, check.year)
        assert (check.median, check.p5, check.p95) == (wrote["p50"], wrote["p5"], wrote["p95"])
        assert check.off == pytest.approx(wrote["p50"] / check.actual - 1)
    lies = {(check.run, check.year): check.inside for check in found.checks}
    for run in runs:
        assert lies[run.name, 2025] == OUTSIDE
        assert lies[run.name, 2024] == KNOWN
        assert lies[run.name, 2023] != OUTSIDE
    inside, low, high = coverage(found.counted)
    assert (inside, len(found.counted)) == (3, 6)
    assert low < 0.5 < high < 0.9
    assert "3 of 6 checks so far lie inside 9 in 10" in str(found)


@pytest.mark.slow(reason="runs kept on disk")
def test_drift_is_the_change_of_the_median_since_the_run_before(runs):
    found = track(runs, [])
    last = said(runs[0], 2028)["p50"]
    assert found.editions[0].drift is None
    for edition, run in zip(found.editions[1:], runs[1:], strict=True):
        now = said(run, 2028)["p50"]
        assert edition.drift == pytest.approx(now / last - 1)
        last = now
    assert "No actual counts yet. Since the edition before" in str(found)
    assert found.updated is None


def test_the_last_run_is_updated_or_the_update_is_refused_in_a_line(runs):
    near = track(runs, [Observation(2025, 50e6, 0.1)])
    assert near.updated.forecast.plan.scenario.overlap == 0.5
    table = near.updated.columns["summary"]
    assert table["p95"][-1] - table["p5"][-1] < table["p95_before"][-1] - table["p5_before"][-1]
    far = track(runs, [Observation(2025, 5e9, 0.1)])
    assert far.updated is None
    assert "do not reach the observations" in far.refused
    assert "refused" in str(far)


def test_the_newest_of_two_runs_of_one_name_is_updated(runs, tmp_path):
    for run, folder in zip(runs[1:], ("january", "july"), strict=True):
        shutil.copytree(run, tmp_path / folder / "run")
    both = [tmp_path / folder / "run" for folder in ("january", "july")]
    found = track(both, [Observation(2025, 50e6, 0.1)])
    assert found.updated.forecast.plan.scenario.overlap == 0.5


def test_an_actual_in_other_dollars_is_refused(runs):
    with pytest.raises(InputError, match="in USD of 2022, run edition-0 in current USD"):
        track(runs, [Observation(2025, 50e6, 0.1, dollars="USD of 2022")])
    with pytest.raises(InputError, match="known '2027' is a day"):
        Observation(2025, 50e6, 0.1, known="2027")


def test_the_chart_shows_each_actual_against_what_every_run_said_of_its_year(runs):
    found = track(runs)
    parts = picture(found).parts
    assert len(parts["actuals"]["x"]) == len(found.checks) == 9
    assert sorted({round(v * 1e6) for v in parts["actuals"]["y"]}) == [44_000_000, 200_000_000]
    known = sum(check.inside == KNOWN for check in found.checks)
    assert parts["actuals"]["color"].count("interval") == known == 3
    rings = [fill for fill in parts["medians"]["color"] if fill == "bg"]
    assert len(rings) == sum(check.inside == OUTSIDE for check in found.checks) == 3
    year = parts["xticks"]["text"].index("2025")
    here = [i for i, x in enumerate(parts["range90"]["x"]) if abs(x - year) < 0.5]
    for i, run in zip(here, runs, strict=True):
        wrote = said(run, 2025)
        drawn = [parts["range90"][end][i] * 1e6 for end in ("y", "y2")]
        assert drawn == pytest.approx([wrote["p5"], wrote["p95"]])
    words = parts["labels"]["text"]
    assert words[0] == "median 2028"
    assert {run.name for run in runs} < {*words}
    assert found.columns["paths"]["year"].count(2025) == len(runs)


def test_a_narrow_chart_keeps_the_years_with_actuals_and_the_newest_runs(runs):
    one = track(runs, []).told[0]
    many = [replace(one, run=f"run {i}", finished=f"2026-0{i}-01") for i in range(1, 9)]
    found = against(many, [Observation(2023, 44e6, 0.1, known=LATER)])
    slim = picture(found).at(470).parts
    assert {"2023", "2028"} <= {*slim["xticks"]["text"]}
    assert len(slim["medians"]["x"]) <= 20
    assert "run 8" in slim["labels"]["text"]
    assert "the newest 4 of 8 runs" in slim["foot"]["text"][1]
    with pytest.raises(InputError, match=r"charts.track: give actuals against kept runs, .* int"):
        charts.track(3)


@pytest.mark.slow(reason="runs kept on disk")
@pytest.mark.parametrize("name", MARKETS)
def test_any_market_is_tracked(name, tmp_path):
    asked = Study(*market_and_drivers(name), scenario_of(name, draws=128))
    record = verify_run(asked.keep(tmp_path / "run").path).record
    first, last = asked.plan.years[1], asked.plan.years[-1]
    value = record and asked.forecast().columns["summary"]["p95"][1] * 0.999
    found = against([told(record)], [Observation(first, value, 0.1, known=LATER)])
    assert [check.inside for check in found.checks] == [MOST]
    assert found.editions[0].year == last
    assert json.dumps(found.to_dict(), allow_nan=False)


def test_editions_are_bridges_that_join_and_add_up(runs):
    found = compare_editions(*runs)
    assert [one.start.change for one in found.bridges] == ["edition-0", "edition-1"]
    first, second = found.bridges
    assert first.end.reference == second.start.reference
    moved = sum(found.columns["steps"]["reference"])
    assert moved == pytest.approx(second.end.reference - first.start.reference)
    assert first.steps == compare_runs(runs[0], runs[1]).steps
    text = " ".join(str(found).split())
    assert text.startswith("From edition to edition · current USD M in ")
    assert "pricing taken in" in text
    assert "overlap 1.0 to 0.5" in text
    with pytest.raises(InputError, match="at least two kept runs"):
        compare_editions(runs[0])


@pytest.mark.slow(reason="runs kept on disk")
def test_editions_say_what_every_sheet_of_their_runs_says_once(runs, tmp_path):
    key = "video_eeg.ratio"
    beyond = study("evidence", draws=64, fixed={key: 99.0}, outside=(key,))
    kept = [beyond.changed(overlap=o).keep(tmp_path / f"beyond-{o}").path for o in (1.0, 0.5, 0.7)]
    for runs_ in (kept[:2], kept):
        text = " ".join(str(compare_editions(*runs_)).split())
        assert text.count("Outside the evidence") == 1
    other = compare_editions(runs[0], kept[0])
    assert "beyond-1.0: Outside the evidence" in " ".join(str(other.bridges[0]).split())


@pytest.mark.slow(reason="runs kept on disk")
def test_the_commands_print_them(runs, tmp_path, capsys):
    for arguments, key in (
        (["track", *map(str, runs), "--json"], "editions"),
        (["compare", *map(str, runs), "--json"], "steps"),
    ):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0
        assert json.loads(capsys.readouterr().out)[key]
    with pytest.raises(SystemExit) as ended:
        main(["track", *map(str, runs), "--chart", str(tmp_path / "track.json")])
    assert ended.value.code == 0
    assert "Track in" in (tmp_path / "track.json").read_text()
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(["track", str(runs[0]), "--observe", "2027=50M"])
    assert ended.value.code == 2
    assert "give year, amount and its relative error" in capsys.readouterr().err
