"""Rank correlation: reached, repaired where it must be, and no bit moved where it is 0."""

from statistics import NormalDist

import numpy as np
import pytest
from scipy.stats import spearmanr

from ismarket import InputError, Scenario, forecast
from ismarket.engine.blocks import Engine
from ismarket.engine.plan import make_plan
from ismarket.sampling.copula import copula, nearest_correlation

A, B, C = "ai_eeg.ratio", "video_eeg.ratio", "awareness.ratio"


def drawn(market, drivers, **choices):
    plan = make_plan(market, drivers, Scenario(**choices))
    engine = Engine(plan, np.ones(len(plan.years)))
    return engine.drawing.by_key(0)


@pytest.mark.parametrize("rho", [-0.9, -0.3, 0.5, 0.99])
def test_the_rank_correlation_is_the_one_asked_for(market, drivers, rho):
    values = drawn(market, drivers, correlation={f"{A} ~ {B}": rho})
    assert spearmanr(values[A], values[B]).statistic == pytest.approx(rho, abs=0.02)


def test_zero_correlation_leaves_every_bit_as_it_was(market, drivers):
    plain = drawn(market, drivers)
    zero = drawn(market, drivers, correlation={f"{A} ~ {B}": 0.0})
    assert all((plain[key] == zero[key]).all() for key in plain)


def test_only_the_later_keys_of_a_correlated_set_move(market, drivers):
    plain, mixed = drawn(market, drivers), drawn(market, drivers, correlation={f"{B}~{A}": 0.6})
    moved = {key for key in plain if (plain[key] != mixed[key]).any()}
    assert moved == {B}
    assert np.allclose(np.mean(mixed[B]), np.mean(plain[B]), rtol=5e-3)


def test_fixing_or_leaving_out_one_of_a_pair_leaves_the_other(market, drivers):
    correlation = {f"{A} ~ {B}": 0.6, "early_response.ratio ~ steroid_first.ratio": 0.4}
    both = drawn(market, drivers, correlation=correlation, without=())
    fixed = drawn(market, drivers, correlation=correlation, without=(), fixed={A: 1.2})
    less = drawn(market, drivers, correlation=correlation, without=("innovation", "incidence"))
    assert (both[B] == fixed[B]).all()
    assert (fixed[A] == 1.2).all()
    assert "early_response.ratio" not in less
    assert (both["steroid_first.ratio"] == less["steroid_first.ratio"]).all()
    assert (both[B] == less[B]).all()


def test_contradicting_correlations_are_repaired_to_the_nearest_and_announced(market, drivers):
    wanted = {f"{A} ~ {B}": 0.9, f"{A} ~ {C}": 0.9, f"{B} ~ {C}": -0.9}
    result = forecast(market, drivers, Scenario(draws=100, correlation=wanted))
    assert result.repaired > 0.1
    assert "contradict each other" in str(result)
    sound = forecast(market, drivers, Scenario(draws=100, correlation={f"{A} ~ {B}": 1.0}))
    assert sound.repaired == 0


def test_the_nearest_correlation_matrix_is_highams():
    """Higham (2002), IMA J. Numer. Anal. 22:329, its example of order 3."""
    matrix = np.array([[1.0, 1, 0], [1, 1, 1], [0, 1, 1]])
    expected = np.array([[1, 0.7607, 0.1573], [0.7607, 1, 0.7607], [0.1573, 0.7607, 1]])
    assert np.abs(nearest_correlation(matrix) - expected).max() < 1e-4


@pytest.mark.parametrize(
    ("pair", "rho", "message"),
    [
        (A, 0.5, "name two parameters"),
        (f"{A} ~ {A}", 0.5, "name two parameters"),
        (f"{A} ~ {B}", 1.5, "outside -1 to 1"),
        (f"{A} ~ video_eeg.rato", 0.5, "did you mean 'video_eeg.ratio'?"),
    ],
)
def test_a_correlation_that_cannot_be_meant_is_refused(market, drivers, pair, rho, message):
    with pytest.raises(InputError) as error:
        forecast(market, drivers, Scenario(draws=10, correlation={pair: rho}))
    assert message in str(error.value)


def test_no_correlation_needs_no_copula():
    assert copula({}) is None
    assert copula({("a", "b"): 0.0}) is None


@pytest.mark.parametrize("rho", [-0.6, 0.05, 0.7])
def test_scores_of_a_pair_are_mixed_as_pearson_says(rho):
    """The second score is r times the first and sqrt(1 - r^2) times its own, for the r of rho."""
    found = copula({("b", "a"): rho})
    r = 2 * np.sin(np.pi * rho / 6)
    assert found.keys == ("a", "b")
    assert found.factor == pytest.approx(np.array([[1, 0], [r, np.sqrt(1 - r * r)]]))
    assert found.repaired == 0.0
    points = np.random.default_rng(3).integers(0, 2**32, (2, 500), dtype=np.uint32)
    normal, middle = NormalDist(), (points + 0.5) / 2**32
    one, other = (np.array([normal.inv_cdf(p) for p in row]) for row in middle)
    level = [normal.cdf(z) for z in r * one + np.sqrt(1 - r * r) * other]
    first, second = found.mix(points)
    assert (first == points[0]).all()
    assert (second == np.floor(np.array(level) * 2**32)).mean() > 0.99


def test_the_farthest_points_stay_in_the_unit_interval():
    last = 2**32 - 1
    corner = np.array([[0, last], [0, last]], np.uint32)
    mixed = copula({("a", "b"): 0.5}).mix(corner)
    assert mixed.tolist() == [[0, last], [0, last]]


def test_a_matrix_is_a_correlation_matrix_after_every_round():
    rough = np.array([[1.0, 0.9, 0.9], [0.9, 1.0, -0.9], [0.9, -0.9, 1.0]])
    for rounds in (0, 1, 3):
        found = nearest_correlation(rough, rounds)
        assert np.diag(found) == pytest.approx(np.ones(3), abs=1e-12)
        assert np.allclose(found, found.T)
        assert np.linalg.eigvalsh(found)[0] > 0
