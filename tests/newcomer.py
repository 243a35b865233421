"""README as a newcomer reads it: each of its commands, from first to last line, in a bare place.

    python tests/newcomer.py            a quarter of an hour on two cores; needs pip's network
    python tests/newcomer.py --quick    of the tests only a folder

A fresh copy of the last commit, an empty home and none of this shell's variables; the interpreter
is the one that this environment was made from.  Seconds and exit code of each block are printed.
What never ends by itself, the notebooks, has ended well when it says where it is to be opened.
"""

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
ENDLESS, OPENED = "ismarket lab", "http://"
SERVER = '{"ServerApp": {"allow_root": true, "open_browser": false}}'
"""Nothing is opened on this screen, and whoever is root may try it too."""
QUICK = " tests/text"
"""What keeps the test command to a folder."""


def blocks(text: str) -> list[tuple[str, str]]:
    """Language and code of what is to be run, in order."""
    return re.findall(r"^```(sh|python)\n(.*?)^```$", text, re.M | re.S)


def surroundings(home: Path) -> dict[str, str]:
    """Variables of a bare shell, its python3 the interpreter below this environment."""
    folder = Path(getattr(sys, "_base_executable", sys.executable)).resolve().parent
    return {"PATH": f"{folder}:/usr/local/bin:/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}


def run(command: list[str], copy: Path, env: dict[str, str], endless: bool) -> tuple[int, str]:
    """Exit code of a command and what it printed last; an endless one is 0 once it is open."""
    process = subprocess.Popen(
        command, cwd=copy, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True,
    )  # fmt: skip
    said: list[str] = []
    for line in process.stdout or ():
        said = [*said[-30:], line]
        if endless and OPENED in line:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()
            return 0, ""
    return process.wait(), "".join(said)


def main() -> int:
    """Print a line a block; 1 where one failed."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--quick", action="store_true")
    quick, failed = options.parse_args().quick, False
    print("seconds  exit  block")
    with tempfile.TemporaryDirectory() as folder:
        copy, home = Path(folder) / "copy", Path(folder) / "home"
        subprocess.run(["git", "clone", "-q", "--depth", "1", ROOT.as_uri(), copy], check=True)
        (home / ".jupyter").mkdir(parents=True)
        (home / ".jupyter" / "jupyter_server_config.json").write_text(SERVER)
        for language, code in blocks((copy / "README.md").read_text(encoding="utf-8")):
            said = code.strip()
            if quick and "pytest" in said:
                said += QUICK
            python = [str(copy / ".venv" / "bin" / "python"), "-c", said]
            command = ["bash", "-c", said] if language == "sh" else python
            started = time.perf_counter()
            done, last = run(command, copy, surroundings(home), ENDLESS in said)
            print(f"{time.perf_counter() - started:7.1f}  {done:4}  {said.splitlines()[0][:120]}")
            failed |= bool(done)
            if done:
                print(last)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
