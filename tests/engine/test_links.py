"""Links: no share passes 0 or 1, shares of a whole keep summing to 1."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ismarket import Driver, Effect, Scenario, adoption
from ismarket.engine.blocks import cells_of, stack
from ismarket.engine.chain import Chain, moved
from ismarket.engine.plan import make_plan
from ismarket.engine.shifts import combine
from ismarket.model.stage import LARGEST_SHIFT, Stage

shifts = st.floats(-1e300, 1e300)
shares = st.floats(0.0, 1.0)


def moved_share(share, shift):
    """A share whose odds are multiplied by exp(shift), as the chain moves it."""
    stage = Stage("share", "Share", "logit", ("region",), "people", "share", ())
    ratio = np.exp(np.clip(shift, -LARGEST_SHIFT, LARGEST_SHIFT))[None, None]
    return moved(stage, share[None, None, None], {None: ratio})[0, 0, 0]


@given(shares, shifts)
def test_a_share_stays_between_0_and_1_for_any_finite_shift(base, shift):
    moved = moved_share(np.array([base]), np.array([shift]))
    assert 0.0 <= moved[0] <= 1.0


def test_a_shift_of_a_share_is_the_log_of_an_odds_ratio():
    moved = moved_share(np.array([0.25]), np.log([3.0]))[0]
    assert np.isclose(moved / (1 - moved), 3.0 * 0.25 / 0.75)


def spread(shifts, name="spread"):
    """A driver that moves the weight of each class, in all regions alike, from the first year."""

    def effects(market, p):
        later = (np.arange(len(market.years)) > 0)[:, None, None, None]
        for drug_class, shift in zip(market.drug_classes, shifts, strict=True):
            yield Effect("class_mix", later * shift, drug_class=drug_class)

    return Driver(name, "Moves the mix", effects=effects)


@given(st.lists(st.floats(-290.0, 290.0), min_size=3, max_size=3))
@settings(max_examples=40, deadline=None)
def test_shares_of_a_whole_sum_to_one_for_any_shifts_of_several_drivers(market, found):
    """At one price for all, a mix that sums to one leaves every total where it was."""
    plan = make_plan(market, [spread(found), spread(found, "again")], Scenario(draws=1))
    values = {**plan.modes, **{key: np.ones(1) for key in plan.modes if ".net_cost." in key}}
    assert sum(".net_cost." in key for key in values) == 15
    by_region = Chain(plan)(stack(plan, values)).sum(axis=2)
    assert np.allclose(by_region[1:] / by_region[0], 1.0, atol=1e-12)


def test_a_shift_of_a_weight_is_the_log_of_a_weight_ratio(market):
    plan = make_plan(market, [spread([0.0, 0.0, np.log(2.0)])], Scenario(draws=1))
    cells = cells_of(plan, plan.modes)[..., 0]
    ratio = (cells[1] / cells[0])[:, 2] / (cells[1] / cells[0])[:, 0]
    assert np.allclose(ratio, 2.0, atol=1e-12)


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
