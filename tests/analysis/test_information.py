"""Value of information: against closed forms, in order, from the run's own draws."""

import json
import math

import numpy as np
import pytest
from closed_form import closed_form
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri

from ismarket import InputError, Scenario, forecast, load_drivers, load_market, load_scenario
from ismarket.analysis.information import (
    Decision,
    drawn_values,
    expected_partial,
    expected_perfect,
    monotone,
    value_of_information,
)
from ismarket.cli import main
from ismarket.engine.blocks import cells_of

GAUSSIAN = {"p1": (1.0, 1.0), "p2": (0.0, 2.0)}
"""Mean and standard deviation of the two inputs in the vignette of the R package voi, where the
net benefits of the two choices are 0 and p1 - p2."""
PRINTED = {1: ("0.4759885", "0.47598851", 0.08210074), 2: ("0.4028003", "0.40280031", 0.17052564),
           3: ("0.4174207", "0.41742073", 0.25895085)}  # fmt: skip
"""By willingness to pay, as that vignette prints them after set.seed(1), 10,000 draws: EVPI, EVPPI
of both inputs, EVPPI of p1 (articles/voi.html of github.com/chjackson/voi, version 1.0)."""
PRINTED_P2, PRINTED_ERROR = 0.39029827, 0.007093807
"""EVPPI of p2, and the standard error of that of p1, both at 1."""


def normals_of_r(seed, count):
    """The draws of R's rnorm after set.seed: Mersenne Twister, inversion of 59 bits."""
    state = [seed]
    for _ in range(50 + 625):
        state.append((69069 * state[-1] + 1) % 2**32)
    twister = np.random.MT19937()
    key = np.array(state[-624:], np.uint32)
    twister.state = {"bit_generator": "MT19937", "state": {"key": key, "pos": 624}}
    high, low = (twister.random_raw(2 * count) * 2.3283064365386963e-10).reshape(-1, 2).T
    return ndtri((np.floor(2**27 * high) + low) / 2**27)


def gaussian(seed, draws=10_000):
    chance = np.random.default_rng(seed)
    p1, p2 = (chance.normal(*GAUSSIAN[name], draws) for name in ("p1", "p2"))
    return p1 - p2, p1, p2


def test_partial_information_of_a_linear_gaussian_case_is_the_closed_form():
    gain, p1, p2 = gaussian(Scenario().seed)
    for inputs, deviation in (([p1], 1.0), ([p2], 2.0), ([p1, p2], math.sqrt(5))):
        value, error = expected_partial(gain, inputs)
        assert abs(value - closed_form(1.0, deviation)) < 2 * error
        assert error < 0.02
    value, error = expected_perfect(gain)
    assert abs(value - closed_form(1.0, math.sqrt(5))) < 2 * error


def test_the_two_strategy_example_of_the_r_package_voi_is_reproduced():
    drawn = normals_of_r(1, 20_000)
    assert drawn[:3] == pytest.approx([-0.6264538, 0.1836433, -0.8356286], abs=5e-8)
    p1, p2 = 1.0 + drawn[:10_000], 2.0 * drawn[10_000:]
    for paid, (perfect, both, first) in PRINTED.items():
        gain = paid * p1 - p2
        assert f"{expected_perfect(gain)[0]:.7f}" == perfect
        assert f"{expected_partial(gain, [p1, p2])[0]:.8f}" == both
        assert abs(expected_partial(gain, [p1])[0] - first) < paid * PRINTED_ERROR
    assert expected_partial(p1 - p2, [p2])[0] == pytest.approx(PRINTED_P2, abs=0.0005)


def test_standard_errors_are_those_of_repeated_runs():
    runs = []
    for seed in range(100):
        gain, p1, _ = gaussian(seed, 2_000)
        value, error = expected_partial(gain, [p1])
        runs.append((value, (value - closed_form(1.0, 1.0)) / error))
    scores = np.array(runs)[:, 1]
    assert abs(scores.mean()) < 0.5
    assert 0.7 < scores.std() < 1.4
    assert (abs(scores) < 2).mean() >= 0.85


def test_an_input_that_moves_nothing_is_worth_nothing():
    gain, _, _ = gaussian(5)
    idle = np.random.default_rng(6).normal(size=len(gain))
    value, error = expected_partial(gain, [idle])
    assert abs(value) < 3 * error + 1e-3


def test_a_curved_effect_is_followed():
    x = np.random.default_rng(9).normal(size=20_000)
    gain = x**2 - 1.0
    value, error = expected_partial(gain, [x])
    exact, _ = expected_perfect(gain)
    assert abs(value - exact) < 2 * error + 0.01


@settings(deadline=None, max_examples=50)
@given(
    st.dictionaries(
        st.frozensets(st.sampled_from("abcd"), min_size=1).map(lambda s: tuple(sorted(s))),
        st.floats(-1, 5),
        max_size=10,
    )
)
def test_no_set_is_worth_less_than_a_part_of_it_nor_more_than_everything(values):
    found = monotone({keys: (value, 0.1) for keys, value in values.items()}, (4.0, 0.1))
    for keys, (value, _) in found.items():
        assert value <= 4.0
        for other, (part, _) in found.items():
            if set(other) <= set(keys):
                assert value >= part


def test_the_drawn_values_are_those_of_the_forecast():
    result = forecast(load_market(), load_drivers(), Scenario(draws=5_000))
    values = drawn_values(result.plan)
    chosen = [0, 4095, 4096, 4999]
    cells = cells_of(result.plan, {key: value[chosen] for key, value in values.items()})
    assert cells[0].sum(axis=(0, 1)) == pytest.approx(result.draws.counted[chosen], rel=1e-12)


def test_the_count_is_worth_knowing_by_its_large_inputs_and_not_by_its_small_ones():
    result = forecast(load_market(), load_drivers(), load_scenario("evidence").changed(draws=3_000))
    found = value_of_information(
        result, Decision(margin=0.3, share=0.1, cost=8e6), by=("input", "stage")
    )
    worth = {row.name: row for row in found.partial["input"]}
    assert next(iter(worth)) == "funnel.incidence.north_america"
    assert max(row.value for row in worth.values()) < found.perfect.value
    small = next(row for row in found.partial["stage"] if row.name == "treated")
    assert small.value < 0.1 * found.perfect.value


def test_a_decision_that_no_draw_would_change_has_nothing_to_learn():
    result = forecast(load_market(), load_drivers(), Scenario(draws=2_000))
    found = value_of_information(result, Decision(margin=0.3, share=0.1, cost=0.0), by=("input",))
    assert found.perfect.value == 0.0
    assert found.chance_to_regret == 0.0
    assert all(row.value <= 1e-6 * found.expected for row in found.partial["input"])


def test_too_few_draws_and_bad_decisions_are_refused():
    with pytest.raises(InputError, match="margin = 30 is outside 0 to 1"):
        Decision(margin=30, share=0.1, cost=1e6)
    with pytest.raises(InputError, match="cost"):
        Decision(margin=0.3, share=0.1, cost=-1)
    few = forecast(load_market(), load_drivers(), Scenario(draws=100))
    with pytest.raises(InputError, match="100 draws are too few"):
        value_of_information(few, Decision(0.3, 0.1, 1e6))


def test_the_command_prints_worth_with_its_error(capsys):
    options = ["--margin", "0.3", "--share", "0.1", "--cost", "8e6", "--draws", "2000"]
    with pytest.raises(SystemExit) as ended:
        main(["voi", "evidence", *options, "--by", "stage", "--json"])
    assert ended.value.code == 0
    printed = json.loads(capsys.readouterr().out)
    assert {row["name"] for row in printed["partial"]["stage"]} >= {"unit_price", "incidence"}
    assert printed["perfect"]["standard_error"] > 0
    with pytest.raises(SystemExit) as ended:
        main(["voi", "evidence", *options, "--by", "stages"])
    assert ended.value.code == 2
    assert "did you mean 'stage'" in capsys.readouterr().err
