"""The words of the fan: what stands on the plot, at its right edge, and instead of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..engine.forecast import Forecast
from .layout import spread
from .marks import word
from .picture import HEIGHT
from .units import Unit, unit_of

LEFT, TOP, BOTTOM = 36.0, 22.0, 52.0
"""Room left of, above and below the plot, px."""
Place = Callable[[float], float]


def published(forecast: Forecast) -> dict[str, list[Any]]:
    """The published path in the years of the forecast that the report speaks of, USD."""
    anchor = forecast.plan.anchor
    years = [t for t in forecast.years if anchor.published and t <= anchor.last_year]
    return {"year": years, "value": [anchor.at(t) for t in years]}


def year_labels(forecast: Forecast) -> list[dict[str, Any]]:
    """The years under the axis, at most nine, the first and the last in bold."""
    years, rows = forecast.years, []
    step = -(-len(years) // 8)
    for index, year in enumerate(years):
        end = index in (0, len(years) - 1)
        if end or (index % step == 0 and len(years) - 1 - index >= step):
            color, weight = ("ink", 600) if end else ("muted", 400)
            rows.append({"year": year, **word(str(year), 0, 0, color, align="center",
                                              weight=weight, size=11)})  # fmt: skip
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
            known = (stage.path.low == stage.path.high).all(axis=1)
            years = [t for t, exact in zip(market.years, known, strict=False) if exact]
            if years and forecast.years[0] <= years[-1] < forecast.years[-1]:
                return [{"year": years[-1], "stage": stage.name}]
    return []


def inside(
    forecast: Forecast, pinned: Forecast | None, unit: Unit, at: Place
) -> list[dict[str, Any]]:
    """Words on the plot itself: where the path starts, why the fan opens, what the bands are."""
    anchor, years, rows = forecast.plan.anchor, forecast.years, []
    summary = forecast.columns["summary"]
    first = summary["reference"][0]
    source, color = ("printed", "report_text") if anchor.published else ("counted", "model")
    if anchor.published and anchor.base_year < years[0]:
        source = f"printed for {anchor.base_year}, moved on, for"
    words = f"{unit.show(first)} {source} for {years[0]}".replace("for for", "to")
    below = at(first / unit.size) + 18
    if anchor.published:
        rows.append({"year": years[0], **word(words, 0, below, color)})
    for kink in turning_points(forecast):
        opens = ", so the fan opens" if summary["p5"][0] == summary["p95"][0] else ""
        text = f"from here {kink['stage']} are projections{opens}"
        rows.append(
            {"year": kink["year"], **word(text, 0, HEIGHT - BOTTOM + 7, "muted", size=11, dx=6)}
        )
    return rows


def labels(
    forecast: Forecast, pinned: Forecast | None, unit: Unit, at: Place
) -> list[dict[str, Any]]:
    """Every line's last value with its name, in two columns of words, kept apart."""
    summary = {k: v[-1] for k, v in forecast.columns["summary"].items()}
    lines: list[tuple[float, str, str]] = [
        (summary["p95"], "9 in 10, high", "ink2"),
        (summary["p50"], "median draw", "ink2"),
        (summary["reference"], "reference", "model"),
        (summary["p25"], f"to {unit.show(summary['p75'])}: half of draws", "ink2"),
        (summary["p5"], "9 in 10, low", "ink2"),
    ]
    report = published(forecast)
    if report["year"] and report["year"][-1] == forecast.years[-1]:
        lines.append((report["value"][-1], "report", "report_text"))
    if pinned is not None and forecast.years[-1] in pinned.years:
        ghost = pinned.columns["summary"]
        at_last = pinned.years.index(forecast.years[-1])
        lines.append((ghost["p95"][at_last], "pinned, high", "pinned"))
    lines.sort(key=lambda line: -line[0])
    places = spread([at(v / unit.size) for v, _, _ in lines], TOP - 14, HEIGHT - BOTTOM + 10)
    rows = []
    for (value, name, color), place in zip(lines, places, strict=True):
        rows.append(word(unit.show(value), 88, place, color, align="right", weight=600))
        rows.append(word(name, 92, place, color))
    foot = "1 dot: 1 draw in 20"
    rows.append(word(foot, 18, HEIGHT - BOTTOM + 36, "muted", size=11))
    return rows


def alternative(forecast: Forecast, pinned: Forecast | None = None) -> str:
    """The fan in words: kind, what, then every labelled number in the order of the table."""
    summary = forecast.columns["summary"]
    unit = unit_of(summary["reference"][0])
    first, last = forecast.years[0], forecast.years[-1]
    parts = [f"Fan chart, USD {unit.name} a year, {first} to {last}, anchor {_whose(forecast)}."]
    report = published(forecast)
    if report["year"]:
        end = report["year"][-1]
        parts.append(f"Report {unit.show(report['value'][-1])} in {end}.")
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


def _whose(forecast: Forecast) -> str:
    anchor = forecast.plan.anchor
    return f"{anchor.publisher} {anchor.base_year}" if anchor.published else "bottom-up count"
