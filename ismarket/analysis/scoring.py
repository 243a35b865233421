"""Scores of a forecast against what came: proper scores and exact bounds of a share.

CRPS and interval score after Gneiting & Raftery (2007, J. Am. Stat. Assoc. 102:359), binomial
bounds after Clopper & Pearson (1934, Biometrika 26:404).
"""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from ..errors import InputError

LEVEL = 0.9
"""Of the central interval that is scored."""


def crps(sample: Array, observed: float) -> float:
    """Continuous ranked probability score of a sample (draw,): smaller is better, its own unit."""
    ordered = np.sort(sample)
    n = len(ordered)
    weight = 2.0 * np.arange(1, n + 1) - n - 1
    spread = float(weight @ ordered) / n**2
    return float(np.abs(ordered - observed).mean()) - spread


def interval(sample: Array, observed: float, level: float = LEVEL) -> tuple[float, bool]:
    """Interval score of the central interval of a sample, and whether it holds the value."""
    low, high = (float(q) for q in np.quantile(sample, [(1 - level) / 2, (1 + level) / 2]))
    miss = max(low - observed, 0.0) + max(observed - high, 0.0)
    return high - low + 2.0 / (1.0 - level) * miss, miss == 0.0


def exact_bounds(successes: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Clopper-Pearson bounds of a share; InputError for more successes than trials."""
    if not 0 <= successes <= trials or trials == 0:
        raise InputError(f"{successes} of {trials} is not a share")
    from scipy.stats import binomtest  # costs more to import than a run

    bounds = binomtest(successes, trials).proportion_ci(level, method="exact")
    return float(bounds.low), float(bounds.high)
