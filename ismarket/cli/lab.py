"""``ismarket lab`` and ``ismarket app``: the notebooks in JupyterLab, the explorer as an app."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
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
    from ..runs.disk import new_file, told

    copied, kept = [], []
    with told(f"{target}: cannot be written"):
        target.mkdir(parents=True, exist_ok=True)
        for source in sorted(notebooks().glob("*.ipynb")):
            place, data = target / source.name, source.read_bytes()
            if not os.path.lexists(place):
                with new_file(place) as partial:  # one that is cut would pass for the user's own
                    partial.write_bytes(data)
                copied.append(source.name)
            elif place.read_bytes() != data:
                kept.append(source.name)
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
    """Copy the notebooks to FOLDER, never over a changed file, and open JupyterLab there.

    A notebook is code, and so is every Python file beside it: open a folder that is your own.
    """
    copied, kept = copy_notebooks(folder)
    say(f"{folder}: {len(copied)} notebooks copied")
    for name in kept:
        say(f"{folder / name}: yours differs, left as it is")
    if copy_only:
        return 0
    _needs("jupyterlab")
    command = [sys.executable, "-P", "-m", "jupyterlab", f"--ServerApp.root_dir={folder.resolve()}"]
    command += ["--ServerApp.ip=127.0.0.1", "--LabApp.check_for_updates_class="
                "jupyterlab.NeverCheckForUpdate"]  # fmt: skip
    command += [f"--ServerApp.port={port}"] if port else []
    command += [] if browser else ["--no-browser"]
    return _serve(command)


@click.command()
@click.option("--port", type=click.IntRange(1024, 65535), default=8866, help="Port, 8866.")
@click.option("--browser/--no-browser", default=True, help="Open a browser window.")
@click.option("--token", envvar="ISMARKET_TOKEN",
              help="Token to ask for, here or in ISMARKET_TOKEN, which no list of processes shows;"
              " by default a new one each time.")  # fmt: skip
def app(port: int, browser: bool, token: str | None) -> int:
    """Serve the explorer as an app on this computer only, with a token, without network."""
    _needs("voila")
    from jupyter_core.paths import jupyter_config_path
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
    with _opened(address) if browser else nullcontext():
        # by itself Voila runs a voila.py of the current folder and answers to any host name
        Voila.launch_instance(argv=arguments, config_file_paths=jupyter_config_path(),
                              tornado_settings={"allow_remote_access": False})  # fmt: skip
    return 0


@contextmanager
def _opened(address: str) -> Iterator[None]:
    """Open a browser by a file of one's own: the list of processes shows what it is started with.

    The file leads on to the address, and is gone afterwards.
    """
    import webbrowser

    from jupyter_core.paths import jupyter_runtime_dir

    folder = Path(jupyter_runtime_dir())
    folder.mkdir(0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(".html", "ismarket-", folder)  # readable by its owner alone
    with open(handle, "w", encoding="utf-8") as page:
        page.write(f'<meta http-equiv="refresh" content="1; url={address}">')
    webbrowser.open(Path(name).as_uri())
    try:
        yield
    finally:
        Path(name).unlink(missing_ok=True)


def _serve(command: list[str]) -> int:
    """Run a server until it ends or is stopped."""
    try:
        return subprocess.run(command, check=False).returncode
    except KeyboardInterrupt:
        return 0
