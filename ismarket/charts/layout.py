"""Where things stand in a chart: round ticks, labels that keep their distance, text widths."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

APART = 16.0
"""Least distance of two labels, px."""
PER_LETTER = 6.4
"""Mean width of a letter at 12 px, px; on the safe side for the fonts in use."""


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


def spread(wanted: Sequence[float], low: float, high: float, apart: float = APART) -> list[float]:
    """Positions near those ``wanted`` (px), in their order, none nearer than ``apart``.

    They stay between ``low`` and ``high`` where there is room; neighbours that collide share the
    shift between them: the nearest such positions, by isotonic regression.
    """
    from scipy.optimize import isotonic_regression  # costs more to import than a chart

    if not wanted:
        return []
    order = np.argsort(wanted, kind="stable")
    steps = apart * np.arange(len(wanted))
    found = isotonic_regression(np.asarray(wanted, float)[order] - steps).x
    placed = np.empty(len(wanted))
    placed[order] = np.minimum(np.maximum(found, low), high - steps[-1]) + steps
    return [float(place) for place in placed]


def text_width(text: str) -> float:
    """How wide a text is at 12 px, roughly, px."""
    return PER_LETTER * len(text)


def shortened(name: str, most: int) -> str:
    """A name of at most ``most`` letters: the head of the cause, its kind kept whole."""
    if len(name) <= most:
        return name
    head, comma, kind = name.rpartition(", ")
    if not comma:
        return name[: most - 2].rstrip() + " \N{HORIZONTAL ELLIPSIS}"
    room = most - len(kind) - 4
    words = head.split()
    while len(words) > 1 and len(" ".join(words)) > room:
        words.pop()
    return f"{' '.join(words)} \N{HORIZONTAL ELLIPSIS}, {kind}"
