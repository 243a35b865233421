"""The laws of a market: what must hold in its tables, and each breach with its file and line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

from ..errors import InputError, no_such
from ..model.anchor import fitting_steps, half_digit, half_figure, misfit
from ..model.driver import Driver
from ..model.market import Market
from ..model.market_tables import NO_DRIVER
from ..model.parameter import IN_TABLES
from ..model.sources import ASSUMPTION, cited, parts_of
from ..model.stage import RATIO_UNIT, SHARES
from ..model.tables import Row
from ..model.words import words_of
from .market_folder import STAGES, Tables, read_folder

LOADS = "one market"
PUBLISHED = ("anchors", "claims")
ROUNDED = 0.005
"""How far the modes of a mix may be from 1 together."""


@dataclass(frozen=True)
class Breach:
    """One place where a market breaks a law."""

    law: str
    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{where}: {self.reason}" if where else self.reason


At = tuple[Row | None, str]
"""Where a law is broken, and how; no row where it is the whole market's."""
Law = Callable[[Tables], Iterator[At]]
LAWS: list[Law] = []
"""The laws in the order in which they are tried; the first line of each says what must hold."""


def market_breaches(
    folder: Path | Traversable,
    market: Market | None = None,
    drivers: Iterable[Driver] = (),
    problem: str = "",
) -> list[Breach]:
    """Where the market of a folder of tables breaks a law, in the order of LAWS.

    ``market`` is what was read from them and ``drivers`` those that are installed; without them
    what only they can tell is not asked.  ``problem`` says why they make no market.
    """
    suits = tuple(d for d in drivers if market is None or d.suits(market.name))
    tables = read_folder(folder, market, suits, problem)
    return [
        Breach(name_of(law), row.file if row else "", row.line if row else 0, reason)
        if row
        else _placed(name_of(law), reason)
        for law in LAWS
        for row, reason in law(tables)
    ]


def name_of(law: Callable[..., object]) -> str:
    """The law in words."""
    return law.__name__.replace("_", " ")


def _placed(law: str, error: str) -> Breach:
    """A breach from the words of an error, which may begin with a file and a line."""
    found = re.match(r"(?P<file>[\w.~-]+\.\w+)(?:, line (?P<line>\d+))?: (?P<said>.*)", error)
    if not found:
        return Breach(law, "", 0, error)
    return Breach(law, found["file"], int(found["line"] or 0), found["said"])


def law(tried: Law) -> Law:
    """One of LAWS."""
    LAWS.append(tried)
    return tried


@law
def columns(tables: Tables) -> Iterator[At]:
    """Every table has its columns, and every row a status and a source."""
    for error in tables.unread:
        yield None, error


@law
def one_market(tables: Tables) -> Iterator[At]:
    """The tables together make a market that loads, and its words are of it."""
    if tables.problem and tables.problem not in tables.unread:
        yield None, tables.problem
    try:
        if tables.market is not None:
            words_of(tables.market)
    except InputError as error:
        yield None, str(error)


@law
def units(tables: Tables) -> Iterator[At]:
    """A number has the unit of its stage: a share, dollars of one year, or what it counts."""
    stages = tables.stages
    for row in stages.values():
        unit, link = row.cells["unit"], row.cells["link"]
        if (link in SHARES) != unit.startswith("share"):
            yield (
                row,
                f"unit {unit!r}; the unit of a {link} stage "
                + ("begins with 'share'" if link in SHARES else "is no share"),
            )
        if row.cells["role"] == "price" and not _kind(unit).startswith("USD of"):
            yield row, f"unit {unit!r}; a price is in 'USD of YEAR per ...'"
    for row in tables.of("funnel"):
        if (stage := stages.get(row.cells["stage"])) is None:
            continue
        unit, wanted = row.cells["unit"], stage.cells["unit"]
        counted = stage.cells["role"] == "people" and stage.cells["link"] == "log"
        if not unit or _kind(unit) != _kind(wanted) or (counted and unit != wanted):
            yield row, f"unit {unit!r}; {stage.cells['stage']} is in {wanted!r}"
    for name, stage in tables.paths.items():
        for row in tables.of(name):
            if row.cells["unit"] != stage.cells["unit"]:
                yield row, f"unit {row.cells['unit']!r}; {name} is in {stage.cells['unit']!r}"
    for row in tables.of("mechanisms"):
        link = stages[row.cells["stage"]].cells["link"] if row.cells["stage"] in stages else ""
        if link in RATIO_UNIT and row.cells["unit"] != RATIO_UNIT[link]:
            yield row, f"unit {row.cells['unit']!r}; a {link} stage has a {RATIO_UNIT[link]}"


def _kind(unit: str) -> str:
    """What a unit is of: a share, dollars of a year, or anything else."""
    if unit.startswith("share"):
        return "share"
    dollars = re.match(r"USD of \d{4}\b", unit)
    return dollars.group() if dollars else ""


@law
def statuses(tables: Tables) -> Iterator[At]:
    """A number is measured, estimated or assumed; what a report prints is published."""
    for table, row in _evidence(tables):
        allowed = ("published", "assumed") if table in PUBLISHED else IN_TABLES
        if row.cells["status"] not in allowed:
            yield row, no_such("status", row.cells["status"][:60], allowed)


@law
def sources(tables: Tables) -> Iterator[At]:
    """A measured or estimated number cites a source, an assumed one says what is assumed."""
    for _, row in _evidence(tables):
        status, source = row.cells["status"], row.cells["source"]
        if status in ("measured", "estimated", "published") and not cited(source):
            yield row, f"{status}, but it cites no source: {source[:60]!r}"
        if status.startswith("assumed") and not any(
            part.startswith(ASSUMPTION) for part in parts_of(source)
        ):
            yield row, f"{status}, but no part of its source begins with 'assumption:'"


@law
def bounds(tables: Tables) -> Iterator[At]:
    """Low, mode and high are in order and above 0, shares up to 1."""
    for table, row in _evidence(tables):
        stage = tables.stages.get(row.cells.get("stage", ""))
        share = table == "funnel" and stage is not None and stage.cells["link"] in SHARES
        for prefix, most in _ranges(row, 1.0 if share else float("inf")):
            try:
                yield from ((row, said) for said in _disorder(row, prefix, most))
            except InputError as error:
                yield None, str(error)


def _ranges(row: Row, most: float) -> Iterator[tuple[Sequence[str], float]]:
    """The columns of each range of a row, low to high, and what it never passes."""
    if "value" in row.cells:
        yield ("low", "value", "high"), most
    elif "mode" in row.cells:
        yield ("low", "mode", "high"), most
    for column in row.cells:
        if column.endswith("_mode"):
            ends = [f"{column.removesuffix('mode')}{end}" for end in ("low", "mode", "high")]
            yield ends, 1.0 if column.startswith("peak_share") else float("inf")
    for column in ("share_base_year", "ceiling", "probability"):
        if column in row.cells:
            yield (column,), 1.0


def _disorder(row: Row, ends: Sequence[str], most: float) -> Iterator[str]:
    middle = row.number(ends[len(ends) // 2])
    values = [row.number(end, middle) for end in ends]
    said = ", ".join(f"{end} {value:g}" for end, value in zip(ends, values, strict=True))
    if values != sorted(values):
        yield f"{said} are not in order"
    if values[0] <= 0 or values[-1] > most:
        yield f"{said} must lie above 0" + (f" and up to {most:g}" if most < float("inf") else "")


@law
def shares_of_a_whole(tables: Tables) -> Iterator[At]:
    """The most likely shares of a mix add up to 1 in every region."""
    for name, stage in tables.stages.items():
        if stage.cells["link"] != "softmax":
            continue
        by_region: dict[str, list[Row]] = {}
        for row in tables.of("funnel"):
            if row.cells["stage"] == name:
                by_region.setdefault(row.cells["region"], []).append(row)
        for region, rows in by_region.items():
            try:
                whole = sum(row.number("mode") for row in rows)
            except InputError:
                continue  # a breach of bounds
            if abs(whole - 1) > ROUNDED:
                yield rows[0], f"the modes of {name} in {region} add up to {whole:g}, not to 1"


@law
def causes_claimed(tables: Tables) -> Iterator[At]:
    """Every cause is claimed by a driver, and spreads or follows the path of its stage."""
    spread = {row.cells["mechanism"] for row in tables.of("adoption")}
    claimed = {name for driver in tables.drivers for name in driver.claims}
    for row in (*tables.of("mechanisms"), *tables.of("launches")):
        name = row.cells.get("mechanism", row.cells.get("group", ""))
        if tables.drivers and name not in claimed:
            yield row, f"no driver claims {name!r}, so it moves nothing"
    stages = tables.stages
    for row in tables.of("mechanisms"):
        stage = stages.get(row.cells["stage"])
        if stage and stage.cells["path"] != "yes" and row.cells["mechanism"] not in spread:
            yield row, f"{row.cells['mechanism']!r} has no row in adoption.csv"


@law
def anchors_consistent(tables: Tables) -> Iterator[At]:
    """An estimate's end points give its growth, or a note says why; what it names is known here."""
    regions = {row.cells["region"] for row in tables.of("funnel")}
    classes = {row.cells["drug_class"] for row in tables.of("funnel")} - {""}
    seen: set[str] = set()
    for row in tables.of("anchors"):
        if row.cells["anchor"] in seen:
            yield row, f"an anchor {row.cells['anchor']!r} stands above"
        seen.add(row.cells["anchor"])
        for column, known in (("largest_region", regions), ("fastest_growing_class", classes)):
            if row.cells[column] and row.cells[column] not in known:
                yield row, no_such(column.replace("_", " "), row.cells[column][:60], known)
        for name in row.cells["drivers_named"].split() if tables.drivers else ():
            if name not in tables.named:
                yield row, no_such("driver", name[:60], tables.named)
        try:
            said = _end_points(row)
        except InputError as error:
            yield None, str(error)
        else:
            yield from [(row, said)] * bool(said and not row.cells.get("note"))


def _end_points(row: Row) -> str:
    """What is wrong with the growth between the end points that an estimate prints."""
    value, cagr = row.number("value_usd"), row.number("cagr")
    base, first, last, steps = (
        int(row.number(c)) for c in ("base_year", "first_year", "last_year", "periods")
    )
    if not row.cells["last_value_usd"]:
        return ""
    end = row.number("last_value_usd")
    rounded = (value, half_figure(value)), (end, half_figure(end)), (cagr, half_digit(cagr))
    if fitting_steps(*rounded, [steps]):
        return ""
    ways = dict.fromkeys(n for n in (last - base, last - first, steps) if n > 0)
    return misfit(value, end, cagr, ways)


@law
def ledger_complete(tables: Tables) -> Iterator[At]:
    """A sentence has a report on file, one cause or more, and the driver that claims them."""
    published = {row.cells["source"] for row in tables.of("anchors")}
    ids = {row.cells["id"] for row in tables.of("claims")}
    seen: set[str] = set()
    causes, told = tables.causes, dict[str, set[str]]()
    for row in tables.of("claims"):
        cells = row.cells
        told.setdefault(cells["source"], set()).add(cells["driver"])
        if cells["id"] in seen:
            yield row, f"a claim {cells['id']!r} stands above"
        seen.add(cells["id"])
        if cells["direction"] not in ("up", "down", ""):
            yield row, no_such("direction", cells["direction"][:60], ("up", "down"))
        if cells["source"] not in published:
            yield row, f"source {cells['source'][:60]!r} is that of no anchor"
        if tables.drivers and cells["driver"] not in (*tables.named, *NO_DRIVER):
            yield row, no_such("driver", cells["driver"][:60], tables.named)
        for other in cells["overlaps"].split():
            if other not in ids:
                yield row, no_such("claim", other[:60], ids)
        for name in cells["mechanism"].split():
            if name not in causes:
                yield row, no_such("cause", name[:60], causes)
            elif cells["stage"] not in ("", causes[name]):
                yield row, f"stage {cells['stage']!r}, but {name} is of {causes[name]!r}"
    for row in tables.of("anchors"):
        heard = told.get(row.cells["source"])
        for name in row.cells["drivers_named"].split() if heard else ():
            if name not in (heard or ()):
                yield row, f"its report names {name}, but no sentence on file does"


def _evidence(tables: Tables) -> Iterator[tuple[str, Row]]:
    """Every row with a status, and its table."""
    return ((name, row) for name, rows in tables.rows.items() if name != STAGES for row in rows)
