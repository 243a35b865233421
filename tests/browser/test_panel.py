import io
import zipfile

import pytest

import ismarket
from ismarket import Scenario, forecast, load_drivers, load_market, load_scenario
from ismarket.charts.fan import alternative
from ismarket.engine.plan import follows_prices
from ismarket.text.wording import number

from . import steps

NAMES = [f"{n}.ipynb" for n in (
    "01_explore", "02_why_it_grows", "03_how_big_is_it", "04_write_a_driver",
    "05_reproducible_run", "06_what_would_change_it",
)]  # fmt: skip
TABS = ("forecast", "why", "where", "matters", "howbig", "funnel", "launches", "scenarios", "track",
        "evidence", "audit")  # fmt: skip


@pytest.fixture(params=["lab", "app"])
def panel(request, watched):
    """The panel of 01 in JupyterLab and in the app; nothing outside, no error, when it ends."""
    if request.param == "lab":
        request.getfixturevalue("lab").run(watched.page, "01_explore.ipynb")
    else:
        watched.page.goto(request.getfixturevalue("app")[0])
    steps.ready(watched.page)
    yield watched.page
    watched.clean()


def expected(**choices):
    scenario = load_scenario("published").changed(**choices)
    return forecast(load_market(), load_drivers(), scenario)


@pytest.mark.parametrize("name", NAMES)
def test_every_notebook_runs_in_lab_without_network_and_shows_its_charts(lab, watched, name):
    lab.run(watched.page, name)
    count = watched.page.locator(".jp-CodeCell").count()
    watched.page.wait_for_function(
        "n => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]"
        ".filter(p => /\\[\\d+\\]/.test(p.textContent)).length === n",
        arg=count, timeout=90_000,
    )  # fmt: skip
    assert watched.page.locator(".jp-RenderedText[data-mime-type*=stderr]").count() == 0
    holders = watched.page.locator(".ism-live, .ism .chart")
    if name != "05_reproducible_run.ipynb":
        watched.page.wait_for_selector("[data-painted]", timeout=30_000)
        assert all(text for text in [h.get_attribute("aria-label") for h in holders.all()])
    watched.clean()


def test_keys_on_a_slider_give_the_numbers_of_the_python_api(panel):
    found = steps.slider(panel, "diagnosis", "video_eeg.ratio")
    found.focus()
    steps.after(panel, lambda: [panel.keyboard.press("ArrowRight") for _ in range(5)])
    value = steps.fixed_value(panel, "diagnosis", "video_eeg.ratio")
    assert value > load_market().parameters["video_eeg.ratio"].mode
    made = expected(fixed={"video_eeg.ratio": value})
    assert steps.label(panel) == alternative(made)
    for title, name in (("Reference", "reference"), ("9 in 10 draws: high", "p95")):
        shown = [number(v / 1e9, 2) for v in made.columns["summary"][name]]
        assert steps.row(panel, title)[1:] == shown
    assert "fixed at" in found.get_attribute("aria-valuetext")


@pytest.mark.parametrize("pause", [0, 25])
def test_a_burst_of_forty_keys_ends_with_the_last_value(panel, pause):
    found = steps.slider(panel, "diagnosis", "awareness.ratio")
    found.focus()
    before, start = steps.sequence(panel), int(found.input_value())
    press = lambda: (panel.keyboard.press("ArrowRight"), panel.wait_for_timeout(pause))  # noqa: E731
    steps.after(panel, lambda: [press() for _ in range(40)])
    assert int(found.input_value()) == start + 40
    value = steps.fixed_value(panel, "diagnosis", "awareness.ratio")
    assert steps.label(panel) == alternative(expected(fixed={"awareness.ratio": value}))
    assert steps.sequence(panel) - before <= 42


def test_a_value_outside_the_evidence_is_taken_once_it_is_confirmed(panel):
    steps.slider(panel, "diagnosis", "video_eeg.ratio")
    box = panel.locator('[data-driver="diagnosis"] [data-key="video_eeg.ratio"] .box')
    wrong = panel.locator('[data-driver="diagnosis"] [data-key="video_eeg.ratio"] .wrong')
    before = steps.sequence(panel)
    for value in "89":
        box.fill(value)
        box.press("Enter")
        assert f"{value} is outside 1.20 to 3.50" in wrong.inner_text()
    assert steps.sequence(panel) == before
    steps.after(panel, lambda: wrong.locator("button").click())
    made = expected(fixed={"video_eeg.ratio": 9.0}, outside=("video_eeg.ratio",))
    assert steps.label(panel) == alternative(made)
    assert "= 9 (range 1.2 to 3.5 odds ratio)" in panel.inner_text(".ism")
    steps.open_tab(panel, "evidence")
    steps.open_first(panel, "O3")
    (link,) = panel.locator(".ism tr.detail a").all()
    assert link.get_attribute("href").startswith("https://")
    assert "confidence A" in panel.inner_text(".ism tr.detail")


def test_switch_pin_and_anchor(panel):
    steps.after(panel, lambda: panel.click(".ism >> text=Pin to compare"))
    steps.after(panel, lambda: panel.click("[data-driver=pricing] .switch"))
    made, pinned = expected(without=()), expected()
    assert steps.label(panel) == alternative(made, pinned)
    steps.after(panel, lambda: panel.click(".ism .unpin"))
    assert steps.label(panel) == alternative(made)
    steps.open_tab(panel, "howbig")
    steps.after(panel, lambda: panel.check('.ism input[value="techsci-2024"]'))
    steps.open_tab(panel, "forecast")
    assert steps.label(panel) == alternative(expected(without=(), anchor="techsci-2024"))
    steps.after(panel, lambda: panel.click(".ism >> text=Reset all"))
    assert steps.label(panel) == alternative(pinned)


def test_the_switch_of_dollars_and_its_driver_are_two_handles_of_one_state(panel):
    market = load_market()
    follower = next(d.name for d in load_drivers() if follows_prices(market, d))
    current, constant = (f".ism .dollars input[value={one}]" for one in ("current", "constant"))
    card = panel.locator(f"[data-driver={follower}]")
    panel.focus(current)
    steps.after(panel, lambda: panel.keyboard.press("ArrowRight"))
    assert panel.is_checked(constant)
    assert not card.locator("input[role=switch]").is_checked()
    assert card.locator(".points").inner_text() == "taken out"
    assert panel.locator(".ism .changes").first.inner_text() == "as opened"
    away = (*load_scenario("published").without, follower)
    assert steps.label(panel) == alternative(expected(without=away))
    steps.after(panel, lambda: card.locator(".switch").click())
    assert panel.is_checked(current)
    assert steps.label(panel) == alternative(expected())


def test_the_reading_of_the_report_is_set_and_undone(panel):
    steps.after(panel, lambda: panel.check(".ism .basis input[value=real]"))
    assert "since you say the report counts constant dollars" in words_of_strip(panel)
    assert steps.label(panel) == alternative(expected(price_basis="real"))
    steps.after(panel, lambda: panel.click(".ism >> text=Undo"))
    assert "it does not say" in words_of_strip(panel)
    assert panel.is_checked(".ism .basis input[value=nominal]")


def words_of_strip(page):
    return page.locator(".ism .apart .words .roomy").inner_text()


@pytest.mark.parametrize("width", [1180, 860])
def test_the_strip_is_never_higher_than_96_px_and_cuts_no_switch(lab, watched, width):
    page = watched.page
    lab.run(page, "01_explore.ipynb")
    steps.ready(page)
    for basis in ("real", "nominal"):
        steps.after(page, lambda one=basis: page.check(f".ism .basis input[value={one}]"))
        page.evaluate(f"document.querySelector('.ism').style.width = '{width}px'")
        page.wait_for_timeout(200)
        assert page.evaluate("document.querySelector('.ism .strip').offsetHeight") <= 96
        strip = "getComputedStyle(document.querySelector('.ism .strip'))"
        assert page.evaluate(f"{strip}.overflow") == "visible"
        assert not page.evaluate(
            "(() => { const m = document.querySelector('.ism .main');"
            " return m.scrollWidth > m.clientWidth + 8; })()"
        )


def test_save_load_and_every_download(panel, tmp_path):
    steps.after(panel, lambda: panel.click("[data-driver=pricing] .switch"))
    saved = steps.download(panel, "Save scenario", "Download TOML", tmp_path)
    assert load_scenario(saved).without == ()
    steps.after(panel, lambda: panel.click(".ism >> text=Undo"))
    steps.after(panel, lambda: panel.set_input_files(".ism input[type=file]", saved))
    assert steps.label(panel) == alternative(expected(without=()))
    files = {
        kind: steps.download(panel, "Download", entry, tmp_path)
        for kind, entry in (
            ("csv", "CSV: this table"), ("xlsx", "XLSX: all tables"), ("png", "PNG: this chart"),
            ("svg", "SVG: this chart"), ("html", "HTML: the report"),
        )
    }  # fmt: skip
    name = load_scenario(saved).name
    names = {f"{name}-forecast.{kind}" for kind in ("csv", "png", "svg")}
    assert {file.name for file in files.values()} == names | {f"{name}.xlsx", f"{name}.html"}
    found = {kind: file.read_bytes() for kind, file in files.items()}
    assert b"Reference" in found["csv"]
    assert "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(found["xlsx"])).namelist()
    assert found["png"][:4] == b"\x89PNG"
    assert b"<svg" in found["svg"]
    assert b"<!DOCTYPE html>" in found["html"]


def test_the_saved_report_opens_without_kernel_or_network(watched, tmp_path):
    made = ismarket.explore(scenario=Scenario(draws=512))
    made._receive(None, {"type": "download", "kind": "html", "path": str(tmp_path / "p.html")}, [])
    made.close()
    watched.page.goto((tmp_path / "p.html").as_uri())
    assert watched.page.locator("svg").count() >= 3
    assert watched.page.locator("svg text").count() > 50
    watched.clean()


def test_tabs_move_by_arrow_keys(panel):
    panel.focus(".ism [data-tab=forecast]")
    steps.after(panel, lambda: panel.keyboard.press("ArrowRight"))
    assert panel.get_attribute(".ism [data-tab=why]", "aria-selected") == "true"
    assert steps.label(panel).startswith("Bar chart, points of growth")


@steps.needs_axe
@pytest.mark.parametrize("theme", ["true", "false"], ids=["light", "dark"])
def test_axe_finds_nothing_serious(lab, watched, theme):
    page = watched.page
    lab.run(page, "01_explore.ipynb")
    steps.ready(page)
    page.evaluate(f"document.body.dataset.jpThemeLight = '{theme}'")
    steps.slider(page, "diagnosis", "video_eeg.ratio").focus()
    steps.after(page, lambda: page.keyboard.press("ArrowRight"))
    page.evaluate(steps.AXE.read_text(encoding="utf-8"))
    found = []
    for tab in TABS:
        steps.open_tab(page, tab)
        result = page.evaluate("axe.run('.ism', {resultTypes: ['violations']})")
        found += [
            (tab, v["id"], v["nodes"][0]["html"][:200])
            for v in result["violations"] if v["impact"] in ("serious", "critical")
        ]  # fmt: skip
    assert found == []


OUTSIDE = """holder => {
  const edge = holder.getBoundingClientRect();
  return [...holder.querySelectorAll("svg text")].filter(text => {
    const at = text.getBoundingClientRect();
    return at.left < edge.left || at.right > edge.right || at.bottom > edge.bottom;
  }).map(text => text.textContent);
}"""


def test_the_chart_of_a_plugin_shows_all_of_its_words(panel):
    steps.open_tab(panel, "Price and volume")
    holder = panel.locator(".ism .chart:not([hidden])")
    assert holder.locator("svg text", has_text="General prices").count() == 1
    assert holder.evaluate(OUTSIDE) == []


def test_tabs_that_do_not_fit_stand_in_a_list(lab, watched):
    page = watched.page
    page.set_viewport_size({"width": 1000, "height": 1000})
    lab.run(page, "01_explore.ipynb")
    steps.ready(page)
    more = page.locator(".ism .more")
    listed = more.locator("option:not([hidden])").all_inner_texts()
    assert "Audit" in listed
    tabs = page.locator(".ism [role=tab]")
    fitting = [tab.inner_text() for tab in tabs.all() if tab.is_visible()]
    assert len(fitting) + len(listed) == tabs.count()
    assert page.evaluate("(l => l.scrollWidth <= l.clientWidth)(document.querySelector('.tabs'))")
    steps.after(page, lambda: more.select_option("audit"))
    assert more.input_value() == "audit"
    assert "What the report rests on" in page.inner_text(".ism .finding .roomy")
    watched.clean()
