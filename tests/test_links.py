"""Links: no share passes 0 or 1, shares of a whole keep summing to 1."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ismarket import adoption, links
from ismarket.overlap import combine

shifts = st.floats(-1e300, 1e300)
shares = st.floats(0.0, 1.0)


@given(shares, shifts)
def test_a_share_stays_between_0_and_1_for_any_finite_shift(base, shift):
    moved = links.logit(np.array([base]), np.array([shift]))
    assert 0.0 <= moved[0] <= 1.0


@given(
    arrays(float, (3, 4), elements=st.floats(1e-6, 1.0)),
    st.lists(st.none() | arrays(float, 4, elements=shifts), min_size=3, max_size=3),
)
def test_shares_of_a_whole_sum_to_one_for_any_finite_shifts(weights, shift):
    mix = links.softmax(list(weights / weights.sum(axis=0)), shift)
    assert np.allclose(sum(mix), 1.0, atol=1e-12)
    assert all(((share >= 0) & (share <= 1 + 1e-12)).all() for share in mix)


def test_a_shift_is_the_log_of_a_rate_odds_or_weight_ratio():
    assert links.log(np.array([3.0]), np.log([2.0]))[0] == 6.0
    moved = links.logit(np.array([0.25]), np.log([3.0]))[0]
    assert np.isclose(moved / (1 - moved), 3.0 * 0.25 / 0.75)
    base = [np.array([share]) for share in (0.5, 0.25, 0.25)]
    mix = links.softmax(base, [None, None, np.log([2.0])])
    assert np.allclose(np.ravel(mix), np.array([0.5, 0.25, 0.5]) / 1.25)


@given(st.floats(0.005, 1.0), st.floats(0.005, 1.0), st.floats(1.0, 30.0))
def test_adoption_is_exactly_zero_in_the_base_year_and_half_way_at_the_half_time(a, top, half):
    gained = adoption.logistic(np.array([0.0, half]), start=a, ceiling=top, half_time=half)
    assert gained[0] == 0.0
    assert np.isclose(gained[1], (top - a) / 2, rtol=1e-9, atol=1e-12)


def test_adoption_follows_the_curve_of_the_tables():
    t, a0, top, half = np.arange(14.0), 0.2, 0.6, 5.0
    k = np.log(1 + top / a0) / half
    share = top / (1 + (top - a0) / a0 * np.exp(-k * t))
    assert np.allclose(adoption.logistic(t, start=a0, ceiling=top, half_time=half), share - a0)


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=5), st.floats(0, 1))
def test_overlap_lies_between_the_largest_shift_and_the_sum(values, rho):
    shifts = [np.array([v]) for v in values]
    once, each = combine(shifts, 1.0)[0], combine(shifts, 0.0)[0]
    largest = max([0.0, *values]) + min([0.0, *values]) if len(values) > 1 else values[0]
    assert np.isclose(once, largest)
    assert np.isclose(each, sum(values))
    assert np.isclose(combine(shifts, rho)[0], rho * once + (1 - rho) * each)
