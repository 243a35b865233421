"""Tables: one drawing as text and as HTML, one way into CSV and XLSX."""

import csv
import io
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ismarket.text.sheet import NARROWEST, WIDEST, Sheet, Table
from ismarket.text.spreadsheet import as_csv, as_xlsx
from ismarket.text.wording import number

words = st.text("abc ,;\"'<&\u2212", max_size=12)
tables = st.lists(st.tuples(words, words, words), min_size=1, max_size=6)


class Cells(HTMLParser):
    def __init__(self):
        super().__init__()
        self.rows = []

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        if tag in ("th", "td"):
            self.rows[-1].append("")

    def handle_data(self, data):
        self.rows[-1][-1] += data


@given(tables)
def test_html_holds_every_cell_as_it_was(rows):
    found = Cells()
    found.feed(Table(("a", "b", "c"), rows).html())
    assert found.rows == [["a", "b", "c"], *map(list, rows)]


@given(tables)
def test_columns_of_words_begin_and_columns_of_figures_end_in_one_line(rows):
    lines = Table(("name", "figure", "last"), rows).lines()
    assert len(lines) == 1 + len(rows)
    widths = [
        max(map(len, column)) for column in zip(("name", "figure", "last"), *rows, strict=True)
    ]
    for line, (name, figure, last) in zip(lines[1:], rows, strict=True):
        left = name.ljust(widths[0]) + "  " + figure.rjust(widths[1])
        assert line == (left + "  " + last.rjust(widths[2])).rstrip()


@pytest.mark.parametrize("cut", [True, False])
def test_a_table_too_wide_gives_way_in_its_widest_words(cut):
    long = "word " * 40
    lines = Table(("cause", "figure"), [(long.strip(), "1.00")], cut=cut).lines(WIDEST)
    assert max(map(len, lines)) <= WIDEST
    assert len(lines) == 2 if cut else len(lines) > 2
    assert min(len(line) for line in lines) >= min(NARROWEST, len("cause"))


@given(st.lists(st.tuples(words, st.floats(allow_nan=False)), min_size=1))
def test_csv_reads_back_to_the_same_bits(rows):
    for end, mark in (("\n", False), ("\r\n", True)):
        text = as_csv(rows, end=end, mark=mark).decode("utf-8-sig" if mark else "utf-8")
        read = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        assert [(word, float(value)) for word, value in read] == rows


def test_no_text_of_a_workbook_is_a_formula_and_numbers_stay_numbers():
    openpyxl = pytest.importorskip("openpyxl")
    made = as_xlsx({"one": [["=1+1", 2.5], ["plain", -1.0]]})
    rows = openpyxl.load_workbook(io.BytesIO(made))["one"].iter_rows()
    assert [[c.value for c in row] for row in rows] == [["'=1+1", 2.5], ["plain", -1.0]]


def test_a_table_without_rows_says_none():
    empty = Table(["name", "figure"], [], title="What is there")
    assert empty.lines() == ["none"]
    assert str(Sheet("Title", [empty])) == "Title\n\nWhat is there\nnone"
    assert "<th" not in empty.html()
    assert "<td>none</td>" in empty.html()


def test_nought_has_no_sign():
    assert number(-0.0004, 1) == "0.0"
    assert number(-0.06, 1) == "\N{MINUS SIGN}0.1"
    assert number(-1234.4, 0) == "\N{MINUS SIGN}1,234"
