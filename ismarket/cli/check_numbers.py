"""``ismarket check-numbers``: which figures of a deck, workbook or text no longer equal a run."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .common import complete_scenario, json_option

if TYPE_CHECKING:
    from ..reading.against_a_run import Checked, Known


@click.command(name="check-numbers")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("run", default="published", shell_complete=complete_scenario)
@click.option("--strict", is_flag=True, help="Figures that are not in the run fail as well.")
@json_option
def check_numbers(file: Path, run: str, strict: bool, as_json: bool) -> None:
    """Compare every figure of FILE with RUN, to the rounding it is printed with.

    FILE is a deck, a workbook, an HTML page or a text.  RUN is a scenario's name, a TOML file, a
    kept run or what `ismarket run --json` printed.  Exit code 1 where a figure differs.
    """
    from ..reading.against_a_run import DIFFERS, UNKNOWN, check
    from ..reading.documents import figures_in
    from .chosen import figures_of

    figures = figures_in(file)
    checked = check(figures, figures_of(run))
    differs = [c for c in checked if c.state == DIFFERS]
    unknown = [c for c in checked if c.state == UNKNOWN]
    if as_json:
        click.echo(json.dumps([_plain(c) for c in checked], indent=2, ensure_ascii=False))
    else:
        click.echo(_page(file.name, run, checked, differs, unknown))
    if differs or (strict and unknown):
        sys.exit(1)


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
    elif known.kind == "points":
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
