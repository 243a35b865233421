"""The analyst's desk: many scenarios in one go, and what is asked of kept runs over time."""

from __future__ import annotations

import math
from contextlib import ExitStack
from pathlib import Path

import click

from ..text.files import check_free, write_files
from .analyses import DRAWS, LEVEL, THROUGH, actuals_of, observed, target
from .common import (
    FILE,
    PATH,
    answer,
    force_option,
    json_option,
    progress_bar,
    scenario_argument,
    studied,
)
from .run import on_workers, workers_of

CHART = click.option("--chart", type=FILE, metavar="FILE",
                     help="Write the chart: .html, .json, .png or .svg.")  # fmt: skip


@click.command()
@scenario_argument("file")
@click.option("--draws", type=click.IntRange(1), help="How many draws of each scenario.")
@click.option("--csv", "table", type=FILE, metavar="FILE", help="Write every path as one CSV.")
@CHART
@force_option
@on_workers
@json_option
def grid(
    file: str,
    draws: int | None,
    table: Path | None,
    chart: Path | None,
    force: bool,
    workers: int | None,
    dask: str | None,
    as_json: bool,
) -> None:
    """Forecast every combination of the choices in FILE's [grid], on shared draws.

    FILE is a scenario in TOML with a table [grid] of lists by choice, strength.DRIVER or key of a
    parameter, and maybe a table [probability] of their weights.
    """
    from ..model.grid import read_grid

    scenario, axes = read_grid(file)
    scenario = scenario.changed(draws=draws or scenario.draws)
    asked = studied(scenario)
    check_free(filter(None, (table, chart)), force=force)
    with ExitStack() as stack:
        given = stack.enter_context(workers_of(workers, dask))
        many = math.prod(len(axis.options) for axis in axes) * scenario.draws
        progress = stack.enter_context(progress_bar(many))
        found = asked.grid(axes, workers=given, progress=progress)
    if table:
        write_files({table: found.frame("path").to_csv(index=False).encode()})
    if chart:
        from .. import charts

        charts.save(charts.multiples(found), chart)
    answer(found, as_json)


@click.command()
@scenario_argument("scenario")
@target
@click.option("--reached", is_flag=True, help="The futures in which the target is reached.")
@LEVEL
@THROUGH
@DRAWS
@json_option
def discover(
    scenario: str,
    cagr: float | None,
    value: float | None,
    year: int | None,
    reached: bool,
    anchor: str | None,
    through: int | None,
    draws: int | None,
    as_json: bool,
) -> None:
    """Say in which futures of SCENARIO a growth or a value is missed: a box of three inputs."""
    asked = studied(scenario, anchor=anchor, through=through, draws=draws)
    answer(asked.discover(cagr=cagr, value=value, year=year, reached=reached), as_json)


@click.command()
@click.argument("runs", nargs=-1, required=True, type=PATH)
@observed
@CHART
@force_option
@json_option
def track(
    runs: tuple[Path, ...],
    actuals: Path | None,
    observe: tuple[str, ...],
    chart: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Set actuals against each of the kept RUNS, as it was kept, and update the last one.

    An actual counts for a run only if it was not known when that was kept.
    """
    from ..studies.kept import track as against

    check_free(filter(None, [chart]), force=force)
    found = against(runs, actuals_of(observe, actuals) or None)
    if chart:
        from .. import charts

        charts.save(charts.track(found), chart)
    answer(found, as_json)
