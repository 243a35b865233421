"""The audit: verdicts that follow from numbers, shares that add up, tables that are read."""

import csv
import re
import shutil
from dataclasses import replace
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ismarket import (
    InputError,
    Scenario,
    audit_report,
    forecast,
    load_drivers,
    load_market,
    read_market,
)
from ismarket.analysis.audit import claim_sheet, untested
from ismarket.analysis.coverage import coverage, shapley_effects, together
from ismarket.analysis.ledger import HEADLINES, OWN, UNTESTED, VERDICTS, alone, verdict_of
from ismarket.analysis.response import response
from ismarket.analysis.sobol import sample, swapped
from ismarket.engine.attribution import attribution
from ismarket.model.sources import cited, read_sources

MARKET, DRIVERS = load_market(), load_drivers()
EVIDENCE = Scenario(anchor="bottom-up", without=(), draws=2000)


@cache
def audited():
    """The audit of the published scenario."""
    return audit_report(MARKET, DRIVERS)


def changed_market(tmp_path, table, column, change):
    """The market read from a copy of the shipped tables, one column of one table rewritten."""
    with as_file(files("ismarket") / "data") as shipped:
        shutil.copytree(shipped, tmp_path / "data", dirs_exist_ok=True)
    path = tmp_path / "data" / table
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    for row in rows:
        row[column] = change(row)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    market = read_market(
        tmp_path / "data", name=MARKET.name, title="changed", base_year=2022, horizon=2028
    )
    return market.with_anchors({n: a for n, a in MARKET.anchors.items() if a.published})


# what is counted --------------------------------------------------------------------------------


@pytest.mark.slow(reason="whole audits")
def test_most_causes_are_assumed_today():
    assert audited().causes_assumed == (27, 35)
    assert "27 of 35 causes are assumed" in str(audited()).replace("\n", " ")


@pytest.mark.slow(reason="an audit takes two seconds")
def test_the_number_changes_when_the_table_changes(tmp_path):
    market = changed_market(
        tmp_path, "mechanisms.csv", "status",
        lambda row: "measured" if row["mechanism"] == "video_eeg" else row["status"],
    )  # fmt: skip
    found = audit_report(market, DRIVERS, Scenario(draws=500))
    assumed, causes = audited().causes_assumed
    assert found.causes_assumed == (assumed - 1, causes)
    verdicts = {e.mechanism: e.verdict for e in found.ledger}
    assert verdicts["video_eeg"] == "supported"
    assert {e.mechanism: e.verdict for e in audited().ledger}["video_eeg"] == "assumed"


@pytest.mark.slow(reason="whole audits")
def test_every_claim_is_in_the_ledger_with_a_number_or_without():
    assert [e.id for e in audited().ledger] == [claim.id for claim in MARKET.claims]
    for entry in audited().ledger:
        assert entry.verdict in VERDICTS
        assert entry.source
        if entry.mechanism:
            mechanism = MARKET.mechanisms[entry.mechanism]
            assert entry.status == mechanism.status
            assert entry.effect == (mechanism.ratio.low, mechanism.ratio.mode, mechanism.ratio.high)
        else:
            assert entry.verdict in UNTESTED or entry.id in HEADLINES


@pytest.mark.slow(reason="whole audits")
def test_a_cause_without_effect_is_said_to_have_none():
    for entry in audited().ledger:
        if entry.mechanism:
            inert = MARKET.mechanisms[entry.mechanism].inert
            assert (entry.verdict == "no effect") == inert
            assert (entry.points is None) == inert


@pytest.mark.slow(reason="whole audits")
def test_claims_of_another_report_are_not_held_against_this_one():
    found = audit_report(MARKET, DRIVERS, Scenario(anchor="smr-2024", draws=500))
    assert not found.ledger
    assert [h.about for h in found.headlines] == ["level", OWN, "growth"]
    with pytest.raises(InputError, match="no report"):
        audit_report(MARKET, DRIVERS, EVIDENCE)


def test_a_sentence_without_a_cause_is_context_or_names_none():
    kinds = {e.id: e.verdict for e in audited().ledger if e.verdict in UNTESTED}
    drivers = {c.id: c.driver for c in MARKET.claims}
    assert kinds
    for claim, verdict in kinds.items():
        assert (verdict == "context") == (drivers[claim] == "context")
    page = " ".join(str(audited()).split())
    for entry in audited().ledger:
        if entry.verdict in UNTESTED:
            assert f"{entry.id} {entry.claim}" in page
    assert {kinds[claim] for claim in ("D11", "I9", "T12")} == {"no cause known"}
    one = next(e for e in audited().ledger if e.verdict == "no cause known")
    ended = replace(audited(), ledger=(replace(one, claim=f"{one.claim}."),))
    assert untested(ended) == [f"· No cause known: {one.id} {one.claim}."]


def test_a_claim_whose_most_likely_effect_is_none_is_not_shown_and_said_so():
    found = {e.id: e for e in audited().ledger}
    assert found["I8"].verdict == "not shown"
    assert found["I8"].effect == (0.97, 1.0, 1.05)
    assert 0.5 < found["I8"].share < 0.95
    page = " ".join(str(audited()).split())
    assert "The evidence shows none of it: the most likely rate ratio of incidence_trend" in page
    for entry in audited().ledger:
        if entry.points is not None and entry.verdict != "contradicted":
            assert (entry.verdict == "not shown") == (abs(entry.points) < 1e-7)


def test_a_claim_without_a_direction_is_borne_out_by_any_movement():
    undirected = {c.id for c in MARKET.claims if c.mechanism and not c.direction}
    found = [e for e in audited().ledger if e.id in undirected and e.share is not None]
    assert found
    for entry in found:
        _, up, down = alone(
            MARKET, MARKET.mechanisms[entry.mechanism], audited().last, Scenario().seed
        )
        assert entry.share == pytest.approx(up + down)


def test_a_claim_is_printed_with_the_place_where_its_number_was_read():
    entry = next(e for e in audited().ledger if e.id == "O3")
    known = read_sources()
    page = str(claim_sheet(audited(), "O3"))
    for part in cited(entry.source):
        assert known[part].address in page
        assert f"confidence {known[part].confidence}" in page
        assert f"<a href='{known[part].address}'" in claim_sheet(audited(), "O3").html()


def test_the_page_of_limits_prints_what_the_audit_prints():
    text = (Path(__file__).parents[2] / "docs/explanation/limits.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| .* \| \d+% \| (\d+)% \|$", text, re.M)
    estimated = [part.share[part.groups.index("estimated")] for part in audited().coverage]
    assert [float(row) for row in rows] == [pytest.approx(100 * v, abs=0.5) for v in estimated]
    assert f"{audited().causes_assumed[0]} of the {audited().causes_assumed[1]} causes rest" in text
    vials = next(one for one in audited().payers if one.implied and one.drug_class == "ACTH")
    flat = " ".join(text.split())
    assert f"{vials.implied:,.0f} vials against the {vials.bought:,.0f} that Medicaid" in flat
    known = [source.confidence for source in read_sources().values()]
    assert f"the {len(known)} cited sources was read" in flat
    assert f"{known.count('A')} in their own text, {known.count('B')} in a secondary one" in flat


# verdicts ---------------------------------------------------------------------------------------


@given(st.floats(0, 1), st.sampled_from(["measured", "estimated", "assumed"]))
def test_a_verdict_follows_from_the_share_of_draws(share, status):
    verdict = verdict_of(share, status)
    if share >= 0.95:
        assert verdict == ("assumed" if status == "assumed" else "supported")
    else:
        assert verdict == ("contradicted" if share <= 1 - 0.95 else "open")
    assert verdict_of(share) != "assumed"  # a headline names no cause that could be


@pytest.mark.slow(reason="whole audits")
def test_a_headline_is_not_said_to_rest_on_evidence_that_nobody_has(second):
    """A count that rests on assumed numbers alone bears out its largest region all the same."""
    found = audit_report(
        *second, Scenario(market="dravet", anchor="illustration-2025", without=(), draws=512)
    )
    (largest,) = (one for one in found.headlines if one.about == "largest region")
    assert largest.verdict == "supported"
    assert "measured or estimated number" not in " ".join(str(found).split())


def test_headlines_are_shares_of_the_draws_of_the_count():
    run = forecast(MARKET, DRIVERS, Scenario(anchor="bottom-up", without=(), through=2028))
    share = {h.about: h.share for h in audited().headlines}
    assert share["level"] == np.mean(run.draws.counted >= 3.2e9) == 0.0
    growth = (run.draws.total[-1] / run.draws.total[0]) ** (1 / 6) - 1
    assert share["growth"] == pytest.approx(np.mean(growth >= 0.039), abs=1e-3)
    assert share["largest region"] == 1.0
    assert run.columns["region"]["share_p5"][MARKET.regions.index("North America")] > 0.5
    assert share["fastest class"] == pytest.approx(0.22, abs=0.02)


def test_the_growth_is_tested_with_the_report_s_own_causes_and_with_all_that_is_known():
    found = {h.about: h for h in audited().headlines}
    own = Scenario(anchor="bottom-up", without=("pricing",), through=2028)
    for about, scenario in ((OWN, own), ("growth", replace(own, without=()))):
        cagr = {k: v[0] for k, v in forecast(MARKET, DRIVERS, scenario).columns["cagr"].items()}
        assert float(found[about].found) == pytest.approx(cagr["reference"], abs=1e-6)
        assert (found[about].p5, found[about].p95) == pytest.approx(
            (cagr["p5"], cagr["p95"]), abs=1e-3
        )
    assert found[OWN].share > found["growth"].share
    assert "41 M, 27 to 70 M" in " ".join(str(audited()).split())


def test_cells_add_up_to_the_forecast_and_its_regions():
    asked = response(MARKET, DRIVERS, EVIDENCE)
    run = forecast(MARKET, DRIVERS, EVIDENCE)
    cells = asked.cells({})[..., 0]
    assert cells[-1].sum() == pytest.approx(run.columns["reference"]["value"][-1], rel=1e-11)
    assert cells[0].sum(axis=1) == pytest.approx(run.columns["region"]["base"], rel=1e-12)
    assert cells[1].sum(axis=0) == pytest.approx(run.columns["drug_class"]["final"], rel=1e-11)


@pytest.mark.slow(reason="an audit takes two seconds")
def test_a_level_that_the_count_reaches_is_not_contradicted():
    low = replace(MARKET.anchors["techsci-2022"], value=20e6)
    market = MARKET.with_anchors({low.name: low})
    found = audit_report(market, DRIVERS, Scenario(draws=2000))
    assert {h.about: h.verdict for h in found.headlines}["level"] == "supported"


def test_a_cause_alone_is_the_count_with_that_cause_alone():
    from ismarket import Driver

    driver = Driver("one", "One", claims=("video_eeg",))
    run = forecast(MARKET, [driver], EVIDENCE.changed(draws=100))
    growth, *ways = alone(MARKET, MARKET.mechanisms["video_eeg"], 2028, 1)
    assert growth == pytest.approx(run.columns["cagr"]["reference"][0], rel=1e-9)
    assert ways == [1.0, 0.0]
    assert alone(MARKET, MARKET.mechanisms["steroid_first"], 2028, 1)[1] == 0.0


# coverage ---------------------------------------------------------------------------------------


def test_shares_of_variance_by_status_sum_to_one():
    for part in audited().coverage:
        assert part.share.sum() == pytest.approx(1.0, abs=1e-12)
        assert np.all(part.share >= 0)
        assert np.all((part.low <= part.share) & (part.share <= part.high))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(0.2, 3), min_size=3, max_size=3), st.floats(-1, 1))
def test_interplay_is_shared_equally_and_nothing_is_lost(weights, interplay):
    names = ("u", "v", "w")
    samples = [
        dict(zip(names, (bits.astype(float) + 0.5) / 2.0**32 - 0.5, strict=True))
        for bits in sample(names, 4096, 2)
    ]

    def model(x):
        own = sum(w * x[n] for w, n in zip(weights, names, strict=True))
        return own + 6 * interplay * x["u"] * x["v"]

    game = attribution(len(names), seed=1)
    exchanged = swapped(model, *samples, together(game, {n: (n,) for n in names}))
    share, apart = shapley_effects(game, model(samples[0]), exchanged)
    alone_ = np.square(weights) / 12
    both = (6 * interplay) ** 2 / 144
    exact = (alone_ + np.array([both, both, 0]) / 2) / (alone_.sum() + both)
    assert share == pytest.approx(exact, abs=0.03)
    assert share.sum() == pytest.approx(1.0, abs=1e-12)
    assert apart.sum(axis=0) == pytest.approx(np.zeros(apart.shape[1]), abs=1e-9)


def test_a_number_that_becomes_measured_moves_its_share(tmp_path):
    market = changed_market(
        tmp_path, "funnel.csv", "status",
        lambda row: "measured" if row["stage"] == "incidence" else row["status"],
    )  # fmt: skip
    here, there = (
        coverage(response(m, DRIVERS, EVIDENCE), "count", points=1024)[0] for m in (MARKET, market)
    )
    assert here.share[here.groups.index("measured")] == 0.0
    assert there.share[there.groups.index("measured")] > 0.2


def test_correlated_numbers_count_under_the_weakest_of_them():
    pair = "funnel.incidence.north_america ~ funnel.units.north_america.anticonvulsants"
    here, there = (
        coverage(response(MARKET, DRIVERS, scenario), "count", points=1024)[0]
        for scenario in (EVIDENCE, EVIDENCE.changed(correlation={pair: 0.5}))
    )
    assert there.inputs[2] == here.inputs[2] + 1
    assert there.share[2] > here.share[2] + 0.2
    assert there.share.sum() == pytest.approx(1.0, abs=1e-12)


# overlap ----------------------------------------------------------------------------------------


def test_shared_causes_are_those_that_two_acting_drivers_claim():
    assert set(audited().shared) == {
        "awareness", "video_eeg", "genetic_testing", "neuroimaging", "telemedicine", "ai_eeg",
        "new_products", "orphan_incentives", "precision_medicine", "treatment_monitoring",
    }  # fmt: skip
    run = forecast(MARKET, DRIVERS, Scenario(draws=100))
    assert audited().premium == pytest.approx(run.stacking_premium)


@pytest.mark.slow(reason="whole audits")
def test_the_page_defines_every_verdict_that_it_uses():
    text = str(audited())
    for entry in audited().ledger:
        assert f"· {entry.verdict}: " in text
    assert len(audited().frame("claims")) == len(MARKET.claims)
    assert len(audited().frame("coverage")) == 12


def test_one_claim_is_shown_in_full_with_every_source():
    text = str(claim_sheet(audited(), "O7")).replace("\n", " ")
    for part in MARKET.mechanisms["precision_medicine"].source.split(" | "):
        assert part in text
    with pytest.raises(InputError, match="no claim 'D99'; did you mean"):
        claim_sheet(audited(), "D99")
