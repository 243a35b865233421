import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from .steps import RUN_ALL

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]  # fmt: skip
"""Every host but 127.0.0.1 is unresolvable."""
HARMLESS = ("favicon", "third-party cookie")


def pytest_collection_modifyitems(items):
    missing = None
    try:
        import playwright  # noqa: F401
    except ImportError:
        missing = "playwright is not installed (extra browser)"
    if not Path(CHROMIUM).exists():
        missing = "no chromium"
    for item in items:
        if missing and Path(__file__).parent in Path(item.fspath).parents:
            item.add_marker(pytest.mark.skip(reason=missing))


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


class Watched:
    """A page that keeps every request outside and every error of its console."""

    def __init__(self, page):
        self.page, self.outside, self.errors = page, [], []
        page.on("request", self._request)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.errors.append(error.stack or str(error)))

    def _request(self, request):
        if not request.url.startswith(
            ("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:", "file:")
        ):
            self.outside.append(request.url)

    def _console(self, message):
        if message.type == "error" and not any(word in message.text.lower() for word in HARMLESS):
            self.errors.append(f"{message.text} {message.location.get('url', '')}")

    def clean(self):
        assert self.outside == []
        assert self.errors == []


@pytest.fixture
def watched(browser):
    page = browser.new_page(viewport={"width": 1480, "height": 1000}, accept_downloads=True)
    made = Watched(page)
    yield made
    page.close()


@contextmanager
def running(command, **where):
    """A quiet process of our own, ended once the test is over."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = subprocess.Popen(command, **quiet, **where)
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(15)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait(5)


@contextmanager
def serving(command, address, env, cwd=None):
    """A server of our own that answers, ended once the test is over."""
    with running(command, env=env, cwd=cwd) as server:
        for _ in range(240):
            try:
                urllib.request.urlopen(address, timeout=2).close()
                break
            except OSError:
                if server.poll() is not None:
                    pytest.fail(f"{command[2]} ended with {server.returncode}")
                time.sleep(0.25)
        else:
            pytest.fail(f"{command[2]} did not answer")
        yield


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def quiet_home(folder):
    """An environment without anybody's settings, and without questions about news."""
    settings = folder / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    text = '{"fetchNews": "false", "checkForUpdates": false}'
    (settings / "notification.jupyterlab-settings").write_text(text, encoding="utf-8")
    return {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "HOME": str(folder),
    }


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """A JupyterLab over a copy of the notebooks: opens one of them in a page and runs it."""
    folder = tmp_path_factory.mktemp("lab")
    work = folder / "work"
    work.mkdir()
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        shutil.copy(path, work)
    port, token = free_port(), secrets.token_hex(8)
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
        f"--ServerApp.port={port}", "--ServerApp.ip=127.0.0.1",
        f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={work}",
        "--LabApp.expose_app_in_browser=True",
    ]  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    with serving(command, f"{address}/api?token={token}", quiet_home(folder)):
        yield Lab(address, token, work)


CONNECTED = """() => {
  const kernel = window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel;
  return kernel?.connectionStatus === "connected" && kernel.status === "idle";
}"""


class Lab:
    """Opens notebooks of the server and runs them from top to bottom."""

    def __init__(self, address, token, work, under="doc/tree"):
        self.address, self.token, self.work, self.under = address, token, work, under

    def forget(self):
        """End the kernels of earlier pages."""
        for session in self._ask("GET", "/api/sessions"):
            self._ask("DELETE", f"/api/sessions/{session['id']}")

    def _ask(self, method, path):
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(self.address + path, method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else []

    def run(self, page, name):
        self.forget()
        page.goto(f"{self.address}/{self.under}/{name}?token={self.token}")
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        page.wait_for_function(CONNECTED, timeout=60_000)
        page.evaluate(RUN_ALL)

    def write(self, name, *cells):
        import nbformat

        notebook = nbformat.v4.new_notebook()
        notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook.metadata["kernelspec"] = kernel
        nbformat.write(notebook, self.work / name)


@pytest.fixture(scope="session")
def app(tmp_path_factory):
    """The address of the app that ``ismarket app`` serves, with its token."""
    pytest.importorskip("voila")
    folder = tmp_path_factory.mktemp("app")
    port, token = free_port(), secrets.token_hex(8)
    command = [
        sys.executable, "-c", "from ismarket.cli import main; main()", "app", f"--port={port}",
        "--no-browser",
    ]  # fmt: skip
    (folder / "voila.py").write_text(f"open({str(folder / 'imported')!r}, 'w').close()\n")
    address = f"http://127.0.0.1:{port}"
    env = quiet_home(folder) | {"ISMARKET_TOKEN": token, "PYTHONSAFEPATH": "1"}
    with serving(command, f"{address}/login", env, folder):
        assert not (folder / "imported").exists()  # the current folder holds no code of the app
        yield f"{address}/?token={token}", address
