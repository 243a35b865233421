"""Triangulation: restated levels, the pool against an independent computation, and ceilings."""

import csv
import itertools
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ismarket import InputError, Scenario, forecast, load_drivers, load_market, triangulate
from ismarket.analysis.ceilings import read_ceilings
from ismarket.analysis.triangulation import headline
from ismarket.analysis.endpoints import CLOSE, VERDICTS, judge, readings
from ismarket.model.pooled import (
    POOLED,
    PRIORS,
    estimates,
    pool,
    pooled_anchor,
    weighted_median,
)

MARKET, DRIVERS = load_market(), load_drivers()
FOUND = triangulate(MARKET, DRIVERS)
RESTATED = {
    "techsci-2022": 3200.0, "techsci-2024": 136.16, "reanin-2024": 164.61, "smr-2024": 226.18,
    "24lifesciences-2024": 125.06, "coherent-2017": 129.42,
}  # fmt: skip
"""USD M at 2022: by hand, value * (1 + growth) ** (2022 - base year)."""


def independent_pool(levels):
    """The same mixture by another road: every split into cluster and outliers, one at a time.

    The outlier share is integrated in closed form (beta-binomial), centre and spread on a grid
    of their own, the normal densities are scipy's.
    """
    y = np.log(levels)
    n = len(y)
    centre = np.linspace(np.log(1e6), np.log(1e11), 1601)
    spread = np.linspace(0.02, 2.0, 150)
    prior = stats.halfnorm.pdf(spread, scale=0.5)
    wide = stats.norm.logpdf(y[:, None], centre, np.log(10.0))
    main = np.array([
        stats.norm.logpdf(value, centre[:, None], spread) for value in y
    ])  # fmt: skip
    posterior = np.zeros((len(centre), len(spread)))
    outlying = np.zeros(n)
    for split in itertools.product((False, True), repeat=n):
        out = np.array(split)
        k = int(out.sum())
        log_weight = np.log(stats.betabinom.pmf(k, n, 1, 4)) - np.log(stats.binom.pmf(k, n, 0.5))
        log_like = main[~out].sum(axis=0) + wide[out].sum(axis=0)[:, None] + log_weight
        part = np.exp(log_like) * prior
        posterior += part
        outlying += out * part.sum()
    whole = posterior.sum()
    by_spread = posterior / whole
    cells = np.flatnonzero(by_spread.max(axis=1) > 1e-12)

    def below(level):
        return float((by_spread[cells] * stats.norm.cdf(
            np.log(level), centre[cells, None], spread)).sum())  # fmt: skip

    def quantile(share, low=1e6, high=1e11):
        for _ in range(60):
            middle = np.sqrt(low * high)
            low, high = (middle, high) if below(middle) < share else (low, middle)
        return low

    return [quantile(q) for q in (0.05, 0.5, 0.95)], outlying / whole


def test_the_six_levels_are_those_of_their_own_growth():
    table = FOUND.columns["estimates"]
    levels = dict(zip(table["anchor"], table["level_usd"], strict=True))
    assert {name: levels[name] / 1e6 for name in RESTATED} == pytest.approx(RESTATED, abs=0.01)


@pytest.mark.slow(reason="the pool computed again, many times")
def test_an_independent_computation_gives_the_same_pool():
    levels = [value * 1e6 for value in RESTATED.values()]
    (low, middle, high), outlier = independent_pool(np.array(levels))
    table = FOUND.columns["pooled"]
    row = table["of"].index("cluster")
    assert [table[k][row] for k in ("p5", "p50", "p95")] == pytest.approx(
        [low, middle, high], rel=0.01
    )
    assert FOUND.columns["estimates"]["outlier"][:6] == pytest.approx(list(outlier), abs=0.005)


@pytest.mark.slow(reason="the pool computed again, many times")
@pytest.mark.parametrize("out", [1, 4])
def test_leaving_one_out_agrees_too(out):
    kept = {n: v * 1e6 for i, (n, v) in enumerate(RESTATED.items()) if i != out}
    (low, middle, high), _ = independent_pool(np.array(list(kept.values())))
    table = FOUND.columns["without"]
    assert [table[k][out] for k in ("p5", "p50", "p95")] == pytest.approx(
        [low, middle, high], rel=0.01
    )


@pytest.mark.slow(reason="the pool computed again, many times")
@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(1e8, 1e9), min_size=3, max_size=6), st.floats(0.3, 3.0))
def test_pooling_knows_no_unit_and_no_order(levels, factor):
    names = [f"s{i}" for i in range(len(levels))]
    here = pool(dict(zip(names, levels, strict=True)))
    there = pool({n: factor * v for n, v in zip(reversed(names), reversed(levels), strict=True)})
    assert there.quantile(0.5) / here.quantile(0.5) == pytest.approx(factor, rel=0.01)
    assert list(there.outlier[::-1]) == pytest.approx(list(here.outlier), abs=0.005)


@pytest.mark.slow(reason="the pool computed again, many times")
@settings(max_examples=20, deadline=None)
@given(st.floats(3, 20), st.booleans())
def test_an_outlier_hardly_moves_the_pool_and_the_farther_the_surer(factor, above):
    factor = factor if above else 1 / factor
    cluster = {f"s{i}": v for i, v in enumerate((1.0e8, 1.2e8, 1.3e8, 1.5e8))}
    moved = pool({**cluster, "x": 1.25e8 * factor})
    farther = pool({**cluster, "x": 1.25e8 * factor**2})
    assert 0.7e8 < moved.quantile(0.5) < 2.2e8
    assert farther.outlier[-1] >= moved.outlier[-1] - 1e-9
    assert all(0 <= p <= 1 for p in moved.outlier)


def test_every_prior_is_stated_as_assumed():
    assert FOUND.columns["priors"] == {"prior": list(PRIORS), "assumed": list(PRIORS.values())}


# each publisher against itself ------------------------------------------------------------------


def test_end_points_are_judged_under_each_reading():
    verdict = {(r.anchor, r.steps): r.verdict for r in FOUND.readings}
    assert verdict == {
        ("techsci-2022", 6): "no end point", ("techsci-2022", 5): "no end point",
        ("techsci-2024", 6): "close", ("techsci-2024", 5): "differs",
        ("reanin-2024", 7): "agrees", ("reanin-2024", 6): "differs",
        ("smr-2024", 6): "close",
        ("24lifesciences-2024", 7): "differs", ("24lifesciences-2024", 6): "differs",
        ("coherent-2017", 9): "differs", ("coherent-2017", 8): "differs",
    }  # fmt: skip


def test_a_growth_agrees_up_to_its_last_printed_digit():
    assert judge(0.038, 0.0380) == "agrees"
    assert judge(0.038, 0.03849) == "agrees"
    assert judge(0.0367, 0.0370) == "close"
    assert judge(0.0367, 0.0378) == "differs"
    assert judge(0.0367, 0.0367 + CLOSE) == "close"


@settings(max_examples=50, deadline=None)
@given(st.floats(-0.05, 0.2), st.integers(2, 12))
def test_numbers_made_by_the_printed_growth_agree_with_it(growth, years):
    growth = round(growth, 4)
    made = replace(
        MARKET.anchors["smr-2024"], cagr=growth, first_year=2024, last_year=2024 + years,
        periods=years, last_value=257.5e6 * (1 + growth) ** years,
    )  # fmt: skip
    assert [r.verdict for r in readings(MARKET, made, 2022)] == ["agrees"]
    assert set(VERDICTS) >= {"agrees"}


# patients and ceilings --------------------------------------------------------------------------


def test_spend_times_patients_is_the_level():
    table, people = FOUND.columns["estimates"], FOUND.people
    for level, case, treated in zip(
        table["level_usd"], table["usd_per_case"], table["usd_per_patient"], strict=True
    ):
        assert case * people["cases"]["reference"] == pytest.approx(level)
        assert treated * people["patients"]["reference"] == pytest.approx(level)


def test_people_are_the_product_of_the_tables():
    table = (files("ismarket") / "data" / "funnel.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(table.splitlines()))
    mode = {(r["stage"], r["region"]): float(r["mode"]) for r in rows if not r["drug_class"]}
    cases = {r: mode["births", r] * mode["incidence", r] for r in MARKET.regions}
    treated = {r: cases[r] * mode["diagnosed", r] * mode["treated", r] for r in cases}
    assert FOUND.people["cases"]["reference"] == pytest.approx(sum(cases.values()))
    assert FOUND.people["patients"]["reference"] == pytest.approx(sum(treated.values()))


def test_the_count_is_what_run_prints():
    run = forecast(MARKET, DRIVERS, Scenario(anchor="bottom-up", without=()))
    assert FOUND.count["reference"] == run.columns["count"]["reference"][0]
    assert FOUND.count["p95"] == run.columns["count"]["p95"][0]


def test_a_ceiling_is_the_product_of_its_parts():
    table = FOUND.columns["ceilings"]
    usd = dict(zip(table["ceiling"], table["usd"], strict=True))
    assert usd["us_list_course"] == pytest.approx(3750379 * 0.000537 * 4 * 40000)
    assert usd["acth_smr"] == pytest.approx(1.17e9 / 1.059**2)
    assert usd["world_list_course"] == pytest.approx(FOUND.people["cases"]["p95"] * 160_000)


def test_a_figure_that_is_set_aside_is_no_ceiling():
    table = FOUND.columns["ceilings"]
    row = table["ceiling"].index("acth_reanin")
    assert not table["counts"][row]
    assert not table["above_it"][row]
    assert "techsci-2022" in table["above_it"][table["ceiling"].index("acth_emergen")]


@pytest.mark.parametrize(("column", "value"), [("status", ""), ("source", ""), ("status", "sure"),
    ("confidence", "D"), ("value", ""), ("counts", "maybe")])  # fmt: skip
def test_a_ceiling_without_its_evidence_is_refused(tmp_path, column, value):
    with (files("ismarket") / "data" / "ceilings.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    rows[1][column] = value
    if column == "counts":
        rows[0][column] = value
    with (tmp_path / "ceilings.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(InputError, match=r"ceilings\.csv, line"):
        read_ceilings(tmp_path / "ceilings.csv")


def test_a_market_without_estimates_says_so():
    with pytest.raises(InputError, match="no published estimate"):
        triangulate(MARKET.with_anchors({}), DRIVERS)


def test_a_further_estimate_joins_the_others():
    more = replace(MARKET.anchors["smr-2024"], name="mine", value=140e6)
    found = triangulate(MARKET, DRIVERS, anchors=[more])
    assert found.pool.names[-1] == "mine"
    with pytest.raises(InputError, match="two estimates are called"):
        triangulate(MARKET, DRIVERS, anchors=[more, more])
    with pytest.raises(InputError, match="the count itself"):
        triangulate(MARKET, DRIVERS, anchors=[MARKET.anchors["bottom-up"]])


@pytest.mark.parametrize(
    ("names", "said"),
    [(["smr-2024"], "The one estimate"), (["smr-2024", "coherent-2017"], "2 of 2 estimates")],
)
def test_the_headline_says_how_many_agree(names, said):
    anchors = {name: MARKET.anchors[name] for name in names}
    assert said in headline(triangulate(MARKET.with_anchors(anchors), DRIVERS))


# the anchor -------------------------------------------------------------------------------------


def test_the_anchor_pooled_draws_its_level_from_the_pool():
    run = forecast(MARKET, DRIVERS, Scenario(anchor=POOLED, draws=20_000))
    summary, pooled = run.columns["summary"], FOUND.columns["pooled"]
    row = pooled["of"].index("cluster")
    for name in ("p5", "p50", "p95"):
        assert summary[name][0] == pytest.approx(pooled[name][row], rel=0.01)
    assert summary["reference"][0] == pytest.approx(pooled["p50"][row], rel=1e-3)


def test_a_pooled_level_leaves_growth_and_every_other_draw_as_they_are():
    runs = [
        forecast(MARKET, DRIVERS, Scenario(anchor=name, draws=5000, through=2028))
        for name in (POOLED, "techsci-2022")
    ]
    assert runs[0].columns["count"] == runs[1].columns["count"]
    one, other = (run.draws.total[-1] / run.draws.total[0] for run in runs)
    factor = one / other  # the printed growths differ, the draws do not
    assert factor == pytest.approx(np.full(5000, factor[0]), rel=1e-12)


def test_pooled_draws_do_not_depend_on_workers_or_on_how_many_there_are():
    few = forecast(MARKET, DRIVERS, Scenario(anchor=POOLED, draws=4500), workers=1)
    many = forecast(MARKET, DRIVERS, Scenario(anchor=POOLED, draws=9000), workers=3)
    assert np.array_equal(few.draws.total, many.draws.total[:, :4500])


def test_pooled_growth_is_the_middle_one_of_those_that_belong_together():
    assert weighted_median([0.01, 0.04, 0.9], np.array([1.0, 1.0, 0.01])) == 0.04
    run = forecast(MARKET, DRIVERS, Scenario(anchor=POOLED, draws=64))
    assert run.columns["cagr"]["reference"][0] == pytest.approx(0.038, abs=1e-12)
    assert len(estimates(MARKET.anchors)) == 6


def test_an_outlier_has_no_say_in_pooled_growth():
    """Three estimates of one level and two far off: all five have their middle at the fourth."""
    growths, levels = (0.01, 0.02, 0.03, 0.08, 0.09), (1e8, 1.02e8, 0.99e8, 1e10, 1e6)
    anchors = tuple(
        replace(MARKET.anchors["smr-2024"], name=f"a{i}", cagr=growth)
        for i, growth in enumerate(growths)
    )
    assert pooled_anchor(anchors, levels, 2022, 2028).cagr == 0.02


def test_the_page_names_who_stands_apart():
    text = str(FOUND)
    assert "techsci-2022 stands apart" in text
    assert "23.5 times the same publisher's edition of" in text.replace("\n  ", " ")
    assert FOUND.frame("ceilings")["usd"].min() > 3e8
