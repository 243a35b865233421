"""``ismarket new-driver``: a driver as a package of its own."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import InputError


@click.command("new-driver")
@click.argument("name")
@click.option("--table", is_flag=True, help="A table of causes to fill in, no Python to write.")
@click.option("--title", default="", help="Title of the driver; by default its name.")
@click.option("--author", default="", help="Who writes it.")
@click.option("--into", type=click.Path(path_type=Path), help="Folder; ./ismarket-NAME by default.")
@click.option("--update", is_flag=True, help="Bring an existing package up to this template.")
def new_driver(
    name: str, table: bool, title: str, author: str, into: Path | None, update: bool
) -> None:
    """Write the driver NAME as a package: code or table, tests, README, CI.

    It installs with pip, keeps every law as it stands, and moves nothing until you edit it.
    """
    from ..plugins.new_driver import update_driver, write_driver

    folder = into or Path(f"ismarket-{name.replace('_', '-')}")
    if update:
        done = update_driver(folder)
        lines = [f"updated {path}" for path in done.written]
        lines += [f"{path}: yours differs, left as it is" for path in done.edited]
        click.echo("\n".join(lines) or f"{folder} is up to date")
        return
    _check_free(name)
    written = write_driver(name, folder, table=table, title=title, author=author)
    kind, number = (f"{name}.csv", "ratio_mode") if table else ("__init__.py", "odds_ratio")
    click.echo(
        f"wrote {folder} ({len(written)} files). Next:\n"
        f"  pip install -e {folder}\n"
        f"  ismarket check {name}\n"
        f"  edit {number} in {folder / 'src' / f'ismarket_{name}' / kind}\n"
        "  ismarket run       (ismarket lab moves it by hand)"
    )


def _check_free(name: str) -> None:
    """Refuse a name that a plugin or a cause has; only the bundled plugins are imported."""
    from ..model.driver import RESERVED
    from ..plugins.discovery import find_plugins
    from ..plugins.installed import load_plugins

    found = find_plugins()[0]
    for one in found:
        if one.name == name:
            raise InputError(f"new-driver: {name!r} is taken by {one.distribution} {one.version}")
    bundled = load_plugins([one.point for one in found if one.bundled])
    for market in bundled.markets().values():
        if name in (*RESERVED, *market.mechanisms):
            raise InputError(f"new-driver: {name!r} is taken by a cause or row of {market.name}")
