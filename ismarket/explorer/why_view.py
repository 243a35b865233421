"""The view Why: what each driver carries of the growth, and what no cause carries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..analysis.tornado import CauseAlone
from ..charts.contributions import order, picture, unexplained_shown
from ..charts.units import millions_of
from ..engine.forecast import UNEXPLAINED, Forecast
from ..text.wording import money, number, signed
from .view import Column, View, ViewRow


def view(forecast: Forecast, causes: Sequence[CauseAlone], pinned: Forecast | None = None) -> View:
    """The bars, their finding and the table of drivers."""
    pin = " \N{BLACK DOWN-POINTING SMALL TRIANGLE} the pinned scenario." if pinned else ""
    last = forecast.years[-1]
    aid = (
        f"Points of growth a year to {last}: bars are the reference, lines 9 in 10 draws.{pin}"
        " Rows add up to the last."
    )
    columns = (
        Column("Driver", right=False), Column("Points a year"), Column("9 in 10 draws"),
        Column(f"USD M in {last}"), *((Column("Pinned", wide=True),) if pinned else ()),
        Column("Largest causes, each alone", right=False, wide=True),
    )  # fmt: skip
    rows = [_row(forecast, row, causes, pinned) for row in order(forecast)]
    return View(
        "why", finding(forecast), aid, note(forecast), columns, rows, picture(forecast, pinned)
    )


def finding(forecast: Forecast) -> str:
    """How much of the growth no cause carries; the largest driver where nothing is left."""
    rows = order(forecast)
    left = next((r["points"] for r in rows if r["driver"] == UNEXPLAINED), 0.0)
    drivers = [r for r in rows if r["driver"] not in (UNEXPLAINED, "total")]
    if unexplained_shown(forecast) and abs(left) >= 0.05:
        share = number(left, 1)
        return f"{share} points of growth a year are printed by the report and carried by no cause"
    if not drivers:
        return "No driver is on: the count stands still"
    top = max(drivers, key=lambda r: abs(r["points"]))
    start = "The causes carry all of the printed growth" if unexplained_shown(forecast) else (
        "Nothing is left unexplained"
    )  # fmt: skip
    return f"{start}; {top['title']} is the largest, {signed(top['points'], 2)} points a year"


def note(forecast: Forecast) -> str:
    """What the named causes carry together, and what overlap does."""
    named = [r for r in order(forecast) if r["named"]]
    rho, last = forecast.plan.scenario.overlap, forecast.years[-1]
    parts = []
    if unexplained_shown(forecast) and named:
        together = signed(sum(r["points"] for r in named), 1)
        parts.append(
            f"With your settings the {_count(len(named))} drivers that the report names carry"
            f" {together} points together."
        )
    premium = forecast.stacking_premium
    verb = "add" if premium >= 0 else "take away"
    once = "counts once" if rho == 1 else f"counts at overlap {rho:g}"
    parts.append(
        f"Overlap is {rho:g}, so a cause that two drivers share {once}; counted twice it would"
        f" {verb} USD {money(abs(premium))} in {last}."
    )
    return " ".join(parts)


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
        tone, words = "report", "printed growth less what its named causes carry"
    elif row["driver"] == "total":
        tone, words = "strong", "the sum of the rows above"
    else:
        mine = [c for c in causes if row["driver"] in c.drivers and not c.inert][:2]
        words = ", ".join(f"{short(c.title)} {signed(c.points, 2)}" for c in mine)
    return ViewRow((*cells, words), tone)


def short(title: str) -> str:
    """The head of a cause's title, in lower case unless it is a proper name."""
    head = title.split(",")[0].split(" of parents")[0].split(" and next")[0]
    return head if head[1:2].isupper() else head[:1].lower() + head[1:]
