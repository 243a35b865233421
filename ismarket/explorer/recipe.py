"""A scenario as code: the lines of Python and the command that give the same forecast."""

from __future__ import annotations

import shlex
from dataclasses import fields
from typing import Any

from ..model.scenario import DEFAULT_WITHOUT, Scenario

IN_A_FILE = ("market", "plugins", "pins")
"""Choices for which the command line has no flag."""


def as_python(scenario: Scenario) -> str:
    """Python that makes this forecast, to paste into a cell or a script."""
    lines = [f"    {name}={value!r}," for name, value in _choices(scenario)]
    body = "\n".join(["ismarket.Scenario(", *lines, ")"]) if lines else "ismarket.Scenario()"
    chosen = {name for name, _ in _choices(scenario)}
    market = "scenario.market" if "market" in chosen else ""
    drivers = "scenario" if chosen & {"plugins", "pins"} else ""
    return (
        "import ismarket\n\n"
        f"scenario = {body}\n"
        f"market, drivers = ismarket.load_market({market}), ismarket.load_drivers({drivers})\n"
        "forecast = ismarket.forecast(market, drivers, scenario)\n"
        "print(forecast)\n"
    )


def as_command(scenario: Scenario) -> str:
    """The command line that makes this forecast; of the saved file where no flag says a choice."""
    if any(name in IN_A_FILE for name, _ in _choices(scenario)):
        file = shlex.quote(f"{scenario.name or 'scenario'}.toml")
        return f"ismarket run {file}  # once the scenario is saved there"
    parts = ["ismarket", "run", "published"]
    for name, value in _choices(scenario):
        if name == "without":
            parts += [p for d in DEFAULT_WITHOUT if d not in value for p in ("--with", d)]
            parts += [p for d in value if d not in DEFAULT_WITHOUT for p in ("--without", d)]
        elif name == "fixed":
            parts += [p for k, v in value.items() for p in ("--set", f"{k}={v!r}")]
        elif name == "strength":
            parts += [p for k, v in value.items() for p in ("--strength", f"{k}={v!r}")]
        elif name == "correlation":
            parts += [p for k, v in value.items() for p in ("--correlate", f"{k}={v!r}")]
        else:
            parts += [f"--{name}", str(value)]
    return shlex.join(parts)


def _choices(scenario: Scenario) -> list[tuple[str, Any]]:
    """The choices that differ from the defaults, plain values."""
    plain = Scenario()
    found: list[tuple[str, Any]] = []
    for field in fields(Scenario):
        value = getattr(scenario, field.name)
        if field.name not in ("name", "title") and value != getattr(plain, field.name):
            found.append((field.name, dict(value) if hasattr(value, "items") else value))
    return found
