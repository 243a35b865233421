"""``ismarket run``: the forecast of a scenario, or a notebook, kept as a run."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import InputError
from .choices import asked, chosen, scenario_choices
from .common import (
    answer,
    blocked,
    json_option,
    market_option,
    note,
    progress_bar,
    say,
    scenario_argument,
    share,
    strict,
    tell,
)

if TYPE_CHECKING:
    from ..engine.forecast import Forecast
    from ..runs.start import Start
    from ..studies import Study


def listed(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Names given apart or with commas between them."""
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


@click.command()
@scenario_argument("scenario")
@market_option
@scenario_choices
@click.option("--until", callback=share, metavar="SHARE",
              help="Draw until P50 and P95 of the last year are within that, as 0.1%, of what"
              " endless draws would give, for 19 of 20 seeds.")  # fmt: skip
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
@click.option("-p", "parameters", multiple=True, metavar="NAME=VALUE", callback=blocked,
              help="Set a parameter of the notebook; no:PLUGIN leaves one out.")  # fmt: skip
@json_option
@click.pass_context
def run(context: click.Context, /, scenario: str, as_json: bool, **given: Any) -> None:
    """Forecast SCENARIO: a shipped one (published, evidence) or a TOML file. Flags win over it."""
    if given["notebook"] is not None or given["parameters"]:
        _run_notebook(context, given)
        return
    start = _start(context, given)
    if start.finished:
        say(f"Already finished: {start.finished}")
        return
    from ..studies import loaded

    market = {"market": given["market"]} if given["market"] else {}
    found = loaded(start.scenario or scenario, start.tables, strict=strict(), at_load=market)
    tell(found.problems)
    names = [driver.name for driver in found.drivers]
    result, kept = _computed(start, found.changed(chosen(found.scenario, given, names)), given)
    answer(result, as_json)
    if kept:
        note(f"Kept in {kept}") if as_json else say(f"Kept in {kept}")


def _start(context: click.Context, given: dict[str, Any]) -> Start:
    """Where the run goes, if one is kept or goes on."""
    from ..runs.start import Start, starting_point

    out, resume = given["out"], given["resume"]
    if given["no_keep"] and not (out or resume):
        return Start()
    return starting_point(out, resume=resume, asked=asked(context))


def _computed(start: Start, study: Study, given: dict[str, Any]) -> tuple[Forecast, Path | None]:
    """The forecast, and the run that holds it if one is kept.

    What cannot be computed is refused before anything is opened.
    """
    draws, until = study.plan.scenario.draws, given["until"] or start.until
    extras, sink, workers = start.extras, None, given["workers"]
    if given["also"]:
        from ..runs.views import also

        extras = also(given["also"])
    with ExitStack() as stack:
        if given["keep_draws"]:
            from ..runs.outputs import draws_file

            sink = stack.enter_context(draws_file(given["keep_draws"]))
        if given["dask"]:
            from ..engine.cluster import dask_executor

            workers = stack.enter_context(dask_executor(given["dask"], workers))
        progress = stack.enter_context(progress_bar(None if until else draws))
        if given["no_keep"]:
            made = study.forecast(workers=workers, progress=progress, until=until, sink=sink)
            return made, None
        out = start.where.final if start.where else None
        run = study.keep(
            out, extras=extras, workers=workers, progress=progress,
            until=until, sink=sink, resume=given["resume"],
        )  # fmt: skip
        return run.forecast, run.path


def _run_notebook(context: click.Context, given: dict[str, Any]) -> None:
    from ..runs.notebook import parameter
    from ..studies.kept import run_notebook

    if given["notebook"] is None:
        raise InputError("-p goes with --notebook; a scenario takes --set KEY=VALUE")
    if asked(context) or given["no_keep"] or given["also"]:
        raise InputError("--notebook takes -p, --out and --resume; choices stand in the notebook")
    values = dict(map(parameter, given["parameters"]))
    kept = run_notebook(given["notebook"], values, given["out"], resume=given["resume"])
    say(f"Kept in {kept}")
