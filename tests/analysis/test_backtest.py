"""Back-test: verified figures only, proper scores, no verdict on too little."""

import json
import math
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import pytest
import scoringrules
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from ismarket import InputError, Scenario, forecast
from ismarket.analysis.backtest import (
    FEWEST,
    Score,
    backtest_of,
    constant_growth,
    crps,
    exact_bounds,
    interval,
    model_growth,
    no_change,
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
from ismarket.text.wording import money, number, percent

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


TIME, VALUE = np.array([0.0, 1.0, 3.0, 4.5, 5.0]), np.array([10.0, 12.0, 11.0, 15.0, 14.0])
LEVELS = [(i + 0.5) / 400 for i in range(400)]


def by_hand(until, lead):
    """Mean and deviation of the log value after ``lead``, without and with past growth."""
    logs = [math.log(v) for v in VALUE[:until]]
    steps = [(b - a, TIME[i + 1] - TIME[i]) for i, (a, b) in enumerate(pairwise(logs))]
    still = sum(c * c / g for c, g in steps) / len(steps) * lead
    whole = sum(g for _, g in steps)
    rate = sum(c for c, _ in steps) / whole
    spread = sum((c - rate * g) ** 2 / g for c, g in steps) / max(1, len(steps) - 1)
    grown = spread * (lead + lead**2 / whole)
    return (logs[-1], math.sqrt(still)), (logs[-1] + rate * lead, math.sqrt(grown))


@pytest.mark.parametrize(("until", "lead"), [(2, 1.0), (4, 0.5), (5, 2.0)])
def test_simple_methods_are_normal_on_the_log_scale(until, lead):
    both = by_hand(until, lead)
    for method, (mean, deviation) in zip((no_change, constant_growth), both, strict=True):
        if deviation:
            expected = [NormalDist(mean, deviation).inv_cdf(level) for level in LEVELS]
            assert method(TIME[:until], VALUE[:until], lead) == pytest.approx(expected)


def test_a_score_is_the_mean_over_origins_with_three_points_behind_them():
    (tested,) = scored([Series("uneven", "USD", TIME, VALUE, "", ())])
    score = tested.scores[0]
    found = []
    for origin in (3, 4):
        ((mean, deviation), _) = by_hand(origin, TIME[origin] - TIME[origin - 1])
        sample = np.array([NormalDist(mean, deviation).inv_cdf(level) for level in LEVELS])
        y = math.log(VALUE[origin])
        found.append((crps(sample, y), *interval(sample, y)))
    crps_mean, interval_mean, covered = np.array(found).sum(axis=0)
    assert score.crps == pytest.approx(crps_mean / 2)
    assert score.interval_score == pytest.approx(interval_mean / 2)
    assert (score.covered, score.scored) == (covered, 2)
    bounds = exact_bounds(int(covered), 2)
    assert (score.coverage_low, score.coverage_high) == pytest.approx(bounds)
    (short,) = scored([Series("short", "USD", TIME[:3], VALUE[:3], "", ())])
    assert math.isnan(short.scores[0].crps)
    assert (short.scores[0].coverage_low, short.scores[0].coverage_high) == (0.0, 1.0)


@pytest.fixture(scope="module")
def counted(market, drivers):
    return forecast(market, drivers, Scenario("bottom-up", draws=64))


def test_the_model_grows_as_the_forecasts_own_cells(counted):
    growth, market = model_growth(counted), counted.plan.market
    region, drug_class = market.regions[1], market.drug_classes[2]
    cells = [counted.waterfall(year).step("value").amounts[1, 2, 1:] for year in counted.years]
    last = len(counted.years) - 1
    for lead in (0, 1, last):
        expected = np.log(cells[lead] / cells[0])
        assert growth(region, drug_class, lead) == pytest.approx(expected, abs=1e-9)
    at = {lead: growth(region, drug_class, lead) for lead in (1, 1.25, 2, last - 1, last, last + 1)}
    assert at[1.25] == pytest.approx(0.75 * at[1] + 0.25 * at[2])
    assert at[last + 1] == pytest.approx(2 * at[last] - at[last - 1])


def test_the_page_holds_the_figures_of_its_tables(counted):
    found = backtest_of(counted)
    view, table = found.views[0], found.columns["outside_view"]
    value, total = counted.columns["reference"]["value"][-1], counted.draws.total[-1]
    assert (table["low_usd"][0], table["high_usd"][0]) == view.band(value)
    assert table["share_of_draws_within"][0] == view.held(value, total)
    assert table["year"] == [counted.years[-1]]
    text, summary = str(found.sheet()).replace("\n", " "), counted.columns["summary"]
    for words in (
        f"more than {percent(view.outside)} were off by more than {percent(view.error)}.",
        f"USD {money(table['low_usd'][0])} to {money(table['high_usd'][0])} would have held fewer"
        f" than {percent(1 - view.outside)} of them",
        f"USD {money(summary['p5'][-1])} to {money(summary['p95'][-1])}.",
    ):
        assert words in " ".join(text.split())
    tables = [part for part in found.sheet().parts if not isinstance(part, str)]
    points, *judged = tables
    assert [row[2] for row in points.rows] == [str(len(t.series.value)) for t in found.tested]
    assert [row[3] for row in points.rows] == [str(t.scores[0].scored) for t in found.tested]
    assert len(judged) == sum(test.judged for test in found.tested) == 1
    (test,) = (test for test in found.tested if test.judged)
    assert [row[1:4] for row in judged[0].rows] == [
        [number(s.crps, 3), number(s.interval_score, 2), f"{s.covered} of {s.scored}"]
        for s in test.scores
    ]
    years = f"{int(test.series.time[0])} to {int(test.series.time[-1])}"
    assert judged[0].title.endswith(years)
    scores = found.columns["scores"]
    assert None in scores["crps"]
    assert len(scores["crps"]) == sum(len(t.scores) for t in found.tested)
