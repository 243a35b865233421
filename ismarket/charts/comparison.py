"""Comparison: several scenarios side by side, last year's value and growth, each with interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..engine.forecast import Forecast
from ..errors import InputError
from ..text.sheet import columns_of
from ..text.wording import number, signed
from . import marks
from .marks import Layer
from .picture import Picture, both
from .places import Room, decimals_of, inner_ticks, shortened
from .rows import bleed, ends_at, picked, small, tick, word
from .units import unit_of

STEP = 40
ROOM, SLIM = Room(34, 246, 26, 190), Room(34, 176, 26, 116)
BELOW = 640
COLUMNS, COLUMNS_SLIM = (66, 180, 246), (46, 126, 176)
"""Where reference, interval and growth end right of the plot, px."""


def layers(ink: Mapping[str, str]) -> list[Layer]:
    """One row a scenario: 9 in 10 draws thin, half of draws thick, the reference a ring."""
    return [
        marks.ends(),
        marks.rules("xticks", ink["grid"], yOffset=-8),
        marks.across("line", marks.BOTTOM, ink["grid"], bleed=True),
        marks.level("range90", color=ink["band50"], strokeWidth=6),
        marks.level("range50", color=ink["model"], strokeWidth=6),
        marks.dots("reference", size=110, fill=ink["bg"], stroke=ink["model"], strokeWidth=2.5),
        marks.texts("names", marks.LEFT),
        marks.texts("values", marks.RIGHT),
        marks.texts("heads", marks.RIGHT, marks.TOP),
        marks.texts("foot", marks.LEFT, marks.BOTTOM),
        marks.texts("ticks", marks.X, marks.BOTTOM),
    ]


def picture(forecasts: Sequence[Forecast], names: Sequence[str] = ()) -> Picture:
    """The rows of the chart; ``names`` replace those of the scenarios.

    Raises InputError unless all forecasts end in the same year.
    """
    if not forecasts:
        raise InputError("compare: give at least one forecast")
    if len({f.years[-1] for f in forecasts}) > 1:
        ends = ", ".join(str(f.years[-1]) for f in forecasts)
        raise InputError(f"compare: forecasts must end in the same year, not {ends}")
    if names and len(names) != len(forecasts):
        raise InputError(f"compare: {len(forecasts)} forecasts but {len(names)} names")
    shown = [(n, "") for n in names] or [_name(f, i) for i, f in enumerate(forecasts)]
    last = [
        {k: v[-1] for k, v in f.columns["summary"].items()} | {"y": -(i + 0.5)}
        for i, f in enumerate(forecasts)
    ]
    unit = unit_of(max(row["p95"] for row in last))
    usd = " or ".join(dict.fromkeys(f.usd(unit.name) for f in forecasts))
    year, sentences, cells = forecasts[0].years[-1], [], []
    usd_in = f"{usd} in {year}"
    for forecast, (name, anchor), row in zip(forecasts, shown, last, strict=True):
        growth = f"{signed(100 * forecast.columns['cagr']['reference'][0], 1)}%"
        interval = f"{unit.show(row['p5'])} to {unit.show(row['p95'])}"
        cells.append((unit.show(row["reference"]), interval, growth))
        whose = f"{name} \N{MIDDLE DOT} {anchor}" if anchor else name
        sentences.append(f"{whose}: {cells[-1][0]} ({interval}), {growth} a year.")
    said = " ".join([f"Scenarios in {year}, {usd}, anchors as named.", *sentences])

    low, high = (f(r[k] for r in last) / unit.size for f, k in ((min, "p5"), (max, "p95")))
    margin = 0.06 * ((high - low) or high)
    low, high = low - margin, high + margin

    def laid(narrow: bool) -> Picture:
        room, columns = (SLIM, COLUMNS_SLIM) if narrow else (ROOM, COLUMNS)
        grid = inner_ticks(low, high, 3 if narrow else 6)
        heads = ("reference", "9 in 10" if narrow else "9 in 10 draws", "a year")
        end: dict[str, Any] = {"align": "right"}
        first: dict[str, Any] = {"color": "model", "weight": 600}
        parts = {
            "ends": ends_at(low, high, -len(last), 0.0),
            "range90": picked(last, 1 / unit.size, x="p5", x2="p95", y="y"),
            "range50": picked(last, 1 / unit.size, x="p25", x2="p75", y="y"),
            "reference": picked(last, 1 / unit.size, x="reference", y="y"),
            "line": bleed(room, 0.0),
            "xticks": {"x": grid},
            "names": columns_of(
                [write(shortened(text, 15 if narrow else 25), y=row["y"], weight=weight, dy=dy,
                       dx=-room.left)
                 for (name, anchor), row in zip(shown, last, strict=True)
                 for write, text, weight, dy in ((word, name, 600, -7 if anchor else 0),
                                                 (small, anchor, 400, 8)) if text]
            ),
            "values": columns_of(
                [word(text, y=row["y"], dx=at, **end, **({} if k else first))
                 for row, texts_ in zip(last, cells, strict=True)
                 for k, (text, at) in enumerate(zip(texts_, columns, strict=True))]
            ),
            "heads": columns_of(
                [small(text, weight=600, dx=at, dy=-22, **end)
                 for text, at in zip(heads, columns, strict=True)]
            ),
            "foot": columns_of([small(usd_in if not narrow else usd, dx=-room.left, dy=14)]),
            "ticks": columns_of([tick(t, number(t, decimals_of(grid)), dy=14) for t in grid]),
        }  # fmt: skip
        return Picture("compare", parts, said, room, STEP * len(last))

    return both(laid, BELOW)


def _name(forecast: Forecast, index: int) -> tuple[str, str]:
    """The name of a scenario and that of its anchor."""
    return forecast.plan.scenario.name or f"scenario {index + 1}", forecast.plan.anchor.name
