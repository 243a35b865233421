"""What a run was made from: scenario, tables, plugins, the package's code and the environment."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from importlib.metadata import (
    Distribution,
    EntryPoint,
    PackageNotFoundError,
    distribution,
    entry_points,
)
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..engine.plan import Plan
from ..model.driver import Driver
from ..model.scenario import Scenario, write_scenario
from ..plugins.discovery import described, normalised
from ..version import __version__
from .layout import digest

GROUP = "ismarket"
_PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, eq=False)
class Origin:
    """What was loaded to make a forecast.

    ``tables`` as read, by name; ``market_plugins`` handed over the market and its anchors;
    ``given`` is the scenario as it was written, ``flags`` what the command line changed in it.
    """

    tables: Mapping[str, bytes] = field(default_factory=dict)
    market_plugins: tuple[str, ...] = ()
    given: str = ""
    flags: tuple[str, ...] = ()


def resolved(plan: Plan) -> Scenario:
    """The scenario of a plan with nothing left to a default that may change."""
    return replace(
        plan.scenario,
        through=plan.years[-1],
        periods=plan.anchor.periods if plan.anchor.published else None,
    )


def identity(
    plan: Plan,
    installed: Collection[Driver],
    origin: Origin,
    until: float | None = None,
    tools: Iterable[str] = (),
) -> dict[str, Any]:
    """All that decides the bytes of a run: scenario, tables, plugins, code, environment.

    ``tools`` are further distributions that take part.  With ``until`` the number of draws is
    found on the way: the resolved scenario then says it.
    """
    acting = {driver.name for driver in plan.drivers} | plan.contained
    return {
        "scenario": write_scenario(resolved(plan)),
        **({"until": until} if until else {}),
        **made_from(installed, origin, acting, tools),
    }


def made_from(
    installed: Collection[Driver], origin: Origin, acting: Container[str], tools: Iterable[str]
) -> dict[str, Any]:
    """The part of an identity that is not a choice: tables, plugins, code and environment.

    Of the plugins those of the ``acting`` drivers, of the market and of its anchors.  Drivers
    that the report names act: they decide what it leaves unexplained.
    """
    by_plugin: dict[str, list[Driver]] = {name: [] for name in origin.market_plugins}
    for driver in installed:
        if driver.name in acting:
            by_plugin.setdefault(driver.plugin or driver.name, []).append(driver)
    points = {point.name: point for point in entry_points(group=GROUP)}
    plugins = [
        {
            **_source(drivers, points.get(name)),
            "plugin": name,
            "drivers": sorted(driver.name for driver in drivers),
            "provides": "market" * (name in origin.market_plugins),
        }
        for name, drivers in sorted(by_plugin.items())
    ]
    brought = {str(plugin["distribution"]) for plugin in plugins} - {""}
    return {
        "tables": {name: digest(data) for name, data in sorted(origin.tables.items())},
        "plugins": plugins,
        "installed": sorted(driver.name for driver in installed),
        "code": {"version": __version__, "files": module_files(GROUP)},
        "environment": environment({GROUP, *tools, *brought}),
    }


def _source(drivers: Iterable[Driver], point: EntryPoint | None) -> dict[str, Any]:
    """Where a plugin came from, and the SHA-256 of each of its files."""
    if point is None:  # a driver made in a notebook: no file to name
        modules = {d.effects.__module__ for d in drivers if d.effects is not None}
        module = modules.pop() if len(modules) == 1 else ""
        files = module_files(module) if module not in ("", "__main__") else {}
        return {"module": module, "distribution": "", "version": "", "files": files}
    about = described(point.dist) if point.dist else {"Name": "", "Version": ""}
    return {
        "module": point.module,
        "distribution": about["Name"],
        "version": about["Version"],
        "files": module_files(point.module.split(".")[0]),
    }


def module_files(module: str) -> dict[str, str]:
    """SHA-256 of the files of a module or package, by their path from where it is found."""
    try:
        spec = find_spec(module)
    except (ImportError, ValueError):
        spec = None
    if spec is None or spec.origin is None or not Path(spec.origin).is_file():
        return {}
    file = Path(spec.origin)
    top, found = file.parent, [file]
    if file.name == "__init__.py":
        top = top.parent
        every = file.parent.rglob("*")
        found = sorted(p for p in every if p.is_file() and "__pycache__" not in p.parts)
    return {path.relative_to(top).as_posix(): digest(path.read_bytes()) for path in found}


def environment(roots: Iterable[str]) -> dict[str, Any]:
    """What a run was computed with; nothing in it names a machine, a user or a path.

    ``roots`` are distributions; their requirements are followed, extras left aside.
    """
    return {
        "python": {
            "implementation": platform.python_implementation(),
            "version": platform.python_version(),
        },
        "platform": {
            "system": platform.system(),
            "machine": platform.machine(),
            "byte_order": sys.byteorder,
            "libc": " ".join(platform.libc_ver()).strip(),
        },
        "cpu_features": cpu_features(),
        "packages": packages(roots),
    }


def cpu_features() -> list[str]:
    """The processor features that NumPy uses here, beyond those it was built to expect."""
    try:
        known = import_module("numpy._core._multiarray_umath").__cpu_features__
    except (ImportError, AttributeError):  # another NumPy keeps them elsewhere
        return []
    return sorted(name for name, present in known.items() if present)


def packages(roots: Iterable[str]) -> dict[str, dict[str, str]]:
    """Version and hash of the distributions and of all that they require, by name."""
    found: dict[str, dict[str, str]] = {}
    waiting = sorted(set(roots))
    while waiting:
        try:
            package = distribution(waiting.pop())
        except PackageNotFoundError:
            continue
        about = package.metadata  # read once: each look at it parses the file
        name = normalised(about["Name"])
        if name in found:
            continue
        found[name] = {"version": about["Version"], "sha256": content_hash(package)}
        for requirement in about.get_all("Requires-Dist") or ():
            matched = _PACKAGE.match(requirement)
            if matched and "extra ==" not in requirement:
                waiting.append(matched.group())
    return dict(sorted(found.items()))


def content_hash(package: Distribution) -> str:
    """SHA-256 over the hashes of the installed files, the same wherever one wheel is installed.

    Scripts (their first line names the interpreter) and notes of the installer are left out; an
    editable install has no such list and gives an empty text.
    """
    record = package.read_text("RECORD") or ""
    own = [
        line
        for line in record.splitlines()
        if ",sha256=" in line
        and ".dist-info/" not in line
        and not line.split(",")[0].endswith(".pth")
        and not line.startswith(("..", '"..', "__editable__", "_editable"))
    ]
    return digest("\n".join(sorted(own)).encode()) if own else ""
