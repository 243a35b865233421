"""What any coalition of drivers makes of the market: the growth that attribution is read from.

Coalitions are bit masks of drivers.  Most of them move a slot alike, so a slot is computed once for
each way in which it is moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, reduce

import numpy as np
from numpy.typing import NDArray

from .arrays import Array, Scratch
from .attribution import MOST_EXACT, sampled_coalitions, sampled_shapley, shapley_weights
from .causes import RATE, SHARES, Cause, Slot, Weighing, mask
from .funnel import Funnel, Value, bound, quotient

AT_ONCE = 64
"""Coalitions whose market value is computed in one go."""


def carried(funnel: Funnel, value: Value, scratch: Scratch) -> tuple[Array, Array | None]:
    """Log growth that each driver carries, (driver, draw), and its error if orders are sampled."""
    players, plan = len(funnel.plan.drivers), funnel.plan
    compared = Coalitions(funnel, value, scratch)
    exact, seed = players <= MOST_EXACT, plan.scenario.seed
    asked = list(range(1 << players)) if exact else sampled_coalitions(players, seed=seed)
    batches = [asked[first : first + AT_ONCE] for first in range(0, len(asked), AT_ONCE)]
    if exact:
        weights = shapley_weights(players)
        parts = (weights[:, some] @ compared.log_growth(some) for some in batches)
        return reduce(np.add, parts), None
    known: dict[int, Array] = {}
    for some in batches:
        known.update(zip(some, compared.log_growth(some), strict=True))
    return sampled_shapley(players, known.__getitem__, seed=seed)


class Coalitions:
    """The market at the ends of the forecast for any coalition of drivers, for one set of draws."""

    def __init__(self, funnel: Funnel, value: Value, scratch: Scratch) -> None:
        self._funnel, self._base, self._scratch = funnel, value.base, scratch
        self._shape = len(funnel.ends), *value.base.rate.shape
        self._shared = self._shifts_of_the_catalogue(value)
        self._own: dict[Slot, list[Cause]] = {}
        start = funnel.plan.start
        for cause in value.own:
            shifts = tuple(self._at_ends(shift, start) for shift in cause.shifts)
            self._own.setdefault(cause.slot, []).append(Cause(cause.slot, cause.drivers, shifts))

    def _shifts_of_the_catalogue(self, value: Value) -> dict[Slot, list[tuple[tuple[int, ...], Array]]]:
        """By slot, who brings a shift and the shift (year, region, draw) itself."""
        draws = self._shape[-1]
        found: dict[Slot, list[tuple[tuple[int, ...], Array]]] = {}
        for slot, groups in value.claimed.groups.items():
            shifts = self._scratch(f"groups {slot}", len(groups), *self._shape)
            for group, shift in zip(groups, shifts, strict=True):
                terms = value.terms[group.columns].reshape(-1, draws)
                np.matmul(group.matrix, terms, out=shift.reshape(-1, draws))
                found.setdefault(slot, []).append((group.drivers, shift))
        if value.last_births is not None:
            births = self._funnel.births
            weights = births.path_weights(value.last_births, np.empty((3, *self._shape[1:])))
            path = self._funnel.path_at_ends @ weights.reshape(-1, draws)
            shift = np.log(path.reshape(self._shape) / self._funnel.first_births)
            found.setdefault(RATE, []).append((self._funnel.path_drivers, shift))
        return found

    def _at_ends(self, shift: Array, start: int) -> Array:
        years = [start + end for end in self._funnel.ends]
        return np.broadcast_to(shift if len(shift) == 1 else shift[years], self._shape)

    def log_growth(self, coalitions: Sequence[int]) -> Array:
        """Log growth over the forecast, (coalition, draw), up to what is the same for all."""
        some = tuple(coalitions)
        with np.errstate(divide="ignore", over="ignore", under="ignore", invalid="ignore"):
            value = self._spend(some)
            for slot in (RATE, *SHARES):
                if self._moves(slot):
                    value *= self._factor(slot, some)
            value *= self._base.rate
            for slot, share in zip(SHARES, self._base.shares, strict=True):
                if not self._moves(slot):
                    value *= share
            grown: Array = np.log(value.sum(axis=2))
        last: Array = grown[:, -1] - grown[:, 0] if grown.shape[1] > 1 else grown[:, -1]
        return last

    def _moves(self, slot: Slot) -> bool:
        return slot in self._shared or slot in self._own

    def _factor(self, slot: Slot, coalitions: tuple[int, ...]) -> Array:
        """What a rate, or a share of patients, multiplies value by, (coalition, ...)."""
        (ratio,), which = self._ratios((slot,), coalitions)
        if slot in SHARES:
            share = quotient(self._base.shares[SHARES.index(slot)], ratio)
            np.divide(1.0, share, out=ratio)
        out = self._scratch(f"factor {slot}", len(which), *self._shape)
        return ratio.take(which, axis=0, out=out, mode="clip")

    def _spend(self, coalitions: tuple[int, ...]) -> Array:
        """Net cost per treated patient over all classes, USD, (coalition, year, region, draw)."""
        base, classes = self._base, range(len(self._base.weight))
        slots = [(stage, c) for c in classes for stage in ("class_mix", "net_cost")]
        moving = tuple(slot for slot in slots if self._moves(slot))
        ratios, which = self._ratios(moving, coalitions)
        by_slot = dict(zip(moving, ratios, strict=True))
        spend, whole = np.zeros(self._shape), np.zeros(self._shape)
        for c in classes:
            weight, cost = base.weight[c], base.spend[c]
            if ("class_mix", c) in by_slot:
                weight = weight * by_slot["class_mix", c]
                cost = cost * by_slot["class_mix", c]
            if ("net_cost", c) in by_slot:
                cost = cost * by_slot["net_cost", c]
            spend = spend + cost
            whole = whole + weight
        spend /= whole
        if spend.ndim < 4:  # nothing moves it
            spend = spend[None]
        out = self._scratch("value", len(which), *self._shape)
        return spend.take(which, axis=0, out=out, mode="clip")

    def _ratios(
        self, slots: tuple[Slot, ...], coalitions: tuple[int, ...]
    ) -> tuple[list[Array], NDArray[np.intp]]:
        """exp(shift) of the slots (way, year, region, draw), and the way of each coalition.

        That of a share comes as one over it.
        """
        shared = [self._shared.get(slot, []) for slot in slots]
        own = [self._own.get(slot, []) for slot in slots]
        brought = tuple(tuple(drivers for drivers, _ in each) for each in shared)
        claimed = tuple(tuple(cause.drivers for cause in each) for each in own)
        ways = ways_of(self._funnel.weighing, brought, claimed, coalitions)
        found = []
        for slot, weights, together, each, causes in zip(
            slots, ways.weights, ways.together, shared, own, strict=True
        ):
            shifts = [shift for _, shift in each]
            shifts += [self._funnel.weighing.combined(causes[i], who) for i, who in together]
            rows = np.array(shifts).reshape(len(shifts), int(np.prod(self._shape)))
            signed = -weights if slot in SHARES else weights
            out = self._scratch(f"ways {slot}", len(weights), *self._shape)
            np.matmul(signed, rows, out=out.reshape(len(weights), -1))
            bound(out, slot)
            found.append(np.exp(out, out=out))
        return found, ways.which


class Ways:
    """How coalitions move some slots: the distinct ways, and which of them each coalition takes.

    ``weights`` (way, shift) by slot; the shifts are those of the catalogue, then those that own
    causes add up to: ``together`` names by slot the cause and who of its drivers take part.
    """

    def __init__(
        self,
        weights: list[Array],
        together: list[list[tuple[int, int]]],
        which: NDArray[np.intp],
    ) -> None:
        self.weights, self.together, self.which = weights, together, which


Brought = tuple[tuple[tuple[int, ...], ...], ...]
"""By slot and shift, the drivers that bring it."""


@lru_cache(maxsize=256)
def ways_of(
    weighing: Weighing, shared: Brought, own: Brought, coalitions: tuple[int, ...]
) -> Ways:
    """The ways in which the coalitions move slots with these shared and own shifts."""
    columns: list[list[float]] = []
    together: list[list[tuple[int, int]]] = []
    ends = [0]
    for brought, claimed in zip(shared, own, strict=True):
        columns += [[weighing.factor(drivers, c) for c in coalitions] for drivers in brought]
        parts = [
            (i, who)
            for i, drivers in enumerate(claimed)
            for who in dict.fromkeys(c & mask(drivers) for c in coalitions)
            if who
        ]
        columns += [[float(c & mask(claimed[i]) == who) for c in coalitions] for i, who in parts]
        together.append(parts)
        ends.append(len(columns))
    table = np.array(columns).reshape(len(columns), len(coalitions)).T
    ways, which = np.unique(table, axis=0, return_inverse=True)
    weights = [ways[:, first:stop] for first, stop in zip(ends, ends[1:], strict=False)]
    return Ways(weights, together, which.ravel())
