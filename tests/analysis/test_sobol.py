"""Sobol indices from a design of any numbers: the formulas of the papers, term by term."""

import numpy as np
import pytest
from scipy.stats import t

from ismarket.analysis.sobol import Indices, indices, sample, swapped
from ismarket.sampling.points import BLOCK, block_points

POINTS = 200


@pytest.fixture(scope="module")
def design():
    stream = np.random.default_rng(6)
    a, b = stream.gamma(2.0, size=(2, POINTS)) + 7
    return a, b, stream.gamma(2.0, size=(3, POINTS)) + 7


def test_indices_are_those_of_saltelli_and_jansen_with_their_intervals(design):
    middle = (design[0].mean() + design[1].mean()) / 2
    spread = np.concatenate(design[:2]).std()
    a, b, exchanged = ((part - middle) / spread for part in design)
    found = indices(("x", "y", "z"), *design)
    for g, c in enumerate(exchanged):
        for which, terms in (("first", b * (c - a)), ("total", (a - c) ** 2 / 2)):
            share = terms.mean()
            assert getattr(found, which)[g] == pytest.approx(share)
            rest = terms - share * (a**2 + b**2) / 2
            reach = t.ppf(0.95, POINTS - 1) * rest.std(ddof=1) / np.sqrt(POINTS)
            low, high = found.interval(which)
            assert (low[g], high[g]) == pytest.approx((share - reach, share + reach))


def test_a_function_that_does_not_move_has_no_shares():
    flat = np.full(POINTS, 3.0)
    found = indices(("x",), flat, flat, flat[None])
    assert found.first.tolist() == found.total.tolist() == [0.0]


def test_a_place_is_sure_where_the_difference_is():
    apart = 0.001 * np.random.default_rng(7).standard_normal((4, 50))
    apart[3] = apart[0]  # these two err alike, so that little tells them apart
    totals = np.array([0.5, 0.2, 0.201, 0.4999])
    found = Indices(tuple("wxyz"), totals, totals, apart, apart).places()
    assert found == [(1, 1), (3, 4), (3, 4), (2, 2)]


def test_samples_are_drawn_block_by_block_with_dimensions_of_their_own():
    keys, points = ["k", "m"], BLOCK + 30
    a, b = sample(keys, points, 5)
    assert a.shape == b.shape == (2, points)
    names = ["a:k", "a:m", "b:k", "b:m"]
    dimensions = {name: i for i, name in enumerate(names)}
    for block, part in ((0, slice(0, BLOCK)), (1, slice(BLOCK, points))):
        drawn = block_points(names, dimensions, seed=5, block=block)[:, : points - part.start]
        assert (np.concatenate([a, b])[:, part] == drawn[:, :BLOCK]).all()
    assert next(sample(keys, BLOCK, 5)).shape == (2, BLOCK)


def test_each_group_is_taken_from_the_other_sample_and_told_when_done():
    a = {"x": np.array([1.0, 2.0]), "y": np.array([10.0, 20.0]), "z": np.zeros(2)}
    b = {"x": np.array([3.0, 4.0]), "y": np.array([30.0, 40.0]), "z": np.ones(2)}
    told = []

    def function(values):
        return values["x"] + values["y"] + 100 * values["z"]

    found = swapped(function, a, b, [("x",), ("y", "z")], told.append)
    assert found.tolist() == [[13.0, 24.0], [131.0, 142.0]]
    assert told == [0.5, 1.0]
    assert swapped(function, a, b, [("z",)]).tolist() == [[111.0, 122.0]]
