"""Files of a forecast: its tables as CSV and XLSX, its views as one self-contained page."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from html import escape

from ..engine.findings import headline, notices
from ..engine.forecast import Forecast
from ..engine.page import title
from ..model.scenario import write_scenario
from ..text import spreadsheet
from ..text.spreadsheet import safe
from ..text.wording import MINUS
from .headline import strip
from .runtime import runtime, text
from .view import TABS, View, specs

NUMBER = set(f"0123456789+{MINUS}.,%")


def as_csv(views: Sequence[View]) -> bytes:
    """Every table of the views as CSV, each under its title; UTF-8 with BOM."""
    rows: list[list[str]] = []
    for view in views:
        rows.append([f"{view.tab or TABS[view.name]}: {view.title}"])
        rows += [[_plain(cell) for cell in row] for row in view.cells()]
        rows.append([])
    return spreadsheet.as_csv(rows, end="\r\n", mark=True)


def as_xlsx(views: Sequence[View], forecast: Forecast) -> bytes:
    """Every table as a sheet of one workbook, numbers as numbers, with what it was made from."""
    sheets: dict[str, list[list[str | float]]] = {
        view.tab or TABS[view.name]: [
            [view.title],
            *([_value(cell) for cell in row] for row in view.cells()),
        ]
        for view in views
    }
    return spreadsheet.as_xlsx(sheets | {"Made from": [[line] for line in _origin(forecast)]})


def _plain(cell: str) -> str:
    """A number without the true minus and the commas, which spreadsheets do not read; or text."""
    return cell.replace(MINUS, "-").replace(",", "") if set(cell) <= NUMBER else safe(cell)


def _value(cell: str) -> str | float:
    plain = _plain(cell)
    share = plain.endswith("%")
    try:
        number = float(plain.rstrip("%"))
    except ValueError:
        return plain
    return number / 100 if share else number


def _origin(forecast: Forecast) -> list[str]:
    lines = [headline(forecast), title(forecast), *notices(forecast), ""]
    return [*lines, *write_scenario(forecast.plan.scenario).splitlines()]


def as_page(views: Sequence[View], forecast: Forecast) -> bytes:
    """All views as one HTML page: it opens without network and without a kernel."""
    page = {"views": [view.as_page() for view in views], "strip": strip(forecast)}
    data = json.dumps({"page": page, "specs": specs()}).replace("<", "\\u003c")
    packed = base64.b64encode(runtime()).decode("ascii")
    name = escape(forecast.plan.market.title)
    origin = "".join(f"<p>{escape(line)}</p>" for line in _origin(forecast) if line)
    html = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{name}</title><style>{text("panel.css")}
body {{ margin: 0; }} .ism {{ max-width: 900px; margin: 0 auto; }}</style></head>
<body><main class="ism ism-page"><h1>{name}</h1><div id="page"></div>
<section><h2>Made from</h2>{origin}</section></main>
<script type="application/json" id="data">{data}</script>
<script type="application/octet-stream" id="runtime">{packed}</script>
<script type="module">
{text("dom.js", "chart.js", "table.js")}
const {{ page, specs }} = JSON.parse(document.getElementById("data").textContent);
const packed = atob(document.getElementById("runtime").textContent);
const bytes = Uint8Array.from(packed, (c) => c.charCodeAt(0));
const getRuntime = () => loadRuntime(() => Promise.resolve(bytes));
showPage(document.getElementById("page"), page, specs, getRuntime);
</script></body></html>
"""
    return html.encode()
