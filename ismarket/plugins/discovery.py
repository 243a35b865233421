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
from collections.abc import Iterable, Iterator, Mapping
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
        return normalised(self.distribution) == PROJECT

    def called(self, *names: str) -> bool:
        """True where one of the names is that of the plugin or of its distribution."""
        own = normalised(self.distribution)
        return self.name in names or own in map(normalised, names)

    def left_out(self, reason: str) -> str:
        """The line that says why it was left out."""
        return f"plugin {self.name} ({self.home}) was left out: {' '.join(reason.split())}"


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
    return sorted(found, key=lambda one: (not one.bundled, one.name, one.distribution)), problems


def plugins_at(path: Path) -> dict[str, FoundPlugin]:
    """What a Python file or the folder of a package would bring if it were installed.

    The places from which it imports are put on the path.  Raises InputError for neither.
    """
    is_module = path.is_file() and path.suffix == ".py"
    folder = path.resolve().parent if is_module else path.resolve()
    points = {path.stem: path.stem} if is_module else _points_of(path)
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


def chosen(
    found: Iterable[FoundPlugin], scenario: Scenario
) -> tuple[list[FoundPlugin], dict[str, str], list[str]]:
    """The plugins that may load, why each other may not, and a line for a name nobody has.

    ISMARKET_PLUGINS and ``plugins`` of a scenario each let in those that they name, if they name
    any, and the bundled ones, and block those that they block; pins alone let in what they pin.
    Raises InputError for a plugin that the scenario wants and that is not there or not let in.
    """
    said = [name.strip() for name in os.environ[CHOICE].split(",")] if CHOICE in os.environ else []
    let_in = [name for name in said if not name.startswith(NO)]
    blocked = [name.removeprefix(NO) for name in said if name.startswith(NO)]
    only, block = scenario.plugins.get("only"), scenario.plugins.get("block", ())
    every = list(found)
    problems = [
        str(unknown(where, "plugin", name, [one.name for one in every]))
        for where, names in ((CHOICE, [*let_in, *blocked]), ("scenario, plugins", block))
        for name in filter(None, names)
        if not any(one.called(name) for one in every)
    ]
    withheld = _withheld(every, let_in or None, blocked, CHOICE, "(no:NAME)")
    kept = [one for one in every if one not in withheld]
    for name in only or ():
        if not any(one.called(name) for one in kept):
            raise unknown("scenario, plugins", "plugin", name, [one.name for one in kept])
    wanted = (tuple(scenario.pins) or None) if only is None else only
    withheld |= _withheld(kept, wanted, block, "the scenario", "by the scenario")
    kept = [one for one in kept if one not in withheld]
    return kept, {one.name: why for one, why in withheld.items()}, problems


def _withheld(
    found: Iterable[FoundPlugin],
    only: Iterable[str] | None,
    block: Iterable[str],
    by: str,
    blocked: str,
) -> dict[FoundPlugin, str]:
    """Why a plugin may not load: blocked, or neither bundled nor among the ``only`` ones."""
    withheld = {one: f"blocked {blocked}" for one in found if one.called(*block)}
    others = {one for one in found if only is not None and not (one.bundled or one.called(*only))}
    return withheld | dict.fromkeys(others, f"not let in by {by}")


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
    folder = _editable(found.dist) if found.dist else None
    return folder is not None and Path.cwd().is_relative_to(folder)


@lru_cache(maxsize=64)
def _editable(dist: Distribution) -> Path | None:
    """The folder from which a distribution was installed as editable, read once."""
    try:
        origin = json.loads(dist.read_text("direct_url.json") or "{}")
        if not origin.get("dir_info", {}).get("editable"):
            return None
        return Path(unquote(urlsplit(origin["url"]).path)).resolve()
    except (ValueError, KeyError, AttributeError, OSError):
        return None


def lies_here(file: str) -> bool:
    """True where a module's file lies in the current folder, as a module or a package."""
    path = Path(file).resolve()
    return Path.cwd() == (path.parents[1] if path.name == "__init__.py" else path.parent)


def _is_here(entry: str) -> bool:
    try:
        return os.path.samefile(entry or ".", ".")
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True


# pins ---------------------------------------------------------------------------------------------


def pin_of(found: FoundPlugin) -> str:
    """What a scenario writes to pin the plugin's distribution: its version and its hash.

    The hash is SHA-256, in hex, over code, data and entry points: the same wherever they are
    installed; of an editable install, over the modules that it stands for.  Raises InputError for a
    plugin that comes from no distribution.
    """
    if found.dist is None:
        raise InputError(f"plugin {found.name} comes from no distribution; it cannot be pinned")
    whole = sha256()
    for name, path in sorted(_files(found, found.dist).items()):
        whole.update(f"{name}\0{sha256(path.read_bytes()).hexdigest()}\n".encode())
    return f"{found.version} sha256:{whole.hexdigest()}"


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
        version, *digest = pin.split()
        if one.version != version:
            raise InputError(
                f"scenario, pins: {name} is pinned at {version}, {one.version} is installed;"
                f" install '{name}=={version}'"
            )
        if digest and (now := pin_of(one).split()) != pin.split():
            raise InputError(
                f"scenario, pins: {name} {version} is not the one that was pinned: its files have"
                f" {now[1]}; ask who changed it, or pin that"
            )
