"""Loading what is installed, or lies where somebody says: the bundled plugins like any other.

A plugin is code that runs with your rights.  Its module is imported, its hooks are called through
pluggy, and each object that they hand over is looked at.  One that is broken is set aside whole,
with one line that names it, and everything else works.
"""

from __future__ import annotations

import io
import operator
import re
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from ..errors import DriverError, InputError, in_short, no_such, unknown
from ..guard.contract import asking
from ..model.anchor import Anchor
from ..model.driver import Driver
from ..model.market import Market
from ..model.scenario import DEFAULT_MARKET, Scenario
from . import hookspecs
from .discovery import (
    FoundPlugin,
    check_pins,
    chosen,
    elsewhere,
    find_plugins,
    installed_from_here,
    lies_here,
    plugins_at,
)
from .hookspecs import API, PROJECT, Manager
from .together import Handed, MisfitError, together

HOOKS = tuple(name for name, one in vars(hookspecs).items() if hasattr(one, f"{PROJECT}_spec"))
"""The hooks by name, in the order in which they are called."""
MOST = 10_000
"""Objects that one hook may hand over."""
COMPARED = {
    ">=": operator.ge, "<=": operator.le, "==": operator.eq, "!=": operator.ne,
    ">": operator.gt, "<": operator.lt,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Plugins:
    """The plugins that loaded, what they brought, and a line for each that did not load.

    ``found`` are all that are installed; ``set_aside`` holds the lines that speak of one of them,
    by its name, and ``withheld`` why each other may not load.  ``handed`` is what the hooks gave,
    also those of plugins that were set aside afterwards.  Each market, by name, has its anchors and
    the causes that drivers lend it; each driver, in name order, knows its plugin and its markets.
    """

    manager: Manager
    found: tuple[FoundPlugin, ...]
    problems: tuple[str, ...]
    set_aside: Mapping[str, str]
    withheld: Mapping[str, str]
    handed: Handed
    markets: Mapping[str, Market]
    drivers: tuple[Driver, ...]

    def objects(self, hook: str) -> Iterator[tuple[str, Any]]:
        """Each object that a hook handed over, with the name of the plugin it came from."""
        for plugin, items in self.handed.get(hook, {}).items():
            if plugin not in self.set_aside:
                yield from ((plugin, item) for item in items)

    def market(self, name: str) -> Market:
        """The market of that name; else InputError says which plugin is missing, and why."""
        if name not in self.markets:
            markets = self.handed.get("register_markets", {})
            would = [p for p, held in markets.items() if name in {market.name for market in held}]
            why = [self.set_aside[p] for p in would if p in self.set_aside]
            why = why or [line for p, line in self.set_aside.items() if p not in markets]
            why += [f"plugin {plugin} was {reason}" for plugin, reason in self.withheld.items()]
            error = unknown("market", "market", name, self.markets)
            raise InputError("; ".join([str(error), *why]))
        return self.markets[name]

    def charts(self) -> dict[str, Callable[..., Any]]:
        """The charts by name, each from a forecast to an Altair chart."""
        return dict(item for _, item in self.objects("register_charts"))

    def views(self) -> dict[str, Callable[..., Any]]:
        """The views of the explorer by tab: from a forecast to a finding, a chart and a table."""
        return dict(item for _, item in self.objects("register_views"))


class _LeftOutError(Exception):
    """Why a plugin cannot be used."""


def load_plugins(
    given: Iterable[FoundPlugin] | None = None,
    *,
    scenario: Scenario | None = None,
    strict: bool = False,
) -> Plugins:
    """The installed or ``given`` plugins; one that cannot be loaded is set aside, with a line.

    ``scenario`` may choose, block and pin them.  Raises InputError for a pin that does not hold,
    before anything is imported, and with ``strict`` DriverError for the first plugin set aside.
    """
    found, problems = find_plugins() if given is None else (list(given), [])
    asked = scenario or Scenario()
    check_pins(asked.pins, found)
    kept, withheld, unheard = chosen(found, asked)
    problems += unheard
    set_aside: dict[str, str] = {}

    def leave_out(one: FoundPlugin, reason: str) -> None:
        problems.append(one.left_out(reason))
        set_aside.setdefault(one.name, problems[-1])

    first: dict[str, FoundPlugin] = {}
    for one in kept:
        if first.setdefault(one.name, one) is not one:
            problems.append(one.left_out(f"the name is taken by {first[one.name].home}"))
    manager, handed = _loaded(first, leave_out)
    while True:
        try:
            markets, drivers = together(handed, first, set_aside)
            break
        except MisfitError as misfit:
            plugin, reason = misfit.args
            manager.unregister(name=plugin)
            leave_out(first[plugin], reason)
    if strict and problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise DriverError(f"{problems[0]}{more}")
    return Plugins(
        manager, tuple(found), tuple(problems), set_aside, withheld, handed, markets, drivers
    )


# one plugin ---------------------------------------------------------------------------------------


def _loaded(
    plugins: Mapping[str, FoundPlugin], leave_out: Callable[[FoundPlugin, str], None]
) -> tuple[Manager, Handed]:
    """A manager that holds the plugins, and what their hooks hand over.

    pluggy calls the last one first, so they are registered from the last to the first.
    """
    manager = Manager(PROJECT)
    manager.add_hookspecs(hookspecs)
    handed: dict[str, dict[str, list[Any]]] = {}

    def tried(name: str, act: Callable[..., Any], *arguments: Any) -> Any:
        try:
            with asking("plugin", name), _apart(plugins[name]):
                return act(*arguments)
        except _LeftOutError as reason:
            if manager.has_plugin(name):
                manager.unregister(name=name)
            leave_out(plugins[name], str(reason))

    modules = {name: tried(name, _module, one) for name, one in plugins.items()}
    for name, module in reversed(modules.items()):
        if module is not None:
            tried(name, _register, manager, module, name)
    for hook in filter(KINDS.get, HOOKS):
        for name, call in callers(manager, hook):
            if (objects := tried(name, _objects, hook, call)) is not None:
                handed.setdefault(hook, {})[name] = objects
    return manager, handed


def _kind(hook: str) -> Any:
    """What a hook hands over: a class of objects, Callable for functions by name, None: nothing."""
    returns = str(getattr(hookspecs, hook).__annotations__["return"])
    if listed := re.fullmatch(r"Iterable\[(\w+)\]", returns):
        return getattr(hookspecs, listed[1])
    return Callable if returns.startswith("Mapping") else None


KINDS = {hook: _kind(hook) for hook in HOOKS}
"""By hook what it hands over, as its signature says."""


@contextmanager
def _apart(one: FoundPlugin) -> Iterator[None]:
    """Whatever a plugin raises is a reason to leave it out, SystemExit too; a print, a warning."""
    said = io.StringIO()
    try:
        quietly = warnings.catch_warnings(action="ignore")
        with redirect_stdout(said), redirect_stderr(said), elsewhere(one), quietly:
            yield
    except (KeyboardInterrupt, _LeftOutError):
        raise
    except BaseException as error:
        raise _LeftOutError(in_short(error)) from None
    if printed := said.getvalue().strip():
        line = printed.splitlines()[0][:80]
        warnings.warn(f"plugin {one.name} printed {line!r} while it was loaded", stacklevel=4)


def _module(one: FoundPlugin) -> Any:
    """The module of a plugin, imported; refused for what it shows by itself."""
    module = one.point.load()
    file = getattr(sys.modules.get(one.point.module), "__file__", None)
    if file and lies_here(file) and not installed_from_here(one):
        raise _LeftOutError("its module lies in the current folder; nothing is loaded from there")
    _check_api(getattr(module, "ISMARKET_API", API))
    for name in HOOKS:
        hook = getattr(module, name, None)
        if callable(hook) and not hasattr(hook, f"{PROJECT}_impl"):
            raise _LeftOutError(f"{name} lacks its decorator @hookimpl")
    return module


def _check_api(api: object) -> None:
    """Leave a plugin out that does not serve this version of the hooks: 1, or ``">=1,<3"``."""
    parts = [part.strip() for part in (f"=={api}" if isinstance(api, int) else str(api)).split(",")]
    bounds = [re.fullmatch(r"([<>]=?|[!=]=) *(\d+)", part) for part in parts]
    if not all(bounds):
        raise _LeftOutError(f'ISMARKET_API = {api!r} is neither a version nor a range ">=1,<3"')
    pairs = [(bound[1], int(bound[2])) for bound in bounds if bound]
    if not all(COMPARED[sign](API, version) for sign, version in pairs):
        newer = all(version > API for _, version in pairs)
        todo = "upgrade ismarket" if newer else "upgrade the plugin"
        raise _LeftOutError(f"it serves version {api} of the hooks, this is {API}; {todo}")


def _register(manager: Manager, module: Any, name: str) -> None:
    """Hold a plugin; refused without a hook, with one that does not exist, or with a wrapper."""
    manager.register(module, name=name)
    callers = manager.get_hookcallers(module) or []
    if not callers:
        near = [name for name in vars(module) if name.startswith("register_")]
        hint = f"; it has {near[0]}, known are {', '.join(HOOKS)}" if near else ""
        raise _LeftOutError(f"it has no hook{hint}")
    for caller in callers:
        (own,) = (impl for impl in caller.get_hookimpls() if impl.plugin is module)
        if own.wrapper or own.hookwrapper:
            raise _LeftOutError(
                f"{caller.name} is a wrapper; each plugin is asked alone, so there is none to wrap"
            )
        if not caller.has_spec() and not own.optionalhook:
            raise _LeftOutError(no_such("hook", caller.name, HOOKS))


def callers(manager: Manager, hook: str) -> list[tuple[str, Callable[..., Any]]]:
    """The plugins that have a hook, each with a call of it alone, in pluggy's order."""
    names = [impl.plugin_name for impl in reversed(getattr(manager.hook, hook).get_hookimpls())]
    modules = {name: manager.get_plugin(name) for name in names}
    return [
        (name, manager.subset_hook_caller(hook, [m for n, m in modules.items() if n != name]))
        for name in names
    ]


def _objects(hook: str, call: Callable[..., Any]) -> list[Any]:
    """What one plugin hands over by a hook; TypeError for what no hook may."""
    given, kind = next(iter(call()), None), KINDS[hook]
    what = type(given).__name__
    if kind is Callable:
        if not isinstance(given, Mapping):
            raise TypeError(f"{hook} must return a mapping, not {what}")
        for name, made in given.items():
            if not isinstance(name, str) or not callable(made):
                raise TypeError(f"{hook}: {name!r} must be a name for a function")
        return list(given.items())
    if not isinstance(given, Iterable) or isinstance(given, str | Mapping):
        raise TypeError(f"{hook} must return a list, not {what}")
    items = list(islice(given, MOST + 1))
    for item in items:
        if not isinstance(item, kind):
            what = item.__name__ if isinstance(item, type) else type(item).__name__
            raise TypeError(f"{hook} must hand over {kind.__name__} objects, not {what}")
    if len(items) > MOST:
        raise TypeError(f"{hook} hands over more than {MOST} objects")
    return items


# from Python --------------------------------------------------------------------------------------


def load_market(name: str = DEFAULT_MARKET) -> Market:
    """The installed market of that name, with its anchors."""
    return _told().market(name)


def load_drivers(scenario: Scenario | None = None, *, strict: bool = False) -> tuple[Driver, ...]:
    """All installed drivers in name order, or those that a scenario chooses and pins."""
    return _told(scenario, strict).drivers


def load_anchors(market: str = DEFAULT_MARKET) -> dict[str, Anchor]:
    """The anchors of a market by name, the bottom-up count among them."""
    return dict(load_market(market).anchors)


def load_charts() -> Mapping[str, Callable[..., Any]]:
    """The charts that plugins bring, by name, each from a forecast to an Altair chart."""
    return _told().charts()


def _told(scenario: Scenario | None = None, strict: bool = False) -> Plugins:
    plugins = load_plugins(scenario=scenario, strict=strict)
    for problem in plugins.problems:
        warnings.warn(problem, stacklevel=3)
    return plugins


def drivers_at(path: Path) -> list[Driver]:
    """The drivers of a Python file, a table of causes or launches, or a package's folder.

    The code runs, as if it were installed.  Raises InputError for a path that holds no plugin,
    DriverError for a plugin that does not load.
    """
    if path.suffix in (".csv", ".xlsx"):
        return [Driver.from_table(path)]

    def refuse(one: FoundPlugin, reason: str) -> None:
        raise DriverError(f"{path}, plugin {one.name}: {reason}")

    _, handed = _loaded(plugins_at(path), refuse)
    drivers = [one for some in handed.get("register_drivers", {}).values() for one in some]
    if not drivers:
        raise InputError(f"{path}: no driver in it; register_drivers hands none over")
    return drivers
