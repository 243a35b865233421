"""Quantile functions: those of the distributions they are named after, also far out."""

import numpy as np
import pytest
from scipy.special import betainc
from scipy.stats import beta

from ismarket.sampling.points import BLOCK, REPLICATE, block_points, block_strata
from ismarket.sampling.quantiles import Quantiles, cumulative, happens

LAST = 2**32 - 1
SPREAD = np.random.default_rng(5).integers(0, LAST, 2_000)
FAR = np.r_[0, 1, 7, 300, 2**21 * np.arange(1, 66) + 3]
POINTS = np.r_[SPREAD, FAR, LAST - FAR].astype(np.uint32)
LEVEL = (POINTS + 0.5) / 2.0**32


def pert(low, mode, high):
    share = (mode - low) / (high - low)
    return low + (high - low) * beta.ppf(LEVEL, 1 + 4 * share, 5 - 4 * share)


@pytest.mark.parametrize("mode", [2.0, 2.5, 4.0, 6.9, 7.0])
def test_a_pert_is_the_beta_distribution_between_its_ends(mode):
    natural, log = Quantiles([("natural", 2.0, mode, 7.0), ("log", 2.0, mode, 7.0)]).values(
        np.stack([POINTS, POINTS])
    )
    expected = pert(2.0, mode, 7.0)
    assert np.abs(natural - expected).max() < 5e-5
    assert np.abs(np.log(log) - expected).max() < 5e-5


def test_the_far_ends_of_a_pert_are_its_own():
    """Relative to the distance from the end, where straight lines in equal cells would be off."""
    (values,) = Quantiles([("natural", 0.0, 1.0, 3.0)]).values(POINTS[None])
    expected, level = pert(0.0, 1.0, 3.0), LEVEL
    for below, above, error in ((1e-10, 1e-7, 5e-2), (1e-7, 0.04, 2e-3)):
        low = (level > below) & (level < above)
        assert np.abs(values[low] / expected[low] - 1).max() < error
        high = (level < 1 - below) & (level > 1 - above)
        assert np.abs((3.0 - values[high]) / (3.0 - expected[high]) - 1).max() < error


def test_the_distribution_function_is_the_incomplete_beta():
    for rising, falling in ((1.0, 5.0), (3.0, 3.0), (4.2, 1.8)):
        nodes, below = cumulative(rising, falling)
        assert nodes[0] == below[0] == 0
        assert nodes[-1] == below[-1] == 1
        assert np.abs(below - betainc(rising, falling, nodes)).max() < 1e-9
        assert nodes == pytest.approx(1 - nodes[::-1], abs=1e-15)
        assert np.diff(nodes)[0] < 1e-5


def test_a_range_without_width_is_its_value():
    assert (Quantiles([("natural", 3.0, 3.0, 3.0)]).values(POINTS[None]) == 3.0).all()


def test_a_table_is_read_by_straight_lines_between_the_middles_of_its_steps():
    table = (1.0, 2.0, 4.0, 9.0)
    (values,) = Quantiles([table]).values(POINTS[None])
    expected = np.interp(LEVEL, [0.125, 0.375, 0.625, 0.875], table)
    assert np.abs(values - expected).max() < 1e-3
    assert values.min() == 1.0
    assert values.max() == 9.0


def test_a_straight_table_is_read_at_the_middle_of_each_point():
    """In the middle and in the finer lines of the ends, to far less than the width of a point."""
    (values,) = Quantiles([tuple(map(float, range(1000)))]).values(POINTS[None])
    inside = (LEVEL > 1e-3) & (LEVEL < 1 - 1e-3)
    assert np.abs(values - (1000 * LEVEL - 0.5))[inside].max() < 1e-9


def test_a_chance_comes_true_where_the_point_lies_below_it():
    (values,) = Quantiles([("chance", 0.1, 0.25, 0.5)]).values(POINTS[None])
    assert (values == (POINTS < 2**30)).all()
    assert list(happens(np.array([0, 2**31 - 1, 2**31], np.uint32), 0.5)) == [True, True, False]


def test_a_block_holds_values_and_chances_side_by_side():
    keys = ["a", "b", "c", "d"]
    quantiles = Quantiles(
        [("log", -1.0, 0.0, 0.5), ("chance", 0.0, 0.3, 1.0), (1.0, 5.0), ("chance", 0.0, 0.7, 1.0)]
    )
    dimensions = {"a": 0, "b": 3}
    block = quantiles.of_block(*block_strata(keys, dimensions, seed=1, block=2))
    points = block_points(keys, dimensions, seed=1, block=2)
    assert (block == quantiles.values(points)).all()
    for row, chance in ((1, 0.3), (3, 0.7)):
        happened = block[row].reshape(-1, REPLICATE).sum(axis=1)
        assert np.abs(happened - chance * REPLICATE).max() < 2
    assert block.shape == (4, BLOCK)
