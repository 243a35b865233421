"""A page as running text: tags, scripts and hidden parts gone, every character traced to its file.

Block elements end a line, cells of a table row are parted by CELL.  Text is made piece by piece:
within a piece characters of the text are characters of the source, one for one.
"""

from __future__ import annotations

import html
import math
import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace

CELL = "\x1f"
"""Between two cells of a row."""
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6 title summary".split())
_BLOCKS = _HEADINGS | frozenset(
    "address article blockquote body br caption dd details dl dt div figure figcaption footer form"
    " hr header html li main ol ul p section table tbody thead tfoot tr".split()
)
_UNSEEN = frozenset(
    "script style template noscript svg iframe object select button nav aside textarea"
    " s strike del sup".split()  # withdrawn; and a footnote's mark is no digit of a figure
)
_VOID = frozenset("br hr img input meta link area base col embed source track wbr".split())
_NO_WIDTH = "\u200b-\u200f\u2060\u2066-\u2069\u202a-\u202e\ufeff\u00ad"
_CONTROLS = {code: " " for code in (*range(32), *range(127, 160), 0x2028, 0x2029) if code != 10}
_SAME = _CONTROLS | str.maketrans(
    "\u00a0\u2007\u202f\u2009\u200a\u2002\u2003\u2010\u2011\u2012\u2013\u2014\u2212\u2018\u2019\u201c\u201d\u00ab\u00bb\u00b7",
    '       ------\'\'""""|',
)
_ENDS = re.compile(rf"  +|[{_NO_WIDTH}]+|(?:&#?\w{{1,31}};?)+")
"""What ends a piece: white space that runs on, characters without width, named characters."""
_TAG = re.compile(
    r"<(?P<close>/)?(?P<name>[a-zA-Z][^\s/>]{0,30}+)(?P<rest>(?:[^>\"']|\"[^\"]*\"|'[^']*')*+)>"
)
_PLAIN_TAG = re.compile(r"<(?P<close>/)?(?P<name>[a-zA-Z][^\s/>]{0,30}+)(?P<rest>[^>]*+)>")
_MARK = re.compile(r"<(?=/?[a-zA-Z]|[!?])")
_RUN = re.compile(r"(?:</?(?:div|p|ul|li|section)>\s*+){2,}+")
"""Tags that only end a line, one after the other."""
_HIDDEN = re.compile(
    r"\shidden(?=[\s=/]|$)|style\s*=\s*[\"'][^\"']*(?:display\s*:\s*none|visibility\s*:\s*hidden)",
    re.IGNORECASE,
)
_META = re.compile(
    r"(?=.*property\s*=\s*[\"']og:site_name[\"'])"
    r".*content\s*=\s*(?P<quote>[\"'])(?P<text>.*?)(?P=quote)",
    re.IGNORECASE | re.DOTALL,
)
LONGEST_TEXT = 100_000
"""Characters of running text that are read: more than any report has in front of its paywall."""
LONGEST_TAG = 2_000
"""Characters of a tag in which attributes are looked for."""


@dataclass(frozen=True)
class Page:
    """Running text in pieces, which of its lines are headings, and what the head declares.

    A piece is where it begins in the text, where in the source, and 1; or 0 where its characters
    are not those of the source one for one.  A translated page keeps the ``printed`` one, in whose
    text its pieces tell the place.  ``cut`` is after how many characters its reading stops, 0 where
    it is read to the end.
    """

    text: str
    pieces: tuple[tuple[int, int, int], ...] = ((0, 0, 1),)
    headings: frozenset[int] = frozenset()
    site: str = ""
    cut: int = 0
    printed: Page | None = field(default=None, repr=False)

    def at(self, index: int) -> int:
        """Where a character of the text stands in what its pieces were taken from."""
        start, source, step = self.pieces[bisect_right(self.pieces, (index, math.inf, 1)) - 1]
        return source + (index - start) * step

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The characters ``start`` to ``end`` of the text as a span of the source."""
        if not self.printed:
            return self.at(start), self.at(end - 1) + 1
        piece = bisect_right(self.pieces, (end - 1, math.inf, 1))
        whole = self.pieces[piece - 1][2] == 0 and piece < len(self.pieces)
        last = self.pieces[piece][1] if whole else self.at(end - 1) + 1
        return self.printed.span(self.at(start), max(last, self.at(start) + 1))

    def as_printed(self, start: int, end: int) -> str:
        """The characters ``start`` to ``end`` of the text in the language of the page."""
        if not self.printed:
            return self.text[start:end]
        return self.printed.text[self.at(start) : self.at(end - 1) + 1]

    def line(self, start: int) -> tuple[str, int]:
        """The line, as printed, in which a character of the text stands, and where in it."""
        text, at = self.text, start
        if self.printed:
            text, at = self.printed.text, self.at(start)
        first, last = text.rfind("\n", 0, at) + 1, text.find("\n", at)
        return text[first : last if last >= 0 else len(text)], at - first


def page_of(source: str) -> Page:
    """The page of a text or HTML source; HTML is what carries tags that a page has."""
    tags = r"<(?:!doctype|html|body|head|p|div|td|tr|table|span|h[1-6]|br|li|ul|dl)\b[^<>]*>"
    if not re.search(tags, source[:65_536], re.IGNORECASE):
        return _from_text(source)
    writer = _Writer()
    _feed(source, writer)
    return writer.page()


class _Writer:
    """Collects the seen text of a page, and where each piece of it came from."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.pieces: list[tuple[int, int, int]] = []
        self.heads: list[int] = []
        self.site = ""
        self.last = "\n"

    def page(self) -> Page:
        """What was collected."""
        text = "".join(self.parts)[:LONGEST_TEXT]
        cut = LONGEST_TEXT if self.length > LONGEST_TEXT else 0
        return Page(text, tuple(self.pieces) or ((0, 0, 1),), frozenset(self.heads), self.site, cut)

    def put(self, text: str, source: int, step: int = 1) -> None:
        """Add a piece that stands at ``source``."""
        if not text:
            return
        self.parts.append(text)
        self.pieces.append((self.length, source, step))
        self.length += len(text)
        self.last = text[-1]

    def write(self, plain: str, start: int, end: int) -> None:
        """Add the text from ``start`` to ``end`` with its white space run together."""
        end = min(end, start + 2 * LONGEST_TEXT)
        for match in _ENDS.finditer(plain, start, end):
            self._piece(plain[start : match.start()], start)
            found = match.group()
            if found[0] == "&":
                self._named(html.unescape(found), match.start())
            elif found[0] == " " and self.last not in "\n ":
                self.put(" ", match.start())
            start = match.end()
        self._piece(plain[start:end], start)

    def _piece(self, text: str, start: int) -> None:
        if text[:1] == " " and self.last in "\n ":
            text, start = text[1:], start + 1
        self.put(text, start)

    def _named(self, text: str, at: int) -> None:
        plain = re.sub(rf"[{_NO_WIDTH}]", "", text).translate(_SAME).replace("\n", " ")
        if not plain.isspace() or self.last not in "\n ":
            self.put(plain, at, 0)

    def drop_hyphen(self) -> bool:
        """Take back the hyphen of a word that goes on in the next line; False where none is."""
        if not re.search(r"[a-z]-$", self.parts[-1]):
            return False
        self.parts[-1] = self.parts[-1][:-1]
        self.length -= 1
        return True

    def end(self, mark: str, at: int) -> None:
        """End a line or a cell."""
        if self.last == mark == "\n":
            return
        self.put(mark, at, 0)


def _feed(source: str, writer: _Writer) -> None:
    """Read tags and text in one pass; what a page leaves open costs no second look."""
    tag, at, left, unseen, depth, cells, closed = _TAG, 0, 0, "", 0, 0, source.rfind(">")
    plain = source.translate(_SAME).replace("\n", " ")
    while at < len(source) and writer.length < LONGEST_TEXT:
        mark = _MARK.search(source, at)
        start = mark.start() if mark else len(source)
        if not unseen:
            writer.write(plain, at, start)
        if not mark:
            break
        if source[start + 1] in "!?":
            at = _no_tag(source, start)
            continue
        if not unseen and (run := _RUN.match(source, start)):
            at, cells = run.end(), 0
            writer.end("\n", start)
            continue
        match = tag.match(source, start) if start < closed else None
        if not match and start < closed:
            tag = _PLAIN_TAG  # a quote is open to the end: quotes tell nothing from here on
            match = tag.match(source, start)
        if not match:
            break
        at, name, closes = match.end(), match["name"].lower(), bool(match["close"])
        if unseen:
            if name == unseen:
                depth += -1 if closes else 1
                unseen = unseen if depth else ""
            continue
        beside, left, rest = start == left, at * closes, match["rest"][:LONGEST_TAG]
        if not closes and name == "meta" and (found := _META.match(rest)):
            writer.site = html.unescape(found["text"]).strip()[:80]
        if not closes and (
            name in _UNSEEN or (rest and name not in _VOID and _HIDDEN.search(rest))
        ):
            unseen, depth = name, 1
            if name in ("script", "style"):
                end = re.compile(rf"</{name}", re.IGNORECASE).search(source, at)
                at = end.start() if end else len(source)
        elif name in ("td", "th"):
            if not closes:
                writer.end(CELL if cells else "\n", start)
            cells += not closes
        elif name not in _BLOCKS:
            on = source[at : at + 1].isalnum() or source[at : at + 1] in tuple("$\u20ac\u00a3")
            if beside and on and not closes and writer.last.isalnum():
                writer.put(" ", start, 0)  # two labels side by side are no word
        else:
            writer.end("\n", start)
            cells = 0
            if not closes and name in _HEADINGS:
                writer.heads.append(writer.length)


def _no_tag(source: str, start: int) -> int:
    """The end of the comment, declaration or instruction that begins here."""
    mark = "-->" if source.startswith("<!--", start) else ">"
    end = source.find(mark, start + 2)
    return end + len(mark) if end >= 0 else len(source)


def _from_text(source: str) -> Page:
    """Plain text: lines stay lines, except where a long line runs on in the next."""
    writer, above = _Writer(), (0, 0)
    for match in re.finditer(r"[^\r\n]+", source):
        start, end = match.span()
        if not match.group().strip():
            continue
        if writer.length >= LONGEST_TEXT:
            break
        if above[1]:
            mark = " " if _runs_on(source, above, start) else "\n"
            if mark == "\n" or not writer.drop_hyphen():
                writer.put(mark, min(above[1], len(source) - 1), 0)
        above = start, end
        for piece in re.finditer(rf"[^{_NO_WIDTH}]+", match.group()):
            cells = re.sub(r"(?<=\S)\t", CELL, piece.group())
            writer.put(cells.translate(_SAME | {ord(CELL): CELL}), start + piece.start())
    writer.put("\n", max(0, len(source) - 1), 0)
    page = writer.page()
    lines = re.finditer(r"[^\n]+", page.text)
    heads = frozenset(m.start() for m in lines if _looks_like_heading(m.group()))
    return replace(page, headings=heads)


def _runs_on(source: str, above: tuple[int, int], start: int) -> bool:
    """True where the line that starts here goes on with the one right above it."""
    if re.match(r"[-*\u2022]\s", source[start : start + 2]):
        return False
    key = re.compile(r"[^:\n]{2,40}:\s|[^:\n]{2,60}?\s\.{3}")
    pair = key.match(source, start)
    figure = re.compile(r"[$\u20ac\u00a3]?\d")
    if any(lead.match(source, start) and lead.match(source, above[0]) for lead in (key, figure)):
        return False  # a list of pairs, or of figures
    shortest = 24 if source[start].islower() and not pair else 50
    if source.count("\n", above[1], start) > 1 or above[1] - above[0] < shortest:
        return False
    line = source[max(above[0], above[1] - 300) : above[1]].rstrip()
    if len(line) < shortest or line[-1:] in "!?:|" or (line[-1:] == "." and shortest == 50):
        return False
    long = [word for word in line.split() if len(word) > 3 and word[0].isalpha()]
    titled = sum(word[0].isupper() for word in long) >= 0.6 * len(long)
    return source[start].islower() or source[start].isdigit() or not titled


def _looks_like_heading(line: str) -> bool:
    """True for a short line without figures that ends as no sentence does."""
    if len(line) > 120:
        return False
    words = line.split()
    return (
        0 < len(words) <= 10
        and line.rstrip()[-1:] not in ".!?;,|"
        and not re.search(r"\d|:\s", line)
    )
