"""The model as a function of its inputs: the market's value at two years, and no attribution.

All analyses of what matters, what is required and what rests on evidence ask their questions
through it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ..arrays import Array
from ..engine.blocks import level_of, one_thread, stack
from ..engine.chain import Chain
from ..engine.forecaster import unexplained
from ..engine.plan import Plan, make_plan
from ..errors import check_known
from ..model.driver import Driver
from ..model.market import Market
from ..model.parameter import Parameter
from ..model.scenario import Scenario
from ..model.stage import DRUG_CLASS, REGION, YearPath
from .groups import uncertain

OUTPUTS = {
    "value": "value in the last year",
    "cagr": "growth a year",
    "count": "the count in the first year",
}
"""What may be asked for: USD, a fraction a year, USD before any published level is put on it."""


@dataclass(frozen=True, eq=False)
class Response:
    """A scenario as a function: drawn inputs in, one figure of the forecast out.

    ``left`` is the published growth, a factor over the whole span, that no named driver carries.
    """

    plan: Plan
    left: float

    @cached_property
    def inputs(self) -> tuple[Parameter, ...]:
        """What is uncertain: neither constant nor fixed by the scenario."""
        return uncertain(self.plan)

    def __call__(self, output: str, values: Mapping[str, Array]) -> Array:
        """``output`` (draw,) at ``values``, drawn inputs by key (draw,); the rest at its mode."""
        check_known("sensitivity", "output", OUTPUTS, output)
        return self.every(values)[output]

    def every(self, values: Mapping[str, Array]) -> dict[str, Array]:
        """Each of OUTPUTS (draw,) at the same values, of which the market is computed once."""
        stacked = self._stacked(values)
        first, last = self._cells(stacked).sum(axis=(REGION, DRUG_CLASS))
        grown = self.left * last / first
        level, span = level_of(self.plan, stacked), self.plan.years[-1] - self.plan.years[0]
        value = (first if level is None else level) * grown
        return {"value": value, "cagr": np.expm1(np.log(grown) / span), "count": first}

    def cells(self, values: Mapping[str, Array]) -> Array:
        """Value before calibration, USD, (2, region, drug_class, draw): first and last year."""
        return self._cells(self._stacked(values))

    def _stacked(self, values: Mapping[str, Array]) -> Array:
        return stack(self.plan, {**self.plan.modes, **self.plan.fixed, **values})

    def _cells(self, stacked: Array) -> Array:
        with one_thread():
            return self._chain(stacked)[[0, -1]]

    @cached_property
    def _chain(self) -> Chain:
        """The chain in the years that matter here: causes of the catalogue need no others."""
        own = any(driver.effects is not None for driver in self.plan.drivers)
        market = self.plan.market if own else _two_years(self.plan)
        start = market.years.index(self.plan.years[0])
        return Chain(replace(self.plan, market=market, start=start))


def response(
    market: Market,
    drivers: Iterable[Driver],
    scenario: Scenario | None = None,
    year: int | None = None,
) -> Response:
    """The scenario as a function of its inputs; ``year`` moves its last year."""
    installed = tuple(drivers)
    chosen = scenario or Scenario()
    plan = make_plan(market, installed, chosen if year is None else replace(chosen, through=year))
    return Response(plan, float(unexplained(plan, installed)[-1]))


def _two_years(plan: Plan) -> Market:
    """The market at its base year and the plan's first and last alone: causes need no others."""
    rows = sorted({0, plan.start, len(plan.market.years) - 1})

    def cut(path: YearPath) -> YearPath:
        kept = [*rows, len(path.mode) - 1]  # a drawn path is told by the last year of its table
        return YearPath(path.low[kept], path.mode[kept], path.high[kept])

    stages = tuple(
        stage if stage.path is None else replace(stage, path=cut(stage.path))
        for stage in plan.market.stages
    )
    return replace(plan.market, years=tuple(plan.market.years[row] for row in rows), stages=stages)
