"""Edits of a workbook on their way back: a scenario, and each changed cell."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..model.scenario import Scenario, parse_scenario
from ..model.xlsx import open_workbook
from .grid import FIRST_ROW, INPUTS
from .workbook import FREE, INPUT_COLUMNS, SCENARIO_SHEET


@dataclass(frozen=True)
class Edit:
    """One changed cell: where, which input, what the run had and what it is now."""

    cell: str
    key: str
    was: float
    now: float | str


@dataclass(frozen=True)
class Edited:
    """What came back: the scenario of the run, the scenario with the edits, each edit."""

    before: Scenario
    after: Scenario
    edits: tuple[Edit, ...]
    ignored: tuple[str, ...]


def read_workbook(path: str | Path) -> Edited:
    """The scenario that a workbook's Inputs sheet asks for.

    Raises InputError, with the cell, for a value that is no number or outside its range.
    """
    file = Path(path)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    book = open_workbook(data, file.name, read_only=False, data_only=True)
    for name in (INPUTS, SCENARIO_SHEET):
        if name not in book.sheetnames:
            raise InputError(f"{file.name}: no sheet {name!r}; not a workbook of ismarket report")
    before = _scenario(book[SCENARIO_SHEET], file.name)
    sheet = book[INPUTS]
    header = tuple(str(cell.value) for cell in sheet[FIRST_ROW - 1][: len(INPUT_COLUMNS)])
    if header != INPUT_COLUMNS:
        raise InputError(f"{file.name}: the header of sheet {INPUTS!r} was changed; restore it")
    edits, ignored = [], []
    for row in sheet.iter_rows(min_row=FIRST_ROW, max_col=len(INPUT_COLUMNS)):
        if row[0].value is None:
            continue
        edit = _edit(file.name, row)
        if edit and edit.now == edit.was:
            ignored.append(f"{edit.cell} {edit.key}: the value of the run already")
        elif edit:
            edits.append(edit)
    return Edited(before, _apply(before, edits), tuple(edits), tuple(ignored))


def _scenario(sheet: Any, file: str) -> Scenario:
    lines = [str(row[0].value or "") for row in sheet.iter_rows(min_row=2, max_col=1)]
    return parse_scenario("\n".join(lines), f"{file}, sheet {SCENARIO_SHEET}")


def _edit(file: str, row: Any) -> Edit | None:
    """The edit of one line of inputs, None where "your value" is blank."""
    key, cell = str(row[0].value), row[2]
    where = f"{file}, {INPUTS}!{cell.coordinate} ({key})"
    current, low, high = (_number(where, row[i].value) for i in (4, 5, 7))
    text = cell.value.strip() if isinstance(cell.value, str) else cell.value
    if text is None or text == "":
        return None
    choice = key == "overlap" or key.startswith(("with.", "strength."))
    if text == FREE and not choice:
        return Edit(cell.coordinate, key, current, FREE)
    now = _number(where, text)
    if not low <= now <= high:
        raise InputError(f"{where}: {now:g} is outside {low:g} to {high:g}")
    if key.startswith("with.") and now not in (0.0, 1.0):
        raise InputError(f"{where}: {now:g}; 1 takes the driver in, 0 leaves it out")
    return Edit(cell.coordinate, key, current, now)


def _number(where: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InputError(f"{where}: {value!r} is not a number; blank leaves the run's value")
    return float(value)


def _apply(scenario: Scenario, edits: list[Edit]) -> Scenario:
    """The scenario with the edits; an input becomes fixed, 'free' gives it back its range."""
    without, fixed = list(scenario.without), dict(scenario.fixed)
    strength, overlap = dict(scenario.strength), scenario.overlap
    for edit in edits:
        kind, _, driver = edit.key.partition(".")
        if edit.key == "overlap":
            overlap = float(edit.now)
        elif kind == "with":
            without = [name for name in without if name != driver]
            without += [] if edit.now else [driver]
        elif kind == "strength":
            strength[driver] = float(edit.now)
        elif edit.now == FREE:
            fixed.pop(edit.key, None)
        else:
            fixed[edit.key] = float(edit.now)
    return scenario.changed(
        without=tuple(without), fixed=fixed, strength=strength, overlap=overlap
    )  # fmt: skip
