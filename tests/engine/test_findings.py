"""What a forecast says in words is true in the corners too."""

import re

import pytest

pytest.importorskip("anywidget")

from ismarket import Scenario, forecast
from ismarket.engine.findings import acting_on, findings, headline
from ismarket.engine.page import path_tables
from ismarket.explorer.actions import notices
from ismarket.explorer.session import start
from ismarket.explorer.where_view import note
from ismarket.studies import Study
from ismarket.text.wording import mid_sentence, nonzero

DRAWS = 64


@pytest.fixture(scope="module")
def all_off(market, drivers):
    """The forecast with every driver left out: the unexplained growth alone."""
    return forecast(market, drivers, Scenario(draws=DRAWS, without=[d.name for d in drivers]))


def said(made):
    return dict(findings(made))


def published_anchors(market):
    return [a for a in market.anchors.values() if a.published]


def test_no_multiple_prints_as_nothing(market, drivers):
    for anchor in published_anchors(market):
        made = forecast(market, drivers, Scenario(anchor=anchor.name, draws=DRAWS))
        figures = re.findall(r"[\d,.]+(?= (?:to [\d,.]+ )?times)", said(made)["Others"])
        assert figures
        assert all(float(figure.replace(",", "")) > 0 for figure in figures)


def test_an_edition_of_the_same_publisher_is_told_the_way_round_that_reads(market, drivers):
    for anchor in published_anchors(market):
        for other in published_anchors(market):
            if other.publisher != anchor.publisher or other is anchor:
                continue
            made = forecast(market, drivers, Scenario(anchor=anchor.name, draws=DRAWS))
            first = made.years[0]
            ratio = anchor.at(first) / other.at(first)
            text = said(made)["Others"]
            assert f"{max(ratio, 1 / ratio):.1f} times" in text
            assert ("times it" in text) == (ratio < 1)


def test_with_no_driver_every_class_grows_alike_and_the_report_is_not_borne_out(all_off):
    text = said(all_off)["Where"]
    assert "every drug class grows alike" in text
    report = all_off.plan.anchor.fastest_growing_class
    assert f"(the report says {report})" in text
    assert f"It calls {report} the fastest-growing class: so it is, in no draw" in note(
        all_off, None
    )


def test_with_no_driver_the_report_still_names_causes_and_they_still_carry_what_they_do(
    all_off, published
):
    assert said(all_off)["Unexplained"] == said(published)["Unexplained"]


def test_with_no_spread_there_is_no_word_about_ranges(all_off):
    assert not {"Middles", "Exact to"} & set(said(all_off))


def test_a_pool_of_estimates_is_no_report_and_prints_nothing(market, drivers):
    made = forecast(market, drivers, Scenario(anchor="pooled", draws=DRAWS))
    text = " ".join([headline(made), *said(made).values()])
    assert "printed" not in text
    assert "the report" not in text.lower()
    assert "6 published estimates that it pools" in text or "published estimates that" in text


@pytest.mark.parametrize("years", [1, 7, 8, 12, 13])
def test_every_year_of_the_path_stands_in_the_page_once(market, drivers, years):
    first = max(market.base_year, market.anchors["techsci-2022"].base_year)
    made = forecast(market, drivers, Scenario(through=first + years, draws=DRAWS))
    tables = path_tables(made)
    assert [int(t) for table in tables for t in table.header[1:]] == list(made.years)
    assert max(len(t.header) for t in tables) - min(len(t.header) for t in tables) <= 1


def test_the_strongest_input_names_no_year_beyond_its_own_for_another(market):
    for stage in market.stages:
        if stage.path is not None:
            for parameter in stage.parameters:
                assert f"{stage.title} up to " in parameter.title


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [(0.0009, 3, "0.001"), (0.0004, 3, "0.0004"), (0.0, 3, "0.000"), (-0.0043, 2, "−0.004"),
     (0.0123, 2, "0.01"), (23.5, 1, "23.5"), (1e-17, 2, "0.00")],
)  # fmt: skip
def test_a_figure_that_is_not_zero_shows_a_digit_that_is_not(value, decimals, shown):
    assert nonzero(value, decimals) == shown


def test_a_driver_left_out_says_which_of_its_causes_act_on_and_where(market, drivers):
    for driver in drivers:
        rest = [d for d in drivers if d is not driver]
        made = forecast(market, drivers, Scenario(draws=1, without=[driver.name]))
        (note,) = [t for t in acting_on(made) if driver.title in t] or [""]
        for name in driver.claims:
            cause = market.mechanisms[name]
            others = [d.title for d in rest if name in d.claims]
            head = mid_sentence(cause.title.split(",")[0])
            assert (head in note) == bool(others and not cause.inert), (driver.name, name)
            assert all(title in note for title in others if not cause.inert)
        assert not note or note in str(made).replace("\n             ", " ")
        assert not note or note in {
            line["text"] for line in notices(start(Study(market, drivers, made.plan.scenario)))
        }


def test_a_cause_left_out_of_all_its_drivers_acts_nowhere(all_off):
    assert acting_on(all_off) == []
