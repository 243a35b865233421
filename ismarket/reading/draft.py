"""A reading as a draft anchor in TOML: what was found, with its evidence; what is left to fill."""

from __future__ import annotations

import json
import re
from typing import Any

from .found import FIELDS, Reading, source_of
from .laws import steps

KEYS = {"value": "value_usd", "last_value": "last_value_usd"}
"""Fields that are called otherwise in an anchor."""


def draft_anchor(reading: Reading, name: str = "") -> str:
    """The TOML of a draft anchor; ``ismarket run --anchor FILE`` takes it once it is complete.

    A field that was not found stands as a comment, never as a guess.  An amount in another
    currency is not converted: it stands as a comment too.
    """
    publisher, year = reading.value("publisher") or "", reading.value("base_year") or ""
    words = re.findall(
        r"[a-z0-9]+", f"{publisher or reading.file.rsplit('.', 1)[0]}-{year}".lower()
    )
    name = name or "-".join(words) or "draft"
    file = re.sub(r"[\x00-\x1f\x7f]", " ", reading.file)
    lines = [
        f"# Draft anchor read from {file}; check every line against the page.",
        f"name = {_text(name)}",
    ]
    if reading.subject:
        lines.append(f"title = {_text(reading.subject.title)}")
    lines += [_line(reading, field) for field in FIELDS]
    lines.append(_steps_line(reading))
    lines += [
        'status = "published"',
        f"source = {_text(source_of(reading))}",
        f"contradictions = [{', '.join(map(_text, reading.contradictions))}]",
    ]
    for field, found in reading.fields.items():
        lines += [
            "",
            f"[evidence.{KEYS.get(field, field)}]",
            f"span = [{found.start}, {found.end}]",
            f"quote = {_text(found.quote)}",
            f'confidence = "{found.confidence}"',
            *([f"half_unit = {float(found.half_unit)!r}"] if found.half_unit else []),
        ]
    return "\n".join(lines) + "\n"


def _line(reading: Reading, field: str) -> str:
    key = KEYS.get(field, field)
    if field not in reading.fields:
        return f"# {key} =   # not found"
    found = reading.fields[field]
    if found.currency not in ("", "USD") and field in KEYS:
        return f"# {key} =   # the page prints {found.currency} {found.value:g}: convert it"
    if reading.subject and reading.subject.installed:
        words = reading.subject.words
        own = {"largest_region": words.regions, "fastest_growing_class": words.classes}
        if field in own and found.value not in own[field]:
            return f"# {key} =   # the page says {_text(found.value)}, which the market has not"
    return f"{key} = {_value(found.value)}"


def _steps_line(reading: Reading) -> str:
    """Yearly steps of growth: those that fit, else from the base year on, with the other named."""
    fitting, _ = steps(reading.fields)
    base, first, last = (reading.value(n) for n in ("base_year", "first_year", "last_year"))
    if fitting is not None:
        return f"periods = {fitting}"
    if base is None or last is None or last <= base:
        return "# periods =   # yearly steps of growth: not clear from the page"
    other = f"; the page may also mean {last - first}" if first and first > base else ""
    return f"periods = {last - base}  # yearly steps of growth from {base}{other}"


def _value(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(_text, value)) + "]"
    return repr(value)


def _text(value: str) -> str:
    escaped = json.dumps(value, ensure_ascii=False)
    return re.sub(r"[\x7f]", lambda m: f"\\u{ord(m.group()):04x}", escaped)
