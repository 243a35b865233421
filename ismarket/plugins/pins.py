"""Pins: a distribution held to a version and a hash, compared before anything is imported."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Mapping
from hashlib import sha256
from importlib.machinery import PathFinder
from importlib.metadata import Distribution
from pathlib import Path

from ..errors import InputError, unknown
from .discovery import FoundPlugin, elsewhere, normalised

VOLATILE = (".pyc", ".pyo", ".pth")


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
