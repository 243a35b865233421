"""Reading a market from its folder of tables: funnel, births, causes, their adoption, claims."""

from __future__ import annotations

from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np

from ..errors import InputError
from .cause import read_mechanisms
from .market import BY_CLASS, LINK_OF_STAGE, Claim, Market, Stage, YearPath, slug
from .parameter import STATUSES, Parameter
from .tables import Row, read_table

ENDS_PER_P10 = 1.97345
"""Half range of a symmetric PERT over its distance from mode to P10: 0.5 / (0.5 - 0.24664)."""
SHARES = ("diagnosed", "treated", "class_mix")
FUNNEL_COLUMNS = [
    "stage",
    "region",
    "drug_class",
    "low",
    "mode",
    "high",
    "unit",
    "currency_year",
    "basis",
    "note",
]
PATH_COLUMNS = ["year", "region", "value", "low", "high", "unit"]
CLAIM_COLUMNS = ["id", "section", "claim", "driver", "mechanism", "stage", "direction", "overlaps"]


def read_market(
    folder: Path | Traversable, *, name: str, title: str, base_year: int, horizon: int
) -> Market:
    """The market from a folder with funnel.csv, births.csv, mechanisms.csv and adoption.csv.

    claims.csv, the sentences of a report, may stand beside them.  Raises InputError with file
    and line for a table that does not hold together.
    """
    funnel = read_table(folder.joinpath("funnel.csv"), FUNNEL_COLUMNS)
    regions = tuple(dict.fromkeys(row.text("region") for row in funnel))
    drug_classes = tuple(
        dict.fromkeys(row.text("drug_class") for row in funnel if row.cells["stage"] in BY_CLASS)
    )
    births = read_table(folder.joinpath("births.csv"), PATH_COLUMNS)
    years, path = _read_path(births, regions, base_year)
    stages = tuple(
        _read_stage(stage, funnel, regions, drug_classes, births, years, path)
        for stage in LINK_OF_STAGE
    )
    claims = folder.joinpath("claims.csv")
    market = Market(
        name=name,
        title=title,
        years=years,
        horizon=horizon,
        regions=regions,
        drug_classes=drug_classes,
        stages=stages,
        mechanisms=read_mechanisms(
            folder.joinpath("mechanisms.csv"), folder.joinpath("adoption.csv"),
            LINK_OF_STAGE, regions, drug_classes,
        ),
        claims=tuple(map(_claim, read_table(claims, CLAIM_COLUMNS))) if claims.is_file() else (),
    )  # fmt: skip
    return market.with_anchors({})


def _read_path(
    rows: list[Row], regions: tuple[str, ...], base_year: int
) -> tuple[tuple[int, ...], YearPath]:
    """The years from the base year on and the births in each, by region."""
    cells: dict[tuple[int, str], tuple[float, float, float]] = {}
    for row in rows:
        mode = row.number("value")
        bounds = row.number("low", mode), mode, row.number("high", mode)
        if not 0 < bounds[0] <= mode <= bounds[2]:
            raise InputError(f"{row.where}: births need 0 < low <= value <= high")
        cells[int(row.number("year")), row.choice("region", "region", regions)] = bounds
    years = tuple(sorted({year for year, _ in cells if year >= base_year}))
    if not years or years != tuple(range(base_year, years[-1] + 1)):
        raise InputError(f"{rows[0].file}: years must run from {base_year} on without a gap")
    try:
        table = np.array([[cells[year, region] for region in regions] for year in years])
    except KeyError as missing:
        raise InputError(f"{rows[0].file}: no row for {missing.args[0]}") from None
    return years, YearPath(table[..., 0], table[..., 1], table[..., 2])


def _read_stage(
    name: str,
    funnel: list[Row],
    regions: tuple[str, ...],
    drug_classes: tuple[str, ...],
    births: list[Row],
    years: tuple[int, ...],
    path: YearPath,
) -> Stage:
    """One stage with its parameters in the order of the grid."""
    cells = {
        (r.text("region"), r.cells["drug_class"]): r for r in funnel if r.cells["stage"] == name
    }
    grid = [(r, c) for r in regions for c in (drug_classes if name in BY_CLASS else ("",))]
    if set(cells) != set(grid):
        raise InputError(f"funnel.csv: stage {name!r} needs exactly one row for each of {grid}")
    if name == "births":
        last = {r.text("region"): r for r in births if int(r.number("year")) == years[-1]}
        parameters = tuple(_births_parameter(last[region], years[-1]) for region in regions)
        if any(cells[r, ""].number("mode") != path.mode[0, i] for i, r in enumerate(regions)):
            raise InputError("funnel.csv: births of the base year differ from births.csv")
        return Stage(name, parameters, cells[grid[0]].text("unit"), path)
    parameters = tuple(_funnel_parameter(name, cells[key]) for key in grid)
    return Stage(name, parameters, parameters[0].unit)


def _births_parameter(row: Row, year: int) -> Parameter:
    """Births in the last year of the path; the table's bounds are P10 and P90 of the draws."""
    mode, region = row.number("value"), row.text("region")
    low, high = row.number("low", mode), row.number("high", mode)
    return Parameter(
        f"births.{slug(region)}",
        mode - ENDS_PER_P10 * (mode - low), mode, mode + ENDS_PER_P10 * (high - mode),
        unit=f"live births in {year}", title=f"Births in {year}, {region}",
        source=row.text("source"), status=row.choice("status", "status", STATUSES), owner="funnel",
    )  # fmt: skip


def _funnel_parameter(stage: str, row: Row) -> Parameter:
    names = [name for name in (row.cells["region"], row.cells["drug_class"]) if name]
    parameter = Parameter(
        ".".join([stage, *map(slug, names)]),
        *(row.number(end) for end in ("low", "mode", "high")),
        unit=row.text("unit"),
        title=f"{stage.replace('_', ' ').capitalize()}, {', '.join(names)}",
        source=row.text("source"),
        status=row.choice("status", "status", STATUSES),
        scale="log" if stage == "net_cost" else "natural",
        owner="funnel",
    )
    if parameter.low <= 0 or (stage in SHARES and parameter.high > 1):
        raise InputError(f"{row.where}: {parameter.key} must lie above 0, a share up to 1")
    return parameter


def _claim(row: Row) -> Claim:
    cells = row.cells
    return Claim(
        id=row.text("id"),
        section=row.text("section"),
        text=row.text("claim"),
        driver=cells["driver"],
        mechanism=cells["mechanism"],
        stage=cells["stage"],
        direction=cells["direction"],
        overlaps=tuple(cells["overlaps"].split()),
        source=row.text("source"),
    )
