"""The market: its grid of years, regions and drug classes, its funnel, causes and anchors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np

from ..arrays import Array
from ..errors import InputError, unknown
from ..text.plain import title_of
from ..text.wording import mid_sentence
from .anchor import REAL, Anchor, bottom_up
from .cause import Mechanism
from .curves import Spread, spread_of
from .parameter import Parameter
from .stage import PRICE_LEVEL, Stage


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


@dataclass(frozen=True)
class Correlation:
    """The rank correlation ``rho`` between two inputs, ``keys`` in their order, with its source."""

    keys: tuple[str, str]
    rho: float
    status: str
    source: str


@dataclass(frozen=True, eq=False, repr=False)
class Market:
    """A disease's market: ``years`` run from the base year of the tables to their last year.

    ``horizon`` is the last year of a forecast without an anchor's own period.  ``lent`` names the
    causes among ``mechanisms`` that drivers brought in tables of their own; ``words`` is the text
    of its words.toml, if it has one, and ``folder`` where its tables were read.
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
    correlations: tuple[Correlation, ...] = ()
    words: str = ""
    folder: Path | Traversable | None = None

    def __post_init__(self) -> None:
        title_of(self.title, f"market {self.name}: title")
        for stage in self.stages:
            title_of(stage.title, f"market {self.name}: title of {stage.name}")
        for name in (*self.regions, *self.drug_classes):
            title_of(name, f"market {self.name}: region or class")
        for cause in self.mechanisms.values():
            cause.check_words()

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

    def stage(self, name: str, where: str = "") -> Stage:
        """The stage of that name; else InputError says ``where`` it was named, and the nearest."""
        found = {stage.name: stage for stage in self.stages}
        if name not in found:
            raise unknown(where or self.name, "stage", name, found)
        return found[name]

    @cached_property
    def price_level(self) -> Stage | None:
        """The stage that carries general prices; without one its dollars have no basis."""
        return next((stage for stage in self.stages if stage.role == PRICE_LEVEL), None)

    def prices(self, year: int) -> float:
        """The price level in ``year``, 1 in the base year, on its medium path."""
        path = self.price_level.path if self.price_level else None
        if path is None:
            return 1.0
        if year in path.earlier:
            return path.earlier[year][0]
        if not self.has_prices(year):
            first, last = min(path.earlier, default=self.base_year), self.years[-1]
            raise InputError(f"{self.name}: no price level of {year}, only {first} to {last}")
        return float(path.mode[year - self.base_year, 0])

    def has_prices(self, year: int) -> bool:
        """True where the price level of a year is known."""
        path = self.price_level.path if self.price_level else None
        return path is not None and (
            year in path.earlier or 0 <= year - self.base_year < len(path.mode)
        )

    def printed(self, anchor: Anchor, year: int) -> float:
        """What an estimate says of ``year``, in dollars of that year, at its own growth."""
        if anchor.price_basis == REAL:
            return anchor.at(year) * self.prices(year) / self.prices(anchor.base_year)
        return anchor.at(year)

    def cause_of(self, parameter: Parameter) -> Mechanism | None:
        """The cause that an input belongs to, itself or one of its launches; None: to no cause."""
        return self._owners.get(parameter.owner)

    @cached_property
    def _owners(self) -> dict[str, Mechanism]:
        causes = self.mechanisms.values()
        return {**self.mechanisms, **{one.name: m for m in causes for one in m.launches}}

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

    @property
    def chain_words(self) -> str:
        """What the count runs through, inside a sentence: from the first stage to the last."""
        if not self.stages:
            raise InputError(f"market {self.name}: it has no stage")
        last = [stage for stage in self.stages if stage.role != PRICE_LEVEL][-1]
        return f"{mid_sentence(self.stages[0].title)} to {mid_sentence(last.title)}"

    def with_anchors(self, anchors: Mapping[str, Anchor]) -> Market:
        """The same market with those published estimates, and the count itself."""
        counted = f"count from {self.chain_words}"
        count = bottom_up(self.name, counted, self.base_year, self.horizon)
        return replace(self, anchors={count.name: count, **anchors})
