"""Whose page it is: the market that a title, a headline or the sentences with figures name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from importlib.resources import files
from unicodedata import normalize

from ..model.market import Market
from ..model.words import Named, Words, matching, parse_words, words_of
from .amounts import find_amounts, find_percents
from .pagetext import Page
from .passages import Labelled, Sentence
from .vocabulary import COUNTRIES, WHOLE_WORLD

COMMON = parse_words(
    (files(__package__) / "words.toml").read_text(encoding="utf-8"), "reading, words.toml"
)
LONGEST_NAME = 90
"""Characters of the name of a market."""
LONGEST_TITLE = 400
MOST_HEADINGS = 8
LONGEST_SEARCH = 50_000
"""Characters of a page in which its own short name is looked for."""
MOST_SENTENCES = 2_000
"""Sentences among which the market of the figures is looked for."""
_MARKET = re.compile(r"\b[Mm](?:arkets?\b|ARKETS?\b)(?!ing)")
_HOUSE = re.compile(r"\s+(?:Research|Reports|Insights|Intelligence|Analytics|Economics|Advisory)\b")
_FOR = re.compile(r"\s+(?:for|of)\s+(?:the\s+)?((?:[\w'&/+-]+\s+){0,5}[\w'&/+-]+)")
_STOPS = frozenset(
    "the a an in on at of for by to from is was are were be been and or with as its their our this"
    " that these those which will would has have had into within across over under about when how"
    " what why large big does says said worth per between than while whereas but if although reach"
    " reached see sees drive drives driving drove fuel fuels boost boosts propel propels shape"
    " expects expect values valued put puts places report study covers cover enters enter leads"
    " lead led dominates dominated dominate it he she they we you support supports titled"
    " entitled stood stands totalled totaled amounted generated accounted grew rose fell could may"
    " might should also hit hits remains enhancing boosting driving propelling fueling fuelling"
    " accelerating shaping supporting influencing augmenting increasing limiting restraining"
    " hampering hindering impacting affecting strengthening stimulating spurring bolstering enhance"
    " enhances accelerate accelerates strengthen augment augments impact impacts influence"
    " share increase increases hamper hampers restrain restrains affect affects".split()
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
    " medication medications medicament medicaments medikamente therapien pharmaceuticals"
    " pharmaceutical traitement traitements medicamento medicamentos tratamiento tratamientos"
    " management industry sector business".split()
)
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
    products: frozenset[str] = frozenset()
    at: tuple[int, int] = (0, 1)

    @property
    def base(self) -> frozenset[str]:
        """What tells the market from others, wherever it is."""
        return frozenset(self.words.market)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What names the market in a text."""
        return re.compile(matching(self.words.market), re.IGNORECASE)

    def names(self, mention: Mention) -> bool:
        """True where a mention is of this market, in all the world or a part of it."""
        if not mention.core:
            return True
        rest = core(self.pattern.sub(" ", mention.name))
        return bool(self.pattern.search(mention.name)) and rest <= PRODUCTS | self.products


def core(name: str) -> frozenset[str]:
    """The telling words of a name without their endings."""
    plain = re.sub(r"\([^)]*\)|\u2122|\u00ae|'s\b", " ", name.lower())
    words = [w for w in re.findall(r"[^\W_]+(?:['.][^\W_]+)*", plain) if w not in _PLAIN]
    if name == name.lower() and all(re.search(r"(?:ly|ing|ed|ive)$", w) for w in words):
        return frozenset()
    telling = [w for w in words if w not in PRODUCTS] or words
    return frozenset(map(_stem, (w for w in telling if w not in ("and", "of", "for", "the"))))


def _stem(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if plural else word


def _any_number(word: str) -> str:
    """The word of a name, in singular or plural."""
    if word.isupper() or _stem(word) == word:
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}*" if len(word) > 6 else word
    return f"{_stem(word)}*"


def mentions(text: str) -> list[Mention]:
    """Every market that a text names, in its order; ``the market`` alone has no name."""
    found = [_mention(text, match) for match in _MARKET.finditer(text)]
    return [m for m in found if not _is_house(text, m)]


def _is_house(text: str, found: Mention) -> bool:
    """True for a publisher with the word in its name: ``according to Harrow Market Reports``."""
    return bool(
        _HOUSE.match(text, found.end)
        and re.search(r"(?:\b(?:by|to|from|at|says|about)|\u00a9|\d{4}|\s[-|]|[:>]|^)\s*$",
                      text[max(0, found.start - 12) : found.start], re.IGNORECASE)
        and not re.match(r"\s+\w+\s+report", text[found.end :], re.IGNORECASE)
        and found.start > 0
    )  # fmt: skip


def _mention(text: str, match: re.Match[str]) -> Mention:
    begin, words = match.start(), 0
    before = text[max(0, match.start() - LONGEST_NAME) : match.start()]
    at = match.start() - len(before)
    for token in reversed(list(re.finditer(r"\S+", before))):
        word = token.group()
        joins = word.lower() in ("and", "of") and words and token.start() > 0
        if (word.lower().strip("\"'(") in _STOPS and not joins) or words > 9:
            break
        if re.search(r"[,;:!?|]$|[^.\s][^.\s]\.$|^[-|.]+$", word):
            break
        if re.search(r"\d{4}|^[$\u20ac\u00a3]|%", word):
            break
        begin, words = at + token.start(), words + 1
        if word[0] in "\"'" or (word[0] == "(" and ")" not in word):
            break
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
    text = " ".join(words).strip("\"'* -")
    return text if text.count("(") == text.count(")") else text.replace("(", "").replace(")", "")


def _cut_at_verb(text: str) -> str:
    found = []
    for word in text.split():
        if word.lower() in _STOPS and word.lower() not in ("and", "of", "the"):
            break
        found.append(word)
    return " ".join(found)


_REGION = re.compile(matching(w for words in COMMON.regions.values() for w in words), re.IGNORECASE)


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
    bare = re.sub(r"\(([^)]*)\)", " ", mention.own or mention.name)
    acronyms = re.findall(r"\(([A-Z][A-Za-z0-9-]{1,7})\)", mention.name)
    words = [w for w in re.findall(r"[^\W_]+(?:['.][^\W_]+)*", bare) if w.lower() not in _PLAIN]
    telling = [w for w in words if w.lower() not in PRODUCTS] or words
    phrase = "-".join(map(_any_number, telling))
    own = Words((phrase, f"{phrase.rstrip('*')}*", *acronyms) if phrase else ())
    name = f"{mention.place} {mention.name}".strip()
    sold = frozenset(_stem(w.lower()) for w in words)
    return Subject(slug(name), f"{name} Market", _with_common(own), False, mention.place, sold)


def subject_of(
    page: Page,
    sentences: Sequence[Sentence],
    labelled: Sequence[Labelled],
    known: Sequence[Subject],
) -> tuple[Subject | None, list[Subject]]:
    """The market that a page is about, and those among which it cannot be told.

    A title names it; else headings do, a label "Market", or the sentences with figures.
    """
    found, several = _found(page, sentences, labelled, known)
    if found and not _MARKET.search(found.title):
        for sentence in sentences[:MOST_SENTENCES]:
            for mention in mentions(sentence.text):
                if mention.core and not mention.place and found.names(mention):
                    at = sentence.start + mention.start, sentence.start + mention.end
                    return replace(found, title=f"{mention.name} Market", at=at), several
    return found, several


def _found(
    page: Page,
    sentences: Sequence[Sentence],
    labelled: Sequence[Labelled],
    known: Sequence[Subject],
) -> tuple[Subject | None, list[Subject]]:
    first = [s for s in sentences[:1] if s.item]
    head = [*first, *(s for s in sentences[1:] if s.start in page.headings)]
    head = [s for s in head if len(s.text) < LONGEST_TITLE][:MOST_HEADINGS]
    if head and (found := _named_in(page, head[0], known)):
        several = len(found) > 1 and re.search(r"\bmarkets\b", head[0].text, re.IGNORECASE)
        return (None, found) if several else (found[0], [])
    above = {s.market: s for one in reversed(head) for s in _named_in(page, one, known)}
    if len(above) == 1:
        return next(iter(above.values())), []
    labels = [
        Sentence(f"{item.value} market", item.start)
        for item in labelled
        if re.fullmatch(
            r"market(?:\s+name)?|report\s+(?:title|name)|market\s+studied", item.key, re.I
        )
    ]
    if labels and (found := _named_in(page, labels[0], known)):
        return found[0], []
    return _of_figures(page, len(above), sentences, known)


def _of_figures(
    page: Page, above: int, sentences: Sequence[Sentence], known: Sequence[Subject]
) -> tuple[Subject | None, list[Subject]]:
    """The market of most figures, if it has twice as many as any other, or is the only one.

    ``above`` is how many markets the headings name.
    """
    counts: dict[str, float] = {}
    first: dict[str, Subject] = {}
    for place, sentence in enumerate(sentences[:MOST_SENTENCES]):
        number = 0.0
        if any(c.isdigit() for c in sentence.text):
            number = len(find_amounts(sentence.text)) + len(find_percents(sentence.text))
        number = number or (0.01 if place < MOST_HEADINGS else 0.0)
        found = _named_in(page, sentence, known) if number else []
        if found:
            own = next((s for s in found if not s.place), found[0])
            first.setdefault(own.market, own)
            counts[own.market] = counts.get(own.market, 0) + number
    world = {one.base for one in first.values() if not one.place}
    for name in [n for n, one in first.items() if one.place and one.base in world]:
        del counts[name], first[name]
    ranked = sorted(counts, key=lambda name: -counts[name])
    if not ranked:
        return None, []
    if len(ranked) == 1 or (counts[ranked[0]] >= 2 * counts[ranked[1]] and above < 2):
        return first[ranked[0]], []
    return None, [first[name] for name in first]


def _named_in(page: Page, sentence: Sentence, known: Sequence[Subject]) -> list[Subject]:
    """The markets that a sentence names, each once, installed ones by their words."""
    text, found = sentence.text, dict[str, Subject]()
    for mention in mentions(text):
        for part in _apart(mention, text, known):
            at = sentence.start + part.start, sentence.start + max(part.end, part.start + 1)
            own = [s for s in known if part.core and s.names(part)]
            if own:
                place = part.place
                name = f"{slug(place)}-{own[0].market}" if place else own[0].market
                title = f"{place} {part.name} Market".strip()
                one = replace(own[0], market=name, title=title, at=at, place=place,
                              installed=not place)  # fmt: skip
            elif part.core:
                one = replace(unknown_subject(_as_printed(page, part, at)), at=at)
            else:
                continue
            found.setdefault(one.market, one)
    if not found:
        for subject in known:
            if match := subject.pattern.search(text):
                at = sentence.start + match.start(), sentence.start + match.end()
                found[subject.market] = replace(subject, title=match.group(), at=at)
    if (
        not found
        and _MARKET.search(text)
        and (before := re.match(r"\W*([\w\s&'()-]{3,60}):", text))
    ):
        if core(before[1]) and not re.search(r"report|news|market", before[1], re.IGNORECASE):
            at = sentence.start, sentence.start + before.end()
            one = replace(unknown_subject(Mention(before[1].strip(), 0, 0)), at=at)
            found[one.market] = one
    return list(found.values())


def _as_printed(page: Page, found: Mention, at: tuple[int, int]) -> Mention:
    """The mention with its name in the language of the page."""
    begin = page.text.find(found.name, *at) if page.printed and found.name else -1
    if begin < 0 or page.printed is None:
        return found
    first, last = page.at(begin), page.at(begin + len(found.name) - 1)
    return replace(found, name=page.printed.text[first : last + 1], own=found.name)


def _apart(mention: Mention, text: str, known: Sequence[Subject]) -> list[Mention]:
    """A mention of several markets, ``the A and B markets``, as one of each."""
    plural = text[mention.start : mention.end].lower().endswith("markets")
    names = re.split(r",\s*|\s+(?:and|vs\.?|versus)\s+", mention.name)
    if plural and len(names) > 1 and not any(s.names(mention) for s in known):
        return [replace(mention, name=name) for name in names]
    return [mention]


def with_aliases(subject: Subject, text: str) -> Subject:
    """The market with what the page itself calls it for short: its name with ``(IPF)`` behind."""
    found = re.findall(rf"(?:{subject.pattern.pattern})[\s\w-]{{0,20}}?\(([A-Z][A-Za-z-]{{1,7}})\)",
                       text[:LONGEST_SEARCH], re.IGNORECASE)  # fmt: skip
    short = [name for name in dict.fromkeys(found) if sum(c.isupper() for c in name) > 1][:3]
    for name in [w for w in subject.words.market if w.isupper()]:
        letters = r"\W+".join(rf"{c}\w*" for c in name if c.isalpha())
        if match := re.search(
            rf"\b({letters})\s+\({re.escape(name)}\)", text[:LONGEST_SEARCH], re.I
        ):
            short.append(match[1])
    words = replace(subject.words, market=(*subject.words.market, *short))
    return replace(subject, words=words)


def slug(title: str) -> str:
    """The name of a market made of its title: letters without accents, digits and hyphens."""
    plain = normalize("NFKD", title.lower()).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:60].strip("-") or "unnamed"
