"""The marks that the charts are made of: each a layer over the rows of one part of the data.

A row stands where its columns say: ``x``, ``x2``, ``y`` and ``y2`` in units of the scales, ``dx``
and ``dy`` px from there; ``color`` and ``edge`` are colours.  What stands beside the plot is placed
from one of its edges.
"""

from __future__ import annotations

from typing import Any

import altair as alt

FONT = "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"
LEFT, TOP = alt.XValue(0), alt.YValue(0)
RIGHT, BOTTOM = alt.XValue("width"), alt.YValue("height")
"""The edges of the plot, wherever it stands and whatever its size."""
_SILENT = alt.Axis(labels=False, ticks=False, domain=False, grid=False, title=None)
"""Marks and words of an axis are rows; a layer of the reader's own adds none of its own."""


def part(name: str) -> alt.Chart:
    """The rows of that part."""
    return alt.Chart().transform_filter(f"datum.part === '{name}'")


def x(field: str = "x", **scale: Any) -> alt.X:
    """A place on the horizontal scale, which reaches over all rows."""
    return alt.X(f"{field}:Q", axis=_SILENT, scale=alt.Scale(zero=False, nice=False, **scale))


def y(field: str = "y") -> alt.Y:
    """A place on the vertical scale, which reaches over all rows."""
    return alt.Y(f"{field}:Q", axis=_SILENT, scale=alt.Scale(zero=False, nice=False))


def of(column: str) -> alt.ExprRef:
    """What a row says in that column."""
    return alt.ExprRef(f"datum.{column}")


def _look(look: dict[str, Any]) -> dict[str, Any]:
    """How a mark looks: unless told otherwise as the colour of its row; it does not speak."""
    coloured = {"color", "fill", "stroke"} & look.keys()
    return {"aria": False, **({} if coloured else {"color": of("color")}), **look}


def ends(at: alt.X | None = None) -> Any:
    """Where both scales end, from the part ``ends``: nothing is seen of it."""
    place = {"x": at or x(), "x2": alt.X2("x2"), "y": y(), "y2": alt.Y2("y2")}
    return part("ends").mark_rect(opacity=0, aria=False).encode(**place)


def texts(name: str, at_x: Any = None, at_y: Any = None, **mark: Any) -> Any:
    """Words, each with the columns WORD."""
    look: dict[str, Any] = {
        "align": of("align"), "baseline": "middle", "font": FONT, "fontSize": of("size"),
        "fontWeight": of("weight"), "dx": of("dx"), "dy": of("dy"),
    }  # fmt: skip
    drawn = part(name).mark_text(**look, **_look(mark))
    return drawn.encode(x=at_x or x(), y=at_y or y(), text=alt.Text("text:N"))


def rules(name: str, color: Any, at_x: Any = None, **mark: Any) -> Any:
    """Upright rules over the height of the plot; ``yOffset`` and ``y2Offset`` move their ends."""
    drawn = part(name).mark_rule(**_look({"color": color, "strokeWidth": 1, **mark}))
    return drawn.encode(x=at_x or x(), y=TOP, y2=alt.Y2Value("height"))


def strokes(name: str, at_x: Any = None, **mark: Any) -> Any:
    """Straight strokes from x, y to x2, y2."""
    place = {"x": at_x or x(), "x2": alt.X2("x2"), "y": y(), "y2": alt.Y2("y2")}
    return part(name).mark_rule(**_look(mark)).encode(**place)


def ticks(name: str, half: float, at_x: Any = None, **mark: Any) -> Any:
    """Short upright strokes of twice ``half`` px, as at the ends of an interval."""
    look = _look({"strokeWidth": 1.5, "yOffset": -half, "y2Offset": half, **mark})
    return part(name).mark_rule(**look).encode(x=at_x or x(), y=y(), y2=alt.Y2("y"))


def across(name: str, at_y: Any, color: Any, *, bleed: bool = False, **mark: Any) -> Any:
    """Level rules over the width of the plot, with ``bleed`` to ``left`` and ``right`` px of it."""
    more = {"xOffset": of("left"), "x2Offset": of("right")} if bleed else {}
    drawn = part(name).mark_rule(**_look({"color": color, "strokeWidth": 1, **more, **mark}))
    return drawn.encode(x=LEFT, x2=alt.X2Value("width"), y=at_y)


def bars(name: str, **mark: Any) -> Any:
    """Boxes from x, y to x2, y2."""
    place = {"x": x(), "x2": alt.X2("x2"), "y": y(), "y2": alt.Y2("y2")}
    return part(name).mark_rect(**_look(mark)).encode(**place)


def level(name: str, at_x: Any = None, **mark: Any) -> Any:
    """Level strokes at y from x to x2."""
    drawn = part(name).mark_rule(**_look(mark))
    return drawn.encode(x=at_x or x(), x2=alt.X2("x2"), y=y())


def dots(name: str, at_x: Any = None, at_y: Any = None, **mark: Any) -> Any:
    """Round marks, filled unless told otherwise."""
    look = {"filled": True, "opacity": 1, **_look(mark)}
    return part(name).mark_point(**look).encode(x=at_x or x(), y=at_y or y())


def stacked(name: str, at_x: Any = None, at_y: Any = None, **mark: Any) -> Any:
    """Round marks that stand dx and dy px from their place."""
    return dots(name, at_x, at_y, xOffset=of("dx"), yOffset=of("dy"), **mark)


def whiskers(name: str, color: Any, half: float = 4) -> list[Any]:
    """Intervals from x to x2 with a short stroke at both ends."""
    return [
        level(name, color=color, strokeWidth=1.5),
        *(ticks(name, half, x(end), color=color) for end in ("x", "x2")),
    ]
