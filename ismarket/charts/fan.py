"""The fan: this scenario's path and draws against the published path, and the odds between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..engine.dollars import speaker
from ..engine.forecast import Forecast
from ..model.anchor import REAL
from ..text.sheet import columns_of
from ..text.wording import mid_sentence
from . import marks
from .marks import Layer
from .picture import Picture, both
from .places import APART, Room, decimals_of, spread, ticks
from .rows import WORD, ends_at, small, word
from .units import Unit, quantile_dots, unit_of

APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"
PLOT, AXIS = 246, 20
"""Height of the plot and how far below it the years have their line, px."""
ROOM, SLIM = Room(22, 222, 52, 36), Room(22, 118, 52, 36)
BELOW = 520
"""A fan of fewer px has no dots and only the names of its lines."""
DOT = 8.6
"""Distance of two quantile dots, px."""
DOTS_WIDE = 36.0
"""Room for a row of dots, px, so that it ends before the labels."""
FLATTEST = 4.0
"""How many times its own span an axis may reach for the sake of a pin."""


def layers(ink: Mapping[str, str]) -> list[Layer]:
    """Bands, lines, published path, general prices, the pinned ghost, dots and their labels."""
    year = marks.at("year")

    def area(name: str, token: str, low: str, high: str) -> Layer:
        return marks.area(name, ink[token], year, low, high)

    def line(name: str, token: str, field: str, width: float, **look: Any) -> Layer:
        return marks.path(name, year, marks.at(field), color=ink[token], strokeWidth=width, **look)

    kink = {"color": ink["muted"], "y2Offset": 12}
    return [
        marks.ends(),
        marks.across("yticks", marks.at("value"), ink["grid"]),
        area("pinned", "ghost", "p5", "p95"),
        area("fan", "band90", "p5", "p95"),
        area("fan", "band50", "p25", "p75"),
        *(line("pinned", "pinned", end, 1, strokeDash=[3, 2]) for end in ("p5", "p95", "p50")),
        line("prices", "prices", "value", 1.8, strokeDash=[1.5, 2.5]),
        line("fan", "model", "p50", 1.2),
        line("fan", "model", "value", 3),
        line("report", "report", "value", 2, strokeDash=[7, 4]),
        marks.dots("start", year, marks.at("value"), size=50),
        marks.layer("kink", "rule", kink, x=year, y=marks.BOTTOM, y2=marks.BOTTOM),
        marks.across("ends", marks.BOTTOM, ink["muted"], yOffset=AXIS, y2Offset=AXIS),
        marks.stacked("dots", marks.RIGHT, size=46),
        marks.texts("xticks", year, marks.BOTTOM),
        marks.texts("ylabels", marks.LEFT),
        marks.texts("head", marks.LEFT, marks.TOP),
        marks.texts("inside", year, marks.at("value")),
        marks.texts("opens", year, marks.BOTTOM),
        marks.texts("labels", marks.RIGHT),
        marks.texts("foot", marks.RIGHT, marks.BOTTOM),
    ]


@dataclass(frozen=True)
class Axis:
    """The axis of values, in ``unit``: its ends, its round grid, whether the pin fits on it."""

    unit: Unit
    low: float
    high: float
    marks: tuple[float, ...]
    holds_pin: bool

    @property
    def px(self) -> float:
        """What a px of the plot stands for."""
        return (self.high - self.low) / PLOT


def axis_of(forecast: Forecast, pinned: Forecast | None = None) -> Axis:
    """The axis of a fan: of its own draws, the published path, and the pin unless it is far off.

    It holds all of them in current dollars and in those of the base year, so that a change of
    dollars leaves it as it is.  A pin on another level would leave the fan flat; then the axis is
    the fan's own.
    """
    unit = unit_of(forecast.columns["summary"]["reference"][0])
    printed = published(forecast)
    own = [
        *_in_both(forecast, forecast, ("p5", "p95")),
        *_both_dollars(forecast, printed["year"], printed["value"]),
    ]
    both = own + ([] if pinned is None else _in_both(forecast, pinned, ("p5", "p95")))
    holds = max(both) - min(both) <= FLATTEST * (max(own) - min(own))
    ends = [value / unit.size for value in (both if holds else own)]
    room = 0.14 * (max(ends) - min(ends))  # below, for the words at the foot
    grid = ticks(max(0.0, min(ends) - room), max(ends), 8)
    return Axis(unit, grid[0], grid[-1], tuple(grid), holds)


def _in_both(forecast: Forecast, other: Forecast, names: Sequence[str]) -> list[float]:
    """Columns of a forecast's summary in the years of the fan, in both kinds of dollars."""
    found: list[float] = []
    for name in names:
        values = _of_years(forecast, other, name)
        found += _both_dollars(other, _of_years(forecast, other, "year"), values)
    return found


def _both_dollars(forecast: Forecast, years: Sequence[int], values: list[float]) -> list[float]:
    """Amounts as they are, and in the dollars that the forecast does not count in."""
    market, power = forecast.plan.market, -1 if forecast.plan.in_current_dollars else 1
    pairs = zip(years, values, strict=True)
    return [*values, *(value * market.prices(year) ** power for year, value in pairs)]


def prices_alone(forecast: Forecast) -> dict[str, list[Any]]:
    """The first year's level moved by general prices alone, USD; empty where dollars have no basis.

    It stands still in dollars of the base year.
    """
    plan, years = forecast.plan, list(forecast.years)
    if plan.market.price_level is None:
        return {"year": [], "value": []}
    first = forecast.columns["reference"]["value"][0]
    moved = [plan.market.prices(t) / plan.market.prices(years[0]) for t in years]
    return {
        "year": years,
        "value": [first * m if plan.in_current_dollars else first for m in moved],
    }


def _of_years(forecast: Forecast, pinned: Forecast | None, name: str) -> list[Any]:
    """A column of the pin's summary in the years that the forecast has as well."""
    if pinned is None:
        return []
    table = pinned.columns["summary"]
    found = zip(table["year"], table[name], strict=True)
    return [value for year, value in found if year in forecast.years]


def picture(forecast: Forecast, pinned: Forecast | None = None) -> Picture:
    """The rows of the fan; ``pinned`` is drawn as a ghost behind, where the axis holds it."""
    summary, axis = forecast.columns["summary"], axis_of(forecast, pinned)
    size, decimals = axis.unit.size, decimals_of(axis.marks)
    shown = {k: [v / size for v in summary[k]] for k in ("p5", "p25", "p50", "p75", "p95")}
    path = [v / size for v in summary["reference"]]
    report, prices = published(forecast), prices_alone(forecast)
    drawn = pinned if axis.holds_pin else None
    start_color = "report" if forecast.plan.anchor.published else "model"
    first, last = forecast.years[0], forecast.years[-1]
    unit = small(forecast.usd(axis.unit.name), dx=-ROOM.left, dy=-15)
    shared = {
        "ends": ends_at(first, last, axis.low, axis.high),
        "fan": {"year": list(forecast.years), "value": path, **shown},
        "pinned": {
            name: [v if name == "year" else v / size for v in _of_years(forecast, drawn, name)]
            for name in ("year", "p5", "p50", "p95")
        },
        "report": {"year": report["year"], "value": [v / size for v in report["value"]]},
        "prices": {"year": prices["year"], "value": [v / size for v in prices["value"]]},
        "yticks": {"value": list(axis.marks)},
        "ylabels": columns_of(
            [small(f"{t:,.{decimals}f}", y=t, align="right", dx=-6) for t in axis.marks]
        ),
        "head": columns_of([unit]),
        "start": {"year": [first], "value": path[:1], "color": [start_color]},
        "kink": {"year": [k["year"] for k in turning_points(forecast)]},
    }  # fmt: skip
    said = alternative(forecast, pinned)

    def laid(narrow: bool) -> Picture:
        without = narrow or forecast.drawn.rows is None  # drawn as they came, none was kept
        parts = shared | {
            "xticks": columns_of(year_labels(forecast, narrow)),
            "inside": columns_of(starts(forecast, axis.unit, narrow), ["year", "value", *WORD]),
            "opens": columns_of(opens(forecast, narrow), ["year", *WORD]),
            "labels": columns_of(labels(forecast, drawn, axis, narrow)),
            "dots": columns_of(
                [] if without else _dots(forecast, axis), ["y", "dx", "dy", "color"]
            ),
            "foot": columns_of(
                [] if without else [small("1 dot: 1 draw in 20", dx=26, dy=AXIS + 16)], WORD
            ),
        }
        return Picture("fan", parts, said, SLIM if narrow else ROOM, PLOT)

    return both(laid, BELOW)


def _dots(forecast: Forecast, axis: Axis) -> list[dict[str, Any]]:
    """Twenty dots, each 1 draw in 20; beside each other where they share a place.

    A row of many is set closer, so that it never reaches the labels.
    """
    last, report = forecast.years[-1], published(forecast)
    reached = report["value"][-1] if report["year"] and report["year"][-1] == last else np.inf
    taken: dict[int, list[str]] = {}
    for value in quantile_dots(forecast.draws.total[-1]):
        shown = float(np.clip(value / axis.unit.size, axis.low, axis.high))
        color = "report" if value >= reached else "model"
        taken.setdefault(int((shown - axis.low) / (DOT * axis.px)), []).append(color)
    return [
        {
            "y": min(axis.high, axis.low + (bin_ + 0.5) * DOT * axis.px), "dy": 0.0,
            "dx": 14 + rank * min(DOT, DOTS_WIDE / max(1, len(colors) - 1)), "color": color,
        }
        for bin_, colors in taken.items()
        for rank, color in enumerate(colors)
    ]  # fmt: skip


def published(forecast: Forecast) -> dict[str, list[Any]]:
    """The published path in the years of the forecast that the report speaks of, USD."""
    anchor = forecast.plan.anchor
    years = [t for t in forecast.years if anchor.published and t <= anchor.last_year]
    return {"year": years, "value": [forecast.plan.printed(t) for t in years]}


def year_labels(forecast: Forecast, narrow: bool = False) -> list[dict[str, Any]]:
    """The years under the axis, at most nine, the first and the last in bold."""
    years, rows = forecast.years, []
    step = -(-len(years) // (6 if narrow else 8))
    for index, year in enumerate(years):
        end = index in (0, len(years) - 1)
        if end or (index % step == 0 and len(years) - 1 - index >= step):
            said = f"{APOSTROPHE}{year % 100:02}" if narrow and not end else str(year)
            look: dict[str, Any] = {"color": "ink", "weight": 600} if end else {}
            rows.append({"year": year, **small(said, align="center", dy=AXIS + 16, **look)})
    return rows


def turning_points(forecast: Forecast) -> list[dict[str, Any]]:
    """The last year in which a path is counted, not projected, if the fan opens after it."""
    market = forecast.plan.market
    followed = {
        market.mechanisms[name].stage
        for driver in forecast.plan.drivers
        for name in driver.claims
        if market.mechanisms[name].kind == "path"
    }
    for stage in market.stages:
        if stage.path is not None and stage.name in followed:
            last = market.base_year + stage.path.known - 1
            if forecast.years[0] <= last < forecast.years[-1]:
                return [{"year": last, "stage": mid_sentence(stage.title)}]
    return []


def starts(forecast: Forecast, unit: Unit, narrow: bool = False) -> list[dict[str, Any]]:
    """Where the path starts, and who says so."""
    anchor, years = forecast.plan.anchor, forecast.years
    if not anchor.published:
        return []
    first = forecast.columns["summary"]["reference"][0]
    moved = f"{anchor.base_year}, moved on, to " if anchor.base_year < years[0] else ""
    verb = "pooled" if anchor.spread else "printed"
    own = unit.show(anchor.at(years[0]))
    as_own = "" if narrow or own == unit.show(first) else f", {own} in its own dollars,"
    words = f"{unit.show(first)}{as_own} {verb} for {moved}{years[0]}"
    at = {"year": years[0], "value": first / unit.size}
    return [word(words, "report_text", dy=22, **at)]


def opens(forecast: Forecast, narrow: bool = False) -> list[dict[str, Any]]:
    """Why the fan opens."""
    summary, rows = forecast.columns["summary"], []
    for kink in turning_points(forecast):
        so = summary["p5"][0] == summary["p95"][0] and not narrow
        text = f"from here projections of {kink['stage']}{', so the fan opens' if so else ''}"
        late = kink["year"] > (forecast.years[0] + forecast.years[-1]) / 2
        side: dict[str, Any] = {"align": "right", "dx": -6} if late else {"dx": 6}
        rows.append(small(text, dy=7, year=kink["year"], **side))
    return rows


def labels(
    forecast: Forecast, pinned: Forecast | None, axis: Axis, narrow: bool
) -> list[dict[str, Any]]:
    """Every line's last value with its name, in two columns of words, kept apart.

    In a narrow chart a name is one word, and what has none is left out.
    """
    unit, summary = axis.unit, {k: v[-1] for k, v in forecast.columns["summary"].items()}
    lines = [
        (summary["p95"], "9 in 10, high", "high", "ink2"),
        (summary["p50"], "median draw", "", "ink2"),
        (summary["reference"], "reference", "reference", "model"),
        (summary["p25"], f"to {unit.show(summary['p75'])}: half of draws", "", "ink2"),
        (summary["p5"], "9 in 10, low", "low", "ink2"),
    ]
    report = published(forecast)
    if report["year"] and report["year"][-1] == forecast.years[-1]:
        short = speaker(forecast.plan.anchor)
        lines.append((report["value"][-1], _spoken(forecast), short, "report_text"))
    if prices := prices_alone(forecast)["value"]:
        moved = forecast.plan.in_current_dollars
        said = "general prices alone" if moved else "prices alone, flat"
        lines.append((prices[-1], said, "prices", "prices_text"))
    if pinned is not None and forecast.years[-1] in pinned.years:
        ghost = pinned.columns["summary"]
        at_last = pinned.years.index(forecast.years[-1])
        lines.append((ghost["p95"][at_last], "pinned, high", "pinned", "pinned"))
    lines = sorted((one for one in lines if one[2] or not narrow), key=lambda one: -one[0])
    wanted, apart = [value / unit.size for value, *_ in lines], APART * axis.px
    places = spread(wanted, axis.low, axis.high, apart)
    edge, rows = (44 if narrow else 88), []
    for (value, name, short, color), place in zip(lines, places, strict=True):
        end = unit.show(value)
        rows.append(word(end, color, y=place, align="right", weight=600, dx=edge))
        rows.append(word(short if narrow else name, color, y=place, dx=edge + 4))
    return rows


def _spoken(forecast: Forecast) -> str:
    """Whose the published path is; how it is read where that is not as in each year's dollars."""
    anchor = forecast.plan.anchor
    return speaker(anchor) + (", if constant" if anchor.price_basis == REAL else "")


def alternative(forecast: Forecast, pinned: Forecast | None = None) -> str:
    """The fan in words: kind, what, then every labelled number in the order of the table."""
    summary = forecast.columns["summary"]
    unit = unit_of(summary["reference"][0])
    first, last = forecast.years[0], forecast.years[-1]
    anchor = forecast.plan.anchor
    whose = f"{anchor.publisher} {anchor.base_year}" if anchor.published else "bottom-up count"
    parts = [f"Fan chart, {forecast.usd(unit.name)} a year, {first} to {last}, anchor {whose}."]
    report = published(forecast)
    if report["year"]:
        end = report["year"][-1]
        who = speaker(anchor).capitalize()
        parts.append(f"{who} {unit.show(report['value'][-1])} in {end}.")
    if prices := prices_alone(forecast)["value"]:
        parts.append(f"General prices alone {unit.show(prices[-1])} in {last}.")
    parts.append(
        f"Reference {unit.show(summary['reference'][0])} in {first},"
        f" {unit.show(summary['reference'][-1])} in {last}."
        f" Median draw {unit.show(summary['p50'][-1])};"
        f" half of draws {unit.show(summary['p25'][-1])} to {unit.show(summary['p75'][-1])};"
        f" 9 in 10 draws {unit.show(summary['p5'][-1])} to {unit.show(summary['p95'][-1])}."
    )
    if pinned is not None:
        ghost = {k: v[-1] for k, v in pinned.columns["summary"].items()}
        parts.append(
            f"Pinned: reference {unit.show(ghost['reference'])}, 9 in 10 draws"
            f" {unit.show(ghost['p5'])} to {unit.show(ghost['p95'])} in {pinned.years[-1]}."
        )
    return " ".join(parts)
