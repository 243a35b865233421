"""A package written from a template: what is told to it is checked, filled in, and written down."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from ..errors import DiskError, InputError
from ..version import __version__
from .discovery import find_plugins
from .hookspecs import API
from .installed import Plugins, load_plugins

HOUSEKEEPING = {".gitignore": "gitignore.txt", ".github/workflows/test.yml": "test.yml.txt"}
PROJECT_FILE = {"pyproject.toml": "pyproject.toml.txt"}
"""What every package has, by its place in it: its file in the template."""


def check_told(command: str, **told: str) -> None:
    """Raise InputError for words that would break out of where they are filled in."""
    for what, text in told.items():
        if not text.isprintable() or set(text) & set('"\\'):
            raise InputError(f"{command}: {what} {text!r}: no quotes, backslashes or line breaks")


def check_name(command: str, name: str, pattern: str, joint: str) -> None:
    """Raise InputError for a name that is none, with one near it; ``joint`` joins its words."""
    if not re.fullmatch(pattern, name):
        near = re.sub(r"[^a-z0-9]+", joint, name.strip().lower()).strip(f"{joint}0123456789")
        hint = f"; did you mean {near!r}?" if near else ""
        raise InputError(f"{command}: {name!r}: lower-case letters, digits and {joint} only{hint}")


def check_free(command: str, name: str) -> Plugins:
    """The bundled plugins, which alone are imported; InputError for the name of any plugin."""
    found = find_plugins()[0]
    for one in found:
        if one.name in (name, name.replace("-", "_")):
            raise InputError(f"{command}: {name!r} is taken by {one.home}")
    return load_plugins(one for one in found if one.bundled)


def check_place(command: str, into: Path, hint: str = "") -> None:
    """Raise InputError for a folder that is in use."""
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise InputError(f"{command}: {into} is there already{hint}")


def filled(
    kind: str, name: str, told: Mapping[str, object], chosen: Mapping[str, str]
) -> dict[str, bytes]:
    """Files of the template by their place in the package of a new ``kind``, filled in."""
    identifier, major = name.replace("-", "_"), int(__version__.split(".")[0]) + 1
    values = {
        **told, "kind": kind, "name": name, "plugin": identifier,
        "module": f"ismarket_{identifier}", "distribution": f"ismarket-{name.replace('_', '-')}",
        "api": f">={API},<{API + 1}", "requires": f"ismarket>={__version__},<{major}",
    }  # fmt: skip
    template = files(__package__) / "template"
    return {
        place.format(**values): re.sub(
            r"\{\{ (\w+) \}\}",
            lambda found: str(values[found[1]]),
            template.joinpath(*file.split("/")).read_text(encoding="utf-8"),
        ).encode()
        for place, file in chosen.items()
    }


def write_package(into: Path, contents: Mapping[str, bytes]) -> list[Path]:
    """Write the files by their place in the folder; DiskError where one cannot be written."""
    for name, text in contents.items():
        try:
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            (into / name).write_bytes(text)
        except OSError as error:
            where = into / name if into.is_dir() else into
            raise DiskError(f"{where}: cannot be written ({error.strerror})") from None
    return sorted(into / name for name in contents)
