"""How far inputs carry an output: feet, ends and fewest inputs of functions in closed form."""

import math

import numpy as np
import pytest
from scipy.stats import norm

from ismarket import Scenario
from ismarket.analysis.nearest import (
    FARTHEST,
    LimitState,
    _grown,
    furthest,
    nearest,
    normal_share,
    smallest_set,
)
from ismarket.analysis.response import response


def test_shares_below_a_score_are_those_of_the_normal_distribution():
    for score in (-6.0, -1.0, 0.0, 0.5, 3.0):
        assert normal_share(score) == pytest.approx(norm.cdf(score), rel=1e-12)


def test_what_is_flat_or_ends_below_the_target_is_reached_nowhere():
    assert nearest(lambda z: 0 * z[0], 1.0, 2) is None
    slope = np.array([1.0, 2.0])
    assert nearest(lambda z: slope @ z, 3 * FARTHEST * 1.02, 2) is None
    corner = nearest(lambda z: slope @ z, 2.9 * FARTHEST, 2)
    assert corner == pytest.approx([0.9 * FARTHEST, FARTHEST], abs=1e-3)
    assert slope @ corner >= 2.9 * FARTHEST


def test_a_curved_limit_is_met_where_it_is_nearest():
    """z0 + z1^2 / 4 = 3: the foot of the parabola seen from the middle is at z0 = 1, z1^2 = 8."""
    found = nearest(lambda z: z[0] + 0.001 * z[1] + z[1] ** 2 / 4, 3.0, 2)
    assert found[0] + 0.001 * found[1] + found[1] ** 2 / 4 == pytest.approx(3.0, abs=1e-9)


def test_the_ends_that_carry_furthest_are_those_of_the_slope_and_the_rest_stays():
    slope, start = np.array([1.0, -2.0, 0.0, 3.0]), np.array([0.5, 0.5, 0.5, 0.5])
    found = furthest(lambda z: slope @ z, [0, 1, 2], start)
    assert found.tolist() == [FARTHEST, -FARTHEST, 0.5, 0.5]
    assert start.tolist() == [0.5] * 4


def test_ends_that_cancel_each_other_are_taken_one_by_one():
    found = furthest(lambda z: np.abs(z[0] - z[1]), [0, 1], np.zeros(2))
    assert abs(found[0] - found[1]) == 2 * FARTHEST


@pytest.mark.parametrize(("needed", "proved"), [(1, True), (4, True), (5, True), (6, False)])
def test_larger_sets_grow_one_by_one(needed, proved):
    slope = np.ones(7)
    target = FARTHEST * (needed - 0.5)
    found, sure = smallest_set(lambda z: slope @ z, target, np.zeros(7), 7)
    assert len(set(found)) == len(found) == needed
    assert sure == proved


def test_a_target_that_is_just_reached_counts():
    slope = np.array([1.0, 1.0])
    found, _ = smallest_set(lambda z: slope @ z, 2 * FARTHEST, np.zeros(2), 2)
    assert set(found) == {0, 1}
    assert smallest_set(lambda z: slope @ z, 2 * FARTHEST + 1e-9, np.zeros(2), 2) is None


def test_an_input_moves_to_its_own_better_end():
    found, _ = smallest_set(lambda z: z[0] - 5 * z[1], 5 * FARTHEST, np.zeros(2), 2)
    assert found == (1,)


def test_what_a_grown_set_no_longer_needs_is_left_out():
    def function(z):
        return np.maximum(1.9 * z[0], z[1] + z[2])

    assert _grown(function, 2 * FARTHEST, np.zeros(3), 3) == (1, 2)
    assert _grown(function, 1.5 * FARTHEST, np.zeros(3), 3) == (0,)


def test_of_many_pairs_the_last_is_found_too():
    def function(z):
        return z[89] * z[90] + 0.001 * z.sum(axis=0)

    found, sure = smallest_set(function, FARTHEST**2, np.zeros(91), 91)
    assert (set(found), sure) == ({89, 90}, True)


@pytest.fixture(scope="module")
def asked(market, drivers):
    return response(market, drivers, Scenario("bottom-up", without=(), draws=64))


def test_scores_are_quantiles_and_their_ends_those_of_the_range(asked):
    level = float(asked("value", {})[0])
    past = LimitState(asked, "value", 1.1 * level)
    count = len(past.inputs)
    assert not any(p.happens for p in past.inputs)
    scores = np.full((count, 4), np.nan)
    scores[:, 1:] = [-FARTHEST, 0.7, FARTHEST]
    values = past.values(scores)
    for p in past.inputs:
        expected = [p.mode, p.low, p.quantile(norm.cdf(0.7)), p.high]
        assert values[p.key] == pytest.approx(expected, rel=1e-4, abs=1e-9)
    still = past.values(np.full((count, 2), np.nan))
    assert not still
    scores[0] = 0.0
    moved = past.setting(scores[:, 0])
    assert list(moved) == [past.inputs[0].key]
    assert moved[past.inputs[0].key] == pytest.approx(past.inputs[0].quantile(0.5), rel=1e-4)


def test_the_distance_past_a_target_is_a_log_of_value_and_points_of_growth(asked):
    level, growth = (float(asked(output, {})[0]) for output in ("value", "cagr"))
    for factor in (1.25, 0.8):
        past = LimitState(asked, "value", factor * level)
        assert past.past({})[0] == pytest.approx(-math.log(1.25))
    for moved in (0.02, -0.02):
        past = LimitState(asked, "cagr", growth + moved)
        assert past.past({})[0] == pytest.approx(-0.02)


@pytest.mark.slow(reason="settings are sought")
def test_tidied_figures_are_short_lie_outward_and_still_reach(asked):
    level = float(asked("value", {})[0])
    for factor in (1.1, 0.9):
        past = LimitState(asked, "value", factor * level)
        scores = nearest(past, 0.0, len(past.inputs))
        exact, tidy = past.setting(scores), past.tidied(scores)
        assert float(past.past({k: np.array([v]) for k, v in tidy.items()})[0]) >= 0.0
        for p in past.inputs:
            apart = abs(tidy[p.key] - exact[p.key])
            assert p.low <= tidy[p.key] <= p.high
            assert apart <= 0.01 * abs(exact[p.key]) + 1e-12
            if p.low < tidy[p.key] < p.high and exact[p.key] != p.mode:
                assert (tidy[p.key] - exact[p.key]) * (exact[p.key] - p.mode) >= 0
        assert sum(len(f"{value:g}") <= 6 for value in tidy.values()) > len(tidy) / 2
