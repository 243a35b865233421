"""What is installed, for runs: loading it with a record of the tables read, and opening a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .driver import Driver
from .errors import unknown
from .market import Market
from .plugins import DEFAULT_MARKET, load_plugins
from .runs.origin import Origin
from .tables import recording, supplied


@dataclass(frozen=True, eq=False)
class Loaded:
    """A market, the drivers and what both were made from; a line for each plugin left out."""

    market: Market
    drivers: tuple[Driver, ...]
    origin: Origin
    problems: tuple[str, ...] = ()


def load(market: str = DEFAULT_MARKET, tables: Mapping[str, bytes] | None = None) -> Loaded:
    """What is installed for a market; ``tables`` by name are read instead of the installed ones.

    Raises InputError for a market that is not installed.
    """
    with recording() as read, supplied(tables or {}):
        plugins = load_plugins()
        markets = plugins.markets()
        drivers = plugins.drivers()
        if market not in markets:
            raise unknown("market", "market", market, markets)
        providers = {
            plugin
            for hook in ("register_markets", "register_anchors")
            for plugin, item in plugins.objects(hook)
            if market in (getattr(item, "name", ""), getattr(item, "market", ""))
        }
    origin = Origin(dict(sorted(read.items())), tuple(sorted(providers)))
    return Loaded(markets[market], drivers, origin, plugins.problems)
