"""The words of reports of any market: cues of past and future, of growth, labels, sections."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from .amounts import YEAR


def _words(pattern: str) -> re.Pattern[str]:
    """The pattern in capitals or not."""
    return re.compile(pattern, re.IGNORECASE)


def _table(name: str) -> dict[str, Any]:
    read: dict[str, Any] = tomllib.loads((files(__package__) / name).read_text(encoding="utf-8"))
    return read


class Cues:
    """The patterns of ``cues.toml``, each an attribute by its name."""

    def __init__(self, cues: dict[str, str]) -> None:
        vars(self).update({name: _words(lines.replace("\n", "")) for name, lines in cues.items()})

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> re.Pattern[str]: ...


LISTS = {name: frozenset(words.split()) for name, words in _table("lists.toml").items()}
CUES = Cues(_table("cues.toml"))
PUBLISHERS: dict[str, list[str]] = _table("publishers.toml")
PLACES: dict[str, str] = _table("places.toml")
ROUGHLY = r"about|around|nearly|almost|roughly|approximately|some"
ABOUT = rf"(?:(?:{ROUGHLY}|an\s+estimated)\s+)?"
"""What may stand in front of an amount."""
NOT_A_LEVEL = _words(
    r"(?:(?:increas|grow|ris|expand|add)\w*|growth|increment\w*|opportunity|gain)\s+"
    rf"(?:by|of|worth)?\s*(?:an?\s+)?(?:additional\s+|extra\s+)?{ABOUT}$|\bby\s+{ABOUT}$"
)

_ABOUT = rf"(?:,?\s*\(?(?:(?:in|by|for|of)\s+)?{YEAR}(?:\s*(?:-|to)\s*(?:20)?\d\d)?\s*\)?)?"
_UNIT = r"(?:,?\s*\(?(?:in\s+)?(?:US\s?\$|USD|EUR|%|\u20ac)\s?(?:mn|bn|million|billion)?\)?)?"
LABEL = _words(
    rf"(?:forecast|study|historical|analysis|review|projection)(?:ed)?\s+(?:period|years?|data|range)|"
    rf"(?:estimated\s+)?base\s+year(?:\s+for\s+estimation|\s+considered)?|"
    rf"(?:(?:estimated|projected|expected|forecast(?:ed)?|base\s+year|forecast\s+year|global|current)\s+)*"
    rf"(?:{YEAR}\s+)?(?:market\s+)?(?:size|value|valuation|revenue|sales)(?:\s+(?:value|revenue|forecast))?{_ABOUT}{_UNIT}|"
    rf"market\s+forecast{_ABOUT}{_UNIT}|"
    rf"(?:projected\s+|value-based\s+|market\s+|revenue\s+|forecast\s+)*(?:CAGR|growth\s+rate)"
    rf"(?:\s*\((?:CAGR|%)\))?{_ABOUT}{_UNIT}|"
    rf"(?:fastest[\s-]growing|largest|leading|dominant|dominating|biggest|top)\s+"
    rf"(?:regional\s+|drug\s+)?(?:segment|market|region|class|product|type|country){_ABOUT}|"
    rf"published\s+by|publisher|author|source|report\s+(?:id|code)|no\.?\s+of\s+pages|market\s+concentration|"
    rf"regions?\s+covered|segments?\s+covered|companies\s+covered"
)
"""Labels that boxes of reports have."""
GENERIC = LISTS["label"] | LISTS["generic"]
"""Words that name nothing of which a figure could be instead of the market."""
