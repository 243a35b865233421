"""Finding plugins by their metadata alone: nothing is imported to list what is installed.

A plugin is an entry point in the group ``ismarket`` of an installed distribution.  Nothing counts
as installed because it lies in the current folder, even where Python itself would look there.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import Distribution, EntryPoint, distributions
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ..errors import unknown
from .hookspecs import PROJECT

CHOICE = "ISMARKET_PLUGINS"
"""Environment variable: the plugins to load besides the bundled ones, by name, with commas."""


@dataclass(frozen=True, eq=False)
class FoundPlugin:
    """One plugin as its metadata has it; ``value`` is the module behind it.

    ``folder`` is set where somebody named a folder or file by hand, instead of installing it.
    """

    name: str
    value: str
    point: EntryPoint
    dist: Distribution | None
    folder: Path | None = None

    @property
    def distribution(self) -> str:
        """Name of the distribution that brings it."""
        return str(self.dist.name) if self.dist else ""

    @property
    def version(self) -> str:
        """Version of that distribution."""
        return str(self.dist.version) if self.dist else ""

    @property
    def summary(self) -> str:
        """The one line that the distribution says of itself."""
        about: Any = self.dist.metadata if self.dist else {}
        return str(about["Summary"]) if "Summary" in about else ""

    @property
    def bundled(self) -> bool:
        """True for the plugins that come with this package."""
        return self.dist is not None and normalised(self.distribution) == PROJECT

    def called(self, name: str) -> bool:
        """True where ``name`` is that of the plugin or of its distribution."""
        return name == self.name or normalised(name) == normalised(self.distribution)


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
            name = normalised(dist.name)
            if name not in seen:
                seen.add(name)
                points = dist.entry_points
                found += [
                    FoundPlugin(p.name, p.value, p, dist) for p in points if p.group == PROJECT
                ]
        except Exception as error:
            where = Path(str(getattr(dist, "_path", "a distribution"))).name
            problems.append(f"{where} was left out: its metadata cannot be read ({error})")
    return sorted(found, key=in_order), problems


def in_order(found: FoundPlugin) -> tuple[bool, str, str]:
    """Bundled plugins before others, then by name: the first to take a name keeps it."""
    return not found.bundled, found.name, found.distribution


def chosen(
    found: Iterable[FoundPlugin], plugins: Collection[str] | None, pinned: Collection[str]
) -> tuple[list[FoundPlugin], list[str]]:
    """The plugins that may load, and a line for a name in the environment that nothing has.

    The bundled ones always load.  Of the others ISMARKET_PLUGINS lets in those it names, if it is
    set; a scenario those of its ``plugins``, or if it has ``pins`` alone those.  Raises InputError
    for a name in a scenario that is not installed or not let in.
    """
    kept, problems = list(found), []
    allowed = os.environ.get(CHOICE)
    if allowed is not None:
        names = [name.strip() for name in allowed.split(",") if name.strip()]
        problems = [
            str(unknown(CHOICE, "plugin", name, _names(kept)))
            for name in names
            if not any(one.called(name) for one in kept)
        ]
        kept = _of(kept, names)
    for name in plugins or ():
        if not any(one.called(name) for one in kept):
            raise unknown("scenario, plugins", "plugin", name, _names(kept))
    wanted = pinned or None if plugins is None else plugins
    return (kept if wanted is None else _of(kept, wanted)), problems


def _names(found: Iterable[FoundPlugin]) -> list[str]:
    return [one.name for one in found]


def _of(found: Iterable[FoundPlugin], names: Collection[str]) -> list[FoundPlugin]:
    return [one for one in found if one.bundled or any(map(one.called, names))]


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
