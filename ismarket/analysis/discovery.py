"""Scenario discovery: the box of few inputs in which a target is missed, or reached.

The patient rule induction method (PRIM; Friedman & Fisher 1999, Statistics and Computing 9:123) as
used for futures by Bryant & Lempert (2010, Technol. Forecast. Soc. Change 77:34): a slice of one
input at a time is peeled off, the best box on that way is pasted, and inputs that chance explains
as well are left out.  It is found in one half of the draws; coverage, density and quasi-p-values
are of the other half, so they are no better than they look.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from ..arrays import Array, Columns
from ..engine.dollars import dollars
from ..engine.findings import about, caveats
from ..engine.forecast import A_FORECAST, Forecast
from ..errors import InputError, check_kind, check_known, need_numbers
from ..sampling.points import REPLICATE
from ..text.sheet import Sheet, by_field, framed_by, rows_of, shown_by
from ..text.wording import figure, money, number, percent, rate
from .groups import uncertain
from .information import drawn_values

MOST_INPUTS = 3
PEEL = PASTE = 0.05
"""Shares of the futures inside that one peel takes off and one paste brings back."""
LEAST = 0.05
"""Share of all futures that a box must hold."""
FEWEST_DRAWS = 1_000
LIKELY = math.log(0.05)
"""Quasi-p-value, its logarithm, above which chance explains a limit as well."""
CLEAR = 0.001
"""Quasi-p-value below which it is not printed in full."""
OPEN = (-math.inf, math.inf)
Ends = tuple[float, float]
Box = Mapping[str, Ends]
"""The lowest and the highest value inside by input, infinite where there is no limit."""
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Limit:
    """One side or both of a box: an input from ``low`` to ``high``, in its own unit.

    Without it the density is ``density_without``; ``quasi_p`` is how likely such a box would then
    be as dense by chance.
    """

    key: str
    title: str
    unit: str
    low: float | None
    high: float | None
    density_without: float
    quasi_p: float


@dataclass(frozen=True, eq=False)
class Discovery:
    """A box and how well it tells: shares of the futures that were not used to find it.

    ``share`` of all futures are such, ``mass`` lie in the box, ``density`` of those are such, and
    ``coverage`` of all such lie in it.  ``what`` says which futures they are.
    """

    forecast: Forecast
    what: str
    share: float
    limits: tuple[Limit, ...]
    mass: float
    coverage: float
    density: float

    @cached_property
    def columns(self) -> Mapping[str, Columns]:
        """The table ``box``: a row for each input that it limits."""
        return {"box": by_field(Limit, self.limits)}

    frame = framed_by("discover", "box")

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, as ``ismarket discover --json`` prints it."""
        plan = self.forecast.plan
        return {
            "scenario": plan.scenario.name, "anchor": plan.anchor.name,
            "draws": plan.scenario.draws, "futures": self.what, "share_of_futures": self.share,
            "box": rows_of(self.columns["box"]), "mass": self.mass, "coverage": self.coverage,
            "density": self.density,
        }  # fmt: skip

    __str__, __repr__, _repr_html_, sheet = shown_by(lambda found: sheet(found))


def discover(
    forecast: Forecast,
    *,
    cagr: float | None = None,
    value: float | None = None,
    year: int | None = None,
    reached: bool = False,
) -> Discovery:
    """The box of at most three inputs in which a growth, or a value in USD, is missed.

    ``year`` is of the value, the last one unless given; with ``reached`` the box in which the
    target is reached.  Raises InputError for a target that all futures or none meet.
    """
    check_kind("discover", forecast, Forecast, A_FORECAST)
    if (cagr is None) == (value is None):
        raise InputError("discover: give either cagr, such as 0.039, or value, in USD")
    need_numbers("discover", {"cagr": cagr} if value is None else {"value": value})
    draws = forecast.draws
    if draws.total.shape[1] < FEWEST_DRAWS:
        many = draws.total.shape[1]
        raise InputError(f"{many} draws are too few to find a box; {FEWEST_DRAWS} or more")
    years = forecast.years
    if cagr is not None:
        figures, target, name = np.expm1(draws.log_growth / forecast.span), cagr, rate(cagr)
        about_what = f"growth of {name} a year"
    else:
        at = years[-1] if year is None else year
        check_known("discover", "year", years, at)
        figures, target = draws.total[years.index(at)], float(value or 0.0)
        about_what = f"USD {money(target)} in {at}, {dollars(forecast)},"
    such = figures >= target if reached else figures < target
    what = f"{about_what} {'reached' if reached else 'missed'}"
    if such.mean() < LEAST or such.mean() > 1 - LEAST:
        raise InputError(
            f"discover: {what} in {percent(float(such.mean()))} of draws; nothing to tell apart,"
            " take a target nearer to the middle of the forecast"
        )
    values, learn = drawn_values(forecast.plan), halves(len(such))
    known = {p.key: p for p in uncertain(forecast.plan)}
    box = find_box({key: values[key][learn] for key in known}, such[learn])
    rest, apart = such[~learn], {key: values[key][~learn] for key in box}
    limits = []
    for key, (without, log_p) in limits_tested(box, apart, rest).items():
        low, high = (end if math.isfinite(end) else None for end in box[key])
        title = known[key].title or key
        limits.append(Limit(key, title, known[key].unit, low, high, without, math.exp(log_p)))
    inside = holds(box, apart, len(rest))
    both, held = float((rest & inside).sum()), float(inside.sum())
    return Discovery(
        forecast, what, float(rest.mean()), tuple(limits), held / len(rest),
        both / max(1.0, float(rest.sum())), both / max(1.0, held),
    )  # fmt: skip


def halves(draws: int) -> Flags:
    """Which draws a box is found in: every other replicate, or every other draw of few."""
    size = REPLICATE if draws >= 2 * REPLICATE else 1
    found: Flags = np.arange(draws) // size % 2 == 0
    return found


def find_box(values: Mapping[str, Array], such: Flags, most: int = MOST_INPUTS) -> Box:
    """The box of at most so many inputs that best tells ``such`` draws (draw,) from others.

    It is peeled anew of the inputs that tell most in it until chance explains none of its limits,
    and then pasted.
    """
    box = _peeled(values, such)
    found = limits_tested(box, values, such)
    clear = sorted((log_p, key) for key, (_, log_p) in found.items() if log_p < LIKELY)
    if len(kept := [key for _, key in clear[:most]]) == len(box):
        return pasted(box, values, such)
    return find_box({key: values[key] for key in kept}, such, most)


def holds(box: Box, values: Mapping[str, Array], draws: int) -> Flags:
    """Which of so many draws lie in a box."""
    inside = np.ones(draws, bool)
    for key, (low, high) in box.items():
        inside &= (values[key] >= low) & (values[key] <= high)
    return inside


def limits_tested(
    box: Box, values: Mapping[str, Array], such: Flags
) -> dict[str, tuple[float, float]]:
    """By limit the density without it, and the logarithm of its quasi-p-value.

    That is how likely it is that as many draws as lie in the box hold as many such ones, or more,
    at that density (binomial; Bryant & Lempert 2010).
    """
    inside, found = such[holds(box, values, len(such))], dict[str, tuple[float, float]]()
    for key in box:
        others = {other: ends for other, ends in box.items() if other != key}
        without = float(such[holds(others, values, len(such))].mean())
        found[key] = without, float(binom.logsf(inside.sum() - 1, len(inside), without))
    return found


def _tells(inside: int, both: int, such: Flags) -> float:
    """How well a box that holds so many draws tells ``such``: the correlation (phi), at most 1."""
    draws, every = len(such), int(such.sum())
    spread = math.sqrt(float(every) * (draws - every) * inside * (draws - inside))
    return (draws * both - every * inside) / spread if spread else 0.0


def _peeled(values: Mapping[str, Array], such: Flags) -> Box:
    """Of all boxes on the way of peeling the one that tells most.

    Each peel takes off the slice, at either side of an input, that gains most density for a draw.
    """
    sides = [(key, sign) for key in values for sign in (1.0, -1.0)]
    rows = np.array([sign * values[key] for key, sign in sides]).reshape(-1, len(such))
    box, best, here = dict[str, Ends](), (0.0, dict[str, Ends]()), such
    while len(here) > LEAST * len(such):
        place = int(PEEL * (len(here) - 1))
        kept = rows > np.partition(rows, place, axis=1)[:, [place]]
        left = kept.sum(axis=1)
        if not left.any():
            break
        density = (kept & here).sum(axis=1) / np.maximum(left, 1)
        gain = (density - here.mean()) / np.maximum(len(here) - left, 1)
        most = int(np.argmax(np.where(left > 0, gain, -np.inf)))
        key, sign = sides[most]
        end = sign * float(rows[most][kept[most]].min())
        low, high = box.get(key, OPEN)
        box = {**box, key: (end, high) if sign > 0 else (low, end)}
        rows, here = rows[:, kept[most]], here[kept[most]]
        if (score := _tells(len(here), int(here.sum()), such)) > best[0]:
            best = score, box
    return best[1]


def pasted(box: Box, values: Mapping[str, Array], such: Flags) -> Box:
    """The box with one end after the other moved out, as long as it tells more."""
    while True:
        wider = [{**box, key: ends} for key in box for ends in _wider(box, key, values, len(such))]
        inside = [such[holds(one, values, len(such))] for one in (box, *wider)]
        scores = [_tells(len(one), int(one.sum()), such) for one in inside]
        if (best := max(scores)) <= scores[0]:
            return {key: ends for key, ends in box.items() if ends != OPEN}
        box = wider[scores.index(best) - 1]


def _wider(box: Box, key: str, values: Mapping[str, Array], draws: int) -> Iterator[Ends]:
    """Either end of an input moved out over as many draws as one paste brings back."""
    others = {other: ends for other, ends in box.items() if other != key}
    column, (low, high) = values[key][holds(others, values, draws)], box[key]
    room = int(PASTE * ((column >= low) & (column <= high)).sum())
    below, above = np.sort(column[column < low])[::-1], np.sort(column[column > high])
    if low > -math.inf:
        yield float(below[room]) if room < len(below) else -math.inf, high
    if high < math.inf:
        yield low, float(above[room]) if room < len(above) else math.inf


def sheet(found: Discovery) -> Sheet:
    """Which futures, the box in words, and how much it tells."""
    plan = found.forecast.plan
    parts: list[str] = [*caveats(plan), headline(found)]
    for limit in found.limits:
        chance = number(limit.quasi_p, 3) if limit.quasi_p >= CLEAR else f"below {CLEAR}"
        parts.append(
            f"· {sentence(limit, found.forecast)}. Density without this limit:"
            f" {percent(limit.density_without)} (quasi-p-value {chance})."
        )
    if found.limits:
        parts.append(
            f"{percent(found.mass)} of all futures are like that. Density: in"
            f" {percent(found.density)} of them it is so. Coverage: of all in which it is so,"
            f" {percent(found.coverage)} are among them. All three are of draws that were not used"
            " to find the box."
        )
    return Sheet(f"Which futures: {found.what} · {about(plan)}", parts)


def headline(found: Discovery) -> str:
    """How often it is so, and where most of all."""
    often = f"{found.what[:1].upper()}{found.what[1:]} in {percent(found.share)} of futures"
    if not found.limits:
        return f"{often}; no box of {MOST_INPUTS} inputs tells which."
    names = "; ".join(limit.title for limit in found.limits)
    return f"{often}, most of all by {names}:"


def sentence(limit: Limit, forecast: Forecast) -> str:
    """One limit in words."""
    known = {p.key: p for p in forecast.plan.parameters}
    if known[limit.key].happens:
        return f"{limit.title}: {'happens' if limit.low else 'does not happen'} ({limit.key})"
    low, high = (None if e is None else figure(e, limit.unit) for e in (limit.low, limit.high))
    if low is not None and high is not None:
        said = f"between {low} and {high}"
    else:
        said = f"at least {low}" if high is None else f"at most {high}"
    return f"{limit.title}: {said} {limit.unit} ({limit.key})"
