"""The view Why: what each driver carries of the growth, and what no cause carries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..analysis.tornado import CauseAlone
from ..charts.contributions import order, picture
from ..charts.units import millions_of
from ..engine.dollars import speaker
from ..engine.findings import stacking
from ..engine.forecast import UNEXPLAINED, Forecast
from ..text.wording import signed
from .view import Column, View, ViewRow

SMALL = 0.005
"""Points a year that print as nothing."""


def view(forecast: Forecast, causes: Sequence[CauseAlone], pinned: Forecast | None = None) -> View:
    """The bars, their finding and the table of drivers."""
    pin = " \N{BLACK DOWN-POINTING SMALL TRIANGLE} the pinned scenario." if pinned else ""
    growth = forecast.growth
    aid = (
        f"Points of this scenario\N{RIGHT SINGLE QUOTATION MARK}s growth a year {growth.period}:"
        f" bars are the reference, lines 9 in 10 draws.{pin} Rows add up to the last."
    )
    columns = (
        Column("Driver", right=False), Column("Points a year"), Column("9 in 10 draws"),
        Column(f"{forecast.usd('M')} in {growth.last}"),
        *((Column("Pinned", wide=True),) if pinned else ()),
        Column("Largest causes, each alone", right=False, wide=True),
    )  # fmt: skip
    rows = [_row(forecast, row, causes, pinned) for row in order(forecast)]
    return View(
        "why", finding(forecast), aid, note(forecast), columns, rows, picture(forecast, pinned)
    )


def finding(forecast: Forecast) -> str:
    """How much of the growth no cause carries; the largest driver where nothing is left."""
    growth, drivers = forecast.growth, forecast.plan.drivers
    left = growth.points[UNEXPLAINED]
    if not drivers:
        if abs(left) < SMALL:
            return f"No driver is on: the market stands still {growth.period}"
        return (
            f"No driver is on: all of the {signed(left, 2)} points a year {growth.period} stay"
            " unexplained"
        )
    if abs(left) >= SMALL:
        return (
            f"Growth of {signed(growth.total, 2)}% a year {growth.period}, with"
            f" {signed(left, 2)} points that no cause carries"
        )
    top = max(drivers, key=lambda driver: abs(growth.points[driver.name]))
    return (
        f"Nothing is left unexplained {growth.period}; {top.title} is the largest,"
        f" {signed(growth.points[top.name], 2)} of {signed(growth.total, 2)} points a year"
    )


def note(forecast: Forecast) -> str:
    """What the named causes carry together of the scenario's growth, and what overlap does."""
    growth, anchor = forecast.growth, forecast.plan.anchor
    named = [d.name for d in forecast.plan.drivers if d.name in anchor.drivers_named]
    parts = []
    if anchor.published and named:
        together = signed(sum(growth.points[name] for name in named), 2)
        parts.append(
            f"With your settings the {_count(len(named))} drivers that the {speaker(anchor)} names"
            f" carry {together} of these {signed(growth.total, 2)} points together."
        )
    return " ".join([*parts, stacking(forecast)])


def _count(n: int) -> str:
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return words[n] if n < len(words) else str(n)


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
        tone, words = "report", "what is printed less what its named causes carry"
    elif row["driver"] == "total":
        tone, words = "strong", "growth of this scenario: the sum of the rows above"
    else:
        mine = [c for c in causes if row["driver"] in c.drivers and not c.inert][:2]
        words = ", ".join(f"{short(c.title)} {signed(c.points, 2)}" for c in mine)
    return ViewRow((*cells, words), tone)


def short(title: str) -> str:
    """The head of a cause's title, in lower case unless it is a proper name."""
    head = title.split(",")[0].split(" of parents")[0].split(" and next")[0]
    return head if head[1:2].isupper() else head[:1].lower() + head[1:]
