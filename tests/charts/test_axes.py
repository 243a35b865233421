"""An axis says where its marks are: no label is rounded to another value, no dot hides a word."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ismarket import Scenario, forecast

pytest.importorskip("altair")

from ismarket.charts.causes import picture as causes
from ismarket.charts.comparison import picture as comparison
from ismarket.charts.contributions import picture as contributions
from ismarket.charts.fan import axis_of
from ismarket.charts.fan import picture as fan
from ismarket.charts.places import decimals_of, ticks
from ismarket.charts.swings import picture as swings
from ismarket.charts.where import picture as where
from ismarket.explorer.forecast_view import aid
from ismarket.text.wording import MINUS, money

DRAWS = 64


def made(market, drivers, **choices):
    return forecast(market, drivers, Scenario(draws=DRAWS, **choices))


def number(text):
    return float(re.sub(r"[^\d.-]", "", text.replace(MINUS, "-")))


@given(st.floats(-1e4, 1e4), st.floats(1e-6, 1e4), st.integers(3, 9))
def test_marks_are_written_as_they_are(low, span, most):
    marks = ticks(low, low + span, most)
    decimals = decimals_of(marks)
    assert [float(f"{t:.{decimals}f}") for t in marks] == pytest.approx(marks, abs=1e-11)
    assert len({f"{t:.{decimals}f}" for t in marks}) == len(marks)


@pytest.mark.parametrize("through", [2023, 2026, 2028, 2035])
@pytest.mark.parametrize("anchor", ["published", "bottom-up"])
def test_every_label_of_an_axis_is_the_value_of_its_mark(market, drivers, through, anchor):
    if anchor == "published":
        anchor = next(a.name for a in market.anchors.values() if a.published)
    result = made(market, drivers, through=through, anchor=anchor, without=())
    drawn = fan(result).parts
    assert [number(t) for t in drawn["ylabels"]["text"]] == drawn["yticks"]["value"]
    assert drawn["ylabels"]["y"] == drawn["yticks"]["value"]
    made_of = (contributions(result), causes(result), swings(result), comparison([result, result]))
    for picture in made_of:
        for parts in (picture.parts, picture.at(440).parts):
            foot = parts["ticks"]
            placed = [(number(t), x) for t, x in zip(foot["text"], foot["x"], strict=True)
                      if x or picture.kind != "tornado"]  # fmt: skip
            assert [t for t, _ in placed] == pytest.approx([x for _, x in placed], abs=1e-12)


@pytest.mark.parametrize("width", [822, 440])
def test_the_columns_of_where_have_their_marks_where_the_values_are(market, drivers, width):
    result = made(market, drivers)
    parts = where(result).at(width).parts
    ticks_at = dict(zip(parts["ticks"]["text"], parts["ticks"]["x"], strict=True))
    money_at = {number(t): x for t, x in ticks_at.items() if "%" not in t and number(t)}
    bars = parts["bars"]
    drawn = sum(x2 - x for x, x2, y in zip(bars["x"], bars["x2"], bars["y"], strict=True)
                if y == bars["y"][0])  # fmt: skip
    first = result.columns["region"]["final"][0] / 1e6
    assert money_at
    for value, at in money_at.items():
        assert at / value == pytest.approx(drawn / first, rel=1e-9)
    zero = parts["zero"]["x"][0]
    rates = {100 * r: x for r, x in zip(
        (*result.columns["region"]["cagr"], *result.columns["drug_class"]["cagr"]),
        parts["now"]["x"][len(parts["now"]["x"]) // 2 :], strict=True)}  # fmt: skip
    slopes = [(x - zero) / rate for rate, x in rates.items() if abs(rate) > 1e-9]
    assert slopes == pytest.approx([slopes[0]] * len(slopes))


def other_level(market):
    """Two anchors whose levels lie furthest apart, the larger first."""
    levels = sorted((a.at(market.base_year), a.name) for a in market.anchors.values()
                    if a.published)  # fmt: skip
    return levels[-1][1], levels[0][1]


def test_a_pin_on_another_level_neither_flattens_the_fan_nor_is_left_unsaid(market, drivers):
    large, small = other_level(market)
    pinned, here = (made(market, drivers, anchor=name, through=2030) for name in (large, small))
    picture = fan(here, pinned)
    rows = picture.parts
    spread = max(rows["fan"]["p95"]) - min(rows["fan"]["p5"])
    assert spread > 0.5 * (rows["ends"]["y2"][0] - rows["ends"]["y"][0])
    assert rows["pinned"]["year"] == []
    assert not any("pinned" in text for text in rows["labels"]["text"])
    end = money(pinned.columns["reference"]["value"][-1])
    assert f"The pinned path, USD {end} in 2030, lies off this axis." in aid(here, pinned)
    assert (
        f"Pinned: reference {end.split()[0]}" in picture.alt or "Pinned: reference" in picture.alt
    )


def test_a_pin_on_the_same_level_is_drawn(market, drivers):
    here, pinned = made(market, drivers), made(market, drivers, without=())
    rows = fan(here, pinned).parts
    assert rows["pinned"]["year"] == list(here.years)
    assert "lies off this axis" not in aid(here, pinned)


@pytest.mark.parametrize("pin", [True, False])
def test_the_words_about_zero_agree_with_the_axis(market, drivers, pin):
    for anchor in [*market.anchors, "pooled"]:
        here = made(market, drivers, anchor=anchor, through=2032)
        pinned = made(market, drivers, anchor="bottom-up") if pin else None
        axis = axis_of(here, pinned)
        assert ("does not start at 0" in aid(here, pinned)) == (axis.low > 0.0)
        assert not (0.0 in axis.marks and axis.low > 0.0)


def test_dots_never_reach_the_labels(market, drivers):
    still = made(market, drivers, without=[d.name for d in drivers])  # every draw ends alike
    for result in (still, made(market, drivers)):
        rows = fan(result).parts
        values = [dx for dx, name in zip(rows["labels"]["dx"], rows["labels"]["align"], strict=True)
                  if name == "right"]  # fmt: skip
        assert len(rows["dots"]["dx"]) == 20
        assert max(rows["dots"]["dx"]) + 4 < min(values) - 26
