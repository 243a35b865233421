"""The strip above the tabs: size, forecast, growth, that growth taken apart, how far from a count.

Its amounts are in the dollars that the forecast counts in.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ..charts.fan import published
from ..charts.levels import list_value
from ..charts.units import unit_of
from ..engine.dollars import READ, in_current, speaker
from ..engine.findings import left_unexplained
from ..engine.forecast import INFLATION, NAMED, UNEXPLAINED, Forecast, Growth
from ..model.anchor import NOMINAL, REAL, Anchor
from ..text.wording import money, number, times

STEP = 5
"""Points of growth a year by which the bar's reach grows, so that a point keeps its width."""
PARTS = {INFLATION: ("prices", "general prices"), NAMED: ("causes", "causes"),
         UNEXPLAINED: ("left", "unexplained")}  # fmt: skip
"""The parts of a growth, in order: what their colour goes by, and their word."""


def strip(forecast: Forecast) -> list[dict[str, Any]]:
    """Five cells: title, value, unit, words (bold between asterisks), tone.

    ``brief`` and ``short`` are title and words of a narrow panel, ``parts`` those of the growth
    taken apart.
    """
    return [_size(forecast), _forecast(forecast), _growth(forecast), _apart(forecast),
            _distance(forecast)]  # fmt: skip


def _cell(
    title: str, value: str, units: tuple[str, str], words: tuple[str, str], tone: str
) -> dict[str, Any]:
    """A cell; of units and words the second stands in a narrow panel."""
    return {
        "title": title, "value": value, "unit": units[0], "short_unit": units[1],
        "words": words[0], "short": words[1], "tone": tone,
    }  # fmt: skip


def _usd(forecast: Forecast, year: int, name: str) -> tuple[str, str]:
    """The unit of an amount; dollars of another year than its own say of which."""
    plan = forecast.plan
    base = plan.market.base_year
    own = plan.in_current_dollars or plan.market.price_level is None or year == base
    unit = f"{'USD' if own else base} {name}"
    return unit, unit


def _size(forecast: Forecast) -> dict[str, Any]:
    value = forecast.columns["reference"]["value"][0]
    unit, anchor, first = unit_of(value), forecast.plan.anchor, forecast.years[0]
    publisher = _publisher(anchor)
    if not anchor.published:
        count = forecast.columns["count"]
        low, high = money(count["p5"][0]), money(count["p95"][0])
        words = f"counted, not printed: **{low.removesuffix(' M')} to {high}** in 9 of 10 draws"
        short = f"counted; **{low.removesuffix(' M')} to {high}**"
    elif anchor.spread:
        words, short = f"{publisher}; drawn anew in every draw", "pooled"
    elif anchor.base_year < first:
        words, short = f"{publisher} for {anchor.base_year}, moved on", "moved on"
    elif not math.isclose(value, anchor.at(first)):
        own = money(anchor.at(first))
        words, short = f"{publisher} printed {own}, dollars of {first}", f"{own} printed"
    else:
        words, short = f"as printed by {publisher}; matched in every draw", "as printed"
    units = _usd(forecast, first, unit.name)
    return _cell(f"Market in {first}", unit.show(value), units, (words, short), "ink")


def _publisher(anchor: Anchor) -> str:
    return anchor.publisher.partition(" (")[0].removesuffix(" Research")


def stands(forecast: Forecast) -> str:
    """On what a view rests that stands without the strip: the anchor, and the interval."""
    anchor = forecast.plan.anchor
    unit = unit_of(forecast.columns["reference"]["value"][-1])
    low, high = (unit.show(forecast.columns["summary"][end][-1]) for end in ("p5", "p95"))
    who = f"Anchor {_publisher(anchor)} {anchor.base_year}" if anchor.published else "Counted"
    return f"{who}. {low} to {high} {unit.name} in 9 of 10 draws."


def _forecast(forecast: Forecast) -> dict[str, Any]:
    summary = {k: v[-1] for k, v in forecast.columns["summary"].items()}
    unit, last = unit_of(summary["reference"]), forecast.years[-1]
    ends = f"**{unit.show(summary['p5'])} to {unit.show(summary['p95'])}**"
    report, said = published(forecast), ""
    if report["year"]:
        who, until = speaker(forecast.plan.anchor), report["year"][-1]
        value = unit.show(report["value"][-1])
        said = f"; {who} {value}" if until == last else f"; {who} ends {until}"
    words = f"{ends} in 9 of 10 draws{said}", f"{ends}{said}"
    units = _usd(forecast, last, unit.name)
    return _cell(f"Forecast for {last}", unit.show(summary["reference"]), units, words, "model")


def _growth(forecast: Forecast) -> dict[str, Any]:
    cagr = {k: 100 * v[0] for k, v in forecast.columns["cagr"].items()}
    ends, said = f"**{number(cagr['p5'], 1)} to {number(cagr['p95'], 1)}**", ""
    if printed := forecast.printed_growth:
        said = f"; {speaker(forecast.plan.anchor)} {number(_printed_rate(forecast, printed), 1)}"
        if printed.last < forecast.years[-1]:
            said += f" to {printed.last}"
    words = f"{ends} in 9 of 10 draws{said}", f"{ends}{said}"
    title = f"Growth to {forecast.years[-1]}"
    return _cell(title, number(cagr["reference"], 1), ("% a year", "%"), words, "model")


def _printed_rate(forecast: Forecast, printed: Growth) -> float:
    """What the report's path grows a year in the dollars of the forecast, percent."""
    first, last = (forecast.plan.printed(year) for year in (printed.first, printed.last))
    return 100 * math.expm1(math.log(last / first) / (printed.last - printed.first))


def _apart(forecast: Forecast) -> dict[str, Any]:
    """The printed growth, or else the forecast's own in current dollars, as parts of one bar."""
    anchor, growth = forecast.plan.anchor, forecast.printed_growth
    if anchor.published and growth is None:
        words = left_unexplained(forecast)
        cell = _cell("Growth taken apart", "", ("", ""), (words, words), "muted")
        return {**cell, "parts": [], "zero": 0.0}
    growth = growth or in_current(forecast)
    title = f"{number(growth.total, 1)}% taken apart"
    tone = "report" if anchor.published else "muted"
    cell = _cell(title, "", ("", ""), reading(forecast), tone)
    out = not forecast.plan.in_current_dollars
    return {**cell, **bar(growth.points, out)}


def bar(points: Mapping[str, float], out: bool) -> dict[str, Any]:
    """The parts of a growth on a bar: ends in percent of its width, and the word of each.

    What is below nought goes to the left of ``zero``; general prices are ``out`` where the
    forecast does not count them.
    """
    extent = sum(map(abs, points.values()))
    reach = STEP * max(1, math.ceil(round(extent, 6) / STEP))
    zero = -sum(min(0.0, p) for p in points.values())
    left = right = zero
    parts = []
    for name, size in points.items():
        begin = left - abs(size) if size < 0 else right
        if size < 0:
            left = begin
        else:
            right += size
        kind, word = PARTS[name]
        gone = out and name == INFLATION
        said = "prices taken out" if gone else f"{word} {number(size, 1)}"
        ends = {"from": 100 * begin / reach, "to": 100 * (begin + abs(size)) / reach}
        parts.append({"kind": kind, "word": said, "out": gone, **ends})
    return {"parts": parts, "zero": 100 * zero / reach}


def reading(forecast: Forecast) -> tuple[str, str]:
    """On which reading of the report's dollars that rests, and what the other one leaves."""
    plan = forecast.plan
    anchor, who = plan.anchor, speaker(plan.anchor)
    if not anchor.published:
        words = "nothing is printed, so nothing is left unexplained."
        return words, words
    if plan.market.price_level is None:
        words = f"no price level here, so no one can say which dollars the {who} counts."
        return words, words
    other = REAL if anchor.price_basis == NOMINAL else NOMINAL
    read = forecast.printed_as(other)
    left = number(read.points[UNEXPLAINED], 1) if read else ""

    def said(by: str, verb: str) -> str:
        dollars = f"{by} counts {READ[anchor.price_basis]} dollars"
        how = {
            "assumed": f"if {dollars}; it does not say.",
            "chosen": f"since you say {dollars}.",
        }.get(anchor.basis_status, f"{dollars}, as it says.")
        return f"{how} If {READ[other]}, {left}{verb} unexplained."

    return said(f"the {who}", " are"), said("it", "")


def _distance(forecast: Forecast) -> dict[str, Any]:
    count, factor = forecast.columns["count"], forecast.columns["calibration"]
    title, listed = "Distance from a count", list_value(forecast)
    if not forecast.plan.anchor.published:
        words = "level from the count"
        more = f"; USD {money(listed)} at list price" if listed else ""
        return _cell(title, "", ("", ""), (f"{words}{more}", f"{words}{more}"), "muted")
    low, high = (money(count[end][0]).removesuffix(" M") for end in ("p5", "p95"))
    of_list = f"**{times(factor['reference'][0] * count['reference'][0] / listed)}** at list"
    net, of_count = (" net", f"{of_list} price. ") if listed else ("", "")
    level = money(count["reference"][0])
    words = f"{of_count}The count: {level}{net}, **{low} to {high}** in 9 of 10"
    short = f"**{low} to {high}**" + (f"; {of_list}" if listed else "")
    units = ("times", f"times {level}{net}")
    cell = _cell(title, times(factor["reference"][0]), units, (words, short), "report")
    return {**cell, "brief": "From a count"}


def live_sentence(change: str, forecast: Forecast) -> str:
    """The last change and the new headline in one sentence, for a live region."""
    summary = {k: v[-1] for k, v in forecast.columns["summary"].items()}
    unit, last = unit_of(summary["reference"]), forecast.years[-1]
    return (
        f"{change}: {unit.show(summary['reference'])} {unit.name} in {last},"
        f" {unit.show(summary['p5'])} to {unit.show(summary['p95'])} in 9 of 10 draws,"
        f" anchor {forecast.plan.anchor.name}."
    )
