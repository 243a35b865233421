"""Evidence tables: strict reading of CSV, one fact a row, each with its status and source."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from .errors import InputError, unknown


@dataclass(frozen=True)
class Row:
    """One row of a table, with where it stands for the error that may follow."""

    file: str
    line: int
    cells: Mapping[str, str]

    @property
    def where(self) -> str:
        """File and line, as an error names them."""
        return f"{self.file}, line {self.line}"

    def text(self, column: str) -> str:
        """The cell, which must not be blank."""
        value = self.cells[column]
        if not value:
            raise InputError(f"{self.where}: {column} is blank")
        return value

    def number(self, column: str, blank: float | None = None) -> float:
        """The cell as a finite number; ``blank`` stands for an empty cell if it is given."""
        value = self.cells[column]
        if not value and blank is not None:
            return blank
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise InputError(f"{self.where}: {column} = {value!r} is not a number like 0.25")
        return number

    def choice(self, column: str, kind: str, known: Iterable[str]) -> str:
        """The cell, which must be one of the known names."""
        value, names = self.cells[column], tuple(known)
        if value not in names:
            raise unknown(self.where, kind, value, names)
        return value


def read_table(path: Path | Traversable, columns: Sequence[str]) -> list[Row]:
    """The rows of a CSV file that has ``columns`` and, in every row, a status and a source.

    Raises InputError for a missing column, a short or long row, or a row without its evidence.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name}: cannot be read as UTF-8 text ({error})") from None
    reader = csv.reader(text.splitlines(), strict=True)
    try:
        return _rows(path.name, reader, columns)
    except csv.Error as error:
        raise InputError(f"{path.name}, line {reader.line_num}: not CSV: {error}") from None


def _rows(file: str, reader: Any, columns: Sequence[str]) -> list[Row]:
    header: list[str] = next(reader, [])
    for column in (*columns, "status", "source"):
        if column not in header:
            raise unknown(file, "column", column, header)
    rows = []
    for cells in filter(any, reader):
        if len(cells) != len(header):
            raise InputError(
                f"{file}, line {reader.line_num}: {len(cells)} cells, the header has {len(header)}"
            )
        row = Row(file, reader.line_num, dict(zip(header, cells, strict=True)))
        row.text("status"), row.text("source")
        rows.append(row)
    return rows
