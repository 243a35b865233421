"""Hearing what a driver says while it runs: its prints as text, its warnings once.

Blocks of draws run in threads, so what is printed is told apart by thread: one switch stands in
for the standard streams while any driver runs, and everybody else still reaches the real ones.
"""

from __future__ import annotations

import io
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from ..model.driver import Driver


class DriverWarning(UserWarning):
    """A warning that a driver gave while it ran, reported once with its name."""


_local = threading.local()
_lock = threading.Lock()
_running = 0
_replaced: list[Callable[[], None]] = []
_reported: set[tuple[str, str, str]] = set()


class _Switch(io.TextIOBase):
    """A stream that gives each thread its own text while a driver runs in it."""

    def __init__(self, real: TextIO) -> None:
        super().__init__()
        self._real = real

    def _target(self) -> Any:
        return getattr(_local, "said", None) or self._real

    def write(self, text: str) -> int:
        return int(self._target().write(text))

    def flush(self) -> None:
        self._target().flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class _Text(io.StringIO):
    """Printed text; true even while empty."""

    def __bool__(self) -> bool:
        return True


@contextmanager
def heard(driver: Driver) -> Iterator[io.StringIO]:
    """What this thread prints while it lasts; warnings are reported when it ends, each once."""
    said, warned = _Text(), list[tuple[str, str]]()
    _enter()
    outer = getattr(_local, "said", None), getattr(_local, "warned", None)
    _local.said, _local.warned = said, warned
    try:
        yield said
    finally:
        _local.said, _local.warned = outer
        _leave()
    for kind, text in warned:
        key = driver.name, kind, text
        if key not in _reported:
            _reported.add(key)
            plugin = f"plugin {driver.plugin}, " if driver.plugin else ""
            message = f"{plugin}driver {driver.name} warned: {kind}: {text}"
            warnings.warn(message, DriverWarning, stacklevel=4)


def _enter() -> None:
    global _running
    with _lock:
        _running += 1
        if _running == 1:
            _replaced.extend(_install())


def _leave() -> None:
    global _running
    with _lock:
        _running -= 1
        if _running == 0:
            while _replaced:
                _replaced.pop()()


def _install() -> list[Callable[[], None]]:
    """Put the switches in; what is returned takes each out again, if it still stands."""
    undo: list[Callable[[], None]] = []
    for name in ("stdout", "stderr"):
        real = getattr(sys, name)
        switch = _Switch(real)
        setattr(sys, name, switch)
        undo.append(lambda n=name, r=real, s=switch: _restore(sys, n, s, r))  # type: ignore[misc]
    shown = warnings.showwarning

    def show(message: Any, category: Any, *where: Any, **more: Any) -> None:
        warned = getattr(_local, "warned", None)
        if warned is None:
            shown(message, category, *where, **more)
        else:
            warned.append((category.__name__, " ".join(str(message).split())))

    warnings.showwarning = show
    undo.append(lambda: _restore(warnings, "showwarning", show, shown))
    return undo


def _restore(owner: Any, name: str, ours: object, real: object) -> None:
    if getattr(owner, name) is ours:
        setattr(owner, name, real)
