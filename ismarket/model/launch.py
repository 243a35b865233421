"""Launches: products that displace courses of one drug class, with a chance, a date and a price.

What each takes of its class, and what that makes of the class's price:

    price[c] *= (1 + sum of share x (ratio - 1)) / the same in the base year

over the launches of every group that is on, whoever claims it; shares that sum above 1 are scaled
to 1.  This is the one effect that does not add up over causes, so each coalition computes it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array
from ..errors import InputError, check_known
from ..text.wording import CALENDAR_YEAR
from .cause import Mechanism, read_own_mechanisms
from .parameter import IN_TABLES, STATUSES, Parameter
from .stage import RATIO_UNIT, Stage
from .tables import Row, read_table

RANGES = ("launch_year", "peak_share", "years_to_peak", "price_ratio")
"""What is uncertain about a launch besides its chance, each a range in the table."""
DRAWN = ("chance", *RANGES)
"""All that is uncertain about it, in the order of its parameters."""
COLUMNS = (
    "launch product group stage drug_class regions probability share_of price_ratio_to unit note"
).split() + [f"{name}_{end}" for name in RANGES for end in ("low", "mode", "high")]
WORDS = ("stage", "drug_class", "source", "product", "group", "share_of", "price_ratio_to")
"""What a row says of a launch in words."""
_UNITS = (CALENDAR_YEAR, "share of {share_of}", "years", "ratio to {price_ratio_to}")
_TITLES = ("launch", "peak share", "years to peak", "price ratio")
Ends = tuple[float, float, float]
"""Low, mode and high."""


@dataclass(frozen=True, eq=False)
class Launch:
    """One product, in some regions, that displaces courses of one drug class.

    Its share in year t is ``peak_share`` x clip((t + 0.5 - ``launch_year``) / ``years_to_peak``,
    0, 1), if it happens at all (``chance``); its price is ``price_ratio`` times the mean price of
    what it displaces, by which the ``stage`` of the class is multiplied.
    """

    name: str
    product: str
    group: str
    stage: str
    drug_class: str
    regions: tuple[str, ...]
    chance: Parameter
    launch_year: Parameter
    peak_share: Parameter
    years_to_peak: Parameter
    price_ratio: Parameter
    status: str
    source: str
    note: str = ""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What is uncertain about it."""
        return tuple(getattr(self, name) for name in DRAWN)


def launch(
    name: str,
    *,
    stage: str,
    drug_class: str,
    regions: Sequence[str],
    chance: float,
    launch_year: Ends,
    peak_share: Ends,
    years_to_peak: Ends,
    price_ratio: Ends,
    source: str,
    product: str = "",
    group: str = "",
    status: str = "assumed",
    note: str = "",
    share_of: str = "value of the class",
    price_ratio_to: str = "mean price of what it displaces, same year",
) -> Launch:
    """One launch; each range is (low, mode, high), ``launch_year`` a calendar year with decimals.

    ``chance`` is a probability.  Raises InputError for a share, a time or a ratio that is none.
    """
    if isinstance(regions, str) or not regions:
        raise InputError(f"launch {name}: regions is a list of at least one region")
    product = product or name.replace("_", " ").capitalize()
    about: dict[str, Any] = {"source": source, "status": status, "owner": name}
    words = {"share_of": share_of, "price_ratio_to": price_ratio_to}
    ranges = dict(zip(RANGES, (launch_year, peak_share, years_to_peak, price_ratio), strict=True))
    drawn = {
        key: Parameter(
            key, *ends, unit=unit.format(**words), title=f"{product}: {title}",
            scale="log" if key == "price_ratio" else "natural",
            most=1.0 if key == "peak_share" else math.inf, **about,
        )
        for (key, ends), unit, title in zip(ranges.items(), _UNITS, _TITLES, strict=True)
    }  # fmt: skip
    if not 0 <= drawn["peak_share"].low <= drawn["peak_share"].high <= 1:
        raise InputError(f"launch {name}: peak_share is a share from 0 to 1")
    if drawn["years_to_peak"].low <= 0:
        raise InputError(f"launch {name}: years_to_peak must be above 0")
    happens = Parameter.chance("chance", chance, title=f"{product}: chance", **about)
    return Launch(
        name, product, group or name, stage, drug_class, tuple(regions), happens,
        **drawn, status=happens.status, source=source, note=note,
    )  # fmt: skip


def group_of(launches: Sequence[Launch]) -> Mechanism:
    """The cause that some launches of one group are together; a driver claims it."""
    first = launches[0]
    title = first.product if len(launches) == 1 else first.group.replace("_", " ").capitalize()
    classes = {one.drug_class for one in launches}
    unit = RATIO_UNIT["log"]
    return Mechanism(
        first.group, title, first.stage, first.drug_class if len(classes) == 1 else "",
        Parameter("ratio", 1, 1, 1, unit=unit, owner=first.group, source=first.source),
        None, {}, {},
        scope="launches: " + ", ".join(one.product for one in launches),
        status=max((one.status for one in launches), key=STATUSES.index),
        source=" | ".join(dict.fromkeys(one.source for one in launches)),
        note="", launches=tuple(launches),
    )  # fmt: skip


def groups_of(launches: Iterable[Launch]) -> tuple[Mechanism, ...]:
    """The groups that some launches make; InputError where two have one name."""
    groups: dict[str, list[Launch]] = {}
    seen: set[str] = set()
    for one in launches:
        if one.name in seen:
            raise InputError(f"launch {one.name!r} stands twice")
        seen.add(one.name)
        groups.setdefault(one.group, []).append(one)
    return tuple(group_of(some) for some in groups.values())


def read_launches(
    path: Path | Traversable,
    stages: Mapping[str, Stage],
    regions: Sequence[str],
    drug_classes: Sequence[str],
) -> tuple[Mechanism, ...]:
    """The groups of launches of a market's table, one launch a row."""
    launches = []
    for row in read_table(path, COLUMNS):
        one = _from_row(row)
        check(row.where, one, stages, regions, drug_classes)
        launches.append(one)
    try:
        return groups_of(launches)
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from None


def read_own_table(path: Path | Traversable) -> tuple[Mechanism, ...]:
    """The causes of a driver's own table, which spread or are launches as its columns say.

    They meet stages, regions and classes when a market is known.
    """
    rows = read_table(path, ("stage",), others=True)
    if rows and "launch" in rows[0].cells:
        return groups_of(_from_row(row) for row in read_table(path, COLUMNS))
    return read_own_mechanisms(path)


def check(
    where: str,
    one: Launch,
    stages: Mapping[str, Stage],
    regions: Sequence[str],
    drug_classes: Sequence[str],
) -> None:
    """Raise InputError where a launch names a stage, a region or a class that cannot be moved."""
    prices = [name for name, stage in stages.items() if fits(stage)]
    for kind, names, known in (
        ("stage of prices by class", (one.stage,), prices),
        ("drug class", (one.drug_class,), drug_classes),
        ("region", one.regions, regions),
    ):
        check_known(f"{where}, launch {one.name}", kind, known, *names)


def fits(stage: Stage) -> bool:
    """True for a stage whose classes a launch may move: prices, on the scale of logs."""
    return stage.link == "log" and stage.by_class and stage.path is None


def _from_row(row: Row) -> Launch:
    said: dict[str, Any] = {column: row.text(column) for column in WORDS}
    for name in RANGES:
        said[name] = tuple(row.number(f"{name}_{end}") for end in ("low", "mode", "high"))
    try:
        return launch(
            row.text("launch"),
            regions=tuple(region.strip() for region in row.text("regions").split(";")),
            chance=row.number("probability"),
            status=row.choice("status", "status", IN_TABLES),
            note=row.cells["note"],
            **said,
        )
    except InputError as error:
        raise InputError(f"{row.where}: {error}") from None


# what they take -----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Launched:
    """Launches into one drug class (by index), and their parameters ``drawn``.

    ``bringers`` are the drivers, by index, that bring each; ``years`` are the base year, then those
    of the forecast; ``drawn`` (launch, parameter, draw) is in the order of ``Launch.parameters``.
    """

    drug_class: int
    launches: tuple[Launch, ...]
    bringers: tuple[tuple[int, ...], ...]
    regions: tuple[str, ...]
    years: Array
    drawn: Array

    def ratio(self, weights: Array, years: slice = slice(None)) -> Array:
        """The factor on the class's price, (way, year, region, draw), by weights (way, launch).

        ``years`` are those of the forecast.
        """
        sold, places = _places(self.launches, self.regions)
        by_place = (weights[:, None] * sold.T).reshape(-1, len(sold))
        share = np.concatenate([self._share[:, :1], self._share[:, 1:][:, years]], axis=1)
        taken, added = (
            (by_place @ part.reshape(len(part), -1)).reshape(len(weights), -1, *share.shape[1:])
            for part in (share, share * (self.drawn[:, -1:] - 1.0))
        )
        mean = 1.0 + added / np.maximum(taken, 1.0)
        return (mean[:, :, 1:] / mean[:, :, :1]).swapaxes(1, 2)[:, :, places]

    def sales(self, weights: Array) -> Array:
        """The part of the class's value in the last year that each sells, (launch, region, draw).

        For one way, ``weights`` (launch,).
        """
        sold, places = _places(self.launches, self.regions)
        share = self._share[:, -1, None] * (weights[:, None] * sold[:, places])[:, :, None]
        share /= np.maximum(share.sum(axis=0), 1.0)
        added = share * (self.drawn[:, -1:] - 1.0)
        part: Array = (share + added) / (1.0 + added.sum(axis=0))
        return part

    @cached_property
    def _share(self) -> Array:
        """What each takes where it is sold, (launch, year, draw)."""
        chance, launch_year, peak, to_peak, _ = self.drawn.swapaxes(0, 1)
        found = reached(self.years, launch_year, to_peak)
        found *= (peak * chance)[:, None]
        return found


def reached(years: Array, launch_year: Array, to_peak: Array) -> Array:
    """What each launch has reached of its peak in some calendar years, (launch, year, draw).

    ``launch_year`` and years ``to_peak`` are (launch, draw).
    """
    found: Array = (years[:, None] + 0.5 - launch_year[:, None]) / to_peak[:, None]
    return np.clip(found, 0.0, 1.0, out=found)


@lru_cache(maxsize=64)
def _places(
    launches: tuple[Launch, ...], regions: tuple[str, ...]
) -> tuple[Array, NDArray[np.intp]]:
    """Regions in which the same are sold are one place: where they are sold, (launch, place).

    And the place of each region.
    """
    here = [[float(region in one.regions) for region in regions] for one in launches]
    return np.unique(here, axis=1, return_inverse=True)
