"""What plugins bring, and which of them go together.

Of one plugin: its module imported, its hooks called once, each object looked at.  Of all: names
that are taken, drivers that no market holds.
"""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Iterable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from typing import Any

from ..engine.plan import check_fits, with_own_causes
from ..errors import DriverError, InputError, no_such, unknown
from ..model.anchor import Anchor
from ..model.driver import Driver
from ..model.market import Market
from ..model.scenario import Scenario
from .discovery import FoundPlugin, elsewhere, installed_from_here, lies_here
from .hookspecs import API, PROJECT, Manager

HOOKS = {
    "register_drivers": Driver,
    "register_markets": Market,
    "register_anchors": Anchor,
    "register_charts": tuple,
}
"""The hooks, each with what it hands over; charts come as (name, function)."""
MOST = 10_000
Brought = Mapping[str, Mapping[str, list[Any]]]
"""By plugin and hook, the objects that it hands over, in the order in which plugins come first."""


def offered(manager: Manager, found: FoundPlugin) -> tuple[dict[str, list[Any]], str]:
    """The objects of a plugin by hook, and "" or the reason for which it is left out.

    Whatever it raises is caught, SystemExit too; what it prints is reported as a warning.
    """
    said = io.StringIO()
    try:
        with (
            redirect_stdout(said),
            redirect_stderr(said),
            elsewhere(found),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            module = found.point.load()
            reason = _refusal(found, module)
            if not reason:
                manager.register(module, name=found.name)
                reason = _unknown_hooks(manager, module)
            objects = {} if reason else _objects(manager, module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        reason, objects = f"{type(error).__name__}: {error}".rstrip(": "), {}
    if reason and manager.has_plugin(found.name):
        manager.unregister(name=found.name)
    if (printed := said.getvalue().strip()) and not reason:
        line = printed.splitlines()[0][:80]
        warnings.warn(f"plugin {found.name} printed {line!r} while it was loaded", stacklevel=3)
    return objects, reason


def _refusal(found: FoundPlugin, module: Any) -> str:
    """Why a module cannot be a plugin, as far as the module itself shows; "" if it can."""
    file = getattr(sys.modules.get(found.point.module), "__file__", None)
    if lies_here(file) and not installed_from_here(found):
        return "its module lies in the current folder, and nothing is loaded from there"
    api = getattr(module, "ISMARKET_API", API)
    if api != API:
        newer = "upgrade ismarket" if isinstance(api, int) and api > API else "upgrade the plugin"
        return f"written for version {api!r} of the hooks, this is {API}; {newer}"
    for name in HOOKS:
        hook = getattr(module, name, None)
        if callable(hook) and not hasattr(hook, f"{PROJECT}_impl"):
            return f"{name} lacks its decorator @hookimpl"
    return ""


def _unknown_hooks(manager: Manager, module: Any) -> str:
    callers = manager.get_hookcallers(module) or []
    for caller in callers:
        if not caller.has_spec():
            return no_such("hook", caller.name, HOOKS)
    if not callers:
        near = [name for name in vars(module) if name.startswith("register_")]
        hint = f"; it has {near[0]}, known are {', '.join(HOOKS)}" if near else ""
        return f"it has no hook{hint}"
    return ""


def _objects(manager: Manager, module: Any) -> dict[str, list[Any]]:
    """What the hooks of the plugin hand over; TypeError for what no hook may."""
    found: dict[str, list[Any]] = {}
    for caller in manager.get_hookcallers(module) or []:
        for implementation in caller.get_hookimpls():
            if implementation.plugin is module:
                handed = implementation.function()
                charts = caller.name == "register_charts"
                found[caller.name] = _charts(handed) if charts else _listed(caller.name, handed)
    return found


def _listed(hook: str, handed: Any) -> list[Any]:
    kind = HOOKS[hook]
    if not isinstance(handed, Iterable) or isinstance(handed, str | Mapping):
        raise TypeError(f"{hook} must return a list, not {type(handed).__name__}")
    items = []
    for item in handed:
        if not isinstance(item, kind):
            what = item.__name__ if isinstance(item, type) else type(item).__name__
            raise TypeError(f"{hook} must hand over {kind.__name__} objects, not {what}")
        items.append(item)
        if len(items) > MOST:
            raise TypeError(f"{hook} hands over more than {MOST} objects")
    return items


def _charts(handed: Any) -> list[tuple[str, Any]]:
    if not isinstance(handed, Mapping):
        raise TypeError(f"register_charts must return a mapping, not {type(handed).__name__}")
    for name, chart in handed.items():
        if not isinstance(name, str) or not callable(chart):
            raise TypeError(f"register_charts: {name!r} must be a name for a function")
    return list(handed.items())


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
