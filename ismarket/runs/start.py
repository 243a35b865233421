"""Where a run goes and what it begins with: names in ``runs/``, scenarios, interrupted runs."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..model.anchor_file import ANCHOR, is_anchor_file
from ..model.scenario import Scenario, load_scenario, parse_scenario, scenario_text, write_scenario
from .disk import make_parents, told
from .layout import PLAN, RUNS, TABLES, from_json
from .origin import Origin

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

    ``old`` is what an interrupted run was begun with, ``tables`` those that it brings itself;
    ``finished`` is the run that is there already, where one that was to go on has its end.
    """

    scenario: Scenario
    text: str = ""
    where: Place | None = None
    old: Mapping[str, Any] | None = None
    tables: Mapping[str, bytes] = field(default_factory=dict)
    finished: Path | None = None

    @property
    def until(self) -> float | None:
        """How exact an interrupted run was to be, if it was begun that way."""
        return self.old["identity"].get("until") if self.old else None

    def origin(self, loaded: Origin, chosen: Scenario) -> Origin:
        """``loaded`` with the scenario as given and the choices that flags changed in it."""
        before = set(write_scenario(self.scenario).splitlines())
        flags = [line for line in write_scenario(chosen).splitlines() if line not in before]
        return replace(loaded, given=as_given(self.text, self.scenario), flags=tuple(flags))


def starting_point(scenario: str, out: Path | None, *, resume: bool, asked: bool) -> Start:
    """Where a command begins: a scenario by name or file, or the run that was interrupted.

    An interrupted run goes on with its own scenario unless one is ``asked`` for, which must then
    be the same.  Raises InputError if there is nothing to go on with, or ``out`` is taken.
    """
    where = starting_place(out, resume=resume)
    if where and where.final.exists():
        return Start(Scenario(), finished=where.final)
    old = begun(where) if where and resume else None
    if where and old is not None and "scenario" not in old["identity"]:
        raise InputError(f"--resume: {where.final.name} is a notebook run; name its --notebook")
    if where and old is not None and not asked:
        file = where.partial / TABLES / ANCHOR
        own = {ANCHOR: file.read_bytes()} if file.is_file() else {}
        return Start(parse_scenario(str(old["identity"]["scenario"]), PLAN), "", where, old, own)
    if where and resume and not asked:
        raise InputError(f"--resume: {where.final.name} was not begun; name its scenario as well")
    text, _ = scenario_text(scenario)
    return Start(load_scenario(scenario), text, where, old)


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


def as_given(text: str, scenario: Scenario) -> str:
    """The text of a scenario; an anchor file goes by its name in the run, not by its folder."""
    if not is_anchor_file(scenario.anchor):
        return text
    return text.replace(scenario.anchor, ANCHOR) if scenario.anchor in text else ""
