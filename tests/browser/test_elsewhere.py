"""The panel in Notebook 7, and with another market than the one it was made for."""

import importlib.util
import secrets
import shutil
import sys

import pytest

from ismarket import load_drivers, load_market, load_scenario
from ismarket.charts.fan_words import alternative
from ismarket.forecaster import forecast

from ..test_second_market import EXAMPLE, SCENARIO, path  # noqa: F401
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
    watched.clean()
