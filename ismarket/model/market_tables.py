"""Reading a market from its folder of tables: stages, their values and paths, causes, claims."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import ascii_lowercase

import numpy as np

from ..errors import InputError, check_known
from .cause import Mechanism, read_mechanisms
from .launch import read_launches
from .market import Claim, Correlation, Market
from .parameter import IN_TABLES, NO_CHANCE, Parameter
from .stage import FUNNEL, PRICE_LEVEL, RATIO_UNIT, ROLES, SHARES, WORLD, Stage, YearPath, slug
from .tables import Row, read_table

ENDS_PER_P10 = 1.97345
"""Half range of a symmetric PERT over its distance from mode to P10: 0.5 / (0.5 - 0.24664)."""
PATH_COLUMNS = "year value low high unit".split()
PRICES = "us_dollar.csv"
"""The price level of the US dollar, which the package brings to every market."""
Ends = tuple[float, float, float]
"""Low, mode and high."""
STAGE_COLUMNS = "stage title link by role unit scale path least counts".split()
FUNNEL_COLUMNS = "stage region drug_class low mode high unit currency_year basis note".split()
CORRELATION_COLUMNS = ["first", "second", "rank_correlation"]
CLAIM_COLUMNS = "id section claim driver mechanism stage direction overlaps span words".split()
"""``span`` is where the sentence stands on its page, ``words`` those that speak of its causes."""
NO_DRIVER = ("baseline", "context", "")
"""What the ledger says of a sentence that names none."""
AXES: dict[str, tuple[str, ...]] = {
    "world": (),
    "region": ("region",),
    "class": ("drug_class",),
    "region class": ("region", "drug_class"),
}
"""What a stage may vary along, as its table says it."""


def read_market(
    folder: Path | Traversable,
    *,
    name: str,
    title: str,
    base_year: int,
    horizon: int,
    currency: str = "",
) -> Market:
    """The market from a folder with stages.csv, funnel.csv, mechanisms.csv and adoption.csv.

    A stage with a path has a table of its own name, or if it is the price level the one that the
    package brings; launches.csv, the products that may come, claims.csv, the sentences of a report,
    correlations.csv, pairs of inputs that move together, and words.toml, what reports call it, may
    stand beside them.  ``currency`` says what its money is, by default USD of the base year.
    Raises InputError with file and line for a table that does not hold together.
    """
    declared = read_table(folder / "stages.csv", STAGE_COLUMNS, evidence=())
    funnel = read_table(folder / "funnel.csv", FUNNEL_COLUMNS)
    names = [row.text("stage") for row in declared]
    for row in funnel:
        row.choice("stage", "stage", names)
    named = dict.fromkeys(row.text("region") for row in funnel)
    regions = tuple(region for region in named if region != WORLD)
    classes = tuple(dict.fromkeys(c for row in funnel if (c := row.cells["drug_class"])))
    paths = {
        row.text("stage"): _read_path(row, folder, _path_regions(row, regions), base_year)
        for row in declared
        if row.choice("path", "path", ("yes", "no")) == "yes"
    }
    last = min((base_year + len(path.mode) - 1 for path, _ in paths.values()), default=horizon)
    years = tuple(range(base_year, last + 1))
    stages = tuple(_read_stage(row, funnel, regions, classes, paths) for row in declared)
    claims, words = folder / "claims.csv", folder / "words.toml"
    by_name = {stage.name: stage for stage in stages}
    causes = read_mechanisms(
        folder / "mechanisms.csv", folder / "adoption.csv", by_name, regions, classes
    )
    if (folder / "launches.csv").is_file():
        groups = read_launches(folder / "launches.csv", by_name, regions, classes)
        causes |= _apart(groups, causes)
    market = Market(
        name=name,
        title=title,
        years=years,
        horizon=horizon,
        regions=regions,
        drug_classes=classes,
        stages=stages,
        mechanisms=causes,
        claims=read_claims(claims, causes) if claims.is_file() else (),
        currency=currency or f"USD of {base_year}",
        folder=folder,
        words=words.read_text(encoding="utf-8") if words.is_file() else "",
    )  # fmt: skip
    if (folder / "correlations.csv").is_file():
        rows = read_table(folder / "correlations.csv", CORRELATION_COLUMNS)
        market = replace(market, correlations=_correlations(rows, market))
    return market.with_anchors({})


def _correlations(rows: Sequence[Row], market: Market) -> tuple[Correlation, ...]:
    """Pairs of inputs that move together; InputError for one that cannot, or that stands twice."""
    found: dict[tuple[str, str], Correlation] = {}
    for row in rows:
        for column in ("first", "second"):
            key = row.choice(column, "parameter", market.parameters)
            if market.parameters[key].happens:
                raise InputError(f"{row.where}: {NO_CHANCE.format(key)}")
        first, second = sorted((row.cells["first"], row.cells["second"]))
        rho, status = row.number("rank_correlation"), row.choice("status", "status", IN_TABLES)
        if first == second or (first, second) in found or not -1 <= rho <= 1:
            raise InputError(
                f"{row.where}: {first} ~ {second} = {rho:g}; name two inputs, each pair once, with"
                " a rank correlation from -1 to 1"
            )
        found[first, second] = Correlation((first, second), rho, status, row.text("source"))
    return tuple(found.values())


def _apart(groups: Sequence[Mechanism], causes: Mapping[str, Mechanism]) -> dict[str, Mechanism]:
    """Groups of launches by name; InputError where a name is that of another cause."""
    for name in (n for g in groups for n in (g.name, *(one.name for one in g.launches))):
        if name in causes:
            raise InputError(f"launches.csv: {name!r} is the name of a cause in mechanisms.csv")
    return {group.name: group for group in groups}


def _places(row: Row, regions: Sequence[str], classes: Sequence[str]) -> list[tuple[str, str]]:
    """Where a declared stage has a value, (region, class), in the order of the grid."""
    by = AXES[row.choice("by", "axes of a stage", AXES)]
    return [
        (region, drug_class)
        for region in (regions if "region" in by else (WORLD,))
        for drug_class in (classes if "drug_class" in by else ("",))
    ]


def _path_regions(row: Row, regions: tuple[str, ...]) -> list[str]:
    """Where a stage with a path has one: in every region, or in the world."""
    if row.cells["by"] not in ("world", "region") or row.cells["link"] != "log":
        name = row.text("stage")
        raise InputError(
            f"{row.where}: {name} has a path, so its link is log and it varies by region or world"
        )
    return [region for region, _ in _places(row, regions, ("",))]


def _read_path(
    stage: Row, folder: Path | Traversable, regions: Sequence[str], base_year: int
) -> tuple[YearPath, tuple[Parameter, ...]]:
    """The path of a declared stage from the base year on, and its last year by region.

    A price level is 1 in the base year; a market without a table of it has the package's.
    Raises InputError with file and line for a gap, or an interval in the base year.
    """
    prices = stage.cells["role"] == PRICE_LEVEL
    own = folder / f"{stage.text('stage')}.csv"
    path = files("ismarket") / "data" / PRICES if prices and not own.is_file() else own
    rows = read_table(path, PATH_COLUMNS if list(regions) == [WORLD] else [*PATH_COLUMNS, "region"])
    cells = dict(_path_cell(row, regions) for row in rows)
    years = sorted({year for year, _ in cells if year >= base_year})
    if not years or years != list(range(base_year, base_year + len(years))):
        raise InputError(f"{path.name}: years must run from {base_year} on without a gap")
    for key in ((year, region) for year in years for region in regions):
        if key not in cells:
            raise InputError(f"{path.name}: no row for {key}")
    if prices:
        one = cells[base_year, regions[0]][0]
        cells = {key: (_over(ends, one), row) for key, (ends, row) in cells.items()}
    for region in regions:
        (low, _, high), row = cells[base_year, region]
        if low != high:
            raise InputError(f"{row.where}: a path has no interval in the base year {base_year}")
    table = np.array([[cells[year, region][0] for region in regions] for year in years])
    last = [_path_parameter(stage, region, *cells[years[-1], region]) for region in regions]
    known = [all(_measured(cells[year, region][1]) for region in regions) for year in years]
    measured = known.index(False) if False in known else len(known)
    earlier = {
        year: tuple(cells[year, region][0][1] for region in regions)
        for year in sorted({year for year, _ in cells if year < base_year})
        if all((year, region) in cells for region in regions)
    }
    return YearPath(table[..., 0], table[..., 1], table[..., 2], measured, earlier), tuple(last)


def _path_cell(row: Row, regions: Sequence[str]) -> tuple[tuple[int, str], tuple[Ends, Row]]:
    """Year and region of a row, and its bounds."""
    mode = row.number("value")
    low, high = row.number("low", mode), row.number("high", mode)
    if not 0 < low <= mode <= high:
        raise InputError(f"{row.where}: a path needs 0 < low <= value <= high")
    region = row.choice("region", "region", regions) if "region" in row.cells else WORLD
    return (row.whole("year"), region), ((low, mode, high), row)


def _over(ends: Ends, one: Ends) -> Ends:
    """Bounds as multiples of those of another year, in which one quantile holds for both."""
    low, mode, high = (end / base for end, base in zip(ends, one, strict=True))
    return min(low, mode), mode, max(high, mode)


def _measured(row: Row) -> bool:
    return row.choice("status", "status", IN_TABLES) == "measured"


def _path_parameter(stage: Row, region: str, ends: Ends, row: Row) -> Parameter:
    """A stage in the last year of its path; the table's bounds are P10 and P90 of the draws."""
    (low, mode, high), year = ends, row.whole("year")
    return Parameter(
        f"{stage.text('stage')}.{slug(region)}",
        mode - ENDS_PER_P10 * (mode - low), mode, mode + ENDS_PER_P10 * (high - mode),
        unit=f"{stage.text('unit')} in {year}",
        title=f"{stage.text('title')} up to {year}, {region}",
        source=row.text("source"), status=row.choice("status", "status", IN_TABLES), owner=FUNNEL,
    )  # fmt: skip


def _read_stage(
    row: Row,
    funnel: list[Row],
    regions: tuple[str, ...],
    classes: tuple[str, ...],
    paths: Mapping[str, tuple[YearPath, tuple[Parameter, ...]]],
) -> Stage:
    """One stage with its parameters in the order of the grid."""
    name, places = row.text("stage"), _places(row, regions, classes)
    link = row.choice("link", "link", RATIO_UNIT)
    path, parameters = paths.get(name, (None, ()))
    values = {
        (r.text("region"), r.cells["drug_class"]): r for r in funnel if r.cells["stage"] == name
    }
    if set(values) != set(places):
        raise InputError(f"funnel.csv: stage {name!r} needs exactly one row for each of {places}")
    if path is None:
        parameters = tuple(_parameter(row, link, values[place]) for place in places)
    elif any(values[p].number("mode") != path.mode[0, i] for i, p in enumerate(places)):
        raise InputError(f"funnel.csv: {name} of the base year differs from its path")
    role = row.choice("role", "role", ROLES)
    if role == PRICE_LEVEL and (path is None or row.cells["by"] != "world"):
        raise InputError(f"{row.where}: a price level is the world's and has a path")
    least = row.number("least") if row.cells["least"] else None
    return Stage(
        name, row.text("title"), link, AXES[row.cells["by"]], role, row.text("unit"), parameters,
        path, least, row.cells["counts"],
    )  # fmt: skip


def _parameter(stage: Row, link: str, row: Row) -> Parameter:
    names = [name for name in (row.cells["region"], row.cells["drug_class"]) if name]
    parameter = Parameter(
        ".".join([stage.text("stage"), *map(slug, names)]),
        *(row.number(end) for end in ("low", "mode", "high")),
        unit=row.text("unit"),
        title=f"{stage.text('title')}, {', '.join(names)}",
        source=row.text("source"),
        status=row.choice("status", "status", IN_TABLES),
        scale="log" if stage.choice("scale", "scale", ("natural", "log")) == "log" else "natural",
        owner=FUNNEL,
        most=1.0 if link in SHARES else math.inf,
    )
    if parameter.low <= 0 or (link in SHARES and parameter.high > 1):
        raise InputError(f"{row.where}: {parameter.key} must lie above 0, a share up to 1")
    return parameter


def read_claims(path: Path | Traversable, causes: Iterable[str]) -> tuple[Claim, ...]:
    """The sentences of a report from a table; one that names several causes is a claim of each.

    Raises InputError for a cause that is not known, a direction that is none, or an id twice.
    """
    known, found = tuple(causes), dict[str, Claim]()
    for row in read_table(path, CLAIM_COLUMNS):
        cells, names = row.cells, row.cells["mechanism"].split() or [""]
        row.choice("direction", "direction", ("up", "down", ""))
        for name, mark in zip(names, ("", *ascii_lowercase[1:]), strict=False):
            if name:
                check_known(row.where, "cause", known, name)
            claim = Claim(
                row.text("id") + mark, row.text("section"), row.text("claim"), cells["driver"],
                name, cells["stage"], cells["direction"], tuple(cells["overlaps"].split()),
                row.text("source"),
            )  # fmt: skip
            if claim.id in found:
                raise InputError(f"{row.where}: a claim {claim.id!r} stands above")
            found[claim.id] = claim
    return tuple(found.values())
