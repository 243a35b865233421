"""Tables as files: canonical CSV, and XLSX in which no cell is taken for a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from importlib import import_module

from .install import needs

STARTS = "=+-@\t\r\n|%＝＋－＠"
"""First characters at which a spreadsheet may take a cell for a formula (OWASP, CSV injection)."""
LONGEST_NAME = 31
"""Characters of the name of a sheet in XLSX."""


def as_csv(rows: Iterable[Iterable[object]], *, end: str = "\n", mark: bool = False) -> bytes:
    """Rows as CSV, UTF-8, numbers so that they read back to the same bits.

    ``end`` ends a line; ``mark`` puts a byte order mark first, by which spreadsheets know UTF-8.
    """
    text = "".join(",".join(map(cell, row)) + end for row in rows)
    return text.encode("utf-8-sig" if mark else "utf-8")


def cell(value: object) -> str:
    """One cell of canonical CSV."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(float(value))  # a NumPy number says its type as well
    if isinstance(value, int):
        return repr(int(value))
    text = str(value)
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\n\r') else text


def safe(text: str) -> str:
    """The cell as text: one that could start a formula gets an apostrophe, a number none."""
    try:
        float(text)
    except ValueError:
        return f"'{text}" if text.lstrip(" ")[:1] and text.lstrip(" ")[0] in STARTS else text
    return text


def as_xlsx(sheets: Mapping[str, Iterable[Iterable[float | str]]]) -> bytes:
    """A workbook with a sheet a table, by its name; text stays text, numbers are numbers.

    Raises InputError where openpyxl is not installed.
    """
    with needs("XLSX", "xlsx"):
        book = import_module("openpyxl").Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name[:LONGEST_NAME])
        for row in rows:
            sheet.append([safe(value) if isinstance(value, str) else value for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
