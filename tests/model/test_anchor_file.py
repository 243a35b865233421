"""An anchor file: what is read of it, and what is refused with its key."""

import pytest

from ismarket import InputError
from ismarket.model.anchor_file import LARGEST_FILE, parse_anchor, read_anchor_file

FILE = {
    "name": '"mine"', "market": '"infantile-spasms"', "base_year": "2022", "value_usd": "100e6",
    "cagr": "0.05", "last_year": "2027",
}  # fmt: skip


def text(**changes):
    given = {key: value for key, value in (FILE | changes).items() if value is not None}
    return "\n".join(f"{key} = {value}" for key, value in given.items()).encode()


def test_what_a_file_leaves_open_follows_from_what_it_says(market):
    found = parse_anchor(text(), market, "a.toml")
    assert (found.value, found.cagr, found.base_year, found.last_year) == (100e6, 0.05, 2022, 2027)
    assert (found.first_year, found.periods) == (2023, 5)
    assert (found.publisher, found.price_basis, found.basis_status) == (
        "mine",
        "nominal",
        "assumed",
    )
    assert found.market == market.name
    more = text(periods="4", first_year="2024", publisher='"P"', price_basis='"real"')
    found = parse_anchor(more, market, "a.toml")
    assert (found.first_year, found.periods, found.publisher) == (2024, 4, "P")
    assert (found.price_basis, found.basis_status) == ("real", "as its file says")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cagr": None}, "no cagr; an anchor needs it"),
        ({"cagr": None, "last_year": None}, "no cagr, last_year; an anchor needs"),
        ({"market": '"asthma"'}, "is of market asthma"),
        ({"colour": "1"}, "no key 'colour'"),
        ({"publisher": "3"}, "publisher = 3 must be one line of text"),
        ({"publisher": '"a\\nb"'}, "publisher = .* must be one line of text"),
        ({"base_year": "true"}, "base_year = True must be a whole number of years"),
        ({"periods": "0"}, "periods = 0 must be a whole number"),
        ({"last_year": "10000"}, "last_year = 10000 must be a whole number"),
        ({"value_usd": "true"}, "value_usd = True must be a finite number"),
        ({"value_usd": "inf"}, "value_usd = inf must be a finite number"),
        ({"value_usd": '"much"'}, "value_usd = 'much' must be a finite number"),
        ({"drivers_named": '"one"'}, "must be a list of driver names"),
        ({"contradictions": "[1]"}, "must be a list of sentences"),
        ({"largest_region": '"Europa"'}, "no largest region 'Europa'; did you mean 'Europe'"),
        ({"cagr": "39.0"}, "a.toml: .*0.039 for 3.9%"),
    ],
)
def test_what_is_no_anchor_is_refused_with_its_key(market, changes, message):
    with pytest.raises(InputError, match=message):
        parse_anchor(text(**changes), market, "a.toml")


def test_end_points_that_do_not_give_the_growth_are_told(market):
    for last in ("127.63e6", "127.6e6"):
        assert parse_anchor(text(last_value_usd=last), market, "a.toml").last_value == float(last)
    with pytest.raises(InputError) as error:
        parse_anchor(text(last_value_usd="150e6"), market, "a.toml")
    told = str(error.value).removeprefix("a.toml: ").partition(". Correct one")[0]
    assert "give 8.45% over five steps or 10.67% over four steps a year" in told
    assert told.endswith("prints 5.00%")
    listed = text(last_value_usd="150e6", contradictions=f'["{told}"]')
    assert parse_anchor(listed, market, "a.toml").last_value == 150e6


def test_a_figure_is_as_rounded_as_its_evidence_says(market):
    rough = "last_value_usd = 125e6\n[evidence.last_value_usd]\nhalf_unit = "
    for half, fits in (("5e6", True), ("1e3", False), ("0.0", False), ('"5e6"', False)):
        data = text() + b"\n" + (rough + half).encode()
        if fits:
            assert parse_anchor(data, market, "a.toml").last_value == 125e6
        else:
            with pytest.raises(InputError, match="the end points 100 M and 125 M give"):
                parse_anchor(data, market, "a.toml")


def test_a_file_that_is_no_text_or_too_large_is_refused(market, tmp_path):
    file = tmp_path / "a.toml"
    with pytest.raises(InputError, match="cannot be read"):
        read_anchor_file(file, market)
    file.write_bytes(text() + b"\n#" + b" " * (LARGEST_FILE - len(text()) - 2))
    assert read_anchor_file(file, market).name == "mine"
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(InputError, match=f"a.toml: larger than {LARGEST_FILE} bytes"):
        read_anchor_file(file, market)
    with pytest.raises(InputError, match="not valid TOML"):
        parse_anchor(b'name = "\xff"', market, "a.toml")
