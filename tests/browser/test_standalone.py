"""The page that computes, opened from disk without any host: it moves, and says what it is."""

import os
import re
from pathlib import Path

import pytest
from chain_page import CODE, in_python, random_settings
from dravet import ANCHORED

import ismarket
from ismarket import Scenario, Study, load_scenario, study
from ismarket.explorer.standalone import as_page
from ismarket.report.html_page import as_page as as_report
from ismarket.report.places import chosen, drawn_places
from ismarket.report.portable import portable, switchable

from .conftest import Watched
from .firefox import FIREFOX, firefox

PLACES = [os.environ.get("ISMARKET_AXE", ""), "node_modules/axe-core/axe.min.js"]
AXE = next((Path(place) for place in PLACES if place and Path(place).is_file()), None)
LARGEST = 1_200_000
"""Bytes of the page of a shipped scenario."""


@pytest.fixture(scope="module")
def published_page(tmp_path_factory):
    asked = study("published")
    path = tmp_path_factory.mktemp("sent") / "published.html"
    path.write_text(as_page(asked, asked.forecast()), encoding="utf-8")
    return path


@pytest.fixture
def opened(browser, published_page):
    """Opens the page in a window of some width and theme; nothing may be asked of anybody."""
    made = []

    def open_page(width=1280, theme="light", path=published_page):
        page = browser.new_page(
            viewport={"width": width, "height": 1000}, color_scheme=theme, accept_downloads=True,
            bypass_csp=False,
        )  # fmt: skip
        made.append(Watched(page))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        page.wait_for_selector("#page[data-ready]")
        return page

    asked: list[str] = []
    yield open_page
    for one in made:
        one.clean()
        one.page.close()
    assert all(url.startswith(("file:", "blob:")) for url in asked)


def cell(page, number):
    return page.locator(".strip .cell").nth(number).inner_text()


def frames(page):
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


def press(page, selector):
    page.locator(selector).dispatch_event("click")
    frames(page)


def test_it_opens_from_disk_and_says_what_it_is(opened, published_page):
    assert published_page.stat().st_size < LARGEST
    page = opened()
    assert "4.03" in cell(page, 1)
    stamp = page.locator(".column.stamp").inner_text()
    assert "2,048 of 10,000 draws" in stamp
    assert float(re.search(r"within ([\d.]+)%", stamp)[1]) <= 0.3
    assert float(re.search(r"to (\de-\d+),", stamp)[1]) < 1e-9
    assert "ismarket verify --page" in page.locator(".column.verify").inner_text()
    assert page.locator(".band .wrong").is_hidden()
    assert page.locator("svg.fan").get_attribute("aria-label").startswith("Fan by year")


def test_what_its_reader_moves_is_what_python_computes(opened):
    page = opened()
    press(page, "[data-driver=pricing] .switch input")
    press(page, "[data-driver=diagnosis] .switch input")
    page.locator("[data-driver=pricing] .strength input").focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    page.locator("[data-driver=technology] .fold").click()
    page.locator('[data-key="video_eeg.ratio"] input[type=range]').focus()
    page.keyboard.press("End")
    frames(page)
    assert "4 by you" in page.locator(".scenario").inner_text()
    made = ismarket.study("published").forecast(
        draws=64, without=["diagnosis"], strength={"pricing": 0.9}, fixed={"video_eeg.ratio": 3.5}
    )
    value = made.columns["reference"]["value"][-1] / 1e9
    assert f"{value:.2f}" in cell(page, 1)
    points = made.growth.points["pricing"]
    shown = page.locator("[data-driver=pricing] .points").inner_text()
    assert float(shown.replace("\N{MINUS SIGN}", "-")) == pytest.approx(points, abs=0.0051)
    page.get_by_role("button", name="Copy as Python").click()
    code = page.locator("pre.code").inner_text().replace("print(forecast)", "")
    known = {}
    exec(code, known)
    assert known["forecast"].columns["reference"]["value"][-1] / 1e9 == pytest.approx(value)
    page.get_by_role("button", name="Back to the page as sent").click()
    frames(page)
    assert "4.03" in cell(page, 1)
    page.get_by_role("button", name="Undo").click()
    frames(page)
    assert f"{value:.2f}" in cell(page, 1)


def test_dollars_views_and_the_table_follow(opened):
    page = opened()
    press(page, ".dollars input[value=constant]")
    assert "3.36" in cell(page, 1)
    assert "prices taken out" in cell(page, 3)
    assert "as sent" in page.locator(".scenario").inner_text()
    press(page, ".views input[value=why]")
    rows = page.locator(".tabled tbody tr").all_inner_texts()
    assert rows[-1].startswith("All together")
    assert "Bars of points of growth" in page.locator("svg.bars").get_attribute("aria-label")
    press(page, ".views input[value=where]")
    assert page.locator(".tabled tbody tr").count() == 8
    with page.expect_download() as found:
        page.get_by_role("button", name="Download CSV").click()
    assert "All together" in Path(found.value.path()).read_text("utf-8-sig")


def test_a_changed_figure_shows_across_the_band(opened, published_page, tmp_path):
    text = published_page.read_text("utf-8")
    path = tmp_path / "changed.html"
    path.write_text(text.replace('"mode":1.8', '"mode":2.9', 1), encoding="utf-8")
    page = opened(path=path)
    assert "Not the page as made" in page.locator(".band .wrong").inner_text()


CUT = """() => [...document.querySelectorAll("svg text")].filter((text) => {
  const {left, right, width} = text.getBoundingClientRect();
  return width && (left < 0 || right > innerWidth);
}).map((text) => text.textContent)"""


SPILLED = """() => [...document.querySelectorAll("dt, dd, h2, nav a, li")].filter((node) =>
  node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).display !== "inline"
).map((node) => node.textContent)"""


def serious(page):
    """What axe calls serious or critical on the whole page."""
    if AXE is None:
        return []
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in found
            if v["impact"] in ("serious", "critical")]  # fmt: skip


def test_nothing_is_cut_at_any_width(opened):
    page = opened()
    for width in (1280, 900, 470, 400):
        page.set_viewport_size({"width": width, "height": 1000})
        for view in ("forecast", "why", "where"):
            press(page, f".views input[value={view}]")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate(CUT) == []


@pytest.mark.skipif(AXE is None, reason="axe-core is not there: npm install --no-save axe-core")
def test_axe_finds_nothing_serious(opened):
    page = opened()
    page.locator("[data-driver=technology] .fold").click()
    page.evaluate(AXE.read_text("utf-8"))
    looks = (("light", 1280, "forecast"), ("dark", 470, "why"), ("light", 470, "where"),
             ("dark", 1280, "forecast"))  # fmt: skip
    for theme, width, view in looks:
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": 1000})
        press(page, f".views input[value={view}]")
        page.evaluate("document.querySelector('.boxed').open = true")
        assert serious(page) == []


def test_the_report_is_cut_nowhere_and_axe_finds_nothing_serious(watched, second, tmp_path):
    market, drivers = second
    scenario = Scenario(market=market.name, anchor="bottom-up", draws=256)
    for asked in (study("published", draws=256), Study(market, drivers, scenario)):
        path = tmp_path / f"{asked.market.name}.html"
        path.write_text(as_report(asked.forecast()), encoding="utf-8")
        page = watched.page
        page.goto(path.as_uri())
        page.evaluate(AXE.read_text("utf-8")) if AXE else None
        for width, theme in ((1280, "light"), (900, "dark"), (470, "light"), (1280, "dark")):
            page.set_viewport_size({"width": width, "height": 1000})
            page.emulate_media(color_scheme=theme)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate(CUT) == []
            assert page.evaluate(SPILLED) == []
            assert serious(page) == []
    watched.clean()


@pytest.mark.parametrize("which", ["published", "dravet"])
def test_the_chain_in_the_browser_is_pythons(watched, market, drivers, second, which):
    scenario = load_scenario("published")
    if which == "dravet":
        market, drivers = second
        scenario = load_scenario(ANCHORED)
    found = Study(market, drivers, scenario.changed(draws=128)).forecast()
    model = portable(found)
    settings = list(random_settings(found, model, 3, seed=8))
    asked = [model, settings]
    told = watched.page.evaluate(f"(asked) => {{ {CODE}; return answers(...asked); }}", asked)
    plan = switchable(found)
    places = drawn_places(plan, chosen(found, plan))
    for setting, page in zip(settings, told, strict=True):
        here = in_python(found, places, setting)
        for year, other in zip(page["total"], here["total"], strict=True):
            assert year[0] == pytest.approx(other[0], rel=1e-9)
            assert year == pytest.approx(other, rel=1e-4 if model["own"] else 1e-9)


@pytest.mark.skipif(FIREFOX is None, reason="no Firefox on this machine")
def test_firefox_computes_the_same_from_disk(published_page, tmp_path):
    last = "document.querySelectorAll('.strip .cell .figure b')[1].textContent"
    with firefox(tmp_path) as window:
        window.opened(published_page.as_uri(), "return !!document.querySelector('[data-ready]')")
        stamp = window.script("return document.querySelector('.column.stamp').textContent")
        assert float(re.search(r"to (\de-\d+),", stamp)[1]) < 1e-9
        assert window.script(f"return {last}") == "4.03"
        window.script("document.querySelector('[data-driver=pricing] .switch input').click()")
        made = ismarket.study("published").forecast(draws=64, without=[])
        value = f"{made.columns['reference']['value'][-1] / 1e9:.2f}"
        window.wait(f"return {last} === '{value}'")
        assert window.script("return document.querySelector('.band .wrong').hidden")
