"""An interrupted run goes on as it was begun: its anchor, how exact, and what else it keeps."""

import json
from pathlib import Path

import pytest
from command_line import ismarket

from ismarket import InputError, Scenario, study, verify_run
from ismarket.model.scenario import parse_scenario
from ismarket.runs import keep as keeping
from ismarket.runs.blocks import Blocks
from ismarket.runs.keep import How, keep
from ismarket.runs.start import Place
from ismarket.runs.views import also
from ismarket.studies import anchored

pytestmark = pytest.mark.slow(reason="runs of many blocks, interrupted")

ANCHOR = b"""\
name = "mine"
market = "infantile-spasms"
base_year = 2022
value_usd = 2.0e8
cagr = 0.05
last_year = 2028
"""
EXACT = 0.0004


SAME_CODE = str(Path(keeping.__file__).parents[2])
"""Where this process has the package from: a run goes on with the code that began it."""


@pytest.fixture(scope="module")
def loaded():
    return anchored(study(Scenario()), ANCHOR, "mine.toml")


class Lost(BaseException):
    """The end of the process, as far as a run can tell."""


def interrupted(loaded, where, scenario, how, monkeypatch, after):
    """Begin a run that ends abruptly once it has kept finished work ``after`` times."""
    kept, save = [], Blocks.save

    def saved(self, name, arrays):
        save(self, name, arrays)
        kept.append(name)
        if len(kept) == after:
            raise Lost

    monkeypatch.setattr(Blocks, "save", saved)
    with pytest.raises(Lost):
        keep(loaded.changed(scenario).plan, loaded.drivers, loaded.origin, how, where=where)
    monkeypatch.undo()
    return kept


def outputs(run):
    return {p.name: p.read_bytes() for p in (run / "outputs").rglob("*") if p.is_file()}


def test_a_run_of_an_anchor_file_goes_on_without_the_file(tmp_path, loaded, monkeypatch):
    scenario, how = Scenario(draws=9000, anchor="mine"), How(extras=also(()))
    interrupted(loaded, Place(tmp_path / "run"), scenario, how, monkeypatch, after=2)
    done = ismarket("run", "--resume", "--out", "run", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    whole = keep(loaded.changed(scenario).plan, loaded.drivers, loaded.origin, how,
                 where=Place(tmp_path / "whole"))  # fmt: skip
    assert outputs(tmp_path / "run") == outputs(whole.path)
    assert verify_run(tmp_path / "run").sound


def test_an_anchor_file_that_changed_is_not_gone_on_with(tmp_path, loaded, monkeypatch):
    scenario = Scenario(draws=9000, anchor="mine", name="published-changed")
    how = How(extras=also(()))
    interrupted(loaded, Place(tmp_path / "run"), scenario, how, monkeypatch, after=1)
    (tmp_path / "mine.toml").write_bytes(ANCHOR.replace(b"0.05", b"0.06"))
    command = ("--anchor", "mine.toml", "--draws", "9000", "--out", "run", "--resume")
    done = ismarket("run", *command, cwd=tmp_path)
    assert done.returncode == 2
    assert "changed: tables (anchor.toml)" in done.stderr
    (tmp_path / "mine.toml").write_bytes(ANCHOR)
    assert ismarket("run", *command, cwd=tmp_path).returncode == 0


@pytest.mark.usefixtures("summed_early")
def test_a_run_until_exact_enough_goes_on_to_the_same_bytes(tmp_path, loaded, monkeypatch):
    scenario = Scenario(through=2024, name="exact")
    how = How(until=EXACT, extras=also(()))
    whole = keep(loaded.changed(scenario).plan, loaded.drivers, loaded.origin, how,
                 where=Place(tmp_path / "whole"))  # fmt: skip
    for after in (3, 6, 8):
        run, partial = tmp_path / f"run-{after}", tmp_path / f".run-{after}.partial"
        done = interrupted(loaded, Place(run), scenario, how, monkeypatch, after)
        begun = json.loads((partial / "inputs/plan.json").read_text())
        assert begun["identity"]["until"] == EXACT
        again = ismarket("run", "--resume", "--out", run.name, cwd=tmp_path)
        assert (again.returncode, again.stderr) == (0, ""), done
        assert outputs(run) == outputs(whole.path)
        resolved = parse_scenario((run / "inputs/resolved.toml").read_text())
        assert resolved.draws == whole.forecast.plan.scenario.draws > 16_384
        assert verify_run(run).sound


@pytest.mark.usefixtures("summed_early")
def test_more_draws_than_are_kept_go_on_from_their_last_sum(tmp_path, loaded, monkeypatch):
    scenario = Scenario(draws=50_000, through=2024, name="many")
    monkeypatch.setattr(keeping, "MOST_SUNK", 1)
    kept = interrupted(loaded, Place(tmp_path / "run"), scenario, How(1), monkeypatch, after=4)
    assert kept == ["tally-0", "tally-1", "tally-0", "tally-1"]
    told = []
    again = keep(loaded.changed(scenario).plan, loaded.drivers, loaded.origin,
                 How(1, progress=told.append), where=Place(tmp_path / "run"),
                 resume=True)  # fmt: skip
    assert told[0] == 32_768
    assert sum(told) == 50_000
    whole = keep(loaded.changed(scenario).plan, loaded.drivers, loaded.origin,
                 where=Place(tmp_path / "whole"))  # fmt: skip
    assert outputs(again.path) == outputs(whole.path)


def test_a_run_goes_on_with_what_it_was_to_keep_and_with_nothing_else(
    tmp_path, loaded, monkeypatch
):
    how = How(extras=also(["histogram"]))
    scenario = Scenario(draws=9000)
    interrupted(loaded, Place(tmp_path / "run"), scenario, how, monkeypatch, after=1)
    refused = ismarket("run", "--resume", "--out", "run", "--also", "draws", cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr == "ismarket: --resume: begun with --also page,histogram\n"
    interrupted_again = ismarket("run", "--resume", "--out", "run", cwd=tmp_path)
    assert interrupted_again.returncode == 0
    assert (tmp_path / "run/outputs/histogram.csv").is_file()
    assert (tmp_path / "run/outputs/report.html").is_file()


def test_another_exactness_is_another_run(tmp_path, loaded, monkeypatch):
    scenario = Scenario(through=2024)
    where = Place(tmp_path / "run")
    interrupted(loaded, where, scenario, How(until=EXACT), monkeypatch, after=2)
    with pytest.raises(InputError, match=r"changed: until \(0.0004 to 0.001\)"):
        keep(loaded.changed(scenario).plan, loaded.drivers, loaded.origin, How(until=0.001),
             where=where, resume=True)  # fmt: skip
    with pytest.raises(InputError, match=r"changed: until \(0.0004 to none\)"):
        keep(loaded.changed(scenario).plan, loaded.drivers, loaded.origin, where=where, resume=True)
