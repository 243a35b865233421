"""Writing a driver as a package of its own, from the template that comes with this package."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from . import __version__
from .errors import InputError
from .hookspecs import API

ANSWERS = ".copier-answers.yml"
YOURS = ("src", "README.md", "pyproject.toml")
"""What an update leaves alone: the author has edited it."""
NEEDS = "new-driver needs copier, which is not installed: pip install 'ismarket[sdk]'"


def write_driver(
    name: str,
    into: Path,
    *,
    table: bool = False,
    title: str = "",
    author: str = "",
) -> list[Path]:
    """The files of a new package in ``into``, which must not exist or be empty.

    Raises InputError for a name that no driver can have, or a folder that is in use.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        near = re.sub(r"\W+", "_", name.strip().lower()).strip("_0123456789")
        hint = f"; did you mean {near!r}?" if near else ""
        raise InputError(f"new-driver: {name!r}: lower-case letters, digits and _ only{hint}")
    for what, text in (("title", title), ("author", author)):
        if not text.isprintable() or set(text) & set('"\\'):
            raise InputError(f"new-driver: {what} {text!r}: no quotes, backslashes or line breaks")
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise InputError(f"new-driver: {into} is there already; --update brings it up to date")
    answers = {"name": name, "table": table}
    answers |= {key: said for key, said in (("title", title), ("author", author)) if said}
    _render(into, answers)
    return sorted(path for path in into.rglob("*") if path.is_file())


def update_driver(into: Path) -> list[Path]:
    """Bring the package in ``into`` up to this version of the template; the files it changed.

    Tests, CI and housekeeping follow the template; code, table, README and pyproject stay as the
    author left them.  Raises InputError for a folder that did not come from the template.
    """
    path = into / ANSWERS
    if not path.is_file():
        raise InputError(f"new-driver: {path} is missing; was {into} written by new-driver?")
    answers = _answers(path)
    before = _texts(into)
    _render(into, answers, skip=YOURS)
    after = _texts(into)
    return sorted(file for file in after if after[file] != before.get(file))


def _answers(path: Path) -> dict[str, Any]:
    """What the template was told: one ``key: value`` a line, the value as in JSON."""
    answers = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        key, _, value = line.partition(":")
        if line.strip() and not line.startswith("#"):
            try:
                answers[key.strip()] = json.loads(value)
            except ValueError:
                raise InputError(
                    f"{path}, line {number}: {value.strip()} is not as written"
                ) from None
    if not isinstance(answers.get("name"), str):
        raise InputError(f"{path}: no name in it")
    return {key: answers[key] for key in ("name", "title", "author", "table") if key in answers}


def _texts(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _render(into: Path, answers: Mapping[str, Any], skip: tuple[str, ...] = ()) -> None:
    try:
        import copier
    except ImportError:
        raise InputError(NEEDS) from None
    major = int(__version__.split(".")[0]) + 1
    data = {**answers, "api": API, "requires": f"ismarket>={__version__},<{major}"}
    with as_file(files(__package__) / "templates" / "driver") as template:
        copier.run_copy(
            str(template), into, data=data, defaults=True, overwrite=True, quiet=True,
            skip_if_exists=skip,
        )  # fmt: skip
