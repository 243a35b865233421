"""The view Forecast: this scenario against the report's path, and the odds between them."""

from __future__ import annotations

from ..charts.fan import axis_of, picture, published
from ..charts.units import share_at_least, unit_of
from ..engine.dollars import speaker
from ..engine.findings import three_middles
from ..engine.forecast import Forecast
from ..text.wording import money, percent, rate
from .view import Column, View, ViewRow


def view(forecast: Forecast, pinned: Forecast | None = None) -> View:
    """The fan, its finding and the path by year."""
    unit = unit_of(forecast.columns["reference"]["value"][0])
    columns = (
        Column(forecast.usd(unit.name), right=False),
        *(Column(str(t)) for t in forecast.years),
    )
    return View(
        "forecast", finding(forecast), aid(forecast, pinned),
        three_middles(forecast),
        columns, _rows(forecast, pinned), picture(forecast, pinned),
    )  # fmt: skip


def finding(forecast: Forecast) -> str:
    """Where the reference case ends, and whether the report says so."""
    unit = unit_of(forecast.columns["reference"]["value"][0])
    last = forecast.columns["reference"]["value"][-1]
    value = f"{unit.show(last)} {unit.name}"
    start = f"In the reference case the market reaches {value} in {forecast.years[-1]}"
    report = published(forecast)
    if not report["year"]:
        return f"{start}, counted bottom-up"
    if report["year"][-1] < forecast.years[-1]:
        return f"{start}; the {speaker(forecast.plan.anchor)} ends in {report['year'][-1]}"
    printed, who = f"{unit.show(report['value'][-1])} {unit.name}", speaker(forecast.plan.anchor)
    if printed == value:
        return f"{start}, as the {who} says"
    return f"{start}, not the {who}\N{RIGHT SINGLE QUOTATION MARK}s {printed}"


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


def _rows(forecast: Forecast, pinned: Forecast | None) -> list[ViewRow]:
    summary = forecast.columns["summary"]
    unit = unit_of(summary["reference"][0])
    report = dict(zip(*published(forecast).values(), strict=True))
    rows = []
    if report:
        anchor = forecast.plan.anchor
        title = f"{speaker(anchor).capitalize()}, {rate(anchor.cagr)} a year"
        rows.append(ViewRow((title, *_cells(forecast, report)), "report"))
    for title, name, tone in (
        ("Reference", "reference", "strong"),
        ("Median draw", "p50", "plain"),
        ("9 in 10 draws: low", "p5", "plain"),
        ("9 in 10 draws: high", "p95", "plain"),
    ):
        rows.append(ViewRow((title, *map(unit.cell, summary[name])), tone))
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
