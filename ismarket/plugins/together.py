"""Which plugins go together: each name once, every driver on the markets that have its causes."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace
from typing import Any

from ..engine.plan import check_fits, with_own_causes
from ..errors import DriverError, InputError, check_known
from ..model.anchor import Anchor
from ..model.driver import Driver
from ..model.market import Market
from ..model.scenario import DEFAULT_MARKET
from .discovery import FoundPlugin

Handed = Mapping[str, Mapping[str, list[Any]]]
"""By hook and plugin the objects that were handed over, in the order in which they were called."""


class MisfitError(Exception):
    """The first plugin that does not go with the others, and why."""


def together(
    handed: Handed, plugins: Mapping[str, FoundPlugin], set_aside: Container[str]
) -> tuple[dict[str, Market], tuple[Driver, ...]]:
    """The markets by name, and the drivers in name order, each with its plugin and markets.

    Raises MisfitError for the first plugin that does not fit; it is refused whole.  The first one
    to be called keeps a name, but for those of the bundled ones.
    """

    def each(hook: str) -> list[tuple[str, Any]]:
        by_plugin = handed.get(hook, {})
        order = sorted(by_plugin, key=lambda name: not plugins[name].bundled)
        return [(name, item) for name in order if name not in set_aside for item in by_plugin[name]]

    taken: dict[tuple[str, str], str] = {}
    for hook in handed:
        for plugin, item in each(hook):
            what = hook.removeprefix("register_").rstrip("s")
            name = item[0] if isinstance(item, tuple) else item.name
            what = f"anchor of {item.market}" if isinstance(item, Anchor) else what
            if (what, name) in taken:
                raise MisfitError(plugin, f"{what} {name!r} is taken by {taken[what, name]}")
            taken[what, name] = plugin
    markets: dict[str, Market] = {}
    drivers: dict[str, Driver] = {}
    plugin = ""
    try:
        for plugin, market in each("register_markets"):  # noqa: B007, the handler names it
            own = [one for _, one in each("register_anchors") if one.market == market.name]
            markets[market.name] = market.with_anchors({one.name: one for one in own})
        for plugin, anchor in each("register_anchors"):  # noqa: B007
            check_known(f"anchor {anchor.name}", "market", markets, anchor.market)
        for plugin, driver in each("register_drivers"):
            placed = _placed(replace(driver, plugin=""), markets)
            for name in placed.markets or markets:
                markets[name] = with_own_causes(markets[name], [placed])
            drivers[placed.name] = replace(placed, plugin=plugin)
    except (DriverError, InputError) as error:
        raise MisfitError(plugin, str(error)) from None
    return markets, tuple(drivers[name] for name in sorted(drivers))


def _placed(driver: Driver, markets: Mapping[str, Market]) -> Driver:
    """The driver with the markets it is made for: those it names, or those that have its causes."""
    check_known(driver.name, "market", markets, *driver.markets)
    held, errors = [], {}
    for name in driver.markets or markets:
        try:
            check_fits(driver, with_own_causes(markets[name], [driver]))
            held.append(name)
        except DriverError as error:
            if driver.markets or not driver.claims:
                raise
            errors[name] = error
    if driver.markets or not driver.claims or len(held) == len(markets) > 0:
        return driver
    if not held:
        raise errors.get(DEFAULT_MARKET) or DriverError(f"{driver.name}: no market is installed")
    return replace(driver, markets=tuple(held))
