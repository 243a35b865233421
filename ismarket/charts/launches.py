"""Launches: how likely each product is, when it comes, what it takes and what it sells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arrays import Array
from ..engine.blocks import Drawing
from ..engine.forecast import Forecast
from ..engine.summaries import quantiles
from ..model.launch import Launch, reached
from ..text.sheet import columns_of, rows_of
from ..text.wording import number, percent
from . import marks
from .marks import Layer
from .picture import Picture, both
from .places import Room, Scale, shortened, wrapped
from .rows import WORD, bleed, ends_at, small, tick, word
from .swings import figure_of
from .units import Unit, millions_of

STEP, RISE = 52, 34.0
"""Height of a row and of the tallest curve, px."""
ROOM, BELOW = Room(40, 0, 22, 0), 700
PLACES = {"chance": 0.26, "year": 0.37, "curve": 0.53, "peak": 0.70, "price": 0.85}
PLACES_SLIM = {"chance": 0.28, "year": 0.40, "curve": 0.53, "peak": 0.70, "price": 0.86}
"""Where each column begins, of the width, in a wide and a narrow chart; prices end there."""
CHANCES = 20
"""Dots of a chance: one is 5 in 100 draws."""
MOST = 1024
"""Draws of which the band of a curve is made."""
Rows = dict[str, list[dict[str, Any]]]
"""Rows of data by the name of their part."""
_PATH, _SPAN = ("launch", "x", "y"), ("x", "x2", "y")
_NAMES = {
    "chances": ("x", "y", "dx", "dy", "color", "edge"), "spans": _SPAN, "ranges": _SPAN,
    "years": ("x", "y", "color"), "bands": (*_PATH, "y2"), "paths": _PATH, "yours": _PATH,
    "idle": _PATH, "floors": _SPAN, "report": ("x", "x2", "y", "y2"), "labels": ("x", "y", *WORD),
}  # fmt: skip
"""The columns of every part, also of those without a row."""


@dataclass(frozen=True, eq=False)
class LaunchSeen:
    """A launched product as a scenario has it: ``chance`` and so on fixed by hand or at the mode.

    ``share`` (year,) is what it takes of its class if it comes, ``low`` and ``high`` 9 in 10 draws;
    ``sold`` holds its own sales in the last year, USD.  Both are empty where no driver that acts
    claims it.
    """

    launch: Launch
    drivers: tuple[str, ...]
    values: Mapping[str, float]
    fixed: frozenset[str]
    share: Array
    low: Array | None
    high: Array | None
    sold: Mapping[str, float]

    @property
    def acts(self) -> bool:
        """True where a driver that acts claims it."""
        return bool(self.sold)


def launches_of(forecast: Forecast) -> list[LaunchSeen]:
    """Every product that an installed driver claims, those that act and those that do not."""
    plan, years = forecast.plan, np.array(forecast.years, float)
    sales = {row["launch"]: row for row in rows_of(forecast.columns["launch"])}
    drawn = {key: v[:MOST] for key, v in Drawing(plan).by_key(0).items()} if sales else {}
    claims: dict[str, list[str]] = {}
    for driver in forecast.installed:
        for name in driver.claims:
            if name in plan.market.mechanisms:
                claims.setdefault(name, []).append(driver.title)
    found = []
    for name, titles in claims.items():
        for one in plan.market.mechanisms[name].launches:
            keys = {p.key: plan.scenario.fixed.get(p.key, p.mode) for p in one.parameters}
            here = {key: np.array([value]) for key, value in keys.items()}
            share = _taken(one, years, here)[:, 0]
            low = high = None
            if one.name in sales:
                low, high = quantiles(_taken(one, years, drawn), (0.05, 0.95))
            fixed = frozenset(keys) & plan.scenario.fixed.keys()
            sold = sales.get(one.name, {})
            found.append(LaunchSeen(one, tuple(titles), keys, fixed, share, low, high, sold))
    return found


def _taken(one: Launch, years: Array, values: Mapping[str, Array]) -> Array:
    """What a product takes of its class if it comes, (year, draw), by values (draw,)."""
    year, to_peak = (values[p.key][None] for p in (one.launch_year, one.years_to_peak))
    found: Array = reached(years, year, to_peak)[0] * values[one.peak_share.key]
    return found


def layers(ink: Mapping[str, str]) -> list[Layer]:
    """A row a product: chance in dots, year with its range, share over time, price and sales."""
    lines = (("paths", "model"), ("yours", "yours"), ("idle", "muted"))
    return [
        marks.ends(),
        marks.across("between", marks.Y, ink["grid"]),
        marks.stacked(
            "chances", size=22, fill=marks.of("color"), stroke=marks.of("edge"), strokeWidth=1
        ),
        marks.level("spans", color=ink["line"], strokeWidth=1.5),
        marks.level("ranges", color=ink["band50"], strokeWidth=6),
        marks.dots("years", size=52, fill=ink["bg"], stroke=marks.of("color"), strokeWidth=1.5),
        marks.area("bands", ink["band90"], by="launch"),
        marks.level("floors", color=ink["muted"], strokeWidth=1),
        marks.strokes("report", color=ink["muted"], strokeDash=[2, 2]),
        *(marks.path(name, by="launch", color=ink[token]) for name, token in lines),
        marks.texts("labels"),
        marks.texts("heads", marks.X, marks.TOP),
        marks.texts("ticks", marks.X, marks.BOTTOM),
    ]


def picture(forecast: Forecast, seen: list[LaunchSeen] | None = None) -> Picture:
    """The rows of the chart; ``seen`` are the launches, if they are known already."""
    seen = launches_of(forecast) if seen is None else seen
    years, market = forecast.years, forecast.plan.market
    ends_ = [(s.launch.launch_year.low, s.launch.launch_year.high) for s in seen]
    first = min([float(market.base_year), *(low for low, _ in ends_)])
    last = max([float(market.years[-1]), *(high for _, high in ends_)])
    highest = max([0.01, *(float(np.max(s.share if s.high is None else s.high)) for s in seen)])
    unit = millions_of(max(forecast.columns["launch"]["reference"], default=0.0))
    said, height = alternative(forecast, seen), STEP * max(1, len(seen))

    def laid(narrow: bool) -> Picture:
        at = PLACES_SLIM if narrow else PLACES
        when = Scale(at["year"] + 0.01, at["curve"] - (0.03 if narrow else 0.06), first, last)
        curve = Scale(at["curve"], at["peak"] - 0.01, float(years[0]), float(years[-1]))
        rows: Rows = {name: [] for name in _NAMES}
        for index, one in enumerate(seen):
            middle = -STEP * (index + 0.5)
            color = "yours" if one.fixed else "model" if one.acts else "muted"
            _dots(rows, one.values[one.launch.chance.key], color, at["chance"], middle, narrow)
            _when(rows, one, color, when, middle + 8)
            _curve(rows, one, color, curve, middle - 0.4 * RISE, RISE / highest)
            end = forecast.plan.anchor.last_year if forecast.plan.anchor.published else years[-1]
            if years[0] < end < years[-1]:
                here = {"x": curve.at(end), "x2": curve.at(end)}
                rows["report"].append({**here, "y": middle - 0.4 * RISE, "y2": middle + 0.6 * RISE})
            rows["labels"] += _words(forecast, one, at, middle, unit, narrow)
        parts = {
            "ends": ends_at(0.0, 1.0, -height, 0.0),
            **{name: columns_of(some, _NAMES[name]) for name, some in rows.items()},
            "between": bleed(ROOM, *(-float(STEP * i) for i in range(len(seen) + 1))),
            "heads": columns_of(_heads(forecast, at, unit, narrow)),
            "ticks": columns_of([tick(curve.at(year), str(year), dy=14)
                                 for year in (years[0], years[-1])]),
        }  # fmt: skip
        return Picture("launches", parts, said, ROOM, height)

    return both(laid, BELOW)


def _dots(rows: Rows, chance: float, color: str, begin: float, middle: float, narrow: bool) -> None:
    """Twenty dots, as many full as there are times 5 in 100 in the chance."""
    half, pitch = CHANCES // 2, 4.7 if narrow else 5.8
    rows["chances"] += [
        {
            "x": begin, "y": middle, "dx": 4.0 + pitch * (i % half), "dy": 7.0 * (i // half) - 12,
            "color": color if i + 0.5 < CHANCES * chance else "bg", "edge": color,
        }
        for i in range(CHANCES)
    ]  # fmt: skip


def _when(rows: Rows, one: LaunchSeen, color: str, scale: Scale, place: float) -> None:
    """The launch year as set, on its range, on all years there are."""
    year = one.launch.launch_year
    rows["spans"].append({"x": scale.begin, "x2": scale.end, "y": place})
    rows["ranges"].append({"x": scale.at(year.low), "x2": scale.at(year.high), "y": place})
    rows["years"].append({"x": scale.at(one.values[year.key]), "y": place, "color": color})


def _curve(
    rows: Rows, one: LaunchSeen, color: str, scale: Scale, floor: float, rise: float
) -> None:
    """What a product takes over the years, ``rise`` px for all of its class, with its band."""
    rows["floors"].append({"x": scale.begin, "x2": scale.end, "y": floor})
    name = {"yours": "yours", "model": "paths", "muted": "idle"}[color]
    years = np.arange(scale.low, scale.high + 1)
    for i, year in enumerate(years):
        here = {"launch": one.launch.name, "x": scale.at(year)}
        rows[name].append({**here, "y": floor + rise * float(one.share[i])})
        if one.low is not None and one.high is not None:
            low, high = (floor + rise * float(v[i]) for v in (one.low, one.high))
            rows["bands"].append({**here, "y": low, "y2": high})


def _heads(
    forecast: Forecast, at: Mapping[str, float], unit: Unit, narrow: bool
) -> list[dict[str, Any]]:
    """What the columns hold."""
    last, usd = forecast.years[-1], forecast.usd(unit.name)
    heads = (
        (0.0, "Product", "its class" if narrow else "and what it displaces", "left"),
        (at["chance"], "Chance", "" if narrow else "1 dot: 5 in 100", "left"),
        (at["year"], "Year" if narrow else "Launch year", "" if narrow else "as set, and range",
         "left"),
        (at["curve"], "Share" if narrow else "Share of class there",
         "of its class" if narrow else "9 in 10 if it comes", "left"),
        (at["price"], "Price \N{MULTIPLICATION SIGN}", "", "right"),
        (1.0, *(("Sales", f"{last}, {unit.name}") if narrow else (f"Sales {last}", f"own, {usd}")),
         "right"),
    )  # fmt: skip
    words = []
    for place, head, below, align in heads:
        words.append(small(head, "ink", x=place, weight=600, align=align, dy=-30))
        words.append(small(below, x=place, align=align, dy=-15))
    return words


def _words(
    forecast: Forecast, one: LaunchSeen, at: Mapping[str, float], middle: float, unit: Unit,
    narrow: bool,
) -> list[dict[str, Any]]:  # fmt: skip
    """What stands in the row of one product."""
    launch, values = one.launch, one.values
    tone, most = "ink" if one.acts else "muted", (16, 19) if narrow else (23, 31)
    head, _, rest = launch.product.partition(", ")
    head, rest = (head, rest) if rest else wrapped(head, most[0])
    when, ratio, peak = launch.launch_year, launch.price_ratio, values[launch.peak_share.key]
    span = "" if when.constant else f"{figure_of(when, when.low)} to {figure_of(when, when.high)}"
    places = launch.drug_class if narrow else ", ".join([launch.drug_class, *launch.regions])
    if not narrow and len(places) > most[1] and len(launch.regions) > 1:
        places = f"{launch.drug_class}, {len(launch.regions)} regions"
    years = f"in {values[launch.years_to_peak.key]:.2g} years"
    chance = percent(values[launch.chance.key])
    certain = launch.chance.constant and values[launch.chance.key] == 1.0
    chance = ("sold" if narrow else "on the market") if certain else chance
    end: dict[str, Any] = {"align": "right"}
    cells: list[tuple[Any, float, str, float, dict[str, Any]]] = [
        (word, 0.0, shortened(head, most[0]), -15, {"color": tone, "weight": 600}),
        (small, 0.0, shortened(rest, most[1]), 0, {}),
        (small, 0.0, shortened(places, most[1]), 14, {}),
        (small, at["chance"], chance, 14, {}),
        (small, at["year"], figure_of(when, values[when.key]), 4, {"color": tone}),
        (small, at["year"], "" if narrow else span, 18, {}),
        (word, at["peak"], percent(peak), -8, {"color": tone, "weight": 600}),
        (small, at["peak"], years[3:-4] + "." if narrow else years, 6, {}),
        (word, at["price"], number(values[ratio.key], 2), -8,
         {"color": tone, "weight": 600, **end}),
        (small, at["price"], "" if narrow else f"{ratio.low:g} to {ratio.high:g}", 6, end),
    ]  # fmt: skip
    if one.acts:
        low, high = (unit.show(one.sold[name]) for name in ("p5", "p95"))
        between = f"{low} to {high}" if one.sold["p95"] else f"after {forecast.years[-1]}"
        cells.append((word, 1.0, unit.show(one.sold["reference"]), -8, {"weight": 600, **end}))
        cells.append((small, 1.0, between, 6, end))
    else:
        cells.append((word, 1.0, "off", -8, {"color": "muted", **end}))
    return [write(text, x=place, y=middle, dy=dy, **look)
            for write, place, text, dy, look in cells if text]  # fmt: skip


def alternative(forecast: Forecast, seen: list[LaunchSeen]) -> str:
    """The chart in words, product by product."""
    last, dollars = forecast.years[-1], forecast.usd("M")
    parts = [
        f"Launched products, chance, year, peak share, price ratio, own sales in {last}, {dollars}."
    ]
    for one in seen:
        launch, values = one.launch, one.values
        chance, year, peak, _, ratio = (values[p.key] for p in launch.parameters)
        sold = f"sales {number(one.sold['reference'] / 1e6, 1)}" if one.acts else "off"
        parts.append(
            f"{launch.product}: {percent(chance)}, {figure_of(launch.launch_year, year)},"
            f" {percent(peak)},"
            f" {number(ratio, 2)}, {sold}."
        )
    return " ".join(parts)
