"""Many scenarios side by side: every combination of some choices, on shared draws, in one table.

Where the choices have probabilities, their mixture: each scenario's draws weighted by its own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Array, Columns
from ..engine.findings import caveats
from ..engine.forecast import UNEXPLAINED, printed_growth
from ..engine.many import Outcome
from ..engine.plan import Plan
from ..errors import check_known, unknown
from ..model.grid import GridAxis
from ..text.sheet import Sheet, Table, columns_of, frame_of, rows_of, shown_by
from ..text.wording import listed, money, money_range, number, percent, rate, signed
from .information import Decision
from .updating import weighted_quantiles

if TYPE_CHECKING:
    import pandas as pd

OUTPUTS = {
    "cagr": "growth a year, fraction",
    "value": "value in the last year, USD",
    "gain": "gain of entering on average, USD",
}
"""What a two-way table may show."""
SHOWN = 24
"""Rows that the sheet prints."""


@dataclass(frozen=True, eq=False)
class TwoWay:
    """An output by two axes, ``figures`` (y, x): of the reference case, or the mean gain.

    It flips where it passes ``threshold``; ``at`` says where the other axes stand.
    """

    x: GridAxis
    y: GridAxis
    output: str
    figures: Array
    threshold: float
    at: Mapping[str, str]

    @property
    def flips(self) -> bool:
        """True where some values lie on either side of the threshold."""
        above = self.figures > self.threshold
        return bool(above.any() and not above.all())

    @property
    def boundary(self) -> list[tuple[float, float, float, float]]:
        """Where it flips: pieces of a line, from (x, y) to (x, y) in the axes' own units.

        Linear between neighbours, each square of the grid halved into two triangles.
        """
        if not (self.x.numeric and self.y.numeric):
            return []
        xs, ys = (np.array(axis.options, float) for axis in (self.x, self.y))
        pieces = []
        for j in range(len(ys) - 1):
            for i in range(len(xs) - 1):
                square = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)]
                for corners in (square[:3], [square[0], *square[2:]]):
                    ends = self._crossings(corners, xs, ys)
                    if len(ends) == 2:
                        pieces.append((*ends[0], *ends[1]))
        return pieces

    def _crossings(
        self, corners: Sequence[tuple[int, int]], xs: Array, ys: Array
    ) -> list[tuple[float, float]]:
        """Where the sides of a triangle pass the threshold."""
        found = []
        for (i, j), (k, m) in zip(corners, [*corners[1:], corners[0]], strict=True):
            one, other = (self.figures[b, a] - self.threshold for a, b in ((i, j), (k, m)))
            if (one > 0) != (other > 0):
                share = one / (one - other)
                found.append((float(xs[i] + share * (xs[k] - xs[i])),
                              float(ys[j] + share * (ys[m] - ys[j]))))  # fmt: skip
        return found

    def frame(self) -> pd.DataFrame:
        """The table for pandas: rows are the values of ``y``, columns those of ``x``."""
        import pandas as pd

        labels = [[axis.label(v) for v in axis.options] for axis in (self.y, self.x)]
        found = pd.DataFrame(self.figures, index=labels[0], columns=labels[1])
        return found.rename_axis(index=self.y.name, columns=self.x.name)


@dataclass(frozen=True, eq=False)
class ScenarioGrid:
    """The outcome of every combination of some axes, the last axis fastest.

    ``weighted`` is true where the choices have probabilities, so that they have a mixture.
    """

    base: Plan
    axes: tuple[GridAxis, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def weighted(self) -> bool:
        """True where a probability was given."""
        return any(axis.probability for axis in self.axes)

    @cached_property
    def weights(self) -> Array:
        """The probability of each scenario, (scenario,)."""
        found = np.ones(1)
        for axis in self.axes:
            found = np.multiply.outer(found, axis.weights).ravel()
        return found

    @property
    def growth(self) -> Array:
        """Growth a year of the reference case of each scenario, fraction, (scenario,)."""
        return np.array([one.columns["cagr"]["reference"][0] for one in self.outcomes])

    def growth_by_axis(self) -> list[Array]:
        """For each axis the mean growth at each of its values, fraction, (value,)."""
        cube = self.growth.reshape([len(axis.options) for axis in self.axes])
        every = range(cube.ndim)
        return [cube.mean(axis=tuple(j for j in every if j != i)) for i in every]

    @cached_property
    def columns(self) -> Mapping[str, Columns]:
        """``scenarios``, a row each; ``path``, a row a year of each; ``mixture`` if weighted."""
        found = {"scenarios": self._scenarios(), "path": self._path()}
        return {**found, "mixture": self._mixture()} if self.weighted else found

    def frame(self, table: str = "scenarios", units: str = "USD") -> pd.DataFrame:
        """A table as a pandas frame, money in ``units``: USD, M or bn."""
        from ..engine.tidy import in_units

        return in_units(frame_of(self.columns, table, "grid"), units)

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, as ``ismarket grid --json`` prints it."""
        return {
            "scenario": self.base.scenario.name, "draws": self.base.scenario.draws,
            "seed": self.base.scenario.seed,
            "axes": {axis.name: [list(v) if isinstance(v, tuple) else v for v in axis.options]
                     for axis in self.axes},
            **{name: rows_of(table) for name, table in self.columns.items()},
        }  # fmt: skip

    __str__, __repr__, _repr_html_, sheet = shown_by(lambda found: sheet(found))

    def values_of(self, place: int) -> dict[str, Any]:
        """By name the values of the axes at the scenario of that place."""
        shape = tuple(len(axis.options) for axis in self.axes)
        at = np.unravel_index(place, shape)
        return {a.name: a.options[int(i)] for a, i in zip(self.axes, at, strict=True)}

    def two_way(
        self,
        x: str | None = None,
        y: str | None = None,
        output: str = "cagr",
        decision: Decision | None = None,
        threshold: float | None = None,
        **at: Any,
    ) -> TwoWay:
        """An output by two axes, by default the first two; ``at`` says a value of each other one.

        With a ``decision`` it is the gain of entering.  The threshold is 0 unless given, for a
        value that of the first year.  Raises InputError for an axis or value that is none.
        """
        output = "gain" if decision else output
        if output not in OUTPUTS or (output == "gain" and not decision):
            raise unknown("grid", "output", output, [o for o in OUTPUTS if decision or o != "gain"])
        names = [axis.name for axis in self.axes]
        chosen = [x or names[0], y or next((n for n in names if n != (x or names[0])), "")]
        check_known("grid", "axis", names, *(name or "of a second choice" for name in chosen), *at)
        where: list[Any] = []
        for axis in self.axes:
            value = at.get(axis.name, axis.options[0])
            check_known(f"grid {axis.name}", "value", axis.options, value)
            where.append(slice(None) if axis.name in chosen else axis.options.index(value))
        figures = np.array([_output(one, output, decision) for one in self.outcomes])
        cut = figures.reshape([len(axis.options) for axis in self.axes])[tuple(where)]
        if names.index(chosen[0]) < names.index(chosen[1]):
            cut = cut.T
        others = {a.name: a.label(a.options[w]) for a, w in zip(self.axes, where, strict=True)
                  if not isinstance(w, slice)}  # fmt: skip
        first = self.outcomes[0].columns["summary"]["reference"][0] if output == "value" else 0.0
        limit = first if threshold is None else threshold
        across, up = (self.axes[names.index(name)] for name in chosen)
        return TwoWay(across, up, output, cut, limit, others)

    def _scenarios(self) -> Columns:
        rows = []
        for place, one in enumerate(self.outcomes):
            summary, growth = one.columns["summary"], one.columns["cagr"]
            last = {name: values[-1] for name, values in summary.items() if name != "year"}
            parts = printed_growth(one.plan, one.unexplained, one.plan.anchor.price_basis)
            rows.append({
                "scenario": one.plan.scenario.name, **self._labels(place), "year": one.years[-1],
                **last, "cagr": growth["reference"][0], "cagr_p5": growth["p5"][0],
                "cagr_p95": growth["p95"][0],
                "unexplained_points": parts.points[UNEXPLAINED] if parts else None,
                "probability": float(self.weights[place]) if self.weighted else None,
                **_unit(one.plan),
            })  # fmt: skip
        return columns_of(rows)

    def _path(self) -> Columns:
        rows = [
            {"scenario": one.plan.scenario.name, **self._labels(place), **row, **_unit(one.plan)}
            for place, one in enumerate(self.outcomes)
            for row in rows_of(one.columns["summary"])
        ]
        return columns_of(rows)

    def _labels(self, place: int) -> dict[str, Any]:
        """The value of each axis: a number as it is, anything else in words."""
        values = self.values_of(place)
        return {a.name: values[a.name] if a.numeric else a.label(values[a.name])
                for a in self.axes}  # fmt: skip

    def _mixture(self) -> Columns:
        """Mean and quantiles by year of all draws, each weighted as its scenario is."""
        years = sorted(set.intersection(*(set(one.years) for one in self.outcomes)))
        draws = self.base.scenario.draws
        weights = np.repeat(self.weights / draws, draws)
        found: Columns = {name: [] for name in ("year", "mean", "p5", "p50", "p95")}
        for year in years:
            every = np.concatenate([one.total[one.years.index(year)] for one in self.outcomes])
            ends = weighted_quantiles(every, weights, (0.05, 0.5, 0.95))
            for name, value in zip(found, (year, every @ weights, *ends), strict=True):
                found[name].append(value if name == "year" else float(value))
        unit = _unit(self.outcomes[0].plan)
        return {**found, **{name: [value] * len(years) for name, value in unit.items()}}


def _unit(plan: Plan) -> dict[str, str]:
    return {"unit": plan.usd(), "price_basis": plan.price_basis}


def _output(one: Outcome, output: str, decision: Decision | None) -> float:
    if decision and output == "gain":
        return float(decision.net_benefit(one.total).mean())
    table = one.columns["cagr" if output == "cagr" else "summary"]
    return float(table["reference"][-1])


# the sheet ----------------------------------------------------------------------------------------


def sheet(found: ScenarioGrid) -> Sheet:
    """What decides, the scenarios one by one, and their mixture."""
    plan, many = found.base, len(found.outcomes)
    axes = listed([f"{axis.name} ({len(axis.options)})" for axis in found.axes])
    title = f"{many} scenarios · {plan.scenario.name or plan.market.name}, changed by {axes}"
    parts: list[str | Table] = [*caveats(plan), headline(found), _table(found)]
    if many > SHOWN:
        parts.append(f"· {many - SHOWN} more: --json, in Python frame().")
    if found.weighted:
        parts += _of_mixture(found)
    parts.append(
        f"· All on the same {plan.scenario.draws:,} draws, seed {plan.scenario.seed}: what differs"
        " between two rows is what was chosen."
    )
    return Sheet(title, parts)


def headline(found: ScenarioGrid) -> str:
    """Which choice moves growth most, and how far growth goes over all of them."""
    growth, spans = found.growth, [float(np.ptp(mean)) for mean in found.growth_by_axis()]
    most = found.axes[int(np.argmax(spans))]
    return (
        f"Growth goes from {rate(growth.min())} to {rate(growth.max())} a year; of what was chosen,"
        f" {most.name} moves it most, by {number(100 * max(spans), 2)} points on average. The"
        f" market grows in {int((growth > 0).sum())} of {len(growth)}."
    )


def _table(found: ScenarioGrid) -> Table:
    """A row a scenario: what was chosen, the last year, its dollars where they differ, growth."""
    moved = [axis for axis in found.axes if len(axis.options) > 1] or list(found.axes)
    units = found.columns["scenarios"]["unit"]
    mixed, rows = len(set(units)) > 1, []
    for place, row in enumerate(rows_of(found.columns["scenarios"])[:SHOWN]):
        values, left = found.values_of(place), row["unexplained_points"]
        rows.append([
            *(axis.label(values[axis.name]) for axis in moved), *([row["unit"]] if mixed else []),
            str(row["year"]), money(row["reference"]), money_range(row["p5"], row["p95"]),
            f"{signed(100 * row['cagr'], 1)}%", "" if left is None else signed(left, 2),
        ])  # fmt: skip
    header = [axis.name for axis in moved] + (["dollars"] if mixed else [])
    words = len(header)
    header += ["year", "value" if mixed else units[0], "9 in 10 draws", "a year", "unexplained"]
    return Table(header, rows, words)


def _of_mixture(found: ScenarioGrid) -> list[str | Table]:
    table = found.columns["mixture"]
    last = {name: values[-1] for name, values in table.items()}
    assumed = [axis.name for axis in found.axes if not axis.probability]
    same = f" Each value of {listed(assumed)} is equally likely." if assumed else ""
    weights = [
        f"{axis.name}: " + ", ".join(f"{axis.label(v)} {percent(w)}"
                                     for v, w in zip(axis.options, axis.weights, strict=True))
        for axis in found.axes if axis.probability
    ]  # fmt: skip
    between = _between(found, int(last["year"]))
    return [
        f"Mixture by {'; '.join(weights)}.{same} In {last['unit']}, {money(last['mean'])} on"
        f" average in {last['year']}, {money_range(last['p5'], last['p95'])} in 9 of 10;"
        f" {percent(between)} of its variance lies between scenarios."
    ]


def _between(found: ScenarioGrid, year: int) -> float:
    """The share of the mixture's variance that lies between scenarios, not within them."""
    rows = [one.total[one.years.index(year)] for one in found.outcomes]
    means, inside = (np.array([f(row) for row in rows]) for f in (np.mean, np.var))
    apart = float(found.weights @ (means - found.weights @ means) ** 2)
    whole = apart + float(found.weights @ inside)
    return 0.0 if math.isclose(whole, 0.0) else apart / whole
