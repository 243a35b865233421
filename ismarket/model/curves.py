"""A cause on the grid of a market: its shift by year and region, for many draws at once.

The share that a cause has gained by a given year in a given region depends on its half time alone,
and smoothly.  Written as a power series in the rate 1/half time, the shifts of many causes are one
matrix product of fixed coefficients with the powers of each rate (the series is that of Chebyshev
interpolation: Trefethen 2013, Approximation Theory and Approximation Practice, chapters 3 and 8).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.polynomial.chebyshev import cheb2poly

from ..arrays import Array
from . import adoption
from .cause import EVERYWHERE, Mechanism

NODES = 48
EXACT = 1e-10
"""Largest share of cases by which the series may miss the curve."""


@dataclass(frozen=True, eq=False)
class Spread:
    """Share gained by year after the base year and region, as a series in the rate of adoption.

    ``coefficients`` (term, year, region) are of the powers of the rate, one over the half time in
    years, less ``middle`` and divided by ``half_width``; ``ratio`` and ``half_time`` are parameter
    keys.
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
        start=_by_region(mechanism.share, regions),
        ceiling=_by_region(mechanism.ceiling, regions),
        half_time=1.0 / rate,
    )
    transform = np.cos(np.arange(NODES)[:, None] * angle) * 2.0 / NODES
    transform[0] /= 2.0
    series = np.einsum("kn,yrn->kyr", transform, gained)
    series[:, :, (gained == 0.0).all(axis=(0, 2))] = 0.0
    tail = np.cumsum(np.abs(series).max(axis=(1, 2))[::-1])[::-1]
    terms = 1 if half_time.constant else max(2, int((tail > EXACT).sum()))
    powers = np.tensordot(_as_powers(terms), series[:terms], axes=1)
    powers.flags.writeable = False  # a driver may look at them
    return Spread(mechanism.ratio.key, half_time.key, middle, half_width or 1.0, powers)


@cache
def _as_powers(terms: int) -> Array:
    """Coefficients of the powers (power, polynomial) in the first Chebyshev polynomials."""
    each = np.zeros((terms, terms))
    for term, unit in enumerate(np.eye(terms)):
        polynomial = cheb2poly(unit[: term + 1])
        each[: len(polynomial), term] = polynomial
    return each


def _by_region(shares: Mapping[str, float], regions: tuple[str, ...]) -> Array:
    """Shares (region, 1); a cause with one row for every region has it under EVERYWHERE."""
    return np.array([[shares.get(region, shares.get(EVERYWHERE, 0.0))] for region in regions])


class Curves:
    """Causes on the same grid, read together."""

    def __init__(self, spreads: Sequence[Spread]) -> None:
        self.spreads = tuple(spreads)
        self.terms = max((len(spread.coefficients) for spread in spreads), default=0)
        self._middle = np.array([[spread.middle] for spread in spreads])
        self._half_width = np.array([[spread.half_width] for spread in spreads])
        years, regions = spreads[0].coefficients.shape[1:] if spreads else (0, 0)
        self._coefficients = np.zeros((len(spreads), self.terms, years + 1, regions))
        for own, spread in zip(self._coefficients, spreads, strict=True):
            own[: len(spread.coefficients), 1:] = spread.coefficients  # none by the base year
        self.matrix = cache(self._matrix)

    def terms_of(self, ratio: Array, half_time: Array) -> Array:
        """log(ratio) times the powers of each cause's rate, (cause, term, draw).

        ``ratio`` and ``half_time`` (years) are (cause, draw).
        """
        out = np.empty((len(ratio), self.terms, ratio.shape[1]))
        np.log(ratio, out=out[:, 0])
        rate = (1.0 / half_time - self._middle) / self._half_width
        for term in range(1, self.terms):
            np.multiply(out[:, term - 1], rate, out=out[:, term])
        return out

    def _matrix(self, first: int, stop: int, years: range) -> Array:
        """Coefficients (year x region, cause x term) of some of the causes.

        ``years`` are counted from the base year; there every coefficient is 0.
        """
        found = self._coefficients[first:stop, :, years].transpose(2, 3, 0, 1)
        return found.reshape(len(years) * found.shape[1], -1)

    def shift(self, values: Mapping[str, Array], draws: int) -> Array:
        """Sum of the causes' shifts log(ratio) x share gained, (year, region, draw).

        Exactly 0 in the base year, and in a region in which nothing spreads.
        """
        ratio = np.stack([values[spread.ratio] for spread in self.spreads])
        half_time = np.stack([values[spread.half_time] for spread in self.spreads])
        terms = self.terms_of(ratio, half_time)
        _, _, years, regions = self._coefficients.shape
        matrix = self.matrix(0, len(self.spreads), range(years))
        return (matrix @ terms.reshape(-1, draws)).reshape(years, regions, draws)
