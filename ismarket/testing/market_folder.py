"""The tables of a market as they stand in its folder: what could be read of them, and what not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

from ..errors import InputError
from ..model import cause, launch
from ..model.anchor import COLUMNS as ANCHORS
from ..model.driver import Driver
from ..model.market import Market
from ..model.market_tables import (
    CLAIM_COLUMNS,
    CORRELATION_COLUMNS,
    FUNNEL_COLUMNS,
    PATH_COLUMNS,
    STAGE_COLUMNS,
)
from ..model.stage import PRICE_LEVEL
from ..model.tables import EVIDENCE, Row, read_table

STAGES = "stages"
TABLES: Mapping[str, Sequence[str]] = {
    "funnel": FUNNEL_COLUMNS,
    "mechanisms": cause.COLUMNS,
    "adoption": [*cause.ADOPTION_COLUMNS, "unit"],
    "launches": launch.COLUMNS,
    "anchors": ANCHORS,
    "claims": CLAIM_COLUMNS,
    "correlations": CORRELATION_COLUMNS,
}
"""The tables of a market besides its stages and their paths, each with its columns."""
MAY_LACK = ("launches", "anchors", "claims", "correlations")


@dataclass(frozen=True, eq=False)
class Tables:
    """What a market's folder holds: the rows of each table that could be read, by its name."""

    rows: Mapping[str, Sequence[Row]]
    unread: Sequence[str]
    market: Market | None
    drivers: Sequence[Driver]
    problem: str = ""

    def of(self, table: str) -> Sequence[Row]:
        """The rows of a table, none where it is not there or could not be read."""
        return self.rows.get(table, ())

    @property
    def stages(self) -> dict[str, Row]:
        """The declared stages by name."""
        return {row.cells["stage"]: row for row in self.of(STAGES)}

    @property
    def paths(self) -> dict[str, Row]:
        """The stages whose path has a table here, by name."""
        return {name: row for name, row in self.stages.items() if name in self.rows}

    @property
    def causes(self) -> dict[str, str]:
        """The stage of every cause, launches among them, by name."""
        found = {row.cells["mechanism"]: row.cells["stage"] for row in self.of("mechanisms")}
        return found | {row.cells["group"]: row.cells["stage"] for row in self.of("launches")}

    @property
    def named(self) -> set[str]:
        """The drivers that act on the market."""
        return {driver.name for driver in self.drivers}


def read_folder(
    folder: Path | Traversable, market: Market | None, drivers: Sequence[Driver], problem: str
) -> Tables:
    """Every table of a market's folder; what cannot be read is kept as the words of the error."""
    found: dict[str, Sequence[Row]] = {}
    unread: list[str] = []

    def take(name: str, columns: Sequence[str], evidence: Sequence[str] = EVIDENCE) -> None:
        try:
            found[name] = read_table(folder / f"{name}.csv", columns, evidence=evidence)
        except InputError as error:
            unread.append(str(error))

    take(STAGES, STAGE_COLUMNS, evidence=())
    for name, columns in TABLES.items():
        if name not in MAY_LACK or (folder / f"{name}.csv").is_file():
            take(name, columns)
    for row in found.get(STAGES, ()):
        name = row.cells["stage"]
        own = (folder / f"{name}.csv").is_file()
        if row.cells["path"] == "yes" and (own or row.cells["role"] != PRICE_LEVEL):
            region = [] if row.cells["by"] == "world" else ["region"]
            take(name, [*PATH_COLUMNS, *region])
    return Tables(found, unread, market, drivers, problem)
