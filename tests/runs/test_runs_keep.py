"""A kept run: what is in it, what is not, and that it is written once and the same each time."""

import csv
import io
import json
import re
from dataclasses import replace

import pytest
from command_line import ismarket

from ismarket import InputError, Scenario, forecast, load_scenario, study
from ismarket.model.scenario import parse_scenario
from ismarket.runs.keep import How, keep
from ismarket.runs.start import Place


@pytest.fixture(scope="module")
def loaded():
    return study(Scenario())


def files(run):
    return {p.relative_to(run).as_posix(): p.read_bytes() for p in run.rglob("*") if p.is_file()}


def test_a_run_is_kept_in_a_folder_named_by_time_scenario_and_plan(tmp_path):
    done = ismarket("run", "--draws", "50", cwd=tmp_path)
    run = next((tmp_path / "runs").iterdir())
    assert done.stdout.splitlines()[-1] == f"Kept in runs/{run.name}"
    assert re.fullmatch(r"\d{8}T\d{6}Z-published-[0-9a-f]{8}", run.name)
    manifest = json.loads((run / "manifest.json").read_text())
    assert run.name.endswith(manifest["plan"][:8])
    assert not list((tmp_path / "runs").glob(".*"))


def test_no_keep_writes_nothing_and_json_stays_json(tmp_path):
    assert "Kept" not in ismarket("run", "--no-keep", "--draws", "50", cwd=tmp_path).stdout
    assert not list(tmp_path.iterdir())
    done = ismarket("run", "--draws", "50", "--json", cwd=tmp_path)
    json.loads(done.stdout)
    assert done.stderr.startswith("Kept in runs/")


def test_a_run_holds_its_inputs_its_drivers_its_environment_and_its_outputs(kept):
    found = files(kept)
    assert set(found) >= {
        "README.txt", "SHA256SUMS", "manifest.json", "ro-crate-metadata.json", "log.jsonl",
        "inputs/scenario.toml", "inputs/resolved.toml", "inputs/plan.json",
        "inputs/data/ismarket/data/funnel.csv", "environment/environment.json",
        "environment/code.json", "drivers/diagnosis.json", "outputs/summary.csv",
        "outputs/cells.csv", "outputs/attribution.csv", "outputs/reference.csv",
        "outputs/report.txt",
    }  # fmt: skip
    assert len(found["README.txt"].splitlines()) <= 16
    driver = json.loads(found["drivers/technology.json"])
    assert (driver["distribution"], driver["drivers"]) == ("ismarket", ["technology"])
    assert set(driver["files"]) == {"ismarket_technology.py"}
    packages = json.loads(found["environment/environment.json"])["packages"]
    assert packages.keys() >= {"numpy", "click", "pluggy", "pandas"}
    assert re.fullmatch("[0-9a-f]{64}", packages["numpy"]["sha256"])


def test_the_resolved_scenario_leaves_nothing_to_a_default(kept):
    text = (kept / "inputs/resolved.toml").read_text()
    resolved = parse_scenario(text)
    assert (resolved.through, resolved.periods, resolved.draws) == (2028, 6, 300)
    for key in ("anchor", "beyond", "without", "overlap", "seed", "sampler", "market"):
        assert re.search(rf"^{key} = ", text, re.MULTILINE), key


def test_tables_hold_the_forecast_to_the_last_bit(kept, loaded):
    result = forecast(loaded.market, loaded.drivers, load_scenario("published").changed(draws=300))
    for name, columns in result.columns.items():
        table = csv.reader(io.StringIO((kept / f"outputs/{name}.csv").read_text()))
        header, *rows = table
        assert header == list(columns)
        for row, expected in zip(rows, zip(*columns.values(), strict=True), strict=True):
            for cell, value in zip(row, expected, strict=True):
                assert (float(cell) if isinstance(value, float) else cell) == (
                    value
                    if isinstance(value, float)
                    else str(value).replace("True", "true").replace("False", "false")
                )


def test_the_cells_of_each_year_add_up_to_the_mean_path(kept):
    rows = list(csv.DictReader((kept / "outputs/cells.csv").read_text().splitlines()))
    path = csv.DictReader((kept / "outputs/summary.csv").read_text().splitlines())
    for year in path:
        cells = sum(float(row["mean"]) for row in rows if row["year"] == year["year"])
        assert cells == pytest.approx(float(year["mean"]), rel=1e-9)


@pytest.mark.slow(reason="runs kept on disk")
def test_the_same_scenario_gives_the_same_bytes(tmp_path, loaded, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    runs = []
    for folder, workers in (("a", 1), ("b", 2)):
        (tmp_path / folder).mkdir()
        where = Place(tmp_path / folder / "run")
        how = How(workers, extras=("draws", "histogram", "page", "workbook"))
        keep(
            loaded.changed(Scenario(draws=9000)).plan,
            loaded.drivers,
            loaded.origin,
            how,
            where=where,
        )
        runs.append(files(where.final))
    assert runs[0] == runs[1]
    assert {"outputs/draws.csv", "outputs/report.html", "outputs/forecast.xlsx"} <= set(runs[0])


def test_a_name_that_is_taken_is_refused_and_nothing_is_changed(tmp_path):
    (tmp_path / "run").mkdir()
    done = ismarket("run", "--draws", "50", "--out", "run", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "run exists; choose another --out" in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


@pytest.mark.slow(reason="runs kept on disk")
def test_two_runs_in_one_second_have_two_names(tmp_path):
    for _ in range(3):
        ismarket("run", "--draws", "20", cwd=tmp_path, SOURCE_DATE_EPOCH="1700000000")
    assert len(list((tmp_path / "runs").iterdir())) == 3


def test_resume_refuses_another_plan_and_says_what_changed(tmp_path, loaded, monkeypatch):
    where = Place(tmp_path / "run")
    monkeypatch.setattr("ismarket.runs.keep.seal_run", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        keep(loaded.changed(Scenario(draws=100)).plan, loaded.drivers, loaded.origin, where=where)
    monkeypatch.undo()
    with pytest.raises(InputError, match="was interrupted; go on with --resume"):
        keep(loaded.changed(Scenario(draws=100)).plan, loaded.drivers, loaded.origin, where=where)
    with pytest.raises(InputError, match=r"changed: scenario \(draws = 200\)"):
        keep(loaded.changed(Scenario(draws=200)).plan, loaded.drivers, loaded.origin, where=where,
             resume=True)  # fmt: skip
    fewer = tuple(driver for driver in loaded.drivers if driver.name != "technology")
    without = replace(loaded.changed(Scenario(draws=100)), drivers=fewer)
    with pytest.raises(InputError, match="changed: installed, plugins"):
        keep(without.plan, fewer, loaded.origin, where=where, resume=True)
    plan = loaded.changed(Scenario(draws=100)).plan
    kept = keep(plan, loaded.drivers, loaded.origin, where=where, resume=True)
    events = [
        json.loads(line)["event"] for line in (kept.path / "log.jsonl").read_text().splitlines()
    ]
    assert events[0] == "started"
    assert events[-2:] == ["resumed", "finished"]


def test_resume_says_when_there_is_nothing_to_go_on_with(tmp_path):
    done = ismarket("run", "--resume", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no interrupted run in runs/" in done.stderr
    done = ismarket("run", "--resume", "--out", "there", cwd=tmp_path)
    assert "there was not begun; name its scenario as well" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_exit_4_and_one_line(tmp_path):
    (tmp_path / "runs").write_text("a file where a folder should be")
    done = ismarket("run", "--draws", "50", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (4, "")
    assert len(done.stderr.splitlines()) == 1
    assert "--no-keep" in done.stderr
