"""``ismarket rerun``: a kept run computed again, and how far it agrees."""

from __future__ import annotations

import json
from pathlib import Path

import click

from .common import json_option


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Keep the second run there.")
@click.option(
    "--workers", type=click.IntRange(1), help="Threads; the answer does not depend on it."
)
@json_option
def rerun(run: Path, out: Path | None, workers: int | None, as_json: bool) -> int:
    """Check RUN, compute it again from its own inputs and say how far it agrees.

    Identical bytes, or equal to a relative 1e-12 with the reason, or different and where first
    (exit 1). Drivers that are missing or another version are named before anything runs.
    """
    from ..opening import compute_again, prepare
    from ..runs.agreement import DIFFERENT
    from ..runs.verify import checked

    record = checked(run)
    loaded, changed = prepare(record)
    for part, lines in changed.items():
        for line in lines:
            click.echo(f"{part}: {line}", err=True)
    again = compute_again(record, loaded, changed, out=out, workers=workers)
    found = again.agreement
    if as_json:
        result = {
            "run": run.name,
            "level": found.level,
            "tables": found.tables,
            "largest_relative_difference": found.largest,
            "first_difference": found.first,
            "changed": changed,
        }
        click.echo(json.dumps(result, indent=2, ensure_ascii=False))
    else:
        click.echo(f"{run.name}: {found}")
        if again.path:
            click.echo(f"Kept in {again.path}")
    return 1 if found.level == DIFFERENT else 0
