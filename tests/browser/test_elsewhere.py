"""The panel in Notebook 7, and with another market than the one it was made for."""

import importlib.util
import secrets
import shutil
import sys

import pytest
from dravet import NAMES, SCENARIO, as_installed

from ismarket import forecast, load_drivers, load_market, load_scenario
from ismarket.charts.fan import alternative

from . import steps
from .conftest import ROOT, Lab, free_port, quiet_home, serving


@pytest.fixture(scope="module")
def notebook7(tmp_path_factory):
    """A Notebook 7 over a copy of the first notebook."""
    if importlib.util.find_spec("notebook") is None:
        pytest.skip("notebook is not installed (extra browser)")
    folder = tmp_path_factory.mktemp("notebook7")
    work = folder / "work"
    work.mkdir()
    shutil.copy(ROOT / "notebooks" / "01_explore.ipynb", work)
    port, token = free_port(), secrets.token_hex(8)
    command = [
        sys.executable, "-m", "notebook", "--no-browser", "--allow-root",
        f"--ServerApp.port={port}", "--ServerApp.ip=127.0.0.1",
        f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={work}",
        "--JupyterNotebookApp.expose_app_in_browser=True",
    ]  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    with serving(command, f"{address}/api?token={token}", quiet_home(folder)):
        yield Lab(address, token, work, "notebooks")


def test_the_panel_works_in_notebook_7(notebook7, watched):
    page = watched.page
    notebook7.run(page, "01_explore.ipynb")
    steps.ready(page)
    found = steps.slider(page, "diagnosis", "video_eeg.ratio")
    found.focus()
    steps.after(page, lambda: [page.keyboard.press("ArrowRight") for _ in range(5)])
    value = steps.fixed_value(page, "diagnosis", "video_eeg.ratio")
    scenario = load_scenario("published").changed(fixed={"video_eeg.ratio": value})
    made = forecast(load_market(), load_drivers(), scenario)
    assert value > load_market().parameters["video_eeg.ratio"].mode
    assert steps.label(page) == alternative(made)
    for tab in ("why", "where", "matters", "howbig", "evidence"):
        steps.open_tab(page, tab)
        assert steps.label(page).endswith(".")
    # an empty notebook in Notebook 7.6 has an error of its own about a schema
    watched.errors = [e for e in watched.errors if "notebook_core" not in e or "schema" not in e]
    watched.clean()


def test_the_panel_is_made_from_what_another_market_declares(lab, watched, tmp_path):
    path = as_installed(tmp_path)
    lab.write(
        "dravet.ipynb",
        f"import os, sys\nsys.path[:0] = {path.split(':')!r}\n"
        "os.environ['ISMARKET_PLUGINS'] = 'dravet'\n"
        f"import ismarket\npanel = ismarket.explore(scenario={str(SCENARIO)!r})\npanel",
        "market, scenario = ismarket.load_market('dravet'), panel.scenario\n"
        "made = ismarket.forecast(market, ismarket.load_drivers(), scenario)\n"
        "from ismarket.charts.fan import alternative\nprint(alternative(made))",
    )
    page = watched.page
    lab.run(page, "dravet.ipynb")
    steps.ready(page)
    assert page.locator(".ism h2").inner_text().startswith("Dravet")
    assert page.locator("[data-driver]").count() == len(NAMES)
    assert page.locator("[data-driver=diagnosis]").count() == 0
    page.wait_for_selector(".jp-RenderedText >> text=Fan chart")
    printed = page.locator(".jp-RenderedText", has_text="Fan chart").inner_text()
    assert steps.label(page) == printed.strip()
    found = steps.slider(page, "fenfluramine_uptake", page_key(page, "fenfluramine_uptake"))
    found.focus()
    before = steps.label(page)
    steps.after(page, lambda: page.keyboard.press("End"))
    assert "fixed at" in found.get_attribute("aria-valuetext")
    assert steps.label(page) != before
    for tab in ("why", "where", "matters", "howbig", "evidence"):
        steps.open_tab(page, tab)
        assert steps.label(page).endswith(".")
    watched.clean()


def page_key(page, driver):
    """The key of the first input of a driver."""
    page.click(f'[data-driver="{driver}"] .fold')
    return page.locator(f'[data-driver="{driver}"] [data-key]').first.get_attribute("data-key")


LIVE = "application/vnd.jupyter.widget-view+json"


@pytest.mark.slow(reason="every notebook is run and converted")
@pytest.mark.timeout(1200)
@pytest.mark.filterwarnings("default")
def test_every_notebook_shows_its_panels_and_charts_as_a_page_without_network(browser, tmp_path):
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    exporter = pytest.importorskip("nbconvert").HTMLExporter(template_name="lab")
    page, size, count = browser.new_page(), 0, 0
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        folder = tmp_path / path.stem
        folder.mkdir()
        nbclient.NotebookClient(
            notebook, timeout=300, store_widget_state=False,
            resources={"metadata": {"path": str(folder)}},
        ).execute()  # fmt: skip
        cells = [
            cell for cell in notebook.cells if "elicit(" not in cell.source
        ]  # a form, no chart
        outputs = [output for cell in cells for output in cell.get("outputs", ())]
        live = sum(LIVE in output.get("data", {}) for output in outputs)
        html = folder / "page.html"
        html.write_text(exporter.from_notebook_node(notebook)[0], encoding="utf-8")
        page.goto(html.as_uri(), wait_until="domcontentloaded")
        kept = page.locator(".ism-saved").all()
        assert len(kept) == live, path.stem
        for one in kept:
            assert one.bounding_box()["height"] > 100, path.stem
        pictures = page.locator(".ism-saved img")
        assert pictures.evaluate_all("all => all.every(i => i.complete && i.naturalWidth > 100)")
        size, count = size + html.stat().st_size, count + pictures.count()
    page.close()
    print(f"\n{count} pictures in {size:,} bytes of HTML")
    assert count > 10
