"""The choices that make a scenario, as options of a command; flags win over the scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import click

from ..model.choices import Keyed, Names, Real, Whole
from ..model.scenario import CHOICES, Scenario
from .common import check_drivers, complete_anchor, complete_driver, complete_key, pairs

COMPLETES = {"anchor": complete_anchor, "driver": complete_driver, "parameter": complete_key}
TYPES = {Whole: int, Real: float}


def choice_option(name: str) -> Callable[..., Any]:
    """The option of one choice, as every command that has it shows it; ``given`` has its name."""
    choice = CHOICES[name]
    several = isinstance(choice.kind, Keyed | Names)
    option = click.option(
        choice.flag, name, multiple=several, metavar=choice.metavar or None,
        type=TYPES.get(type(choice.kind)),
        callback=pairs if isinstance(choice.kind, Keyed) else None,
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


def chosen(scenario: Scenario, given: Mapping[str, Any], drivers: Iterable[str]) -> Scenario:
    """The scenario with the choices ``given`` on the command line; ``drivers`` are installed.

    What is given by key adds to the scenario's own, as do names; anything else replaces it.
    """
    changes: dict[str, Any] = {}
    for name, choice in CHOICES.items():
        now, said = getattr(scenario, name), given.get(name)
        if said is not None and isinstance(choice.kind, Keyed):
            changes[name] = {**now, **said}
        elif said is not None and isinstance(choice.kind, Names):
            out = given[choice.opposite[0].lstrip("-")]
            check_drivers(choice.opposite[0], out, drivers)
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
