"""A picture: the rows and words of one chart, and the room that its words need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..arrays import Columns
from .marks import Layer
from .places import Room
from .theme import LIGHT

WIDTH, NARROWEST = 822, 440
COLOURS = ("color", "edge")
"""Columns that name a colour of the theme."""
Parts = Mapping[str, Columns]
"""The rows of a chart by part, each as columns."""
Layers = Callable[[Mapping[str, str]], list[Layer]]
"""The layers of a chart in the colours of a theme, without data."""


@dataclass(frozen=True, eq=False)
class Picture:
    """Everything that changes in a chart: its rows, the room around its plot, words in its place.

    ``alt`` names the kind of chart, what it shows, then every labelled number in the order of the
    table.  ``height`` is that of the plot, px.  Less than ``below`` px wide, room included, it is
    drawn as ``narrow``, which holds the parts that differ.
    """

    kind: str
    parts: Parts
    alt: str
    room: Room
    height: int
    narrow: Picture | None = None
    below: int = 0

    def at(self, width: float) -> Picture:
        """What is drawn in so many px."""
        slim = self.narrow
        if slim is None or width >= self.below:
            return self
        return Picture(self.kind, {**self.parts, **slim.parts}, self.alt, slim.room, slim.height)

    def as_page(self) -> dict[str, Any]:
        """The picture as plain values for a page, in the colours of the light theme."""
        return {
            "kind": self.kind, "alt": self.alt, "height": self.height, "room": vars(self.room),
            "parts": coloured(self.parts, LIGHT), "below": self.below,
            "narrow": self.narrow and self.narrow.as_page(),
        }  # fmt: skip


def both(drawn: Callable[[bool], Picture], below: int) -> Picture:
    """The picture with its narrow form; ``drawn`` makes either."""
    wide, slim = drawn(False), drawn(True)
    differ = {name: columns for name, columns in slim.parts.items() if columns != wide.parts[name]}
    narrow = Picture(slim.kind, differ, slim.alt, slim.room, slim.height)
    return Picture(wide.kind, wide.parts, wide.alt, wide.room, wide.height, narrow, below)


def coloured(parts: Parts, colours: Mapping[str, str]) -> dict[str, Columns]:
    """The parts with the values of their colours."""
    return {
        name: {
            key: [colours[token] for token in column] if key in COLOURS else column
            for key, column in columns.items()
        }
        for name, columns in parts.items()
    }


def blank(layers: Layers) -> dict[str, Any]:
    """The specification without rows, for a page that fills each part by its name.

    A part that stays as it is costs nothing there; it is a dataset of its own for that.
    """
    drawn = layers(LIGHT)
    for one in drawn:
        one["data"] = {"name": one.pop("transform")[0]["filter"].split("'")[1]}
    return {"layer": drawn, "autosize": {"type": "none"}, "view": {"stroke": None}}
