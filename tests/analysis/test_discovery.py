"""Scenario discovery: a known box is found, told by draws that did not find it, on both markets."""

import json
import math

import numpy as np
import pytest
from both_markets import MARKETS, market_and_drivers, scenario_of

from ismarket import InputError, Study, discover
from ismarket.analysis.discovery import find_box, halves, holds, limits_tested, pasted
from ismarket.cli import main


def test_a_known_box_is_found():
    chance = np.random.default_rng(20717)
    values = {name: chance.random(3_000) for name in "abcdef"}
    truth = (values["a"] > 0.6) & (values["b"] < 0.5) & (values["c"] > 0.3) & (values["c"] < 0.8)
    box = find_box(values, truth)
    assert set(box) == {"a", "b", "c"}
    assert box["a"] == pytest.approx((0.6, math.inf), abs=0.03)
    assert box["b"] == pytest.approx((-math.inf, 0.5), abs=0.03)
    assert box["c"] == pytest.approx((0.3, 0.8), abs=0.03)
    inside = holds(box, values, 3_000)
    assert truth[inside].mean() > 0.95
    assert inside[truth].mean() > 0.95
    assert find_box(values, truth) == box


def test_a_box_of_more_inputs_than_can_be_told_keeps_those_that_tell_most():
    chance = np.random.default_rng(5)
    values = {name: chance.random(4_000) for name in "abcdef"}
    truth = (values["a"] > 0.5) & (values["b"] < 0.5) & (values["c"] > 0.4) & (values["d"] < 0.9)
    assert set(find_box(values, truth)) == {"a", "b", "c"}
    assert set(find_box(values, truth, most=2)) == {"a", "b"}


def test_what_peeling_took_too_much_is_pasted():
    chance = np.random.default_rng(7)
    values = {name: chance.random(2_000) for name in "ab"}
    small = {"a": (0.7, math.inf), "b": (0.1, 0.95)}
    wide = pasted(small, values, values["a"] > 0.5)
    assert wide["a"] == pytest.approx((0.5, math.inf), abs=0.03)
    assert wide["b"][0] < 0.01
    assert wide["b"][1] == math.inf


def test_a_quasi_p_value_is_that_of_the_binomial_law():
    """Of 4 draws inside 3 are such, 4 of 8 without the limit: C(4,3) / 2**4 + 1 / 2**4."""
    values = {"a": np.array([1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0])}
    such = np.array([1, 1, 1, 0, 1, 0, 0, 0], bool)
    ((without, log_p),) = limits_tested({"a": (1.0, math.inf)}, values, such).values()
    assert (without, math.exp(log_p)) == (0.5, pytest.approx(5 / 16))


def test_an_input_that_tells_nothing_is_not_named():
    chance = np.random.default_rng(2)
    values = {name: chance.random(4_000) for name in "abcd"}
    noisy = values["b"] + 0.2 * chance.standard_normal(4_000) > 0.7
    assert set(find_box(values, noisy)) == {"b"}


def test_what_happens_or_not_is_a_side_of_its_own():
    chance = np.random.default_rng(3)
    values = {"happens": (chance.random(2_000) < 0.4).astype(float), "x": chance.random(2_000)}
    assert find_box(values, values["happens"] > 0) == {"happens": (1.0, math.inf)}


@pytest.fixture(scope="module", params=MARKETS)
def asked(request):
    scenario = scenario_of(request.param, draws=1024)
    return Study(*market_and_drivers(request.param), scenario)


@pytest.mark.slow(reason="boxes sought on many draws")
def test_coverage_and_density_are_of_draws_that_did_not_find_the_box(asked):
    made = asked.forecast()
    middle = float(np.median(made.draws.log_growth))
    target = float(np.expm1(middle / made.span))
    assert asked.discover(cagr=target).to_dict() == discover(made, cagr=target).to_dict()
    for reached in (False, True):
        found = discover(made, cagr=target, reached=reached)
        assert 1 <= len(found.limits) <= 3
        assert 0.4 < found.share < 0.6
        assert found.density > found.share + 0.1
        rest = ~halves(1024)
        figures = np.expm1(made.draws.log_growth / made.span)[rest]
        such = figures >= target if reached else figures < target
        both = found.density * found.mass
        assert both == pytest.approx(found.coverage * such.mean())
        for limit in found.limits:
            assert limit.density_without < found.density
            assert 0 <= limit.quasi_p < 0.5
        text = " ".join(str(found).split())
        for limit in found.limits:
            assert limit.key in text
            assert limit.unit in text or limit.unit == "probability"
        assert "Density: in" in text
        assert json.dumps(found.to_dict(), allow_nan=False)


@pytest.mark.slow(reason="boxes sought on many draws")
def test_targets_that_tell_nothing_apart_are_refused(asked):
    with pytest.raises(InputError, match="missed in 100% of draws; nothing to tell apart"):
        asked.discover(cagr=5.0)
    with pytest.raises(InputError, match="give either cagr"):
        asked.discover()
    with pytest.raises(InputError, match="no year '1999'"):
        asked.discover(value=1e6, year=1999)
    with pytest.raises(InputError, match="256 draws are too few"):
        asked.changed(draws=256).discover(cagr=0.0)


def test_the_command_says_the_box_in_sentences(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["discover", "--cagr", "3.9%", "--draws", "1024"])
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    assert "Growth of 3.90% a year missed in 4" in printed
    assert "at most" in printed
    with pytest.raises(SystemExit):
        main(["discover", "--value", "4bn", "--draws", "1024"])
    assert "USD 4.00 bn in 2028, in current dollars, missed in 4" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        main(["discover", "--draws", "1024"])
    assert ended.value.code == 2
