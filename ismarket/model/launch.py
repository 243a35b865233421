"""Launches: products that displace courses of one drug class, with a chance, a date and a price."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from ..errors import InputError, unknown
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
        name=first.group,
        title=title,
        stage=first.stage,
        drug_class=first.drug_class if len(classes) == 1 else "",
        ratio=Parameter("ratio", 1, 1, 1, unit=unit, owner=first.group, source=first.source),
        half_time=None,
        share={},
        ceiling={},
        scope="launches: " + ", ".join(one.product for one in launches),
        status=max((one.status for one in launches), key=STATUSES.index),
        source=" | ".join(dict.fromkeys(one.source for one in launches)),
        note="",
        launches=tuple(launches),
    )


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
    """The groups of launches of a market's table, one launch a row.

    Raises InputError with file and line for what does not hold together.
    """
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
        for name in names:
            if name not in known:
                raise unknown(f"{where}, launch {one.name}", kind, name, known)


def fits(stage: Stage) -> bool:
    """True for a stage whose classes a launch may move: prices, on the scale of logs."""
    return stage.link == "log" and stage.by_class and stage.path is None


def _from_row(row: Row) -> Launch:
    ranges = {
        name: tuple(row.number(f"{name}_{end}") for end in ("low", "mode", "high"))
        for name in RANGES
    }
    try:
        return launch(
            row.text("launch"),
            stage=row.text("stage"),
            drug_class=row.text("drug_class"),
            regions=tuple(region.strip() for region in row.text("regions").split(";")),
            chance=row.number("probability"),
            **ranges,  # type: ignore[arg-type]
            source=row.text("source"),
            product=row.text("product"),
            group=row.text("group"),
            status=row.choice("status", "status", IN_TABLES),
            note=row.cells["note"],
            share_of=row.text("share_of"),
            price_ratio_to=row.text("price_ratio_to"),
        )
    except InputError as error:
        raise InputError(f"{row.where}: {error}") from None
