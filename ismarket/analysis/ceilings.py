"""Ceilings: levels that the market cannot pass, each the product of sourced parts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from ..errors import InputError
from ..model.parameter import STATUSES
from ..model.sources import CONFIDENCE
from ..model.tables import Row, read_table

COLUMNS = ["ceiling", "title", "market", "part", "value", "unit", "year", "cagr", "counts",
           "confidence", "url", "note"]  # fmt: skip
CASES = "cases"
"""The part that is blank in the table: the cases that the market itself counts."""


@dataclass(frozen=True)
class Part:
    """One factor of a ceiling as of ``year``; ``value`` is None for the cases that are counted."""

    value: float | None
    year: int
    cagr: float
    status: str
    source: str


@dataclass(frozen=True)
class Ceiling:
    """A level, USD a year, above every possible sale for the disease.

    ``counts`` is False for a figure that is kept for the record and set aside as unreliable.
    """

    name: str
    title: str
    market: str
    parts: tuple[Part, ...]
    counts: bool

    def at(self, year: int, cases: float) -> float:
        """The ceiling in ``year``, USD; sales move there at their own printed growth."""
        return math.prod(
            (cases if part.value is None else part.value) * (1.0 + part.cagr) ** (year - part.year)
            for part in self.parts
        )


def read_ceilings(path: Path | Traversable | None = None) -> tuple[Ceiling, ...]:
    """The ceilings of a table, by default the shipped one; parts of one stand in several rows."""
    rows = read_table(path or files("ismarket") / "data" / "ceilings.csv", COLUMNS)
    parts: dict[str, list[Part]] = {}
    heads: dict[str, Row] = {}
    for row in rows:
        heads.setdefault(row.text("ceiling"), row)
        parts.setdefault(row.text("ceiling"), []).append(_part(row))
    return tuple(
        Ceiling(
            name, row.text("title"), row.text("market"), tuple(parts[name]),
            row.choice("counts", "answer", ("yes", "no")) == "yes",
        )
        for name, row in heads.items()
    )  # fmt: skip


def _part(row: Row) -> Part:
    name, value = row.text("part"), row.cells["value"]
    if bool(value) == (name == CASES):
        raise InputError(f"{row.where}: value is for every part but {CASES}, which are counted")
    row.text("unit")  # for the reader of the table: a figure without it is no evidence
    row.choice("confidence", "confidence", CONFIDENCE)  # likewise
    number = row.number("value") if value else None
    status = row.choice("status", "status", (*STATUSES, "published"))
    return Part(number, row.whole("year"), row.number("cagr", 0.0), status, row.text("source"))
