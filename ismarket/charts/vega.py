"""A picture as an Altair chart: to show, change, combine and save without network."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import altair as alt

from ..errors import InputError
from ..text.install import extra
from ..text.sheet import rows_of
from .marks import BOTTOM, FONT, LEFT, RIGHT, TOP, layer
from .picture import NARROWEST, Layers, Picture, coloured
from .places import PAD
from .theme import theme

FORMATS = ("png", "svg", "json", "html")

if "ipykernel" in sys.modules and alt.renderers.active == "default":
    with suppress(ImportError, ValueError):  # charts show without network, unless told else
        alt.renderers.enable("ismarket")


def chart_of(
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
    look = {
        "color": values["bg"], "xOffset": -room.left - PAD, "x2Offset": room.right + PAD,
        "yOffset": -room.top - PAD, "y2Offset": room.bottom + PAD,
    }  # fmt: skip
    ground = layer("ends", "rect", look, x=LEFT, x2=RIGHT, y=TOP, y2=BOTTOM)
    return alt.LayerChart(
        data=alt.InlineData(values=rows),
        layer=[
            alt.Chart(**{**one, "encoding": alt.FacetedEncoding(**one["encoding"])})
            for one in (ground, *layers(values))
        ],
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
