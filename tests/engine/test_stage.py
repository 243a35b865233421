"""One stage: how a shift moves it, and how shifts that share a cause are combined."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ismarket.engine.chain import moved
from ismarket.engine.shifts import combine
from ismarket.model.stage import LARGEST_SHIFT, Stage

shares = st.floats(0.0, 1.0)
shifts = st.floats(-1e300, 1e300)


def stage_of(link, by=("region",), least=None):
    return Stage("a_stage", "A stage", link, by, "price", "unit", (), None, least)


def by_class(values):
    return [np.full((1, 1, 1), value) for value in values]


def one(link, base, shift, least=None):
    """A stage of one region, class and draw, moved by a shift as the chain moves it."""
    ratio = np.exp(np.clip(shift, -LARGEST_SHIFT, LARGEST_SHIFT))
    base = np.full((1, 1, 1), float(base))
    return moved(
        stage_of(link, least=least), [base], {None: np.full((1, 1, 1), ratio)}
    ).whole.item()


@given(shares, shifts)
def test_a_share_stays_between_0_and_1_for_any_finite_shift(base, shift):
    assert 0.0 <= one("logit", base, shift) <= 1.0


@given(shifts)
def test_a_share_of_none_or_all_stays_for_any_finite_shift(shift):
    assert (one("logit", 0.0, shift), one("logit", 1.0, shift)) == (0.0, 1.0)


def test_a_shift_of_a_share_is_the_log_of_an_odds_ratio():
    share = one("logit", 0.25, np.log(3.0))
    assert np.isclose(share / (1 - share), 3.0 * 0.25 / 0.75)


def test_a_shift_of_a_rate_is_the_log_of_a_rate_ratio():
    assert np.isclose(one("log", 250.0, np.log(3.0)), 750.0)


@given(st.lists(st.floats(0.01, 1.0), min_size=1, max_size=6), st.data())
def test_shares_of_a_whole_sum_to_one_whatever_moves_which_class(base, data):
    some = data.draw(st.dictionaries(st.integers(0, len(base) - 1), st.floats(-300.0, 300.0)))
    ratios = {c: np.full((1, 1, 1), np.exp(shift)) for c, shift in some.items()}
    mix = moved(stage_of("softmax", ("region", "drug_class")), by_class(base), ratios).whole
    assert np.isclose(mix.sum(), 1.0, rtol=1e-12)
    assert (mix >= 0.0).all()


def test_a_shift_of_a_weight_is_the_log_of_a_weight_ratio():
    before, after = (
        moved(
            stage_of("softmax", ("region", "drug_class")), by_class([0.2, 0.3, 0.5]), ratios
        ).whole[0, 0, :, 0]
        for ratios in ({}, {2: np.full((1, 1, 1), 2.0)})
    )
    assert np.isclose((after / before)[2] / (after / before)[0], 2.0, rtol=1e-12)


@given(st.sampled_from(["log", "logit"]), st.floats(0.01, 0.99), st.floats(0.0, 1.0), shifts)
def test_a_stage_never_falls_below_its_least_whatever_the_shifts(link, base, least, shift):
    assert one(link, base, shift, least) == max(least, one(link, base, shift))


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=5), st.floats(0, 1))
def test_overlap_lies_between_the_largest_shift_and_the_sum(values, rho):
    found = [np.array([v]) for v in values]
    once, each = combine(found, 1.0)[0], combine(found, 0.0)[0]
    largest = max([0.0, *values]) + min([0.0, *values]) if len(values) > 1 else values[0]
    assert np.isclose(once, largest)
    assert np.isclose(each, sum(values))
    assert np.isclose(combine(found, rho)[0], rho * once + (1 - rho) * each)
