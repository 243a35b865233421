"""Two small parsers, written apart from the product's: the TOML that a scenario needs, and CSV.

Each reads only what it is sure of and gives None for anything else, so that whatever both accept
must be the same.
"""

import re

BARE = re.compile(r"[A-Za-z0-9_-]+")
INTEGER = re.compile(r"[+-]?(?:0|[1-9](?:_?[0-9])*)")
FLOAT = re.compile(
    r"[+-]?(?:0|[1-9](?:_?[0-9])*)(?:\.[0-9](?:_?[0-9])*)?(?:[eE][+-]?[0-9](?:_?[0-9])*)?"
)
ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


class UnsureError(Exception):
    """What this parser does not read."""


class Toml:
    """A recursive descent over one text; ``read`` gives nested tables or None."""

    def __init__(self, text):
        self.text, self.at = text, 0

    def read(self):
        try:
            return self.document()
        except (UnsureError, IndexError):
            return None

    def document(self):
        root, table, headers = {}, None, set()
        table = root
        while True:
            self.blank(lines=True)
            if self.at == len(self.text):
                return root
            if self.peek() == "[":
                self.take("[")
                path = self.key()
                self.take("]")
                if tuple(path) in headers:
                    raise UnsureError
                headers.add(tuple(path))
                table = root
                for part in path:
                    table = table.setdefault(part, {})
                    if not isinstance(table, dict):
                        raise UnsureError
                if table:
                    raise UnsureError
            else:
                self.pair(table)
            self.blank()
            if self.at < len(self.text):
                self.take("\n")

    def pair(self, table):
        path = self.key()
        self.take("=")
        self.blank()
        value = self.value()
        for part in path[:-1]:
            table = table.setdefault(part, {})
            if not isinstance(table, dict):
                raise UnsureError
        if path[-1] in table:
            raise UnsureError
        table[path[-1]] = value

    def key(self):
        parts = []
        while True:
            self.blank()
            if self.peek() in "\"'":
                parts.append(self.string())
            else:
                parts.append(self.match(BARE))
            self.blank()
            if self.peek() != ".":
                return parts
            self.take(".")

    def value(self):
        first = self.peek()
        if first in "\"'":
            return self.string()
        if first == "[":
            return self.array()
        for word, value in (("true", True), ("false", False)):
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return value
        text = self.match(FLOAT)
        if self.peek() not in " \t\n,]#" and self.at < len(self.text):
            raise UnsureError
        plain = text.replace("_", "")
        return int(plain) if INTEGER.fullmatch(text) else float(plain)

    def array(self):
        self.take("[")
        items = []
        while True:
            self.blank(lines=True)
            if self.peek() == "]":
                self.at += 1
                return items
            items.append(self.value())
            self.blank(lines=True)
            if self.peek() != "]":
                self.take(",")

    def string(self):
        quote = self.peek()
        if self.text.startswith(quote * 3, self.at):
            raise UnsureError
        self.at += 1
        found = []
        while self.peek() != quote:
            char = self.text[self.at]
            self.at += 1
            if char == "\n" or (ord(char) < 32 and char != "\t") or ord(char) == 127:
                raise UnsureError
            if char == "\\" and quote == '"':
                found.append(self.escape())
            else:
                found.append(char)
        self.at += 1
        return "".join(found)

    def escape(self):
        kind = self.text[self.at]
        self.at += 1
        if kind in ESCAPES:
            return ESCAPES[kind]
        size = {"u": 4, "U": 8}.get(kind)
        digits = self.text[self.at : self.at + (size or 0)]
        if not size or not re.fullmatch(f"[0-9a-fA-F]{{{size}}}", digits):
            raise UnsureError
        self.at += size
        code = int(digits, 16)
        if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            raise UnsureError
        return chr(code)

    def blank(self, lines=False):
        while self.at < len(self.text):
            char = self.text[self.at]
            if char in " \t" or (lines and char == "\n"):
                self.at += 1
            elif char == "#":
                end = self.text.find("\n", self.at)
                comment = self.text[self.at : end if end >= 0 else len(self.text)]
                if any((ord(c) < 32 and c != "\t") or ord(c) == 127 for c in comment):
                    raise UnsureError
                self.at += len(comment)
            else:
                return

    def peek(self):
        return self.text[self.at] if self.at < len(self.text) else "\0"

    def take(self, char):
        if self.peek() != char:
            raise UnsureError
        self.at += 1

    def match(self, pattern):
        found = pattern.match(self.text, self.at)
        if not found:
            raise UnsureError
        self.at = found.end()
        return found.group()


def read_toml(text):
    """The tables of a small TOML text, or None for what this parser is not sure of."""
    return Toml(text.replace("\r\n", "\n")).read()


def read_csv(text):
    """The rows of a CSV text by RFC 4180 with either line end, or None where it breaks it."""
    rows, row, cell = [], [], []
    state = "start"
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if not text.endswith("\n") and text:
        text += "\n"
    for char in text:
        if state == "quoted":
            if char == '"':
                state = "after quote"
            else:
                cell.append(char)
        elif char == '"' and state == "start":
            state = "quoted"
        elif char == '"' and state == "after quote":
            cell.append('"')
            state = "quoted"
        elif char in ",\n":
            row.append("".join(cell))
            cell, state = [], "start"
            if char == "\n":
                rows.append(row)
                row = []
        elif state == "after quote":
            return None
        else:
            cell.append(char)
            state = "plain"
    return rows if state == "start" and not row else None
