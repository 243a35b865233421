"""The funnel at work: from drawn parameters and the effects of drivers to market value.

Inside this module the drug class is a list index, so arrays are (year, region, draw).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from . import links
from .arrays import Array
from .contract import guarded_effects
from .driver import Driver, Effect
from .market import BY_CLASS, Market
from .overlap import combine

Slot = tuple[str, int | None]
"""A stage, and the index of the one drug class that is moved or None for all of them."""
REGIONAL_RATES = ("births", "incidence")
REGIONAL_SHARES = ("diagnosed", "treated")


@dataclass(frozen=True, eq=False)
class Cause:
    """What moves one slot for one reason: the shift that each driver (by index) claims for it."""

    slot: Slot
    drivers: tuple[int, ...]
    shifts: tuple[Array, ...]

    @property
    def shared(self) -> bool:
        """True where all drivers claim the very same shift, as for causes of the catalogue."""
        return all(shift is self.shifts[0] for shift in self.shifts)


def gather(market: Market, drivers: Sequence[Driver], values: Mapping[str, Array]) -> list[Cause]:
    """The causes that ``drivers`` bring, in the order of stage and mechanism.

    ``values`` holds the drawn parameters by key, each (draw,).  Raises DriverError for an effect
    that does not fit the market.
    """
    claimed: dict[str, Array] = {}
    found: dict[tuple[str, str], list[tuple[int, int | None, Array]]] = {}
    for index, driver in enumerate(drivers):
        for name in driver.claims:
            mechanism = market.mechanisms[name]
            if mechanism.inert:
                continue
            if name not in claimed:
                claimed[name] = mechanism.shift(market, values)[:, :, 0]
            slot = market.drug_classes.index(mechanism.drug_class) if mechanism.drug_class else None
            found.setdefault((mechanism.stage, name), []).append((index, slot, claimed[name]))
        for number, effect in enumerate(guarded_effects(market, driver, values)):
            key = effect.stage, effect.mechanism or f"{driver.name}#{number}"
            for slot, shift in _by_class(market, effect):
                found.setdefault(key, []).append((index, slot, shift))
    causes = []
    for (stage, _), entries in sorted(found.items(), key=lambda item: item[0]):
        causes += _causes_of(stage, entries, len(market.drug_classes))
    return causes


def _by_class(market: Market, effect: Effect) -> list[tuple[int | None, Array]]:
    """The effect as shifts (year, region, draw), one for all classes or one for each it names."""
    if effect.drug_class:
        return [(market.drug_classes.index(effect.drug_class), effect.shift[:, :, 0])]
    if effect.shift.shape[links.DRUG_CLASS] == 1:
        return [(None, effect.shift[:, :, 0])]
    return [(c, effect.shift[:, :, c]) for c in range(len(market.drug_classes))]


def _causes_of(
    stage: str, entries: list[tuple[int, int | None, Array]], classes: int
) -> list[Cause]:
    """One cause for each slot; where drivers speak of all classes and of one, all are split."""
    if len({slot is None for _, slot, _ in entries}) > 1:
        entries = [
            (driver, c, shift)
            for driver, slot, shift in entries
            for c in (range(classes) if slot is None else (slot,))
        ]
    causes = []
    for slot in dict.fromkeys(slot for _, slot, _ in entries):
        shifts: dict[int, Array] = {}
        for driver, where, shift in entries:
            if where == slot:
                shifts[driver] = shifts[driver] + shift if driver in shifts else shift
        causes.append(Cause((stage, slot), tuple(shifts), tuple(shifts.values())))
    return causes


class Shifts:
    """The shift of every slot for any coalition of drivers, given as a bit mask."""

    def __init__(self, causes: Sequence[Cause], strengths: Sequence[float], rho: float) -> None:
        self._strengths, self._rho = strengths, rho
        self._causes: dict[Slot, list[Cause]] = {}
        for cause in _merged(causes):
            self._causes.setdefault(cause.slot, []).append(cause)
        self._known: dict[tuple[Slot, int], Array | None] = {}

    def members(self, *slots: Slot) -> int:
        """The drivers, as a bit mask, that move any of the slots."""
        drivers = {d for s in slots for cause in self._causes.get(s, ()) for d in cause.drivers}
        return sum(1 << driver for driver in drivers)

    def of(self, slot: Slot, coalition: int) -> Array | None:
        """Sum of the shifts (year, region, draw) of the slot; None where nothing moves it."""
        key = slot, coalition & self.members(slot)
        if key not in self._known:
            parts = [self._combined(cause, coalition) for cause in self._causes.get(slot, ())]
            self._known[key] = _sum(parts)
        return self._known[key]

    def _combined(self, cause: Cause, coalition: int) -> Array | None:
        present = [i for i, driver in enumerate(cause.drivers) if coalition >> driver & 1]
        if not present:
            return None
        strengths = [np.float64(self._strengths[cause.drivers[i]]) for i in present]
        if cause.shared:
            factor = combine([np.asarray(s) for s in strengths], self._rho)
            return cause.shifts[0] if factor == 1.0 else factor * cause.shifts[0]
        scaled = [s * cause.shifts[i] for s, i in zip(strengths, present, strict=True)]
        return combine(scaled, self._rho)


def _merged(causes: Sequence[Cause]) -> list[Cause]:
    """Causes of the catalogue with the same slot and claimants, added up: they act as one."""
    merged: dict[tuple[Slot, tuple[int, ...]], Array] = {}
    apart = []
    for cause in causes:
        if not cause.shared:
            apart.append(cause)
            continue
        key = cause.slot, cause.drivers
        merged[key] = merged[key] + cause.shifts[0] if key in merged else cause.shifts[0]
    together = [Cause(s, d, (shift,) * len(d)) for (s, d), shift in merged.items()]
    return together + apart


def _sum(parts: Sequence[Array | None]) -> Array | None:
    total: Array | None = None
    for part in parts:
        if part is not None:
            total = part if total is None else total + part
    return total


class Funnel:
    """The market value of any coalition of drivers, for one set of draws.

    ``values`` holds the drawn parameters by key, each (draw,).  Values are USD before calibration.
    """

    def __init__(self, market: Market, values: Mapping[str, Array], shifts: Shifts) -> None:
        self._market, self._shifts = market, shifts
        base = {stage.name: self._base(stage.name, values) for stage in market.stages}
        self._incident = base["births"] * base["incidence"]
        self._share = {name: base[name] for name in REGIONAL_SHARES}
        shape = (len(market.regions), len(market.drug_classes), -1)
        mix = base["class_mix"].reshape(shape)
        self._mix = mix / mix.sum(axis=1, keepdims=True)
        self._cost = base["net_cost"].reshape(shape)
        self._people: dict[int, Array] = {}
        self._spend: dict[int, list[Array]] = {}

    def _base(self, name: str, values: Mapping[str, Array]) -> Array:
        stage = self._market.stage(name)
        base: Array
        if stage.path is not None:
            base = stage.path.mode[0][:, None]
        else:
            base = np.stack([values[p.key] for p in stage.parameters])
        return base

    @cached_property
    def _regional(self) -> int:
        return self._shifts.members(*((s, None) for s in REGIONAL_RATES + REGIONAL_SHARES))

    @cached_property
    def _classwise(self) -> int:
        slots = (None, *range(len(self._market.drug_classes)))
        return self._shifts.members(*((s, slot) for s in BY_CLASS for slot in slots))

    def treated(self, coalition: int) -> Array:
        """Treated patients a year, (year, region, draw)."""
        key = coalition & self._regional
        if key not in self._people:
            rate = _sum([self._shifts.of((s, None), key) for s in REGIONAL_RATES])
            people = self._incident[None]
            people = people if rate is None else people * np.exp(rate)
            for name in REGIONAL_SHARES:
                shift = self._shifts.of((name, None), key)
                share = self._share[name][None]
                people = people * (share if shift is None else links.logit(share, shift))
            self._people[key] = people
        return self._people[key]

    def spend(self, coalition: int) -> list[Array]:
        """Net cost per treated patient that falls on each class, USD, each (year, region, draw)."""
        key = coalition & self._classwise
        if key not in self._spend:
            mix = self._class_mix(key)
            self._spend[key] = [
                mix[:, :, c] * self._net_cost(c, key) for c in range(len(self._market.drug_classes))
            ]
        return self._spend[key]

    def _net_cost(self, c: int, coalition: int) -> Array:
        shift = self._class_shift("net_cost", c, coalition)
        cost = self._cost[None, :, c]
        return cost if shift is None else links.log(cost, shift)

    def _class_mix(self, coalition: int) -> Array:
        shifts = [
            self._class_shift("class_mix", c, coalition)
            for c in range(len(self._market.drug_classes))
        ]
        mix: Array = self._mix[None]
        if all(shift is None for shift in shifts):
            return mix
        full = np.broadcast_arrays(*(np.zeros((1, 1, 1)) if s is None else s for s in shifts))
        return links.softmax(mix, np.stack(full, axis=links.DRUG_CLASS))

    def _class_shift(self, stage: str, c: int, coalition: int) -> Array | None:
        return _sum([self._shifts.of((stage, slot), coalition) for slot in (None, c)])

    def total(self, coalition: int) -> Array:
        """Market value of a coalition, (year, draw)."""
        spend = _sum(self.spend(coalition))
        assert spend is not None  # a market has at least one class
        value: Array = (self.treated(coalition) * spend).sum(axis=1)
        return value

    def cells(self, coalition: int) -> Array:
        """Market value by cell, (year, region, drug_class, draw)."""
        treated = self.treated(coalition)
        by_class = np.broadcast_arrays(*(treated * spend for spend in self.spend(coalition)))
        return np.stack(by_class, axis=2)


def at_years(causes: Sequence[Cause], years: Sequence[int]) -> list[Cause]:
    """The causes at some of the years (by index) alone, still shared where they were."""
    cut: dict[int, Array] = {}
    result = []
    for cause in causes:
        for shift in cause.shifts:
            if id(shift) not in cut:
                cut[id(shift)] = shift if shift.shape[0] == 1 else shift[list(years)]
        result.append(Cause(cause.slot, cause.drivers, tuple(cut[id(s)] for s in cause.shifts)))
    return result
