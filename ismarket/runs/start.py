"""Where a run is written and who writes it: names, the hidden partial folder, taking up again."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import DriverError, InputError
from ..scenario import Scenario, load_scenario, parse_scenario, scenario_text, write_scenario
from .disk import locked, make_folder, remove, sync_folder, told, write_file, write_files
from .layout import BLOCKS, LOG, PLAN, RUNS, from_json, to_json
from .origin import Origin

AGAIN = "what is finished is kept, go on with --resume"
OR_NOT = "choose another --out or use --no-keep"
STAYS = {"inputs", "drivers", "environment", LOG, BLOCKS}
"""What a run that goes on keeps of what was there; the rest is written anew."""
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


def place(out: Path | None, scenario: str, plan: str) -> Place:
    """The place asked for, or a new one in ``runs/`` named by time, scenario and plan."""
    if out is not None:
        name = Path(os.path.abspath(out)).name
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
    with told(f"{RUNS}: cannot write a run here", OR_NOT):
        _make_parents(RUNS)
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


def interrupted(out: Path | None) -> Place:
    """The run to take up again: the one at ``out``, or the only partial one in ``runs/``."""
    if out is not None:
        return place(out, "", "")
    found = sorted(RUNS.glob(".*.partial")) if RUNS.is_dir() else []
    names = [path.name[1 : -len(".partial")] for path in found]
    if not names:
        raise InputError(f"--resume: no interrupted run in {RUNS}/; name one with --out")
    if len(names) > 1:
        raise InputError(f"--resume: {len(names)} interrupted runs; choose with --out: {names[-1]}")
    return Place(RUNS / names[0])


@dataclass(frozen=True, eq=False)
class Start:
    """What a command begins with: the scenario before any flag, its text, where the run goes.

    ``finished`` is the run that is there already, where one that was to go on has its end.
    """

    scenario: Scenario
    text: str = ""
    where: Place | None = None
    finished: Path | None = None

    def origin(self, loaded: Origin, chosen: Scenario) -> Origin:
        """``loaded`` with the scenario as given and the choices that flags changed in it."""
        before = set(write_scenario(self.scenario).splitlines())
        flags = [line for line in write_scenario(chosen).splitlines() if line not in before]
        return replace(loaded, given=self.text, flags=tuple(flags))


def starting_point(scenario: str, out: Path | None, *, resume: bool, asked: bool) -> Start:
    """Where a command begins: a scenario by name or file, or the run that was interrupted.

    An interrupted run goes on with its own scenario unless one is ``asked`` for, which must then
    be the same.  Raises InputError if there is nothing to go on with, or ``out`` is taken.
    """
    where = starting_place(out, resume=resume)
    if where and where.final.exists():
        return Start(Scenario(), finished=where.final)
    old = begun(where) if where and resume else None
    if old is not None and not asked:
        return Start(parse_scenario(str(old["identity"]["scenario"]), PLAN), where=where)
    if where and resume and not asked:
        raise InputError(f"--resume: {where.final.name} was not begun; name its scenario as well")
    text, _ = scenario_text(scenario)
    return Start(load_scenario(scenario), text, where)


def starting_place(out: Path | None, *, resume: bool) -> Place | None:
    """The place that the options name; InputError if it is taken and not to go on."""
    where = interrupted(out) if resume else place(out, "", "") if out else None
    if where and where.final.exists() and not resume:
        raise InputError(f"{where.final} exists; choose another --out")
    return where


def begun(where: Place) -> dict[str, Any] | None:
    """What an interrupted run was begun with; None where it did not get that far."""
    try:
        found = dict(from_json((where.partial / PLAN).read_bytes(), PLAN))
    except (OSError, InputError, ValueError, TypeError):
        return None
    return found if {"started", "extras", "identity"} <= set(found) else None


@dataclass(frozen=True)
class Begun:
    """What is settled when a run begins: its start time (UTC) and the tables asked for."""

    started: str
    extras: tuple[str, ...]


@contextmanager
def taken(
    where: Place,
    identity: Mapping[str, Any],
    contents: Mapping[str, bytes],
    *,
    extras: tuple[str, ...] = (),
    resume: bool = False,
) -> Iterator[Begun]:
    """Hold the partial folder of a run alone, begun or taken up again.

    ``contents`` are files written before the plan, which is written last: a partial folder
    without a whole plan has no finished blocks either.  Raises InputError for a name that is
    taken or a plan that changed, DiskError if the disk fails or another process has it.
    """
    name = where.final.name
    with told(f"{where.final.parent}: cannot write a run here", OR_NOT):
        _make_parents(where.final.parent)
        make_folder(where.partial)
        sync_folder(where.final.parent)
    with told(f"{name}: cannot write the run", AGAIN), locked(where.partial, name):
        if where.final.exists() or where.final.is_symlink():
            remove(where.partial)
            raise InputError(f"{where.final} exists; choose another --out")
        old = begun(where)
        if old is None:
            _empty(where.partial, ())
            state = Begun(now(), extras)
            _begin(where.partial, state, identity, contents)
        elif not resume:
            raise InputError(
                f"{name} was interrupted; go on with --resume, or remove {where.partial}"
            )
        else:
            check_same(old["identity"], identity)
            state = Begun(str(old["started"]), tuple(old["extras"]))
            _empty(where.partial, STAYS)
            _mend_log(where.partial / LOG)
            log(where.partial, {"event": "resumed", "time": now()})
        try:
            yield state
        except (InputError, DriverError):  # it would fail again: there is nothing to go on with
            remove(where.partial)
            raise


def _make_parents(folder: Path) -> None:
    """The folder and those above it, each one's name on the disk."""
    if not folder.exists():
        _make_parents(folder.parent)
        make_folder(folder)
        sync_folder(folder.parent)


def _begin(
    partial: Path, state: Begun, identity: Mapping[str, Any], contents: Mapping[str, bytes]
) -> None:
    log(partial, {"event": "started", "time": state.started})
    write_all(partial, contents)
    plan = {"started": state.started, "extras": list(state.extras), "identity": identity}
    write_all(partial, {PLAN: to_json(plan)})


def write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    """Files below ``folder``, then the folders that hold them, all on the disk."""
    folders = {folder / parent for path in files for parent in Path(path).parents}
    for made in sorted(folders - {folder}):
        make_folder(made)
    write_files({folder / path: data for path, data in files.items()})
    sync_folder(*sorted(folders))


def _empty(partial: Path, stays: Collection[str]) -> None:
    for name in sorted(set(os.listdir(partial)) - set(stays)):
        remove(partial / name)


def log(partial: Path, event: Mapping[str, Any]) -> None:
    """One more line in the log of a run."""
    line = json.dumps(event, sort_keys=True) + "\n"
    write_file(partial / LOG, line.encode(), append=True)


def _mend_log(path: Path) -> None:
    """Cut a last line that was not written to its end."""
    data = path.read_bytes() if path.exists() else b""
    if not data.endswith(b"\n"):
        write_file(path, data[: data.rfind(b"\n") + 1])


def check_same(old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Raise InputError that names what changed since the run was begun."""
    changed = [part for part in old if old[part] != new.get(part)]
    if not changed:
        return
    what = ", ".join(_difference(part, old[part], new.get(part)) for part in changed)
    raise InputError(f"--resume: not the run that was begun; changed: {what}")


def _difference(part: str, old: Any, new: Any) -> str:
    if part == "scenario":
        before, after = set(old.splitlines()), set(new.splitlines())
        lines = sorted(after - before) or sorted(before - after)
        return "scenario (" + "; ".join(lines)[:120] + ")"
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        names = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
        return f"{part} ({', '.join(names)[:120]})"
    return part
