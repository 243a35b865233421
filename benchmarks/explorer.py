"""Key to repaint in a real browser: the panel against altair's own offline chart, in one run.

    python benchmarks/explorer.py            about eight minutes on two cores; needs chromium
    python benchmarks/explorer.py --quick    fewer keys and one notebook, about four minutes
    python benchmarks/explorer.py speed      that part alone: speed, page, size or standalone

A JupyterLab of its own opens in headless Chromium (extra ``browser``).  An arrow key on a slider is
pressed 20 times, a second apart, for each way of showing the fan.  ``changed`` is when the last
chart's picture and its aria-label are those of the key, ``on screen`` the end of the first frame
after that, which a screen of 60 Hz shows.  Beside stand the state that the way sent and what one
change sends.  Then come the page's nodes after 20 and 200 changes, a burst of keys, eight runs of
one cell, and the bytes of the notebooks once executed.  Last the page that computes without a
kernel: from a key on a control of its own to the end of the frame that shows the answer.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.sync_api import sync_playwright

from tests.browser import steps
from tests.browser.conftest import CHROMIUM, FLAGS, ROOT, Lab, free_port, quiet_home, serving

PRESSES, FEW = 20, 8
"""Keys for each way of showing the fan, and if it shall be quick."""
OTHERS = ("why", "where", "matters", "howbig", "evidence")
PANEL = "import ismarket\npanel = ismarket.explore()\npanel"
ONE_PART = """import ismarket, ipywidgets as w
panel = ismarket.study("published").explore()
w.VBox([panel.view("forecast"), panel.controls("diagnosis")])"""
SIX_PARTS = """import ismarket, ipywidgets as w
panel = ismarket.study("published").explore()
views = [panel.view(name) for name in ("forecast", "why", "where", "howbig")]
w.VBox([*views, panel.headline(), panel.controls("diagnosis")])"""
SENT = """import json
def sent():
    from ipywidgets.widgets.widget import _instances as alive
    return {"state": sum(len(json.dumps(one.get_state(), default=str)) for one in alive.values()),
            "change": len(json.dumps(panel.get_state("page"))) if "panel" in globals() else 0}
print("sent", json.dumps(sent()))"""
SLIDER = """
import altair as alt, ipywidgets as w, ismarket
from ismarket import charts
market, drivers = ismarket.load_market(), ismarket.load_drivers()
slider = w.FloatSlider(value=1.8, min=1.2, max=3.5, step=0.02)
def made(value):
    scenario = ismarket.Scenario(draws=1024, fixed={"video_eeg.ratio": value})
    return ismarket.forecast(market, drivers, scenario)
"""
ALTAIR = f"""{SLIDER}
alt.JupyterChart.enable_offline()
shown = alt.JupyterChart(charts.fan(made(1.8)))
slider.observe(lambda c: setattr(shown, "chart", charts.fan(made(c["new"]))), names="value")
w.VBox([slider, shown])
"""
BESIDE = f"""{SLIDER}
from ismarket.explorer.live import LiveChart
from ismarket.explorer.view import ON_A_BUTTON, TABS, VIEWS, specs
drawn = [tab for tab in TABS if tab not in ON_A_BUTTON]
from ismarket.explorer.session import start
study = ismarket.Study(market, drivers, ismarket.Scenario(draws=1024))
session, plans = start(study), specs()
live = [LiveChart(plans[kind]) for kind in VIEWS if kind not in ("multiples", "track")]
def show(change=None):
    if change:
        session.change([{{"kind": "fixed", "key": "video_eeg.ratio", "value": change["new"]}}])
    for chart, tab in zip(live, drawn, strict=True):
        chart.update(session.view(tab).picture)
show()
slider.observe(show, names="value")
w.VBox([slider, *live])
"""
WATCH = """([root, anew]) => {
  const done = () => {
    window.changed = performance.now();
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => { window.seen = performance.now(); };
      port2.postMessage(0);
    });
  };
  const options = {subtree: true, childList: true, attributes: !anew, characterData: !anew};
  for (const node of document.querySelectorAll(root)) {
    new MutationObserver(done).observe(node, options);
  }
  document.addEventListener("keydown", () => { window.pressed = performance.now(); }, true);
}"""
SETTLED = "window.seen > window.changed && performance.now() - window.seen > 60"


def presses(page, keys: int, root: str, anew: bool = False) -> str:
    """Milliseconds from each key to the last change of the charts and to the frame after it."""
    page.evaluate(WATCH, [root, anew])
    changed, seen = [], []
    for _ in range(keys):
        page.evaluate("() => { window.changed = window.seen = 0; }")
        page.keyboard.press("ArrowRight")
        page.wait_for_function(f"window.changed > window.pressed && {SETTLED}", timeout=30_000)
        found = page.evaluate("[window.changed, window.seen].map(t => t - window.pressed)")
        changed.append(found[0])
        seen.append(found[1])
        page.wait_for_timeout(900)
    return " | ".join(f"{median(each):.0f} | {percentile(each):.0f}" for each in (changed, seen))


def percentile(took: list[float]) -> float:
    """The 95th percentile, the value itself of the press that stands there."""
    return sorted(took)[round(0.95 * (len(took) - 1))]


def sent(page) -> str:
    """The bytes of all widgets' state and of one change, as the notebook's last cell printed."""
    text = page.locator(".jp-RenderedText", has_text="sent {").last.text_content()
    found = json.loads(text.partition("sent ")[2])
    return f"{found['state']:,} | {found['change']:,}"


def panel(lab: Lab, page, tabs: tuple[str, ...] = ()) -> None:
    lab.write("panel.ipynb", PANEL, SENT)
    lab.run(page, "panel.ipynb")
    steps.ready(page)
    for tab in tabs:
        steps.open_tab(page, tab)
    steps.open_tab(page, "forecast")
    steps.slider(page, "diagnosis", "video_eeg.ratio").focus()


def panel_keys(lab: Lab, page, keys: int, tabs: tuple[str, ...]) -> str:
    panel(lab, page, tabs)
    return f"{presses(page, keys, '.ism .chart[data-kind=fan]')} | {sent(page)}"


def part_keys(lab: Lab, page, keys: int, cell: str) -> str:
    lab.write("parts.ipynb", cell, SENT)
    lab.run(page, "parts.ipynb")
    page.wait_for_function(
        "n => document.querySelectorAll('.ism .chart[data-painted]').length === n",
        arg=1 if cell is ONE_PART else 4, timeout=90_000,
    )  # fmt: skip
    page.wait_for_timeout(1500)
    page.locator('.ism [data-key="video_eeg.ratio"] input[type=range]').focus()
    return f"{presses(page, keys, '.ism .chart')} | {sent(page)}"


def slider_keys(lab: Lab, page, keys: int, cell: str, root: str, anew: bool) -> str:
    lab.write("slider.ipynb", cell, SENT)
    lab.run(page, "slider.ipynb")
    page.wait_for_selector(f"{root} svg, {root} canvas", timeout=60_000)
    page.wait_for_timeout(1500)
    page.focus(".jupyter-widgets [role=slider], .jupyter-widgets .noUi-handle")
    return f"{presses(page, keys, root, anew)} | {sent(page)}"


def speed(lab: Lab, fresh: Callable, keys: int) -> None:
    heads = ("key to repaint, ms", "changed, median", "p95", "on screen, median", "p95",
             "state sent, bytes", "a change, bytes")  # fmt: skip
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for name, run in (
        ("panel, one view", lambda page: panel_keys(lab, page, keys, ())),
        ("panel, six views alive", lambda page: panel_keys(lab, page, keys, OTHERS)),
        ("one part and its controls", lambda page: part_keys(lab, page, keys, ONE_PART)),
        ("six parts: four views, headline, controls",
         lambda page: part_keys(lab, page, keys, SIX_PARTS)),
        ("the charts of eight views one below the other, all redrawn",
         lambda page: slider_keys(lab, page, keys, BESIDE, ".ism-live", False)),
        ("`alt.JupyterChart.enable_offline()`, one chart",
         lambda page: slider_keys(lab, page, keys, ALTAIR, ".vega-embed", True)),
    ):  # fmt: skip
        with fresh() as page:
            print(f"| {name} | {run(page)} |", flush=True)


def page_of_one(lab: Lab, fresh: Callable) -> None:
    with fresh() as page:
        panel(lab, page)
        counts = steps.nodes_while_moving(page, (20, 200))
        before = steps.sequence(page)
        steps.after(page, lambda: [page.keyboard.press("ArrowLeft") for _ in range(40)])
        print(f"nodes of the page after 20 changes {counts[0]:,}, after 200 {counts[1]:,}")
        print(f"40 keys in a burst: {steps.sequence(page) - before} computations")
    with fresh() as page:
        alive = steps.panels_after_runs(lab, page, 8)
        print(f"panels alive while a cell is run 8 times again: {alive}")


def size(some: slice) -> None:
    """Bytes of some notebooks after they were run, without widget state."""
    import nbclient
    import nbformat

    for path in sorted((ROOT / "notebooks").glob("*.ipynb"))[some]:
        notebook = nbformat.read(path, as_version=4)
        with tempfile.TemporaryDirectory() as folder:
            nbclient.NotebookClient(
                notebook, store_widget_state=False, resources={"metadata": {"path": folder}}
            ).execute()
        print(f"{path.stem}, executed: {len(nbformat.writes(notebook).encode()):,} bytes")


MOVED = """() => document.addEventListener("input", () => {
  const begun = performance.now();
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => { window.took = performance.now() - begun; };
    port2.postMessage(0);
  });
}, true)"""
MOVES = {
    "the effect of a cause": ('[data-key="video_eeg.ratio"] input[type=range]', "ArrowRight"),
    "its half time": ('[data-key="video_eeg.half_time"] input[type=range]', "ArrowRight"),
    "the strength of a driver": ("[data-driver=pricing] .strength input", "ArrowLeft"),
    "a driver on and off": ("[data-driver=innovation] .switch input", "Space"),
}


def standalone(keys: int) -> None:
    """The page that computes, opened from disk: bytes, and from a moved control to the frame."""
    import ismarket
    from ismarket.explorer.standalone import as_page

    asked = ismarket.study("published", without=[])
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        path = Path(folder) / "published.html"
        path.write_text(as_page(asked, asked.forecast()), encoding="utf-8")
        print(f"page of `published` with every driver: {path.stat().st_size:,} bytes")
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 1000}, bypass_csp=True)
        page.goto(path.as_uri())
        page.wait_for_selector("#page[data-ready]")
        page.locator("[data-driver=technology] .fold").click()
        page.evaluate(MOVED)
        print("| moved, ms to the frame | median | 95th percentile |\n|---|---|---|")
        for name, (control, key) in MOVES.items():
            page.locator(control).first.focus()
            took = []
            for _ in range(keys):
                page.evaluate("() => { window.took = 0; }")
                page.keyboard.press(key)
                page.wait_for_function("window.took > 0")
                took.append(page.evaluate("window.took"))
                page.wait_for_timeout(50)
            print(f"| {name} | {median(took):.0f} | {percentile(took):.0f} |", flush=True)
        browser.close()


@contextmanager
def browser_and_lab() -> Iterator[tuple[Lab, Callable]]:
    folder = Path(tempfile.mkdtemp())
    (folder / "work").mkdir()
    port, token = free_port(), "benchmark"
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
        f"--ServerApp.port={port}", "--ServerApp.ip=127.0.0.1",
        f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder / 'work'}",
        "--LabApp.expose_app_in_browser=True",
    ]  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    env = quiet_home(folder)
    with serving(command, f"{address}/api?token={token}", env), sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)

        @contextmanager
        def fresh(**look):
            page = browser.new_page(**{"viewport": {"width": 1480, "height": 1000}, **look})
            yield page
            page.close()

        yield Lab(address, token, folder / "work"), fresh
        browser.close()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--quick", action="store_true", help="fewer keys and one notebook")
    options.add_argument("parts", nargs="*", metavar="PART", help="only those")
    asked, known = options.parse_args(), ("speed", "page", "size", "standalone")
    if unknown := set(asked.parts) - set(known):
        options.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    chosen, keys = asked.parts or known, FEW if asked.quick else PRESSES
    if {"speed", "page"} & set(chosen):
        with browser_and_lab() as (lab, fresh):
            if "speed" in chosen:
                speed(lab, fresh, keys)
            if "page" in chosen:
                page_of_one(lab, fresh)
    if "size" in chosen:
        size(slice(1 if asked.quick else None))
    if "standalone" in chosen:
        standalone(2 * keys)


if __name__ == "__main__":
    main()
