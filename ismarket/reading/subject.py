"""Whose page it is: the market that a title, a headline or the sentences with figures name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources import files

from ..model.market import Market
from ..model.words import Named, Words, matching, parse_words, words_of
from .amounts import find_amounts, find_percents
from .pagetext import Page
from .passages import Sentence
from .vocabulary import COUNTRIES, WHOLE_WORLD

COMMON = parse_words(
    (files(__package__) / "words.toml").read_text(encoding="utf-8"), "reading, words.toml"
)
LONGEST_NAME = 90
"""Characters of the name of a market."""
_MARKET = re.compile(r"\b[Mm](?:arkets?\b|ARKETS?\b)(?!ing)")
_FOR = re.compile(r"\s+(?:for|of)\s+(?:the\s+)?((?:[\w'&/+-]+\s+){0,5}[\w'&/+-]+)")
_STOPS = frozenset(
    "the a an in on at of for by to from is was are were be been and or with as its their our this"
    " that these those which will would has have had into within across over under about when how"
    " what why large big does says said worth per between than while whereas but if although reach"
    " reached see sees drive drives driving drove fuel fuels boost boosts propel propels shape"
    " expects expect values valued put puts places report study covers cover enters enter leads"
    " lead led dominates dominated dominate it he she they we you support supports growth size"
    " share demand increase increases hamper hampers restrain restrains affect affects".split()
)
_PLAIN = frozenset(
    "global globally world worldwide international overall entire whole total said current growing"
    " emerging rising expanding addressable key major future potential target new latest projected"
    " estimated forecast s world's mature niche small lucrative same respective own broader"
    " largest biggest regional leading dominant"
    " fastest-growing promising single second third every any each no".split()
)
PRODUCTS = frozenset(
    "therapeutics therapeutic therapy therapies treatment treatments drug drugs medicine medicines"
    " medication medications medicament medicaments medikamente pharmaceuticals pharmaceutical"
    " management industry sector business".split()
)
"""What is sold against a disease, in words that may stand for each other."""


@dataclass(frozen=True)
class Mention:
    """``the X market`` in a text: ``name`` X as printed, ``place`` a region or country in it."""

    name: str
    start: int
    end: int
    place: str = ""

    @cached_property
    def core(self) -> frozenset[str]:
        """What X is of, in single words without endings; without what is sold, where that tells."""
        return core(self.name)


@dataclass(frozen=True)
class Subject:
    """The market that a page is about: ``market`` is its name here, ``title`` as it is printed.

    ``words`` are its own, with those of every market where it has none; ``installed`` is false
    where no market of that name is.
    """

    market: str
    title: str
    words: Words
    installed: bool = False
    place: str = ""
    at: tuple[int, int] = (0, 1)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What names the market in a text."""
        return re.compile(matching(self.words.market), re.IGNORECASE)

    def names(self, mention: Mention) -> bool:
        """True where a mention is of this market, in all the world or a part of it."""
        if not mention.core:
            return True
        rest = core(self.pattern.sub(" ", mention.name))
        return bool(self.pattern.search(mention.name)) and rest <= PRODUCTS


def core(name: str) -> frozenset[str]:
    """The telling words of a name without their endings."""
    plain = re.sub(r"\([^)]*\)|\u2122|\u00ae|'s\b", " ", name.lower())
    words = [w for w in re.findall(r"[^\W_]+(?:['.][^\W_]+)*", plain) if w not in _PLAIN]
    telling = [w for w in words if w not in PRODUCTS] or words
    return frozenset(map(_stem, (w for w in telling if w not in ("and", "of", "for", "the"))))


def _stem(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if plural else word


def mentions(text: str) -> list[Mention]:
    """Every market that a text names, in its order; ``the market`` alone has no name."""
    return [_mention(text, match) for match in _MARKET.finditer(text)]


def _mention(text: str, match: re.Match[str]) -> Mention:
    begin, words = match.start(), 0
    before = text[max(0, match.start() - LONGEST_NAME) : match.start()]
    at = match.start() - len(before)
    for token in reversed(list(re.finditer(r"\S+", before))):
        word = token.group()
        joins = word.lower() in ("and", "of") and words and token.start() > 0
        if (word.lower().strip("\"'(") in _STOPS and not joins) or words > 9:
            break
        if re.search(r"[,;:!?|]$|[^.\s][^.\s]\.$|^[-|]+$", word):
            break
        if re.search(r"\d{4}|^[$\u20ac\u00a3]|%", word):
            break
        begin, words = at + token.start(), words + 1
    name = _trimmed(text[begin : match.start()])
    end = match.end()
    if not core(name) and (after := _FOR.match(text, match.end())):
        name, end = _trimmed(_cut_at_verb(after[1])), after.end()
    place = COUNTRIES.search(name) or _REGION.search(name)
    if place and not WHOLE_WORLD.search(text[begin : match.start()]):
        without = name[: place.start()] + name[place.end() :]
        return Mention(_trimmed(without), begin, end, place.group())
    return Mention(name, begin, end)


def _trimmed(name: str) -> str:
    """A name without what stands around it."""
    words = name.split()
    while words and (words[0].lower().strip("\"'(") in _PLAIN | {"and", "of"}):
        words.pop(0)
    while words and words[-1].lower() in ("and", "of"):
        words.pop()
    text = " ".join(words).strip("\"' ")
    return text if text.count("(") == text.count(")") else text.replace("(", "").replace(")", "")


def _cut_at_verb(text: str) -> str:
    found = []
    for word in text.split():
        if word.lower() in _STOPS and word.lower() not in ("and", "of"):
            break
        found.append(word)
    return " ".join(found)


_REGION = re.compile(matching(w for words in COMMON.regions.values() for w in words), re.IGNORECASE)


def known_subjects(markets: Iterable[Market]) -> tuple[Subject, ...]:
    """Every market of those given as a page may be about it."""
    return tuple(
        Subject(market.name, market.title, _with_common(words_of(market)), True)
        for market in markets
    )


def _with_common(words: Words) -> Words:
    def either(own: Named, common: Named) -> Named:
        return own or common

    return Words(words.market, either(words.regions, COMMON.regions), words.classes,
                 either(words.drivers, COMMON.drivers), words.causes)  # fmt: skip


def named(name: str, known: Sequence[Subject]) -> Subject:
    """The market of that name, or one that is called so and is not installed."""
    for subject in known:
        if subject.market == name or subject.names(Mention(name, 0, 0)):
            return subject
    return unknown_subject(Mention(name.replace("-", " "), 0, 0))


def unknown_subject(mention: Mention) -> Subject:
    """A market that is not installed, known by the name that the page gives it."""
    bare = re.sub(r"\(([^)]*)\)", " ", mention.name)
    acronyms = re.findall(r"\(([A-Z][A-Za-z0-9-]{1,7})\)", mention.name)
    words = [w for w in re.findall(r"[^\W_]+(?:['.][^\W_]+)*", bare) if w.lower() not in _PLAIN]
    telling = [w for w in words if w.lower() not in PRODUCTS] or words
    phrase = "-".join(_stem(w) if not w.isupper() else w for w in telling)
    own = Words(tuple(filter(None, (f"{phrase}*", phrase, *acronyms))))
    title = f"{mention.place} {mention.name}".strip()
    at = mention.start, max(mention.end, mention.start + 1)
    return Subject(slug(title), title, _with_common(own), place=mention.place, at=at)


def subject_of(
    page: Page, sentences: Sequence[Sentence], known: Sequence[Subject]
) -> Subject | None:
    """The market that a page is about, None where it names none or several."""
    found = candidates(page, sentences, known)
    return found[0] if len(found) == 1 else None


def candidates(
    page: Page, sentences: Sequence[Sentence], known: Sequence[Subject]
) -> list[Subject]:
    """The markets that the titles of a page name, or else those that its figures are of."""
    titles = [s for s in sentences if s.start in page.headings or s.start == sentences[0].start]
    for group in (titles, [s for s in sentences if find_amounts(s.text) or find_percents(s.text)]):
        found: dict[str, Subject] = {}
        for sentence in group:
            for subject in _named_in(sentence, known):
                found.setdefault(subject.market, subject)
        if found:
            return list(found.values())[:1] if group is titles else list(found.values())
    return []


def _named_in(sentence: Sentence, known: Sequence[Subject]) -> list[Subject]:
    found = []
    for mention in mentions(sentence.text):
        here = replace(
            mention, start=sentence.start + mention.start, end=sentence.start + mention.end
        )
        own = [s for s in known if mention.core and s.names(mention)]
        if own:
            found.append(replace(own[0], at=(here.start, here.end), place=mention.place))
        elif mention.core:
            found.append(unknown_subject(here))
    if not found:
        for subject in known:
            if match := subject.pattern.search(sentence.text):
                at = sentence.start + match.start(), sentence.start + match.end()
                found.append(replace(subject, at=at))
    return found


def slug(title: str) -> str:
    """The name of a market made of its title: letters, digits and hyphens."""
    return "-".join(re.findall(r"[a-z0-9]+", title.lower()))[:60].strip("-") or "unnamed"
