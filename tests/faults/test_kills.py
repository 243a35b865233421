"""Real processes: killed at random times, racing for one run, on a disk that is full."""

import os
import shutil
import subprocess
import sys
import time
from functools import partial

import pytest
from kills import campaign, finish, race, start

from ismarket import DiskError, study
from ismarket.runs import keep as keeping
from ismarket.runs.verify import verify_run
from ismarket.runs.views import RunView

pytestmark = pytest.mark.slow(reason="real processes, killed and resumed")


def test_a_killed_run_leaves_nothing_that_looks_complete_and_resumes_to_identical_bytes():
    in_time, _, found = campaign(kills=3, seed=20717)
    assert found == []
    assert in_time


def test_of_four_processes_one_gets_the_run_and_the_others_say_so(tmp_path):
    codes, said = race(tmp_path, 4)
    assert sorted(codes)[0] == 0
    assert codes.count(0) == 1
    assert verify_run(tmp_path / "run").sound
    for line in said:
        assert "\n" not in line
        assert "another process" in line or "exists; choose another --out" in line


def test_a_killed_process_leaves_no_lock(tmp_path):
    first = start(tmp_path, draws="2000000")
    while not any(tmp_path.glob(".run.partial/.blocks/*.block")):
        time.sleep(0.01)
    code, _, err = finish(start(tmp_path, "--resume", draws="2000000"))
    assert (code, err.count("\n")) == (4, 1)
    assert "another process is writing this run" in err
    first.kill()
    first.communicate()
    code, _, err = finish(start(tmp_path, "--resume"))
    assert code == 2
    assert "changed: scenario (draws = 60000)" in err
    assert not (tmp_path / "run").exists()


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 16 MB; mounting one takes a privilege that is not everybody's."""
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("mounting a small tmpfs needs root on Linux")
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a tmpfs is not allowed here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(folder, leave):
    """Use up the disk but for ``leave`` bytes."""
    free = shutil.disk_usage(folder).free
    (folder / "filler").write_bytes(bytes(max(0, free - leave)))


@pytest.mark.parametrize(
    ("leave", "said"),
    [
        (1_600_000, "what is finished on the way needs 9 MB"),
        (100_000, "No space left on device"),
        (8192, "No space left on device"),
    ],
)
def test_a_full_disk_is_exit_4_and_one_line_and_the_run_can_be_resumed(small_disk, leave, said):
    fill(small_disk, leave)
    code, out, err = finish(start(small_disk, draws="8000"))
    assert (code, out) == (4, "")
    assert len(err.splitlines()) == 1
    assert said in err
    assert not (small_disk / "run").exists()
    (small_disk / "filler").unlink()
    code, _, err = finish(start(small_disk, "--resume", draws="8000"))
    assert (code, err) == (0, "")
    assert verify_run(small_disk / "run").sound


def test_a_disk_that_is_full_at_the_end_keeps_what_is_finished(small_disk, monkeypatch):
    large = {"workbook": RunView(lambda forecast: {"large.bin": bytes(2_000_000)})}
    monkeypatch.setattr(keeping, "VIEWS", large)
    fill(small_disk, 1_600_000)
    kept = partial(study("published", draws=100).keep, small_disk / "run", extras=["workbook"])
    with pytest.raises(DiskError, match="No space left on device; what is finished is kept"):
        kept()
    assert not (small_disk / "run").exists()
    (small_disk / "filler").unlink()
    kept(resume=True)
    assert verify_run(small_disk / "run").sound
