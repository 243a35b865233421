"""The bridge between two runs: what each change did, adding up to the whole difference.

Every change of a choice or a table is a player of a cooperative game whose value is the forecast
with some changes made and the others not; its row is its Shapley value (Shapley 1953), which does
not depend on the order in which the changes are named.  All forecasts share their draws, so there
is no simulation noise between them.  What the code, the plugins and the environment did cannot be
swapped in and out: it is what the recorded values differ from those computed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..arrays import Array
from ..engine.attribution import attribution
from ..engine.forecast import Forecast
from ..errors import DriverError, InputError
from ..model.anchor_file import ANCHOR
from ..model.scenario import CHOICES, Scenario, entries, from_entries
from ..text.sheet import Table
from ..text.wording import number, signed
from .agreement import changes
from .layout import rows
from .verify import Record

MOST_EXACT = 6
"""Changes up to which every combination is computed; beyond, orders are sampled."""
PAIRS = 8
REST = "drivers, code and environment"
Compute = Callable[[Scenario, Mapping[str, bytes], frozenset[str]], Forecast]
"""The forecast of a scenario on some tables with the drivers of these names."""


@dataclass(frozen=True, eq=False)
class Choices:
    """What may be chosen for a forecast: scenario entries, tables and drivers, by name."""

    entries: Mapping[str, Any]
    tables: Mapping[str, bytes] = field(repr=False)
    drivers: frozenset[str]


@dataclass(frozen=True)
class Step:
    """One row of a bridge, USD: what a change did to the reference value and to the median."""

    change: str
    reference: float
    median: float


@dataclass(frozen=True)
class Bridge:
    """From one run to another in ``year``, USD; the steps add up from ``start`` to ``end``.

    ``error`` is the largest standard error of a step where orders were sampled, 0 otherwise.
    """

    year: int
    start: Step
    steps: tuple[Step, ...]
    end: Step
    error: float
    changed: Mapping[str, list[str]]

    def __str__(self) -> str:
        return as_text(self)

    def __repr__(self) -> str:
        return str(self)


def bridge(a: Record, b: Record, compute: Compute, year: int | None = None) -> Bridge:
    """The bridge from run ``a`` to run ``b``.

    ``year`` is the last year that both have unless given.  Raises InputError for a year that
    either lacks, and what ``compute`` raises where no mixture of the two can be computed.
    """
    before, after = (_choices(record) for record in (a, b))
    recorded = [_recorded(record) for record in (a, b)]
    common = sorted(set(recorded[0]) & set(recorded[1]))
    if not common or (year is not None and year not in common):
        has = f"{common[0]} to {common[-1]}" if common else "no year"
        raise InputError(f"compare: {year or 'a year'} is not in both runs; both have {has}")
    year = common[-1] if year is None else year
    last: InputError | DriverError | None = None
    for groups in _groupings(before, after):
        try:
            moved, error, ends = _shapley(before, after, groups, compute, year)
            break
        except (InputError, DriverError) as problem:
            last = problem
    else:
        raise last or InputError("compare: nothing to compute")
    start, end = (values[year] for values in recorded)
    rest = (ends[0] - start) + (end - ends[1])
    steps = [
        Step(", ".join(_line(name, before, after) for name in group), *map(float, row))
        for group, row in zip(groups, moved, strict=True)
    ]
    steps.sort(key=lambda step: -abs(step.reference))
    changed = changes(a.identity, b.identity)
    if rest.any() or any(changed[part] for part in ("code", "environment")):
        steps.append(Step(REST, *map(float, rest)))
    return Bridge(
        year, Step(a.path.name, *map(float, start)), tuple(steps),
        Step(b.path.name, *map(float, end)), float(error), changed,
    )  # fmt: skip


def _recorded(record: Record) -> dict[int, Array]:
    """Reference and median by year as a run wrote them down, USD."""
    table = rows(record.contents["outputs/summary.csv"])
    return {int(r["year"]): np.array([float(r["reference"]), float(r["p50"])]) for r in table}


def _choices(record: Record) -> Choices:
    installed = frozenset(record.identity["installed"])
    return Choices(entries(record.scenario), record.tables, installed)


def _differences(before: Choices, after: Choices) -> list[str]:
    """Names of all that differs: scenario entries, then ``table ...``, then ``driver ...``."""
    one, other = before.entries, after.entries
    names = [name for name in sorted({*one, *other}) if one.get(name) != other.get(name)]
    tables = sorted({*before.tables, *after.tables})
    names += [f"table {t}" for t in tables if before.tables.get(t) != after.tables.get(t)]
    return names + [f"driver {name}" for name in sorted(before.drivers ^ after.drivers)]


def _groupings(before: Choices, after: Choices) -> Iterable[list[tuple[str, ...]]]:
    """Ever coarser ways to change together what cannot be changed apart."""
    names = _differences(before, after)
    anchor = {"anchor", "periods", f"table {ANCHOR}"}
    level = {*anchor, "through", "market"}
    yield _together(names, [anchor])
    yield _together(names, [level])
    tables = {name for name in names if name.startswith(("table ", "driver "))}
    yield _together(names, [level, tables])
    yield [tuple(names)]


def _together(names: list[str], groups: list[set[str]]) -> list[tuple[str, ...]]:
    found = [tuple(n for n in names if n in group) for group in groups]
    apart = [(n,) for n in names if not any(n in group for group in groups)]
    return [group for group in [*found, *apart] if group]


def mixed(before: Choices, after: Choices, changed: frozenset[str]) -> Choices:
    """``before`` with the named changes made."""

    def pick(prefix: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
        sides = {n: other if f"{prefix}{n}" in changed else one for n in {*one, *other}}
        return {name: side[name] for name, side in sorted(sides.items()) if name in side}

    drivers = {
        name
        for name in before.drivers | after.drivers
        if name in (after if f"driver {name}" in changed else before).drivers
    }
    return Choices(
        pick("", before.entries, after.entries),
        pick("table ", before.tables, after.tables),
        frozenset(drivers),
    )


def scenario_of(choices: Choices) -> Scenario:
    """The scenario that the entries spell."""
    spelled = dict(choices.entries)
    if spelled.get("anchor") == "bottom-up":
        spelled["periods"] = None
    return from_entries(spelled)


def _shapley(
    before: Choices, after: Choices, groups: list[tuple[str, ...]], compute: Compute, year: int
) -> tuple[Array, float, tuple[Array, Array]]:
    """Rows (group, value) with their largest standard error, and the values at both ends."""

    def value(coalition: int) -> Array:
        made = frozenset(n for i, g in enumerate(groups) if coalition >> i & 1 for n in g)
        choices = mixed(before, after, made)
        result = compute(scenario_of(choices), choices.tables, choices.drivers)
        if year not in result.years:
            raise InputError(f"compare: {year} is not in a forecast between the two runs")
        at = result.years.index(year)
        summary = result.columns["summary"]
        return np.array([summary["reference"][at], summary["p50"][at]])

    game = attribution(len(groups), seed=0, exact=MOST_EXACT, pairs=PAIRS)
    values = {coalition: value(coalition) for coalition in game.coalitions}
    found = np.stack(list(values.values()))
    return game.weights @ found, game.error(found), (values[0], values[(1 << len(groups)) - 1])


def _line(name: str, before: Choices, after: Choices) -> str:
    """A change in words: ``draws 10000 to 20000``."""
    kind, _, rest = name.partition(" ")
    if kind == "table":
        return f"table {rest}"
    if kind == "driver":
        return f"driver {rest} {'installed' if rest in after.drivers else 'not installed'}"
    if kind == "without":
        return f"{rest} {'left out' if name in after.entries else 'taken in'}"
    one, other = before.entries.get(name), after.entries.get(name)
    if kind == "fixed":
        words = ["uncertain" if v is None else f"{v:g}" for v in (one, other)]
        return f"{rest} {words[0]} to {words[1]}"
    absent = CHOICES[kind].absent
    if absent is not None:
        words = [f"{absent if v is None else v:g}" for v in (one, other)]
        return f"{kind} of {rest} {words[0]} to {words[1]}"
    words = ["not set" if v is None else str(v) for v in (one, other)]
    return f"{name} {words[0]} to {words[1]}"


def as_text(bridge: Bridge) -> str:
    """The bridge as text, USD million, and below it what else is not the same."""
    million = 1e6
    digits = 1 if abs(bridge.start.reference) >= 1e8 else 3
    rows = []
    for step in (bridge.start, *bridge.steps, bridge.end):
        show = number if step in (bridge.start, bridge.end) else signed
        rows.append(
            [step.change, *(show(v / million, digits) for v in (step.reference, step.median))]
        )
    lines = Table([f"USD M in {bridge.year}", "reference", "median"], rows).lines()
    if not bridge.steps:
        lines.append("Nothing changed.")
    if bridge.error:
        lines.append(f"Orders were sampled: standard error up to {bridge.error / million:.3g}.")
    for part, changed in bridge.changed.items():
        lines += [f"· {part}: {line}" for line in changed]
    return "\n".join(lines)
