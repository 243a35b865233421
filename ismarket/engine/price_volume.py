"""Price, volume and mix: what each role of stages did to a change of the market's value, exactly.

    change = sum over regions and classes of L(after, before) x log(role after / role before)

with the logarithmic mean L(a, b) = (a - b) / log(a / b) of the value of the cell: the logarithmic
mean Divisia index (Ang 2004, Energy Policy 32:1131), which leaves no residual in any cell or draw.
A cell that is 0 on one side changes by the roles that are 0 there (Ang & Liu 2007, Energy Policy
35:1426).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ..arrays import Array, Columns
from ..errors import InputError
from ..model.stage import PRICE_LEVEL, ROLES
from ..text.sheet import Sheet, Table, by_field, framed_by, shown_by
from ..text.wording import money, number, signed
from .attribution import money_share
from .findings import caveats
from .roles import SCALING, staged, summarised

if TYPE_CHECKING:
    from .forecast import Forecast

TITLES = {
    "people": "People", "volume": "Volume", "mix": "Mix", "price": "Price", "net": "Rebates",
    PRICE_LEVEL: "General prices", SCALING: "Scaling",
}  # fmt: skip
"""What each role is called in a bridge."""
START, END = "start", "end"


@dataclass(frozen=True)
class RoleEffect:
    """One row of a bridge, USD: what a role of stages did, or the value at one of its ends.

    ``region`` and ``drug_class`` are empty for all of them.
    """

    role: str
    title: str
    region: str
    drug_class: str
    reference: float
    mean: float
    p5: float
    p50: float
    p95: float


@dataclass(frozen=True, eq=False)
class PriceVolume:
    """A change of value by role: ``effects`` (role, region, drug_class, draw), USD.

    ``start`` and ``end`` (region, drug_class, draw) are the values that they lead from and to; the
    first draw is the reference case.  ``sides`` name the two, ``dollars`` the unit of millions.
    """

    sides: tuple[str, str]
    dollars: str
    regions: tuple[str, ...]
    drug_classes: tuple[str, ...]
    roles: tuple[str, ...]
    start: Array
    end: Array
    effects: Array
    notices: tuple[str, ...] = ()

    @cached_property
    def whole(self) -> tuple[RoleEffect, ...]:
        """The bridge of the whole market: start, a row a role, end."""
        return self._rows("", "")

    @cached_property
    def columns(self) -> dict[str, Columns]:
        """The bridges as columns, USD: of the market, and by region, drug class and cell."""
        regions, classes = self.regions, self.drug_classes
        places = {
            "market": [("", "")],
            "region": [(region, "") for region in regions],
            "drug_class": [("", drug_class) for drug_class in classes],
            "cells": [(region, drug_class) for region in regions for drug_class in classes],
        }
        return {
            name: by_field(RoleEffect, [row for place in some for row in self._rows(*place)])
            for name, some in places.items()
        }

    def _rows(self, region: str, drug_class: str) -> tuple[RoleEffect, ...]:
        r = slice(None) if not region else [self.regions.index(region)]
        c = slice(None) if not drug_class else [self.drug_classes.index(drug_class)]
        values = {START: self.start, **dict(zip(self.roles, self.effects, strict=True))}
        titles = {START: self.sides[0], **TITLES, END: self.sides[1]}
        return tuple(
            RoleEffect(
                name, titles[name], region, drug_class,
                *summarised(value[r][:, c].sum(axis=(0, 1))),
            )
            for name, value in {**values, END: self.end}.items()
        )  # fmt: skip

    frame = framed_by("price_volume", "market")
    __str__, __repr__, _repr_html_, sheet = shown_by(lambda found: sheet(found))


def price_volume(
    before: Forecast, after: Forecast, first: int | None = None, last: int | None = None
) -> PriceVolume:
    """From ``before`` in the year ``first`` to ``after`` in the year ``last``, by role.

    For one forecast the years are by default its own first and last, for two the last that both
    have.  Raises InputError for a year that is not in a forecast, or markets that differ in
    regions or classes.
    """
    one, two = before.plan.market, after.plan.market
    if (one.regions, one.drug_classes) != (two.regions, two.drug_classes):
        raise InputError(
            f"price, volume and mix: {one.name} and {two.name} differ in regions or classes"
        )
    same = before is after
    common = sorted({*before.years} & {*after.years})
    if not common:
        raise InputError("price, volume and mix: the two forecasts have no year in common")
    first = (common[0] if same else common[-1]) if first is None else first
    last = common[-1] if last is None else last
    if same:
        both = staged(before, (first, last))
        pair = [(both, 0), (both, 1)]
    else:
        pair = [(staged(before, (first,)), 0), (staged(after, (last,)), 0)]
    sides = [{role: found.of(role)[i] for role in found.roles} for found, i in pair]
    draws = min(value.shape[-1] for side in sides for value in side.values())
    start, end = ({role: value[..., :draws] for role, value in side.items()} for side in sides)
    roles = tuple(role for role in (*ROLES, SCALING) if role in start or role in end)
    return PriceVolume(
        _sides(before, after, first, last),
        " and ".join(dict.fromkeys(f.usd("M") for f in (before, after))),
        one.regions, one.drug_classes, roles, *_effects(start, end, roles),
        tuple(dict.fromkeys([*caveats(before.plan), *caveats(after.plan)])),
    )  # fmt: skip


def _effects(
    start: dict[str, Array], end: dict[str, Array], roles: tuple[str, ...]
) -> tuple[Array, Array, Array]:
    """Values before and after, and what each role did, all by region, drug class and draw."""
    one = np.ones_like(next(iter(start.values())))
    factors = np.array([[side.get(role, one) for role in roles] for side in (start, end)])
    values = factors.prod(axis=1)
    zero = factors == 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(zero.any(axis=0), 0.0, np.log(factors[1] / factors[0]))
        effects = logs * money_share(logs.sum(axis=0), values[0])
    gone = zero[0] != zero[1]  # one side is 0 by these roles
    parts = gone.sum(axis=0)
    effects = np.where(parts > 0, gone / np.maximum(parts, 1) * (values[1] - values[0]), effects)
    return values[0], values[1], effects


def _sides(before: Forecast, after: Forecast, first: int, last: int) -> tuple[str, str]:
    if before is after:
        return str(first), str(last)
    names = [f.plan.scenario.name or "scenario" for f in (before, after)]
    if names[0] == names[1]:
        names = ["before", "after"]
    return f"{names[0]}, {first}", f"{names[1]}, {last}"


def bridge_table(effects: tuple[RoleEffect, ...], dollars: str) -> Table:
    """The rows of a bridge in millions, what they are called first."""
    digits = 1 if abs(effects[0].reference) >= 1e7 else 3
    rows = []
    for row in effects:
        show = number if row.role in (START, END) else signed
        ends = f"{show(row.p5 / 1e6, digits)} to {show(row.p95 / 1e6, digits)}"
        rows.append([row.title, show(row.reference / 1e6, digits), ends])
    return Table([dollars, "reference", "9 in 10 draws"], rows)


def sheet(found: PriceVolume) -> Sheet:
    """The bridge of the market in a table, and in words what moved it most."""
    start, *effects, end = found.whole
    change = end.reference - start.reference
    most = max(effects, key=lambda row: abs(row.reference))
    said = (
        f"From USD {money(start.reference)} to {money(end.reference)}, a change of"
        f" {signed(change / 1e6, 1)} M: most by {most.title.lower()},"
        f" {signed(most.reference / 1e6, 1)} M."
    )
    note = (
        "Each row is what its stages did in every region and class, weighed by the logarithmic"
        " mean of the value there; the rows add up in every draw, their quantiles do not."
    )
    return Sheet(
        f"Price, volume and mix · {found.sides[0]} to {found.sides[1]}",
        [*found.notices, said, bridge_table(found.whole, found.dollars), note],
    )
