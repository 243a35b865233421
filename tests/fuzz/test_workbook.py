"""Workbooks from strangers: values of one sheet, and nothing else."""

import random
import zipfile
from datetime import date

import pytest
from mutations import COLUMNS

from ismarket import InputError
from ismarket.model.tables import read_table
from ismarket.reading.documents import passages_in
from ismarket.report.edits import read_workbook

openpyxl = pytest.importorskip("openpyxl")
HEAD = [*COLUMNS, "status", "source"]
BOMBS = [
    ("too large unpacked", [bytes(30_000_000)]),
    ("document type", [b"<!DOCTYPE x [<!ENTITY a>]>"]),
    ("document type", ["<!DOCTYPE x [<!ENTITY a>]>".encode("utf-16")]),
    ("bytes unpacked", [random.Random(0).randbytes(1 << 14) * 1600] * 3),
    ("more than 500 parts", [b"<a/>"] * 500),
]
READERS = [
    lambda file: read_table(file, COLUMNS),
    read_workbook,
    passages_in,
]
"""Everything that reads a workbook from anybody."""
ROW = ["births", "NA", 1, 2.5, "3", "u", "measured", "S, with a comma"]


def workbook(path, *rows, sheets=1):
    book = openpyxl.Workbook()
    for _ in range(sheets - 1):
        book.create_sheet()
    for row in rows:
        book.active.append(row)
    book.save(path)
    book.close()
    return path


def test_a_sheet_is_read_as_the_same_table_would_be(tmp_path):
    (row,) = read_table(workbook(tmp_path / "t.xlsx", HEAD, ROW), COLUMNS)
    assert list(row.cells.values()) == ["births", "NA", "1", "2.5", "3", "u", "measured", ROW[-1]]
    assert (row.number("low"), row.number("mode"), row.number("high")) == (1.0, 2.5, 3.0)


@pytest.mark.parametrize(
    ("value", "message"),
    [("=1+1", "holds a formula"), (date(2024, 1, 1), "neither text nor a number"),
     (True, "neither text nor a number"), ("#N/A", "neither text nor a number")],
)  # fmt: skip
def test_only_text_and_numbers_are_values(tmp_path, value, message):
    file = workbook(tmp_path / "t.xlsx", HEAD, [*ROW[:2], value, *ROW[3:]])
    with pytest.raises(InputError, match=message):
        read_table(file, COLUMNS)


@pytest.mark.slow(reason="archives unpacked to their limit")
def test_two_sheets_bombs_and_document_types_are_refused(tmp_path):
    with pytest.raises(InputError, match="2 sheets"):
        read_table(workbook(tmp_path / "two.xlsx", HEAD, ROW, sheets=2), COLUMNS)
    for number, (message, parts) in enumerate(BOMBS):
        file = workbook(tmp_path / f"{number}.xlsx", HEAD, ROW)
        with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
            for i, part in enumerate(parts):
                archive.writestr(f"xl/extra{i}.xml", part)
        for read in READERS:
            with pytest.raises(InputError, match=message):
                read(file)


def test_flipped_bits_never_give_a_traceback(tmp_path):
    good = workbook(tmp_path / "t.xlsx", HEAD, ROW).read_bytes()
    chance, accepted = random.Random(2), 0
    for _ in range(150):
        data = bytearray(good)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        (tmp_path / "bad.xlsx").write_bytes(bytes(data))
        try:
            rows = read_table(tmp_path / "bad.xlsx", COLUMNS)
        except InputError:
            continue
        accepted += 1
        assert list(rows[0].cells)[:6] == COLUMNS
    assert accepted < 150
