"""Causes: what moves a stage of the funnel, who claims it, and how much any coalition moves it.

Arrays are (year, region, draw).  A slot is what shifts are summed up in: ``rate`` for all that
multiplies the value of every class alike (births, incidence, the cost of all classes), a share's
stage, or a stage and the index of the one drug class that is moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from ..guard.contract import guarded_effects
from ..model import links
from ..model.curves import Curves
from ..model.driver import Driver, Effect
from ..model.market import BY_CLASS, Market
from .overlap import combine

Slot = tuple[str, int | None]
RATE: Slot = ("rate", None)
SHARES: tuple[Slot, ...] = (("diagnosed", None), ("treated", None))
BOUNDED = ("diagnosed", "treated", "class_mix")
"""Stages whose shifts are kept in bounds: shares, and weights of a whole."""


def slot_of(stage: str, drug_class: int | None) -> Slot:
    """The slot in which a shift of the stage, or of one class of it, is summed up."""
    if stage in ("births", "incidence") or (stage == "net_cost" and drug_class is None):
        return RATE
    return stage, drug_class


@dataclass(frozen=True, eq=False)
class Claim:
    """A cause of the catalogue that has an effect, its slot, and the drivers (by index)."""

    slot: Slot
    name: str
    drivers: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Cause:
    """What moves one slot for one reason: the shift that each driver (by index) brings for it."""

    slot: Slot
    drivers: tuple[int, ...]
    shifts: tuple[Array, ...]

    @property
    def moves(self) -> bool:
        """False where a shift is the same in every year, and so exactly 0."""
        return any(len(shift) > 1 for shift in self.shifts)


@dataclass(frozen=True)
class Weighing:
    """How the shifts of several drivers for one cause count together: strengths and overlap."""

    strengths: tuple[float, ...]
    rho: float

    def factor(self, drivers: Sequence[int], coalition: int) -> float:
        """The factor on a shift that all of these drivers bring alike; 0 if none is in."""
        present = [self.strengths[i] for i in drivers if coalition >> i & 1]
        return float(combine([np.asarray(s) for s in present], self.rho)) if present else 0.0

    def combined(self, cause: Cause, coalition: int) -> Array:
        """The shift of a cause whose drivers each bring their own; at least one is in."""
        pairs = zip(cause.drivers, cause.shifts, strict=True)
        present = [self.strengths[i] * shift for i, shift in pairs if coalition >> i & 1]
        return combine(present, self.rho)


def mask(drivers: Iterable[int]) -> int:
    """The drivers as a bit mask."""
    return sum(1 << driver for driver in set(drivers))


def claims(market: Market, drivers: Sequence[Driver]) -> list[Claim]:
    """The causes of the catalogue that the drivers move, in the order of stage and name."""
    claimed: dict[tuple[str, str], tuple[int, ...]] = {}
    for index, driver in enumerate(drivers):
        for name in driver.claims:
            if not market.mechanisms[name].inert:
                key = market.mechanisms[name].stage, name
                claimed[key] = (*claimed.get(key, ()), index)
    return [
        Claim(slot_of(stage, _class_of(market, name)), name, who)
        for (stage, name), who in sorted(claimed.items())
    ]


def _class_of(market: Market, mechanism: str) -> int | None:
    chosen = market.mechanisms[mechanism].drug_class
    return market.drug_classes.index(chosen) if chosen else None


def mechanism_shift(market: Market, name: str, values: Mapping[str, Array], draws: int) -> Array:
    """Shift of one cause of the catalogue, (year, region, draw), for values by key, (draw,)."""
    mechanism = market.mechanisms[name]
    if mechanism.follows_path:
        return market.stage(mechanism.stage).path_shift(market, values)
    return Curves([market.spreads[name]]).shift(values, draws)


Entry = tuple[int, int | None, Array]
"""A driver's index, the class it moves (None: all) and its shift."""


def own_causes(
    market: Market, drivers: Sequence[Driver], values: Mapping[str, Array]
) -> tuple[list[Cause], frozenset[str]]:
    """The causes that drivers compute themselves, and those of the catalogue among them.

    ``values`` holds the drawn parameters by key, each (draw,).  Effects with the same stage and
    mechanism are one cause, also with the catalogue's.  Raises DriverError for an effect that does
    not fit the market.
    """
    found: dict[tuple[str, str], list[Entry]] = {}
    for index, driver in enumerate(drivers):
        for number, effect in enumerate(guarded_effects(market, driver, values)):
            key = effect.stage, effect.mechanism or f"{driver.name}#{number}"
            entries = ((index, c, shift) for c, shift in _by_class(market, effect))
            found.setdefault(key, []).extend(entries)
    merged = [claim for claim in claims(market, drivers) if found] if found else []
    merged = [c for c in merged if (market.mechanisms[c.name].stage, c.name) in found]
    draws = max((np.size(value) for value in values.values()), default=1)
    for claim in merged:
        shift = mechanism_shift(market, claim.name, values, draws)
        c = _class_of(market, claim.name)
        key = market.mechanisms[claim.name].stage, claim.name
        found[key] = [*((index, c, shift) for index in claim.drivers), *found[key]]
    causes = [
        cause
        for key in sorted(found)
        for cause in _apart(key[0], found[key], len(market.drug_classes))
        if cause.moves
    ]
    return causes, frozenset(claim.name for claim in merged)


def _by_class(market: Market, effect: Effect) -> list[tuple[int | None, Array]]:
    """The effect as shifts (year, region, draw), one for all classes or one for each it names."""
    if effect.drug_class:
        return [(market.drug_classes.index(effect.drug_class), effect.shift[:, :, 0])]
    if effect.shift.shape[links.DRUG_CLASS] == 1:
        return [(None, effect.shift[:, :, 0])]
    return [(c, effect.shift[:, :, c]) for c in range(len(market.drug_classes))]


def _apart(stage: str, entries: Iterable[Entry], classes: int) -> list[Cause]:
    """One cause for each class; where drivers speak of all classes and of one, all are split.

    A shift of the weights of all classes alike moves no share of the mix, and is left out.
    """
    entries = list(entries)
    if len({c is None for _, c, _ in entries}) > 1:
        entries = [
            (driver, each, shift)
            for driver, c, shift in entries
            for each in (range(classes) if c is None else (c,))
        ]
    causes = []
    for chosen in dict.fromkeys(c for _, c, _ in entries):
        if stage in BY_CLASS[:1] and chosen is None:
            continue
        shifts: dict[int, Array] = {}
        for driver, c, shift in entries:
            if c == chosen:
                shifts[driver] = shifts[driver] + shift if driver in shifts else shift
        causes.append(Cause(slot_of(stage, chosen), tuple(shifts), tuple(shifts.values())))
    return causes
