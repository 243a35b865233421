"""The run crate: an RO-Crate that an independent validator accepts.

The validator pins its own versions, so it lives in an environment of its own:
``ISMARKET_CRATE_VALIDATOR=FOLDER`` names one, made there with pip if it is not there yet.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

VALIDATOR = os.environ.get("ISMARKET_CRATE_VALIDATOR")
PACKAGES = ["roc-validator==0.13.0", "rocrate==0.13.0"]


def test_the_crate_names_every_file_and_no_other(kept):
    crate = json.loads((kept / "ro-crate-metadata.json").read_text())
    entities = {entity["@id"]: entity for entity in crate["@graph"]}
    here = {p.relative_to(kept).as_posix() for p in kept.rglob("*") if p.is_file()}
    assert {i for i, entity in entities.items() if entity["@type"] == "File"} == here - {
        "ro-crate-metadata.json"
    }
    profile = entities["./"]["conformsTo"]["@id"]
    assert profile == "https://w3id.org/ro/wfrun/process/0.5"
    assert (
        entities["ro-crate-metadata.json"]["conformsTo"]["@id"] == "https://w3id.org/ro/crate/1.1"
    )
    mentioned = json.dumps(crate["@graph"])
    assert all(f'"@id": "{name}"' in mentioned for name in here)


@pytest.mark.skipif(not VALIDATOR, reason="ISMARKET_CRATE_VALIDATOR names no folder")
@pytest.mark.timeout(600)
def test_an_independent_validator_finds_nothing_required_or_recommended_missing(kept):
    folder = Path(VALIDATOR)
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    script = Path(__file__).with_name("validate_crate.py")
    done = subprocess.run([str(python), str(script), str(kept)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout[done.stdout.index("{") :])
    assert len(found) == 4
    assert not any(found.values()), found
