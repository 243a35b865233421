"""What a run was made from: scenario, tables, plugins, the package's code and the environment."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from importlib.metadata import (
    Distribution,
    EntryPoint,
    PackageNotFoundError,
    distribution,
    entry_points,
)  # fmt: skip
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..engine.plan import Plan
from ..model.driver import Driver
from ..model.scenario import Scenario, write_scenario
from ..version import __version__
from .layout import digest, to_json

GROUP = "ismarket"
_PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class Source:
    """A plugin as it stood: where it came from and the SHA-256 of each of its files."""

    name: str
    module: str = ""
    distribution: str = ""
    version: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    drivers: tuple[str, ...] = ()
    provides: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The plugin as a run writes it down."""
        return {
            "plugin": self.name,
            "module": self.module,
            "distribution": self.distribution,
            "version": self.version,
            "files": dict(self.files),
            "drivers": list(self.drivers),
            "provides": self.provides,
        }


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
    installed: Iterable[Driver],
    origin: Origin,
    until: float | None = None,
    tools: Iterable[str] = (),
) -> dict[str, Any]:
    """All that decides the bytes of a run: scenario, tables, plugins, code, environment.

    ``tools`` are further distributions that take part.  With ``until`` the number of draws is
    found on the way: the resolved scenario then says it.
    """
    drivers = tuple(installed)
    named = {driver.name for driver in plan.drivers} | set(plan.anchor.drivers_named)
    plugins = sources_of(drivers, [d for d in drivers if d.name in named], origin)
    return {
        "scenario": write_scenario(resolved(plan)),
        **({"until": until} if until else {}),
        **code_identity(plugins, drivers, origin, tools),
    }


def code_identity(
    plugins: Iterable[Source],
    installed: Iterable[Driver],
    origin: Origin,
    tools: Iterable[str] = (),
) -> dict[str, Any]:
    """The part of an identity that is not a choice: tables, plugins, code and environment.

    ``tools`` are further distributions that took part.
    """
    found = list(plugins)
    roots = {GROUP, *tools, *(source.distribution for source in found if source.distribution)}
    return {
        "tables": {name: digest(data) for name, data in sorted(origin.tables.items())},
        "plugins": [source.to_dict() for source in found],
        "installed": sorted(driver.name for driver in installed),
        "code": {"version": __version__, "files": module_files(GROUP)},
        "environment": environment(roots),
    }


def plan_digest(identity: Mapping[str, Any]) -> str:
    """The SHA-256 that names the plan: everything of its identity but the environment."""
    return digest(to_json({k: v for k, v in identity.items() if k != "environment"}))


def sources_of(
    installed: Iterable[Driver], acting: Iterable[Driver], origin: Origin
) -> list[Source]:
    """The plugins of the ``acting`` drivers, of the market and of its anchors.

    Drivers that the report names count as acting: they decide what it leaves unexplained.
    """
    points = {point.name: point for point in entry_points(group=GROUP)}
    names = {driver.name for driver in acting}
    by_plugin: dict[str, list[Driver]] = {name: [] for name in origin.market_plugins}
    for driver in installed:
        if driver.name in names:
            by_plugin.setdefault(driver.plugin or driver.name, []).append(driver)
    return [
        _source(name, drivers, points.get(name), "market" * (name in origin.market_plugins))
        for name, drivers in sorted(by_plugin.items())
    ]


def _source(name: str, drivers: list[Driver], point: EntryPoint | None, provides: str) -> Source:
    names = tuple(sorted(driver.name for driver in drivers))
    if point is None:  # a driver made in a notebook: no file to name
        modules = {d.effects.__module__ for d in drivers if d.effects is not None}
        module = modules.pop() if len(modules) == 1 else ""
        files = module_files(module) if module not in ("", "__main__") else {}
        return Source(name, module, files=files, drivers=names, provides=provides)
    about = point.dist.metadata if point.dist else {"Name": "", "Version": ""}
    files = module_files(point.module.split(".")[0])
    return Source(name, point.module, about["Name"], about["Version"], files, names, provides)


def module_files(module: str) -> dict[str, str]:
    """SHA-256 of the files of a module or package, by their path from where it is found."""
    loaded = sys.modules.get(module)
    origin = getattr(loaded, "__file__", None)
    if origin is None:
        try:
            spec = find_spec(module)
        except (ImportError, ValueError):
            spec = None
        origin = spec.origin if spec else None
    if origin is None or not Path(origin).is_file():
        return {}
    file = Path(origin)
    if file.name != "__init__.py":
        return {file.name: digest(file.read_bytes())}
    top = file.parent
    found = (path for path in top.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {
        path.relative_to(top.parent).as_posix(): digest(path.read_bytes()) for path in sorted(found)
    }


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
        name = _folded(about["Name"])
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
        if ",sha256=" in line and not line.startswith(("..", '"..', "__editable__", "_editable"))
    ]
    own = [
        line
        for line in own
        if ".dist-info/" not in line and not line.split(",")[0].endswith(".pth")
    ]
    return digest("\n".join(sorted(own)).encode()) if own else ""


def _folded(name: str) -> str:
    """A distribution's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
