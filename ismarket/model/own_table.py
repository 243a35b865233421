"""A driver's own table: causes that are not in the catalogue, one row a cause and region.

The columns are those of the catalogue and of its adoption table in one; ``region`` may be ``all``.
What is said of a cause (title, stage, ratio ...) stands in every row of it, the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from importlib.resources.abc import Traversable
from pathlib import Path

from ..errors import InputError, unknown
from .cause import ADOPTION_COLUMNS, COLUMNS, EVERYWHERE, Mechanism, from_rows
from .links import RATIO_UNIT
from .market import LINK_OF_STAGE, Market
from .tables import Row, read_table

SHARED = [column for column in COLUMNS if column not in ("note", "scope_note")]


def read_own_mechanisms(path: Path | Traversable) -> tuple[Mechanism, ...]:
    """The causes of the table; InputError with file and line for one that does not hold together.

    Regions and drug classes are checked when a market is known, see ``fitted``.
    """
    rows: dict[str, list[Row]] = {}
    for row in read_table(path, [*COLUMNS, *ADOPTION_COLUMNS[1:]]):
        rows.setdefault(row.text("mechanism"), []).append(row)
    if not rows:
        raise InputError(f"{path.name}: no cause in it")
    return tuple(_one(of_one) for of_one in rows.values())


def _one(rows: list[Row]) -> Mechanism:
    first = rows[0]
    stage = first.choice("stage", "stage", LINK_OF_STAGE)
    first.choice("unit", "unit", (RATIO_UNIT[LINK_OF_STAGE[stage]],))
    for row in rows:
        for column in SHARED:
            if row.cells[column] != first.cells[column]:
                raise InputError(f"{row.where}: {column} differs from line {first.line}")
    regions = [row.text("region") for row in rows]
    if len(set(regions)) < len(regions):
        raise InputError(f"{first.where}: a region of {first.text('mechanism')!r} stands twice")
    return from_rows(first, rows, tuple(regions))


def fitted(where: str, mechanisms: Iterable[Mechanism], market: Market) -> Market:
    """The market with a driver's own causes beside its catalogue.

    Raises InputError for a region or class that the market has not, or a name that is taken.
    """
    found = dict(market.mechanisms)
    for mechanism in mechanisms:
        known = found.get(mechanism.name)
        if known is mechanism:
            continue
        if known is not None or mechanism.name == "funnel":
            raise InputError(
                f"{where}: cause {mechanism.name!r} is taken in {market.name}; claim it, or give"
                " yours another name"
            )
        for region in mechanism.share:
            if region not in (EVERYWHERE, *market.regions):
                raise unknown(f"{where}, {mechanism.name}", "region", region, market.regions)
        if mechanism.drug_class and mechanism.drug_class not in market.drug_classes:
            raise unknown(
                f"{where}, {mechanism.name}", "class", mechanism.drug_class, market.drug_classes
            )
        if EVERYWHERE not in mechanism.share and set(mechanism.share) < set(market.regions):
            missing = next(r for r in market.regions if r not in mechanism.share)
            raise InputError(
                f"{where}, {mechanism.name}: no row for region {missing!r}, nor for {EVERYWHERE!r}"
            )
        found[mechanism.name] = mechanism
    lent = market.lent | (found.keys() - market.mechanisms.keys())
    return replace(market, mechanisms=found, lent=lent)
