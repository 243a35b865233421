"""A picture as SVG: what Vega draws of the same layers, with nothing installed but this package."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from html import escape
from itertools import groupby
from operator import itemgetter
from typing import Any

from ..text.sheet import rows_of
from .marks import FONT, Layer
from .picture import Layers, Picture, coloured
from .places import PAD, Scale

MIDDLE = 0.3
"""How far the foot of a word stands below its middle, of its size, as Vega has it."""
ANCHORS = {"left": "start", "center": "middle", "right": "end"}
CHANNELS = {"x": ("x", "x2"), "y": ("y", "y2")}
NATURAL: Callable[[float], float] = float
TRIANGLE = "M0,.866L-1,-.866L1,-.866Z"
"""Vega's triangle that points down, of radius 1."""
Row = Mapping[str, Any]
Axis = tuple[float, Callable[[float], float]]
"""How many px a scale is long, and where on it a value stands."""
Mark = tuple[str, str]
"""How a mark looks, as attributes, and its shape: marks alike share one group."""


def drawn(picture: Picture, layers: Layers, colours: Mapping[str, str], width: float) -> str:
    """The picture ``width`` px wide, in colours by what they mean, as one SVG that speaks."""
    shown = picture.at(width)
    room, parts = shown.room, coloured(shown.parts, colours)
    rows = {name: rows_of(columns) for name, columns in parts.items()}
    found = [(one, rows[_part(one)]) for one in layers(colours)]
    axes = {"x": _axis("x", found, room.within(width)), "y": _axis("y", found, shown.height)}
    height = room.top + shown.height + room.bottom + 2 * PAD
    words = escape(picture.alt)
    marks = [mark for one, own in found for mark in _marks(one, own, axes)]
    body = "".join(
        f"<g{look}>{_joined([shape for _, shape in alike])}</g>"
        for look, alike in groupby(marks, key=itemgetter(0))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img"'
        f' aria-label="{words}" font-family="{FONT}">'
        f'<rect width="{width:g}" height="{height:g}" fill="{colours["bg"]}"/>'
        f'<g transform="translate({PAD + room.left:g} {PAD + room.top:g})">{body}</g></svg>'
    )


def _joined(shapes: list[str]) -> str:
    """Shapes that look alike, their paths as one."""
    return "".join(shapes).replace('"/><path d="', "")


def _part(one: Layer) -> str:
    """The part whose rows a layer draws."""
    return str(one["transform"][0]["filter"]).split("'")[1]


def _axis(channel: str, found: list[tuple[Layer, list[dict[str, Any]]]], px: float) -> Axis:
    """The scale over all rows; that of ``y`` has its end at the top."""
    values, shape = [], NATURAL
    for one, rows in found:
        for name in CHANNELS[channel]:
            place = one["encoding"].get(name, {})
            shape = math.log if place.get("scale", {}).get("type") == "log" else shape
            if "field" in place:
                values += [row[place["field"]] for row in rows]
    ends = (0.0, px) if channel == "x" else (px, 0.0)
    scale = Scale(*ends, shape(min(values)), shape(max(values)))
    return px, lambda value: scale.at(shape(value))


def _marks(one: Layer, rows: list[dict[str, Any]], axes: Mapping[str, Axis]) -> list[Mark]:
    """The marks of a layer, row by row; lines and areas are one mark for each value of detail."""
    kind, places = one["mark"]["type"], one["encoding"]
    if kind in ("line", "area"):
        by = places.get("detail", {}).get("field")
        runs = groupby(rows, key=lambda row: row[by] if by else None)
        return [_run(one, list(own), axes) for _, own in runs]
    marks = []
    for row in rows:
        look = {key: row[value["expr"][6:]] if isinstance(value, dict) else value
                for key, value in one["mark"].items()}  # fmt: skip
        if look.get("opacity") != 0 and row.get("text", "x"):
            marks.append(MARKS[kind](look, _places(places, look, row, axes), row))
    return sorted(marks, key=itemgetter(0)) if kind == "text" else marks


def _run(one: Layer, rows: list[dict[str, Any]], axes: Mapping[str, Axis]) -> Mark:
    """A line through its rows, or an area there and back."""
    at = [_places(one["encoding"], {}, row, axes) for row in rows]
    way = [(place["x"], place["y"]) for place in at]
    filled = one["mark"]["type"] == "area"
    if filled:
        way += [(place["x"], place["y2"]) for place in reversed(at)]
    points = " ".join(f"{_px(x)},{_px(y)}" for x, y in way)
    return _ink(one["mark"], filled), f'<polyline points="{points}"/>'


def _places(places: Row, look: Row, row: Row, axes: Mapping[str, Axis]) -> dict[str, float]:
    """Where a row stands on each channel, px; without a second end both are the first."""
    found: dict[str, float] = {}
    for channel, names in CHANNELS.items():
        px, place_of = axes[channel]
        for name in names:
            place = places.get(name)
            if place is None:
                found[name] = found[channel]
                continue
            value = place.get("value")
            at = place_of(row[place["field"]]) if value is None else px if value else 0.0
            found[name] = at + look.get(f"{name}Offset", 0.0)
    return found


def _ink(look: Row, filled: bool) -> str:
    """Fill and stroke as attributes: ``color`` is that of either."""
    color = look.get("color")
    fill = look.get("fill", color if filled else None) or "none"
    stroke = look.get("stroke", None if filled else color)
    drawn = "" if stroke is None else f' stroke="{stroke}" stroke-width="{_wide(look)}"'
    dash = look.get("strokeDash")
    dashed = f' stroke-dasharray="{" ".join(map(str, dash))}"' if dash else ""
    faded = f' fill-opacity="{look["opacity"]}"' if look.get("opacity", 1) != 1 else ""
    joined = f' stroke-linejoin="{look["strokeJoin"]}"' if "strokeJoin" in look else ""
    return f' fill="{fill}"{drawn}{dashed}{faded}{joined}'


def _wide(look: Row) -> float:
    return float(look.get("strokeWidth", 2 if look["type"] == "point" else 1))


def _px(place: float) -> str:
    """A place to a tenth of a px."""
    return f"{round(place, 1) + 0.0:g}"


def _rect(look: Row, at: Row, _: Row) -> Mark:
    x, x2 = sorted((at["x"], at["x2"]))
    y, y2 = sorted((at["y"], at["y2"]))
    wide = _px(x2 - x)
    way = f"M{_px(x)},{_px(y)}h{wide}v{_px(y2 - y)}h-{wide}z"
    return _ink(look, filled=True), f'<path d="{way}"/>'


def _rule(look: Row, at: Row, _: Row) -> Mark:
    way = f"M{_px(at['x'])},{_px(at['y'])}L{_px(at['x2'])},{_px(at['y2'])}"
    return _ink(look, filled=False), f'<path d="{way}"/>'


def _point(look: Row, at: Row, _: Row) -> Mark:
    radius, shape = _px(math.sqrt(look["size"]) / 2), look.get("shape", "circle")
    x, y, ink = _px(at["x"]), _px(at["y"]), _ink(look, bool(look["filled"]))
    if shape == "circle":
        return ink, f'<circle cx="{x}" cy="{y}" r="{radius}"/>'
    way = TRIANGLE if shape == "triangle-down" else shape
    return ink, f'<path transform="translate({x} {y}) scale({radius})" d="{way}"/>'


def _text(look: Row, at: Row, row: Row) -> Mark:
    x, y = at["x"] + look["dx"], at["y"] + look["dy"] + MIDDLE * look["fontSize"]
    bold = f' font-weight="{look["fontWeight"]}"' if look["fontWeight"] != 400 else ""
    how = f' text-anchor="{ANCHORS[look["align"]]}" font-size="{look["fontSize"]}"{bold}'
    words = f'<text x="{_px(x)}" y="{_px(y)}">{escape(row["text"])}</text>'
    return _ink(look, filled=True) + how, words


MARKS: dict[str, Callable[[Row, Row, Row], Mark]] = {
    "rect": _rect, "rule": _rule, "point": _point, "text": _text,
}  # fmt: skip
