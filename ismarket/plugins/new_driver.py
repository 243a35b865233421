"""Writing a driver as a package of its own, from the template that comes with this package."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from ..errors import InputError
from ..model.scenario import DEFAULT_MARKET
from . import package

ANSWERS = ".ismarket-driver.json"
"""What the template was told, and the hash of each file that follows it, as it was written."""
FOLLOWS = {**package.HOUSEKEEPING, "tests/test_laws.py": "driver/test_laws.py.txt"}
"""What an update brings up to date, by its place in the package: its file in the template."""
YOURS = {**package.PROJECT_FILE, "README.md": "driver/README.md.txt"}
CODE = {"src/ismarket_{name}/__init__.py": "driver/code.py.txt"}
TABLE = {
    "src/ismarket_{name}/__init__.py": "driver/table.py.txt",
    "src/ismarket_{name}/{name}.csv": "driver/table.csv.txt",
}
"""What it leaves alone: the author has edited it."""
NUMBERS = {
    False: "`ODDS_RATIO` in `src/ismarket_{name}/__init__.py`",
    True: "`ceiling` in `src/ismarket_{name}/{name}.csv`",
}


def write_driver(
    name: str, into: Path, *, table: bool = False, title: str = "", author: str = "The authors"
) -> list[Path]:
    """The files of a new package in ``into``, which must not exist or be empty.

    Raises InputError for a name that no driver can have, or a folder that is in use; DiskError
    where it cannot be written.
    """
    package.check_name("new-driver", name, r"[a-z][a-z0-9_]*", "_")
    title = title or name.replace("_", " ").capitalize()
    package.check_told("new-driver", title=title, author=author)
    package.check_place("new-driver", into, "; --update brings it up to date")
    told: dict[str, str | bool] = {"name": name, "title": title, "author": author, "table": table}
    return _write(into, _rendered(told, {**FOLLOWS, **YOURS, **(TABLE if table else CODE)}), told)


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
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        as_written = told.pop("files")
        wanted = _rendered(told, FOLLOWS)
    except OSError:
        raise InputError(
            f"new-driver: {path} is missing; was {into} written by new-driver?"
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(f"{path} is not as new-driver wrote it") from None
    there = {n: (into / n).read_bytes() for n in FOLLOWS if (into / n).is_file()}
    stale = {name: text for name, text in wanted.items() if there.get(name) != text}
    edited = [n for n in stale if n in there and _hash(there[n]) != as_written.get(n)]
    fresh = {name: text for name, text in stale.items() if name not in edited}
    written = _write(into, fresh, told, as_written) if fresh else []
    return TemplateUpdate(written, [into / name for name in edited])


def _rendered(told: Mapping[str, str | bool], chosen: Mapping[str, str]) -> dict[str, bytes]:
    """The files of the template by their place in the package, filled in."""
    name = str(told["name"])
    number = NUMBERS[bool(told["table"])].format(name=name)
    made_for = {"number": number, "market": DEFAULT_MARKET}
    return package.filled("driver", name, {**told, **made_for}, chosen)


def _write(
    into: Path,
    contents: Mapping[str, bytes],
    told: Mapping[str, str | bool],
    before: Mapping[str, str] | None = None,
) -> list[Path]:
    """Write files and what they were made from; DiskError where one cannot be written."""
    hashes = {name: _hash(text) for name, text in contents.items() if name in FOLLOWS}
    answers = json.dumps({**told, "files": {**(before or {}), **hashes}}, indent=1) + "\n"
    return package.write_package(into, {**contents, ANSWERS: answers.encode()})


def _hash(text: bytes) -> str:
    return sha256(text).hexdigest()
