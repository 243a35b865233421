"""``ismarket run``: the forecast of a scenario."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import InputError
from .common import (
    check_drivers,
    complete_anchor,
    complete_driver,
    complete_scenario,
    installed,
    json_option,
    pairs,
    progress_bar,
    share,
)

if TYPE_CHECKING:
    from ..market import Market
    from ..scenario import Scenario


@click.command()
@click.argument("scenario", default="published", shell_complete=complete_scenario)
@click.option("--anchor", help="Published estimate that sets the level, bottom-up, or a TOML file.",
              shell_complete=complete_anchor)  # fmt: skip
@click.option("--through", type=int, help="Last year of the forecast, up to 2035.")
@click.option("--beyond", help="After the report's last year: drivers (default) or published.")
@click.option("--periods", type=int, help="Yearly steps of published growth, such as 5.")
@click.option("--without", multiple=True, metavar="DRIVER", help="Leave a driver out; repeatable.",
              shell_complete=complete_driver)  # fmt: skip
@click.option("--with", "including", multiple=True, metavar="DRIVER",
              help="Take a driver in that the scenario leaves out; repeatable.",
              shell_complete=complete_driver)  # fmt: skip
@click.option("--set", "fixed", multiple=True, callback=pairs, metavar="KEY=VALUE",
              help="Fix a parameter, as video_eeg.ratio=2.6; repeatable.")  # fmt: skip
@click.option("--strength", multiple=True, callback=pairs, metavar="DRIVER=FACTOR",
              help="Scale all shifts of a driver, as diagnosis=1.5; repeatable.")  # fmt: skip
@click.option("--correlate", "correlation", multiple=True, callback=pairs, metavar="PAIR=RHO",
              help="Rank correlation, as 'a.ratio ~ b.ratio=0.5'; repeatable.")  # fmt: skip
@click.option("--overlap", type=float, help="1 counts a shared cause once, 0 once for each driver.")
@click.option("--draws", type=int, help="How many draws; 10,000 unless the scenario says more.")
@click.option("--seed", type=int, help="Seed of the draws.")
@click.option("--sampler", help="sobol (default) or random.")
@click.option("--until", callback=share, metavar="SHARE",
              help="Draw until P50 and P95 of the last year are that exact, as 0.1%.")  # fmt: skip
@click.option("--workers", type=click.IntRange(1),
              help="Threads, or processes of --dask local; never changes the answer.")  # fmt: skip
@click.option("--dask", metavar="ADDRESS",
              help="Compute on a Dask cluster, or on one of this machine: local.")  # fmt: skip
@click.option("--keep-draws", type=click.Path(dir_okay=False, writable=True, path_type=Path),
              metavar="FILE.parquet", help="Keep every draw in a Parquet file.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the run; by default a new"
              " one in runs/.")  # fmt: skip
@click.option("--no-keep", is_flag=True, help="Write no run directory.")
@click.option("--resume", is_flag=True, help="Go on with an interrupted run, at --out or in runs/.")
@click.option("--also", type=click.Choice(["draws", "histogram"]), multiple=True,
              help="Keep a further table; repeatable.")  # fmt: skip
@click.option("--notebook", type=click.Path(path_type=Path),
              help="Execute this notebook instead, and keep it as a run.")  # fmt: skip
@click.option("-p", "parameters", multiple=True, metavar="NAME=VALUE",
              help="Set a parameter of the notebook; repeatable.")  # fmt: skip
@json_option
@click.pass_context
def run(
    context: click.Context,
    /,
    scenario: str,
    as_json: bool,
    out: Path | None,
    no_keep: bool,
    resume: bool,
    also: tuple[str, ...],
    notebook: Path | None,
    parameters: tuple[str, ...],
    workers: int | None,
    without: tuple[str, ...],
    including: tuple[str, ...],
    fixed: dict[str, float],
    strength: dict[str, float],
    correlation: dict[str, float],
    until: float | None,
    dask: str | None,
    keep_draws: Path | None,
    **choices: Any,
) -> None:
    """Forecast SCENARIO: a shipped one (published, evidence) or a TOML file. Flags win over it."""
    from ..forecaster import forecast
    from ..plan import make_plan
    from ..runs.keep import keep
    from ..runs.start import starting_point
    from ..scale import DrawsFile, dask_executor

    if notebook is not None or parameters:
        _run_notebook(context, notebook, parameters, out, resume)
        return
    start = starting_point(scenario, out, resume=resume, asked=_asked(context))
    if start.finished:
        click.echo(f"Already finished: {start.finished}")
        return
    loaded = installed(start.scenario)
    check_drivers("--with", including, (driver.name for driver in loaded.drivers))
    chosen = start.scenario.changed(
        without=tuple(n for n in (*start.scenario.without, *without) if n not in including),
        fixed={**start.scenario.fixed, **fixed},
        strength={**start.scenario.strength, **strength},
        correlation={**start.scenario.correlation, **correlation},
        **{name: value for name, value in choices.items() if value is not None},
    )
    drivers = loaded.drivers
    named = chosen.anchor
    market, chosen = _own_anchor(loaded.market, chosen)
    if named != chosen.anchor and not no_keep:
        raise InputError(f"--anchor {named}: a run cannot hold an anchor file yet; say --no-keep")
    make_plan(market, drivers, chosen)
    with ExitStack() as stack:
        sink = stack.enter_context(DrawsFile(keep_draws)) if keep_draws else None
        pool = stack.enter_context(dask_executor(dask, workers)) if dask else workers
        advance = stack.enter_context(progress_bar(None if until else chosen.draws))
        computed, kept = None, ""
        if no_keep or until:
            computed = forecast(market, drivers, chosen, pool, advance, until, sink)
            chosen = computed.plan.scenario
        if computed is not None and no_keep:
            result = computed
        else:
            run = keep(market, drivers, chosen, start.origin(loaded.origin, chosen),
                       where=start.where, resume=resume, extras=also, workers=pool,
                       progress=advance, sink=sink, computed=computed)  # fmt: skip
            result, kept = run.forecast, f"Kept in {run.path}"
    click.echo(json.dumps(result.to_dict(), indent=2) if as_json else str(result))
    if kept:
        click.echo(kept, err=as_json)


def _run_notebook(
    context: click.Context,
    notebook: Path | None,
    parameters: tuple[str, ...],
    out: Path | None,
    resume: bool,
) -> None:
    from ..opening import run_notebook
    from ..runs.notebook import parameter

    if notebook is None:
        raise InputError("-p goes with --notebook; a scenario takes --set KEY=VALUE")
    if _asked(context) or context.params["no_keep"] or context.params["also"]:
        raise InputError("--notebook takes -p, --out and --resume; choices stand in the notebook")
    run = run_notebook(notebook, dict(map(parameter, parameters)), out, resume=resume)
    click.echo(f"Kept in {run}")


def _asked(context: click.Context) -> bool:
    """True where the command line names a scenario or a choice, not only how to run it."""
    how = {
        "out",
        "no_keep",
        "resume",
        "also",
        "workers",
        "as_json",
        "notebook",
        "parameters",
        "dask",
        "keep_draws",
    }
    given = click.core.ParameterSource.COMMANDLINE
    return any(context.get_parameter_source(name) is given for name in {*context.params} - how)


def _own_anchor(market: Market, chosen: Scenario) -> tuple[Market, Scenario]:
    """Where the anchor is a file: the market with that anchor, and the scenario that names it."""
    from ..anchor_file import is_anchor_file, with_anchor_file

    if not is_anchor_file(chosen.anchor):
        return market, chosen
    market, name = with_anchor_file(market, chosen.anchor)
    return market, chosen.changed(anchor=name)
