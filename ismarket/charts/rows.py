"""The rows of a chart: words and boxes where they stand, as a table by column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..arrays import Columns
from .places import Room, shortened, text_width
from .theme import CLASSES

WORD = ("text", "color", "align", "weight", "size", "dx", "dy")
"""Columns of words beside their place."""


def word(
    text: str,
    color: str = "ink",
    *,
    align: str = "left",
    weight: int = 400,
    size: int = 12,
    dx: float = 0.0,
    dy: float = 0.0,
    **at: float,
) -> dict[str, Any]:
    """A row of words for ``texts``; ``at`` is its place, x and y as far as it has one."""
    return {
        **at, "text": text, "color": color, "align": align, "weight": weight, "size": size,
        "dx": dx, "dy": dy,
    }  # fmt: skip


def small(text: str, color: str = "muted", **more: Any) -> dict[str, Any]:
    """A row of small words: axis, caption, unit."""
    return word(text, color, **{"size": 11, **more})


def tick(at: float, text: str, color: str = "muted", **more: Any) -> dict[str, Any]:
    """A row of small words centred on a place of the horizontal scale."""
    return small(text, color, x=at, **{"align": "center", **more})


def key(names: Sequence[str], dx: float, room: float, **place: Any) -> list[dict[str, Any]]:
    """The drug classes in their colours side by side from ``dx`` on, in ``room`` px."""
    most = next(n for n in range(99, 0, -1) if sum(_wide(shortened(s, n)) for s in names) < room)
    words = []
    for c, name in enumerate(shortened(name, most) for name in names):
        words.append(word("\N{BLACK SQUARE}", CLASSES[c % len(CLASSES)], dx=dx, **place))
        words.append(small(name, dx=dx + 12, **place))
        dx += _wide(name)
    return words


def _wide(name: str) -> float:
    """Room for a name in the key with its square, px."""
    return 20 + text_width(name) * 11 / 12


def picked(rows: Sequence[Mapping[str, Any]], scale: float = 1.0, **names: str) -> Columns:
    """Columns of figures by the name that each has in ``rows``; x and x2 times ``scale``."""
    return {
        key: [scale * row[name] if key in ("x", "x2") else row[name] for row in rows]
        for key, name in names.items()
    }


def ends_at(low: float, high: float, bottom: float, top: float) -> Columns:
    """The part ``ends``: the ends of both scales."""
    return {"x": [low], "x2": [high], "y": [bottom], "y2": [top]}


def bleed(room: Room, *at_y: float) -> Columns:
    """Level rules at these places through the room at both sides."""
    count = len(at_y)
    return {"left": [-room.left] * count, "right": [room.right] * count, "y": list(at_y)}


def box(place: float, half: float) -> dict[str, float]:
    """The lower and upper end of a bar in the middle of its row, in rows."""
    return {"y": place - half, "y2": place + half}


def hatch(begin: float, end: float, place: float, half: float, gap: float) -> list[dict[str, Any]]:
    """Diagonal strokes over the bar from ``begin`` to ``end``, each ``gap`` wide, from its foot."""
    begin, end = sorted((begin, end))
    return [
        {"x": float(foot), "x2": float(foot + gap), **box(place, half)}
        for foot in np.arange(begin, end - gap, gap)
    ]
