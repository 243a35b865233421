"""What a person does in the panel, as steps for a test."""

import os
import re
from pathlib import Path

import pytest

PLACES = [os.environ.get("ISMARKET_AXE", ""), "node_modules/axe-core/axe.min.js"]
AXE = next((Path(place) for place in PLACES if place and Path(place).is_file()), None)
needs_axe = pytest.mark.skipif(
    AXE is None, reason="axe-core is not there: npm install --no-save axe-core"
)
PANEL = ".ism"
RUN_ALL = "() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }"


def ready(page):
    """Wait for the panel and its first picture."""
    page.wait_for_selector(f"{PANEL} .chart[data-painted]", timeout=90_000)
    rest(page)


def rest(page):
    """Wait until the draws are complete and painted."""
    page.wait_for_selector(f"{PANEL}[data-rest=true]", timeout=60_000)
    page.wait_for_timeout(120)


def sequence(page):
    """The number of the last answer."""
    return int(page.get_attribute(PANEL, "data-seq"))


def after(page, act):
    """Do something, wait for its answer and for the draws to be complete."""
    before = sequence(page)
    act()
    page.wait_for_function(
        f"Number(document.querySelector('{PANEL}').dataset.seq) > {before}", timeout=60_000
    )
    rest(page)


def label(page):
    """The alternative text of the chart that is open."""
    return page.get_attribute(f"{PANEL} .chart:not([hidden])", "aria-label")


def row(page, title):
    """The cells of the table's row of that title."""
    found = page.locator(f"{PANEL} tbody tr", has=page.get_by_text(title, exact=True)).first
    return [cell.strip() for cell in found.locator("th, td").all_inner_texts()]


def open_tab(page, name):
    """Open a view and wait for its chart."""
    tab = page.locator(f"{PANEL} [data-tab='{name}']")
    if tab.get_attribute("aria-selected") == "true":
        return
    if tab.is_visible():
        after(page, tab.click)
    else:
        after(page, lambda: page.select_option(f"{PANEL} .more", name))
    if page.locator(f"{PANEL} .charts").is_visible():
        page.wait_for_selector(f"{PANEL} .chart:not([hidden])[data-painted]")


def open_first(page, name):
    """Open the details of the table's first row of that name."""
    head = page.get_by_text(name, exact=True)
    page.locator(f"{PANEL} tbody tr", has=head).first.locator(".opener").click()


def slider(page, driver, key):
    """The slider of an input, its driver's accordion opened."""
    fold = page.locator(f'[data-driver="{driver}"] .fold')
    if fold.get_attribute("aria-expanded") != "true":
        fold.click()
    found = page.locator(f'[data-driver="{driver}"] [data-key="{key}"] input[type=range]')
    if not found.is_visible():
        page.click(f'[data-driver="{driver}"] .more')
    return found


def download(page, menu, entry, folder):
    """Press an entry of a menu and keep the file that comes."""
    page.click(f'{PANEL} .menued > button >> text="{menu} \u25be"')
    with page.expect_download(timeout=60_000) as coming:
        page.click(f'{PANEL} .menu:not([hidden]) >> text="{entry}"')
    path = Path(folder) / coming.value.suggested_filename
    coming.value.save_as(path)
    return path


def fixed_value(page, driver, key):
    """The value in the number box of an input."""
    box = page.locator(f'[data-driver="{driver}"] [data-key="{key}"] .box')
    return float(re.sub("[^0-9.]", "", box.input_value()))


def nodes_while_moving(page, counts):
    """Nodes of the page after so many changes of the slider that has the focus, each answered."""
    found, made = [], 0
    for count in counts:
        while made < count:
            before = sequence(page)
            page.keyboard.press("ArrowRight" if made % 2 else "ArrowLeft")
            page.wait_for_function(
                f"Number(document.querySelector('{PANEL}').dataset.seq) > {before}"
            )
            made += 1
        rest(page)
        found.append(page.evaluate("document.querySelectorAll('*').length"))
    return found


ALIVE = (
    "import gc; from ismarket.explorer.panel import Panel; gc.collect()\n"
    "print(sum(isinstance(o, Panel) and o.comm is not None for o in gc.get_objects()))"
)
COUNTED = """() => {
  const cell = window.jupyterapp.shell.currentWidget.content.model.cells.get(1);
  const shown = cell.outputs.length ? cell.outputs.get(0).toJSON().text : "";
  return [cell.executionCount, String(shown).trim()];
}"""


def panels_after_runs(lab, page, times):
    """How many panels are alive in the kernel after each run of the cell that shows one."""
    show = "import ismarket\nismarket.explore(scenario=ismarket.Scenario(draws=256))"
    lab.write("again.ipynb", show, ALIVE)
    lab.run(page, "again.ipynb")
    found = []
    for turn in range(times + 1):
        page.wait_for_function(
            f"() => {{ const [n, text] = ({COUNTED})(); return n === {2 * turn + 2} && text; }}",
            timeout=90_000,
        )
        found.append(int(page.evaluate(COUNTED)[1]))
        if turn < times:
            page.evaluate(RUN_ALL)
    return found
