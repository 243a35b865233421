"""The bridge between two runs: what each change did, adding up to the whole difference.

Every change of a choice or a table is a player of a cooperative game whose value is the forecast
with some changes made and the others not; its row is its Shapley value (Shapley 1953), which does
not depend on the order in which the changes are named.  All forecasts share their draws, so there
is no simulation noise between them.  What the code, the plugins and the environment did cannot be
swapped in and out: it is what the recorded values differ from those computed here.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..arrays import Array
from ..engine.attribution import attribution
from ..engine.findings import caveats
from ..engine.forecast import Forecast
from ..engine.forecaster import forecast_of
from ..engine.many import Outcome, outcomes
from ..engine.plan import Plan
from ..engine.price_volume import RoleEffect, bridge_table, price_volume
from ..engine.workers import KEPT
from ..errors import DriverError, InputError
from ..model.anchor_file import ANCHOR
from ..model.driver import Driver
from ..model.scenario import BEYOND, CHOICES, Scenario, entries, from_entries
from ..text.sheet import WIDTH, Table
from ..text.wording import number, signed
from .agreement import changes
from .layout import rows
from .verify import Record

MOST_EXACT = 6
"""Changes up to which every combination is computed; beyond, orders are sampled."""
PAIRS = 8
REST = "drivers, code and environment"
Planned = tuple[Plan, tuple[Driver, ...]]
"""A plan and the drivers that it was made from."""
PlanOf = Callable[[Scenario, Mapping[str, bytes], frozenset[str]], Planned]
"""The plan of a scenario on some tables with the drivers of these names."""


Parts = Mapping[str, Any]
"""What may be chosen for a forecast by name: scenario entries, ``table ...``, ``driver ...``."""


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
    ``by_role`` takes the change apart by price, volume, mix and so on, as computed here; it is
    empty where the two markets differ in regions or classes.  ``notices`` are what a reader of
    either run must know, by run.
    """

    year: int
    start: Step
    steps: tuple[Step, ...]
    end: Step
    error: float
    changed: Mapping[str, list[str]]
    by_role: tuple[RoleEffect, ...] = ()
    dollars: str = ""
    notices: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __str__(self) -> str:
        level, ends = self.start.reference, (self.start, self.end)
        rows = [
            [step.change, *in_millions(step, level, number if step in ends else signed)]
            for step in (self.start, *self.steps, self.end)
        ]
        usd = f"{self.dollars or 'USD M'} in {self.year}"
        lines = Table([usd, "reference", "median"], rows).lines()
        if not self.steps:
            lines.append("Nothing changed.")
        if self.error:
            lines.append(f"Orders were sampled: standard error up to {self.error / 1e6:.3g}.")
        for part, changed in self.changed.items():
            lines += [f"· {part}: {line}" for line in changed]
        if self.steps and self.by_role:
            lines += ["", *bridge_table(self.by_role, self.dollars).lines()]
        for notice in noticed(self.notices):
            lines += textwrap.wrap(notice, WIDTH)
        return "\n".join(lines)

    __repr__ = __str__


def bridge(a: Record, b: Record, planned: PlanOf, year: int | None = None) -> Bridge:
    """The bridge from run ``a`` to run ``b``.

    ``year`` is the last year that both have unless given.  Raises InputError for a year that
    either lacks, and what ``planned`` raises where no mixture of the two can be computed.
    """
    before, after = (_parts(record) for record in (a, b))
    paths = [recorded(record) for record in (a, b)]
    common = sorted(set(paths[0]) & set(paths[1]))
    if not common or (year is not None and year not in common):
        has = f"{common[0]} to {common[-1]}" if common else "no year"
        raise InputError(f"compare: {year or 'a year'} is not in both runs; both have {has}")
    year = common[-1] if year is None else year
    for groups in _groupings(before, after):
        try:
            moved, error, ends = _shapley(before, after, groups, planned, year)
            break
        except (InputError, DriverError):
            if len(groups) < 2:  # there is no coarser way
                raise
    start, end = (values[year] for values in paths)
    computed = [_at(forecast, year) for forecast in ends]
    rest = (computed[0] - start) + (end - computed[1])
    steps = [
        Step(", ".join(_line(name, before, after) for name in group), *map(float, row))
        for group, row in zip(groups, moved, strict=True)
    ]
    steps.sort(key=lambda step: -abs(step.reference))
    changed = changes(a.identity, b.identity)
    if rest.any() or any(changed[part] for part in ("code", "environment")):
        steps.append(Step(REST, *map(float, rest)))
    by_role, dollars = _by_role(ends, year, (a.path.name, b.path.name))
    return Bridge(
        year, Step(a.path.name, *map(float, start)), tuple(steps),
        Step(b.path.name, *map(float, end)), float(error), changed, by_role, dollars,
        {record.path.name: caveats(forecast.plan)
         for record, forecast in zip((a, b), ends, strict=True)},
    )  # fmt: skip


def in_millions(step: Step, level: float, show: Callable[[float, int], str] = number) -> list[str]:
    """Reference and median of a step in USD M, with the decimals of a ``level`` in USD."""
    digits = 1 if abs(level) >= 1e8 else 3
    return [show(value / 1e6, digits) for value in (step.reference, step.median)]


def noticed(by_run: Mapping[str, Sequence[str]]) -> list[str]:
    """What to know of some runs, once where it is the same of all, else each under its name."""
    said = list(by_run.values())
    if all(one == said[0] for one in said):
        return [*said[0]] if said else []
    return [f"{run}: {line}" for run, lines in by_run.items() for line in lines]


def _by_role(
    ends: tuple[Forecast, Forecast], year: int, names: tuple[str, str]
) -> tuple[tuple[RoleEffect, ...], str]:
    """The bridge by role of stages, and its dollars; nothing between markets of other cells."""
    first, last = (forecast.plan.market for forecast in ends)
    if (first.regions, first.drug_classes) != (last.regions, last.drug_classes):
        return (), ""
    found = replace(price_volume(*ends, year, year), sides=names)
    return found.whole, found.dollars


def _at(forecast: Forecast | Outcome, year: int) -> Array:
    """Reference and median in a year, USD."""
    at, summary = forecast.years.index(year), forecast.columns["summary"]
    return np.array([summary["reference"][at], summary["p50"][at]])


def written(record: Record) -> dict[int, dict[str, float]]:
    """Reference, mean and quantiles by year as a run wrote them down, USD."""
    table = rows(record.of_forecast("outputs/summary.csv"))
    return {int(r["year"]): {k: float(v) for k, v in r.items() if k != "year"} for r in table}


def recorded(record: Record) -> dict[int, Array]:
    """Reference and median by year as a run wrote them down, USD."""
    return {y: np.array([said["reference"], said["p50"]]) for y, said in written(record).items()}


def _parts(record: Record) -> Parts:
    return {
        **entries(record.scenario),
        **{f"table {name}": data for name, data in record.tables.items()},
        **{f"driver {name}": True for name in record.identity["installed"]},
    }


def _groupings(before: Parts, after: Parts) -> Iterable[list[tuple[str, ...]]]:
    """Ever coarser ways to change together what cannot be changed apart."""
    differing = (n for n in {*before, *after} if before.get(n) != after.get(n))
    names = sorted(differing, key=lambda n: (n.startswith("driver "), n.startswith("table "), n))
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


def _mixed(before: Parts, after: Parts, changed: Iterable[str], planned: PlanOf) -> Planned:
    """The plan of ``before`` with the named changes made."""
    sides = {name: after if name in changed else before for name in sorted({*before, *after})}
    parts: dict[str, dict[str, Any]] = {"table": {}, "driver": {}, "": {}}
    for name, side in sides.items():
        if name in side:
            kind, _, rest = name.partition(" ")
            kind, rest = (kind, rest) if kind in parts else ("", name)
            parts[kind][rest] = side[name]
    spelled = parts[""]
    if spelled.get("anchor") == "bottom-up":
        spelled["periods"] = None
    return planned(from_entries(spelled), parts["table"], frozenset(parts["driver"]))


def _shapley(
    before: Parts, after: Parts, groups: list[tuple[str, ...]], planned: PlanOf, year: int
) -> tuple[Array, float, tuple[Forecast, Forecast]]:
    """Rows (group, value) with their largest standard error, and the forecasts at both ends.

    Of what lies between them only the path is computed, unless its draws are too many to keep.
    """
    everything, ends = (1 << len(groups)) - 1, dict[int, Forecast]()

    def value(coalition: int) -> Array:
        made = {n for i, g in enumerate(groups) if coalition >> i & 1 for n in g}
        plan, drivers = _mixed(before, after, made, planned)
        if year not in plan.years:
            raise InputError(f"compare: {year} is not in a forecast between the two runs")
        if coalition in (0, everything):
            ends[coalition] = forecast_of(plan, drivers)
            return _at(ends[coalition], year)
        if plan.scenario.draws > KEPT:
            return _at(forecast_of(plan, drivers), year)
        (between,) = outcomes([plan], drivers)
        return _at(between, year)

    game = attribution(len(groups), seed=0, exact=MOST_EXACT, pairs=PAIRS)
    values = {coalition: value(coalition) for coalition in game.coalitions}
    found = np.stack(list(values.values()))
    return game.weights @ found, game.error(found), (ends[0], ends[everything])


def _line(name: str, before: Parts, after: Parts) -> str:
    """A change in words: ``draws 10000 to 20000``."""
    kind, _, rest = name.partition(" ")
    if kind == "table":
        return f"table {rest}"
    if kind == "driver":
        return f"driver {rest} {'installed' if name in after else 'not installed'}"
    if kind == "without":
        return f"{rest} {'left out' if name in after else 'taken in'}"
    one, other = before.get(name), after.get(name)
    if kind == "fixed":
        words = ["uncertain" if v is None else _fixed(v) for v in (one, other)]
        return f"{rest} {words[0]} to {words[1]}"
    absent = CHOICES[kind].absent
    if absent is not None:
        words = [f"{absent if v is None else v:g}" for v in (one, other)]
        return f"{kind} of {rest} {words[0]} to {words[1]}"
    words = ["not set" if v is None else str(v) for v in (one, other)]
    return f"{name} {words[0]} to {words[1]}"


def _fixed(value: float | str) -> str:
    """A fixed value in words, as entries spell it."""
    if isinstance(value, str):
        return f"{float(value.removesuffix(BEYOND)):g}, outside its range"
    return f"{value:g}"
