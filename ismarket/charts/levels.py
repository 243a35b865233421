"""Levels: the published estimates, the chosen anchor and the count on one logarithmic axis."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import altair as alt

from ..analysis.ceilings import Ceiling, read_ceilings
from ..engine.forecast import Forecast
from ..engine.summaries import quantiles
from ..text.wording import number, times
from .marks import data, dots, full_rules, ink, level_rules, px, py, rules, texts, tick, word, x
from .picture import HEIGHT, Picture, columns_of, picked

TOP, FOOT, GAP = 24.0, 26.0, 14.0
LEFT = "(width < 640 ? 208 : 224)"
X = {"low": "x0", "high": "x1", "left": LEFT, "right": "width - 60"}
PARAMS = {"x0": 0.0, "x1": 1.0}
PUBLISHED = "published"


@dataclass(frozen=True)
class DrawnLevel:
    """One published estimate moved to the first year, USD, and how far it is from the count."""

    name: str
    publisher: str
    printed: float
    printed_year: int
    restated: float
    cagr: float
    times: float
    chosen: bool


@dataclass(frozen=True)
class Count:
    """The bottom-up count of the first year, USD: reference and quantiles of the draws."""

    reference: float
    p5: float
    p25: float
    p75: float
    p95: float


def count_of(forecast: Forecast) -> Count:
    """The count with its interval."""
    ends = quantiles(forecast.draws.counted, [0.05, 0.25, 0.75, 0.95])
    p5, p25, p75, p95 = (float(v) for v in ends)
    return Count(float(forecast.modes.counted[0]), p5, p25, p75, p95)


def levels_of(forecast: Forecast) -> list[DrawnLevel]:
    """Every published estimate of the market, the largest first, at the first year."""
    year, counted = forecast.years[0], float(forecast.modes.counted[0])
    found = [
        DrawnLevel(
            a.name, a.publisher, float(a.value or 0.0), a.base_year, level, a.cagr,
            level / counted, a.name == forecast.plan.anchor.name,
        )
        for a in forecast.plan.market.anchors.values()
        if a.published
        for level in [replace(forecast.plan, anchor=a).printed(year)]
    ]  # fmt: skip
    return sorted(found, key=lambda level: -level.restated)


def layers() -> Any:
    """One row an estimate, the count with its interval at the foot, a bracket for one publisher."""
    at = x("x", **X)
    parts = [
        alt.Chart(data("band"))
        .mark_rect(color=ink("ghost"), aria=False)
        .encode(x=at, x2=alt.X2("x2"), y=py(f"{TOP}"),
                y2=alt.Y2Value(alt.ExprRef(f"height - {FOOT}"))),
        rules("xticks", at, f"{TOP}", f"height - {FOOT}"),
        full_rules("rule"),
        level_rules("bracket", at, "x2", color=ink("report"), strokeDash=[4, 3]),
        rules("bracket", x("x2", **X), "datum.py", "datum.top", "report", strokeDash=[4, 3]),
        level_rules("count90", at, "x2", color=ink("band50"), strokeWidth=6),
        level_rules("count50", at, "x2", color=ink("model"), strokeWidth=6),
        dots("count", at, size=120, fill=ink("bg"), stroke=ink("model"), strokeWidth=2.5),
        dots("others", at, size=90, color=ink("pinned")),
        dots("chosen", at, size=150, color=ink("report")),
        texts("words", at),
        texts("labels"),
        texts("years", px(f"{LEFT} - 28")),
    ]  # fmt: skip
    return alt.layer(*parts)


def picture(forecast: Forecast) -> Picture:
    """The rows of the chart."""
    found, count = levels_of(forecast), count_of(forecast)
    step = (HEIGHT - TOP - FOOT - GAP) / (len(found) + 1)
    place = {level.name: TOP + step * (i + 0.5) for i, level in enumerate(found)}
    foot = TOP + step * (len(found) + 0.5) + GAP
    sales = class_sales(forecast)
    values = [count.p5, count.p95, *(level.restated for level in found)]
    values += [sales.low, sales.high] if sales else []
    low, high = math.log10(0.8 * min(values) / 1e6), math.log10(1.5 * max(values) / 1e6)
    steps = [k * 10.0**p for p in range(math.floor(low), math.ceil(high) + 1) for k in (1, 2, 5)]
    marks = [m for m in steps if low <= math.log10(m) <= high]
    at = [{"x": _log(v.restated), "py": place[v.name], "chosen": v.chosen} for v in found]
    band = [{"x": _log(sales.low), "x2": _log(sales.high)}] if sales else []
    datasets = {
        "others": picked([row for row in at if not row["chosen"]], x="x", py="py"),
        "chosen": picked([row for row in at if row["chosen"]], x="x", py="py"),
        "band": columns_of(band, ["x", "x2"]),
        "xticks": {"x": [math.log10(m) for m in marks]},
        "rule": {"py": [foot - step / 2 - GAP / 2]},
        "count90": {"x": [_log(count.p5)], "x2": [_log(count.p95)], "py": [foot]},
        "count50": {"x": [_log(count.p25)], "x2": [_log(count.p75)], "py": [foot]},
        "count": {"x": [_log(count.reference)], "py": [foot]},
        "bracket": _bracket(found, place),
        "words": columns_of(_words(found, count, place, foot, marks, forecast)),
        "labels": columns_of(_labels(found, place, foot, forecast)),
        "years": columns_of(
            [word(str(v.printed_year), 0, place[v.name], "muted", size=11, align="center")
             for v in found] + [word("", 0, 0)]
        ),
    }  # fmt: skip
    return Picture("levels", datasets, alternative(forecast), {"x0": low, "x1": high})


def _log(usd: float) -> float:
    return math.log10(usd / 1e6)


def _show(usd: float) -> str:
    return number(usd / 1e6, 0 if usd >= 9.5e6 else 1)


def _pair(found: list[DrawnLevel]) -> tuple[DrawnLevel, DrawnLevel] | None:
    """The chosen anchor and another estimate by the same publisher."""
    pairs = ((v, chosen) for chosen in found if chosen.chosen
             for v in found if v.publisher == chosen.publisher and not v.chosen)  # fmt: skip
    return next(pairs, None)


def _bracket(found: list[DrawnLevel], place: dict[str, float]) -> dict[str, list[float]]:
    rows = []
    if pair := _pair(found):
        other, chosen = pair
        top = place[chosen.name] + (9.0 if place[other.name] > place[chosen.name] else -9.0)
        rows.append({"x": _log(other.restated), "x2": _log(chosen.restated),
                     "py": place[other.name], "top": top})  # fmt: skip
    return columns_of(rows, ["x", "x2", "py", "top"])


def _words(
    found: list[DrawnLevel], count: Count, place: dict[str, float], foot: float, marks: list[float],
    forecast: Forecast,
) -> list[dict[str, Any]]:  # fmt: skip
    pair, words = _pair(found), []
    linked = pair[0].name if pair else ""
    for v in found:
        side: dict[str, Any] = {"align": "left", "dx": 12.0}
        if v.name == linked and pair and pair[1].restated > v.restated:
            side = {"align": "right", "dx": -12.0}
        shown = _show(v.restated) + (", chosen anchor" if v.chosen else "")
        color = "report_text" if v.chosen else "ink"
        if v.chosen and v.restated == max(u.restated for u in found):
            side = {"align": "right", "dx": -14.0}
        words.append(
            {"x": _log(v.restated), **word(shown, 0, place[v.name], color, weight=600, **side)}
        )
    if pair:
        other, chosen = pair
        ratio = max(chosen.restated, other.restated) / min(chosen.restated, other.restated)
        middle = (_log(other.restated) + _log(chosen.restated)) / 2
        text = f"same publisher: \N{MULTIPLICATION SIGN} {number(ratio, 1)}"
        words.append(tick(middle, text, place[other.name] - 9, "report_text"))
    sales = class_sales(forecast)
    if sales:
        words.append({"x": _log(sales.high), **word(sales.words, 0, 7, "muted", size=11,
                                                    align="right")})  # fmt: skip
    interval = f"{_show(count.reference)} (9 in 10: {_show(count.p5)} to {_show(count.p95)})"
    words.append({"x": _log(count.p95), **word(interval, 0, foot, "model", weight=600, dx=10)})
    for mark in marks:
        said = f"{mark:,.0f}" if mark >= 1 else f"{mark:g}"
        words.append(tick(math.log10(mark), said, HEIGHT - FOOT + 14))
    return words


def _labels(
    found: list[DrawnLevel], place: dict[str, float], foot: float, forecast: Forecast
) -> list[dict[str, Any]]:
    words = [
        word("\N{MULTIPLICATION SIGN} the count", -1e-9, 7, "muted", align="right", weight=600,
             size=11),
        word(
            f"{forecast.usd('M')}, {forecast.years[0]}, log scale",
            0, HEIGHT - FOOT + 14, "muted", size=11,
        ),
        word("Bottom-up count", 0, foot, weight=600),
        word("1", -1e-9, foot, align="right"),
    ]  # fmt: skip
    for v in found:
        words.append(word(v.publisher, 0, place[v.name], weight=600 if v.chosen else 400))
        shown = f"\N{MULTIPLICATION SIGN} {times(v.times)}"
        words.append(word(shown, -1e-9, place[v.name], align="right"))
    return words


def alternative(forecast: Forecast) -> str:
    """The chart in words, estimate by estimate."""
    count = count_of(forecast)
    parts = [
        f"Dots on a log scale, published sizes moved to {forecast.years[0]}, {forecast.usd('M')}."
    ]
    for v in levels_of(forecast):
        chosen = ", the chosen anchor" if v.chosen else ""
        parts.append(
            f"{v.publisher} {v.printed_year} {_show(v.restated)}, {times(v.times)} times the"
            f" count{chosen}."
        )
    sales = class_sales(forecast)
    if sales:
        parts.append(f"{sales.words}.")
    parts.append(
        f"Bottom-up count {_show(count.reference)}, 9 in 10 draws {_show(count.p5)} to"
        f" {_show(count.p95)}."
    )
    return " ".join(parts)


@dataclass(frozen=True)
class ClassSales:
    """How many publishers print it, what is sold, and their lowest and highest, USD a year."""

    count: int
    what: str
    low: float
    high: float

    @property
    def words(self) -> str:
        """The band in words, USD M."""
        low, high = number(self.low / 1e6, 0), number(self.high / 1e6, 0)
        return f"{self.count} estimates of {self.what}: {low} to {high}"


@cache
def _printed(market: str) -> tuple[Ceiling, ...]:
    """Published sales that count."""
    return tuple(
        ceiling
        for ceiling in read_ceilings()
        if ceiling.market == market
        and ceiling.counts
        and all(part.status == PUBLISHED for part in ceiling.parts)
    )


def class_sales(forecast: Forecast) -> ClassSales | None:
    """The sales that most publishers print, moved to the first year; None where fewer than two do.

    Each is moved by its own printed growth.
    """
    printed = _printed(forecast.plan.market.name)
    if len(printed) < 2:
        return None
    sold: dict[str, list[float]] = {}  # by what is sold: the title before its publisher
    for ceiling in printed:
        what = ceiling.title.split(":")[0]
        sold.setdefault(what, []).append(ceiling.at(forecast.years[0], 0.0))
    what, values = max(sold.items(), key=lambda item: len(item[1]))
    return ClassSales(len(values), what, min(values), max(values))
