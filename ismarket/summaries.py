"""Summaries of draws: mean and quantiles along the last axis."""

from __future__ import annotations

import numpy as np

from .arrays import Array

LEVELS = {"p5": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
INTERVAL = ("p5", "p50", "p95")


def summarise(draws: Array, names: tuple[str, ...] = INTERVAL) -> dict[str, Array]:
    """Mean and the named quantiles over the draws (..., draw); linear between order statistics."""
    levels = [LEVELS[name] for name in names]
    return {"mean": draws.mean(axis=-1), **dict(zip(names, quantiles(draws, levels), strict=True))}


def quantiles(draws: Array, levels: list[float]) -> Array:
    """Quantiles (level, ...) of the draws (..., draw), as Hyndman & Fan 1996 type 7."""
    ordered = np.sort(draws, axis=-1)
    position = np.asarray(levels) * (draws.shape[-1] - 1)
    below = np.floor(position).astype(int)
    above = np.minimum(below + 1, draws.shape[-1] - 1)
    share = position - below
    found: Array = ordered[..., below] * (1 - share) + ordered[..., above] * share
    return np.moveaxis(found, -1, 0)
