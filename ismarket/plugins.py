"""Finding what is installed: markets, anchors and drivers, the bundled ones like any other."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy

from . import hookspecs
from .anchor import Anchor
from .driver import Driver
from .errors import DriverError, unknown
from .hookspecs import PROJECT
from .market import Market

DEFAULT_MARKET = "infantile-spasms"


@dataclass(frozen=True, eq=False)
class Plugins:
    """The plugins that loaded, and a line for each that did not."""

    manager: pluggy.PluginManager
    problems: tuple[str, ...]

    def objects(self, hook: str) -> Iterator[tuple[str, Any]]:
        """Each object that a hook hands over, with the name of the plugin it came from."""
        for implementation in getattr(self.manager.hook, hook).get_hookimpls():
            for item in implementation.function():
                yield implementation.plugin_name, item

    def markets(self) -> dict[str, Market]:
        """The markets by name, each with the anchors that are about it."""
        anchors = [anchor for _, anchor in self.objects("register_anchors")]
        return {
            market.name: market.with_anchors(
                {anchor.name: anchor for anchor in anchors if anchor.market == market.name}
            )
            for _, market in self.objects("register_markets")
        }

    def drivers(self) -> tuple[Driver, ...]:
        """The drivers in name order, each knowing its plugin."""
        found: dict[str, Driver] = {}
        for plugin, driver in self.objects("register_drivers"):
            if driver.name in found:
                raise DriverError(
                    f"{plugin}: driver {driver.name!r} is taken by {found[driver.name].plugin}"
                )
            found[driver.name] = replace(driver, plugin=plugin)
        return tuple(found[name] for name in sorted(found))


def load_plugins(points: Iterable[EntryPoint] | None = None) -> Plugins:
    """The installed plugins; one that cannot be loaded is set aside with a line that names it."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    problems = []
    found = entry_points(group=PROJECT) if points is None else points
    for point in sorted({(p.name, p.value): p for p in found}.values(), key=_bundled_first):
        try:
            manager.register(point.load(), name=point.name)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a plugin may even raise SystemExit when imported
            problems.append(
                f"plugin {point.name} ({point.value}) was left out: {type(error).__name__}: {error}"
            )
    return Plugins(manager, tuple(problems))


def load_market(name: str = DEFAULT_MARKET) -> Market:
    """The installed market of that name, with its anchors."""
    markets = _loaded().markets()
    if name not in markets:
        raise unknown("market", "market", name, markets)
    return markets[name]


def load_drivers() -> tuple[Driver, ...]:
    """All installed drivers, in name order."""
    return _loaded().drivers()


def load_anchors(market: str = DEFAULT_MARKET) -> dict[str, Anchor]:
    """The anchors of a market by name, the bottom-up count among them."""
    return dict(load_market(market).anchors)


def _loaded() -> Plugins:
    plugins = load_plugins()
    for problem in plugins.problems:
        warnings.warn(problem, stacklevel=3)
    return plugins


def _bundled_first(point: EntryPoint) -> tuple[bool, str]:
    return not point.value.startswith(f"{PROJECT}_"), point.name
