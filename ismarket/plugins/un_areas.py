"""Births and people of any countries and regions, from the tables of the United Nations."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ..errors import InputError, unknown
from ..model.parameter import STATUSES
from ..model.tables import Row, parse_table

FILE = "un.csv.gz"
SOURCE = (
    "UN DESA, World Population Prospects 2024 (medium variant after 2023), as packaged in the R"
    " package wpp2024 (PPgp/wpp2024)"
)
LICENCE = "CC BY 3.0 IGO"
LAST_KNOWN = 2023
"""The last year before the projection, which has no interval."""
COLUMNS = ["area", "region", "subregion", "year"]
"""Of every row; what is counted stands beside them, each with its low, high and status."""
WORLD, REST = "world", "rest of the world"
ALIASES = {
    "usa": "United States of America", "us": "United States of America",
    "united states": "United States of America", "uk": "United Kingdom",
    "south korea": "Republic of Korea", "north korea": "Dem. People's Republic of Korea",
    "russia": "Russian Federation", "vietnam": "Viet Nam", "turkey": "Türkiye",
    "czech republic": "Czechia", "iran": "Iran (Islamic Republic of)",
    "hong kong": "China, Hong Kong SAR", "taiwan": "China, Taiwan Province of China",
}  # fmt: skip
"""What people write, in lower case, for areas that the UN calls otherwise."""


@dataclass(frozen=True)
class Territory:
    """A region of a market: its name, and the UN areas that it adds up."""

    name: str
    areas: tuple[str, ...]


@dataclass(frozen=True)
class Counted:
    """Births or people of a place in a year: the medium, and an 80% interval or None."""

    year: int
    value: int
    low: int | None
    high: int | None
    status: str


def continents() -> tuple[Territory, ...]:
    """The whole world as the six regions of the UN."""
    return tuple(Territory(name, _groups()[name.lower()]) for name in _continents())


def places(text: str) -> tuple[Territory, ...]:
    """The regions that a list names: areas, UN regions, or groups as ``DACH = Germany + Austria``.

    ``Rest of the world`` is every area that the list does not name.  Raises InputError for a name
    that is none, with the nearest, and for an area that would count twice.
    """
    found: dict[str, tuple[str, ...] | None] = {}
    for item in _items(text):
        name, equals, members = item.partition("=")
        name = name.strip()
        if name in found or not name:
            raise InputError(f"regions: {name!r} stands twice" if name else f"regions: {item!r}")
        if name.lower() == REST and not equals:
            found[name] = None
            continue
        parts = [part.strip() for part in members.split("+")] if equals else [name]
        found[name] = tuple(area for part in parts for area in _areas(part))
    owner: dict[str, str] = {}
    for name, areas in found.items():
        for area in areas or ():
            if area in owner:
                raise InputError(f"regions: {area} counts in {owner[area]} and in {name}")
            owner[area] = name
    rest = tuple(area for area in _table() if area not in owner)
    return tuple(Territory(name, rest if areas is None else areas) for name, areas in found.items())


def counts(place: Territory, table: str, base_year: int) -> list[Counted]:
    """What a column of the table counts in a place by year, summed over its areas.

    Intervals add up as if the areas moved together; up to the base year there is none.
    """
    rows = [_table()[area] for area in place.areas]
    found = []
    for year in rows[0]:
        low, value, high = (
            sum(int(row[year].number(f"{table}{end}", row[year].number(table))) for row in rows)
            for end in ("_low", "", "_high")
        )
        status = max((row[year].text(f"{table}_status") for row in rows), key=STATUSES.index)
        known = year <= base_year or low == high
        found.append(Counted(year, value, None if known else low, None if known else high, status))
    return found


def _items(text: str) -> list[str]:
    """The items of a list with commas; a name that has a comma of its own is one."""
    parts, found = [part.strip() for part in re.split("[,;]", text)], list[str]()
    while parts:
        item = parts.pop(0)
        if parts and f"{item}, {parts[0]}".lower() in _groups():
            item = f"{item}, {parts.pop(0)}"
        if item:
            found.append(item)
    if not found:
        raise InputError("regions: name at least one country or region")
    return found


def _areas(name: str) -> tuple[str, ...]:
    known = _groups()
    key = ALIASES.get(name.lower(), name).lower()
    if key not in known:
        raise unknown("regions", "country or region", name, _names())
    return known[key]


@cache
def _table() -> Mapping[str, Mapping[int, Row]]:
    """Every area by name, its rows by year."""
    packed = files("ismarket").joinpath("data", FILE).read_bytes()
    found: dict[str, dict[int, Row]] = {}
    for row in parse_table(gzip.decompress(packed), FILE, COLUMNS, others=True, evidence=()):
        found.setdefault(row.text("area"), {})[int(row.number("year"))] = row
    return found


def _first_rows() -> Iterable[Row]:
    return (next(iter(years.values())) for years in _table().values())


def _continents() -> Sequence[str]:
    return sorted({row.text("region") for row in _first_rows()})


def _names() -> list[str]:
    more = {row.cells["subregion"] for row in _first_rows()} - {""}
    return [*_table(), *_continents(), *more, *(alias.title() for alias in ALIASES)]


@cache
def _groups() -> Mapping[str, tuple[str, ...]]:
    """The areas of every area, subregion, region and the world, by name in lower case."""
    found: dict[str, list[str]] = {WORLD: [*_table()]}
    for row in _first_rows():
        for column in ("region", "subregion"):
            if name := row.cells[column].lower():
                found.setdefault(name, []).append(row.text("area"))
    for area in _table():  # an area's own name comes before that of a subregion
        found[area.lower()] = [area]
    return {name: tuple(areas) for name, areas in found.items()}
