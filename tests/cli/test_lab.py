"""The notebooks and the app run no code of the current folder and tell nobody their token."""

import errno
import os
import stat
import subprocess
import sys
import webbrowser
from pathlib import Path
from urllib.parse import urlparse
from urllib.request import url2pathname

import pytest
from command_line import ismarket

from ismarket.cli import lab

CODE = "open({!r}, 'w').close()\n"


def test_a_copy_that_is_cut_short_leaves_nothing_that_passes_for_the_users_own(
    tmp_path, monkeypatch
):
    write = Path.write_bytes

    def cut(path, data):
        write(path, data[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", cut)
    done = ismarket("lab", "mine", "--copy-only", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == "ismarket: mine: cannot be written: No space left on device\n"
    assert list((tmp_path / "mine").iterdir()) == []
    monkeypatch.undo()
    done = ismarket("lab", "mine", "--copy-only", cwd=tmp_path)
    assert "notebooks copied" in done.stdout


@pytest.mark.slow(reason="a server in a process of its own")
def test_a_module_in_the_current_folder_is_not_jupyterlab(tmp_path, monkeypatch):
    pytest.importorskip("jupyterlab")
    monkeypatch.setenv("PYTHONPATH", "")
    (tmp_path / "jupyterlab.py").write_text(CODE.format(str(tmp_path / "imported")))
    asked = []
    monkeypatch.setattr(lab, "_serve", lambda command: asked.append(command) or 0)
    assert ismarket("lab", "mine", cwd=tmp_path).returncode == 0
    (command,) = asked
    start = [*command[: command.index("jupyterlab") + 1], "--version"]
    subprocess.run(start, cwd=tmp_path, check=True, capture_output=True)
    assert not (tmp_path / "imported").exists()


@pytest.mark.slow(reason="a server in a process of its own")
def test_a_module_in_the_current_folder_is_not_one_of_the_package(tmp_path):
    for name in ("numpy", "click", "pluggy", "voila"):
        (tmp_path / f"{name}.py").write_text(CODE.format(str(tmp_path / "imported")))
    command = [sys.executable, "-m", "ismarket", "anchors"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert not (tmp_path / "imported").exists()


def test_the_browser_is_started_with_a_file_that_only_its_owner_reads(tmp_path, monkeypatch):
    voila = pytest.importorskip("voila.app")
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("JUPYTER_PATH", "")
    seen = []

    def opened(address):
        file = url2pathname(urlparse(address).path)
        with open(file, encoding="utf-8") as page:
            seen.append((address, stat.S_IMODE(os.stat(file).st_mode), page.read()))

    monkeypatch.setattr(webbrowser, "open", opened)
    monkeypatch.setattr(voila.Voila, "launch_instance", lambda **_: seen.append("served"))
    done = ismarket("app", ISMARKET_TOKEN="very-secret")
    assert (done.returncode, done.stderr) == (0, "")
    (address, mode, page), served = seen
    assert address.startswith("file:")
    assert "very-secret" not in address
    assert (mode, served) == (0o600, "served")
    assert "url=http://127.0.0.1:8866/?token=very-secret" in page
    assert list((tmp_path / "runtime").iterdir()) == []
