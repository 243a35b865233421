"""The sheets that compute: births, shifts, the funnel and the reference path, as live formulas."""

from __future__ import annotations

from typing import Any

from ..engine.forecast import Forecast
from ..errors import InputError
from .grid import BIRTHS, FIRST_ROW, FUNNEL, PATH, Formulas, column

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
    level = plan.anchor.at(forecast.years[0]) if plan.anchor.published else None
    sheet.write_string(0, 0, "Reference path, USD", style["title"])
    note = "no published level: the count stands" if level is None else "published level, USD"
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
        counted = f"={FUNNEL}!{column(3 + plan.start + i)}{_total_row(formulas)}"
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
    _chart(book, sheet, len(forecast.years))


def _growth_row(sheet: Any, forecast: Forecast, style: dict[str, Any]) -> None:
    first, last = FIRST_ROW, FIRST_ROW + len(forecast.years) - 1
    sheet.write_string(last + 1, 0, "growth a year")
    formula = f"=(E{last}/E{first})^(1/{forecast.span})-1"
    cagr = forecast.columns["cagr"]["reference"][0]
    sheet.write_formula(last + 1, 4, formula, style["percent"], cagr)
    sheet.write_number(last + 1, 5, cagr, style["percent"])


def _chart(book: Any, sheet: Any, years: int) -> None:
    """A native line chart of the path, with its draws."""
    chart = book.add_chart({"type": "line"})
    first, last = FIRST_ROW, FIRST_ROW + years - 1
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
    chart.set_title({"name": "Reference path and 9 in 10 draws, USD"})
    chart.set_legend({"position": "bottom"})
    sheet.insert_chart(last + 3, 0, chart, {"description": "Line chart of the path by year"})


_PEOPLE = ("births", "incidence", "diagnosed", "treated", "treated patients")


def funnel_sheet(sheet: Any, formulas: Formulas, style: dict[str, Any]) -> None:
    """People by region, then mix, cost and value by region and class, then the total."""
    market = formulas.market
    sheet.write_string(0, 0, "The funnel, in live formulas", style["title"])
    write_header(sheet, FIRST_ROW - 1, ("region", "class", "step", *market.years), style)
    sheet.set_column(0, 2, 22)
    sheet.set_column(3, 3 + len(market.years), 16)
    line = FIRST_ROW
    for r, region in enumerate(market.regions):
        for step in _PEOPLE:
            cells = [_people(formulas, step, region, r, t, line) for t in range(len(market.years))]
            line = _write_row(sheet, line, (region, "", step), cells, style)
    for r, region in enumerate(market.regions):
        for c, drug_class in enumerate(market.drug_classes):
            for step in ("weight", "mix", "net cost", "value"):
                cells = [_spend(formulas, step, r, c, t, line) for t in range(len(market.years))]
                line = _write_row(sheet, line, (region, drug_class, step), cells, style)
    first = FIRST_ROW + len(_PEOPLE) * len(market.regions)
    totals = [
        f'=SUMIF($C${first}:$C${line - 1},"value",{column(3 + t)}{first}:{column(3 + t)}{line - 1})'
        for t in range(len(market.years))
    ]
    _write_row(sheet, line, ("all", "", "count, USD"), totals, style)


def _total_row(formulas: Formulas) -> int:
    regions, classes = len(formulas.market.regions), len(formulas.market.drug_classes)
    return FIRST_ROW + len(_PEOPLE) * regions + 4 * regions * classes


def _write_row(
    sheet: Any, line: int, labels: tuple[str, ...], cells: list[str], style: dict[str, Any]
) -> int:
    for col, text in enumerate(labels):
        sheet.write_string(line - 1, col, text)
    for t, formula in enumerate(cells):
        sheet.write_formula(line - 1, 3 + t, formula, style["number"], UNTIL_COMPUTED)
    return line + 1


def _people(f: Formulas, step: str, region: str, r: int, t: int, line: int) -> str:
    here, top = column(3 + t), FIRST_ROW + len(_PEOPLE) * r
    if step == "treated patients":
        return "=" + "*".join(f"{here}{top + i}" for i in range(4))
    shift = f.slot(step, "", region, t)
    if step in ("births", "incidence"):
        base = f"{BIRTHS}!$E{f.births_row(r, 'mode')}" if step == "births" else f.base(step, region)
        return f"={base}*EXP({shift})"
    base = f.base(step, region)
    return f"={base}*EXP({shift})/(1-{base}+{base}*EXP({shift}))"


def _spend(f: Formulas, step: str, r: int, c: int, t: int, line: int) -> str:
    region, drug_class = f.market.regions[r], f.market.drug_classes[c]
    here, classes = column(3 + t), len(f.market.drug_classes)
    if step in ("weight", "net cost"):
        stage = "class_mix" if step == "weight" else "net_cost"
        shift = f"{f.slot(stage, '', region, t)}+{f.slot(stage, drug_class, region, t)}"
        return f"={f.base(stage, region, drug_class)}*EXP({shift})"
    if step == "mix":
        weights = [line - 1 + 4 * (k - c) for k in range(classes)]
        return f"={here}{line - 1}/({'+'.join(f'{here}{w}' for w in weights)})"
    patients = FIRST_ROW + len(_PEOPLE) * r + len(_PEOPLE) - 1
    return f"={here}{patients}*{here}{line - 2}*{here}{line - 1}"


def shifts_sheet(sheet: Any, formulas: Formulas, style: dict[str, Any]) -> None:
    """One row a cause and region: its curve, its factor, its shift in each year."""
    sheet.write_string(0, 0, "Shifts on the link scale: log of a ratio", style["title"])
    names = ("slot", "cause", "share today", "ceiling", "ratio", "half time, years", "factor")
    write_header(sheet, FIRST_ROW - 1, (*names, *formulas.market.years), style)
    sheet.set_column(0, 1, 30)
    for i, (key, cells, years) in enumerate(formulas.shift_rows()):
        at = FIRST_ROW - 1 + i
        sheet.write_string(at, 0, key)
        for col, cell in enumerate([*cells, *years], start=1):
            if isinstance(cell, float):
                sheet.write_number(at, col, cell, style["number"])
            elif cell.startswith("="):
                sheet.write_formula(at, col, cell, style["number"], UNTIL_COMPUTED)
            elif cell:
                sheet.write_string(at, col, cell)


def births_sheet(sheet: Any, formulas: Formulas, style: dict[str, Any]) -> None:
    """The tables' path with its bounds, and the path of the value in use."""
    stage = formulas.market.stage("births")
    if stage.path is None:
        raise InputError("the market's births follow no path, so there is no sheet of them")
    first, count = formulas.market.base_year, len(stage.path.mode)
    sheet.write_string(0, 0, f"Births, {stage.unit}", style["title"])
    sheet.set_column(0, 0, 22)
    sheet.set_column(2, 3, 2)
    sheet.set_column(4, 4 + count, 13)
    names = ("region", "path", "", "", *range(first, first + count))
    write_header(sheet, FIRST_ROW - 1, names, style)
    for r, region in enumerate(formulas.market.regions):
        for which in ("low", "mode", "high", "drawn"):
            at = formulas.births_row(r, which) - 1
            sheet.write_string(at, 0, region)
            sheet.write_string(at, 1, which)
            for t in range(count):
                if which == "drawn":
                    drawn = formulas.drawn_births(r, t)
                    sheet.write_formula(at, 4 + t, drawn, style["usd"], UNTIL_COMPUTED)
                else:
                    value = float(getattr(stage.path, which)[t, r])
                    sheet.write_number(at, 4 + t, value, style["usd"])
