"""Track: actuals against what each kept run said of their year, and editions over time.

A year is a group of intervals, its runs from left to right in the order in which they were kept; an
actual is a line through the runs that it is set against.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from ..analysis.track import KNOWN, OUTSIDE, Check, Told, Track, headline
from ..text.sheet import columns_of
from ..text.wording import money, money_range
from . import marks
from .picture import Picture, both
from .places import APART, Room, decimals_of, shortened, spread, ticks
from .rows import WORD, ends_at, picked, small, tick, word
from .units import Unit, unit_of

A_TRACK = "actuals against kept runs, as study('evidence').track(['runs/january'])"
PLOT = 246
ROOM, SLIM = Room(22, 190, 68, 44), Room(22, 124, 68, 44)
BELOW = 620
HOLDS, HOLDS_SLIM = (6, 48), (4, 20)
"""How many runs, the newest ones, and how many intervals a chart holds, wide and narrow."""
GROUP = 0.8
"""Share of its place that a year's group takes."""


def layers(ink: Mapping[str, str]) -> list[marks.Layer]:
    """The grid, each actual with its error, and the intervals of each run over it."""
    return [
        marks.ends(),
        marks.across("yticks", marks.at("value"), ink["grid"]),
        marks.bars("errors"),
        marks.level("actuals", strokeWidth=2),
        marks.strokes("range90", strokeWidth=2),
        marks.strokes("range50", strokeWidth=6),
        marks.dots("medians", size=44, fill=marks.of("color"), stroke=marks.of("edge"),
                   strokeWidth=1.8),
        marks.texts("values", y=marks.TOP),
        marks.texts("labels", marks.RIGHT),
        marks.texts("xticks", y=marks.BOTTOM),
        marks.texts("ylabels", marks.LEFT),
        marks.texts("head", marks.LEFT, marks.TOP),
        marks.texts("foot", marks.LEFT, marks.BOTTOM),
    ]  # fmt: skip


def picture(found: Track) -> Picture:
    """The rows of the chart: the newest runs, the years with actuals and as many others as fit."""
    largest = [values["p95"] for one in found.told for values in one.path.values()]
    unit = unit_of(max([*largest, *(check.actual for check in found.checks)]))
    basis = found.told[-1].unit.replace("USD", f"USD {unit.name}", 1)
    said = " ".join([f"Track in {basis}. {headline(found)}", *map(_spoken, found.checks)])

    def laid(narrow: bool) -> Picture:
        room, (most, intervals) = (SLIM, HOLDS_SLIM) if narrow else (ROOM, HOLDS)
        told = found.told[-most:]
        years = _years(found, told, intervals // len(told))
        wide = GROUP / len(told)
        shown, seen = list[dict[str, Any]](), list[dict[str, Any]]()
        for i, j in product(range(len(years)), range(len(told))):
            one, at = told[j], i + wide * (j - (len(told) - 1) / 2)
            checks = [c for c in found.checks
                      if (c.run, c.kept, c.year) == (one.run, one.kept, years[i])]  # fmt: skip
            seen += [_actual(check, at, wide / 2, unit) for check in checks]
            if years[i] in one.path:
                shown.append(_interval(one.path[years[i]], at, unit, one is told[-1], checks))
        low = min([*(row["p5"] for row in shown), *(row["y"] for row in seen)])
        high = max([*(row["p95"] for row in shown), *(row["y2"] for row in seen)])
        grid = ticks(max(0.0, low - 0.05 * (high - low)), high + 0.08 * (high - low), 7)
        decimals = decimals_of(grid)
        foot = _foot(found, told)
        parts = {
            "ends": ends_at(-0.5, len(years) - 0.5, grid[0], grid[-1]),
            "yticks": {"value": grid},
            "errors": picked(seen, x="x", x2="x2", y="y", y2="y2", color="ground"),
            "actuals": picked(seen, x="x", x2="x2", y="value", color="color"),
            "range90": picked(shown, x="x", x2="x", y="p5", y2="p95", color="thin"),
            "range50": picked(shown, x="x", x2="x", y="p25", y2="p75", color="color"),
            "medians": picked(shown, x="x", y="p50", color="fill", edge="color"),
            "values": columns_of(_values(found, years, unit), ["x", *WORD]),
            "labels": columns_of(_names(told, years[-1], unit, grid, narrow)),
            "xticks": columns_of(
                [tick(i, str(year), dy=16, color="ink", weight=600) for i, year in enumerate(years)]
            ),
            "ylabels": columns_of(
                [small(f"{t:,.{decimals}f}", y=t, align="right", dx=-6) for t in grid]
            ),
            "head": columns_of([small(basis, dx=-room.left, dy=-15)]),
            "foot": columns_of(
                [small(text, dx=-room.left, dy=38 + 16 * line) for line, text in enumerate(foot)]
            ),
        }  # fmt: skip
        return Picture("track", parts, said, room, PLOT)

    return both(laid, BELOW)


def _years(found: Track, told: Sequence[Told], most: int) -> list[int]:
    """The years with actuals and the last one that all runs have, then the latest that fit."""
    needed = {found.editions[-1].year, *(check.year for check in found.checks)}
    others = sorted({year for one in told for year in one.path} - needed, reverse=True)
    return sorted([*needed, *others[: max(0, most - len(needed))]])


def _actual(check: Check, at: float, half: float, unit: Unit) -> dict[str, Any]:
    """An actual across the place of one run, with its error; pale where it was known already."""
    color, ground = ("interval", "ghost") if check.inside == KNOWN else ("report", "report_ground")
    value, error = check.actual / unit.size, check.error
    return {
        "x": at - half, "x2": at + half, "value": value, "y": value * (1 - error),
        "y2": value * (1 + error), "color": color, "ground": ground,
    }  # fmt: skip


def _interval(
    said: Mapping[str, float], at: float, unit: Unit, newest: bool, checks: Sequence[Check]
) -> dict[str, Any]:
    """What a run said of a year; the dot is a ring where an actual lies outside."""
    color, thin = ("model", "band50") if newest else ("pinned", "interval")
    outside = any(check.inside == OUTSIDE for check in checks)
    figures = {name: said[name] / unit.size for name in ("p5", "p25", "p50", "p75", "p95")}
    return {"x": at, **figures, "color": color, "thin": thin, "fill": "bg" if outside else color}


def _values(found: Track, years: Sequence[int], unit: Unit) -> list[dict[str, Any]]:
    """The actuals of each year, above it."""
    look: dict[str, Any] = {"color": "report_text", "weight": 600, "dy": 8}
    actuals = {
        year: dict.fromkeys(unit.cell(c.actual) for c in found.checks if c.year == year)
        for year in years
    }
    return [tick(i, ", ".join(actuals[year]), **look)
            for i, year in enumerate(years) if actuals[year]]  # fmt: skip


def _names(
    told: Sequence[Told], year: int, unit: Unit, grid: Sequence[float], narrow: bool
) -> list[dict[str, Any]]:
    """The runs by their median of the last year shown, kept apart, under what it is."""
    per_px, edge = (grid[-1] - grid[0]) / PLOT, 44
    last = sorted((one for one in told if year in one.path), key=lambda one: -one.path[year]["p50"])
    medians = [one.path[year]["p50"] for one in last]
    wanted = [value / unit.size for value in medians]
    rows = [small(f"median {year}", y=grid[-1], weight=600, dx=12, dy=-15)]
    for one, value, place in zip(
        last, medians, spread(wanted, grid[0], grid[-1], APART * per_px), strict=True
    ):
        color = "model" if one is told[-1] else "pinned"
        name = shortened(one.run, 11 if narrow else 20)
        rows.append(word(unit.cell(value), color, y=place, align="right", weight=600, dx=edge))
        rows.append(word(name, color, y=place, dx=edge + 5))
    return rows


def _foot(found: Track, told: Sequence[Told]) -> list[str]:
    """What the marks mean, and what is not shown."""
    marked = ["thin: 9 in 10 draws, thick: half of draws"]
    marked += ["line: the actual with its error"] if found.checks else []
    more = []
    if len(told) < len(found.told):
        more.append(f"the newest {len(told)} of {len(found.told)} runs")
    if any(check.inside == OUTSIDE for check in found.checks):
        more.append("ring: outside 9 in 10")
    if any(check.inside == KNOWN for check in found.checks):
        more.append("pale line: known when kept")
    return ["; ".join(words) for words in (marked, more) if words]


def _spoken(check: Check) -> str:
    """A check as a sentence."""
    return (
        f"{check.year}, {check.run}: actual {money(check.actual)}, median {money(check.median)},"
        f" {money_range(check.p5, check.p95)}, {check.inside}."
    )
