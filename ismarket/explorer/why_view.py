"""The view Why: what each driver carries of the growth, and what no cause carries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..analysis.tornado import CauseAlone
from ..charts.contributions import order, picture, price_drivers, turned_off
from ..charts.units import millions_of
from ..engine.dollars import READ, in_current, other_reading, speaker
from ..engine.findings import stacking
from ..engine.forecast import INFLATION, UNEXPLAINED, Forecast
from ..report.titles import growth_title, short
from ..text.wording import signed
from .view import Column, View, ViewRow

WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
         "eleven")  # fmt: skip


def view(forecast: Forecast, causes: Sequence[CauseAlone], pinned: Forecast | None = None) -> View:
    """The bars, their finding and the table of drivers."""
    pin = " \N{BLACK DOWN-POINTING SMALL TRIANGLE} the pinned scenario." if pinned else ""
    growth = forecast.growth
    aid = (
        f"Points of this scenario\N{RIGHT SINGLE QUOTATION MARK}s growth a year {growth.period}:"
        f" bars are the reference, lines 9 in 10 draws.{pin} Rows add up to the last."
        f"{_taken_out(forecast)}"
    )
    columns = (
        Column("Driver", right=False), Column("Points a year"), Column("9 in 10 draws"),
        Column(f"{forecast.usd('M')} in {growth.last}"),
        *((Column("Pinned", wide=True),) if pinned else ()),
        Column("Largest causes, each alone", right=False, wide=True),
    )  # fmt: skip
    title = growth_title(forecast)
    rows = [_row(forecast, row, causes, pinned) for row in order(forecast)]
    last = 1 + forecast.plan.anchor.published
    rows[-last:-last] = [_off(row, pinned) for row in turned_off(forecast)]
    return View(
        "why", title, aid, note(forecast), columns, rows, picture(forecast, pinned),
        brief=title.partition(";")[0],
    )  # fmt: skip


def _taken_out(forecast: Forecast) -> str:
    """How much general prices would add, where they are taken out."""
    if forecast.plan.market.price_level is None or forecast.plan.in_current_dollars:
        return ""
    return f" General prices taken out: {signed(in_current(forecast).points[INFLATION], 2)}."


def note(forecast: Forecast) -> str:
    """What the named causes carry together of the scenario's growth, and what overlap does."""
    growth, anchor = forecast.growth, forecast.plan.anchor
    named = [d.name for d in forecast.plan.drivers if d.name in anchor.drivers_named]
    parts = []
    if anchor.published and named:
        together = signed(sum(growth.points[name] for name in named), 2)
        parts.append(
            f"With your settings the {counted(len(named))} drivers that the {speaker(anchor)} names"
            f" carry {together} of these {signed(growth.total, 2)} points together."
        )
    return " ".join([*parts, stacking(forecast)])


def counted(n: int) -> str:
    """A small number as a word."""
    return WORDS[n] if n < len(WORDS) else str(n)


def _row(
    forecast: Forecast,
    row: dict[str, Any],
    causes: Sequence[CauseAlone],
    pinned: Forecast | None,
) -> ViewRow:
    unit = millions_of(forecast.columns["reference"]["value"][-1])
    cells = [
        row["title"], signed(row["points"], 2),
        f"{signed(row['p5'], 2)} to {signed(row['p95'], 2)}", unit.change(row["usd"]),
    ]  # fmt: skip
    if pinned is not None:
        before = {r["driver"]: r["points"] for r in order(pinned)}
        cells.append(signed(before[row["driver"]], 2) if row["driver"] in before else "off")
    tone = "plain"
    if row["driver"] == UNEXPLAINED:
        tone, words = "report", _otherwise(forecast)
    elif row["driver"] == "total":
        tone, words = "strong", "growth of this scenario: the sum of the rows above"
    else:
        tone = "prices" if row["driver"] in price_drivers(forecast) else tone
        mine = [c for c in causes if row["driver"] in c.drivers and not c.inert][:2]
        words = ", ".join(f"{short(c.title)} {signed(c.points, 2)}" for c in mine)
    return ViewRow((*cells, words), tone)


def _off(row: dict[str, Any], pinned: Forecast | None) -> ViewRow:
    """A driver that is off although some of its causes act on."""
    before = {r["driver"]: r["points"] for r in order(pinned)} if pinned else {}
    points = signed(before[row["driver"]], 2) if row["driver"] in before else "off"
    words = f"{row['lost']} causes stop, {row['moved']} act on in others"
    return ViewRow((row["title"], "off", "", "", *([points] if pinned else []), words), "muted")


def _otherwise(forecast: Forecast) -> str:
    """What no cause would carry if the report's dollars were read the other way."""
    other = other_reading(forecast)
    if other is None:
        return "what is printed less what its named causes carry"
    return f"if {READ[other['price_basis']]} dollars were meant: {signed(other['unexplained'], 2)}"
