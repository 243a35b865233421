"""Growth over a period, taken apart: the printed growth by what carries it, and a scenario's own.

Log growth adds up over its parts; points share it out by the logarithmic mean over the growth that
they are points of, so that they add up to it (Ang 2004, Energy Policy 32:1131).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..model.anchor import NOMINAL
from .attribution import growth_share
from .forecast import UNEXPLAINED, Forecast

INFLATION = "inflation"
"""What general prices carry of a growth that is printed in the dollars of each year."""
NAMED = "named causes"
"""What the causes that a report names carry of its growth: at their modes, each counted once."""


@dataclass(frozen=True)
class Growth:
    """Growth from ``first`` to ``last``: ``points`` a year by part, percentage points."""

    first: int
    last: int
    points: Mapping[str, float]

    @property
    def total(self) -> float:
        """Growth a year, percent: the sum of the points."""
        return sum(self.points.values())

    @property
    def period(self) -> str:
        """The years, as a sentence says them."""
        return f"from {self.first} to {self.last}"


def taken_apart(first: int, last: int, logs: Mapping[str, float]) -> Growth:
    """The growth whose ``logs``, by part, are log growth over the whole period."""
    share = 100.0 * float(growth_share(np.array(sum(logs.values())), last - first))
    return Growth(first, last, {part: share * log for part, log in logs.items()})


def printed_growth(forecast: Forecast) -> Growth | None:
    """The published path's growth as far as forecast and report both reach; None where no year is.

    It does not depend on which drivers the scenario takes in, nor how strong they are.
    """
    anchor, market, first = forecast.plan.anchor, forecast.plan.market, forecast.years[0]
    last = min(anchor.last_year, forecast.years[-1])
    if not anchor.published or last <= first:
        return None
    whole = math.log(anchor.at(last) / anchor.at(first))
    left = math.log(forecast.unexplained_factor[last - first])
    logs = {}
    if anchor.price_basis == NOMINAL and market.price_level is not None:
        logs[INFLATION] = math.log(market.prices(last) / market.prices(first))
    logs[NAMED] = whole - left - sum(logs.values())
    return taken_apart(first, last, {**logs, UNEXPLAINED: left})


def scenario_growth(forecast: Forecast) -> Growth:
    """The growth of the reference case: by acting driver, and what stays unexplained."""
    carried = zip(forecast.plan.drivers, forecast.modes.contributions[:, 0], strict=True)
    logs = {driver.name: float(log) for driver, log in carried}
    logs[UNEXPLAINED] = math.log(forecast.unexplained_factor[-1])
    return taken_apart(forecast.years[0], forecast.years[-1], logs)
