"""Key to repaint in a real browser: the panel against altair's own offline chart, in one run.

``python benchmarks/explorer.py`` opens a JupyterLab of its own in headless Chromium (extra
``browser``), presses an arrow key on a slider 12 times for each way of showing the fan, waits for
each repaint, and prints medians in ms, nodes of the page and sizes of the executed notebooks.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.sync_api import sync_playwright

from tests.browser import steps
from tests.browser.conftest import CHROMIUM, FLAGS, Lab, free_port, quiet_home, serving

PRESSES = 12
PANEL = "import ismarket\npanel = ismarket.explore()\npanel"
ALTAIR = """
import altair as alt, ipywidgets as w, ismarket
from ismarket import charts
alt.JupyterChart.enable_offline()
market, drivers = ismarket.load_market(), ismarket.load_drivers()
slider = w.FloatSlider(value=1.8, min=1.2, max=3.5, step=0.02)
def made(value):
    scenario = ismarket.Scenario(draws=2048, fixed={"video_eeg.ratio": value})
    return charts.fan(ismarket.forecast(market, drivers, scenario))
shown = alt.JupyterChart(made(1.8))
slider.observe(lambda change: setattr(shown, "chart", made(change["new"])), names="value")
w.VBox([slider, shown])
"""
WATCH = """([root, anew]) => {
  const node = document.querySelector(root);
  window.painted = 0;
  const seen = new MutationObserver(() => { window.painted = performance.now(); });
  seen.observe(node, {subtree: true, childList: true, attributes: !anew, characterData: !anew});
  document.addEventListener("keydown", () => { window.pressed = performance.now(); }, true);
}"""


def presses(page, root: str, anew: bool = False) -> list[float]:
    """Milliseconds from each key to the chart's next change; ``anew`` if it is embedded again."""
    page.evaluate(WATCH, [root, anew])
    found = []
    for _ in range(PRESSES):
        page.evaluate("() => { window.painted = 0; }")
        page.keyboard.press("ArrowRight")
        page.wait_for_function("window.painted > window.pressed", timeout=30_000)
        found.append(page.evaluate("window.painted - window.pressed"))
        page.wait_for_timeout(900)
    return found


def panel(lab: Lab, page, tabs: tuple[str, ...]) -> dict[str, float]:
    lab.write("panel.ipynb", PANEL)
    lab.run(page, "panel.ipynb")
    steps.ready(page)
    for tab in tabs:
        steps.open_tab(page, tab)
    steps.open_tab(page, "forecast")
    steps.slider(page, "diagnosis", "video_eeg.ratio").focus()
    times = presses(page, ".ism .chart[data-kind=fan] svg")
    return {"ms": round(median(times), 1), "nodes": nodes(page)}


def altair(lab: Lab, page) -> dict[str, float]:
    lab.write("altair.ipynb", ALTAIR)
    lab.run(page, "altair.ipynb")
    page.wait_for_selector(".vega-embed svg, .vega-embed canvas", timeout=60_000)
    page.wait_for_timeout(1500)
    page.focus(".jupyter-widgets [role=slider], .jupyter-widgets .noUi-handle")
    times = presses(page, ".vega-embed", anew=True)
    return {"ms": round(median(times), 1), "nodes": nodes(page)}


def nodes(page) -> int:
    return int(page.evaluate("document.querySelectorAll('*').length"))


def executed_sizes(lab: Lab) -> dict[str, int]:
    """Bytes of each notebook after it was run, without widget state."""
    import nbclient
    import nbformat

    found = {}
    for name in ("panel.ipynb", "altair.ipynb"):
        notebook = nbformat.read(lab.work / name, as_version=4)
        nbclient.NotebookClient(notebook, store_widget_state=False).execute()
        found[name] = len(nbformat.writes(notebook))
    return found


def main() -> None:
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
    others = ("why", "where", "matters", "howbig", "evidence")
    results = {}
    with serving(command, f"{address}/api?token={token}", env), sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        lab = Lab(address, token, folder / "work")
        for name, run in (
            ("one view", lambda page: panel(lab, page, ())),
            ("six views alive", lambda page: panel(lab, page, others)),
            ("altair.JupyterChart, offline", lambda page: altair(lab, page)),
        ):
            page = browser.new_page(viewport={"width": 1480, "height": 1000})
            results[name] = run(page)
            page.close()
        browser.close()
        results["bytes of the executed notebook"] = executed_sizes(lab)
    print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
