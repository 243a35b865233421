"""Views that plugins bring: a finding, a chart and a table from the forecast that is shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from ..engine.forecast import Forecast
from ..errors import in_short
from ..text.wording import number
from .view import Column, OwnPicture, View, ViewRow

if TYPE_CHECKING:
    import pandas as pd

Make = Callable[[Forecast], Any]
"""What makes a finding, a chart and a table of a forecast."""
EMPTY = {"data": {"values": []}, "mark": "point"}
AID = "A view that a plugin brings; what it says is the plugin's own."


def view(tab: str, make: Make, forecast: Forecast) -> View:
    """One of them; what it raises, or hands over amiss, is said in its place."""
    try:
        finding, chart, table = make(forecast)
        return View(
            tab, str(finding), AID, "", _columns(table), _rows(table),
            _picture(chart, str(finding)), tab=tab,
        )  # fmt: skip
    except Exception as error:
        said = f"The plugin's view could not be made: {in_short(error)}"
        return View(tab, said, AID, "", (), (), OwnPicture("own", said, EMPTY), tab=tab)


def _picture(chart: Any, alt: str) -> OwnPicture:
    """The chart with its rows apart, so that a chart of the same form only gets other rows."""
    # laid out anew with its rows, which come after it: their words are as wide as they are
    autosize = {"type": "fit", "contains": "padding", "resize": True}
    fitted = {"width": "container", "autosize": autosize}
    spec = fitted | chart.to_dict()
    text, rows = json.dumps(spec), spec.get("datasets", {})
    names = {f"data-{i}": name for i, name in enumerate(rows)}
    for plain, name in names.items():
        text = text.replace(json.dumps(name), json.dumps(plain))
    spec = json.loads(text)
    spec["datasets"] = {plain: [] for plain in names}
    form = sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()[:12]
    datasets = {plain: rows[name] for plain, name in names.items()}
    return OwnPicture(f"own-{form}", alt, spec, datasets, chart)


def _columns(table: pd.DataFrame) -> tuple[Column, ...]:
    return tuple(Column(str(name), right=table[name].dtype.kind in "fiu") for name in table)


def _rows(table: pd.DataFrame) -> list[ViewRow]:
    return [ViewRow(tuple(map(_cell, row))) for row in table.itertuples(index=False)]


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return number(value, 0 if abs(value) >= 1000 else 2)
    return str(value)
