"""Anchors: published paths under each reading of the period."""

import pytest

from ismarket import Anchor, InputError
from ismarket.model.anchor import (
    fitting_steps,
    growth_between,
    half_digit,
    half_figure,
    in_words,
    misfit,
)


def anchor(**changes):
    values = dict(name="a", publisher="p", title="t", base_year=2022, value=3.2e9, cagr=0.039,
                  first_year=2023, last_year=2028, periods=6)  # fmt: skip
    return Anchor(**{**values, **changes})


def test_six_periods_give_4_03_billion_and_five_give_3_87():
    assert round(anchor().at(2028) / 1e9, 2) == 4.03
    assert round(anchor(periods=5).at(2028) / 1e9, 2) == 3.87
    assert anchor(periods=5).at(2023) == 3.2e9
    assert not anchor(periods=5).whole_period


def test_an_estimate_before_the_base_year_moves_on_at_its_own_growth():
    assert anchor(base_year=2017, periods=11).at(2022) == pytest.approx(3.2e9 * 1.039**5)
    assert anchor(base_year=2024, first_year=2025, periods=4).at(2022) == pytest.approx(
        3.2e9 * 1.039**-2
    )


def test_the_shipped_estimates_restate_to_the_published_comparison(market):
    """Values of 2022 in USD million as market_estimates.csv of the evidence base has them."""
    expected = {"techsci-2022": 3200.0, "techsci-2024": 136.2, "reanin-2024": 164.6,
                "smr-2024": 226.2, "24lifesciences-2024": 125.1,
                "coherent-2017": 129.4}  # fmt: skip
    moved = {name: market.anchors[name].at(2022) / 1e6 for name in expected}
    assert moved == pytest.approx(expected, abs=0.06)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"value": 0.0}, "must be above 0"),
        ({"value": float("nan")}, "must be above 0"),
        ({"value": 1e300}, "must be above 0 and up to 1e\\+14, a year of the whole world"),
        ({"last_value": 1e300}, "last value 1e\\+300 USD must be above 0"),
        ({"last_value": 0.0}, "last value 0.0 USD must be above 0"),
        ({"base_year": 1, "periods": 1}, "base year 1 must lie between 1900 and 2200"),
        ({"last_year": 9999, "periods": 1}, "last year 9999 must lie between 1900 and 2200"),
        ({"first_year": 9999}, "first year 9999 must lie between the base year 2022 and 2028"),
        ({"first_year": 2021}, "first year 2021 must lie between"),
        ({"last_year": 2022}, "the forecast ends in 2022, not after its base year 2022"),
        ({"cagr": 39.0}, r"0\.039 for 3\.9%"),
        ({"periods": 0}, "between 1 and the 6 years"),
    ],
)
def test_an_anchor_that_makes_no_sense_is_refused(changes, message):
    with pytest.raises(InputError, match=message):
        anchor(**changes)


def test_half_of_the_last_figure_and_digit_that_is_written():
    assert half_figure(3.2e9) == 5e6
    assert half_figure(146.34e6) == 5e3
    assert half_figure(1e6) == 5e3
    assert half_digit(0.0367) == pytest.approx(0.00005)
    assert half_digit(0.038) == half_digit(0.04) == pytest.approx(0.0005)
    assert growth_between(100.0, 121.0, 2) == pytest.approx(0.1)
    assert [in_words(n) for n in (0, 6, 10, 11)] == ["no", "six", "ten", "11"]


def test_end_points_give_a_growth_over_the_steps_that_their_rounding_allows():
    value, last = (3200e6, 5e6), (4025.72e6, 5e3)
    assert fitting_steps(value, last, (0.039, 0.0005), range(3, 10)) == [6]
    for grown, fits in ((0.0399, True), (0.0401, False), (0.0381, True), (0.0379, False)):
        found = fitting_steps((100.0, 0.0), (100 * (1 + grown), 0.0), (0.039, 0.0005), [1])
        assert found == [1] * fits  # rounded down as well as to the nearest
    for cagr, fits in ((0.0606, True), (0.0607, False), (0.0199, True), (0.0197, False)):
        assert fitting_steps((100.0, 1.0), (104.0, 1.0), (cagr, 0.0), [1]) == [1] * fits
    said = misfit(100e6, 121e6, 0.05, (1, 2))
    assert "100 M and 121 M give 21.00% over one or 10.00% over two" in said.replace(" steps", "")
    assert said.endswith("prints 5.00%")
