"""Moves: what each group of drivers brings to each stage, as shifts on its link or as launches.

The causes that the same drivers claim act together, so they are one shift with one weight for each
coalition; drivers that bring numbers of their own for one cause must bring the same.  Whatever a
coalition brings to a stage is then a weighted sum of shifts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, reduce
from typing import NamedTuple

import numpy as np

from ..arrays import Array
from ..errors import InputError
from ..guard.contract import guarded_effects, standing
from ..model.curves import Curves, Spread
from ..model.driver import Driver, Effect
from ..model.launch import Launch, Launched
from ..model.market import Market
from ..model.stage import LARGEST_SHIFT
from .attribution import Drivers, numbered
from .plan import Plan

Target = tuple[str, int | None]
"""What a shift moves: a stage, and in it one drug class (by index) or all of them alike."""
Entry = tuple[int, int | None, Array]
"""A driver's index, the class it moves (None: all) and its shift (year, region, draw)."""
ByClass = dict[int | None, dict[int, Array]]
"""The shifts of one cause by class (None: all) and driver."""
SAME = 1e-9
"""Difference, relative and absolute, up to which two drivers bring the same shift."""
Shift = tuple[Target, Drivers, Array]
"""What is moved, who brings it, and by how much, (year or 1, region or 1, draw or 1)."""
Group = tuple[Target, Drivers, slice, Array]
"""A group of causes that spread: which of the curves are its own, and their coefficients."""


@dataclass(frozen=True, eq=False)
class Shifted:
    """What moves a stage, or one drug class (by index) in it, on its link.

    ``shifts`` are what each of the ``bringers`` brings, (year, region or 1, draw or 1), alike.
    """

    drug_class: int | None
    bringers: tuple[Drivers, ...]
    shifts: Sequence[Array]

    def ratio(self, weights: Array, years: slice = slice(None)) -> Array:
        """The factor on the stage's base, (way, year, region, draw), by weights (way, bringer)."""
        shifts = [shift[years] for shift in self.shifts]
        found: Array
        if len(shifts) == 1:
            found = np.multiply.outer(weights[:, 0], shifts[0])
        else:
            found = weights @ np.stack(shifts).reshape(len(shifts), -1)
        np.clip(found, -LARGEST_SHIFT, LARGEST_SHIFT, out=found)
        return np.exp(found, out=found).reshape(-1, *shifts[0].shape)


Move = Shifted | Launched
Brought = dict[str, list[Move]]
"""By stage what moves it."""


def combine(shifts: Sequence[Array], rho: float) -> Array:
    """One shift from those of several drivers for the same cause, on the link scale.

    ``rho`` in [0, 1]: 1 counts the cause once (the largest shift), 0 counts every driver (the
    sum); between them ``rho * max + (1 - rho) * sum``, positive and negative parts apart.
    """
    if len(shifts) == 1:
        return shifts[0]
    up = [np.maximum(shift, 0.0) for shift in shifts]
    down = [np.minimum(shift, 0.0) for shift in shifts]
    largest: Array = reduce(np.maximum, up) + reduce(np.minimum, down)
    total: Array = reduce(np.add, up) + reduce(np.add, down)
    return rho * largest + (1.0 - rho) * total


def cause_shift(
    market: Market,
    name: str,
    values: Mapping[str, Array],
    draws: int,
    spreads: Mapping[str, Spread] | None = None,
) -> Array:
    """Shift of one cause of the catalogue, (year, region or 1, draw), for values (draw,) by key.

    ``spreads`` are the adoption curves, by default those of the market.
    """
    cause = market.mechanisms[name]
    if cause.kind == "spread":
        return Curves([(spreads or market.spreads)[name]]).shift(values, draws)
    last = np.stack([values[p.key] for p in market.stage(cause.stage).parameters])
    return path_shift(market, cause.stage, last)


def path_shift(market: Market, stage: str, last: Array) -> Array:
    """Log of a stage's path over its value in the base year, (year, region or 1, draw).

    ``last`` (region or 1, draw) is drawn: the stage in the last year of the path's table.
    """
    path = market.stage(stage).path
    if path is None:
        raise InputError(f"stage {stage} has no path to follow")
    found = path.at(last, len(market.years))
    found /= path.mode[0][:, None]
    return np.log(found, out=found)


def causes_of(plan: Plan, driver: Driver) -> set[str]:
    """The causes that a driver brings, by name; an effect without one is its own."""
    with standing(None, watched=False):
        effects = guarded_effects(plan.market, driver, {**plan.modes, **plan.fixed})
    named = {e.mechanism or f"{driver.name}#{i}" for i, e in enumerate(effects)}
    return named | {n for n in driver.claims if not plan.market.mechanisms[n].inert}


def wholly_shared(plan: Plan) -> list[tuple[Driver, list[Driver]]]:
    """The acting drivers each of whose causes others bring as strongly, with those others."""
    strengths = dict(zip(plan.drivers, plan.strengths, strict=True))
    causes = {driver: causes_of(plan, driver) for driver in plan.drivers}
    found = []
    for one in plan.drivers:
        others = [other for other in plan.drivers if causes[other] & causes[one]]
        others = [o for o in others if o is not one and strengths[o] >= strengths[one] > 0]
        if causes[one] and causes[one] <= set().union(*(causes[other] for other in others)):
            found.append((one, others))
    return found if plan.scenario.overlap == 1 else []


class ActingOn(NamedTuple):
    """A driver left out, how many causes with an effect it has, and in whom some of them act on."""

    driver: Driver
    causes: int
    moved: dict[str, list[str]]


def still_acting(plan: Plan, installed: Iterable[Driver]) -> list[ActingOn]:
    """The drivers that are left out and of which some causes act on, by title in other drivers."""
    found = []
    strong = [d for d, s in zip(plan.drivers, plan.strengths, strict=True) if s]
    for driver in installed:
        if driver.name not in plan.scenario.without:
            continue
        causes = [c for name in driver.claims if not (c := plan.market.mechanisms[name]).inert]
        others = {c.title: [d.title for d in strong if c.name in d.claims] for c in causes}
        moved = {title: to for title, to in others.items() if to}
        if moved:
            found.append(ActingOn(driver, len(causes), moved))
    return found


class Shifts:
    """What the drivers of a plan bring, and how much of it counts in which of some coalitions."""

    def __init__(self, plan: Plan, rows: Mapping[str, int], overlap: float) -> None:
        self._plan, self._rows, self._overlap = plan, rows, overlap
        self._strengths = plan.strengths
        acting = {driver.name for driver in plan.drivers}
        self._whose = {c: who for c, who in plan.scenario.claims.items() if who in acting}
        self._computed = any(driver.effects is not None for driver in plan.drivers)
        self._curves = cache(self._curves_of)

    def ways(
        self, bringers: tuple[Drivers, ...], coalitions: tuple[int, ...]
    ) -> tuple[Array, bytes]:
        """The ways in which coalitions weigh shifts, (way, bringer), and which each takes."""
        return _ways(bringers, coalitions, self._strengths, self._overlap)

    def brought(self, values: Array) -> Brought:
        """All that moves in the years of the forecast, for values (parameter, draw) of the plan."""
        own, merged = self.own(values) if self._computed else ([], frozenset())
        found: dict[Target, list[tuple[Drivers, Array]]] = {}
        for target, who, shift in (
            *self._spread(values, merged), *self._paths(values, merged), *own
        ):  # fmt: skip
            found.setdefault(target, []).append((who, shift))
        brought: Brought = {}
        for (stage, chosen), some in found.items():
            bringers, shifts = zip(*some, strict=True)
            alike = np.broadcast_arrays(*shifts) if len(shifts) > 1 else shifts
            brought.setdefault(stage, []).append(Shifted(chosen, bringers, alike))
        for stage, launches in self.launches(values):
            brought.setdefault(stage, []).append(launches)
        return brought

    # the causes of the catalogue --------------------------------------------------------------

    def _spread(self, values: Array, merged: frozenset[str]) -> Iterable[Shift]:
        """The causes that spread: log(ratio) times what the share has gained, summed by group.

        Each group is one product of the coefficients of its curves with the powers of their rates.
        """
        curves, groups = self._curves(merged)
        if not groups:
            return
        ratios, half_times = (
            values[[self._rows[getattr(spread, part)] for spread in curves.spreads]]
            for part in ("ratio", "half_time")
        )
        terms, draws = curves.terms_of(ratios, half_times), values.shape[1]
        shape = len(self._plan.years), len(self._plan.market.regions), draws
        for target, who, part, matrix in groups:
            yield target, who, (matrix @ terms[part].reshape(-1, draws)).reshape(shape)

    def _curves_of(self, merged: frozenset[str]) -> tuple[Curves, list[Group]]:
        """The curves of all causes that spread, and where in them each group stands."""
        names, parts, plan = list[str](), [], self._plan
        for target, by_who in claimed_by(plan.market, plan.drivers, "spread", merged).items():
            for drivers, group in by_who.items():
                parts.append((target, drivers, slice(len(names), len(names) + len(group))))
                names += group
        curves = read_together(tuple(plan.spreads[name] for name in names))
        years = range(plan.start, len(plan.market.years))
        return curves, [
            (target, drivers, part, curves.matrix(part.start, part.stop, years))
            for target, drivers, part in parts
        ]

    def _paths(self, values: Array, merged: frozenset[str]) -> Iterable[Shift]:
        """The causes by which a stage follows its path."""
        market, drivers = self._plan.market, self._plan.drivers
        for target, by_who in claimed_by(market, drivers, "path", merged).items():
            rows = [self._rows[p.key] for p in market.stage(target[0]).parameters]
            shift = path_shift(market, target[0], values[rows])[self._plan.start :]
            for who in by_who:
                yield target, who, shift

    def launches(self, values: Array) -> Iterable[tuple[str, Launched]]:
        """The launches into each drug class, by the stage that they move."""
        market, into = self._plan.market, dict[tuple[str, str], list[tuple[Launch, Drivers]]]()
        for by_who in claimed_by(market, self._plan.drivers, "launch", frozenset()).values():
            for who, names in by_who.items():
                for one in (one for name in names for one in market.mechanisms[name].launches):
                    place = into.setdefault((one.stage, one.drug_class), [])
                    place.append((one, who))
        years = np.array([market.base_year, *self._plan.years], float)
        for (stage, drug_class), some in into.items():
            launches, bringers = zip(*some, strict=True)
            drawn = values[[[self._rows[p.key] for p in one.parameters] for one in launches]]
            chosen = market.drug_classes.index(drug_class)
            yield stage, Launched(chosen, launches, bringers, market.regions, years, drawn)

    # what drivers compute themselves ----------------------------------------------------------

    def own(self, values: Array) -> tuple[list[Shift], frozenset[str]]:
        """What drivers' own functions bring, and the causes of the catalogue that are among it.

        Effects of one stage and mechanism are one cause, also with the catalogue's.  Raises
        InputError for two drivers that bring different numbers for one.
        """
        plan, named = self._plan, dict(zip(self._rows, values, strict=True))
        found: dict[tuple[str, str], list[Entry]] = {}
        for index, driver in enumerate(plan.drivers):
            for number, effect in enumerate(guarded_effects(plan.market, driver, named)):
                if self._whose.get(effect.mechanism, driver.name) != driver.name:
                    continue
                key = effect.stage, effect.mechanism or f"{driver.name}#{number}"
                parts = _by_class(plan.market, effect)
                found.setdefault(key, []).extend((index, c, shift) for c, shift in parts)
        merged = set()
        for index, driver in enumerate(plan.drivers):
            for name in driver.claims:
                cause = plan.market.mechanisms[name]
                if (cause.stage, name) in found and cause.launches:
                    raise InputError(
                        f"a driver shifts {cause.stage} by {name}, which {driver.name} claims as a"
                        " group of launches; give the effect another mechanism, or claim the group"
                    )
                if (cause.stage, name) in found and not cause.inert:
                    shift = cause_shift(plan.market, name, named, values.shape[1], plan.spreads)
                    entry = index, class_of(plan.market, cause.drug_class), shift
                    found[cause.stage, name].insert(0, entry)
                    merged.add(name)
        parted = {key: self._by_driver(entries) for key, entries in sorted(found.items())}
        for key, by_class in parted.items():
            self._one_voice(*key, by_class)
        own = [
            ((stage, chosen), tuple(shifts), shift[self._plan.start :])
            for (stage, _), by_class in parted.items()
            for chosen, shifts in by_class.items()
            for shift in [next(iter(shifts.values()))]  # they all bring the same
            if len(shift) > 1  # else 0 in every year
        ]
        return own, frozenset(merged)

    def _one_voice(self, stage: str, cause: str, by_class: ByClass) -> None:
        """Raise InputError for the first two drivers whose numbers for a cause differ."""
        first, *others = sorted({d for shifts in by_class.values() for d in shifts})
        for other in others:
            for shifts in by_class.values():
                one, second = shifts.get(first), shifts.get(other)
                if one is None or second is None or not np.allclose(one, second, SAME, SAME):
                    names = " and ".join(self._plan.drivers[d].name for d in (first, other))
                    raise InputError(
                        f"drivers {names} bring different numbers for one cause, {cause} of"
                        f" {stage}; leave one out (--without), let both claim one cause, or say"
                        f" whose counts (--claim {cause}={self._plan.drivers[first].name})"
                    )

    def _by_driver(self, entries: Sequence[Entry]) -> ByClass:
        """The shift of each driver for one cause, class by class where any speaks of one class."""
        market = self._plan.market
        if len({c is None for _, c, _ in entries}) > 1:
            classes = range(len(market.drug_classes))
            entries = [(d, e, s) for d, c, s in entries for e in (classes if c is None else (c,))]
        found: dict[int | None, dict[int, Array]] = {}
        for driver, chosen, shift in entries:
            by_driver = found.setdefault(chosen, {})
            by_driver[driver] = by_driver[driver] + shift if driver in by_driver else shift
        return found


@lru_cache(maxsize=64)  # whatever is fixed, and how strong a driver is
def claimed_by(
    market: Market, drivers: tuple[Driver, ...], kind: str, merged: frozenset[str]
) -> dict[Target, dict[Drivers, list[str]]]:
    """The causes of one kind that act, but for the merged ones: by target and who claims."""
    by_name = dict[str, Drivers]()
    for index, driver in enumerate(drivers):
        for name in driver.claims:
            by_name[name] = (*by_name.get(name, ()), index)
    found: dict[Target, dict[Drivers, list[str]]] = {}
    for name in sorted(by_name.keys() - merged):
        cause = market.mechanisms[name]
        if cause.kind == kind and not cause.inert:
            target = cause.stage, class_of(market, cause.drug_class)
            found.setdefault(target, {}).setdefault(by_name[name], []).append(name)
    return found


read_together = lru_cache(maxsize=16)(Curves)
"""The curves of some causes, made once."""


@lru_cache(maxsize=4096)
def _ways(
    bringers: tuple[Drivers, ...],
    coalitions: tuple[int, ...],
    strengths: tuple[float, ...],
    overlap: float,
) -> tuple[Array, bytes]:
    """The same, by the strength of each driver: 0 where nobody who brings a shift is in."""

    def weight(who: Drivers, coalition: int) -> float:
        present = [np.asarray(strengths[d]) for d in who if coalition >> d & 1]
        return float(combine(present, overlap)) if present else 0.0

    return numbered(np.array([[weight(who, c) for who in bringers] for c in coalitions]))


def class_of(market: Market, drug_class: str) -> int | None:
    """The index of a drug class; None for all classes alike."""
    return market.drug_classes.index(drug_class) if drug_class else None


def _by_class(market: Market, effect: Effect) -> list[tuple[int | None, Array]]:
    """The effect as shifts (year, region, draw), one for all classes or one for each it names."""
    if effect.drug_class:
        return [(class_of(market, effect.drug_class), effect.shift[:, :, 0])]
    if effect.shift.shape[2] == 1:
        return [(None, effect.shift[:, :, 0])]
    return [(c, effect.shift[:, :, c]) for c in range(len(market.drug_classes))]
