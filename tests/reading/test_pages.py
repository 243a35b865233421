"""Pages of many markets: whose they are, the figures of that market alone, right or not found."""

import re
import tomllib
from pathlib import Path

import pytest
from mutated_pages import large, mutated, pages, timed, unknown_words

from ismarket.reading import FIELDS, installed, read_text
from ismarket.reading.subject import known_subjects

PAGES, HELD = pages("pages"), pages("held")
"""``held`` was written before the rules were looked at, each later set before they were run.

A page lists beside its fields those that are known to be missed.

Fields missed and wrong in the first run of each set, whose rules had been mended for those before:
first 78 and 14 of 308, second 38 and 8 of 156, third 43 and 6 of 190, fourth 48 and 5 of 174; of
plainer pages fifth 15 and 1 of 159, sixth 7 and 4 of 154, seventh 14 and 5 of 145, eighth 8 and 0
of 69.  (The rules before any, on fifth to eighth: 100 and 22 of 527.)  Of the seven sets of 30
pages since, plain and odd, ninth 15 and 5 of 197, tenth 56 and 6 of 175, eleventh 21 and 4 of 185,
twelfth 41 and 8 of 179, thirteenth 38 and 3 of 185, fourteenth 27 and 3 of 193, fifteenth 15 and 3
of 160; wrong were names of markets (14), years (9), amounts (4), rates (3) and publishers (2).
Three of 67 pages each were written by one who does not know the rules: sixteenth 111 and 12 of
519, wrong were publishers (5), markets (5), a class and a driver; seventeenth, on the rules mended
for that, 141 and 10 of 547, wrong were amounts and base years (7) and publishers (3); eighteenth
81 and 6 of 522, wrong were classes (2), markets (2), a publisher and a region.  Of 50 odder ones by
one more, nineteenth, 143 and 6 of 375, wrong were classes (2), amounts and a base year (3) and a
market; its page of a company, without a market in its title, is of the market of its figures.
Expectations were put to what the sets before had agreed on: a route of administration is no class,
a segment is one; a legal form belongs to a name; a market of one country begins with the country, a
title says whose a page is; an amount in a currency that is not read counts as the page converts it;
"forecasts from 2023 to 2028" is a forecast period; the growth of one year is no CAGR, and the years
of the rate go before those of a box; a class is in small letters or called as the market calls it,
a place as printed (12, 25 and 10 of the last three); who signs a page publishes it (second, fourth
and seventh); a legal form with a dot is left open.
"""


@pytest.fixture(scope="session")
def known(second):
    own = [subject for subject in installed() if subject.market != second[0].name]
    return (*own, *known_subjects([second[0]]))


def same(got, want):
    return got == want or (isinstance(want, float) and got == pytest.approx(want, rel=1e-12))


def test_the_set_is_wide():
    assert len(PAGES) >= 60
    others = [p for p in PAGES.values() if p.get("market") not in (None, "infantile-spasms")]
    assert len(others) >= 40
    assert {p["currency"] for p in PAGES.values() if "currency" in p} >= {
        "USD", "EUR", "GBP", "INR", "JPY", "CHF",
    }  # fmt: skip
    assert {name[10:14] for name in PAGES if name.startswith("languages")} >= {
        " de_", " fr_", " es_",
    }  # fmt: skip


@pytest.mark.parametrize("name", PAGES | HELD)
def test_a_field_of_a_page_is_right_or_known_to_be_missed_and_it_says_whose_it_is(name, known):
    page = (PAGES | HELD)[name]
    reading = read_text(page["text"], known=known)
    for field in reading.fields:
        assert same(reading.value(field), page.get(field)), field
        if field in ("value", "last_value"):
            assert reading.fields[field].currency == page["currency"]
    missed = [field for field in FIELDS if field in page and field not in reading.fields]
    assert missed == page.get("missed", [])
    own = (None, *(subject.market for subject in known))
    if page.get("market") not in own and "market" not in missed:
        assert "another market than those installed" in " ".join(reading.notes)
    assert [market for market in page.get("several", ()) if market not in reading.notes[0]] == []


def test_a_page_of_several_markets_lists_them_and_takes_the_one_that_is_asked_for(known):
    for page in (page for page in PAGES.values() if "several" in page):
        reading = read_text(page["text"], known=known)
        assert not reading.fields
        (note,) = reading.notes
        assert [name for name in page["several"] if name in note] == page["several"]
    digest = PAGES["prose, several_digest"]["text"]
    lupus = read_text(digest, market="lupus", known=known)
    assert (lupus.value("value"), lupus.value("cagr")) == (3.1e9, 0.084)


def test_figures_of_a_market_that_is_asked_for_are_none_of_the_pages_own(known):
    for name in ("prose, vaccines_overview", "prose, epilepsy_related", "tables, gvr_scope"):
        reading = read_text(PAGES[name]["text"], market="infantile-spasms", known=known)
        assert set(reading.fields) <= {"market", "publisher"}


def test_a_page_in_a_language_that_is_not_read_says_so(known):
    reading = read_text(PAGES["languages, it_unread"]["text"], known=known)
    assert not reading.fields
    assert "in Italian, which is not read" in reading.notes[0]


def test_what_is_quoted_from_a_page_in_another_language_is_as_printed(known):
    page = PAGES["languages, de_prose"]["text"]
    for found in read_text(page, known=known).fields.values():
        assert found.quote in " ".join(page.split())
    value = read_text(page, known=known).fields["value"]
    assert page[value.start : value.end] == "26,4 Milliarden US-Dollar"


def test_nothing_of_one_disease_stands_in_the_reading():
    folder = Path(__file__).parents[2] / "ismarket" / "reading"
    for file in (*folder.glob("*.py"), *folder.glob("*.toml")):
        text = file.read_text(encoding="utf-8")
        assert not re.search(
            r"spasm|infant|\bWest\b|vigabatrin|ACTH|cortico|seizure|dravet", text, re.I
        )


DOORS = "Safe Doors Market\n\nThe safe doors market was valued at USD 2.0 billion in 2022. "


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        (f"{DOORS}\n\nReleased by PR Newswire.", "publisher", None),
        (f"{DOORS}According to GlobalData it is on the rise.", "publisher", "GlobalData"),
        (f"{DOORS}The steel segment is the fastest growing.", "fastest_growing_class", "steel"),
        (
            f"{DOORS}The online stores segment is the fastest growing.",
            "fastest_growing_class",
            None,
        ),
        ("The safe doors market was known for its USD 3.5 million per patient.", "value", None),
        (f"{DOORS}Europe is the second largest region.", "largest_region", None),
        (f"{DOORS}Author: Ann B., Oslo. It is on the rise.", "publisher", None),
    ],
)
def test_a_wire_is_no_publisher_a_place_of_sale_no_class_and_a_price_no_level(text, field, value):
    assert read_text(text, known=()).value(field) == value


def test_every_table_entry_is_used_and_every_one_that_is_used_is_there():
    folder = Path(__file__).parents[2] / "ismarket" / "reading"
    code = "".join(file.read_text(encoding="utf-8") for file in folder.glob("*.py"))
    used_as = {
        "cues": r"CUES\.(\w+)",
        "lists": r'LISTS\["(\w+)',
        "publishers": r'_patterns\("(\w+)',
    }
    for table, used in used_as.items():
        entries = tomllib.loads((folder / f"{table}.toml").read_text(encoding="utf-8"))
        assert entries.keys() == set(re.findall(used, code))


@pytest.mark.slow(reason="every page with other words")
def test_a_word_that_no_list_holds_costs_a_field_and_hardly_ever_a_wrong_one(known):
    asked = [field for field in FIELDS if field not in ("market", "drivers_named")]
    asked.remove("fastest_growing_class")  # those are words of the page themselves
    read = wrong = 0
    for text, page in unknown_words(150, seed=11):
        reading = read_text(text, known=known)
        got = [(reading.value(f), page.get(f)) for f in asked if f in reading.fields]
        read += len(got)
        wrong += sum(not same(value, want) for value, want in got)
    assert read > 500
    assert wrong <= 0.01 * read


def test_spoilt_pages_are_read_without_an_error(known):
    for text in mutated(40, seed=3):
        timed(text, known)


@pytest.mark.slow(reason="pages of megabytes")
def test_a_page_that_is_not_read_to_its_end_says_so(known):
    name = "prose, hemophilia_faq"
    long = PAGES[name]["text"] + "Of other things there is no end.\n\n" * 4_000
    for page, stop in ((long, "100,000"), (f"<p>{long.replace('  ', '<p>')}", "100,000")):
        reading = read_text(page, known=known)
        assert reading.notes[-1] == f"only the first {stop} characters of its text are read"
        assert reading.value("value") == 13.9e9
    german = PAGES["languages, de_prose"]["text"] + "Der Markt und die Welt. " * 2_000
    assert read_text(german, known=known).notes[-1].startswith("only the first 45,000 characters")
    assert not any("only the first" in n for n in read_text(PAGES[name]["text"], known=known).notes)


@pytest.mark.slow(reason="pages of megabytes")
def test_pages_made_to_be_slow_take_a_part_of_a_second(known):
    for name, text in large(16_384):
        assert timed(text, known) < 1.0, name
