"""Runs of the second market, kept and compared, and every file that is made of them."""

import json
import re
import shutil

import pytest
from dravet import COMPUTING, table
from spreadsheets import computed_path, edited, needs_libreoffice, recalculated

from ismarket import load_scenario

pytestmark = pytest.mark.slow(reason="a market of many drivers, kept twice")


def test_a_run_is_kept_verified_and_computed_again(kept, answer, scenarios):
    assert "every byte as written" in answer("verify", "one")
    assert answer("rerun", "one").startswith("one: identical bytes in all")
    page = (scenarios / "one" / "outputs" / "report.html").read_text(encoding="utf-8")
    assert "Dravet syndrome, everyone on therapy" in page
    assert "irths" not in page


def test_two_runs_are_compared_step_by_step(kept, answer, scenarios):
    page = answer("compare", "one", "two")
    assert "anchor bottom-up to illustration-2025" in page
    ends = [
        {row["year"]: row["value"] for row in answer("run", name, "--no-keep", "--json",
                                                     *more)["reference"]}[2030]
        for name, more in (
            ("small.toml", [p for n in COMPUTING[:2] for p in ("--without", n)]),
            ("anchored.toml", ()),
        )
    ]  # fmt: skip
    for name, end in zip(("one", "two"), ends, strict=True):
        line = next(line for line in page.splitlines() if line.split()[:1] == [name])
        assert float(line.split()[1]) == pytest.approx(end / 1e6, abs=0.05)


def test_a_run_travels_as_one_file_and_as_tables(kept, answer, scenarios):
    answer("export", "one", "--zip", "--out", "one.zip")
    unpacked = answer("import", "one.zip", "--out", "back")
    assert json.loads((scenarios / "one/manifest.json").read_text())["seal"] in unpacked
    assert "every byte as written" in answer("verify", "back/one")
    answer("export", "one", "--csv", "tables")
    regions = (scenarios / "tables" / "region.csv").read_text(encoding="utf-8-sig")
    assert "Australia and New Zealand" in regions


def test_a_report_is_written_and_its_figures_are_checked(kept, answer, scenarios):
    pytest.importorskip("pptx")
    answer("report", "one", "--html", "one.html", "--pptx", "one.pptx")
    page = (scenarios / "one.html").read_text(encoding="utf-8")
    for stage in table("stages.csv"):
        assert stage["stage"] in page, stage["stage"]
    found = answer("check-numbers", "one.pptx", "one")
    assert re.search(r"\d+ numbers, \d+ checked, 0 differing, 0 unchecked\.$", found.strip())


def test_a_workbook_of_the_market_comes_back_as_a_scenario(kept, answer, scenarios):
    pytest.importorskip("xlsxwriter")
    answer("report", "one", "--xlsx", "market.xlsx")
    back = answer("scenario", "from-xlsx", "market.xlsx")
    assert "No cell was changed." in back
    assert 'market = "dravet"' in back
    edits = {f"with.{COMPUTING[-1]}": 0, f"strength.{COMPUTING[-2]}": 0.5}
    edited("market.xlsx", "mine.xlsx", edits)
    answer("scenario", "from-xlsx", "mine.xlsx", "--out", "mine.toml")
    assert COMPUTING[-1] in load_scenario(scenarios / "mine.toml").without


@needs_libreoffice
def test_a_workbook_computes_the_market_with_every_driver(answer, scenarios):
    """Those with a function too: what they bring stands as values; on the anchor, and edited."""
    for name in ("small", "anchored"):
        answer("run", f"{name}.toml", "--out", name, "--also", "workbook")
        shutil.copy(scenarios / name / "outputs" / "forecast.xlsx", scenarios / f"{name}.xlsx")
    edits = {f"with.{COMPUTING[0]}": 0, f"strength.{COMPUTING[1]}": 3.0, "care_networks.ratio": 1.7}
    edited(scenarios / "small.xlsx", scenarios / "edited.xlsx", edits)
    answer("scenario", "from-xlsx", "edited.xlsx", "--out", "edited.toml")
    books = [scenarios / f"{name}.xlsx" for name in ("anchored", "edited")]
    for book, opened in zip(books, recalculated(books, scenarios), strict=True):
        rows = answer("run", f"{book.stem}.toml", "--no-keep", "--json")["reference"]
        assert computed_path(opened, len(rows)) == pytest.approx(
            [row["value"] for row in rows], rel=1e-9
        )


@pytest.mark.parametrize("run", ["small.toml", "anchored.toml"])
def test_every_figure_of_every_download_is_that_of_its_run(answer, run):
    """Charts too: a bar goes by the title of its driver, which is not the driver's name."""
    pytest.importorskip("pptx")
    answer("run", run, "--out", "one")
    made = {file: f"--{file[2:]}" for file in ("f.pptx", "f.html", "f.xlsx")}
    answer("report", "one", *(word for file, option in made.items() for word in (option, file)))
    for file in (*made, "one/outputs/report.txt"):
        rows = answer("check-numbers", file, "one", "--json")
        assert [row for row in rows if row["state"] != "equal"] == [], file
        assert len(rows) > 10, file
