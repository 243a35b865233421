"""Mentions: ``the X market`` wherever a text names one, and what its name is of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files

from ..model.words import Named, matching, parse_words
from .vocabulary import CUES, LISTS, ROUGHLY

COMMON = parse_words(
    (files(__package__) / "words.toml").read_text(encoding="utf-8"), "reading, words.toml"
)
LONGEST_NAME = 90
"""Characters of the name of a market."""
MARKET = re.compile(r"\b[Mm](?:arkets?\b|ARKETS?\b)(?!ing)")
_HOUSE = re.compile(
    r"\s+(?:Research|Reports|Insights|Intelligence|Analytics|Economics|Advisory|Facts|Studies|Watch)\b"
)
_FOR = re.compile(
    rf"(?:\s+(?:size|global|worldwide|(?P<there>(?i:{CUES.countries.pattern}))))*\s+(?:for|of)\s+(?:the\s+)?"
    rf"(?P<name>(?!(?:USD?|EUR|GBP|INR|JPY|CHF|Rs|more|just|{ROUGHLY})\b)(?=[^\W\d_]|\d[A-Z])(?:[\w'][\w'&/+-]*\s+){{0,5}}[\w'][\w'&/+-]*)"
)
_STOPS = LISTS["ends_a_name"]
PLAIN = LISTS["plain"]
PRODUCTS = LISTS["products"]
"""What is sold against a disease, in words that may stand for each other."""


@dataclass(frozen=True)
class Mention:
    """``the X market`` in a text: ``name`` X as printed, ``place`` a region or country in it.

    ``own`` is what the text calls it, where that is put into other words than the printed ones.
    """

    name: str
    start: int
    end: int
    place: str = ""
    own: str = ""

    @cached_property
    def core(self) -> frozenset[str]:
        """What X is of, in single words without endings; without what is sold, where that tells."""
        return core(self.name)


def core(name: str) -> frozenset[str]:
    """The telling words of a name without their endings."""
    plain = re.sub(r"\([^)]*\)|\u2122|\u00ae|'s\b", " ", name.lower())
    words = [w for w in re.findall(r"[^\W_]+(?:['.][^\W_]+)*", plain) if w not in PLAIN]
    if name == name.lower() and all(re.search(r"(?:ly|ing|ed|ive)$", w) for w in words):
        return frozenset()
    telling = [w for w in words if w not in PRODUCTS] or words
    if not any(c.isalpha() for w in telling for c in w):
        return frozenset()
    return frozenset(map(stem, (w for w in telling if w not in ("and", "of", "for", "the"))))


def stem(word: str) -> str:
    """A word without the ending of its plural."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if plural else word


def mentions(text: str) -> list[Mention]:
    """Every market that a text names, in its order; ``the market`` alone has no name."""
    found = [_mention(text, match) for match in MARKET.finditer(text)]
    return [m for m in found if not _is_house(text, m)]


def _is_house(text: str, found: Mention) -> bool:
    """True for a publisher with the word in its name: ``according to Harrow Market Reports``."""
    house = _HOUSE.match(text, found.end)
    behind = text[found.end : found.end + 40].lower()
    if not house or re.match(r"\s+\w+\s+report", behind):
        return False
    if re.match(r"\s+(?:research\b(?!\s+(?:report|study|analysis))|studies\W*$)", behind):
        return True
    before = text[max(0, found.start - 12) : found.start]
    led = re.search(
        r"(?:\b(?:by|to|from|at|says|about)|\u00a9|\d{4}|\s[-|]|[:>]|^)[\s*]*$",
        before,
        re.IGNORECASE,
    )
    says = re.match(
        r"\s(?:Ltd|Inc|GmbH|LLC|AG|forecasts?|expects?|says|sees|puts|estimates|analy[sz]es|projects)\b",
        text[house.end() :],
    )
    return bool(says or (led and found.start > 0))


def _mention(text: str, match: re.Match[str]) -> Mention:
    begin, words = match.start(), 0
    before = text[max(0, match.start() - LONGEST_NAME) : match.start()]
    at = match.start() - len(before)
    tokens = list(re.finditer(r"\S+", before))
    for index, token in reversed(list(enumerate(tokens))):
        word = token.group()
        joins = word.lower() in ("and", "of") and words and token.start() > 0
        latin = word.lower() == "in" and re.match(
            r"in\s(?:vitro|vivo|situ)\b", text[at + token.start() :], re.I
        )
        led = tokens[index - 1].group().lower() in PLAIN | {"the"} if index else at == 0
        first = led and words and word.lower() in LISTS["begins_too"]
        stops = word.lower().strip("\"'(") in _STOPS and not (joins or latin or first)
        if stops or words > 9:
            break
        if re.search(r"[,;:!?|]$|[^.\s][^.\s]\.$|^[-|./>:;!?\u203a\u00bb]+$", word):
            break
        if re.search(r"\d{4}|^[$\u20ac\u00a3]|%|^(?:million|billion|trillion|[mb]n)$", word):
            break
        begin, words = at + token.start(), words + 1
        if word[0] in "\"'" or (word[0] == "(" and ")" not in word):
            break
    name = _trimmed(text[begin : match.start()])
    end = match.end()
    bare = re.sub(_PLACE, " ", name, flags=re.IGNORECASE)
    if not core(bare) and (after := _FOR.match(text, match.end())):
        there = after["there"] or (name if bare != name else "")
        called = _cut_at_verb(after["name"])
        name, end = f"{there} {_trimmed(called)}".strip(), after.start("name") + len(called)
    if (inside := _IN.match(text, end)) and not _AND_MORE.match(text, inside.end()):
        return Mention(name, begin, inside.end(), inside[inside.lastgroup or 0])
    place = _REGION.search(name) or CUES.countries.search(name)
    if place and not CUES.whole_world.search(text[begin : match.start()]):
        without = name[: place.start()] + name[place.end() :]
        return Mention(_trimmed(without), begin, end, place.group())
    ahead = _AHEAD.match(text)  # "Spain: the market of ..."
    return Mention(name, begin, end, ahead["place"] if ahead else "")


def _trimmed(name: str) -> str:
    """A name without what stands around it."""
    words = name.split()
    while words and (words[0].lower().strip("\"'(") in PLAIN | {"and", "of"}):
        words.pop(0)
    while words and words[-1].lower() in ("and", "of", "global", "worldwide"):
        words.pop()
    text = " ".join(words).strip("\"'*# -")
    return text if text.count("(") == text.count(")") else text.replace("(", "").replace(")", "")


def _cut_at_verb(text: str) -> str:
    found = []
    for word in text.split():
        if CUES.verb.fullmatch(word) or (word.lower() in _STOPS - {"and", "of", "the"}):
            break
        found.append(word)
    return " ".join(found)


_REGION = re.compile(matching(w for words in COMMON.regions.values() for w in words), re.IGNORECASE)
_PLACE = rf"(?:{CUES.countries.pattern}|{_REGION.pattern})"
_IN = re.compile(
    rf"(?:\s+(?:size|value))?\s+in\s+(?:the\s+)?(?P<place>{_PLACE})|\s+\((?P<within>{_PLACE})\)|,\s+(?P<of>{_PLACE})\W*$",
    re.IGNORECASE,
)
_AHEAD = re.compile(rf"\W*(?P<place>{_PLACE}):\s", re.IGNORECASE)
_AND_MORE = re.compile(r"(?:,|\s+and|\s*&)\s+[A-Z]")


@lru_cache(1024)
def _compiled(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(matching(words), re.IGNORECASE)


def found_in(names: Named, text: str) -> list[tuple[str, int, int]]:
    """The names whose words a text holds, with where, each as often as it stands there."""
    return [
        (name, match.start(), match.end())
        for name, words in names.items()
        for match in _compiled(words).finditer(text)
    ]
