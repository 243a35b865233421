"""What a target would require: known answers, and statements that hold when they are fed back."""

import json
import shlex

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ismarket import (
    Driver,
    Effect,
    InputError,
    Parameter,
    Scenario,
    forecast,
    load_drivers,
    load_market,
    load_scenario,
    require,
)
from ismarket.analysis.nearest import nearest, normal_share, smallest_set
from ismarket.analysis.requirement import sheet
from ismarket.cli import ismarket
from ismarket.text.wording import money, one_in
from ismarket.text.wording import rate as rate_of

MARKET, DRIVERS = load_market(), load_drivers()
EVIDENCE = Scenario(anchor="bottom-up", without=(), draws=256)


def rate(name, low=0.8, mode=1.0, high=1.25):
    """A parameter that is symmetrical on the log scale: its median is its mode."""
    return Parameter(name, low, mode, high, unit="rate ratio", scale="log")


def effects(market, p):
    """Log growth is the sum of the logs of the parameters."""
    for ratio in vars(p).values():
        yield Effect("unit_price", np.log(ratio) * (market.elapsed > 0))


def linear(*parameters):
    """A market that nothing else moves, on which these parameters multiply."""
    own = Driver("own", "Own", effects=effects, parameters=parameters)
    fixed = {p.key: p.mode for p in MARKET.parameters.values()}
    alone = Scenario(anchor="bottom-up", without=(), fixed=fixed, draws=256)
    return (own,), alone


# known answers ----------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-3, 3), min_size=1, max_size=8), st.floats(0.1, 4))
def test_the_nearest_point_of_a_plane_is_its_foot(weights, distance):
    slope = np.array(weights)
    if np.linalg.norm(slope) < 0.1:
        return
    target = distance * np.linalg.norm(slope)
    found = nearest(lambda z: slope @ z, target, len(slope))
    assert found == pytest.approx(target * slope / (slope @ slope), abs=1e-4)
    assert slope @ found >= target


def test_the_nearest_point_of_a_curve_agrees_with_a_general_optimiser():
    from scipy.optimize import minimize

    def curve(z):
        return np.tanh(z[0]) + np.tanh(2 * z[1]) + 0.1 * z[2]

    meets = {"type": "eq", "fun": lambda z: curve(z[:, None])[0] - 1.9}
    known = minimize(lambda z: z @ z, np.ones(3), constraints=meets, tol=1e-12)
    assert nearest(curve, 1.9, 3) == pytest.approx(known.x, abs=1e-3)


def test_the_smallest_set_is_the_smallest():
    slope = np.array([3.0, 1.0, -2.0, 0.0])
    for target, members in ((17.0, {0}), (29.0, {0, 2}), (35.0, {0, 1, 2})):
        found, proved = smallest_set(lambda z: slope @ np.nan_to_num(z), target, np.zeros(4), 4)
        assert set(found) == members
        assert proved
    assert smallest_set(lambda z: slope @ z, 36.1, np.zeros(4), 4) is None


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0.1, 3), min_size=2, max_size=9), st.floats(0.05, 0.99))
def test_the_fewest_of_a_sum_are_its_largest_parts(weights, share):
    slope, reach = np.array(weights), 6.0 * np.sort(weights)[::-1].cumsum()
    target = share * reach[-1]
    found, _ = smallest_set(lambda z: slope @ z, target, np.zeros(len(slope)), len(slope))
    assert len(found) == 1 + np.searchsorted(reach * (1 + 1e-12), target)


@pytest.mark.slow(reason="settings are sought")
def test_one_input_is_moved_to_exactly_where_it_has_to_be():
    drivers, alone = linear(rate("a"))
    found = require(MARKET, drivers, alone, cagr=1.2 ** (1 / 6) - 1)
    assert found.all_inputs["own.a"] == pytest.approx(1.2, rel=1e-7)
    assert found.fewest


def test_like_inputs_are_moved_alike_and_the_distance_is_theirs():
    drivers, alone = linear(rate("a"), rate("b"), rate("c"))
    found = require(MARKET, drivers, alone, cagr=1.331 ** (1 / 6) - 1)
    assert list(found.all_inputs.values()) == pytest.approx([1.1] * 3, rel=1e-4)
    one = Parameter("a", 0.8, 1.0, 1.25, unit="rate ratio", scale="log")
    share = np.mean(one.quantile((np.arange(20_000) + 0.5) / 20_000) > 1.1)
    assert normal_share(-found.distance / np.sqrt(3)) == pytest.approx(share, abs=2e-4)
    assert len(found.few_inputs) == 2  # 1.25 * 1.25 is enough, 1.25 is not


def test_its_tables_and_its_page_say_how_far_out_each_input_is():
    drivers, alone = linear(rate("a"), rate("b", 0.5, 1.0, 2.0))
    found = require(MARKET, drivers, alone, cagr=1.21 ** (1 / 6) - 1)
    table, scores = found.columns["all"], found.scores["all"]
    assert table["parameter"] == ["own.b", "own.a"]
    assert table["draws_as_far"] == [normal_share(-abs(scores[k])) for k in table["parameter"]]
    assert (table["low"], table["mode"], table["high"]) == ([0.5, 0.8], [1.0, 1.0], [2.0, 1.25])
    assert np.prod(table["needed"]) == pytest.approx(1.21, rel=1e-6)
    assert found.distance == pytest.approx(np.hypot(*scores.values()))
    assert found.columns["few"]["parameter"] == ["own.b"]
    assert found.to_dict()["distance"] == found.distance
    text = " ".join(str(sheet(found)).split())
    assert f"growth of {rate_of(found.target)} a year, 2022 to 2028" in text
    assert f"lies {found.distance:.1f} standard deviations from the middle" in text
    assert "no smaller set does" in text
    assert f"The reference case gives {rate_of(found.reference)} a year" in text


def test_what_misses_says_by_how_much_up_and_down():
    drivers, alone = linear(rate("a"))
    base = require(MARKET, drivers, alone, value=1e9, year=2022).reference
    for factor, words in ((2.5, "2.0 times the most"), (0.4, "0.50 of the least")):
        found = require(MARKET, drivers, alone, value=factor * base)
        shown = f"it is {words} that they allow, and misses by USD {money(found.shortfall)}"
        assert shown in " ".join(str(sheet(found)).split())
    fast = require(MARKET, drivers, alone, cagr=0.5)
    points = 100 * (0.5 - (1.25 ** (1 / 6) - 1))
    assert f"miss it by +{points:.2f} points a year" in " ".join(str(sheet(fast)).split())


def test_beyond_the_ranges_the_miss_is_the_distance_to_their_corner():
    drivers, alone = linear(rate("a"), rate("b"))
    base = require(MARKET, drivers, alone, value=1e9, year=2022).reference
    found = require(MARKET, drivers, alone, value=2 * base)
    assert not found.within
    assert found.limit == pytest.approx(base * 1.25**2, rel=1e-12)
    assert found.shortfall == pytest.approx(base * (2 - 1.25**2), rel=1e-12)
    assert found.limit_setting == {"own.a": 1.25, "own.b": 1.25}
    assert found.first_order_share == 0.0
    assert found.drawn_share == 0.0
    assert "No setting within the stated ranges reaches it" in str(found)


def test_downward_targets_are_reached_from_above():
    drivers, alone = linear(rate("a"))
    found = require(MARKET, drivers, alone, cagr=0.9 ** (1 / 6) - 1)
    assert found.all_inputs["own.a"] == pytest.approx(0.9, rel=1e-7)


def test_a_target_that_already_holds_moves_nothing():
    run = forecast(MARKET, DRIVERS, Scenario(draws=256))
    found = require(MARKET, DRIVERS, run.plan.scenario, cagr=run.columns["cagr"]["reference"][0])
    assert found.met
    assert found.within
    assert not found.few_inputs
    assert "already there" in str(found)


# the default market -----------------------------------------------------------------------------


def goal_of(output, year, share):
    """A target that ``share`` of the draws of EVIDENCE lie below, as ``require`` takes it."""
    run = forecast(MARKET, DRIVERS, EVIDENCE.changed(draws=2048, through=year))
    if output == "cagr":
        return {"cagr": float(np.expm1(np.quantile(run.draws.log_growth, share) / run.span))}
    if output == "count":
        return {"value": float(np.quantile(run.draws.counted, share)), "year": run.years[0]}
    return {"value": float(np.quantile(run.draws.total[-1], share)), "year": run.years[-1]}


@pytest.mark.slow(reason="seven searches over all inputs")
@pytest.mark.parametrize("goal", [("cagr", None, 0.99), ("cagr", None, 0.9), ("cagr", 2035, 0.02),
    ("value", None, 0.995), ("value", None, 0.1), ("count", None, 0.95), ("value", 2035, 0.97),
])  # fmt: skip
def test_the_statement_holds_when_its_setting_is_fed_back(goal):
    output, year, _ = goal
    found = require(MARKET, DRIVERS, EVIDENCE.changed(through=year), **goal_of(*goal))
    assert found.within
    assert found.output == output
    for which in ("few", "all"):
        scenario = found.scenario(which)
        run = forecast(MARKET, DRIVERS, scenario)
        table = {"cagr": "cagr", "value": "summary", "count": "count"}[found.output]
        got = run.columns[table]["reference"][-1]
        margin = (got - found.target) / abs(found.target)
        assert margin >= -1e-10 if found.upward else margin <= 1e-10
        overshoot = abs(got - found.target)  # reached, and not far beyond
        assert overshoot < (0.001 if output == "cagr" else 0.03 * found.target)
    for key, value in {**found.all_inputs, **found.few_inputs}.items():
        MARKET.parameters[key].check(value)


@pytest.mark.slow(reason="settings are sought")
def test_the_distance_says_about_what_share_of_draws_reaches_the_target():
    goal = goal_of("value", None, 0.95)
    found = require(MARKET, DRIVERS, EVIDENCE.changed(draws=10_000), **goal)
    assert found.first_order_share == pytest.approx(found.drawn_share, rel=0.25)


@pytest.mark.slow(reason="a search on each of four scenarios")
def test_the_share_of_draws_stands_beside_the_first_order_share_and_each_is_named(world):
    market, drivers, scenario = world
    scenario = scenario.changed(draws=1_000)
    run = forecast(market, drivers, scenario)
    target = float(np.quantile(run.draws.log_growth, 0.9))
    growth = float(np.expm1(target / run.span))
    found = require(market, drivers, scenario, cagr=growth)
    assert (found.reached, found.draws) == ((run.draws.log_growth >= target).sum(), 1_000)
    text = " ".join(str(found).split())
    assert "100 of 1,000 draws (10%) reach it" in text
    first = one_in(found.first_order_share)
    assert f"to first order, as if inputs acted in a straight line, that is {first} draws" in text
    printed = found.to_dict()
    assert printed["drawn_share"] == 0.1
    assert printed["first_order_share"] == normal_share(-found.distance)


@pytest.mark.slow(reason="a search on each of four scenarios")
def test_the_command_that_is_printed_makes_the_forecast_that_reaches_the_target(world, capsys):
    market, drivers, scenario = world
    run = forecast(market, drivers, scenario.changed(draws=100))
    growth = run.columns["cagr"]["reference"][0] + 0.002
    found = require(market, drivers, run.plan.scenario.changed(through=run.years[-1]), cagr=growth)
    (line,) = [part for part in sheet(found).parts if str(part).startswith("· ismarket run")]
    words = shlex.split(line, comments=True)[2:]
    if market is not MARKET and market.name != MARKET.name:
        assert words[1].endswith(".toml")  # no flag says the market
        return
    ismarket.main([*words, "--no-keep", "--json", "--through", str(run.years[-1])],
                  standalone_mode=False)  # fmt: skip
    printed = json.loads(capsys.readouterr().out)
    assert printed["anchor"] == scenario.anchor
    assert printed["cagr"]["reference"] >= growth


@pytest.mark.slow(reason="two thousand points")
def test_no_smaller_move_of_all_inputs_reaches_the_target():
    found = require(MARKET, DRIVERS, EVIDENCE, **goal_of("value", None, 0.99))
    from ismarket.analysis.nearest import LimitState

    past = LimitState(found.response, found.output, found.target)
    scores = np.array([found.scores["all"][p.key] for p in past.inputs])
    stream = np.random.default_rng(5)
    other = scores[:, None] + 0.5 * stream.standard_normal((len(scores), 2000))
    shorter = other * (0.995 * np.linalg.norm(scores) / np.linalg.norm(other, axis=0))
    assert np.all(past(shorter) < 0)


def test_the_published_level_is_out_of_reach_of_the_count():
    found = require(MARKET, DRIVERS, EVIDENCE, value=3.2e9, year=2022)
    assert not found.within
    run = forecast(MARKET, DRIVERS, found.scenario("all"))
    assert run.columns["count"]["reference"][0] == pytest.approx(found.limit, rel=1e-9)
    assert found.limit + found.shortfall == pytest.approx(3.2e9)


def test_bad_targets_are_refused_in_one_line():
    for goal, text in (
        ({}, "one of them"), ({"cagr": 0.1, "value": 1e9}, "one of them"),
        ({"value": -1}, "above 0"), ({"cagr": 39}, "0.039 for 3.9%"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=text):
            require(MARKET, DRIVERS, EVIDENCE, **goal)
    tied = {"video_eeg.ratio ~ awareness.ratio": 0.5}
    with pytest.raises(InputError, match="independent inputs"):
        require(MARKET, DRIVERS, EVIDENCE.changed(correlation=tied), cagr=0.0)
    with pytest.raises(InputError, match="anchor's own"):
        require(MARKET, DRIVERS, Scenario(), value=1e9, year=2022)


@pytest.mark.slow(reason="settings are sought")
def test_the_saved_scenario_is_what_run_takes(tmp_path, capsys):
    file = tmp_path / "growing.toml"
    command = ["require", "evidence", "--cagr", "0.5%", "--json", "--save", str(file)]
    ismarket.main(command, standalone_mode=False)
    printed = json.loads(capsys.readouterr().out)
    run = forecast(MARKET, DRIVERS, load_scenario(file).changed(draws=256))
    assert run.columns["cagr"]["reference"][0] >= 0.005
    assert {row["parameter"] for row in printed["few"]} == set(load_scenario(file).fixed)


@pytest.mark.parametrize(
    "option", [["--cagr", "39"], ["--value", "many"], ["--value", "3 zillion"]]
)
def test_amounts_that_cannot_be_read_say_how_to_write_them(option):
    with pytest.raises(InputError, match="such as"):
        ismarket.main(["require", *option], standalone_mode=False)
