"""Scenario discovery: a known box is found, told by draws that did not find it, on both markets."""

import json

import numpy as np
import pytest
from both_markets import MARKETS, market_and_drivers, scenario_of

from ismarket import InputError, Study, discover
from ismarket.analysis.discovery import (
    Limit,
    _apart,
    _slices,
    _tells,
    find_box,
    halves,
    sentence,
)
from ismarket.cli import main
from ismarket.text.wording import percent


def test_a_known_box_is_found():
    chance = np.random.default_rng(20717)
    values = {name: chance.random(3_000) for name in "abcdef"}
    truth = (values["a"] > 0.6) & (values["b"] < 0.5) & (values["c"] > 0.3) & (values["c"] < 0.8)
    box = find_box(values, truth)
    assert set(box) == {"a", "b", "c"}
    assert box["a"][0] == pytest.approx(0.6, abs=0.05)
    assert box["a"][1] is None or box["a"][1] > 0.97
    assert box["b"][1] == pytest.approx(0.5, abs=0.05)
    assert box["c"] == pytest.approx((0.3, 0.8), abs=0.05)
    inside = np.ones(3_000, bool)
    for key, (low, high) in box.items():
        inside &= (values[key] >= (low or 0.0)) & (values[key] <= (1.0 if high is None else high))
    assert truth[inside].mean() > 0.9
    assert inside[truth].mean() > 0.9


def test_an_input_that_tells_nothing_is_not_named():
    chance = np.random.default_rng(2)
    values = {name: chance.random(4_000) for name in "abcd"}
    noisy = values["b"] + 0.2 * chance.standard_normal(4_000) > 0.7
    assert set(find_box(values, noisy)) == {"b"}


def test_what_happens_or_not_is_a_side_of_its_own():
    chance = np.random.default_rng(3)
    values = {"happens": (chance.random(2_000) < 0.4).astype(float), "x": chance.random(2_000)}
    assert find_box(values, values["happens"] > 0) == {"happens": (1.0, None)}


@pytest.fixture(scope="module", params=MARKETS)
def asked(request):
    scenario = scenario_of(request.param, draws=1024)
    return Study(*market_and_drivers(request.param), scenario)


def test_coverage_and_density_are_of_draws_that_did_not_find_the_box(asked):
    made = asked.forecast()
    middle = float(np.median(made.draws.log_growth))
    target = float(np.expm1(middle / made.span))
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
        text = " ".join(str(found).split())
        for limit in found.limits:
            assert limit.key in text
            assert limit.unit in text or limit.unit == "probability"
        assert "Density: in" in text
        assert json.dumps(found.to_dict(), allow_nan=False)


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
    with pytest.raises(SystemExit) as ended:
        main(["discover", "--draws", "1024"])
    assert ended.value.code == 2


def test_a_box_tells_by_the_correlation_of_lying_inside_with_being_such():
    chance = np.random.default_rng(4)
    inside, such = chance.random((2, 300)) < [[0.3], [0.6]]
    such |= inside & (chance.random(300) < 0.5)
    assert _tells(inside, such) == pytest.approx(np.corrcoef(inside, such)[0, 1])
    assert _tells(np.ones(300, bool), such) == 0.0
    values = chance.normal(3.0, 2.0, 300) + such
    apart = abs(values[such].mean() - values[~such].mean()) / values.std()
    assert _apart(values, such) == _apart(-values, such) == pytest.approx(apart)
    assert _apart(np.ones(300), such) == 0.0


def test_a_peel_takes_a_twentieth_off_either_side_and_gains_by_the_draw():
    values = np.arange(100.0)
    such, inside = values >= 50, values < 98
    low, high = _slices("x", values, inside, such)
    assert low[1:4] == ("x", "low", 5.0)
    assert (low[4] == (inside & (values > 4))).all()
    assert low[0] == pytest.approx((48 / 93 - 48 / 98) / 5)
    assert high[1:4] == ("x", "high", 91.0)
    assert (high[4] == (values < 92)).all()
    assert high[0] == pytest.approx((42 / 92 - 48 / 98) / 6)
    assert list(_slices("x", np.ones(100), inside, such)) == []


@pytest.mark.parametrize(("draws", "size"), [(1_023, 1), (1_024, 512), (2_000, 512)])
def test_a_box_is_found_in_every_other_replicate_or_draw(draws, size):
    assert (halves(draws) == [i // size % 2 == 0 for i in range(draws)]).all()


def test_a_limit_holds_its_ends():
    values = np.array([1.0, 2.0, 3.0, 4.0])
    about = "key", "Title", "years"
    assert Limit(*about, 2.0, 3.0).holds(values).tolist() == [False, True, True, False]
    assert Limit(*about, None, 3.0).holds(values).tolist() == [True, True, True, False]
    assert Limit(*about, 2.0, None).holds(values).tolist() == [False, True, True, True]


def test_the_page_says_the_shares_of_the_draws_that_did_not_find_the_box(asked):
    made = asked.forecast()
    value = float(np.quantile(made.draws.total[1], 0.4))
    found = discover(made, value=value, year=made.years[1])
    such = (made.draws.total[1] < value)[~halves(1024)]
    assert found.share == pytest.approx(such.mean())
    assert found.what.endswith(f"in {made.years[1]} missed")
    text = " ".join(str(found.sheet()).split())
    assert f"missed in {percent(found.share)} of futures, most of all by" in text
    assert f"{percent(found.mass)} of all futures are like that." in text
    assert f"in {percent(found.density)} of them it is so" in text
    assert f"it is so, {percent(found.coverage)} are among them" in text
    one = next(p for p in made.plan.parameters if not p.happens and not p.constant)
    for low, high, words in ((None, one.high, "at most "), (one.low, None, "at least "),
                             (one.low, one.high, "between ")):  # fmt: skip
        said = sentence(Limit(one.key, one.title, one.unit, low, high), made)
        assert f": {words}" in said
