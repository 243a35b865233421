"""``ismarket run``: the forecast of a scenario, or a notebook, kept as a run."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import InputError
from .choices import asked, chosen, scenario_choices
from .common import complete_scenario, installed, json_option, progress_bar, share

if TYPE_CHECKING:
    from ..engine.forecast import Forecast
    from ..loading import Loaded
    from ..model.scenario import Scenario
    from ..runs.keep import How
    from ..runs.start import Start


def listed(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Names given apart or with commas between them."""
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


@click.command()
@click.argument("scenario", default="published", shell_complete=complete_scenario)
@scenario_choices
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
@click.option("--also", multiple=True, callback=listed, metavar="NAMES",
              help="Keep more in the run: draws,histogram,charts,workbook.")  # fmt: skip
@click.option("--notebook", type=click.Path(path_type=Path),
              help="Execute this notebook instead, and keep it as a run.")  # fmt: skip
@click.option("-p", "parameters", multiple=True, metavar="NAME=VALUE",
              help="Set a parameter of the notebook; repeatable.")  # fmt: skip
@json_option
@click.pass_context
def run(context: click.Context, /, scenario: str, as_json: bool, **given: Any) -> None:
    """Forecast SCENARIO: a shipped one (published, evidence) or a TOML file. Flags win over it."""
    from ..loading import anchored
    from ..runs.start import starting_point

    if given["notebook"] is not None or given["parameters"]:
        _run_notebook(context, given)
        return
    start = starting_point(scenario, given["out"], resume=given["resume"], asked=asked(context))
    if start.finished:
        click.echo(f"Already finished: {start.finished}")
        return
    loaded = installed(start.scenario, start.tables)
    names = [driver.name for driver in loaded.drivers]
    loaded, choices = anchored(loaded, chosen(start.scenario, given, names))
    result, kept = _computed(start, loaded, choices, given)
    click.echo(json.dumps(result.to_dict(), indent=2) if as_json else str(result))
    if kept:
        click.echo(f"Kept in {kept}", err=as_json)


def _computed(
    start: Start, loaded: Loaded, choices: Scenario, given: dict[str, Any]
) -> tuple[Forecast, Path | None]:
    """The forecast, and the run that holds it if one is kept."""
    from ..engine.forecaster import forecast
    from ..engine.plan import make_plan
    from ..runs.keep import keep

    market, drivers = loaded.market, loaded.drivers
    make_plan(market, drivers, choices)  # refuse before anything is opened
    with ExitStack() as stack:
        how = _how(stack, start, given, choices.draws)
        if given["no_keep"]:
            result = forecast(
                market, drivers, choices, how.workers, how.progress, how.until, how.sink
            )
            return result, None
        origin = start.origin(loaded.origin, choices)
        run = keep(market, drivers, choices, origin, how, where=start.where, resume=given["resume"])
        return run.forecast, run.path


def _how(stack: ExitStack, start: Start, given: dict[str, Any], draws: int) -> How:
    """How the command line wants it computed and kept; what must be closed is on the stack."""
    from ..engine.cluster import dask_executor
    from ..runs.draws_file import DrawsFile
    from ..runs.keep import How
    from ..runs.views import VIEWS, also

    more, until = given["also"], given["until"] or start.until
    extras = also(more) if more or not start.old else tuple(start.old["extras"])
    workers, sink = given["workers"], None
    if given["keep_draws"]:
        sink = stack.enter_context(DrawsFile(given["keep_draws"]))
    if given["dask"]:
        workers = stack.enter_context(dask_executor(given["dask"], workers))
    progress = stack.enter_context(progress_bar(None if until else draws))
    return How(workers, progress, sink, until, extras, VIEWS)


def _run_notebook(context: click.Context, given: dict[str, Any]) -> None:
    from ..opening import run_notebook
    from ..runs.notebook import parameter

    if given["notebook"] is None:
        raise InputError("-p goes with --notebook; a scenario takes --set KEY=VALUE")
    if asked(context) or given["no_keep"] or given["also"]:
        raise InputError("--notebook takes -p, --out and --resume; choices stand in the notebook")
    values = dict(map(parameter, given["parameters"]))
    kept = run_notebook(given["notebook"], values, given["out"], resume=given["resume"])
    click.echo(f"Kept in {kept}")
