"""The heavy analyses in a page: pressed, shown, named for those who listen, stale once it moves."""

import os

import pytest

from . import steps

SECTION = steps.PANEL + " .analysis[data-name={}]"


def pressed(page, name):
    """Press the button of an analysis and wait for its sheet."""
    section = SECTION.format(name)
    page.click(f"{section} button[type=submit]")
    done = f"{section}:not([aria-busy]) [role=status]:has-text('done')"
    page.wait_for_selector(done, timeout=60_000)
    return page.locator(section)


@pytest.fixture
def opened(lab, watched):
    lab.run(watched.page, "01_explore.ipynb")
    steps.ready(watched.page)
    yield watched.page
    watched.clean()


def test_a_button_brings_tables_with_names_and_a_spoken_result(opened):
    page = opened
    for tab, name in (("howbig", "levels"), ("matters", "sensitivity"), ("audit", "audit")):
        steps.open_tab(page, tab)
        section = pressed(page, name)
        assert "done." in section.locator("[role=status]").inner_text()
        for table in section.locator(".sheet table").all():
            assert table.locator("caption").inner_text()
            assert table.locator("th[scope=col]").count() > 1
        for field in section.locator("input, select").all():
            assert page.locator(f"label[for={field.get_attribute('id')}]").inner_text()
    assert page.locator(SECTION.format("levels")).is_hidden()


def test_a_slider_marks_the_result_as_stale_and_the_button_makes_it_fresh(opened):
    page = opened
    steps.open_tab(page, "matters")
    section = pressed(page, "sensitivity")
    assert section.locator(".line.warn").is_hidden()
    moved = steps.slider(page, "diagnosis", "awareness.ratio")
    moved.focus()
    steps.after(page, lambda: page.keyboard.press("ArrowRight"))
    section.locator(".line.warn").wait_for(state="visible")
    pressed(page, "sensitivity")
    section.locator(".line.warn").wait_for(state="hidden")


def test_fields_follow_the_level_but_what_was_typed_stays(opened):
    page = opened
    section = page.locator(SECTION.format("actuals"))
    amount, error = (section.get_by_label(label) for label in ("Amount, USD", "Give or take"))
    before = amount.input_value()
    error.fill("7%")
    level = page.get_by_label("Market level (anchor)")
    steps.after(page, lambda: level.select_option("techsci-2024"))
    page.wait_for_timeout(100)
    assert amount.input_value() not in ("", before)
    assert error.input_value() == "7%"
    now = amount.input_value()
    amount.fill("5 M")
    steps.after(page, lambda: level.select_option("techsci-2022"))
    page.wait_for_timeout(100)
    assert (amount.input_value(), error.input_value()) == ("5 M", "7%")
    assert now != before


def test_a_target_is_typed_and_sent_with_enter_and_what_is_wrong_is_said(opened):
    page = opened
    steps.open_tab(page, "matters")
    section = page.locator(SECTION.format("needed"))
    section.locator("input").fill("a lot")
    section.locator("input").press("Enter")
    section.locator(".wrong:not([hidden])").wait_for(timeout=30_000)
    assert "give an amount" in section.locator(".wrong").inner_text()
    section.locator("input").fill("4.5%")
    section.locator("input").press("Enter")
    section.locator(".sheet h4").wait_for(timeout=60_000)
    assert "Asked for: growth of 4.50% a year" in section.locator(".sheet").inner_text()
    steps.after(page, lambda: section.locator("button", has_text="in the panel").click())
    assert "4.5" in page.locator(".cell", has_text="Growth to").inner_text()


LAID = """() => {
  const chart = document.querySelector(".ism .chart:not([hidden])");
  const edge = chart.getBoundingClientRect();
  const boxes = [...chart.querySelectorAll("svg text")].filter((text) => text.textContent)
    .map((text) => [text.textContent, text.getBoundingClientRect()]);
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
    && a.top < b.bottom - 2 && b.top < a.bottom - 2;
  return [
    ...boxes.filter(([, at]) => at.left < edge.left - 1 || at.right > edge.right + 1),
    ...boxes.filter(([, at], i) => boxes.some(([, other], j) => i < j && meet(at, other))),
  ].map(([words]) => words);
}"""


def test_a_row_opens_its_scenario_and_no_word_of_the_multiples_is_cut_or_meets_another(opened):
    page = opened
    steps.open_tab(page, "scenarios")
    section = pressed(page, "grid")
    assert section.locator(".line.wrong").is_hidden()
    rows = page.locator(".ism .tabled tbody tr")
    assert rows.first.locator("input").is_checked()
    steps.after(page, rows.nth(1).locator("input").check)
    assert rows.nth(1).locator("input").is_checked()
    assert "change" in page.locator(".ism .changes").inner_text()
    for width in (1280, 900, 470):
        page.evaluate(f"document.querySelector('.ism').style.width = '{width}px'")
        page.wait_for_timeout(400)
        assert page.evaluate(LAID) == []


@steps.needs_axe
@pytest.mark.parametrize("theme", ["true", "false"], ids=["light", "dark"])
def test_axe_finds_nothing_serious_in_the_sheets(opened, theme):
    page = opened
    page.evaluate(f"document.body.dataset.jpThemeLight = '{theme}'")
    page.evaluate(steps.AXE.read_text(encoding="utf-8"))
    found = []
    for tab, name in (("howbig", "levels"), ("matters", "sensitivity"), ("scenarios", "grid"),
                      ("audit", "audit")):  # fmt: skip
        steps.open_tab(page, tab)
        section = pressed(page, name)
        result = page.evaluate("axe.run('.ism', {resultTypes: ['violations']})")
        found += [
            (tab, v["id"], v["nodes"][0]["html"][:200])
            for v in result["violations"] if v["impact"] in ("serious", "critical")
        ]  # fmt: skip
        if folder := os.environ.get("ISMARKET_PICTURES"):
            section.screenshot(path=f"{folder}/{name}-{'light' if theme == 'true' else 'dark'}.png")
    assert found == []
