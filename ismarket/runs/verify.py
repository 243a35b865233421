"""Checking a run: every byte accounted for, before anything in it is believed or loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import DiskError, InputError
from ..model.scenario import Scenario, parse_scenario, write_scenario
from .layout import (
    CRATE,
    GIVEN,
    LARGEST_FILE,
    LARGEST_WHOLE,
    MANIFEST,
    NOTEBOOK,
    PARAMETERS,
    PLAN,
    RESOLVED,
    SUMS,
    TABLES,
    digest,
    from_json,
    to_json,
    tree,
)  # fmt: skip
from .manifest import headline, named, plan_digest, read_manifest, read_plan, sums


@dataclass(frozen=True, eq=False)
class Record:
    """A run that was checked: its manifest, what it was made from and every file."""

    path: Path
    manifest: Mapping[str, Any]
    identity: Mapping[str, Any]
    contents: Mapping[str, bytes]

    @property
    def is_notebook(self) -> bool:
        """True where a notebook was executed."""
        return "notebook" in self.identity

    @property
    def scenario(self) -> Scenario:
        """The scenario with every default filled in; InputError for a notebook run."""
        return parse_scenario(self.of_forecast(RESOLVED).decode("utf-8"), RESOLVED)

    def of_forecast(self, path: str) -> bytes:
        """A file that the run of a scenario holds; InputError for a notebook run."""
        if path not in self.contents:
            raise InputError(
                f"{self.path.name} is a notebook run: it has no scenario and no forecast of its"
                " own; look at outputs/notebook.ipynb"
            )
        return self.contents[path]

    @property
    def extras(self) -> tuple[str, ...]:
        """The further tables that were asked for."""
        return tuple(from_json(self.contents[PLAN], PLAN)["extras"])

    @property
    def tables(self) -> dict[str, bytes]:
        """The evidence tables by name, as they were read."""
        prefix = f"{TABLES}/"
        return {p.removeprefix(prefix): d for p, d in self.contents.items() if p.startswith(prefix)}


@dataclass(frozen=True, eq=False)
class Verdict:
    """What a check of a run found; no finding means that every byte is accounted for."""

    findings: tuple[str, ...]
    record: Record | None

    @property
    def sound(self) -> bool:
        """True where nothing was found."""
        return not self.findings

    def __str__(self) -> str:
        if self.record is None or self.findings:
            return "\n".join(["not as it was written", *(f"  {line}" for line in self.findings)])
        seal = self.record.manifest["seal"]
        return f"{len(self.record.contents)} files, every byte as written\nseal {seal}"

    __repr__ = __str__


def verify_run(path: str | Path) -> Verdict:
    """What a check of every byte of a run found; loads no plugin and runs nothing of it.

    Raises InputError where there is no run at all.
    """
    path = Path(path)
    contents, found = _read(path)
    if MANIFEST not in contents:
        if any(line.startswith(f"{MANIFEST}: ") for line in found):
            return Verdict(tuple(found), None)
        raise InputError(f"{path.name}: no {MANIFEST}, so not a run directory")
    try:
        manifest = read_manifest(contents[MANIFEST])
        found += _against(manifest, contents)
        if not found:
            identity = _consistent(manifest, contents)
            return Verdict((), Record(path, manifest, identity, contents))
    except InputError as error:
        found.append(str(error))
    return Verdict(tuple(found), None)


def checked(path: Path) -> Record:
    """The run at ``path``; InputError with the first finding if it is not sound."""
    verdict = verify_run(path)
    if verdict.record is None:
        more = len(verdict.findings) - 1
        rest = f" (and {more} more; ismarket verify lists them)" if more else ""
        raise InputError(f"{path.name} is not as it was written: {verdict.findings[0]}{rest}")
    return verdict.record


def _read(path: Path) -> tuple[dict[str, bytes], list[str]]:
    if not path.is_dir() or path.is_symlink():
        raise InputError(f"{path}: no such run directory")
    try:
        files, odd = tree(path)
        contents, left = {}, LARGEST_WHOLE
        for name, file in files.items():
            with file.open("rb") as stream:
                most = min(LARGEST_FILE, left)
                size = file.stat().st_size
                data = stream.read(most + 1) if size <= most else b""
            if max(size, len(data)) > most:
                odd.append(f"{name}: larger than {most} bytes")
            else:
                contents[name], left = data, left - len(data)
        return contents, odd
    except OSError as error:
        raise DiskError(f"{path}: cannot be read ({error.strerror})") from None


def _against(manifest: Mapping[str, Any], contents: Mapping[str, bytes]) -> list[str]:
    """What is changed, missing or added, set against the manifest and the sums."""
    listed = {entry["path"]: entry for entry in manifest["files"]}
    found = [f"{path}: missing" for path in listed if path not in contents]
    found += [f"{path}: added" for path in contents if path not in {*listed, MANIFEST, SUMS}]
    for path, entry in listed.items():
        if path in contents:
            data = contents[path]
            if (len(data), digest(data)) != (entry["bytes"], entry["sha256"]):
                found.append(f"{path}: changed")
    if SUMS not in contents:
        found.append(f"{SUMS}: missing")
    elif contents[SUMS] != sums(manifest, contents[MANIFEST]):
        found.append(f"{SUMS}: does not match the manifest")
    return found


def _consistent(manifest: Mapping[str, Any], contents: Mapping[str, bytes]) -> dict[str, Any]:
    """The identity of the run, which must say what the manifest and the inputs say."""
    plan = read_plan(contents[PLAN])
    identity: dict[str, Any] = plan["identity"]
    notebook = "notebook" in identity
    for path in (CRATE, *((NOTEBOOK, PARAMETERS) if notebook else (GIVEN, RESOLVED))):
        if path not in contents:
            raise InputError(f"{path}: missing from the manifest")
    tables = {
        path.removeprefix(f"{TABLES}/"): digest(data)
        for path, data in contents.items()
        if path.startswith(f"{TABLES}/")
    }
    agree = {
        "plan": manifest["plan"] == plan_digest(identity),
        "headline": manifest["headline"] == headline(contents),
        "start": manifest["started"] == plan["started"],
        "tables": tables == identity["tables"],
        "kind": (manifest["scenario"] is None) == notebook,
    }
    if notebook:
        agree["notebook"] = digest(contents[NOTEBOOK]) == identity["notebook"]
        agree["parameters"] = contents[PARAMETERS] == to_json(identity.get("parameters"))
    else:
        chosen = parse_scenario(contents[RESOLVED].decode("utf-8"), RESOLVED)
        asked = parse_scenario(str(identity.get("scenario")), PLAN)
        if "until" in identity:  # the draws were counted on the way
            asked = asked.changed(draws=chosen.draws)
        agree["scenario"] = contents[RESOLVED] == write_scenario(asked).encode()
        agree["choices"] = manifest["scenario"] == named(chosen)
    for what, same in agree.items():
        if not same:
            raise InputError(f"{MANIFEST}: its {what} is not that of the files")
    return identity
