"""Rank correlation between parameters: a Gaussian copula on the unit cube.

A rank correlation rho (Spearman) is reached by normal scores correlated with 2 sin(pi rho / 6)
(Pearson 1907).  Scores are mixed by a lower-triangular factor in the order of the keys, so the
first key of a connected set, and every key outside, keeps its draws to the last bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..arrays import Array, Bits

LEAST_EIGENVALUE = 1e-8
NOTEWORTHY = 1e-6
"""A smaller change of a correlation is rounding, not a repair."""


@dataclass(frozen=True, eq=False)
class Copula:
    """The keys that are correlated, the factor that mixes them, and how far it was repaired.

    ``repaired`` is the largest change of a normal-score correlation that made the matrix positive
    definite; 0 where it was so from the start.
    """

    keys: tuple[str, ...]
    factor: Array
    repaired: float

    def mix(self, points: Bits) -> Bits:
        """Points (key, draw) of independent streams to points that are rank correlated."""
        from scipy.special import ndtr, ndtri  # costs more to import than a run; only if needed

        scores = ndtri((points + 0.5) * 2.0**-32)
        mixed = points.copy()
        for row, weights in enumerate(self.factor):
            if np.count_nonzero(weights) > 1:
                level = ndtr(weights[: row + 1] @ scores[: row + 1])
                mixed[row] = np.minimum(level * 2.0**32, 2.0**32 - 1).astype(np.uint32)
        return mixed


def copula(correlation: Mapping[tuple[str, str], float]) -> Copula | None:
    """The copula of rank correlations by pair of keys; None where all of them are 0.

    Pairs that are not named are uncorrelated.  A matrix that is not positive definite is replaced
    by the nearest one that is.
    """
    wanted = {pair: rho for pair, rho in correlation.items() if rho}
    if not wanted:
        return None
    keys = tuple(sorted({key for pair in wanted for key in pair}))
    matrix = np.eye(len(keys))
    for (first, second), rho in wanted.items():
        i, j = keys.index(first), keys.index(second)
        matrix[i, j] = matrix[j, i] = 2.0 * np.sin(np.pi * rho / 6.0)
    definite = np.linalg.eigvalsh(matrix)[0] >= LEAST_EIGENVALUE
    near = matrix if definite else nearest_correlation(matrix)
    change = float(np.abs(near - matrix).max())
    factor: Array = np.linalg.cholesky(near).astype(float)
    factor[np.abs(factor) < 1e-15] = 0.0
    return Copula(keys, factor, change if change > NOTEWORTHY else 0.0)


def nearest_correlation(matrix: Array, rounds: int = 200) -> Array:
    """The nearest correlation matrix by alternating projections (Higham 2002, IMA J. 22:329)."""
    found, correction = matrix.copy(), np.zeros_like(matrix)
    for _ in range(rounds):
        shifted = found - correction
        values, vectors = np.linalg.eigh(shifted)
        definite = (vectors * np.maximum(values, LEAST_EIGENVALUE)) @ vectors.T
        correction = definite - shifted
        found = definite.copy()
        np.fill_diagonal(found, 1.0)
    values, vectors = np.linalg.eigh(found)
    definite = (vectors * np.maximum(values, LEAST_EIGENVALUE)) @ vectors.T
    scale = 1.0 / np.sqrt(np.diag(definite))
    result: Array = definite * scale[:, None] * scale
    return result
