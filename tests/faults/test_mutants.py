"""A few faults at a time: those of the whole campaign are tests/mutants.py's own."""

import subprocess
import sys
import tomllib

import pytest
from code_faults import ROOT, all_faults, put_in
from mutants import KNOWN, PACKAGES


def test_what_is_said_to_change_nothing_is_said_of_a_function_that_is_there():
    known = tomllib.loads(KNOWN.read_text(encoding="utf-8"))
    there = {f"{file}:{name}" for file, name, _ in all_faults(PACKAGES)}
    assert {":".join(fault.split(":")[:2]) for fault in known} <= there
    assert all(known.values())


def test_a_fault_is_one_change_in_one_statement():
    faults = list(all_faults(["sampling"]))
    tree, line, what = put_in(faults[0])
    before, after = what.split(" -> ")
    assert before != after
    text = (ROOT / faults[0][0]).read_text(encoding="utf-8").splitlines()
    assert text[line - 1].strip()
    assert tree.body


@pytest.mark.slow(reason="each fault runs the tests of its line in a process of its own")
def test_a_few_faults_in_the_sampling_are_found(tmp_path):
    script = ROOT / "tests" / "mutants.py"
    options = ["--packages", "sampling", "--also", "--number", "12", "--seed", "3"]
    options += ["--kept", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, str(script), *options], capture_output=True, text=True, check=True
    )
    assert "survived" not in done.stdout, done.stdout
    (every,) = (line for line in done.stdout.splitlines() if line.startswith("all "))
    assert "killed 100.0%" in every
