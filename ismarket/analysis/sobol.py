"""Sobol indices of any function of independent inputs, by pick and freeze, with intervals.

Two independent samples A and B; for each group of inputs a third, A with the group's columns
taken from B.  First-order indices after Saltelli et al. (2010, Comput. Phys. Commun. 181:259),
total ones after Jansen (1999, Comput. Phys. Commun. 117:35); intervals by resampling the base
points (Archer, Saltelli & Sobol 1997, J. Stat. Comput. Simul. 58:99).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import Array, Bits
from ..sampling.points import BLOCK, block_points

Values = dict[str, Array]
Function = Callable[[Values], Array]
"""From inputs by name, each (draw,), to one output (draw,)."""
RESAMPLES = 400
INTERVAL = (0.05, 0.95)


@dataclass(frozen=True, eq=False)
class Evaluated:
    """The function at the design: ``a`` and ``b`` (point,), ``swapped`` (group, point)."""

    groups: tuple[str, ...]
    a: Array
    b: Array
    swapped: Array


@dataclass(frozen=True, eq=False)
class Indices:
    """Shares of the variance by group, each (group,), with the resampled values (resample, group).

    ``first`` is the share that knowing the group alone would take away, ``total`` the share that
    would stay if all but the group were known.
    """

    groups: tuple[str, ...]
    first: Array
    total: Array
    first_resampled: Array
    total_resampled: Array

    def interval(self, which: str) -> tuple[Array, Array]:
        """Ends (group,) that hold 9 in 10 resampled values of ``first`` or ``total``."""
        low, high = np.quantile(getattr(self, f"{which}_resampled"), INTERVAL, axis=0)
        return low, high

    def places(self) -> list[tuple[int, int]]:
        """The best and the worst place by ``total`` that each group may hold.

        A group stands above another only where 19 in 20 resamples say so.
        """
        totals = self.total_resampled
        apart = [np.quantile(total[:, None] - totals, 0.05, axis=0) for total in totals.T]
        surely_above = np.array(apart).reshape(len(self.groups), -1) > 0
        best = 1 + surely_above.sum(axis=0)
        worst = len(self.groups) - surely_above.sum(axis=1)
        return [(int(b), int(w)) for b, w in zip(best, worst, strict=True)]


def sample(keys: Sequence[str], points: int, seed: int) -> tuple[Bits, Bits]:
    """Two independent samples (key, point) of the unit cube, as 32-bit integers.

    Column i of the first and column i of the second have Sobol dimensions of their own.
    """
    both = [*(f"a:{key}" for key in keys), *(f"b:{key}" for key in keys)]
    dimensions = {key: index for index, key in enumerate(both)}
    blocks = [
        block_points(both, dimensions, seed=seed, block=block)
        for block in range(-(-points // BLOCK))
    ]
    drawn = np.concatenate(blocks, axis=1)[:, :points]
    return drawn[: len(keys)], drawn[len(keys) :]


def evaluate_design(
    function: Function,
    a: Values,
    b: Values,
    groups: Mapping[str, Sequence[str]],
    progress: Callable[[float], None] | None = None,
) -> Evaluated:
    """The function at A, at B and at A with each group of inputs from B."""
    exchanged = swapped(function, a, b, list(groups.values()), progress)
    return Evaluated(tuple(groups), function(a), function(b), exchanged)


def swapped(
    function: Function,
    a: Values,
    b: Values,
    sets: Sequence[Sequence[str]],
    progress: Callable[[float], None] | None = None,
) -> Array:
    """The function (set, point) at A with each set of inputs from B.

    ``progress`` is told the share of the sets that is done.
    """
    found = np.empty((len(sets), len(next(iter(a.values())))))
    for row, keys in enumerate(sets):
        found[row] = function({**a, **{key: b[key] for key in keys}})
        if progress:
            progress((row + 1) / len(sets))
    return found


def indices(evaluated: Evaluated, *, resamples: int = RESAMPLES, seed: int = 0) -> Indices:
    """First-order and total indices with their resampled values."""
    middle = (evaluated.a.mean() + evaluated.b.mean()) / 2
    spread = np.concatenate([evaluated.a, evaluated.b]).std() or 1.0
    a, b, swapped = (
        (part - middle) / spread for part in (evaluated.a, evaluated.b, evaluated.swapped)
    )
    first_terms, total_terms = b * (swapped - a), (a - swapped) ** 2 / 2

    def share(weights: Array) -> tuple[Array, Array]:
        """Indices (resample, group) for ``weights`` (resample, point) that sum to one."""
        variance = weights @ ((a**2 + b**2) / 2) - (weights @ ((a + b) / 2)) ** 2
        variance = np.where(variance > 0, variance, 1.0)[:, None]
        return weights @ first_terms.T / variance, weights @ total_terms.T / variance

    first, total = share(np.full((1, len(a)), 1.0 / len(a)))
    resampled = share(resampled_weights(len(a), resamples, seed))
    return Indices(evaluated.groups, first[0], total[0], *resampled)


def resampled_weights(points: int, resamples: int, seed: int) -> Array:
    """How often each base point is drawn again, over all, (resample, point); rows sum to one."""
    stream = np.random.Generator(np.random.PCG64(seed))
    drawn = [np.bincount(stream.integers(0, points, points), minlength=points)
             for _ in range(resamples)]  # fmt: skip
    return np.array(drawn, float) / points
