"""The elicitation widget: what experts type becomes a parameter, and is said back at once."""

import math
import re
import subprocess
import sys

import pytest

pytest.importorskip("anywidget")

import ismarket
from ismarket import InputError, Parameter, elicitation

ABOUT = {"unit": "years", "title": "Years to half"}
ANNA, BEN = (2.5, 4.0, 6.5), (3.0, 5.0, 8.5)


@pytest.fixture
def widget():
    made = ismarket.elicit("half_time", experts=("Anna", "Ben"), **ABOUT)
    yield made
    made.close()


def typed(widget, *rows, scale="natural"):
    """What the page sends once somebody has typed."""
    said = [{"expert": who, "values": list(values)} for who, *values in rows]
    widget._receive(None, {"type": "answers", "rows": said, "scale": scale}, [])


def errors(widget):
    return [row["error"] for row in widget.page["rows"]]


def run(code):
    return eval(code, {"Parameter": Parameter, "elicitation": elicitation})


def test_one_expert_is_taken_at_the_word(widget):
    typed(widget, ("Anna", "2.5", "4", "6.5", "1"), ("Ben", "", "", "", "1"))
    about = {**ABOUT, "source": "elicited from Anna"}
    assert widget.parameter == Parameter.from_quantiles("half_time", *ANNA, **about)
    said = elicitation.feedback(widget.parameter)
    assert widget.page["rows"][0]["p5"] == f"{said['p5']:.3g}"
    assert (
        f"below **{said['p5']:.3g}** and 1 in 20 above **{said['p95']:.3g}** years"
        in (widget.page["sentence"])
    )
    assert [row[0] for row in widget.page["totals"]] == ["Parameter"]


def test_several_experts_are_pooled_by_their_weights(widget):
    widget.answer("Anna", *ANNA)
    widget.answer("Ben", *BEN, weight=2)
    experts = [
        Parameter.from_quantiles("half_time", *points, source=f"elicited from {who}", **ABOUT)
        for who, points in (("Anna", ANNA), ("Ben", BEN))
    ]
    pooled = elicitation.pool(experts, (1, 2))
    assert widget.parameter == pooled.parameter
    assert widget.pooled.pool == pooled.pool
    assert [row[0] for row in widget.page["totals"]] == ["Pool of the experts", "Parameter"]
    assert widget.parameter.source == "elicited from Anna | elicited from Ben"


@pytest.mark.parametrize("experts", [1, 2, 3])
@pytest.mark.parametrize("scale", ["natural", "log"])
def test_the_code_makes_the_same_parameter(experts, scale):
    widget = ismarket.elicit(
        "rate", unit="rate ratio", scale=scale, owner="mine", status="estimated"
    )
    for number in range(experts):
        widget.answer(
            f"Expert {number}'s", 1.1 + number / 10, 1.5 + number / 8, 2 + number / 5, number + 1
        )
    assert run(widget.code) == widget.parameter
    assert widget.parameter.key == "mine.rate"
    widget.close()


def test_an_answer_from_python_takes_the_place_of_the_empty_row_or_of_its_own():
    widget = ismarket.elicit("half_time", **ABOUT)
    widget.answer("Anna", *ANNA)
    widget.answer("Anna", *BEN)
    assert [answer.expert for answer in widget.answers] == ["Anna"]
    assert widget.answers[0].p50 == BEN[1]
    widget.close()


def test_disagreement_is_said(widget):
    widget.answer("Anna", *ANNA)
    widget.answer("Ben", *ANNA)
    assert widget.page["caveat"] == ""
    widget.answer("Ben", 20, 25, 30)
    assert widget.page["caveat"].startswith("The experts disagree more than one peak can say")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (("2.5", "", "6", "1"), "three numbers are needed"),
        (("2,5", "4", "6", "1"), "numbers are written like 1250 or 2.5"),
        (("inf", "4", "6", "1"), "numbers are written like 1250 or 2.5"),
        (("6", "4", "2", "1"), "p10 6, p50 4, p90 2 must be finite and rise"),
        (("2", "3.5", "9", "1"), "choose the log scale"),
        (("2", "4", "6", "-1"), "the weight must be a number from 0 up"),
        (("2", "4", "6", "half"), "the weight must be a number from 0 up"),
    ],
)
def test_an_answer_that_does_not_fit_is_said_and_gives_no_parameter(widget, values, message):
    widget.answer("Ben", *BEN)
    before = widget.page["turn"]
    typed(widget, ("Anna", *values), ("Ben", "3", "5", "8.5", "1"))
    assert message in errors(widget)[0]
    assert "half_time" not in errors(widget)[0]
    assert errors(widget)[1] == ""
    assert (widget.parameter, widget.code, widget.pooled) == (None, "", None)
    assert widget.page["sentence"] == "An answer does not fit yet."
    assert widget.page["turn"] == before  # what was typed stays as it was typed


def test_weights_of_nothing_are_said(widget):
    typed(widget, ("Anna", "2.5", "4", "6.5", "0"), ("Ben", "3", "5", "8.5", "0"))
    assert widget.page["sentence"] == "2 experts need as many weights, none below 0"
    assert widget.parameter is None


def test_the_log_scale_holds_what_the_natural_one_does_not(widget):
    typed(widget, ("Anna", "2", "3.5", "9", "1"))
    assert "choose the log scale" in errors(widget)[0]
    typed(widget, ("Anna", "2", "3.5", "9", "1"), scale="log")
    assert errors(widget) == [""]
    assert widget.parameter.scale == "log"
    typed(widget, ("Anna", "2", "3.5", "9", "1"), scale="no such scale")
    assert widget.parameter.scale == "log"


def test_the_picture_has_a_curve_for_each_expert_and_one_for_the_parameter(widget):
    assert widget.page["picture"]["curves"] == []
    widget.answer("Anna", *ANNA)
    widget.answer("Ben", *BEN)
    picture = widget.page["picture"]
    assert len(picture["curves"]) == 3
    points = [point for curve in picture["curves"] for point in curve]
    assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in points)
    said = elicitation.feedback(widget.parameter)
    levels = ", ".join(f"{level.upper()} {said[level]:.3g}" for level in ("p5", "p50", "p95"))
    assert picture["alt"] == f"Density of Years to half, years: {levels}; beside it 2 experts"
    low, high = (min(p.low for p in widget._found.fits), widget.parameter.high)
    assert picture["marks"][0][0] == pytest.approx((said["p5"] - low) / (high - low), abs=0.05)


def test_equal_answers_are_a_constant(widget):
    widget.answer("Anna", 4, 4, 4)
    assert widget.parameter.constant
    assert widget.page["picture"]["curves"] == []


def test_the_parameter_can_be_observed(widget):
    seen = []
    widget.observe(lambda change: seen.append(change["new"]), "parameter")
    typed(widget, ("Anna", "2.5", "4", "6.5", "1"))
    typed(widget, ("Anna", "2.5", "", "6.5", "1"))
    assert seen[0].unit == "years"
    assert seen[1] is None


@pytest.mark.parametrize(
    "row", [{}, {"values": None}, {"values": [None, 1]}, {"expert": 3}, "row", 7]
)
def test_a_message_that_makes_no_sense_is_no_answer(widget, row):
    widget._receive(None, {"type": "answers", "rows": [row]}, [])
    assert widget.parameter is None


@pytest.mark.parametrize(
    ("about", "message"),
    [
        ({"scale": "linear"}, "scale 'linear'; one of natural, log"),
        ({"status": "sure"}, "status 'sure'"),
        ({"experts": "Anna"}, "experts is a list of 1 to 50 names"),
        ({"experts": ()}, "experts is a list of 1 to 50 names"),
        ({"experts": ("Anna", "Anna")}, "experts: 'Anna' is named twice"),
    ],
)
def test_what_cannot_be_asked_is_refused(about, message):
    with pytest.raises(InputError, match=re.escape(message)):
        ismarket.elicit("half_time", **{**ABOUT, **about})


def test_the_fit_is_the_one_that_is_drawn(widget):
    widget.answer("Anna", *ANNA)
    draws = widget.parameter.quantile([0.1, 0.5, 0.9])
    assert all(math.isclose(a, b, rel_tol=1e-3) for a, b in zip(draws, ANNA, strict=True))


def test_the_package_is_imported_without_the_widget():
    code = "import sys, ismarket; ismarket.Parameter; print('anywidget' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
