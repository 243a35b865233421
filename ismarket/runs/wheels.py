"""The wheels that a run needs, fetched at the versions it was computed with."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from ..errors import DiskError
from .archive import sums_of


def wheels(identity: Mapping[str, Any]) -> dict[str, bytes]:
    """Wheels of every package of a run by file name, with SHA256SUMS and a line how to install.

    A package that is installed from a folder is built from there; all others are downloaded by
    pip at the run's versions, for this Python and platform.  Raises DiskError if pip fails.
    """
    packages = identity["environment"]["packages"]
    with tempfile.TemporaryDirectory() as folder:
        for name, package in packages.items():
            wanted = str(local) if (local := _folder_of(name)) else f"{name}=={package['version']}"
            _pip(["wheel", "--no-deps", "--wheel-dir", folder, wanted], name)
        files = {path.name: path.read_bytes() for path in sorted(Path(folder).glob("*.whl"))}
    files["SHA256SUMS"] = sums_of(files)
    files["README.txt"] = (
        f"Python {identity['environment']['python']['version']},"
        f" {identity['environment']['platform']['system']}"
        f" {identity['environment']['platform']['machine']}\n"
        f"pip install --no-index --find-links . {' '.join(packages)}\n"
    ).encode()
    return files


def _folder_of(name: str) -> Path | None:
    """The folder that a distribution is installed from, if it is one."""
    try:
        text = distribution(name).read_text("direct_url.json")
    except PackageNotFoundError:
        return None
    found = json.loads(text) if text else {}
    url = urlparse(found.get("url", ""))
    return Path(unquote(url.path)) if "dir_info" in found and url.scheme == "file" else None


def _pip(arguments: list[str], name: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        reason = errors[-1] if errors else f"exit code {done.returncode}"
        raise DiskError(f"--with-wheels: pip cannot get a wheel of {name}: {reason}")
