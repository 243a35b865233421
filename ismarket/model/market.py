"""The market: its grid of years, regions and drug classes, its funnel, causes and anchors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.resources.abc import Traversable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import InputError, check_known, unknown
from ..frozen import Frozen
from ..text.wording import mid_sentence, title_of
from .anchor import REAL, Anchor, bottom_up
from .cause import Mechanism
from .curves import Spread, spread_of
from .parameter import Parameter
from .stage import PRICE_LEVEL, Stage
from .tables import Row


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
    stated_by: str = "the market"


Values = Mapping[Any, Any] | Iterable[Row | Mapping[str, Any]]
"""Numbers by name, or the rows of a table with columns that say what each is about."""


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
        object.__setattr__(self, "mechanisms", Frozen(self.mechanisms))
        object.__setattr__(self, "anchors", Frozen(self.anchors))
        for path in (stage.path for stage in self.stages if stage.path):
            object.__setattr__(path, "earlier", Frozen(path.earlier))
            for bound in (path.low, path.mode, path.high):
                bound.flags.writeable = False
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

    def by_region(self, values: Values, default: float | None = None, column: str = "") -> Array:
        """One number for each region, (1, region, 1, 1), from those by name or a table's column.

        ``default`` stands where none is given; without it a gap is refused.  Raises InputError
        with the name, or file and line.
        """
        return self._grid(("region",), values, default, column)

    def by_class(self, values: Values, default: float | None = None, column: str = "") -> Array:
        """One number for each drug class, (1, 1, drug_class, 1), as ``by_region``."""
        return self._grid(("drug_class",), values, default, column)

    def by_year(self, values: Values, default: float | None = None, column: str = "") -> Array:
        """One number for each year, (year, 1, 1, 1), as ``by_region``."""
        return self._grid(("year",), values, default, column)

    def by_year_region(
        self, values: Values, default: float | None = None, column: str = ""
    ) -> Array:
        """One number for each year and region, (year, region, 1, 1), as ``by_region``.

        ``values`` are by (year, region), or rows with both; or rows with a column a region.
        """
        return self._grid(("year", "region"), values, default, column)

    def by_region_class(
        self, values: Values, default: float | None = None, column: str = ""
    ) -> Array:
        """One number for each region and class, (1, region, drug_class, 1), as ``by_region``."""
        return self._grid(("region", "drug_class"), values, default, column)

    def _grid(
        self, axes: tuple[str, ...], values: Values, default: float | None, column: str
    ) -> Array:
        known = {"year": self.years, "region": self.regions, "drug_class": self.drug_classes}
        if isinstance(values, Mapping):
            named = {key if isinstance(key, tuple) else (key,): v for key, v in values.items()}
        else:
            named = self._named(axes, values, column)
        wanted = list(product(*(known[axis] for axis in axes)))
        if missing := [key for key in wanted if key not in named]:
            self._check_names(axes, known, named, strictly=default is None)
            if default is None:
                pairs = zip(axes, missing[0], strict=True)
                where = ", ".join(f"{axis.replace('_', ' ')} {name!r}" for axis, name in pairs)
                raise InputError(f"{self.name}: no value for {where} and no default")
        shape = [len(known[axis]) if axis in axes else 1 for axis in known]
        return np.array([named.get(key, default) for key in wanted], float).reshape(*shape, 1)

    def _named(
        self, axes: tuple[str, ...], rows: Iterable[Row | Mapping[str, Any]], column: str
    ) -> dict[tuple[Any, ...], float]:
        """The cells of a table by the names of the axes; one row may hold a column a region."""
        found: dict[tuple[Any, ...], float] = {}
        for line, given in enumerate(rows, start=2):
            row = given if isinstance(given, Row) else Row("table", line, {**given})
            wide = "region" in axes and "region" not in row.cells
            columns = [n for n in row.cells if n in self.regions] if wide else [column or "value"]
            names = {a: (a == "year" and row.whole(a)) or row.cells.get(a) for a in axes}
            for cell in columns:
                key = tuple((names | {"region": cell} if wide else names)[axis] for axis in axes)
                if key in found:
                    raise InputError(f"{row.where}: {', '.join(map(str, key))} stands twice")
                found[key] = row.number(cell)
        return found

    def _check_names(
        self,
        axes: tuple[str, ...],
        known: Mapping[str, tuple[Any, ...]],
        named: Iterable[tuple[Any, ...]],
        *,
        strictly: bool,
    ) -> None:
        """Raise InputError for a region or class that is none; if not ``strictly``, a near one."""
        for axis, name in {(a, n) for key in named for a, n in zip(axes, key, strict=True)}:
            near = str(name).casefold() in {str(one).casefold() for one in known[axis]}
            if axis != "year" and name not in known[axis] and (strictly or near):
                raise unknown(self.name, axis.replace("_", " "), name, known[axis])

    def since(self, start: float | Array, over: float = 0.0) -> Array:
        """The share of each year in which something is in force that began at ``start``.

        That is a calendar year with decimals, a number or (1, region or 1, 1, draw or 1); ``over``
        so many years it comes in, by a straight line.  Less what was in force in the base year, so
        (year, region or 1, 1, draw or 1), 0 in the base year and at most 1.
        """
        begun = self.elapsed + self.base_year - start  # years from the start to 1 January
        share = _come_in(begun + 1.0, over) - _come_in(begun, over)
        return share - share[:1]

    def log_change(self, values: Array) -> Array:
        """Log of values (year, region, drug_class, draw) over the base year's, exactly 0 there."""
        return np.log(values / values[:1])

    def stage(self, name: str, where: str = "") -> Stage:
        """The stage of that name; else InputError says ``where`` it was named, and the nearest."""
        found = {stage.name: stage for stage in self.stages}
        check_known(where or self.name, "stage", found, name)
        return found[name]

    @cached_property
    def price_level(self) -> Stage | None:
        """The stage that carries general prices; without one its dollars have no basis."""
        return next((stage for stage in self.stages if stage.role == PRICE_LEVEL), None)

    @cached_property
    def _prices(self) -> dict[int, float]:
        """The price level on its medium path by year, as far as it is known."""
        path = self.price_level.path if self.price_level else None
        if path is None:
            return {}
        later = {self.base_year + i: float(level) for i, level in enumerate(path.mode[:, 0])}
        return {year: level[0] for year, level in path.earlier.items()} | later

    def prices(self, year: int) -> float:
        """The price level in ``year``, 1 in the base year, on its medium path.

        Raises InputError for a year outside the path.
        """
        if self._prices and year not in self._prices:
            first, last = min(self._prices), self.years[-1]
            raise InputError(f"{self.name}: no price level of {year}, only {first} to {last}")
        return self._prices.get(year, 1.0)

    def has_prices(self, year: int) -> bool:
        """True where the price level of a year is known."""
        return year in self._prices

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
        """What the count runs through, in a sentence; InputError for a market without stages."""
        if not self.stages:
            raise InputError(f"market {self.name}: it has no stage")
        last = [stage for stage in self.stages if stage.role != PRICE_LEVEL][-1]
        return f"{mid_sentence(self.stages[0].title)} to {mid_sentence(last.title)}"

    def with_anchors(self, anchors: Mapping[str, Anchor]) -> Market:
        """The same market with those published estimates, and the count itself."""
        counted = f"count from {self.chain_words}"
        count = bottom_up(self.name, counted, self.base_year, self.horizon)
        return replace(self, anchors={count.name: count, **anchors})


def _come_in(years: Array, over: float) -> Array:
    """The area under what comes in by a straight line ``over`` so many years, after ``years``."""
    after = np.maximum(years, 0.0)
    if over <= 0.0:
        return after
    return np.where(after < over, after**2 / (2.0 * over), after - over / 2.0)
