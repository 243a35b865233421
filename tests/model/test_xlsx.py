"""A table in a workbook: one sheet of text and numbers, within limits."""

import io
import zipfile
from datetime import date

import pytest

from ismarket import InputError
from ismarket.model import xlsx
from ismarket.model.xlsx import check_parts, workbook_csv

openpyxl = pytest.importorskip("openpyxl")


def book(*rows, sheets=1):
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    for _ in range(sheets - 1):
        made.create_sheet()
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_text_and_numbers_come_as_they_are():
    found = workbook_csv(book(["a", "b"], ["x", 0.25], [None, 3]), "t.xlsx")
    assert found.decode().split() == ["a,b", "x,0.25", ",3"]


@pytest.mark.parametrize(
    ("rows", "sheets", "message"),
    [
        ([["a"]], 2, "2 sheets; a table stands in a workbook of one"),
        ([["a"], ["=1+1"]], 1, "line 2: A2 holds a formula"),
        ([["a", True]], 1, "line 1: B1 is neither text nor a number"),
        ([["a", date(2024, 1, 1)]], 1, "B1 is neither text nor a number"),
        ([["a"] * 4], 1, "line 1: more than 3 columns"),
        ([["a"]] * 6, 1, "more than 5 rows"),
    ],
)
def test_what_is_no_table_is_refused(monkeypatch, rows, sheets, message):
    monkeypatch.setattr(xlsx, "MOST_COLUMNS", 3)
    monkeypatch.setattr(xlsx, "MOST_ROWS", 5)
    with pytest.raises(InputError, match=message):
        workbook_csv(book(*rows, sheets=sheets), "t.xlsx")
    workbook_csv(book(*[["a"] * 3] * 5), "t.xlsx")


def packed(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("limit", "value", "message"),
    [
        ("MOST_PARTS", 2, "more than 1 parts"),
        ("LARGEST_WHOLE", 3_000, "more than 2999 bytes unpacked"),
        ("LARGEST_PART", 2_000, "'b' is too large unpacked"),
        ("LARGEST_RATIO", 2.0, "'b' is too large unpacked"),
    ],
)
def test_limits_are_kept_and_reached(monkeypatch, limit, value, message):
    data = packed(a=b"x" * 1_000, b=b"y" * 2_000)
    monkeypatch.setattr(xlsx, limit, value)
    check_parts(data, "t.xlsx")
    monkeypatch.setattr(xlsx, limit, value - 1)
    with pytest.raises(InputError, match=message):
        check_parts(data, "t.xlsx")


def test_a_document_type_is_refused_but_in_the_settings_of_a_printer():
    for code in ("utf-8", "utf-16-le", "utf-16-be"):
        with pytest.raises(InputError, match="'a' holds a document type"):
            check_parts(packed(a="<!DOCTYPE x>".encode(code)), "t.xlsx")
    check_parts(packed(**{"xl/printerSettings/p.bin": b"<!DOCTYPE plist>"}), "t.xlsx")
    with pytest.raises(InputError, match="not an Office file"):
        check_parts(b"text", "t.xlsx")
