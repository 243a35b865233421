"""What several commands share: options, completion, loading what is installed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem as Item

from ..errors import InputError, unknown

if TYPE_CHECKING:
    from ..loading import Loaded
    from ..model.market import Market
    from ..model.scenario import Scenario
    from ..plugins.installed import Plugins

STRICT = "ismarket.strict"


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option ``--json``, as every command that prints a table has it."""
    option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a page.")
    return option(command)


def market_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option ``--market``, for commands that take no scenario, which would name one."""
    option = click.option(
        "--market", shell_complete=complete_market,
        help="Name of the market; infantile-spasms by default.",
    )  # fmt: skip
    return option(command)


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
        if number == 0.0:
            raise ValueError
    except ValueError:
        raise InputError(f"{option.opts[0]} {value!r}: give a share such as 0.1%") from None
    return number / 100 if value.strip().endswith("%") else number


def complete_scenario(_: click.Context, __: click.Parameter, incomplete: str) -> list[Item]:
    """Names of shipped scenarios, or files, for completion in the shell."""
    from ..model.scenario import shipped_scenarios

    return _starting(incomplete, shipped_scenarios(), or_file=True)


def complete_anchor(_: click.Context, __: click.Parameter, incomplete: str) -> list[Item]:
    """Names of anchors, or files, for completion in the shell."""
    from ..plugins.installed import DEFAULT_MARKET, load_plugins

    return _starting(incomplete, load_plugins().market(DEFAULT_MARKET).anchors, or_file=True)


def complete_market(_: click.Context, __: click.Parameter, incomplete: str) -> list[Item]:
    """Names of markets, for completion in the shell."""
    from ..plugins.installed import load_plugins

    return _starting(incomplete, load_plugins().markets())


def complete_driver(_: click.Context, __: click.Parameter, incomplete: str) -> list[Item]:
    """Names of drivers, for completion in the shell."""
    from ..plugins.installed import load_plugins

    return _starting(incomplete, [driver.name for driver in load_plugins().drivers()])


def complete_checked(_: click.Context, __: click.Parameter, incomplete: str) -> list[Item]:
    """Names of drivers, or files, for completion in the shell."""
    return complete_driver(_, __, incomplete) or [Item(incomplete, type="file")]


def complete_key(_: click.Context, __: click.Parameter, incomplete: str) -> list[Item]:
    """Keys of parameters, for completion in the shell."""
    from ..engine.plan import known_parameters
    from ..plugins.installed import DEFAULT_MARKET, load_plugins

    plugins = load_plugins()
    known = known_parameters(plugins.market(DEFAULT_MARKET), plugins.drivers())
    return _starting(incomplete, known)


def _starting(incomplete: str, names: Iterable[str], *, or_file: bool = False) -> list[Item]:
    """The names that begin so; where none does and a file will do, let the shell look for one."""
    found = [Item(name) for name in names if name.startswith(incomplete)]
    return found or ([Item(incomplete, type="file")] if or_file else [])


def installed(scenario: Scenario, tables: Mapping[str, bytes] | None = None) -> Loaded:
    """What is installed for a scenario's market, with a record of the tables that were read.

    ``tables`` by name are read instead of the installed ones.
    """
    from ..loading import load

    loaded = load(scenario.market, scenario, tables, strict=strict())
    for problem in loaded.problems:
        click.echo(f"ismarket: {problem}", err=True)
    return loaded


def strict() -> bool:
    """True where the command line says ``--strict``."""
    context = click.get_current_context(silent=True)
    return bool(context and context.meta.get(STRICT))


def installed_plugins(scenario: Scenario | None = None) -> Plugins:
    """What is installed, or what ``scenario`` chooses and pins of it.

    A plugin that cannot be loaded is named on stderr and left out; with ``--strict`` it is an
    error.
    """
    from ..plugins.installed import load_plugins

    plugins = load_plugins(scenario=scenario, strict=strict())
    for problem in plugins.problems:
        click.echo(f"ismarket: {problem}", err=True)
    return plugins


def with_strict(command: click.Command) -> click.Command:
    """The command with the option ``--strict``, as every command has it."""

    def note(context: click.Context, _: click.Parameter, value: bool) -> None:
        if value:
            context.meta[STRICT] = True

    if all(parameter.name != "strict" for parameter in command.params):
        command.params.append(
            click.Option(
                ["--strict"], is_flag=True, expose_value=False, callback=note, is_eager=True,
                help="A plugin that cannot be loaded is an error.",
            )
        )  # fmt: skip
    return command


def installed_market(plugins: Plugins, name: str | None = None) -> Market:
    """The market of that name, by default the bundled one; InputError if there is none."""
    from ..plugins.installed import DEFAULT_MARKET

    return plugins.market(name or DEFAULT_MARKET)


def check_drivers(where: str, names: Iterable[str], known: Iterable[str]) -> None:
    """Raise InputError for a name that is not an installed driver."""
    known = tuple(known)
    for name in names:
        if name not in known:
            raise unknown(where, "driver", name, known)


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
