"""Causes: each a dot, by how well it is known, at the growth that it carries alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from ..analysis.tornado import CauseAlone, causes_alone
from ..engine.forecast import Forecast
from ..model.parameter import STATUSES
from ..text.wording import number, signed
from .marks import dots, ink, rules, texts, tick, word, x
from .picture import WIDTH, Picture, columns_of, decimals_of, inner_ticks, picked, text_width
from .swings import SHAPES, status_marks

HEIGHT = 200
TOP, FOOT = 14.0, 24.0
LEFT, RIGHT = 128.0, 40.0
DOT = 7.6
MIDDLE, NARROW = 740, 520
"""Widths, px, for which the names of a wide and of a narrow panel are placed."""
NAMED = 7
"""At most so many causes are named on the chart; all stand in the table."""
X = {"low": "x0", "high": "x1", "left": f"{LEFT}", "right": f"width - {RIGHT}"}
PARAMS = {"x0": -1.0, "x1": 1.0}


def layers() -> Any:
    """A row for each status; hollow dots have no effect."""
    at = x("x", **X)
    parts = [
        rules("xticks", at, "0", f"height - {FOOT}"),
        rules("zero", at, "0", f"height - {FOOT}", "muted"),
        dots("acting", at, size=40, color=ink("model")),
        dots("inert", at, size=36, fill=ink("bg"), stroke=ink("muted")),
        *status_marks("status"),
        texts("labels"),
        *(
            texts(name, at).encode(opacity=alt.OpacityValue(alt.ExprRef(shown)))
            for name, shown in (
                ("names", "width < 640 ? 0 : 1"),
                ("names_narrow", "width < 640 ? 1 : 0"),
            )
        ),
        texts("ticks", at),
    ]
    return alt.layer(*parts)


def picture(forecast: Forecast, causes: Sequence[CauseAlone] | None = None) -> Picture:
    """The dots of the causes of the acting drivers."""
    found = list(causes_alone(forecast) if causes is None else causes)
    points = [c.points for c in found] or [0.0]
    margin = 0.04 * (max(points) - min(points) or 1.0)
    low, high = min(0.0, *points) - 3 * margin, max(0.0, *points) + 3 * margin
    weights = {s: 1.0 if s != "assumed" else 2.4 for s in STATUSES}
    top, place = TOP, {}
    for status, weight in weights.items():
        share = (HEIGHT - TOP - FOOT) * weight / sum(weights.values())
        place[status] = top + share / 2
        top += share
    dot_rows = _dots(found, place, (high - low) / (WIDTH - LEFT - RIGHT))
    marks = inner_ticks(low, high, 6)
    names = {
        name: columns_of(_names(dot_rows, (low, high), width), ["text", "x"])
        for name, width in (("names", MIDDLE), ("names_narrow", NARROW))
    }
    decimals = decimals_of(marks)
    foot = [tick(t, signed(t, decimals) if t else "0", HEIGHT - FOOT + 14) for t in marks]
    words = [word("points, alone", 0, HEIGHT - FOOT + 14, "muted", size=11)]
    for status in STATUSES:
        count = sum(c.status == status for c in found)
        words.append(word(status, 18, place[status] - 1))
        words.append(word(f"{count} of {len(found)}", 18, place[status] + 14, "muted", size=11))
    datasets: dict[str, Any] = {
        "acting": picked([r for r in dot_rows if not r["inert"]], x="x", py="py"),
        "inert": picked([r for r in dot_rows if r["inert"]], x="x", py="py"),
        "zero": {"x": [0.0]},
        "xticks": {"x": marks},
        "status": {
            "px": [7.0] * len(STATUSES),
            "py": [place[s] for s in STATUSES],
            "shape": [SHAPES[s] for s in STATUSES],
        },
        "labels": columns_of(words),
        **names,
        "ticks": columns_of(foot),
    }
    return Picture("causes", datasets, alternative(found), {"x0": low, "x1": high}, HEIGHT)


def _dots(
    found: Sequence[CauseAlone], place: dict[str, float], per_px: float
) -> list[dict[str, Any]]:
    """Dots of one status stacked around its line where they share a place."""
    taken: dict[tuple[str, int], int] = {}
    rows: list[dict[str, Any]] = []
    for cause in sorted(found, key=lambda c: (c.inert, abs(c.points))):
        bin_ = round(cause.points / (DOT * per_px))
        rank = taken[cause.status, bin_] = taken.get((cause.status, bin_), -1) + 1
        offset = DOT * ((rank + 1) // 2) * (1 if rank % 2 else -1)
        alone = taken[cause.status, bin_] == 0
        at = cause.points if alone else bin_ * DOT * per_px
        rows.append({"x": at, "py": place[cause.status] + offset, "inert": cause.inert,
                     "cause": cause})  # fmt: skip
    return rows


def _names(
    rows: list[dict[str, Any]], ends: tuple[float, float], width: int
) -> list[dict[str, Any]]:
    """The largest causes by name, above their dot, where no other name stands."""
    used: list[tuple[float, float, float]] = []
    words: list[dict[str, Any]] = []
    per_px = (ends[1] - ends[0]) / (width - LEFT - RIGHT)
    edges = ends[0] - 10 * per_px, ends[1] + (RIGHT - 4) * per_px
    largest = sorted(rows, key=lambda r: -abs(r["cause"].points))
    for row in [r for r in largest if not r["inert"]][: 2 * NAMED]:
        cause: CauseAlone = row["cause"]
        text = f"{cause.title.split(' of parents')[0].split(',')[0]} {signed(cause.points, 2)}"
        wide, level, at = text_width(text) * per_px, row["py"] - 14, row["x"]
        align, before = "center", 0.5
        if at + wide / 2 > edges[1]:
            align, before = "right", 1.0
        elif at - wide / 2 < edges[0]:
            align, before = "left", 0.0
        begin = at - before * wide
        end = begin + wide
        clash = any(abs(y - level) < 13 and begin < e and b < end for y, b, e in used)
        covers = any(
            abs(other["py"] - level) < 9 and begin < other["x"] < end
            for other in rows
            if other is not row
        )
        if clash or covers or level < 6 or len(words) == NAMED:
            continue
        used.append((level, begin, end))
        words.append({"x": at, **word(text, 0, level, "ink2", size=11, align=align)})
    return words


def alternative(found: Sequence[CauseAlone]) -> str:
    """The strip in words: how many of each status, then every cause that does something."""
    counts = ", ".join(f"{sum(c.status == s for c in found)} {s}" for s in STATUSES)
    acting = [f"{c.title} {signed(c.points, 2)}" for c in found if not c.inert]
    inert = number(sum(c.inert for c in found), 0)
    return (
        f"Dot strip, causes by status ({counts}), points of growth a year alone:"
        f" {'; '.join(acting)}; {inert} without effect."
    )
