"""Checking figures: what a document prints against what the run has."""

import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from both_markets import MARKETS, market_and_drivers, scenario_of

from ismarket import (
    InputError,
    Scenario,
    forecast,
    load_drivers,
    load_market,
    load_scenario,
)
from ismarket.cli import main
from ismarket.reading.against_a_run import DIFFERS, EQUAL, UNCHECKED, check, own_passages
from ismarket.reading.documents import NUMBER, passages_in, passages_of
from ismarket.reading.run_figures import known_figures
from ismarket.report.deck import write_deck
from ismarket.report.first_screen import sentences
from ismarket.report.headline import strip
from ismarket.report.html_page import as_page
from ismarket.report.titles import growth_title, path_title, where_title
from ismarket.report.workbook import write_workbook

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
from changed_numbers import EVERY, changed, missed_and_false, numbers


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


def states(path, result, own=True):
    printed = own_passages(result, path.suffix) if own else ()
    checked = check(passages_in(path), known_figures(result.to_dict()), printed)
    return {
        state: [c for c in checked if c.state == state] for state in (EQUAL, DIFFERS, UNCHECKED)
    }


@pytest.mark.slow(reason="every number of a report is looked up")
@pytest.mark.parametrize("name", ["page.html", "page.txt", "deck.pptx", "book.xlsx"])
def test_a_report_agrees_with_the_run_it_was_made_from(documents, run, name):
    found = states(documents / name, run)
    assert found[DIFFERS] == []
    assert found[UNCHECKED] == []
    assert len(found[EQUAL]) >= 10


@pytest.mark.slow(reason="every number of a report is looked up")
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
        ("A vial costs USD 40,000.", UNCHECKED),
        ("It responds in 46% of infants.", UNCHECKED),
    ],
)
def test_a_figure_is_placed_by_its_words(tmp_path, run, text, state):
    path, points = tmp_path / "a.txt", {"unexplained": run.to_dict()["unexplained"]}
    points |= {row["driver"]: row["points"] for row in run.to_dict()["attribution"]}
    path.write_text(text.format(**points), encoding="utf-8")
    (checked,) = check(passages_in(path), known_figures(run.to_dict()))
    assert checked.state == state


TABLE = """
| USD M in year        | 2022  | 2028  |
| -------------------- | ----- | ----- |
| Reference            | 3,200 | {reference} |
| Lower end, 9 in 10   | 3,200 | {low} |
| Innovation           |       | {innovation} |
| Staff                | 12    | 14    |
"""


@pytest.mark.parametrize(
    ("change", "differing"),
    [({}, []), ({"reference": 1}, ["4,027"]), ({"low": 1}, ["3,"]), ({"innovation": 1}, ["58"])],
)
def test_a_cell_is_placed_by_row_column_and_the_unit_of_its_header(
    tmp_path, run, change, differing
):
    values = run.to_dict()
    truth = {
        "reference": values["reference"][-1]["value"] / 1e6,
        "low": values["summary"][-1]["p5"] / 1e6,
        "innovation": next(r["usd"] for r in values["attribution"] if r["driver"] == "innovation")
        / 1e6,
    }
    cells = {name: f"{value + change.get(name, 0):,.0f}" for name, value in truth.items()}
    (tmp_path / "a.txt").write_text(TABLE.format(**cells), encoding="utf-8")
    found = states(tmp_path / "a.txt", run, own=False)
    quotes = [c.figure.quote for c in found[DIFFERS]]
    assert len(quotes) == len(differing)
    assert all(cells[name] in quote for name, quote in zip(change, quotes, strict=True))
    unchecked = [c.figure.quote for c in found[UNCHECKED]]
    assert {quote.split(",")[0] for quote in unchecked if "Staff" in quote} == {"Staff"}
    assert sum("Staff" in quote for quote in unchecked) == 2


def test_a_unit_may_stand_elsewhere_in_the_row(run):
    last = run.to_dict()["reference"][-1]["value"] / 1e6
    known = known_figures(run.to_dict())
    for value, state in ((last, EQUAL), (last + 5, DIFFERS)):
        rows = ["Item | Unit | 2022 | 2028", f"Market | USD M | 3,200 | {value:,.0f}"]
        found = check(passages_of("\n".join([*rows, "Beds | beds | 12 | 14"])), known)
        assert [c.state for c in found] == [EQUAL, state, UNCHECKED, UNCHECKED]


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("The level is {times:.0f} times the count.", EQUAL),
        ("The level is 59 times the count.", DIFFERS),
        ("A vial costs 59 times the tablet.", UNCHECKED),
        ("In 2028 it is USD {low:.2f} bn.", DIFFERS),
        ("The low end of 2028 is USD {low:.2f} bn.", EQUAL),
        ("The median of 2028 is USD {median:.2f} bn.", EQUAL),
        ("The median of 2028 is USD {low:.2f} bn.", DIFFERS),
        ("Counted bottom-up it is USD {count:.1f} M in 2022.", EQUAL),
        ("Counted bottom-up it is USD 99 M in 2022.", DIFFERS),
        ("We interviewed 12 clinicians.", UNCHECKED),
    ],
)
def test_a_figure_is_that_of_the_series_its_words_name(tmp_path, run, text, state):
    values = run.to_dict()
    last = values["summary"][-1]
    said = text.format(
        times=values["calibration"]["reference"], low=last["p5"] / 1e9, median=last["p50"] / 1e9,
        count=values["count"]["reference"] / 1e6,
    )  # fmt: skip
    (checked,) = check(passages_of(said), known_figures(values))
    assert checked.state == state


def test_both_ends_of_an_interval_are_held_to_it(run):
    last, known = run.to_dict()["summary"][-1], known_figures(run.to_dict())
    low, high = last["p5"] / 1e9, last["p95"] / 1e9
    said = f"In 2028, USD {low:.2f} to {high:.2f} bn in 9 of 10 draws."
    assert [c.state for c in check(passages_of(said), known)] == [EQUAL, EQUAL]
    said = f"In 2028, USD {low:.2f} to {high + 0.1:.2f} bn in 9 of 10 draws."
    assert [c.state for c in check(passages_of(said), known)] == [EQUAL, DIFFERS]


@pytest.mark.slow(reason="every number of a report is looked up")
@pytest.mark.parametrize("name", MARKETS)
def test_every_changed_number_of_its_own_page_and_report_is_found(name):
    """A small share of what `python benchmarks/changed_numbers.py` does over 50 seeds."""
    result = forecast(*market_and_drivers(name), scenario_of(name, draws=256))
    for source in (str(result), as_page(result)):
        assert missed_and_false(result, source, []) == (0, 0)
        for seed in range(3):
            text, put = changed(source, seed)
            assert len(put) == len(range(0, len(numbers(source)), EVERY)) or len(put) > 10
            assert missed_and_false(result, text, put) == (0, 0)


@pytest.mark.parametrize("name", MARKETS)
def test_words_alone_raise_no_false_alarm_in_its_own_documents(name):
    """As for a document in anybody's words: what is not placed is unchecked, never different.

    Titles and the first screen say several figures in few words, which the rules misplace: they are
    held to the run's own passages alone.
    """
    result = forecast(*market_and_drivers(name), scenario_of(name, draws=256))
    dense = [path_title(result), growth_title(result), where_title(result)]
    dense += [cell["words"] for cell in strip(result)] + [text for _, text in sentences(result)]
    dense = "\n".join(dense).replace("**", "")
    for source in (str(result), as_page(result)):
        found = check(passages_of(source), known_figures(result.to_dict()))
        quotes = [c.figure.quote for c in found if c.state == DIFFERS]
        assert [quote for quote in quotes if quote not in dense] == []
        assert sum(c.state == EQUAL for c in found) > 25


@pytest.mark.slow(reason="every number of a report is looked up")
@pytest.mark.parametrize("name", ["deck.pptx", "book.xlsx"])
def test_words_alone_raise_no_false_alarm_in_a_deck_or_workbook(documents, run, name):
    found = states(documents / name, run, own=False)
    assert [c.figure.quote for c in found[DIFFERS]] == []
    assert len(found[EQUAL]) > 40


def test_every_number_that_a_reader_sees_is_counted(run):
    for source in (str(run), as_page(run)):
        own = passages_of(source)
        seen = len(check(own, known_figures(run.to_dict()), own))
        labels = " ".join(re.findall(r'aria-label="([^"]*)"', source))
        assert seen == len(numbers(source)) + len(NUMBER.findall(labels))


@pytest.mark.slow(reason="every number of a report is looked up")
def test_one_changed_cell_is_found_with_its_place(documents, run, tmp_path):
    path = tmp_path / "changed.xlsx"
    book = openpyxl.load_workbook(documents / "book.xlsx")
    book["Path"]["F9"].value *= 1.001
    book.save(path)
    (wrong,) = states(path, run)[DIFFERS]
    assert wrong.figure.where == "Path!F9"
    assert wrong.known.value == run.columns["reference"]["value"][3]


def test_files_that_cannot_be_read_are_refused(tmp_path):
    for name in ("a.pptx", "a.xlsx"):
        path = tmp_path / name
        path.write_text("not an archive", encoding="utf-8")
        with pytest.raises(InputError):
            passages_in(path)
    path = tmp_path / "a.bin"
    path.write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(InputError, match="not text"):
        passages_in(path)
    with pytest.raises(InputError, match="cannot be read"):
        passages_in(tmp_path / "absent.txt")


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
    with pytest.raises(SystemExit):
        main(["check-numbers", str(text), str(saved)])
    assert "line 1: USD 4.53 bn in 2028; the run has " in capsys.readouterr().out


@pytest.mark.parametrize(
    "changed",
    [{"reference": 1}, {"reference": [{"year": 2028}]}, {"summary": [3]}, {"launches": ["x"]},
     {"count": {"p50": "x"}}, {"unexplained": None}, {"attribution": [{"driver": 1}]}, None],
)  # fmt: skip
def test_json_that_no_run_printed_is_refused_in_a_line(tmp_path, run, capsys, changed):
    saved, text = tmp_path / "run.json", tmp_path / "a.txt"
    saved.write_text(json.dumps(changed and {**run.to_dict(), **changed}), encoding="utf-8")
    text.write_text("USD 4.03 bn in 2028.", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["check-numbers", str(text), str(saved)])
    assert (ended.value.code, "not the figures of a run" in capsys.readouterr().err) == (2, True)


@pytest.mark.parametrize("changed", [{"scenario": ["x"]}, {"draws": 0}, {"draws": "x"}])
def test_json_that_names_no_scenario_is_checked_by_its_figures(tmp_path, run, changed):
    saved, text = tmp_path / "run.json", tmp_path / "a.txt"
    saved.write_text(json.dumps({**run.to_dict(), **changed}), encoding="utf-8")
    text.write_text("USD 4.03 bn in 2028.", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["check-numbers", str(text), str(saved)])
    assert not ended.value.code


def test_json_of_a_shipped_scenario_checks_every_number_of_its_page(tmp_path, capsys):
    small = forecast(load_market(), load_drivers(), replace(load_scenario("published"), draws=64))
    saved, page = tmp_path / "run.json", tmp_path / "page.html"
    saved.write_text(json.dumps(small.to_dict()), encoding="utf-8")
    page.write_text(as_page(small), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["check-numbers", str(page), str(saved), "--strict"])
    assert not ended.value.code
    assert capsys.readouterr().out.rstrip().endswith("0 differing, 0 unchecked.")


def test_a_number_is_found_at_its_lines(run):
    """A sentence that runs over two lines is at both; a line of a listing at its own."""
    text = str(run).replace("nothing carries", "nothing\n             carries")
    lines = text.splitlines()
    own = passages_of(text)
    for passage in own:
        first, *_, last = re.findall(r"\d+", passage.where) * 2
        shown = " ".join(lines[int(first) - 1 : int(last)]).replace("\N{MINUS SIGN}", "-")
        assert set(NUMBER.findall(passage.words)) <= set(NUMBER.findall(shown)), passage
    listing = passages_of("<html><body><pre>a = 1\nb = 2\n</pre><p>c 3</p></body></html>")
    assert [(p.words, p.where) for p in listing] == [
        ("a = 1", "line 1"), ("b = 2", "line 2"), ("c 3", "line 3"),
    ]  # fmt: skip
