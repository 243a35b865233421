"""Which plugins go together: names that are taken, drivers that no market holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..engine.plan import check_fits, with_own_causes
from ..errors import DriverError, InputError, unknown
from ..model.driver import Driver
from ..model.market import Market
from ..model.scenario import Scenario

Brought = Mapping[str, Mapping[str, list[Any]]]
"""By plugin and hook, the objects that it hands over, in the order in which plugins come first."""


@dataclass(frozen=True, eq=False)
class Admitted:
    """What goes together: objects by plugin and hook, markets and drivers by name."""

    brought: Brought
    markets: Mapping[str, Market]
    drivers: Mapping[str, Driver]


class _MisfitError(Exception):
    """The first plugin that does not go with the others, and why."""


def admit(brought: Brought) -> tuple[Admitted, dict[str, str]]:
    """What the plugins bring together, and the reason for each that is refused, by plugin.

    A plugin is refused whole; the first one to take a name keeps it.
    """
    refused: dict[str, str] = {}
    while True:
        try:
            return _together({n: o for n, o in brought.items() if n not in refused}), refused
        except _MisfitError as misfit:
            plugin, reason = misfit.args
            refused[plugin] = reason


def _together(brought: Brought) -> Admitted:
    """Everything in its place; raises _MisfitError for the first plugin that does not fit."""
    taken: dict[tuple[str, str], str] = {}
    for plugin, by_hook in brought.items():
        for what, name in _names(by_hook):
            if (what, name) in taken:
                raise _MisfitError(plugin, f"{what} {name!r} is taken by {taken[what, name]}")
            taken[what, name] = plugin
    markets = _markets(brought)
    drivers: dict[str, Driver] = {}
    for plugin, by_hook in brought.items():
        try:
            for anchor in by_hook.get("register_anchors", ()):
                if anchor.market not in markets:
                    raise unknown(f"anchor {anchor.name}", "market", anchor.market, markets)
            for driver in by_hook.get("register_drivers", ()):
                placed = _placed(replace(driver, plugin=""), markets)
                for name in placed.markets or markets:
                    markets[name] = with_own_causes(markets[name], [placed])
                drivers[placed.name] = replace(placed, plugin=plugin)
        except (DriverError, InputError) as error:
            raise _MisfitError(plugin, str(error)) from None
    return Admitted(brought, markets, drivers)


def _names(by_hook: Mapping[str, list[Any]]) -> Iterable[tuple[str, str]]:
    for driver in by_hook.get("register_drivers", ()):
        yield "driver", driver.name
    for market in by_hook.get("register_markets", ()):
        yield "market", market.name
    for anchor in by_hook.get("register_anchors", ()):
        yield f"anchor of {anchor.market}", anchor.name
    for name, _ in by_hook.get("register_charts", ()):
        yield "chart", name


def _markets(brought: Brought) -> dict[str, Market]:
    """The markets by name, each with the anchors that any plugin brings for it."""
    anchors = [a for by_hook in brought.values() for a in by_hook.get("register_anchors", ())]
    markets: dict[str, Market] = {}
    for plugin, by_hook in brought.items():
        for market in by_hook.get("register_markets", ()):
            own = {anchor.name: anchor for anchor in anchors if anchor.market == market.name}
            try:
                markets[market.name] = market.with_anchors(own)
            except InputError as error:
                raise _MisfitError(plugin, str(error)) from None
    return markets


def _placed(driver: Driver, markets: Mapping[str, Market]) -> Driver:
    """The driver with the markets it is made for: those it names, or those that have its causes."""
    for name in driver.markets:
        if name not in markets:
            raise unknown(driver.name, "market", name, markets)
    if driver.markets or not driver.claims:
        for name in driver.markets or markets:
            _fits(driver, markets[name])
        return driver
    held, errors = [], {}
    for name, market in markets.items():
        try:
            _fits(driver, market)
            held.append(name)
        except DriverError as error:
            errors[name] = error
    if not held:
        raise errors.get(Scenario().market) or DriverError(f"{driver.name}: no market is installed")
    return driver if len(held) == len(markets) else replace(driver, markets=tuple(held))


def _fits(driver: Driver, market: Market) -> None:
    check_fits(driver, with_own_causes(market, [driver]))
