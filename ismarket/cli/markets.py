"""``ismarket new-market`` and ``ismarket check MARKET``: a market begun, or held to its laws."""

from __future__ import annotations

import importlib.util
import sys
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import InputError
from ..plugins.discovery import find_plugins
from ..plugins.new_market import chains, write_market
from ..plugins.package import check_free
from ..text.install import pip_install
from .common import FILE, MARKS, PATH, say, say_json

if TYPE_CHECKING:
    from ..plugins.installed import Plugins


@click.command("new-market")
@click.argument("name")
@click.option("--from", "draft", type=FILE, help="Anchor file, as `ismarket read` drafts it.")
@click.option("--claims", type=FILE, help="Its report's sentences, as `read --claims` drafts them.")
@click.option("--chain", default="patients", show_default=True,
              help=f"{' or '.join(chains())}: the newly ill of a year, or all who live with"
              " it.")  # fmt: skip
@click.option("--regions", default="",
              help="UN areas and groups, as 'Japan, DACH = Germany + Austria, Rest of the world';"
              " the six UN regions by default.")  # fmt: skip
@click.option("--classes", default="", help="Drug classes, with commas.")
@click.option("--title", default="", help="Title of the market; by default as the draft says.")
@click.option("--author", default="The authors", help="Who writes it.")
@click.option("--into", type=PATH, help="Folder; ./ismarket-NAME by default.")
def new_market(name: str, into: Path | None, **told: str) -> None:
    """Write the market NAME as a package: tables, drivers, tests, card, CI.

    It installs with pip and runs as it stands, on births and people of the UN tables.  Every other
    number that the draft does not give is a wide placeholder, and every page says so.
    """
    folder = into or Path(f"ismarket-{name}")
    if name in check_free("new-market", name).markets:
        raise InputError(f"new-market: a market {name!r} is installed")
    written = write_market(name, folder, **told)  # type: ignore[arg-type]
    say(
        f"wrote {folder} ({len(written)} files). Next:\n"
        f"  {pip_install('-e', str(folder))}\n"
        f"  ismarket check {name}\n"
        f"  ismarket run {folder / name}.toml\n"
        f"  ismarket sensitivity {folder / name}.toml       (which placeholder to replace first)"
    )


def is_market(name: str, plugins: Plugins) -> bool:
    """True for an installed market, a folder of its tables, or a plugin whose tables are broken."""
    return name in plugins.markets or _folder(name, plugins) is not None


def check_market(name: str, plugins: Plugins, as_json: bool) -> None:
    """Print what every law says of a market; exit code 1 where one is broken."""
    from ..testing.market_laws import LAWS, LOADS, market_breaches, name_of

    market, folder = plugins.markets.get(name), _folder(name, plugins)
    if folder is None:
        raise InputError(f"check: {name} was not read from tables, so there are no lines to check")
    drivers = plugins.drivers if market else ()
    problem = plugins.set_aside.get(name, "").partition(" was left out: ")[2]
    breaches = market_breaches(folder, market, drivers, problem.removeprefix("InputError: "))
    by_law = {law: [b for b in breaches if b.law == law] for law in map(name_of, LAWS)}
    loaded = market is not None or bool(problem)
    kept = {
        law: None if law == LOADS and not loaded else not found for law, found in by_law.items()
    }
    if as_json:
        about = {"market": name}
        say_json([{**about, "law": law, "kept": kept[law], "breaches": [vars(b) for b in found]}
                  for law, found in by_law.items()])  # fmt: skip
    else:
        lines = [f"{market.title} ({name})" if market else name]
        for law, found in by_law.items():
            lines += [f"{MARKS[kept[law]]} {law}", *(f"    {breach}" for breach in found)]
        if market:  # no breach, but to be known
            drawn = [p for p in market.parameters.values() if not p.constant]
            given = sum(p.placeholder for p in drawn)
            lines.append(f"{given} of {len(drawn)} uncertain numbers are placeholders")
        say("\n".join(lines))
    if breaches:
        sys.exit(1)


def _folder(name: str, plugins: Plugins) -> Path | Traversable | None:
    """Where the tables of a market lie: those it was read from, or those under a folder or plugin.

    None where there are none, or no telling which.
    """
    if (market := plugins.markets.get(name)) is not None:
        return market.folder
    places = [Path(name)] if Path(name).is_dir() else []
    places += [place for one in find_plugins()[0] if one.called(name) and name in plugins.set_aside
               for place in _module_folders(one.point.value)]  # fmt: skip
    found = {file.parent for place in places for file in place.rglob("stages.csv")}
    return found.pop() if len(found) == 1 else None


def _module_folders(module: str) -> list[Path]:
    """The folder of a package, found without importing it."""
    spec = importlib.util.find_spec(module)
    return [Path(place) for place in (spec and spec.submodule_search_locations) or ()]
