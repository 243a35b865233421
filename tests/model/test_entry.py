"""Shares by order of entry, and what losing exclusivity leaves of volume and price."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ismarket import InputError, entry


@given(entrants=st.integers(1, 12), exponent=st.floats(-2.0, 0.0))
def test_shares_by_order_sum_to_one_and_fall(entrants, exponent):
    shares = [entry.order_share(i, entrants, exponent) for i in range(1, entrants + 1)]
    assert sum(shares) == pytest.approx(1.0)
    assert all(a >= b for a, b in pairwise(shares))


def test_the_second_of_two_has_the_published_share():
    """One over the square root of two of the pioneer's share: 41.4% against 58.6%."""
    assert entry.order_ratio(2) == pytest.approx(2**-0.5)
    assert entry.order_share(2, 2) == pytest.approx(0.4142, abs=1e-4)


def test_order_broadcasts_over_draws():
    exponents = np.array([-0.7, -0.5, -0.3])
    assert entry.order_ratio(3, exponents).shape == (3,)


def test_an_order_that_is_none_is_refused():
    with pytest.raises(InputError, match="1 or more"):
        entry.order_ratio(0)
    with pytest.raises(InputError, match="between 1 and entrants 2"):
        entry.order_share(3, 2)


@given(first=st.floats(0.05, 1.0), floor=st.floats(0.0, 0.04))
def test_volume_is_whole_until_the_loss_and_never_below_its_floor(first, floor):
    kept = entry.kept_volume(
        np.array([-3.0, 0.0, 1.0, 5.0, 500.0]), after_one_year=first, floor=floor
    )
    assert kept[0] == kept[1] == 1.0
    assert kept[2] == pytest.approx(first)
    assert (np.diff(kept) <= 1e-12).all()
    assert kept[4] >= floor


def test_the_published_defaults():
    assert entry.kept_volume(1.0) == pytest.approx(0.16)
    assert entry.price_ratio([0, 1, 2, 4, 6, 20]) == pytest.approx(
        [1.0, 0.61, 0.46, 0.21, 0.05, 0.05]
    )
    assert 0.21 < entry.price_ratio(3) < 0.46


def test_volume_and_price_are_apart_and_meet_in_the_mean_price():
    assert entry.mean_price(1.0, 0.2) == 1.0
    assert entry.mean_price(0.16, 0.46) == pytest.approx(0.16 + 0.84 * 0.46)


@pytest.mark.parametrize("wrong", [{"after_one_year": 1.2}, {"after_one_year": 0.1, "floor": 0.2}])
def test_a_share_that_is_none_is_refused(wrong):
    with pytest.raises(InputError, match="is needed"):
        entry.kept_volume(1.0, **wrong)
