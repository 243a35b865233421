"""A picture: the rows, axis ends and words of one chart, and the Altair chart that shows them.

With where things stand in it: round ticks, labels that keep their distance, text widths.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np

from ..arrays import Columns
from ..errors import InputError
from ..text.install import extra
from ..text.sheet import rows_of
from .theme import LIGHT, theme

WIDTH, HEIGHT = 822, 320
FONT = "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"
FORMATS = ("png", "svg", "json", "html")
APART = 16.0
"""Least distance of two labels, px."""
PER_LETTER = 6.4
"""Mean width of a letter at 12 px, px; on the safe side for the fonts in use."""
Layers = Callable[[], Any]


@dataclass(frozen=True, eq=False)
class Picture:
    """Everything that changes in a chart: data by name, as columns, axis ends, alternative text.

    ``params`` are the chart's parameters by name (axis ends, px); ``alt`` names the kind of
    chart, what it shows, then every labelled number in the order of the table.  ``spec`` is the
    chart without its rows, where it is none of the kinds of this package.
    """

    kind: str
    datasets: Mapping[str, Columns]
    alt: str
    params: Mapping[str, float] = field(default_factory=dict)
    height: int = HEIGHT
    spec: Mapping[str, Any] | None = None


def columns_of(rows: Sequence[Mapping[str, Any]], names: Sequence[str] = ()) -> Columns:
    """Rows as a table by column; ``names`` keeps the columns where there are no rows."""
    keys = list(rows[0]) if rows else list(names)
    return {key: [row[key] for row in rows] for key in keys}


def picked(rows: Sequence[Mapping[str, Any]], scale: float = 1.0, **names: str) -> Columns:
    """Columns of figures by the name that each has in ``rows``; all but py times ``scale``."""
    return {
        key: [row[name] if key == "py" else scale * row[name] for row in rows]
        for key, name in names.items()
    }


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


def blank(
    layers: Layers,
    params: Mapping[str, float],
    height: int = HEIGHT,
    colours: Mapping[str, str] = LIGHT,
) -> alt.LayerChart:
    """The chart without data: its datasets are filled by name."""
    declared = [alt.param(name="theme", value=dict(colours))]
    declared += [alt.param(name=name, value=value) for name, value in params.items()]
    chart: alt.LayerChart = (
        layers()
        .add_params(*declared)
        .properties(width=WIDTH, height=height, autosize=alt.AutoSizeParams(type="none"))
        .properties(padding=0)
        .configure(font=FONT, background=alt.ExprRef("theme.bg"), view=alt.ViewConfig(stroke=None))
    )
    return chart


def filled(picture: Picture, layers: Layers, colours: str, width: int) -> alt.LayerChart:
    """The chart of ``picture``, complete: an Altair object to show, change or save."""
    if width < 480:
        raise InputError(f"charts: width = {width} px is too narrow; give 480 or more")
    chart = blank(layers, picture.params, picture.height, theme(colours))
    datasets = {name: rows_of(columns) for name, columns in picture.datasets.items()}
    done: alt.LayerChart = chart.properties(
        width=width, datasets=datasets, description=picture.alt, padding=12
    )
    return done


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
    if not comma:
        return name[: most - 2].rstrip() + " \N{HORIZONTAL ELLIPSIS}"
    room = most - len(kind) - 4
    words = head.split()
    while len(words) > 1 and len(" ".join(words)) > room:
        words.pop()
    return f"{' '.join(words)} \N{HORIZONTAL ELLIPSIS}, {kind}"
