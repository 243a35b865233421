"""A grid of scenarios: some choices with several values each, in all combinations, and weights.

An axis is a choice by its name (anchor, through, without), the strength of a driver
(``strength.NAME``) or a parameter by its key.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from ..errors import InputError, unknown
from ..text.wording import listed
from .choices import Keyed, Names, Real
from .scenario import (
    CHOICES,
    GRID,
    HOW_EXACT,
    PROBABILITY,
    Scenario,
    flat,
    read_scenario,
    spelled,
    unspelled,
)  # fmt: skip

STRENGTH = "strength."
APART = {*HOW_EXACT, "market", "name", "title", "plugins", "pins", "outside"}
"""Choices that a whole grid shares: its draws, its market and what is loaded."""
MOST = 2_000
"""Scenarios of one grid."""


@dataclass(frozen=True)
class GridAxis:
    """A choice with the values it may have, and the probability of each; equal unless said."""

    name: str
    options: tuple[Any, ...]
    probability: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not self.options:
            raise InputError(f"grid {self.name}: give at least one value")
        if len({repr(value) for value in self.options}) < len(self.options):
            raise InputError(f"grid {self.name}: a value is given twice")
        if not self.probability:
            return
        for weight in self.probability:
            Real(0.0, 1.0).check(f"probability {self.name}", weight)
        if len(self.probability) != len(self.options):
            many = f"{len(self.probability)} probabilities for {len(self.options)} values"
            raise InputError(f"probability {self.name}: {many}")
        if not math.isclose(sum(self.probability), 1.0, abs_tol=1e-9):
            raise InputError(
                f"probability {self.name}: the probabilities add up to {sum(self.probability):g},"
                " not to 1"
            )

    @property
    def weights(self) -> tuple[float, ...]:
        """The probability of each value."""
        return self.probability or (1.0 / len(self.options),) * len(self.options)

    @property
    def numeric(self) -> bool:
        """True where every value is a number."""
        return all(isinstance(v, int | float) and not isinstance(v, bool) for v in self.options)

    def label(self, value: Any) -> str:
        """A value in words, as a table has it."""
        if isinstance(CHOICES.get(self.name, CHOICES["anchor"]).kind, Names):
            return f"{self.name} {listed(list(value))}" if value else "nothing left out"
        return f"{value:g}" if isinstance(value, float) else str(value)

    def changes(self, scenario: Scenario, value: Any) -> dict[str, Any]:
        """What a value changes in a scenario."""
        if self.name in CHOICES:
            return {self.name: value}
        if self.name.startswith(STRENGTH):
            return {"strength": {**scenario.strength, self.name.removeprefix(STRENGTH): value}}
        return unspelled("fixed", {**spelled(scenario, "fixed"), self.name: value})


def make_axes(
    values: Mapping[str, Any], probability: Mapping[str, Any] | None = None
) -> tuple[GridAxis, ...]:
    """The axes of a grid from lists by name; InputError for what is no list or no choice."""
    weights = dict(probability or {})
    found = []
    for name, given in values.items():
        kind = CHOICES[name].kind if name in CHOICES else None
        if name in APART or isinstance(kind, Keyed):
            raise InputError(
                f"grid: {name} is none of its axes; take a choice such as anchor, strength.DRIVER"
                " or the key of a parameter"
            )
        own = _listed("probability", name, weights.pop(name, ()))
        found.append(GridAxis(name, _listed("grid", name, given), own))
    if not found:
        raise InputError("grid: no axis; give lists, as anchor=['techsci-2022', 'bottom-up']")
    if weights:
        raise unknown("probability", "axis", next(iter(weights)), values)
    if (many := math.prod(len(axis.options) for axis in found)) > MOST:
        raise InputError(f"grid: {many:,} combinations; give at most {MOST:,}")
    return tuple(found)


def _listed(where: str, name: str, given: Any) -> tuple[Any, ...]:
    if isinstance(given, str | Mapping) or not isinstance(given, Iterable):
        raise InputError(f"{where} {name} = {given!r} must be a list of values")
    plain = (v.item() if hasattr(v, "item") else v for v in given)  # numbers of NumPy
    return tuple(tuple(v) if isinstance(v, list) else v for v in plain)


def combined(base: Scenario, axes: Iterable[GridAxis]) -> list[Scenario]:
    """The scenario of every combination, the last axis fastest, each named by its values."""
    axes, found = tuple(axes), []
    for values in product(*(axis.options for axis in axes)):
        made = base
        for axis, value in zip(axes, values, strict=True):
            try:
                made = made.changed(**axis.changes(made, value), name=base.name)
            except InputError as error:
                raise InputError(f"grid {axis.name}: {error}") from None
        found.append(made.changed(name=named(axes, values), title=""))
    return found


def named(axes: Iterable[GridAxis], values: Iterable[Any]) -> str:
    """A combination in words: ``anchor techsci-2022, through 2030``."""
    parts = []
    for axis, value in zip(axes, values, strict=True):
        if len(axis.options) == 1:
            continue
        label = axis.label(value)
        words = isinstance(value, tuple)
        parts.append(label if words else f"{axis.name} {label}")
    return ", ".join(parts) or "as it stands"


def read_grid(file: str | Path) -> tuple[Scenario, tuple[GridAxis, ...]]:
    """The scenario of a TOML file, and the axes of its ``[grid]`` with their ``[probability]``."""
    scenario, more = read_scenario(file)
    if GRID not in more:
        raise InputError(f"{file}: no [grid]; give lists, as [grid] anchor = [...]")
    for name, table in more.items():
        if not isinstance(table, dict):
            raise InputError(f"{Path(file).name}: {name} must be a table, [{name}]")
    tables = {name: dict(flat(more.get(name, {}))) for name in (GRID, PROBABILITY)}
    try:
        return scenario, make_axes(tables[GRID], tables[PROBABILITY])
    except InputError as error:
        raise InputError(f"{Path(file).name}: {error}") from None
