"""Stages: the steps of a market's chain, each with its link, its axes, its role and its path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ..arrays import Array
from .parameter import Parameter

YEAR, REGION, DRUG_CLASS, DRAW = range(4)
"""The axes of every array of the model, always in this order; length 1 where constant."""
RATIO_UNIT = {"log": "rate ratio", "logit": "odds ratio", "softmax": "weight ratio"}
"""The three links by which a shift moves a stage, and what the exponential of a shift is there."""
SHARES = ("logit", "softmax")
"""Links of what is a share of a whole: it lies above 0 and up to 1."""
LARGEST_SHIFT = 300.0
"""exp(300) and its inverse times any share are finite; a share has long reached 0 or 1 there."""
PRICE_LEVEL = "price level"
"""The role of the stage that carries general prices; without it dollars are of the base year."""
ROLES = ("people", "volume", "mix", "price", "net", PRICE_LEVEL)
"""What a stage stands for: funnel, waterfall, bridge and the choice of dollars go by it."""
WORLD = "World"
"""The region of a stage that is the same everywhere, in a table."""
FUNNEL = "funnel"
"""The owner of every parameter of a stage."""


def slug(name: str) -> str:
    """A region or class as it stands in a parameter key: ``Asia Pacific`` is asia_pacific."""
    return "_".join(re.findall(r"[a-z0-9]+", name.lower()))


@dataclass(frozen=True, eq=False)
class YearPath:
    """Medium path of a stage and its bounds, each (year, region or 1), in the unit of the stage.

    Its first ``measured`` years are measured everywhere, and later ones a projection; ``earlier``
    holds what its table says of years before the base year, by region.
    """

    low: Array
    mode: Array
    high: Array
    measured: int = 0
    earlier: Mapping[int, tuple[float, ...]] = field(default_factory=dict)

    @property
    def known(self) -> int:
        """How many of its years, from the base year on, have no interval."""
        exact = (self.low == self.high).all(axis=1)
        return int(np.logical_and.accumulate(exact).sum())

    def at(self, last: Array, years: int) -> Array:
        """Its first years where it ends at ``last`` (region or 1, draw), (year, region or 1, draw).

        Every other year lies as many times its own bound from the medium path as the last one, so
        one quantile holds for all years and a path never crosses itself.
        """
        off = last - self.mode[-1][:, None]
        wide_up = times_the_last(self.high - self.mode)[:years, :, None]
        wide_down = times_the_last(self.mode - self.low)[:years, :, None]
        found: Array = np.maximum(off, 0.0) * wide_up
        found += np.minimum(off, 0.0) * wide_down
        found += self.mode[:years, :, None]
        return found


def times_the_last(bound: Array) -> Array:
    """A bound (year, region) as a multiple of that of the last year."""
    return bound / np.where(bound[-1] > 0, bound[-1], 1.0)


@dataclass(frozen=True, eq=False)
class Stage:
    """One step of the chain, as the market's table of stages declares it.

    ``by`` names the axes along which its base varies, of region and drug_class; ``parameters`` are
    by them, row by row.  With a ``path`` its base is that of the base year, or follows the path
    where a cause says so.  It never falls below ``least``; ``counts`` says what the product of the
    stages up to here counts, where that is people.
    """

    name: str
    title: str
    link: str
    by: tuple[str, ...]
    role: str
    unit: str
    parameters: tuple[Parameter, ...]
    path: YearPath | None = None
    least: float | None = None
    counts: str = ""

    @property
    def by_class(self) -> bool:
        """True where each drug class has a base of its own."""
        return "drug_class" in self.by
