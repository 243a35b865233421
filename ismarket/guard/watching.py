"""Watching a driver: its surroundings before and after, and two answers side by side."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np

from ..model.driver import Effect
from ..model.market import Market


def surroundings(market: Market) -> dict[str, Any]:
    """What a driver must leave as it is, copied."""
    return {
        "the market's years": market.elapsed.copy(),
        "the market's causes": dict(market.mechanisms),
        "the market's anchors": dict(market.anchors),
        "a path of the market": [
            array.copy()
            for stage in market.stages
            if stage.path
            for array in (stage.path.low, stage.path.mode, stage.path.high)
        ],
        "NumPy's global random generator": np.random.get_state(legacy=False),  # noqa: NPY002
        "Python's global random generator": random.getstate(),
        "NumPy's error settings": np.geterr(),
    }


def same(a: Any, b: Any) -> bool:
    """True where two copies of the surroundings, or parts of them, are equal."""
    if isinstance(a, np.ndarray):
        return np.array_equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b)


def at_draws(effects: list[Effect], some: Any) -> list[Effect]:
    """The effects at some of their draws (indices) alone."""
    return [
        replace(e, shift=e.shift[..., some] if e.shift.shape[3] > 1 else e.shift) for e in effects
    ]


def differs(one: list[Effect], other: list[Effect], tolerance: float) -> int | None:
    """The first draw in which two answers differ; None where they agree."""
    if [_heading(effect) for effect in one] != [_heading(effect) for effect in other]:
        return 0
    for a, b in zip(one, other, strict=True):
        if a.shift.shape[:3] != b.shift.shape[:3]:
            return 0
        apart = np.abs(a.shift - b.shift) > tolerance * (1.0 + np.abs(a.shift))
        if apart.any():
            return first_draw(apart)
    return None


def _heading(effect: Effect) -> tuple[str, str, str]:
    return effect.stage, effect.mechanism, effect.drug_class


def first_draw(marked: np.ndarray[Any, np.dtype[np.bool_]]) -> int:
    """Index of the first draw with a mark in (year, region, drug_class, draw)."""
    return int(np.flatnonzero(marked.any(axis=(0, 1, 2)))[0])
