"""``ismarket verify``: every byte of a kept run accounted for."""

from __future__ import annotations

import json
from pathlib import Path

import click

from .common import json_option


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--seal", help="The seal that the sender gave you; it must be the run's own.")
@json_option
def verify(run: Path, seal: str | None, as_json: bool) -> int:
    """Check RUN: what was changed, removed or added. Loads no plugin. Exit 1 if anything was."""
    from ..runs.verify import verify as check

    verdict = check(run)
    found = list(verdict.findings)
    own = verdict.record.manifest["seal"] if verdict.record else None
    if seal and own and own != seal.lower():
        found.append(f"the seal is {own}, not the one given")
    files = len(verdict.record.contents) if verdict.record else 0
    if as_json:
        result = {"run": run.name, "sound": not found, "findings": found, "seal": own}
        click.echo(json.dumps(result, indent=2, ensure_ascii=False))
    elif found:
        click.echo("\n".join([f"{run.name}: not as it was written", *(f"  {f}" for f in found)]))
    else:
        click.echo(f"{run.name}: {files} files, every byte as written\nseal {own}")
    return 1 if found else 0
