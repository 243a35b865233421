"""The marks that the charts are made of: each a layer of Vega-Lite over the rows of one part.

A row stands where its columns say: ``x``, ``x2``, ``y`` and ``y2`` in units of the scales, ``dx``
and ``dy`` px from there; ``color`` and ``edge`` are colours.  What stands beside the plot is placed
from one of its edges.
"""

from __future__ import annotations

from typing import Any

FONT = "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"
Layer = dict[str, Any]
"""A layer as Vega-Lite has it: transform, mark and encoding."""
Place = dict[str, Any]
"""Where a mark stands on one channel: a field on the scale, or an edge of the plot."""
LEFT: Place = {"value": 0}
TOP = LEFT
RIGHT: Place = {"value": "width"}
BOTTOM: Place = {"value": "height"}
"""The edges of the plot, wherever it stands and whatever its size."""
_SILENT = {"labels": False, "ticks": False, "domain": False, "grid": False, "title": None}
"""Marks and words of an axis are rows; a layer of the reader's own adds none of its own."""
X2: Place = {"field": "x2"}
Y2: Place = {"field": "y2"}


def at(field: str, **scale: Any) -> Place:
    """A place on a scale, which reaches over all rows."""
    ends = {"zero": False, "nice": False, **scale}
    return {"field": field, "type": "quantitative", "axis": _SILENT, "scale": ends}


X, Y, LOG = at("x"), at("y"), at("x", type="log")
"""The usual places, and one on a logarithmic scale."""


def of(column: str) -> dict[str, str]:
    """What a row says in that column."""
    return {"expr": f"datum.{column}"}


def layer(name: str, kind: str, look: dict[str, Any], **places: Any) -> Layer:
    """A mark over the rows of that part.

    It has the colour of its row unless ``look`` names one, and does not speak.
    """
    coloured = {"color", "fill", "stroke"} & look.keys()
    mark = {"type": kind, "aria": False, **({} if coloured else {"color": of("color")}), **look}
    return {
        "transform": [{"filter": f"datum.part === '{name}'"}], "mark": mark, "encoding": places,
    }  # fmt: skip


def ends(x: Place = X) -> Layer:
    """Where both scales end, from the part ``ends``: nothing is seen of it."""
    return layer("ends", "rect", {"opacity": 0, "color": "black"}, x=x, x2=X2, y=Y, y2=Y2)


def texts(name: str, x: Place = X, y: Place = Y, **look: Any) -> Layer:
    """Words, each with the columns WORD."""
    words: dict[str, Any] = {
        "align": of("align"), "baseline": "middle", "font": FONT, "fontSize": of("size"),
        "fontWeight": of("weight"), "dx": of("dx"), "dy": of("dy"),
    }  # fmt: skip
    return layer(name, "text", {**words, **look}, x=x, y=y, text={"field": "text"})


def rules(name: str, color: str, x: Place = X, **look: Any) -> Layer:
    """Upright rules over the height of the plot; ``yOffset`` and ``y2Offset`` move their ends."""
    look = {"color": color, "strokeWidth": 1, **look}
    return layer(name, "rule", look, x=x, y=TOP, y2=BOTTOM)


def strokes(name: str, x: Place = X, **look: Any) -> Layer:
    """Straight strokes from x, y to x2, y2."""
    return layer(name, "rule", look, x=x, x2=X2, y=Y, y2=Y2)


def across(name: str, y: Place, color: str, *, bleed: bool = False, **look: Any) -> Layer:
    """Level rules over the width of the plot, with ``bleed`` to ``left`` and ``right`` px of it."""
    more = {"xOffset": of("left"), "x2Offset": of("right")} if bleed else {}
    look = {"color": color, "strokeWidth": 1, **more, **look}
    return layer(name, "rule", look, x=LEFT, x2=RIGHT, y=y)


def bars(name: str, **look: Any) -> Layer:
    """Boxes from x, y to x2, y2."""
    return layer(name, "rect", look, x=X, x2=X2, y=Y, y2=Y2)


def level(name: str, x: Place = X, **look: Any) -> Layer:
    """Level strokes at y from x to x2."""
    return layer(name, "rule", look, x=x, x2=X2, y=Y)


def dots(name: str, x: Place = X, y: Place = Y, **look: Any) -> Layer:
    """Round marks, filled unless told otherwise."""
    return layer(name, "point", {"filled": True, "opacity": 1, **look}, x=x, y=y)


def stacked(name: str, x: Place = X, y: Place = Y, **look: Any) -> Layer:
    """Round marks that stand dx and dy px from their place."""
    return dots(name, x, y, xOffset=of("dx"), yOffset=of("dy"), **look)


def path(name: str, x: Place = X, y: Place = Y, by: str = "", **look: Any) -> Layer:
    """A line through the rows, one for each value of the column ``by``."""
    detail = {"detail": {"field": by}} if by else {}
    return layer(name, "line", {"strokeWidth": 2, **look}, x=x, y=y, **detail)


def area(
    name: str, color: str, x: Place = X, low: str = "y", high: str = "y2", by: str = ""
) -> Layer:
    """An area between two columns, one for each value of the column ``by``."""
    detail = {"detail": {"field": by}} if by else {}
    return layer(name, "area", {"color": color}, x=x, y=at(low), y2={"field": high}, **detail)


def whiskers(name: str, color: str, half: float = 4) -> list[Layer]:
    """Intervals from x to x2 with an upright stroke of twice ``half`` px at both ends."""
    look: dict[str, Any] = {"color": color, "strokeWidth": 1.5}
    end = {**look, "yOffset": -half, "y2Offset": half}
    return [
        level(name, **look),
        *(layer(name, "rule", end, x=at(x), y=Y, y2={"field": "y"}) for x in ("x", "x2")),
    ]
