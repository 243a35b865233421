"""Scenario discovery: the box of few inputs in which a target is missed, or reached.

The patient rule induction method (Friedman & Fisher 1999, Statistics and Computing 9:123) as used
for futures by Bryant & Lempert (2010, Technol. Forecast. Soc. Change 77:34): a box is peeled, a
slice of one input at a time, until most futures inside are such.  It is found in one half of the
draws; coverage and density are of the other half, so they are no better than they look.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array, Columns
from ..engine.findings import about, caveats
from ..engine.forecast import A_FORECAST, Forecast
from ..errors import InputError, mistaken, unknown
from ..model.parameter import Parameter
from ..sampling.points import REPLICATE
from ..text.sheet import Sheet, by_field, framed_by, rows_of, shown_by
from ..text.wording import figure, money, percent, rate
from .groups import uncertain
from .information import drawn_values

MOST_INPUTS = 3
TRIED = 8
"""Inputs that tell such futures from others best, of which one after the other joins the box."""
PEEL = 0.05
"""Share of the futures inside that one peel takes off."""
LEAST = 0.05
"""Share of all futures that a box must hold."""
FEWEST_DRAWS = 1_000
WORTH = 0.01
"""What one more input must add to the score, to be named."""
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Limit:
    """One side or both of a box: an input from ``low`` to ``high``, in its own unit."""

    key: str
    title: str
    unit: str
    low: float | None
    high: float | None

    def holds(self, values: Array) -> Flags:
        """Which values (draw,) lie within."""
        inside = np.ones(len(values), bool)
        if self.low is not None:
            inside &= values >= self.low
        if self.high is not None:
            inside &= values <= self.high
        return inside


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
    if not isinstance(forecast, Forecast):
        raise mistaken("discover", forecast, A_FORECAST)
    if (cagr is None) == (value is None):
        raise InputError("discover: give either cagr, such as 0.039, or value, in USD")
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
        if at not in years:
            raise unknown("discover", "year", str(at), map(str, years))
        figures, target = draws.total[years.index(at)], float(value or 0.0)
        about_what = f"USD {money(target)} in {at}"
    such = figures >= target if reached else figures < target
    what = f"{about_what} {'reached' if reached else 'missed'}"
    if such.mean() < LEAST or such.mean() > 1 - LEAST:
        raise InputError(
            f"discover: {what} in {percent(float(such.mean()))} of draws; nothing to tell apart,"
            " take a target nearer to the middle of the forecast"
        )
    values = drawn_values(forecast.plan)
    known = {p.key: p for p in uncertain(forecast.plan)}
    learn = halves(len(such))
    box = find_box({key: values[key][learn] for key in known}, such[learn])
    limits = tuple(_limit(known[key], low, high) for key, (low, high) in box.items())
    rest, inside = such[~learn], np.ones(int((~learn).sum()), bool)
    for limit in limits:
        inside &= limit.holds(values[limit.key][~learn])
    both, held = float((rest & inside).sum()), float(inside.sum())
    return Discovery(
        forecast, what, float(rest.mean()), limits, held / len(rest),
        both / max(1.0, float(rest.sum())), both / max(1.0, held),
    )  # fmt: skip


def halves(draws: int) -> Flags:
    """Which draws a box is found in: every other replicate, or every other draw of few."""
    size = REPLICATE if draws >= 2 * REPLICATE else 1
    found: Flags = np.arange(draws) // size % 2 == 0
    return found


Ends = tuple[float | None, float | None]


def find_box(values: Mapping[str, Array], such: Flags, most: int = MOST_INPUTS) -> dict[str, Ends]:
    """The limits by input, at most so many, of the box that best tells ``such`` draws (draw,).

    The score is the correlation of lying inside with being such; an input that adds nothing is left
    out.
    """
    tried = sorted(values, key=lambda key: -_apart(values[key], such))[:TRIED]
    score, chosen, box = 0.0, tuple[str, ...](), dict[str, Ends]()
    for _ in range(min(most, len(tried))):
        sets = [(*chosen, key) for key in tried if key not in chosen]
        found = [(*_peeled({key: values[key] for key in keys}, such), keys) for keys in sets]
        best, more, keys = max(found, key=lambda one: one[0])
        if best <= score + (WORTH if chosen else 0.0):
            break
        score, chosen, box = best, keys, more
    return box


def _apart(values: Array, such: Flags) -> float:
    """How far the values of such draws lie from the others, in standard deviations."""
    spread = float(values.std())
    return abs(float(values[such].mean() - values[~such].mean())) / spread if spread else 0.0


def _peeled(values: Mapping[str, Array], such: Flags) -> tuple[float, dict[str, Ends]]:
    """The best box on the way of peeling, and its score."""
    inside = np.ones(len(such), bool)
    box: dict[str, Ends] = {}
    best: tuple[float, dict[str, Ends]] = (0.0, {})
    while inside.sum() > LEAST * len(such):
        peels = [peel for key in values for peel in _slices(key, values[key], inside, such)]
        if not peels:
            break
        _, key, side, end, inside = max(peels, key=lambda peel: peel[0])
        low, high = box.get(key, (None, None))
        box = {**box, key: (end, high) if side == "low" else (low, end)}
        score = _tells(inside, such)
        if score > best[0]:
            best = score, box
    return best


def _tells(inside: Flags, such: Flags) -> float:
    """How well a box tells such draws from others: the correlation of the two (phi), at most 1."""
    share, held = float(such.mean()), float(inside.mean())
    both = float((inside & such).mean())
    spread = share * (1.0 - share) * held * (1.0 - held)
    return (both - share * held) / float(np.sqrt(spread)) if spread else 0.0


def _slices(
    key: str, values: Array, inside: Flags, such: Flags
) -> Sequence[tuple[float, str, str, float, Flags]]:
    """What either side of an input can lose: gain in density for each draw taken off, the rest."""
    here, found = values[inside], []
    before, many = float(such[inside].mean()), int(inside.sum())
    for side, level in (("low", PEEL), ("high", 1 - PEEL)):
        place = int(level * (many - 1))
        cut = float(np.partition(here, place)[place])
        kept = inside & (values > cut if side == "low" else values < cut)
        left = int(kept.sum())
        if 0 < left < many:
            end = float(values[kept].min() if side == "low" else values[kept].max())
            gain = (float(such[kept].mean()) - before) / (many - left)
            found.append((gain, key, side, end, kept))
    return found


def _limit(parameter: Parameter, low: float | None, high: float | None) -> Limit:
    title = parameter.title or parameter.key
    return Limit(parameter.key, title, parameter.unit, low, high)


def sheet(found: Discovery) -> Sheet:
    """Which futures, the box in words, and how much it tells."""
    plan = found.forecast.plan
    parts: list[str] = [*caveats(plan), headline(found)]
    parts += [f"· {sentence(limit, found.forecast)}" for limit in found.limits]
    if found.limits:
        parts.append(
            f"{percent(found.mass)} of all futures are like that. Density: in"
            f" {percent(found.density)} of them it is so. Coverage: of all in which it is so,"
            f" {percent(found.coverage)} are among them. Both are of draws that were not used to"
            " find the box."
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
