"""What a dollar is: calibration in the anchor's own dollars, both readings, constant dollars."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ismarket import InputError, Scenario, forecast, load_drivers, load_market
from ismarket.engine.dollars import other_reading
from ismarket.testing.toy import toy_market

MARKET, DRIVERS = load_market(), load_drivers()
ANCHORS = [name for name, a in MARKET.anchors.items() if a.published]
FEW = 64


def made(**choices):
    return forecast(MARKET, DRIVERS, Scenario(**{"draws": FEW, **choices}))


def path(found):
    return np.array(found.columns["reference"]["value"])


def words(found):
    return " ".join(str(found).split())


def prices(years):
    return np.array([MARKET.prices(year) for year in years])


@pytest.mark.slow(reason="thousands of draws")
@settings(deadline=None, max_examples=25)
@given(
    st.sampled_from(ANCHORS), st.sampled_from(["nominal", "real"]),
    st.sets(st.sampled_from(["inflation", "pricing", "diagnosis"])),
    st.sampled_from([0.0, 0.4, 1.0]),
)  # fmt: skip
def test_every_draw_meets_the_printed_value_in_the_anchors_own_dollars(name, basis, out, overlap):
    found = made(anchor=name, price_basis=basis, without=tuple(out), overlap=overlap)
    anchor, first = MARKET.anchors[name], found.years[0]
    printed = anchor.at(first)
    if basis == "real":
        printed *= MARKET.prices(first) / MARKET.prices(anchor.base_year)
    if "inflation" in out:
        printed /= MARKET.prices(first)
    assert np.allclose(found.draws.total[0], printed, rtol=1e-14)


@pytest.mark.parametrize("name", ANCHORS)
@pytest.mark.parametrize("basis", ["nominal", "real"])
def test_the_published_path_is_exact_in_the_basis_as_read(name, basis):
    left_out = ("pricing",) if basis == "nominal" else ("pricing", "inflation")
    found = made(anchor=name, price_basis=basis, without=left_out)
    anchor, years = MARKET.anchors[name], found.years
    printed = np.array([anchor.at(year) for year in years])
    if basis == "real":  # in dollars of the market's base year
        printed /= MARKET.prices(anchor.base_year)
    assert np.abs(path(found) / printed - 1).max() < 1e-12
    assert found.usd() == ("current USD" if basis == "nominal" else "USD of 2022")


@pytest.mark.parametrize("name", ANCHORS)
def test_constant_dollars_are_current_ones_over_the_price_level(name):
    current = made(anchor=name)
    constant = current.in_real_terms()
    assert np.abs(path(current) / path(constant) / prices(current.years) - 1).max() < 1e-12
    assert constant.in_real_terms() is constant
    assert (current.usd("M"), constant.usd("M")) == ("current USD M", "USD M of 2022")
    assert "in current dollars" in words(current)
    assert "in dollars of 2022" in words(constant)


def test_inflation_off_leaves_every_other_draw_as_it_was():
    current, constant = made(), made(without=("pricing", "inflation"))
    assert (current.draws.counted == constant.draws.counted).all()
    shared = [d.name for d in constant.plan.drivers]
    at = [[d.name for d in current.plan.drivers].index(name) for name in shared]
    assert np.allclose(current.draws.contributions[at], constant.draws.contributions, atol=1e-12)


@pytest.mark.parametrize("name", ANCHORS)
@pytest.mark.parametrize("without", [("pricing",), (), ("pricing", "inflation")])
def test_what_the_other_reading_gives_is_its_own_forecast(name, without):
    found = made(anchor=name, without=without)
    said = other_reading(found)
    assert said["price_basis"] == "real"
    other = made(anchor=name, without=without, price_basis="real")
    table = other.columns["attribution"]
    points = dict(zip(table["driver"], table["points"], strict=True))
    assert said["value"] == pytest.approx(path(other)[-1], rel=1e-12)
    assert said["cagr"] == pytest.approx(other.columns["cagr"]["reference"][0], rel=1e-10)
    assert said["unexplained"] == pytest.approx(points["unexplained"], abs=1e-9)


def test_the_printed_growth_is_inflation_causes_and_the_rest():
    growth = made().printed_growth
    assert list(growth.points) == ["inflation", "named causes", "unexplained"]
    assert growth.total == pytest.approx(3.9, abs=1e-9)
    assert growth.points["inflation"] == pytest.approx(3.068, abs=5e-4)
    assert growth.points["unexplained"] == pytest.approx(0.624, abs=5e-4)
    real = made(price_basis="real").printed_growth
    assert list(real.points) == ["named causes", "unexplained"]
    assert real.points["unexplained"] == pytest.approx(3.691, abs=5e-4)


def test_growth_contains_inflation_where_nobody_has_the_driver():
    others = [d for d in DRIVERS if d.name != "inflation"]
    without = forecast(MARKET, others, Scenario(draws=FEW))
    with_it = made(without=("pricing", "inflation"))
    assert np.allclose(without.unexplained_factor, with_it.unexplained_factor, rtol=1e-14)
    assert np.allclose(path(without), path(with_it), rtol=1e-14)


def test_a_market_without_a_price_level_says_that_its_dollars_have_no_basis():
    market = toy_market()
    found = forecast(market, [], Scenario(anchor="bottom-up", without=(), market=market.name,
                                          draws=FEW))  # fmt: skip
    assert found.usd("M") == "USD M"
    assert "in dollars without a basis" in words(found)
    with pytest.raises(InputError, match="no price level, so no real terms"):
        found.in_real_terms()
    with pytest.raises(InputError, match="has no price level to go by"):
        forecast(market, [], Scenario(anchor="bottom-up", without=(), market=market.name,
                                      price_basis="real"))  # fmt: skip
