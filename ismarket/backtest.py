"""Back-test: how well the market's own past could have been forecast, on verified figures alone.

Series come from ``data/evidence``: rows of confidence A and B, bounds and cumulative counts left
out.  From each origin, three forecasts of the next point are scored: no change, constant
growth, and the model's growth of the drug class, all with a spread.  Scores: CRPS and interval
score (Gneiting & Raftery 2007, J. Am. Stat. Assoc. 102:359) on the log scale, coverage with exact
binomial bounds (Clopper & Pearson 1934, Biometrika 26:404).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from statistics import NormalDist

import numpy as np

from .arrays import Array
from .errors import InputError
from .tables import Row, read_table

FEWEST = 8
"""Scored forecasts below which a method is not judged."""
HISTORY = 3
"""Points that an origin needs before it."""
LEVEL = 0.9
CONFIDENCE = ("A", "B")
TABLES = ("sales", "market_estimates", "treatment")
COLUMNS = ["metric", "region", "year", "value", "low", "high", "unit", "confidence", "note"]
LEFT_OUT = re.compile(r"cumulative|guidance|growth|market_size|statement|response|remission")
SAMPLE = 400


@dataclass(frozen=True, eq=False)
class Series:
    """One metric over time: ``time`` in years (mid-period), ``value`` in ``unit``, both (point,).

    ``drug_class`` is the class of the model whose growth stands beside it, if any.
    """

    name: str
    unit: str
    time: Array
    value: Array
    drug_class: str
    sources: tuple[str, ...]


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


Growth = Callable[[str, float], Array]
"""Draws (draw,) of the log growth of a drug class over a lead in years."""


def read_series(folder: Path | Traversable | None = None) -> tuple[Series, ...]:
    """The series of two points or more, those with most points first.

    ``folder`` holds TABLES, by default those of the package; InputError for an unverified row.
    """
    groups: dict[tuple[str, str, bool], list[Row]] = {}
    folder = folder or files(__package__).joinpath("data", "evidence")
    for table in TABLES:
        for row in read_table(folder.joinpath(f"{table}.csv"), COLUMNS, others=True):
            row.choice("confidence", "confidence", CONFIDENCE)
            time = period(row.cells["year"])
            if time is None or not _usable(row):
                continue
            unit = re.sub(r"\s*\(.*\)", "", row.cells["unit"])
            groups.setdefault((row.text("metric"), unit, time[1]), []).append(row)
    found = [_series(*key, rows) for key, rows in groups.items()]
    kept = [series for series in found if len(series.value) > 1]
    return tuple(sorted(kept, key=lambda series: (-len(series.value), series.name)))


def period(text: str) -> tuple[float, bool] | None:
    """The middle of a year or quarter, and whether it is a quarter; None for any other span."""
    match = re.fullmatch(r"(\d{4})(?:-Q([1-4]))?", text)
    if not match:
        return None
    if match[2]:
        return int(match[1]) + (int(match[2]) - 0.5) / 4, True
    return int(match[1]) + 0.5, False


def _usable(row: Row) -> bool:
    """False for bounds, cumulative counts, growth rates and what is no level."""
    value = row.number("value", 0.0)
    bound = "more than" in row.cells["unit"] or "nearly" in row.cells["unit"]
    return value > 0 and not bound and not LEFT_OUT.search(row.cells["metric"])


def _series(metric: str, unit: str, quarterly: bool, rows: list[Row]) -> Series:
    points: dict[float, tuple[str, float]] = {}
    for row in sorted(rows, key=lambda r: r.cells["confidence"], reverse=True):
        time = period(row.cells["year"])
        if time is not None:  # the better confidence comes last and stays
            points[time[0]] = row.text("source"), row.number("value")
    times = sorted(points)
    name = f"{metric}, {'quarters' if quarterly else 'years'}"
    return Series(
        name, unit, np.array(times), np.array([points[t][1] for t in times]), _class_of(metric),
        tuple(dict.fromkeys(points[t][0] for t in times)),
    )  # fmt: skip


def _class_of(metric: str) -> str:
    """The drug class of the model that a metric's sales belong to, all diseases taken together."""
    if "sales" not in metric and "vials" not in metric:
        return ""
    return "ACTH" if re.search("Acthar|Questcor|Cortrophin", metric) else ""


def backtest(series: Iterable[Series], growth: Growth | None = None) -> tuple[Tested, ...]:
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
            return math.log(value[-1]) + growth(series.drug_class, lead)

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


def exact_bounds(successes: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Clopper-Pearson bounds of a share; InputError for more successes than trials."""
    if not 0 <= successes <= trials or trials == 0:
        raise InputError(f"{successes} of {trials} is not a share")
    tail = (1.0 - level) / 2

    def at_least(share: float) -> float:
        return sum(_binomial(k, trials, share) for k in range(successes, trials + 1))

    def at_most(share: float) -> float:
        return sum(_binomial(k, trials, share) for k in range(successes + 1))

    low = 0.0 if successes == 0 else _crossing(lambda p: at_least(p) - tail)
    high = 1.0 if successes == trials else _crossing(lambda p: tail - at_most(p))
    return low, high


def _binomial(k: int, n: int, p: float) -> float:
    return math.comb(n, k) * p**k * (1.0 - p) ** (n - k)


def _crossing(rising: Callable[[float], float]) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2
