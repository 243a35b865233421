"""``ismarket plugins``, and the commands that plugins bring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..errors import in_short
from ..text.wording import listed
from . import COMMANDS
from .common import json_option, strict
from .show import Card, show

if TYPE_CHECKING:
    from ..plugins.installed import Plugins

BRINGS = ("drivers", "markets", "anchors", "charts", "views", "commands")
MOST_NAMES = 4
"""Names that a cell of the list spells out; more are counted."""


@click.command()
@json_option
def plugins(as_json: bool) -> None:
    """List every installed plugin: what it brings, why it was set aside, what is blocked.

    All are imported, as for a run.
    """
    from ..plugins.installed import load_plugins

    loaded = load_plugins(strict=strict())
    commands, problems = brought_commands(loaded)
    rows: list[dict[str, Any]] = []
    for one in loaded.found:
        state, reason = "loaded", problems.get(one.name, "")
        if one.name in loaded.withheld:
            state, reason = "left out", loaded.withheld[one.name]
        elif one.name in loaded.set_aside:
            state, reason = "set aside", loaded.set_aside[one.name].partition("left out: ")[2]
        held: dict[str, list[str]] = {
            "commands": [n for n, (p, _) in commands.items() if p == one.name]
        }
        for what in BRINGS[:-1]:
            items = (item for p, item in loaded.objects(f"register_{what}") if p == one.name)
            held[what] = [item[0] if isinstance(item, tuple) else item.name for item in items]
        brings = {what: held[what] if state == "loaded" else [] for what in BRINGS}
        about = {"plugin": one.name, "distribution": one.distribution, "version": one.version}
        said = "; ".join(_counted(what, names) for what, names in brings.items() if names)
        line = ": ".join(filter(None, (state if state != "loaded" else "", reason))) or said
        rows.append(
            {**about, "state": state, **brings, "reason": reason, "line": line, "home": one.home}
        )
    shown = {"plugin": "plugin", "home": "from", "line": "brings"}
    note = "-p no:NAME leaves one out of any command, [plugins] block of a scenario."
    show(Card("Plugins", rows, shown, note), as_json)


def _counted(what: str, names: list[str]) -> str:
    kind = what if len(names) > 1 else what.removesuffix("s")
    return f"{kind} {listed(names)}" if len(names) <= MOST_NAMES else f"{len(names)} {what}"


def brought_commands(
    plugins: Plugins,
) -> tuple[dict[str, tuple[str, click.Command]], dict[str, str]]:
    """The commands of plugins by name, each with its plugin, and by plugin what went wrong.

    The package's own names are taken, and the first plugin to take another keeps it.
    """
    from ..plugins.installed import callers

    found: dict[str, tuple[str, click.Command]] = {}
    problems: dict[str, str] = {}
    for plugin, call in callers(plugins.manager, "register_commands"):
        group = click.Group()
        try:
            call(cli=group)
        except (Exception, SystemExit) as error:
            problems[plugin] = f"register_commands raised {in_short(error)}"
            continue
        for name, command in group.commands.items():
            if name in COMMANDS or name in found:
                by = found[name][0] if name in found else "ismarket"
                problems[plugin] = f"command {name!r} is taken by {by}"
            else:
                found[name] = plugin, command
    return found, problems
