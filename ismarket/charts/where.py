"""Where the value lies: regions and drug classes, as money, as share and as growth."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from ..engine.blocks import cells_of
from ..engine.forecast import Forecast
from ..text.sheet import columns_of, rows_of
from ..text.wording import number, percent, signed
from . import marks
from .marks import Layer
from .picture import NARROWEST, Picture, both
from .places import PAD, Room, Scale, decimals_of, inner_ticks, shortened
from .rows import WORD, bleed, box, ends_at, key, tick, word
from .theme import CLASSES
from .units import millions_of

PLOT, GAP = 264, 0.7
"""Height of the plot, px, and room between the two blocks, rows."""
ROOM, SLIM = Room(34, 46, 22, 136), Room(34, 46, 22, 132)
BELOW = 600
ENDS, ENDS_SLIM = ((0.0, 0.38), (0.48, 0.70), (0.79, 1.0)), ((0.0, 0.36), (0.47, 0.62), (0.80, 1.0))
"""Where the columns of value, share and growth begin and end, of the plot's width."""
LABELLED = 1.22
"""How far the axis of value reaches past the longest bar, for the number at its end."""
HALF = 0.27
"""How far a bar reaches above and below the middle of its row, of the height of a row."""
KINDS = ("region", "drug_class")


def layers(ink: Mapping[str, str]) -> list[Layer]:
    """Three aligned columns over the same rows, each with an axis of its own."""
    return [
        marks.ends(),
        marks.across("between", marks.Y, ink["muted"], bleed=True),
        marks.rules("grid", ink["grid"], yOffset=-6),
        marks.rules("zero", ink["muted"], yOffset=-6),
        marks.bars("bars"),
        marks.bars("before", fill="transparent", stroke=ink["mark"], strokeWidth=1.5),
        marks.level("ranges", color=ink["interval"], strokeWidth=4),
        marks.dots("rings", size=52, fill=ink["bg"], stroke=ink["mark"]),
        marks.dots("now", size=52, color=ink["mark"]),
        marks.texts("names", marks.LEFT),
        marks.texts("rates", marks.RIGHT),
        marks.texts("values"),
        marks.texts("shares"),
        marks.texts("heads", marks.X, marks.TOP),
        marks.texts("key", marks.LEFT, marks.TOP),
        marks.texts("ends_at", marks.RIGHT, marks.TOP),
        marks.texts("ticks", marks.X, marks.BOTTOM),
    ]


def picture(forecast: Forecast, kinds: tuple[str, ...] = KINDS) -> Picture:
    """The rows of both blocks, or of one of them."""
    rows = _rows(forecast, kinds)
    below = -len(rows) - (GAP if len(kinds) > 1 else 0.0)
    said, split = alternative(forecast, rows), shares_by_region(forecast)
    classes = () if "drug_class" in kinds else forecast.plan.market.drug_classes

    def laid(narrow: bool) -> Picture:
        room = SLIM if narrow else ROOM
        value, share, growth = _columns(rows, narrow)
        grid = _marks((value, share, growth), narrow)
        ranges = [
            {
                "x": column.at(scale * r[f"{name}_p5"]),
                "x2": column.at(scale * r[f"{name}_p95"]),
                "y": r["y"],
            }
            for column, name, scale in ((share, "share", 1.0), (growth, "cagr", 100.0))
            for r in rows
        ]
        now = [{"x": share.at(r["share"]), "y": r["y"]} for r in rows]
        now += [{"x": growth.at(100 * r["cagr"]), "y": r["y"]} for r in rows]
        parted = [a["y"] - 0.5 - GAP / 2 for a, b in pairwise(rows) if a["kind"] != b["kind"]]
        usd = forecast.usd("M")
        heads = [
            (value, usd if narrow else f"{forecast.years[-1]}, {usd}"),
            (share, "Share" if narrow else "Share of value"),
        ]
        parts = {
            "ends": ends_at(0.0, 1.0, below, 0.0),
            "between": bleed(room, *parted),
            "grid": {"x": [at for at, _ in grid]},
            "zero": {"x": [growth.at(0.0)]},
            **_money(forecast, rows, split, value),
            "shares": columns_of(
                [word(percent(r["share"]), x=share.end, y=r["y"], dx=8) for r in rows]
            ),
            "ranges": columns_of(ranges),
            "rings": columns_of([{"x": share.at(r["share_base"]), "y": r["y"]} for r in rows]),
            "now": columns_of(now),
            "names": columns_of(_names(rows, room.left, narrow)),
            "rates": columns_of(
                [word(signed(100 * r["cagr"], 1), y=r["y"], align="right", dx=room.right)
                 for r in rows]
            ),
            "heads": columns_of([word(t, x=c.begin, weight=600, dy=-27) for c, t in heads]),
            "key": columns_of(
                key(classes, -room.left, (NARROWEST if narrow else BELOW) - 2 * PAD, dy=-12), WORD
            ),
            "ends_at": columns_of([word("Growth a year" if not narrow else "% a year",
                                        align="right", weight=600, dx=room.right, dy=-27)]),
            "ticks": columns_of([tick(at, text, dy=12) for at, text in grid]),
        }  # fmt: skip
        return Picture("where", parts, said, room, PLOT)

    return both(laid, BELOW)


def _columns(rows: list[dict[str, Any]], narrow: bool) -> tuple[Scale, Scale, Scale]:
    """The scales of value, USD M, of its share and of growth, % a year."""
    most = max(max(r["final"], r["base"]) for r in rows) / 1e6
    rates = [100 * r[name] for r in rows for name in ("cagr", "cagr_p5", "cagr_p95")]
    value, share, growth = ENDS_SLIM if narrow else ENDS
    far = LABELLED + (0.16 if narrow else 0.0)
    return (
        Scale(*value, 0.0, far * most),
        Scale(*share, 0.0, 1.0),
        Scale(*growth, min(0.0, *rates), max(0.1, *rates)),
    )


def _marks(columns: tuple[Scale, Scale, Scale], narrow: bool) -> list[tuple[float, str]]:
    """Place and words of every mark of the three axes."""
    value, share, growth = columns
    money = inner_ticks(value.low, 0.85 * value.high, 1 if narrow else 3)
    rates = inner_ticks(growth.low, growth.high, 1 if narrow else 2)
    return [
        *((value.at(t), number(t, decimals_of(money))) for t in money),
        *((share.at(t), f"{100 * t:.0f}%") for t in ((0.0, 1.0) if narrow else (0.0, 0.5, 1.0))),
        *((growth.at(t), f"{number(t, decimals_of(rates))}%") for t in rates),
    ]


def _rows(forecast: Forecast, kinds: tuple[str, ...]) -> list[dict[str, Any]]:
    found = [row | {"kind": kind} for kind in kinds for row in rows_of(forecast.columns[kind])]
    total = sum(r["base"] for r in found if r["kind"] == kinds[0])
    for index, row in enumerate(found):
        row["y"] = -(index + 0.5) - (GAP if row["kind"] != kinds[0] else 0.0)
        row["share_base"] = row["base"] / total
    return found


def _money(
    forecast: Forecast,
    rows: list[dict[str, Any]],
    split: Mapping[str, Mapping[str, float]],
    scale: Scale,
) -> dict[str, Any]:
    """Bars of value: a region's split by drug class, a class's in its own colour."""
    classes = forecast.plan.market.drug_classes
    unit = millions_of(max(r["final"] for r in rows))
    drawn, before, words = [], [], []
    for row in rows:
        begin = 0.0
        parts = split[row["name"]] if row["kind"] == "region" else {row["name"]: row["final"]}
        for name, usd in parts.items():
            left, right = (scale.at(v / 1e6) for v in (begin, begin + usd))
            color = CLASSES[classes.index(name) % len(CLASSES)]
            drawn.append({"x": left, "x2": right, **box(row["y"], HALF), "color": color})
            begin += usd
        base, end = scale.at(row["base"] / 1e6), max(row["final"], row["base"]) / 1e6
        before.append({"x": base, "x2": base, **box(row["y"], 0.37)})
        shown = unit.show(row["final"])
        words.append(word(shown, x=scale.at(end), y=row["y"], weight=600, dx=8))
    return {"bars": columns_of(drawn), "before": columns_of(before), "values": columns_of(words)}


def shares_by_region(forecast: Forecast) -> dict[str, dict[str, float]]:
    """Reference value of the last year in each region and drug class, USD."""
    plan = forecast.plan
    cells = cells_of(plan, {**plan.modes, **plan.fixed})[-1, :, :, 0]
    cells = cells * (forecast.modes.total[-1, 0] / cells.sum())
    return {
        region: {c: float(v) for c, v in zip(plan.market.drug_classes, row, strict=True)}
        for region, row in zip(plan.market.regions, cells, strict=True)
    }


def _names(rows: list[dict[str, Any]], left: float, narrow: bool) -> list[dict[str, Any]]:
    """The names of the rows, the largest of each block in bold."""
    largest = {max((r for r in rows if r["kind"] == kind), key=lambda r: r["final"])["name"]
               for kind in {r["kind"] for r in rows}}  # fmt: skip
    return [
        word(
            shortened(row["name"][:1].upper() + row["name"][1:], 20), y=row["y"],
            weight=600 if row["name"] in largest else 400, dx=-left,
        )
        for row in rows
    ]  # fmt: skip


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
