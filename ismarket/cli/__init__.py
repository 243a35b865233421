"""The command line: one module a command, imported only when that command is called."""

from __future__ import annotations

import errno
import io
import os
import sys
import warnings
from contextlib import suppress
from importlib import import_module
from typing import Any

import click

from ..errors import DiskError, DriverError, InputError, unknown
from ..version import __version__
from .common import Stopped, as_every_command, note, stoppable

COMMANDS = {
    "run": ("run", "Forecast a scenario: path, growth, what each driver carries."),
    "grid": ("desk", "Forecast many scenarios at once: every combination of some choices."),
    "drivers": ("show", "List the installed drivers, or show one."),
    "anchors": ("show", "List the published estimates."),
    "verify": ("runs", "Check every byte of a kept run."),
    "rerun": ("runs", "Compute a kept run again and say how far it agrees."),
    "compare": ("runs", "What changed between kept runs in order, and what each change did."),
    "export": ("runs", "Put a kept run into one file, or its tables into a spreadsheet."),
    "import": ("runs", "Unpack a run that somebody sent."),
    "lab": ("lab", "Open the notebooks in JupyterLab."),
    "app": ("lab", "Serve the explorer as an app on this computer."),
    "triangulate": ("analyses", "Say which published level to believe, and how far."),
    "audit": ("analyses", "Say which sentence of the report rests on a number."),
    "sensitivity": ("analyses", "Say what would change the answer most."),
    "require": ("analyses", "Say what would have to be true for a target."),
    "read": ("read", "Read a report page: its figures, where they stand, what does not fit."),
    "voi": ("analyses", "What knowing more is worth to a decision, at most."),
    "track": ("desk", "Set actuals against kept runs: coverage so far, and drift."),
    "update": ("analyses", "What new actuals say: the draws weighted by them."),
    "discover": ("desk", "In which futures a target is missed, or reached."),
    "backtest": ("analyses", "How well the verified past could have been forecast."),
    "report": ("report", "Write a forecast as a page, a workbook and a deck."),
    "check-numbers": ("check_numbers", "Which figures of a document no longer equal a run."),
    "scenario": ("report", "Bring a scenario in from an edited workbook."),
    "plugins": ("plugins", "List every installed plugin: what it brings, or why it does not."),
    "check": ("drivers", "Hold a driver, or a market, to every law."),
    "new-driver": ("drivers", "Write a new driver as a package of its own."),
    "new-market": ("markets", "Write a new market as a package of its own."),
}
"""Every command with the module that holds it and its line in the help."""


class Commands(click.Group):
    """Commands that are imported when called, so that the help stays light."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command:
        """The command of that name, from its module."""
        if name not in COMMANDS:
            return as_every_command(_brought(name), apart=False)
        with stoppable():
            module = import_module(f".{COMMANDS[name][0]}", __name__)
        command: click.Command = getattr(module, name.replace("-", "_"))
        return as_every_command(command)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Where the commands of plugins stand, which the help does not import."""
        formatter.write("\nPlugins bring more: ismarket plugins lists them.\n")

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, written without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


def _brought(name: str) -> click.Command:
    """The command of that name that a plugin brings; InputError if none does."""
    from .common import installed_plugins
    from .plugins import brought_commands

    found, problems = brought_commands(installed_plugins())
    if name not in found:
        why = "".join(f"; plugin {plugin}: {problem}" for plugin, problem in problems.items())
        raise InputError(f"{unknown('ismarket', 'command', name, (*COMMANDS, *found))}{why}")
    return found[name][1]


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ismarket")
def ismarket() -> None:
    """Forecast a market, and say what the published number is worth.

    \b
    Start with
      ismarket run                 the published forecast, taken apart by cause
      ismarket run evidence        the market counted bottom-up, with every driver
      ismarket drivers             what can move it
      ismarket anchors             the published estimates
    """


NO_ARGUMENTS: Any = getattr(click.exceptions, "NoArgsIsHelpError", ())
"""How click, from 8.2 on, says that the help is all that was asked for."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; what goes wrong ends with one line on stderr and its exit code.

    0 done, 1 a check found a difference, 2 usage or bad input, 3 a driver broke its contract,
    4 disk or environment, 130 stopped by Ctrl-C.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # where a terminal has fewer characters
    code: object = 0
    try:
        with warnings.catch_warnings(), stoppable():
            warnings.showwarning = _one_line
            code = ismarket.main(arguments, prog_name="ismarket", standalone_mode=False)
            if sys.stdout is not None and not sys.stdout.closed:
                sys.stdout.flush()
    except NO_ARGUMENTS as error:
        click.echo(error.format_message())
    except click.ClickException as error:
        code = _ended(error.format_message(), 2)
    except (InputError, DriverError, DiskError, Stopped) as error:
        code = _ended(str(error).removeprefix("ismarket: "), error.exit_code)
    except click.Abort:
        code = _ended("stopped", Stopped.exit_code)
    except OSError as error:
        where = "standard output" if error.filename is None else str(error.filename)[:80]
        wrong = error.errno == errno.ENAMETOOLONG
        code = _ended(f"{where}: {error.strerror}", (DiskError, InputError)[wrong].exit_code)
    if code == Stopped.exit_code and arguments is None:
        os._exit(Stopped.exit_code)  # Python would wait for a driver that never returns
    sys.exit(code if isinstance(code, int) else 0)


def _ended(text: str, code: int) -> int:
    """Say why it ended; what could not be written is not tried again when Python ends."""
    note(f"ismarket: {text}")
    if text.startswith("standard output: ") and sys.stdout is not None:
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _one_line(message: Warning | str, *_: object, **__: object) -> None:
    note(f"ismarket: {message}")
