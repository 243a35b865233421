"""A scenario as code: the lines of Python and the command that give the same forecast."""

from __future__ import annotations

import shlex
from typing import Any

from .choices import Choice, Keyed, Names
from .scenario import CHOICES, MARKS, Scenario, spelled


def as_python(scenario: Scenario) -> str:
    """Python that makes this forecast, to paste into a cell or a script."""
    made = _made(scenario)
    lines = [f"    {name}={value!r}," for name, value in made.items()]
    body = "\n".join(["ismarket.Scenario(", *lines, ")"]) if lines else "ismarket.Scenario()"
    market = "scenario.market" if "market" in made else ""
    drivers = "scenario" if {"plugins", "pins"} & set(made) else ""
    return (
        "import ismarket\n\n"
        f"scenario = {body}\n"
        f"market, drivers = ismarket.load_market({market}), ismarket.load_drivers({drivers})\n"
        "forecast = ismarket.forecast(market, drivers, scenario)\n"
        "print(forecast)\n"
    )


def as_command(scenario: Scenario) -> str:
    """The command line that makes this forecast; of the saved file where no flag says a choice."""
    made = {name: value for name, value in _made(scenario).items() if name not in MARKS}
    made |= {name: spelled(scenario, name) for name in made if CHOICES[name].marks}
    if not all(CHOICES[name].flag for name in made):
        file = shlex.quote(f"{scenario.name or 'scenario'}.toml")
        return f"ismarket run {file}  # once the scenario is saved there"
    words = (word for name, value in made.items() for word in _words(CHOICES[name], value))
    return shlex.join(["ismarket", "run", "published", *words])


def _made(scenario: Scenario) -> dict[str, Any]:
    """The choices that differ from the defaults and move a figure, by name."""
    found = {name: getattr(scenario, name) for name, choice in CHOICES.items() if choice.moves}
    plain = Scenario()
    return {name: value for name, value in found.items() if value != getattr(plain, name)}


def _words(choice: Choice, value: Any) -> list[str]:
    """The words of the command line that make a choice, from its default on."""
    if isinstance(choice.kind, Keyed):
        return [word for key, item in value.items() for word in (choice.flag, f"{key}={item}")]
    if isinstance(choice.kind, Names):
        start = choice.default
        keeps = value[: len(start)] == start
        back = [] if keeps else [(choice.opposite[0], one) for one in start]
        out = [(choice.flag, one) for one in (value[len(start) :] if keeps else value)]
        return [word for pair in (*back, *out) for word in pair]
    return [choice.flag, str(value)]
