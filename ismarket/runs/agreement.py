"""How far a second computation agrees with a run, and what is known to be different about it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import DiskError
from .layout import number_or_text, rows
from .manifest import canonical
from .verify import Record

TOLERANCE = 1e-12
IDENTICAL, EQUAL, DIFFERENT = "identical", "equal", "different"


@dataclass(frozen=True)
class Agreement:
    """The level of agreement of two computations.

    ``largest`` is the largest difference, as a share of the larger value or of the largest value
    in its column, whichever is more; ``first`` says where the first one beyond TOLERANCE stands,
    ``reasons`` what is known to be another.
    """

    level: str
    tables: int
    largest: float = 0.0
    first: str = ""
    reasons: tuple[str, ...] = ()

    def __str__(self) -> str:
        because = f" ({'; '.join(self.reasons)})" if self.reasons else ""
        if self.level == IDENTICAL:
            tables = "its table" if self.tables == 1 else f"all {self.tables} tables"
            return f"identical bytes in {tables}{because}"
        why = because or " (no difference in drivers, code or environment is known)"
        if self.level == EQUAL:
            return f"equal to a relative {TOLERANCE:g}, at most {self.largest:.1e} apart{why}"
        return f"different, first at {self.first}{why}"


def agreement(record: Record, again: Mapping[str, bytes], reasons: Iterable[str] = ()) -> Agreement:
    """How far the outputs ``again`` agree with those of the run."""
    expected = canonical(record.manifest)
    known, largest, first = tuple(reasons), 0.0, ""
    if all(again.get(path) == record.contents[path] for path in expected):
        return Agreement(IDENTICAL, len(expected), reasons=known)
    for path in sorted(expected):
        if path not in again:
            return Agreement(DIFFERENT, len(expected), math.inf, f"{path}: not made again", known)
        apart, where = table_difference(record.contents[path], again[path])
        if apart > TOLERANCE and not first:
            first = f"{path}, {where}"
        largest = max(largest, apart)
    return Agreement(DIFFERENT if first else EQUAL, len(expected), largest, first, known)


def table_difference(old: bytes, new: bytes) -> tuple[float, str]:
    """Largest relative difference of two tables, and where the first beyond TOLERANCE is."""
    before, after = list(rows(old)), list(rows(new))
    if [list(row) for row in before[:1]] != [list(row) for row in after[:1]]:
        return math.inf, "the columns"
    if len(before) != len(after):
        return math.inf, f"{len(before)} rows, now {len(after)}"
    scale = {name: _scale(row[name] for row in before) for name in (before[0] if before else ())}
    largest, first = 0.0, ""
    for number, (row, other) in enumerate(zip(before, after, strict=True), start=2):
        for name, text in row.items():
            apart = _apart(text, other[name], scale[name])
            if apart > TOLERANCE and not first:
                first = f"line {number}, {name}: {text} is now {other[name]}"
            largest = max(largest, apart)
    return largest, first


def _scale(cells: Iterable[str]) -> float:
    numbers = (n for n in map(number_or_text, cells) if isinstance(n, float))
    return max(map(abs, numbers), default=0.0)


def _apart(old: str, new: str, scale: float) -> float:
    if old == new:
        return 0.0
    before, after = number_or_text(old), number_or_text(new)
    if isinstance(before, str) or isinstance(after, str) or not math.isfinite(after - before):
        return math.inf
    return abs(after - before) / max(abs(before), abs(after), scale)


def need_drivers(record: Record, installed: Iterable[str]) -> None:
    """Raise DiskError that names the drivers of a run that are not installed."""
    here = set(installed)
    missing = [
        f"{driver} ({plugin['distribution'] or 'made in a session'} {plugin['version']}".rstrip()
        for plugin in record.identity["plugins"]
        for driver in plugin["drivers"]
        if driver not in here
    ]
    if missing:
        named = ", ".join(f"{one})" for one in missing)
        raise DiskError(f"{record.path.name}: not installed here: {named}; nothing was computed")


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is another between two identities but for the scenario: a line each, by part."""
    return {
        "data": _files(old["tables"], new["tables"]),
        "drivers": _drivers(old, new),
        "code": _code(old["code"], new["code"]),
        "environment": _environment(old["environment"], new["environment"]),
    }


def _files(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    words = {(True, False): "not there any more", (False, True): "new", (True, True): "changed"}
    return [
        f"{name} {words[name in old, name in new]}"
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]


def _drivers(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    before = {plugin["plugin"]: plugin for plugin in old["plugins"]}
    after = {plugin["plugin"]: plugin for plugin in new["plugins"]}
    found = []
    for name in sorted({*before, *after}):
        one, other = before.get(name), after.get(name)
        if one is None or other is None:
            found.append(f"{name} {'acts no more' if one else 'acts now'}")
        elif (one["distribution"], one["version"]) != (other["distribution"], other["version"]):
            found.append(
                f"{name} {one['distribution']} {one['version']},"
                f" now {other['distribution']} {other['version']}"
            )
        elif one["files"] != other["files"]:
            found.append(f"{name}: {', '.join(_files(one['files'], other['files']))}")
    return found


def _code(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    if old["version"] != new["version"]:
        return [f"ismarket {old['version']}, now {new['version']}"]
    changed = _files(old["files"], new["files"])
    more = f" and {len(changed) - 3} more files" if len(changed) > 3 else ""
    return [f"ismarket {old['version']}: {', '.join(changed[:3])}{more}"] if changed else []


def _environment(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    found = []
    for part in ("python", "platform"):
        for key, value in old[part].items():
            if new[part].get(key) != value:
                found.append(f"{part} {key} {value}, now {new[part].get(key)}")
    before, after = old["packages"], new["packages"]
    for name in sorted({*before, *after} - {"ismarket"}):
        one, other = before.get(name), after.get(name)
        if one is None or other is None:
            found.append(f"{name} {'not there any more' if one else 'new'}")
        elif one["version"] != other["version"]:
            found.append(f"{name} {one['version']}, now {other['version']}")
        elif one["sha256"] != other["sha256"]:
            found.append(f"{name} {one['version']}: other files of the same version")
    features, others = set(old["cpu_features"]), set(new["cpu_features"])
    apart = {"without": features - others, "with": others - features}
    if features != others:
        said = [f"{word} {', '.join(sorted(names))}" for word, names in apart.items() if names]
        found.append(f"processor features {' '.join(said)}")
    return found
