"""The environment of a run: Python, platform, processor features, packages with their hashes."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import Any

from .layout import digest

_PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def environment(roots: Iterable[str]) -> dict[str, Any]:
    """What a run was computed with; nothing in it names a machine, a user or a path.

    ``roots`` are distributions; their requirements are followed, extras left aside.
    """
    return {
        "python": {
            "implementation": platform.python_implementation(),
            "version": platform.python_version(),
        },
        "platform": {
            "system": platform.system(),
            "machine": platform.machine(),
            "byte_order": sys.byteorder,
            "libc": " ".join(platform.libc_ver()).strip(),
        },
        "cpu_features": cpu_features(),
        "packages": packages(roots),
    }


def cpu_features() -> list[str]:
    """The processor features that NumPy uses here, beyond those it was built to expect."""
    try:
        known = import_module("numpy._core._multiarray_umath").__cpu_features__
    except (ImportError, AttributeError):  # another NumPy keeps them elsewhere
        return []
    return sorted(name for name, present in known.items() if present)


def packages(roots: Iterable[str]) -> dict[str, dict[str, str]]:
    """Version and hash of the distributions and of all that they require, by name."""
    found: dict[str, dict[str, str]] = {}
    waiting = sorted(set(roots))
    while waiting:
        try:
            package = distribution(waiting.pop())
        except PackageNotFoundError:
            continue
        about = package.metadata  # read once: each look at it parses the file
        name = _folded(about["Name"])
        if name in found:
            continue
        found[name] = {"version": about["Version"], "sha256": content_hash(package)}
        for requirement in about.get_all("Requires-Dist") or ():
            matched = _PACKAGE.match(requirement)
            if matched and "extra ==" not in requirement:
                waiting.append(matched.group())
    return dict(sorted(found.items()))


def content_hash(package: Distribution) -> str:
    """SHA-256 over the hashes of the installed files, the same wherever one wheel is installed.

    Scripts (their first line names the interpreter) and notes of the installer are left out; an
    editable install has no such list and gives an empty text.
    """
    record = package.read_text("RECORD") or ""
    own = [
        line
        for line in record.splitlines()
        if ",sha256=" in line and not line.startswith(("..", '"..', "__editable__", "_editable"))
    ]
    own = [
        line
        for line in own
        if ".dist-info/" not in line and not line.split(",")[0].endswith(".pth")
    ]
    return digest("\n".join(sorted(own)).encode()) if own else ""


def _folded(name: str) -> str:
    """A distribution's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
