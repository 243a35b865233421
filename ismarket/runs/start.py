"""Where a run goes, what it begins with, and the hidden folder in which it is written."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import DriverError, InputError
from ..model.anchor_file import ANCHOR
from ..model.scenario import Scenario, parse_scenario
from . import disk
from .layout import BLOCKS, LOG, PLAN, RUNS, TABLES, from_json, to_json

OR_NOT = "choose another --out or use --no-keep"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


@dataclass(frozen=True)
class Place:
    """The final folder of a run, and the hidden one beside it in which it is written."""

    final: Path

    @property
    def partial(self) -> Path:
        """Written here; renamed when all is on the disk."""
        return self.final.with_name(f".{self.final.name}.partial")


def now() -> str:
    """UTC time to the second; SOURCE_DATE_EPOCH stands for it where set."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    moment = datetime.fromtimestamp(int(fixed), UTC) if fixed.isdigit() else datetime.now(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


LONGEST = 1000
"""Characters of the path of a run."""


def place(out: Path | None, scenario: str, plan: str) -> Place:
    """The place asked for, or a new one in ``runs/`` named by time, scenario and plan."""
    if out is not None:
        name = Path(os.path.abspath(out)).name
        if len(os.path.abspath(out)) > LONGEST:
            raise InputError(f"--out {str(out)[:60]!r}...: longer than {LONGEST} characters")
        if not _NAME.fullmatch(name):
            raise InputError(
                f"--out {name!r}: a run's name has letters, digits, . _ - and starts with a letter"
                " or digit"
            )
        return Place(out.parent / name if out.name else Path(os.path.abspath(out)))
    slug = "-".join(re.findall(r"[a-z0-9]+", scenario.lower()))[:40] or "scenario"
    stamp = now().replace("-", "").replace(":", "")
    stem, number = f"{stamp}-{slug}-{plan[:8]}", 1
    found = Place(RUNS / stem)
    with disk.told(f"{RUNS}: cannot write a run here", OR_NOT):
        disk.make_parents(RUNS)
        while not _reserved(found):
            number += 1
            found = Place(RUNS / f"{stem}-{number}")
    return found


def _reserved(where: Place) -> bool:
    """True where the partial folder is new, so that no other process has the name."""
    if where.final.exists():
        return False
    try:
        os.mkdir(where.partial)
    except FileExistsError:
        return False
    return True


def _interrupted() -> Place:
    """The run to take up again: the only partial one in ``runs/``."""
    found = sorted(RUNS.glob(".*.partial")) if RUNS.is_dir() else []
    names = [path.name[1 : -len(".partial")] for path in found]
    if not names:
        raise InputError(f"--resume: no interrupted run in {RUNS}/; name one with --out")
    if len(names) > 1:
        raise InputError(f"--resume: {len(names)} interrupted runs; choose with --out: {names[-1]}")
    return Place(RUNS / names[0])


@dataclass(frozen=True, eq=False)
class Start:
    """Where a run goes, and what an interrupted one that goes on was begun with.

    ``scenario`` and ``tables`` are its own where it goes on as it was begun, ``until`` says how
    exact it was to be, ``extras`` what else it keeps.  ``finished`` is the run that is there
    already, where one that was to go on has its end.
    """

    where: Place | None = None
    scenario: Scenario | None = None
    tables: Mapping[str, bytes] = field(default_factory=dict)
    until: float | None = None
    extras: tuple[str, ...] = ()
    finished: Path | None = None


def starting_point(out: Path | None, *, resume: bool, asked: bool) -> Start:
    """Where a command begins: at a new place, or with the run that was interrupted.

    An interrupted run goes on with its own scenario unless one is ``asked`` for, which must then
    be the same.  Raises InputError if there is nothing to go on with, or ``out`` is taken.
    """
    where = starting_place(out, resume=resume)
    if where and where.final.exists():
        return Start(finished=where.final)
    old = begun(where) if where and resume else None
    if where is None or old is None:
        if where and resume and not asked:
            raise InputError(
                f"--resume: {where.final.name} was not begun; name its scenario as well"
            )
        return Start(where)
    identity, extras = old["identity"], tuple(old["extras"])
    if "scenario" not in identity:
        raise InputError(f"--resume: {where.final.name} is a notebook run; name its --notebook")
    if asked:
        return Start(where, until=identity.get("until"), extras=extras)
    file = where.partial / TABLES / ANCHOR
    own = {ANCHOR: file.read_bytes()} if file.is_file() else {}
    scenario = parse_scenario(str(identity["scenario"]), PLAN)
    return Start(where, scenario, own, identity.get("until"), extras)


def starting_place(out: Path | None, *, resume: bool) -> Place | None:
    """The place that the options name; InputError if it is taken and not to go on."""
    if out is None:
        return _interrupted() if resume else None
    where = place(out, "", "")
    if where.final.exists() and not resume:
        raise InputError(f"{where.final} exists; choose another --out")
    return where


def begun(where: Place) -> dict[str, Any] | None:
    """What an interrupted run was begun with; None where it did not get that far."""
    try:
        found = dict(from_json((where.partial / PLAN).read_bytes(), PLAN))
    except (OSError, InputError, ValueError, TypeError):
        return None
    return found if {"started", "extras", "identity"} <= set(found) else None


# the hidden folder ---------------------------------------------------------------------------

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
