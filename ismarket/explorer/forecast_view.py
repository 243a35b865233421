"""The view Forecast: this scenario against the report's path, and the odds between them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..charts.contributions import price_drivers
from ..charts.fan import axis_of, picture, prices_alone, published
from ..charts.units import share_at_least, unit_of
from ..engine.dollars import READ, speaker
from ..engine.findings import three_middles
from ..engine.forecast import Forecast
from ..model.anchor import NOMINAL, REAL
from ..report.titles import path_title, short_path_title, stays
from ..text.wording import mid_sentence, money, number, percent, rate, signed
from .view import Column, View, ViewRow


def view(forecast: Forecast, pinned: Forecast | None = None) -> View:
    """The fan, its finding and the path by year."""
    unit = unit_of(forecast.columns["reference"]["value"][0])
    years = forecast.years
    kept = years[0], years[len(years) // 2], years[-1]
    columns = (
        Column(forecast.usd(unit.name), right=False),
        *(Column(str(t), spare=t not in kept) for t in years),
    )
    return View(
        "forecast", path_title(forecast), aid(forecast, pinned), note(forecast),
        columns, _rows(forecast, pinned), picture(forecast, pinned),
        brief=short_path_title(forecast),
    )  # fmt: skip


def aid(forecast: Forecast, pinned: Forecast | None = None) -> str:
    """How to read the fan, the odds of the report's value, and a pin that is off the axis."""
    summary = forecast.columns["summary"]
    unit = unit_of(summary["reference"][0])
    drawn, first = forecast.draws.total[-1], forecast.years[0]
    size = "billion" if unit.name == "bn" else "million"
    place = forecast.plan.market.title.split(", ")[-1].capitalize()
    parts = [f"{place}, {forecast.usd(size)} a year."]
    report = published(forecast)
    below = _share(1.0 - share_at_least(drawn, forecast.columns["reference"]["value"][0]))
    if report["year"] and report["year"][-1] == forecast.years[-1]:
        reached = _share(share_at_least(drawn, report["value"][-1]))
        value = f"the {speaker(forecast.plan.anchor)}\N{RIGHT SINGLE QUOTATION MARK}s value"
        parts.append(f"{reached} of draws reach {value}; {below} end below {first}.")
    else:
        parts.append(f"{below} of draws end below {first}.")
    axis = axis_of(forecast, pinned)
    if axis.low > 0.0:
        parts.append("The axis does not start at 0.")
    if pinned is not None and not axis.holds_pin:
        ends = money(pinned.columns["reference"]["value"][-1])
        parts.append(f"The pinned path, USD {ends} in {pinned.years[-1]}, lies off this axis.")
    return " ".join(parts)


def _share(share: float) -> str:
    return percent(share) if share else "0%"


def note(forecast: Forecast) -> str:
    """What the report's line was converted by, why a market is flat, or why the middles differ."""
    return _converted(forecast) or _cancelled(forecast) or three_middles(forecast)


def _spread(forecast: Forecast, year: int) -> str:
    """The interval of the price level in a year; nothing where it is set by hand or known."""
    market, fixed = forecast.plan.market, forecast.plan.scenario.fixed
    stage = market.price_level
    if stage is None or stage.path is None or any(p.key in fixed for p in stage.parameters):
        return ""
    ends = [[p.quantile(level) for level in (0.05, 0.95)] for p in stage.parameters]
    at = market.years.index(year)
    low, high = stage.path.at(np.array(ends), at + 1)[at, 0]
    return f"; 9 in 10: {number(low, 2)} to {number(high, 2)}" if low < high else ""


def _cancelled(forecast: Forecast) -> str:
    """That a market stands still in current dollars alone, since a cause offsets general prices."""
    path, growth, prices = (
        forecast.columns["reference"]["value"], forecast.growth, price_drivers(forecast)
    )  # fmt: skip
    causes = [driver for driver in forecast.plan.drivers if driver.name not in prices]
    if not prices or not causes or not stays(path):
        return ""
    moved = sum(growth.points[name] for name in prices)
    against = min(causes, key=lambda driver: growth.points[driver.name] * moved)
    points = growth.points[against.name]
    if points * moved >= 0 or abs(points) < abs(moved) / 2:
        return ""
    return (
        f"**Flat, because two large causes cancel:** general prices {signed(moved, 1)} points a"
        f" year, {mid_sentence(against.title)} {signed(points, 1)}. In dollars of"
        f" {forecast.plan.market.base_year} only the second remains."
    )


def _is_converted(forecast: Forecast) -> bool:
    """True where the report counts other dollars than those shown: general prices lie between."""
    plan = forecast.plan
    nominal = plan.anchor.price_basis == NOMINAL
    return plan.market.price_level is not None and nominal != plan.in_current_dollars


def _converted(forecast: Forecast) -> str:
    """By what the report's path was brought to the dollars shown, and what the other reading is."""
    plan, report = forecast.plan, published(forecast)
    if not report["year"] or not _is_converted(forecast):
        return ""
    anchor, year = plan.anchor, report["year"][-1]
    unit, who = unit_of(forecast.columns["reference"]["value"][0]), speaker(anchor)
    nominal = anchor.price_basis == NOMINAL
    factor = plan.printed(year) / anchor.at(year)
    how, by = ("divided", 1.0 / factor) if nominal else ("multiplied", factor)
    other = replace(anchor, price_basis=REAL if nominal else NOMINAL)
    there = unit.show(replace(plan, anchor=other).printed(year))
    said = " It does not say so." if anchor.basis_status == "assumed" else ""
    within = _spread(forecast, year) if nominal else ""
    return (
        f"**The {who}\N{RIGHT SINGLE QUOTATION MARK}s path is {how} by general prices**"
        f" ({number(by, 3)} in {year}{within}), because it is taken to count"
        f" {READ[anchor.price_basis]} dollars.{said} If it counts {READ[other.price_basis]}"
        f" dollars, its line ends at {there} here."
    )


def _rows(forecast: Forecast, pinned: Forecast | None) -> list[ViewRow]:
    summary = forecast.columns["summary"]
    unit = unit_of(summary["reference"][0])
    report = dict(zip(*published(forecast).values(), strict=True))
    rows = []
    if report:
        anchor = forecast.plan.anchor
        how = "less" if anchor.price_basis == NOMINAL else "with"
        said = f"{rate(anchor.cagr)} a year"
        if _is_converted(forecast):
            said = f"{how} general prices"
        title = f"{speaker(anchor).capitalize()}, {said}"
        rows.append(ViewRow((title, *_cells(forecast, report)), "report"))
    for title, name, tone in (
        ("Reference", "reference", "strong"),
        ("Median draw", "p50", "plain"),
        ("9 in 10 draws: low", "p5", "plain"),
        ("9 in 10 draws: high", "p95", "plain"),
    ):
        rows.append(ViewRow((title, *map(unit.cell, summary[name])), tone))
    if (prices := prices_alone(forecast))["year"]:
        moved = "" if forecast.plan.in_current_dollars else ", no change"
        path = dict(zip(*prices.values(), strict=True))
        rows.append(ViewRow((f"General prices alone{moved}", *_cells(forecast, path)), "prices"))
    if pinned is not None:
        known = dict(zip(pinned.years, pinned.columns["summary"]["reference"], strict=True))
        name = pin_name(forecast, pinned)
        quoted = f"\N{LEFT DOUBLE QUOTATION MARK}{name}\N{RIGHT DOUBLE QUOTATION MARK}"
        rows.append(ViewRow((f"Pinned {quoted}: reference", *_cells(forecast, known)), "muted"))
    return rows


def pin_name(forecast: Forecast, pinned: Forecast) -> str:
    """The name of a pinned scenario, with its anchor where that is another."""
    name, anchor = pinned.plan.scenario.name or "scenario", pinned.plan.anchor.name
    return name if anchor == forecast.plan.anchor.name else f"{name}, {anchor}"


def _cells(forecast: Forecast, path: dict[int, float]) -> list[str]:
    """A path by year, USD, in the years of the forecast; blank where it has none."""
    unit = unit_of(forecast.columns["summary"]["reference"][0])
    return [unit.cell(path[t]) if t in path else "" for t in forecast.years]
