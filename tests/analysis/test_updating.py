"""Updating by importance weights: known posteriors, and refused where draws do not reach."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import genpareto

from ismarket import InputError, Scenario, forecast, load_drivers, load_market
from ismarket.analysis.updating import (
    Observation,
    fitted_tail,
    smoothed,
    update,
    weighted_quantiles,
)


@pytest.fixture(scope="module")
def counted():
    scenario = Scenario(anchor="bottom-up", without=(), draws=8192)
    return forecast(load_market(), load_drivers(), scenario)


def test_a_normal_prior_and_likelihood_give_their_known_posterior():
    draws = np.random.default_rng(1).normal(0.0, 1.0, 100_000)
    observed, error = 1.5, 0.8
    weights, k_hat = smoothed(-0.5 * ((draws - observed) / error) ** 2)
    precision = 1.0 + 1.0 / error**2
    mean = observed / error**2 / precision
    effective = 1.0 / np.sum(weights**2)
    tolerance = 4.0 / math.sqrt(precision * effective)
    assert abs(weights @ draws - mean) < tolerance
    assert abs(weights @ (draws - mean) ** 2 - 1.0 / precision) < tolerance
    assert k_hat < 0.7


@pytest.mark.parametrize("shape", [0.1, 0.4, 0.8])
def test_the_shape_of_a_known_tail_is_found(shape):
    sample = np.sort(genpareto.rvs(shape, scale=2.0, size=5_000, random_state=3))
    found, scale = fitted_tail(sample)
    assert found == pytest.approx(shape, abs=0.06)
    assert scale == pytest.approx(2.0, rel=0.1)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(-600, 0), min_size=30, max_size=300).map(np.array))
def test_weights_are_a_distribution(log_weights):
    weights, _ = smoothed(log_weights)
    assert weights.sum() == pytest.approx(1.0)
    assert (weights >= 0).all()
    assert np.isfinite(weights).all()


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(-20, 0), min_size=30, max_size=300).map(np.array))
def test_smoothing_keeps_the_order_of_the_weights(log_weights):
    weights, _ = smoothed(log_weights)
    order = np.argsort(np.exp(log_weights - log_weights.max()), kind="stable")
    assert (np.diff(weights[order]) >= -1e-12).all()


def test_equal_weights_stay_equal():
    weights, k_hat = smoothed(np.zeros(500))
    assert np.allclose(weights, 1 / 500)
    assert k_hat == -math.inf


def test_an_observation_narrows_the_forecast_and_moves_it_towards_itself(counted):
    before = counted.columns["summary"]
    year = counted.years[2]
    value = before["p50"][2] * 1.15
    after = update(counted, [Observation(year, value, 0.1)]).summary()
    assert before["p50"][2] < after["p50"][2] < value
    assert after["p95"][2] - after["p5"][2] < before["p95"][2] - before["p5"][2]
    assert after["p50"][-1] > before["p50"][-1]


def test_an_observation_that_says_nothing_changes_nothing(counted):
    before = counted.columns["summary"]
    found = update(counted, [Observation(counted.years[2], before["p50"][2], 2.0)])
    assert found.effective > 0.98 * 8192
    assert found.summary()["p50"][-1] == pytest.approx(before["p50"][-1], rel=0.01)


def test_observations_out_of_reach_are_refused(counted):
    with pytest.raises(InputError, match="the draws do not reach the observations"):
        update(counted, [Observation(counted.years[2], 3.2e9, 0.05)])
    most = float(counted.draws.total[-1].max())
    with pytest.raises(InputError, match="k-hat"):
        update(counted, [Observation(counted.years[-1], 1.2 * most, 0.1)])


@pytest.mark.parametrize("factor", [1 / 32, 1 / 3, 3.0, 100.0])
@pytest.mark.parametrize("error", [0.01, 0.1])
def test_what_no_draw_comes_near_is_refused(world, factor, error):
    """A fan that is narrow beside its distance to the actual gives weights without a long tail."""
    market, drivers, scenario = world
    run = forecast(market, drivers, scenario.changed(draws=300))
    total = run.draws.total[-1]
    nearest = total.max() if factor > 1 else total.min()
    with pytest.raises(InputError, match="do not reach the observations: the nearest is"):
        update(run, [Observation(run.years[-1], float(factor * nearest), error)])
    assert update(run, [Observation(run.years[-1], float(np.median(total)), 0.3)]).effective > 100


def test_actuals_that_no_path_joins_are_refused(counted):
    """Each lies within the draws of its year; no draw goes from one to the other."""
    high, low = (float(np.quantile(counted.draws.total[i], q)) for i, q in ((2, 0.95), (3, 0.05)))
    one, other = Observation(counted.years[2], high, 0.05), Observation(counted.years[3], low, 0.05)
    for alone in (one, other):
        assert update(counted, [alone]).k_hat < 0.7
    with pytest.raises(InputError, match=r"the nearest is \d+\.\d standard errors away"):
        update(counted, [one, other])


def test_years_that_tell_nothing_are_refused(counted):
    with pytest.raises(InputError, match="the forecast has 2022 to 2028"):
        update(counted, [Observation(2031, 5e7, 0.1)])
    published = forecast(load_market(), load_drivers(), Scenario(draws=256))
    with pytest.raises(InputError, match="fixes that year"):
        update(published, [Observation(2022, 3e9, 0.1)])
    with pytest.raises(InputError, match="no observation"):
        update(counted, [])
    with pytest.raises(InputError, match="above 0"):
        Observation(2023, -1.0, 0.1)


def test_the_result_says_its_effective_draws_and_k_hat(counted):
    found = update(counted, [Observation(2024, 6e7, 0.2)])
    assert "effective of 8,192 draws, k-hat" in str(found)


def test_weighted_quantiles_with_equal_weights_are_the_usual_ones():
    values = np.random.default_rng(2).normal(size=2001)
    equal = np.full(2001, 1 / 2001)
    assert weighted_quantiles(values, equal, (0.5,))[0] == pytest.approx(np.median(values))
