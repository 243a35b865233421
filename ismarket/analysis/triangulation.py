"""Triangulation: the published levels beside each other, the count, and what no level may pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Array, Columns, rows_of
from ..engine.forecaster import forecast
from ..engine.plan import drawn_parameters
from ..errors import InputError
from ..model.anchor import Anchor
from ..model.driver import Driver
from ..model.market import Market
from ..model.pooled import PRIORS, WHICH, Pool, estimates, pool_of
from ..model.scenario import Scenario
from ..text.sheet import frame_of, shown_by
from .ceilings import Ceiling, read_ceilings
from .endpoints import Reading, readings
from .sensitivity import drawn

if TYPE_CHECKING:
    import pandas as pd

DRAWS = 4096
"""Draws of the count of patients."""
ENDS = (0.05, 0.5, 0.95)
People = dict[str, dict[str, float]]


@dataclass(frozen=True, eq=False)
class Triangulation:
    """Published estimates moved to ``year``, against the count; money in USD.

    ``count`` has the bottom-up level and ``people`` the cases and treated patients a year, each
    by reference, mean, p5, p50 and p95.
    """

    market: Market
    year: int
    anchors: tuple[Anchor, ...]
    readings: tuple[Reading, ...]
    pool: Pool
    count: dict[str, float]
    people: People
    ceilings: tuple[Ceiling, ...]

    @cached_property
    def columns(self) -> Mapping[str, Columns]:
        """The tables by name: estimates, pooled, without, readings, people, ceilings, priors."""
        pooled = {w: self.pool.quantile(np.array(ENDS), w) for w in WHICH}
        left_out = {n: p.quantile(np.array(ENDS)) for n, p in self.pool.without.items()}
        return {
            "estimates": self._estimates(),
            "pooled": _by_row("of", pooled),
            "without": _by_row("left_out", left_out),
            "readings": {
                name: [getattr(r, name) for r in self.readings] for name in Reading.__annotations__
            },
            "people": {
                "of": list(self.people),
                **{k: [row[k] for row in self.people.values()] for k in ("reference", "p5", "p95")},
            },
            "ceilings": self._ceilings(),
            "priors": {"prior": list(PRIORS), "assumed": list(PRIORS.values())},
        }

    def _estimates(self) -> Columns:
        """One row an estimate, and one for the count at the bottom."""
        levels = [float(level) for level in self.pool.levels]
        both = {a.name: [r.level for r in self.readings if r.anchor == a.name]
                for a in self.anchors}  # fmt: skip
        count = self.count["reference"]
        everyone = [*levels, count]
        return {
            "anchor": [*self.pool.names, "bottom-up"],
            "publisher": [*(a.publisher for a in self.anchors), "counted"],
            "base_year": [*(a.base_year for a in self.anchors), self.year],
            "printed_usd": [*(a.value for a in self.anchors), None],
            "cagr": [*(a.cagr for a in self.anchors), None],
            "level_usd": everyone,
            "low_usd": [*(min(both[name]) for name in self.pool.names), self.count["p5"]],
            "high_usd": [*(max(both[name]) for name in self.pool.names), self.count["p95"]],
            "times_the_count": [level / count for level in everyone],
            "outlier": [*(float(p) for p in self.pool.outlier), None],
            "usd_per_case": [level / self.people["cases"]["reference"] for level in everyone],
            "usd_per_treated": [level / self.people["treated"]["reference"] for level in everyone],
            "source": [*(a.source for a in self.anchors), "the funnel tables of the market"],
        }

    def _ceilings(self) -> Columns:
        cases = self.people["cases"]["p95"]
        usd = [ceiling.at(self.year, cases) for ceiling in self.ceilings]
        return {
            "ceiling": [c.name for c in self.ceilings],
            "title": [c.title for c in self.ceilings],
            "usd": usd,
            "counts": [c.counts for c in self.ceilings],
            "above_it": [
                [name for name, level in zip(self.pool.names, self.pool.levels, strict=True)
                 if c.counts and level > top]
                for c, top in zip(self.ceilings, usd, strict=True)
            ],
            "source": [" | ".join(dict.fromkeys(p.source for p in c.parts)) for c in self.ceilings],
        }  # fmt: skip

    def frame(self, table: str = "estimates") -> pd.DataFrame:
        """A table as a pandas frame; see ``columns`` for their names."""
        return frame_of(self.columns, table, "triangulate")

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, as ``ismarket triangulate --json`` prints it."""
        rows = {name: rows_of(table) for name, table in self.columns.items()}
        return {"market": self.market.name, "year": self.year, "count": self.count, **rows}

    __str__, _repr_html_ = shown_by("analysis.triangulation_sheet")
    __repr__ = __str__


def triangulate(
    market: Market,
    drivers: Iterable[Driver],
    *,
    anchors: Iterable[Anchor] = (),
    ceilings: Iterable[Ceiling] | None = None,
    seed: int | None = None,
) -> Triangulation:
    """The published estimates of a market in its base year, beside the count and the ceilings.

    ``anchors`` are further estimates, such as one that was read from a page; ``ceilings`` replace
    the shipped ones.  Raises InputError where nothing is published.
    """
    published = (*estimates(market.anchors), *anchors)
    names = [anchor.name for anchor in published]
    if not published:
        raise InputError(f"{market.name}: no published estimate to compare")
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"triangulate: two estimates are called {name!r}")
    year = market.base_year
    known = read_ceilings() if ceilings is None else tuple(ceilings)
    scenario = Scenario(anchor="bottom-up", without=(), market=market.name)
    scenario = scenario if seed is None else scenario.changed(seed=seed)
    counted = forecast(market, drivers, scenario).columns["count"]
    return Triangulation(
        market, year, published,
        tuple(reading for anchor in published for reading in readings(anchor, year)),
        pool_of(published, year),
        {name: column[0] for name, column in counted.items()},
        count_people(market, scenario.seed),
        tuple(c for c in known if c.market == market.name),
    )  # fmt: skip


def count_people(market: Market, seed: int) -> People:
    """Cases and treated patients in the base year: reference, mean and quantiles of the draws."""
    inputs = tuple(p for p in drawn_parameters(market, ()) if not p.constant)
    a, _ = drawn(inputs, DRAWS, seed)
    modes = {p.key: np.array([p.mode]) for p in market.parameters.values()}
    drawn_people, reference = _people(market, {**modes, **a}), _people(market, modes)
    ends = {name: np.quantile(people, ENDS) for name, people in drawn_people.items()}
    return {
        name: {
            "reference": float(reference[name][0]),
            "mean": float(drawn_people[name].mean()),
            **dict(zip(("p5", "p50", "p95"), map(float, ends[name]), strict=True)),
        }
        for name in reference
    }


def _people(market: Market, values: Mapping[str, Array]) -> dict[str, Array]:
    def base(name: str) -> Array:
        stage = market.stage(name)
        if stage.path is not None:
            return np.asarray(stage.path.mode[0][:, None])
        columns = np.broadcast_arrays(*(values[p.key] for p in stage.parameters))
        return np.stack(columns)

    cases = base("births") * base("incidence")
    treated = cases * base("diagnosed") * base("treated")
    return {"cases": cases.sum(axis=0), "treated": treated.sum(axis=0)}


def _by_row(label: str, rows: Mapping[str, Array]) -> Columns:
    table: Columns = {label: list(rows)}
    for i, name in enumerate(("p5", "p50", "p95")):
        table[name] = [float(row[i]) for row in rows.values()]
    return table
