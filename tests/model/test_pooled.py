"""The pool of several levels: its mixture summed split by split, on the same grid."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy import stats

from ismarket.model.pooled import (
    estimates,
    pool,
    pooled_anchor,
    uncertain_level,
    weighted_median,
)

LEVELS = {"a": 1.0e8, "b": 1.3e8, "c": 4.0e9}
FAR = np.log(10.0)


@pytest.fixture(scope="module")
def found():
    return pool(LEVELS)


@pytest.fixture(scope="module")
def by_hand(found):
    """Posterior (centre, spread), the probability that each is an outlier, and the spreads.

    Outliers among so many sources are beta-binomial; the spread is half-normal, in equal ratios.
    """
    spreads = np.geomspace(0.02, 2.0, 60)
    y, count = np.log(list(LEVELS.values())), len(LEVELS)
    main = stats.norm.pdf(y[:, None, None], found.grid[:, None], spreads)
    wide = stats.norm.pdf(y[:, None, None], found.grid[:, None], FAR)
    posterior, outlying = np.zeros_like(main[0]), np.zeros(count)
    for split in product((0, 1), repeat=count):
        k = sum(split)
        weight = stats.betabinom.pmf(k, count, 1, 4) / stats.binom.pmf(k, count, 0.5)
        part = weight * stats.halfnorm.pdf(spreads, scale=0.5) * spreads
        for i, out in enumerate(split):
            part = part * (wide if out else main)[i]
        posterior = posterior + part
        outlying += np.array(split) * part.sum()
    whole = posterior.sum()
    return posterior / whole, outlying / whole, spreads


def test_the_grid_goes_from_a_million_to_a_hundred_thousand_million(found):
    assert np.exp(found.grid[0]) == pytest.approx(1e6)
    assert np.exp(found.grid[-1]) == pytest.approx(1e11, rel=0.01)
    assert np.diff(found.grid) == pytest.approx(0.01)


def test_centre_outliers_and_spread_are_those_of_every_split_added_up(found, by_hand):
    posterior, outlying, spreads = by_hand
    assert found.density["centre"] == pytest.approx(posterior.sum(axis=1), abs=1e-12)
    assert found.outlier == pytest.approx(outlying, abs=1e-9)
    assert found.spread == pytest.approx(posterior.sum(axis=0) @ spreads)
    assert found.names == tuple(LEVELS)
    assert list(found.levels) == list(LEVELS.values())


def test_one_more_estimate_lies_about_the_centre_by_its_spread(found, by_hand):
    """The share of outliers after so many sources: beta(1, 4) and what each is likely to be."""
    posterior, outlying, spreads = by_hand
    apart = found.grid[::40, None] - found.grid
    cluster = sum(
        stats.norm.pdf(apart, scale=s) @ column * 0.01
        for s, column in zip(spreads, posterior.T, strict=True)
    )
    assert found.density["cluster"][::40] == pytest.approx(cluster, abs=1e-6)
    share = (1 + outlying.sum()) / (5 + len(LEVELS))
    steps = np.arange(-575, 576)
    kernel = np.exp(-0.5 * (steps * 0.01 / FAR) ** 2)
    far = np.convolve(found.density["centre"], kernel / kernel.sum(), mode="same")
    expected = (1 - share) * found.density["cluster"] + share * far
    assert found.density["any"] == pytest.approx(expected, abs=1e-9)


def test_quantiles_are_read_along_the_density(found):
    for which in ("centre", "cluster", "any"):
        density = found.density[which]
        below = np.append(0, np.cumsum((density[1:] + density[:-1]) / 2))
        expected = np.exp(np.interp(np.array([0.1, 0.5]) * below[-1], below, found.grid))
        assert found.quantile(np.array([0.1, 0.5]), which) == pytest.approx(expected)
    assert found.quantile(0.5) == pytest.approx(found.quantile(0.5, "cluster"))


def test_each_is_left_out_once_and_the_last_one_not(found):
    assert list(found.without) == list(LEVELS)
    assert found.without["b"].names == ("a", "c")
    assert pool({"a": 1e8}).without == {}


def test_the_middle_of_weights_is_where_half_is_reached():
    assert weighted_median([3.0, 1.0, 2.0], np.array([1.0, 1.0, 1.0])) == 2.0
    assert weighted_median([3.0, 1.0, 2.0], np.array([0.1, 0.5, 0.4])) == 1.0
    assert weighted_median([3.0, 1.0, 2.0], np.array([0.7, 0.1, 0.2])) == 3.0


def test_an_anchor_pooled_has_the_median_the_middle_growth_and_every_named_driver(market):
    three = tuple(
        replace(one, value=level)
        for one, level in zip(estimates(market.anchors)[:3], LEVELS.values(), strict=True)
    )
    made = pooled_anchor(three, tuple(LEVELS.values()), 2022, 2028)
    mixture = pool({one.name: level for one, level in zip(three, LEVELS.values(), strict=True)})
    assert made.value == pytest.approx(float(mixture.quantile(0.5)))
    assert made.cagr == weighted_median([one.cagr for one in three], 1 - mixture.outlier)
    assert (made.base_year, made.first_year, made.last_year, made.periods) == (2022, 2023, 2028, 6)
    assert set(made.drivers_named) == {name for one in three for name in one.drivers_named}
    shares = (np.arange(1000) + 0.5) / 1000
    assert made.spread == pytest.approx(mixture.quantile(shares) / made.value)
    assert three[2].name in made.note
    assert three[0].name not in made.note
    alone = pooled_anchor(three[:1], tuple(LEVELS.values())[:1], 2022, 2028)
    assert (made.publisher, alone.publisher) == ("2 publishers, pooled", "1 publisher, pooled")
    (level,) = uncertain_level(made)
    assert (level.low, level.mode) == pytest.approx((made.value * made.spread[0], made.value))
    assert level.high == level.table[-1] == pytest.approx(made.value * made.spread[-1])
    assert uncertain_level(three[0]) == ()
