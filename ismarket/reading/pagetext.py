"""A page as running text: tags, scripts and hidden parts gone, every character traced to its file.

Block elements end a line, cells of a table row are parted by `` | ``.  ``origin[i]`` is the offset
in the source of character ``i`` of the text, so a span of the text is a span of the file.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from html.parser import HTMLParser

CELL = " | "
_BLOCKS = re.compile(
    "address|article|blockquote|body|br|caption|d[dlt]|div|fig(?:ure|caption)|footer|form|h[1-6r]|"
    "header|html|li|main|[ou]l|p|section|table|tbody|t(?:head|foot|itle|r)"
)
_HEADINGS = re.compile("h[1-6]|title")
_UNSEEN = re.compile(
    "script|style|template|noscript|svg|iframe|object|select|button|nav|aside|textarea|"
    "s|strike|del|sup"  # withdrawn; and the mark of a footnote is no digit of the figure before it
)
_VOID = re.compile("br|hr|img|input|meta|link|area|base|col|embed|source|track|wbr")
_NO_WIDTH = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad")
_SAME = str.maketrans(
    "\u00a0\u2007\u202f\u2009\u200a\u2002\u2003\u2010\u2011\u2012\u2013\u2014\u2212\u2018\u2019\u201c\u201d\x00",
    "       ------''\"\" ",
)


@dataclass(frozen=True)
class Page:
    """Running text, the source offset of each of its characters, and what the head declares."""

    text: str
    origin: tuple[int, ...]
    headings: frozenset[int]
    site: str = ""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The characters ``start`` to ``end`` of the text as a span of the source."""
        return self.origin[start], self.origin[end - 1] + 1


def page_of(source: str) -> Page:
    """The page of a text or HTML source; HTML is what carries tags that a page has."""
    tags = r"<(?:!doctype|html|body|head|p|div|td|tr|table|span|h[1-6]|br|li|ul)\b[^>]*>"
    if not re.search(tags, source[:65_536], re.IGNORECASE):
        return _from_text(source)
    reader = _Reader(source)
    reader.feed(source)
    reader.close()
    return Page("".join(reader.text), tuple(reader.origin), frozenset(reader.heads), reader.site)


def _from_text(source: str) -> Page:
    """Plain text: lines stay lines, except where a long line runs on in the next."""
    text: list[str] = []
    origin: list[int] = []
    above: tuple[int, int] | None = None
    for match in re.finditer(r"[^\r\n]+", source):
        start, end = match.span()
        if above and _runs_on(source, above, start):
            text[-1] = " "
        above = start, end
        for offset, character in enumerate(match.group(), start):
            if character not in _NO_WIDTH:
                text.append(character.translate(_SAME))
                origin.append(offset)
        text.append("\n")
        origin.append(min(end, len(source) - 1))
    joined = "".join(text)
    starts = list(re.finditer(r"[^\n]+", joined))
    heads = frozenset(m.start() for m in starts if _looks_like_heading(m.group()))
    return Page(joined, tuple(origin), heads)


def _runs_on(source: str, above: tuple[int, int], start: int) -> bool:
    """True where the line that starts here goes on with the one right above it."""
    gap = source[above[1] : start]
    line = source[above[0] : above[1]].rstrip()
    if gap.count("\n") > 1 or len(line) < 50 or line[-1:] in ".!?:|":
        return False
    long = [word for word in line.split() if len(word) > 3 and word[0].isalpha()]
    titled = sum(word[0].isupper() for word in long) >= 0.6 * len(long)
    return source[start].islower() or source[start].isdigit() or not titled


def _looks_like_heading(line: str) -> bool:
    words = line.split()
    return 0 < len(words) <= 8 and line.rstrip()[-1:] not in ".!?;,|" and not re.search(r"\d", line)


class _Reader(HTMLParser):
    """Collects the seen text of a page; forgives whatever a browser would."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=False)
        self.text: list[str] = []
        self.origin: list[int] = []
        self.heads: list[int] = []
        self.site = ""
        self._starts = [0, *(m.end() for m in re.finditer(r"\n", source))]
        self._unseen: tuple[str, int] | None = None
        self._cells = 0

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._starts[line - 1] + column

    def _put(self, text: str, offset: int, step: int) -> None:
        if self._unseen:
            return
        for index, character in enumerate(text):
            if character in _NO_WIDTH:
                continue
            plain = character.translate(_SAME)
            if plain.isspace():
                if not self.text or self.text[-1].isspace():
                    continue
                plain = " "
            self.text.append(plain)
            self.origin.append(offset + index * step)

    def _break(self, mark: str) -> None:
        if self._unseen:
            return
        while self.text and self.text[-1] == " ":
            self.text.pop()
            self.origin.pop()
        if mark == "\n" and (not self.text or self.text[-1] == "\n"):
            return
        offset = self._offset()
        self.text.extend(mark)
        self.origin.extend([offset] * len(mark))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Follow what is hidden, and where lines and cells begin."""
        if self._unseen:
            if tag == self._unseen[0]:
                self._unseen = (tag, self._unseen[1] + 1)
            return
        found = {name: value or "" for name, value in attrs}
        if tag == "meta" and found.get("property") == "og:site_name":
            self.site = found.get("content", "").strip()[:80]
        style = re.sub(r"\s", "", found.get("style", "").lower())
        hidden = "hidden" in found or "display:none" in style or "visibility:hidden" in style
        if _UNSEEN.fullmatch(tag) or (hidden and not _VOID.fullmatch(tag)):
            self._unseen = (tag, 1)
        elif tag in ("td", "th"):
            if self._cells:
                self._break(CELL)
            self._cells += 1
        elif _BLOCKS.fullmatch(tag):
            self._break("\n")
            self._cells = 0
            if _HEADINGS.fullmatch(tag):
                self.heads.append(len(self.text))

    def handle_endtag(self, tag: str) -> None:
        """End what the tag opened."""
        if self._unseen:
            name, depth = self._unseen
            if tag == name:
                self._unseen = (name, depth - 1) if depth > 1 else None
        elif _BLOCKS.fullmatch(tag):
            self._break("\n")
            self._cells = 0

    def handle_data(self, data: str) -> None:
        """Text between tags."""
        self._put(data, self._offset(), 1)

    def handle_entityref(self, name: str) -> None:
        """A named character."""
        self._put(html.unescape(f"&{name};"), self._offset(), 0)

    def handle_charref(self, name: str) -> None:
        """A numbered character."""
        self._put(html.unescape(f"&#{name};"), self._offset(), 0)
