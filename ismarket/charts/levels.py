"""Levels: the published estimates, the chosen anchor and the count on one logarithmic axis."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from ..analysis.ceilings import Ceiling, read_ceilings
from ..arrays import Columns
from ..engine.forecast import Forecast
from ..engine.roles import SCALING, staged
from ..engine.summaries import quantiles
from ..model.market import Market
from ..text.sheet import columns_of
from ..text.wording import number, times
from . import marks
from .marks import LOG, Layer
from .picture import Picture, both
from .places import Room, shortened, wrapped
from .rows import WORD, bleed, ends_at, picked, small, tick, word

PLOT, ROW, GAP = 270, 52, 0.45
"""Height of the plot and of a row, px, at most; room above the count, rows."""
ROOM, SLIM = Room(24, 60, 26, 224), Room(24, 52, 26, 186)
BELOW = 600
YEARS = 28
"""How far left of the plot the printed years stand, px."""
PUBLISHED, TIMES = "published", "\N{MULTIPLICATION SIGN}"


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


def list_value(forecast: Forecast) -> float:
    """The count of the first year at list price, USD; 0 in a market without rebates."""
    plan = forecast.plan
    if plan.start:
        return _list_value(forecast)
    # in the year of the tables no driver moves anything, so a repaint finds it ready
    keys = {p.key for stage in plan.market.stages for p in stage.parameters}
    known = _listed.setdefault(plan.market, {})
    fixed = frozenset((key, value) for key, value in plan.scenario.fixed.items() if key in keys)
    if fixed not in known:
        known[fixed] = _list_value(replace(forecast, plan=replace(plan, drivers=())))
    return known[fixed]


_listed: WeakKeyDictionary[Market, dict[frozenset[tuple[str, float]], float]] = WeakKeyDictionary()
"""By market and by what is fixed of its stages, the count of its base year at list price, USD."""


def _list_value(forecast: Forecast) -> float:
    found = staged(forecast, (forecast.years[0],), draws=0)
    if "net" not in found.roles:
        return 0.0
    roles = [role for role in found.roles if role not in ("net", SCALING)]
    return float(np.prod([found.of(role)[0, :, :, 0] for role in roles], axis=0).sum())


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


def layers(ink: Mapping[str, str]) -> list[Layer]:
    """One row an estimate, the count with its interval at the foot, a bracket for one publisher."""
    dash = {"color": ink["report"], "strokeDash": [4, 3]}
    return [
        marks.ends(LOG),
        marks.layer("band", "rect", {"color": ink["ghost"]},
                    x=LOG, x2=marks.X2, y=marks.TOP, y2=marks.BOTTOM),
        marks.rules("xticks", ink["grid"], LOG),
        marks.across("rule", marks.Y, ink["muted"], bleed=True),
        marks.strokes("bracket", LOG, **dash),
        marks.level("count90", LOG, color=ink["band50"], strokeWidth=6),
        marks.level("count50", LOG, color=ink["model"], strokeWidth=6),
        marks.dots("count", LOG, size=120, fill=ink["bg"], stroke=ink["model"], strokeWidth=2.5),
        marks.dots("list", LOG, size=60, filled=False, strokeWidth=1.6, stroke=ink["model"]),
        marks.dots("others", LOG, size=90, color=ink["pinned"]),
        marks.dots("chosen", LOG, size=150, color=ink["report"]),
        marks.texts("words", LOG),
        marks.texts("sales", marks.LEFT, marks.TOP),
        marks.texts("names", marks.LEFT),
        marks.texts("times", marks.RIGHT),
        marks.texts("heads", marks.RIGHT, marks.TOP),
        marks.texts("foot", marks.LEFT, marks.BOTTOM),
        marks.texts("ticks", LOG, marks.BOTTOM),
    ]  # fmt: skip


def picture(forecast: Forecast) -> Picture:
    """The rows of the chart, USD M on the axis."""
    found, count, listed = levels_of(forecast), count_of(forecast), list_value(forecast)
    place = {level.name: -(i + 0.5) for i, level in enumerate(found)}
    foot = -(len(found) + 0.5) - GAP
    sales = class_sales(forecast)
    values = [count.p5, count.p95, listed or count.p95, *(level.restated for level in found)]
    values += [sales.low, sales.high] if sales else []
    low, high = 0.8 * min(values) / 1e6, 1.5 * max(values) / 1e6
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    at = [{"x": v.restated / 1e6, "y": place[v.name], "chosen": v.chosen} for v in found]
    shared = {
        "ends": ends_at(low, high, foot - 0.5, 0.0),
        "others": picked([row for row in at if not row["chosen"]], x="x", y="y"),
        "chosen": picked([row for row in at if row["chosen"]], x="x", y="y"),
        "band": columns_of(
            [{"x": sales.low / 1e6, "x2": sales.high / 1e6}] if sales else [], ["x", "x2"]
        ),
        "count90": {"x": [count.p5 / 1e6], "x2": [count.p95 / 1e6], "y": [foot]},
        "count50": {"x": [count.p25 / 1e6], "x2": [count.p75 / 1e6], "y": [foot]},
        "count": {"x": [count.reference / 1e6], "y": [foot]},
        "list": columns_of([{"x": listed / 1e6, "y": foot}] if listed else [], ["x", "y"]),
        "bracket": _bracket(found, place),
    }  # fmt: skip
    said = alternative(forecast)

    def laid(narrow: bool) -> Picture:
        room = SLIM if narrow else ROOM
        steps = (1, 3) if narrow else (1, 2, 5)
        grid = [k * 10.0**p for p in powers for k in steps if low <= k * 10.0**p <= high]
        unit = f"{forecast.usd('M')}, {forecast.years[0]}{'' if narrow else ', log scale'}"
        parts = shared | {
            "rule": bleed(room, foot + 0.5 + GAP / 2),
            "xticks": {"x": grid},
            "ticks": columns_of(
                [tick(m, f"{m:,.0f}" if m >= 1 else f"{m:g}", dy=14) for m in grid]
            ),
            "words": columns_of(_words(found, count, listed, place, foot, narrow)),
            "sales": columns_of([small(_sold(sales, narrow), dx=-room.left, dy=-17)], WORD),
            "names": columns_of(_names(found, place, foot, room.left, narrow)),
            "times": columns_of(
                [word(f"{TIMES} {times(v.times)}", y=place[v.name], align="right", dx=room.right)
                 for v in found] + [word("1", y=foot, align="right", dx=room.right)]
            ),
            "heads": columns_of([small(f"{TIMES} {'' if narrow else 'the '}count", weight=600,
                                       align="right", dx=room.right, dy=-17)]),
            "foot": columns_of([small(unit, dx=-room.left, dy=14)]),
        }  # fmt: skip
        return Picture("levels", parts, said, room, min(PLOT, round(ROW * (len(found) + 1 + GAP))))

    return both(laid, BELOW)


def _show(usd: float) -> str:
    return number(usd / 1e6, 0 if usd >= 9.5e6 else 1)


def _pair(found: list[DrawnLevel]) -> tuple[DrawnLevel, DrawnLevel] | None:
    """The chosen anchor and another estimate by the same publisher."""
    pairs = ((v, chosen) for chosen in found if chosen.chosen
             for v in found if v.publisher == chosen.publisher and not v.chosen)  # fmt: skip
    return next(pairs, None)


def _sold(sales: ClassSales | None, narrow: bool) -> str:
    """What the band behind the levels is."""
    if sales is None:
        return ""
    return f"Grey: {shortened(sales.what, 40)}, {sales.ends}" if narrow else f"Grey: {sales.words}"


def _bracket(found: list[DrawnLevel], place: dict[str, float]) -> Columns:
    """From the other estimate level to below the chosen one, then up or down to it."""
    rows = []
    if pair := _pair(found):
        other, chosen = (v.restated / 1e6 for v in pair)
        begin, end = (place[v.name] for v in pair)
        top = end + (0.25 if end < begin else -0.25)
        rows = [{"x": other, "x2": chosen, "y": begin, "y2": begin},
                {"x": chosen, "x2": chosen, "y": begin, "y2": top}]  # fmt: skip
    return columns_of(rows, ["x", "x2", "y", "y2"])


def _words(
    found: list[DrawnLevel],
    count: Count,
    listed: float,
    place: dict[str, float],
    foot: float,
    narrow: bool,
) -> list[dict[str, Any]]:
    """The value of every level beside its dot."""
    pair, words = _pair(found), []
    linked = pair[0].name if pair else ""
    most = max(v.restated for v in found) if found else 0.0
    for v in found:
        shown = _show(v.restated) + (", chosen" if v.chosen else "")
        shown += " anchor" if v.chosen and not narrow else ""
        left = v.chosen and v.restated == most
        left = left or bool(pair and v.name == linked and pair[1].restated > v.restated)
        look: dict[str, Any] = {"align": "right", "dx": -13} if left else {"dx": 12}
        color = "report_text" if v.chosen else "ink"
        words.append(word(shown, color, x=v.restated / 1e6, y=place[v.name], weight=600, **look))
    if pair:
        sizes = [v.restated for v in pair]
        text = f"same publisher: {TIMES} {number(max(sizes) / min(sizes), 1)}"
        middle = math.sqrt(sizes[0] * sizes[1]) / 1e6
        short = text.partition(": ")[2] if narrow else text
        words.append(tick(middle, short, "report_text", y=place[linked], dy=-9))
    ends = f"{_show(count.p5)} to {_show(count.p95)}"
    said = f"{_show(count.reference)} ({'' if narrow else '9 in 10: '}{ends})"
    here: dict[str, Any] = {"y": foot, "weight": 600}
    if listed:  # to the right stands the mark of the list price
        words.append(word(said, "model", x=count.p5 / 1e6, dy=-15, **here))
        beyond = max(listed, count.p95) / 1e6
        words.append(small(f"{_show(listed)} at list price", x=beyond, y=foot, dx=10))
    else:
        words.append(word(said, "model", x=count.p95 / 1e6, dx=10, **here))
    return words


def _names(
    found: list[DrawnLevel], place: dict[str, float], foot: float, left: float, narrow: bool
) -> list[dict[str, Any]]:
    """Publishers with the year that each printed."""
    words = [word("Bottom-up count", y=foot, weight=600, dx=-left)]
    for v in found:
        whole = wrapped(v.publisher, 17) if narrow else (v.publisher,)
        lines = [shortened(line, 19 if narrow else 26) for line in whole if line]
        for i, line in enumerate(lines):
            weight, dy = 600 if v.chosen else 400, 14.0 * i - 7.0 * (len(lines) - 1)
            words.append(word(line, y=place[v.name], weight=weight, dx=-left, dy=dy))
        words.append(small(str(v.printed_year), y=place[v.name], dx=-YEARS, align="center"))
    return words


def alternative(forecast: Forecast) -> str:
    """The chart in words, estimate by estimate."""
    count, listed = count_of(forecast), list_value(forecast)
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
        f" {_show(count.p95)}{f', {_show(listed)} at list price' if listed else ''}."
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
    def ends(self) -> str:
        """The lowest and the highest, USD M."""
        return f"{number(self.low / 1e6, 0)} to {number(self.high / 1e6, 0)}"

    @property
    def words(self) -> str:
        """The band in words, USD M."""
        return f"{self.count} estimates of {self.what}: {self.ends}"


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
