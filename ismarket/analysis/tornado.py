"""The tornado of a forecast, and what each cause carries alone: both at a glance, without draws."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..engine.blocks import stack
from ..engine.chain import Chain
from ..engine.forecast import Forecast
from ..model.parameter import STATUSES, Parameter
from .response import Response

TAILS = (0.1, 0.9)


@dataclass(frozen=True)
class Swing:
    """One input alone at its own P10 and P90, everything else at its mode or fixed value.

    A chance stands at 0 and at 1.
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
    ends = [np.array([0.0, 1.0]) if p.happens else p.quantile(np.array(TAILS)) for p in inputs]
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
    the count, from the first to the last year of the forecast.  A driver's own effects are one
    cause, as well known as the least known of its inputs.
    """
    plan = forecast.plan
    parts = [replace(driver, claims=(name,), effects=None, parameters=(), mechanisms=())
             for driver in plan.drivers for name in driver.claims]  # fmt: skip
    parts += [replace(d, claims=(), mechanisms=()) for d in plan.drivers if d.effects is not None]
    who: dict[tuple[str, ...], list[int]] = {}
    for index, part in enumerate(parts):
        who.setdefault(part.claims or (part.name, "own"), []).append(index)
    coalitions = [0, *(sum(1 << one for one in set(some)) for some in who.values())]
    chain = Chain(replace(plan, drivers=tuple(parts)), coalitions)
    growth = chain.compared(stack(plan, {**plan.modes, **plan.fixed})).growth
    points = 100.0 * np.expm1((growth[1:, 0] - growth[0, 0]) / forecast.span)
    found = []
    for (name, *own), members, point in zip(who, who.values(), points, strict=True):
        said, inert = parts[members[0]], False
        title = said.title
        status = max((p.status for p in said.parameters), key=STATUSES.index, default="assumed")
        if not own:
            cause = plan.market.mechanisms[name]
            title, status, inert = cause.title, cause.status, cause.inert
        drivers = tuple(parts[i].name for i in members)
        found.append(CauseAlone(name, title, status, float(point), drivers, inert))
    return tuple(sorted(found, key=lambda cause: (-abs(cause.points), cause.name)))
