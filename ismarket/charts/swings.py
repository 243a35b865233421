"""The tornado: each input alone at its own P10 and P90, and what that does to the last year."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..analysis.information import Information, Worth
from ..analysis.tornado import Swing, tornado
from ..arrays import Columns
from ..engine.forecast import Forecast
from ..model.parameter import Parameter
from ..text.sheet import columns_of
from ..text.wording import CALENDAR_YEAR, money, number, percent, signed
from . import marks
from .marks import Layer
from .picture import Picture, both
from .places import Room, decimals_of, inner_ticks, shortened
from .rows import WORD, bleed, box, ends_at, small, tick, word
from .units import millions_of

MOST = 11
"""Inputs that are drawn; the rest stand in the table for download."""
LETTERS, LETTERS_SLIM = 40, 58
"""Letters that fit before the bars in a wide and above them in a narrow chart."""
PLOT, PLOT_SLIM, HALF, HALF_SLIM = 276, 352, 0.32, 0.16
ROOM, SLIM = Room(18, 30, 26, 292), Room(18, 0, 40, 0)
BELOW = 720
BESIDE, BAR, GAP, EXTRA = 206, 96, 1.1, 4
"""Room for the column of worth and its longest bar, px; room above what moves little and is worth
most, rows, and how many such inputs there are at most."""
FAR, FAR_SLIM = 1.35, 1.36
"""How far the axis reaches past the longest bar, for the input's own value at its end."""
NOT_TOLD = "not told from 0"
SHAPES = {"measured": "circle", "estimated": "M0,-1A1,1,0,0,0,0,1Z", "assumed": "M0,0"}
"""By status what fills the ring before an input: all of it, half, nothing; SVG paths."""


def layers(ink: Mapping[str, str]) -> list[Layer]:
    """Two bars an input, its own value at both ends, its status before its name."""
    aside: dict[str, Any] = {"color": ink["total"], "xOffset": 30, "x2Offset": marks.of("dx")}
    return [
        marks.ends(),
        marks.rules("xticks", ink["grid"]),
        marks.bars("bars", fill=marks.of("color"), stroke=marks.of("edge"), strokeWidth=0.8),
        marks.rules("zero", ink["muted"]),
        marks.across("between", marks.Y, ink["muted"], bleed=True),
        marks.layer("worth", "rect", aside, x=marks.RIGHT, x2=marks.RIGHT, y=marks.Y, y2=marks.Y2),
        marks.texts("worths", marks.RIGHT),
        marks.texts("worth head", marks.RIGHT, marks.TOP),
        *status_marks("status", ink["status"]),
        marks.texts("names", marks.LEFT, stroke=ink["bg"], strokeWidth=4, strokeJoin="round"),
        marks.texts("names", marks.LEFT),
        marks.texts("values"),
        marks.texts("heads", marks.X, marks.TOP),
        marks.texts("foot", marks.LEFT, marks.BOTTOM),
        marks.texts("ticks", marks.X, marks.BOTTOM),
    ]


def status_marks(name: str, color: str) -> list[Layer]:
    """A full, half or hollow dot beside the plot, dx px from it, as the column shape says."""
    dot: dict[str, Any] = {"size": 64, "xOffset": marks.of("dx"), "color": color}
    return [
        marks.dots(name, marks.LEFT, **{**dot, "filled": False, "strokeWidth": 1.6}),
        marks.dots(name, marks.LEFT, **dot, shape=marks.of("shape")),
    ]


def picture(
    forecast: Forecast, swings: Sequence[Swing] | None = None, worth: Information | None = None
) -> Picture:
    """The largest inputs, from the top, ``swings`` if they are at hand.

    With ``worth`` what knowing each is worth stands beside it, and below a rule the inputs that
    move little and are worth most.
    """
    every = tornado(forecast) if swings is None else swings
    known = {row.keys[0]: row for row in worth.partial["input"]} if worth else {}
    shown, more = list(every[:MOST]), _worth_most(every[MOST:], known)
    last, last_year = float(forecast.modes.total[-1, 0]), forecast.years[-1]
    unit = millions_of(max((s.width for s in shown), default=last))
    reach = max((abs(v) for s in shown for v in (s.at_p10, s.at_p90)), default=1.0) / unit.size
    places = [-(index + 0.5) for index in range(len(shown))]
    places += [-(len(shown) + GAP + index + 0.5) for index in range(len(more))]
    depth = max(1.0, len(shown) + (GAP + len(more) if more else 0.0))
    most = max([1.0, *(known[s.parameter.key].value for s in [*shown, *more] if _told(s, known))])
    usd, said = (
        f"{forecast.usd(unit.name)} in {forecast.years[-1]}",
        alternative(forecast, [*shown, *more], known),
    )

    def laid(narrow: bool) -> Picture:
        room = SLIM if narrow else ROOM
        room = replace(room, right=BESIDE) if known and not narrow else room
        end = (FAR_SLIM if narrow else FAR) * reach
        grid = inner_ticks(-end, end, 3 if narrow else 7)
        decimals = decimals_of(grid)
        above = 0.27 if narrow else 0.0  # a name stands over its bars
        rows = [
            (swing, place + above, place - above)
            for swing, place in zip([*shown, *more], places, strict=True)
        ]
        own = "" if narrow else "at the input\N{RIGHT SINGLE QUOTATION MARK}s "
        head: dict[str, Any] = {"x": 0.0, "weight": 600, "dy": -11}
        apart, letters = 12 if narrow else 40, LETTERS
        if narrow:
            letters = LETTERS if known else LETTERS_SLIM
        parts = {
            "ends": ends_at(-end, end, -depth, 0.0),
            "between": bleed(room, *([-(len(shown) + 0.1)] if more else [])),
            **_worth(rows, known, most, room, narrow),
            "bars": columns_of(
                [
                    {"x": 0.0, "x2": at / unit.size, "color": token, "edge": edge,
                     **box(bar, HALF_SLIM if narrow else HALF)}
                    for swing, _, bar in rows
                    for at, token, edge in (
                        (swing.at_p10, "p10", "p10_edge"), (swing.at_p90, "p90", "p90"),
                    )
                ],
                ["x", "x2", "y", "y2", "color", "edge"],
            ),
            "xticks": {"x": grid},
            "zero": {"x": [0.0]},
            "status": columns_of(
                [{"y": name, "dx": 6 - room.left, "shape": SHAPES[swing.parameter.status]}
                 for swing, name, _ in rows], ["y", "dx", "shape"],
            ),
            "names": columns_of(
                [word(shortened(name_of(swing.parameter), letters), y=name, dx=16 - room.left)
                 for swing, name, _ in rows]
                + [small(f"Move {last_year} less, yet worth most to find out", weight=600,
                         y=-(len(shown) + 0.1 + GAP / 2), dx=-room.left) for _ in more[:1]],
                ["y", *WORD],
            ),
            "values": columns_of(
                [one for swing, _, bar in rows for one in _ends(swing, unit.size, bar)],
                ["x", "y", *WORD],
            ),
            "heads": columns_of(
                [word(f"{own}P10", "p10_edge", align="right", dx=-apart, **head),
                 word(f"{own}P90", "p90", dx=apart, **head)]
            ),
            "foot": columns_of([small(usd, dx=-room.left, dy=30 if narrow else 14)]),
            "ticks": columns_of(
                [tick(t, signed(t, decimals), dy=14) if t
                 else tick(0.0, unit.show(last), "ink", weight=600, dy=14) for t in grid]
            ),
        }  # fmt: skip
        height = (PLOT_SLIM if narrow else PLOT) * max(1.0, depth / MOST)
        return Picture("tornado", parts, said, room, round(height))

    return both(laid, BELOW)


def _told(swing: Swing, known: Mapping[str, Worth]) -> bool:
    """Whether what knowing an input is worth can be told from nothing."""
    row = known.get(swing.parameter.key)
    return row is not None and row.told


def _worth_most(swings: Sequence[Swing], known: Mapping[str, Worth]) -> list[Swing]:
    """Of these inputs those that are worth most to find out."""
    told = [swing for swing in swings if _told(swing, known)]
    return sorted(told, key=lambda swing: -known[swing.parameter.key].value)[:EXTRA]


def _worth(
    rows: Sequence[tuple[Swing, float, float]],
    known: Mapping[str, Worth],
    most: float,
    room: Room,
    narrow: bool,
) -> dict[str, Columns]:
    """What knowing each input is worth, USD: a bar and a number right of the plot.

    In a narrow chart the number alone stands over the bars.
    """
    bars, words = [], []
    end: dict[str, Any] = {"align": "right", "dx": room.right}
    for swing, name, bar in rows if known else ():
        told = _told(swing, known)
        value = known[swing.parameter.key].value if told else 0.0
        said, color, weight = (money(value), "ink", 600) if told else (NOT_TOLD, "muted", 400)
        words.append(small(said, color, weight=weight, y=name, **end))
        if told and not narrow:
            bars.append({"dx": 30 + BAR * value / most, **box(bar, HALF)})
    head = [word("Worth, USD" if narrow else "Worth finding out, USD", weight=600, dy=-11, **end)]
    return {
        "worth": columns_of(bars, ["dx", "y", "y2"]),
        "worths": columns_of(words, ["y", *WORD]),
        "worth head": columns_of(head if known else [], WORD),
    }


def name_of(parameter: Parameter) -> str:
    """The name of an input as people say it: cause and effect, or stage and place."""
    title = parameter.title or parameter.key
    return title.replace(": ", ", ").replace("  ", " ")


def figure(value: float) -> str:
    """An input's own value, with as many figures as it is worth."""
    size = abs(value)
    if size >= 1e6:
        return f"{number(value / 1e6, 2)} M"
    if size >= 1000:
        return number(value, 0)
    decimals = 0 if size >= 100 else 1 if size >= 10 else 2
    if 0 < size < 0.1:
        decimals = 1 - math.floor(math.log10(size))
    return number(value, decimals)


def figure_of(parameter: Parameter, value: float) -> str:
    """The value of an input as it is read: a chance in percent, a date, or else an amount."""
    kind = read_as(parameter)
    if kind == "chance":
        return percent(value)
    return f"{value:.5g}" if kind == "date" else figure(value)


def read_as(parameter: Parameter) -> str:
    """Whether an input is a ``chance``, a ``date``, or, empty, an amount."""
    if parameter.happens:
        return "chance"
    return "date" if parameter.unit == CALENDAR_YEAR else ""


def _ends(swing: Swing, size: float, place: float) -> list[dict[str, Any]]:
    """The input's own value at both ends of its bars, on the outer side."""
    rows = []
    low, high = (swing.p10, swing.at_p10), (swing.p90, swing.at_p90)
    for (value, at), (_, other) in ((low, high), (high, low)):
        left = at < 0 or (at == 0 and other > 0)
        align, dx = ("right", -6.0) if left else ("left", 6.0)
        said = figure_of(swing.parameter, value)
        rows.append(small(said, "ink2", x=at / size, y=place, align=align, dx=dx))
    return rows


def alternative(forecast: Forecast, shown: Sequence[Swing], known: Mapping[str, Worth]) -> str:
    """The tornado in words, input by input."""
    unit = millions_of(max((s.width for s in shown), default=1e9))
    usd = forecast.usd(unit.name)
    head = f"Tornado, change of {forecast.years[-1]} in {usd}, each input at P10 and P90."
    rows = [
        f"{name_of(s.parameter)} ({s.parameter.status}), {figure_of(s.parameter, s.p10)} to"
        f" {figure_of(s.parameter, s.p90)}:"
        f" {unit.change(s.at_p10)}, {unit.change(s.at_p90)}{_worth_of(s, known)}."
        for s in shown
    ]
    return " ".join([head, *rows])


def _worth_of(swing: Swing, known: Mapping[str, Worth]) -> str:
    """What knowing an input is worth, as the end of its sentence."""
    if not known:
        return ""
    told = _told(swing, known)
    return f", worth {money(known[swing.parameter.key].value) if told else NOT_TOLD}"
