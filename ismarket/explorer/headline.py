"""The strip above the tabs: size, forecast, growth, what is unexplained, how far from a count."""

from __future__ import annotations

from typing import Any

from ..charts.fan import published
from ..charts.units import unit_of
from ..engine.forecast import UNEXPLAINED, Forecast
from ..text.wording import money, number, times


def strip(forecast: Forecast) -> list[dict[str, Any]]:
    """Five cells: title, value, unit, words (bold between asterisks), tone."""
    return [_size(forecast), _forecast(forecast), _growth(forecast), _left(forecast),
            _distance(forecast)]  # fmt: skip


def _cell(title: str, value: str, unit: str, words: str, tone: str) -> dict[str, Any]:
    return {"title": title, "value": value, "unit": unit, "words": words, "tone": tone}


def _size(forecast: Forecast) -> dict[str, Any]:
    value = forecast.columns["reference"]["value"][0]
    unit, anchor, first = unit_of(value), forecast.plan.anchor, forecast.years[0]
    words = f"counted from {forecast.plan.market.chain_words}"
    if anchor.published:
        words = f"as printed by {anchor.publisher}; matched in every draw"
        if anchor.base_year < first:
            words = f"{anchor.publisher} for {anchor.base_year}, moved on at its own growth"
    return _cell(f"Market in {first}", unit.show(value), f"USD {unit.name}", words, "ink")


def _forecast(forecast: Forecast) -> dict[str, Any]:
    summary = {k: v[-1] for k, v in forecast.columns["summary"].items()}
    unit = unit_of(summary["reference"])
    words = f"**{unit.show(summary['p5'])} to {unit.show(summary['p95'])}** in 9 of 10 draws."
    report = published(forecast)
    if report["year"] and report["year"][-1] == forecast.years[-1]:
        words += f" The report: {unit.show(report['value'][-1])}"
    title = f"Forecast for {forecast.years[-1]}"
    return _cell(title, unit.show(summary["reference"]), f"USD {unit.name}", words, "model")


def _growth(forecast: Forecast) -> dict[str, Any]:
    cagr = {k: 100 * v[0] for k, v in forecast.columns["cagr"].items()}
    words = f"**{number(cagr['p5'], 1)} to {number(cagr['p95'], 1)}** in 9 of 10 draws."
    if forecast.plan.anchor.published:
        words += f" The report: {number(100 * forecast.plan.anchor.cagr, 1)}"
    value = number(cagr["reference"], 1)
    return _cell("Growth a year (CAGR)", value, "%", words, "model")


def _left(forecast: Forecast) -> dict[str, Any]:
    title = "Unexplained growth"
    if not forecast.plan.anchor.published:
        return _cell(title, "0", "points", "level from the count; no report, no remainder", "muted")
    table = forecast.columns["attribution"]
    left = table["points"][table["driver"].index(UNEXPLAINED)]
    printed = 100 * forecast.plan.anchor.cagr
    unit = f"of {number(printed, 1)} points"
    carried = number(printed - left, 1)
    words = (
        f"The causes the report names carry {carried} points. The rest is printed, not explained."
    )
    return _cell(title, number(left, 1), unit, words, "report")


def _distance(forecast: Forecast) -> dict[str, Any]:
    count, factor = forecast.columns["count"], forecast.columns["calibration"]
    title = "Distance from a count"
    low, high = money(count["p5"][0]), money(count["p95"][0])
    if not forecast.plan.anchor.published:
        words = f"level from the count; **{low} to {high}** in 9 of 10 draws"
        return _cell(title, "1", "times", words, "muted")
    words = (
        f"From {forecast.plan.market.chain_words} the count is USD {money(count['reference'][0])};"
        f" **{low.removesuffix(' M')} to {high}** in 9 of 10 draws."
    )
    return _cell(title, times(factor["reference"][0]), "times", words, "report")


def live_sentence(change: str, forecast: Forecast) -> str:
    """The last change and the new headline in one sentence, for a live region."""
    summary = {k: v[-1] for k, v in forecast.columns["summary"].items()}
    unit, last = unit_of(summary["reference"]), forecast.years[-1]
    return (
        f"{change}: {unit.show(summary['reference'])} {unit.name} in {last},"
        f" {unit.show(summary['p5'])} to {unit.show(summary['p95'])} in 9 of 10 draws,"
        f" anchor {forecast.plan.anchor.name}."
    )
