"""Sample information: what a study of so many observations is worth to a decision, less its cost.

For each draw the study's summary is simulated from the draw's own inputs, and the net benefit is
regressed on the summary (Strong, Oakley, Brennan & Glanville 2015, Medical Decision Making 35:570).
A share is observed as successes among the observations; what happens or does not, and every other
input, with an error, on the log scale where the input lies above 0.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from ..arrays import Array
from ..engine.plan import Plan
from ..errors import InputError, unknown
from ..model.parameter import STATUSES, Parameter
from ..model.pooled import LEVEL
from ..model.sources import parts_of
from ..model.stage import FUNNEL
from ..text.sheet import Table
from ..text.wording import fraction, listed, money, percent, usd
from .groups import stage_of, uncertain

ALL, THE_LEVEL, BASIS = "all", "level", "price_basis"
"""Every candidate, how large the market is, and in which dollars the report counts."""
LARGEST_STUDY = 1_000_000


@dataclass(frozen=True)
class Sample:
    """A study: ``observations`` of an input, a cause, a launch, the level or the price basis.

    ``cost`` is in USD.  ``error`` is the relative standard error of one observation; unless given,
    one is as uncertain as the input is today, and of a share it is one case, a success or not.
    Raises InputError for a number, cost or error that no study has.
    """

    of: str
    observations: int
    cost: float = 0.0
    error: float | None = None

    def __post_init__(self) -> None:
        if not (isinstance(self.observations, int) and 1 <= self.observations <= LARGEST_STUDY):
            raise InputError(
                f"study {self.of}: {self.observations!r} observations; give a whole number from 1"
                f" to {LARGEST_STUDY:,}"
            )
        if not (math.isfinite(self.cost) and self.cost >= 0):
            raise InputError(f"study {self.of}: cost {self.cost:g} USD must be 0 or more")
        if self.error is not None and not (math.isfinite(self.error) and 0 < self.error <= 10):
            raise InputError(f"study {self.of}: error {self.error:g} must be above 0, up to 10")


@dataclass(frozen=True)
class Studied:
    """A study and what it is worth to the decision, USD with standard error; ``net`` of cost.

    ``known_today`` is the status of its inputs, ``sources`` are what they cite.
    """

    of: str
    known_today: str
    sources: tuple[str, ...]
    study: str
    observations: int
    worth: float
    standard_error: float
    at_most: float
    cost: float
    net: float


def sample_of(text: str) -> Sample:
    """``KEY=200:0.5M`` or ``KEY=200:0.5M:30%``: observations, cost and maybe the error of one."""
    found = re.fullmatch(r"\s*(.+?)\s*=\s*(\d+)\s*(?::([^:]*))?(?::([^:]*))?", text)
    if not found:
        raise InputError(
            f"--study {text!r}: give what is studied, observations, cost and maybe the error of"
            " one, such as video_eeg.ratio=200:0.5M:30%"
        )
    where = f"--study {found[1]}:"
    cost = usd(found[3], where) if found[3] else 0.0
    error = fraction(found[4], where, "fraction") if found[4] else None
    return Sample(found[1], int(found[2]), cost, error)


def candidates(plan: Plan, more: Sequence[str] = ()) -> dict[str, tuple[str, ...]]:
    """What can be studied, by name: each uncertain input, each launch, the level and ``more``."""
    inputs = uncertain(plan)
    keys = {p.key for p in inputs}
    found: dict[str, tuple[str, ...]] = {p.key: (p.key,) for p in inputs}
    for one in plan.launches:
        own = tuple(p.key for p in one.parameters if p.key in keys)
        found |= {one.name: own} if own else {}
    level: tuple[str, ...] = (LEVEL,) if LEVEL in keys else ()
    if not plan.anchor.published:
        level = tuple(p.key for p in inputs if p.owner == FUNNEL)
    found |= {THE_LEVEL: level} if level else {}
    return found | {name: (name,) for name in more}


def groups_of(
    plan: Plan, samples: Sequence[Sample], more: Sequence[str] = ()
) -> list[tuple[Sample, tuple[str, ...]]]:
    """Each study with the inputs that it informs; one of ``all`` is one of every candidate."""
    known = candidates(plan, more)
    inputs = {p.key for p in uncertain(plan)}
    causes = {
        name: tuple(p.key for p in cause.parameters if p.key in inputs)
        for name, cause in plan.market.mechanisms.items()
    }
    found = []
    for one in samples:
        if one.of == ALL:
            found += [(Sample(name, one.observations, one.cost, one.error), keys)
                      for name, keys in known.items()]  # fmt: skip
        elif keys := known.get(one.of) or causes.get(one.of):
            found.append((one, keys))
        else:
            raise unknown("study", "uncertain input, cause or launch", one.of, {*known, *causes})
    return found


def observed(values: Array, observations: int, error: float, chance: np.random.Generator) -> Array:
    """The mean of so many observations of each value (draw,), each with a normal ``error``."""
    noise = chance.standard_normal(len(values)) * (error / math.sqrt(observations))
    return values + noise


def summary_of(
    values: Array, sample: Sample, parameter: Parameter | None, share: bool, seed: int
) -> Array:
    """What a study of an input would find in each draw, (draw,); keyed by seed and input."""
    name = parameter.key if parameter else sample.of
    digits = sha256(f"study {seed} {name} {sample.observations}".encode()).digest()
    chance = np.random.Generator(np.random.PCG64(int.from_bytes(digits[:8], "little")))
    if share and sample.error is None:
        successes = chance.binomial(sample.observations, np.clip(values, 0.0, 1.0))
        return np.asarray(successes / sample.observations, float)
    happens = parameter is None or parameter.happens
    scaled = values if happens or values.min() <= 0 else np.log(values)
    error = float(scaled.std()) if sample.error is None else sample.error
    return observed(scaled, sample.observations, error, chance)


def is_share(plan: Plan, parameter: Parameter) -> bool:
    """True for a share of people or things, which a study counts."""
    if parameter.happens or not (parameter.low >= 0 and parameter.high <= 1):
        return False
    links = {stage.name: stage.link for stage in plan.market.stages}
    base = parameter.owner == FUNNEL and links[stage_of(plan, parameter)] != "log"
    return base or parameter.most == 1.0


def summaries(
    plan: Plan, sample: Sample, keys: Sequence[str], values: Mapping[str, Array]
) -> list[Array]:
    """What a study finds of each of its inputs, each (draw,)."""
    known = {p.key: p for p in plan.parameters}
    return [
        summary_of(values[key], sample, known.get(key), key in known and is_share(plan, known[key]),
                   plan.scenario.seed)
        for key in keys
    ]  # fmt: skip


def studied(
    plan: Plan,
    sample: Sample,
    keys: Sequence[str],
    worth: tuple[float, float],
    most: tuple[float, float],
) -> Studied:
    """A study as the list has it; it is worth no more than knowing its inputs."""
    inputs = [p for p in plan.parameters if p.key in keys]
    statuses = {p.status for p in inputs}
    today = " and ".join(one for one in STATUSES if one in statuses)
    sources = dict.fromkeys(one for p in inputs for one in parts_of(p.source))
    value = max(0.0, min(worth[0], most[0]))
    return Studied(
        sample.of, today if len(inputs) == len(keys) else "not printed", tuple(sources),
        _study(sample, sum(is_share(plan, p) for p in inputs), len(keys)),
        sample.observations, value, worth[1], most[0], sample.cost, value - sample.cost,
    )  # fmt: skip


def _study(sample: Sample, shares: int, inputs: int) -> str:
    """What is observed, and how well, of so many inputs of which some are shares."""
    if sample.error is not None:
        return f"measurements, each within {percent(sample.error)}"
    if shares == inputs:
        return "cases counted"
    return "cases, else as today" if shares else "as uncertain as today"


def study_parts(found: Sequence[Studied], top: int) -> list[str | Table]:
    """The ranked list, and in words what it says first."""
    if not found:
        return []
    clear = [one for one in found if one.worth > 2 * one.standard_error]
    if not clear:
        return [f"Of {len(found)} studies none has a worth that the draws can tell from zero."]
    rows = [
        [one.of, one.known_today, one.study, f"{one.observations:,}", exact_usd(one.worth),
         exact_usd(one.cost), exact_usd(one.net)]
        for one in clear[:top]
    ]  # fmt: skip
    header = ["studied", "today", "study", "size", "worth", "cost", "net"]
    paid = list(dict.fromkeys(one.of for one in clear if one.net > 0))[:2]
    said = f"Worth their cost most of all: {listed(paid)}." if paid else "None is worth its cost."
    rest = len(found) - len(rows)
    more = [f"· {rest} more: worth less, or nothing that the draws can tell from zero."]
    return [said, Table(header, rows, 3, "Studies, USD"), *(more if rest else [])]


def exact_usd(value: float) -> str:
    """USD in full below a million, else to the figures of money."""
    return f"{value:,.0f}".replace("-", "\N{MINUS SIGN}") if abs(value) < 1e6 else money(value)
