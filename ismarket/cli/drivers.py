"""``ismarket check`` and ``ismarket new-driver``: a driver held to every law, or begun."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import DriverError, InputError, unknown
from .common import (
    MARKS,
    PATH,
    complete_checked,
    complete_market,
    installed_market,
    json_option,
    say,
    say_json,
    strict,
    tell,
)
from .markets import check_market, is_market

if TYPE_CHECKING:
    from ..model.driver import Driver
    from ..model.market import Market
    from ..plugins.installed import Plugins


@click.command()
@click.argument("driver", shell_complete=complete_checked)
@click.option("--market", shell_complete=complete_market,
              help="Market to try it on, instead of the one it is made for.")  # fmt: skip
@click.option("--pin", is_flag=True, help="Print the line that pins its package in a scenario.")
@click.option("--limit", default=120.0, type=click.FloatRange(0.1), show_default=True,
              metavar="SECONDS", help="Until when each driver has its verdict.")  # fmt: skip
@json_option
def check(driver: str, market: str | None, pin: bool, limit: float, as_json: bool) -> None:
    """Hold DRIVER to every law: an installed one, a table (CSV), or the path of a file or package.

    A table of causes or of launches needs no program beside it.  The name of a market, or a folder
    that holds its tables, is held to the laws of a market.
    """
    from ..plugins.installed import load_plugins

    if pin:
        say(_pin(driver))
        return
    plugins = load_plugins(strict=strict())
    if is_market(driver, plugins):
        tell(plugins.problems)
        check_market(driver, plugins, as_json)
        return
    found = _drivers(driver, plugins)
    tell(plugins.problems)
    chosen = installed_market(plugins, market) if market else None
    for one in found:
        if chosen and not one.suits(chosen.name):
            made_for = ", ".join(one.markets)
            raise InputError(f"check: {one.name} is not made for {market!r}, but for {made_for}")
    _show(found, chosen, limit, as_json)


def _show(found: list[Driver], market: Market | None, limit: float, as_json: bool) -> None:
    from ..testing import findings

    rows, broken = [], 0
    for one in found:
        if not as_json:
            say(f"{one.title} ({one.name})")
        for finding in findings(one, market, limit):
            broken += finding.kept is False
            rows.append({"driver": one.name, **vars(finding)})
            if not as_json:
                reason = f": {finding.reason}" if finding.reason else ""
                say(f"{MARKS[finding.kept]} {finding.law}{reason}")
    if as_json:
        say_json(rows)
    if broken:
        raise DriverError(f"{broken} of {len(rows)} laws broken by {found[0].name}")


def _drivers(name: str, plugins: Plugins) -> list[Driver]:
    installed = {driver.name: driver for driver in plugins.drivers}
    if name in installed:
        return [installed[name]]
    path = Path(name)
    if path.exists():
        from ..plugins.installed import drivers_at

        return drivers_at(path)
    by_plugin = [driver for driver in installed.values() if driver.plugin == name]
    if by_plugin:
        return by_plugin
    if name in plugins.set_aside:
        raise DriverError(plugins.set_aside[name])
    if path.suffix or len(path.parts) > 1:
        raise InputError(f"{name}: no such file or folder")
    raise unknown("check", "driver", name, installed)


def _pin(name: str) -> str:
    from ..plugins.discovery import find_plugins, pin_of

    found = find_plugins()[0]
    for one in found:
        if one.called(name):
            return f'[pins]\n"{one.distribution}" = "{pin_of(one)}"'
    raise unknown("check", "plugin", name, [one.name for one in found])


@click.command("new-driver")
@click.argument("name")
@click.option("--table", is_flag=True, help="A table of causes to fill in, no Python to write.")
@click.option("--title", default="", help="Title of the driver; by default its name.")
@click.option("--author", default="", help="Who writes it.")
@click.option("--into", type=PATH, help="Folder; ./ismarket-NAME by default.")
@click.option("--update", is_flag=True, help="Bring an existing package up to this template.")
def new_driver(
    name: str, table: bool, title: str, author: str, into: Path | None, update: bool
) -> None:
    """Write the driver NAME as a package: code or table, tests, README, CI.

    It installs with pip, keeps every law as it stands, and moves nothing until you edit it.
    """
    from ..model.driver import RESERVED
    from ..plugins.new_driver import update_driver, write_driver
    from ..plugins.package import check_free
    from ..text.install import pip_install

    folder = into or Path(f"ismarket-{name.replace('_', '-')}")
    if update:
        done = update_driver(folder)
        lines = [f"updated {path}" for path in done.written]
        lines += [f"{path}: yours differs, left as it is" for path in done.edited]
        say("\n".join(lines) or f"{folder} is up to date")
        return
    for market in check_free("new-driver", name).markets.values():
        if name in (*RESERVED, *market.mechanisms):
            raise InputError(f"new-driver: {name!r} is taken by a cause or row of {market.name}")
    written = write_driver(name, folder, table=table, title=title, author=author or "The authors")
    kind, number = (f"{name}.csv", "ceiling") if table else ("__init__.py", "ODDS_RATIO")
    say(
        f"wrote {folder} ({len(written)} files). Next:\n"
        f"  {pip_install('-e', str(folder))}\n"
        f"  ismarket check {name}\n"
        f"  edit {number} in {folder / 'src' / f'ismarket_{name}' / kind}\n"
        "  ismarket run       (ismarket lab moves it by hand)"
    )
