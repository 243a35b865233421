"""What people write, read strictly: tables of evidence as CSV, and choices as TOML.

A table is one fact a row, each with its status and source; UTF-8, commas between cells, a point in
numbers.  ``NA`` is text like any other; a row that is too long or too short, a column that is not
known and a number that is none are errors.
"""

from __future__ import annotations

import csv
import io
import math
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources.abc import Traversable
from itertools import chain, count
from pathlib import Path
from typing import Any

from ..errors import InputError, check_known, unknown
from ..frozen import Frozen
from ..text.wording import ODD

LARGEST_TABLE = 8 * 1024 * 1024
MOST_ROWS = 100_000
LONGEST_CELL = 10_000
LONGEST_NAME = 60
EVIDENCE = ("status", "source")
"""Columns that every table has, with something in every row."""
OPTIONAL = ("note",)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
LARGEST_FILE = 65_536
DEEPEST = 8
"""Parts of a dotted key, and brackets within brackets, that a scenario may have."""
MOST_KEYS = 2_000
MOST_ESCAPES = 2_000


@dataclass(frozen=True)
class Row:
    """One row of a table, with where it stands for the error that may follow."""

    file: str
    line: int
    cells: Mapping[str, str]

    def __post_init__(self) -> None:
        object.__setattr__(self, "cells", Frozen(self.cells))

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
        check_known(self.where, "column", self.cells, column)
        value = str(self.cells[column])
        if not value and blank is not None:
            return blank
        number = float(value) if _NUMBER.fullmatch(value) else math.nan
        if not math.isfinite(number):
            raise InputError(f"{self.where}: {column} = {value[:60]!r} is not a number like 0.25")
        return number

    def whole(self, column: str) -> int:
        """The cell as a whole number, such as a year."""
        number = self.number(column)
        if not number.is_integer():
            raise InputError(f"{self.where}: {column} = {number!r} is not a whole number")
        return int(number)

    def choice(self, column: str, kind: str, known: Iterable[str]) -> str:
        """The cell, which must be one of the known names."""
        value, names = self.cells[column], tuple(known)
        check_known(self.where, kind, names, value)
        return value


def read_table(
    path: Path | Traversable,
    columns: Sequence[str],
    *,
    others: bool = False,
    evidence: Sequence[str] = EVIDENCE,
) -> list[Row]:
    """The rows of a CSV file that has ``columns`` and, in every row, its ``evidence``.

    That is a status and a source; a table of definitions, which holds no figure, has none.  With
    the extra ``xlsx`` the file may be a workbook of one sheet.  ``others`` allows columns that are
    not named here; they are read like any.
    Raises InputError for a missing, unknown or repeated column, a short or long row, a row
    without its evidence, or a file beyond LARGEST_TABLE bytes or MOST_ROWS rows.
    """
    data = _bytes_of(path)
    if path.name.lower().endswith(".xlsx"):
        from .xlsx import workbook_csv  # an extra

        data = workbook_csv(data, path.name)
    return parse_table(data, path.name, columns, others=others, evidence=evidence)


def parse_table(
    data: bytes,
    file: str,
    columns: Sequence[str],
    *,
    others: bool = False,
    evidence: Sequence[str] = EVIDENCE,
) -> list[Row]:
    """The rows of a table held in memory; ``file`` is what an error calls it."""
    return list(_parsed(data, file, tuple(columns), others, tuple(evidence)))


@lru_cache(maxsize=32)
def _parsed(
    data: bytes, file: str, columns: tuple[str, ...], others: bool, evidence: tuple[str, ...]
) -> tuple[Row, ...]:
    """The same, once for each table: a market is read anew for every study."""
    text = _checked_text(data, file)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        _check_header(header, file, (*columns, *evidence), others)
        rows = []
        for cells in filter(any, reader):  # a row with nothing in it says nothing
            rows.append(_row(cells, header, file, reader.line_num, evidence))
    except csv.Error as error:
        raise InputError(f"{file}, line {reader.line_num}: not CSV: {error}") from None
    return tuple(rows)


def _checked_text(data: bytes, file: str) -> str:
    """The text of a table, with lines ended by one newline; limits are kept before parsing."""
    if len(data) > LARGEST_TABLE:
        raise InputError(f"{file}: larger than {LARGEST_TABLE} bytes, not a table")
    try:
        text = data.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise InputError(f"{file}: cannot be read as UTF-8 text ({error})") from None
    if text.count("\n") > MOST_ROWS:
        raise InputError(f"{file}: more than {MOST_ROWS} rows")
    if found := next((one for one in ODD.finditer(text) if one[0] != "\n"), None):
        line = text.count("\n", 0, found.start()) + 1
        raise InputError(f"{file}, line {line}: control character {found.group()!a}")
    return text


def _check_header(header: Sequence[str], file: str, known: Sequence[str], others: bool) -> None:
    for column in header:
        if "\n" in column or len(column) > LONGEST_NAME:
            raise InputError(f"{file}, line 1: {column[:60]!r} is not the name of a column")
    check_known(file, "column", header, *known)
    for column in header:
        if header.count(column) > 1:
            raise InputError(f"{file}: column {column!r} stands twice")
        if not others and column not in (*known, *OPTIONAL):
            raise unknown(file, "column to read", column, known)


def _row(
    cells: Sequence[str], header: Sequence[str], file: str, line: int, evidence: Sequence[str]
) -> Row:
    where = f"{file}, line {line}"
    if len(cells) != len(header):
        hint = "; a number has a point, and text with a comma stands in quotes"
        raise InputError(
            f"{where}: {len(cells)} cells, the header has {len(header)}"
            + (hint if len(cells) > len(header) else "")
        )
    for column, value in zip(header, cells, strict=True):
        if "\n" in value:
            raise InputError(f"{where}: {column} runs over two lines")
        if len(value) > LONGEST_CELL:
            raise InputError(f"{where}: {column} is longer than {LONGEST_CELL} characters")
    row = Row(file, line, dict(zip(header, cells, strict=True)))
    for column in evidence:
        row.text(column)
    return row


def bytes_of(path: Path | Traversable, largest: int, what: str) -> bytes:
    """What a file holds; InputError where it cannot be read, or is larger than ``what`` may be."""
    try:
        with path.open("rb") as stream:
            data: bytes = stream.read(largest + 1)
    except OSError as error:
        raise InputError(f"{path.name}: cannot be read ({error.strerror})") from None
    if len(data) > largest:
        raise InputError(f"{path.name}: larger than {largest} bytes, not {what}")
    return data


# which tables were read ---------------------------------------------------------------------------

_recorded: ContextVar[tuple[dict[str, bytes], Mapping[str, bytes]] | None]
_recorded = ContextVar("recorded", default=None)


@contextmanager
def recording(supplied: Mapping[str, bytes]) -> Iterator[dict[str, bytes]]:
    """Collect every table that is read inside, by its name in the package that holds it.

    Two different tables of one name are told apart by ``~2``.  One that is ``supplied`` under its
    name alone is read from memory instead of from where it is installed.
    """
    found: dict[str, bytes] = {}
    unique = {name: data for name, data in supplied.items() if f"{name}~2" not in supplied}
    token = _recorded.set((found, unique))
    try:
        yield found
    finally:
        _recorded.reset(token)


def _bytes_of(path: Path | Traversable) -> bytes:
    name, (found, supplied) = table_name(path), _recorded.get() or ({}, {})
    data = supplied.get(name, supplied.get(str(path)))
    if data is None:
        data = bytes_of(path, LARGEST_TABLE, "a table")
    names = chain([name], (f"{name}~{number}" for number in count(2)))
    found[next(each for each in names if found.get(each, data) == data)] = data
    return data


def table_name(path: str | Path | Traversable) -> str:
    """The path from the package that holds the table on, or the bare name where none does."""
    path = Path(path) if isinstance(path, str) else path
    if not isinstance(path, str | Path):
        return path.name
    whole = Path(path).resolve()
    above = whole.parents
    packages = [i for i, folder in enumerate(above[:6]) if (folder / "__init__.py").is_file()]
    return whole.relative_to(above[packages[-1] + 1]).as_posix() if packages else Path(path).name


# TOML ---------------------------------------------------------------------------------------


def read_toml(
    text: str, file: str, what: str = "a scenario", largest: int = LARGEST_FILE
) -> dict[str, Any]:
    """The values of a TOML text; ``file`` and ``what`` are what an error calls it.

    Raises InputError for what is no TOML, too large, too deep, or holds a number like 1e400.
    """
    refuse_bombs(text, file, what, largest)
    try:
        return tomllib.loads(text, parse_float=_toml_float)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise InputError(f"{file}: not valid TOML: {error}") from None


_NOT_STRUCTURE = re.compile(
    r'"""(?:\\.|[^\\])*?(?:"""|\Z)|\'\'\'.*?(?:\'\'\'|\Z)|"(?:\\.|[^"\\\n])*+"?|\'[^\'\n]*+\'?|#[^\n]*',
    re.DOTALL,
)
"""Strings and comments of TOML; one that is never closed goes to the end of its line or text."""


def refuse_bombs(text: str, file: str, what: str, largest: int) -> None:
    """Raise InputError for TOML that would cost more to parse than it is worth.

    Python's parser takes seconds for a key of ten thousand parts and runs out of stack in deep
    brackets, so both are counted in the text first.
    """
    if len(text) > largest:
        raise InputError(f"{file}: larger than {largest} characters, not {what}")
    if text.count("\\") > MOST_ESCAPES:  # each copies the string before it, in Python's parser
        raise InputError(f"{file}: more than {MOST_ESCAPES} escapes, not {what}")
    structure = _NOT_STRUCTURE.sub("_", text)
    if structure.count("=") + structure.count("[") > MOST_KEYS:
        raise InputError(f"{file}: more than {MOST_KEYS} keys and tables, not {what}")
    for number, line in enumerate(structure.split("\n"), start=1):
        if max(part.count(".") for part in re.split(r"[=,\[\]{}]", line)) >= DEEPEST:
            raise InputError(f"{file}, line {number}: a key of more than {DEEPEST} parts")
    depth = 0
    for bracket in re.findall(r"[\[\]{}]", structure):
        depth += 1 if bracket in "[{" else -1
        if depth > DEEPEST:
            raise InputError(f"{file}: brackets more than {DEEPEST} deep")


def _toml_float(text: str) -> float:
    """A number with a point or exponent; one beyond the range of numbers is an error."""
    number = float(text)
    if math.isinf(number) and "inf" not in text:
        raise ValueError(f"{shown(text)[1:-1]} is larger than any number")
    return number


def shown(value: object) -> str:
    """A value as an error shows it: never more than a line."""
    if isinstance(value, int) and value.bit_length() > 256:
        return f"a whole number of {value.bit_length()} bits"
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
