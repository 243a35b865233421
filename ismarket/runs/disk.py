"""Writing that lasts, every file and folder synced, and one writer for a run.

Each system call that changes the disk is one call of ``os`` here and nowhere else in runs, so
that every one of them can be made to fail.  The lock of a run is held by the kernel, so that it
ends with the process: where a folder can be locked (Linux, macOS) the partial folder is;
elsewhere (Windows) a file beside it, which is not moved when the run is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from secrets import token_hex

from ..errors import DiskError, InputError

WINDOWS = os.name == "nt"
TOGETHER = 64
"""Files that are open at once."""
Take = Callable[[int], None]
"""Take the lock on an open file at once, or raise OSError where another process has it."""


def make_folder(path: Path) -> None:
    """A new folder, or the one that is there."""
    try:
        os.mkdir(path)
    except FileExistsError:
        if path.is_symlink() or not path.is_dir():
            raise


def make_parents(folder: Path) -> None:
    """The folder and those above it, each one's name on the disk."""
    if not folder.exists():
        make_parents(folder.parent)
        make_folder(folder)
        sync_folder(folder.parent)


def write_file(path: Path, data: bytes, *, append: bool = False) -> None:
    """``data`` in the file and on the disk before this returns; its folder is synced apart."""
    _write({path: data}, os.O_APPEND if append else os.O_TRUNC)


def write_files(files: Mapping[Path, bytes]) -> None:
    """The same for many files; they are synced together, so they share the disk's commits."""
    paths = list(files)
    for at in range(0, len(paths), TOGETHER):
        _write({path: files[path] for path in paths[at : at + TOGETHER]}, os.O_TRUNC)


def _write(files: Mapping[Path, bytes], mode: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | mode | getattr(os, "O_BINARY", 0)
    with ExitStack() as opened:
        handles = []
        for path, data in files.items():
            handles.append(_open(opened, path, flags))
            left = memoryview(data)
            while left:
                left = left[os.write(handles[-1], left) :]
        _sync(handles)


def _open(opened: ExitStack, path: Path, flags: int) -> int:
    """A handle that is closed with ``opened``, whatever happens to it or to others before."""
    handle = os.open(path, flags, 0o644)
    opened.callback(os.close, handle)
    return handle


def _sync(handles: Iterable[int]) -> None:
    """Wait until all are on the disk; asked for at once, which is ten times as fast."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(os.fsync, handles))


def sync_folder(*paths: Path) -> None:
    """The names in folders on the disk; Windows keeps them without being asked."""
    if not WINDOWS:
        with ExitStack() as opened:
            _sync([_open(opened, path, os.O_RDONLY | os.O_DIRECTORY) for path in paths])


def rename(old: Path, new: Path) -> None:
    """One step from the old name to the new one; the parent folder is synced apart."""
    os.rename(old, new)


def remove(path: Path) -> None:
    """A file or a whole folder gone; no link is followed."""
    if path.is_dir() and not path.is_symlink():
        for name in sorted(os.listdir(path)):
            remove(path / name)
        os.rmdir(path)
    else:
        os.unlink(path)


def remove_if_there(path: Path) -> None:
    """The same, and nothing where there is nothing."""
    if path.exists() or path.is_symlink():
        remove(path)


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A file beside ``path`` to write, which takes its name in one step once all is in it.

    Nothing that is there is replaced, be it a file, a link or a device, and nothing is left where
    the body raises.  Raises InputError if the name is taken, DiskError if the disk fails.
    """
    taken = InputError(f"{path} exists; choose another name")
    if os.path.lexists(path):
        raise taken
    partial = path.with_name(f".{token_hex(6)}.partial")
    with told(f"{path}: cannot be written"):
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    try:
        yield partial
        with told(f"{path}: cannot be written"), ExitStack() as opened:
            _sync([_open(opened, partial, os.O_RDWR)])
            try:
                os.link(partial, path)
            except FileExistsError:
                raise taken from None
            except OSError:  # a disk without links
                if os.path.lexists(path):
                    raise taken from None
                os.rename(partial, path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def told(what: str, then: str = "") -> Iterator[None]:
    """Turn a failure of the disk into one line: what could not be done, and what is safe."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DiskError(f"{what}: {reason}{'; ' + then if then else ''}") from None


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
    with ExitStack() as opened:
        handle = _open(opened, folder, os.O_RDONLY | os.O_DIRECTORY)
        _take(take, handle, name)
        if not _same(handle, folder):
            raise DiskError(f"{name}: another process has just finished this run")
        yield


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
