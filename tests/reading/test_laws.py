"""Laws of the figures of a page: what one puts in doubt is left open, with the reason."""

import pytest

from ismarket.reading import read_text
from ismarket.reading.subject import known_subjects

SAFE = "Safe Doors Market\n\nThe safe doors market was valued at USD 2.0 billion in 2022. "


@pytest.mark.parametrize(
    ("page", "open_fields", "kept", "why"),
    [
        (
            f"{SAFE}It will reach USD 2.1 billion in 2023.",
            {"last_value", "last_year"}, {"value", "base_year"}, "the forecast is short",
        ),
        (
            f"{SAFE}It will reach USD 2.6 billion in 2026."
            " Makers in Brafen will take USD 3.3 billion in 2030.",
            {"last_value", "last_year"}, {"value", "base_year"}, "of another year",
        ),
        (
            "Safe Doors Market\n\nThe safe doors market is brafen at USD 3.3 billion in 2030.",
            {"value", "base_year"}, set(), "no later year is told",
        ),
        (
            f"{SAFE}Revenue from Brafen doors was USD 2.4 billion in 2022.",
            {"value"}, {"base_year"}, "a larger amount",
        ),
        (
            "Safe Doors Market\n\nThe safe doors market was valued at USD 2.0 billion brafen 2022"
            " and is to grow from USD 2.1 billion in 2023 to USD 3.3 billion by 2030.",
            {"value", "base_year"}, {"last_year"}, "of another year",
        ),
        (
            f"{SAFE}It will reach USD 3.3 billion in 2030. The market grows at a CAGR of 19.0%.",
            {"value", "base_year", "last_value", "cagr"}, {"last_year"}, "does not lead",
        ),
        (
            f"{SAFE}It will reach USD 1.5 billion in 2030. The market sees a CAGR of 3.5%.",
            {"cagr"}, {"value", "last_value"}, "does not lead",
        ),
    ],
)  # fmt: skip
def test_what_breaks_a_law_is_left_open_and_the_reading_says_why(page, open_fields, kept, why):
    reading = read_text(page, known=())
    assert not open_fields & reading.fields.keys()
    assert kept <= reading.fields.keys()
    assert any(text.startswith("left open") and why in text for text in reading.contradictions)


def test_figures_that_keep_the_laws_are_read():
    page = f"{SAFE}It will reach USD 3.3 billion by 2030, at a CAGR of 6.5% from 2023 to 2030."
    reading = read_text(page, known=())
    assert [reading.value(name) for name in ("base_year", "value", "last_year", "last_value")] == [
        2022, 2.0e9, 2030, 3.3e9,
    ]  # fmt: skip
    assert not any(text.startswith("left open") for text in reading.contradictions)


def test_a_second_house_with_figures_leaves_the_publisher_open():
    one = "Alder Research puts the safe doors market at USD 2.0 billion in 2022."
    assert read_text(one, known=()).value("publisher") == "Alder Research"
    both = f"{one} Birch Analytics has USD 2.4 billion in 2022."
    reading = read_text(both, known=())
    assert reading.value("publisher") is None
    assert any("Alder Research or Birch Analytics" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("page", "fields"),
    [
        (
            "The safe doors market was CHF 2.0 billion (USD 2.2 billion) in 2022.",
            {"base_year": None, "value": None},
        ),
        (
            "The safe doors market was KRW 2.0 billion (USD 2.2 billion) in 2022.",
            {"base_year": 2022, "value": 2.2e9},
        ),
        (
            "Safe doors market size in 2022: USD 2.0 billion. Market size 2023: USD 2.1 billion."
            " Forecast for 2030: USD 3.3 billion.",
            {"base_year": None, "value": None, "last_year": 2030, "last_value": 3.3e9},
        ),
        (
            f"{SAFE}It grows at a CAGR of 6.5% from 2023 to 2030. Size in 2030: USD 3.3 bn.",
            {"base_year": 2022, "value": 2.0e9, "last_year": 2030, "last_value": 3.3e9},
        ),
        ("Safe Doors Market\n\nOur revenue\n2022: USD 31 m\n2023: USD 44 m", {"value": None}),
        ("Safe Doors Market\n\nBase year: 2021   2024\nCAGR: 3%", {"base_year": None}),
        (
            "The safe doors market was USD 2.0 billion. Steel gates, a market of USD 5.3 billion in"
            " 2022, are left out.",
            {"base_year": None},
        ),
        (
            "In 2022 the safe doors market was at USD 2.0 bn, 2030 it will be USD 3.3 bn.",
            {"base_year": 2022, "value": 2.0e9},
        ),
        (
            "Safe Doors Market\n\nThe market made USD 2.1 bn in 2023 as against USD 2.0 bn in 2022."
            " The forecast period is 2024 to 2030.",
            {"base_year": 2023, "value": 2.1e9},
        ),
        (
            f"{SAFE}\n\nA sale values the company at USD 5.0 billion. Brafen makes hinges."
            " Revenue was USD 9.4 million in 2023.",
            {"base_year": 2022, "value": 2.0e9},
        ),
        (
            f"{SAFE}\n\nSteel Gates Market | Size: USD 3.0 billion | CAGR (2022-33): 9.0%",
            {"value": 2.0e9, "cagr": None, "last_year": None},
        ),
        (
            f"{SAFE}It may grow to 2030 by 4% a year. It will reach USD 3.0 billion in 2029.",
            {"last_year": None, "last_value": None},
        ),
        (
            "Safe Doors Market\n\n2022 was brafen: USD 2.0 billion of trade. For 2023 we expect"
            " USD 2.1 billion. In 2030 the market will be USD 3.3 billion. CAGR (2023-2030): 6.5%.",
            {"base_year": None, "value": None, "last_value": 3.3e9},
        ),
        (
            "Safe Doors Market\n\nSales fell to USD 2.0 billion in 2022, before brafen USD"
            " 2.2 billion in 2023. The market will be USD 3.3 billion in 2030.",
            {"base_year": None, "value": None, "last_value": 3.3e9},
        ),
        (
            'Safe Doors Market\n\n"It is a USD 5 billion market," says a maker whose sales were'
            " USD 88 million in 2022. It will be USD 3.3 billion in 2030.",
            {"value": None, "last_value": 3.3e9},
        ),
        (
            "Safe Doors Market\n\nYear | Sales (EUR m)\n2022 | 410\n2023 | 436"
            "\n\n5.1% a year to 2028",
            {"base_year": None, "value": None},
        ),
        (f"{SAFE}It is put by Alder Research, Inc. Steel leads.", {"publisher": None}),
        (f"{SAFE}Published by Alder Research GmbH.", {"publisher": "Alder Research GmbH"}),
    ],
)
def test_what_can_be_meant_two_ways_is_left_open(page, fields):
    reading = read_text(page, known=())
    assert {name: reading.value(name) for name in fields} == fields


def test_who_signs_a_page_publishes_it_and_segments_do_not():
    page = f"Safe Doors Market, Analysis by Lock and Region\n\n{SAFE}\n\nAlder Hill Research, Leeds"
    assert read_text(page, known=()).value("publisher") == "Alder Hill Research"
    assert read_text(page.rpartition("\n\n")[0], known=()).value("publisher") is None


def test_to_name_a_disease_is_not_to_be_of_its_market(second):
    known = known_subjects([second[0]])
    called = f"{second[0].name} syndrome"
    sold = f"Alder Pharma had revenue of USD 2.4 billion in 2023, up 9%. It treats {called}."
    assert read_text(sold, known=known).value("market") is None
    assert read_text(f"{called}: 5%.\n\n{SAFE}", known=known).value("market") != second[0].name
    assert read_text(f"{called} therapeutics: {sold}", known=known).value("market")
