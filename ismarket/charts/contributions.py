"""Contributions: what each driver carries of the growth, and what no cause carries."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np

from ..engine.dollars import speaker
from ..engine.forecast import UNEXPLAINED, Forecast
from ..engine.plan import follows_prices
from ..text.sheet import rows_of
from ..text.wording import signed
from .marks import (
    WORD,
    by_row,
    dots,
    full_rules,
    ink,
    level_bars,
    level_rules,
    py,
    rules,
    texts,
    tick,
    word,
    x,
)
from .picture import HEIGHT, Picture, columns_of, decimals_of, picked, text_width, ticks

LEFT, RIGHT = "(width < 640 ? 146 : 186)", "70"
TOP, FOOT, GAP = 18.0, 26.0, 12.0
HATCHES = 64
"""Diagonal strokes across the whole axis."""
SAID = ("printed, but no evidence carries it", "no evidence carries it")
NARROWEST = 420.0
"""Width of the axis in a panel of 700 px, px."""
X = {"low": "x0", "high": "x1", "left": LEFT, "right": f"width - {RIGHT}"}
PARAMS = {"x0": -1.0, "x1": 1.0}


def layers() -> Any:
    """Bars of the reference, whiskers for 9 in 10 draws, triangles for the pin, hatched rest."""
    start = x("x", **X)
    parts = [
        rules("xticks", start, f"{TOP}", f"height - {FOOT}"),
        rules("zero", start, f"{TOP}", f"height - {FOOT}", "muted"),
        level_bars("bars", start, "x2", 10, color=by_row(), opacity=0.85),
        level_bars("left", start, "x2", 10, color=ink("report_ground"), stroke=ink("report")),
        rules("hatch", start, "datum.py + 10", "datum.py - 10", "report", strokeWidth=1.5).encode(
            x2=alt.X2("x2")
        ),
        texts("said", start, stroke=ink("report_ground"), strokeWidth=5, strokeJoin="round"),
        texts("said", start),
        full_rules("total"),
        level_rules("whiskers", start, "x2", color=ink("mark"), strokeWidth=1.5),
        *(
            rules("whiskers", x(end, **X), "datum.py - 4", "datum.py + 4", "mark", strokeWidth=1.5)
            for end in ("x", "x2")
        ),
        dots("middles", start, size=36, fill=ink("bg"), stroke=ink("mark")),
        dots("pins", start, shape="triangle-down", size=44, color=ink("pinned")),
        texts("labels"),
        texts("values"),
        texts("ticks", start, py(f"height - {FOOT} + 14")),
    ]
    return alt.layer(*parts)


def order(forecast: Forecast) -> list[dict[str, Any]]:
    """The rows of chart and table: general prices, drivers by size, unexplained, the total."""
    prices = price_drivers(forecast)
    rows = rows_of(forecast.columns["attribution"])
    if not forecast.plan.anchor.published:
        rows = [row for row in rows if row["driver"] != UNEXPLAINED]
    return sorted(rows, key=lambda row: row["driver"] not in prices)


def price_drivers(forecast: Forecast) -> list[str]:
    """The acting drivers by which general prices move the forecast, by name."""
    plan = forecast.plan
    return [d.name for d in plan.drivers if follows_prices(plan.market, d)]


def picture(forecast: Forecast, pinned: Forecast | None = None) -> Picture:
    """The rows of the chart; ``pinned`` adds a small triangle to each row."""
    rows = order(forecast)
    before = {row["driver"]: row["points"] for row in order(pinned)} if pinned else {}
    step = min(39.0, (HEIGHT - TOP - FOOT - GAP) / len(rows))
    for index, row in enumerate(rows):
        row["py"] = TOP + step * (index + 0.5) + (GAP if index == len(rows) - 1 else 0.0)
    ends = [row[name] for row in rows for name in ("points", "p5", "p95")]
    marks = ticks(min(0.0, *ends, *before.values()), max(0.0, *ends, *before.values()), 9)
    low, high, decimals = marks[0], marks[-1], decimals_of(marks)
    bars = [r for r in rows if r["driver"] != UNEXPLAINED]
    left = [r for r in rows if r["driver"] == UNEXPLAINED]
    pins = [{"x": before[r["driver"]], "py": r["py"] - 15} for r in rows if r["driver"] in before]
    prices = dict.fromkeys(price_drivers(forecast), "prices")
    colors = [{"total": "total", **prices}.get(r["driver"], "model") for r in bars]
    datasets = {
        "bars": {"x": [0.0] * len(bars), **picked(bars, x2="points", py="py"), "color": colors},
        "left": {"x": [0.0] * len(left), **picked(left, x2="points", py="py")},
        "hatch": _hatch(left, high - low),
        "said": columns_of(_said(left, high - low, high), ["x", "text", *WORD]),
        "whiskers": picked(bars, x="p5", x2="p95", py="py"),
        "middles": picked(bars, x="points", py="py"),
        "pins": columns_of(pins, ["x", "py"]),
        "zero": {"x": [0.0]},
        "total": {"py": [rows[-1]["py"] - step / 2 - GAP / 2]},
        "xticks": {"x": marks},
        "ticks": columns_of([tick(t, signed(t, decimals) if t else "0", 0) for t in marks]),
        "labels": columns_of(_labels(forecast, rows)),
        "values": columns_of(
            [word(signed(r["points"], 2), -1e-9, r["py"], align="right", weight=600) for r in rows]
            + [word("points", -1e-9, 7, "muted", align="right", weight=600, size=11)]
        ),
    }  # fmt: skip
    said = alternative(forecast, rows, before)
    return Picture("contributions", datasets, said, {"x0": low, "x1": high})


def _hatch(left: list[dict[str, Any]], span: float) -> dict[str, list[float]]:
    """Diagonal strokes over the unexplained bar, from its foot up."""
    gap = span / HATCHES
    strokes = [
        {"x": float(foot), "x2": float(foot + gap), "py": row["py"]}
        for row in left
        for foot in np.arange(min(0.0, row["points"]), max(0.0, row["points"]) - gap, gap)
    ]
    return columns_of(strokes, ["x", "x2", "py"])


def _said(left: list[dict[str, Any]], span: float, high: float) -> list[dict[str, Any]]:
    """The longest words that the unexplained bar has room for, else short ones beside it."""
    rows = []
    for row in left:
        begin, end = sorted((0.0, row["points"]))
        room = (end - begin) / span * NARROWEST
        fits = [words for words in SAID if text_width(words) + 16 < room]
        if fits:
            said = word(fits[0], 0, row["py"], "ink", weight=600, size=11, dx=8)
            rows.append({"x": begin, **said})
        elif text_width(SAID[-1]) + 16 < (high - end) / span * NARROWEST:
            said = word(SAID[-1], 0, row["py"], "report_text", weight=600, size=11, dx=8)
            rows.append({"x": end, **said})
    return rows


def _labels(forecast: Forecast, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    words = [word("points of growth a year", 0, HEIGHT - FOOT + 14, "muted", size=11)]
    for row in rows:
        words.append(word(row["title"], 0, row["py"] - 7, weight=600))
        words.append(word(role(forecast, row), 0, row["py"] + 8, "muted", size=11))
    return words


def role(forecast: Forecast, row: dict[str, Any]) -> str:
    """What a row is to the report, in a few words."""
    who = speaker(forecast.plan.anchor)
    if row["driver"] == UNEXPLAINED:
        return "printed, no cause found"
    if row["driver"] == "total":
        return f"a year to {forecast.years[-1]}"
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
        interval = f"{signed(row['p5'], 2)} to {signed(row['p95'], 2)}"
        pin = f", pinned {signed(before[row['driver']], 2)}" if row["driver"] in before else ""
        parts.append(f"{row['title']} {signed(row['points'], 2)} ({interval}){pin}.")
    return " ".join(parts)
