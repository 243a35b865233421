"""Sensitivity: which inputs the answer depends on, one at a time and all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Array, Bits, Columns, rows_of
from ..errors import InputError, unknown
from ..model.driver import Driver
from ..model.market import Market
from ..model.parameter import Parameter
from ..model.scenario import Scenario
from ..sampling.copula import copula
from ..text.sheet import frame_of, shown_by
from .groups import Grouping, grouping
from .response import OUTPUTS, Response, response
from .sobol import RESAMPLES, Indices, Values, evaluate_design, indices, sample

if TYPE_CHECKING:
    import pandas as pd

POINTS = 4096
"""Base points of the design, unless said otherwise."""
FEWEST, MOST = 64, 1 << 20
TAILS = (0.1, 0.9)
Swing = dict[str, tuple[float, float, float, float]]


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """What one output of a scenario depends on.

    ``swing`` holds by input its value and the output at P10, then at P90, the rest at its mode;
    ``reference`` the output with everything at its mode, ``spread`` its standard deviation over
    the draws, all in the unit of the output (USD, or a fraction a year).
    """

    response: Response
    output: str
    grouping: Grouping
    indices: Indices
    swing: Swing
    reference: float
    spread: float
    points: int
    seed: int

    @cached_property
    def columns(self) -> Mapping[str, Columns]:
        """The tables by name, as lists by column: ``indices`` and ``tornado``."""
        order = np.argsort(-self.indices.total, kind="stable")
        ends = {which: self.indices.interval(which) for which in ("first", "total")}
        places = self.indices.places()
        labels = self.indices.groups
        found: Columns = {
            "group": [labels[i] for i in order],
            "best_place": [places[i][0] for i in order],
            "worst_place": [places[i][1] for i in order],
        }
        for which, (low, high) in ends.items():
            found[which] = [float(v) for v in getattr(self.indices, which)[order]]
            found[f"{which}_p5"] = [float(v) for v in low[order]]
            found[f"{which}_p95"] = [float(v) for v in high[order]]
        found["inputs"] = [list(self.grouping.groups[labels[i]]) for i in order]
        return {"indices": found, "tornado": self._tornado()}

    def _tornado(self) -> Columns:
        known = {p.key: p for p in self.response.inputs}
        widest = sorted(self.swing, key=lambda key: -abs(self.swing[key][3] - self.swing[key][1]))
        table: Columns = {
            "parameter": widest,
            "unit": [known[key].unit for key in widest],
            "status": [known[key].status for key in widest],
        }
        for i, name in enumerate(("p10", "at_p10", "p90", "at_p90")):
            table[name] = [self.swing[key][i] for key in widest]
        return table

    def frame(self, table: str = "indices") -> pd.DataFrame:
        """A table as a pandas frame: ``indices`` (shares of variance) or ``tornado``."""
        frame = frame_of(self.columns, table, "sensitivity")
        unit = "fraction a year" if self.output == "cagr" else "USD"
        frame.attrs.update(units={"indices": "1", "tornado": unit}, table=table)
        return frame

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, as ``ismarket sensitivity --json`` prints it."""
        plan = self.response.plan
        rows = {name: rows_of(table) for name, table in self.columns.items()}
        return {
            "scenario": plan.scenario.name, "anchor": plan.anchor.name, "output": self.output,
            "base_year": plan.years[0], "through": plan.years[-1], "by": self.grouping.by,
            "points": self.points, "seed": self.seed, "reference": self.reference,
            "spread": self.spread, "notices": list(self.grouping.notices), **rows,
        }  # fmt: skip

    __str__, _repr_html_ = shown_by("analysis.sensitivity_sheet")
    __repr__ = __str__


def sensitivity_of(
    market: Market,
    drivers: Iterable[Driver],
    scenario: Scenario | None = None,
    *,
    output: str = "value",
    by: str = "parameter",
    points: int = POINTS,
    resamples: int = RESAMPLES,
    progress: Callable[[float], None] | None = None,
) -> Sensitivity:
    """What ``output`` (value, cagr or count) of a scenario depends on, in groups ``by`` a word.

    ``points`` base points, up to a million; the seed is the scenario's; ``progress`` is told the
    share that is done.  Raises InputError for an
    unknown word, too few points, or an output that nothing uncertain moves.
    """
    if not FEWEST <= points <= MOST:
        raise InputError(f"points = {points} is outside {FEWEST} to {MOST:,}")
    asked = response(market, drivers, scenario)
    seed = asked.plan.scenario.seed
    if output not in OUTPUTS:
        raise unknown("sensitivity", "output", output, OUTPUTS)
    if not asked.inputs:
        raise InputError("nothing is uncertain here: every input is fixed")
    groups = grouping(asked.plan, asked.inputs, by)
    a, b = drawn(asked.inputs, points, seed, asked.plan.scenario.pairs)
    evaluated = evaluate_design(lambda values: asked(output, values), a, b, groups.groups, progress)
    spread = float(np.concatenate([evaluated.a, evaluated.b]).std())
    reference = float(asked(output, {})[0])
    if spread <= 1e-12 * abs(reference):
        raise InputError(
            f"{OUTPUTS[output]} does not move here: the anchor or the scenario sets it"
        )
    return Sensitivity(
        asked, output, groups, indices(evaluated, resamples=resamples, seed=seed),
        tornado(asked, output), reference, spread, points, seed,
    )  # fmt: skip


def drawn(
    inputs: tuple[Parameter, ...],
    points: int,
    seed: int,
    pairs: Mapping[tuple[str, str], float] | None = None,
) -> tuple[Values, Values]:
    """Two independent samples of the inputs, by key, each (point,) in its own unit.

    ``pairs`` holds rank correlations by pair of keys, as a scenario has them.
    """
    mixing = copula(pairs or {})
    keys = [p.key for p in inputs]
    apart = [key for key in mixing.keys if key not in keys] if mixing else []
    samples = sample([*keys, *apart], points, seed)
    if mixing:
        rows = [[*keys, *apart].index(key) for key in mixing.keys]
        for bits in samples:
            bits[rows] = mixing.mix(bits[rows])
    first, second = (
        {p.key: p.quantile(_unit(bits[i])) for i, p in enumerate(inputs)} for bits in samples
    )
    return first, second


def _unit(bits: Bits) -> Array:
    """Points of the unit interval from 32-bit integers."""
    return np.asarray((bits.astype(float) + 0.5) / 2.0**32)


def tornado(asked: Response, output: str) -> Swing:
    """By input: its P10 and the output there, its P90 and the output there; the rest at modes."""
    inputs = asked.inputs
    ends = {p.key: p.quantile(np.array(TAILS)) for p in inputs}
    values: dict[str, Array] = {}
    for i, parameter in enumerate(inputs):
        column = np.full(2 * len(inputs), parameter.mode)
        column[2 * i : 2 * i + 2] = ends[parameter.key]
        values[parameter.key] = column
    found = asked(output, values)
    return {
        p.key: (
            float(ends[p.key][0]), float(found[2 * i]),
            float(ends[p.key][1]), float(found[2 * i + 1]),
        )
        for i, p in enumerate(inputs)
    }  # fmt: skip
