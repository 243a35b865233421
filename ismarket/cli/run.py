"""``ismarket run``: the forecast of a scenario, or a notebook, kept as a run; flags win over it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import InputError, check_known
from ..model.choices import Choice, Keyed, Names, Real, Said, Text, Whole
from ..model.scenario import BEYOND, CHOICES, Scenario, spelled, unspelled
from .common import (
    PATH,
    answer,
    blocked,
    complete_anchor,
    complete_driver,
    complete_key,
    json_option,
    market_option,
    note,
    pairs,
    progress_bar,
    say,
    scenario_argument,
    share,
    strict,
    tell,
)

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from ..engine.forecast import Forecast
    from ..runs.start import Start
    from ..studies import Study


COMPLETES = {"anchor": complete_anchor, "driver": complete_driver, "parameter": complete_key}
TYPES = {Whole: int, Real: float}


# the choices of a scenario as options -------------------------------------------------------


def texts(_: click.Context, option: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """``key=text`` options as a mapping."""
    for text in values:
        if not text.partition("=")[0].strip() or "=" not in text:
            raise InputError(f"{option.opts[0]} {text!r}: give {option.metavar}")
    parts = [text.partition("=") for text in values]
    return {key.strip(): value for key, _, value in parts}


def marked_pairs(
    context: click.Context, option: click.Parameter, values: tuple[str, ...]
) -> dict[str, float | str]:
    """``key=value`` options as a mapping; a value with BEYOND behind it stays a text."""
    plain = pairs(context, option, tuple(text.removesuffix(BEYOND) for text in values))
    marked = {text.rpartition("=")[0].strip() for text in values if text.endswith(BEYOND)}
    return {key: f"{value!r}{BEYOND}" if key in marked else value for key, value in plain.items()}


def _by_key(choice: Choice) -> Callable[..., Any] | None:
    """What makes a mapping of an option that is repeated by key; None for any other."""
    if not isinstance(choice.kind, Keyed):
        return None
    if isinstance(choice.kind.of, Text | Said):
        return texts
    return marked_pairs if choice.marks else pairs


def choice_option(name: str) -> Callable[..., Any]:
    """The option of one choice, as every command that has it shows it; ``given`` has its name."""
    choice = CHOICES[name]
    several = isinstance(choice.kind, Keyed | Names)
    option = click.option(
        choice.flag, name, multiple=several, metavar=choice.metavar or None,
        type=TYPES.get(type(choice.kind)),
        callback=_by_key(choice),
        help=f"{choice.words}{'; repeatable' if several else ''}.",
        shell_complete=COMPLETES.get(choice.completes),
    )  # fmt: skip
    flag, words = choice.opposite
    if not flag:
        return option
    opposite = click.option(
        flag, flag.lstrip("-"), multiple=True, metavar=choice.metavar, help=f"{words}; repeatable.",
        shell_complete=COMPLETES[choice.completes],
    )  # fmt: skip
    return lambda command: option(opposite(command))


def scenario_choices(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command with an option for every choice that has a flag."""
    for name, choice in reversed(CHOICES.items()):
        if choice.flag:
            command = choice_option(name)(command)
    return command


def chosen(scenario: Scenario, given: Mapping[str, Any], drivers: Collection[str]) -> Scenario:
    """The scenario with the choices ``given`` on the command line; ``drivers`` are installed.

    What is given by key adds to the scenario's own, as do names; anything else replaces it.
    """
    changes: dict[str, Any] = {}
    for name, choice in CHOICES.items():
        now, said = getattr(scenario, name), given.get(name)
        if said is not None and isinstance(choice.kind, Keyed):
            changes |= unspelled(name, {**spelled(scenario, name), **said})
        elif said is not None and isinstance(choice.kind, Names):
            out = given[choice.opposite[0].lstrip("-")]
            check_known(choice.opposite[0], "driver", drivers, *out)
            changes[name] = (*(one for one in now if one not in out), *said)
        elif said is not None:
            changes[name] = said
    return scenario.changed(**changes)


def asked(context: click.Context) -> bool:
    """True where the command line names a scenario or a choice, not only how to run it."""
    opposites = {choice.opposite[0].lstrip("-") for choice in CHOICES.values()}
    given = click.core.ParameterSource.COMMANDLINE
    names = {*CHOICES, *opposites, "scenario", "until"}
    return any(context.get_parameter_source(name) is given for name in names)


def on_workers(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options ``--workers`` and ``--dask``, of which ``workers_of`` makes what computes."""
    words = "Threads, or processes of --dask local; never changes the answer."
    workers = click.option("--workers", type=click.IntRange(1), help=words)
    words = "Compute on a Dask cluster, or on one of this machine: local."
    return workers(click.option("--dask", metavar="ADDRESS", help=words)(command))


def workers_of(
    workers: int | None, dask: str | None
) -> AbstractContextManager[int | Executor | None]:
    """So many threads, or an executor of the Dask cluster at an address."""
    if not dask:
        return nullcontext(workers)
    from ..engine.cluster import dask_executor

    return dask_executor(dask, workers)


# the command --------------------------------------------------------------------------------


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
@on_workers
@click.option("--keep-draws", type=click.Path(dir_okay=False, writable=True, path_type=Path),
              metavar="FILE.parquet", help="Keep every draw in a Parquet file.")  # fmt: skip
@click.option("--out", type=PATH, help="Folder of the run; by default a new one in runs/.")
@click.option("--no-keep", is_flag=True, help="Write no run directory.")
@click.option("--resume", is_flag=True, help="Go on with an interrupted run, at --out or in runs/.")
@click.option("--also", multiple=True, callback=listed, metavar="NAMES",
              help="Keep more in the run: draws,histogram,charts,workbook.")  # fmt: skip
@click.option("--notebook", type=PATH, help="Execute this notebook instead, and keep it as a run.")
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
    extras, sink = start.extras, None
    if given["also"]:
        from ..runs.views import also

        extras = also(given["also"])
    with ExitStack() as stack:
        if given["keep_draws"]:
            from ..runs.outputs import draws_file

            sink = stack.enter_context(draws_file(given["keep_draws"]))
        workers = stack.enter_context(workers_of(given["workers"], given["dask"]))
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
