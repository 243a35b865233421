"""``ismarket compare``: what changed between two kept runs, and what each change did."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .common import json_option

if TYPE_CHECKING:
    from ..runs.bridge import Bridge


@click.command()
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@click.option("--year", type=int, help="Year of the values; the last that both have by default.")
@json_option
def compare(a: Path, b: Path, year: int | None, as_json: bool) -> None:
    """Say what changed from run A to run B, as a bridge that adds up to the difference."""
    from ..opening import compare_runs

    found = compare_runs(a, b, year)
    click.echo(json.dumps(asdict(found), indent=2, ensure_ascii=False) if as_json else page(found))


def page(bridge: Bridge) -> str:
    """The bridge as text, USD million, and below it what else is not the same."""
    from ..wording import number, signed

    million = 1e6
    digits = 1 if abs(bridge.start.reference) >= 1e8 else 3
    rows = [(f"USD M in {bridge.year}", "reference", "median")]
    for step in (bridge.start, *bridge.steps, bridge.end):
        show = number if step in (bridge.start, bridge.end) else signed
        reference, median = (show(v / million, digits) for v in (step.reference, step.median))
        rows.append((step.change, reference, median))
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *(row[i].rjust(widths[i]) for i in (1, 2))])
        for row in rows
    ]
    if not bridge.steps:
        lines.append("Nothing changed.")
    if bridge.error:
        lines.append(f"Orders were sampled: standard error up to {bridge.error / million:.3g}.")
    for part, changed in bridge.changed.items():
        lines += [f"· {part}: {line}" for line in changed]
    return "\n".join(lines)
