"""Files of a forecast: the tables of its views as CSV and XLSX, numbers as numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..engine.findings import headline, notices
from ..engine.forecast import Forecast
from ..engine.page import title
from ..model.scenario import write_scenario
from ..text import spreadsheet
from ..text.spreadsheet import safe
from ..text.wording import MINUS
from .view import TABS, View

FIGURE = rf"([+{MINUS}-]?[\d,]*\.?\d+)(%| M| bn)?"
ONE = re.compile(FIGURE)
RANGE = re.compile(rf"(?:{FIGURE} )?\(?{FIGURE} to {FIGURE}\)?")
"""An interval, alone or in brackets behind what lies within."""
TIMES = {"%": "e-2", " M": "e6", " bn": "e9"}
Cell = str | float


def as_csv(view: View) -> bytes:
    """The table of a view as CSV under one line of column names; UTF-8 with BOM."""
    return spreadsheet.as_csv(figures(view), end="\r\n", mark=True)


def as_xlsx(views: Sequence[View], forecast: Forecast) -> bytes:
    """Every table as a sheet of one workbook, with what they say and were made from."""
    sheets: dict[str, list[list[Cell]]] = {
        view.tab or TABS[view.name]: figures(view) for view in views if view.columns
    }
    found = [[f"{view.tab or TABS[view.name]}: {view.title}"] for view in views]
    made = [[line] for line in _origin(forecast)]
    return spreadsheet.as_xlsx(sheets | {"Made from": [*found, [""], *made]})


def figures(view: View) -> list[list[Cell]]:
    """The table of a view with numbers as numbers: an interval as its two ends, 5% as 0.05."""
    header, *rows = view.cells()
    found: list[list[Cell]] = [[] for _ in range(len(rows) + 1)]
    for name, *cells in zip(header, *rows, strict=True):
        ranges = [RANGE.fullmatch(cell) for cell in cells]
        names = [name, f"{name}, low", f"{name}, high"] if any(ranges) else [name]
        plain = all(
            not cell or (one and not one[1]) for cell, one in zip(cells, ranges, strict=True)
        )
        lines: list[list[Cell]] = [[*names]]
        for cell, ends in zip(cells, ranges, strict=True):
            parts = ends.groups() if ends else (*_split(cell), None, None, None, None)
            values = [_value(*parts[i : i + 2]) for i in range(0, 2 * len(names), 2)]
            lines.append(values if ends or len(names) == 1 else [values[0], "", ""])
        for line, values in zip(found, lines, strict=True):
            line += values[1:] if plain else values
    return found


def _split(cell: str) -> tuple[str, str | None]:
    """The digits of a cell and its unit, or the words that it holds."""
    one = ONE.fullmatch(cell)
    return (one[1], one[2]) if one else (cell, None)


def _value(text: str | None, unit: str | None) -> Cell:
    plain = (text or "").replace(MINUS, "-").replace(",", "")
    try:
        return float(plain + TIMES.get(unit or "", ""))
    except ValueError:
        return safe(text or "")


def _origin(forecast: Forecast) -> list[str]:
    lines = [headline(forecast), title(forecast), *notices(forecast), ""]
    return [*lines, *write_scenario(forecast.plan.scenario).splitlines()]
