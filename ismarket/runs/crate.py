"""The RO-Crate description of a run: Process Run Crate 0.5 on RO-Crate 1.1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from ..version import __version__
from .layout import CRATE, MANIFEST, SUFFIXES, SUMS, role, to_json

PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
SPECIFICATION = "https://w3id.org/ro/crate/1.1"
LICENSE = "https://spdx.org/licenses/BSD-3-Clause"
ADDRESS = "https://ismarket.invalid"
"""Identifiers of software need an address; this one (RFC 2606) says that it has none."""
SOFTWARE = f"{ADDRESS}/{__version__}"
AGENT = "#not-recorded"
UNNAMED = "#no-publisher"


def crate(
    *, name: str, title: str, started: str, finished: str, paths: Iterable[str],
    plugins: Iterable[Mapping[str, Any]],
) -> bytes:  # fmt: skip
    """``ro-crate-metadata.json`` for a run with files at ``paths``; no person is named in it."""
    everything = sorted({*paths, MANIFEST, SUMS})
    inputs = [path for path in everything if path.startswith("inputs/")]
    results = [path for path in everything if path.startswith("outputs/")]
    drivers = [_plugin(plugin) for plugin in plugins]
    action = {
        "@id": "#run",
        "@type": "CreateAction",
        "name": f"ismarket run, {title}",
        "description": "A forecast computed from a scenario, evidence tables and drivers.",
        "instrument": {"@id": SOFTWARE},
        "agent": {"@id": AGENT},
        "startTime": started.replace("Z", "+00:00"),
        "endTime": finished.replace("Z", "+00:00"),
        "actionStatus": "http://schema.org/CompletedActionStatus",
        "object": _ids(inputs),
        "result": _ids(results),
    }
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Forecast run {name}",
        "description": f"{title}: inputs, environment, drivers and outputs of one forecast.",
        "datePublished": finished,
        "license": {"@id": LICENSE},
        "author": {"@id": AGENT},
        "publisher": {"@id": UNNAMED},
        "conformsTo": {"@id": PROFILE},
        "hasPart": _ids(everything),
        "mentions": {"@id": "#run"},
    }
    entities = [
        {
            "@id": CRATE,
            "@type": "CreativeWork",
            "conformsTo": {"@id": SPECIFICATION},
            "about": {"@id": "./"},
        },
        root,
        action,
        {
            "@id": SOFTWARE,
            "@type": "SoftwareApplication",
            "name": "ismarket",
            "url": SOFTWARE,
            "softwareVersion": __version__,
            "description": "Takes a published market forecast apart, with its drivers as plugins.",
            "softwareRequirements": _ids(d["@id"] for d in drivers),
        },
        {"@id": UNNAMED, "@type": "Organization", "name": "not recorded", "url": ADDRESS},
        {"@id": AGENT, "@type": "Person", "name": "not recorded",
         "description": "A run names no person.", "affiliation": {"@id": UNNAMED}},
        {"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"},
        {"@id": LICENSE, "@type": "CreativeWork", "name": "BSD 3-Clause License",
         "description": "Licence of the run's own files; the tables name their sources."},
        *drivers,
        *(_file(path) for path in everything),
    ]  # fmt: skip
    return to_json({"@context": f"{SPECIFICATION}/context", "@graph": entities})


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
