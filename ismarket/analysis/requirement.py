"""Requirements: what would have to be true of the inputs for the market to reach a target."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..arrays import Array, Columns
from ..engine.blocks import Drawing
from ..engine.findings import about, caveats
from ..engine.workers import KEPT
from ..errors import InputError, check_known
from ..model.driver import Driver
from ..model.market import Market
from ..model.recipe import as_command
from ..model.scenario import Scenario
from ..sampling.points import BLOCK
from ..text.sheet import Hint, Sheet, Table, framed_by, rows_of, shown_by
from ..text.wording import figure, listed, money, number, one_in, percent, rate, signed, times
from .groups import correlated
from .nearest import STRONGEST, LimitState, Setting, furthest, nearest, normal_share, smallest_set
from .response import Response, response

MOST_ROWS = 10


@dataclass(frozen=True, eq=False)
class Requirement:
    """What an output would need; outputs in its unit (USD, or a fraction a year).

    ``reference`` is the output with every input at its mode, ``middle`` at its median, ``limit``
    the furthest that the ranges allow towards the target.  ``all_inputs`` is the least implausible
    setting of all inputs, ``few_inputs`` of the fewest that suffice with the rest at their modes;
    both are empty where the ranges do not hold the target.  ``distance`` is the length of the
    former in normal scores; ``reached`` of ``draws`` draws of the scenario reach the target;
    ``scores`` holds both settings, ``few`` and ``all``, in normal scores by key.
    """

    response: Response
    output: str
    target: float
    reference: float
    middle: float
    limit: float
    limit_setting: Setting
    all_inputs: Setting
    few_inputs: Setting
    fewest: bool
    scores: Mapping[str, Mapping[str, float]]
    distance: float
    reached: int
    draws: int

    @property
    def within(self) -> bool:
        """True where some setting within the ranges reaches the target."""
        return bool(self.all_inputs) or self.met

    @property
    def met(self) -> bool:
        """True where the reference case is already there."""
        return math.isclose(self.reference, self.target, rel_tol=1e-9)

    @property
    def upward(self) -> bool:
        """True where the target lies above the reference case."""
        return self.target > self.reference

    @property
    def shortfall(self) -> float:
        """How far the ranges miss the target: its distance from ``limit``, 0 within reach."""
        return 0.0 if self.within else abs(self.target - self.limit)

    @property
    def drawn_share(self) -> float:
        """Share of the scenario's draws that reach the target."""
        return self.reached / self.draws

    @property
    def first_order_share(self) -> float:
        """The share to first order: that beyond the plane through the nearest setting.

        0 out of reach.
        """
        return normal_share(-self.distance) if self.within else 0.0

    def scenario(self, which: str = "few") -> Scenario:
        """The scenario with the ``few`` or with ``all`` inputs fixed where they would have to be.

        Out of reach, ``few`` fixes nothing and ``all`` the setting that reaches furthest.
        """
        check_known("require", "setting", ("few", "all"), which)
        fixed = self.few_inputs if which == "few" else self.all_inputs
        if which == "all" and not self.within:
            fixed = self.limit_setting
        chosen = self.response.plan.scenario
        return chosen.changed(fixed={**chosen.fixed, **fixed})

    @cached_property
    def columns(self) -> Mapping[str, Columns]:
        """``few`` and ``all``: what each input would have to be, the furthest from usual first."""
        known = {p.key: p for p in self.response.inputs}
        tables: dict[str, Columns] = {}
        for name, setting in (("few", self.few_inputs), ("all", self.all_inputs)):
            score = self.scores[name]
            keys = sorted(setting, key=lambda key: (-abs(score[key]), key))
            tables[name] = {
                "parameter": keys,
                "mode": [known[key].mode for key in keys],
                "needed": [setting[key] for key in keys],
                "low": [known[key].low for key in keys],
                "high": [known[key].high for key in keys],
                "unit": [known[key].unit for key in keys],
                "draws_as_far": [normal_share(-abs(score[key])) for key in keys],
                "status": [known[key].status for key in keys],
                "source": [known[key].source for key in keys],
            }
        return tables

    frame = framed_by("require", "few")

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, as ``ismarket require --json`` prints it."""
        plan = self.response.plan
        rows = {name: rows_of(table) for name, table in self.columns.items()}
        return {
            "scenario": plan.scenario.name, "anchor": plan.anchor.name, "output": self.output,
            "base_year": plan.years[0], "through": plan.years[-1], "target": self.target,
            "reference": self.reference, "median_inputs": self.middle, "limit": self.limit,
            "within_ranges": self.within, "shortfall": self.shortfall,
            "distance": self.distance if self.within else None,
            "drawn_share": self.drawn_share, "draws": self.draws,
            "first_order_share": self.first_order_share, "fewest": self.fewest, **rows,
        }  # fmt: skip

    __str__, __repr__, _repr_html_, sheet = shown_by(lambda found: sheet(found))


def require(
    market: Market,
    drivers: Iterable[Driver],
    scenario: Scenario | None = None,
    *,
    cagr: float | None = None,
    value: float | None = None,
    year: int | None = None,
) -> Requirement:
    """What a growth (``cagr``, a fraction a year) or a ``value`` (USD in ``year``) would require.

    ``year`` is by default the scenario's last; the first asks for the count.  Raises InputError
    unless exactly one target is given, or for a level that a published anchor sets.
    """
    if (cagr is None) == (value is None):
        raise InputError("require: give a growth or a value, one of them")
    if value is not None and not 0 < value < math.inf:
        raise InputError(f"require: value {value!r} USD must be above 0")
    if cagr is not None and not -1 < cagr < 10:
        raise InputError(f"require: growth {cagr!r} is a fraction a year, 0.039 for 3.9%")
    asked = response(market, drivers, scenario)
    output = "cagr" if value is None else "value"
    if year is not None and year == asked.plan.years[0]:
        output = "count"
        if value is None or asked.plan.anchor.published:
            raise InputError(
                f"require: {year} is the first year; its level is the anchor's own, ask anchor"
                " bottom-up for a value there"
            )
    elif year is not None:
        asked = response(market, drivers, scenario, year)
    target = value if cagr is None else cagr
    assert target is not None
    if correlated(asked.plan, asked.inputs):
        raise InputError(
            "require: how far out a setting lies is told for independent inputs; take the"
            " correlation out of the scenario"
        )
    if not LimitState(asked, output, target).inputs:
        raise InputError("require: nothing is uncertain here, every input is fixed")
    return _solve(asked, output, target)


def _solve(asked: Response, output: str, target: float) -> Requirement:
    scale = LimitState(asked, output, target)
    count = len(scale.inputs)
    at_modes = np.full(count, np.nan)
    reference = float(asked(output, {})[0])
    middle = float(asked(output, scale.values(np.zeros((count, 1))))[0])
    ends = furthest(scale, range(count), at_modes)
    everything, few, fewest = at_modes, at_modes, True
    if not math.isclose(reference, target, rel_tol=1e-9) and float(scale(ends[:, None])[0]) >= 0:
        everything = _nearest(scale, range(count), ends)
        chosen, fewest = smallest_set(scale, 0.0, at_modes, count) or (tuple(range(count)), False)
        few = _nearest(scale, chosen, ends)
    scores = {"few": scale.moved(few), "all": scale.moved(everything)}
    draws, drawing = min(asked.plan.scenario.draws, KEPT), Drawing(asked.plan)
    past = [scale.past(drawing.by_key(block)) >= 0.0 for block in range(-(-draws // BLOCK))]
    return Requirement(
        asked, output, target, reference, middle,
        limit=float(asked(output, scale.values(ends[:, None]))[0]),
        limit_setting=scale.setting(ends),
        all_inputs=scale.setting(everything),
        few_inputs=scale.tidied(few),
        fewest=fewest,
        scores=scores,
        distance=float(np.linalg.norm(np.nan_to_num(everything))),
        reached=int(np.concatenate(past)[:draws].sum()),
        draws=draws,
    )  # fmt: skip


def _nearest(scale: LimitState, chosen: Sequence[int], ends: Array) -> Array:
    """The least implausible scores (input,) of the chosen inputs that reach the target."""
    free = list(chosen)

    def whole(scores: Array) -> Array:
        full = np.full((len(ends), scores.shape[1]), np.nan)
        full[free] = scores
        return full

    start = np.zeros((len(free), 1))
    found: Array | None = start[:, 0]
    if float(scale(whole(start))[0]) < 0.0:
        found = nearest(lambda scores: scale(whole(scores)), 0.0, len(free))
    if found is None:  # only the very ends reach it
        corner = furthest(scale, free, np.full(len(ends), np.nan))
        found = np.nan_to_num(corner[free])
    return np.asarray(whole(found[:, None])[:, 0])


def sheet(found: Requirement) -> Sheet:
    """The target, whether the ranges hold it, and the settings that reach it."""
    plan = found.response.plan
    title = f"What would have to be true · {about(plan)}"
    parts: list[str | Table] = [*caveats(plan), _asked(found), verdict(found)]
    if not found.within:
        return Sheet(title, [*parts, _limit(found)])
    if found.met:
        return Sheet(title, parts)
    rows = len(found.columns["few"]["parameter"])
    fewest = "the smallest set found"
    if found.fewest:
        fewest = f"no smaller set {'' if rows <= 3 else f'of the strongest {STRONGEST} '}does"
    few = f"The fewest inputs that suffice ({fewest}), the rest at their most likely value"
    every = "All inputs moved together, as little as possible"
    parts += [_table(found, "few", few, rows), f"· {assumptions(found)}"]
    if rows <= 5:
        parts.append(Hint(f"· {as_command(found.scenario())}"))
    parts += [
        _table(found, "all", every, MOST_ROWS),
        "· likely: the most likely value; as far: how many draws of that input lie as far out.",
        Hint("· --save FILE keeps the setting as a scenario for ismarket run."),
    ]
    return Sheet(title, parts)


def _asked(found: Requirement) -> str:
    """The target and where the scenario stands."""
    plan = found.response.plan
    first, last = plan.years[0], plan.years[-1]
    what = {
        "cagr": f"growth of {rate(found.target)} a year, {first} to {last}",
        "value": f"USD {money(found.target)} in {last}",
        "count": f"USD {money(found.target)} in {first}",
    }[found.output]
    return (
        f"Asked for: {what}. The reference case gives {_written(found, found.reference)};"
        f" with every input at its median it is {_written(found, found.middle)}."
    )


def verdict(found: Requirement) -> str:
    """Whether the ranges hold the target, the share of draws that reach it, and how far it lies."""
    every = f"{found.draws:,} draws"
    draws = f"{found.reached:,} of {every} ({percent(found.drawn_share)}) reach it."
    if not found.reached:
        draws = f"None of {every} does."
    if found.met:
        return f"The reference case is already there; nothing has to move. {draws}"
    if found.within:
        return (
            f"Within the stated ranges it can be reached. {draws} Its nearest setting lies"
            f" {number(found.distance, 1)} standard deviations from the middle; to first order, as"
            f" if inputs acted in a straight line, that is {one_in(found.first_order_share)} draws."
            " Where the two differ, the count of draws is right."
        )
    return f"No setting within the stated ranges reaches it: {miss(found)}. {draws}"


def miss(found: Requirement) -> str:
    """By how much the ranges miss the target."""
    if found.output == "cagr":
        return f"they miss it by {signed(100 * (found.target - found.limit), 2)} points a year"
    factor = found.target / found.limit
    apart = f"{times(factor)} times the most" if factor > 1 else f"{times(factor)} of the least"
    return f"it is {apart} that they allow, and misses by USD {money(found.shortfall)}"


def assumptions(found: Requirement) -> str:
    """How many of the fewest inputs are assumed."""
    statuses = found.columns["few"]["status"]
    counts = [f"{statuses.count(s)} {s}" for s in dict.fromkeys(statuses)]
    return f"Of these {len(statuses)}: {listed(counts)}."


def _limit(found: Requirement) -> str:
    ends = len(found.limit_setting)
    return (
        f"· With {ends} inputs each at the end of its range that carries furthest, it comes to"
        f" {_written(found, found.limit)}. Such a setting is itself beyond any draw: it marks what"
        " the evidence excludes, not what is likely."
    )


def _table(found: Requirement, name: str, title: str, most: int) -> Table:
    rows = found.columns[name]
    cells = []
    for i in range(min(most, len(rows["parameter"]))):
        said = {n: figure(rows[n][i], rows["unit"][i]) for n in ("mode", "needed", "low", "high")}
        spread = f"{said['low']} to {said['high']}"
        cells.append(
            [rows["parameter"][i], rows["status"][i], said["mode"], said["needed"], spread,
             one_in(rows["draws_as_far"][i])]
        )  # fmt: skip
    header = ["input", "status", "likely", "needed", "range", "as far"]
    return Table(header, cells, words=2, title=title)


def _written(found: Requirement, value: float) -> str:
    return f"{rate(value)} a year" if found.output == "cagr" else f"USD {money(value)}"
