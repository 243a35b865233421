"""The command line in this process: what a person would see, without starting Python again."""

import contextlib
import importlib
import io
import os
import sys
import warnings
from dataclasses import dataclass
from unittest import mock

from ismarket.cli import main


@dataclass(frozen=True)
class Done:
    """How a command ended and what it printed."""

    returncode: int
    stdout: str
    stderr: str


@contextlib.contextmanager
def installed(path):
    """The folders of ``path`` are searched for plugins, whose modules are forgotten afterwards."""
    folders, modules = str(path).split(os.pathsep) if path else [], set(sys.modules)
    with mock.patch.object(sys, "path", [*folders, *sys.path]):
        importlib.invalidate_caches()
        yield
    for name in set(sys.modules) - modules:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(tuple(folders)):
            del sys.modules[name]


def ismarket(*arguments, path=None, cwd=".", **environment):
    """The command in the folder ``cwd``, with the plugins in ``path`` installed."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
    code = 0
    with (
        contextlib.chdir(cwd),
        installed(path),
        mock.patch.dict(os.environ, environment),
        warnings.catch_warnings(),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        warnings.simplefilter("default")
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as stopped:
            code = stopped.code
    return Done(code, *(_all_of(stream) for stream in (out, err)))


def _all_of(stream):
    stream.flush()
    return stream.buffer.getvalue().decode()
