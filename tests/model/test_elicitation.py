"""Parameters from what people say: the fit says it back, and a pool is the mixture."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from ismarket import InputError, Parameter, elicitation

UNIT = {"unit": "years", "source": "interview", "title": "Half time"}


@settings(max_examples=40, deadline=None)
@given(
    low=st.floats(-50, 50), width=st.floats(0.1, 100), share=st.floats(0.02, 0.98),
    on_log=st.booleans(),
)  # fmt: skip
def test_quantiles_of_a_parameter_give_that_parameter_back(low, width, share, on_log):
    scale = "log" if on_log else "natural"
    ends = [low, low + share * width, low + width]
    if on_log:
        ends = [float(np.exp(end / 40.0)) for end in ends]
    meant = Parameter("x", *ends, scale=scale, **UNIT)
    p10, p50, p90 = (meant.quantile(level) for level in (0.1, 0.5, 0.9))
    fitted = Parameter.from_quantiles("x", p10, p50, p90, scale=scale, **UNIT)
    said = elicitation.feedback(fitted)
    size = p90 - p10
    assert [said["p10"], said["p50"], said["p90"]] == pytest.approx(
        [p10, p50, p90], abs=2e-3 * size
    )


def test_the_fit_agrees_with_an_independent_solver():
    """scipy's beta distribution, solved for the peak by Brent's method."""
    p10, p50, p90 = 2.0, 3.0, 5.0

    def misses(share):
        q = stats.beta.ppf([0.1, 0.5, 0.9], 1 + 4 * share, 5 - 4 * share)
        return (q[1] - q[0]) / (q[2] - q[0]) - (p50 - p10) / (p90 - p10)

    share = optimize.brentq(misses, 0.0, 1.0)
    q10, q90 = stats.beta.ppf([0.1, 0.9], 1 + 4 * share, 5 - 4 * share)
    width = (p90 - p10) / (q90 - q10)
    low = p10 - q10 * width
    fitted = Parameter.from_quantiles("x", p10, p50, p90, **UNIT)
    assert [fitted.low, fitted.mode, fitted.high] == pytest.approx(
        [low, low + share * width, low + width], abs=2e-3
    )
    p5, p95 = stats.beta.ppf([0.05, 0.95], 1 + 4 * share, 5 - 4 * share) * width + low
    said = elicitation.feedback(fitted)
    assert [said["p5"], said["p95"]] == pytest.approx([p5, p95], abs=2e-3)


def test_about_is_carried_over():
    fitted = Parameter.from_quantiles("x", 2, 3, 5, status="estimated", owner="mine", **UNIT)
    assert (fitted.key, fitted.unit, fitted.source, fitted.status) == (
        "mine.x", "years", "interview", "estimated",
    )  # fmt: skip


@given(
    low=st.floats(0.1, 10), up=st.floats(0.1, 10), down=st.floats(0.01, 0.09),
    inside=st.floats(0.3, 0.95),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_three_points_keep_the_peak_and_hold_the_share(low, up, down, inside):
    mode, high = low + down, low + down + up
    fitted = Parameter.from_points("x", low, mode, high, inside=inside, **UNIT)
    assert fitted.mode == pytest.approx(mode, rel=1e-6)
    at = (1 - inside) / 2
    ends = [fitted.quantile(level) for level in (at, 1 - at)]
    assert ends == pytest.approx([low, high], abs=2e-3 * (high - low))


def test_three_points_may_be_the_ends():
    fitted = Parameter.from_points("x", 2, 3, 8, inside=1.0, **UNIT)
    assert (fitted.low, fitted.mode, fitted.high) == (2, 3, 8)


def test_equal_points_are_a_constant():
    assert Parameter.from_quantiles("x", 3, 3, 3, **UNIT).constant
    assert Parameter.from_points("x", 3, 3, 3, **UNIT).constant


@pytest.mark.parametrize(
    ("points", "scale", "message"),
    [
        ((3, 2, 5), "natural", "p10 3, p50 2, p90 5 must be finite and rise"),
        ((1, float("nan"), 2), "natural", "must be finite and rise"),
        ((1, 1.1, 9), "natural", "it may lie from 3.495 to 6.505"),
        ((1, 2.5, 9), "natural", "scale='log' holds it"),
        ((0, 1, 2), "log", "0 must be above 0 on a log scale"),
        ((1, 1.1, 9), "log", "on the log scale it may lie from 1.9"),
    ],
)
def test_what_no_distribution_says_is_refused_with_what_may_be(points, scale, message):
    with pytest.raises(InputError) as raised:
        Parameter.from_quantiles("x", *points, scale=scale, **UNIT)
    assert message in str(raised.value)


# pooling ----------------------------------------------------------------------------------------


def expert(p10, p50, p90, **about):
    return Parameter.from_quantiles("x", p10, p50, p90, **{**UNIT, **about})


def test_a_pool_of_equals_is_the_expert():
    one = expert(2, 3, 5)
    pooled = elicitation.pool([one, one, one])
    assert pooled.parameter.low == pytest.approx(one.low, abs=1e-2)
    assert pooled.distance < 1e-3


@pytest.mark.parametrize("weights", [None, (3.0, 1.0)])
def test_the_pool_is_the_mixture_and_not_the_mean_of_quantiles(weights):
    experts = [expert(2, 3, 5), expert(6, 8, 10, source="second interview")]
    pooled = elicitation.pool(experts, weights)
    share = np.array(weights or (1.0, 1.0)) / np.sum(weights or (1.0, 1.0))
    draws = np.random.default_rng(7)
    which = draws.random(400_000) < share[0]
    levels = draws.random(400_000)
    mixed = np.where(which, experts[0].quantile(levels), experts[1].quantile(levels))
    for name, level in (("p5", 0.05), ("p50", 0.5), ("p95", 0.95)):
        assert pooled.pool[name] == pytest.approx(np.quantile(mixed, level), abs=0.05)
    assert pooled.parameter.source == "interview | second interview"


def test_disagreement_is_fed_back():
    agreed = elicitation.pool([expert(2, 3, 5), expert(2.2, 3.1, 4.8)])
    apart = elicitation.pool([expert(1, 1.5, 2), expert(20, 22, 25)])
    assert agreed.distance < 0.02 < apart.distance
    assert set(apart.fitted) >= {"p5", "p95"}


def test_a_weight_of_nothing_leaves_an_expert_out():
    experts = [expert(2, 3, 5), expert(20, 30, 50)]
    assert elicitation.pool(experts, (1, 0)).pool["p95"] < 7


def test_experts_must_speak_of_one_parameter():
    with pytest.raises(InputError, match="is not x"):
        elicitation.pool([expert(2, 3, 5), expert(2, 3, 5, unit="months")])
    with pytest.raises(InputError, match="as many weights"):
        elicitation.pool([expert(2, 3, 5)], (1, 2))
    with pytest.raises(InputError, match="no expert"):
        elicitation.pool([])
