"""The layout of a run directory: which files, in what role, and how values are written in them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..text.spreadsheet import as_csv
from ..text.wording import in_line

FORMAT = 1
RUNS = Path("runs")
MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
CRATE = "ro-crate-metadata.json"
README = "README.txt"
LOG = "log.jsonl"
PLAN = "inputs/plan.json"
GIVEN = "inputs/scenario.toml"
RESOLVED = "inputs/resolved.toml"
TABLES = "inputs/data"
NOTEBOOK = "inputs/notebook.ipynb"
PARAMETERS = "inputs/parameters.json"
BLOCKS = ".blocks"
CANONICAL, DERIVED, LOGGED = "canonical", "derived", "log"
"""Byte-stable; made from canonical files for a reader; when what was done."""
SUFFIXES = {
    ".csv": "text/csv",
    ".html": "text/html",
    ".ipynb": "application/x-ipynb+json",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".toml": "application/toml",
    ".txt": "text/plain",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def role(path: str) -> str:
    """The role of a file, from its path in the run."""
    if path == LOG:
        return LOGGED
    readable = path.startswith("outputs/") and not path.endswith(".csv")
    return DERIVED if readable or path in (README, CRATE) else CANONICAL


def digest(data: bytes) -> str:
    """SHA-256 as 64 hexadecimal digits."""
    return sha256(data).hexdigest()


def to_json(value: object) -> bytes:
    """JSON as runs hold it: sorted keys, two spaces, full-precision numbers, one last newline."""
    text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def from_json(data: bytes, name: str) -> Any:
    """The value of a JSON file; InputError for what is none, or holds a key twice."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise ValueError("a key stands twice")
        return found

    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=unique, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name}: not valid JSON ({error})") from None


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not a number")


def to_csv(columns: Mapping[str, Sequence[Any]]) -> bytes:
    """A table as canonical CSV: one header row, numbers that read back to the same bits."""
    return as_csv([columns, *zip(*columns.values(), strict=True)])


MOST_FILES = 10_000
DEEPEST = 20
"""Folders within folders."""
LARGEST_FILE = 1 << 29
LARGEST_WHOLE = 1 << 30
"""Bytes of one file of a run, and of all of them."""


def tree(folder: Path) -> tuple[dict[str, Path], list[str]]:
    """Every file below ``folder`` by its path there, and what a run must not hold.

    The second list has a line for each link, special file and empty folder, and for what is deeper
    or more than a run may be; no link is followed.
    """
    files: dict[str, Path] = {}
    odd: list[str] = []

    def walk(path: Path, prefix: str) -> None:
        entries = sorted(path.iterdir())
        if not entries:
            odd.append(f"{prefix.rstrip('/') or '.'}: an empty folder")
        for entry in entries:
            name = prefix + in_line(entry.name)
            if name != prefix + entry.name:
                odd.append(f"{name}: a name with control characters")
            elif entry.is_symlink():
                odd.append(f"{name}: a link")
            elif entry.is_dir():
                if name.count("/") < DEEPEST:
                    walk(entry, name + "/")
                else:
                    odd.append(f"{name[:80]}: deeper than {DEEPEST} folders")
            elif entry.is_file():
                files[name] = entry
                if len(files) > MOST_FILES:
                    raise InputError(f"{folder.name}: more than {MOST_FILES} files, not a run")
            else:
                odd.append(f"{name}: neither file nor folder")

    walk(folder, "")
    return files, odd


def rows(data: bytes) -> Iterator[dict[str, str]]:
    """The rows of a canonical CSV file, as text."""
    yield from csv.DictReader(io.StringIO(data.decode("utf-8"), newline=""), strict=True)


def number_or_text(cell: str) -> float | str:
    """The number that a cell holds, or its text."""
    try:
        return float(cell)
    except ValueError:
        return cell
