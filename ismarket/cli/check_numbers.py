"""``ismarket check-numbers``: which figures of a deck, workbook or text no longer equal a run."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import InputError
from .common import forecast_of, json_option, say, say_json, scenario_argument

if TYPE_CHECKING:
    from ..reading.against_a_run import Checked, Known


@click.command(name="check-numbers")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@scenario_argument("run")
@click.option("--strict", is_flag=True, help="Figures that are not in the run fail as well.")
@json_option
def check_numbers(file: Path, run: str, strict: bool, as_json: bool) -> None:
    """Compare every figure of FILE with RUN, to the rounding it is printed with.

    FILE is a deck, a workbook, an HTML page or a text.  RUN is a scenario's name, a TOML file, a
    kept run or what `ismarket run --json` printed.  Exit code 1 where a figure differs.
    """
    from ..reading.against_a_run import DIFFERS, UNKNOWN, check
    from ..reading.documents import figures_in

    figures = figures_in(file)
    checked = check(figures, figures_of(run))
    differs = [c for c in checked if c.state == DIFFERS]
    unknown = [c for c in checked if c.state == UNKNOWN]
    if as_json:
        say_json([_plain(c) for c in checked])
    else:
        say(_page(file.name, run, checked, differs, unknown))
    if differs or (strict and unknown):
        sys.exit(1)


def figures_of(name: str) -> dict[str, Any]:
    """The figures of a forecast as plain values: of a scenario, or of what run --json printed."""
    path = Path(name)
    if path.suffix != ".json":
        return forecast_of(name).to_dict()
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({error.strerror})") from None
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise InputError(
            f"{path.name}: not JSON; give what `ismarket run --json` printed"
        ) from None
    if not isinstance(values, dict) or "reference" not in values:
        raise InputError(f"{path.name}: no 'reference'; give what `ismarket run --json` printed")
    return values


def _page(
    file: str, run: str, checked: Iterable[Checked], differs: list[Checked], unknown: list[Checked]
) -> str:
    total = len(list(checked))
    equal = total - len(differs) - len(unknown)
    lines = [f"{file}: {total} figures, {equal} equal those of {run}, {len(differs)} differ."]
    lines += [_line(c) for c in differs]
    if unknown:
        lines += [f"Not in the run, so not checked ({len(unknown)}):"]
        lines += list(dict.fromkeys(f"  {c.figure.where}: {c.figure.quote}" for c in unknown))
    return "\n".join(lines)


def _line(checked: Checked) -> str:
    known = f"; the run has {_known(checked.known)}" if checked.known else ""
    return f"  {checked.figure.where}: {checked.figure.quote}{known}"


def _known(known: Known) -> str:
    from ..text.wording import money, rate, signed

    if known.kind == "money":
        shown = f"USD {money(known.value)}"
    elif known.kind.startswith("points"):
        shown = f"{signed(known.value, 2)} points"
    else:
        shown = rate(known.value)
    return f"{known.name} {shown}" + (f" in {known.year}" if known.year else "")


def _plain(checked: Checked) -> dict[str, Any]:
    figure, known = checked.figure, checked.known
    return {
        "where": figure.where,
        "quote": figure.quote,
        "value": figure.value,
        "kind": figure.kind,
        "year": figure.year,
        "state": checked.state,
        "run": {"name": known.name, "value": known.value, "year": known.year} if known else None,
    }
