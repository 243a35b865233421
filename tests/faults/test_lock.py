"""The lock of a run, in both shapes: on the folder, and on a file beside it as on Windows."""

import os
import subprocess
import sys
import time

import pytest

from ismarket.runs.disk import locked_beside, locked_itself

fcntl = pytest.importorskip("fcntl")
SHAPES = {"itself": locked_itself, "beside": locked_beside}
HOLD = """
import fcntl, os, sys, time
from pathlib import Path
from ismarket import DiskError
from ismarket.runs.disk import locked_beside, locked_itself
folder, shape, seconds = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
lock = {"itself": locked_itself, "beside": locked_beside}[shape]
try:
    with lock(folder, "run", lambda handle: fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)):
        print("held", flush=True)
        time.sleep(seconds)
        os.rename(folder, folder.with_name("run"))
except DiskError as error:
    print(error)
"""
"""Take the lock, or say who has it; done with it, move the folder as a finished run does."""


def hold(folder, shape, seconds):
    command = [sys.executable, "-c", HOLD, str(folder), shape, str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def take(handle):
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / ".run.partial").mkdir()
    return tmp_path / ".run.partial"


@pytest.mark.slow(reason="eight processes wait for one")
@pytest.mark.parametrize("shape", SHAPES)
def test_of_eight_processes_one_holds_the_folder_and_leaves_only_the_run(folder, shape):
    said = [p.communicate(timeout=60)[0] for p in [hold(folder, shape, 3) for _ in range(8)]]
    assert sum(text == "held\n" for text in said) == 1
    for text in said:
        assert text in (
            "held\n",
            "run: another process is writing this run\n",
            "run: another process has just finished this run\n",
        )
    assert os.listdir(folder.parent) == ["run"]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_killed_process_leaves_no_lock(folder, shape):
    first = hold(folder, shape, 60)
    assert first.stdout.readline() == "held\n"
    second = hold(folder, shape, 0)
    assert "is writing this run" in second.communicate(timeout=60)[0]
    first.kill()
    first.communicate()
    with SHAPES[shape](folder, "run", take):
        time.sleep(0)
    assert folder.is_dir()
    assert os.listdir(folder.parent) == [".run.partial"]
