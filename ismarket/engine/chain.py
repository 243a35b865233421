"""The chain: a market's value as the product of its stages, each moved by its drivers.

    value[t,r,c,d] = product over the stages of stage[t,r,c,d]

before calibration, with the axes year, region, drug class and draw, length 1 where constant.  A
stage is a base b moved by a ratio r, the exponential of a sum of shifts:

    log      b r
    logit    b r / (1 - b + b r)
    softmax  b r / sum over the classes of b r

and never below what its table says.  Which stages a market has, their links, axes and paths, is
its own affair: none is named here.

The same law gives the value in every year when everyone acts, and that of one year for every
coalition of drivers, whose first axis is the ways in which coalitions move it (``Varied``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from itertools import accumulate
from operator import add, mul
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from ..arrays import Array
from ..model.launch import Launched
from ..model.stage import DRUG_CLASS, REGION, Stage
from .attribution import Varied
from .plan import Plan
from .shifts import Brought, Move, Shifts

AT_ONCE = 32
"""Coalitions whose market is computed in one go: their arrays stay in cache."""
Number: TypeAlias = Any
"""A factor of the product, (year or 1, region or 1, draw), or Varied by coalition likewise."""
ONE = np.ones((1, 1, 1))
Ratios = Mapping[int | None, Number]
"""What a stage is multiplied by, by drug class; None is all of them alike."""


class Factors(NamedTuple):
    """A stage as a product: what its drug classes have in common, and what each has of its own.

    ``own`` has a number for each class, or one alone that holds for all.
    """

    common: tuple[Number, ...]
    own: tuple[Number, ...]

    @property
    def whole(self) -> Array:
        """The stage with all four axes, where its first one is the year."""
        own = np.stack(np.broadcast_arrays(*self.own), axis=DRUG_CLASS)
        found: Array = product([*(part[:, :, None] for part in self.common), own])
        return found


def moved(stage: Stage, base: Sequence[Array], ratios: Ratios) -> Factors:
    """A stage's base by drug class, each (1, region or 1, draw), where it meets its ratios.

    A base of 0 stays 0 and a share of 1 stays 1 for any finite ratio above 0.
    """
    alike = [ratios[None]] if None in ratios else []
    own = [b * ratios[c] if c in ratios else b for c, b in enumerate(base)]
    common: list[Number] = []
    if stage.link == "log":
        common = alike
    elif stage.link == "logit":
        odds = [product([part, *alike]) for part in own]
        own = [o if o is b else o / (o + (1.0 - b)) for o, b in zip(odds, base, strict=True)]
    else:  # what moves all weights alike moves no share
        common = [1.0 / total(own)]
    if (least := stage.least) is not None:
        own = [np.maximum(product([*common, part]), least) for part in own]
        common = []
    return Factors(tuple(common), tuple(own))


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
        self._batches = [
            tuple(coalitions[first : first + AT_ONCE])
            for first in range(0, len(coalitions), AT_ONCE)
        ]
        self._rows = {p.key: row for row, p in enumerate(plan.parameters)}
        rho = plan.scenario.overlap if overlap is None else overlap
        self._everyone = (1 << len(plan.drivers)) - 1
        self._shifts = Shifts(plan, self._rows, rho)

    def __call__(self, values: Array) -> Array:
        """The value of the market when every driver acts, USD, (year, region, drug_class, draw)."""
        return self._value(values, self._shifts.brought(values))

    def by_stage(self, values: Array) -> dict[str, Array]:
        """Each stage when every driver acts, in its own unit, with the four axes."""
        brought = self._shifts.brought(values)
        return {
            stage.name: self._moved(stage, values, brought, self._by_everyone).whole
            for stage in self.stages
        }

    def compared(self, values: Array) -> Compared:
        """The value when everyone acts, and how the market grows by coalition."""
        brought = self._shifts.brought(values)
        value = self._value(values, brought)
        growth = [self._log_total(values, brought, some, -1) for some in self._batches]
        if self.plan.start:  # a later year than that of the tables: drivers act in it already
            growth = [
                grown - self._log_total(values, brought, some, 0)
                for grown, some in zip(growth, self._batches, strict=True)
            ]
        return Compared(value, np.concatenate(growth), self._sold(value, brought))

    # one stage --------------------------------------------------------------------------------

    def _moved(
        self, stage: Stage, values: Array, brought: Brought, ratio: Callable[[Move], Number]
    ) -> Factors:
        """The stage where it meets what moves it; what moves one class twice multiplies."""
        ratios: dict[int | None, Number] = {}
        for move in brought.get(stage.name, ()):
            which = move.drug_class
            ratios[which] = ratios[which] * ratio(move) if which in ratios else ratio(move)
        return moved(stage, self._base(stage, values), ratios)

    def _base(self, stage: Stage, values: Array) -> list[Array]:
        """The stage before any driver moves it, by drug class or one, (1, region or 1, draw)."""
        if stage.path is not None:
            return [stage.path.mode[0][None, :, None]]
        first = self._rows[stage.parameters[0].key]
        found = values[first : first + len(stage.parameters)]
        classes = len(self.plan.market.drug_classes) if stage.by_class else 1
        found = found.reshape(-1, classes, values.shape[1])
        return [found[None, :, c] for c in range(classes)]

    def _factors(
        self, values: Array, brought: Brought, ratio: Callable[[Move], Number]
    ) -> tuple[list[Number], list[tuple[Number, ...]]]:
        """The factors of the product that all drug classes have in common, and those of each."""
        every = [self._moved(stage, values, brought, ratio) for stage in self.stages]
        common = [number for stage in every for number in stage.common]
        common += [stage.own[0] for stage in every if len(stage.own) == 1]
        return common, list(zip(*(stage.own for stage in every if len(stage.own) > 1), strict=True))

    # everyone in every year, and every coalition in one ---------------------------------------

    def _value(self, values: Array, brought: Brought) -> Array:
        """The product of all stages in every year of the forecast, with all four axes in full."""
        common, own = self._factors(values, brought, self._by_everyone)
        market = self.plan.market
        whole = len(self.plan.years), len(market.regions), len(market.drug_classes), values.shape[1]
        found, alike = np.empty(whole), product([ONE, *common])
        for c in range(len(market.drug_classes)):
            np.multiply(alike, product(own[c]) if own else ONE, out=found[:, :, c])
        return found

    def _log_total(
        self, values: Array, brought: Brought, coalitions: tuple[int, ...], year: int
    ) -> Array:
        """Log of the market's value in the first year (0) or the last (-1), (coalition, draw).

        Up to what is the same for all.  What is the same in all regions multiplies their sum.
        """
        when = slice(year, year + 1 or None)

        def ratio(move: Move) -> Number:
            ways, which = self._shifts.ways(move.bringers, coalitions)
            return Varied(move.ratio(ways, when)[:, 0], which)

        common, own = self._factors(values, brought, ratio)
        one_way = Varied(ONE, bytes(2 * len(coalitions)))
        parts = [one_way, *common, *([total(map(product, own))] if own else [])]
        regional = [part for part in parts if part.shape[REGION] > 1]
        parts = [part for part in parts if part.shape[REGION] == 1]
        if regional:
            parts.append(product(regional).sum(axis=REGION, keepdims=True))
        found: Array = np.log(product(parts)).by_coalition[:, 0]
        return found

    def _sold(self, value: Array, brought: Brought) -> dict[str, Array]:
        """What each launch sells in the last year when everyone acts, in the unit of value."""
        return {
            one.name: (value[-1, :, move.drug_class] * part).sum(axis=0)
            for moves in brought.values()
            for move in moves
            if isinstance(move, Launched)
            for one, part in zip(move.launches, move.sales(self._weights(move)), strict=True)
        }

    def _weights(self, move: Move) -> Array:
        """How much of what it brings counts when everyone acts, (bringer,)."""
        weights: Array = self._shifts.ways(move.bringers, (self._everyone,))[0][0]
        return weights

    def _by_everyone(self, move: Move) -> Array:
        """The factor that it is then, (year, region or 1, draw)."""
        found: Array = move.ratio(self._weights(move)[None])[0]
        return found


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


def product(parts: Iterable[Number]) -> Number:
    """The product of some numbers, those that vary least first."""
    return reduce(mul, sorted(parts, key=lambda part: part.size))


def total(parts: Iterable[Number]) -> Number:
    """Their sum, likewise."""
    return reduce(add, sorted(parts, key=lambda part: part.size))
