"""Causes: each a dot, by how well it is known, at the growth that it carries alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..analysis.tornado import CauseAlone, causes_alone
from ..arrays import Columns
from ..engine.forecast import Forecast
from ..model.parameter import STATUSES
from ..text.sheet import columns_of
from ..text.wording import number, signed
from . import marks
from .marks import Layer
from .picture import NARROWEST, Picture, both
from .places import Room, decimals_of, inner_ticks, reach, shortened, text_width
from .rows import WORD, ends_at, small, tick, word
from .swings import SHAPES, status_marks

PLOT, BELOW = 196, 760
ROOM, SLIM = Room(14, 40, 24, 128), Room(14, 16, 24, 100)
DOT, FEWEST = 7.6, 5
"""Distance of two dots, px, and the room of a row in dots at least."""
NAMED, LEAST = 9, 0.012
"""So many causes are named at most, and those that reach over this share of the axis; all stand in
the table."""
Box = tuple[float, float, float, float]
"""Left, right, top and bottom of words or a dot, px."""


def layers(ink: Mapping[str, str]) -> list[Layer]:
    """A row for each status; hollow dots have no effect."""
    return [
        marks.ends(),
        marks.rules("xticks", ink["grid"], yOffset=-ROOM.top),
        marks.rules("zero", ink["muted"], yOffset=-ROOM.top),
        marks.dots("acting", size=40, color=ink["model"]),
        marks.dots("inert", size=36, fill=ink["bg"], stroke=ink["muted"]),
        *status_marks("status", ink["status"]),
        marks.texts("labels", marks.LEFT),
        marks.texts("names"),
        marks.texts("foot", marks.LEFT, marks.BOTTOM),
        marks.texts("ticks", marks.X, marks.BOTTOM),
    ]


def picture(forecast: Forecast, causes: Sequence[CauseAlone] | None = None) -> Picture:
    """The dots of the causes of the acting drivers."""
    found = list(causes_alone(forecast) if causes is None else causes)
    low, high = reach([c.points for c in found], 0.12)
    said = alternative(found)

    def laid(narrow: bool) -> Picture:
        room = SLIM if narrow else ROOM
        width = room.within(NARROWEST if narrow else BELOW)
        per_px = (high - low) / width
        drawn, place, depth = _dots(found, per_px)
        grid = inner_ticks(low, high, 4 if narrow else 6)
        decimals, left = decimals_of(grid), 18 - room.left
        words = []
        for status in STATUSES:
            count = f"{sum(c.status == status for c in found)} of {len(found)}"
            words.append(word(status, y=place[status], dx=left, dy=-1))
            words.append(small(count, y=place[status], dx=left, dy=14))
        columns = ("x", "y")
        parts: dict[str, Columns] = {
            "ends": ends_at(low, high, -depth, 0.0),
            **{
                name: columns_of(
                    [{k: dot[k] for k in columns} for dot in drawn if dot["cause"].inert == inert],
                    columns,
                )
                for name, inert in (("acting", False), ("inert", True))
            },
            "zero": {"x": [0.0]},
            "xticks": {"x": grid},
            "status": {
                "y": [place[s] for s in STATUSES], "dx": [7.0 - room.left] * len(STATUSES),
                "shape": [SHAPES[s] for s in STATUSES],
            },
            "labels": columns_of(words),
            "names": columns_of(_names(drawn, low, per_px, width, depth), ["x", "y", *WORD]),
            "foot": columns_of([small("points, alone", dx=-room.left, dy=14)]),
            "ticks": columns_of([tick(t, signed(t, decimals) if t else "0", dy=14) for t in grid]),
        }  # fmt: skip
        return Picture("causes", parts, said, room, PLOT)

    return both(laid, BELOW)


def _dots(
    found: Sequence[CauseAlone], per_px: float
) -> tuple[list[dict[str, Any]], dict[str, float], float]:
    """Dots stacked where they share a place; the middle of each status's row; all rows, in dots.

    The largest of a stack stands nearest to the middle of its row.
    """
    taken: dict[tuple[str, int], int] = {}
    rows: list[dict[str, Any]] = []
    for cause in sorted(found, key=lambda c: (c.inert, -abs(c.points))):
        bin_ = round(cause.points / (DOT * per_px))
        rank = taken[cause.status, bin_] = taken.get((cause.status, bin_), -1) + 1
        up = ((rank + 1) // 2) * (1 if rank % 2 else -1)
        at = bin_ * DOT * per_px if rank else cause.points
        rows.append({"x": at, "y": float(up), "cause": cause})
    place, depth = {}, 0.0
    for status in STATUSES:
        most = max([rank + 2 for (s, _), rank in taken.items() if s == status], default=0)
        place[status] = -depth - max(FEWEST, most) / 2
        depth += max(FEWEST, most)
    return [{**r, "y": r["y"] + place[r["cause"].status]} for r in rows], place, depth


def _names(
    dots: list[dict[str, Any]], low: float, per_px: float, width: float, depth: float
) -> list[dict[str, Any]]:
    """The largest causes by name, each beside its dot where nothing else stands.

    No name lies on another, on a dot or across zero; one that has no room is cut after a word.
    """
    spots = [((d["x"] - low) / per_px, -d["y"] * PLOT / depth) for d in dots]
    zero = -low / per_px
    words: list[dict[str, Any]] = []
    taken: list[Box] = [(a - 4, a + 4, b - 4, b + 4) for a, b in spots]
    taken.append((zero - 2, zero + 2, -ROOM.top, PLOT))

    def free(here: Box) -> bool:
        inside = here[0] > -10 and here[1] < width + 12 and here[2] > -ROOM.top and here[3] < PLOT
        return inside and not any(_overlap(here, other) for other in taken)

    largest = sorted(zip(dots, spots, strict=True), key=lambda d: -abs(d[0]["cause"].points))
    for dot, (a, b) in largest:
        cause: CauseAlone = dot["cause"]
        if cause.inert or len(words) == NAMED or abs(cause.points) < LEAST * width * per_px:
            continue
        for text in _shorter(cause.title.split(" of parents")[0].split(",")[0]):
            said = f"{text} {signed(cause.points, 2)}"
            wide = text_width(said) * 11 / 12
            fits = [
                (align, dx, dy, here)
                for align, begin, dx, dy in (
                    ("center", a - wide / 2, 0, -13), ("left", a + 8, 8, 0),
                    ("right", a - 8 - wide, -8, 0), ("left", a - 4, -4, -13),
                    ("right", a + 4 - wide, 4, -13), ("center", a - wide / 2, 0, 13),
                    ("left", a - 4, -4, 13), ("right", a + 4 - wide, 4, 13),
                )
                if free(here := (begin, begin + wide, b + dy - 7, b + dy + 7))
            ]  # fmt: skip
            if fits:
                align, dx, dy, here = fits[0]
                taken.append(here)
                at = {"x": dot["x"], "y": dot["y"], "dx": dx, "dy": dy}
                words.append(small(said, "ink2", align=align, **at))
                break
    return words


def _shorter(name: str) -> list[str]:
    """The name, then in fewer and fewer letters, at least two words of it."""
    cuts = range(len(name), min(12, len(name)) - 1, -1)
    return list(dict.fromkeys(shortened(name, most) for most in cuts))


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


def alternative(found: Sequence[CauseAlone]) -> str:
    """The strip in words: how many of each status, then every cause that does something."""
    counts = ", ".join(f"{sum(c.status == s for c in found)} {s}" for s in STATUSES)
    acting = [f"{c.title} {signed(c.points, 2)}" for c in found if not c.inert]
    inert = number(sum(c.inert for c in found), 0)
    return (
        f"Dot strip, causes by status ({counts}), points of growth a year alone:"
        f" {'; '.join(acting)}; {inert} without effect."
    )
