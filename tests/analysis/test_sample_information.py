"""Studies of so many observations: a conjugate closed form, in order, on both markets."""

import json
import math

import numpy as np
import pytest
from both_markets import MARKETS, market_and_drivers, scenario_of
from closed_form import closed_form

from benchmarks.study_worth import compared, differ
from ismarket import Decision, InputError, Sample, Study, study
from ismarket.analysis.information import drawn_values, expected_partial
from ismarket.analysis.sample_information import is_share, observed, sample_of, summary_of
from ismarket.cli import main
from ismarket.engine.blocks import cells_of
from ismarket.model.sources import parts_of

MEAN, SPREAD, ERROR = 0.4, 1.0, 2.0


@pytest.fixture(scope="module", params=MARKETS)
def asked(request):
    scenario = scenario_of(request.param, anchored=False, draws=1024)
    return Study(*market_and_drivers(request.param), scenario)


@pytest.fixture(scope="module")
def open_choice(asked):
    """A decision that is open: its cost is what the average draw earns."""
    total = asked.forecast().draws.total
    return Decision(0.3, 0.1, 0.03 * float(total[1:].sum(axis=0).mean()))


@pytest.mark.parametrize("observations", [1, 4, 25, 400])
def test_a_conjugate_normal_case_is_its_closed_form(observations):
    """Mean and spread are known, and so is the error: the posterior mean is normal."""
    chance = np.random.default_rng(20717)
    gain = chance.normal(MEAN, SPREAD, 20_000)
    seen = observed(gain, observations, ERROR, chance)
    value, error = expected_partial(gain, [seen])
    after = SPREAD**2 / math.sqrt(SPREAD**2 + ERROR**2 / observations)
    assert abs(value - closed_form(MEAN, after)) < 2 * error
    assert error < 0.01


def test_a_beta_share_observed_as_successes_is_its_closed_form():
    """Beta(2, 2) and n cases: the posterior mean is (2 + successes) / (4 + n)."""
    chance = np.random.default_rng(3)
    share, cases = chance.beta(2, 2, 20_000), 6
    gain = share - 0.5
    seen = summary_of(share, Sample("share", cases), None, True, 1)
    value, error = expected_partial(gain, [seen])
    k = np.arange(cases + 1)
    ways = [math.comb(cases, i) * math.gamma(2 + i) * math.gamma(2 + cases - i)
            / math.gamma(4 + cases) * 6 for i in k]  # fmt: skip
    exact = float(np.maximum((2 + k) / (4 + cases) - 0.5, 0.0) @ np.array(ways))
    assert abs(value - exact) < 2 * error


@pytest.mark.slow(reason="studies simulated on the draws")
def test_larger_studies_are_worth_more_and_none_more_than_knowing(asked, open_choice):
    best = asked.voi(open_choice, by=("input",)).partial["input"][0]
    sizes = (1, 10, 1000)
    found = asked.voi(
        open_choice, by=("input",), studies=[Sample(best.name, n, error=0.5) for n in sizes]
    )
    worth = {one.observations: one.worth for one in found.studies}
    slack = 3 * max(one.standard_error for one in found.studies)
    assert worth[1] < worth[10] + slack < worth[1000] + 2 * slack
    assert worth[1000] > worth[1]
    assert all(one.worth <= one.at_most for one in found.studies)
    assert [one.net for one in found.studies] == [one.worth for one in found.studies]


@pytest.mark.slow(reason="studies simulated on the draws")
def test_the_list_is_ranked_net_of_cost_and_holds_launches_and_the_level(asked, open_choice):
    found = asked.voi(open_choice, by=("launch",), studies=[Sample("all", 20, cost=1000.0)])
    nets = [one.net for one in found.studies]
    assert nets == sorted(nets, reverse=True)
    assert all(one.net == one.worth - 1000.0 for one in found.studies)
    assert found.columns["studies"]["net"] == nets
    assert "studies" not in asked.voi(open_choice, by=("launch",)).columns
    names = {one.of for one in found.studies}
    assert {"level", *(one.name for one in asked.plan.launches)} <= names
    level = next(one for one in found.studies if one.of == "level")
    assert level.worth == pytest.approx(max(one.worth for one in found.studies), rel=0.2)
    statuses = {p.key: p.status for p in asked.plan.parameters}
    sources = {p.key: " | ".join(dict.fromkeys(parts_of(p.source))) for p in asked.plan.parameters}
    for one in found.studies:
        if one.of in statuses:
            assert one.known_today == statuses[one.of]
            assert " | ".join(one.sources) == sources[one.of]
    printed = json.dumps(found.to_dict(), allow_nan=False)
    assert '"known_today"' in printed
    assert "Studies, USD" in str(found)


def test_shares_are_counted_and_amounts_measured(asked):
    plan = asked.plan
    shares = [p for p in plan.parameters if is_share(plan, p)]
    assert shares
    assert all(p.low >= 0 and p.high <= 1 and not p.happens for p in shares)
    values = drawn_values(plan)
    one = next(p for p in shares if not p.constant)
    seen = summary_of(values[one.key], Sample(one.key, 8), one, True, 1)
    assert set(np.round(seen * 8, 9) % 1) == {0.0}


def test_price_basis_and_level_of_a_report_can_be_studied():
    report = study("published", draws=1024)
    ways = [report.forecast(price_basis=one).draws.total[1:].sum() for one in ("nominal", "real")]
    decision = Decision(0.3, 0.1, 0.03 * float(np.mean(ways)) / 1024)
    found = report.voi(decision, by=("input",), studies=[Sample("price_basis", 100)])
    assert found.plan.scenario.name == "published"
    basis = found.studies[0]
    assert basis.known_today == "not printed"
    assert basis.worth > 5 * basis.standard_error
    assert basis.worth == pytest.approx(found.perfect.value, rel=0.5)
    assert "nominal or real in half of the draws" in " ".join(str(found).split())
    level = report.voi(decision, by=("input",), studies=[Sample("level", 10)])
    assert level.plan.anchor.name == "pooled"
    assert {one.of for one in level.studies} == {"level"}


@pytest.mark.slow(reason="studies simulated on the draws")
def test_a_study_of_the_model_itself_is_worth_what_nested_draws_say(asked):
    """``python benchmarks/study_worth.py`` at full size: more draws, inputs, studies."""
    found = list(compared(asked, inputs=1, sizes=(10,), studies=512))
    assert len(found) == 2
    for sample, printed, nested, everything in found:
        assert not differ(printed, nested, everything), sample
        assert nested[0] > 3 * nested[1]


@pytest.mark.slow(reason="twelve thousand draws for each of two markets")
def test_knowing_an_input_is_worth_what_nested_draws_say(asked, open_choice):
    """For values of one input, the mean over all others, on the same draws for each value."""
    found = asked.voi(open_choice, by=("input",))
    best = found.partial["input"][0]
    plan, values = asked.plan, drawn_values(asked.plan)
    inner = {key: value[:256] for key, value in values.items()}
    fixed = {key: np.broadcast_to(value, 256) for key, value in plan.fixed.items()}
    means = []
    for known in np.quantile(values[best.name], (np.arange(48) + 0.5) / 48):
        cells = cells_of(plan, {**inner, **fixed, best.name: np.full(256, known)})
        means.append(open_choice.net_benefit(cells.sum(axis=(1, 2))).mean())
    centred = np.array(means) - np.mean(means) + found.expected
    nested = np.maximum(centred, 0.0).mean() - max(found.expected, 0.0)
    assert abs(best.value - nested) < 3 * best.error + 0.1 * nested


@pytest.mark.slow(reason="studies simulated on the draws")
def test_a_study_that_the_draws_cannot_tell_from_nothing_is_not_praised(asked, open_choice):
    weak = asked.voi(open_choice, by=("input",)).partial["input"][-1].name
    found = asked.voi(open_choice, by=(), studies=[Sample(weak, 1)])
    assert "none has a worth that the draws can tell from zero" in " ".join(str(found).split())
    (best,) = asked.voi(open_choice, by=(), studies=[Sample("level", 1000, cost=1e12)]).studies
    assert best.net < 0


@pytest.mark.slow(reason="studies simulated on the draws")
def test_what_is_worth_its_cost_twice_is_named_once(asked, open_choice):
    found = asked.voi(open_choice, by=(), studies=[Sample("level", 100), Sample("level", 200)])
    assert "Worth their cost most of all: level." in " ".join(str(found).split())


def test_voi_names_its_scenario(asked, open_choice):
    found = asked.voi(open_choice, by=("input",))
    assert f"scenario {asked.scenario.name}" in str(found) or not asked.scenario.name
    assert f"anchor {asked.plan.anchor.name}" in str(found)
    assert found.to_dict()["scenario"] == asked.scenario.name


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a", "give what is studied"),
        ("a=x", "give what is studied"),
        ("a=0", "give a whole number"),
        ("a=5:x", "give an amount"),
        ("a=5:1M:x", "give a fraction"),
    ],
)
def test_a_study_that_is_none_is_refused(text, says):
    with pytest.raises(InputError, match=says):
        sample_of(text)


def test_the_command_takes_studies(capsys):
    options = ["--margin", "0.3", "--share", "0.1", "--cost", "8e6", "--draws", "1024"]
    key = "funnel.incidence.north_america"
    with pytest.raises(SystemExit) as ended:
        main(["voi", "evidence", *options, "--study", f"{key}=200:0.1M:30%", "--json"])
    assert ended.value.code == 0
    (row,) = json.loads(capsys.readouterr().out)["studies"]
    assert (row["of"], row["observations"], row["cost"]) == (key, 200, 1e5)
    assert row["net"] == row["worth"] - 1e5
    with pytest.raises(SystemExit) as ended:
        main(["voi", "evidence", *options, "--study", "funnel.incidence.north_amerika=2"])
    assert ended.value.code == 2
    assert "did you mean 'funnel.incidence.north_america'" in capsys.readouterr().err
