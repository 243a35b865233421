"""A cause on the grid of a market: its shift by year and region, for many draws at once.

The share that a cause has gained by a given year in a given region depends on its half time alone,
and smoothly.  Written as a Chebyshev series in the rate 1/half time, the shifts of all causes of a
group are one matrix product of fixed coefficients with a few basis rows for each cause (Trefethen
2013, Approximation Theory and Approximation Practice, chapters 3 and 8).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from . import adoption
from .arrays import Array
from .mechanism import Mechanism

NODES = 48
EXACT = 1e-13
"""Largest share of cases by which the series may miss the curve."""


@dataclass(frozen=True, eq=False)
class Spread:
    """Share gained by year after the base year and region, as a series in the rate of adoption.

    ``coefficients`` (term, year, region); the rate is one over the half time in years, between
    ``middle`` less and plus ``half_width``; ``ratio`` and ``half_time`` are parameter keys.
    """

    ratio: str
    half_time: str
    middle: float
    half_width: float
    coefficients: Array


def spread_of(mechanism: Mechanism, regions: tuple[str, ...], elapsed: Array) -> Spread | None:
    """The mechanism on a grid of regions and years (``elapsed``, the base year left out).

    None where it has no adoption curve or no effect.
    """
    half_time = mechanism.half_time
    if half_time is None or mechanism.inert:
        return None
    slowest, fastest = 1.0 / half_time.high, 1.0 / half_time.low
    angle = np.pi * (np.arange(NODES) + 0.5) / NODES
    middle, half_width = (fastest + slowest) / 2.0, (fastest - slowest) / 2.0
    rate = middle + half_width * np.cos(angle)
    gained = adoption.logistic(
        elapsed[:, None, None],
        start=np.array([mechanism.share[region] for region in regions])[:, None],
        ceiling=np.array([mechanism.ceiling[region] for region in regions])[:, None],
        half_time=1.0 / rate,
    )
    transform = np.cos(np.arange(NODES)[:, None] * angle) * 2.0 / NODES
    transform[0] /= 2.0
    series = np.einsum("kn,yrn->kyr", transform, gained)
    series[:, :, (gained == 0.0).all(axis=(0, 2))] = 0.0
    tail = np.cumsum(np.abs(series).max(axis=(1, 2))[::-1])[::-1]
    terms = 1 if half_time.constant else max(2, int((tail > EXACT).sum()))
    key = half_time.key
    return Spread(mechanism.ratio.key, key, middle, half_width or 1.0, series[:terms])


@dataclass(frozen=True, eq=False)
class Group:
    """Causes that are moved together: their series side by side, (year x region, term x cause)."""

    spreads: tuple[Spread, ...]
    matrix: Array
    shape: tuple[int, int, int]

    def shift(self, values: Mapping[str, Array], draws: int) -> Array:
        """Sum of the causes' shifts log(ratio) x share gained, (year, region, draw).

        Exactly 0 in the base year, and in a region in which nothing spreads.
        """
        terms, years, regions = self.shape
        basis = np.empty((terms, len(self.spreads), draws))
        rate = np.empty((len(self.spreads), draws))
        for row, spread in enumerate(self.spreads):
            np.log(values[spread.ratio], out=basis[0, row])
            np.divide(1.0, values[spread.half_time], out=rate[row])
        at = rate
        at -= self._column("middle")
        at /= self._column("half_width")
        if terms > 1:
            np.multiply(basis[0], at, out=basis[1])
        at *= 2.0
        for term in range(2, terms):
            np.multiply(at, basis[term - 1], out=basis[term])
            basis[term] -= basis[term - 2]
        shift = np.zeros((years + 1, regions, draws))
        flat = basis.reshape(-1, draws)
        np.matmul(self.matrix, flat, out=shift[1:].reshape(-1, draws))
        return shift

    def _column(self, name: str) -> Array:
        return np.array([[getattr(spread, name)] for spread in self.spreads])


def group_of(spreads: tuple[Spread, ...]) -> Group:
    """The group of some causes on the same grid."""
    terms = max(len(spread.coefficients) for spread in spreads)
    _, years, regions = spreads[0].coefficients.shape
    series = np.zeros((terms, len(spreads), years * regions))
    for row, spread in enumerate(spreads):
        series[: len(spread.coefficients), row] = spread.coefficients.reshape(-1, years * regions)
    matrix = series.reshape(-1, years * regions).T.copy()
    return Group(spreads, matrix, (terms, years, regions))
