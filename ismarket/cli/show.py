"""``ismarket drivers`` and ``ismarket anchors``: what is installed."""

from __future__ import annotations

import click

from ..errors import InputError
from .common import (
    check_drivers,
    complete_driver,
    installed_market,
    installed_plugins,
    json_option,
    market_option,
)


@click.command()
@click.argument("name", required=False, shell_complete=complete_driver)
@click.option("--load", is_flag=True, help="Load every plugin, to list its drivers in full.")
@market_option
@json_option
def drivers(name: str | None, load: bool, market: str | None, as_json: bool) -> None:
    """List the installed drivers, or show the causes and parameters of driver NAME.

    The list imports no plugin but the bundled ones: of others it shows what their metadata say.
    """
    from ..plugins.discovery import find_plugins
    from ..plugins.installed import load_plugins
    from . import cards

    if name is None and not load:
        found, problems = find_plugins()
        for problem in problems:
            click.echo(f"ismarket: {problem}", err=True)
        plugins = load_plugins([one.point for one in found if one.bundled])
        others = [one for one in found if not one.bundled]
        if market and market not in plugins.markets():
            raise InputError(
                f"drivers: market {market!r} is not bundled; --load imports all plugins"
            )
        chosen = installed_market(plugins, market)
        suiting = [driver for driver in plugins.drivers() if driver.suits(chosen.name)]
        cards.show(cards.with_unloaded(cards.driver_list(suiting, chosen), others), as_json)
        return
    plugins = installed_plugins()
    installed = {driver.name: driver for driver in plugins.drivers()}
    if name is None:
        chosen = installed_market(plugins, market)
        suiting = [driver for driver in installed.values() if driver.suits(chosen.name)]
        cards.show(cards.driver_list(suiting, chosen), as_json)
        return
    check_drivers("drivers", (name,), list(installed))
    driver = installed[name]
    if market and not driver.suits(market):
        made_for = ", ".join(driver.markets)
        raise InputError(f"drivers: {name} is not made for {market!r}, but for {made_for}")
    chosen = installed_market(plugins, market or next(iter(driver.markets), None))
    cards.show(cards.driver_card(driver, chosen, list(installed.values())), as_json)


@click.command()
@market_option
@json_option
def anchors(market: str | None, as_json: bool) -> None:
    """List the published estimates, each moved to the base year at its own growth."""
    from . import cards

    cards.show(cards.anchor_list(installed_market(installed_plugins(), market)), as_json)
