"""Attribution: what each driver carries of the growth, by Shapley values on log growth.

Shapley (1953), A value for n-person games.  Contributions add up to the total log growth in every
draw, and do not depend on any order; points and money share it out by the logarithmic mean (Ang
2004, Energy Policy 32:1131), which adds up too.

Most coalitions move a stage alike: it is computed once for each way in which it is moved, and a
product of two stages once for each pair of ways that some coalition takes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

from ..arrays import Array

MOST_EXACT = 8
"""Drivers up to which every coalition is compared; beyond, orders are sampled."""
SAMPLED = 384
"""Coalitions that are compared then, about: half as many again as there are of eight drivers."""
FEWEST = 8
"""Pairs of orders that are sampled at least."""
Drivers = tuple[int, ...]
"""Drivers (by index) that bring one shift, alike whoever of them is there."""


@dataclass(frozen=True, eq=False)
class Attribution:
    """The coalitions (bit masks of drivers) that are compared, and how they are weighed.

    Contributions are ``weights`` (driver, coalition) times log growth (coalition, draw).  Where
    orders are sampled, ``pairs`` (pair, driver, coalition) holds what each pair of orders says.
    """

    coalitions: tuple[int, ...]
    weights: Array
    pairs: Array | None = None

    def error(self, growth: Array) -> float:
        """Largest standard error of a contribution to log growth (coalition, draw); 0 if exact."""
        if self.pairs is None:
            return 0.0
        found = self.pairs @ growth
        return float(found.std(axis=0, ddof=1).max() / math.sqrt(len(found)))


def attribution(
    players: int, seed: int, *, exact: int = MOST_EXACT, pairs: int | None = None
) -> Attribution:
    """How so many players are compared: exactly, or beyond ``exact`` over orders that are sampled.

    ``pairs`` of orders are sampled by the seed, as many as SAMPLED coalitions hold unless given.
    """
    if players <= exact:
        return _exact(players)
    return _sampled(players, seed, pairs or _enough(players))


def sampled_orders(players: int, seed: int, count: int | None = None) -> list[list[int]]:
    """Orders in which players may join, as many as are sampled; each counts with its reverse."""
    random = np.random.Generator(np.random.PCG64(seed))
    several = range(count or _enough(players))
    return [[int(player) for player in random.permutation(players)] for _ in several]


def _enough(players: int) -> int:
    """Pairs of orders that SAMPLED coalitions hold, FEWEST at least."""
    return max(FEWEST, round(SAMPLED / (2 * (players - 1))))


@cache
def _exact(players: int) -> Attribution:
    """Every coalition; the weights are the mean over all orders in which drivers may join."""
    inside = np.arange(1 << players) >> np.arange(players)[:, None] & 1
    others = inside.sum(axis=0) - inside
    orders = np.array([math.comb(players - 1, other) for other in range(players)], float)
    weights = (2 * inside - 1) / (players * orders[others])
    return Attribution(tuple(range(1 << players)), weights)


@cache
def _sampled(players: int, seed: int, count: int) -> Attribution:
    """Sampled orders, each with its reverse (Mitchell et al. 2022, JMLR 23:43, antithetic)."""
    both = [(order, order[::-1]) for order in sampled_orders(players, seed, count)]
    number: dict[int, int] = {}
    for order in (order for pair in both for order in pair):
        for coalition in _joined(order):
            number.setdefault(coalition, len(number))
    pairs = np.zeros((count, players, len(number)))
    for weights, pair in zip(pairs, both, strict=True):
        for order in pair:
            for player, (before, after) in zip(order, pairwise(_joined(order)), strict=True):
                weights[player, number[after]] += 0.5
                weights[player, number[before]] -= 0.5
    return Attribution(tuple(number), pairs.mean(axis=0), pairs)


def _joined(order: Iterable[int]) -> Iterable[int]:
    """The coalitions as one driver after the other joins, from nobody on."""
    return accumulate((1 << player for player in order), int.__or__, initial=0)


def growth_share(log_growth: Array, years: int) -> Array:
    """Points of CAGR that one unit of log growth stands for, where the total is ``log_growth``."""
    return _expm1_ratio(log_growth / years) / years


def money_share(log_growth: Array, first: Array) -> Array:
    """Money that one unit of log growth stands for, where ``first`` (USD) grows by the total."""
    return first * _expm1_ratio(log_growth)


def _expm1_ratio(x: Array) -> Array:
    """(exp(x) - 1) / x, and 1 at 0."""
    still = x == 0.0
    ratio: Array = (np.expm1(x) + still) / (x + still)
    return ratio


# numbers that differ by coalition ----------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Varied(NDArrayOperatorsMixin):
    """A number with its ``value`` (way, ...) for each way, and ``which`` each coalition takes.

    ``which`` holds the index of the way by coalition, as ``numbered`` writes it.  One reckons with
    it as with an array, together with others and with arrays (1, ...).
    """

    value: Array
    which: bytes

    def __array_ufunc__(self, function: np.ufunc, _: str, *numbers: Any) -> Varied:
        """The function way by way; of two, for each pair of ways that some coalition takes."""
        values = [number.value if isinstance(number, Varied) else number for number in numbers]
        which = [number.which for number in numbers if isinstance(number, Varied)]
        if len(which) == 1:
            return Varied(function(*values), which[0])
        mine, theirs, joined = _paired(*which)
        return Varied(function(values[0][mine], values[1][theirs]), joined)

    @property
    def shape(self) -> tuple[int, ...]:
        """That of the value."""
        return self.value.shape

    @property
    def size(self) -> int:
        """That of the value."""
        return self.value.size

    @property
    def by_coalition(self) -> Array:
        """The value for each coalition, (coalition, ...)."""
        return self.value[np.frombuffer(self.which, np.uint16)]

    def sum(self, axis: int, keepdims: bool) -> Varied:
        """The sum along an axis of the value."""
        return Varied(self.value.sum(axis=axis, keepdims=keepdims), self.which)


def numbered(rows: NDArray[Any]) -> tuple[NDArray[Any], bytes]:
    """The ways among rows (coalition, ...), and which of them each coalition takes."""
    ways, which = np.unique(rows, axis=0, return_inverse=True)
    return ways, which.astype(np.uint16).tobytes()


@lru_cache(maxsize=4096)
def _paired(one: bytes, other: bytes) -> tuple[Any, Any, bytes]:
    """The pairs of ways that some coalition takes: those of the one, of the other, and which."""
    pairs, which = numbered(np.stack([np.frombuffer(w, np.uint16) for w in (one, other)], axis=1))
    mine, theirs = (  # ways that all stand in their order are a slice: nothing is copied
        slice(None) if not ways.any() or np.array_equal(ways, range(len(ways))) else ways
        for ways in pairs.T.astype(np.intp)
    )
    return mine, theirs, which
