"""Where things stand in a chart: round ticks, labels that keep their distance, text widths."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

PAD = 8
"""Ground around a chart that stands alone, px."""
APART = 16.0
"""Least distance of two labels, px."""
SLENDER, BROAD = frozenset("fijlrt.,:;'|()- "), frozenset("mwMW%")
"""Letters that take less and more room than others."""
LITTLE = frozenset("a an and at before by for from in of on or than that the to used with".split())
"""Words that say nothing at the end of a name."""
COMPASS = re.compile(r"\b([NESWM])(?:orth|ast|outh|est|iddle) (?=[A-Z])")


@dataclass(frozen=True)
class Room:
    """Room for words around the plot, px."""

    top: float
    right: float
    bottom: float
    left: float

    def within(self, width: float) -> float:
        """Width of the plot in a chart of so many px that stands alone, px."""
        return width - self.left - self.right - 2 * PAD


@dataclass(frozen=True)
class Scale:
    """One of several scales beside each other, from ``begin`` to ``end`` of the plot's width."""

    begin: float
    end: float
    low: float
    high: float

    def at(self, value: float) -> float:
        """The place of a value, as a share of the plot's width."""
        share = (value - self.low) / (self.high - self.low)
        return float(self.begin + (self.end - self.begin) * share)


def reach(values: Sequence[float], beyond: float = 0.04) -> tuple[float, float]:
    """The ends of an axis that holds 0 and these values, with a share of its span to spare."""
    low, high = min([0.0, *values]), max([0.0, *values])
    margin = beyond * ((high - low) or 1.0)
    return (low - margin if low else low), (high + margin if high or not low else high)


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """At most ``most`` round values, evenly spaced, from at or below ``low`` to ``high`` or above.

    Steps are 1, 2, 2.5 or 5 times a power of ten.
    """
    span = high - low
    if not span > 0:
        span = abs(high) or 1.0
        low, high = low - span / 2, high + span / 2
    power = 10.0 ** math.floor(math.log10(span / most))
    for factor in (1.0, 2.0, 2.5, 5.0, 10.0, 20.0, 25.0, 50.0, 100.0):
        step = factor * power
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if last - first + 1 <= most:
            break
    return [round(step * k, 12) for k in range(first, last + 1)]


def inner_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """The round values that lie between ``low`` and ``high``."""
    return [t for t in ticks(low, high, most + 2) if low <= t <= high]


def decimals_of(marks: Sequence[float]) -> int:
    """The fewest decimals with which every mark is written as it is."""
    return next(d for d in range(13) if all(abs(round(t, d) - t) <= 1e-12 for t in marks))


def spread(wanted: Sequence[float], low: float, high: float, apart: float = APART) -> list[float]:
    """Positions near those ``wanted`` (px), in their order, none nearer than ``apart``.

    They stay between ``low`` and ``high`` where there is room; neighbours that collide share the
    shift between them: the nearest such positions, by isotonic regression.
    """
    if not wanted:
        return []
    order = np.argsort(wanted, kind="stable")
    steps = apart * np.arange(len(wanted))
    found = _rising(np.asarray(wanted, float)[order] - steps)
    placed = np.empty(len(wanted))
    placed[order] = np.minimum(np.maximum(found, low), high - steps[-1]) + steps
    return [float(place) for place in placed]


def _rising(values: Iterable[float]) -> list[float]:
    """The nearest values that never fall: neighbours that do are pooled (Barlow et al. 1972).

    SciPy has it, and takes a quarter of a second to import: a run keeps a page with charts.
    """
    pools: list[tuple[float, int]] = []
    for total in values:
        many = 1
        while pools and pools[-1][0] * many >= total * pools[-1][1]:
            before, count = pools.pop()
            total, many = total + before, many + count
        pools.append((total, many))
    return [total / many for total, many in pools for _ in range(many)]


def text_width(text: str) -> float:
    """How wide a text is at 12 px, roughly, px; on the safe side for the fonts in use."""
    return sum(
        4.6 if letter in SLENDER else 11.0 if letter in BROAD else 8.3 if letter.isupper() else 7.4
        for letter in text
    )


def shortened(name: str, most: int) -> str:
    """A name of at most ``most`` letters: the head of the cause, its kind kept whole."""
    if len(name) > most:
        name = COMPASS.sub(r"\1. ", name)
    if len(name) <= most:
        return name
    head, comma, kind = name.rpartition(", ")
    if not comma or len(kind) > most - 8:
        return f"{_fitting(name, most - 2)} \N{HORIZONTAL ELLIPSIS}"
    return f"{_fitting(head, most - len(kind) - 4)} \N{HORIZONTAL ELLIPSIS}, {kind}"


def _fitting(text: str, most: int) -> str:
    """The words of a text that fit in so many letters, without little ones at the end."""
    words = text.split()
    while len(words) > 1 and (len(" ".join(words)) > most or words[-1] in LITTLE):
        words.pop()
    return " ".join(words)[:most].rstrip(",")


def wrapped(text: str, most: int) -> tuple[str, str]:
    """A text in two lines: what fits in so many letters, and the rest."""
    words, first = text.split(), text
    while len(first) > most and len(words) > 1:
        words.pop()
        first = " ".join(words).rstrip(",")
    return first, text[len(first) :].lstrip(", ")
