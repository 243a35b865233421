"""What a run says of itself: the manifest with the hash of every file, the page to read first."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

from ..errors import InputError
from ..model.scenario import Scenario
from ..text.wording import money
from .layout import CANONICAL, FORMAT, MANIFEST, PLAN, SUMS, digest, from_json, role, rows, to_json

NAMED = ("name", "market", "anchor", "through", "draws", "seed")
HEADLINE = ("reference", "mean", "p5", "p50", "p95")
READ_FIRST = """\
{page}{more}
outputs/*.csv         the tables, with full-precision numbers
inputs/               the scenario as given and with every default filled in; the tables used"""
PAGE = "outputs/report.html   the page to read first; report.txt says it in plain text"
TEXT = "outputs/report.txt    the page to read first"
AGAINST = "Against another run:  ismarket compare FOLDER OTHER\n"
MORE = ("charts/", "forecast.xlsx")
"""What is beside the page where it was asked for."""
NOTEBOOK = """\
outputs/cells.csv     what each cell printed
inputs/               the notebook and its parameters as given; the tables used"""


def build(
    *, name: str, started: str, finished: str, scenario: Mapping[str, Any] | None,
    plan: str,
    contents: Mapping[str, bytes],
) -> dict[str, Any]:  # fmt: skip
    """The manifest of a run that holds ``contents``, all files but this one and the sums."""
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "name": name,
        "started": started,
        "finished": finished,
        "plan": plan,
        "scenario": None if scenario is None else dict(scenario),
        "headline": headline(contents),
        "files": [
            {"path": path, "bytes": len(data), "sha256": digest(data), "role": role(path)}
            for path, data in sorted(contents.items())
        ],
    }
    return {**manifest, "seal": seal(manifest)}


def named(scenario: Scenario) -> dict[str, Any]:
    """The choices by which a forecast is known, of a scenario with every default filled in."""
    return {name: getattr(scenario, name) for name in NAMED}


def headline(contents: Mapping[str, bytes]) -> dict[str, float] | None:
    """The last year of the summary as a run prints it; None for a run without a forecast."""
    summary = contents.get("outputs/summary.csv")
    if summary is None:
        return None
    try:
        last = list(rows(summary))[-1]
        return {"year": int(last["year"]), **{name: float(last[name]) for name in HEADLINE}}
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise InputError(f"outputs/summary.csv: not the table of a forecast ({error!r})") from None


def readme(name: str, title: str, subject: str, contents: Mapping[str, bytes]) -> bytes:
    """README.txt: what this is, what it says, how to check it and how to compute it again."""
    said = headline(contents)
    result = (
        f"Forecast: USD {money(said['reference'])} in {said['year']} in the reference case,"
        f" {money(said['p5'])} to {money(said['p95'])} in 9 of 10 draws."
        if said
        else "A notebook with its parameters, executed: outputs/notebook.ipynb."
    )
    found = [path.removeprefix("outputs/") for path in contents]
    more = "".join(f"; {name}" for name in MORE if any(p.startswith(name) for p in found))
    read_first = READ_FIRST.format(page=PAGE if "report.html" in found else TEXT, more=more)
    return f"""\
{title}
Run {name}: {subject}.
{result}

{read_first if said else NOTEBOOK}
drivers/              each plugin that acted, with the hash of its files
environment/          Python, processor features, packages with versions and hashes

Check every byte:     sha256sum -c SHA256SUMS    or    ismarket verify FOLDER
Compute it again:     ismarket rerun FOLDER
{AGAINST if said else ""}""".encode()


def seal(manifest: Mapping[str, Any]) -> str:
    """SHA-256 over the manifest without its seal: the one line that stands for a whole run."""
    return digest(to_json({key: value for key, value in manifest.items() if key != "seal"}))


def plan_digest(identity: Mapping[str, Any]) -> str:
    """The SHA-256 that names the plan: everything of its identity but the environment."""
    return digest(to_json({k: v for k, v in identity.items() if k != "environment"}))


def sums(manifest: Mapping[str, Any], manifest_bytes: bytes) -> bytes:
    """SHA256SUMS as ``sha256sum -c`` reads it, for every file but itself."""
    lines = {entry["path"]: entry["sha256"] for entry in manifest["files"]}
    lines[MANIFEST] = digest(manifest_bytes)
    return "".join(f"{lines[path]}  {path}\n" for path in sorted(lines)).encode()


def canonical(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Path and hash of the outputs that a second computation must give again."""
    return {
        entry["path"]: entry["sha256"]
        for entry in manifest["files"]
        if entry["role"] == CANONICAL and entry["path"].startswith("outputs/")
    }


def read_manifest(data: bytes) -> dict[str, Any]:
    """The manifest, if it is one: valid against the schema, canonical JSON, sealed."""
    manifest = from_json(data, MANIFEST)
    for problem in problems(manifest, schema(), MANIFEST):
        raise InputError(problem)
    if to_json(manifest) != data:
        raise InputError(f"{MANIFEST}: not written as a run writes it (sorted keys, two spaces)")
    if seal(manifest) != manifest["seal"]:
        raise InputError(f"{MANIFEST}: the seal does not match; it was edited")
    paths = [entry["path"] for entry in manifest["files"]]
    if paths != sorted(set(paths)) or {MANIFEST, SUMS} & set(paths) or PLAN not in paths:
        raise InputError(f"{MANIFEST}: the list of files is not that of a run")
    found: dict[str, Any] = manifest
    return found


def read_plan(data: bytes) -> dict[str, Any]:
    """The plan of a run: what it was made from; InputError with the first thing that is wrong."""
    plan = from_json(data, PLAN)
    for problem in problems(plan, schema("plan"), PLAN):
        raise InputError(problem)
    found: dict[str, Any] = plan
    return found


def schema(of: str = "manifest") -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the manifest or the plan, as shipped."""
    text = files(__package__).joinpath(f"{of}.schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}


def problems(value: Any, rule: Mapping[str, Any], where: str) -> Iterable[str]:
    """What a value breaks of a JSON Schema, as far as our schemas use that language."""
    kinds = rule.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    types = tuple(t for kind in kinds for t in _TYPES[kind])
    if types and (not isinstance(value, types) or isinstance(value, bool)):
        yield f"{where}: not of type {' or '.join(kinds)}"
        return
    if "const" in rule and (value != rule["const"] or isinstance(value, bool)):
        yield f"{where}: {value!r}, this version reads {rule['const']!r}"
    if "enum" in rule and value not in rule["enum"]:
        yield f"{where}: {value!r}; one of {', '.join(rule['enum'])}"
    if isinstance(value, str) and not re.search(rule.get("pattern", "").replace("$", r"\Z"), value):
        yield f"{where}: {value[:60]!r} does not match {rule['pattern']}"
    if isinstance(value, (int, float)) and value < rule.get("minimum", value):
        yield f"{where}: {value} is below {rule['minimum']}"
    if isinstance(value, list) and "items" in rule:
        for number, item in enumerate(value):
            yield from problems(item, rule["items"], f"{where}[{number}]")
    if isinstance(value, dict):
        known = rule.get("properties", {})
        missing = (name for name in rule.get("required", ()) if name not in value)
        yield from (f"{where}: no {name!r}" for name in missing)
        others = rule.get("additionalProperties", {})
        for name, item in value.items():
            yield from problems(name, rule.get("propertyNames", {}), where)
            if name in known or others:
                yield from problems(item, known.get(name, others), f"{where}: {name[:60]}")
            elif others is False:
                yield f"{where}: unknown key {name[:60]!r}"
