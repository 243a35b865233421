"""Pictures of many scenarios: a spider, and a two-way map with its boundary.

Plain Altair: each is a chart that ``.properties()``, ``|`` and ``&`` treat as any other.
"""

from __future__ import annotations

from itertools import pairwise
from operator import itemgetter
from typing import Any

import altair as alt

from ..analysis.grid import ScenarioGrid, TwoWay
from ..errors import check_kind
from .multiples import A_GRID
from .places import APART, spread
from .theme import LIGHT

PERCENT = "+.1%"
TALL = 300
"""Height of a spider, px."""
TITLES = {"cagr": "growth a year", "value": "USD", "gain": "gain of entering, USD"}


def spider(
    grid: ScenarioGrid, output: str = "cagr", *, width: int = 420
) -> alt.LayerChart | alt.FacetChart:
    """How far each axis moves the output alone, the others at their middle value."""
    check_kind("charts.spider", grid, ScenarioGrid, A_GRID)
    middle = {axis.name: axis.options[len(axis.options) // 2] for axis in grid.axes}
    records = []
    for axis in grid.axes:
        for place, one in enumerate(grid.outcomes):
            values = grid.values_of(place)
            if any(v != middle[name] for name, v in values.items() if name != axis.name):
                continue
            steps = max(1, len(axis.options) - 1)
            table = one.columns["cagr" if output == "cagr" else "summary"]
            records.append({
                "axis": axis.name, "value": axis.label(values[axis.name]),
                "position": axis.options.index(values[axis.name]) / steps,
                "figure": table["reference"][-1],
            })  # fmt: skip
    low, high = _kept_apart(records)
    scale = alt.Scale(domain=[low, high], nice=False)
    base = alt.Chart(alt.Data(values=records)).encode(
        x=alt.X("position:Q", title="from the first value of an axis to the last",
                axis=alt.Axis(labels=False, ticks=False, grid=False)),
        color=alt.Color("axis:N", title=None), tooltip=["axis:N", "value:N", "figure:Q"],
    )  # fmt: skip
    shown = alt.Axis(format="+.2%" if output == "cagr" else "~s")
    lines = base.mark_line(point=True).encode(
        y=alt.Y("figure:Q", title=TITLES[output], scale=scale, axis=shown)
    )
    ends: list[tuple[str, Any, int]] = [("< 1", "left", 8), ("== 1", "right", -8)]
    words = [
        base.transform_filter(f"datum.position {side}")
        .mark_text(align=align, dx=dx)
        .encode(y=alt.Y("place:Q", scale=scale), text="value:N")
        for side, align, dx in ends
    ]
    return alt.layer(lines, *words).properties(width=width, height=TALL)


def _kept_apart(records: list[dict[str, Any]]) -> tuple[float, float]:
    """Give each value the place of its words, above it and above others'; the scale's ends."""
    figures = [row["figure"] for row in records]
    span = (max(figures) - min(figures)) or abs(figures[0]) or 1.0
    low, high = min(figures) - 0.08 * span, max(figures) + 0.08 * span
    per_px = (high - low) / TALL
    for position in {row["position"] for row in records}:
        rows = [row for row in records if row["position"] == position]
        rows.sort(key=itemgetter("figure"))
        wanted, at = list[float](), -APART
        for row in rows:
            at = max(at + APART, (row["figure"] - low) / per_px + APART / 2)
            wanted.append(at)
        for row, at in zip(rows, spread(wanted, 0.0, TALL), strict=True):
            row["place"] = low + at * per_px
    return low, high


def heat(two_way: TwoWay, *, width: int = 320) -> alt.LayerChart | alt.FacetChart:
    """A two-way table as a map, in the model's colour above the threshold and in ink below it.

    The line is where the answer flips: the boundary of the decision.
    """
    check_kind("charts.heat", two_way, TwoWay, "a two-way table, as grid.two_way()")
    x, y = two_way.x, two_way.y
    records = [
        {"x": i, "y": j, "x_label": x.label(a), "y_label": y.label(b),
         "figure": float(two_way.figures[j, i])}
        for j, b in enumerate(y.options) for i, a in enumerate(x.options)
    ]  # fmt: skip
    most = float(abs(two_way.figures - two_way.threshold).max()) or 1.0
    colours = [LIGHT["muted"], LIGHT["bg"], LIGHT["model"]]
    domain = [two_way.threshold - most, two_way.threshold, two_way.threshold + most]
    scale = alt.Scale(domain=domain, range=colours, interpolate="rgb")
    places = {name: _axis(name, axis.name, [axis.label(v) for v in axis.options])
              for name, axis in (("x", x), ("y", y))}  # fmt: skip
    show = PERCENT if two_way.output == "cagr" else "~s"
    base = alt.Chart(alt.Data(values=records)).transform_calculate(
        x1="datum.x + 0.5", x0="datum.x - 0.5", y1="datum.y + 0.5", y0="datum.y - 0.5"
    )
    cells = base.mark_rect().encode(
        x=places["x"], x2="x1:Q", y=places["y"], y2="y1:Q",
        color=alt.Color("figure:Q", title=TITLES[two_way.output], legend=alt.Legend(format=show),
                        scale=scale),
        tooltip=["x_label:N", "y_label:N", alt.Tooltip("figure:Q", format=show)],
    )  # fmt: skip
    lines = [
        dict(zip(("x0", "y0", "x2", "y2"), (_at(x, a), _at(y, b), _at(x, c), _at(y, d)),
                 strict=True))
        for a, b, c, d in two_way.boundary
    ]  # fmt: skip
    flip = (
        alt.Chart(alt.Data(values=lines))
        .mark_rule(color=LIGHT["ink"], strokeWidth=2)
        .encode(x="x0:Q", y="y0:Q", x2="x2:Q", y2="y2:Q")
    )
    words = _words(two_way)
    return alt.layer(cells, flip).properties(
        width=width, height=width * len(y.options) / max(len(x.options), 4), title=words
    )


def _axis(name: str, title: str, labels: list[str]) -> Any:
    """The axis of a map, a cell a value, labelled with the values."""
    kind = alt.X if name == "x" else alt.Y
    words = alt.Axis(
        values=list(range(len(labels))), labelExpr=f"{labels}[datum.value]", grid=False
    )
    scale = alt.Scale(domain=[-0.5, len(labels) - 0.5], nice=False, zero=False)
    return kind(f"{name}0:Q", title=title, axis=words, scale=scale)


def _at(axis: Any, value: float) -> float:
    """Where a value stands among those of an axis, counted in cells."""
    options = [float(v) for v in axis.options]
    order = sorted(range(len(options)), key=lambda i: options[i])
    for one, other in pairwise(order):
        if options[one] <= value <= options[other]:
            share = (value - options[one]) / (options[other] - options[one])
            return one + share * (other - one)
    return float(order[0])


def _words(two_way: TwoWay) -> str:
    """What the line is, or that there is none."""
    what = {"cagr": "grows", "value": "ends above the threshold", "gain": "is worth entering"}
    said = what[two_way.output]
    if two_way.flips:
        return f"The line is where the market no longer {said}"
    everywhere = (two_way.figures > two_way.threshold).all()
    return f"The market {said} {'everywhere' if everywhere else 'nowhere'} in this range"
