"""The chain: a market's value as the product of its stages, each moved by its drivers.

    value[t,r,c,d] = product over the stages of stage[t,r,c,d]

before calibration, with the axes year, region, drug class and draw, length 1 where constant.  A
stage is a base b moved by a ratio r, the exponential of a sum of shifts:

    log      b r
    logit    b r / (1 - b + b r)
    softmax  b r / sum over the classes of b r

and never below what its table says.  Which stages a market has, their links, axes and paths, is
its own affair: none is named here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, reduce
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array
from ..model.stage import DRUG_CLASS, REGION, Stage
from .launches import Launched
from .plan import Plan
from .shifts import Bringers, Brought, Move, Shifts

AT_ONCE = 32
"""Coalitions whose market is computed in one go: their arrays stay in cache."""
Ratios = Mapping[int | None, Array]
"""What a stage is multiplied by, (any, region, draw), by drug class; None is all of them alike."""


def moved(stage: Stage, base: Array, ratios: Ratios) -> Array:
    """A stage's base (1, region, drug_class, draw) where it meets its ratios, as (any, ...).

    A base of 0 stays 0 and a share of 1 stays 1 for any finite ratio above 0.
    """
    found = _times(base, ratios)
    if stage.link == "logit" and ratios:
        found /= found + (1.0 - base)
    elif stage.link == "softmax":
        found = found / found.sum(axis=DRUG_CLASS, keepdims=True)
    return found if stage.least is None else np.maximum(found, stage.least)


def _times(base: Array, ratios: Ratios) -> Array:
    """The base times its ratios, class by class where one of them moves a class alone."""
    if not ratios:
        return base
    if list(ratios) == [None]:
        return base * ratios[None][:, :, None]
    shape = np.broadcast_shapes(base[:, :, 0].shape, *(ratio.shape for ratio in ratios.values()))
    found = np.empty((*shape[:2], base.shape[DRUG_CLASS], shape[2]))
    for c in range(base.shape[DRUG_CLASS]):
        parts = [ratios[key] for key in (None, c) if key in ratios]
        found[:, :, c] = base[:, :, c]
        for part in parts:
            found[:, :, c] *= part
    return found


class Compared(NamedTuple):
    """The value of a market for some draws, and its growth by coalition.

    ``value`` (year, region, drug_class, draw) when everyone acts; ``growth`` (coalition, draw) is
    log growth from the first to the last year, up to what is the same for all; ``sold`` (draw,) is
    the part of the last year's value that each launch sells, by name.
    """

    value: Array
    growth: Array
    sold: Mapping[str, Array]


class Chain:
    """The stages of a plan for any draws, with the drivers of every coalition that is asked for.

    Coalitions are bit masks of the plan's drivers; ``overlap`` stands in for the scenario's.
    Values are those of the plan's parameters, (parameter, draw).
    """

    def __init__(
        self, plan: Plan, coalitions: Sequence[int] = (), overlap: float | None = None
    ) -> None:
        self.plan, self.stages = plan, plan.market.stages
        self.coalitions = tuple(coalitions)
        self._rows = {p.key: row for row, p in enumerate(plan.parameters)}
        everyone = (1 << len(plan.drivers)) - 1
        rho = plan.scenario.overlap if overlap is None else overlap
        self._shifts = Shifts(plan, self._rows, (*self.coalitions, everyone), rho)
        self._everyone = (everyone,)
        self._ways = lru_cache(maxsize=None)(self._new_ways)

    def __call__(self, values: Array) -> Array:
        """The value of the market when every driver acts, USD, (year, region, drug_class, draw)."""
        return self._value(values, self._shifts.brought(values))

    def by_stage(self, values: Array) -> dict[str, Array]:
        """Each stage when every driver acts, in its own unit, with the four axes."""
        return self._all(values, self._shifts.brought(values))

    def compared(self, values: Array) -> Compared:
        """The value when everyone acts, and how the market grows by coalition."""
        brought = self._shifts.brought(values)
        value = self._value(values, brought)
        bases = {stage.name: self._base(stage, values) for stage in self.stages}
        batches = [
            self.coalitions[first : first + AT_ONCE]
            for first in range(0, len(self.coalitions), AT_ONCE)
        ]
        growth = [np.log(self._total(some, -1, bases, brought)) for some in batches]
        if self.plan.start:  # a later year than that of the tables: drivers act in it already
            for grown, some in zip(growth, batches, strict=True):
                grown -= np.log(self._total(some, 0, bases, brought))
        return Compared(value, np.concatenate(growth), self._sold(value, brought))

    def _sold(self, value: Array, brought: Brought) -> dict[str, Array]:
        """What each launch sells in the last year when everyone acts, in the unit of value."""
        return {
            name: (value[-1, :, move.drug_class] * part).sum(axis=0)
            for moves in brought.values()
            for move in moves
            if isinstance(move.shifts, Launched)
            for name, part in zip(
                move.shifts.names,
                move.shifts.sales(self._weights(move, self._everyone)[0]),
                strict=True,
            )
        }

    def _base(self, stage: Stage, values: Array) -> Array:
        """The stage before any driver moves it, (1, region or 1, drug_class or 1, draw)."""
        found: Array
        if stage.path is not None:
            found = stage.path.mode[0]
            return found[None, :, None, None]
        found = values[[self._rows[p.key] for p in stage.parameters]]
        classes = len(self.plan.market.drug_classes) if stage.by_class else 1
        return found.reshape(1, -1, classes, values.shape[1])

    # everyone, in every year ------------------------------------------------------------------

    def _value(self, values: Array, brought: Brought) -> Array:
        """The product of all stages in every year of the forecast, with all four axes in full."""
        market = self.plan.market
        found = product(self._all(values, brought).values())
        whole = len(self.plan.years), len(market.regions), len(market.drug_classes), values.shape[1]
        if found.shape != whole:
            found = found * np.ones(whole)
        return found

    def _all(self, values: Array, brought: Brought) -> dict[str, Array]:
        """Every stage with all drivers, (year or 1, region or 1, drug_class or 1, draw)."""
        return {
            stage.name: moved(
                stage,
                self._base(stage, values),
                self._ratios(
                    (move.drug_class, move.ratio(self._weights(move, self._everyone))[0])
                    for move in self._moves(stage, brought)
                ),
            )
            for stage in self.stages
        }

    def _weights(self, move: Move, coalitions: Sequence[int]) -> Array:
        """How much of each of its shifts counts in each coalition, (coalition, bringer)."""
        return np.array([self._shifts.weights(who, coalitions) for who in move.bringers]).T

    @staticmethod
    def _moves(stage: Stage, brought: Brought) -> list[Move]:
        """What moves a stage; a shift of all weights alike moves no share of a whole."""
        moves = brought.get(stage.name, [])
        return [m for m in moves if stage.link != "softmax" or m.drug_class is not None]

    @staticmethod
    def _ratios(moves: Iterable[tuple[int | None, Array]]) -> Ratios:
        """The ratios by drug class; what moves one class twice multiplies."""
        found: dict[int | None, Array] = {}
        for drug_class, ratio in moves:
            found[drug_class] = found[drug_class] * ratio if drug_class in found else ratio
        return found

    # coalitions, at one year ------------------------------------------------------------------

    def _total(
        self, coalitions: tuple[int, ...], year: int, bases: Mapping[str, Array], brought: Brought
    ) -> Array:
        """Value of the market by coalition, (coalition, draw).

        Stages by class are one factor, every other stage is one of its own: most coalitions move a
        factor alike, so it is computed once for each way in which it is moved.
        """
        factors = [[stage] for stage in self.stages if not stage.by_class]
        factors.append([stage for stage in self.stages if stage.by_class])
        total: Array | None = None
        when = slice(year, year + 1 or None)
        for stages in filter(None, factors):
            moves = [self._moves(stage, brought) for stage in stages]
            key = tuple(move.bringers for some in moves for move in some)
            ways, which = self._ways(key, coalitions)
            parts, first = [], 0
            for stage, some in zip(stages, moves, strict=True):
                ratios = []
                for move in some:
                    weights = ways[:, first : first + len(move.bringers)]
                    ratios.append((move.drug_class, move.ratio(weights, when)[:, 0]))
                    first += len(move.bringers)
                parts.append(moved(stage, bases[stage.name], self._ratios(ratios)))
            part = product(parts).sum(axis=DRUG_CLASS)
            part = part[which] if len(part) > 1 else part
            total = part if total is None else total * part
        assert total is not None
        found = total.sum(axis=REGION)
        return np.broadcast_to(found, (len(coalitions), found.shape[-1]))

    def _new_ways(
        self, key: tuple[tuple[Bringers, ...], ...], coalitions: tuple[int, ...]
    ) -> tuple[Array, NDArray[np.intp]]:
        """The ways in which coalitions weigh these shifts, (way, shift), and which each takes."""
        table = [np.zeros(len(coalitions))]  # so that a factor that nobody moves has one way
        table += [np.array(self._shifts.weights(who, coalitions)) for part in key for who in part]
        ways, which = np.unique(np.stack(table, axis=1), axis=0, return_inverse=True)
        return ways[:, 1:], which.ravel()


def people(stages: Sequence[Stage], values: Mapping[str, Array]) -> dict[str, Array]:
    """By stage of role people, how many there are once it has acted, (year, region, draw).

    ``values`` are what ``Chain.by_stage`` gives: the product of those stages up to each of them.
    """
    counted = [stage.name for stage in stages if stage.role == "people"]
    found = accumulate((values[name].sum(axis=DRUG_CLASS) for name in counted), np.multiply)
    return dict(zip(counted, found, strict=True))


def total_of(value: Array) -> Array:
    """The whole market, (year, draw), of its value (year, region, drug_class, draw)."""
    total: Array = value.sum(axis=DRUG_CLASS).sum(axis=REGION)
    return total


def product(parts: Iterable[Array]) -> Array:
    """The product of some stages, those that are constant over most axes first."""
    return reduce(np.multiply, sorted(parts, key=lambda part: part.size))
