"""Whatever comes back written as lines, and held to what somebody looked at and approved.

The lines stand in files under ``tests/approved``, and
``ISMARKET_UPDATE=1 python -m pytest tests/approved`` writes them anew: their diff is reviewed.
"""

import difflib
import math
import os
import re
from dataclasses import fields, is_dataclass
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).parent / "approved"
ROWS, LONGEST = 6, 60
"""Rows of a table that are kept as they are, and characters of its cells."""
LONGEST_LINE = 600
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]\d+)?(?!\w)")
CLOSE = {"rel_tol": 2e-6, "abs_tol": 1e-9}
"""Numbers are kept with seven digits: other versions of SciPy give the last ones differently."""
HEADING = "=" * 8


# held to what was approved ------------------------------------------------------------------


def approve(file, part, lines):
    """Hold the lines to a part of a file, or with ISMARKET_UPDATE write them there."""
    path = HERE / f"{file}.txt"
    parts = parts_of(path.read_text(encoding="utf-8")) if path.exists() else {}
    lines = [one.rstrip() for text in lines for one in text.splitlines()]
    if os.environ.get("ISMARKET_UPDATE"):
        parts[part] = lines
        every = [one for name in sorted(parts) for one in (f"{HEADING} {name}", *parts[name])]
        path.write_text("\n".join([*every, ""]), encoding="utf-8")
    kept = parts.get(part, [])
    if len(kept) != len(lines) or not all(map(alike, kept, lines)):
        found = difflib.unified_diff(kept, lines, "approved", "found", n=0, lineterm="")
        pytest.fail("\n".join([f"{path.name}, {part}:", *found]), pytrace=False)


def parts_of(text):
    """The lines by the heading above them."""
    parts = {}
    for line in text.splitlines():
        if line.startswith(HEADING):
            own = parts[line.removeprefix(HEADING).strip()] = []
        else:
            own.append(line)
    return parts


def alike(one, other):
    """True for two lines of the same words whose numbers are as good as the same."""
    if one == other:
        return True
    pairs = zip(NUMBER.findall(one), NUMBER.findall(other), strict=False)
    return NUMBER.sub("#", one) == NUMBER.sub("#", other) and all(
        math.isclose(float(a), float(b), **CLOSE) for a, b in pairs
    )


# how it is written --------------------------------------------------------------------------


def shown(value):
    """What came back, in a line; of an answer its page."""
    if hasattr(type(value), "sheet"):
        return str(value)
    if isinstance(value, np.ndarray):
        value = [*value.shape, *value.ravel()[:24].tolist()]
    if is_dataclass(value) and not isinstance(value, type):
        value = by_name(value)
    if isinstance(value, dict):
        value = [f"{key}: {shown(one)}" for key, one in value.items()]
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(shown, value))}]"
    if isinstance(value, float | np.floating):
        return f"{0.0 if abs(float(value)) < 1e-12 else value:.7g}"
    return value if isinstance(value, str) else repr(value)


def by_name(record):
    return {one.name: getattr(record, one.name) for one in fields(record)}


def line(value):
    """The same, cut where it runs long."""
    return " ".join(shown(value).split())[:LONGEST_LINE]


def cell(value):
    text = line(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… {len(text)}"


def table(rows):
    """Rows of the same keys: the first as they are, of the others what their figures sum up to."""
    lines = [" | ".join(rows[0]), *(" | ".join(map(cell, row.values())) for row in rows[:ROWS])]
    if more := rows[ROWS:]:
        sums = []
        for column in zip(*(row.values() for row in more), strict=True):
            numbers = [v for v in column if isinstance(v, int | float)]
            sums.append(cell(float(sum(numbers))) if numbers else str(len(set(map(cell, column)))))
        lines.append(f"{len(more)} more: {' | '.join(sums)}")
    return lines


def plain(value, name="answer"):
    """Whatever an answer holds as lines: tables as rows, other things as name and value."""
    if is_dataclass(value) and not isinstance(value, type):
        value = by_name(value)
    if isinstance(value, dict) and is_table(value):
        columns = value.values()
        value = [dict(zip(value, row, strict=True)) for row in zip(*columns, strict=True)]
    if isinstance(value, list | tuple) and is_rows(value):
        return [f"{name}:", *table(value)]
    if isinstance(value, dict):
        return [row for key, one in value.items() for row in plain(one, f"{name}.{key}")]
    return [f"{name} = {cell(value)}"]


def is_table(value):
    """True for columns by name, all of one length that is not 0."""
    columns = list(value.values())
    return all(type(one) is list for one in columns) and len({*map(len, columns)} | {0}) == 2


def is_rows(value):
    """True for rows of the same keys."""
    return all(isinstance(row, dict) for row in value) and len({tuple(row) for row in value}) == 1


def said(found, page=None):
    """An answer as its page and as plain values."""
    values = found.to_dict() if hasattr(found, "to_dict") else dict(found.columns)
    return [str(page or found), "", *plain(values)]
