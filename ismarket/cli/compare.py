"""``ismarket compare``: what changed between two kept runs, and what each change did."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from .common import json_option


@click.command()
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@click.option("--year", type=int, help="Year of the values; the last that both have by default.")
@json_option
def compare(a: Path, b: Path, year: int | None, as_json: bool) -> None:
    """Say what changed from run A to run B, as a bridge that adds up to the difference."""
    from ..opening import compare_runs

    found = compare_runs(a, b, year)
    click.echo(json.dumps(asdict(found), indent=2, ensure_ascii=False) if as_json else str(found))
