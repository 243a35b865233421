"""The claim ledger: who is ahead, what a share of draws allows to be said, headline by headline."""

from dataclasses import replace

import numpy as np
import pytest

from ismarket import Scenario
from ismarket.analysis.ledger import ahead, entries, headlines, verdict_of
from ismarket.analysis.response import response
from ismarket.model.market import Claim


def test_ahead_is_who_is_larger_than_all_others():
    draws = np.array([[1.0, 2.0, 3.0, 1.0], [1.0, 3.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0 - 1e-12]])
    assert ahead("a", ["a", "b", "c"], draws).tolist() == [False, False, True, False]
    assert ahead("b", ["a", "b", "c"], draws).tolist() == [False, True, False, False]
    assert ahead("x", ["a", "b", "c"], draws).tolist() == [False] * 4
    assert ahead("a", ["a"], draws[:1]).all()


@pytest.mark.parametrize(
    ("share", "status", "verdict"),
    [(0.95, "measured", "supported"), (0.95, "assumed", "assumed"), (0.949, "measured", "open"),
     (0.051, "assumed", "open"), (0.04, "measured", "contradicted")],
)  # fmt: skip
def test_a_verdict_follows_from_the_share_of_draws(share, status, verdict):
    assert verdict_of(share, status) == verdict


def test_headlines_are_held_against_the_count(market, drivers):
    asked = response(market, drivers, Scenario("bottom-up", without=(), draws=64))
    found = {one.about: one for one in headlines(market, "techsci-2022", asked)}
    anchor, usual = market.anchors["techsci-2022"], asked.cells({})
    by_class, by_region = usual.sum(axis=1)[..., 0], usual.sum(axis=2)[..., 0]
    fastest = market.drug_classes[int((by_class[1] / by_class[0]).argmax())]
    assert found["fastest class"].found == fastest
    assert found["fastest class"].said == anchor.fastest_growing_class
    assert found["largest region"].found == market.regions[int(by_region[0].argmax())]
    assert found["level"].said == f"{anchor.value:.6g}"
    assert found["level"].found == f"{asked('count', {})[0]:.6g}"
    assert found["growth"].found == f"{asked('cagr', {})[0]:.6g}"
    assert found["level"].verdict == "contradicted"


def test_a_cause_whose_most_likely_effect_is_none_is_not_shown(market):
    cause = market.mechanisms["video_eeg"]
    ratio = replace(cause.ratio, low=0.8, mode=1.0, high=1.5)
    still = replace(
        market, mechanisms={**market.mechanisms, cause.name: replace(cause, ratio=ratio)}
    )
    told = [Claim("1", "s", "t", "diagnosis", cause.name, cause.stage, way, (), "p") for way in
            ("up", "down", "")]  # fmt: skip
    for one, verdict in ((still, "not shown"), (market, None)):
        up, down, either = entries(one, told, [], 2028, 1)
        assert up.share + down.share == pytest.approx(either.share)
        if verdict:
            assert {e.verdict for e in (up, down, either)} == {verdict}
            assert up.points == pytest.approx(0.0, abs=1e-9)
        else:
            assert up.share == 1.0
            assert (up.verdict, down.verdict) == (verdict_of(1.0, cause.status), "contradicted")
            assert up.points > 0
