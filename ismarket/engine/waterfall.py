"""The waterfall: from people to courses and units, to list value, less rebates, to net value.

Each step follows from the one before by a stage of the market's chain, whatever it is called.  It
counts bottom-up, in the dollars of the forecast; the last step scales the count to the forecast's
own value, so that what is printed of list value and rebates is never more than was counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ..arrays import Array, Columns
from ..errors import check_known
from ..model.market import Market
from ..model.stage import Stage
from ..sampling.points import BLOCK
from ..text.sheet import Sheet, Table, columns_of, framed_by, shown_by
from ..text.wording import money, money_range, nonzero, number, percent, times
from .findings import caveats
from .roles import SCALING, Staged, staged, summarised

if TYPE_CHECKING:
    from .forecast import Forecast

LIST, REBATES, NET, VALUE = "list", "rebates", "net", "value"
"""The steps of money, by name and role; scaling stands between net and value."""
TITLES = {LIST: "List value", REBATES: "Rebates", NET: "Net value", SCALING: "Scaled to the report",
          VALUE: "Forecast"}  # fmt: skip
Units = tuple[tuple[str, ...], ...]
"""What is counted, by region and drug class."""


@dataclass(frozen=True, eq=False)
class WaterfallStep:
    """One step: ``amounts`` (region, drug_class or 1, draw), the reference case first.

    A step before the class mix counts all classes together.  ``name`` is the stage's, or that of
    an amount of money, and ``role`` likewise; ``of_before`` is the amount over that of the step
    before in the reference case, where units add up.
    """

    name: str
    role: str
    title: str
    units: Units
    amounts: Array
    of_before: float | None = None

    @property
    def is_money(self) -> bool:
        """True for dollars, else people or what they use."""
        return self.role in TITLES

    @property
    def unit(self) -> str:
        """The unit of the whole step, empty where regions or classes count different things."""
        found = {unit for row in self.units for unit in row}
        return found.pop() if len(found) == 1 else ""

    def total(self, region: int | None = None, drug_class: int | None = None) -> Array:
        """The sum (draw,) over a region and class, or over all, whatever their units."""
        r, c = (slice(i, None if i is None else i + 1) for i in (region, drug_class))
        found: Array = self.amounts[r, c].sum(axis=(0, 1))
        return found

    def amount(self, region: int | None = None, drug_class: int | None = None) -> Array | None:
        """The same, or None where units do not add up or the step knows no classes yet.

        A mix only splits the step before, so it has amounts by class alone.
        """
        if drug_class is None:
            rows = self.units if region is None else self.units[region : region + 1]
            one_unit = len({unit for row in rows for unit in row}) == 1
            return self.total(region) if one_unit and self.role != "mix" else None
        if self.amounts.shape[1] == 1:
            return None
        alike = len({row[drug_class] for row in self.units}) == 1 or region is not None
        return self.total(region, drug_class) if alike else None


@dataclass(frozen=True, eq=False)
class Waterfall:
    """The steps of a forecast in ``year``; ``dollars`` is the unit of millions."""

    year: int
    dollars: str
    publisher: str
    regions: tuple[str, ...]
    drug_classes: tuple[str, ...]
    steps: tuple[WaterfallStep, ...]
    notices: tuple[str, ...] = ()

    def step(self, name: str) -> WaterfallStep:
        """The step of that name; InputError where the market has none."""
        known = {step.name: step for step in self.steps}
        check_known("waterfall", "step", known, name)
        return known[name]

    def only(self, region: str) -> Waterfall:
        """The waterfall of one region; InputError for one that the market has not."""
        check_known("waterfall", "region", self.regions, region)
        at, steps = self.regions.index(region), list[WaterfallStep]()
        for step in self.steps:
            amounts, share = step.amounts[at : at + 1], None
            if step.of_before is not None:
                share = float(amounts[..., 0].sum() / steps[-1].total()[0])
            units = step.units[at : at + 1]
            steps.append(replace(step, amounts=amounts, units=units, of_before=share))
        return replace(self, regions=(region,), steps=tuple(steps))

    @property
    def people(self) -> tuple[WaterfallStep, ...]:
        """The steps that count people."""
        return tuple(step for step in self.steps if step.role == "people")

    @property
    def counted(self) -> tuple[WaterfallStep, ...]:
        """The steps that count people and what they use."""
        return tuple(step for step in self.steps if not step.is_money)

    @property
    def has_rebates(self) -> bool:
        """True in a market that has a stage of what is kept of the list price."""
        return any(step.name == REBATES for step in self.steps)

    @property
    def factor(self) -> float:
        """What the count is multiplied by to be the forecast, in the reference case."""
        return float(self.step(VALUE).total()[0] / self.step(NET).total()[0])

    def kept(self, region: int | None = None, drug_class: int | None = None) -> float:
        """Net over list value, in the reference case."""
        net, listed = (self.step(name).total(region, drug_class)[0] for name in (NET, LIST))
        return float(net / listed)

    @cached_property
    def columns(self) -> dict[str, Columns]:
        """The steps of the whole market, and each in every region and class, as columns.

        USD, or so many of ``unit``; region and class are empty for all of them.  Rebates are what
        is given back of the list value, above 0.  A step whose units do not add up has no row for
        all of them.
        """
        places = [
            (region, drug_class)
            for region in (None, *range(len(self.regions)))
            for drug_class in (None, *range(len(self.drug_classes)))
        ]
        return {"market": self._rows([(None, None)]), "cells": self._rows(places)}

    def _rows(self, places: list[tuple[int | None, int | None]]) -> Columns:
        return columns_of([
            {
                "step": step.name, "role": step.role, "title": step.title,
                "region": "" if r is None else self.regions[r],
                "drug_class": "" if c is None else self.drug_classes[c],
                "unit": step.units[r or 0][c or 0], **summarised(amount)._asdict(),
            }
            for step in self.steps for r, c in places
            if (amount := step.amount(r, c)) is not None
        ])  # fmt: skip

    frame = framed_by("waterfall", "market")
    __str__, __repr__, _repr_html_, sheet = shown_by(lambda found: sheet(found))


def waterfall_of(forecast: Forecast, year: int, draws: int = BLOCK) -> Waterfall:
    """The waterfall of a forecast in one of its years, over the first of its draws.

    Raises InputError for a year that the forecast has not.
    """
    plan, found = forecast.plan, staged(forecast, (year,), draws)
    steps = [*_counts(found), *_money(found)]
    publisher = plan.anchor.publisher if plan.anchor.published else ""
    market = plan.market
    return Waterfall(
        year, plan.usd("M"), publisher, market.regions, market.drug_classes, tuple(steps),
        tuple(caveats(plan)),
    )  # fmt: skip


def _counts(found: Staged) -> Iterable[WaterfallStep]:
    """People by stage, then what they use: the product of the stages up to each of them."""
    market = found.plan.market
    amounts = np.ones((len(market.regions), 1, found.scale.shape[1]))
    units: Units = ()
    before: Array | None = None
    people = [stage for stage in market.stages if stage.role == "people"]
    for stage in [*people, *(s for s in market.stages if s.role in ("volume", "mix"))]:
        amounts = amounts * found.stages[stage.name][0]
        share = None if before is None else float(amounts[..., 0].sum() / before[..., 0].sum())
        units = _units(stage, amounts.shape, found.plan.market, units)
        yield WaterfallStep(stage.name, stage.role, stage.title, units, amounts, share)
        before = amounts


def _units(stage: Stage, shape: tuple[int, ...], market: Market, before: Units) -> Units:
    """What is counted after a stage, by region and class, in the words of its table.

    So many A, each of B per A, are so many B; a share of A leaves A.
    """
    if stage.counts:
        return ((stage.counts,) * shape[1],) * shape[0]
    if stage.link != "log" and before:
        return tuple((row * shape[1])[: shape[1]] for row in before)
    units = np.array([p.unit.split(" per ")[0] for p in stage.parameters], object)
    regions = len(market.regions) if "region" in stage.by else 1
    rows = np.broadcast_to(units.reshape(regions, -1), shape[:2])
    return tuple(tuple(map(str, row)) for row in rows)


def _money(found: Staged) -> Iterable[WaterfallStep]:
    """List value, rebates if the market has them, net value, and what scales it, USD."""
    roles = [role for role in found.roles if role not in ("net", SCALING)]
    listed = np.prod([found.of(role)[0] for role in roles], axis=0)
    net = listed * found.of("net")[0]
    value = net * found.of(SCALING)[0]
    amounts = {LIST: listed, REBATES: listed - net, NET: net, SCALING: value - net, VALUE: value}
    if "net" not in found.roles:
        del amounts[REBATES]
    if SCALING not in found.roles:
        del amounts[SCALING]
    unit = ((found.plan.usd(),) * listed.shape[1],) * listed.shape[0]
    for name, amount in amounts.items():
        yield WaterfallStep(name, name, TITLES[name], unit, amount)


# the sheet ----------------------------------------------------------------------------------------


def kept_of_list(found: Waterfall) -> str:
    """What is kept of the list value, in one clause."""
    listed, net = (float(found.step(name).total()[0]) for name in (LIST, NET))
    if not found.has_rebates:
        return f"The count is USD {money(net)} at list price, with no rebates in this market"
    return f"Of USD {money(listed)} at list price {money(net)} is kept"


def largest_region(found: Waterfall) -> str:
    """The region with the largest net value: its share of the people and of the money."""
    net = found.step(NET).amounts[..., 0].sum(axis=1)
    largest = int(net.argmax())
    of_money = f"{percent(net[largest] / net.sum())} of the net value"
    if not found.people:
        return f"{found.regions[largest]} has {of_money}"
    people = found.people[-1].amounts[..., 0].sum(axis=1)
    return (
        f"{found.regions[largest]} has {percent(people[largest] / people.sum())} of the people"
        f" and {of_money}"
    )


def scaled(found: Waterfall) -> str:
    """What brings the count to the forecast, in one sentence."""
    if not found.publisher:
        return "The forecast is the count itself; nothing is scaled."
    return (
        f"The forecast multiplies every net value by {times(found.factor)} to meet"
        f" {found.publisher}; list value and rebates are those of the count."
    )


def step_table(found: Waterfall) -> Table:
    """The steps of the whole market."""
    rows = []
    for step in found.steps:
        amount = step.amount()
        if amount is None:
            continue
        ends = summarised(amount)
        digits, unit = (1, 1e6) if step.is_money else (0, 1.0)
        shown = [number(v / unit, digits) for v in (ends.reference, ends.p5, ends.p95)]
        of_before = "" if step.of_before is None else nonzero(step.of_before, 2)
        what = found.dollars if step.is_money else step.unit
        rows.append([step.title, what, shown[0], f"{shown[1]} to {shown[2]}", of_before])
    return Table(["step", "unit", "reference", "9 in 10 draws", "of the step before"], rows, 2)


def place_table(found: Waterfall, regions: bool) -> Table:
    """Each region, or each drug class, in the steps that it has, and all of them together."""
    names = found.regions if regions else found.drug_classes
    places = [(i, None) if regions else (None, i) for i in range(len(names))]
    steps = [s for s in found.steps if s.amount(*places[0]) is not None and s.name != SCALING]
    rows = []
    for name, place in [*zip(names, places, strict=True), ("All", (None, None))]:
        cells = [_cell(step, step.amount(*place)) for step in steps]
        rows.append([name, *cells, percent(found.kept(*place))])
    heads = [f"{step.title}, M" if step.is_money else step.title for step in steps]
    return Table(["region" if regions else "drug class", *heads, "kept"], rows)


def _cell(step: WaterfallStep, amount: Array | None) -> str:
    if amount is None:
        return ""
    return nonzero(amount[0] / 1e6, 1) if step.is_money else number(amount[0], 0)


def sheet(found: Waterfall) -> Sheet:
    """The steps of the market, and the reference case by region and by class."""
    net = summarised(found.step(NET).total())
    return Sheet(
        f"From people to money in {found.year} \N{MIDDLE DOT} {found.dollars}",
        [
            *found.notices,
            f"{kept_of_list(found)}; {money_range(net.p5, net.p95)} in 9 of 10 draws."
            f" {largest_region(found)}.",
            step_table(found),
            place_table(found, regions=True),
            place_table(found, regions=False),
            scaled(found),
        ],
    )
