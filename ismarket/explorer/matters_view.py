"""The view What matters: each input alone at its own P10 and P90."""

from __future__ import annotations

from collections.abc import Sequence

from ..analysis.tornado import Swing
from ..charts.swings import MOST, figure_of, name_of, picture
from ..charts.units import millions_of
from ..engine.forecast import Forecast
from ..model.parameter import STATUSES
from ..text.wording import listed
from .view import Column, View, ViewRow
from .why_view import _count as counted

SHOWN = 25
"""Inputs that the page lists; files hold all of them."""


def view(forecast: Forecast, swings: Sequence[Swing]) -> View:
    """The tornado, its finding and the table of inputs, all of them."""
    last = forecast.years[-1]
    columns = (
        Column("Input", right=False), Column("Status", right=False, wide=True), Column("P10"),
        Column("Mode"), Column("P90"), Column("Unit", right=False, wide=True),
        Column(f"{last} at P10"), Column("at P90"),
    )  # fmt: skip
    return View(
        "matters", finding(forecast, swings), aid(forecast), note(swings), columns,
        [_row(swing, swings) for swing in swings], picture(forecast, swings), shown=SHOWN,
    )  # fmt: skip


def finding(forecast: Forecast, swings: Sequence[Swing]) -> str:
    """The input that moves the last year most, and how far."""
    if not swings:
        return "Every input is fixed: nothing is left to vary"
    top, last = swings[0], forecast.years[-1]
    unit = millions_of(swings[0].width)
    low, high = sorted((top.at_p10, top.at_p90))
    return (
        f"One input moves {last} most: {name_of(top.parameter)},"
        f" {unit.change(low)} to {unit.change(high)} {forecast.usd(unit.name)}"
    )


def aid(forecast: Forecast) -> str:
    """How to read the tornado, and which inputs are left out because they are fixed."""
    text = "Each input alone at its own P10 and P90; numbers at the ends are the input"
    text += "\N{RIGHT SINGLE QUOTATION MARK}s."
    plan = forecast.plan
    fixed = [name_of(p) for p in plan.parameters if p.key in plan.scenario.fixed]
    if not fixed:
        return text
    names = listed(fixed) if len(fixed) < 4 else f"{len(fixed)} inputs"
    return f"{text} Left out: {names}, fixed by you."


def note(swings: Sequence[Swing]) -> str:
    """How well the largest inputs are known."""
    top = swings[:MOST]
    if not top:
        return "Reset an input to let it vary."
    count = {s: sum(w.parameter.status == s for w in top) for s in STATUSES}
    measured = "none rests" if not count["measured"] else (
        f"{counted(count['measured'])} rest{'s' if count['measured'] == 1 else ''}"
    )  # fmt: skip
    rest = len(swings) - len(top)
    more = f" {rest} smaller ones follow, all of them in the download." if rest else ""
    number = counted(len(top)) if len(top) < 10 else {10: "ten", 11: "eleven"}[len(top)]
    return (
        f"Of the {number} largest, {measured} on measurement,"
        f" {counted(count['estimated'])} are estimated and {counted(count['assumed'])}"
        f" assumed.{more}"
    )


def _row(swing: Swing, swings: Sequence[Swing]) -> ViewRow:
    unit, parameter = millions_of(swings[0].width), swing.parameter
    at = (figure_of(parameter, value) for value in (swing.p10, parameter.mode, swing.p90))
    cells = (
        name_of(parameter), parameter.status, *at, parameter.unit,
        unit.change(swing.at_p10), unit.change(swing.at_p90),
    )  # fmt: skip
    source = f"Source: {parameter.source or 'none given'}"
    return ViewRow(
        cells, status=parameter.status, detail=(f"{parameter.key}, {parameter.unit}", source)
    )
