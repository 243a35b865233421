"""The causes of the catalogue that a plan's drivers claim, ready to be moved for many draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from .arrays import Array, Scratch
from .causes import SHARES, Claim, Slot, Weighing
from .links import LARGEST_SHIFT
from .market import Market
from .spread import Curves

AT_ONCE = 2048
"""Draws whose curves are read at once: their terms stay in cache until all shifts are made."""


@dataclass(frozen=True, eq=False)
class Group:
    """Causes of one slot that the same drivers claim: columns of the curves, and their matrix.

    ``matrix`` (year x region, cause x term) holds the years at which coalitions are compared.
    """

    drivers: tuple[int, ...]
    columns: slice
    matrix: Array


class Claimed:
    """Causes with an adoption curve, side by side: slot by slot, and in it by who claims them.

    ``years`` are those in which drivers may move the funnel, ``ends`` those at which coalitions are
    compared, both counted from the base year.  ``rows`` says where a parameter stands among values.
    """

    def __init__(
        self,
        market: Market,
        claims: Sequence[Claim],
        weighing: Weighing,
        rows: Mapping[str, int],
        years: Sequence[int],
        ends: Sequence[int],
    ) -> None:
        curved = [c for c in claims if not market.mechanisms[c.name].follows_path]
        curved.sort(key=lambda claim: (str(claim.slot), claim.drivers))
        self.curves = curves = Curves([market.spreads[claim.name] for claim in curved])
        self._ratios = [rows[spread.ratio] for spread in curves.spreads]
        self._half_times = [rows[spread.half_time] for spread in curves.spreads]
        self._matrices: dict[Slot, tuple[slice, Array]] = {}
        self.groups: dict[Slot, list[Group]] = {}
        self.within_bounds: dict[Slot, bool] = {}
        everyone = (1 << len(weighing.strengths)) - 1
        numbered = groupby(enumerate(curved), key=lambda pair: (pair[1].slot, pair[1].drivers))
        for (slot, drivers), pairs in numbered:
            found = [number for number, _ in pairs]
            columns = slice(found[0], found[-1] + 1)
            matrix = curves.matrix(columns.start, columns.stop, ends)
            self.groups.setdefault(slot, []).append(Group(drivers, columns, matrix))
        for slot, groups in self.groups.items():
            columns = slice(groups[0].columns.start, groups[-1].columns.stop)
            factors = [weighing.factor(c.drivers, everyone) for c in curved[columns]]
            weights = np.repeat(factors, curves.terms) * (-1.0 if slot in SHARES else 1.0)
            matrix = curves.matrix(columns.start, columns.stop, years) * weights
            self._matrices[slot] = columns, matrix
            largest = [spread.largest for spread in curves.spreads[columns]]
            self.within_bounds[slot] = float(np.dot(np.abs(factors), largest)) < LARGEST_SHIFT

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The slots in which the causes act."""
        return tuple(self._matrices)

    def shift(
        self,
        values: Array,
        together: Mapping[Slot, Array],
        apart: Mapping[Slot, Array],
        scratch: Scratch,
    ) -> None:
        """Write the shifts of each slot for values (parameter, draw).

        To ``together`` (year x region, draw) those when everyone acts; that of a share comes with
        its sign turned, since the odds against it are multiplied by the exponential.  To ``apart``
        (end x region, group, draw) those of each group, as they are; it may be empty.
        """
        for first in range(0, values.shape[1] if self._matrices else 0, AT_ONCE):
            part = slice(first, first + AT_ONCE)
            some = values[:, part]
            terms = scratch("terms", len(self._ratios), self.curves.terms, some.shape[1])
            self.curves.terms_of(some[self._ratios], some[self._half_times], terms)
            for slot, (columns, matrix) in self._matrices.items():
                factors = terms[columns].reshape(-1, some.shape[1])
                np.matmul(matrix, factors, out=together[slot][:, part])
            for slot, shifts in apart.items():
                for number, group in enumerate(self.groups.get(slot, ())):
                    factors = terms[group.columns].reshape(-1, some.shape[1])
                    np.matmul(group.matrix, factors, out=shifts[:, number, part])
