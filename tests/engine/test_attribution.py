"""Attribution: Shapley's axioms, exact and sampled."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ismarket.engine.attribution import attribution, growth_share, money_share

DRAWS = 3
values = st.floats(-5, 5)


@st.composite
def games(draw, most=5):
    players = draw(st.integers(1, most))
    worth = draw(arrays(float, (1 << players, DRAWS), elements=values))
    worth[0] = 0.0
    return players, worth


def exact_shapley(players, game):
    found = attribution(players, seed=0)
    return found.weights @ np.stack([game(coalition) for coalition in found.coalitions])


@pytest.mark.slow(reason="thousands of draws")
@given(games())
def test_contributions_add_up_to_the_total_in_every_draw(game):
    players, worth = game
    exact = exact_shapley(players, worth.__getitem__)
    assert np.allclose(exact.sum(axis=0), worth[-1], atol=1e-10)


@pytest.mark.slow(reason="hundreds of games")
@given(games())
def test_a_player_who_never_changes_anything_carries_nothing(game):
    players, worth = game
    dummy = 1 << players
    exact = exact_shapley(players + 1, lambda coalition: worth[coalition & ~dummy])
    assert np.allclose(exact[-1], 0.0, atol=1e-12)
    assert np.allclose(exact[:-1], exact_shapley(players, worth.__getitem__), atol=1e-10)


@given(games(), st.data())
def test_players_who_are_interchangeable_carry_the_same(game, data):
    players, worth = game
    if players < 2:
        return
    i, j = data.draw(st.permutations(range(players)))[:2]

    def symmetric(coalition):
        swapped = coalition & ~(1 << i) & ~(1 << j)
        swapped |= (coalition >> i & 1) << j | (coalition >> j & 1) << i
        return worth[coalition] + worth[swapped]

    exact = exact_shapley(players, symmetric)
    assert np.allclose(exact[i], exact[j], atol=1e-10)


@pytest.mark.slow(reason="hundreds of games")
@given(games(), values)
def test_contributions_of_a_sum_of_games_are_the_sums(game, factor):
    players, worth = game
    other = np.sin(worth) * factor
    both = exact_shapley(players, (worth + other).__getitem__)
    apart = exact_shapley(players, worth.__getitem__) + exact_shapley(players, other.__getitem__)
    assert np.allclose(both, apart, atol=1e-9)


@settings(max_examples=30, deadline=None)
@given(games(), st.integers(0, 1000))
def test_sampled_orders_close_exactly_and_lie_within_their_error(game, seed):
    players, worth = game
    found = attribution(players, seed=seed, exact=0, pairs=200)
    growth = np.stack([worth[coalition] for coalition in found.coalitions])
    sampled, exact = found.weights @ growth, exact_shapley(players, worth.__getitem__)
    assert np.allclose(sampled.sum(axis=0), worth[-1], atol=1e-10)
    assert (np.abs(sampled - exact) <= 6 * found.error(growth) + 1e-9).all()


@given(st.floats(-2, 2), st.integers(1, 13))
def test_points_and_money_share_out_the_whole_growth(log_growth, years):
    rate = np.expm1(log_growth / years)
    assert np.isclose(log_growth * growth_share(np.array(log_growth), years), rate, atol=1e-12)
    money = log_growth * money_share(np.array(log_growth), np.array(3e9))
    assert np.isclose(money, 3e9 * np.expm1(log_growth), rtol=1e-9, atol=1e-3)
