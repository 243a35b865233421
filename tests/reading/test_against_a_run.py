"""Checking figures: what a document prints against what the run has."""

import json

import openpyxl
import pytest

from ismarket import InputError, Scenario, forecast, load_drivers, load_market
from ismarket.cli import main
from ismarket.reading.against_a_run import DIFFERS, EQUAL, UNKNOWN, check
from ismarket.reading.documents import figures_in
from ismarket.report.deck import write_deck
from ismarket.report.html_page import as_page
from ismarket.report.workbook import write_workbook


@pytest.fixture(scope="module")
def run():
    return forecast(load_market(), load_drivers(), Scenario(draws=2000, name="published"))


@pytest.fixture(scope="module")
def other():
    return forecast(load_market(), load_drivers(), Scenario(draws=256, strength={"innovation": 2}))


@pytest.fixture(scope="module")
def documents(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("documents")
    (folder / "page.html").write_text(as_page(run), encoding="utf-8")
    (folder / "page.txt").write_text(str(run), encoding="utf-8")
    write_deck(run, folder / "deck.pptx")
    write_workbook(run, folder / "book.xlsx")
    return folder


def states(path, result):
    checked = check(figures_in(path), result.to_dict())
    return {state: [c for c in checked if c.state == state] for state in (EQUAL, DIFFERS, UNKNOWN)}


@pytest.mark.parametrize("name", ["page.html", "page.txt", "deck.pptx", "book.xlsx"])
def test_a_report_agrees_with_the_run_it_was_made_from(documents, run, name):
    found = states(documents / name, run)
    assert found[DIFFERS] == []
    assert {c.figure.kind for c in found[UNKNOWN]} <= {"source"}
    assert len(found[EQUAL]) >= 10


@pytest.mark.parametrize("name", ["page.html", "page.txt", "deck.pptx", "book.xlsx"])
def test_a_report_differs_from_another_run(documents, other, name):
    assert len(states(documents / name, other)[DIFFERS]) >= 3


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("The market is USD 3.20 bn in 2022.", EQUAL),
        ("The market is USD 3.2 billion in 2022.", EQUAL),
        ("The market is USD 3.21 bn in 2022.", DIFFERS),
        ("In 2028 it is USD 4.03 bn.", EQUAL),
        ("In 2027 it is USD 4.03 bn.", DIFFERS),
        ("Growth is 3.90% a year.", EQUAL),
        ("Growth is 3.8% a year.", DIFFERS),
        ("Unexplained are {unexplained:+.2f} points.", EQUAL),
        ("General inflation is {inflation:+.2f} points.", EQUAL),
        ("Innovation carries {unexplained:+.2f} points.", DIFFERS),
        ("North America has 91% of value.", DIFFERS),
        ("A vial costs USD 40,000.", UNKNOWN),
        ("It responds in 46% of infants.", UNKNOWN),
    ],
)
def test_a_figure_is_placed_by_its_words(tmp_path, run, text, state):
    path, points = tmp_path / "a.txt", {"unexplained": run.to_dict()["unexplained"]}
    points |= {row["driver"]: row["points"] for row in run.to_dict()["attribution"]}
    path.write_text(text.format(**points), encoding="utf-8")
    (checked,) = check(figures_in(path), run.to_dict())
    assert checked.state == state


def test_one_changed_cell_is_found_with_its_place(documents, run, tmp_path):
    path = tmp_path / "changed.xlsx"
    book = openpyxl.load_workbook(documents / "book.xlsx")
    book["Path"]["F9"].value *= 1.001
    book.save(path)
    (wrong,) = states(path, run)[DIFFERS]
    assert wrong.figure.where == "Path!F9"
    assert wrong.known.year == 2025


def test_files_that_cannot_be_read_are_refused(tmp_path):
    for name in ("a.pptx", "a.xlsx"):
        path = tmp_path / name
        path.write_text("not an archive", encoding="utf-8")
        with pytest.raises(InputError):
            figures_in(path)
    path = tmp_path / "a.bin"
    path.write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(InputError, match="not text"):
        figures_in(path)
    with pytest.raises(InputError, match="cannot be read"):
        figures_in(tmp_path / "absent.txt")


def test_the_command_ends_with_1_where_a_figure_differs(tmp_path, run, capsys):
    saved, text = tmp_path / "run.json", tmp_path / "a.txt"
    saved.write_text(json.dumps(run.to_dict()), encoding="utf-8")
    text.write_text("USD 4.03 bn in 2028. A vial costs USD 40,000.", encoding="utf-8")
    for arguments, code in (((), 0), (("--strict",), 1)):
        with pytest.raises(SystemExit) as ended:
            main(["check-numbers", str(text), str(saved), *arguments])
        assert ended.value.code == code
    text.write_text("USD 4.53 bn in 2028.", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["check-numbers", str(text), str(saved), "--json"])
    assert ended.value.code == 1
    assert '"differs"' in capsys.readouterr().out
