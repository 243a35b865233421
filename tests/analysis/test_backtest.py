"""Back-test: verified figures only, proper scores, no verdict on too little."""

import json
import math

import numpy as np
import pytest
import scoringrules
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from ismarket import InputError
from ismarket.analysis.backtest import (
    FEWEST,
    Score,
    constant_growth,
    crps,
    exact_bounds,
    interval,
    scored,
)
from ismarket.analysis.track_record import (
    CONFIDENCE,
    TABLES,
    Series,
    period,
    read_outside_view,
    read_series,
)
from ismarket.cli import main

samples = st.lists(st.floats(-50, 50), min_size=2, max_size=40).map(np.array)


def straight(points):
    time = np.arange(points, dtype=float)
    value = np.exp(0.1 * time)
    return Series("straight", "USD", time, value, "", ())


@settings(deadline=None, max_examples=50)
@given(samples, st.floats(-50, 50))
def test_crps_is_that_of_scoringrules(sample, observed):
    assert crps(sample, observed) == pytest.approx(
        float(scoringrules.crps_ensemble(observed, sample)), abs=1e-9
    )


@settings(deadline=None, max_examples=50)
@given(samples, st.floats(-50, 50))
def test_interval_score_is_that_of_scoringrules(sample, observed):
    low, high = np.quantile(sample, [0.05, 0.95])
    score, held = interval(sample, observed)
    assert score == pytest.approx(
        float(scoringrules.interval_score(observed, low, high, 0.1)), abs=1e-9
    )
    assert held == (low <= observed <= high)


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_bounds_of_a_share_are_exact(counts):
    successes, trials = counts
    exact = binomtest(successes, trials).proportion_ci(0.95, method="exact")
    assert exact_bounds(successes, trials) == pytest.approx((exact.low, exact.high), abs=1e-9)


def test_a_share_of_nothing_has_no_bounds():
    with pytest.raises(InputError):
        exact_bounds(0, 0)


def test_only_verified_rows_are_there_and_bounds_are_left_out():
    series = {s.name: s for s in read_series("infantile-spasms")}
    assert CONFIDENCE == ("A", "B")
    acthar = series["Acthar_net_sales, years"]
    assert list(acthar.time - 0.5) == [2006, 2009, 2010, 2011, 2012, 2013, 2018, 2019]
    assert 1000 not in acthar.value  # "more than 1000" is a bound
    assert not any("cumulative" in name or "growth" in name for name in series)


def test_an_unverified_row_is_refused(tmp_path):
    header = "market,metric,region,year,value,low,high,unit,confidence,note,status,source\n"
    for name in TABLES:
        (tmp_path / f"{name}.csv").write_text(header + "m,x,World,2020,1,,,USD,C,,assumed,memory\n")
    with pytest.raises(InputError, match="no confidence 'C'"):
        read_series("m", tmp_path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2012", (2012.5, False)),
        ("2012-Q1", (2012.125, True)),
        ("2006-2020", None),
        ("2012-01", None),
    ],
)
def test_years_and_quarters_are_read_and_other_spans_are_not(text, expected):
    assert period(text) == expected


def test_steady_growth_is_forecast_exactly_by_constant_growth():
    series = straight(6)
    sample = constant_growth(series.time[:4], series.value[:4], 1.0)
    assert np.allclose(sample, math.log(series.value[4]))
    (tested,) = scored([straight(12)])
    scores = {score.method: score for score in tested.scores}
    assert scores["constant growth"].crps == pytest.approx(0.0, abs=1e-12)
    assert scores["no change"].crps > 0.01


def test_below_eight_forecasts_nothing_is_judged():
    (few,), (enough,) = scored([straight(10)]), scored([straight(11)])
    assert {score.verdict for score in few.scores} == {"too few to judge"}
    assert all(score.scored == FEWEST for score in enough.scores)
    assert "too few to judge" not in {score.verdict for score in enough.scores}


def test_words_follow_from_the_bounds():
    assert Score("m", 20, 1, 1, 5, 0.09, 0.49).verdict == "intervals too narrow"
    assert Score("m", 80, 1, 1, 80, 0.95, 1.0).verdict == "intervals too wide"


def test_no_origin_sees_what_came_after_it():
    series = straight(12)
    late = series.value.copy()
    late[-1] *= 100
    changed = Series("late", "USD", series.time, late, "", ())
    seen = []

    def watching(drug_class, lead):
        seen.append((drug_class, lead))
        return np.zeros(3)

    first = scored([series], watching)[0].scores[0]
    second = scored([changed], watching)[0].scores[0]
    assert second.crps > first.crps  # only the last point's score moved
    assert seen == []  # a series without a drug class has no model beside it


def test_the_outside_view_names_its_source_and_its_band():
    (view,) = read_outside_view()
    low, high = view.band(100.0)
    assert (low, high) == pytest.approx((100 / 1.4, 100 / 0.6))
    assert "Nature Reviews Drug Discovery" in view.source
    assert view.held(100.0, np.array([50.0, 100.0, 150.0, 200.0])) == 0.5


def test_the_command_scores_the_model_beside_the_simple_methods(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["backtest", "--draws", "256", "--json"])
    assert ended.value.code == 0
    printed = json.loads(capsys.readouterr().out)
    quarters = [row for row in printed["scores"] if row["series"].startswith("Questcor")]
    assert [row["method"] for row in quarters] == ["no change", "constant growth", "model"]
    assert all(row["scored"] == 8 for row in quarters)
    judged = [row for row in printed["scores"] if row["verdict"] != "too few to judge"]
    assert judged == quarters
    assert printed["outside_view"][0]["low_usd"] < printed["outside_view"][0]["high_usd"]
