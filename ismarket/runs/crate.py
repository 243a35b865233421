"""The RO-Crate description of a run: Process Run Crate 0.5 on RO-Crate 1.1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from ..version import __version__
from .layout import MANIFEST, SUFFIXES, SUMS, from_json, role, to_json

ADDRESS = "https://ismarket.invalid"
"""Identifiers of software need an address; this one (RFC 2606) says that it has none."""
SOFTWARE = f"{ADDRESS}/{__version__}"


def crate(
    *, name: str, title: str, started: str, finished: str, paths: Iterable[str],
    plugins: Iterable[Mapping[str, Any]],
) -> bytes:  # fmt: skip
    """``ro-crate-metadata.json`` for a run with files at ``paths``; no person is named in it.

    What it says of every run stands in ``crate.json``.
    """
    everything = sorted({*paths, MANIFEST, SUMS})
    drivers = [_plugin(plugin) for plugin in plugins]
    found = from_json(files(__package__).joinpath("crate.json").read_bytes(), "crate.json")
    known = {entity["@id"]: entity for entity in found["@graph"]}
    known["./"] |= {
        "name": f"Forecast run {name}",
        "description": f"{title}: inputs, environment, drivers and outputs of one forecast.",
        "datePublished": finished,
        "hasPart": _ids(everything),
    }
    known["#run"] |= {
        "name": f"ismarket run, {title}",
        "instrument": {"@id": SOFTWARE},
        "startTime": started.replace("Z", "+00:00"),
        "endTime": finished.replace("Z", "+00:00"),
        "object": _ids(path for path in everything if path.startswith("inputs/")),
        "result": _ids(path for path in everything if path.startswith("outputs/")),
    }
    known["#software"] |= {
        "@id": SOFTWARE,
        "url": SOFTWARE,
        "softwareVersion": __version__,
        "softwareRequirements": _ids(driver["@id"] for driver in drivers),
    }
    found["@graph"] += [*drivers, *map(_file, everything)]
    return to_json(found)


def _ids(names: Iterable[str]) -> list[dict[str, str]]:
    return [{"@id": _iri(name)} for name in names]


def _iri(path: str) -> str:
    return quote(path, safe="/#:")


def _plugin(plugin: Mapping[str, Any]) -> dict[str, Any]:
    address = f"{ADDRESS}/plugin/{quote(plugin['plugin'], safe='')}"
    return {
        "@id": address,
        "@type": "SoftwareApplication",
        "name": f"{plugin['distribution'] or 'session'}: {plugin['plugin']}",
        "url": address,
        "softwareVersion": plugin["version"] or "not installed as a distribution",
    }


_KIND = {
    MANIFEST: "What the run is and the hash of every file",
    SUMS: "SHA-256 of every file, for sha256sum -c",
    "README.txt": "What this folder is and how to check it",
    "log.jsonl": "What was done when",
}


def _file(path: str) -> dict[str, Any]:
    file = PurePosixPath(path)
    return {
        "@id": _iri(path),
        "@type": "File",
        "name": path,
        "description": _KIND.get(path, f"{file.parts[0]} of the run, {role(path)}"),
        "encodingFormat": SUFFIXES.get(file.suffix, "text/plain"),
    }
