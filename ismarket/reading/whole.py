"""Of what a figure is: the whole market of a page, or a part, a place or another market."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .mentions import PRODUCTS, Mention, found_in, mentions
from .passages import Labelled, Sentence
from .subject import Subject
from .vocabulary import CUES, GENERIC, LISTS, PLACES

OWN, PLACE, OTHER = "own", "place", "other"
"""A sentence is of the page's own market, of that market in one place, or of another."""
_GOES_ON = re.compile(r"\W*(?:it|its|this|the\s+(?:regional\s+)?market)\b", re.IGNORECASE)
_ITSELF = re.compile(r"it|markets?|sales|demand|revenues?|industry|this|which|that")
_SAME_PLACE = {word: place for place, words in PLACES.items() for word in words.split()}
_NEXT_CLAUSE = re.compile(r",?\s(?:and|while|whereas)\s|[;(]")
_TITLE = re.compile(r'["\u201c][\w\s-]{0,80}Market\b[^"\u201d]{0,200}["\u201d]')
_LAST_WORD = re.compile(r"[^\W\d_]+(?=\s$)")
_WORD = re.compile(r"[^\W\d_]+(?:[.'-][^\W\d_]+)*")


def kinds(subject: Subject, sentences: Sequence[Sentence], apart: bool = False) -> list[str]:
    """For each sentence in turn, of what market it is: OWN, PLACE or OTHER.

    One that begins with "it" or "the market" goes on about the same as the one before; one of "the
    company", with what follows in its line, is of no market until one is named; a heading
    that names another market holds for what stands under it.  Where the page itself is about
    another one (``apart``) only what names the market is of it.
    """
    found: list[str] = []
    above: dict[str, str] = {}
    of_a_company = -1  # the end of a sentence with which the next in its line goes on
    for sentence in sentences:
        heading = sentence.heading
        if heading not in above:
            above[heading] = _kind(subject, heading) or (OTHER if apart else OWN)
        kind = _kind(subject, sentence.text)
        if not kind and (sentence.start == of_a_company or CUES.company.search(sentence.text)):
            kind, of_a_company = OTHER, sentence.start + len(sentence.text)
        if not kind and found and found[-1] != OWN and _GOES_ON.match(sentence.text):
            kind = found[-1]
        found.append(kind or above[heading])
    return found


def _kind(subject: Subject, text: str) -> str:
    """What a text's own words say that it is of; blank where they say nothing."""
    if "arket" not in text and "ARKET" not in text:
        return ""
    named = [mention for mention in mentions(text) if mention.core or mention.place]
    if not named:
        return OWN if CUES.whole_world.search(text) else ""
    if any(is_own(subject, mention) for mention in named):
        return OWN
    return PLACE if any(subject.names(mention) for mention in named) else OTHER


def of_own(subject: Subject, labelled: Sequence[Labelled], apart: bool = False) -> list[Labelled]:
    """The labelled values that stand under no heading of another market."""
    kinds = {heading: _kind(subject, heading) for heading in {item.heading for item in labelled}}
    allowed = (OWN,) if apart else ("", OWN)
    return [item for item in labelled if kinds[item.heading] in allowed]


def is_own(subject: Subject, mention: Mention) -> bool:
    """True where a mention is of the page's market in the place that the page is about."""
    there = not mention.place or _place(mention.place) == _place(subject.place)
    return there and subject.names(mention)


def _place(text: str) -> str:
    plain = re.sub(r"[\W_]", "", text.lower())
    return _SAME_PLACE.get(plain, plain)


def of_whole(subject: Subject, before: str, after: str) -> bool:
    """True where an amount or rate stands for the whole market that the page is about.

    ``before`` is its sentence up to it, ``after`` the rest.  A region, a class, a company or
    another market named before it makes it something else.
    """
    named = mentions(before)
    if not all(is_own(subject, mention) for mention in named) or CUES.not_a_market.search(before):
        return False
    if CUES.of_a_piece.match(after):
        return False
    family = subject.pattern.search(before)
    narrower = _LAST_WORD.search(before[: family.start()]) if family and not named else None
    if narrower and not _nothing_else(narrower[0]):
        return False  # "dark chocolate"
    sold = CUES.sales.search(before) and _nothing_else(before)
    if not (named or family or sold or CUES.subject.search(before)):
        before = before.replace(subject.house, " ") if subject.house else before
        about = CUES.subject.search(after[:60]) or subject.pattern.search(after[:80])
        bare = _nothing_else(before) and all(is_own(subject, m) for m in mentions(after[:120]))
        if not bare or not (about or _nothing_else(_NEXT_CLAUSE.split(after, maxsplit=1)[0])):
            return False
    if any(not _goes_on(subject, m[1]) for m in CUES.clause.finditer(_TITLE.sub(" ", before))):
        return False
    places = {m.start(): m.group() for m in CUES.countries.finditer(before)}
    places |= {a: before[a:b] for _, a, b in found_in(subject.words.regions, before)}
    world = CUES.whole_world.search(before)
    if world and subject.place:
        return False
    if any(_place(place) != _place(subject.place) for place in places.values()):
        return False
    classes = found_in(subject.words.classes, before)
    return not [c for c in classes if not (family and c[1] < family.start())]


def _goes_on(subject: Subject, text: str) -> bool:
    """True where a clause that begins so is about the market, or about nothing of its own."""
    text = CUES.countries.sub(" ", text) if subject.place else text
    words = subject.pattern.sub(" ", text).lower().split()
    rest = (word for word in words if word not in subject.products | PRODUCTS)
    return bool(words and _ITSELF.fullmatch(words[-1])) or _nothing_else(" ".join(rest))


def _nothing_else(text: str) -> bool:
    """True where a text names nothing that a figure could be of."""
    return all(word in GENERIC for word in _WORD.findall(text.lower()) if len(word) > 1)


def label_of_whole(subject: Subject, key: str) -> bool:
    """True where a label is of the whole market: it names the market, or nothing."""
    rest = subject.pattern.sub(" ", key).lower()
    words = [word for word in _WORD.findall(rest) if len(word) > 1]
    sold = subject.products | PRODUCTS
    return all(word in LISTS["label"] or word in sold for word in words)
