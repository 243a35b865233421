"""What finding an input out is worth, beside what it moves."""

import pytest
from both_markets import MARKETS, market_and_drivers, scenario_of

from ismarket import Decision, forecast, value_of_information
from ismarket.analysis.tornado import tornado
from ismarket.charts.swings import BAR, EXTRA, MOST, NOT_TOLD, name_of, picture
from ismarket.text.wording import money


@pytest.fixture(scope="module", params=MARKETS)
def made(request):
    """A forecast, its swings, and what its inputs are worth to somebody whose choice is open."""
    one = forecast(*market_and_drivers(request.param), scenario_of(request.param, draws=1024))
    clear = value_of_information(one, Decision(margin=0.3, share=0.1, cost=1.0), ("input",))
    open_ = Decision(margin=0.3, share=0.1, cost=clear.expected + 1.0)
    return one, tornado(one), value_of_information(one, open_, ("input",)), clear


@pytest.mark.slow(reason="every input is valued")
def test_beside_a_bar_stands_what_its_input_is_worth_in_both_widths(made):
    one, swings, worth, _ = made
    known = {row.keys[0]: row for row in worth.partial["input"]}
    whole = picture(one, swings, worth)
    for width in (822, 470):
        parts = whole.at(width).parts
        values = [known[s.parameter.key] for s in swings[:MOST] if s.parameter.key in known]
        said = [money(row.value) if row.told else NOT_TOLD for row in values]
        assert parts["worths"]["text"][: len(said)] == said
        assert any(row.told for row in values)
    bars = [dx - 30 for dx in whole.parts["worth"]["dx"]]
    assert max(bars) == pytest.approx(BAR)
    told = [row.value for row in values if row.told]
    assert [a / bars[0] for a in bars[: len(told)]] == pytest.approx([v / told[0] for v in told])


@pytest.mark.slow(reason="every input is valued")
def test_below_a_rule_stand_those_that_move_little_and_are_worth_most(made):
    one, swings, worth, _ = made
    names = picture(one, swings, worth).parts["names"]["text"]
    small = [s for s in swings[MOST:] if any(
        row.told and row.keys[0] == s.parameter.key for row in worth.partial["input"])]  # fmt: skip
    assert len(names) == MOST + min(EXTRA, len(small)) + bool(small)
    if small:
        values = {row.keys[0]: row.value for row in worth.partial["input"]}
        best = max(small, key=lambda s: values[s.parameter.key])
        assert name_of(best.parameter)[:12] in names[MOST]


def test_without_a_decision_the_chart_is_as_before_and_a_clear_choice_says_so(made):
    one, swings, _, clear = made
    plain = picture(one, swings)
    assert plain.parts["worths"]["text"] == plain.parts["worth head"]["text"] == []
    assert "worth" not in plain.alt
    assert set(picture(one, swings, clear).parts["worths"]["text"]) == {NOT_TOLD}
