"""Histograms of many rows: where each draw is counted, and the quantiles read off the counts."""

import numpy as np
import pytest

from ismarket.engine.histograms import BINS, SLAB, Grid, on_log_scale

ROWS = 2 * SLAB + 3
DRAWS = np.random.default_rng(7).normal(np.arange(ROWS)[:, None] + 5, 0.4, (ROWS, 3_000))


def test_the_bins_reach_an_eighth_of_the_spread_beyond_the_first_draws():
    grid = Grid.over(np.array([[1.0, 9.0, 4.0], [2.0, 2.0, 2.0]]))
    assert list(grid.low) == [0.0, 2.0]
    assert list(grid.low + BINS * grid.width) == pytest.approx([10.0, 2.0])


@pytest.mark.parametrize("logs", [False, True])
def test_each_draw_is_counted_in_its_bin_and_what_lies_beyond_in_the_outermost(logs):
    seen = np.log(DRAWS) if logs else DRAWS
    grid = Grid.over(seen[:, :200])
    parts = DRAWS[:, :1_000], DRAWS[:, 1_000:]
    counts = sum(grid.count(part.astype(np.float32), logs=logs) for part in parts)
    assert (counts.sum(axis=1) == DRAWS.shape[1]).all()
    number = np.floor((seen - grid.low[:, None]) / grid.width[:, None]).clip(0, BINS - 1)
    for row in range(ROWS):
        expected = np.bincount(number[row].astype(int), minlength=BINS)
        moved = np.abs(np.cumsum(counts[row] - expected))
        assert moved.max() <= 15  # of 3,000, by the rounding of 32 bits


def test_far_draws_and_rows_without_width_stay_in_their_own_row():
    grid = Grid(np.zeros(2), np.array([1.0 / BINS, 0.0]))
    counts = grid.count(np.array([[-7.0, 0.5, 99.0], [3.0, 3.0, 3.0]], np.float32))
    assert list(np.flatnonzero(counts[0])) == [0, BINS // 2, BINS - 1]
    assert counts[1, 0] == 3


def test_quantiles_are_linear_within_a_bin():
    grid = Grid(np.array([10.0, 0.0]), np.array([2.0, 1.0]))
    counts = np.zeros((2, BINS), np.int64)
    counts[0, [0, 3]] = 2, 3
    counts[1, 5] = 1
    found = grid.quantiles(counts, np.array([0.0, 0.25, 0.45, 0.5, 0.75, 1.0]))
    halves = [0.5 / 2, 1.5 / 2, 1.0, 3 + 0.5 / 3, 3 + 1.5 / 3, 3 + 2.5 / 3]
    assert found[:, 0] == pytest.approx([10 + 2 * half for half in halves])
    assert found[:, 1] == pytest.approx([5.5] * 6)
    counts[1, [5, BINS - 1]] = 1, 2
    assert grid.quantiles(counts, np.array([0.5]))[0, 1] == pytest.approx(BINS - 1 + 0.25)


def test_quantiles_of_counts_are_those_of_the_draws():
    grid = Grid.over(DRAWS)
    counts = grid.count(DRAWS.astype(np.float32))
    levels = np.array([0.05, 0.5, 0.95])
    expected = np.quantile(DRAWS, levels, axis=1)
    assert np.abs(grid.quantiles(counts, levels) - expected).max() < 0.006


def test_the_log_of_nothing_is_that_of_a_millionth():
    found = on_log_scale(np.array([[0.0, 1e-9, 1.0, np.e]], np.float32))
    assert found[0] == pytest.approx([np.log(1e-6)] * 2 + [0.0, 1.0], abs=1e-6)
