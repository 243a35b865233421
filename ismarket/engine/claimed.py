"""The causes of the catalogue that a plan's drivers claim, ready to be moved for many draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

import numpy as np

from ..arrays import Array, Scratch
from ..model.curves import Curves
from ..model.links import LARGEST_SHIFT
from ..model.market import Market
from .causes import SHARES, Claim, Slot, Weighing

Drivers = tuple[int, ...]
"""Drivers by index."""


class Claimed:
    """Causes with an adoption curve, side by side: slot by slot, and in it by who claims them.

    ``years`` are those in which drivers may move the funnel, ``ends`` those at which coalitions are
    compared, both counted from the base year.  ``rows`` says where a parameter stands among values.
    In the ``bounded`` slots no coalition can move farther than LARGEST_SHIFT.
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
        self.groups: dict[Slot, tuple[Drivers, ...]] = {}
        self.bounded: set[Slot] = set()
        self._together = len(years) * len(market.regions)
        everyone = (1 << len(weighing.strengths)) - 1
        for slot, numbered in groupby(enumerate(curved), key=lambda pair: pair[1].slot):
            first = [number for number, _ in numbered]
            columns = slice(first[0], first[-1] + 1)
            self.groups[slot] = groups = tuple(dict.fromkeys(c.drivers for c in curved[columns]))
            factors = [weighing.factor(c.drivers, everyone) for c in curved[columns]]
            weights = np.repeat(factors, curves.terms) * (-1.0 if slot in SHARES else 1.0)
            together = curves.matrix(columns.start, columns.stop, years) * weights
            brings = np.array([[c.drivers == group for c in curved[columns]] for group in groups])
            at_ends = curves.matrix(columns.start, columns.stop, ends)[:, None]
            apart = at_ends * np.repeat(brings, curves.terms, axis=1)
            matrix = np.concatenate([together, apart.reshape(-1, together.shape[1])])
            self._matrices[slot] = columns, matrix
            most = [sum(abs(weighing.strengths[i]) for i in c.drivers) for c in curved[columns]]
            largest = [spread.largest for spread in curves.spreads[columns]]
            if float(np.dot(most, largest)) < LARGEST_SHIFT:
                self.bounded.add(slot)

    def shifts(
        self, values: Array, scratch: Scratch, *, apart: bool
    ) -> tuple[dict[Slot, Array], dict[Slot, Array]]:
        """The shifts of each slot for values (parameter, draw), in arrays of ``scratch``.

        First (year x region, draw) those when everyone acts; that of a share comes with its sign
        turned, since the odds against it are multiplied by the exponential.  Then, if they are
        wanted ``apart``, (end x region, group, draw) those of each group, as they are.
        """
        together: dict[Slot, Array] = {}
        by_group: dict[Slot, Array] = {}
        draws = values.shape[1]
        if not self._matrices:
            return together, by_group
        terms = self._terms(values, scratch)
        for slot, (columns, matrix) in self._matrices.items():
            size = len(matrix) if apart else self._together
            found = scratch(f"shifts {slot}", size, draws)
            np.matmul(matrix[:size], terms[columns].reshape(-1, draws), out=found)
            together[slot] = found[: self._together]
            if apart:
                rest = found[self._together :]
                by_group[slot] = rest.reshape(-1, len(self.groups[slot]), draws)
        return together, by_group

    def _terms(self, values: Array, scratch: Scratch) -> Array:
        """The terms of every cause, (cause, term, draw)."""
        draws = values.shape[1]
        ratio, half_time = (
            values.take(rows, axis=0, out=scratch(name, len(rows), draws), mode="clip")
            for name, rows in (("ratio", self._ratios), ("half time", self._half_times))
        )
        terms = scratch("terms", len(self._ratios), self.curves.terms, draws)
        return self.curves.terms_of(ratio, half_time, terms)
