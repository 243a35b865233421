"""Sensitivity: which inputs the answer depends on, one at a time and all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Columns
from ..engine.findings import about, caveats
from ..errors import InputError, check_known
from ..model.driver import Driver
from ..model.market import Market
from ..model.parameter import Parameter
from ..model.pooled import LEVEL
from ..model.scenario import Scenario
from ..sampling.copula import copula
from ..text.sheet import Hint, Sheet, Table, frame_of, rows_of, shown_by
from ..text.wording import figure, money, percent, rate
from .groups import Grouping, grouping
from .response import OUTPUTS, Response, response
from .sobol import Indices, Values, indices, sample, swapped
from .tornado import Swing, swings

if TYPE_CHECKING:
    import pandas as pd

POINTS = 4096
"""Base points of the design, unless said otherwise."""
FEWEST, MOST = 64, 1 << 20
MOST_ROWS = 12
ENDS = ("p10", "at_p10", "p90", "at_p90")
"""What the tornado says of each input."""
CALLED = {"mechanism": "cause", "parameter": "input"}
"""What a reader calls a group, where that is another word than the choice."""


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """What one output of a scenario depends on.

    ``swings`` hold each input at its P10 and P90 and the output there, the rest at its mode;
    ``reference`` the output with everything at its mode, ``spread`` its standard deviation over
    the draws, all in the unit of the output (USD, or a fraction a year).
    """

    response: Response
    output: str
    grouping: Grouping
    indices: Indices
    swings: tuple[Swing, ...]
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
        widest = sorted(self.swings, key=lambda swing: -swing.width)
        return {
            "parameter": [swing.parameter.key for swing in widest],
            "unit": [swing.parameter.unit for swing in widest],
            "status": [swing.parameter.status for swing in widest],
            **{name: [getattr(swing, name) for swing in widest] for name in ENDS},
        }

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

    __str__, __repr__, _repr_html_, sheet = shown_by(lambda found: sheet(found))


def sensitivity_of(
    market: Market,
    drivers: Iterable[Driver],
    scenario: Scenario | None = None,
    *,
    output: str = "value",
    by: str = "parameter",
    points: int = POINTS,
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
    check_known("sensitivity", "output", OUTPUTS, output)
    if not asked.inputs:
        raise InputError("nothing is uncertain here: every input is fixed")
    groups = grouping(asked.plan, asked.inputs, by)
    a, b = drawn(asked.inputs, points, seed, asked.plan.pairs)
    at_a, at_b = asked(output, a), asked(output, b)
    sets = list(groups.groups.values())
    exchanged = swapped(lambda values: asked(output, values), a, b, sets, progress)
    spread = float(np.concatenate([at_a, at_b]).std())
    reference = float(asked(output, {})[0])
    if spread <= 1e-12 * abs(reference):
        raise InputError(
            f"{OUTPUTS[output]} does not move here: the anchor or the scenario sets it"
        )
    return Sensitivity(
        asked, output, groups, indices(tuple(groups.groups), at_a, at_b, exchanged),
        swings(asked, output), reference, spread, points, seed,
    )  # fmt: skip


def drawn(
    inputs: tuple[Parameter, ...],
    points: int,
    seed: int,
    pairs: Mapping[tuple[str, str], float] | None = None,
) -> Iterator[Values]:
    """Two independent samples of the inputs, by key, each (point,) in its own unit; one by one.

    ``pairs`` holds rank correlations by pair of keys, as a scenario has them.
    """
    mixing = copula(pairs or {})
    keys = [p.key for p in inputs]
    apart = [key for key in mixing.keys if key not in keys] if mixing else []
    rows = [[*keys, *apart].index(key) for key in mixing.keys] if mixing else []
    for bits in sample([*keys, *apart], points, seed):
        if mixing:
            bits[rows] = mixing.mix(bits[rows])
        yield {
            p.key: p.quantile((row.astype(float) + 0.5) / 2.0**32)
            for p, row in zip(inputs, bits, strict=False)
        }


def sheet(found: Sensitivity) -> Sheet:
    """Shares of the variance, then the output at each input's P10 and P90."""
    plan = found.response.plan
    rows = found.columns["indices"]
    shown = min(MOST_ROWS, len(rows["group"]))
    first, last = plan.years[0], plan.years[-1]
    what = {"value": f"value in {last}", "cagr": f"growth a year, {first} to {last}",
            "count": f"the count in {first}"}[found.output]  # fmt: skip
    points = f"{found.points:,} base points"
    title = f"What it depends on: {what} · {about(plan, points)}"
    parts: list[str | Table] = [*caveats(plan), headline(found), *_level(found)]
    by = CALLED.get(found.grouping.by, found.grouping.by)
    parts += [Table([by, "place", "alone", "9 in 10", "in all", "9 in 10"],
                    [_row(found, i) for i in range(shown)], shares=[2, 4])]  # fmt: skip
    if shown < len(rows["group"]):
        smaller = len(rows["group"]) - shown
        parts.append(Hint(f"{smaller} smaller ones: --json, in Python frame()."))
    parts += [
        "· alone: the share of the variance that would go if only this were known. In all: the"
        " share that would stay if only this were unknown. A place is printed as a range where"
        " the draws cannot tell (19 in 20).",
        *(f"· {notice}" for notice in found.grouping.notices),
        _tornado(found),
    ]
    return Sheet(title, parts)


def headline(found: Sensitivity) -> str:
    """The largest group and how many it takes to carry nine tenths, if the draws can tell."""
    rows = found.columns["indices"]
    top = [rows["group"][i] for i in range(len(rows["group"])) if rows["best_place"][i] == 1]
    middle = f"{OUTPUTS[found.output].capitalize()}: {_written(found, found.reference)} in the"
    middle += f" reference case, one standard deviation {_written(found, found.spread)}."
    if len(top) > 1:
        return f"{middle} {len(top)} share the first place; the draws cannot tell them apart."
    share = _share(rows["total"][0])
    return f"{middle} Most of all it depends on {top[0]} ({share} of the variance)."


def _level(found: Sensitivity) -> list[str]:
    anchor = found.response.plan.anchor
    if found.output != "value" or LEVEL in found.response.plan.modes or not anchor.published:
        return []
    return [
        f"The level is {anchor.publisher}'s in every draw, so only growth can move it.",
        Hint("Whether the level itself stands: --output count, or ismarket triangulate."),
    ]


def _row(found: Sensitivity, i: int) -> list[str]:
    rows = found.columns["indices"]
    best, worst = rows["best_place"][i], rows["worst_place"][i]
    cells = [rows["group"][i], str(best) if best == worst else f"{best} to {worst}"]
    for which in ("first", "total"):
        low, high = rows[f"{which}_p5"][i], rows[f"{which}_p95"][i]
        cells += [_share(rows[which][i]), f"{_share(low)} to {_share(high)}"]
    return cells


def _share(share: float) -> str:
    """A share of the variance; sampling may put one below nothing or above the whole."""
    return percent(min(max(share, 0.0), 1.0))


def _tornado(found: Sensitivity) -> Table:
    rows = found.columns["tornado"]
    cells = [
        [rows["parameter"][i], rows["status"][i],
         figure(rows["p10"][i], rows["unit"][i]), _written(found, rows["at_p10"][i]),
         figure(rows["p90"][i], rows["unit"][i]), _written(found, rows["at_p90"][i])]
        for i in range(min(MOST_ROWS, len(rows["parameter"])))
    ]  # fmt: skip
    title = "Each input at its P10 and P90, the rest at the most likely value"
    return Table(["one at a time", "status", "P10", "gives", "P90", "gives"], cells, 2, title)


def _written(found: Sensitivity, value: float) -> str:
    return rate(value) if found.output == "cagr" else f"USD {money(value)}"
