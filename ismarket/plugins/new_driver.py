"""Writing a driver as a package of its own, from the template that comes with this package."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..errors import DiskError, InputError
from ..text.install import needs
from ..version import __version__
from .hookspecs import API

ANSWERS = ".copier-answers.yml"
YOURS = ("src", "README.md", "pyproject.toml")
"""What an update leaves alone: the author has edited it."""
RECORD = "files"
"""The answer that holds the hash of each file that follows the template, as it was written."""


def write_driver(
    name: str, into: Path, *, table: bool = False, title: str = "", author: str = ""
) -> list[Path]:
    """The files of a new package in ``into``, which must not exist or be empty.

    Raises InputError for a name that no driver can have, or a folder that is in use; DiskError
    where it cannot be written.
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
    _copier()  # before anything is written
    try:
        into.mkdir(parents=True, exist_ok=True)
        _render(into, answers)
    except OSError as error:
        raise DiskError(f"{into}: cannot be written ({error.strerror})") from None
    return sorted(path for path in into.rglob("*") if path.is_file())


@dataclass(frozen=True)
class TemplateUpdate:
    """What an update did: the files that it wrote, and those left alone since they were edited."""

    written: list[Path]
    edited: list[Path]


def update_driver(into: Path) -> TemplateUpdate:
    """Bring the package in ``into`` up to this version of the template.

    Tests, CI and housekeeping follow the template where they stand as it wrote them; code, table,
    README and pyproject stay as the author left them.  Raises InputError for a folder that did not
    come from the template.
    """
    path = into / ANSWERS
    if not path.is_file():
        raise InputError(f"new-driver: {path} is missing; was {into} written by new-driver?")
    answers = _answers(path)
    as_written = answers.pop(RECORD, {})
    done = TemplateUpdate([], [])
    with TemporaryDirectory() as folder:
        _render(Path(folder), answers)
        for name, digest in _digests(Path(folder)).items():
            source, target = Path(folder, name), into / name
            here = sha256(target.read_bytes()).hexdigest() if target.is_file() else None
            if here == digest or (here and name.split("/")[0] in YOURS):
                continue
            if here and name != ANSWERS and here != as_written.get(name):
                done.edited.append(target)
                continue
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(source.read_bytes())
            except OSError as error:
                raise DiskError(f"{target}: cannot be written ({error.strerror})") from None
            done.written.append(target)
    return done


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
    known = "name", "title", "author", "table", RECORD
    return {key: answers[key] for key in known if key in answers}


def _digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below ``folder``, by its path in it."""
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _copier() -> Any:
    with needs("new-driver", "sdk"):
        import copier
    return copier


def _render(into: Path, answers: Mapping[str, Any]) -> None:
    """Write the package, and into its answers what each file was when it was written."""
    copier = _copier()
    major = int(__version__.split(".")[0]) + 1
    data = {**answers, "api": API, "requires": f"ismarket>={__version__},<{major}"}
    with as_file(files(__package__) / "template") as template:
        copier.run_copy(str(template), into, data=data, defaults=True, overwrite=True, quiet=True)
    follows = {
        name: digest
        for name, digest in _digests(into).items()
        if name.split("/")[0] not in (*YOURS, ANSWERS)
    }
    with (into / ANSWERS).open("a", encoding="utf-8", newline="\n") as stream:
        stream.write(f"{RECORD}: {json.dumps(follows)}\n")
