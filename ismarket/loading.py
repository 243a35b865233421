"""What is installed, with a record of the tables that were read; and an anchor of your own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from .errors import unknown
from .model.anchor_file import ANCHOR, anchor_bytes, is_anchor_file, with_anchor
from .model.driver import Driver
from .model.market import Market
from .model.scenario import Scenario
from .model.tables import recording, supplied
from .plugins.installed import DEFAULT_MARKET, load_plugins
from .runs.origin import Origin


@dataclass(frozen=True, eq=False)
class Loaded:
    """A market, the drivers and what both were made from; a line for each plugin left out."""

    market: Market
    drivers: tuple[Driver, ...]
    origin: Origin
    problems: tuple[str, ...] = ()


def load(
    market: str = DEFAULT_MARKET,
    scenario: Scenario | None = None,
    tables: Mapping[str, bytes] | None = None,
    *,
    strict: bool = False,
) -> Loaded:
    """What is installed for a market, or what ``scenario`` chooses and pins of it.

    ``tables`` by name are read instead of the installed ones; an anchor file among them adds its
    anchor to the market.  With ``strict`` a plugin that cannot be loaded is an error.  Raises
    InputError for a market that is not installed.
    """
    tables = tables or {}
    with recording() as read, supplied(tables):
        plugins = load_plugins(scenario=scenario, strict=strict)
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
    loaded = Loaded(markets[market], drivers, origin, plugins.problems)
    return with_own_anchor(loaded, tables[ANCHOR], ANCHOR)[0] if ANCHOR in tables else loaded


def with_own_anchor(loaded: Loaded, data: bytes, file: str) -> tuple[Loaded, str]:
    """What was loaded with the anchor that ``data`` describes, and that anchor's name."""
    market, name = with_anchor(loaded.market, data, file)
    tables = {**loaded.origin.tables, ANCHOR: data}
    return replace(loaded, market=market, origin=replace(loaded.origin, tables=tables)), name


def anchored(loaded: Loaded, scenario: Scenario) -> tuple[Loaded, Scenario]:
    """Both with the anchor by its name, where the scenario names the file of one."""
    path = scenario.anchor
    if not is_anchor_file(path):
        return loaded, scenario
    loaded, name = with_own_anchor(loaded, anchor_bytes(path), Path(path).name)
    return loaded, scenario.changed(anchor=name)
