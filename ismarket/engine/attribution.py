"""Attribution: what each driver carries of the growth, by exact Shapley values.

Shapley (1953), A value for n-person games.  Values are of log growth, so contributions add up to
the total in every draw; points and money share it out by the logarithmic mean (Ang 2004, Energy
Policy 32:1131), which adds up too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import accumulate, pairwise

import numpy as np

from ..arrays import Array

Game = Callable[[int], Array]
"""Log growth (draw,) of a coalition, given as a bit mask of drivers."""
MOST_EXACT = 12
PAIRS = 128
"""Antithetic pairs of orders that are sampled beyond MOST_EXACT drivers."""


def exact_shapley(players: int, game: Game) -> Array:
    """Contributions (player, draw): the mean gain over all orders in which players may join."""
    value = np.stack([game(coalition) for coalition in range(1 << players)])
    contributions: Array = np.einsum("pc,cd->pd", shapley_weights(players), value)
    return contributions


@cache
def shapley_weights(players: int) -> Array:
    """What the value of each coalition counts for each player, (player, coalition)."""
    weights = np.zeros((players, 1 << players))
    for player in range(players):
        for coalition in range(1 << players):
            inside = coalition >> player & 1
            others = coalition.bit_count() - inside
            weight = 1.0 / (players * math.comb(players - 1, others))
            weights[player, coalition] = weight if inside else -weight
    return weights


def sampled_shapley(
    players: int, game: Game, *, seed: int, pairs: int = PAIRS
) -> tuple[Array, Array]:
    """Contributions over sampled orders, each with its reverse, and their standard errors.

    Both are (player, draw).  Contributions still add up to the total exactly.  (Mitchell et al.
    2022, JMLR 23:43, antithetic permutation sampling.)
    """
    known: dict[int, Array] = {}

    def value(coalition: int) -> Array:
        if coalition not in known:
            known[coalition] = game(coalition)
        return known[coalition]

    total = np.zeros((players, *value(0).shape))
    squares = np.zeros_like(total)
    for order in _orders(players, seed, pairs):
        pair = np.zeros_like(total)
        for sequence in (order, order[::-1]):
            for player, (before, after) in zip(sequence, pairwise(_joined(sequence)), strict=True):
                pair[player] += (value(after) - value(before)) / 2.0
        total += pair
        squares += pair**2
    mean = total / pairs
    variance = np.maximum(squares / pairs - mean**2, 0.0) * pairs / (pairs - 1)
    return mean, np.sqrt(variance / pairs)


def sampled_coalitions(players: int, *, seed: int, pairs: int = PAIRS) -> list[int]:
    """The coalitions that ``sampled_shapley`` asks for, each once."""
    found = {0: None}
    for order in _orders(players, seed, pairs):
        for sequence in (order, order[::-1]):
            found |= dict.fromkeys(_joined(sequence))
    return list(found)


def _orders(players: int, seed: int, pairs: int) -> Iterator[list[int]]:
    """Random orders in which players may join."""
    orders = np.random.Generator(np.random.PCG64(seed))
    for _ in range(pairs):
        yield [int(player) for player in orders.permutation(players)]


def _joined(sequence: Sequence[int]) -> Iterator[int]:
    """The coalitions as one player after the other joins, from nobody on."""
    return accumulate((1 << player for player in sequence), int.__or__, initial=0)


def growth_share(log_growth: Array, years: int) -> Array:
    """Points of CAGR that one unit of log growth stands for, where the total is ``log_growth``."""
    yearly = log_growth / years
    return _expm1_ratio(yearly) / years


def money_share(log_growth: Array, first: Array) -> Array:
    """Money that one unit of log growth stands for, where ``first`` (USD) grows by the total."""
    return first * _expm1_ratio(log_growth)


def _expm1_ratio(x: Array) -> Array:
    """(exp(x) - 1) / x, and 1 at 0."""
    still = x == 0.0
    ratio: Array = (np.expm1(x) + still) / (x + still)
    return ratio
