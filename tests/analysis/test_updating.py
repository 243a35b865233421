"""Updating by importance weights: known posteriors, and refused where draws do not reach."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import genpareto

from ismarket import InputError, Scenario, forecast, load_drivers, load_market
from ismarket.analysis.updating import (
    MOST_YEARS,
    Observation,
    _check_reached,
    fitted_tail,
    observation,
    read_observations,
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


def tail_by_hand(ordered):
    """Zhang & Stephens (2009), figure by figure, and the prior of ten observations at 0.5."""
    n = len(ordered)
    m = 30 + int(n**0.5)
    quarter = ordered[int(n / 4 + 0.5) - 1]
    thetas = [
        1 / ordered[-1] + (1 - (m / (j - 0.5)) ** 0.5) / (3 * quarter) for j in range(1, m + 1)
    ]

    def profile(theta):
        k = sum(math.log1p(-theta * x) for x in ordered) / n
        return n * (math.log(-theta / k) - k - 1)

    most = max(map(profile, thetas))
    weights = [math.exp(profile(theta) - most) for theta in thetas]
    theta = sum(t * w for t, w in zip(thetas, weights, strict=True)) / sum(weights)
    shape = sum(math.log1p(-theta * x) for x in ordered) / n
    return (n * shape + 5) / (n + 10), -shape / theta


@pytest.mark.parametrize(("draws", "size"), [(25, 5), (120, 24), (400, 60)])
def test_smoothing_is_that_of_the_paper(draws, size):
    """The largest weights become quantiles of the tail that is fitted to them, none above 1."""
    log_weights = 1.3 * np.random.default_rng(draws).standard_normal(draws)
    ratios = sorted(math.exp(v - log_weights.max()) for v in log_weights)
    cutoff = ratios[-size - 1]
    shape, scale = tail_by_hand([r - cutoff for r in ratios[-size:]])
    for i in range(size):
        level = (i + 0.5) / size
        above = scale / shape * ((1 - level) ** -shape - 1)
        ratios[draws - size + i] = min(cutoff + above, 1.0)
    weights, k_hat = smoothed(log_weights)
    assert k_hat == pytest.approx(shape)
    assert np.sort(weights) == pytest.approx(np.array(ratios) / sum(ratios))
    assert (np.argsort(weights, kind="stable") == np.argsort(log_weights)).all()


def test_a_tail_is_too_short_or_of_one_value_and_says_so():
    few = np.linspace(-1.0, 0.0, 20)  # four in the tail
    assert smoothed(few)[1] == -math.inf
    assert smoothed(few)[0] == pytest.approx(np.exp(few) / np.exp(few).sum())
    one = np.append(np.full(99, -5.0), 0.0)
    weights, k_hat = smoothed(one)
    assert k_hat == math.inf
    assert weights == pytest.approx(np.exp(one) / np.exp(one).sum())


def test_weighted_quantiles_lie_between_the_middles_of_mass():
    found = weighted_quantiles(
        np.array([3.0, 1.0, 2.0]), np.array([0.5, 0.2, 0.3]), (0.0, 0.1, 0.225, 0.35, 0.75, 1.0)
    )
    assert found == pytest.approx([1.0, 1.0, 1.5, 2.0, 3.0, 3.0])


@pytest.mark.parametrize(("count", "squares", "most"), [(1, 10.828, "3.3"), (2, 13.816, "2.6")])
def test_a_miss_that_errors_make_once_in_a_thousand_is_the_last_one_borne(count, squares, most):
    """Table of the chi-squared distribution: its 0.999 quantile."""
    _check_reached(squares - 0.001, count)
    with pytest.raises(InputError, match=rf"errors away, more than the {most}"):
        _check_reached(squares + 0.001, count)
    with pytest.raises(InputError, match=r"the nearest is 5\.0 standard"):
        _check_reached(25.0 * count, count)


def test_each_draw_weighs_as_its_likelihood_says(counted):
    total, years = counted.draws.total, counted.years
    seen = [Observation(years[2], 5.1e7, 0.3), Observation(years[4], 5.9e7, 0.4)]
    found = update(counted, seen)
    log = [
        -0.5 * (np.log(total[i] / one.value) / one.error) ** 2
        for i, one in zip((2, 4), seen, strict=True)
    ]
    weights, k_hat = smoothed(log[0] + log[1])
    assert found.weights == pytest.approx(weights)
    assert found.k_hat == pytest.approx(k_hat)
    assert found.effective == pytest.approx(1 / (weights**2).sum())
    table, before = found.summary(), counted.columns["summary"]
    assert table["year"] == list(years)
    assert table["mean"] == pytest.approx([row @ weights for row in total])
    for name, level in (("p5", 0.05), ("p50", 0.5), ("p95", 0.95)):
        expected = [weighted_quantiles(row, weights, (level,))[0] for row in total]
        assert table[name] == pytest.approx(expected)
        assert table[f"{name}_before"] == before[name]
    said = found.to_dict()
    assert said["k_hat"] == found.k_hat
    assert said["draws"] == len(weights)


@pytest.mark.parametrize("through", [2029, 2030])
def test_the_page_shows_the_last_year_and_some_before_it(market, drivers, through):
    run = forecast(market, drivers, Scenario("bottom-up", draws=256, through=through))
    found = update(run, [Observation(2023, run.columns["summary"]["p50"][1], 1.0)])
    (table,) = (part for part in found.sheet().parts if not isinstance(part, str))
    shown, summary = [int(year) for year in table.header[1:]], found.summary()
    assert shown[-1] == through
    assert len(set(np.diff(shown))) == 1
    assert len(run.years) / 2 <= len(shown) * np.diff(shown)[0] <= len(run.years) + 1
    assert len(shown) <= MOST_YEARS
    row = next(row for row in table.rows if row[0] == "9 in 10 draws, high")
    expected = [summary["p95"][run.years.index(year)] / 1e6 for year in shown]
    assert [float(cell) for cell in row[1:]] == pytest.approx(expected, abs=0.051)


@pytest.mark.parametrize(
    ("value", "error", "right"),
    [(1.0, 2.0, True), (1.0, 2.01, False), (0.0, 0.1, False), (1.0, 0.0, False),
     (math.inf, 0.1, False), (1.0, math.nan, False)],
)  # fmt: skip
def test_an_actual_is_above_nothing_with_an_error_up_to_two(value, error, right):
    if right:
        one = Observation(2024, value, error)
        assert one.known_since == "2025-01-01"
        assert Observation(2024, value, error, known="2024-11-30").known_since == "2024-11-30"
    else:
        with pytest.raises(InputError, match="observation 2024"):
            Observation(2024, value, error)


def test_an_actual_in_one_word_or_a_table_is_the_same(tmp_path):
    said = observation(" 2024 = 55M : 10% ")
    assert said == Observation(2024, 55e6, 0.1)
    file = tmp_path / "actuals.csv"
    head = "year,value_usd,error,status,source,known,dollars\n"
    file.write_text(head + "2024,55e6,0.1,measured,report,2025-02-01,current USD\n")
    known = Observation(2024, 55e6, 0.1, "report", "2025-02-01", "current USD")
    assert read_observations(file) == [known]
    for row, message in (("2024.5,1,0.1,measured,a,,", "is not a whole number"), ("", "no row"),
                         ("2024,1,9,measured,a,,", "line 2: observation 2024")):  # fmt: skip
        file.write_text(head + row)
        with pytest.raises(InputError, match=message):
            read_observations(file)
