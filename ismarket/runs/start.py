"""Where a run goes and what it begins with: names in ``runs/``, interrupted runs."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..model.anchor_file import ANCHOR
from ..model.scenario import Scenario, parse_scenario
from .disk import make_parents, told
from .layout import PLAN, RUNS, TABLES, from_json

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
    with told(f"{RUNS}: cannot write a run here", OR_NOT):
        make_parents(RUNS)
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
