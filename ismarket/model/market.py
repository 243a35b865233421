"""The market: its grid of years, regions and drug classes, its funnel, causes and anchors."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from ..arrays import Array
from ..errors import InputError, unknown
from .anchor import Anchor, bottom_up
from .cause import Mechanism
from .curves import Spread, spread_of
from .parameter import Parameter

LINK_OF_STAGE = {
    "births": "log",
    "incidence": "log",
    "diagnosed": "logit",
    "treated": "logit",
    "class_mix": "softmax",
    "net_cost": "log",
}
"""The stages of the patient funnel, in its order, with their links."""
BY_CLASS = ("class_mix", "net_cost")


def slug(name: str) -> str:
    """A region or class as it stands in a parameter key: ``Asia Pacific`` is asia_pacific."""
    return "_".join(re.findall(r"[a-z0-9]+", name.lower()))


@dataclass(frozen=True, eq=False)
class YearPath:
    """Medium path of a stage and its bounds, each (year, region), in the unit of the stage."""

    low: Array
    mode: Array
    high: Array


@dataclass(frozen=True, eq=False)
class Stage:
    """One step of the funnel; ``parameters`` by region, or by region and class (row by row)."""

    name: str
    parameters: tuple[Parameter, ...]
    unit: str
    path: YearPath | None = None

    @property
    def link(self) -> str:
        """How a shift moves the stage: log, logit or softmax."""
        return LINK_OF_STAGE[self.name]

    def path_weights(self, last: Array, out: Array) -> Array:
        """What the path's matrix is multiplied with, (3 x region, draw), in ``out``.

        A drawn value ``last`` (region, draw) is that of the path's last year; every other year
        lies as many times its own bound from the medium path, so one quantile holds for all years.
        """
        weight, up, down = out
        weight[...] = 1.0
        np.subtract(last, self._path.mode[-1][:, None], out=up)
        np.minimum(up, 0.0, out=down)
        np.maximum(up, 0.0, out=up)
        return out

    def path_matrix(self, years: Sequence[int]) -> Array:
        """The path in some years, counted from the base year, (year x region, 3 x region)."""
        low, mode, high = self._path.low, self._path.mode, self._path.high
        above, below = high[-1] - mode[-1], mode[-1] - low[-1]
        wide_up = (high - mode) / np.where(above > 0, above, 1.0)
        wide_down = (mode - low) / np.where(below > 0, below, 1.0)
        regions = np.eye(len(above))
        parts = [part[list(years), :, None] * regions for part in (mode, wide_up, wide_down)]
        return np.stack(parts, axis=2).reshape(len(years) * len(regions), -1)

    def path_shift(self, market: Market, values: Mapping[str, Array]) -> Array:
        """Log of the stage's path over its base-year value, (year, region, draw)."""
        last = np.stack([values[p.key] for p in self.parameters])
        years, (regions, draws) = range(len(market.years)), last.shape
        weights = self.path_weights(last, np.empty((3, regions, draws)))
        path = self.path_matrix(years) @ weights.reshape(-1, draws)
        shift: Array = np.log(path.reshape(-1, regions, draws) / self._path.mode[0][:, None])
        return shift

    @property
    def _path(self) -> YearPath:
        if self.path is None:
            raise InputError(f"stage {self.name} has no path to follow")
        return self.path


@dataclass(frozen=True)
class Claim:
    """One sentence of the report, paraphrased, and the cause that it names, if any."""

    id: str
    section: str
    text: str
    driver: str
    mechanism: str
    stage: str
    direction: str
    overlaps: tuple[str, ...]
    source: str


@dataclass(frozen=True, eq=False, repr=False)
class Market:
    """A disease's market: ``years`` run from the base year of the tables to their last year.

    ``horizon`` is the last year of a forecast without an anchor's own period.  ``lent`` names the
    causes among ``mechanisms`` that drivers brought in tables of their own.
    """

    name: str
    title: str
    years: tuple[int, ...]
    horizon: int
    regions: tuple[str, ...]
    drug_classes: tuple[str, ...]
    stages: tuple[Stage, ...]
    mechanisms: Mapping[str, Mechanism]
    claims: tuple[Claim, ...] = ()
    anchors: Mapping[str, Anchor] = field(default_factory=dict)
    currency: str = "USD of 2022, net of rebates, before trade margins"
    lent: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        """The market in one line, since its tables are long."""
        return f"<Market {self.name}, {self.years[0]} to {self.years[-1]}>"

    @property
    def base_year(self) -> int:
        """The year of the tables; every shift is 0 there."""
        return self.years[0]

    @cached_property
    def elapsed(self) -> Array:
        """Years since the base year, (year, 1, 1, 1)."""
        elapsed: Array = (np.array(self.years, float) - self.base_year)[:, None, None, None]
        elapsed.flags.writeable = False
        return elapsed

    def by_region(self, values: Mapping[str, float], default: float | None = None) -> Array:
        """One number for each region, (1, region, 1, 1); ``default`` where none is given."""
        return self._along("region", self.regions, values, default)[None, :, None, None]

    def by_class(self, values: Mapping[str, float], default: float | None = None) -> Array:
        """One number for each drug class, (1, 1, drug_class, 1)."""
        return self._along("drug class", self.drug_classes, values, default)[None, None, :, None]

    def _along(
        self, kind: str, names: tuple[str, ...], values: Mapping[str, float], default: float | None
    ) -> Array:
        missing = [name for name in names if name not in values]
        if missing and default is None:
            for name in values:
                if name not in names:
                    raise unknown(self.name, kind, name, names)
            raise InputError(f"{self.name}: no value for {kind} {missing[0]!r} and no default")
        return np.array([values.get(name, default) for name in names], float)

    def stage(self, name: str) -> Stage:
        """The stage of that name; InputError with the nearest one if there is none."""
        for stage in self.stages:
            if stage.name == name:
                return stage
        raise unknown(self.name, "stage", name, LINK_OF_STAGE)

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """Every parameter of the funnel and of the catalogue by key; births come first.

        The order fixes the Sobol dimension of each: the first are the most even, and births of the
        largest region are four fifths of the variance of growth.  Causes that a driver lends are
        not among them: its coming moves no other draw.
        """
        funnel = [p for stage in self.stages for p in stage.parameters]
        catalogue = [m for name, m in self.mechanisms.items() if name not in self.lent]
        causes = [p for mechanism in catalogue for p in mechanism.parameters]
        return {p.key: p for p in (*funnel, *causes)}

    @cached_property
    def spreads(self) -> dict[str, Spread]:
        """The causes with an adoption curve, by name, on this market's regions."""
        elapsed = self.elapsed[1:, 0, 0, 0]
        found = {n: spread_of(m, self.regions, elapsed) for n, m in self.mechanisms.items()}
        return {name: spread for name, spread in found.items() if spread is not None}

    def until(self, year: int) -> Market:
        """The same market with its years cut after ``year``; made once, since its series are."""
        if year not in self._cuts:
            self._cuts[year] = replace(self, years=tuple(y for y in self.years if y <= year))
        return self._cuts[year]

    @cached_property
    def _cuts(self) -> dict[int, Market]:
        return {}

    def with_anchors(self, anchors: Mapping[str, Anchor]) -> Market:
        """The same market with those published estimates, and the count itself."""
        count = bottom_up(self.name, self.base_year, self.horizon)
        return replace(self, anchors={count.name: count, **anchors})
