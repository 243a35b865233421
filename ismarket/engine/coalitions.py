"""What any coalition of drivers makes of the market: the growth that attribution is read from.

Coalitions are bit masks of drivers.  Most of them move a slot alike, so a slot is computed once for
each way in which it is moved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, reduce
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array, Scratch
from ..model.links import bound, quotient
from .attribution import MOST_EXACT, sampled_coalitions, sampled_shapley, shapley_weights
from .causes import BOUNDED, RATE, SHARES, Cause, Slot, Weighing, mask
from .funnel import Funnel, Value

AT_ONCE = 64
"""Coalitions whose market value is computed in one go."""
Numbers = NDArray[np.intp]
Asked = range | tuple[int, ...]
"""Coalitions, each a bit mask."""


def carried(funnel: Funnel, value: Value, scratch: Scratch) -> tuple[Array, Array | None]:
    """Log growth that each driver carries, (driver, draw), and its error if orders are sampled."""
    players, plan = len(funnel.plan.drivers), funnel.plan
    compared = Coalitions(funnel, value, scratch)
    exact, seed = players <= MOST_EXACT, plan.scenario.seed
    asked = range(1 << players) if exact else tuple(sampled_coalitions(players, seed=seed))
    batches = [slice(first, first + AT_ONCE) for first in range(0, len(asked), AT_ONCE)]
    if exact:
        weights = shapley_weights(players)
        parts = (weights[:, some] @ compared.log_growth(asked[some]) for some in batches)
        return reduce(np.add, parts), None
    known: dict[int, Array] = {}
    for some in batches:
        known.update(zip(asked[some], compared.log_growth(asked[some]), strict=True))
    return sampled_shapley(players, known.__getitem__, seed=seed)


class Coalitions:
    """The market at the ends of the forecast for any coalition of drivers, for one set of draws.

    Arrays are (end x region, way, draw): one place after the other, so that they stay in cache.
    """

    def __init__(self, funnel: Funnel, value: Value, scratch: Scratch) -> None:
        self._funnel, self._base, self._scratch = funnel, value.base, scratch
        self._regions, self._draws = value.base.rate.shape
        self._ends = len(funnel.ends)
        self._shared, self._bounded = value.shared, value.bounded
        self._own: dict[Slot, list[Cause]] = {}
        for cause in value.own:
            shifts = tuple(self._at_ends(shift) for shift in cause.shifts)
            self._own.setdefault(cause.slot, []).append(Cause(cause.slot, cause.drivers, shifts))

    def _at_ends(self, shift: Array) -> Array:
        """A shift (year, region, draw) at the ends, (end x region, draw)."""
        years = [self._funnel.plan.start + end for end in self._funnel.ends]
        cut = shift if len(shift) == 1 else shift[years]
        full = np.broadcast_to(cut, (self._ends, self._regions, self._draws))
        return full.reshape(-1, self._draws)

    def log_growth(self, coalitions: Asked) -> Array:
        """Log growth over the forecast, (coalition, draw), up to what is the same for all."""
        with np.errstate(divide="ignore", over="ignore", under="ignore", invalid="ignore"):
            spend = self._spend(coalitions)
            factors = [self._factor(s, coalitions) for s in (RATE, *SHARES) if self._moves(s)]
            totals = self._scratch("totals", self._ends, len(coalitions), self._draws)
            totals[...] = 0.0
            value = self._scratch("coalitions", len(coalitions), self._draws)
            more = self._scratch("factors", len(coalitions), self._draws)
            for place in range(self._ends * self._regions):
                end = place // self._regions
                ways, which = spend
                ways[place].take(which, axis=0, out=value, mode="clip")
                for ways, which in factors:
                    ways[place].take(which, axis=0, out=more, mode="clip")
                    value *= more
                totals[end] += value
            np.log(totals, out=totals)
        grown: Array = totals[-1] - totals[0] if self._ends > 1 else np.positive(totals[0])
        return grown

    def _moves(self, slot: Slot) -> bool:
        return slot in self._shared or slot in self._own

    def _factor(self, slot: Slot, coalitions: Asked) -> tuple[Array, Numbers]:
        """What a rate, or a share of patients, multiplies value by, and who takes which way."""
        (ratio,), which = self._ratios((slot,), coalitions)
        if slot in SHARES:
            odds_against = self._base.odds_against[SHARES.index(slot)]
            np.divide(1.0, quotient(self._placed(odds_against), ratio), out=ratio)
        return ratio, which

    def _placed(self, base: Array) -> Array:
        """What is the same at all ends and in all ways, (end x region, 1, draw)."""
        alike = np.ones((self._ends, 1, 1)) * base if self._ends > 1 else base
        return alike.reshape(-1, 1, self._draws)

    def _spend(self, coalitions: Asked) -> tuple[Array, Numbers]:
        """What no rate and no share of patients moves, USD, and who takes which way."""
        base, classes = self._base, range(len(self._base.weight))
        slots = [(stage, c) for c in classes for stage in ("class_mix", "net_cost")]
        moving = tuple(slot for slot in slots if self._moves(slot))
        ratios, which = self._ratios(moving, coalitions)
        by_slot: dict[Slot, Array] = dict(zip(moving, ratios, strict=True))
        spend = self._sum("spend", base.spend, by_slot, ("class_mix", "net_cost"))
        whole = self._sum("weight", base.weight, by_slot, ("class_mix",))
        ways = self._scratch("ways of spending", *np.broadcast_shapes(spend.shape, whole.shape))
        np.divide(spend, whole, out=ways)
        still = base.rate
        for slot, share in zip(SHARES, base.shares, strict=True):
            if not self._moves(slot):
                still = still * share
        ways *= self._placed(still)
        return ways, which

    def _sum(
        self,
        name: str,
        base: Sequence[Array],
        ratios: Mapping[Slot, Array],
        stages: Sequence[str],
    ) -> Array:
        """The sum over the classes of ``base`` times the ratios of its stages, by place and way."""
        moved: Array | None = None
        still: list[Array] = []
        for c, first in enumerate(base):
            factors = [ratios[stage, c] for stage in stages if (stage, c) in ratios]
            if not factors:
                still.append(first)
                continue
            part = self._scratch(f"coalitions' {name} {c}", *factors[0].shape)
            np.multiply(self._placed(first), factors[0], out=part)
            for more in factors[1:]:
                part *= more
            moved = part if moved is None else np.add(moved, part, out=moved)
        if not still:
            assert moved is not None
            return moved
        rest = self._placed(reduce(np.add, still))
        return rest if moved is None else np.add(moved, rest, out=moved)

    def _ratios(self, slots: tuple[Slot, ...], coalitions: Asked) -> tuple[list[Array], Numbers]:
        """exp(shift) of the slots (place, way, draw), and the way of each coalition.

        That of a share comes as one over it.
        """
        weighing, places = self._funnel.weighing, self._ends * self._regions
        own = [self._own.get(slot, []) for slot in slots]
        brought = tuple(self._shared[slot][0] if slot in self._shared else () for slot in slots)
        claimed = tuple(tuple(cause.drivers for cause in each) for each in own)
        ways = ways_of(weighing, brought, claimed, coalitions)
        found = []
        for slot, weights, together, causes in zip(
            slots, ways.weights, ways.together, own, strict=True
        ):
            nothing = np.empty((places, 0, self._draws))
            parts = [self._shared[slot][1] if slot in self._shared else nothing]
            parts += [weighing.combined(causes[i], who)[:, None] for i, who in together]
            shifts = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
            out = self._scratch(f"ways {slot}", places, len(weights), self._draws)
            np.matmul(-weights if slot in SHARES else weights, shifts, out=out)
            if slot[0] in BOUNDED and (causes or slot not in self._bounded):
                bound(out)
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
        which: Numbers,
    ) -> None:
        self.weights, self.together, self.which = weights, together, which


Brought = tuple[tuple[tuple[int, ...], ...], ...]
"""By slot and shift, the drivers that bring it."""


@lru_cache(maxsize=256)
def ways_of(weighing: Weighing, shared: Brought, own: Brought, coalitions: Asked) -> Ways:
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
    weights = [ways[:, first:stop] for first, stop in pairwise(ends)]
    return Ways(weights, together, which.ravel())
