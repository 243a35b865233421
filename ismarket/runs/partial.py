"""The hidden folder in which a run is written: held alone, begun or taken up again."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import DriverError, InputError
from . import disk
from .layout import BLOCKS, LOG, PLAN, to_json
from .start import OR_NOT, Place, begun, now

AGAIN = "what is finished is kept, go on with --resume"
STAYS = {"inputs", "drivers", "environment", LOG, BLOCKS}
"""What a run that goes on keeps of what was there; the rest is written anew."""


@contextmanager
def taken(
    where: Place,
    identity: Mapping[str, Any],
    contents: Mapping[str, bytes],
    *,
    extras: tuple[str, ...] = (),
    resume: bool = False,
) -> Iterator[Mapping[str, Any]]:
    """Hold the partial folder of a run alone, begun or taken up again; gives its plan.

    ``contents`` are files written before the plan, which is written last: a partial folder
    without a whole plan has no finished blocks either.  Raises InputError for a name that is
    taken or a plan that changed, DiskError if the disk fails or another process has it.
    """
    name = where.final.name
    with disk.told(f"{where.final.parent}: cannot write a run here", OR_NOT):
        disk.make_parents(where.final.parent)
        disk.make_folder(where.partial)
        disk.sync_folder(where.final.parent)
    with disk.told(f"{name}: cannot write the run", AGAIN), disk.locked(where.partial, name):
        if where.final.exists() or where.final.is_symlink():
            disk.remove(where.partial)
            raise InputError(f"{where.final} exists; choose another --out")
        plan = begun(where)
        if plan is None:
            _empty(where.partial, ())
            plan = {"started": now(), "extras": list(extras), "identity": identity}
            log(where.partial, {"event": "started", "time": plan["started"]})
            write_all(where.partial, contents)
            write_all(where.partial, {PLAN: to_json(plan)})
        elif not resume:
            raise InputError(
                f"{name} was interrupted; go on with --resume, or remove {where.partial}"
            )
        else:
            check_same(plan["identity"], identity)
            if set(extras) != set(plan["extras"]):
                raise InputError(
                    f"--resume: begun with --also {','.join(plan['extras']) or 'none'}"
                )
            _empty(where.partial, STAYS)
            _mend_log(where.partial / LOG)
            log(where.partial, {"event": "resumed", "time": now()})
        try:
            yield plan
        except (InputError, DriverError):  # it would fail again: there is nothing to go on with
            disk.remove(where.partial)
            raise


def write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    """Files below ``folder``, then the folders that hold them, all on the disk."""
    folders = {folder / parent for path in files for parent in Path(path).parents}
    for made in sorted(folders - {folder}):
        disk.make_folder(made)
    disk.write_files({folder / path: data for path, data in files.items()})
    disk.sync_folder(*sorted(folders))


def _empty(partial: Path, stays: Collection[str]) -> None:
    for name in sorted(set(os.listdir(partial)) - set(stays)):
        disk.remove(partial / name)


def log(partial: Path, event: Mapping[str, Any]) -> None:
    """One more line in the log of a run."""
    line = json.dumps(event, sort_keys=True) + "\n"
    disk.write_file(partial / LOG, line.encode(), append=True)


def _mend_log(path: Path) -> None:
    """Cut a last line that was not written to its end."""
    data = path.read_bytes() if path.exists() else b""
    if not data.endswith(b"\n"):
        disk.write_file(path, data[: data.rfind(b"\n") + 1])


def check_same(old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Raise InputError that names what changed since the run was begun."""
    changed = [part for part in sorted({*old, *new}) if old.get(part) != new.get(part)]
    if not changed:
        return
    what = ", ".join(_difference(part, old.get(part), new.get(part)) for part in changed)
    raise InputError(f"--resume: not the run that was begun; changed: {what}")


def _difference(part: str, old: Any, new: Any) -> str:
    if part == "until":
        return f"until ({old or 'none'} to {new or 'none'})"
    if part == "scenario" and old and new:
        before, after = set(old.splitlines()), set(new.splitlines())
        lines = sorted(after - before) or sorted(before - after)
        return "scenario (" + "; ".join(lines)[:120] + ")"
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        names = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
        return f"{part} ({', '.join(names)[:120]})"
    return part
