"""The funnel: people stage by stage, what they use, and the dollars at list price and kept."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from ..engine.forecast import Forecast
from ..engine.roles import summarised
from ..engine.waterfall import LIST, NET, REBATES, Waterfall, WaterfallStep, scaled
from ..text.sheet import columns_of
from ..text.wording import mid_sentence, money, nonzero, number, percent
from . import marks
from .marks import Layer
from .picture import NARROWEST, Picture, both
from .places import PAD, Room, Scale, shortened
from .rows import WORD, bleed, box, ends_at, hatch, key, small, word
from .theme import CLASSES

STEP, MONEY, CELL, GAP = 32, 38, 24, 34
"""Height of a row of people, of dollars and of shares by region, and room between blocks, px."""
ROOM = Room(30, 14, 12, 132)
BELOW = 800
PEOPLE, PEOPLE_SLIM = (0.0, 0.29), (0.0, 0.66)
DOLLARS, DOLLARS_SLIM = (0.15, 0.86), (0.0, 0.66)
"""Where the scales of people and dollars begin and end, of the plot's width."""
PLACES, CELLS, CELLS_SLIM = 0.41, (0.615, 0.713, 0.811, 0.909), (0.0, 0.25, 0.50, 0.75)
"""Where regions and their shares begin, of the plot's width."""
TOO_MANY = 20.0
"""A step of so many times the next is a number: a bar of it would leave the others none."""
Rows = dict[str, list[dict[str, Any]]]
"""Rows of data by the name of their part."""
_SPAN, _BOX = ("x", "x2", "y"), ("x", "x2", "y", "y2")
_NAMES = {
    "bars": (*_BOX, "color"), "ranges": _SPAN, "words": ("x", "y", *WORD), "rebates": _BOX,
    "hatch": _BOX, "ties": _BOX, "whole": _BOX, "labels": ("y", *WORD),
}  # fmt: skip
"""The columns of every part, also of those without a row."""


def layers(ink: Mapping[str, str]) -> list[Layer]:
    """People and dollars on a scale each, intervals over them, shares by region beside or below."""
    return [
        marks.ends(),
        marks.across("between", marks.Y, ink["muted"], bleed=True),
        marks.bars("whole", color=ink["grid"]),
        marks.bars("rebates", fill=ink["ghost"], stroke=ink["muted"]),
        marks.strokes("hatch", color=ink["muted"], strokeWidth=1),
        marks.bars("bars", color=marks.of("color")),
        marks.strokes("ties", color=ink["muted"], strokeDash=[3, 3]),
        *marks.whiskers("ranges", ink["ink"]),
        marks.texts("words"),
        marks.texts("labels", marks.LEFT),
        marks.texts("head", marks.LEFT, marks.TOP),
    ]


def picture(forecast: Forecast, whole: Waterfall | None = None, region: str = "") -> Picture:
    """The rows of the chart, of the first year, in all regions or one.

    ``whole`` is the waterfall of all regions, if there is one already.
    """
    whole = whole or forecast.waterfall()
    found = whole.only(region) if region else whole
    counted = [step for step in found.counted if step.role != "mix"]
    said = alternative(found)

    def laid(narrow: bool) -> Picture:
        rows: Rows = {name: [] for name in _NAMES}
        cells = CELL * (len(whole.regions) + 1) if whole.people else 0
        below, gap = max(STEP * len(counted), 0 if narrow else cells), GAP + (16 if narrow else 0)
        steps = [step for step in (LIST, REBATES, NET) if found.has_rebates or step == NET]
        height = below + gap + MONEY * len(steps)
        _people(rows, found, counted, narrow)
        _money(rows, found, -(below + gap), steps, narrow)
        if whole.people:
            _shares(rows, whole, -(height + GAP) if narrow else 0.0, narrow)
            height += GAP + cells if narrow else 0
        head = [word(f"People in {found.year}", weight=600, dy=-20)] if counted else []
        parts = {
            "ends": ends_at(0.0, 1.0, -height, 0.0),
            **{name: columns_of(some, _NAMES[name]) for name, some in rows.items()},
            "between": bleed(ROOM, *([-(below + 2.0)] if counted else [])),
            "head": columns_of(head, WORD),
        }  # fmt: skip
        return Picture("funnel", parts, said, ROOM, height)

    return both(laid, BELOW)


def scaled_steps(steps: list[WaterfallStep]) -> list[WaterfallStep]:
    """The steps that are drawn as bars: those of one unit, not too many times the next."""
    whole = [(step, step.amount()) for step in steps]
    kept = [(step, amount[0]) for step, amount in whole if amount is not None]
    numbers = [
        step for (step, one), (_, other) in pairwise(kept) if one > TOO_MANY * max(other, 1e-300)
    ]
    last = steps.index(numbers[-1]) + 1 if numbers else 0
    return [step for step, _ in kept if steps.index(step) >= last]


def _people(rows: Rows, found: Waterfall, counted: list[WaterfallStep], narrow: bool) -> None:
    """Bars, intervals and words of people and what they use."""
    drawn = scaled_steps(counted)
    ends_of = {s.name: summarised(a) for s in drawn if (a := s.amount()) is not None}
    highest = max([1.0, *(max(one.reference, one.p95) for one in ends_of.values())])
    scale = Scale(*(PEOPLE_SLIM if narrow else PEOPLE), 0.0, highest)
    for index, step in enumerate(counted):
        place = -STEP * (index + 0.5)
        rows["labels"] += _named(step.title, _does(step), place)
        if step.name not in ends_of:
            rows["labels"] += _numbers(found, step, place)
            continue
        one = ends_of[step.name]
        color = "model" if step.role == "people" else "band50"
        bar = {"x": 0.0, "x2": scale.at(one.reference), **box(place, 9.0)}
        rows["bars"].append({**bar, "color": color})
        rows["ranges"].append({"x": scale.at(one.p5), "x2": scale.at(one.p95), "y": place})
        end = scale.at(max(one.reference, one.p95))
        rows["words"].append(word(number(one.reference, 0), x=end, y=place, weight=600, dx=8))


def _numbers(found: Waterfall, step: WaterfallStep, place: float) -> list[dict[str, Any]]:
    """A step that has no bar, in words: one number, or one for each class where units differ."""
    amount = step.amount()
    if amount is not None:
        one = money(amount[0]) if amount[0] >= 1e6 else number(amount[0], 0)
        beside = small("not to this scale", y=place, dx=7.6 * len(one) + 8)
        return [word(one, y=place, weight=600), beside]
    by_class = [float(step.total(None, c)[0]) for c in range(len(found.drug_classes))]
    said = [f"{number(v, 0)} {n}" for v, n in zip(by_class, found.drug_classes, strict=True)]
    half = -(-len(said) // 2)
    return [
        small(f"{', '.join(said[:half])},", "ink", y=place, dy=-7),
        small(f"{', '.join(said[half:])}; each in its unit", "ink", y=place, dy=7),
    ]


def _named(title: str, does: str, place: float) -> list[dict[str, Any]]:
    """The name of a step and, below, what it does."""
    named = word(shortened(title, 17), y=place, weight=600, dx=-ROOM.left, dy=-7 if does else 0)
    return [named, small(does, y=place, dx=-ROOM.left, dy=7)] if does else [named]


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


def _money(rows: Rows, found: Waterfall, top: float, names: list[str], narrow: bool) -> None:
    """Bars by class, what is given back, intervals and words of dollars."""
    listed, net, kept = found.step(LIST), found.step(NET), found.kept()
    total = {name: summarised(found.step(name).total()) for name in names}
    dearest = max([1.0, *(max(one.reference, one.p95) for one in total.values())])
    scale = Scale(*(DOLLARS_SLIM if narrow else DOLLARS), 0.0, dearest)
    each = {LIST: "quantity \N{MULTIPLICATION SIGN} list price",
            NET: f"{percent(kept)} of list kept" if found.has_rebates
            else "no rebates in this market",
            REBATES: f"{percent(1.0 - kept)} of list given back"}  # fmt: skip
    head = top + (34.0 if narrow else 18.0)
    dollars = found.dollars[:1].upper() + found.dollars[1:]
    rows["labels"] += [
        word(dollars, y=head, weight=600, dx=-ROOM.left),
        *_key(found, head, narrow),
    ]
    for index, name in enumerate(names):
        place, step, one = top - MONEY * (index + 0.5), found.step(name), total[name]
        sign, start = "", 0.0
        if name == REBATES:
            start = float(net.total()[0])
            end, sign = float(listed.total()[0]), "\N{MINUS SIGN}"
            begin, close = scale.at(start), scale.at(end)
            rows["rebates"].append({"x": begin, "x2": close, **box(place, 12.0)})
            rows["hatch"] += hatch(begin, close, place, 12.0, 0.012)
            for at, far in ((close, 1), (begin, -1)):
                ends_ = sorted((place + far * 12.0, place + far * (MONEY - 12.0)))
                rows["ties"].append({"x": at, "x2": at, "y": ends_[0], "y2": ends_[1]})
        else:
            for c in range(len(found.drug_classes)):
                usd = float(step.total(None, c)[0])
                part = {"x": scale.at(start), "x2": scale.at(start + usd), **box(place, 12.0)}
                rows["bars"].append({**part, "color": CLASSES[c % len(CLASSES)]})
                start += usd
            rows["ranges"].append({"x": scale.at(one.p5), "x2": scale.at(one.p95), "y": place})
            end = max(start, one.p95)
        interval = f"{nonzero(one.p5 / 1e6, 1)} to {nonzero(one.p95 / 1e6, 1)}"
        rows["labels"] += _named(step.title, each[name], place)
        at_end: dict[str, Any] = {"x": scale.at(end), "y": place, "dx": 8}
        shown = f"{sign}{nonzero(one.reference / 1e6, 1)}"
        rows["words"].append(word(shown, weight=600, dy=-7, **at_end))
        rows["words"].append(small(interval, dy=7, **at_end))


def _key(found: Waterfall, place: float, narrow: bool) -> list[dict[str, Any]]:
    """The drug classes in their colours, beside the dollars or, in a narrow chart, below them."""
    if narrow:
        return key(found.drug_classes, -ROOM.left, NARROWEST - 2 * PAD, y=place - 16.0)
    return key(found.drug_classes, 150.0 - ROOM.left, BELOW - 170, y=place)


def region_steps(found: Waterfall) -> list[WaterfallStep]:
    """The steps by which regions are compared: the first and last of people, list and net value."""
    people = [step for step in scaled_steps(list(found.people)) if step.role == "people"]
    ends = [*people[:1], *people[1:][-1:]]
    return [*ends, *([found.step(LIST)] if found.has_rebates else []), found.step(NET)]


def _shares(rows: Rows, found: Waterfall, top: float, narrow: bool) -> None:
    """Each region's share of the world in the steps by which regions are compared."""
    places = CELLS_SLIM if narrow else CELLS
    head = word("Share of all regions", y=top, weight=600, dy=-20)
    rows["labels" if narrow else "words"].append(_beside(head, narrow))
    for r, region in enumerate(found.regions):
        at = top - CELL * (r + 1)
        name = word(shortened(region, 20), y=at, dy=-3)
        rows["labels" if narrow else "words"].append(_beside(name, narrow))
    wide = places[1] - places[0] - 0.02
    steps = region_steps(found)
    for begin, step in zip(places[-len(steps) :], steps, strict=True):
        title = shortened(mid_sentence(step.title), 11)
        rows["words"].append(small(title, x=begin, y=top, dy=-1))
        whole = float(step.total()[0])
        shares = [float(step.total(r)[0]) / whole for r in range(len(found.regions))]
        for r, share in enumerate(shares):
            at = top - CELL * (r + 1)
            weight = 600 if share == max(shares) else 400
            rows["words"].append(word(percent(share), x=begin, y=at, weight=weight, dy=-3))
            line = {"x": begin, **box(at - 8.0, 2.0)}
            rows["whole"].append({**line, "x2": begin + wide})
            rows["bars"].append({**line, "x2": begin + wide * share, "color": "model"})


def _beside(row: dict[str, Any], narrow: bool) -> dict[str, Any]:
    """The row where the regions stand: left of a narrow plot, else in the free corner."""
    return {**row, "dx": -ROOM.left} if narrow else {"x": PLACES, **row}


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
