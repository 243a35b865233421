"""The view What matters: each input alone at its own P10 and P90."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..analysis.information import Information, Worth
from ..analysis.tornado import Swing
from ..charts.swings import MOST, NOT_TOLD, figure_of, name_of, picture
from ..charts.units import millions_of
from ..engine.forecast import Forecast
from ..model.parameter import STATUSES
from ..text.wording import listed, money, percent
from .view import Column, View, ViewRow
from .why_view import counted

SHOWN = 25
"""Inputs that the page lists; files hold all of them."""


def view(forecast: Forecast, swings: Sequence[Swing], worth: Information | None = None) -> View:
    """The tornado, its finding and the table of inputs, all of them.

    With ``worth`` what knowing each is worth to that decision stands beside what it moves.
    """
    known = {row.keys[0]: row for row in worth.partial["input"]} if worth else {}
    last = forecast.years[-1]
    columns = (
        Column("Input", right=False), Column("Status", right=False, wide=True), Column("P10"),
        Column("Mode", spare=True), Column("P90"), Column("Unit", right=False, wide=True),
        Column(f"{last} at P10"), Column("at P90"),
        *((Column("Worth finding out, USD"),) if worth else ()),
    )  # fmt: skip
    rows = [_row(swing, swings, known) for swing in swings]
    return View(
        "matters", f"{finding(forecast, swings)}{_most(swings, known)}", aid(forecast),
        note(swings), columns, rows, picture(forecast, swings, worth), shown=SHOWN,
        below=_decision(worth), brief=finding(forecast, swings),
    )  # fmt: skip


def _most(swings: Sequence[Swing], known: Mapping[str, Worth]) -> str:
    """Which input is worth most to find out; empty where none is told from 0."""
    names = {swing.parameter.key: name_of(swing.parameter) for swing in swings}
    rows = [row for key, row in known.items() if key in names and row.told]
    if not rows:
        return ""
    top = max(rows, key=lambda row: row.value)
    same = top.keys[0] == swings[0].parameter.key
    who = "it is also" if same else f"{names[top.keys[0]]} is"
    return f"; {who} worth most to find out, USD {money(top.value)}"


def _decision(worth: Information | None) -> str:
    """To whom the inputs are worth that, or how to see it."""
    if worth is None:
        return "Say below what is at stake to see what is worth finding out."
    one = worth.decision
    wrong = percent(worth.chance_to_regret)
    return (
        f"Worth to somebody who may enter for USD {money(one.cost)} at a share of"
        f" {percent(one.share)} and a margin of {percent(one.margin)}: the better choice on average"
        f" is wrong in {wrong} of draws. No study of an input is worth more than the figure"
        " beside it."
    )


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
    measured, estimated, assumed = (counted(n) if n else "none" for n in count.values())
    rest = len(swings) - len(top)
    more = f" {rest} smaller ones follow, all of them in the download." if rest else ""
    return (
        f"Of the {counted(len(top))} largest, {measured}"
        f" rest{'s' if count['measured'] < 2 else ''} on measurement, {estimated}"
        f" {'is' if count['estimated'] < 2 else 'are'} estimated and {assumed} assumed.{more}"
    )


def _row(swing: Swing, swings: Sequence[Swing], known: Mapping[str, Worth]) -> ViewRow:
    unit, parameter = millions_of(swings[0].width), swing.parameter
    at = (figure_of(parameter, value) for value in (swing.p10, parameter.mode, swing.p90))
    cells = (
        name_of(parameter), parameter.status, *at, parameter.unit,
        unit.change(swing.at_p10), unit.change(swing.at_p90),
    )  # fmt: skip
    if known:
        row = known.get(parameter.key)
        cells += (money(row.value) if row and row.told else NOT_TOLD,)
    source = f"Source: {parameter.source or 'none given'}"
    return ViewRow(
        cells, status=parameter.status, detail=(f"{parameter.key}, {parameter.unit}", source)
    )
