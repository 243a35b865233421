"""Causes: the shifts that drivers bring to each stage, and what any coalition of drivers moves.

Arrays are (year, region, draw); a slot is a stage and, where one drug class alone is moved, its
index.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from types import SimpleNamespace

import numpy as np

from . import links
from .arrays import Array
from .driver import Driver, Effect
from .errors import DriverError, unknown
from .market import BY_CLASS, LINK_OF_STAGE, Market
from .overlap import combine

Slot = tuple[str, int | None]


@dataclass(frozen=True, eq=False)
class Cause:
    """What moves one slot for one reason: the shift that each driver (by index) brings for it.

    ``shared`` says that all of them bring the very same shift, as for causes of the catalogue;
    then ``shifts`` holds it once.
    """

    slot: Slot
    drivers: tuple[int, ...]
    shifts: tuple[Array, ...]
    shared: bool

    def at(self, years: Sequence[int]) -> Cause:
        """The same cause at some of the years, by index."""
        cut = (shift if len(shift) == 1 else shift[years] for shift in self.shifts)
        return Cause(self.slot, self.drivers, tuple(cut), self.shared)


def gather(market: Market, drivers: Sequence[Driver], values: Mapping[str, Array]) -> list[Cause]:
    """The causes that ``drivers`` bring, in the order of stage and mechanism.

    ``values`` holds the drawn parameters by key, each (draw,).  Causes of the catalogue with the
    same slot and claimants act as one, so they are added up at once.  Raises DriverError for an
    effect that does not fit the market.
    """
    draws = max((np.size(value) for value in values.values()), default=1)
    own = _own_effects(market, drivers, values)
    together: dict[tuple[Slot, tuple[int, ...]], list[str]] = {}
    causes = []
    for key, claimants in sorted(_claimed(market, drivers).items()):
        slot = _slot(market, key[1])
        if key in own:
            shift = _mechanism_shift(market, key[1], values, draws)
            own[key] = [*((index, slot[1], shift) for index in claimants), *own[key]]
        elif market.mechanisms[key[1]].follows_path:
            shift = _mechanism_shift(market, key[1], values, draws)
            causes.append(Cause(slot, claimants, (shift,), True))
        else:
            together.setdefault((slot, claimants), []).append(key[1])
    for (slot, claimants), names in together.items():
        shift = market.group(tuple(names)).shift(values, draws)
        causes.append(Cause(slot, claimants, (shift,), True))
    for key in sorted(own):
        causes += _apart(key[0], own[key], len(market.drug_classes))
    return causes


def _claimed(market: Market, drivers: Sequence[Driver]) -> dict[tuple[str, str], tuple[int, ...]]:
    """Which drivers claim each cause that has an effect, by stage and mechanism."""
    claimed: dict[tuple[str, str], tuple[int, ...]] = {}
    for index, driver in enumerate(drivers):
        for name in driver.claims:
            if not market.mechanisms[name].inert:
                key = market.mechanisms[name].stage, name
                claimed[key] = (*claimed.get(key, ()), index)
    return claimed


def _slot(market: Market, mechanism: str) -> Slot:
    found = market.mechanisms[mechanism]
    return found.stage, market.drug_classes.index(found.drug_class) if found.drug_class else None


def _mechanism_shift(market: Market, name: str, values: Mapping[str, Array], draws: int) -> Array:
    mechanism = market.mechanisms[name]
    if mechanism.follows_path:
        return market.stage(mechanism.stage).path_shift(market, values)
    return market.group((name,)).shift(values, draws)


Entry = tuple[int, int | None, Array]
"""A driver's index, the class it moves (None: all) and its shift."""


def _own_effects(
    market: Market, drivers: Sequence[Driver], values: Mapping[str, Array]
) -> dict[tuple[str, str], list[Entry]]:
    """The effects that drivers compute themselves, by stage and mechanism."""
    found: dict[tuple[str, str], list[Entry]] = {}
    for index, driver in enumerate(drivers):
        for number, effect in enumerate(effects_of(market, driver, values)):
            key = effect.stage, effect.mechanism or f"{driver.name}#{number}"
            entries = ((index, c, shift) for c, shift in _by_class(market, effect))
            found.setdefault(key, []).extend(entries)
    return found


def effects_of(market: Market, driver: Driver, values: Mapping[str, Array]) -> list[Effect]:
    """The effects of a driver's own function, each checked against the market's grid."""
    if driver.effects is None:
        return []
    drawn = {p.name: values[p.key][None, None, None, :] for p in driver.parameters}
    effects = list(driver.effects(market, SimpleNamespace(**drawn)))
    for effect in effects:
        _check_effect(market, driver, effect)
    return effects


def _check_effect(market: Market, driver: Driver, effect: Effect) -> None:
    """Refuse what would not be a shift of this market's funnel."""
    who = f"{driver.plugin} {driver.name}".strip()
    if not isinstance(effect, Effect):
        raise DriverError(f"{who}: effects must yield Effect objects, not {type(effect).__name__}")
    if effect.stage not in LINK_OF_STAGE:
        raise DriverError(str(unknown(who, "stage", effect.stage, LINK_OF_STAGE)))
    by_class = effect.stage in BY_CLASS
    if effect.drug_class and (not by_class or effect.drug_class not in market.drug_classes):
        known = market.drug_classes if by_class else ()
        where = f"{who}, {effect.stage}"
        raise DriverError(str(unknown(where, "drug class", effect.drug_class, known)))
    shape = np.shape(effect.shift)
    classes = len(market.drug_classes) if by_class and not effect.drug_class else 1
    allowed = len(market.years), len(market.regions), classes
    if len(shape) != 4 or any(n not in (1, full) for n, full in zip(shape, allowed, strict=False)):
        raise DriverError(
            f"{who}: shift of {effect.stage!r} has shape {shape}; it must broadcast to"
            f" (year, region, drug_class, draw) = {(*allowed, 'draws')}"
        )
    if not np.isfinite(effect.shift).all():
        raise DriverError(f"{who}: shift of {effect.stage!r} is not finite")
    if np.any(effect.shift[0] != 0.0):
        raise DriverError(
            f"{who}: shift of {effect.stage!r} must be exactly 0 in the base year"
            f" {market.base_year}"
        )


def _by_class(market: Market, effect: Effect) -> list[tuple[int | None, Array]]:
    """The effect as shifts (year, region, draw), one for all classes or one for each it names."""
    if effect.drug_class:
        return [(market.drug_classes.index(effect.drug_class), effect.shift[:, :, 0])]
    if effect.shift.shape[links.DRUG_CLASS] == 1:
        return [(None, effect.shift[:, :, 0])]
    return [(c, effect.shift[:, :, c]) for c in range(len(market.drug_classes))]


def _apart(stage: str, entries: Iterable[Entry], classes: int) -> list[Cause]:
    """One cause for each slot; where drivers speak of all classes and of one, all are split."""
    entries = list(entries)
    if len({c is None for _, c, _ in entries}) > 1:
        entries = [
            (driver, each, shift)
            for driver, c, shift in entries
            for each in (range(classes) if c is None else (c,))
        ]
    causes = []
    for slot in dict.fromkeys(c for _, c, _ in entries):
        shifts: dict[int, Array] = {}
        for driver, c, shift in entries:
            if c == slot:
                shifts[driver] = shifts[driver] + shift if driver in shifts else shift
        causes.append(Cause((stage, slot), tuple(shifts), tuple(shifts.values()), False))
    return causes


class Shifts:
    """The shift of every slot for any coalition of drivers, given as a bit mask."""

    def __init__(self, causes: Sequence[Cause], strengths: Sequence[float], rho: float) -> None:
        self._strengths, self._rho = strengths, rho
        self._causes: dict[Slot, list[Cause]] = {}
        for cause in causes:
            self._causes.setdefault(cause.slot, []).append(cause)
        self._members = {slot: self._mask(found) for slot, found in self._causes.items()}
        self._known: dict[tuple[Slot, int], Array | None] = {}

    @staticmethod
    def _mask(causes: Iterable[Cause]) -> int:
        return reduce(int.__or__, (1 << driver for cause in causes for driver in cause.drivers), 0)

    def members(self, *slots: Slot) -> int:
        """The drivers, as a bit mask, that move any of the slots."""
        return reduce(int.__or__, (self._members.get(slot, 0) for slot in slots), 0)

    def of(self, slot: Slot, coalition: int) -> Array | None:
        """Sum of the shifts (year, region, draw) of the slot; None where nothing moves it."""
        key = slot, coalition & self._members.get(slot, 0)
        if key[1] == 0:
            return None
        if key not in self._known:
            found = (self._combined(cause, coalition) for cause in self._causes[slot])
            self._known[key] = reduce(np.add, (part for part in found if part is not None))
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
