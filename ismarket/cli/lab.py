"""``ismarket lab`` and ``ismarket app``: the notebooks in JupyterLab, the explorer as an app."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path

import click

from ..errors import InputError
from ..text.install import extra
from .common import say

FOLDER = "ismarket-notebooks"
APP = "01_explore.ipynb"
NOT_IN_APP = ("jupyterlab-jupytext", "@jupyter-notebook/lab-extension")
"""Extensions of JupyterLab that a page without JupyterLab cannot load."""


class LaunchError(InputError):
    """The environment lacks something: one line, exit code 4."""

    exit_code = 4


def notebooks() -> Path:
    """The folder of the notebooks that come with the package."""
    here = Path(__file__).resolve().parents[1]
    for folder in (here / "notebooks", here.parent / "notebooks"):
        if (folder / APP).is_file():
            return folder
    raise LaunchError("the notebooks are not installed with this copy of ismarket")


def copy_notebooks(target: Path) -> tuple[list[str], list[str]]:
    """Copy the notebooks into ``target``; returns the names copied, and those left as they were.

    A file that is there and differs is never overwritten.
    """
    copied, kept = [], []
    try:
        target.mkdir(parents=True, exist_ok=True)
        for source in sorted(notebooks().glob("*.ipynb")):
            place = target / source.name
            if not place.exists():
                place.write_bytes(source.read_bytes())
                copied.append(source.name)
            elif place.read_bytes() != source.read_bytes():
                kept.append(source.name)
    except OSError as error:
        raise LaunchError(f"{target}: cannot be written ({error.strerror})") from None
    return copied, kept


def _needs(module: str) -> None:
    from importlib.util import find_spec

    if find_spec(module) is None:
        raise LaunchError(f"{module} is not installed: {extra('notebook')}")


@click.command()
@click.argument("folder", default=FOLDER, type=click.Path(file_okay=False, path_type=Path))
@click.option("--port", type=click.IntRange(1024, 65535), help="Port on this computer.")
@click.option("--browser/--no-browser", default=True, help="Open a browser window.")
@click.option("--copy-only", is_flag=True, help="Copy the notebooks and stop.")
def lab(folder: Path, port: int | None, browser: bool, copy_only: bool) -> int:
    """Copy the notebooks to FOLDER, never over a changed file, and open JupyterLab there."""
    copied, kept = copy_notebooks(folder)
    say(f"{folder}: {len(copied)} notebooks copied")
    for name in kept:
        say(f"{folder / name}: yours differs, left as it is")
    if copy_only:
        return 0
    _needs("jupyterlab")
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder.resolve()}"]
    command += ["--ServerApp.ip=127.0.0.1", "--LabApp.check_for_updates_class="
                "jupyterlab.NeverCheckForUpdate"]  # fmt: skip
    command += [f"--ServerApp.port={port}"] if port else []
    command += [] if browser else ["--no-browser"]
    return _serve(command)


@click.command()
@click.option("--port", type=click.IntRange(1024, 65535), default=8866, help="Port, 8866.")
@click.option("--browser/--no-browser", default=True, help="Open a browser window.")
@click.option("--token", help="Token to ask for; by default a new one each time.")
def app(port: int, browser: bool, token: str | None) -> int:
    """Serve the explorer as an app on this computer only, with a token, without network."""
    _needs("voila")
    from voila.app import Voila  # in this process, so that no list of processes shows the token

    token = token or secrets.token_urlsafe(24)
    templates = Path(__file__).resolve().parents[1] / "explorer" / "jupyter"
    known = os.environ.get("JUPYTER_PATH")
    os.environ["JUPYTER_PATH"] = os.pathsep.join([str(templates), *([known] if known else [])])
    arguments = [
        str(notebooks() / APP), "--Voila.ip=127.0.0.1", f"--port={port}", "--template=ismarket",
        f"--Voila.token={token}", "--no-browser",
        *(f"--VoilaConfiguration.extension_denylist={name}" for name in NOT_IN_APP),
    ]  # fmt: skip
    address = f"http://127.0.0.1:{port}/?token={token}"
    say(address)
    if browser:
        import webbrowser

        webbrowser.open(address)
    Voila.launch_instance(argv=arguments)
    return 0


def _serve(command: list[str]) -> int:
    """Run a server until it ends or is stopped."""
    try:
        return subprocess.run(command, check=False).returncode
    except KeyboardInterrupt:
        return 0
