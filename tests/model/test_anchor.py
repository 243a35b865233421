"""Anchors: published paths under each reading of the period."""

import pytest

from ismarket import Anchor, InputError


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
