"""A forecast stage by stage in some of its years, grouped by the role that each stage has.

    value = people x volume x mix x price x net x price level x scaling

where each role is the product of its stages, and *scaling* is what brings the count to the
forecast: calibration times the growth that no cause explains.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..arrays import Array
from ..errors import check_known
from ..model.stage import DRAW, ROLES
from ..sampling.points import BLOCK
from .blocks import Drawing, level_of, one_thread, stack
from .chain import Chain, product, total_of
from .plan import Plan
from .summaries import quantiles

if TYPE_CHECKING:
    from .forecast import Forecast

SCALING = "scaling"
"""The role of what no stage carries: calibration and the unexplained growth."""


@dataclass(frozen=True, eq=False)
class Staged:
    """The stages of a forecast in some years, each (year or 1, region or 1, class or 1, draw).

    The first draw is the reference case, the others are the first draws of the forecast itself.
    ``scale`` (year, draw) is calibration times unexplained growth.
    """

    plan: Plan
    stages: Mapping[str, Array]
    scale: Array

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that the market's stages have, and the scaling where a report is met."""
        known = {stage.role for stage in self.plan.market.stages}
        scaling = () if self.plan.level is None else (SCALING,)
        return *(role for role in ROLES if role in known), *scaling

    def of(self, role: str) -> Array:
        """The product of the stages of a role, 1 where none has it, with all four axes in full."""
        market, (years, draws) = self.plan.market, self.scale.shape
        found = np.ones((years, len(market.regions), len(market.drug_classes), draws))
        if role == SCALING:
            return found * self.scale[:, None, None]
        names = [stage.name for stage in market.stages if stage.role == role]
        for name in names:
            found = found * self.stages[name]
        return found


def staged(forecast: Forecast, years: Sequence[int], draws: int = BLOCK) -> Staged:
    """The stages of a forecast in ``years``, in the first of its draws, at most ``draws`` of them.

    Raises InputError for a year that the forecast has not.
    """
    plan, market = forecast.plan, forecast.plan.market
    check_known("forecast", "year", forecast.years, *years)
    at = [forecast.years.index(year) for year in years]
    first = np.ones((1, len(market.regions), len(market.drug_classes), 1))
    values = stack(plan, {**plan.modes, **plan.fixed})
    if draws:
        drawn = Drawing(plan).values(0, min(draws, plan.scenario.draws, BLOCK))
        values = np.concatenate([values, drawn], axis=1)
    size = (values.shape[1],)
    with one_thread():
        found = Chain(plan).by_stage(values)
        count = total_of(product([first, *(part[:1] for part in found.values())]))[0]
    cut = {name: part[at] if len(part) > 1 else part for name, part in found.items()}
    stages = {n: np.broadcast_to(part, (*part.shape[:DRAW], *size)) for n, part in cut.items()}
    level, count = level_of(plan, values), np.broadcast_to(count, size)
    factor = np.ones(size) if level is None else level / count
    return Staged(plan, stages, forecast.unexplained_factor[at][:, None] * factor)


class Interval(NamedTuple):
    """An amount in the reference case, on average and in the quantiles of the draws."""

    reference: float
    mean: float
    p5: float
    p50: float
    p95: float


def summarised(values: Array) -> Interval:
    """What values (1 + draw,), the reference case first, come to."""
    ends = quantiles(values[1:], (0.05, 0.5, 0.95))
    return Interval(float(values[0]), float(values[1:].mean()), *map(float, ends))
