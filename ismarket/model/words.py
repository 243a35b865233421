"""Words: what reports call a market, its regions, classes, drivers and causes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..errors import InputError, check_known
from .market import Market
from .tables import read_toml, shown

TABLES = "regions", "classes", "drivers", "causes"
LONGEST = 60
"""Characters of a word or phrase."""
Named = Mapping[str, tuple[str, ...]]
"""The words of each name."""


@dataclass(frozen=True)
class Words:
    """The words by which a page is known to speak of a market, and of what belongs to it.

    A word is matched whole, in capitals or not (one of capitals alone in capitals only), a space
    as a hyphen too; ``*`` at its end stands for any ending.
    """

    market: tuple[str, ...] = ()
    regions: Named = field(default_factory=dict)
    classes: Named = field(default_factory=dict)
    drivers: Named = field(default_factory=dict)
    causes: Named = field(default_factory=dict)


def words_of(market: Market) -> Words:
    """The words of a market; its regions, classes and causes stand for themselves as well."""
    known = {
        "regions": {name: (name,) for name in market.regions},
        "classes": {name: (name,) for name in market.drug_classes},
        "causes": {name: (cause.title,) for name, cause in market.mechanisms.items()},
    }
    found = parse_words(market.words, f"{market.name}, words.toml", known)
    return replace(found, market=(market.name.replace("-", " "), *found.market))


def parse_words(text: str, where: str, known: Mapping[str, Named] | None = None) -> Words:
    """The words that a TOML text lists; names of ``known`` tables have the words given there too.

    Raises InputError for a key or a known table's name that is not known, or what is no list of
    words; ``where`` is what it calls the text.
    """
    values = read_toml(text, where, "words")
    check_known(where, "key", ("market", *TABLES), *values)
    tables = {table: _named(values.get(table, {}), f"{where}, {table}") for table in TABLES}
    for table, names in (known or {}).items():
        check_known(f"{where}, {table}", "name", names, *tables[table])
        tables[table] = {n: (*own, *tables[table].get(n, ())) for n, own in names.items()}
    return Words(_list(values.get("market", []), f"{where}, market"), **tables)


def _named(values: Any, where: str) -> dict[str, tuple[str, ...]]:
    if not isinstance(values, dict):
        raise InputError(f"{where} = {shown(values)} must be a table of names with their words")
    return {name: _list(words, f"{where}, {name}") for name, words in values.items()}


def _list(words: Any, where: str) -> tuple[str, ...]:
    whole = isinstance(words, list) and all(
        isinstance(word, str) and word.strip("* ") and len(word) <= LONGEST for word in words
    )
    if not whole:
        raise InputError(f"{where} = {shown(words)} must be a list of words")
    return tuple(words)


def matching(words: Iterable[str]) -> str:
    """The pattern, to be matched without regard to capitals, that any of the words matches."""
    return "|".join(map(_pattern, sorted(words, key=len, reverse=True))) or r"(?!)"


def _pattern(word: str) -> str:
    parts = [re.escape(part.removesuffix("*")) + r"\w*" * part.endswith("*")
             for part in re.split(r"[\s-]+", word.strip())]  # fmt: skip
    pattern = r"[\s-]?".join(parts) if "-" in word else r"[\s-]+".join(parts)
    capitals = word.isupper() and len(word) <= 6
    return rf"(?<!\w)(?{'-i' if capitals else ''}:{pattern})(?!\w)"
