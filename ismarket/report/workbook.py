"""The workbook: inputs, the funnel in live formulas, the path beside Python's, its evidence.

Written with XlsxWriter (extra ``office``).  Change the column "Your value" on the sheet Inputs and
the reference path follows; the quantiles come from the draws and stay as they were computed.
"""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path
from typing import Any

from ..engine.findings import findings, headline
from ..engine.forecast import Forecast
from ..engine.page import title
from ..model.scenario import write_scenario
from ..text.install import needs
from ..text.wording import listed
from .checklist import SOURCE, checklist
from .funnel_sheets import formula_sheets, path_sheet, write_header
from .grid import (
    AS_RUN,
    EFFECTIVE,
    FIRST_ROW,
    INPUTS,
    PATH,
    SHIFTS,
    Formulas,
    computing_drivers,
    input_rows,
)

SCENARIO_SHEET = "Scenario"
INPUT_COLUMNS = (
    "input", "title", "your value", "used", "in this run", "low", "most likely", "high", "unit",
    "status", "source",
)  # fmt: skip
NO_DATE = datetime(1980, 1, 1)
"""The date of every workbook and of its parts: one forecast gives the same bytes each time."""
LINE = 100
"""Characters that a line of the summary holds."""
LARGE = 1000
FREE = "free"
"""What a user writes to take a fixed parameter back to its range."""


def write_workbook(forecast: Forecast, path: str | Path) -> None:
    """Write the workbook of a forecast to ``path``; InputError where XlsxWriter is missing.

    What a function computes stands in it as values, marked.  Reference values recomputed by the
    workbook equal Python's to 1e-9 relative.
    """
    with needs("a workbook", "office"):
        import xlsxwriter
    rows = input_rows(forecast)
    where = {row.key: f"{INPUTS}!${EFFECTIVE}${FIRST_ROW + i}" for i, row in enumerate(rows)}
    formulas = Formulas(forecast, where)
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        book.set_calc_mode("auto")
        about = {"title": title(forecast), "comments": headline(forecast), "created": NO_DATE}
        book.set_properties(about)
        style = _styles(book)
        _summary(book.add_worksheet("Summary"), forecast, style)
        _inputs(book.add_worksheet(INPUTS), forecast, style)
        path_sheet(book, book.add_worksheet(PATH), formulas, style)
        formula_sheets(book, formulas, style)
        _tables(book.add_worksheet("Tables"), forecast, style)
        _checklist(book.add_worksheet("Checklist"), forecast, style)
        _scenario(book.add_worksheet(SCENARIO_SHEET), forecast, style)
        for sheet in book.worksheets():
            _for_paper(sheet, FIRST_ROW - 2 if sheet.get_name() == INPUTS else None)
        book.get_worksheet_by_name(INPUTS).print_area(0, 0, FIRST_ROW - 2 + len(rows), 10)


def _styles(book: Any) -> dict[str, Any]:
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "label": book.add_format({"bold": True, "valign": "top"}),
        "plain": book.add_format({}),
        "edit": book.add_format({"bg_color": "#fbf1f6", "border": 1, "border_color": "#9c3f74"}),
        "usd": book.add_format({"num_format": "#,##0"}),
        "number": book.add_format({"num_format": "General"}),
        "small": book.add_format({"num_format": "0.0000"}),
        "large": book.add_format({"num_format": "#,##0"}),
        "percent": book.add_format({"num_format": "0.00%"}),
        "empty": book.add_format({"bg_color": "#fdf1e8", "italic": True, "font_color": "#B84F00"}),
    }


def _summary(sheet: Any, forecast: Forecast, style: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, LINE)
    sheet.write_string(0, 0, forecast.plan.market.title, style["title"])
    lines = [("Forecast", title(forecast)), ("Result", headline(forecast)), *findings(forecast)]
    lines += [
        ("To edit", f"Change the column 'your value' on the sheet {INPUTS}: {PATH} follows."),
        ("To compute", "Excel computes on opening; in LibreOffice press Ctrl+Shift+F9 once."),
        ("To return", "Send the file back with: ismarket scenario from-xlsx FILE.xlsx"),
        ("Money", f"{forecast.plan.market.currency}."),
    ]
    if computing := [driver.name for driver in computing_drivers(forecast)]:
        text = f"Functions compute what {listed(computing)} bring: on the sheet {SHIFTS} it stands"
        text += f" marked '{AS_RUN.strip(', ')}', and follows 'with' and 'strength' alone."
        lines.append(("As run", text))
    for row, (label, text) in enumerate(lines, start=2):
        sheet.set_row(row, 15.0 * math.ceil(len(text) / LINE))
        sheet.write_string(row, 0, label, style["label"])
        sheet.write_string(row, 1, text, style["text"])


def _inputs(sheet: Any, forecast: Forecast, style: dict[str, Any]) -> None:
    sheet.write_string(0, 0, "Inputs", style["title"])
    sheet.write_string(1, 0, "Your value: a number within low and high; blank leaves the run's.")
    sheet.write_string(2, 0, f"'{FREE}' takes an input that this run fixes back to its range.")
    write_header(sheet, FIRST_ROW - 1, INPUT_COLUMNS, style)
    sheet.freeze_panes(FIRST_ROW - 1, 1)
    for col, width in enumerate((38, 44, 14, 14, 14, 12, 12, 12, 26, 11, 70)):
        sheet.set_column(col, col, width)
    for index, row in enumerate(input_rows(forecast)):
        at = FIRST_ROW - 1 + index
        line = at + 1
        sheet.write_string(at, 0, row.key)
        sheet.write_string(at, 1, row.title)
        kind = style["large" if row.high >= LARGE else "number"]
        sheet.write_blank(at, 2, None, style["edit"])
        sheet.data_validation(at, 2, at, 2, _allowed(line))
        used = f'=IF(ISNUMBER(C{line}),C{line},IF(C{line}="{FREE}",G{line},E{line}))'
        sheet.write_formula(at, 3, used, kind, row.current)
        for col, value in enumerate((row.current, row.low, row.mode, row.high), start=4):
            sheet.write_number(at, col, value, kind)
        beyond = "" if row.low <= row.current <= row.high else ", outside its range"
        for col, text in enumerate((row.unit, row.status + beyond, row.source), start=8):
            sheet.write_string(at, col, text)


def _allowed(line: int) -> dict[str, Any]:
    """What the cell "your value" of a line takes: a number of its range, or FREE."""
    inside = f"AND(ISNUMBER(C{line}),C{line}>=F{line},C{line}<=H{line})"
    return {
        "validate": "custom", "value": f'=OR({inside},C{line}="{FREE}")',
        "error_title": "Outside the range",
        "error_message": f"A number from low to high, or {FREE}.",
    }  # fmt: skip


def _for_paper(sheet: Any, header: int | None = None) -> None:
    """Landscape, one page wide, the header on every page."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    if header is not None:
        sheet.repeat_rows(header)


def _tables(sheet: Any, forecast: Forecast, style: dict[str, Any]) -> None:
    """Attribution, regions and classes, as computed from the draws."""
    sheet.write_string(0, 0, "From the draws, as run (not recomputed here)", style["title"])
    sheet.set_column(0, 12, 20)
    line = 3
    for name in ("attribution", "region", "drug_class", "calibration", "count"):
        table = forecast.columns[name]
        sheet.write_string(line - 1, 0, name, style["title"])
        write_header(sheet, line + 1, table, style)
        for col, values in enumerate(table.values()):
            for i, value in enumerate(values):
                figure = isinstance(value, float)
                kind = "large" if figure and abs(value) >= LARGE else "small" if figure else "plain"
                sheet.write(line + 1 + i, col, value, style[kind])
        line += 4 + len(next(iter(table.values())))


def _checklist(sheet: Any, forecast: Forecast, style: dict[str, Any]) -> None:
    sheet.write_string(0, 0, f"Reporting checklist: {SOURCE}", style["title"])
    write_header(sheet, FIRST_ROW - 1, ("part", "item", "answer"), style)
    for col, width in enumerate((16, 60, 90)):
        sheet.set_column(col, col, width)
    for i, item in enumerate(checklist(forecast)):
        at = FIRST_ROW - 1 + i
        sheet.write_string(at, 0, item.part)
        sheet.write_string(at, 1, item.asked, style["text"])
        sheet.set_row(at, 15.0 * math.ceil(max(len(item.asked) / 55, len(item.answer) / 85)))
        if item.answer:
            sheet.write_string(at, 2, item.answer, style["text"])
        else:
            sheet.write_string(at, 2, "(to be filled in)", style["empty"])


def _scenario(sheet: Any, forecast: Forecast, style: dict[str, Any]) -> None:
    """The scenario of the run as TOML, one line a cell: what edits are set against."""
    sheet.write_string(0, 0, "Scenario of this run; do not edit here", style["title"])
    sheet.set_column(0, 0, 100)
    for row, text in enumerate(write_scenario(forecast.plan.scenario).splitlines(), start=1):
        sheet.write_string(row, 0, text)
