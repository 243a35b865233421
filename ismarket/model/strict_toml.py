"""Strict reading of TOML: limits before parsing, and no number that is none."""

from __future__ import annotations

import math
import re
import tomllib
from typing import Any

from ..errors import InputError

LARGEST_FILE = 65_536
DEEPEST = 8
"""Parts of a dotted key, and brackets within brackets, that a scenario may have."""
MOST_KEYS = 2_000


def read_toml(
    text: str, file: str, what: str = "a scenario", largest: int = LARGEST_FILE
) -> dict[str, Any]:
    """The values of a TOML text; ``file`` and ``what`` are what an error calls it.

    Raises InputError for what is no TOML, too large, too deep, or holds a number like 1e400.
    """
    refuse_bombs(text, file, what, largest)
    try:
        return tomllib.loads(text, parse_float=_toml_float)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise InputError(f"{file}: not valid TOML: {error}") from None


_NOT_STRUCTURE = re.compile(
    r'"""(?:\\.|[^\\])*?(?:"""|\Z)|\'\'\'.*?(?:\'\'\'|\Z)|"(?:\\.|[^"\\\n])*+"?|\'[^\'\n]*+\'?|#[^\n]*',
    re.DOTALL,
)
"""Strings and comments of TOML; one that is never closed goes to the end of its line or text."""


def refuse_bombs(text: str, file: str, what: str, largest: int) -> None:
    """Raise InputError for TOML that would cost more to parse than it is worth.

    Python's parser takes seconds for a key of ten thousand parts and runs out of stack in deep
    brackets, so both are counted in the text first.
    """
    if len(text) > largest:
        raise InputError(f"{file}: larger than {largest} characters, not {what}")
    structure = _NOT_STRUCTURE.sub("_", text)
    if structure.count("=") + structure.count("[") > MOST_KEYS:
        raise InputError(f"{file}: more than {MOST_KEYS} keys and tables, not {what}")
    for number, line in enumerate(structure.split("\n"), start=1):
        if max(part.count(".") for part in re.split(r"[=,\[\]{}]", line)) >= DEEPEST:
            raise InputError(f"{file}, line {number}: a key of more than {DEEPEST} parts")
    depth = 0
    for bracket in re.findall(r"[\[\]{}]", structure):
        depth += 1 if bracket in "[{" else -1
        if depth > DEEPEST:
            raise InputError(f"{file}: brackets more than {DEEPEST} deep")


def _toml_float(text: str) -> float:
    """A number with a point or exponent; one beyond the range of numbers is an error."""
    number = float(text)
    if math.isinf(number) and "inf" not in text:
        raise ValueError(f"{shown(text)[1:-1]} is larger than any number")
    return number


def shown(value: object) -> str:
    """A value as an error shows it: never more than a line."""
    if isinstance(value, int) and value.bit_length() > 256:
        return f"a whole number of {value.bit_length()} bits"
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
