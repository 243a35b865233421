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
from ismarket.charts.picture import decimals_of, ticks
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
    drawn = fan(result).datasets
    labels = [t for t, p in zip(drawn["ylabels"]["text"], drawn["ylabels"]["align"], strict=True)
              if p == "right"]  # fmt: skip
    assert [number(t) for t in labels] == drawn["yticks"]["value"]
    for picture in (contributions(result), causes(result)):
        foot = picture.datasets["ticks"]
        assert [number(t) for t in foot["text"]] == pytest.approx(foot["x"], abs=1e-12)
    for picture, name in (
        (swings(result), "ends"),
        (where(result), "glabels"),
        (where(result), "vlabels"),
    ):
        rows = picture.datasets[name]
        foot = max(rows["py"])
        size = 1e-6 if name == "vlabels" else 1.0
        cells = zip(rows["text"], rows["x"], rows["py"], strict=True)
        low = [(text, size * x) for text, x, y in cells if y == foot]
        placed = [(number(text), x) for text, x in low if x or name != "ends"]
        assert placed
        assert [t for t, _ in placed] == pytest.approx([x for _, x in placed], abs=1e-12)
    foot = comparison([result, result]).datasets["ticks"]
    assert [number(t) for t in foot["text"]] == pytest.approx(foot["x"], abs=1e-12)


def other_level(market):
    """Two anchors whose levels lie furthest apart, the larger first."""
    levels = sorted((a.at(market.base_year), a.name) for a in market.anchors.values()
                    if a.published)  # fmt: skip
    return levels[-1][1], levels[0][1]


def test_a_pin_on_another_level_neither_flattens_the_fan_nor_is_left_unsaid(market, drivers):
    large, small = other_level(market)
    pinned, here = (made(market, drivers, anchor=name, through=2030) for name in (large, small))
    picture = fan(here, pinned)
    params, rows = picture.params, picture.datasets
    spread = max(rows["fan"]["p95"]) - min(rows["fan"]["p5"])
    assert spread > 0.5 * (params["y1"] - params["y0"])
    assert rows["pinned"]["year"] == []
    assert not any("pinned" in text for text in rows["labels"]["text"])
    end = money(pinned.columns["reference"]["value"][-1])
    assert f"The pinned path, USD {end} in 2030, lies off this axis." in aid(here, pinned)
    assert (
        f"Pinned: reference {end.split()[0]}" in picture.alt or "Pinned: reference" in picture.alt
    )


def test_a_pin_on_the_same_level_is_drawn(market, drivers):
    here, pinned = made(market, drivers), made(market, drivers, without=())
    rows = fan(here, pinned).datasets
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
        rows = fan(result).datasets
        values = [px for px, name in zip(rows["labels"]["px"], rows["labels"]["align"], strict=True)
                  if name == "right"]  # fmt: skip
        assert len(rows["dots"]["px"]) == 20
        assert 14 + max(rows["dots"]["px"]) + 4 < min(values) - 26
