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

from ismarket import Scenario, keep_run, run_notebook

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


def everything(folder):
    """A run with an anchor file, its draws counted on the way, and every view."""
    keys = [
        'name = "mine"',
        'market = "infantile-spasms"',
        "base_year = 2022",
        "value_usd = 2e8",
        "cagr = 0.05",
    ]
    (folder / "mine.toml").write_text("\n".join([*keys, "last_year = 2028"]))
    scenario = Scenario(anchor=str(folder / "mine.toml"))
    return keep_run(scenario, folder / "run", extras=["charts", "workbook"], until=0.01)


def notebook(folder):
    cell = {"cell_type": "code", "metadata": {}, "source": "print(1)", "id": "a", "outputs": [],
            "execution_count": None}  # fmt: skip
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
    (folder / "mine.ipynb").write_text(json.dumps(content))
    return run_notebook(folder / "mine.ipynb", out=folder / "run")


@pytest.mark.skipif(not VALIDATOR, reason="ISMARKET_CRATE_VALIDATOR names no folder")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ["plain", "everything", "notebook"])
def test_an_independent_validator_finds_nothing_required_or_recommended_missing(
    kept, tmp_path, kind
):
    run = {"plain": lambda _: kept, "everything": everything, "notebook": notebook}[kind](tmp_path)
    folder = Path(VALIDATOR)
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    script = Path(__file__).with_name("validate_crate.py")
    done = subprocess.run([str(python), str(script), str(run)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout[done.stdout.index("{") :])
    assert len(found) == 4
    assert not any(found.values()), found
