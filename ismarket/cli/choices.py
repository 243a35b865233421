"""The choices that make a scenario, as options of a command; flags win over the scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import click

from ..errors import InputError
from ..model.choices import Choice, Keyed, Names, Real, Said, Text, Whole
from ..model.scenario import BEYOND, CHOICES, Scenario, spelled, unspelled
from .common import check_drivers, complete_anchor, complete_driver, complete_key, pairs

COMPLETES = {"anchor": complete_anchor, "driver": complete_driver, "parameter": complete_key}
TYPES = {Whole: int, Real: float}


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


def chosen(scenario: Scenario, given: Mapping[str, Any], drivers: Iterable[str]) -> Scenario:
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
