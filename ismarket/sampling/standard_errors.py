"""Standard errors of what is read off draws that come in replicates.

Draws of one replicate are even on purpose, so none is independent of another; the replicates are.
To first order a statistic is a mean over the draws, of values or of their influences (Hampel 1974,
J. Am. Stat. Assoc. 69:383), and that of a mean follows from the sums of whole replicates (Liang &
Zeger 1986, Biometrika 73:13, with clusters that are independent by design):

    SE^2 = G / (G - 1) * sum over G replicates of (sum over its draws of (x - mean))^2 / draws^2

Fewer than FEWEST replicates cannot tell, and every draw counts as if it were independent: since
draws are more even than that, the error is then at most what is said.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from .points import REPLICATE

FEWEST = 8
"""Whole replicates from which an error is read."""


def at_most(draws: int) -> bool:
    """True where so few draws only tell what their errors are at most."""
    return draws < FEWEST * REPLICATE


def deviations(values: Array) -> Array:
    """What each replicate adds to the error of the mean of values (..., draw), (..., replicate)."""
    draws = values.shape[-1]
    first = np.arange(0, draws, 1 if at_most(draws) else REPLICATE)
    apart = values - values.mean(axis=-1, keepdims=True)
    return np.asarray(np.add.reduceat(apart, first, axis=-1) / draws)


def error_of(deviating: Array) -> Array:
    """The standard error (...) of a mean from its deviations (..., replicate); nan for one."""
    count = deviating.shape[-1]
    if count < 2:
        return np.full(deviating.shape[:-1], np.nan)
    return np.asarray(np.sqrt(np.square(deviating).sum(axis=-1) * count / (count - 1)))


def error_of_mean(values: Array) -> Array:
    """Standard error (...) of the mean of values (..., draw), in the order of the draws."""
    return error_of(deviations(values))


def errors_inside(replicates: int, share: float = 0.9) -> float:
    """How many standard errors either way hold the truth in ``share`` of cases (Student 1908)."""
    from scipy.special import stdtrit  # costs more to import than a run

    return float(stdtrit(replicates - 1, (1.0 + share) / 2.0))
