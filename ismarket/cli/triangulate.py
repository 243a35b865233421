"""``ismarket triangulate``: which published level to believe."""

from __future__ import annotations

import json
from pathlib import Path

import click

from .common import installed_market, installed_plugins, json_option, market_option


@click.command()
@click.argument("files", nargs=-1, metavar="[ANCHOR.toml]...",
                type=click.Path(exists=True, dir_okay=False, path_type=Path))  # fmt: skip
@market_option
@json_option
def triangulate(files: tuple[Path, ...], market: str | None, as_json: bool) -> None:
    """Set the published levels beside each other, the count and what no level may pass.

    Anchors that `ismarket read` has drafted may be added as files.
    """
    from ..analysis import triangulation
    from ..model.anchor_file import read_anchor_file

    plugins = installed_plugins()
    chosen = installed_market(plugins, market)
    added = [read_anchor_file(file, chosen) for file in files]
    found = triangulation.triangulate(chosen, plugins.drivers(), anchors=added)
    click.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False) if as_json else str(found))
