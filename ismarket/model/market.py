"""The market: its grid of years, regions and drug classes, its funnel, causes and anchors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from ..arrays import Array
from ..errors import InputError, unknown
from .anchor import Anchor, bottom_up
from .cause import Mechanism
from .curves import Spread, spread_of
from .parameter import Parameter
from .stage import Stage


def slug(name: str) -> str:
    """A region or class as it stands in a parameter key: ``Asia Pacific`` is asia_pacific."""
    return "_".join(re.findall(r"[a-z0-9]+", name.lower()))


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
    currency: str = "USD of the base year"
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
        return self.stage_named(self.name, name)

    def stage_named(self, where: str, name: str) -> Stage:
        """The same, for an error that says ``where`` it was named."""
        for stage in self.stages:
            if stage.name == name:
                return stage
        raise unknown(where, "stage", name, [stage.name for stage in self.stages])

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """Every parameter of the stages and of the catalogue by key, in the order of the tables.

        The order fixes the Sobol dimension of each, and the first are the most even: a market names
        the stage first that spreads growth most.  Causes that a driver lends are not among them:
        its coming moves no other draw.
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
        ends = [stage.title.lower() for stage in (*self.stages[:1], *self.stages[-1:])]
        title = f"count from {' to '.join(ends)}"
        count = bottom_up(self.name, title, self.base_year, self.horizon)
        return replace(self, anchors={count.name: count, **anchors})
