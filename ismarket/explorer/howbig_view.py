"""The view How big: the published estimates, the chosen anchor and the count."""

from __future__ import annotations

from ..charts.levels import Count, DrawnLevel, count_of, levels_of, picture
from ..engine.forecast import Forecast
from ..engine.waterfall import waterfall_of
from ..text.wording import number, rate, times
from .view import Column, View, ViewRow
from .why_view import counted


def view(forecast: Forecast) -> View:
    """The levels on one axis; the rows of the table choose the anchor."""
    first = forecast.years[0]
    aid = (
        f"Published sizes, moved to {first} at each publisher\N{RIGHT SINGLE QUOTATION MARK}s own"
        f" growth rate, against the count from {forecast.plan.market.chain_words}."
    )
    columns = (
        Column("Anchor", right=False), Column("Published, USD M"), Column("for"),
        Column(f"Restated to {first}"), Column("Growth printed", wide=True),
        Column("Times the count"),
    )  # fmt: skip
    found, count = levels_of(forecast), count_of(forecast)
    chosen = not forecast.plan.anchor.published
    rows = [_row(level) for level in found]
    rows.append(_count_row(forecast, count, chosen))
    title, caveat = finding(forecast, found), note(forecast, found)
    return View("howbig", title, aid, caveat, columns, rows, picture(forecast))


def finding(forecast: Forecast, found: list[DrawnLevel]) -> str:
    """How far the chosen anchor stands from the count, and the others beside it."""
    chosen = next((v for v in found if v.chosen), None)
    others = [v.times for v in found if not v.chosen]
    if not others:
        return "No other publisher prints a size"
    spread = f"{times(min(others))} to {times(max(others))} times the count"
    if chosen is None:
        return f"The level is the count itself; {len(others)} published estimates are {spread}"
    count = f"other {counted(len(others))} estimates are"
    if len(others) == 1:
        count = "one other estimate is"
    spread = spread.removesuffix("the count") + "it"
    return f"The chosen anchor is {times(chosen.times)} times the count; the {count} {spread}"


def note(forecast: Forecast, found: list[DrawnLevel]) -> str:
    """What a patient would have to cost, and what an anchor changes."""
    people = waterfall_of(forecast, forecast.years[0], draws=0).people
    counted = forecast.columns["count"]["reference"][0]
    after = "The anchor multiplies every cell by one factor: it changes money, not shares."
    if not people:
        return after
    patients = float(people[-1].total()[0])
    each = number(counted / patients, 0)
    level = next((v for v in found if v.chosen), None)
    if level is None:
        return f"The count finds USD {each} a patient. {after} Choose one in the table."
    needed = number(level.restated / patients, 0)
    return (
        f"To reach {number(level.restated / 1e6, 0)} M each patient would have to cost"
        f" USD {needed}; the count finds {each}. {after} Choose another in the table."
    )


def _row(level: DrawnLevel) -> ViewRow:
    cells = (
        f"{level.publisher} {level.printed_year}", number(level.printed / 1e6, 1),
        str(level.printed_year),
        number(level.restated / 1e6, 1), rate(level.cagr), times(level.times),
    )  # fmt: skip
    return ViewRow(cells, "report" if level.chosen else "plain", level.name, level.chosen)


def _count_row(forecast: Forecast, count: Count, chosen: bool) -> ViewRow:
    shown = number(count.reference / 1e6, 1)
    interval = f"{number(count.p5 / 1e6, 0)} to {number(count.p95 / 1e6, 0)}"
    name = next(a.name for a in forecast.plan.market.anchors.values() if not a.published)
    cells = (
        "Bottom-up count", shown, str(forecast.years[0]), f"{shown} ({interval})",
        "from the drivers", "1",
    )  # fmt: skip
    return ViewRow(cells, "strong", name, chosen)
