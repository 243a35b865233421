"""The workbook: it computes what Python computes, and what is typed into it comes back."""

import json
import random
import re
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from spreadsheets import CHANGED, edited, random_edits

from ismarket import (
    InputError,
    Scenario,
    forecast,
    load_drivers,
    load_market,
    load_scenario,
)
from ismarket.cli import main
from ismarket.report.edits import read_workbook
from ismarket.report.grid import column, input_rows
from ismarket.report.workbook import write_workbook


@pytest.fixture(scope="module")
def book(published, tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "published.xlsx"
    write_workbook(published, path)
    return path


def expected_scenario(scenario, edits, forecast_):
    was = {row.key: row.current for row in input_rows(forecast_)}
    changed = {key: value for key, value in edits.items() if value != was[key]}
    without, fixed, strength = set(scenario.without), {**scenario.fixed}, {**scenario.strength}
    for key, value in changed.items():
        kind, _, name = key.partition(".")
        if kind == "with":
            without = without - {name} if value else without | {name}
        elif kind == "strength":
            strength[name] = value
        elif key != "overlap":
            fixed[key] = value
    overlap = changed.get("overlap", scenario.overlap)
    return without, fixed, strength, overlap


@pytest.mark.slow(reason="a hundred edits of a workbook")
def test_a_hundred_random_edits_come_back_as_the_right_scenario(published, book, tmp_path):
    chooser = random.Random(20717)
    done = 0
    for number in range(4):
        edits = random_edits(chooser, published, 25)
        back = read_workbook(edited(book, tmp_path / f"{number}.xlsx", edits))
        scenario = published.plan.scenario
        without, fixed, strength, overlap = expected_scenario(scenario, edits, published)
        assert set(back.after.without) == without
        assert back.after.fixed == fixed
        assert back.after.strength == strength
        assert back.after.overlap == overlap
        assert back.before == scenario
        assert len(back.edits) + len(back.ignored) == len(edits)
        done += len(edits)
    assert done == 100


@pytest.mark.slow(reason="workbooks written and read")
def test_a_workbook_nobody_touched_gives_the_scenario_of_its_run(published, book):
    back = read_workbook(book)
    assert back.after == published.plan.scenario
    assert back.edits == ()


@pytest.mark.slow(reason="workbooks written and read")
def test_free_takes_a_fixed_input_back_to_its_range(market, drivers, tmp_path):
    path = tmp_path / "fixed.xlsx"
    write_workbook(forecast(market, drivers, CHANGED), path)
    back = read_workbook(edited(path, path, {"video_eeg.ratio": "free"}))
    assert back.after.fixed == {}


@pytest.mark.slow(reason="workbooks written and read")
@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("overlap", 1.5, "1.5 is outside 0 to 1"),
        ("with.pricing", 0.5, "1 takes the driver in"),
        ("video_eeg.ratio", "2,6", "'2,6' is not a number"),
        ("video_eeg.ratio", 99, "99 is outside"),
        ("video_eeg.ratio", True, "True is not a number"),
    ],
)
def test_a_wrong_edit_is_refused_with_its_cell(book, tmp_path, key, value, message):
    path = edited(book, tmp_path / "wrong.xlsx", {key: value})
    with pytest.raises(InputError, match=re.escape(message)) as refused:
        read_workbook(path)
    assert re.search(rf"Inputs!C\d+ \({re.escape(key)}\)", str(refused.value))


def test_a_file_that_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "x.xlsx"
    path.write_text("not a workbook", encoding="utf-8")
    with pytest.raises(InputError, match="not an Office file"):
        read_workbook(path)
    openpyxl.Workbook().save(path)
    with pytest.raises(InputError, match="no sheet 'Inputs'"):
        read_workbook(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_workbook(tmp_path / "absent.xlsx")


def test_columns_are_counted_as_spreadsheets_do():
    assert [column(i) for i in (0, 25, 26, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip


@pytest.mark.slow(reason="workbooks written and read")
def test_an_edited_workbook_becomes_a_scenario_file(book, tmp_path, capsys):
    path = edited(book, tmp_path / "e.xlsx", {"overlap": 0.5, "with.pricing": 1})
    out = tmp_path / "mine.toml"
    with pytest.raises(SystemExit) as ended:
        main(["scenario", "from-xlsx", str(path), "--out", str(out), "--json"])
    assert ended.value.code == 0
    rows = json.loads(capsys.readouterr().out)["edits"]
    assert {row["key"]: row["now"] for row in rows} == {"overlap": 0.5, "with.pricing": 1.0}
    loaded = load_scenario(out)
    assert loaded.overlap == 0.5
    assert loaded.without == ()
    assert Path(out).read_text(encoding="utf-8").startswith("anchor")


@pytest.mark.slow(reason="workbooks written and read")
def test_a_viewer_that_does_not_compute_shows_no_false_zero(tmp_path):
    result = forecast(load_market(), load_drivers(), Scenario(draws=256))
    write_workbook(result, tmp_path / "w.xlsx")
    path = openpyxl.load_workbook(tmp_path / "w.xlsx", data_only=True)["Path"]
    for row, value in enumerate(result.columns["reference"]["value"], start=6):
        factors = [path.cell(row, column).value for column in (2, 3, 4)]
        assert np.prod(factors) == pytest.approx(value, rel=1e-12)
        assert path.cell(row, 5).value == pytest.approx(value, rel=1e-12)
