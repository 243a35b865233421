"""The funnel at work: from drawn parameters and the shifts of drivers to market value.

Inside this module the drug class is a list index, so arrays are (year, region, draw).  Where a
share moves, its odds (1 - share) / share are divided by exp(shift); value is what those quotients,
and the whole of the class weights, are divided into at the end.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from ..arrays import Array, Scratch
from ..model.links import bound, quotient
from .base_year import Base, Start
from .causes import BOUNDED, RATE, SHARES, Cause, Slot, Weighing, claims, own_causes
from .claimed import Claimed, Drivers
from .plan import Plan

Shared = tuple[tuple[Drivers, ...], Array]
"""Who brings each of the catalogue's shifts, and the shifts (end x region, shift, draw)."""


@dataclass(frozen=True, eq=False)
class Value:
    """Market value, before calibration: ``volume`` x ``spend`` of each class, USD.

    ``volume`` (year, region, draw) is treated patients over the whole of class weights, ``spend``
    by class the weight times the net cost, (year or 1, region, draw).  The rest is what coalitions
    are compared by: the base; by slot who brings the catalogue's shifts and the shifts themselves
    (end x region, shift, draw); the slots in which those stay in their bounds; and the drivers'
    own causes.
    """

    volume: Array
    spend: Sequence[Array]
    base: Base
    shared: Mapping[Slot, Shared]
    bounded: Collection[Slot]
    own: Sequence[Cause]

    @property
    def by_class(self) -> list[Array]:
        """Value of each class, (year, region, draw)."""
        return [self.volume * spend for spend in self.spend]

    @property
    def by_region(self) -> Array:
        """Value of each region, (year, region, draw)."""
        found: Array = self.volume * reduce(np.add, sorted(self.spend, key=len))
        return found


class Funnel:
    """The market value of a plan for any draws.  Years are those of the forecast."""

    def __init__(self, plan: Plan, rho: float | None = None) -> None:
        market = plan.market
        self.plan = plan
        self.rows = {p.key: row for row, p in enumerate(plan.parameters)}
        self._start = Start(market, self.rows)
        rho = plan.scenario.overlap if rho is None else rho
        self.weighing = Weighing(plan.strengths, rho)
        self.everyone = (1 << len(plan.drivers)) - 1
        years = range(plan.start, len(market.years))
        self.lead = 1 if plan.start == 0 else 0
        self._moved = years[self.lead :]
        self.ends = [0, len(years) - 1] if plan.start else [len(years) - 1]
        self._claims = claims(market, plan.drivers)
        self._claimed: dict[frozenset[str], Claimed] = {}
        self.births = market.stage("births")
        followed = [c for c in self._claims if market.mechanisms[c.name].follows_path]
        self.path_drivers = followed[0].drivers if followed else ()
        self._path_factor = self.weighing.factor(self.path_drivers, self.everyone)
        if followed:
            self._path = self.births.path_matrix(self._moved)
            at_ends = self.births.path_matrix([years[end] for end in self.ends])
            self._ends_of_path = at_ends / np.tile(self._start.births, (len(self.ends), 1))
        self._own = any(driver.effects is not None for driver in plan.drivers)

    def _known(self, merged: frozenset[str]) -> Claimed:
        """The claimed causes but for those that own effects were merged with."""
        if merged not in self._claimed:
            left = [claim for claim in self._claims if claim.name not in merged]
            ends = [self.plan.start + end for end in self.ends]
            self._claimed[merged] = Claimed(
                self.plan.market, left, self.weighing, self.rows, self._moved, ends
            )
        return self._claimed[merged]

    def value(
        self, values: Array, scratch: Scratch | None = None, *, compared: bool = False
    ) -> Value:
        """The value of the market for values (parameter, draw), in the order of the plan.

        Arrays of ``scratch`` are used again: what comes back is good until the next call.  Only
        what is ``compared`` holds the shared shifts that coalitions are read from.
        """
        scratch = scratch or Scratch()
        own, merged = self._own_causes(values)
        claimed = self._known(merged)
        follows = bool(self.path_drivers) and "births" not in merged
        with np.errstate(divide="ignore", over="ignore", under="ignore", invalid="ignore"):
            base = self._start.base(values, scratch)
            together, apart = claimed.shifts(values, scratch, apart=compared)
            shared: dict[Slot, Shared] = {
                slot: (claimed.groups[slot], apart[slot]) for slot in apart
            }
            if compared and follows:
                shared[RATE] = self._with_path(values, shared.get(RATE), scratch)
            shifts = self._shifts(together, claimed.bounded, values, own, scratch)
            volume = self._volume(values, base, shifts, follows, scratch)
            spend = self._spend(base, shifts, scratch)
        return Value(volume, spend, base, shared, claimed.bounded, own)

    def _with_path(self, values: Array, shared: Shared | None, scratch: Scratch) -> Shared:
        """The shared shifts of the rate, and as their last that of births along their path.

        It is the log of births at the ends over those of the base year.
        """
        last = values[self._start.rows["births"]]
        weights = self.births.path_weights(last, scratch("path", 3, *last.shape))
        path = self._ends_of_path @ weights.reshape(-1, last.shape[1])
        drivers = (*(shared[0] if shared else ()), self.path_drivers)
        found = scratch("shared rate", len(path), len(drivers), last.shape[1])
        if shared:
            found[:, :-1] = shared[1]
        np.log(path, out=found[:, -1])
        return drivers, found

    def _own_causes(self, values: Array) -> tuple[list[Cause], frozenset[str]]:
        if not self._own:
            return [], frozenset()
        named: Mapping[str, Array] = dict(zip(self.rows, values, strict=True))
        return own_causes(self.plan.market, self.plan.drivers, named)

    def _shifts(
        self,
        shifts: dict[Slot, Array],
        bounded: Collection[Slot],
        values: Array,
        own: Sequence[Cause],
        scratch: Scratch,
    ) -> dict[Slot, Array]:
        """exp(shift) of every slot that moves, one over it for a share, (year, region, draw)."""
        regions, draws = len(self.plan.market.regions), values.shape[1]
        shape = len(self._moved), regions, draws
        for slot in {cause.slot: None for cause in own if cause.slot not in shifts}:
            shifts[slot] = scratch(f"shifts {slot}", len(self._moved) * regions, draws)
            shifts[slot][...] = 0.0
        ratios = {slot: shift.reshape(shape) for slot, shift in shifts.items()}
        for slot, shift in ratios.items():
            causes = [cause for cause in own if cause.slot == slot]
            for cause in causes:
                moved = self.weighing.combined(cause, self.everyone)[self._moved]
                shift += -moved if slot in SHARES else moved
            if slot[0] in BOUNDED and (causes or slot not in bounded):
                bound(shift)
            np.exp(shift, out=shift)
        return ratios

    def _volume(
        self,
        values: Array,
        base: Base,
        ratios: Mapping[Slot, Array],
        follows: bool,
        scratch: Scratch,
    ) -> Array:
        """Treated patients over the whole of class weights, times what moves all costs alike."""
        lead, regions, draws = self.lead, *base.rate.shape
        volume = scratch("volume", lead + len(self._moved), regions, draws)
        moved = volume[lead:]
        if follows:
            self._follow(values, base, moved, scratch)
            volume[:lead] = base.rate
        else:
            volume[...] = base.rate
        if RATE in ratios:
            moved *= ratios[RATE]
        divisor: Array | None = None
        for slot, share, odds in zip(SHARES, base.shares, base.odds_against, strict=True):
            if slot in ratios:
                volume[:lead] *= share
                divisor = _times(divisor, quotient(odds, ratios[slot]))
            else:
                volume *= share
        mixed = {slot[1]: ratio for slot, ratio in ratios.items() if slot[0] == "class_mix"}
        if mixed:
            volume[:lead] /= base.whole
            divisor = _times(divisor, self._whole(base, mixed, scratch))
        else:
            volume /= base.whole
        if divisor is not None:
            moved /= divisor
        return volume

    def _follow(self, values: Array, base: Base, moved: Array, scratch: Scratch) -> None:
        """Write births along their path times incidence, (year, region, draw), to ``moved``."""
        incidence, last = (values[self._start.rows[stage]] for stage in ("incidence", "births"))
        weights = self.births.path_weights(last, scratch("path", 3, *last.shape))
        alike = self._path_factor == 1.0
        if alike:
            weights *= incidence
        draws = last.shape[1]
        np.matmul(self._path, weights.reshape(-1, draws), out=moved.reshape(-1, draws))
        if not alike:
            moved /= self._start.births
            np.power(moved, self._path_factor, out=moved)
            moved *= base.rate

    def _whole(self, base: Base, mixed: Mapping[int | None, Array], scratch: Scratch) -> Array:
        """The sum of the moved weights of all classes, (year, region, draw)."""
        still = [weight for c, weight in enumerate(base.weight) if c not in mixed]
        parts = [
            np.multiply(ratio, base.weight[c], out=scratch(f"weight {c}", *ratio.shape))
            for c, ratio in mixed.items()
            if c is not None
        ]
        whole = parts[0]
        for part in (*parts[1:], *still):
            whole += part
        return whole

    def _spend(self, base: Base, ratios: Mapping[Slot, Array], scratch: Scratch) -> list[Array]:
        """Weight times net cost of each class, USD, (year or 1, region, draw)."""
        spend = []
        for c, first in enumerate(base.spend):
            moving = [ratios[s, c] for s in ("class_mix", "net_cost") if (s, c) in ratios]
            if not moving:
                spend.append(first[None])
                continue
            cost = scratch(f"cost {c}", self.lead + len(self._moved), *first.shape)
            cost[: self.lead] = first
            np.multiply(first, moving[0], out=cost[self.lead :])
            for more in moving[1:]:
                cost[self.lead :] *= more
            spend.append(cost)
        return spend


def _times(divisor: Array | None, more: Array) -> Array:
    if divisor is None:
        return more
    divisor *= more
    return divisor
