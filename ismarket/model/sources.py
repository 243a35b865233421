"""Where the evidence was read: each source that a shipped table cites, its place and confidence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from .tables import parse_table

CONFIDENCE = {
    "A": "read in its own text",
    "B": "read in a secondary source",
    "C": "background knowledge",
}
"""How a source was read, by letter."""
ASSUMPTION = "assumption"
"""How a citation begins that is judgement and no source."""
_ADDRESS = re.compile(r"https?://[^\s<>\"']+")
_GITHUB = re.compile(r"github:([\w.-]+/[\w.-]+)@(\w+) (\S+)")
_PUBMED = re.compile(r"PMID (\d+)")


@dataclass(frozen=True)
class Source:
    """One source: ``locator`` is where it was read, ``facts`` how many figures were read in it."""

    name: str
    locator: str
    confidence: str
    facts: int

    @property
    def address(self) -> str:
        """The locator as an address to open, empty where it is none."""
        if found := _ADDRESS.search(self.locator):
            return found.group()
        if found := _GITHUB.match(self.locator):
            return "https://github.com/{}/blob/{}/{}".format(*found.groups())
        if found := _PUBMED.search(self.locator):
            return f"https://pubmed.ncbi.nlm.nih.gov/{found.group(1)}/"
        return ""

    @property
    def words(self) -> str:
        """Confidence and place behind the name, in a line."""
        place = self.address or self.locator
        how = f"confidence {self.confidence} ({CONFIDENCE[self.confidence]})"
        return f"{self.name} · {how} · {place}"


def parts_of(text: str) -> list[str]:
    """The parts of a citation: sources, and assumptions among them."""
    return [part for part in map(str.strip, text.split(" | ")) if part]


def cited(text: str) -> list[str]:
    """The sources that a cell cites, without the assumptions among them."""
    return [part for part in parts_of(text) if not part.startswith(ASSUMPTION)]


@cache
def read_sources() -> Mapping[str, Source]:
    """The sources that come with the package, by name as the tables cite them."""
    table = files("ismarket").joinpath("data", "evidence", "sources.csv")
    columns = ["source", "locator", "confidence", "facts"]
    found = {}
    for row in parse_table(table.read_bytes(), "sources.csv", columns, evidence=("source",)):
        name, how = row.text("source"), row.choice("confidence", "confidence", CONFIDENCE)
        found[name] = Source(name, row.text("locator"), how, row.whole("facts"))
    return found


def described(text: str) -> list[str]:
    """Each part of a citation with its confidence and place, as far as they are known."""
    known = read_sources()
    return [known[part].words if part in known else part for part in parts_of(text)]
