"""What one plugin offers: its module imported, its hooks called once, each object looked at."""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Iterable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

from ..errors import no_such
from ..model.anchor import Anchor
from ..model.driver import Driver
from ..model.market import Market
from .discovery import Found, elsewhere, installed_from_here, lies_here
from .hookspecs import API, PROJECT, Manager

HOOKS = {
    "register_drivers": Driver,
    "register_markets": Market,
    "register_anchors": Anchor,
    "register_charts": tuple,
}
"""The hooks, each with what it hands over; charts come as (name, function)."""
MOST = 10_000


def offered(manager: Manager, found: Found) -> tuple[dict[str, list[Any]], str]:
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


def _refusal(found: Found, module: Any) -> str:
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
