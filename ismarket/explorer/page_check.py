"""Checking a page that computes: its fingerprint, and all that is in it made again and compared."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import DiskError, InputError
from ..model.anchor_file import ANCHOR
from ..model.scenario import parse_scenario
from ..report.places import unpacked
from ..runs.layout import digest, from_json
from ..runs.verify import Record
from ..studies import Study, loaded, study
from ..version import __version__
from .standalone import Made, as_page

DATA = re.compile(
    r'(<script type="application/json" id="data" data-fingerprint=")([0-9a-f]{64})">([^<]*)'
)
"""The data of a page with its fingerprint, as ``as_page`` writes them."""
LARGEST = 1 << 26
"""Bytes that a page may have."""
SAME = 1e-9
"""Relative difference up to which a figure is the same: processors round the last digits."""
FEW = 3
"""Differing figures that are named."""


@dataclass(frozen=True)
class PageVerdict:
    """What a check of a page found; no finding means that every figure was made again."""

    name: str
    findings: tuple[str, ...]
    fingerprint: str
    figures: int = 0
    made: Made | None = None

    def __str__(self) -> str:
        if self.findings:
            return "\n".join([f"{self.name}: not as made", *(f"  {f}" for f in self.findings)])
        source = "its scenario"
        if self.made and self.made.run:
            source = f"the scenario of run {self.made.run}, seal {self.made.seal}"
        return (
            f"{self.name}: {self.figures:,} figures made again from {source}, all equal to"
            f" {SAME:g}; its code is that of ismarket {__version__}\nfingerprint {self.fingerprint}"
        )

    def to_dict(self) -> dict[str, Any]:
        """The verdict as plain values."""
        run = (self.made.run, self.made.seal) if self.made else ("", "")
        return {
            "page": self.name, "sound": not self.findings, "findings": list(self.findings),
            "fingerprint": self.fingerprint, "figures": self.figures, "run": run[0],
            "seal": run[1],
        }  # fmt: skip


def check_page(path: Path, run: Record | None = None) -> PageVerdict:
    """What making a page again found, from ``run`` if that is given; loads what is installed.

    Raises InputError for what is no such page, DiskError where a driver is not installed.
    """
    text = _read(path)
    match = DATA.search(text)
    if match is None:
        raise InputError(f"{path.name}: not a page that computes (ismarket report --page)")
    _, fingerprint, packed = match.groups()

    def verdict(*findings: str, made: Made | None = None, figures: int = 0) -> PageVerdict:
        return PageVerdict(path.name, findings, fingerprint, figures, made)

    if digest(packed.encode()) != fingerprint:
        return verdict("what is inside has another fingerprint than the one it bears")
    try:
        data = from_json(packed.encode(), path.name)
        made = Made(**data["made"])
    except (InputError, KeyError, TypeError) as error:
        return verdict(f"it does not say what it was made from ({error})")
    if run and run.manifest["seal"] != made.seal:
        said = f"made from a run with the seal {made.seal}" if made.seal else "made from no run"
        other = f"not from {run.path.name}, whose seal is {run.manifest['seal']}"
        return verdict(f"{said}, {other}", made=made)
    try:
        asked = _study(path.name, made, run)
        again = as_page(asked, replace(asked, record=None).forecast(), made)
    except InputError as error:
        return verdict(f"cannot be made again: {error}", made=made)
    return verdict(*_compared(text, again, made), made=made, figures=_count(data))


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(f"{path.name}: larger than {LARGEST} bytes, so no page that computes")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{path.name}: not a page that computes (it is no UTF-8 text)") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None


def _study(name: str, made: Made, run: Record | None) -> Study:
    """What the page was made of, from the run or from what is installed here."""
    if run:
        found = study(run.path)
    else:
        tables = {ANCHOR: made.anchor.encode()} if made.anchor else None
        found = loaded(parse_scenario(made.scenario, name), tables)
    here = {driver.name: driver for driver in found.drivers}
    missing = [driver for driver in made.installed if driver not in here]
    if missing:
        raise DiskError(f"{name}: not installed here: {', '.join(missing)}; nothing was computed")
    return replace(found, drivers=tuple(here[driver] for driver in made.installed))


def _compared(text: str, again: str, made: Made) -> Iterator[str]:
    """What differs between a page and the one that was made again."""
    (before, packed), (now, wanted) = (_parted(page) for page in (text, again))
    if before != now:
        by = "" if made.version == __version__ else f"; it was made by {made.version}"
        yield f"its code or its words are not those of ismarket {__version__}{by}"
    pairs = from_json(packed.encode(), "data"), from_json(wanted.encode(), "data")
    apart = [where for where in differences(*pairs) if where != "code"]
    for where in apart[:FEW]:
        yield f"{where} is not what the package computes"
    if len(apart) > FEW:
        yield f"and {len(apart) - FEW} more figures or words"


def _parted(page: str) -> tuple[str, str]:
    """A page without its data, and the data."""
    match = DATA.search(page)
    assert match is not None
    start, end = match.span(3)
    return DATA.sub(r"\1", page[:start] + page[end:]), match[3]


def differences(one: Any, other: Any, where: str = "") -> Iterator[str]:
    """Where two plain values differ, by their dotted path; figures may by SAME, places by 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in [*one, *(key for key in other if key not in one)]:
            path = f"{where}.{key}".lstrip(".")
            if key not in one or key not in other:
                yield path
            else:
                yield from differences(one[key], other[key], path)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (mine, theirs) in enumerate(zip(one, other, strict=True)):
            yield from differences(mine, theirs, f"{where}[{number}]")
    elif isinstance(one, float) and isinstance(other, float | int):
        if not math.isclose(one, other, rel_tol=SAME, abs_tol=1e-12):
            yield where
    elif where.endswith("places") and isinstance(one, str) and isinstance(other, str):
        if not _same_places(one, other):
            yield where
    elif one != other:
        yield where


def _same_places(one: str, other: str) -> bool:
    """True where two packed lists of places differ by a step at most."""
    if one == other:
        return True
    try:
        mine, theirs = (unpacked(text).astype(int) for text in (one, other))
    except ValueError:
        return False
    return len(mine) == len(theirs) and bool((np.abs(mine - theirs) <= 1).all())


def _count(value: Any) -> int:
    """How many figures a plain value holds; places count for what they stand for."""
    if isinstance(value, Mapping):
        own = (len(one) // 2 if key == "places" else _count(one) for key, one in value.items())
        return sum(own)
    if isinstance(value, list):
        return sum(map(_count, value))
    return int(isinstance(value, int | float) and not isinstance(value, bool))
