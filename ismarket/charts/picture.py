"""A picture: the rows and words of one chart, and the Altair chart that shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import altair as alt

from ..arrays import Columns
from ..errors import InputError
from ..text.install import extra
from ..text.sheet import rows_of
from .marks import FONT, LEFT, TOP, part
from .places import PAD, Room
from .theme import LIGHT, theme

WIDTH, NARROWEST = 822, 440
FORMATS = ("png", "svg", "json", "html")
COLOURS = ("color", "edge")
"""Columns that name a colour of the theme."""
Parts = Mapping[str, Columns]
"""The rows of a chart by part, each as columns."""
Layers = Callable[[Mapping[str, str]], list[Any]]
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
    the name of its scenario.  Raises InputError for a width with no room for a chart.
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
        width=room.within(width), height=shown.height,
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
