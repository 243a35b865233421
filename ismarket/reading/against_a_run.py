"""Checking numbers: does every number of a document still equal the run that it quotes.

What the run itself would print in these words is compared number by number.  Any other figure is
placed by its words: what it is of, which series, which year, in which unit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ..engine.forecast import A_FORECAST, Forecast
from ..errors import check_kind
from .amounts import YEAR, number
from .documents import NUMBER, Passage, passages_in, passages_of
from .found import shorten
from .placed import SERIES, Figure, figures_of
from .run_figures import NOT_NAMED, Known, known_figures

EQUAL, DIFFERS, UNCHECKED = "equal", "differs", "unchecked"
"""What a check says: equal to its rounding; placed, and another number there; or nothing in the
run at which its words would place it."""


@dataclass(frozen=True)
class Checked:
    """A printed number, what the check says, and the figure of the run that it was set against."""

    figure: Figure
    state: str
    known: Known | None


def check_numbers(file: str | Path, forecast: Forecast) -> tuple[Checked, ...]:
    """Every number of a deck, workbook, page or text beside that of the forecast it quotes.

    Raises InputError for a file that cannot be read.
    """
    check_kind("check_numbers", forecast, Forecast, A_FORECAST)
    own = own_passages(forecast, Path(file).suffix.lower())
    return check(passages_in(Path(file)), known_figures(forecast.to_dict()), own)


def own_passages(forecast: Forecast, suffix: str) -> Sequence[Passage]:
    """The passages of what the run itself writes: its page, and a file of the kind asked for."""
    from ..report.html_page import as_page

    if suffix not in (".pptx", ".xlsx"):
        return passages_of(as_page(forecast) if suffix in (".html", ".htm") else str(forecast))
    from ..report.deck import write_deck
    from ..report.workbook import write_workbook

    with TemporaryDirectory() as folder:
        file = Path(folder, f"own{suffix}")
        (write_deck if suffix == ".pptx" else write_workbook)(forecast, file)
        return passages_in(file)


def check(
    passages: Iterable[Passage], known: Sequence[Known], own: Iterable[Passage] = ()
) -> tuple[Checked, ...]:
    """Each number against the run: equal, different or unchecked.

    ``known`` are the figures of the run, ``own`` the passages in which it prints them itself.
    """
    listed, printed = list(passages), list(own)
    partner = _paired(listed, printed)
    by_key: dict[Key, list[Passage]] = {}
    for passage in printed:
        by_key.setdefault(_key(passage), []).append(passage)
    found: list[Checked] = []
    for place, passage in enumerate(listed):
        same = by_key.get(_key(passage), [])
        if place in partner:
            found += _beside(passage, printed[partner[place]])
        elif same and not passage.row and _is_worded(passage):
            found += min((list(_beside(passage, one)) for one in same), key=_differing)
        else:
            found += _by_words(passage, known)
    return tuple(found)


Key = tuple[str, str, str]


def _key(passage: Passage) -> Key:
    """The words of a passage without its numbers, and those that name its row and column."""
    return passage.row, passage.column, NUMBER.sub("#", passage.words)


def _wordy_key(passage: Passage) -> Key:
    """The same without the numbers in the names of row and column."""
    row, column, words = (NUMBER.sub("#", part) for part in _key(passage))
    return row, column, words


def _paired(listed: Sequence[Passage], printed: Sequence[Passage]) -> dict[int, int]:
    """The place of each passage's own among those that the run prints, where there is no doubt.

    That is where both have the same words as often: first with the numbers that name row and
    column, then, of what is left, without them.
    """
    pairs: dict[int, int] = {}
    for key in (_key, _wordy_key):
        taken = {*pairs.values()}
        here, there = (
            _places(some, key, gone) for some, gone in ((listed, {*pairs}), (printed, taken))
        )
        for words, places in here.items():
            if len(places) == len(there.get(words, ())):
                pairs |= dict(zip(places, there[words], strict=True))
    worded = [place for place, passage in enumerate(listed) if _is_worded(passage)]
    if 2 * sum(place in pairs for place in worded) < len(worded):  # not a page of the run's own
        pairs = {place: other for place, other in pairs.items() if place in worded}
    return pairs


def _is_worded(passage: Passage) -> bool:
    """True where words say what a number is; "4.03 bn" alone may be anything."""
    said = " ".join((passage.row, passage.column, passage.words))
    return len(re.findall(r"[^\W\d_]{2,}", said)) > 1


def _places(
    some: Sequence[Passage], key: Callable[[Passage], Key], gone: Container[int]
) -> dict[Key, list[int]]:
    found: dict[Key, list[int]] = {}
    for place, passage in enumerate(some):
        if place not in gone:
            found.setdefault(key(passage), []).append(place)
    return found


def _differing(found: Iterable[Checked]) -> int:
    return sum(one.state == DIFFERS for one in found)


def _beside(passage: Passage, own: Passage) -> Iterator[Checked]:
    """The numbers of a passage against those that the run prints in the same words."""
    for match, wanted in zip(passage.numbers, own.numbers, strict=True):
        value, half = _read(match.group())
        there, its_half = _read(wanted.group())
        exact = passage.value is not None and own.value is not None
        slack = 1e-9 * abs(there) if exact else half + its_half * (its_half > half)
        equal = match.group() == wanted.group() or (
            abs(value - there) <= slack if exact or half != its_half else value == there
        )
        figure = Figure(value, half, "printed", passage.where, _quote(passage, match.start()))
        printed = Known("as the run prints it", there, "printed")
        yield Checked(figure, EQUAL if equal else DIFFERS, printed)


def _read(text: str) -> tuple[float, float]:
    """A printed number and half of its last digit."""
    sign = -1.0 if text.startswith("-") else 1.0
    plain = text.lstrip("+-")
    value, half = number(plain.replace(",", "")) or (float(plain.replace(",", "")), 0.0)
    return sign * value, half


def _quote(passage: Passage, at: int) -> str:
    label = ", ".join(part for part in (passage.row, passage.column) if part)
    text = f"{passage.value:g}" if passage.value is not None else shorten(passage.words, at)
    return f"{label}: {text}" if label else text


def _by_words(passage: Passage, known: Sequence[Known]) -> Iterator[Checked]:
    """The numbers of a passage in anybody's words; one that has no place is unchecked."""
    figures = list(figures_of(passage))
    yield from (_check(figure, passage, known) for figure in figures)
    taken = [figure.span for figure in figures]
    taken += [
        m.span() for words in SERIES for m in re.finditer(words, passage.words, re.IGNORECASE)
    ]
    for match in passage.numbers:
        inside = any(start < match.end() and match.start() < end for start, end in taken)
        if not inside and not re.fullmatch(rf"[+-]?{YEAR}", match.group()):
            value, half = _read(match.group())
            bare = Figure(value, half, "number", passage.where, _quote(passage, match.start()))
            yield Checked(bare, UNCHECKED, None)


def _check(figure: Figure, passage: Passage, known: Sequence[Known]) -> Checked:
    """A figure against those of the run that its words name."""
    of_kind = [k for k in known if k.kind in figure.kinds]
    said = f"{passage.row} {passage.column} {passage.words}".lower()
    named = {k.of for k in of_kind if k.of and k.is_named(said)}
    near = {k.of for k in of_kind if k.of and k.is_named(figure.near.lower())}
    items = near or ({*named, NOT_NAMED} if figure.near else named or {NOT_NAMED})
    pool = [k for k in of_kind if k.of in items and k.series in figure.series]
    dated = [k for k in pool if k.year == figure.year] if figure.year is not None else pool
    if any(k.year is not None for k in pool):
        pool = dated
    shown = Figure(
        figure.value, figure.half_unit, figure.kind, figure.where,
        _quote(passage, figure.span[0]), figure.year,
    )  # fmt: skip
    for k in pool if named or figure.whole else ():
        if any(_equal(figure, factor, k.value) for factor in figure.scales):
            return Checked(shown, EQUAL, k)
    told = pool and (named or figure.whole) and (named or figure.year is not None or figure.tells)
    if not told:
        return Checked(shown, UNCHECKED, None)
    nearest = min(pool, key=lambda k: abs(k.value - figure.value * figure.scales[0]))
    return Checked(shown, DIFFERS, nearest)


def _equal(figure: Figure, factor: float, known: float) -> bool:
    slack = factor * figure.half_unit * (1 + 1e-9) + 1e-9 * abs(known)
    return abs(figure.value * factor - known) <= slack
