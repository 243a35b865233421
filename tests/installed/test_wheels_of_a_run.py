"""A run that travels with its wheels is computed again where nothing is installed."""

import subprocess
import sys
import venv

import pytest
from command_line import ismarket


def test_with_its_wheels_a_run_is_computed_again_in_a_new_environment(tmp_path):
    ismarket("run", "--draws", "300", "--out", "run", cwd=tmp_path)
    done = ismarket("export", "run", "--zip", "--with-wheels", cwd=tmp_path)
    if "pip cannot get" in done.stderr:
        pytest.skip(done.stderr)
    assert done.stdout == "Written run.zip\n"
    ismarket("import", "run.zip", "--out", "here", cwd=tmp_path)
    wheels = tmp_path / "here/run-wheels"
    subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=wheels, check=True)
    command = (wheels / "README.txt").read_text().splitlines()[-1].split()
    venv.create(tmp_path / "new", with_pip=False)
    pip = [sys.executable, "-m", "pip", "--python", str(tmp_path / "new"), *command[1:]]
    subprocess.run([*pip, "--quiet", "--no-compile"], cwd=wheels, check=True)
    again = subprocess.run([tmp_path / "new/bin/ismarket", "rerun", "here/run"], cwd=tmp_path,
                           capture_output=True, text=True)  # fmt: skip
    assert again.stdout.startswith("run: identical bytes in all 10 tables")
