"""One quantity, one figure: strip, page, HTML, workbook, deck, JSON and panel say the same of it.

Over random scenarios of both markets; what is derived from growth is worked out again here.
"""

import importlib
import math
import os
import re
import sys
from functools import cache
from html import unescape
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ismarket import InputError, Scenario, forecast, load_drivers, load_market

openpyxl = pytest.importorskip("openpyxl")
pptx = pytest.importorskip("pptx")
pytest.importorskip("anywidget")

from ismarket import Study  # noqa: E402
from ismarket.explorer.session import Session  # noqa: E402
from ismarket.report.deck import write_deck  # noqa: E402
from ismarket.report.headline import strip  # noqa: E402
from ismarket.report.html_page import as_page  # noqa: E402
from ismarket.report.workbook import write_workbook  # noqa: E402

SOURCES = Path(__file__).parent.parent / "examples" / "ismarket-dravet" / "src"
INFLATION = {"inflation", "dravet_inflation"}
MARKETS = ("infantile-spasms", "dravet")
EXAMPLES = int(os.environ.get("ISMARKET_EXAMPLES", "5"))
"""Scenarios of each market that every face is held to."""


@cache
def installed(name):
    """A market with its drivers; the second one as its sources stand in the examples."""
    if name != "dravet":
        market = load_market(name)
        return market, tuple(d for d in load_drivers() if d.suits(name))
    sys.path.insert(0, str(SOURCES))
    try:
        plugin = importlib.import_module("ismarket_dravet")
    finally:
        sys.path.remove(str(SOURCES))
    (market,) = plugin.register_markets()
    market = market.with_anchors({a.name: a for a in plugin.register_anchors()})
    return market, tuple(plugin.register_drivers())


@st.composite
def scenarios(draw, name):
    """Any scenario of a market that its tables reach."""
    market, drivers = installed(name)
    names = [d.name for d in drivers]
    anchors = [*market.anchors.values()]
    which = draw(st.sampled_from([a.name for a in anchors] + ["pooled"]))
    anchor = market.anchors.get(which)
    first = max(market.base_year, anchor.base_year if anchor else 0)
    through = draw(st.none() | st.integers(first + 1, market.years[-1]))
    if through is None and anchor and anchor.last_year <= first:
        through = first + 1
    periods = None
    if anchor and anchor.published and draw(st.booleans()):
        periods = draw(st.integers(1, anchor.last_year - anchor.base_year))
    without = tuple(draw(st.sets(st.sampled_from(names))))
    strength = draw(st.dictionaries(st.sampled_from(names), st.sampled_from([0.0, 0.5, 3.0])))
    return Scenario(
        market=name, anchor=which, through=through, periods=periods, without=without,
        strength=strength, overlap=draw(st.sampled_from([0.0, 0.5, 1.0])),
        beyond=draw(st.sampled_from(["drivers", "published"])), draws=64,
        seed=draw(st.integers(0, 99)),
    )  # fmt: skip


def figures(text):
    """Every figure of a text, as numbers."""
    found = re.findall(r"[+\N{MINUS SIGN}-]?\d[\d,]*\.?\d*", text.replace("\N{MINUS SIGN}", "-"))
    return [float(one.replace(",", "")) for one in found]


def shown(value):
    """A figure as a face with two decimals shows it."""
    return float(f"{value:.2f}")


def tenth(value):
    """A figure as the strip shows it."""
    return float(f"{value:.1f}")


def page_lines(text):
    """The rows of the page's tables and its sentences, by label; wrapped lines joined."""
    rows, label = {}, ""
    for line in text.splitlines():
        if line[:1].strip():
            label, *_ = re.split(r"\s{2,}", line)
            rows.setdefault(label, line.removeprefix(label).strip())
        elif line.strip() and label:
            rows[label] += " " + line.strip()
    return rows


def expected_printed(made):
    """Years, printed growth, what prices, its named causes and nothing carry of it, points a year.

    From the report's path and a forecast of its drivers alone; None where no year is printed.
    """
    anchor, first = made.plan.anchor, made.years[0]
    last = min(anchor.last_year, made.years[-1])
    if not anchor.published or last <= first:
        return None
    market, drivers = installed(made.plan.market.name)
    named = tuple(d for d in drivers if d.name in anchor.drivers_named and d.name not in INFLATION)
    alone = Scenario(market=market.name, anchor="bottom-up", through=last, without=(), draws=1)
    counted = forecast(market, named, alone)
    path = dict(zip(counted.years, counted.columns["reference"]["value"], strict=True))
    grown = math.log(anchor.at(last) / anchor.at(first))
    total = 100 * math.expm1(grown / (last - first))
    share = total / grown if grown else 100 / (last - first)
    carried = share * math.log(path[last] / path[first])
    prices = share * math.log(market.prices(last) / market.prices(first))
    if anchor.price_basis != "nominal":
        prices = 0.0
    return first, last, total, prices, carried, total - prices - carried


def check(made, tmp_path):
    run = made.to_dict()
    growth = 100 * run["cagr"]["reference"]
    points = {row["driver"]: row["points"] for row in run["attribution"]}
    assert sum(points.values()) + run["unexplained"] == pytest.approx(growth, abs=1e-9)
    page = page_lines(str(made))
    assert figures(page["How fast"])[0] == shown(growth)
    assert not re.search(r"\b0\.0+ (to|times)", page.get("Others", ""))
    if not made.plan.drivers and len(made.plan.market.drug_classes) > 1:
        assert "every drug class grows alike" in page["Where"]
    assert figures(page["All together"])[0] == shown(growth)
    assert f"points a year to {made.years[-1]}" in page["Carried by"]
    titles = {d.name: d.title for d in made.plan.drivers}
    for name, value in points.items():
        label = next(row for row in page if row.removesuffix(" (added)") == titles[name])
        assert figures(page[label])[0] == shown(value)
    _, _, rate, left, _ = strip(made)
    assert figures(rate["value"]) == [tenth(growth)]
    assert rate["title"].endswith(f"to {made.years[-1]}")
    html = unescape(re.sub(r"<[^>]+>", " ", as_page(made)))
    expected = expected_printed(made)
    if expected is None:
        assert run["printed_growth"] is None
        assert "left" not in {part["kind"] for part in left["parts"]}
    else:
        check_printed(run, expected, left, html)
        check_rate(made, expected, rate)
    check_panel(made, points, growth)
    check_files(made, run, points, growth, tmp_path)


def check_rate(made, expected, rate):
    first, last = expected[:2]
    grown = math.log(made.plan.printed(last) / made.plan.printed(first)) / (last - first)
    said = [tenth(100 * math.expm1(grown)), *([last] if last < made.years[-1] else [])]
    assert figures(rate["words"])[-len(said) :] == said


def check_printed(run, expected, left, html):
    first, last, total, prices, named, rest = expected
    said, period = run["printed_growth"], f"from {first} to {last}"
    assert (said["first"], said["last"]) == (first, last)
    assert said["total"] == pytest.approx(total, abs=1e-9)
    assert said["points"].get("inflation", 0.0) == pytest.approx(prices, abs=1e-9)
    assert said["points"]["named causes"] == pytest.approx(named, abs=1e-9)
    assert said["points"]["unexplained"] == pytest.approx(rest, abs=1e-9)
    assert figures(left["title"]) == [tenth(total)]
    words = {part["kind"]: part["word"] for part in left["parts"]}
    assert figures(words["causes"]) == [tenth(named)]
    assert figures(words["left"]) == [tenth(rest)]
    assert figures(words.get("prices", "")) in ([], [tenth(prices)])
    sentences = [text for text in re.split(r"\s{2,}", html) if text.startswith("Of the ")]
    assert len(sentences) == 1
    assert period in sentences[0]
    found = figures(sentences[0])
    assert found[0] == shown(total)
    assert found[-2:] == [shown(named), shown(rest)]


def check_panel(made, points, growth):
    session = Session(Study(*installed(made.plan.market.name), made.plan.scenario),
                      made.plan.scenario, made)  # fmt: skip
    fan = session.view("forecast")
    labels = fan.picture.parts["ylabels"]
    marks = fan.picture.parts["yticks"]["value"]
    assert [figures(t) for t in labels["text"]] == [[m] for m in marks]
    assert ("does not start at 0" in fan.aid) == (fan.picture.parts["ends"]["y"][0] > 0)
    assert [int(c.title) for c in fan.columns[1:]] == list(made.years)
    why = session.view("why")
    assert f"from {made.years[0]} to {made.years[-1]}" in why.aid
    rows = {row.cells[0]: figures(row.cells[1])[0] for row in why.rows if row.cells[1] != "off"}
    for driver in made.plan.drivers:
        assert rows[driver.title] == shown(points[driver.name])
    assert rows["All together"] == shown(growth)
    named = [points[d.name] for d in made.plan.drivers if d.name in made.plan.anchor.drivers_named]
    if made.plan.anchor.published and named:
        assert figures(why.note)[:2] == [shown(sum(named)), shown(growth)]


def check_files(made, run, points, growth, tmp_path):
    path = tmp_path / "made.pptx"
    write_deck(made, path)
    slides = [shape.text_frame.text for slide in pptx.Presentation(str(path)).slides
              for shape in slide.shapes if shape.has_text_frame]  # fmt: skip
    titles = [text for text in slides if "points of growth a year" in text]
    assert len(titles) == bool(made.plan.drivers or made.plan.anchor.published)
    for title in titles:
        assert figures(title)[0] == shown(growth)
        assert figures(title)[-1] == shown(run["unexplained"])
        assert f"from {made.years[0]} to {made.years[-1]}" in title
    path = tmp_path / "made.xlsx"
    try:
        write_workbook(made, path)
    except (InputError, KeyError):
        return  # a driver that computes
    book = openpyxl.load_workbook(path, data_only=True, read_only=True)
    rows = {row[0]: row for row in book["Tables"].iter_rows(values_only=True)}
    for name, value in points.items():
        assert rows[name][3] == pytest.approx(value, abs=1e-12)
    assert rows["unexplained"][3] == pytest.approx(run["unexplained"], abs=1e-12)
    assert rows["total"][3] == pytest.approx(growth, abs=1e-9)
    book.close()


@pytest.mark.slow(reason="every face of many scenarios")
@pytest.mark.parametrize("name", MARKETS)
def test_every_face_says_the_same_of_the_same_quantity(name, tmp_path):
    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )  # fmt: skip
    @given(scenarios(name))
    def over(scenario):
        check(forecast(*installed(name), scenario), tmp_path)

    over()
