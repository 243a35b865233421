"""Loading what is installed, or lies where somebody says: the bundled plugins like any other.

A plugin is code that runs with your rights.  One that is broken is set aside whole, with one line
that names it, and everything else works.
"""

from __future__ import annotations

import sys
import tomllib
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from ..errors import DriverError, InputError, unknown
from ..model.anchor import Anchor
from ..model.driver import Driver
from ..model.market import Market
from ..model.scenario import Scenario
from . import hookspecs
from .collect import Admitted, admit, offered
from .discovery import CHOICE, FoundPlugin, chosen, find_plugins, in_order
from .hookspecs import PROJECT, Manager
from .pins import check_pins

DEFAULT_MARKET = Scenario().market


@dataclass(frozen=True, eq=False)
class Plugins:
    """The plugins that loaded, what they brought, and a line for each that did not load.

    ``set_aside`` holds those of the lines that speak of a plugin, by its name; ``withheld`` names
    the plugins that are installed and were not let in.
    """

    manager: Manager
    problems: tuple[str, ...]
    set_aside: Mapping[str, str]
    admitted: Admitted
    withheld: tuple[str, ...] = ()

    def objects(self, hook: str) -> Iterator[tuple[str, Any]]:
        """Each object that a hook handed over, with the name of the plugin it came from."""
        for plugin, by_hook in self.admitted.brought.items():
            for item in by_hook.get(hook, ()):
                yield plugin, item

    def markets(self) -> dict[str, Market]:
        """The markets by name, each with its anchors and the causes that drivers lend it."""
        return dict(self.admitted.markets)

    def market(self, name: str) -> Market:
        """The market of that name; else InputError also says which plugin is missing, and why."""
        if name not in self.admitted.markets:
            error = unknown("market", "market", name, self.admitted.markets)
            why = list(self.set_aside.values())
            if self.withheld:
                names = ", ".join(self.withheld)
                why.append(f"plugin {names} was not let in ({CHOICE}, or plugins of the scenario)")
            raise InputError("; ".join([str(error), *why]))
        return self.admitted.markets[name]

    def drivers(self) -> tuple[Driver, ...]:
        """The drivers in name order, each knowing its plugin and the markets it is made for."""
        return tuple(self.admitted.drivers[name] for name in sorted(self.admitted.drivers))

    def charts(self) -> dict[str, Callable[..., Any]]:
        """The charts by name, each from a forecast to an Altair chart."""
        return dict(item for _, item in self.objects("register_charts"))


def load_plugins(
    points: Iterable[EntryPoint] | None = None,
    *,
    scenario: Scenario | None = None,
    strict: bool = False,
) -> Plugins:
    """The installed plugins; one that cannot be loaded is set aside with a line that names it.

    ``scenario`` may choose and pin them.  Raises InputError for a pin that does not hold, before
    anything is imported, and with ``strict`` DriverError for the first plugin set aside.
    """
    if points is None:
        found, problems = find_plugins()
    else:
        given = (FoundPlugin(point.name, point.value, point, point.dist) for point in points)
        found, problems = sorted(given, key=in_order), []
    asked = scenario or Scenario()
    if asked.pins:
        check_pins(asked.pins, found)
    kept, unheard = chosen(found, asked.plugins, asked.pins)
    problems += unheard
    holder = _manager()
    brought: dict[str, dict[str, list[Any]]] = {}
    homes: dict[str, FoundPlugin] = {}
    set_aside: dict[str, str] = {}

    def leave_out(one: FoundPlugin, reason: str) -> None:
        line = f"plugin {one.name} ({_home(one)}) was left out: {' '.join(reason.split())}"
        problems.append(line)
        set_aside.setdefault(one.name, line)

    for one in kept:
        if one.name in homes:
            leave_out(one, f"the name is taken by {_home(homes[one.name])}")
            continue
        objects, problem = offered(holder, one)
        if problem:
            leave_out(one, problem)
        else:
            homes[one.name], brought[one.name] = one, objects
    admitted, refused = admit(brought)
    for name, reason in refused.items():
        holder.unregister(name=name)
        leave_out(homes[name], reason)
    if strict and problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise DriverError(f"{problems[0]}{more}")
    withheld = tuple(one.name for one in found if one not in kept)
    return Plugins(holder, tuple(problems), set_aside, admitted, withheld)


def _manager() -> Manager:
    """A plugin manager that knows the hooks and has discovered nothing."""
    empty = Manager(PROJECT)
    empty.add_hookspecs(hookspecs)
    return empty


def _home(one: FoundPlugin) -> str:
    return f"{one.distribution} {one.version}" if one.distribution else one.value


def load_market(name: str = DEFAULT_MARKET) -> Market:
    """The installed market of that name, with its anchors."""
    return _loaded().market(name)


def load_drivers(scenario: Scenario | None = None, *, strict: bool = False) -> tuple[Driver, ...]:
    """All installed drivers in name order, or those that a scenario chooses and pins."""
    return _loaded(scenario, strict).drivers()


def load_anchors(market: str = DEFAULT_MARKET) -> dict[str, Anchor]:
    """The anchors of a market by name, the bottom-up count among them."""
    return dict(load_market(market).anchors)


def load_charts() -> Mapping[str, Callable[..., Any]]:
    """The charts that plugins bring, by name, each from a forecast to an Altair chart."""
    return _loaded().charts()


def _loaded(scenario: Scenario | None = None, strict: bool = False) -> Plugins:
    plugins = load_plugins(scenario=scenario, strict=strict)
    for problem in plugins.problems:
        warnings.warn(problem, stacklevel=3)
    return plugins


def drivers_at(path: Path) -> list[Driver]:
    """The drivers of a Python file, or of a package folder with a pyproject.toml.

    The code runs, as if it were installed.  Raises InputError for a path that holds no plugin,
    DriverError for a plugin that does not load.
    """
    folder, modules = _modules(path)
    for place in (folder / "src", folder):
        if place.is_dir() and str(place) not in sys.path:
            sys.path.insert(0, str(place))
    drivers: list[Driver] = []
    for name, value in modules.items():
        point = EntryPoint(name, value, PROJECT)
        objects, problem = offered(_manager(), FoundPlugin(name, value, point, None, folder))
        if problem:
            raise DriverError(f"{path}, plugin {name}: {problem}")
        drivers += objects.get("register_drivers", [])
    if not drivers:
        raise InputError(f"{path}: no driver in it; register_drivers hands none over")
    return drivers


def _modules(path: Path) -> tuple[Path, dict[str, str]]:
    """The folder to import from, and the modules by the name of their entry point."""
    if path.is_file() and path.suffix == ".py":
        return path.resolve().parent, {path.stem: path.stem}
    project = path / "pyproject.toml"
    if not project.is_file():
        raise InputError(f"{path}: neither a .py file nor a folder with a pyproject.toml")
    try:
        about = tomllib.loads(project.read_text(encoding="utf-8"))
        points = about["project"]["entry-points"][PROJECT]
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(
            f"{project}: no entry point; a plugin has [project.entry-points.{PROJECT}]"
        ) from None
    return path.resolve(), dict(points)
