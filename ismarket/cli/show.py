"""``ismarket drivers`` and ``ismarket anchors``: what is installed."""

from __future__ import annotations

import click

from .common import check_drivers, complete_driver, installed_market, installed_plugins, json_option


@click.command()
@click.argument("name", required=False, shell_complete=complete_driver)
@json_option
def drivers(name: str | None, as_json: bool) -> None:
    """List the installed drivers, or show the causes and parameters of driver NAME."""
    from .. import cards

    plugins = installed_plugins()
    installed = {driver.name: driver for driver in plugins.drivers()}
    market = installed_market(plugins)
    if name is None:
        cards.show(cards.driver_list(installed.values(), market), as_json)
        return
    check_drivers("drivers", (name,), list(installed))
    cards.show(cards.driver_card(installed[name], market, list(installed.values())), as_json)


@click.command()
@json_option
def anchors(as_json: bool) -> None:
    """List the published estimates, each moved to the base year at its own growth."""
    from .. import cards

    cards.show(cards.anchor_list(installed_market(installed_plugins())), as_json)
