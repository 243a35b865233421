"""What several commands share: options, completion, loading, and where their answers go.

While a command runs, standard output is standard error: what a driver or plugin prints cannot
spoil what is asked for.  A command prints its answer with ``say``.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from copy import copy
from functools import partial, wraps
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Protocol, TextIO

import click
from click.shell_completion import CompletionItem as Item

from ..errors import DiskError, DriverError, InputError
from ..model.scenario import DEFAULT_MARKET, DEFAULT_SCENARIO, shipped_scenarios
from ..text.wording import in_line, shown

MARKS = {True: "\N{CHECK MARK}", False: "\N{BALLOT X}", None: "\N{EN DASH}"}
"""A law that is kept, broken, or was not tried."""
PATIENCE = 5.0
"""Seconds after which a command says which driver or plugin it waits for."""

if TYPE_CHECKING:
    from ..engine.forecast import Forecast
    from ..model.market import Market
    from ..model.scenario import Scenario
    from ..plugins.installed import Plugins
    from ..studies import Study

STRICT, STDOUT, PLACE = "ismarket.strict", "ismarket.stdout", "ismarket.place"


# completion in the shell ---------------------------------------------------------------------

Completed = Callable[[click.Context, click.Parameter, str], list[Item]]


def completing(names: Callable[[], Iterable[str]], *, or_file: bool = False) -> Completed:
    """Complete with the ``names`` that begin so; where none does, maybe with those of files."""

    def complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[Item]:
        found = [Item(name) for name in names() if name.startswith(incomplete)]
        return found or ([Item(incomplete, type="file")] if or_file else [])

    return complete


def _loaded() -> Plugins:
    from ..plugins.installed import load_plugins

    return load_plugins()


def _drivers() -> list[str]:
    return [driver.name for driver in _loaded().drivers]


def _keys() -> Iterable[str]:
    from ..engine.plan import known_parameters

    plugins = _loaded()
    return known_parameters(plugins.market(DEFAULT_MARKET), plugins.drivers)


complete_scenario = completing(shipped_scenarios, or_file=True)
complete_anchor = completing(lambda: _loaded().market(DEFAULT_MARKET).anchors, or_file=True)
complete_market = completing(lambda: _loaded().markets)
complete_driver = completing(_drivers)
complete_checked = completing(lambda: [*_drivers(), *_loaded().markets], or_file=True)
complete_key = completing(_keys)


# arguments and options -----------------------------------------------------------------------

FILE = click.Path(dir_okay=False, path_type=Path)
PATH = click.Path(path_type=Path)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a page.")
force_option = click.option("--force", is_flag=True, help="Write over files that are there.")
market_option = click.option(
    "--market", shell_complete=complete_market,
    help=f"Name of the market; {DEFAULT_MARKET}, or what the scenario says, by default.",
)  # fmt: skip
"""Of the market that is asked about, whatever a scenario names."""


def scenario_argument(name: str) -> Callable[..., Any]:
    """The argument SCENARIO, or RUN, as every command that takes one has it: one default."""
    return click.argument(name, default=DEFAULT_SCENARIO, shell_complete=complete_scenario)


def pairs(_: click.Context, option: click.Parameter, values: tuple[str, ...]) -> dict[str, float]:
    """``key=value`` options as a mapping."""
    found = {}
    for text in values:
        key, equals, value = text.rpartition("=")
        try:
            found[key.strip()] = float(value)
        except ValueError:
            equals = ""
        if not equals or not key.strip():
            raise InputError(
                f"{option.opts[0]} {text!r}: give {option.metavar}, with a number behind the ="
            )
    return found


def share(_: click.Context, option: click.Parameter, value: str | None) -> float | None:
    """A share given as 0.1% or as 0.001."""
    if value is None:
        return None
    try:
        number = float(value.strip().removesuffix("%"))
        if number == 0.0 or not 1e-6 <= abs(number) <= 1e6:  # nor what is none
            raise ValueError
    except ValueError:
        raise InputError(f"{option.opts[0]} {value!r}: give a share such as 0.1%") from None
    return number / 100 if value.strip().endswith("%") else number


def studied(what: str | Scenario, **changes: Any) -> Study:
    """The study of a scenario or of a kept run, by name or file; a change of None is none.

    A plugin that cannot be loaded is named on stderr and left out; with ``--strict`` it is an
    error.
    """
    from ..studies import study

    made = {name: value for name, value in changes.items() if value is not None}
    found = study(what, strict=strict(), **made)
    tell(found.problems)
    return found


def forecast_of(name: str, draws: int | None = None) -> Forecast:
    """The forecast of a scenario or of a kept run, with as many ``draws`` where that is said."""
    return computed(studied(name, draws=draws))


def computed(asked: Study) -> Forecast:
    """The forecast of a study, with a bar where it takes long."""
    with progress_bar(asked.scenario.draws) as advance:
        return asked.forecast(progress=advance)


def strict() -> bool:
    """True where the command line says ``--strict``."""
    context = click.get_current_context(silent=True)
    return bool(context and context.meta.get(STRICT))


def tell(problems: Iterable[str]) -> None:
    """Name on stderr what was left out."""
    for problem in problems:
        note(f"ismarket: {problem}")


def installed_plugins() -> Plugins:
    """What is installed, under the rules of ``studied``."""
    from ..plugins.installed import load_plugins

    plugins = load_plugins(strict=strict())
    tell(plugins.problems)
    return plugins


def as_every_command(command: click.Command, *, apart: bool = True) -> click.Command:
    """The command with ``--strict`` and ``-p``, its answers ``apart`` from what others print.

    That of a plugin is left to print as it will.
    """

    def note(context: click.Context, _: click.Parameter, value: bool) -> None:
        if value:
            context.meta[STRICT] = True

    command = copy(command)
    if all("-p" not in parameter.opts for parameter in command.params):
        block = click.Option(
            ["-p"], metavar="no:NAME", multiple=True, expose_value=False, callback=blocked,
            is_eager=True, help="Leave a plugin out; repeatable.",
        )  # fmt: skip
        command.params = [*command.params, block]
    if all(parameter.name != "strict" for parameter in command.params):
        strictly = click.Option(
            ["--strict"], is_flag=True, expose_value=False, callback=note, is_eager=True,
            help="A plugin that cannot be loaded is an error.",
        )  # fmt: skip
        command.params = [*command.params, strictly]
    if apart and command.callback is not None:
        command.callback = _apart(command.callback)
    return command


def blocked(
    context: click.Context, option: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    """Leave plugins out while the command runs and in processes that it starts; the other values.

    Where the option has no use for others, InputError for one.
    """
    if not values:
        return values
    from ..plugins.discovery import CHOICE, NO

    others = tuple(value for value in values if not value.startswith(NO))
    if others and not option.expose_value:
        raise InputError(f"-p {others[0]!r}: give no:NAME, a plugin to leave out")
    values = tuple(value for value in values if value not in others)
    before = os.environ.get(CHOICE)
    if values:
        os.environ[CHOICE] = ",".join([*([] if before is None else [before]), *values])
        back = partial(os.environ.pop, CHOICE)
        context.call_on_close(
            back if before is None else partial(os.environ.__setitem__, CHOICE, before)
        )
    return others


def _apart(body: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(body)
    def run(*arguments: Any, **options: Any) -> Any:
        if sys.stdout is None:
            raise DiskError("standard output is closed, so there is nowhere to answer")
        meta = click.get_current_context().meta
        meta[STDOUT], meta[PLACE] = sys.stdout, _place(sys.stdout)
        with delays_told(), redirect_stdout(sys.stderr), stoppable():
            return body(*arguments, **options)

    return run


@contextmanager
def delays_told() -> Iterator[None]:
    """Name on stderr, once each, the driver or plugin that lets one wait for PATIENCE seconds."""
    over, told, err = Event(), {""}, sys.stderr  # while a plugin loads, sys.stderr is another

    def look() -> None:
        while not over.wait(PATIENCE):
            from ..guard.contract import waited_for  # NumPy with it

            if (whom := waited_for(PATIENCE)) not in told:
                told.add(whom)
                note(f"ismarket: waiting for {whom}", err)

    Thread(target=look, daemon=True).start()
    try:
        yield
    finally:
        over.set()


class Stopped(RuntimeError):  # noqa: N818
    """Somebody pressed Ctrl-C."""

    exit_code = 130


@contextmanager
def stoppable() -> Iterator[None]:
    """Turn Ctrl-C into an error of ours: click would print an empty line for it."""
    try:
        yield
    except KeyboardInterrupt:
        raise Stopped("stopped") from None


def _place(stream: Any) -> tuple[int, ...]:
    """The process, and the file or terminal that the stream leads to if it is one."""
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError, AttributeError):
        return (os.getpid(),)
    return os.getpid(), found.st_dev, found.st_ino


def say(text: str, *, nl: bool = True) -> None:
    """Print an answer of the command, to the standard output that there was when it began.

    Raises DriverError where something that ran meanwhile closed or replaced it, DiskError where
    it cannot be written.
    """
    meta = click.get_current_context().meta
    out, place = meta.get(STDOUT, sys.stdout), meta.get(PLACE)
    if place and os.getpid() != place[0]:
        os._exit(DriverError.exit_code)  # a copy of this process that a driver made
    if out is None or out.closed or (place and _place(out) != place):
        raise DriverError(
            "standard output was closed or replaced by a plugin or driver, so nothing is printed"
        )
    try:
        click.echo(shown(text), file=out, nl=nl)
        out.flush()
    except OSError as error:
        raise DiskError(f"standard output: {error.strerror}") from None


def note(text: str, err: TextIO | None = None) -> None:
    """Print a line beside the answer, to standard error or what there was before a plugin's."""
    with suppress(OSError, ValueError):
        if out := err or sys.stderr or sys.__stderr__:
            click.echo(in_line(" ".join(text.split())), file=out)


class Answer(Protocol):
    """What an analysis gives: a page of text, and the same as plain values."""

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain values."""


def answer(found: Answer, as_json: bool) -> None:
    """Print an answer: its page, or JSON."""
    say_json(found.to_dict()) if as_json else say(str(found))


def say_json(value: object) -> None:
    """Print plain values as JSON; InputError for a figure that is none, which JSON cannot hold."""
    try:
        text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    except ValueError:
        raise InputError(
            "a figure of the answer is not finite, so none is printed; look for an input that is"
            " larger than any market"
        ) from None
    say(text)


def installed_market(plugins: Plugins, name: str | None = None) -> Market:
    """The market of that name, by default the bundled one; InputError if there is none."""
    return plugins.market(name or DEFAULT_MARKET)


@contextmanager
def progress_bar(draws: int | None) -> Iterator[Callable[[int], None] | None]:
    """A progress bar on stderr for long work, on a terminal only; None: as long as it takes."""
    if (draws is not None and draws < 50_000) or not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(
        length=draws or 0, label="draws", file=sys.stderr, show_pos=draws is None
    ) as bar:
        yield bar.update
