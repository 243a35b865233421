"""Every benchmark one after the other, and what they print in one file, benchmarks/results.md.

    python benchmarks/all.py             extras bench, browser; gcc, chromium; on an idle machine
    python benchmarks/all.py --quick     small sizes: that each one runs

The page of the site on speed shows that file, and no other page prints a figure that is not in it.
Two are left out, since they need the package of another commit: against.py and editions.py.
"""

import argparse
import os
import platform
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "results.md"
QUICK = {
    "engine": ["--quick"], "growth": ["--quick"], "errors": ["--quick"], "startup": ["2"],
    "runs": ["--runs", "3"], "grid": ["20"], "cluster": ["--draws", "1e6"],
    "guard_cost": ["--pairs", "5"], "many_drivers": ["2"], "sensitivity": ["512"],
    "study_worth": ["--draws", "2048", "--studies", "512"], "changed_numbers": ["2"],
    "explorer": ["--quick"],
}  # fmt: skip
"""By script, in their order, what makes it short."""
PACKAGES = ("numpy", "scipy", "pandas")


def machine() -> str:
    """The machine and the versions in words."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{platform.system()}, {platform.machine()}, {os.cpu_count()} processors; Python"
        f" {platform.python_version()}, {versions}; ismarket {version('ismarket')}."
    )


def section(script: str, arguments: list[str]) -> tuple[str, bool]:
    """What a script prints, when and beside what load, and whether it ended well."""
    command = " ".join(["python", f"benchmarks/{script}.py", *arguments])
    print(f"{command} ...", flush=True)
    load, started = os.getloadavg()[0], time.perf_counter()
    done = subprocess.run(
        [sys.executable, str(HERE / f"{script}.py"), *arguments], capture_output=True, text=True
    )
    took = f"{time.perf_counter() - started:.0f} s, exit code {done.returncode}"
    print(f"    {took}\n{done.stderr if done.returncode else ''}", flush=True)
    said = done.stdout.strip().removeprefix("### ")
    lines = said if "\n|---" in said else f"```text\n{said}\n```"
    when = f"{datetime.now(UTC):%d %B %Y}, load {load:.1f} when it began"
    return f"`{command}`: {took}; {when}.\n\n{lines}\n", not done.returncode


def kept() -> dict[str, str]:
    """What the file has of each script."""
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    found = re.findall(r"^## (\w+)\n\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    return {name: said.rstrip() + "\n" for name, said in found}


def main() -> int:
    """Run them all, or those that are named, each written in its place once it has ended."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--quick", action="store_true", help="small sizes")
    options.add_argument("scripts", nargs="*", metavar="SCRIPT", help="only those")
    asked = options.parse_args()
    if unknown := set(asked.scripts) - set(QUICK):
        options.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(QUICK)}")
    failed = False
    for name in asked.scripts or QUICK:
        said, well = section(name, QUICK[name] if asked.quick else [])
        failed |= not well
        found = kept() | {name: said}
        parts = [f"## {one}\n\n{found[one]}" for one in QUICK if one in found]
        RESULTS.write_text("\n".join([machine() + "\n", *parts]), encoding="utf-8")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
