"""The command line: one module a command, imported only when that command is called."""

from __future__ import annotations

import sys
import warnings
from importlib import import_module

import click

from ..errors import DiskError, DriverError, InputError, unknown
from ..version import __version__
from .common import as_every_command

COMMANDS = {
    "run": ("run", "Forecast a scenario: path, growth, what each driver carries."),
    "grid": ("desk", "Forecast many scenarios at once: every combination of some choices."),
    "drivers": ("show", "List the installed drivers, or show one."),
    "anchors": ("show", "List the published estimates."),
    "verify": ("runs", "Check every byte of a kept run."),
    "rerun": ("runs", "Compute a kept run again and say how far it agrees."),
    "compare": ("runs", "What changed between two kept runs, and what each change did."),
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
    "update": ("analyses", "What new actuals say: the draws weighted by them."),
    "backtest": ("analyses", "How well the verified past could have been forecast."),
    "report": ("report", "Write a forecast as a page, a workbook and a deck."),
    "check-numbers": ("check_numbers", "Which figures of a document no longer equal a run."),
    "scenario": ("scenario", "Bring a scenario in from an edited workbook."),
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


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; bad input ends with one line on stderr and its exit code."""
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _one_line
            code = ismarket.main(arguments, prog_name="ismarket", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(0)
    except click.ClickException as error:
        click.echo(f"ismarket: {error.format_message()}", err=True)
        sys.exit(2)
    except (InputError, DriverError, DiskError) as error:
        text = str(error).removeprefix("ismarket: ")
        click.echo(f"ismarket: {text}", err=True)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("ismarket: stopped", err=True)
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)


def _one_line(message: Warning | str, *_: object, **__: object) -> None:
    click.echo(f"ismarket: {' '.join(str(message).split())}", err=True)
