"""A disk that can lose power: what a run asked of the system, and what a crash leaves of it.

``recording`` notes every call that changes the disk below a folder, or makes one of them fail.
``states`` plays the calls back up to a crash and gives what is then found: after a kill all that
was called has happened; after a power cut only what was synced is sure to be there.
"""

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

CALLS = ("open", "write", "fsync", "close", "mkdir", "rename", "unlink", "rmdir")


@dataclass
class Call:
    """One call: its name, the path below the root, and what it carried."""

    name: str
    path: str
    data: object = None


@contextmanager
def recording(root, fail_at=None, error=None, unsynced=()):
    """The list of calls below ``root``; the one at index ``fail_at`` raises OSError ``error``.

    An fsync of a file whose name is in ``unsynced`` is left out: a deliberate fault.
    """
    root, calls, handles, turn = os.fspath(root), [], {}, Lock()
    real = {name: getattr(os, name) for name in CALLS}

    def below(path):
        text = os.path.abspath(os.fspath(path))
        return (
            os.path.relpath(text, root) if text.startswith(root + os.sep) or text == root else None
        )

    def note(name, path, data=None):
        with turn:  # files are synced from several threads
            fails = fail_at is not None and len(calls) == fail_at
            calls.append(Call("failed" if fails else name, path, data))
        if fails:
            raise OSError(error, os.strerror(error))

    def wrapped_open(path, flags, *rest, **more):
        where = None if isinstance(path, int) else below(path)
        if where is None:
            return real["open"](path, flags, *rest, **more)
        if flags & os.O_CREAT:
            note("create", where, bool(flags & os.O_TRUNC))
        handle = real["open"](path, flags, *rest, **more)
        handles[handle] = (where, bool(flags & os.O_DIRECTORY))
        return handle

    def wrapped_write(handle, data):
        if handle in handles:
            note("write", handles[handle][0], bytes(data))
        return real["write"](handle, data)

    def wrapped_fsync(handle):
        if handle in handles:
            where, folder = handles[handle]
            if Path(where).name in unsynced:
                return None
            note("sync_folder" if folder else "sync", where)
        return real["fsync"](handle)

    def wrapped_close(handle):
        if handle in handles:
            where, folder = handles.pop(handle)
            real["close"](handle)
            if not folder:
                note("close", where)
            return None
        return real["close"](handle)

    def one_path(name):
        def call(path, *rest, **more):
            where = below(path)
            if where is not None:
                note(name, where)
            return real[name](path, *rest, **more)

        return call

    def wrapped_rename(old, new, **more):
        if below(old) is not None:
            note("rename", below(old), below(new))
        return real["rename"](old, new, **more)

    fakes = {
        "open": wrapped_open, "write": wrapped_write, "fsync": wrapped_fsync,
        "close": wrapped_close, "rename": wrapped_rename,
        **{name: one_path(name) for name in ("mkdir", "unlink", "rmdir")},
    }  # fmt: skip
    for name, fake in fakes.items():
        setattr(os, name, fake)
    try:
        yield calls
    finally:
        for name, original in real.items():
            setattr(os, name, original)


@dataclass
class File:
    now: bytes = b""
    synced: bytes = b""


@dataclass
class Folder:
    now: dict = field(default_factory=dict)
    synced: dict = field(default_factory=dict)


def play(calls):
    """The root folder after the calls, knowing of each thing what is now and what is synced."""
    root = Folder()

    def find(path):
        node = root
        for part in Path(path).parts:
            node = node.now[part]
        return node

    def parent(path):
        return find(Path(path).parent).now

    for call in calls:
        name = Path(call.path).name
        if call.name == "mkdir":
            parent(call.path).setdefault(name, Folder())
        elif call.name == "create":
            file = parent(call.path).setdefault(name, File())
            if call.data:
                file.now = b""
        elif call.name == "write":
            find(call.path).now += call.data
        elif call.name == "sync":
            file = find(call.path)
            file.synced = file.now
        elif call.name == "sync_folder":
            folder = find(call.path)
            folder.synced = dict(folder.now)
        elif call.name == "rename":
            parent(call.data)[Path(call.data).name] = parent(call.path).pop(name)
        elif call.name in ("unlink", "rmdir"):
            del parent(call.path)[name]
    return root


def survive(folder, data, names):
    """What is left of a folder: ``data`` and ``names`` say for each "now" or "synced"."""
    left = {}
    for name, node in getattr(folder, names).items():
        if isinstance(node, Folder):
            left[name] = survive(node, data, names)
        else:
            left[name] = getattr(node, data)
    return left


def states(calls, at):
    """The worlds after a crash in or after call ``at``, each a name and a tree of bytes."""
    done = play(calls[: at + 1])
    yield "kill", survive(done, "now", "now")
    yield "power, names kept", survive(done, "synced", "now")
    yield "power, names lost", survive(done, "synced", "synced")
    call = calls[at]
    if call.name == "write" and len(call.data) > 1:
        torn = Call("write", call.path, call.data[: len(call.data) // 2])
        half = play([*calls[:at], torn])
        yield "torn write", survive(half, "now", "now")


def lay_out(tree, folder):
    """Make a folder of a tree of bytes."""
    folder.mkdir()
    for name, node in tree.items():
        if isinstance(node, dict):
            lay_out(node, folder / name)
        else:
            (folder / name).write_bytes(node)
