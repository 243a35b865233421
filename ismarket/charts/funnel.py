"""The funnel: people stage by stage, what they use, and the dollars at list price and kept."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import altair as alt

from ..engine.forecast import Forecast
from ..engine.roles import summarised
from ..engine.waterfall import LIST, NET, REBATES, Waterfall, WaterfallStep, scaled
from ..text.wording import mid_sentence, money, nonzero, number, percent
from .marks import by_row, full_rules, ink, level_bars, level_rules, rules, texts, word, x
from .picture import Picture, columns_of, shortened
from .theme import CLASSES

TOP, STEP, MONEY, FOOT = 30.0, 32.0, 38.0, 12.0
MATRIX, COLUMN = 385, 66
"""Width of the shares by region at the right, px, and of one of their columns."""
NARROW = 700
"""Charts of fewer px have no room for them; a table beside has their numbers."""
TOO_MANY = 20.0
"""A step of so many times the next is a number: a bar of it would leave the others none."""
PEOPLE = {
    "low": "p0", "high": "p1", "left": "132",
    "right": f"(width < {NARROW} ? width - 120 : width - {MATRIX + 90})",
}  # fmt: skip
DOLLARS = {"low": "m0", "high": "m1", "left": f"(width < {NARROW} ? 150 : 230)",
           "right": "width - 110"}  # fmt: skip
Rows = dict[str, list[dict[str, Any]]]
"""Rows of data by the name of their dataset."""
PARAMS = {"p0": 0.0, "p1": 1.0, "m0": 0.0, "m1": 1.0}


def layers() -> Any:
    """People and dollars on a scale each, intervals over them, shares by region at the right."""
    people, dollars = x("x", **PEOPLE), x("x", **DOLLARS)
    wide = {"opacity": alt.ExprRef(f"width < {NARROW} ? 0 : 1")}
    frame = alt.layer(full_rules("between"), texts("labels"), texts("shares", **wide))
    counts = alt.layer(
        level_bars("bars", people, "x2", 9, color=by_row(), opacity=0.85),
        level_rules("ranges", people, "x2", color=ink("ink"), strokeWidth=1.5),
        rules("ends", people, "datum.py - 4", "datum.py + 4", "ink", strokeWidth=1.5),
        texts("counts", people),
    )
    money = alt.layer(
        level_bars("values", dollars, "x2", 12, color=by_row()),
        level_bars("rebates", dollars, "x2", 12, fill=ink("ghost"), stroke=ink("muted"),
                   strokeDash=[4, 3]),
        rules("ties", dollars, "datum.py + 12", f"datum.py + {MONEY - 12}", "muted",
              strokeDash=[3, 3]),
        level_rules("money_ranges", dollars, "x2", color=ink("ink"), strokeWidth=1.5),
        rules("money_ends", dollars, "datum.py - 4", "datum.py + 4", "ink", strokeWidth=1.5),
        texts("amounts", dollars),
    )  # fmt: skip
    return alt.layer(frame, counts, money).resolve_scale(x="independent")


def picture(forecast: Forecast, whole: Waterfall | None = None, region: str = "") -> Picture:
    """The rows of the chart, of the first year, in all regions or one.

    ``whole`` is the waterfall of all regions, if there is one already.
    """
    whole = whole or forecast.waterfall()
    found = whole.only(region) if region else whole
    counted = [step for step in found.counted if step.role != "mix"]
    below = TOP + max(STEP * len(counted), 22.0 * (len(whole.regions) + 1) if counted else 0.0)
    people, highest = _people(found, counted)
    dollars, dearest = _money(found, below + 34.0)
    steps = [step for step in (LIST, REBATES, NET) if found.has_rebates or step == NET]
    height = round(below + 34.0 + MONEY * len(steps) + FOOT)
    words = [*people.pop("words"), *dollars.pop("words")]
    datasets = {
        **{
            name: columns_of(rows, _NAMES.get(name, ()))
            for name, rows in (people | dollars).items()
        },
        "labels": columns_of(words),
        "shares": columns_of(_shares(whole), _WORD),
        "between": {"py": [below + 2.0] if counted else []},
    }
    params = {"p0": 0.0, "p1": highest, "m0": 0.0, "m1": dearest}
    return Picture("funnel", datasets, alternative(found), params, height)


_WORD = ("text", "px", "py", "color", "align", "weight", "size", "dx")
_SPAN, _AT = ("x", "x2", "py"), ("x", "py")
_NAMES = {
    "bars": (*_SPAN, "color"), "ranges": _SPAN, "ends": _AT, "counts": ("x", *_WORD),
    "rebates": _SPAN, "ties": _AT,
}  # fmt: skip
"""The columns of datasets that may have no row."""


def scaled_steps(steps: list[WaterfallStep]) -> list[WaterfallStep]:
    """The steps that are drawn as bars: those of one unit, not too many times the next."""
    whole = [(step, step.amount()) for step in steps]
    kept = [(step, amount[0]) for step, amount in whole if amount is not None]
    numbers = [
        step for (step, one), (_, other) in pairwise(kept) if one > TOO_MANY * max(other, 1e-300)
    ]
    last = steps.index(numbers[-1]) + 1 if numbers else 0
    return [step for step, _ in kept if steps.index(step) >= last]


def _people(found: Waterfall, counted: list[WaterfallStep]) -> tuple[Rows, float]:
    """Bars, intervals and words of people and what they use; and the end of their axis."""
    rows: Rows = {name: [] for name in ("bars", "ranges", "ends", "counts", "words")}
    if counted:
        rows["words"].append(word(f"People in {found.year}", 132, 8, weight=600))
    drawn, highest = scaled_steps(counted), 1.0
    for index, step in enumerate(counted):
        place = TOP + STEP * (index + 0.5)
        rows["words"] += _named(step.title, _does(step), place)
        amount = step.amount()
        if step in drawn and amount is not None:
            ends_of = summarised(amount)
            color = "model" if step.role == "people" else "band50"
            rows["bars"].append({"x": 0.0, "x2": ends_of.reference, "py": place, "color": color})
            rows["ranges"].append({"x": ends_of.p5, "x2": ends_of.p95, "py": place})
            rows["ends"] += [{"x": value, "py": place} for value in (ends_of.p5, ends_of.p95)]
            end = max(ends_of.reference, ends_of.p95)
            shown = word(number(ends_of.reference, 0), 0, place, weight=600, dx=8)
            rows["counts"].append({"x": end, **shown})
            highest = max(highest, end)
        else:
            rows["words"] += _numbers(found, step, place)
    return rows, highest


def _numbers(found: Waterfall, step: WaterfallStep, place: float) -> list[dict[str, Any]]:
    """A step that has no bar, in words: one number, or one for each class where units differ."""
    amount = step.amount()
    if amount is not None:
        one = money(amount[0]) if amount[0] >= 1e6 else number(amount[0], 0)
        width = 7.6 * len(one)
        return [
            word(one, 132, place, weight=600),
            word("not to this scale", 132 + width + 8, place, "muted", size=11),
        ]
    by_class = [float(step.total(None, c)[0]) for c in range(len(found.drug_classes))]
    said = [f"{number(v, 0)} {n}" for v, n in zip(by_class, found.drug_classes, strict=True)]
    half = -(-len(said) // 2)
    return [
        word(f"{', '.join(said[:half])},", 132, place - 7, size=11),
        word(f"{', '.join(said[half:])}; each in a unit of its own", 132, place + 7, size=11),
    ]


def _named(title: str, does: str, place: float) -> list[dict[str, Any]]:
    named = [word(shortened(title, 17), 0, place - 7 if does else place, weight=600)]
    return [*named, word(does, 0, place + 7, "muted", size=11)] if does else named


def _does(step: WaterfallStep) -> str:
    """What a stage does to the step before, in a few words."""
    share = step.of_before
    if share is None or not step.unit:
        return ""
    if share > 1.0:
        return f"{nonzero(share, 2)} each"
    if share < 0.01:
        return f"1 in {number(1 / share, 0)}"
    return f"{percent(share)} of them"


def _money(found: Waterfall, top: float) -> tuple[Rows, float]:
    """Bars by class, what is given back, intervals and words of dollars; and the axis's end."""
    listed, net = found.step(LIST), found.step(NET)
    each = {LIST: "quantity \N{MULTIPLICATION SIGN} list price",
            NET: f"{percent(found.kept())} of list kept"}  # fmt: skip
    names = [LIST, REBATES, NET] if found.has_rebates else [NET]
    kinds = "values", "rebates", "ties", "money_ranges", "money_ends", "amounts", "words"
    rows: Rows = {kind: [] for kind in kinds}
    dollars = found.dollars[:1].upper() + found.dollars[1:]
    rows["words"] += [word(dollars, 0, top - 18, weight=600), *_key(found, top - 18)]
    dearest = 1.0
    for index, name in enumerate(names):
        place, step = top + MONEY * (index + 0.5), found.step(name)
        total = summarised(step.total())
        start = 0.0
        if name == REBATES:
            begin, end = float(net.total()[0]), float(listed.total()[0])
            rows["rebates"].append({"x": begin, "x2": end, "py": place})
            rows["ties"] += [{"x": end, "py": place - MONEY}, {"x": begin, "py": place}]
            shown, last = f"\N{MINUS SIGN}{nonzero(total.reference / 1e6, 1)}", end
            does = f"{percent(1.0 - found.kept())} of list given back"
        else:
            for c in range(len(found.drug_classes)):
                usd = float(step.total(None, c)[0])
                color = CLASSES[c % len(CLASSES)]
                rows["values"].append({"x": start, "x2": start + usd, "py": place, "color": color})
                start += usd
            rows["money_ranges"].append({"x": total.p5, "x2": total.p95, "py": place})
            rows["money_ends"] += [{"x": value, "py": place} for value in (total.p5, total.p95)]
            shown, last = nonzero(total.reference / 1e6, 1), max(start, total.p95)
            does = each[name] if found.has_rebates else "no rebates in this market"
        dearest = max(dearest, last)
        interval = f"{nonzero(total.p5 / 1e6, 1)} to {nonzero(total.p95 / 1e6, 1)}"
        rows["words"] += _named(step.title, does, place)
        rows["amounts"] += [
            {"x": last, **word(shown, 0, place - 7, weight=600, dx=8)},
            {"x": last, **word(interval, 0, place + 7, "muted", size=11, dx=8)},
        ]
    return rows, dearest


def _key(found: Waterfall, place: float) -> list[dict[str, Any]]:
    """The drug classes in their colours, from the left."""
    words, at = [], 150.0
    for c, name in enumerate(found.drug_classes):
        words.append(word("\N{BLACK SQUARE}", at, place, CLASSES[c % len(CLASSES)], size=12))
        words.append(word(name, at + 14, place, "muted", size=11))
        at += 14 + 6.4 * len(name) + 14
    return words


def region_steps(found: Waterfall) -> list[WaterfallStep]:
    """The steps by which regions are compared: the first and last of people, list and net value."""
    people = [step for step in scaled_steps(list(found.people)) if step.role == "people"]
    ends = [*people[:1], *people[1:][-1:]]
    return [*ends, *([found.step(LIST)] if found.has_rebates else []), found.step(NET)]


def _shares(found: Waterfall) -> list[dict[str, Any]]:
    """Each region's share of the world in the steps by which regions are compared."""
    if not found.people:
        return []
    steps = region_steps(found)
    words = [word("Share of all regions", -MATRIX, 8, weight=600)]
    for index, step in enumerate(reversed(steps)):
        at = -1e-9 - COLUMN * index
        title = shortened(mid_sentence(step.title), 11)
        words.append(word(title, at, TOP - 4, "muted", align="right", size=11))
        whole = float(step.total()[0])
        shares = [float(step.total(r)[0]) / whole for r in range(len(found.regions))]
        for r, share in enumerate(shares):
            weight = 600 if share == max(shares) else 400
            place = TOP + 22.0 * (r + 0.75)
            words.append(word(percent(share), at, place, align="right", weight=weight))
    for r, region in enumerate(found.regions):
        words.append(word(shortened(region, 20), -MATRIX, TOP + 22.0 * (r + 0.75)))
    return words


def alternative(found: Waterfall) -> str:
    """The chart in words, step by step."""
    parts = [f"Funnel of {found.year}, people and {found.dollars}, 9 in 10 draws in brackets."]
    for step in found.steps:
        amount = step.amount()
        if amount is None or step.name not in {
            *(s.name for s in found.counted),
            LIST,
            REBATES,
            NET,
        }:
            continue
        ends, (unit, digits) = summarised(amount), (1e6, 1) if step.is_money else (1.0, 0)
        low, high = number(ends.p5 / unit, digits), number(ends.p95 / unit, digits)
        parts.append(f"{step.title} {number(ends.reference / unit, digits)} ({low} to {high}).")
    return " ".join([*parts, scaled(found)])
