"""Tables of a run for people: nothing in a cell that a spreadsheet would run as a formula."""

from __future__ import annotations

import csv
import io
from importlib import import_module
from pathlib import Path

from ..errors import InputError
from . import disk
from .layout import rows
from .verify import Record

STARTS = "=+-@\t\r\n|%＝＋－＠"
"""First characters at which a spreadsheet may take a cell for a formula (OWASP, CSV injection)."""


def safe(text: str) -> str:
    """The cell as text: one that could start a formula gets an apostrophe, a number none."""
    try:
        float(text)
    except ValueError:
        return f"'{text}" if text.lstrip(" ")[:1] and text.lstrip(" ")[0] in STARTS else text
    return text


def people_tables(record: Record) -> dict[str, bytes]:
    """Each output table as CSV for a spreadsheet; the run itself stays as it is."""
    found = {}
    for path, data in record.contents.items():
        if path.startswith("outputs/") and path.endswith(".csv"):
            table, text = list(rows(data)), io.StringIO(newline="")
            writer = csv.writer(text, lineterminator="\r\n")
            writer.writerow(map(safe, table[0] if table else ()))
            writer.writerows(map(safe, row.values()) for row in table)
            found[Path(path).name] = ("\ufeff" + text.getvalue()).encode()
    return found


def write_people_tables(record: Record, folder: Path) -> list[Path]:
    """The tables in a new folder; InputError if it is there."""
    if folder.exists():
        raise InputError(f"{folder} exists; choose another name")
    files = people_tables(record)
    with disk.told(f"{folder}: cannot write the tables"):
        folder.mkdir(parents=True)
        disk.write_files({folder / name: data for name, data in files.items()})
    return [folder / name for name in files]


def write_workbook(record: Record, target: Path) -> Path:
    """The tables as sheets of one XLSX; needs the extra ``xlsx``. Text cells stay text."""
    if target.exists():
        raise InputError(f"{target} exists; choose another name")
    try:
        book = import_module("openpyxl").Workbook(write_only=True)
    except ImportError:
        raise InputError("--xlsx needs openpyxl: pip install 'ismarket[xlsx]'") from None
    for path, data in record.contents.items():
        if path.startswith("outputs/") and path.endswith(".csv"):
            sheet = book.create_sheet(Path(path).stem[:31])
            table = list(rows(data))
            sheet.append([safe(name) for name in (table[0] if table else ())])
            for row in table:
                sheet.append([_value(cell) for cell in row.values()])
    with disk.told(f"{target}: cannot write the workbook"):
        book.save(target)
    return target


def _value(cell: str) -> float | str:
    try:
        return float(cell)
    except ValueError:
        return safe(cell)
