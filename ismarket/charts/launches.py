"""Launches: how likely each product is, when it comes, what it takes and what it sells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np

from ..arrays import Array
from ..engine.draws import Drawing
from ..engine.forecast import Forecast
from ..engine.launches import reached
from ..engine.summaries import quantiles
from ..model.launch import Launch
from ..text.sheet import rows_of
from ..text.wording import number, percent
from .marks import by_row, data, dots, full_rules, ink, level_rules, px, texts, word, x, y
from .picture import Picture, columns_of
from .swings import figure_of
from .units import millions_of

TOP, STEP, FOOT, RISE = 40.0, 52.0, 22.0, 34.0
NAME, CHANCE, YEAR, CURVE, PEAK, PRICE = 0.0, 0.26, 0.37, 0.53, 0.70, 0.85
"""Where each column begins, as a share of the width; prices and sales end there."""
CHANCES = 20
"""Dots of a chance: one is 5 in 100 draws."""
MOST = 1024
"""Draws of which the band of a curve is made."""
NARROW = 700
WHEN = {"low": "y0", "high": "y1", "left": f"{YEAR} * width", "right": f"{YEAR + 0.1} * width"}
PATH = {"low": "t0", "high": "t1", "left": f"{CURVE} * width", "right": f"{CURVE + 0.16} * width"}
DOWN = {"low": "height", "high": "zero", "top": "0", "bottom": "height"}
PARAMS = {"y0": 0.0, "y1": 1.0, "t0": 0.0, "t1": 1.0, "zero": 0.0}


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


def layers() -> Any:
    """A row a product: chance in dots, year with its range, share over time, price and sales."""
    at, path, down = x("x", **WHEN), x("x", **PATH), y("py", **DOWN)
    placed = px("datum.f * width + datum.px")
    band = alt.Chart(data("bands")).mark_area(color=ink("band90"), aria=False)
    lines = [
        alt.Chart(data(name)).mark_line(color=ink(token), strokeWidth=2, aria=False)
        for name, token in (("paths", "model"), ("yours", "yours"), ("idle", "muted"))
    ]
    years = alt.layer(
        level_rules("spans", at, "x2", color=ink("line"), strokeWidth=1.5),
        level_rules("ranges", at, "x2", color=ink("band50"), strokeWidth=6),
        dots("years", at, size=52, fill=ink("bg"), stroke=by_row(), strokeWidth=1.5),
    )
    curves = alt.layer(
        band.encode(x=path, y=down, y2="py2", detail="launch:N"),
        level_rules("floors", path, "x2", color=ink("muted"), strokeWidth=1),
        *(line.encode(x=path, y=down, detail="launch:N") for line in lines),
    )
    edge = by_row("edge")
    chances = dots("chances", placed, size=22, fill=by_row(), stroke=edge, strokeWidth=1)
    wide = {
        "opacity": alt.ExprRef(f"width < {NARROW} && datum.wide ? 0 : 1"),
        "limit": alt.ExprRef("datum.room * width"),
    }
    frame = alt.layer(full_rules("between", "grid"), texts("labels", placed, **wide), chances)
    return alt.layer(frame, years, curves).resolve_scale(x="independent", y="independent")


def picture(forecast: Forecast, seen: list[LaunchSeen] | None = None) -> Picture:
    """The rows of the chart; ``seen`` are the launches, if they are known already."""
    seen = launches_of(forecast) if seen is None else seen
    years, market = forecast.years, forecast.plan.market
    ends = [(s.launch.launch_year.low, s.launch.launch_year.high) for s in seen]
    first = min([float(market.base_year), *(low for low, _ in ends)])
    last = max([float(market.years[-1]), *(high for _, high in ends)])
    highest = max([0.01, *(float(np.max(s.share if s.high is None else s.high)) for s in seen)])
    kinds = "chances", "spans", "ranges", "years", "bands", "paths", "yours", "idle", "floors"
    rows: dict[str, list[dict[str, Any]]] = {kind: [] for kind in kinds}
    words = _heads(forecast)
    for index, one in enumerate(seen):
        top = TOP + STEP * index
        middle, launch = top + STEP / 2, one.launch
        color = "yours" if one.fixed else "model" if one.acts else "muted"
        rows["chances"] += _dots(one.values[launch.chance.key], color, middle)
        when = launch.launch_year
        rows["spans"].append({"x": first, "x2": last, "py": middle - 8})
        rows["ranges"].append({"x": when.low, "x2": when.high, "py": middle - 8})
        rows["years"].append({"x": one.values[when.key], "py": middle - 8, "color": color})
        floor = middle + 0.4 * RISE
        rows["floors"].append({"x": years[0], "x2": years[-1], "py": floor})
        name = {"yours": "yours", "model": "paths", "muted": "idle"}[color]
        for i, year in enumerate(years):
            here = {"launch": launch.name, "x": year}
            rows[name].append({**here, "py": floor - RISE * float(one.share[i]) / highest})
            if one.low is not None and one.high is not None:
                ends_at = (floor - RISE * float(v[i]) / highest for v in (one.low, one.high))
                rows["bands"].append({**here, **dict(zip(("py", "py2"), ends_at, strict=True))})
        words += _words(forecast, one, middle)
    height = round(TOP + STEP * len(seen) + FOOT)
    for at, year in ((CURVE, years[0]), (CURVE + 0.16, years[-1])):
        words.append(_at(at, str(year), height - 8, "muted", align="center", size=11))
    spans = {"bands": ("launch", "x", "py", "py2")}
    datasets = {
        **{
            kind: columns_of(some, spans.get(kind, ("launch", "x", "py")))
            for kind, some in rows.items()
        },
        "labels": columns_of(words),
        "between": {"py": [TOP + STEP * i for i in range(len(seen) + 1)]},
    }
    params = {"y0": first, "y1": last, "t0": float(years[0]), "t1": float(years[-1]), "zero": 0.0}
    return Picture("launches", datasets, alternative(forecast, seen), params, height)


def _at(share: float, text: str, at_y: float, color: str = "ink", **look: Any) -> dict[str, Any]:
    """Words at a share of the width; ``wide`` ones are left out where it is narrow.

    They end with dots where they take more than ``room``, another share of the width.
    """
    wide, room = bool(look.pop("wide", False)), look.pop("room", 1.0)
    return {**word(text, 0, at_y, color, **look), "f": share, "wide": wide, "room": room}


def _heads(forecast: Forecast) -> list[dict[str, Any]]:
    """What the columns hold."""
    unit = millions_of(max(forecast.columns["launch"]["reference"], default=0.0))
    heads = (
        (NAME, "Product", "and what it displaces", "left"),
        (CHANCE, "Chance", "1 dot: 5 in 100", "left"),
        (YEAR, "Launch year", "as set, and range", "left"),
        (CURVE, "Share of class there", "9 in 10 if it comes", "left"),
        (PRICE, "Price \N{MULTIPLICATION SIGN}", "", "right"),
        (1.0, f"Sales {forecast.years[-1]}", f"own, {forecast.usd(unit.name)}", "right"),
    )
    words = []
    for at, head, below, align in heads:
        words.append(_at(at, head, 10, weight=600, size=11, align=align))
        words.append(_at(at, below, 25, "muted", size=11, align=align, wide=0 < at < 1))
    return words


def _dots(chance: float, color: str, middle: float) -> list[dict[str, Any]]:
    half = CHANCES // 2
    return [
        {
            "f": CHANCE, "px": 4.0 + 5.8 * (i % half), "py": middle - 12 + 7.0 * (i // half),
            "color": color if i + 0.5 < CHANCES * chance else "bg", "edge": color,
        }
        for i in range(CHANCES)
    ]  # fmt: skip


def _words(forecast: Forecast, one: LaunchSeen, middle: float) -> list[dict[str, Any]]:
    """What stands in the row of one product."""
    launch, values = one.launch, one.values
    head, _, rest = launch.product.partition(", ")
    when, ratio = launch.launch_year, launch.price_ratio
    year, peak = values[when.key], values[launch.peak_share.key]
    span = "" if when.constant else f"{figure_of(when, when.low)} to {figure_of(when, when.high)}"
    places = ", ".join([launch.drug_class, *launch.regions])
    tone = "ink" if one.acts else "muted"
    words = [
        _at(NAME, head, middle - 15, tone, weight=600, room=CHANCE - 0.01),
        _at(NAME, rest, middle, "muted", size=11, room=CHANCE - 0.01),
        _at(NAME, places, middle + 14, "muted", size=11, room=CHANCE - 0.01),
        _at(CHANCE, percent(values[launch.chance.key]), middle + 14, "muted", size=11),
        _at(YEAR, figure_of(when, year), middle + 4, tone, size=11),
        _at(YEAR, span, middle + 18, "muted", size=11, wide=True),
        _at(PEAK, percent(peak), middle - 8, tone, weight=600),
        _at(PEAK, f"in {values[launch.years_to_peak.key]:.2g} years", middle + 6, "muted", size=11),
        _at(PRICE, number(values[ratio.key], 2), middle - 8, tone, weight=600, align="right"),
        _at(PRICE, f"{ratio.low:g} to {ratio.high:g}", middle + 6, "muted", size=11, align="right",
            wide=True),
    ]  # fmt: skip
    if not one.acts:
        return [*words, _at(1.0, "off", middle - 8, "muted", align="right")]
    unit = millions_of(max(forecast.columns["launch"]["reference"], default=0.0))
    sold, interval = unit.show(one.sold["reference"]), [one.sold[name] for name in ("p5", "p95")]
    ends = " to ".join(map(unit.show, interval))
    if one.sold["p95"] == 0.0:
        ends = f"after {forecast.years[-1]}"
    return [
        *words,
        _at(1.0, sold, middle - 8, weight=600, align="right"),
        _at(1.0, ends, middle + 6, "muted", size=11, align="right"),
    ]


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
