"""Sources: every one that a shipped table cites is on file with its place and confidence."""

import csv
import random
from importlib.resources import files
from urllib.parse import urlsplit

import pytest
from both_markets import MARKETS, market_and_drivers, scenario_of

from ismarket import forecast
from ismarket.model.sources import CONFIDENCE, Source, cited, described, parts_of, read_sources
from ismarket.report.html_page import as_page
from ismarket.text.sheet import Sheet, Table

DATA = files("ismarket").joinpath("data")


def rows():
    """Every row of every shipped table that cites a source, but for the list of sources."""
    tables = [*DATA.iterdir(), *DATA.joinpath("evidence").iterdir()]
    for table in sorted(tables, key=lambda t: t.name):
        if table.name.endswith(".csv") and table.name != "sources.csv":
            read = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
            yield from ((table.name, row["source"]) for row in read if "source" in row)


def test_thirty_rows_taken_at_random_have_sources_on_file():
    known = read_sources()
    for table, citation in random.Random(20717).sample(list(rows()), 30):
        assert parts_of(citation), table
        for part in cited(citation):
            assert part in known, (table, part)
            assert known[part].facts > 0


def test_no_source_is_missing_and_none_is_listed_that_nobody_cites():
    assert {part for _, citation in rows() for part in cited(citation)} == set(read_sources())


def test_a_source_has_a_place_and_a_confidence():
    for source in read_sources().values():
        assert source.locator
        assert source.confidence in CONFIDENCE
        if source.address:
            assert urlsplit(source.address).scheme in ("http", "https")
            assert urlsplit(source.address).netloc


@pytest.mark.parametrize(
    ("locator", "address"),
    [
        ("https://a.org/x (page 3)", "https://a.org/x"),
        ("github:o/r@12ab data/t.csv", "https://github.com/o/r/blob/12ab/data/t.csv"),
        ("PMID 123; doi:10.1/x", "https://pubmed.ncbi.nlm.nih.gov/123/"),
        ("javascript:alert(1)", ""),
        ("see rows above", ""),
    ],
)
def test_an_address_is_a_place_on_the_web_or_nothing(locator, address):
    assert Source("s", locator, "A", 1).address == address


def test_an_assumption_and_an_unknown_source_are_said_as_they_stand():
    name = next(iter(read_sources()))
    known, unknown, assumed = described(f"{name} | somebody 1999 | assumption: a guess")
    assert known == read_sources()[name].words
    assert (unknown, assumed) == ("somebody 1999", "assumption: a guess")


@pytest.mark.parametrize("name", MARKETS)
def test_the_inputs_of_a_page_link_their_sources_and_say_how_they_were_read(name):
    found = forecast(*market_and_drivers(name), scenario_of(name))
    page, known = as_page(found), read_sources()
    for p in found.plan.parameters:
        for part in cited(p.source):
            if part in known and known[part].address:
                assert f"({known[part].confidence})</a>" in page
                assert known[part].address.replace("&", "&amp;") in page


def test_an_address_in_a_sheet_is_a_link_and_nothing_else_is_markup():
    html = Sheet("t", ["see https://a.org/x?a=1&b=2 <b>", Table(["s"], [["a | <i>"]])]).html()
    assert "<a href='https://a.org/x?a=1&amp;b=2' rel='noopener'>" in html
    assert "&lt;b&gt;" in html
    assert "&lt;i&gt;" in html
    linked = Table(["s"], [["a | b"]], links={"a": "https://a.org/'x"}).html()
    assert "<a href='https://a.org/&#x27;x' rel='noopener'>a</a> | b" in linked
