"""Reading report pages: right or not found, never wrong."""

import json
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ismarket import InputError
from ismarket.cli import main
from ismarket.model.anchor_file import (
    anchor_bytes,
    parse_anchor,
    read_anchor_file,
    with_anchor,
)
from ismarket.reading import FIELDS, installed
from ismarket.reading import read_file as read_any_file
from ismarket.reading import read_text as read_any_text
from ismarket.reading.amounts import find_amounts, find_percents, number
from ismarket.reading.draft import draft_anchor
from ismarket.reading.found import MOST_WORDS

TEXTS = Path(__file__).parent / "texts"
MORE = Path(__file__).parent / "texts_more"
HELD = Path(__file__).parent / "texts_held"
EXPECTED_HELD = tomllib.loads((HELD / "expected.toml").read_text(encoding="utf-8"))
NOT_FOUND_HELD = {
    "81_faq.html": ["last_value", "largest_region"],
    "88_history_and_forecast.txt": ["base_year"],
    "90_spelled.txt": ["base_year", "value", "cagr", "last_year"],
    "93_range_period.txt": ["last_year"],
    "95_two_markets.txt": ["last_year", "fastest_growing_class"],
}
EXPECTED_MORE = tomllib.loads((MORE / "expected.toml").read_text(encoding="utf-8"))
EXPECTED = tomllib.loads((TEXTS / "expected.toml").read_text(encoding="utf-8"))
OWN = "infantile-spasms"
BARE = 'name = "x"\nmarket = "infantile-spasms"\nbase_year = 2022\n'
KNOWN = installed()
NUMBER_WORDS = re.compile(r"\d")


@cache
def read_file(path, market=""):
    return read_any_file(path, market, KNOWN)


def read_text(text):
    return read_any_text(text, known=KNOWN)


def same(got, want):
    return got == want or (isinstance(want, float) and got == pytest.approx(want, rel=1e-12))


def test_every_text_has_its_expected_fields():
    files = {p.name for p in TEXTS.iterdir() if p.suffix in (".txt", ".html")}
    assert files == set(EXPECTED)
    assert len(files) == 40


@pytest.mark.parametrize("name", EXPECTED)
def test_every_field_is_right_or_not_found(name):
    reading, expected = read_file(TEXTS / name, OWN), EXPECTED[name]
    for field in reading.fields.keys() - {"market"}:
        assert same(reading.value(field), expected.get(field)), field
    for field in ("value", "last_value"):
        if field in reading.fields:
            assert reading.fields[field].currency == expected["currency"]


@pytest.mark.parametrize("name", EXPECTED_MORE)
def test_pages_written_after_the_rules_keep_their_checked_reading(name):
    reading, expected = read_file(MORE / name, OWN), dict(EXPECTED_MORE[name])
    currency = expected.pop("currency", "")
    assert set(reading.fields) - {"market"} == set(expected)
    for field, want in expected.items():
        assert same(reading.value(field), want), field
    if "value" in reading.fields:
        assert reading.fields["value"].currency == currency


@pytest.mark.parametrize("name", EXPECTED_HELD)
def test_pages_that_no_rule_was_written_for_are_read_right_or_not_at_all(name):
    reading, expected = read_file(HELD / name, OWN), EXPECTED_HELD[name]
    for field in reading.fields.keys() - {"market"}:
        assert same(reading.value(field), expected.get(field)), field
    missed = [f for f in FIELDS if f in expected and f not in reading.fields]
    assert missed == NOT_FOUND_HELD.get(name, [])


@pytest.mark.parametrize("name", EXPECTED)
def test_contradictions_are_those_of_the_text(name):
    found, expected = read_file(TEXTS / name).contradictions, EXPECTED[name].get("contradictions")
    assert len(found) == len(expected or [])
    for words in expected or []:
        assert any(words in text for text in found), found


def test_nearly_all_fields_that_a_person_finds_are_found():
    asked = [(name, f) for name, row in EXPECTED.items() for f in FIELDS if f in row]
    missed = [(n, f) for n, f in asked if f not in read_file(TEXTS / n).fields]
    assert missed == [
        ("28_broken.html", "first_year"),
        ("28_broken.html", "largest_region"),
        ("30_base_conflict.txt", "value"),
    ]


@pytest.mark.parametrize("name", EXPECTED)
def test_spans_point_at_the_figure_in_the_file_and_quotes_are_short(name):
    source = (TEXTS / name).read_text(encoding="utf-8")
    for field, found in read_file(TEXTS / name).fields.items():
        piece = source[found.start : found.end]
        assert len(found.quote.split()) <= MOST_WORDS
        if field in ("base_year", "first_year", "last_year"):
            assert NUMBER_WORDS.search(piece)
        if field in ("value", "last_value", "cagr"):
            digits = re.findall(r"\d+", re.sub(r"<[^>]*>|&#?\w+;", "", piece))
            assert digits, piece


def test_reading_twice_gives_the_same():
    path = TEXTS / "40_region_mixed.txt"
    assert read_any_file(path) == read_any_file(path)


def test_scripts_comments_and_hidden_parts_are_not_read():
    level = "The infantile spasms market was valued at USD 5 billion in 2022."
    for hidden in (
        f"<script>{level}</script>",
        f"<!-- {level} -->",
        f'<div style="display: none">{level}<div>x</div></div>',
        f"<div hidden>{level}</div>",
        f'<p title="{level}">x</p>',
        f"<aside>{level}</aside>",
    ):
        assert "value" not in read_text(f"<html><body>{hidden}<p>End.</p></body></html>").fields


def test_a_page_in_another_currency_is_not_converted_in_the_draft():
    draft = draft_anchor(read_file(TEXTS / "06_euro.txt"))
    assert "value_usd" not in tomllib.loads(draft)
    assert "# value_usd =   # the page prints EUR" in draft


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_read_without_an_error(text):
    reading = read_text(text)
    assert set(reading.fields) <= set(FIELDS)
    tomllib.loads(draft_anchor(reading))


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="<>/!-&;#=\"' abdivtrpscx0123456789%$.", max_size=300))
def test_any_broken_page_is_read_without_an_error(text):
    read_text("<html><p>" + text)


@pytest.mark.parametrize("about", ["", "about ", "nearly ", "roughly ", "approximately "])
@pytest.mark.parametrize(
    ("verb", "last", "base"),
    [("moves", 2030, 2023), ("will move", 2030, 2023), ("went", 2022, 2022), ("grew", 2022, 2022)],
)
def test_the_tense_of_a_way_from_one_amount_to_another_tells_the_base(about, verb, last, base):
    way = f"from {about}USD 2.5 bn in {last - 7} to {about}USD 4.5 bn in {last}"
    found = read_text(f"Psoriasis Market\n\nThe psoriasis market {verb} {way}.")
    assert found.value("base_year") == base
    assert found.value("value") == (4.5e9 if base == last else 2.5e9)
    assert found.value("last_value") == (None if base == last else 4.5e9)


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("USD 3.20 billion", 3.2e9, "USD"),
        ("US$ 146.34 Mn", 146.34e6, "USD"),
        ("$1.2B", 1.2e9, "USD"),
        ("EUR 1.234,5 million", 1234.5e6, "EUR"),
        ("\u20ac128.4m", 128.4e6, "EUR"),
        ("3,200 million USD", 3.2e9, "USD"),
        ("INR 1,210 crore", 1.21e10, "INR"),
        ("\u00a3102.5 million", 102.5e6, "GBP"),
        ("USD 3 200 000 000", 3.2e9, "USD"),
        ("USD 120-150 million", None, "USD"),
        ("USD 1,234 billion", None, "USD"),
    ],
)
def test_amounts_in_common_forms(text, value, currency):
    (amount,) = find_amounts(f"worth {text} in all")
    assert amount.value == value
    assert amount.currency == currency


@pytest.mark.parametrize("text", ["A$ 12 million", "HK$ 90 million", "12 million", "billions"])
def test_what_is_no_amount_in_a_known_currency_is_left(text):
    assert find_amounts(f"worth {text} in all") == []


def test_numbers_that_can_be_read_two_ways_are_not_read():
    assert number("1.2.3") is None
    assert number("1,23,45") is None
    assert number("3.20", 1e9) == (3.2e9, 0.5e7)


def test_a_range_of_growth_is_not_a_rate():
    (percent,) = find_percents("growth of 3.5-4.0% a year")
    assert percent.value is None


def test_the_draft_anchor_reproduces_the_published_path(market, tmp_path, capsys):
    draft = tmp_path / "draft.toml"
    with pytest.raises(SystemExit) as ended:
        main(["read", str(TEXTS / "02_table.html"), "--out", str(draft)])
    assert ended.value.code == 0
    market, name = with_anchor(market, anchor_bytes(draft), draft.name)
    anchor = market.anchors[name]
    assert anchor.value == 146.34e6
    assert anchor.periods == 6
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(["run", "--no-keep", "--anchor", str(draft), "--draws", "64", "--json"])
    assert ended.value.code == 0
    assert f'"anchor": "{name}"' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BARE, "no value_usd, cagr, last_year"),
        ('nam = "x"\n', "did you mean 'name'"),
        (
            BARE + 'value_usd = "3"\ncagr = 0.1\nlast_year = 2028',
            "value_usd",
        ),
        (
            BARE + "value_usd = 3\ncagr = 39\nlast_year = 2028",
            "cagr",
        ),
        (
            BARE + "value_usd = 3\ncagr = nan\nlast_year = 2028",
            "cagr",
        ),
        ("name = ", "not valid TOML"),
        (
            BARE + 'value_usd=3\ncagr=0.1\nlast_year=2028\nlargest_region="EU"',
            "no largest region 'EU'",
        ),
    ],
)
def test_an_anchor_file_that_does_not_hold_says_which_key(market, tmp_path, text, message):
    path = tmp_path / "a.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(message)):
        read_anchor_file(path, market)


MINE = """\
name = "mine"
market = "infantile-spasms"
base_year = 2022
value_usd = {value}
cagr = {cagr}
first_year = 2023
last_year = 2028
last_value_usd = {last}
"""


@pytest.mark.parametrize(
    ("value", "cagr", "last", "given"),
    [(2e8, 0.05, 1.8e10, ""), (2e8, 0.05, 2.2e8, ""), (2e8, 0.05, 2.6e8, "periods = 5\n"),
     (1.113e8, 0.031, 1.3e8, "contradictions = ['two growth rates: 3.1% and 4.0%']\n")],
)  # fmt: skip
def test_an_anchor_file_whose_end_points_do_not_give_its_growth_is_refused(
    market, value, cagr, last, given
):
    text = MINE.format(value=value, cagr=cagr, last=last) + given
    with pytest.raises(InputError, match=r"^a\.toml: the end points .* Correct one") as refused:
        parse_anchor(text.encode(), market, "a.toml")
    said = str(refused.value).removeprefix("a.toml: ").partition(". Correct one")[0]
    listed = MINE.format(value=value, cagr=cagr, last=last) + f"contradictions = [{said!r}]\n"
    listed += "" if "contradictions" in given else given
    assert parse_anchor(listed.encode(), market, "a.toml").last_value == last


@pytest.mark.parametrize("last", [2.7e8, 2.68e8, 2.680191e8])
def test_end_points_give_the_growth_to_the_digits_that_they_are_written_with(market, last):
    text = MINE.format(value=2e8, cagr=0.05, last=last)
    assert parse_anchor(text.encode(), market, "a.toml").periods == 6


@pytest.mark.slow(reason="many pages")
def test_what_read_drafts_is_taken_with_the_contradictions_that_it_lists(market):
    drafted = 0
    for file in sorted(TEXTS.iterdir()):
        draft = draft_anchor(read_file(file), "mine")
        if {"market", "value_usd", "last_value_usd", "cagr", "last_year", "base_year"} <= set(
            tomllib.loads(draft)
        ):
            parse_anchor(draft.encode(), market, "a.toml")
            drafted += 1
    assert drafted > 10


@pytest.mark.parametrize(
    "line", ["value_usd = 1e14", "value_usd = 1e-300", "cagr = 9.99", "cagr = -0.99",
             "base_year = 1900", "value_usd = 1e300", "last_year = 9999", "base_year = 1"],
)  # fmt: skip
def test_an_anchor_file_is_refused_or_gives_finite_json(tmp_path, capsys, line):
    def refuse(name):
        raise AssertionError(f"{name} in JSON")

    values = {"base_year": 2022, "value_usd": 2e8, "cagr": 0.05, "last_year": 2028}
    key, _, value = line.partition(" = ")
    rows = [f"{k} = {v}" for k, v in {**values, key: value}.items()]
    (tmp_path / "mine.toml").write_text(
        "\n".join(['name = "mine"', 'market = "infantile-spasms"', *rows])
    )
    with pytest.raises(SystemExit) as ended:
        main(
            ["run", "--no-keep", "--anchor", str(tmp_path / "mine.toml"), "--draws", "64", "--json"]
        )
    said = capsys.readouterr()
    if ended.value.code == 0:
        json.loads(said.out, parse_constant=refuse)
    else:
        assert (ended.value.code, said.out, said.err.count("\n")) == (2, "", 1)
        assert key.replace("_usd", "").replace("_", " ") in said.err


def test_an_anchor_of_another_market_is_refused(market):
    text = MINE.format(value=2e8, cagr=0.05, last=2.7e8).replace("infantile-spasms", "asthma")
    said = (
        "of market asthma, not infantile-spasms; go on with --market asthma, .* new-market asthma$"
    )
    with pytest.raises(InputError, match=said):
        parse_anchor(text.encode(), market, "a.toml")


def test_a_name_that_is_installed_is_refused(market, tmp_path):
    path = tmp_path / "a.toml"
    path.write_text(
        BARE.replace("x", "techsci-2022") + "value_usd = 3\ncagr = 0.1\nlast_year = 2028",
        encoding="utf-8",
    )
    with pytest.raises(InputError, match="is installed"):
        with_anchor(market, anchor_bytes(path), path.name)


def test_the_command_prints_fields_quotes_and_contradictions(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["read", str(TEXTS / "15_mismatch.txt")])
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    assert re.search("Value +USD 150 M +high +62 to 77 +“", printed)
    assert "Not found: Publisher" in printed
    assert "Contradiction: the end points 150 M and 300 M give 12.25%" in printed
    with pytest.raises(SystemExit) as ended:
        main(["read", str(TEXTS / "15_mismatch.txt"), "--json"])
    assert ended.value.code == 0
    assert '"not_found": [' in capsys.readouterr().out


def test_files_that_cannot_be_read_are_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_file(tmp_path / "absent.html")
    path = tmp_path / "latin.txt"
    path.write_bytes(b"caf\xe9")
    with pytest.raises(InputError, match="not UTF-8 text"):
        read_file(path)


def test_a_long_hostile_page_is_read(tmp_path):
    for piece in ("USD 1 million ", "<div>", "CAGR 3.9% ", "1", "a line\n", "2022-2028 "):
        read_text("The infantile spasms market " + piece * 300)
