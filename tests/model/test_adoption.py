"""Uptake curves: zero at the start to the last bit, on time, and never past their ceiling."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ismarket import InputError, adoption

CURVES = (adoption.logistic, adoption.bass, adoption.gompertz)
shares = st.floats(0.01, 1.0)
times = st.floats(0.5, 40.0)


@pytest.mark.parametrize("curve", CURVES)
@given(start=shares, ceiling=shares, time=times)
def test_a_curve_gains_exactly_nothing_at_the_start(curve, start, ceiling, time):
    assert curve(0.0, start=start, ceiling=ceiling, half_time=time) == 0.0
    assert curve(0.0, start=start, ceiling=ceiling, takeover=time) == 0.0


@pytest.mark.slow(reason="many adoption curves")
@pytest.mark.parametrize("curve", CURVES)
@given(start=shares, ceiling=shares, time=times)
def test_a_curve_stays_between_start_and_ceiling_and_never_turns_back(curve, start, ceiling, time):
    gained = curve(np.arange(60.0), start=start, ceiling=ceiling, half_time=time)
    assert np.isfinite(gained).all()
    way = np.sign(ceiling - start)
    assert (np.diff(gained) * way >= -1e-12).all()
    assert abs(gained).max() <= abs(ceiling - start) + 1e-12


@pytest.mark.slow(reason="many adoption curves")
@pytest.mark.parametrize("curve", CURVES)
@given(start=st.floats(0.01, 0.5), gap=st.floats(0.05, 0.5), time=times)
def test_half_of_the_gap_is_closed_after_the_half_time(curve, start, gap, time):
    gained = curve(time, start=start, ceiling=start + gap, half_time=time)
    assert gained == pytest.approx(gap / 2.0)


@pytest.mark.slow(reason="many adoption curves")
@pytest.mark.parametrize("curve", CURVES)
@given(ceiling=st.floats(0.1, 1.0), time=times)
def test_takeover_is_the_time_from_ten_to_ninety_percent(curve, ceiling, time):
    gained = curve(time, start=0.1 * ceiling, ceiling=ceiling, takeover=time)
    assert gained == pytest.approx(0.8 * ceiling)


@pytest.mark.parametrize("curve", CURVES)
def test_a_curve_ends_at_its_ceiling_and_stands_where_there_is_no_gap(curve):
    assert curve(1e4, start=0.1, ceiling=0.7, half_time=4.0) == pytest.approx(0.6)
    assert curve(5.0, start=0.7, ceiling=0.7, half_time=4.0) == 0.0
    assert curve(1e4, start=0.7, ceiling=0.1, half_time=4.0) == pytest.approx(-0.6)


@pytest.mark.parametrize("curve", CURVES)
def test_years_regions_and_draws_broadcast(curve):
    elapsed = np.arange(7.0)[:, None, None, None]
    start = np.array([0.1, 0.2])[None, :, None, None]
    half_time = np.linspace(2.0, 8.0, 5)[None, None, None, :]
    gained = curve(elapsed, start=start, ceiling=0.9, half_time=half_time)
    assert gained.shape == (7, 2, 1, 5)
    assert gained[3, 1, 0, 4] == curve(3.0, start=0.2, ceiling=0.9, half_time=8.0)


@pytest.mark.parametrize("curve", CURVES)
def test_one_of_two_times_is_given(curve):
    for wrong in ({}, {"half_time": 3.0, "takeover": 5.0}):
        with pytest.raises(InputError, match="half_time or takeover"):
            curve(1.0, start=0.1, ceiling=0.9, **wrong)


def test_bass_solves_its_equation():
    """Against small Euler steps of dF/dt = (p + q F)(1 - F) with the published means."""
    p, q = 0.03, 0.38
    m, share, step = q / p, 0.0, 1e-4
    for _ in range(round(8.0 / step)):
        share += step * (p + q * share) * (1.0 - share)
    half_time = np.log(2.0 * (1.0 + m / 2.0)) / (p + q)
    assert adoption.bass(8.0, start=0.0, ceiling=1.0, half_time=half_time) == pytest.approx(
        share, abs=1e-4
    )
    assert pytest.approx(m) == adoption.BASS_IMITATION


def test_bass_may_start_from_nothing_and_without_imitation_is_exponential():
    gained = adoption.bass(6.0, start=0.0, ceiling=0.8, half_time=3.0, imitation=0.0)
    assert gained == pytest.approx(0.8 * (1.0 - 0.25))


def test_piecewise_goes_through_its_points_and_stays():
    points = ((0, 0.1), (2, 0.2), (6, 0.6))
    gained = adoption.piecewise(np.array([0.0, 1.0, 2.0, 4.0, 6.0, 60.0]), points=points)
    assert gained == pytest.approx([0.0, 0.05, 0.1, 0.3, 0.5, 0.5])
    assert gained[0] == 0.0


@given(st.lists(st.floats(0.0, 1.0), min_size=2, max_size=6))
def test_piecewise_gains_nothing_at_the_start(shares):
    assert adoption.piecewise(0.0, points=list(enumerate(shares))) == 0.0


def test_piecewise_takes_shares_by_region_and_draw():
    by_region = np.array([0.2, 0.4])[None, :, None, None]
    by_draw = np.linspace(0.5, 0.9, 3)[None, None, None, :]
    elapsed = np.arange(5.0)[:, None, None, None]
    gained = adoption.piecewise(elapsed, points=((0, by_region), (4, by_draw)))
    assert gained.shape == (5, 2, 1, 3)
    assert gained[4, 1, 0, 2] == pytest.approx(0.5)


@pytest.mark.parametrize("points", [(), ((1, 0.1), (2, 0.2)), ((0, 0.1), (2, 0.2), (2, 0.3))])
def test_piecewise_refuses_points_that_do_not_run_forward(points):
    with pytest.raises(InputError, match="must begin with 0 and rise"):
        adoption.piecewise(1.0, points=points)


def test_logistic_is_the_curve_of_verhulst_with_half_of_the_gap_closed_at_the_half_time():
    t, a0, top, half = np.arange(14.0), 0.2, 0.6, 5.0
    k = np.log(1 + top / a0) / half
    share = top / (1 + (top - a0) / a0 * np.exp(-k * t))
    assert np.allclose(adoption.logistic(t, start=a0, ceiling=top, half_time=half), share - a0)


@pytest.mark.parametrize("start", [0.05, 0.3])
@pytest.mark.parametrize("imitation", [0.5, 12.0])
def test_bass_decays_as_its_equation_says_also_from_a_share(start, imitation):
    """(1 - F) / (p + q F) falls at one rate, which the half time and the takeover both set."""
    t, top = np.arange(0.0, 9.0), 0.8
    choices = {"start": start, "ceiling": top, "imitation": imitation}
    for time in ({"half_time": 4.0}, {"takeover": 9.0}):
        f = (start + adoption.bass(t, **choices, **time)) / top
        left = np.log((1 - f) / (1 + imitation * f))
        assert np.diff(left) == pytest.approx(left[1] - left[0])
    ends = [(1 - f) / (1 + imitation * f) for f in (0.1, 0.9)]
    assert left[0] - left[-1] == pytest.approx(8 / 9 * np.log(ends[0] / ends[1]))


def test_gompertz_is_the_ceiling_times_a_share_to_a_falling_power():
    t, start, top, half_time = np.arange(9.0), 0.1, 0.8, 4.0
    f0 = start / top
    half = (1 + f0) / 2
    k = np.log(np.log(f0) / np.log(half)) / half_time
    expected = top * f0 ** np.exp(-k * t) - start
    found = adoption.gompertz(t, start=start, ceiling=top, half_time=half_time)
    assert found == pytest.approx(expected)
    k = np.log(np.log(0.1) / np.log(0.9)) / 7.0
    expected = top * f0 ** np.exp(-k * t) - start
    assert adoption.gompertz(t, start=start, ceiling=top, takeover=7.0) == pytest.approx(expected)
