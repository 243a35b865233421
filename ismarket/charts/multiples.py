"""Small multiples: the path of every scenario of a grid against its first year, on one axis."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ..analysis.grid import ScenarioGrid
from ..engine.many import Outcome
from ..engine.summaries import quantiles
from ..errors import InputError
from ..model.grid import GridAxis
from ..text.sheet import columns_of, rows_of
from ..text.wording import money, signed
from . import marks
from .picture import Picture, both
from .places import Room, Scale, decimals_of, inner_ticks, shortened, wrapped
from .rows import WORD, ends_at, small, word

A_GRID = "a grid of scenarios, as study('published').grid(through=[2028, 2030])"
RISE, STEP, STEP_SLIM = 54.0, 68, 94
"""Height of a cell's plot and of a row with its words, wide and narrow, px."""
ROOM, SLIM = Room(32, 0, 24, 130), Room(32, 0, 24, 0)
BELOW = 760
SHARE = 0.58
"""Share of a cell that its plot takes, where words stand beside it."""
_LINE, _SPAN = ("cell", "x", "y"), ("x", "x2", "y", "y2")
_PARTS = {
    "grounds": _SPAN,
    "level": _SPAN,
    "bands": (*_LINE, "y2"),
    "paths": _LINE,
    "yours": _LINE,
    "report": _LINE,
    "labels": ("y", *WORD),
    "words": ("x", "y", *WORD),
}
"""The columns of every part, also of those without a row."""
Said = Callable[[GridAxis, Any], str]
"""What a value of an axis is called."""
Rows = dict[str, list[dict[str, Any]]]


def layers(ink: Mapping[str, str]) -> list[marks.Layer]:
    """A cell a scenario: its band, its path, the report's, and where it would stand still."""
    return [
        marks.ends(),
        marks.bars("grounds", fill=ink["ghost"]),
        marks.area("bands", ink["band90"], by="cell"),
        marks.strokes("level", color=ink["muted"], strokeDash=[1, 2]),
        marks.path("report", by="cell", color=ink["report"], strokeDash=[4, 3], strokeWidth=1.5),
        marks.path("paths", by="cell", color=ink["model"]),
        marks.path("yours", by="cell", color=ink["yours"], strokeWidth=2.5),
        marks.texts("labels", marks.LEFT),
        marks.texts("words"),
        marks.texts("foot", marks.LEFT, marks.BOTTOM),
    ]


def picture(
    found: ScenarioGrid, row: str = "", column: str = "", said: Said = GridAxis.label,
    chosen: str = "",
) -> Picture:  # fmt: skip
    """The cells of two axes, by default the first two; any other stands at its first value.

    ``chosen`` is the name of the scenario that is drawn as the reader's own.  Raises InputError for
    a name that is no axis.
    """
    axes = {axis.name: axis for axis in found.axes}
    for name in filter(None, (row, column)):
        if name not in axes:
            raise InputError(f"charts.multiples: no axis {name!r}; there are {', '.join(axes)}")
    down = row or next(name for name in axes if name != column)
    across = column or next((name for name in axes if name != down), "")
    cells = _cells(found, down, across)
    many = (len(axes[down].options), len(axes[across].options) if across else 1)
    paths = {at: _paths(one) for at, one in cells.items()}
    low, high = _reach(paths.values())

    def laid(narrow: bool) -> Picture:
        step, room = (STEP_SLIM, SLIM) if narrow else (STEP, ROOM)
        parts: Rows = {name: [] for name in _PARTS}
        for (r, c), one in cells.items():
            begin, end = c / many[1], (c + (0.95 if narrow else SHARE)) / many[1]
            floor = -step * r - RISE - (24 if narrow else 0)
            where = Scale(begin, end, one.years[0], one.years[-1])
            up, yours = Scale(floor, floor + RISE, low, high), one.plan.scenario.name == chosen
            _cell(parts, f"{r} {c}", one.years, paths[r, c], where, up, yours)
            _words(parts["words"], one, begin if narrow else end + 0.008, floor, narrow)
        for r, value in enumerate(axes[down].options):
            name, place = said(axes[down], value), -step * r - (10.0 if narrow else RISE / 2)
            lines = [name] if narrow else [line for line in wrapped(name, 16) if line]
            for i, line in enumerate(lines):
                text, dy = shortened(line, 60 if narrow else 17), 15.0 * i - 7.5 * (len(lines) - 1)
                parts["labels"].append(word(text, y=place, weight=600, dx=-room.left, dy=dy))
        for c, value in enumerate(axes[across].options if across else ()):
            most, at = (60 if narrow else 96) // many[1], {"x": c / many[1], "y": 0.0}
            lines = [
                shortened(one, most) for one in wrapped(said(axes[across], value), most) if one
            ]
            for i, line in enumerate(reversed(lines)):
                parts["words"].append(small(line, "ink", weight=600, dy=-11 - 13 * i, **at))
        return Picture(
            "multiples",
            {"ends": ends_at(0.0, 1.0, -float(step * many[0]), 0.0),
             **{name: columns_of(rows, _PARTS[name]) for name, rows in parts.items()},
             "foot": columns_of([small(_foot(low, high), dx=-room.left, dy=10)])},
            alternative(found), room, step * many[0],
        )  # fmt: skip

    return both(laid, BELOW)


def _cells(found: ScenarioGrid, down: str, across: str) -> dict[tuple[int, int], Outcome]:
    """The scenarios by row and column, every other axis at its first value."""
    cells = {}
    for place, one in enumerate(found.outcomes):
        values = found.values_of(place)
        at = {axis.name: axis.options.index(values[axis.name]) for axis in found.axes}
        if not any(i for name, i in at.items() if name not in (down, across)):
            cells[at[down], at.get(across, 0)] = one
    return cells


def _paths(one: Outcome) -> dict[str, list[float]]:
    """Reference, ends of 9 in 10 draws and what is printed, each against its own first year."""
    path, plan = one.columns["summary"]["reference"], one.plan
    low, high = quantiles(one.total / one.total[:1], (0.05, 0.95))
    last = plan.anchor.last_year if plan.anchor.published else one.years[0] - 1
    printed = [plan.printed(year) / path[0] for year in one.years if year <= last]
    return {"reference": [value / path[0] for value in path], "p5": low.tolist(),
            "p95": high.tolist(), "printed": printed}  # fmt: skip


def _reach(cells: Iterable[Mapping[str, list[float]]]) -> tuple[float, float]:
    every = [value for paths in cells for path in paths.values() for value in path]
    return min(every), max([*every, min(every) + 1e-9])


def _cell(
    parts: Rows, cell: str, years: Sequence[int], paths: Mapping[str, list[float]], where: Scale,
    up: Scale, yours: bool,
) -> None:  # fmt: skip
    """One scenario's ground, band and lines: years along ``where``, values along ``up``."""
    span = {"x": where.begin, "x2": where.end}
    parts["grounds"].append({**span, "y": up.begin, "y2": up.end})
    parts["level"].append({**span, "y": up.at(1.0), "y2": up.at(1.0)})
    name = "yours" if yours else "paths"
    for i, year in enumerate(years):
        here = {"cell": cell, "x": where.at(year)}
        parts["bands"].append({**here, "y": up.at(paths["p5"][i]), "y2": up.at(paths["p95"][i])})
        parts[name].append({**here, "y": up.at(paths["reference"][i])})
        if i < len(paths["printed"]):
            parts["report"].append({**here, "y": up.at(paths["printed"][i])})


def _words(
    words: list[dict[str, Any]], one: Outcome, begin: float, floor: float, narrow: bool
) -> None:
    """Value of the last year and growth a year, beside the plot or below it."""
    value = money(one.columns["summary"]["reference"][-1])
    growth = f"{signed(100 * one.columns['cagr']['reference'][0], 1)}%"
    if narrow:
        words.append(small(f"{value}, {growth}", "ink", x=begin, y=floor, dy=10))
        return
    lines = (word(value, weight=600, dy=-15), small(growth, "ink", dy=0), small("a year", dy=14))
    words += [{**line, "x": begin, "y": floor + RISE / 2} for line in lines]


def _foot(low: float, high: float) -> str:
    grid = inner_ticks(low, high)
    digits = max(1, decimals_of(grid))
    return (
        f"value against its first year, {low:.{digits}f} to {high:.{digits}f}; band 9 in 10 draws;"
        " dashed as printed"
    )


def alternative(found: ScenarioGrid) -> str:
    """The multiples in words, scenario by scenario."""
    rows = rows_of(found.columns["scenarios"])
    said = [f"{row['scenario']}: {money(row['reference'])} in {row['year']},"
            f" {signed(100 * row['cagr'], 1)}% a year" for row in rows]  # fmt: skip
    return f"Small multiples, value against its first year. {'; '.join(said)}."
