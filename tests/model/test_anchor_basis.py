"""An anchor file says how its dollars are read, or leaves it to be assumed."""

import pytest

from ismarket import InputError, Scenario, forecast, load_drivers, load_market
from ismarket.model.anchor_file import with_anchor

FILE = """name = "mine"
market = "infantile-spasms"
base_year = 2022
value_usd = 1e9
cagr = 0.05
last_year = 2027
"""


def read(more=""):
    return with_anchor(load_market(), (FILE + more).encode(), "mine.toml")[0].anchors["mine"]


def test_a_file_that_says_nothing_is_read_as_nominal_and_that_is_assumed():
    assert (read().price_basis, read().basis_status) == ("nominal", "assumed")


def test_a_file_that_says_real_is_read_so():
    market, name = with_anchor(load_market(), (FILE + 'price_basis = "real"\n').encode(), "m.toml")
    anchor = market.anchors[name]
    assert (anchor.price_basis, anchor.basis_status) == ("real", "as its file says")
    prices = [driver for driver in load_drivers() if driver.name == "inflation"]
    found = forecast(market, prices, Scenario(anchor=name, draws=16))
    assert "Read as dollars of 2022 (as its file says)." in " ".join(str(found).split())
    grown = found.columns["reference"]["value"][-1]
    assert grown == pytest.approx(1e9 * 1.05**5 * market.prices(2027), rel=1e-12)


@pytest.mark.parametrize("wrong", ['"constant"', "5", "true"])
def test_another_word_is_one_line(wrong):
    with pytest.raises(InputError, match=r"^mine\.toml: .*price.basis"):
        read(f"price_basis = {wrong}\n")
