"""``ismarket triangulate``: which published level to believe."""

from __future__ import annotations

import json

import click

from .common import installed_market, installed_plugins, json_option


@click.command()
@json_option
def triangulate(as_json: bool) -> None:
    """Set the published levels beside each other, the count and what no level may pass."""
    from .. import triangulation

    plugins = installed_plugins()
    found = triangulation.triangulate(installed_market(plugins), plugins.drivers())
    click.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False) if as_json else str(found))
