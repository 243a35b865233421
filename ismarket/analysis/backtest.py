"""Back-test: how well the market's own past could have been forecast.

From each origin of a series, three forecasts of the next point are scored on the log scale: no
change, constant growth, and the model's growth of the drug class, all with a spread.  CRPS and
interval score after Gneiting & Raftery (2007, J. Am. Stat. Assoc. 102:359), binomial bounds after
Clopper & Pearson (1934, Biometrika 26:404).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import Any

import numpy as np

from ..arrays import Array, Columns
from ..engine.blocks import cells_of
from ..engine.findings import about, caveats
from ..engine.forecast import A_FORECAST, Forecast
from ..errors import InputError, check_kind
from ..text.sheet import Sheet, Table, by_field, framed_by, rows_of, shown_by
from ..text.wording import listed, money, number, percent
from .information import drawn_values
from .track_record import OutsideView, Series, read_outside_view, read_series

FEWEST = 8
"""Scored forecasts below which a method is not judged."""
HISTORY = 3
"""Points that an origin needs before it."""
SAMPLE = 400
LEVEL = 0.9
"""Of the central interval that is scored."""


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
        scores: Columns = {
            "series": [series.name for series, _ in pairs],
            "unit": [series.unit for series, _ in pairs],
            "scope": [series.scope for series, _ in pairs],
            "points": [len(series.value) for series, _ in pairs],
            **by_field(Score, [score for _, score in pairs]),
            "verdict": [score.verdict for _, score in pairs],
            "sources": [list(series.sources) for series, _ in pairs],
        }
        for name in ("crps", "interval_score"):
            scores[name] = [None if math.isnan(value) else value for value in scores[name]]
        value = self.forecast.columns["reference"]["value"][-1]
        total = self.forecast.draws.total[-1]
        views: Columns = {
            **by_field(OutsideView, self.views),
            "year": [self.forecast.years[-1]] * len(self.views),
            "low_usd": [view.band(value)[0] for view in self.views],
            "high_usd": [view.band(value)[1] for view in self.views],
            "share_of_draws_within": [view.held(value, total) for view in self.views],
        }
        return {"scores": scores, "outside_view": views}

    frame = framed_by("backtest", "scores")

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, as ``ismarket backtest --json`` prints it."""
        return {name: rows_of(table) for name, table in self.columns.items()}

    __str__, __repr__, _repr_html_, sheet = shown_by(lambda found: sheet(found))


Growth = Callable[[str, str, float], Array]
"""Draws (draw,) of the log growth of a drug class in a region over a lead in years."""


def backtest_of(forecast: Forecast) -> Backtest:
    """The verified past scored by simple methods and by a forecast's growth; others' accuracy.

    Raises InputError for a market whose past is not on file.
    """
    check_kind("backtest", forecast, Forecast, A_FORECAST)
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


def crps(sample: Array, observed: float) -> float:
    """Continuous ranked probability score of a sample (draw,): smaller is better, its own unit."""
    ordered = np.sort(sample)
    n = len(ordered)
    weight = 2.0 * np.arange(1, n + 1) - n - 1
    spread = float(weight @ ordered) / n**2
    return float(np.abs(ordered - observed).mean()) - spread


def interval(sample: Array, observed: float, level: float = LEVEL) -> tuple[float, bool]:
    """Interval score of the central interval of a sample, and whether it holds the value."""
    low, high = (float(q) for q in np.quantile(sample, [(1 - level) / 2, (1 + level) / 2]))
    miss = max(low - observed, 0.0) + max(observed - high, 0.0)
    return high - low + 2.0 / (1.0 - level) * miss, miss == 0.0


def exact_bounds(successes: int, trials: int) -> tuple[float, float]:
    """Clopper-Pearson bounds of a share, 19 in 20; InputError for more successes than trials."""
    if not 0 <= successes <= trials or trials == 0:
        raise InputError(f"{successes} of {trials} is not a share")
    from scipy.stats import binomtest  # costs more to import than a run

    bounds = binomtest(successes, trials).proportion_ci(0.95, method="exact")
    return float(bounds.low), float(bounds.high)


def sheet(found: Backtest) -> Sheet:
    """What could be judged, what could not, and how far others' forecasts were off."""
    judged = [test for test in found.tested if test.judged]
    parts: list[str | Table] = [*caveats(found.forecast.plan), headline(found)]
    parts += [_points(found), *(_scores(test) for test in judged)]
    modelled = {test.series.region: None for test in found.tested if test.series.drug_class}
    if judged:
        parts += [
            "· CRPS and interval score on the log scale, smaller is better; held: how many of the"
            " 9 in 10 intervals held what came, with the 95% bounds of that share.",
            f"· model: growth of the class in {listed(list(modelled))} from the run's own base"
            " year on, set on each origin. It is of this disease alone, the sales are of all"
            " diseases: it shows how much else has moved them, not how good the model is.",
        ]
    title = f"How well the past could have been forecast · {about(found.forecast.plan)}"
    return Sheet(title, [*parts, *outside(found)])


def _points(found: Backtest) -> Table:
    """Every series with its points, and how many forecasts of it each method can be scored on."""
    rows = [
        [said(test), test.series.scope, str(len(test.series.value)), str(test.scores[0].scored),
         "judged" if test.judged else "too few to judge"]
        for test in found.tested
    ]  # fmt: skip
    header = ["series", "scope", "points", "forecasts a method", "verdict"]
    return Table(header, rows, 2, f"The past on file; a verdict takes {FEWEST} forecasts")


def headline(found: Backtest) -> str:
    """How many series there are, and how many suffice."""
    judged = sum(test.judged for test in found.tested)
    return (
        f"{len(found.tested)} series of verified figures (confidence A and B);"
        f" {judged or 'none'} {'has' if judged == 1 else 'have'} the {FEWEST} forecasts that a"
        " verdict takes."
    )


def said(test: Tested) -> str:
    """A series in words."""
    name, _, steps = test.series.name.replace("_", " ").partition(", ")
    return f"{name.removesuffix(' quarter')}, {steps}"


def outside(found: Backtest) -> list[str]:
    """The forecast beside the published accuracy of others, with its source."""
    if not found.views:
        return ["Outside view: no published accuracy with a source is known."]
    forecast, table = found.forecast, found.columns["outside_view"]
    summary, year, lines = forecast.columns["summary"], forecast.years[-1], []
    for i, view in enumerate(found.views):
        lines += [
            f"Outside view for {year}: of {view.forecasts:,} forecasts for {view.drugs} drugs, more"
            f" than {percent(view.outside)} were off by more than {percent(view.error)}. A band of"
            f" USD {money(table['low_usd'][i])} to {money(table['high_usd'][i])} would have held"
            f" fewer than {percent(1 - view.outside)} of them; this forecast puts"
            f" {percent(table['share_of_draws_within'][i])} of its draws there. Its own 9 in 10:"
            f" USD {money(summary['p5'][-1])} to {money(summary['p95'][-1])}.",
            f"· Source: {view.source}. {view.note[:1].upper()}{view.note[1:]}.",
        ]
    return lines


def _scores(test: Tested) -> Table:
    series = test.series
    rows = [
        [s.method, number(s.crps, 3), number(s.interval_score, 2), f"{s.covered} of {s.scored}",
         f"{s.coverage_low:.0%} to {s.coverage_high:.0%}", s.verdict]
        for s in test.scores
    ]  # fmt: skip
    title = f"{said(test)} ({series.unit}), {int(series.time[0])} to {int(series.time[-1])}"
    header = ["method", "CRPS", "interval score", "held", "bounds", "verdict"]
    return Table(header, rows, title=title)
