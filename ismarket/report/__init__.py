"""Reports of a forecast: one HTML page, a workbook with live formulas, a deck with native charts.

Each is written from a Forecast and nothing else, and says how to make the forecast again.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..engine.forecast import A_FORECAST, Forecast
from ..errors import check_kind
from ..text.files import whole


def write_report(
    forecast: Forecast,
    *,
    html: str | Path | None = None,
    xlsx: str | Path | None = None,
    pptx: str | Path | None = None,
    texts: Mapping[Path, str] | None = None,
) -> None:
    """Write a forecast as a page, a workbook and a deck: all that are asked for, or none.

    ``texts`` by place are written with them.  Raises DiskError for a place that cannot be written
    to.
    """
    check_kind("write_report", forecast, Forecast, A_FORECAST)
    page, workbook, deck = (Path(path) if path else None for path in (html, xlsx, pptx))
    texts = dict(texts or {})
    if page:
        from .html_page import as_page

        texts[page] = as_page(forecast)
    with whole(dict.fromkeys([*filter(None, (workbook, deck)), *texts])) as partial:
        for path, text in texts.items():
            partial[path].write_text(text, encoding="utf-8")
        if workbook:
            from .workbook import write_workbook

            write_workbook(forecast, partial[workbook])
        if deck:
            from .deck import write_deck

            write_deck(forecast, partial[deck])
