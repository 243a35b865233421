"""Updating: a forecast's draws re-weighted by what has been observed since.

Weights are Pareto-smoothed importance weights (Vehtari, Simpson, Gelman, Yao & Gabry 2024, JMLR
25(72)), the tail fitted after Zhang & Stephens (2009, Technometrics 51:316).  The update is refused
where the estimated shape k of the tail is above 0.7, and where even the nearest draw misses the
observations by more than their errors do once in a thousand: k compares the draws with each other
and cannot tell when all are equally far off.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ..arrays import Array, Columns
from ..engine.findings import about, caveats
from ..engine.forecast import A_FORECAST, Forecast
from ..errors import InputError, check_kind, check_known, list_of, need_numbers
from ..model.tables import EVIDENCE, OPTIONAL, read_table
from ..text.sheet import Sheet, Table, by_field, framed_by, rows_of, shown_by
from ..text.wording import fraction, listed, money, number, percent, usd

LARGEST_K = 0.7
RARE = 0.001
"""Probability of a miss by error alone below which a draw does not reach the observations."""
FEWEST_DRAWS = 100
SHORTEST_TAIL = 5
MOST_YEARS = 8
COLUMNS = ["year", "value_usd", "error"]
"""Of a table of actuals, beside the ``status`` and ``source`` that every table has."""
MORE = ("known", "dollars")
"""What such a table may hold more: since when an actual is known, and the unit it counts in."""


@dataclass(frozen=True)
class Observation:
    """An actual ``value`` of the whole market, USD, with its relative standard ``error``: 0.1, 10%.

    ``known`` is the day since which it is known, such as 2027-02-15, and ``dollars`` the unit that
    it counts in, ``current USD`` or ``USD of 2022``; left open, those of the forecast.  Raises
    InputError for a value of 0 or less, an error outside 0 to 2, and a day that is none.
    """

    year: int
    value: float
    error: float
    source: str = ""
    known: str = ""
    dollars: str = ""

    @property
    def known_since(self) -> str:
        """The day since which it is known, as said, or the first one after its year."""
        return self.known or f"{self.year + 1}-01-01"

    def __post_init__(self) -> None:
        need_numbers("Observation", {k: vars(self)[k] for k in ("year", "value", "error")})
        if self.known and not re.fullmatch(r"\d{4}-\d\d-\d\d", self.known):
            raise InputError(f"observation {self.year}: known {self.known!r} is a day, 2027-02-15")
        if not (math.isfinite(self.value) and self.value > 0):
            raise InputError(f"observation {self.year}: value {self.value!r} USD must be above 0")
        if not (math.isfinite(self.error) and 0 < self.error <= 2):
            raise InputError(
                f"observation {self.year}: error {self.error!r} is a fraction above 0, up to 2"
            )


@dataclass(frozen=True, eq=False)
class Updated:
    """A forecast after its observations: one weight a draw, and how far they can be trusted.

    ``weights`` (draw,) add up to 1; ``effective`` is how many equal draws they are worth.
    """

    forecast: Forecast
    observations: tuple[Observation, ...]
    weights: Array
    k_hat: float
    effective: float

    @cached_property
    def columns(self) -> Mapping[str, Columns]:
        """The tables by name: ``summary`` (USD by year, after and before) and ``observations``."""
        total, before = self.forecast.draws.total, self.forecast.columns["summary"]
        found = [weighted_quantiles(row, self.weights, (0.05, 0.5, 0.95)) for row in total]
        names = ("p5", "p50", "p95")
        return {
            "summary": {
                "year": list(self.forecast.years),
                "mean": [float(row @ self.weights) for row in total],
                **{name: [float(v[i]) for v in found] for i, name in enumerate(names)},
                **{f"{name}_before": before[name] for name in names},
            },
            "observations": by_field(Observation, self.observations),
        }

    def summary(self) -> Columns:
        """The path by year as updated: mean and quantiles of the weighted draws, USD."""
        return self.columns["summary"]

    frame = framed_by("update", "summary")

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, as ``ismarket update --json`` prints it."""
        plan, k = self.forecast.plan, self.k_hat
        return {
            "scenario": plan.scenario.name, "anchor": plan.anchor.name, "draws": len(self.weights),
            "effective_draws": self.effective, "k_hat": k if math.isfinite(k) else None,
            **{name: rows_of(table) for name, table in self.columns.items()},
        }  # fmt: skip

    __str__, __repr__, _repr_html_, sheet = shown_by(lambda found: sheet(found))


def update(forecast: Forecast, observations: Iterable[Observation]) -> Updated:
    """The forecast's draws weighted by the likelihood of the observations, errors log-normal.

    Observations count as independent of each other.  InputError for a year that the forecast does
    not hold or that its anchor fixes, and where the draws do not reach the observations.
    """
    check_kind("update", forecast, Forecast, A_FORECAST)
    give = "a list of Observation(2024, 55e6, 0.1)"
    seen = list_of("update", observations, Observation, give)
    if not seen:
        raise InputError("no observation to update with")
    draws = forecast.draws.total.shape[1]
    if draws < FEWEST_DRAWS:
        raise InputError(f"{draws} draws are too few to weight; {FEWEST_DRAWS} or more")
    log_weights = np.zeros(draws)
    for o in seen:
        _check_year(forecast, o)
        total = forecast.draws.total[forecast.years.index(o.year)]
        log_weights -= 0.5 * ((np.log(total) - math.log(o.value)) / o.error) ** 2
    _check_reached(-2.0 * float(log_weights.max()), len(seen))
    weights, k_hat = smoothed(log_weights)
    most = min(LARGEST_K, 1.0 - 1.0 / math.log10(draws))
    if not k_hat <= most:
        raise InputError(
            f"k-hat = {k_hat:.2f} is above {most:.2f}: the draws hardly reach the observations;"
            " widen the ranges that rule them out, take more draws, or check the observations"
        )
    return Updated(forecast, seen, weights, k_hat, float(1.0 / np.sum(weights**2)))


def _check_reached(squares: float, count: int) -> None:
    """Refuse ``count`` observations that the nearest draw misses by a sum of squared errors."""
    from scipy.special import chdtrc, chdtri  # costs more to import than a run

    if chdtrc(count, squares) < RARE:
        apart, most = (math.sqrt(each / count) for each in (squares, chdtri(count, RARE)))
        raise InputError(
            f"the draws do not reach the observations: the nearest is {apart:.1f} standard errors"
            f" away, more than the {most:.1f} that their errors explain; widen the ranges that rule"
            " them out, or check the observations"
        )


def _check_year(forecast: Forecast, o: Observation) -> None:
    years = forecast.years
    if o.dollars and o.dollars != forecast.usd():
        raise InputError(
            f"observation {o.year} is in {o.dollars}, the forecast in {forecast.usd()}; give both"
            " in the same dollars"
        )
    if o.year not in years:
        raise InputError(f"observation {o.year}: the forecast has {years[0]} to {years[-1]}")
    anchor = forecast.plan.anchor
    if o.year == years[0] and anchor.published and not anchor.spread:
        raise InputError(
            f"observation {o.year}: anchor {anchor.name} fixes that year in every"
            " draw; use the anchor bottom-up to learn about the level"
        )


def smoothed(log_weights: Array) -> tuple[Array, float]:
    """Weights (draw,) that add up to 1, their tail smoothed, and its shape k.

    k is -inf where the largest weights are all equal, so that there is no tail to fit.
    """
    from scipy.special import boxcox  # costs more to import than a run

    ratios = np.exp(log_weights - log_weights.max())
    count = len(ratios)
    size = math.ceil(min(0.2 * count, 3.0 * math.sqrt(count)))
    order = np.argsort(ratios, kind="stable")
    tail, cutoff = order[-size:], float(ratios[order[-size - 1]])
    above = ratios[tail] - cutoff
    if size < SHORTEST_TAIL or above[-1] <= 1e-12:
        return ratios / ratios.sum(), -math.inf
    if np.count_nonzero(above > 0) < SHORTEST_TAIL:
        return ratios / ratios.sum(), math.inf
    shape, scale = fitted_tail(above[above > 0])
    if math.isfinite(shape):
        levels = (np.arange(size) + 0.5) / size
        excess = scale * boxcox(1.0 / (1.0 - levels), shape)  # of the generalised Pareto
        ratios = ratios.copy()
        ratios[tail] = np.minimum(cutoff + excess, 1.0)
    return ratios / ratios.sum(), shape


def fitted_tail(ordered: Array) -> tuple[float, float]:
    """Shape and scale of the generalised Pareto of ordered excesses (draw,), all above 0.

    The shape is drawn to 0.5 with the weight of ten observations, as the method does.
    """
    count = len(ordered)
    grid = 30 + int(math.sqrt(count))
    quarter = ordered[max(0, int(count / 4 + 0.5) - 1)]
    steps = np.arange(1, grid + 1)
    theta = 1.0 / ordered[-1] + (1.0 - np.sqrt(grid / (steps - 0.5))) / (3.0 * quarter)
    shapes = np.log1p(-theta[:, None] * ordered).mean(axis=1)
    likelihood = count * (np.log(-theta / shapes) - shapes - 1.0)
    weight = np.exp(likelihood - likelihood.max())
    best = float(theta @ weight / weight.sum())
    shape = float(np.log1p(-best * ordered).mean())
    return (count * shape + 5.0) / (count + 10.0), -shape / best


def weighted_quantiles(values: Array, weights: Array, levels: Iterable[float]) -> Array:
    """Quantiles (level,) of values (draw,) with weights (draw,), between mid-points of mass."""
    order = np.argsort(values)
    mass = weights[order]
    middle = np.cumsum(mass) - mass / 2
    return np.interp(list(levels), middle, values[order])


def observation(text: str) -> Observation:
    """``2024=55M:10%``: the actual of a year, USD, and its relative standard error."""
    found = re.fullmatch(r"\s*(\d{4})\s*=\s*([^:]+?)\s*:\s*([^:]+?)\s*", text)
    if not found:
        raise InputError(
            f"--observe {text!r}: give year, amount and its relative error, such as 2024=55M:10%"
        )
    where = f"--observe {found[1]}:"
    return Observation(int(found[1]), usd(found[2], where), fraction(found[3], where, "fraction"))


def read_observations(file: Path) -> list[Observation]:
    """The actuals of a CSV table (year, value_usd, error, status, source, maybe known, dollars)."""
    found, allowed = [], (*COLUMNS, *MORE, *EVIDENCE, *OPTIONAL)
    for row in read_table(file, COLUMNS, others=True):
        check_known(file.name, "column to read", allowed, *row.cells)
        year = row.whole("year")
        value, error, source = row.number("value_usd"), row.number("error"), row.text("source")
        try:
            more = (row.cells.get(column, "") for column in MORE)
            found.append(Observation(year, value, error, source, *more))
        except InputError as wrong:
            raise InputError(f"{row.where}: {wrong}") from None
    if not found:
        raise InputError(f"{file.name}: no row, so no actual to update with")
    return found


def sheet(found: Updated) -> Sheet:
    """What was observed, the path after and before, and how far the draws bear it."""
    plan = found.forecast.plan
    title = f"What new actuals say · {about(plan)}"
    beyond = caveats(plan)
    return Sheet(title, [*beyond, headline(found), _path(found), *notes(found)])


def headline(found: Updated) -> str:
    """The last year after and before."""
    table, year = found.columns["summary"], found.forecast.years[-1]
    seen = [
        f"USD {money(o.value)} in {o.year} (give or take {percent(o.error)})"
        for o in found.observations
    ]
    last = {name: money(values[-1]) for name, values in table.items() if name != "year"}
    return (
        f"After {listed(seen)}: USD {last['p50']} in {year} ({last['p5']} to {last['p95']} in 9 of"
        f" 10). Before: USD {last['p50_before']} ({last['p5_before']} to {last['p95_before']})."
    )


def notes(found: Updated) -> list[str]:
    """How many draws are left, in worth, and whether their weights can be trusted."""
    draws, k = len(found.weights), found.k_hat
    trusted = f"k-hat {number(k, 2)}" if math.isfinite(k) else "no tail to fit"
    return [
        f"· {found.effective:,.0f} effective of {draws:,} draws, {trusted}: weights are smoothed,"
        f" and above {LARGEST_K} the update is refused.",
        "· The draws are weighted, none is made: an update narrows within what was drawn, and"
        " cannot show what the ranges leave out.",
    ]


def _path(found: Updated) -> Table:
    table = found.columns["summary"]
    step = max(1, -(-len(table["year"]) // MOST_YEARS))
    shown = range((len(table["year"]) - 1) % step, len(table["year"]), step)
    unit, name, digits = (1e9, "bn", 2) if table["p50"][-1] >= 0.9995e9 else (1e6, "M", 1)
    rows = [
        [label, *(number(table[key][i] / unit, digits) for i in shown)]
        for label, key in (
            ("Median, after", "p50"), ("9 in 10 draws, low", "p5"), ("9 in 10 draws, high", "p95"),
            ("Median, before", "p50_before"), ("9 in 10 draws, low", "p5_before"),
            ("9 in 10 draws, high", "p95_before"),
        )
    ]  # fmt: skip
    return Table([found.forecast.usd(name), *(str(table["year"][i]) for i in shown)], rows)
