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
    _basis,
    _natural_spline,
    drawn_values,
    expected_partial,
    expected_perfect,
    monotone,
    value_of_information,
)
from ismarket.cli import main
from ismarket.engine.blocks import cells_of
from ismarket.sampling.points import error_of_mean

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


@pytest.mark.slow(reason="every input is valued")
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


@pytest.mark.slow(reason="every input is valued")
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


def test_profit_counts_after_the_first_year_and_is_discounted_to_the_start():
    total = np.array([[100.0, 100.0], [10.0, 20.0], [30.0, 40.0]])
    found = Decision(0.5, 0.2, 3.0, 0.1).net_benefit(total)
    first, second = (0.1 * (a / 1.1 + b / 1.21) - 3 for a, b in ((10, 30), (20, 40)))
    assert found == pytest.approx([first, second])
    assert Decision(0.5, 0.2, 3.0).net_benefit(total) == pytest.approx([1.0, 3.0])


@pytest.mark.parametrize("gain", [[3.0, -1.0, 2.0], [-3.0, 1.0, -2.0]])
def test_perfect_information_is_the_best_of_each_draw_over_the_best_of_all(gain):
    better = [1.0 if (g > 0) != (sum(gain) > 0) else 0.0 for g in gain]
    value, error = expected_perfect(np.array(gain))
    assert value == pytest.approx(1 / 3)
    assert error == pytest.approx(np.std(better, ddof=1) / math.sqrt(3))


def test_what_the_basis_holds_is_regressed_without_a_rest():
    """A straight line, and the product of two: the value is that of knowing everything."""
    chance = np.random.default_rng(8)
    x, y = chance.gamma(2.0, size=(2, 1_500))
    product = (x - x.mean()) / x.std() * (y - y.mean()) / y.std()
    for gain, inputs in ((2 * x - 3.0, [x]), (3.0 - 2 * x, [x, y]), (product + 0.2, [x, y])):
        best = np.maximum(gain, 0.0) - (gain if gain.mean() > 0 else 0.0)
        value, error = expected_partial(gain, inputs)
        assert value == pytest.approx(best.mean(), rel=1e-6)
        assert error == pytest.approx(error_of_mean(best), rel=1e-6)


def test_a_natural_spline_bends_between_its_knots_and_is_straight_beyond():
    x = np.linspace(-3.0, 5.0, 4_001)
    z = (x - x.mean()) / x.std()
    columns = _natural_spline(x, 6)
    assert len(columns) == 6
    assert columns[0] == pytest.approx(z)
    knots = np.quantile(z, np.linspace(0.02, 0.98, 7))
    bend = np.array([np.diff(column, 2) for column in columns[1:]])
    beyond = (z[1:-1] < knots[0] - 1e-3) | (z[1:-1] > knots[-1] + 1e-3)
    assert np.abs(bend[:, beyond]).max() < 1e-10
    for k, column in enumerate(bend):
        where = z[1:-1][np.abs(column) > 1e-10]
        assert where.min() == pytest.approx(knots[k], abs=3e-3)
        assert where.max() == pytest.approx(knots[-1], abs=3e-3)
        middle = np.searchsorted(z[1:-1], knots[-2])
        step = z[1] - z[0]
        slope = 6 * (knots[-2] - knots[k]) / (knots[-1] - knots[k])
        assert column[middle] == pytest.approx(slope * step**2, rel=0.01, abs=1e-7)
    assert len(_natural_spline(x, 1)) == 1
    assert len(_natural_spline((x > 4.9).astype(float), 6)) == 1


@pytest.mark.parametrize(
    ("inputs", "draws", "columns"),
    [
        (1, 1_000, 7),
        (3, 1_000, 22),
        (20, 1_000, 50),
        (40, 1_000, 50),
        (2, 100, 5),
        (30, 9_000, 120),
    ],
)
def test_columns_are_as_many_as_the_draws_bear(inputs, draws, columns):
    """Six an input and the products of pairs, up to one for twenty draws and 120 of them."""
    x = np.random.default_rng(2).normal(size=(inputs, draws))
    assert _basis(list(x), draws).shape == (draws, columns)


def test_the_worth_of_sets_goes_up_with_what_they_hold():
    own = {("a",): (2.0, 0.1), ("b",): (5.0, 0.2), ("a", "b"): (1.0, 0.3), ("c",): (9.0, 0.4)}
    found = monotone(own, (4.0, 0.5))
    assert found == {("a",): (2.0, 0.1), ("b",): (4.0, 0.2), ("a", "b"): (4.0, 0.2),
                     ("c",): (4.0, 0.4)}  # fmt: skip


def test_the_decision_and_its_regret_are_those_of_the_draws(market, drivers):
    run = forecast(market, drivers, Scenario("bottom-up", draws=1_024))
    earned = 0.03 * run.draws.total[1:].sum(axis=0)
    for factor in (0.9, 1.1):
        cost = float(earned.mean() * factor)
        found = value_of_information(run, Decision(0.3, 0.1, cost), by=("stage", "status"))
        gain = earned - cost
        assert found.expected == pytest.approx(gain.mean())
        assert found.enters == (factor < 1)
        wrong = gain < 0 if factor < 1 else gain > 0
        assert found.chance_to_regret == pytest.approx(wrong.mean())
        assert (found.first, found.last) == (run.years[1], run.years[-1])
        for rows in found.partial.values():
            assert [row.value for row in rows] == sorted((r.value for r in rows), reverse=True)
        text = " ".join(str(found).split())
        assert f"so {'enter' if factor < 1 else 'stay out'}." in text
        assert f"the wrong choice in {round(100 * wrong.mean())}% of draws" in text
