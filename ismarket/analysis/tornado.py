"""The tornado of a forecast, and what each cause carries alone: both at a glance, without draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..arrays import Array
from ..engine.blocks import cells_of
from ..engine.forecast import Forecast
from ..engine.plan import Plan
from ..model.cause import Mechanism
from ..model.driver import Driver
from ..model.parameter import Parameter
from .response import Response

TAILS = (0.1, 0.9)


@dataclass(frozen=True)
class Swing:
    """One input alone at its own P10 and P90, everything else at its mode or fixed value.

    ``p10`` and ``p90`` in the unit of the input; ``at_p10`` and ``at_p90`` the output there, or,
    in the tornado of a forecast, changes of the last year's reference value, USD.
    """

    parameter: Parameter
    p10: float
    p90: float
    at_p10: float
    at_p90: float

    @property
    def width(self) -> float:
        """How far the two ends lie apart, in the unit of the output."""
        return abs(self.at_p90 - self.at_p10)


@dataclass(frozen=True)
class CauseAlone:
    """What one cause adds to growth when no other acts, in points a year.

    ``name`` is a mechanism of the catalogue or, for a driver's own effects, the driver;
    ``status`` says how well it is known, ``drivers`` who brings it.
    """

    name: str
    title: str
    status: str
    points: float
    drivers: tuple[str, ...]
    inert: bool


def swings(asked: Response, output: str) -> tuple[Swing, ...]:
    """Every uncertain input at its ends, in the plan's order, with ``output`` there.

    One evaluation with a column for each end of each input: deterministic, no draws.
    """
    inputs = asked.inputs
    ends = [parameter.quantile(np.array(TAILS)) for parameter in inputs]
    values = {p.key: np.full(2 * len(inputs), p.mode) for p in inputs}
    for index, parameter in enumerate(inputs):
        values[parameter.key][2 * index : 2 * index + 2] = ends[index]
    found = asked(output, values).reshape(-1, 2) if inputs else ()
    return tuple(
        Swing(p, *map(float, tails), *map(float, there))
        for p, tails, there in zip(inputs, ends, found, strict=True)
    )


def tornado(forecast: Forecast) -> tuple[Swing, ...]:
    """The inputs that are neither fixed nor constant, the one that moves the last year most first.

    Their ends are changes of the last year's reference value, USD.
    """
    asked = Response(forecast.plan, float(forecast.unexplained_factor[-1]))
    here = float(asked("value", {})[0])
    changes = [
        replace(swing, at_p10=swing.at_p10 - here, at_p90=swing.at_p90 - here)
        for swing in swings(asked, "value")
    ]
    return tuple(sorted(changes, key=lambda swing: (-swing.width, swing.parameter.key)))


def causes_alone(forecast: Forecast) -> tuple[CauseAlone, ...]:
    """Every cause of the acting drivers with its growth when it acts alone, largest first.

    Ratios, fixed values, strengths and overlap are those of the scenario; the growth is that of
    the count, from the first to the last year of the forecast.
    """
    plan = forecast.plan
    known = plan.market.mechanisms
    claimed = list(dict.fromkeys(name for driver in plan.drivers for name in driver.claims))
    found = [
        _alone(plan, known[name], points)
        for name, points in zip(claimed, _points_of_claims(plan, claimed), strict=True)
    ]
    found += [_own(plan, driver) for driver in plan.drivers if driver.effects is not None]
    return tuple(sorted(found, key=lambda cause: (-abs(cause.points), cause.name)))


def _points_of_claims(plan: Plan, claimed: Sequence[str]) -> list[float]:
    """Points a year of each claimed cause: one column each, all other ratios at 1."""
    known = plan.market.mechanisms
    spreading = [n for n in claimed if not known[n].inert and known[n].kind == "spread"]
    values = {key: np.repeat(value, len(spreading)) for key, value in _reference(plan).items()}
    for column, name in enumerate(spreading):
        others = np.arange(len(spreading)) != column
        values[known[name].ratio.key][others] = 1.0
    points = dict.fromkeys(claimed, 0.0)
    if spreading:
        growth = _growth(_narrowed(plan, spreading), values)
        points |= dict(zip(spreading, growth, strict=True))
    for name in claimed:
        if known[name].kind == "path":
            points[name] = _growth(_narrowed(plan, [name]), _reference(plan))[0]
    return [points[name] for name in claimed]


def _narrowed(plan: Plan, claims: Sequence[str]) -> Plan:
    """The plan with those causes of the catalogue and nothing else."""
    drivers = (
        replace(d, claims=tuple(n for n in d.claims if n in claims), effects=None, parameters=())
        for d in plan.drivers
    )
    return replace(plan, drivers=tuple(driver for driver in drivers if driver.claims))


def _alone(plan: Plan, mechanism: Mechanism, points: float) -> CauseAlone:
    drivers = tuple(d.name for d in plan.drivers if mechanism.name in d.claims)
    return CauseAlone(
        mechanism.name, mechanism.title, mechanism.status, points, drivers, mechanism.inert
    )


def _own(plan: Plan, driver: Driver) -> CauseAlone:
    """A driver's own effects, as one cause; as well known as the least known of its inputs."""
    alone = replace(plan, drivers=(replace(driver, claims=()),))
    rank = {"measured": 0, "estimated": 1, "assumed": 2}
    status = max((p.status for p in driver.parameters), key=lambda s: rank[s], default="assumed")
    points = _growth(alone, _reference(plan))[0]
    return CauseAlone(driver.name, driver.title, status, points, (driver.name,), False)


def _reference(plan: Plan) -> dict[str, Array]:
    """Every parameter at its mode or fixed value, each (1,)."""
    return {**plan.modes, **plan.fixed}


def _growth(plan: Plan, values: Mapping[str, Array]) -> list[float]:
    """Growth of the count, points a year, one for each column of ``values``."""
    total = cells_of(plan, values).sum(axis=(1, 2))
    yearly = np.log(total[-1] / total[0]) / (len(total) - 1)
    return [float(point) for point in 100.0 * np.expm1(yearly)]
