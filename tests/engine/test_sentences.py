"""Each sentence of a forecast holds the figures of its tables, on both markets."""

import pytest
from dravet import EXAMPLE

from ismarket import Scenario, forecast, load_scenario
from ismarket.engine import findings as said
from ismarket.engine.forecast import NAMED, TRUSTED, UNEXPLAINED
from ismarket.text.wording import listed, money, money_range, number, percent, rate, signed, times

DRAWS = 256


@pytest.fixture(scope="module", params=["published", "evidence", "dravet", "dravet-anchored"])
def made(request, market, drivers, second):
    name = request.param
    if name.startswith("dravet"):
        return forecast(*second, load_scenario(EXAMPLE / f"{name}.toml").changed(draws=DRAWS))
    return forecast(market, drivers, load_scenario(name).changed(draws=DRAWS))


@pytest.fixture(scope="module")
def longer(market, drivers):
    """A published forecast that goes on after its report, with some things set by hand."""
    correlation = {"ai_eeg.ratio ~ video_eeg.ratio": 0.25}
    choices = {"through": 2031, "fixed": {"awareness.ratio": 1.5}, "correlation": correlation}
    return forecast(market, drivers, Scenario("techsci-2022", draws=DRAWS, **choices))


def ends(table, row=-1):
    return money_range(table["p5"][row], table["p95"][row])


def test_how_big_and_how_fast(made):
    path, table = made.columns["reference"]["value"], made.columns["summary"]
    first, last = made.years[0], made.years[-1]
    big = said.how_big(made)
    assert big.startswith(f"USD {money(path[0])} in {first} (")
    assert f"), {money(path[-1])} in {last}, in " in big
    assert big.endswith(f"; {ends(table)} in 9 of 10 draws.")
    cagr = {name: 100 * values[0] for name, values in made.columns["cagr"].items()}
    assert cagr["reference"] == pytest.approx(
        100 * ((path[-1] / path[0]) ** (1 / (last - first)) - 1)
    )
    assert said.how_fast(made) == (
        f"{signed(cagr['reference'], 2)}% a year from {first} to {last};"
        f" {signed(cagr['p5'], 1)} to {signed(cagr['p95'], 1)} in 9 of 10 draws."
    )
    assert said.about(made.plan).endswith(f"{DRAWS} draws, seed {made.plan.scenario.seed}")


def test_what_is_left_unexplained(made):
    growth, text = made.printed_growth, said.left_unexplained(made)
    if not made.plan.anchor.published:
        assert text == ""
        return
    assert growth.total == pytest.approx(sum(growth.points.values()))
    shown = [number(growth.total, 2), *(number(p, 2) for p in growth.points.values())]
    assert text.startswith(f"Of the report's {shown[0]}% a year")
    assert f"carry {number(growth.points[NAMED], 2)} at their" in text
    assert text.endswith(f"nothing carries {number(growth.points[UNEXPLAINED], 2)}.")


def test_how_far_the_count_is(made):
    count, factor = made.columns["count"], made.columns["calibration"]
    text = said.distance(made)
    assert f"is USD {money(count['reference'][0])} ({ends(count, 0)})" in text
    if not made.plan.anchor.published:
        assert text.endswith("that is the level.")
        return
    level = made.columns["reference"]["value"][0]
    assert factor["reference"][0] == pytest.approx(level / count["reference"][0])
    multiple = [times(factor[name][0]) for name in ("reference", "p5", "p95")]
    assert f"is {multiple[0]} times that ({multiple[1]} to {multiple[2]})" in text
    low, high = TRUSTED
    assert ("WARNING" in text) == (not low <= factor["reference"][0] <= high)


def test_where_it_is_largest_and_grows_fastest(made):
    regions, classes = made.columns["region"], made.columns["drug_class"]
    share, name = max(zip(regions["share"], regions["name"], strict=True))
    cagr, fastest = max(zip(classes["cagr"], classes["name"], strict=True))
    text = said.where(made)
    assert text.startswith(f"{name} is largest, {percent(share)} of value")
    assert f"fastest growth: {fastest}, {rate(cagr)} a year" in text
    anchor = made.plan.anchor
    for printed, found in ((anchor.largest_region, name), (anchor.fastest_growing_class, fastest)):
        assert not printed or ("(as the report says)" in text) >= (printed == found)
        assert not printed or (f"(the report says {printed})" in text) == (printed != found)


def test_what_launches_sell(made):
    table, text = made.columns["launch"], said.launched(made)
    if made.plan.anchor.published:
        assert text == ""
        return
    sells = [i for i, p95 in enumerate(table["p95"]) if p95]
    most = max(sells, key=lambda i: table["reference"][i])
    assert f"{money(table['reference'][most])} (" in text
    assert (f"({percent(table['chance'][most])} likely)" in text) == (table["chance"][most] < 1)
    shown = ends(table, most) if table["p5"][most] else f"up to {money(table['p95'][most])}"
    assert f"({shown})" in text
    assert f"; {len(sells) - 1} more sell" in text


def test_the_three_middles_and_their_errors(made):
    table, errors = made.columns["summary"], made.standard_errors["summary"]
    middles = made.columns["reference"]["value"][-1], table["p50"][-1], table["mean"][-1]
    text = said.three_middles(made)
    assert text.startswith("Reference {}, median {}, mean {}:".format(*map(money, middles)))
    apart = max(abs(middle - middles[0]) for middle in middles)
    agree = apart < 0.02 * (table["p95"][-1] - table["p5"][-1])
    assert text.endswith(
        "as far up as down." if agree else f"further {'up' if middles[2] > middles[0] else 'down'}."
    )
    assert not said.no_spread(made)
    shown = [
        f"{label} {100 * errors[name][-1] / table[name][-1]:.2f}%"
        for label, name in (("low", "p5"), ("median", "p50"), ("high", "p95"))
    ]
    assert f"{DRAWS} draws leave in the last year: at most, {listed(shown)}." in said.exactness(
        made
    )


def test_what_counting_shared_causes_once_for_each_would_add(made):
    text, claims = said.stacking(made), [n for d in made.plan.drivers for n in d.claims]
    acting = [n for n in claims if not made.plan.market.mechanisms[n].inert]
    assert bool(text) == (len(set(acting)) < len(acting))
    if text:
        assert f"add USD {money(made.stacking_premium)} in {made.years[-1]}" in text
        assert "share count once;" in text


def test_levels_beside_the_other_estimates(market, drivers):
    made = forecast(market, drivers, Scenario("smr-2024", draws=2))
    year, level = made.years[0], made.columns["reference"]["value"][0]
    multiple = [
        level / (a.value * (1 + a.cagr) ** (year - a.base_year))
        for a in market.anchors.values()
        if a.published and a.name != "smr-2024"
    ]
    shown = f"is {times(min(multiple))} to {times(max(multiple))} times the {len(multiple)} other"
    assert shown in said.other_levels(made)


def test_what_to_know_before_quoting(made, longer):
    plan = made.plan
    notes = said.notices(made)
    others = [d.name for d in plan.drivers if d.name not in plan.contained]
    expected = [f"Not named by the report, so on top of it: {listed(others)}."] if others else []
    on_top = [note for note in notes if note.startswith("Not named")]
    assert on_top == (expected if plan.anchor.published else [])
    assert any("contributions are sampled" in note for note in notes) == (len(plan.drivers) > 8)
    assert not any("Moves nothing" in note for note in notes)
    notes = said.notices(longer)
    assert "Fixed by hand: awareness.ratio = 1.5." in notes
    assert "Rank correlation of ai_eeg.ratio ~ video_eeg.ratio: 0.25." in notes
    assert any(note.startswith("The report ends in 2028; after that the drivers") for note in notes)
    assert not any("contradict" in note for note in notes)
    assert said.beyond(made) == ""


def test_one_draw_says_nothing_of_its_errors_and_two_do(market, drivers):
    for draws, start in ((1, "One draw says nothing"), (2, "Standard errors that 2 draws")):
        made = forecast(market, drivers, Scenario(draws=draws))
        assert said.exactness(made).startswith(start)
