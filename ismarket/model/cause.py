"""Causes: what moves a stage, each with its ratio, its spread by region, status and source.

They stand in the catalogue of a market, or in a driver's own table.  That has the columns of the
catalogue and of its adoption table in one, a row a cause and region (``region`` may be ``all``);
what is said of a cause (title, stage, ratio ...) stands in every row of it, the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..errors import InputError, unknown
from ..frozen import Frozen
from ..text.wording import plain, title_of
from .parameter import IN_TABLES, Parameter
from .stage import RATIO_UNIT, Stage
from .tables import Row, read_table

if TYPE_CHECKING:
    from .launch import Launch

COLUMNS = (
    "mechanism title stage drug_class ratio_low ratio_mode ratio_high unit scope_note note"
).split()
ADOPTION_COLUMNS = (
    "mechanism region share_base_year ceiling"
    " half_time_years_low half_time_years_mode half_time_years_high"
).split()
SAME_IN_ALL_ROWS = [column for column in COLUMNS if column not in ("note", "scope_note")]
EVERYWHERE = "all"
"""The region of a share that stands for every region not named, in a driver's own table."""
Kind = Literal["spread", "path", "launch"]


@dataclass(frozen=True, eq=False)
class Mechanism:
    """One cause, of one of three kinds.

    *spread*: its shift is log(ratio) x (share reached - share in the base year); ``share`` and
    ``ceiling`` are by region, shares of what ``scope`` says.  *path*: it has no shares, and its
    stage follows its own path over the years instead of standing at the base year.  *launch*: a
    group of ``launches``, products that displace courses of a class.  ``ratio`` is an odds, rate or
    weight ratio, after the link of its stage; ``half_time`` in years; both are of a spread alone.
    """

    name: str
    title: str
    stage: str
    drug_class: str
    ratio: Parameter
    half_time: Parameter | None
    share: Mapping[str, float]
    ceiling: Mapping[str, float]
    scope: str
    status: str
    source: str
    note: str
    launches: tuple[Launch, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "share", Frozen(self.share))
        object.__setattr__(self, "ceiling", Frozen(self.ceiling))

    def check_words(self) -> None:
        """Raise InputError where a title is none, or a text holds more than it shows."""
        title_of(self.title, f"cause {self.name}: title")
        for words in ("scope", "source", "note"):
            plain(getattr(self, words), f"cause {self.name}: {words}")
        for one in self.launches:
            title_of(one.product, f"launch {one.name}: product")

    @property
    def kind(self) -> Kind:
        """How it acts: ``spread``, ``path`` or ``launch``."""
        if self.launches:
            return "launch"
        return "spread" if self.share else "path"

    @property
    def inert(self) -> bool:
        """True where the evidence gives it no effect; ``note`` and ``source`` say why."""
        still = all(self.share[region] == self.ceiling[region] for region in self.share)
        one = self.ratio.constant and self.ratio.mode == 1
        return self.kind == "spread" and (one or still)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What is uncertain about it; nothing where it has no effect."""
        if self.launches:
            return tuple(p for launch in self.launches for p in launch.parameters)
        if self.inert or self.kind == "path":
            return ()
        return (self.ratio, self.half_time) if self.half_time else (self.ratio,)


def read_mechanisms(
    mechanisms: Path | Traversable,
    adoption_table: Path | Traversable,
    stages: Mapping[str, Stage],
    regions: tuple[str, ...],
    drug_classes: tuple[str, ...],
) -> dict[str, Mechanism]:
    """The catalogue by name, from the table of causes and the table of their adoption by region.

    The link of its stage fixes the unit of a ratio.
    """
    spread: dict[str, list[Row]] = {}
    for row in read_table(adoption_table, [*ADOPTION_COLUMNS, "unit"]):
        row.choice("region", "region", regions)
        spread.setdefault(row.text("mechanism"), []).append(row)
    catalogue: dict[str, Mechanism] = {}
    for row in read_table(mechanisms, COLUMNS):
        name, stage = row.text("mechanism"), stages[row.choice("stage", "stage", stages)]
        if name in catalogue:
            raise InputError(f"{row.where}: mechanism {name!r} stands twice")
        row.choice("drug_class", "drug class", ("", *(drug_classes if stage.by_class else ())))
        row.choice("unit", "unit", (RATIO_UNIT[stage.link],))
        if stage.path is None and name not in spread:
            raise InputError(f"{row.where}: no adoption of {name!r}, and {stage.name} has no path")
        catalogue[name] = from_rows(row, spread.pop(name, []), regions)
    for name, rows in spread.items():
        raise unknown(rows[0].where, "mechanism", name, catalogue)
    return catalogue


def read_own_mechanisms(path: Path | Traversable) -> tuple[Mechanism, ...]:
    """The causes of the table; InputError with file and line for one that does not hold together.

    Stages, regions and drug classes are checked when a market is known.
    """
    rows: dict[str, list[Row]] = {}
    for row in read_table(path, [*COLUMNS, *ADOPTION_COLUMNS[1:]]):
        rows.setdefault(row.text("mechanism"), []).append(row)
    if not rows:
        raise InputError(f"{path.name}: no cause in it")
    return tuple(_one(of_one) for of_one in rows.values())


def _one(rows: list[Row]) -> Mechanism:
    first = rows[0]
    first.text("stage")
    first.choice("unit", "unit", RATIO_UNIT.values())
    for row in rows:
        for column in SAME_IN_ALL_ROWS:
            if row.cells[column] != first.cells[column]:
                raise InputError(f"{row.where}: {column} differs from line {first.line}")
    regions = [row.text("region") for row in rows]
    if len(set(regions)) < len(regions):
        raise InputError(f"{first.where}: a region of {first.text('mechanism')!r} stands twice")
    return from_rows(first, rows, tuple(regions))


def from_rows(row: Row, spread: list[Row], regions: tuple[str, ...]) -> Mechanism:
    """One cause from its row in the catalogue and its adoption rows, one for each region."""
    name, title = row.text("mechanism"), row.text("title")
    status, source = row.choice("status", "status", IN_TABLES), row.text("source")
    share = {r.text("region"): r.number("share_base_year") for r in spread}
    if spread and set(share) != set(regions):
        raise InputError(f"{row.where}: adoption of {name!r} needs one row for every region")
    ceiling = {r.text("region"): r.number("ceiling") for r in spread}
    for r in spread:
        if not (0 < share[r.text("region")] <= 1 and 0 < ceiling[r.text("region")] <= 1):
            raise InputError(f"{r.where}: share_base_year and ceiling must lie above 0 and up to 1")
    ratio = Parameter(
        "ratio", *(row.number(f"ratio_{end}") for end in ("low", "mode", "high")),
        unit=row.text("unit"), title=f"{title}: effect", source=source, status=status,
        scale="log", owner=name,
    )  # fmt: skip
    return Mechanism(
        name, title, row.text("stage"), row.cells["drug_class"], ratio,
        _half_time(name, title, spread), share, ceiling,
        scope=row.cells["scope_note"], status=ratio.status, source=source, note=row.cells["note"],
    )  # fmt: skip


def _half_time(name: str, title: str, spread: list[Row]) -> Parameter | None:
    """The years to close half of the gap: one range for all regions."""
    ends = ("low", "mode", "high")
    ranges = {tuple(r.number(f"half_time_years_{end}") for end in ends): r for r in spread}
    if not ranges:
        return None
    if len(ranges) > 1:
        raise InputError(f"{spread[0].where}: {name!r} has different half times by region")
    (low, mode, high), row = next(iter(ranges.items()))
    if low <= 0:
        raise InputError(f"{row.where}: a half time must be above 0 years")
    return Parameter(
        "half_time", low, mode, high, unit="years", title=f"{title}: half time",
        source=row.text("source"), status=row.choice("status", "status", IN_TABLES), owner=name,
    )  # fmt: skip
