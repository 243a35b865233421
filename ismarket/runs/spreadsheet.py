"""Tables of a run for people: nothing in a cell that a spreadsheet would run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from ..errors import InputError
from ..text.spreadsheet import as_csv, as_xlsx, safe
from . import disk
from .verify import Record


def tables(record: Record) -> Iterator[tuple[str, list[list[str]]]]:
    """The name and the rows, header first, of each output table."""
    for path, data in record.contents.items():
        if path.startswith("outputs/") and path.endswith(".csv"):
            text = io.StringIO(data.decode("utf-8"), newline="")
            yield Path(path).stem, list(csv.reader(text, strict=True))


def people_tables(record: Record) -> dict[str, bytes]:
    """Each output table as CSV for a spreadsheet; the run itself stays as it is."""
    return {
        f"{name}.csv": as_csv((map(safe, row) for row in table), end="\r\n", mark=True)
        for name, table in tables(record)
    }


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
    data = as_xlsx({
        name: [head, *([_value(cell) for cell in row] for row in table)]
        for name, (head, *table) in tables(record)
    })  # fmt: skip
    with disk.told(f"{target}: cannot write the workbook"):
        target.write_bytes(data)
    return target


def _value(cell: str) -> float | str:
    try:
        return float(cell)
    except ValueError:
        return cell
