"""Drivers from a file or folder that somebody named by hand, before it is installed."""

from __future__ import annotations

import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

from ..errors import DriverError, InputError
from ..model.driver import Driver
from ..plugins.collect import offered
from ..plugins.discovery import PROJECT, Found
from ..plugins.installed import manager


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
        objects, problem = offered(manager(), Found(name, value, point, None, folder))
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
