"""A picture: the rows and words of one chart, and the Altair chart that shows them.

With where things stand in it: round ticks, labels that keep their distance, text widths.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np

from ..arrays import Columns
from ..errors import InputError
from ..text.install import extra
from ..text.sheet import rows_of
from .marks import FONT, LEFT, TOP, part
from .theme import LIGHT, theme

WIDTH, NARROWEST = 822, 440
PAD = 8
"""Ground around a chart that stands alone, px."""
FORMATS = ("png", "svg", "json", "html")
APART = 16.0
"""Least distance of two labels, px."""
PER_LETTER = 6.8
"""Mean width of a letter at 12 px, px; on the safe side for the fonts in use."""
COLOURS = ("color", "edge")
"""Columns that name a colour of the theme."""
Parts = Mapping[str, Columns]
"""The rows of a chart by part, each as columns."""
Layers = Callable[[Mapping[str, str]], list[Any]]
"""The layers of a chart in the colours of a theme, without data."""


@dataclass(frozen=True)
class Room:
    """Room for words around the plot, px."""

    top: float
    right: float
    bottom: float
    left: float


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


def columns_of(rows: Sequence[Mapping[str, Any]], names: Sequence[str] = ()) -> Columns:
    """Rows as a table by column; ``names`` keeps the columns where there are no rows."""
    keys = list(rows[0]) if rows else list(names)
    return {key: [row[key] for row in rows] for key in keys}


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


@dataclass(frozen=True)
class Scale:
    """One of several scales beside each other, from ``begin`` to ``end`` of the plot's width."""

    begin: float
    end: float
    low: float
    high: float

    def at(self, value: float) -> float:
        """The place of a value, as a share of the plot's width."""
        share = (value - self.low) / (self.high - self.low)
        return float(self.begin + (self.end - self.begin) * share)


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


def coloured(parts: Parts, colours: Mapping[str, str]) -> dict[str, Columns]:
    """The parts with the values of their colours."""
    return {
        name: {
            key: [colours[token] for token in column] if key in COLOURS else column
            for key, column in columns.items()
        }
        for name, columns in parts.items()
    }


def reach(values: Sequence[float], beyond: float = 0.04) -> tuple[float, float]:
    """The ends of an axis that holds 0 and these values, with a share of its span to spare."""
    low, high = min([0.0, *values]), max([0.0, *values])
    margin = beyond * ((high - low) or 1.0)
    return (low - margin if low else low), (high + margin if high or not low else high)


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """At most ``most`` round values, evenly spaced, from at or below ``low`` to ``high`` or above.

    Steps are 1, 2, 2.5 or 5 times a power of ten.
    """
    span = high - low
    if not span > 0:
        span = abs(high) or 1.0
        low, high = low - span / 2, high + span / 2
    power = 10.0 ** math.floor(math.log10(span / most))
    for factor in (1.0, 2.0, 2.5, 5.0, 10.0, 20.0, 25.0, 50.0, 100.0):
        step = factor * power
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if last - first + 1 <= most:
            break
    return [round(step * k, 12) for k in range(first, last + 1)]


def inner_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """The round values that lie between ``low`` and ``high``."""
    return [t for t in ticks(low, high, most + 2) if low <= t <= high]


def decimals_of(marks: Sequence[float]) -> int:
    """The fewest decimals with which every mark is written as it is."""
    return next(d for d in range(13) if all(abs(round(t, d) - t) <= 1e-12 for t in marks))


def spread(wanted: Sequence[float], low: float, high: float, apart: float = APART) -> list[float]:
    """Positions near those ``wanted`` (px), in their order, none nearer than ``apart``.

    They stay between ``low`` and ``high`` where there is room; neighbours that collide share the
    shift between them: the nearest such positions, by isotonic regression.
    """
    from scipy.optimize import isotonic_regression  # costs more to import than a chart

    if not wanted:
        return []
    order = np.argsort(wanted, kind="stable")
    steps = apart * np.arange(len(wanted))
    found = isotonic_regression(np.asarray(wanted, float)[order] - steps).x
    placed = np.empty(len(wanted))
    placed[order] = np.minimum(np.maximum(found, low), high - steps[-1]) + steps
    return [float(place) for place in placed]


def text_width(text: str) -> float:
    """How wide a text is at 12 px, roughly, px."""
    return PER_LETTER * len(text)


def blank(layers: Layers) -> dict[str, Any]:
    """The specification without rows, for a page that fills each part by its name.

    A part that stays as it is costs nothing there; it is a dataset of its own for that.
    """
    chart = alt.LayerChart(
        layer=layers(LIGHT), autosize=alt.AutoSizeParams(type="none"),
        view=alt.ViewBackground(stroke=None),
    )  # fmt: skip
    spec: dict[str, Any] = chart.to_dict()
    for layer in spec["layer"]:
        layer["data"] = {"name": layer["transform"].pop(0)["filter"].split("'")[1]}
    return spec


def filled(
    picture: Picture, layers: Layers, colours: str, width: int, scenario: str
) -> alt.LayerChart:
    """The chart of ``picture``, complete: an Altair object to show, change or combine.

    ``width`` is that of the whole chart, px; it stands on a ground of its own.  Each row carries
    the name of its scenario.
    """
    if width < NARROWEST:
        raise InputError(f"charts: width = {width} px is too narrow; give {NARROWEST} or more")
    shown, values = picture.at(width), theme(colours)
    room = shown.room
    rows = [
        {"part": name, "scenario": scenario, **row}
        for name, columns in coloured(shown.parts, values).items()
        for row in rows_of(columns)
    ]
    ground = part("ends").mark_rect(
        color=values["bg"], xOffset=-room.left - PAD, x2Offset=room.right + PAD,
        yOffset=-room.top - PAD, y2Offset=room.bottom + PAD, aria=False,
    ).encode(x=LEFT, x2=alt.X2Value("width"), y=TOP, y2=alt.Y2Value("height"))  # fmt: skip
    return alt.LayerChart(
        data=alt.InlineData(values=rows), layer=[ground, *layers(values)],
        view=alt.ViewBackground(stroke=None), description=picture.alt,
        width=width - room.left - room.right - 2 * PAD, height=shown.height,
    )  # fmt: skip


def facets(*charts: alt.LayerChart, columns: int = 2) -> alt.FacetChart:
    """Charts of one kind in a grid on shared scales, each under the name of its scenario."""
    rows: list[dict[str, Any]] = []
    names: list[str] = []
    for chart in charts:
        data: Any = chart.data
        name = data.values[0]["scenario"] or "scenario"
        names.append(name)
        name += f" {names.count(name)}" if names.count(name) > 1 else ""
        rows += [{**row, "scenario": name} for row in data.values]
    head = alt.Header(labelFont=FONT, labelFontSize=13, labelAnchor="start")
    grid = alt.Facet("scenario:N", title=None, sort=None, header=head)
    whole: alt.FacetChart = (
        charts[0].properties(data=alt.InlineData(values=rows)).facet(grid, columns=columns)
    )
    return whole


def save(chart: alt.TopLevelMixin, path: str | Path, scale: float = 2.0) -> Path:
    """Write a chart as PNG, SVG, JSON or HTML, without network; returns the path.

    PNG and SVG are drawn by vl-convert, the extra ``export``; InputError says so if it is absent.
    """
    path = Path(path)
    kind = path.suffix.lstrip(".").lower()
    if kind not in FORMATS:
        raise InputError(f"{path.name}: a chart is saved as .{', .'.join(FORMATS)}")
    try:
        how: dict[str, Any] = {"inline": True} if kind == "html" else {"scale_factor": scale}
        chart.save(str(path), **how)
    except (ImportError, ValueError) as error:
        if "vl-convert" not in str(error) and "vl_convert" not in str(error):
            raise
        raise InputError(f"{path.name}: needs more: {extra('export')}") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror or error})") from None
    return path


def shortened(name: str, most: int) -> str:
    """A name of at most ``most`` letters: the head of the cause, its kind kept whole."""
    if len(name) <= most:
        return name
    head, comma, kind = name.rpartition(", ")
    if not comma or len(kind) > most - 8:
        return f"{_fitting(name, most - 2)} \N{HORIZONTAL ELLIPSIS}"
    return f"{_fitting(head, most - len(kind) - 4)} \N{HORIZONTAL ELLIPSIS}, {kind}"


def _fitting(text: str, most: int) -> str:
    """The words of a text that fit in so many letters, at least the first."""
    words = text.split()
    while len(words) > 1 and len(" ".join(words)) > most:
        words.pop()
    return " ".join(words)[:most].rstrip(",")


def wrapped(text: str, most: int) -> tuple[str, str]:
    """A text in two lines: what fits in so many letters, and the rest."""
    first = text if len(text) <= most else _fitting(text, most)
    return first, text[len(first) :].lstrip(", ")
