"""Text that stands for itself: what may be loaded as a name or title, and what may be printed."""

from __future__ import annotations

import re

from ..errors import InputError

ODD = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""Characters of control, lines, direction and no width, and halves of characters."""
_FORGED = re.compile(r"\s{2}|^\s|\s$|\s[+\u2212-]\d|^(?:unexplained|all together)\b", re.IGNORECASE)
"""Columns, a figure with its sign, and the heads of rows that a page has of its own."""


def plain(text: object, where: str) -> str:
    """The text, if it is text in one line that shows all that it holds; else InputError."""
    if not isinstance(text, str):
        raise InputError(f"{where}: {text!r:.60} is {type(text).__name__}, not text")
    if found := ODD.search(text):
        raise InputError(
            f"{where}: {text[:60]!r} holds {found.group()!a}; text has no control, line or"
            " bidirectional characters"
        )
    return text


def title_of(text: object, where: str) -> str:
    """The same of a title, which moreover cannot pass for a row of a page with its figures."""
    if found := _FORGED.search(plain(text, where)):
        raise InputError(
            f"{where}: {str(text)[:60]!r} could be taken for a row of a table by its"
            f" {found.group()!r}; give it other words"
        )
    return str(text)


def shown(text: str) -> str:
    """The text as it may reach a terminal: lines and tabs as they are, the rest of ODD spelled."""
    return ODD.sub(lambda one: one[0] if one[0] in "\n\t" else ascii(one[0])[1:-1], text)


def in_line(text: str) -> str:
    """The same of what belongs into one line: a name that somebody else gave."""
    return ODD.sub(lambda one: ascii(one[0])[1:-1], text)
