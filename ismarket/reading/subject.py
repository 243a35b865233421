"""Whose page it is: the market that a title, a headline or the sentences with figures name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from unicodedata import normalize

from ..model.market import Market
from ..model.words import Named, Words, matching, words_of
from .amounts import BLANK, SMALLEST, find_amounts, find_percents
from .mentions import COMMON, MARKET, PRODUCTS, Mention, core, mentions, stem
from .pagetext import Page
from .passages import Labelled, Sentence

_NAMES = re.compile(
    r"(?:global\s+)?market(?:\s+(?:name|studied|study|report|research|profile|brief))?|"
    r"(?:report\s+)?(?:title|name)",
    re.IGNORECASE,
)
"""Labels under which a market is named."""
_BOX = re.compile(r"market\s+(?:size|value|revenue)|CAGR", re.IGNORECASE)
LONGEST_TITLE = 400
MOST_HEADINGS = 8
LONGEST_SEARCH = 50_000
"""Characters of a page in which its own short name is looked for."""
MOST_SENTENCES = 2_000
"""Sentences among which the market of the figures is looked for."""


@dataclass(frozen=True)
class Subject:
    """The market that a page is about: ``market`` is its name here, ``title`` as it is printed.

    ``words`` are its own, with those of every market where it has none; ``installed`` is false
    where no market of that name is; ``house`` is who publishes the page, if that is one.
    """

    market: str
    title: str
    words: Words
    installed: bool = False
    place: str = ""
    products: frozenset[str] = frozenset()
    at: tuple[int, int] = (0, 1)
    house: str = ""

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


def _any_number(word: str) -> str:
    """The word of a name, in singular or plural."""
    if word.isupper() or stem(word) == word:
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}*" if len(word) > 6 else word
    return f"{stem(word)}*"


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
    words = re.findall(r"[^\W_]+(?:['.][^\W_]+)*", bare)
    telling = [w for w in words if w.lower() not in PRODUCTS] or words
    phrase = "-".join(map(_any_number, telling))
    own = Words((phrase, f"{phrase.rstrip('*')}*", *acronyms) if phrase else ())
    name = re.sub(r"\s*\([A-Z][A-Z0-9]{1,7}\)$", "", f"{mention.place} {mention.name}").strip()
    sold = frozenset(stem(w.lower()) for w in words)
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
    if not found and not several:
        keys = (Sentence(item.key, item.whole) for item in labelled)
        named = {one.market: one for key in keys for one in _named_in(page, key, known)}
        called = [one for one in known if one.pattern.search(page.text[:LONGEST_SEARCH])]
        either = list(named.values()) or called
        found = either[0] if len(either) == 1 else None
    if found and not MARKET.search(found.title):
        title = re.findall(r"\w+", sentences[0].text.lower()) if sentences else []
        if not MARKET.search(page.text) and PRODUCTS.isdisjoint(title):
            return None, []  # to name a disease is not to be of its market
        named_ones = [
            (s, m) for s in sentences[:MOST_SENTENCES] for m in mentions(s.text) if m.core
        ]
        for sentence, mention in named_ones:
            if not mention.place and found.names(mention):
                at = sentence.start + mention.start, sentence.start + mention.end
                return replace(found, title=f"{mention.name} Market", at=at), several
        if others := [mention for _, mention in named_ones if not found.names(mention)]:
            return None, [found, unknown_subject(others[0])]
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
        both = r"\bmarkets\b|\bmarket\s+(?:and|&|vs\.?|versus)\s"
        several = len(found) > 1 and re.search(both, head[0].text, re.IGNORECASE)
        return (None, found) if several else (found[0], [])
    above = {s.market: s for one in reversed(head) for s in _named_in(page, one, known)}
    if len(above) == 1:
        return next(iter(above.values())), []
    labels = [
        Sentence(f"{item.value} market", item.start)
        for item in labelled
        if _NAMES.fullmatch(item.key)
    ]
    if labels and (found := _named_in(page, labels[0], known)):
        return found[0], []
    told, rivals = _of_figures(page, len(above), sentences, known)
    box = head and (mentions(head[0].text) or any(_BOX.search(one.key) for one in labelled))
    if box and not told and not rivals:
        name = re.split(r"\s[-|]\s|[:|(,]", head[0].text)[0].strip()
        if core(name) and len(name.split()) <= 6 and not re.search(r"\d", name):
            told = unknown_subject(Mention(name, 0, 0))  # a box of a market under a bare title
            told = replace(told, at=(head[0].start, head[0].start + len(name)))
    return told, rivals


def _of_figures(
    page: Page, above: int, sentences: Sequence[Sentence], known: Sequence[Subject]
) -> tuple[Subject | None, list[Subject]]:
    """The market of most figures, if it is named first and has twice as many as any other.

    ``above`` is how many markets the headings name.
    """
    if not any(map(_of_a_market, page.text[:LONGEST_SEARCH].split("\n"))):
        return None, []
    counts: dict[str, float] = {}
    first: dict[str, Subject] = {}
    for place, sentence in enumerate(sentences[:MOST_SENTENCES]):
        number = 0.0
        if any(c.isdigit() for c in sentence.text):
            number = len(find_amounts(sentence.text)) + len(find_percents(sentence.text))
        number = number or (0.01 if place < MOST_HEADINGS else 0.0)
        found = _named_in(page, sentence, known) if number else []
        for own in [s for s in found if not s.place] or found[:1]:
            first.setdefault(own.market, own)
            counts[own.market] = counts.get(own.market, 0) + number
    world = {one.base for one in first.values() if not one.place}
    for name in [n for n, one in first.items() if one.place and one.base in world]:
        del counts[name], first[name]
    ranked = sorted(counts, key=lambda name: -counts[name])
    if not ranked:
        return None, []
    best = ranked[0]
    others = [n for n in ranked[1:] if not (n.startswith(f"{best}-") or best.startswith(f"{n}-"))]
    clear = best == next(iter(first)) and counts[best] >= 2 * counts[others[0]] if others else True
    if clear and (not others or above < 2):
        return first[best], []
    return None, [first[name] for name in first]


def _of_a_market(line: str) -> bool:
    """True for a line with a growth rate, or with an amount that a market could have."""
    amounts = (a.value for a in find_amounts(line))
    grows = re.search(r"CAGR|growth|%", line) and find_percents(line)
    return bool(grows or BLANK.search(line) or any(v is None or v >= SMALLEST for v in amounts))


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
    return list(found.values())


def _as_printed(page: Page, found: Mention, at: tuple[int, int]) -> Mention:
    """The mention with its name in the language of the page."""
    begin = page.text.find(found.name, *at) if page.printed and found.name else -1
    if begin < 0:
        return found
    return replace(found, name=page.as_printed(begin, begin + len(found.name)), own=found.name)


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
    words = replace(subject.words, market=(*subject.words.market, *short))
    return replace(subject, words=words)


def slug(title: str) -> str:
    """The name of a market made of its title: letters without accents, digits and hyphens."""
    plain = normalize("NFKD", title.lower()).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:60].strip("-") or "unnamed"
