"""Where things stand in a chart: round ticks, labels that keep their distance, text widths."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

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
    shift between them.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    groups: list[tuple[float, list[int]]] = []
    for index in order:
        groups.append((wanted[index], [index]))
        while len(groups) > 1 and _touch(groups[-2], groups[-1], apart):
            (a, first), (b, second) = groups[-2:]
            members = first + second
            groups[-2:] = [((a * len(first) + b * len(second)) / len(members), members)]
    placed = [0.0] * len(wanted)
    for centre, members in groups:
        half = apart * (len(members) - 1) / 2
        centre = min(max(centre, low + half), max(low + half, high - half))
        for rank, index in enumerate(members):
            placed[index] = centre - half + apart * rank
    return _forced(placed, order, apart, high)


def _touch(upper: tuple[float, list[int]], lower: tuple[float, list[int]], apart: float) -> bool:
    reach = apart * (len(upper[1]) + len(lower[1])) / 2
    return lower[0] - upper[0] < reach


def _forced(placed: list[float], order: list[int], apart: float, high: float) -> list[float]:
    """The same positions with the distance kept after they were moved inside the frame."""
    for before, after in pairwise(order):
        placed[after] = max(placed[after], placed[before] + apart)
    if order and placed[order[-1]] > high:
        placed[order[-1]] = high
        for after, before in pairwise(reversed(order)):
            placed[before] = min(placed[before], placed[after] - apart)
    return placed


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
