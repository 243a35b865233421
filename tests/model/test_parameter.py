"""Parameters: PERT ranges, their quantiles and the errors for values outside."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from ismarket import InputError, Parameter
from ismarket.sampling.quantiles import Quantiles


@pytest.mark.parametrize("mode", [0.0, 0.02, 0.3, 0.5, 0.9, 1.0])
def test_the_tabulated_quantiles_are_those_of_the_pert_distribution(mode):
    parameter = Parameter("share", 0.0, mode, 1.0, unit="share")
    levels = np.concatenate([np.logspace(-8, -2, 50), np.linspace(0.01, 0.99, 999)])
    bits = (levels * 2.0**32).astype(np.uint32)
    a, b = 1 + 4 * mode, 5 - 4 * mode
    exact = beta.ppf((bits + 0.5) / 2.0**32, a, b)
    assert np.abs(Quantiles([parameter.range]).values(bits[None])[0] - exact).max() < 1e-5


def test_a_ratio_is_pert_on_the_log_scale():
    parameter = Parameter("ratio", 1.0, 2.0, 8.0, unit="rate ratio", scale="log")
    a, b = 1 + 4 / 3, 5 - 4 / 3
    expected = np.exp(np.log(8) * beta.ppf([0.1, 0.5, 0.9], a, b))
    assert np.allclose(parameter.quantile(np.array([0.1, 0.5, 0.9])), expected, rtol=1e-5)


@given(st.floats(-10, 10), st.floats(0, 5), st.floats(0, 5), st.integers(0, 2**32 - 1))
def test_a_draw_never_leaves_the_range(low, to_mode, to_high, bits):
    parameter = Parameter("x", low, low + to_mode, low + to_mode + to_high, unit="1")
    drawn = Quantiles([parameter.range]).values(np.array([[bits]], np.uint32))[0, 0]
    assert parameter.low <= drawn <= parameter.high


def test_a_parameter_with_equal_ends_is_a_constant():
    constant = Parameter("x", 2.0, 2.0, 2.0, unit="1")
    assert constant.constant
    assert constant.quantile(0.3) == 2.0


def test_a_quantile_of_one_level_is_a_number():
    parameter = Parameter("x", 1.0, 2.0, 8.0, unit="1")
    found = parameter.quantile(0.6)
    assert type(found) is float
    assert f"{found:.3f}" == f"{parameter.quantile(np.array([0.6]))[0]:.3f}"


@pytest.mark.parametrize(
    ("ends", "message"),
    [
        ((1, 0.5, 2), "not in order"),
        ((0, float("nan"), 1), "finite"),
        ((0, 1, float("inf")), "finite"),
    ],
)
def test_a_range_that_is_none_is_refused(ends, message):
    with pytest.raises(InputError, match=message):
        Parameter("x", *ends, unit="1")


def test_a_value_outside_the_range_says_what_is_allowed():
    parameter = Parameter("half_time", 2, 8, 12, unit="years", source="assumption: ...")
    expected = r"d\.half_time = 40 years is outside its range 2 to 12 \(assumption: \.\.\.\)"
    with pytest.raises(InputError, match=expected):
        parameter.owned_by("d").check(40)
    for bad in (float("nan"), "4", True, None):
        with pytest.raises(InputError, match="not a finite number"):
            parameter.check(bad)


@pytest.mark.parametrize(("scale", "mode"), [("natural", 3.0), ("log", 3.0), ("log", 2.0)])
def test_the_density_is_that_of_the_beta_distribution(scale, mode):
    """On the scaled range, where the sliders draw it."""
    parameter = Parameter("x", 2.0, mode, 7.0, unit="1", scale=scale)
    back = np.log if scale == "log" else np.asarray
    share = (back(mode) - back(2.0)) / (back(7.0) - back(2.0))
    place = np.linspace(0.01, 0.99, 23)
    expected = beta.pdf(place, 1 + 4 * share, 5 - 4 * share)
    assert parameter.density(place) == pytest.approx(expected)


def test_quantiles_reach_from_end_to_end():
    parameter = Parameter("x", 2.0, 3.0, 7.0, unit="1")
    first, last = 2 + 5 * beta.ppf([0.5**33, 1 - 0.5**33], 1.8, 4.2)
    assert parameter.quantile(0.0) == pytest.approx(first, abs=5e-6)
    assert parameter.quantile(np.array([0.0, 1.0])) == pytest.approx([2.0, last], abs=1e-3)
    assert parameter.quantile(0.25) == pytest.approx(2 + 5 * beta.ppf(0.25, 1.8, 4.2), abs=1e-4)


def test_what_is_possible_beyond_a_range_and_what_is_not():
    share = Parameter("x", 0.2, 0.3, 0.5, unit="share", most=1.0)
    assert share.check(0.2) == 0.2
    assert share.check(np.float64(0.5)) == 0.5
    assert share.check(1.0, beyond=True) == 1.0
    assert Parameter("y", -1.0, 0.0, 1.0, unit="1").check(-3, beyond=True) == -3.0
    for value in (0.0, -0.1, 1.01):
        with pytest.raises(InputError, match=r"only above 0, up to 1$"):
            share.check(value, beyond=True)
    from_nothing = Parameter("z", 0.0, 0.5, 1.0, unit="1")
    assert from_nothing.check(0.0) == 0.0
    with pytest.raises(InputError, match=r"only above 0$"):
        from_nothing.check(-1.0, beyond=True)
    chance = Parameter.chance("c", 0.4)
    assert [chance.check(end) for end in (0, 1)] == [0.0, 1.0]
    with pytest.raises(InputError, match=r"only 0 to 1$"):
        chance.check(1.01, beyond=True)
    for end in (0, 1):
        assert Parameter.chance("c", end).constant
    assert not chance.constant
    for wrong in (-0.01, 1.01):
        with pytest.raises(InputError, match="outside 0 to 1"):
            Parameter.chance("c", wrong)


def test_a_log_scale_begins_above_nothing():
    with pytest.raises(InputError, match="must be above 0 on a log scale"):
        Parameter("x", 0.0, 1.0, 2.0, unit="1", scale="log")
    with pytest.raises(InputError, match="scale 'ln'; one of natural, log"):
        Parameter("x", 1.0, 1.0, 2.0, unit="1", scale="ln")
