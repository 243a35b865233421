"""Sobol indices of any function of independent inputs, by pick and freeze, with intervals.

Two independent samples A and B; for each group of inputs a third, A with the group's columns
taken from B.  First-order indices after Saltelli et al. (2010, Comput. Phys. Commun. 181:259),
total ones after Jansen (1999, Comput. Phys. Commun. 117:35); intervals from the replicates of the
base points, to first order in what each adds to an index.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from ..arrays import Array, Bits
from ..sampling.points import BLOCK, block_points, deviations, error_of, errors_inside

Values = dict[str, Array]
Function = Callable[[Values], Array]
"""From inputs by name, each (draw,), to one output (draw,)."""


@dataclass(frozen=True, eq=False)
class Indices:
    """Shares of the variance by group, each (group,), with what replicates add to their errors.

    ``first`` is the share that knowing the group alone would take away, ``total`` the share that
    would stay if all but the group were known; their deviations are (group, replicate).
    """

    groups: tuple[str, ...]
    first: Array
    total: Array
    first_deviations: Array
    total_deviations: Array

    def interval(self, which: str) -> tuple[Array, Array]:
        """Ends (group,) that hold ``first`` or ``total`` in 9 of 10 cases."""
        share, apart = getattr(self, which), getattr(self, f"{which}_deviations")
        reach = errors_inside(apart.shape[1]) * error_of(apart)
        return share - reach, share + reach

    def places(self) -> list[tuple[int, int]]:
        """The best and the worst place by ``total`` that each group may hold.

        A group stands above another only where that is sure in 19 of 20 cases.
        """
        totals, apart = self.total, self.total_deviations
        reach = np.array([error_of(one - apart) for one in apart]).reshape(len(totals), -1)
        surely_above = totals[:, None] - totals > errors_inside(apart.shape[1]) * reach
        best = 1 + surely_above.sum(axis=0)
        worst = len(self.groups) - surely_above.sum(axis=1)
        return [(int(b), int(w)) for b, w in zip(best, worst, strict=True)]


def sample(keys: Sequence[str], points: int, seed: int) -> Iterator[Bits]:
    """Two independent samples (key, point) of the unit cube, as 32-bit integers, one by one.

    Column i of the first and column i of the second have Sobol dimensions of their own.
    """
    both = [[f"{which}:{key}" for key in keys] for which in "ab"]
    dimensions = {key: index for index, key in enumerate(chain(*both))}
    for columns in both:
        blocks = [
            block_points(columns, dimensions, seed=seed, block=block)
            for block in range(-(-points // BLOCK))
        ]
        yield np.concatenate(blocks, axis=1)[:, :points]


def exchange(a: Values, b: Values, keys: Sequence[str]) -> dict[str, Array]:
    """The inputs at A, but some of them at B."""
    return {**a, **{key: b[key] for key in keys}}


def swapped(
    function: Function,
    a: Values,
    b: Values,
    sets: Sequence[Sequence[str]],
    progress: Callable[[float], None] | None = None,
) -> Array:
    """The function (set, point) at A with each set of inputs from B."""
    found = np.empty((len(sets), len(next(iter(a.values())))))
    for row, keys in enumerate(sets):
        found[row] = function(exchange(a, b, keys))
        if progress:
            progress((row + 1) / len(sets))
    return found


def indices(groups: tuple[str, ...], at_a: Array, at_b: Array, exchanged: Array) -> Indices:
    """First-order and total indices, and what each replicate adds to their errors.

    From the function at A and at B (point,), and at A with each group from B (group, point).
    """
    middle, spread = (at_a.mean() + at_b.mean()) / 2, np.concatenate([at_a, at_b]).std() or 1.0
    a, b, swapped = ((part - middle) / spread for part in (at_a, at_b, exchanged))
    square = (a**2 + b**2) / 2  # its mean, the variance, is 1

    def share(terms: Array) -> tuple[Array, Array]:
        """Indices (group,) for terms (group, point), and their deviations (group, replicate)."""
        found = terms.mean(axis=1)
        return found, deviations(terms - found[:, None] * square)

    first, first_deviations = share(b * (swapped - a))
    total, total_deviations = share((a - swapped) ** 2 / 2)
    return Indices(groups, first, total, first_deviations, total_deviations)
