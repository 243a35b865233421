"""Actuals as they are handed in: typed one by one, or as a table with its sources."""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import InputError
from ..model.tables import read_table
from ..text.typed import fraction, usd
from .updating import Observation

COLUMNS = ["year", "value_usd", "error"]
"""Of a table of actuals, beside the ``status`` and ``source`` that every table has."""


def observation(text: str) -> Observation:
    """``2024=55M:10%``: the actual of a year, USD, and its relative standard error."""
    found = re.fullmatch(r"\s*(\d{4})\s*=\s*([^:]+?)\s*:\s*([^:]+?)\s*", text)
    if not found:
        raise InputError(
            f"--observe {text!r}: give year, amount and its relative error, such as 2024=55M:10%"
        )
    where = f"--observe {found[1]}:"
    return Observation(int(found[1]), usd(found[2], where), fraction(found[3], where, "fraction"))


def read_observations(file: Path) -> list[Observation]:
    """The actuals of a CSV table (year, value_usd, error, status, source)."""
    found = []
    for row in read_table(file, COLUMNS):
        year = row.number("year")
        if year != int(year):
            raise InputError(f"{row.where}: year = {row.cells['year']} is no year")
        try:
            found.append(
                Observation(
                    int(year), row.number("value_usd"), row.number("error"), row.text("source")
                )
            )
        except InputError as error:
            raise InputError(f"{row.where}: {str(error).removeprefix(f'{row.where}: ')}") from None
    if not found:
        raise InputError(f"{file.name}: no row, so no actual to update with")
    return found
