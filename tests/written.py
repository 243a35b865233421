"""Whatever comes back written as lines, and held to what somebody looked at and approved.

The lines stand in files under ``tests/approved``, and
``ISMARKET_UPDATE=1 python -m pytest tests/approved`` writes them anew: their diff is reviewed.
"""

import difflib
import math
import os
import re
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from ismarket import InputError
from ismarket.text.sheet import Table

HERE = Path(__file__).parent / "approved"
ROWS, LONGEST = 5, 60
"""Rows of a table that are kept as they are, and characters of its cells."""
LONGEST_LINE = 1200
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
    tables = structure(found) if hasattr(found, "sheet") else []
    return [str(page or found), "", *tables, *plain(values)]


def structure(found):
    """What a page's text alone does not show of its tables."""
    return [
        f"table {part.title}: {part.words} of {len(part.header)} words, cut {part.cut},"
        f" shares {list(part.shares)}, links {sorted(part.links)[:3]}"
        for part in found.sheet().parts
        if isinstance(part, Table)
    ]


# an answer with one thing in it changed -----------------------------------------------------

WHOLE = ("plan", "forecast", "market", "base", "response", "series")
"""Fields that are what an answer is of, not what it says."""


def twists(value):
    """A few other values of the kind of one: nothing, the opposite, the first alone."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float | np.ndarray):
        return [value * 0, -value]
    if isinstance(value, str | tuple | list):
        return [value[:0], value[:1]] if len(value) > 1 else [value[:0]]
    if isinstance(value, dict):
        return [{}, dict([*value.items()][:1])]
    return []


def twisted(record, deep=2):
    """The record with one field changed at a time, also in the first of the records it holds."""
    for name, value in by_name(record).items():
        if name in WHOLE:
            continue
        changes = [(name, one) for one in twists(value)]
        inner = value[0] if isinstance(value, tuple | list) and value else value
        if deep > 1 and is_dataclass(inner):
            for label, new in twisted(inner, deep - 1):
                held = new if inner is value else (new, *value[1:])
                changes.append((f"{name}.{label}", held))
        for label, new in changes:
            with suppress(InputError):  # what none can be
                yield label, replace(record, **{name: new})


def said_of_twists(found):
    """By change the lines of the page that are then other ones, or what cannot be written so."""
    before, said = {*str(found).splitlines()}, []
    for label, new in twisted(found):
        try:
            lines = [one[:150] for one in str(new).splitlines() if one not in before]
        except Exception as error:
            lines = [type(error).__name__]
        said += [f"--- {label}", *lines[:4]]
    return said
