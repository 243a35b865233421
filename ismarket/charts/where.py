"""Where the value lies: regions and drug classes, as money, as share and as growth."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import altair as alt

from ..engine.blocks import cells_of
from ..engine.forecast import Forecast
from ..text.sheet import rows_of
from ..text.wording import number, percent, signed
from .marks import (
    by_row,
    dots,
    full_rules,
    ink,
    level_bars,
    level_rules,
    rules,
    texts,
    tick,
    word,
    x,
)
from .picture import HEIGHT, Picture, columns_of, decimals_of, inner_ticks, picked, ticks
from .theme import CLASSES
from .units import millions_of

TOP, FOOT, GAP = 34.0, 22.0, 22.0
AT = "(width < 640 ? 124 : 136)"
VALUE = {"low": "v0", "high": "v1", "left": AT, "right": f"{AT} + 0.34 * (width - {AT})"}
SHARE = {
    "low": "s0", "high": "s1",
    "left": f"{AT} + 0.47 * (width - {AT})",
    "right": f"{AT} + (width < 640 ? 0.65 : 0.69) * (width - {AT})",
}  # fmt: skip
GROWTH = {
    "low": "g0", "high": "g1",
    "left": f"{AT} + (width < 640 ? 0.77 : 0.79) * (width - {AT})", "right": "width - 46",
}  # fmt: skip
PARAMS = {"v0": 0.0, "v1": 1.0, "s0": 0.0, "s1": 1.0, "g0": 0.0, "g1": 1.0}
KINDS = ("region", "drug_class")


def layers() -> Any:
    """Three aligned columns over the same rows, each with its own axis."""
    below = f"height - {FOOT}"
    value, share, growth = (x("x", **column) for column in (VALUE, SHARE, GROWTH))
    frame = alt.layer(full_rules("between"), texts("labels"))
    money = alt.layer(
        rules("vticks", value, f"{TOP - 6}", below),
        level_bars("bars", value, "x2", 8, color=by_row()),
        level_bars("before", value, "x2", 11, fill=None, stroke=ink("mark"), strokeWidth=1.5),
        texts("vlabels", value),
    )
    shares = alt.layer(
        rules("sticks", share, f"{TOP - 6}", below),
        level_rules("share_range", share, "x2", color=ink("interval"), strokeWidth=4),
        dots("share_before", share, size=52, fill=ink("bg"), stroke=ink("mark")),
        dots("share_now", share, size=52, color=ink("mark")),
        texts("slabels", share),
    )
    rates = alt.layer(
        rules("gticks", growth, f"{TOP - 6}", below),
        rules("gzero", growth, f"{TOP - 6}", below, "muted"),
        level_rules("growth_range", growth, "x2", color=ink("interval"), strokeWidth=4),
        dots("growth_now", growth, size=52, color=ink("mark")),
        texts("glabels", growth),
    )
    return alt.layer(frame, money, shares, rates).resolve_scale(x="independent")


def picture(forecast: Forecast, kinds: tuple[str, ...] = KINDS) -> Picture:
    """The rows of both blocks, or of one of them."""
    rows = _rows(forecast, kinds)
    marks = ticks(0.0, 1.12 * max(max(r["final"], r["base"]) for r in rows) / 1e6, 5)
    rates = [100 * r[name] for r in rows for name in ("cagr", "cagr_p5", "cagr_p95")]
    growth = min(0.0, *rates), max(0.0, *rates)
    between = [(a["py"] + b["py"]) / 2 for a, b in pairwise(rows) if a["kind"] != b["kind"]]
    marked, foot = inner_ticks(*growth, 2), HEIGHT - FOOT + 12
    datasets = {
        **_money(forecast, rows, marks),
        "share_range": picked(rows, x="share_p5", x2="share_p95", py="py"),
        "share_now": picked(rows, x="share", py="py"),
        "share_before": picked(rows, x="share_base", py="py"),
        "growth_range": picked(rows, 100.0, x="cagr_p5", x2="cagr_p95", py="py"),
        "growth_now": picked(rows, 100.0, x="cagr", py="py"),
        "sticks": {"x": [0.0, 0.5, 1.0]},
        "gticks": {"x": marked},
        "gzero": {"x": [0.0]},
        "slabels": columns_of(
            [_head(0.0, "Share of value")]
            + [tick(t, percent(t) if t else "0%", foot) for t in (0.0, 0.5, 1.0)]
            + [{"x": 1.0, **word(percent(r["share"]), 0, r["py"], dx=10)} for r in rows]
        ),
        "glabels": columns_of(
            [tick(t, f"{number(t, decimals_of(marked))}%", foot) for t in marked]
        ),
        "between": {"py": between},
        "labels": columns_of(_labels(forecast, rows)),
    }
    params = {
        "v1": marks[-1] * 1e6, "g0": growth[0], "g1": growth[1], "s0": 0.0, "s1": 1.0, "v0": 0.0
    }  # fmt: skip
    return Picture("where", datasets, alternative(forecast, rows), params)


def _rows(forecast: Forecast, kinds: tuple[str, ...]) -> list[dict[str, Any]]:
    found = [row | {"kind": kind} for kind in kinds for row in rows_of(forecast.columns[kind])]
    step = (HEIGHT - TOP - FOOT - (GAP if len(kinds) > 1 else 0)) / len(found)
    total = sum(r["base"] for r in found if r["kind"] == kinds[0])
    for index, row in enumerate(found):
        later = GAP if row["kind"] != kinds[0] else 0.0
        row["py"] = TOP + step * (index + 0.5) + later
        row["share_base"] = row["base"] / total
    return found


def _money(forecast: Forecast, rows: list[dict[str, Any]], marks: list[float]) -> dict[str, Any]:
    """Bars of value: a region's split by drug class, a class's in its own colour."""
    split = shares_by_region(forecast)
    classes = forecast.plan.market.drug_classes
    bars: list[dict[str, Any]] = []
    words = [_head(0.0, f"{forecast.years[-1]}, {forecast.usd('M')}")]
    unit = millions_of(max(r["final"] for r in rows))
    for row in rows:
        begin = 0.0
        parts = split[row["name"]] if row["kind"] == "region" else {row["name"]: row["final"]}
        for name, usd in parts.items():
            color = CLASSES[classes.index(name) % len(CLASSES)]
            bars.append({"x": begin, "x2": begin + usd, "py": row["py"], "color": color})
            begin += usd
        shown = word(unit.show(row["final"]), 0, row["py"], weight=600, dx=8)
        words.append({"x": max(row["final"], row["base"]), **shown})
    first = next((b for b in rows if b["kind"] == "region"), None)
    if first is not None:
        words += _key(bars, first, marks[-1] * 1e6, classes)
    for t in marks[:: 2 if len(marks) > 4 else 1]:
        words.append(tick(t * 1e6, number(t, decimals_of(marks)), HEIGHT - FOOT + 12))
    return {
        "bars": columns_of(bars),
        "before": picked(rows, x="base", x2="base", py="py"),
        "vticks": {"x": [t * 1e6 for t in marks]},
        "vlabels": columns_of(words),
    }  # fmt: skip


def _head(at: float, text: str) -> dict[str, Any]:
    return {"x": at, **word(text, 0, 7, weight=600)}


def _key(
    bars: list[dict[str, Any]], row: dict[str, Any], axis: float, classes: tuple[str, ...]
) -> list[dict[str, Any]]:
    """The names of the drug classes over the parts of the first bar that have room for them."""
    parts = [b for b in bars if b["py"] == row["py"]]
    return [
        {"x": part["x"], **word(name, 0, row["py"] - 15, "muted", size=11)}
        for part, name in zip(parts, classes, strict=True)
        if part["x2"] - part["x"] > 0.15 * axis
    ]


def shares_by_region(forecast: Forecast) -> dict[str, dict[str, float]]:
    """Reference value of the last year in each region and drug class, USD."""
    plan = forecast.plan
    cells = cells_of(plan, {**plan.modes, **plan.fixed})[-1, :, :, 0]
    cells = cells * (forecast.modes.total[-1, 0] / cells.sum())
    return {
        region: {c: float(v) for c, v in zip(plan.market.drug_classes, row, strict=True)}
        for region, row in zip(plan.market.regions, cells, strict=True)
    }


def _labels(forecast: Forecast, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    largest = {max((r for r in rows if r["kind"] == kind), key=lambda r: r["final"])["name"]
               for kind in {r["kind"] for r in rows}}  # fmt: skip
    words = [word("Growth a year", -1e-9, 7, align="right", weight=600)]
    for row in rows:
        name = row["name"][:1].upper() + row["name"][1:]
        words.append(word(name, 0, row["py"], weight=600 if row["name"] in largest else 400))
        words.append(word(signed(100 * row["cagr"], 1), -1e-9, row["py"], align="right"))
    return words


def alternative(forecast: Forecast, rows: list[dict[str, Any]]) -> str:
    """The chart in words, row by row."""
    first, last = forecast.years[0], forecast.years[-1]
    unit = millions_of(max(r["final"] for r in rows))
    parts = [
        f"Bars and dots, value in {last} in {forecast.usd('M')}, share of value, growth a year."
    ]
    for row in rows:
        parts.append(
            f"{row['name']} {unit.show(row['final'])} ({unit.show(row['base'])} in {first}),"
            f" share {percent(row['share'])}, growth {signed(100 * row['cagr'], 1)}%"
            f" ({signed(100 * row['cagr_p5'], 1)} to {signed(100 * row['cagr_p95'], 1)})."
        )
    return " ".join(parts)
