"""One writer for a run: a lock that the kernel holds, so that it ends with the process.

Where a folder can be locked (Linux, macOS) the partial folder is; elsewhere (Windows) a file
beside it, which is not moved when the run is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path

from ..errors import DiskError

Take = Callable[[int], None]
"""Take the lock on an open file at once, or raise OSError where another process has it."""


@contextmanager
def locked(folder: Path, name: str) -> Iterator[None]:
    """Hold the partial ``folder`` of run ``name`` alone; the kernel lets go with the process.

    Raises DiskError if another process holds it, or has just finished with it.
    """
    try:
        fcntl = import_module("fcntl")
    except ImportError:
        with locked_beside(folder, name, _take_on_windows):
            yield
        return
    with locked_itself(folder, name, lambda h: fcntl.flock(h, fcntl.LOCK_EX | fcntl.LOCK_NB)):
        yield


@contextmanager
def locked_itself(folder: Path, name: str, take: Take) -> Iterator[None]:
    """Hold a lock on the folder, which may be moved meanwhile."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _take(take, handle, name)
        if not _same(handle, folder):
            raise DiskError(f"{name}: another process has just finished this run")
        yield
    finally:
        os.close(handle)


@contextmanager
def locked_beside(folder: Path, name: str, take: Take) -> Iterator[None]:
    """Hold a lock on a file beside the folder, which goes with the lock.

    Windows removes no file that another process has open, so nobody's lock is taken away.
    """
    file = folder.with_name(f"{folder.name}.lock")
    handle, held = os.open(file, os.O_RDWR | os.O_CREAT, 0o644), False
    try:
        _take(take, handle, name)
        held = True
        if not folder.is_dir():
            raise DiskError(f"{name}: another process has just finished this run")
        yield
    finally:
        os.close(handle)
        if held:
            with suppress(OSError):
                os.unlink(file)


def _take(take: Take, handle: int, name: str) -> None:
    try:
        take(handle)
    except OSError:
        raise DiskError(f"{name}: another process is writing this run") from None


def _take_on_windows(handle: int) -> None:
    """Lock the first byte, as Windows locks: by region, at once."""
    msvcrt = import_module("msvcrt")
    msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)


def _same(handle: int, folder: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), os.stat(folder))
    except FileNotFoundError:
        return False
