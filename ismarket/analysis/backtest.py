"""Back-test: how well the market's own past could have been forecast.

From each origin of a series, three forecasts of the next point are scored on the log scale: no
change, constant growth, and the model's growth of the drug class, all with a spread.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Array, Columns, rows_of
from ..engine.blocks import cells_of
from ..engine.forecast import Forecast
from ..errors import InputError
from ..text.sheet import frame_of, shown_by
from .information import drawn_values
from .outside_view import OutsideView, read_outside_view
from .scoring import LEVEL, crps, exact_bounds, interval
from .track_record import Series, read_series

if TYPE_CHECKING:
    import pandas as pd

FEWEST = 8
"""Scored forecasts below which a method is not judged."""
HISTORY = 3
"""Points that an origin needs before it."""
SAMPLE = 400


@dataclass(frozen=True)
class Score:
    """How one method did on one series: means over ``scored`` forecasts, log scale."""

    method: str
    scored: int
    crps: float
    interval_score: float
    covered: int
    coverage_low: float
    coverage_high: float

    @property
    def verdict(self) -> str:
        """What the scores allow to be said."""
        if self.scored < FEWEST:
            return "too few to judge"
        if self.coverage_high < LEVEL:
            return "intervals too narrow"
        return (
            "intervals too wide" if self.coverage_low > LEVEL else "coverage not told from 9 in 10"
        )


@dataclass(frozen=True)
class Tested:
    """A series and the scores of every method on it."""

    series: Series
    scores: tuple[Score, ...]

    @property
    def judged(self) -> bool:
        """True where there is enough to judge a method by."""
        return any(score.scored >= FEWEST for score in self.scores)


@dataclass(frozen=True, eq=False)
class Backtest:
    """Every series with its scores, and the published accuracy of others beside a forecast."""

    forecast: Forecast
    tested: tuple[Tested, ...]
    views: tuple[OutsideView, ...]

    @cached_property
    def columns(self) -> Mapping[str, Columns]:
        """The tables by name: ``scores``, one row a series and method, and ``outside_view``."""
        pairs = [(test.series, score) for test in self.tested for score in test.scores]
        some = {"crps", "interval_score"}
        scores: Columns = {
            "series": [series.name for series, _ in pairs],
            "unit": [series.unit for series, _ in pairs],
            "points": [len(series.value) for series, _ in pairs],
        }
        for name in [field.name for field in fields(Score)]:
            scores[name] = [
                None if name in some and not score.scored else getattr(score, name)
                for _, score in pairs
            ]
        scores["verdict"] = [score.verdict for _, score in pairs]
        scores["sources"] = [list(series.sources) for series, _ in pairs]
        value = self.forecast.columns["reference"]["value"][-1]
        total = self.forecast.draws.total[-1]
        views: Columns = {
            name: [getattr(view, name) for view in self.views]
            for name in (field.name for field in fields(OutsideView))
        }
        views["year"] = [self.forecast.years[-1]] * len(self.views)
        views["low_usd"] = [view.band(value)[0] for view in self.views]
        views["high_usd"] = [view.band(value)[1] for view in self.views]
        views["share_of_draws_within"] = [view.held(value, total) for view in self.views]
        return {"scores": scores, "outside_view": views}

    def frame(self, table: str = "scores") -> pd.DataFrame:
        """A table as a pandas frame: ``scores`` or ``outside_view``."""
        return frame_of(self.columns, table, "backtest")

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, as ``ismarket backtest --json`` prints it."""
        return {name: rows_of(table) for name, table in self.columns.items()}

    __str__, _repr_html_ = shown_by("analysis.backtest_sheet")
    __repr__ = __str__


Growth = Callable[[str, str, float], Array]
"""Draws (draw,) of the log growth of a drug class in a region over a lead in years."""


def backtest_of(forecast: Forecast) -> Backtest:
    """The verified past scored by simple methods and by a forecast's growth; others' accuracy.

    Raises InputError for a market whose past is not on file.
    """
    market = forecast.plan.market.name
    series = read_series(market)
    if not series:
        raise InputError(f"backtest: no past of {market} is on file, so nothing to score")
    return Backtest(forecast, scored(series, model_growth(forecast)), read_outside_view())


def model_growth(forecast: Forecast) -> Growth:
    """The forecast's own growth of a class in a region, from its base year on."""
    plan = forecast.plan
    values = drawn_values(plan) | {
        key: np.broadcast_to(value, plan.scenario.draws) for key, value in plan.fixed.items()
    }
    cells, market = cells_of(plan, values), plan.market

    def growth(region: str, drug_class: str, lead: float) -> Array:
        place = market.regions.index(region), market.drug_classes.index(drug_class)
        path = cells[:, *place]
        whole = min(int(lead), len(path) - 2)
        here, after = np.log(path[whole] / path[0]), np.log(path[whole + 1] / path[0])
        moved: Array = here + (lead - whole) * (after - here)
        return moved

    return growth


def scored(series: Iterable[Series], growth: Growth | None = None) -> tuple[Tested, ...]:
    """The scores of every method on every series.

    Each origin, with HISTORY points behind it, is scored on the next point alone, so that no two
    errors share a step.
    """
    return tuple(
        Tested(s, tuple(_score(s, name, method) for name, method in _methods(s, growth).items()))
        for s in series
    )


Forecaster = Callable[[Array, Array, float], Array]
"""From times and values up to the origin and a lead in years: a sample of the log value."""


def _methods(series: Series, growth: Growth | None) -> dict[str, Forecaster]:
    methods: dict[str, Forecaster] = {"no change": no_change, "constant growth": constant_growth}
    if growth is not None and series.drug_class:

        def model(time: Array, value: Array, lead: float) -> Array:
            return math.log(value[-1]) + growth(series.region, series.drug_class, lead)

        methods["model"] = model
    return methods


def no_change(time: Array, value: Array, lead: float) -> Array:
    """The last value stays, with the spread of past changes."""
    gaps, changes = np.diff(time), np.diff(np.log(value))
    variance = float(np.mean(changes**2 / gaps)) * lead
    return _normal(math.log(value[-1]), math.sqrt(variance))


def constant_growth(time: Array, value: Array, lead: float) -> Array:
    """Past growth goes on, with the spread of past changes about it and of its own estimate."""
    gaps, changes = np.diff(time), np.diff(np.log(value))
    rate = float(changes.sum() / gaps.sum())
    spread = (changes - rate * gaps) ** 2 / gaps
    variance = float(spread.sum()) / max(1, len(gaps) - 1)
    variance *= lead + lead**2 / float(gaps.sum())
    return _normal(math.log(value[-1]) + rate * lead, math.sqrt(variance))


def _normal(mean: float, deviation: float) -> Array:
    levels = (np.arange(SAMPLE) + 0.5) / SAMPLE
    standard = np.array([NormalDist().inv_cdf(float(level)) for level in levels])
    return mean + deviation * standard


def _score(series: Series, name: str, method: Forecaster) -> Score:
    found = []
    for origin in range(HISTORY, len(series.value)):
        lead = float(series.time[origin] - series.time[origin - 1])
        sample = method(series.time[:origin], series.value[:origin], lead)
        found.append((crps(sample, y := math.log(series.value[origin])), *interval(sample, y)))
    if not found:
        return Score(name, 0, math.nan, math.nan, 0, 0.0, 1.0)
    scores = np.array(found)
    covered = int(scores[:, 2].sum())
    low, high = exact_bounds(covered, len(found))
    crps_mean, interval_mean = float(scores[:, 0].mean()), float(scores[:, 1].mean())
    return Score(name, len(found), crps_mean, interval_mean, covered, low, high)
