"""Plugins as their metadata have them: what is installed, what may load, what is pinned.

A plugin is an entry point in the group ``ismarket`` of an installed distribution.  Nothing is
imported here, and nothing counts as installed because it lies in the current folder, even where
Python itself would look there.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import sys
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.machinery import PathFinder
from importlib.metadata import Distribution, EntryPoint, PackageMetadata, distributions
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ..errors import InputError, unknown
from ..model.scenario import Scenario
from .hookspecs import PROJECT

CHOICE, NO = "ISMARKET_PLUGINS", "no:"
"""Environment variable: plugins to load besides the bundled ones, with commas; ``no:`` blocks."""
VOLATILE = (".pyc", ".pyo", ".pth")
"""Files that no pin holds."""


@dataclass(frozen=True, eq=False)
class FoundPlugin:
    """One plugin as its metadata have it.

    ``folder`` is set where somebody named a folder or file by hand, instead of installing it.
    """

    name: str
    point: EntryPoint
    dist: Distribution | None
    folder: Path | None = None

    @property
    def distribution(self) -> str:
        """Name of the distribution that brings it."""
        return described(self.dist)["Name"] if self.dist else ""

    @property
    def version(self) -> str:
        """Version of that distribution."""
        return described(self.dist)["Version"] if self.dist else ""

    @property
    def home(self) -> str:
        """The distribution and its version, or the module where there is none."""
        return f"{self.distribution} {self.version}" if self.dist else self.point.value

    @property
    def summary(self) -> str:
        """The one line that the distribution says of itself."""
        about: Any = described(self.dist) if self.dist else {}
        return str(about["Summary"]) if "Summary" in about else ""

    @property
    def bundled(self) -> bool:
        """True for the plugins that come with this package."""
        return self.dist is not None and normalised(self.distribution) == PROJECT

    def called(self, name: str) -> bool:
        """True where ``name`` is that of the plugin or of its distribution."""
        return name == self.name or normalised(name) == normalised(self.distribution)


@lru_cache(maxsize=64)
def described(dist: Distribution) -> PackageMetadata:
    """What a distribution says of itself, read once."""
    return dist.metadata


def normalised(name: str) -> str:
    """The name of a distribution as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def find_plugins() -> tuple[list[FoundPlugin], list[str]]:
    """What is installed, bundled first, then by name; and a line for metadata nobody can read."""
    found: list[FoundPlugin] = []
    problems: list[str] = []
    seen: set[str] = set()
    for dist in distributions(path=[entry for entry in sys.path if not _is_here(entry)]):
        try:
            text = dist.read_text("entry_points.txt") or ""
            if not re.search(rf"^\s*\[\s*{PROJECT}\s*\]", text, re.MULTILINE):
                continue
            name = normalised(described(dist)["Name"])
            if name not in seen:
                seen.add(name)
                points = dist.entry_points
                found += [FoundPlugin(p.name, p, dist) for p in points if p.group == PROJECT]
        except Exception as error:
            where = Path(str(getattr(dist, "_path", "a distribution"))).name
            problems.append(f"{where} was left out: its metadata cannot be read ({error})")
    return sorted(found, key=in_order), problems


def plugins_at(path: Path) -> dict[str, FoundPlugin]:
    """What a Python file or the folder of a package would bring if it were installed.

    The places from which it imports are put on the path.  Raises InputError for neither.
    """
    folder, points = path.resolve(), {path.stem: path.stem}
    if path.is_file() and path.suffix == ".py":
        folder = folder.parent
    else:
        points = _points_of(path)
    for place in (folder / "src", folder):
        if place.is_dir() and str(place) not in sys.path:
            sys.path.insert(0, str(place))
    return {
        name: FoundPlugin(name, EntryPoint(name, value, PROJECT), None, folder)
        for name, value in points.items()
    }


def _points_of(path: Path) -> dict[str, str]:
    project = path / "pyproject.toml"
    if not project.is_file():
        raise InputError(f"{path}: not a .py or .csv file, nor a folder with a pyproject.toml")
    try:
        about = tomllib.loads(project.read_text(encoding="utf-8"))
        points = about["project"]["entry-points"][PROJECT]
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(
            f"{project}: no entry point; a plugin has [project.entry-points.{PROJECT}]"
        ) from None
    return dict(points)


def in_order(found: FoundPlugin) -> tuple[bool, str, str]:
    """Bundled plugins before others, then by name."""
    return not found.bundled, found.name, found.distribution


def chosen(
    found: Iterable[FoundPlugin], scenario: Scenario
) -> tuple[list[FoundPlugin], dict[str, str], list[str]]:
    """The plugins that may load, why each other may not, and a line for a name nobody has.

    ISMARKET_PLUGINS and ``plugins`` of a scenario each let in those that they name, if they name
    any, and the bundled ones, and block those that they block; pins alone let in what they pin.
    Raises InputError for a plugin that the scenario wants and that is not there or not let in.
    """
    said = [name.strip() for name in os.environ[CHOICE].split(",")] if CHOICE in os.environ else []
    blocked = [name.removeprefix(NO) for name in said if name.startswith(NO)]
    let_in = [name for name in said if not name.startswith(NO)]
    only = list(filter(None, let_in))
    wanted = scenario.plugins.get("only", tuple(scenario.pins) or None)
    every = list(found)
    kept, withheld = every, dict[str, str]()

    def leave(out: Collection[FoundPlugin], why: str) -> None:
        nonlocal kept
        withheld.update({one.name: why for one in out})
        kept = [one for one in kept if one not in out]

    problems = _unheard(CHOICE, [*only, *blocked], every)
    if let_in:
        leave(_others(kept, only), f"not let in by {CHOICE}")
    leave([one for one in kept if any(map(one.called, blocked))], "blocked (no:NAME)")
    for name in scenario.plugins.get("only", ()):
        if not any(one.called(name) for one in kept):
            raise unknown("scenario, plugins", "plugin", name, [one.name for one in kept])
    if wanted is not None:
        leave(_others(kept, wanted), "not let in by the scenario")
    block = scenario.plugins.get("block", ())
    problems += _unheard("scenario, plugins", block, every)
    leave([one for one in kept if any(map(one.called, block))], "blocked by the scenario")
    return kept, withheld, problems


def _unheard(where: str, names: Iterable[str], found: Collection[FoundPlugin]) -> list[str]:
    known = [one.name for one in found]
    return [
        str(unknown(where, "plugin", name, known))
        for name in names
        if not any(one.called(name) for one in found)
    ]


def _others(found: Iterable[FoundPlugin], names: Collection[str]) -> list[FoundPlugin]:
    """The plugins that are neither bundled nor named."""
    return [one for one in found if not one.bundled and not any(map(one.called, names))]


# the current folder -------------------------------------------------------------------------------


@contextmanager
def elsewhere(found: FoundPlugin) -> Iterator[None]:
    """While it lasts Python does not import from the current folder.

    A distribution that was installed from there, as editable, may.
    """
    before = list(sys.path)
    if not installed_from_here(found):
        sys.path[:] = [entry for entry in sys.path if not _is_here(entry)]
    after = list(sys.path)
    try:
        yield
    finally:
        if sys.path == after:
            sys.path[:] = before


def installed_from_here(found: FoundPlugin) -> bool:
    """True where the plugin may come from the current folder.

    It was installed as editable from it, or from one above it, or named by hand.
    """
    if found.folder:
        return True
    text = found.dist.read_text("direct_url.json") if found.dist else None
    try:
        origin = json.loads(text or "{}")
        if not origin.get("dir_info", {}).get("editable"):
            return False
        folder = Path(unquote(urlsplit(origin["url"]).path)).resolve()
    except (ValueError, KeyError, AttributeError, OSError):
        return False
    here = Path.cwd()
    return folder == here or folder in here.parents


def lies_here(file: str | None) -> bool:
    """True where a module's file lies in the current folder, as a module or a package."""
    if not file:
        return False
    path, here = Path(file).resolve(), Path.cwd()
    return path.parent == here or (path.name == "__init__.py" and path.parent.parent == here)


def _is_here(entry: str) -> bool:
    try:
        return Path(entry or ".").resolve() == Path.cwd()
    except OSError:
        return True


# pins ---------------------------------------------------------------------------------------------


def pin_of(found: FoundPlugin) -> str:
    """What a scenario writes to pin the plugin's distribution: its version and its hash."""
    return f"{found.version} sha256:{fingerprint(found)}"


def fingerprint(found: FoundPlugin) -> str:
    """SHA-256 over the code and data of the distribution and its entry points, in hex.

    The same wherever it is installed; of an editable install, over the modules it stands for.
    """
    if found.dist is None:
        raise InputError(f"plugin {found.name} comes from no distribution; it cannot be pinned")
    whole = sha256()
    for name, path in sorted(_files(found, found.dist).items()):
        whole.update(f"{name}\0{sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()


def _files(found: FoundPlugin, dist: Distribution) -> dict[str, Path]:
    """The files that count, by the name under which they are installed."""
    files: dict[str, Path] = {}
    for file in dist.files or ():
        about = file.parts[0].endswith(".dist-info")
        kept = file.name == "entry_points.txt" if about else file.suffix not in VOLATILE
        path = Path(str(dist.locate_file(file)))
        if kept and ".." not in file.parts and path.is_file():
            files["entry_points.txt" if about else file.as_posix()] = path
    for module in {point.module for point in dist.entry_points if point.module}:
        files |= _module_files(found, module)
    return files


def _module_files(found: FoundPlugin, module: str) -> dict[str, Path]:
    """The files of the outermost package or module of a dotted name, below any namespace."""
    top, *below = module.split(".")
    inside: list[str] = []
    with elsewhere(found):
        spec = importlib.util.find_spec(top)  # of a top-level name: found, not imported
    while spec and not spec.origin and spec.submodule_search_locations and below:
        inside.append(spec.name.rpartition(".")[2])
        name = f"{spec.name}.{below.pop(0)}"
        spec = PathFinder.find_spec(name, list(spec.submodule_search_locations))
    if spec is None or not spec.origin:
        return {}
    origin = Path(spec.origin)
    if not spec.submodule_search_locations:
        return {"/".join([*inside, origin.name]): origin}
    folder = origin.parent
    return {
        "/".join([*inside, file.relative_to(folder.parent).as_posix()]): file
        for file in folder.rglob("*")
        if file.is_file() and file.suffix not in VOLATILE
    }


def check_pins(pins: Mapping[str, str], found: Iterable[FoundPlugin]) -> None:
    """Raise InputError where an installed distribution is not the one that is pinned."""
    by_name = {normalised(one.distribution): one for one in found if one.dist}
    for name, pin in pins.items():
        one = by_name.get(normalised(name))
        if one is None:
            raise unknown("scenario, pins", "installed distribution", name, by_name)
        version, _, digest = pin.strip().partition(" ")
        if one.version != version:
            raise InputError(
                f"scenario, pins: {name} is pinned at {version}, {one.version} is installed;"
                f" install '{name}=={version}'"
            )
        if digest and digest.strip() != f"sha256:{fingerprint(one)}":
            raise InputError(
                f"scenario, pins: {name} {version} is not the one that was pinned: its files have"
                f" sha256:{fingerprint(one)}; ask who changed it, or pin that"
            )
