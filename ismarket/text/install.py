"""The command that installs something into this environment, whichever pip is at hand."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ..errors import InputError


def pip_install(*what: str) -> str:
    """The pip command that brings ``what`` into the environment of the interpreter that runs.

    Where that has no pip, the interpreter it was made from has one and works on it from outside.
    """
    base = Path(getattr(sys, "_base_executable", sys.executable))
    own = find_spec("pip") is not None
    pip = [sys.executable, "-m", "pip"] if own else [str(base), "-m", "pip", "--python", sys.prefix]
    return shlex.join([*pip, "install", *what])


def extra(name: str) -> str:
    """The command that brings an extra of this package, from where the package itself came."""
    return pip_install(f"{installed_from('ismarket') or 'ismarket'}[{name}]")


def installed_from(name: str, version: str = "") -> Path | None:
    """The folder or file from which a distribution, of that version, was installed, if any."""
    try:
        package = distribution(name)
    except PackageNotFoundError:
        return None
    same = package.version == version or not version
    written = package.read_text("direct_url.json") if same else None
    address = urlsplit(json.loads(written)["url"] if written else "")
    path = Path(unquote(address.path))
    return path if address.scheme == "file" and path.exists() else None


def lacking(what: str, name: str, error: ImportError) -> Exception:
    """What to raise where an import fails: how to install its extra, or the fault as it is."""
    if (error.name or "").startswith("ismarket"):
        return error
    return InputError(f"{what} needs {error.name or 'more'}: {extra(name)}")


@contextmanager
def needs(what: str, name: str) -> Iterator[None]:
    """Imports that an extra brings; where they are missing InputError says how to have them."""
    try:
        yield
    except ImportError as error:
        raise lacking(what, name, error) from None
