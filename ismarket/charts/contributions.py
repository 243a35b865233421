"""Contributions: what each driver carries of the growth, and what no cause carries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..engine.dollars import speaker
from ..engine.forecast import UNEXPLAINED, Forecast
from ..engine.plan import follows_prices
from ..engine.shifts import still_acting
from ..text.sheet import columns_of, rows_of
from ..text.wording import signed
from . import marks
from .marks import Layer
from .picture import NARROWEST, Picture, both
from .places import Room, decimals_of, inner_ticks, reach, shortened, text_width
from .rows import WORD, bleed, box, ends_at, hatch, picked, small, tick, word

PLOT, ROW, LEAST, GAP, HALF = 276, 39.0, 32.0, 0.35, 0.29
"""Height of the plot, of a row at most, at least, px; room before the total, half a bar, rows."""
ROOM, SLIM = Room(18, 70, 26, 206), Room(18, 52, 26, 168)
BELOW = 720
LETTERS, LETTERS_SLIM = 30, 24
"""Letters of a driver's name that have room before the bars."""
HATCHES = 64
"""Diagonal strokes across the whole axis."""
SAID = ("printed, but no evidence carries it", "no evidence carries it", "no evidence")


def layers(ink: Mapping[str, str]) -> list[Layer]:
    """Bars of the reference, whiskers for 9 in 10 draws, triangles for the pin, hatched rest."""
    ground: dict[str, Any] = {
        "stroke": ink["report_ground"],
        "strokeWidth": 5,
        "strokeJoin": "round",
    }
    return [
        marks.ends(),
        marks.rules("xticks", ink["grid"]),
        marks.rules("zero", ink["muted"]),
        marks.strokes("off", color=ink["yours"], strokeWidth=3, strokeDash=[3, 3]),
        marks.bars("bars", opacity=0.85),
        marks.bars("left", fill=ink["report_ground"], stroke=ink["report"]),
        marks.strokes("hatch", color=ink["report"], strokeWidth=1.5),
        marks.texts("said", **ground),
        marks.texts("said"),
        marks.texts("moved"),
        marks.across("total", marks.Y, ink["muted"], bleed=True),
        *marks.whiskers("whiskers", ink["mark"]),
        marks.dots("middles", size=36, fill=ink["bg"], stroke=ink["mark"]),
        marks.dots("pins", shape="triangle-down", size=44, color=ink["pinned"]),
        marks.texts("labels", marks.LEFT),
        marks.texts("values", marks.RIGHT),
        marks.texts("head", marks.RIGHT, marks.TOP),
        marks.texts("foot", marks.LEFT, marks.BOTTOM),
        marks.texts("ticks", marks.X, marks.BOTTOM),
    ]


def order(forecast: Forecast) -> list[dict[str, Any]]:
    """The rows of chart and table: general prices, drivers by size, unexplained, the total."""
    prices = price_drivers(forecast)
    rows = rows_of(forecast.columns["attribution"])
    if not forecast.plan.anchor.published:
        rows = [row for row in rows if row["driver"] != UNEXPLAINED]
    return sorted(rows, key=lambda row: row["driver"] not in prices)


def turned_off(forecast: Forecast) -> list[dict[str, Any]]:
    """Rows of drivers that are off and of which some causes act on in others, without numbers."""
    return [
        {"driver": one.driver.name, "title": one.driver.title,
         "named": one.driver.name in forecast.plan.contained,
         "moved": len(one.moved), "lost": one.causes - len(one.moved)}
        for one in still_acting(forecast.plan, forecast.installed)
    ]  # fmt: skip


def price_drivers(forecast: Forecast) -> list[str]:
    """The acting drivers by which general prices move the forecast, by name."""
    plan = forecast.plan
    return [d.name for d in plan.drivers if follows_prices(plan.market, d)]


def picture(forecast: Forecast, pinned: Forecast | None = None) -> Picture:
    """The rows of the chart; ``pinned`` adds a small triangle to each row."""
    rows, off = order(forecast), turned_off(forecast)
    before = {row["driver"]: row["points"] for row in order(pinned)} if pinned else {}
    last = [row for row in rows if row["driver"] in (UNEXPLAINED, "total")]
    every = [*(row for row in rows if row not in last), *off, *last]
    for index, row in enumerate(every):
        row["y"] = -(index + 0.5) - (GAP if index == len(every) - 1 else 0.0)
    span = [row[name] for row in rows for name in ("points", "p5", "p95")] + [*before.values()]
    bars_ = [row for row in rows if row["driver"] != UNEXPLAINED]
    left = [row for row in rows if row["driver"] == UNEXPLAINED]
    pins = [
        {"x": before[r["driver"]], "y": r["y"] + HALF + 0.13}
        for r in every
        if r["driver"] in before
    ]
    prices = dict.fromkeys(price_drivers(forecast), "prices")
    colors = [{"total": "total", **prices}.get(row["driver"], "model") for row in bars_]
    shared = {
        "bars": columns_of(
            [
                {"x": 0.0, "x2": row["points"], "color": color, **box(row["y"], HALF)}
                for row, color in zip(bars_, colors, strict=True)
            ]
        ),
        "left": columns_of(
            [{"x": 0.0, "x2": r["points"], **box(r["y"], HALF)} for r in left],
            ["x", "x2", "y", "y2"],
        ),
        "whiskers": picked(bars_, x="p5", x2="p95", y="y"),
        "middles": picked(bars_, x="points", y="y"),
        "pins": columns_of(pins, ["x", "y"]),
        "zero": {"x": [0.0]},
        "off": columns_of(
            [{"x": 0.0, "x2": 0.0, **box(r["y"], HALF)} for r in off], ["x", "x2", "y", "y2"]
        ),
    }
    said = alternative(forecast, every, before)

    def laid(narrow: bool) -> Picture:
        room = SLIM if narrow else ROOM
        low, high = reach(span)
        grid = inner_ticks(low, high, 5 if narrow else 10)
        decimals = decimals_of(grid)
        width = room.within(NARROWEST if narrow else BELOW)
        per_px = (high - low) / width
        strokes_ = [
            stroke
            for row in left
            for stroke in hatch(0.0, row["points"], row["y"], HALF, (high - low) / HATCHES)
        ]
        edge: dict[str, Any] = {"align": "right", "weight": 600, "dx": room.right}
        parts = shared | {
            "ends": ends_at(low, high, -max(len(every) + GAP, PLOT / ROW), 0.0),
            "total": bleed(room, rows[-1]["y"] + 0.5 + GAP / 2),
            "hatch": columns_of(strokes_, ["x", "x2", "y", "y2"]),
            "said": columns_of(
                _said(left, per_px, high + (room.right - 50) * per_px), ["x", "y", *WORD]
            ),
            "moved": columns_of(_moved(off, per_px, low, high), ["x", "y", *WORD]),
            "xticks": {"x": grid},
            "ticks": columns_of([tick(t, signed(t, decimals) if t else "0", dy=14) for t in grid]),
            "labels": columns_of(_labels(forecast, every, narrow)),
            "values": columns_of(
                [word(signed(r["points"], 2), y=r["y"], **edge) for r in rows]
                + [word("off", y=r["y"], **(edge | {"color": "muted", "weight": 400}))
                   for r in off]
            ),
            "head": columns_of([small("points", dy=-11, **edge)]),
            "foot": columns_of([small("points a year" if narrow else "points of growth a year",
                                      dx=-room.left, dy=14)]),
        }  # fmt: skip
        height = max(PLOT, round(LEAST * (len(every) + GAP)))
        return Picture("contributions", parts, said, room, height)

    return both(laid, BELOW)


def _said(left: list[dict[str, Any]], per_px: float, high: float) -> list[dict[str, Any]]:
    """The longest words that the unexplained bar has room for, else beside it up to ``high``."""
    rows = []
    for row in left:
        begin, end = sorted((0.0, row["points"]))
        look: dict[str, Any] = {"y": row["y"], "weight": 600, "size": 11, "dx": 8}
        inside = [words for words in SAID if (text_width(words) + 16) * per_px < end - begin]
        beside = [words for words in SAID if (text_width(words) + 16) * per_px < high - end]
        if inside:
            rows.append(word(inside[0], x=begin, **look))
        elif beside:
            rows.append(word(beside[0], "report_text", x=end, **look))
    return rows


def _moved(
    off: list[dict[str, Any]], per_px: float, low: float, high: float
) -> list[dict[str, Any]]:
    """How many causes of a driver that is off act on, on the side of zero that has more room."""
    align, dx = ("right", -10) if -low > high else ("left", 10)
    rows = []
    for row in off:
        lengths = (
            f"{row['moved']} of its causes act on in others",
            f"{row['moved']} causes act on",
        )
        fits = [words for words in lengths if text_width(words) * per_px < max(-low, high)]
        text = (fits or [f"{row['moved']} act on"])[0]
        rows.append(small(text, "yours_text", x=0.0, y=row["y"], align=align, dx=dx))
    return rows


def _labels(forecast: Forecast, rows: list[dict[str, Any]], narrow: bool) -> list[dict[str, Any]]:
    words, edge = [], -(SLIM if narrow else ROOM).left
    for row in rows:
        title = shortened(row["title"], LETTERS_SLIM if narrow else LETTERS)
        words.append(word(title, y=row["y"], weight=600, dx=edge, dy=-7))
        words.append(small(role(forecast, row), y=row["y"], dx=edge, dy=8))
    return words


def role(forecast: Forecast, row: dict[str, Any]) -> str:
    """What a row is to the report, in a few words."""
    who = speaker(forecast.plan.anchor)
    if row["driver"] == UNEXPLAINED:
        return "printed, no cause found"
    if row["driver"] == "total":
        return f"a year to {forecast.years[-1]}"
    if "moved" in row:
        return "named, switched off" if row["named"] else "switched off"
    if row["driver"] in price_drivers(forecast):
        return "inside current dollars"
    if not forecast.plan.anchor.published:
        return "counted"
    return f"named by the {who}" if row["named"] else f"not in the {who}"


def alternative(forecast: Forecast, rows: list[dict[str, Any]], before: dict[str, float]) -> str:
    """The chart in words, row by row."""
    first, last = forecast.years[0], forecast.years[-1]
    parts = [f"Bar chart, points of growth a year, {first} to {last}; reference, 9 in 10 draws."]
    for row in rows:
        if "moved" in row:
            parts.append(f"{row['title']} off, {row['moved']} of its causes act on in others.")
            continue
        interval = f"{signed(row['p5'], 2)} to {signed(row['p95'], 2)}"
        pin = f", pinned {signed(before[row['driver']], 2)}" if row["driver"] in before else ""
        parts.append(f"{row['title']} {signed(row['points'], 2)} ({interval}){pin}.")
    return " ".join(parts)
