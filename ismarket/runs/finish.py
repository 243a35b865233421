"""The end of every run: what speaks of the other files, and the one step that publishes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import disk
from .crate import crate
from .layout import BLOCKS, CRATE, MANIFEST, README, SUMS, TABLES, digest, to_json, tree
from .manifest import build, sums
from .origin import plan_digest
from .partial import write_all
from .readme import readme
from .start import Place, now


@dataclass(frozen=True)
class About:
    """What a run is about, in words; ``scenario`` as the manifest names it, None for a notebook."""

    title: str
    subject: str
    scenario: Mapping[str, Any] | None


def common_inputs(made_of: Mapping[str, Any], tables: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of every run that are known before it starts: environment, drivers, tables."""
    packages = made_of["environment"]["packages"]
    pins = [f"{name}=={package['version']}\n" for name, package in packages.items()]
    files = {
        "environment/environment.json": to_json(made_of["environment"]),
        "environment/code.json": to_json(made_of["code"]),
        "environment/requirements.txt": "".join(pins).encode(),
    }
    for plugin in made_of["plugins"]:
        files[f"drivers/{_file_name(plugin['plugin'])}.json"] = to_json(plugin)
    return files | {f"{TABLES}/{name}": data for name, data in tables.items()}


def _file_name(plugin: str) -> str:
    """A file name for a plugin, whatever it is called."""
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in plugin)[:60]
    return safe if safe == plugin else f"{safe}-{digest(plugin.encode())[:8]}"


def seal_run(where: Place, about: About, made_of: Mapping[str, Any], started: str) -> None:
    """Write README, crate, manifest and sums: everything that speaks of the other files."""
    partial, finished, name = where.partial, now(), where.final.name
    found = tree(partial)[0].items()
    contents = {p: file.read_bytes() for p, file in found if not p.startswith(f"{BLOCKS}/")}
    contents[README] = readme(name, about.title, about.subject, contents)
    contents[CRATE] = crate(
        name=name, title=about.title, started=started, finished=finished, paths=contents,
        plugins=made_of["plugins"],
    )  # fmt: skip
    manifest = build(
        name=name, started=started, finished=finished, scenario=about.scenario,
        plan=plan_digest(made_of), contents=contents,
    )  # fmt: skip
    written = to_json(manifest)
    write_all(partial, {
        README: contents[README], CRATE: contents[CRATE], MANIFEST: written,
        SUMS: sums(manifest, written),
    })  # fmt: skip


def publish(where: Place) -> None:
    """The one step that makes a run of a partial folder; done only when the parent is synced."""
    disk.remove_if_there(where.partial / BLOCKS)
    disk.sync_folder(where.partial)
    disk.rename(where.partial, where.final)
    disk.sync_folder(where.final.parent)
