"""Words by which a page speaks of a market: whole, in capitals or not, with a hyphen or a space."""

import re

import pytest

from ismarket import InputError
from ismarket.model.words import LONGEST, matching, parse_words, words_of


@pytest.mark.parametrize(
    ("word", "found", "not_found"),
    [
        ("spasm", ["a spasm.", "SPASM"], ["spasms", "xspasm"]),
        ("spasm*", ["spasms", "Spasm", "spasmodic"], ["aspasm"]),
        ("west syndrome", ["West syndrome", "west-syndrome", "west  syndrome"], ["westsyndrome"]),
        ("co-pay", ["copay", "co pay", "Co-pay"], ["co  pay"]),
        ("EU", ["the EU."], ["eu", "EUs"]),
        ("ABCDEFG", ["abcdefg"], []),
        ("a.b", ["a.b"], ["axb"]),
    ],
)
def test_a_word_is_matched_whole(word, found, not_found):
    pattern = re.compile(matching([word]), re.IGNORECASE)
    assert all(pattern.search(text) for text in found)
    assert not any(pattern.search(text) for text in not_found)


def test_the_longest_of_several_words_is_found_first_and_of_none_nothing():
    pattern = re.compile(matching(["north", "north america"]), re.IGNORECASE)
    assert pattern.search("in North America")[0] == "North America"
    assert not re.search(matching([]), "anything")


def test_names_of_the_market_stand_for_themselves_beside_their_words(market):
    found = words_of(market)
    assert found.market[0] == "infantile spasms"
    assert list(found.regions) == list(market.regions)
    assert all(words[0] == name for name, words in found.regions.items())
    assert {name: words[0] for name, words in found.causes.items()} == {
        name: cause.title for name, cause in market.mechanisms.items()
    }
    known = {"regions": {"Europe": ("Europe",)}}
    made = parse_words('market = ["IS"]\n[regions]\nEurope = ["EU*"]', "w", known)
    assert made.market == ("IS",)
    assert made.regions == {"Europe": ("Europe", "EU*")}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("region = []", "w: no key 'region'"),
        ("regions = []", "must be a table of names"),
        ('[regions]\nEurop = ["x"]', "w, regions: no name 'Europ'; did you mean 'Europe'"),
        ('market = "IS"', "must be a list of words"),
        ('market = ["* "]', "must be a list of words"),
        ("market = [1]", "must be a list of words"),
        (f'market = ["{"x" * (LONGEST + 1)}"]', "must be a list of words"),
    ],
)
def test_what_is_no_word_is_refused(text, message):
    with pytest.raises(InputError, match=message):
        parse_words(text, "w", {"regions": {"Europe": ("Europe",)}})
    parse_words(f'market = ["{"x" * LONGEST}"]', "w")
