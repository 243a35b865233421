"""In which dollars the panel shows amounts, and in which the report is taken to count."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from both_markets import MARKETS, market_and_drivers, scenario_of

from ismarket import Scenario, forecast, load_scenario
from ismarket.engine.forecast import INFLATION, NAMED, UNEXPLAINED
from ismarket.engine.plan import follows_prices
from ismarket.engine.roles import staged
from ismarket.model.anchor import NOMINAL, REAL
from ismarket.model.recipe import as_command, as_python
from ismarket.model.scenario import parse_scenario, write_scenario
from ismarket.studies import Study
from ismarket.text.wording import number, signed

pytest.importorskip("anywidget")


from ismarket.charts.contributions import order
from ismarket.charts.fan import axis_of, picture
from ismarket.explorer.controls import state, structure
from ismarket.explorer.session import start
from ismarket.report.headline import bar, strip

DRAWS = 256
OTHER = {NOMINAL: REAL, REAL: NOMINAL}


def session_of(name, **changes):
    market, drivers = market_and_drivers(name)
    return start(Study(market, drivers, scenario_of(name, draws=DRAWS, **changes)))


def controls(session):
    return state(session.shown, session.current, session.origin, bool(session.former))


def switch(session, current):
    """What the switch of the strip sends."""
    names = controls(session)["dollars"]["drivers"]
    session.change([{"kind": "driver", "key": name, "value": current} for name in names])


def without_prices(name):
    """A market whose dollars have no basis, and the drivers that it leaves."""
    market, drivers = market_and_drivers(name)
    left = tuple(d for d in drivers if not follows_prices(market, d))
    stages = tuple(stage for stage in market.stages if stage is not market.price_level)
    causes = {n: m for n, m in market.mechanisms.items() if m.stage != market.price_level.name}
    return replace(market, stages=stages, mechanisms=causes), left


@pytest.mark.slow(reason="a panel that computes")
@pytest.mark.parametrize("name", MARKETS)
def test_the_strip_takes_the_printed_growth_apart_and_says_what_the_other_reading_leaves(name):
    for basis in (NOMINAL, REAL):
        made = session_of(name, price_basis=basis).shown
        cell, printed = strip(made)[3], made.printed_growth
        other = session_of(name, price_basis=OTHER[basis]).shown.printed_growth
        assert made.printed_as(OTHER[basis]).points == pytest.approx(other.points, abs=1e-9)
        assert cell["title"] == f"{number(printed.total, 1)}% taken apart"
        assert f"{number(other.points[UNEXPLAINED], 1)} are unexplained" in cell["words"]
        assert "since you say" in cell["words"]
        kinds = {INFLATION: "prices", NAMED: "causes", UNEXPLAINED: "left"}
        assert [part["kind"] for part in cell["parts"]] == [kinds[p] for p in printed.points]
        for part, points in zip(cell["parts"], printed.points.values(), strict=True):
            assert part["word"].endswith(number(points, 1))
    assumed = strip(session_of(name).shown)[3]["words"]
    assert assumed.startswith("if the report counts current dollars; it does not say.")


def test_a_part_below_nought_lies_left_of_the_tick_and_a_point_is_as_wide_in_every_state():
    made = bar({INFLATION: 3.0, NAMED: 0.4, UNEXPLAINED: -0.3}, out=False)
    zero, (prices, causes, left) = made["zero"], made["parts"]
    assert (left["to"], left["from"]) == (zero, 0.0)
    assert left["word"] == "unexplained \N{MINUS SIGN}0.3"
    assert prices["from"] == zero
    assert causes["from"] == prices["to"]
    widths = [part["to"] - part["from"] for part in made["parts"]]
    assert [w / s for w, s in zip(widths, (3.0, 0.4, 0.3), strict=True)] == pytest.approx([20] * 3)
    taken_out = bar({INFLATION: 3.0, NAMED: 0.4, UNEXPLAINED: 0.5}, out=True)["parts"]
    assert [part["out"] for part in taken_out] == [True, False, False]
    assert taken_out[0]["word"] == "prices taken out"
    assert taken_out[0]["to"] - taken_out[0]["from"] == pytest.approx(60)


@pytest.mark.parametrize("name", MARKETS)
def test_on_the_count_the_forecasts_own_growth_is_taken_apart(name):
    market, drivers = market_and_drivers(name)
    session = start(Study(market, drivers, scenario_of(name, anchored=False, draws=DRAWS)))
    own = session.shown.growth
    before = strip(session.shown)[3]
    assert before["title"] == f"{number(own.total, 1)}% taken apart"
    assert [part["kind"] for part in before["parts"]] == ["prices", "causes"]
    assert "nothing is printed" in before["words"]
    assert controls(session)["basis"] is None
    switch(session, False)
    after = strip(session.shown)[3]
    assert after["title"] == before["title"]
    assert after["parts"][0]["to"] == pytest.approx(before["parts"][0]["to"], abs=1e-6)
    assert after["parts"][0]["out"]


@pytest.mark.slow(reason="a panel that computes")
@pytest.mark.parametrize("name", MARKETS)
def test_the_switch_is_a_handle_of_the_driver_and_no_change(name):
    session = session_of(name)
    (follower,) = controls(session)["dollars"]["drivers"]
    origin, before = session.origin, session.shown
    switch(session, False)
    now = controls(session)
    assert session.current.without == (*origin.without, follower)
    assert (now["dollars"]["current"], now["changes"], now["undo"]) == (False, 0, True)
    assert now["scenario"] == (origin.name or "scenario")
    card = now["drivers"][follower]
    assert (card["on"], card["was_on"], card["points"]) == (False, False, "taken out")
    assert card["group"] == "money"
    assert session.shown.columns["reference"]["value"] == pytest.approx(
        before.in_real_terms().columns["reference"]["value"], rel=1e-12
    )
    session.undo()
    assert session.current == origin
    assert controls(session)["dollars"]["current"]


@pytest.mark.slow(reason="a panel that computes")
@pytest.mark.parametrize("name", MARKETS)
def test_how_the_report_is_read_is_a_choice_like_any_other(name):
    session = session_of(name)
    asked = controls(session)
    assert (asked["price_basis"], asked["basis"]["words"]) == (NOMINAL, "not printed, assumed")
    session.change([{"kind": "price_basis", "key": "", "value": REAL}])
    now = controls(session)
    assert (session.current.price_basis, now["price_basis"], now["changes"]) == (REAL, REAL, 1)
    assert now["basis"]["words"] == "set by you"
    assert "price_basis='real'" in as_python(session.current)
    if name == MARKETS[0]:
        assert "--price-basis real" in as_command(session.current)
    assert parse_scenario(write_scenario(session.current)).price_basis == REAL
    session.undo()
    assert session.current == session.origin
    for basis in (REAL, NOMINAL):
        session.change([{"kind": "price_basis", "key": "", "value": basis}])
    assert session.current == session.origin
    session.change([{"kind": "price_basis", "key": "", "value": REAL}])
    session.change([{"kind": "anchor", "key": "", "value": "bottom-up"}])
    assert session.current.price_basis is None


@pytest.mark.parametrize("name", MARKETS)
def test_a_market_without_a_price_level_has_neither_switch_nor_reading(name):
    market, drivers = without_prices(name)
    anchored = scenario_of(name, draws=DRAWS)
    session = start(Study(market, drivers, anchored))
    now, made = controls(session), session.shown
    assert structure(market, drivers)["dollars"] == []
    assert (now["dollars"], now["basis"]) == (None, None)
    assert {card["group"] for card in now["drivers"].values()} <= {"named", "added"}
    cell = strip(made)[3]
    assert [part["kind"] for part in cell["parts"]] == ["causes", "left"]
    assert "no price level" in cell["words"]
    view = session.view("forecast")
    assert view.picture.parts["prices"] == {"year": [], "value": []}
    assert not any("prices" in row.cells[0] for row in view.rows)
    assert "dollars" not in view.title
    assert "rices" not in view.note


@pytest.mark.parametrize("name", MARKETS)
def test_general_prices_alone_and_the_report_are_lines_in_the_dollars_shown(name):
    session = session_of(name)
    market, current = session.shown.plan.market, session.shown
    switch(session, False)
    constant = session.shown
    for made in (current, constant):
        shown, plan = picture(made).parts, made.plan
        size = made.columns["reference"]["value"][0] / shown["fan"]["value"][0]
        assert shown["report"]["value"] == pytest.approx(
            [plan.printed(year) / size for year in shown["report"]["year"]]
        )
        first = market.prices(made.years[0]) if plan.in_current_dollars else 1.0
        level = [market.prices(t) / first if plan.in_current_dollars else 1.0 for t in made.years]
        assert shown["prices"]["value"] == pytest.approx(
            [shown["fan"]["value"][0] * ratio for ratio in level]
        )
    assert session.view("forecast").columns[0].title == constant.usd(axis_of(constant).unit.name)
    first, last = (axis_of(made) for made in (current, constant))
    assert (first.low, first.high, first.marks) == (last.low, last.high, last.marks)


@pytest.mark.slow(reason="a panel that computes")
@pytest.mark.parametrize("name", MARKETS)
def test_the_finding_names_the_dollars_and_what_the_report_would_be_in_them(name):
    session = session_of(name)
    session.pinned = session.shown
    assert session.view("forecast").title.startswith("In current dollars the market")
    switch(session, False)
    view, plan = session.view("forecast"), session.shown.plan
    assert view.title.startswith(f"In dollars of {plan.market.base_year} the market")
    assert "path is divided by general prices" in view.note
    ratio = plan.anchor.at(plan.years[-1]) / plan.printed(plan.years[-1])
    said = re.search(r"\((\S+) in (\d+); 9 in 10: (\S+) to (\S+)\)", view.note)
    assert said[1] == number(ratio, 3)
    assert int(said[2]) == plan.years[-1]
    staged_prices = staged(session.pinned, (plan.years[-1],)).of("price level")[0, 0, 0, 1:]
    drawn = np.quantile(staged_prices, (0.05, 0.95))
    assert [float(said[3]), float(said[4])] == pytest.approx(list(drawn), abs=0.03)


@pytest.mark.slow(reason="a panel that computes")
@pytest.mark.parametrize("name", MARKETS)
def test_a_pin_is_shown_in_the_dollars_of_the_panel(name):
    session = session_of(name)
    session.pinned = session.shown
    switch(session, False)
    ghost = session.ghost
    assert ghost.columns["summary"]["p95"] == session.shown.columns["summary"]["p95"]
    assert session.ghost is ghost
    session.pinned = ghost
    switch(session, True)
    assert session.ghost.columns["summary"]["p5"] == session.shown.columns["summary"]["p5"]


@pytest.mark.parametrize("name", MARKETS)
def test_why_has_prices_first_then_drivers_by_size_then_what_is_left(name):
    session = session_of(name)
    rows = order(session.shown)
    (follower,) = controls(session)["dollars"]["drivers"]
    sizes = [abs(row["points"]) for row in rows[1:-2]]
    assert rows[0]["driver"] == follower
    assert sizes == sorted(sizes, reverse=True)
    assert [row["driver"] for row in rows[-2:]] == [UNEXPLAINED, "total"]
    colours = session.view("why").picture.parts["bars"]["color"]
    assert (colours[0], colours[-1], set(colours[1:-1])) == ("prices", "total", {"model"})
    switch(session, False)
    view = session.view("why")
    assert follower not in [row["driver"] for row in order(session.shown)]
    assert "General prices taken out: +" in view.aid
    assert "prices" not in {row.tone for row in view.rows}


def test_the_drivers_stand_under_what_they_are_to_the_report():
    session = session_of(MARKETS[0])
    made = session.shown
    for name, card in controls(session)["drivers"].items():
        driver = next(d for d in made.installed if d.name == name)
        money = follows_prices(made.plan.market, driver)
        named = name in made.plan.contained
        assert card["group"] == ("money" if money else "named" if named else "added")


def test_general_prices_by_hand_are_what_the_bar_says():
    made = forecast(*market_and_drivers(MARKETS[0]), load_scenario("published").changed(draws=64))
    market, years = made.plan.market, made.years
    grown = math.log(made.plan.printed(years[-1]) / made.plan.printed(years[0]))
    prices = math.log(market.prices(years[-1]) / market.prices(years[0]))
    total = 100 * math.expm1(grown / (years[-1] - years[0]))
    assert strip(made)[3]["parts"][0]["word"].endswith(f" {total * prices / grown:.1f}")
    assert Scenario().price_basis is None


def test_a_market_that_is_flat_in_current_dollars_alone_says_what_offsets_prices():
    session = session_of(MARKETS[0])
    title, note = session.view("forecast").title, session.view("forecast").note
    points = session.shown.growth.points
    (follower,) = controls(session)["dollars"]["drivers"]
    least = min(points, key=points.get)
    assert "stays near" in title
    assert "two large causes cancel" in note
    for name in (follower, least):
        assert signed(points[name], 1) in note
    session.change([{"kind": "driver", "key": least, "value": False}])
    assert "cancel" not in session.view("forecast").note
