"""A study: one way in for command line, notebook, explorer and runs; one plan a forecast."""

import json
import re
import sys
import threading
from contextlib import contextmanager

import pytest
from command_line import ismarket
from parcels import DRIVER, parcel, python

from ismarket import (
    Decision,
    InputError,
    Observation,
    Scenario,
    Study,
    charts,
    compare_editions,
    forecast,
    keep_run,
    study,
    update,
    write_report,
)
from ismarket.cli import main
from ismarket.engine.plan import make_plan

ANCHOR = (
    'name = "mine"\nmarket = "infantile-spasms"\nbase_year = 2022\nvalue_usd = 2.0e8\ncagr = 0.05\n'
    "last_year = 2028\n"
)
MOST_MODULES = 40
"""Modules of which a function runs in ``ismarket run --no-keep``."""
WHOSE = """
import sys, threading
from pathlib import Path

ran = set()


def note(frame, event, _):
    code = frame.f_code
    if event == "call" and code.co_flags & 3 == 3 and code.co_name != "<lambda>":
        ran.add(code.co_filename)


threading.setprofile(note)
sys.setprofile(note)
from ismarket.cli import main

try:
    main(["run", "--no-keep"])
except SystemExit:
    sys.setprofile(None)
package = Path(sys.modules["ismarket"].__file__).parent
print(*sorted(file for file in ran if package in Path(file).parents), sep="\\n", file=sys.stderr)
"""


@contextmanager
def plans():
    """The scenarios of which a plan is made meanwhile, by whoever makes it."""
    made = []

    def note(frame, event, _):
        if event == "call" and frame.f_code is make_plan.__code__:
            made.append(frame.f_locals["scenario"])

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield made
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


@pytest.mark.slow(reason="a command or a shell of its own")
@pytest.mark.parametrize(
    "more", [["--no-keep"], ["--out", "kept"], ["--until", "30%", "--no-keep"]]
)
def test_one_plan_a_run(more, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    draws = [] if "--until" in more else ["--draws", "50"]
    with plans() as made, pytest.raises(SystemExit) as done:
        main(["run", *draws, *more])
    assert done.value.code == 0
    assert len(made) == 1
    assert (tmp_path / "kept").is_dir() == ("--out" in more)


def test_one_plan_a_forecast_of_a_study():
    with plans() as made:
        published = study("published", draws=50)
        published.forecast()
        published.forecast(progress=lambda draws: None)
    assert len(made) == 1
    with plans() as made:
        published.forecast(anchor="smr-2024")
    assert [scenario.anchor for scenario in made] == ["smr-2024"]


@pytest.mark.slow(reason="a command or a shell of its own")
def test_few_modules_lie_between_the_command_and_its_page():
    done = python(WHOSE)
    assert "How big" in done.stdout
    assert len(done.stderr.splitlines()) <= MOST_MODULES, done.stderr


def test_a_study_answers_as_the_functions_do(market, drivers):
    asked = study("published", draws=400)
    scenario = asked.scenario
    assert scenario.draws == 400
    for made, by_hand in (
        (asked.forecast(), forecast(market, drivers, scenario)),
        (asked.forecast(without=()), forecast(market, drivers, scenario.changed(without=()))),
        (Study(market, drivers, scenario).forecast(), forecast(market, drivers, scenario)),
    ):
        assert made.to_dict() == by_hand.to_dict()
    found = asked.compare({"as it stands": {}, "with pricing": {"without": ()}})
    assert list(found) == ["as it stands", "with pricing"]
    assert found["with pricing"].plan.scenario.name == "with pricing"
    assert found["with pricing"].columns == asked.forecast(without=()).columns


@pytest.mark.slow(reason="every analysis")
def test_a_study_answers_every_question():
    asked = study("evidence", draws=1000)
    for answer in (
        asked.sensitivity(by="driver", points=64),
        asked.require(cagr=0.02),
        asked.voi(Decision(margin=0.3, share=0.1, cost=1e6)),
        study("published").audit(),
        asked.triangulate(),
        asked.backtest(),
    ):
        assert answer.to_dict()
        assert str(answer)


def test_a_study_reads_the_file_of_an_anchor_once(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(ANCHOR)
    asked = study("published", draws=50, anchor=str(file))
    assert asked.scenario.anchor == "mine"
    assert asked.market.anchors["mine"].value == 2.0e8
    assert asked.changed(anchor=str(file)).scenario == asked.scenario
    assert study("published").market.anchors.keys() == asked.market.anchors.keys() - {"mine"}
    scenario = tmp_path / "scenario.toml"
    scenario.write_text(f"draws = 50\nanchor = {json.dumps(str(file))}\n")
    assert study(scenario).forecast().columns == asked.forecast().columns


@pytest.mark.slow(reason="a command or a shell of its own")
def test_a_study_of_a_run_stands_on_the_tables_of_the_run(tmp_path):
    kept = keep_run(Scenario(draws=50, name="mine"), tmp_path / "run")
    asked = study(kept)
    assert asked.scenario.name == "mine"
    assert asked.record.path == kept
    assert (
        f"{asked.forecast().columns['summary']['p50'][-1]!r}"
        in (kept / "outputs/summary.csv").read_text()
    )
    assert asked.changed(draws=60).record is None
    again = asked.changed(overlap=0.5).keep(tmp_path / "again")
    assert again.forecast.plan.scenario.overlap == 0.5
    assert again.path == tmp_path / "again"


def test_a_kept_study_says_what_was_changed_in_the_scenario_as_given(tmp_path):
    kept = study("evidence", draws=50).changed(overlap=0.5).keep(tmp_path / "run").path
    flags = (kept / "inputs/flags.txt").read_text().splitlines()
    assert sorted(flags) == ["draws = 50", "overlap = 0.5"]


def test_a_study_says_what_it_holds():
    shown = repr(study("published"))
    assert shown.startswith("published: Infantile spasms")
    assert "anchor techsci-2022: USD 3.20 bn in 2022, 3.90% a year" in shown
    assert "drivers: diagnosis, " in shown
    assert "left out: pricing" in shown


def test_what_decides_what_is_loaded_is_chosen_when_a_study_is_opened():
    with pytest.raises(InputError, match="market is chosen when a study is opened"):
        study("published").changed(market="dravet")


def test_what_others_print_does_not_spoil_json(parcels):
    """Neither a plugin at its loading nor a driver while asked, whether or not it may print."""
    loud = DRIVER.format(name="loud").replace("return [DRIVER]", "print('loud'); return [DRIVER]")
    parcel(parcels, "loud", loud)
    run = "run", "--json", "--no-keep", "--draws", "50"
    done = ismarket(*run, path=parcels)
    assert (done.returncode, json.loads(done.stdout)["draws"]) == (0, 50), done.stderr
    assert "loud" in done.stderr
    parcel(parcels, "louder", loud.replace("yield Effect", "print('louder'); yield Effect")
           .replace('name="loud"', 'name="louder"'))  # fmt: skip
    done = ismarket(*run, path=parcels)
    assert (done.returncode, done.stdout) == (3, "") or json.loads(done.stdout)
    assert "louder" in done.stderr
    page = ismarket("run", "--no-keep", "--draws", "50", "--without", "louder", path=parcels)
    assert page.stdout.startswith("Infantile spasms")


TAB = """
import ismarket
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.completer import provisionalcompleter
shell = InteractiveShell.instance()
shell.user_ns["s"], shell.user_ns["charts"] = ismarket.study("published"), ismarket.charts
for jedi in (False, True):
    shell.Completer.use_jedi = jedi
    for name in ("s.", "charts."):
        with provisionalcompleter():
            found = list(shell.Completer.completions(name, len(name)))
        print(*sorted({one.text.lstrip(".").removeprefix(name) for one in found}))
"""


@pytest.mark.slow(reason="a command or a shell of its own")
def test_tab_shows_questions_and_charts_and_no_machinery():
    pytest.importorskip("IPython")
    lines = python(TAB).stdout.splitlines()
    assert len(lines) == 4
    for line in lines[::2]:
        assert {"forecast", "compare", "sensitivity", "voi", "audit"} <= {*line.split()}
        assert not {"of", "with_anchor", "anchored", "origin"} & {*line.split()}
    for line in lines[1::2]:
        assert {"fan", "tornado", "save"} <= {*line.split()}
        assert not {"Picture", "alt", "KINDS", "marks"} & {*line.split()}


def test_a_study_shows_itself_in_a_notebook(world):
    asked = Study(*world[:2], world[2].changed(draws=64))
    page = asked._repr_html_()
    assert asked.market.title in page
    for status in ("measured", "estimated", "assumed"):
        many = sum(p.status == status for p in asked.plan.parameters)
        assert re.search(rf">{status}</th><td [^>]*>{many}</td>", page)


def test_a_forecast_by_name_is_that_of_the_study():
    found = forecast("evidence", draws=64, through=2030)
    asked = study("published", draws=64)
    assert found.to_dict() == study("evidence", draws=64, through=2030).forecast().to_dict()
    assert asked.forecast("evidence", draws=64, through=2030).columns == found.columns


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda s: study(3), "study: give the name of a scenario, .* not int"),
        (lambda s: forecast(s), "forecast: give the name of a scenario, .* not Study"),
        (lambda s: forecast(s.market), "give the drivers as well, .* not NoneType"),
        (lambda s: forecast(s.market, [3]), "drivers: give a list of Drivers, .* not int"),
        (lambda s: s.forecast(draw=5), "no choice 'draw'; did you mean 'draws'"),
        (lambda s: s.forecast(5), "scenario: give the name of a scenario, .* not int"),
        (lambda s: s.compare([1]), "compare: give changes by name"),
        (lambda s: s.voi(3), "voi: give a Decision"),
        (lambda s: charts.fan(s), "charts.fan: give a forecast, .* not Study"),
        (lambda s: update(s.forecast(), [3]), "update: give a list of Observation.* not int"),
        (lambda s: write_report(s), "write_report: give a forecast, .* not Study"),
        (lambda s: s.track(3), "track: give kept runs, .* not int"),
        (lambda s: s.track("runs/january"), "runs/january: no such run directory"),
        (lambda s: compare_editions(1, 2), "compare: give kept runs, .* not int"),
        (lambda s: s.forecast().table(by=3), "table: give some of year, region, .* not int"),
        (lambda s: s.grid(3), r"grid: give a TOML file with a \[grid\], .* not int"),
        (lambda s: s.grid(through=[2028], probability=3), "grid, probability: give .* not int"),
        (lambda s: s.keep(3), "keep, out: give a folder, not int"),
        (lambda s: s.audit(3), "audit: give a list of Claims, not int"),
        (lambda s: s.triangulate(3), "triangulate: give a list of Anchors, not int"),
        (lambda s: s.discover(cagr="4%"), "discover, cagr: give a number, not str"),
        (lambda s: s.voi(Decision(0.3, 0.1, 1e6), by=3), "voi, by: give a list of .* not int"),
        (lambda s: Decision("a", 1, 1), "Decision, margin: give a number, not str"),
        (lambda s: Observation("a", 1, 1), "Observation, year: give a number, not str"),
    ],
)
def test_what_is_of_the_wrong_kind_gets_one_line_that_says_what_to_pass(wrong, says):
    with pytest.raises(InputError, match=says) as found:
        wrong(study("published", draws=128))
    assert "\n" not in str(found.value)
