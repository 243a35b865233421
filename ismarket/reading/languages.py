"""Pages in German, French and Spanish: their phrases put into the words that the rules know.

Figures are put into English marks as well; every character keeps its place on the page, so what is
quoted is as printed.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files

from .amounts import CURRENCY, SCALE, YEAR
from .pagetext import Page

SAMPLE = 20_000
"""Characters by which the language of a page is told."""
LONGEST = 45_000
"""Characters of such a page that are read."""
FEWEST = 4
"""Words of a language that a page must hold to be in it."""
_TO = "bis|à|a|al|hasta"
"""What stands between two years."""
_POINTS = r"\d{1,3}(?:\.\d{3})+(?:,\d+)?"
_FIGURE = re.compile(rf"(?<![\d.,]){_POINTS}(?![\d,]|\.\d)|(?<![\d.,])\d+,\d+(?![\d,]|\.\d)")
"""A figure with a comma for its decimals, or points between thousands."""


_UNIT_BEHIND = re.compile(
    rf"(?<![\d.,])(?!{YEAR}\s)(\d[\d.,]*) \(({CURRENCY}) ({SCALE})\)(?=\s)", re.IGNORECASE
)
"""An amount with currency and scale behind it: ``3.2 (USD Billion)``."""


@lru_cache(1)
def _tables() -> dict[str, dict[str, str]]:
    text = (files(__package__) / "languages.toml").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = tomllib.loads(text)
    return found


def language_of(text: str) -> str:
    """The language whose common words a text holds most of; English where none stands out."""
    words = re.findall(r"[^\W\d_]+", text[:SAMPLE].lower())
    counts = {
        name: sum(word in common for word in words)
        for name, common in ((n, frozenset(w.split())) for n, w in _tables()["words"].items())
    }
    best = max(counts, key=lambda name: counts[name])
    other = counts[best] >= FEWEST and counts[best] > 1.5 * counts["English"]
    return best if other else "English"


def is_read(language: str) -> bool:
    """True for a language whose phrases are known, as those of English are."""
    return language == "English" or language in _tables()


def in_english(page: Page) -> tuple[Page, str]:
    """The page with what it says in words that the rules know, and its language.

    A page in a language without phrases comes back as it is.
    """
    language = language_of(page.text)
    phrases = _tables().get(language)
    if phrases is None:
        return page, language
    pattern, known = _phrases(language)
    parts: list[str] = []
    pieces: list[tuple[int, int, int]] = []
    heads = set()
    length = at = 0

    def put(text: str, start: int, step: int) -> None:
        nonlocal length
        if text:
            parts.append(text)
            pieces.append((length, start, step))
            length += len(text)

    clear = not _mixed(page.text)
    marks = sorted(page.headings)
    for match in pattern.finditer(page.text, 0, LONGEST):
        found = match.group()
        if found[0].isdigit():
            plain = _plain_figure(found, clear)
        elif found.lower() == "\u00e0" and not re.match(
            r"\s(?:\d|pr\u00e8s|plus)", page.text[match.end() :][:6]
        ):
            plain = found  # "pompes à insuline"
        elif found.lower() in ("para", "pour") and not re.match(
            r"\s(?:\d|el\s|\w+r\b)", page.text[match.end() :][:24]
        ):
            plain = "of"  # "tratamientos para la diabetes"
        elif language != "German" and _in_a_name(page.text, match):
            plain = found
        else:
            years = match.start() > 1 and page.text[match.start() - 2].isdigit()
            plain = "to" if years and found in _TO.split("|") else ""
            ends = match.start() and page.text[match.start() - 1].isalnum()
            phrase = f"~{found.lower()}" if ends else found.lower()
            plain = plain or known.get(phrase, known.get(f"~{found.lower()}", found))
        while marks and marks[0] <= match.start():
            heads.add(length + marks.pop(0) - at)
        put(page.text[at : match.start()], at, 1)
        put(plain, match.start(), 0)
        at = match.end()
    heads.update(length + mark - at for mark in marks if mark < LONGEST)
    put(page.text[at:LONGEST], at, 1)
    text = "".join(parts)
    return replace(page, text=text, pieces=tuple(pieces), headings=frozenset(heads), printed=page,
                   cut=LONGEST if len(page.text) > LONGEST else 0), language  # fmt: skip


def _in_small(line: str) -> str:
    """A sentence with figures that is printed all in capitals, in small letters."""
    capitals = line[:1000].isupper() and any(c.isdigit() for c in line) and len(line) > 40
    return line.lower() if capitals and len(line.lower()) == len(line) else line


def plainly(page: Page) -> Page:
    """The page with years in four digits (``FY24``, ``2023E``) and no sentence all in capitals."""
    text = re.sub(
        r"\bFY'?(\d\d)[AEFP]?\b", lambda found: f"20{found[1]}".ljust(len(found[0])), page.text
    )
    text = _UNIT_BEHIND.sub(lambda f: f"{f[2]} {f[1]} {f[3]}".ljust(len(f[0])), text)
    text = re.sub(rf"\bFY ?(?={YEAR}\b)", lambda found: " " * len(found.group()), text)
    text = re.sub(rf"\b({YEAR})[AEFPef]\b", r"\1 ", text)
    text = re.sub(r"[^\n]+", lambda line: _in_small(line.group()), text)
    return (
        page if text == page.text else replace(page, text=text, pieces=((0, 0, 1),), printed=page)
    )


def _in_a_name(text: str, match: re.Match[str]) -> bool:
    """True for a word in capitals after another one: ``Prisma Mercados`` is called so."""
    found = match.group()
    before = text[max(0, match.start() - 20) : match.start()]
    return (
        found[0].isupper()
        and " " not in found
        and bool(re.search(r"[A-Z\u00c0-\u00dd]\w+ $", before))
    )


def _mixed(text: str) -> bool:
    """True where a page has decimals with a point as well: 3.250 can then be read two ways."""
    return bool(re.search(r"\d\.\d{1,2}(?![\d.])\s?(?:%|mil|Mi|mi|bn|M\b)", text[:SAMPLE]))


def _plain_figure(text: str, clear: bool) -> str:
    """A figure with English marks; blank where it can be read two ways."""
    if "," not in text and text.count(".") == 1 and not clear:
        return "?"
    return text.replace(".", "").replace(",", ".")


@lru_cache(8)
def _phrases(language: str) -> tuple[re.Pattern[str], dict[str, str]]:
    known = {phrase.lower(): plain for phrase, plain in _tables()[language].items()}
    longest = sorted(known, key=len, reverse=True)
    whole = (re.escape(phrase) for phrase in longest if phrase[0] != "~")
    ends = (re.escape(phrase[1:]) for phrase in longest if phrase[0] == "~")
    either = "|".join(ends) or r"(?!)"
    words = rf"(?<![\w-])(?:{'|'.join(whole)})(?:(?<=')|(?![\w-]))"
    tails = rf"(?<=\w)(?:{either})(?!\w)"
    between = rf"(?<=\d{{4}}\s)(?:{_TO})(?=\s\d{{4}})"
    return re.compile(rf"{_FIGURE.pattern}|{between}|{words}|{tails}", re.IGNORECASE), known
