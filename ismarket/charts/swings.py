"""The tornado: each input alone at its own P10 and P90, and what that does to the last year."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import altair as alt

from ..analysis.tornado import Swing, tornado
from ..engine.forecast import Forecast
from ..model.parameter import Parameter
from ..text.wording import CALENDAR_YEAR, number, percent, signed
from .marks import by_row, dots, ink, level_bars, px, rules, texts, tick, word, x
from .picture import HEIGHT, Picture, columns_of, decimals_of, shortened, ticks
from .units import millions_of

MOST = 11
"""Inputs that are drawn; the rest stand in the table for download."""
LETTERS, LETTERS_NARROW = 43, 34
"""Letters that fit before the bars in a wide and in a narrow panel."""
TOP, FOOT = 18.0, 26.0
LEFT = "(width < 640 ? 234 : 292)"
X = {"low": "x0", "high": "x1", "left": LEFT, "right": "width - 30"}
PARAMS = {"x0": -1.0, "x1": 1.0}
SHAPES = {"measured": "full", "estimated": "half", "assumed": "hollow"}
HALF = "M0,-1A1,1,0,0,0,0,1Z"
"""A half dot, as an SVG path."""


def layers() -> Any:
    """Two bars an input, its own value at both ends, its status before its name."""
    start = x("x", **X)
    parts = [
        rules("xticks", start, f"{TOP}", f"height - {FOOT}"),
        level_bars("bars", start, "x2", 8, color=by_row(), stroke=by_row("edge"), strokeWidth=0.8),
        rules("zero", start, f"{TOP}", f"height - {FOOT}", "muted"),
        *status_marks("status"),
        texts("names", px("width < 640 ? -999 : datum.px")),
        texts("names_narrow", px("width < 640 ? datum.px : -999")),
        texts("ends", start),
        texts("labels"),
    ]
    return alt.layer(*parts)


def status_marks(name: str) -> list[alt.Chart]:
    """A full, half or hollow dot at px and py, as the column shape says."""
    dot: dict[str, Any] = {"size": 64, "color": ink("status")}
    return [
        dots(name, px(), size=64, filled=False, stroke=ink("status"), strokeWidth=1.6),
        dots(name, px(), **dot).transform_filter("datum.shape == 'full'"),
        dots(name, px(), shape=HALF, **dot).transform_filter("datum.shape == 'half'"),
    ]


def picture(forecast: Forecast, swings: Sequence[Swing] | None = None) -> Picture:
    """The largest inputs, from the top, ``swings`` if they are at hand."""
    every = tornado(forecast) if swings is None else swings
    shown = list(every[:MOST])
    step = (HEIGHT - TOP - FOOT) / max(1, len(shown))
    last = float(forecast.modes.total[-1, 0])
    unit = millions_of(max((s.width for s in shown), default=last))
    reach = max((abs(v) for s in shown for v in (s.at_p10, s.at_p90)), default=1.0) / unit.size
    marks = ticks(-1.18 * reach, 1.18 * reach, 9)
    end = max(abs(marks[0]), abs(marks[-1]))
    bars: list[dict[str, Any]] = []
    ends: list[dict[str, Any]] = []
    status: list[dict[str, Any]] = []
    names, narrow = [], []
    for index, swing in enumerate(shown):
        place = TOP + step * (index + 0.5)
        for at, token in ((swing.at_p10, "p10"), (swing.at_p90, "p90")):
            edge = "p10_edge" if token == "p10" else "p90"
            bars.append({"x": 0.0, "x2": at / unit.size, "py": place, "color": token, "edge": edge})
        ends += _ends(swing, unit.size, place)
        status.append({"px": 6.0, "py": place, "shape": SHAPES[swing.parameter.status]})
        name = name_of(swing.parameter)
        names.append(word(shortened(name, LETTERS), 16, place))
        narrow.append(word(shortened(name, LETTERS_NARROW), 16, place))
    said = "at the input\N{RIGHT SINGLE QUOTATION MARK}s"
    titles = [
        {"x": 0.0, **word(f"{said} P10", 0, 7, "p10_edge", align="right", weight=600, dx=-40)},
        {"x": 0.0, **word(f"{said} P90", 0, 7, "p90", weight=600, dx=40)},
    ]
    decimals = decimals_of(marks)
    foot = [
        tick(t, signed(t, decimals), HEIGHT - FOOT + 14)
        if t
        else tick(0.0, unit.show(last), HEIGHT - FOOT + 14, "ink", 600)
        for t in marks
    ]
    datasets = {
        "bars": columns_of(bars, ["x", "x2", "py", "color", "edge"]),
        "xticks": {"x": marks},
        "zero": {"x": [0.0]},
        "status": columns_of(status, ["px", "py", "shape"]),
        "names": columns_of(names, ["text"]),
        "names_narrow": columns_of(narrow, ["text"]),
        "ends": columns_of([*ends, *titles, *foot]),
        "labels": columns_of(
            [word(f"{forecast.usd(unit.name)} in {forecast.years[-1]}", 0, HEIGHT - FOOT + 14,
                  "muted", size=11)]
        ),
    }  # fmt: skip
    return Picture("tornado", datasets, alternative(forecast, shown), {"x0": -end, "x1": end})


def name_of(parameter: Parameter) -> str:
    """The name of an input as people say it: cause and effect, or stage and place."""
    title = parameter.title or parameter.key
    return title.replace(": ", ", ").replace("  ", " ")


def figure(value: float) -> str:
    """An input's own value, with as many figures as it is worth."""
    size = abs(value)
    if size >= 1e6:
        return f"{number(value / 1e6, 2)} M"
    if size >= 1000:
        return number(value, 0)
    decimals = 0 if size >= 100 else 1 if size >= 10 else 2
    if 0 < size < 0.1:
        decimals = 1 - math.floor(math.log10(size))
    return number(value, decimals)


def figure_of(parameter: Parameter, value: float) -> str:
    """The value of an input as it is read: a chance in percent, a date, or else an amount."""
    kind = read_as(parameter)
    if kind == "chance":
        return percent(value)
    return f"{value:.5g}" if kind == "date" else figure(value)


def read_as(parameter: Parameter) -> str:
    """Whether an input is a ``chance``, a ``date``, or, empty, an amount."""
    if parameter.happens:
        return "chance"
    return "date" if parameter.unit == CALENDAR_YEAR else ""


def _ends(swing: Swing, size: float, place: float) -> list[dict[str, Any]]:
    """The input's own value at both ends of its bars, on the outer side."""
    rows = []
    low, high = (swing.p10, swing.at_p10), (swing.p90, swing.at_p90)
    for (value, at), (_, other) in ((low, high), (high, low)):
        left = at < 0 or (at == 0 and other > 0)
        align, dx = ("right", -6.0) if left else ("left", 6.0)
        said = figure_of(swing.parameter, value)
        shown = word(said, 0, place, "ink2", size=11, align=align, dx=dx)
        rows.append({"x": at / size, **shown})
    return rows


def alternative(forecast: Forecast, shown: Sequence[Swing]) -> str:
    """The tornado in words, input by input."""
    unit = millions_of(max((s.width for s in shown), default=1e9))
    usd = forecast.usd(unit.name)
    head = f"Tornado, change of {forecast.years[-1]} in {usd}, each input at P10 and P90."
    rows = [
        f"{name_of(s.parameter)} ({s.parameter.status}), {figure_of(s.parameter, s.p10)} to"
        f" {figure_of(s.parameter, s.p90)}:"
        f" {unit.change(s.at_p10)}, {unit.change(s.at_p90)}."
        for s in shown
    ]
    return " ".join([head, *rows])
