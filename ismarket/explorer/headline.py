"""The strip above the tabs: size, forecast, growth, what is unexplained, how far from a count."""

from __future__ import annotations

from typing import Any

from ..charts.fan import published
from ..charts.units import unit_of
from ..engine.dollars import speaker
from ..engine.findings import left_unexplained, whose
from ..engine.forecast import NAMED, UNEXPLAINED, Forecast
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
        words = f"{whose(forecast)}; {'drawn anew' if anchor.spread else 'matched'} in every draw"
    return _cell(f"Market in {first}", unit.show(value), forecast.usd(unit.name), words, "ink")


def _forecast(forecast: Forecast) -> dict[str, Any]:
    summary = {k: v[-1] for k, v in forecast.columns["summary"].items()}
    unit = unit_of(summary["reference"])
    words = f"**{unit.show(summary['p5'])} to {unit.show(summary['p95'])}** in 9 of 10 draws."
    report = published(forecast)
    if report["year"] and report["year"][-1] == forecast.years[-1]:
        words += f" The {speaker(forecast.plan.anchor)}: {unit.show(report['value'][-1])}"
    title = f"Forecast for {forecast.years[-1]}"
    return _cell(title, unit.show(summary["reference"]), forecast.usd(unit.name), words, "model")


def _growth(forecast: Forecast) -> dict[str, Any]:
    cagr = {k: 100 * v[0] for k, v in forecast.columns["cagr"].items()}
    words = f"**{number(cagr['p5'], 1)} to {number(cagr['p95'], 1)}** in 9 of 10 draws."
    if printed := forecast.printed_growth:
        who = speaker(forecast.plan.anchor)
        words += f" The {who}, to {printed.last}: {number(printed.total, 2)}"
    title = f"Growth a year to {forecast.years[-1]}"
    return _cell(title, number(cagr["reference"], 2), "%", words, "model")


def _left(forecast: Forecast) -> dict[str, Any]:
    title, growth = "Unexplained growth", forecast.printed_growth
    if growth is None:
        words = left_unexplained(forecast) or "level from the count; no report, no remainder"
        return _cell(title, "0", "points", words, "muted")
    left, carried = (number(growth.points[part], 2) for part in (UNEXPLAINED, NAMED))
    who = speaker(forecast.plan.anchor)
    words = f"Of what the {who} has {growth.period} the causes it names carry **{carried}** points."
    return _cell(title, left, f"of {number(growth.total, 2)} points a year", words, "report")


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
