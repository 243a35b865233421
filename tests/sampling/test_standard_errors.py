"""Standard errors: what the formula says, worked out replicate by replicate."""

import math

import numpy as np
import pytest

from ismarket.sampling.points import (
    FEWEST,
    REPLICATE,
    at_most,
    deviations,
    error_of,
    error_of_mean,
    errors_inside,
)


def by_hand(values, size):
    mean = sum(values) / len(values)
    sums = [sum(values[i : i + size]) - size * mean for i in range(0, len(values), size)]
    groups = len(sums)
    return math.sqrt(groups / (groups - 1) * sum(s * s for s in sums)) / len(values)


def test_whole_replicates_are_the_clusters_of_an_error():
    values = np.random.default_rng(1).gamma(2.0, size=(2, 3, FEWEST * REPLICATE)) + 5
    values += np.repeat(np.arange(FEWEST), REPLICATE)
    found = error_of_mean(values)
    assert found.shape == (2, 3)
    expected = [[by_hand(list(row), REPLICATE) for row in part] for part in values]
    assert found == pytest.approx(np.array(expected), rel=1e-9)
    assert deviations(values).shape == (2, 3, FEWEST)


def test_few_draws_count_one_by_one():
    values = np.random.default_rng(2).normal(3.0, size=(2, 3, 50))
    assert error_of_mean(values) == pytest.approx(values.std(axis=-1, ddof=1) / math.sqrt(50))
    assert at_most(FEWEST * REPLICATE - 1)
    assert not at_most(FEWEST * REPLICATE)


def test_one_replicate_cannot_tell_and_two_can():
    assert np.isnan(error_of(np.ones((2, 3, 1)))).all()
    assert error_of(np.ones((2, 3, 1))).shape == (2, 3)
    assert error_of(np.array([[0.5, -0.5]])) == pytest.approx([1.0])


def test_an_error_reaches_as_far_as_students_distribution_says():
    """Table of Student's t: one-sided 95 % with 7 degrees of freedom, 97.5 % with 10."""
    assert errors_inside(8) == pytest.approx(1.8946, abs=1e-4)
    assert errors_inside(11, 0.95) == pytest.approx(2.2281, abs=1e-4)
