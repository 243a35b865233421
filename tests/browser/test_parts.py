"""Parts of a panel, twin panels and what a saved notebook shows, in a real page."""

import json

from . import steps

OPEN = "import ismarket, ipywidgets as w\ns = ismarket.study('published', draws=1024).explore()"
PARTS = """g = w.GridspecLayout(1, 2, width="948px")
g[0, 0], g[0, 1] = s.view("forecast"), s.view("why")
w.VBox([
  g, w.HBox([s.controls("diagnosis"), s.controls("diagnosis")]), s.headline(),
  s.input("video_eeg.ratio"), w.Tab([s.table("region"), s.view("where")]),
])"""
DUPLICATES = """() => {
  const ids = [...document.querySelectorAll('.ism [id]')].map(node => node.id);
  return ids.length - new Set(ids).size;
}"""
CUT = """() => [...document.querySelectorAll('.ism.alone')].flatMap(root => {
  const edge = root.getBoundingClientRect();
  return [...root.querySelectorAll('b, span, p, h4, text, th, td')].filter(node => {
    const at = node.getBoundingClientRect();
    const clipped = node.closest('.unseen, .source, .scroll, .mid');
    return at.width && !clipped && (at.right > edge.right + 1 || at.left < edge.left - 1);
  }).map(node => node.textContent.trim()).filter(Boolean);
})"""


def numbers_of(page, key):
    """The value in every box of an input."""
    boxes = page.locator(f'.ism [data-key="{key}"] .box').all()
    return [float(box.input_value()) for box in boxes]


def still(page):
    """Wait until every part shows all draws."""
    page.wait_for_function(
        "() => [...document.querySelectorAll('.ism')].every(r => r.dataset.rest === 'true')"
        " && new Set([...document.querySelectorAll('.ism')].map(r => r.dataset.seq)).size === 1",
        timeout=60_000,
    )


def test_parts_share_one_state_and_close_with_it(lab, watched):
    page = watched.page
    lab.write("parts.ipynb", OPEN, PARTS, "s.observe(lambda c: print('told'), 'forecast')")
    lab.run(page, "parts.ipynb")
    steps.ready(page)
    still(page)
    sliders = page.locator('.ism [data-key="video_eeg.ratio"] input[type=range]')
    sliders.first.wait_for(state="visible")
    assert sliders.count() == 3
    assert page.evaluate(DUPLICATES) == 0
    before = numbers_of(page, "video_eeg.ratio")
    charts = page.locator(".ism.alone .chart:not([hidden])")
    told = [chart.get_attribute("aria-label") for chart in charts.all()]
    sliders.first.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_timeout(600)
    still(page)
    after = numbers_of(page, "video_eeg.ratio")
    assert len(set(before)) == len(set(after)) == 1
    assert after[0] > before[0]
    assert all(
        chart.get_attribute("aria-label") != words
        for chart, words in zip(charts.all(), told, strict=True)
    )
    page.locator(".jupyter-widgets [role=tab]").last.click()
    hidden = page.locator('.ism.alone .chart[data-kind="where"]')
    hidden.wait_for(state="visible")
    assert hidden.bounding_box()["width"] > 400
    assert page.evaluate(CUT) == []
    if steps.AXE:
        page.evaluate(steps.AXE.read_text(encoding="utf-8"))
        for theme in ("true", "false"):
            page.evaluate(f"document.body.dataset.jpThemeLight = '{theme}'")
            result = page.evaluate("axe.run('.ism.alone', {resultTypes: ['violations']})")
            assert [
                (v["id"], v["nodes"][0]["html"][:200])
                for v in result["violations"] if v["impact"] in ("serious", "critical")
            ] == []  # fmt: skip
    page.evaluate(CLOSE)
    page.wait_for_function("document.querySelectorAll('.ism').length === 0", timeout=30_000)
    watched.clean()


CLOSE = """() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel
  .requestExecute({ code: 's.close()' }).done"""


def test_two_panels_of_one_cell_do_not_touch_each_other(lab, watched):
    page = watched.page
    twin = "import ismarket, ipywidgets as w\nmade = ismarket.study('published', draws=1024)\n"
    lab.write("twins.ipynb", f"{twin}w.VBox([made.explore(), made.explore()])")
    lab.run(page, "twins.ipynb")
    page.wait_for_function("document.querySelectorAll('.ism').length === 2", timeout=90_000)
    still(page)
    assert page.evaluate(DUPLICATES) == 0
    first, second = page.locator(".ism").nth(0), page.locator(".ism").nth(1)
    state = [one.locator("[data-driver=innovation] input[role=switch]") for one in (first, second)]
    second.locator("[data-driver=innovation] .switch span").click()
    page.wait_for_function(
        "Number(document.querySelectorAll('.ism')[1].dataset.seq) > 1", timeout=30_000
    )
    assert [one.is_checked() for one in state] == [True, False]
    assert first.get_attribute("data-seq") == "1"
    watched.clean()


def test_a_saved_notebook_shows_its_headline_and_a_picture_without_a_kernel(lab, watched):
    page = watched.page
    chart = "import ismarket\nmade = ismarket.study('published', draws=256)\n"
    lab.write(
        "saved.ipynb", f"{chart}made.explore()",
        "from ismarket import charts\ncharts.fan(made.forecast())",
    )  # fmt: skip
    lab.run(page, "saved.ipynb")
    steps.ready(page)
    page.wait_for_selector(".ism-live[data-painted]", timeout=60_000)
    kept = page.locator(".ism-saved")
    assert kept.count() == 2
    assert not any(one.is_visible() for one in kept.all())
    page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_timeout(1000)
    saved = json.loads((lab.work / "saved.ipynb").read_text(encoding="utf-8"))
    (panel,) = [
        output["data"]["text/html"] for output in saved["cells"][0]["outputs"]
        if "text/html" in output["data"]
    ]  # fmt: skip
    assert len("".join(panel)) < 10_000
    lab.forget()
    page.goto("about:blank")
    page.goto(f"{lab.address}/{lab.under}/saved.ipynb?token={lab.token}")
    page.wait_for_selector(".ism-saved img", timeout=60_000)
    assert kept.first.is_visible()
    assert "4.03 USD bn" in kept.first.inner_text()
    page.wait_for_function(
        "[...document.querySelectorAll('.ism-saved img')].every(i => i.naturalWidth > 100)"
    )
