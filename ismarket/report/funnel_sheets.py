"""The sheets that compute: paths of stages, shifts, the funnel and the reference path, live."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..engine.forecast import Forecast
from .grid import (
    FIRST_ROW,
    FUNNEL,
    PATH,
    PATH_COLUMNS,
    SHIFT_COLUMNS,
    SHIFTS,
    STAGE_COLUMNS,
    Formulas,
    Line,
    column,
    sheet_of,
)

UNTIL_COMPUTED = ""
"""What a viewer that does not compute shows: nothing, rather than a zero that nobody found."""


def write_header(sheet: Any, row: int, names: Any, style: dict[str, Any]) -> None:
    """Write column names into a row, counted from 1."""
    for index, name in enumerate(names):
        sheet.write_string(row - 1, index, str(name), style["head"])


def path_sheet(book: Any, sheet: Any, formulas: Formulas, style: dict[str, Any]) -> None:
    """Year by year: the count, the two factors, the value, Python's value and the draws."""
    forecast = formulas.forecast
    plan, summary = forecast.plan, forecast.columns["summary"]
    level = plan.level
    sheet.write_string(0, 0, f"Reference path, {plan.usd()}", style["title"])
    note = (
        "no published level: the count stands"
        if level is None
        else f"published level, {plan.usd()}"
    )
    sheet.write_string(2, 0, note)
    if level is not None:
        sheet.write_number(2, 3, level, style["usd"])
    names = ("year", "count", "calibration", "unexplained", "value", "Python, as run", "difference",
             "9 in 10 draws, low", "median draw", "9 in 10 draws, high")  # fmt: skip
    write_header(sheet, FIRST_ROW - 1, names, style)
    sheet.set_column(0, 9, 18)
    times = forecast.columns["calibration"]["reference"][0]
    for i, year in enumerate(forecast.years):
        line = FIRST_ROW + i
        here = column(len(STAGE_COLUMNS) + plan.start + i)
        counted = f"={FUNNEL}!{here}{FIRST_ROW + len(formulas.funnel) - 1}"
        sheet.write_number(line - 1, 0, year)
        left = float(forecast.unexplained_factor[i])
        count = summary["reference"][i] / (times * left)
        sheet.write_formula(line - 1, 1, counted, style["usd"], count)
        factor = "=1" if level is None else f"=$D$3/$B${FIRST_ROW}"
        sheet.write_formula(line - 1, 2, factor, style["number"], times)
        sheet.write_number(line - 1, 3, left, style["number"])
        value = f"=B{line}*C{line}*D{line}"
        sheet.write_formula(line - 1, 4, value, style["usd"], summary["reference"][i])
        sheet.write_number(line - 1, 5, summary["reference"][i], style["usd"])
        sheet.write_formula(line - 1, 6, f"=E{line}-F{line}", style["usd"])
        for col, key in enumerate(("p5", "p50", "p95"), start=7):
            sheet.write_number(line - 1, col, summary[key][i], style["usd"])
    _growth_row(sheet, forecast, style)
    _chart(book, sheet, forecast)


def _growth_row(sheet: Any, forecast: Forecast, style: dict[str, Any]) -> None:
    first, last = FIRST_ROW, FIRST_ROW + len(forecast.years) - 1
    sheet.write_string(last + 1, 0, f"growth a year to {forecast.years[-1]}")
    formula = f"=(E{last}/E{first})^(1/{forecast.span})-1"
    cagr = forecast.columns["cagr"]["reference"][0]
    sheet.write_formula(last + 1, 4, formula, style["percent"], cagr)
    sheet.write_number(last + 1, 5, cagr, style["percent"])


def _chart(book: Any, sheet: Any, forecast: Forecast) -> None:
    """A native line chart of the path, with its draws."""
    chart = book.add_chart({"type": "line"})
    first, last = FIRST_ROW, FIRST_ROW + len(forecast.years) - 1
    for letter, name, colour, dash in (
        ("E", "value", "#0072B2", "solid"),
        ("H", "9 in 10 draws, low", "#9cc6e1", "dash"),
        ("J", "9 in 10 draws, high", "#9cc6e1", "dash"),
    ):
        chart.add_series(
            {
                "name": name,
                "categories": f"={PATH}!$A${first}:$A${last}",
                "values": f"={PATH}!${letter}${first}:${letter}${last}",
                "line": {"color": colour, "dash_type": dash, "width": 2},
            }
        )
    chart.set_title({"name": f"Reference path and 9 in 10 draws, {forecast.usd()}"})
    chart.set_legend({"position": "bottom"})
    sheet.insert_chart(last + 3, 0, chart, {"description": "Line chart of the path by year"})


def formula_sheets(book: Any, formulas: Formulas, style: dict[str, Any]) -> None:
    """The funnel, a group of lines a stage; the shifts; a sheet for each stage with a path."""
    market = formulas.market
    _lines(book.add_worksheet(FUNNEL), "The funnel, in live formulas",
           (*STAGE_COLUMNS, *market.years), formulas.funnel, style)  # fmt: skip
    _lines(book.add_worksheet(SHIFTS), "Shifts on the link scale: log of a ratio",
           (*SHIFT_COLUMNS, *market.years), formulas.shifts, style)  # fmt: skip
    for stage in market.stages:
        if stage.path is not None:
            years = range(market.base_year, market.base_year + len(stage.path.mode))
            _lines(book.add_worksheet(sheet_of(stage)), f"{stage.title}, {stage.unit}",
                   (*PATH_COLUMNS, *years), formulas.path(stage), style)  # fmt: skip


def _lines(
    sheet: Any, title: str, names: Sequence[object], lines: Iterable[Line], style: dict[str, Any]
) -> None:
    sheet.write_string(0, 0, title, style["title"])
    sheet.set_column(0, len(names) - 1, 16)
    write_header(sheet, FIRST_ROW - 1, names, style)
    for at, line in enumerate(lines, start=FIRST_ROW - 1):
        for col, cell in enumerate(line):
            if isinstance(cell, float):
                sheet.write_number(at, col, cell, style["number"])
            elif cell.startswith("="):
                sheet.write_formula(at, col, cell, style["number"], UNTIL_COMPUTED)
            else:
                sheet.write_string(at, col, cell)
