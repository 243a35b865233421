"""Reading a market from its folder of tables: stages, their values and paths, causes, claims."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np

from ..errors import InputError
from .cause import read_mechanisms
from .market import Claim, Market, slug
from .parameter import STATUSES, Parameter
from .stage import FUNNEL, RATIO_UNIT, ROLES, SHARES, WORLD, Stage, YearPath
from .tables import Row, read_table

ENDS_PER_P10 = 1.97345
"""Half range of a symmetric PERT over its distance from mode to P10: 0.5 / (0.5 - 0.24664)."""
STAGE_COLUMNS = "stage title link by role unit scale path least counts".split()
FUNNEL_COLUMNS = "stage region drug_class low mode high unit currency_year basis note".split()
PATH_COLUMNS = "year region value low high unit".split()
CLAIM_COLUMNS = "id section claim driver mechanism stage direction overlaps".split()
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

    A stage with a path has a table of its own name; claims.csv, the sentences of a report, may
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
        row.text("stage"): _read_path(row, folder, regions, base_year)
        for row in declared
        if row.choice("path", "path", ("yes", "no")) == "yes"
    }
    last = min((base_year + len(path.mode) - 1 for path, _ in paths.values()), default=horizon)
    years = tuple(range(base_year, last + 1))
    stages = tuple(_read_stage(row, funnel, regions, classes, paths) for row in declared)
    claims = folder / "claims.csv"
    market = Market(
        name=name,
        title=title,
        years=years,
        horizon=horizon,
        regions=regions,
        drug_classes=classes,
        stages=stages,
        mechanisms=read_mechanisms(
            folder / "mechanisms.csv", folder / "adoption.csv",
            {stage.name: stage for stage in stages}, regions, classes,
        ),
        claims=tuple(map(_claim, read_table(claims, CLAIM_COLUMNS))) if claims.is_file() else (),
        currency=currency or f"USD of {base_year}",
    )  # fmt: skip
    return market.with_anchors({})


def _places(row: Row, regions: Sequence[str], classes: Sequence[str]) -> list[tuple[str, str]]:
    """Where a declared stage has a value, (region, class), in the order of the grid."""
    by = AXES[row.choice("by", "axes of a stage", AXES)]
    return [
        (region, drug_class)
        for region in (regions if "region" in by else (WORLD,))
        for drug_class in (classes if "drug_class" in by else ("",))
    ]


def _read_path(
    stage: Row, folder: Path | Traversable, every_region: tuple[str, ...], base_year: int
) -> tuple[YearPath, list[Row]]:
    """The path of a stage from the base year on, and the rows of its last year by region."""
    name, places = stage.text("stage"), _places(stage, every_region, ("",))
    if "drug_class" in AXES[stage.cells["by"]] or stage.cells["link"] != "log":
        raise InputError(
            f"{stage.where}: {name} has a path, so its link is log and it varies by region or world"
        )
    rows, regions = read_table(folder / f"{name}.csv", PATH_COLUMNS), [r for r, _ in places]
    cells: dict[tuple[int, str], tuple[tuple[float, float, float], Row]] = {}
    for row in rows:
        mode = row.number("value")
        low, high = row.number("low", mode), row.number("high", mode)
        if not 0 < low <= mode <= high:
            raise InputError(f"{row.where}: a path needs 0 < low <= value <= high")
        key = int(row.number("year")), row.choice("region", "region", regions)
        cells[key] = (low, mode, high), row
    years = sorted({year for year, _ in cells if year >= base_year})
    if not years or years != list(range(base_year, years[-1] + 1)):
        raise InputError(f"{name}.csv: years must run from {base_year} on without a gap")
    for key in ((year, region) for year in years for region in regions):
        if key not in cells:
            raise InputError(f"{name}.csv: no row for {key}")
    for region in regions:
        (low, _, high), row = cells[base_year, region]
        if low != high:
            raise InputError(f"{row.where}: a path has no interval in the base year {base_year}")
    table = np.array([[cells[year, region][0] for region in regions] for year in years])
    last = [cells[years[-1], region][1] for region in regions]
    known = [all(_measured(cells[year, region][1]) for region in regions) for year in years]
    measured = known.index(False) if False in known else len(known)
    return YearPath(table[..., 0], table[..., 1], table[..., 2], measured), last


def _measured(row: Row) -> bool:
    return row.choice("status", "status", STATUSES) == "measured"


def _read_stage(
    row: Row,
    funnel: list[Row],
    regions: tuple[str, ...],
    classes: tuple[str, ...],
    paths: dict[str, tuple[YearPath, list[Row]]],
) -> Stage:
    """One stage with its parameters in the order of the grid."""
    name, places = row.text("stage"), _places(row, regions, classes)
    link = row.choice("link", "link", RATIO_UNIT)
    path, last = paths.get(name, (None, []))
    values = {
        (r.text("region"), r.cells["drug_class"]): r for r in funnel if r.cells["stage"] == name
    }
    if set(values) != set(places):
        raise InputError(f"funnel.csv: stage {name!r} needs exactly one row for each of {places}")
    if path is None:
        parameters = [_parameter(row, link, values[place]) for place in places]
    else:
        parameters = [_path_parameter(row, r) for r in last]
        if any(values[p].number("mode") != path.mode[0, i] for i, p in enumerate(places)):
            raise InputError(f"funnel.csv: {name} of the base year differs from {name}.csv")
    return Stage(
        name,
        row.text("title"),
        link,
        AXES[row.cells["by"]],
        row.choice("role", "role", ROLES),
        row.text("unit"),
        tuple(parameters),
        path,
        row.number("least") if row.cells["least"] else None,
        row.cells["counts"],
    )


def _path_parameter(stage: Row, row: Row) -> Parameter:
    """A stage in the last year of its path; the table's bounds are P10 and P90 of the draws."""
    mode, region, year = row.number("value"), row.text("region"), int(row.number("year"))
    low, high = row.number("low", mode), row.number("high", mode)
    return Parameter(
        f"{stage.text('stage')}.{slug(region)}",
        mode - ENDS_PER_P10 * (mode - low), mode, mode + ENDS_PER_P10 * (high - mode),
        unit=f"{row.text('unit')} in {year}", title=f"{stage.text('title')} in {year}, {region}",
        source=row.text("source"), status=row.choice("status", "status", STATUSES), owner=FUNNEL,
    )  # fmt: skip


def _parameter(stage: Row, link: str, row: Row) -> Parameter:
    names = [name for name in (row.cells["region"], row.cells["drug_class"]) if name]
    parameter = Parameter(
        ".".join([stage.text("stage"), *map(slug, names)]),
        *(row.number(end) for end in ("low", "mode", "high")),
        unit=row.text("unit"),
        title=f"{stage.text('title')}, {', '.join(names)}",
        source=row.text("source"),
        status=row.choice("status", "status", STATUSES),
        scale="log" if stage.choice("scale", "scale", ("natural", "log")) == "log" else "natural",
        owner=FUNNEL,
    )
    if parameter.low <= 0 or (link in SHARES and parameter.high > 1):
        raise InputError(f"{row.where}: {parameter.key} must lie above 0, a share up to 1")
    return parameter


def _claim(row: Row) -> Claim:
    cells = row.cells
    return Claim(
        row.text("id"), row.text("section"), row.text("claim"),
        cells["driver"], cells["mechanism"], cells["stage"], cells["direction"],
        tuple(cells["overlaps"].split()), row.text("source"),
    )  # fmt: skip
