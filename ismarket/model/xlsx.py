"""Workbooks (XLSX) from anybody: opened within limits, and a table of one as strict CSV."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from importlib import import_module
from typing import Any

from ..errors import InputError
from ..text.install import needs
from ..text.spreadsheet import as_csv

MOST_PARTS = 500
LARGEST_PART = 32 * 1024 * 1024
LARGEST_WHOLE = 64 * 1024 * 1024
LARGEST_RATIO = 200
DOCUMENT_TYPE = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))
PRINTER = "/printerSettings/"
"""Settings of a printer, which nobody parses here, may be a property list with its type."""
MOST_ROWS = 100_000
MOST_COLUMNS = 200


def workbook_csv(data: bytes, file: str) -> bytes:
    """The one sheet of a workbook as CSV; needs the extra ``xlsx``.

    Raises InputError for a second sheet, a formula, a date, an error value or a truth value, or
    what is no workbook within the limits.
    """
    sheets = open_workbook(data, file, read_only=True, data_only=False).worksheets
    if len(sheets) != 1:
        raise InputError(f"{file}: {len(sheets)} sheets; a table stands in a workbook of one")
    try:
        return as_csv(_rows(sheets[0].iter_rows(), file))
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"{file}: not a readable sheet ({type(error).__name__})") from None


def open_workbook(data: bytes, file: str, *, read_only: bool, data_only: bool) -> Any:
    """The openpyxl workbook in ``data``, its limits kept before anything of it is parsed.

    Needs openpyxl; raises InputError for what is no workbook within the limits.
    """
    check_parts(data, file)
    with needs(f"{file}: XLSX", "xlsx"):
        openpyxl = import_module("openpyxl")
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=read_only, data_only=data_only)
        _ = book.worksheets
    except Exception as error:  # openpyxl raises whatever its parsers do
        raise InputError(f"{file}: not a readable workbook ({type(error).__name__})") from None
    return book


def check_parts(data: bytes, file: str) -> None:
    """Keep the limits of an Office file; refuse document types, where entities hide."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            entries = parts.infolist()
            if len(entries) > MOST_PARTS:
                raise InputError(f"{file}: more than {MOST_PARTS} parts")
            if sum(entry.file_size for entry in entries) > LARGEST_WHOLE:
                raise InputError(f"{file}: more than {LARGEST_WHOLE} bytes unpacked")
            for entry in entries:
                ratio = entry.file_size / max(entry.compress_size, 1000)
                if entry.file_size > LARGEST_PART or ratio > LARGEST_RATIO:
                    raise InputError(f"{file}: {entry.filename[:60]!r} is too large unpacked")
            for entry in entries:
                part = b"" if PRINTER in entry.filename else parts.read(entry)
                if any(mark in part for mark in DOCUMENT_TYPE):
                    raise InputError(f"{file}: {entry.filename[:60]!r} holds a document type")
    except InputError:
        raise
    except Exception as error:  # zipfile and zlib raise a dozen kinds
        raise InputError(f"{file}: not an Office file ({type(error).__name__})") from None


def _rows(rows: Iterable[Iterable[Any]], file: str) -> Iterable[list[str]]:
    for number, row in enumerate(rows, start=1):
        if number > MOST_ROWS:
            raise InputError(f"{file}: more than {MOST_ROWS} rows")
        cells = [_text(cell, f"{file}, line {number}") for cell in row]
        if len(cells) > MOST_COLUMNS:
            raise InputError(f"{file}, line {number}: more than {MOST_COLUMNS} columns")
        yield cells


def _text(cell: Any, where: str) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        raise InputError(f"{where}: {cell.coordinate} holds a formula; give its value")
    if cell.data_type in ("s", "inlineStr") and isinstance(value, str):
        return value
    if cell.data_type == "n" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return repr(value)
    raise InputError(f"{where}: {cell.coordinate} is neither text nor a number")
