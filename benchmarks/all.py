"""Every benchmark one after the other, and what they print in one file, benchmarks/results.md.

    python benchmarks/all.py             extras bench, browser; gcc, chromium; on an idle machine
    python benchmarks/all.py --quick     small sizes: that each one runs

The page of the site on speed shows that file, and no other page prints a figure that is not in it.
Two are left out, since they need the package of another commit: against.py and editions.py.
"""

import argparse
import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "results.md"
QUICK = {
    "engine": ["--quick"], "growth": ["--quick"], "errors": ["--quick"], "startup": [],
    "runs": ["--runs", "3"], "grid": [], "cluster": ["--draws", "1e6"],
    "guard_cost": ["--pairs", "5"], "many_drivers": ["2"], "sensitivity": ["512"],
    "changed_numbers": ["2"], "explorer": ["standalone"],
}  # fmt: skip
"""By script, in their order, what makes it short."""
PACKAGES = ("numpy", "scipy", "pandas")


def machine() -> str:
    """The machine and the versions in words."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{platform.system()}, {platform.machine()}, {os.cpu_count()} processors; Python"
        f" {platform.python_version()}, {versions}"
    )


def section(script: str, arguments: list[str]) -> tuple[str, bool]:
    """What a script prints, under its name, and whether it ended well."""
    command = " ".join(["python", f"benchmarks/{script}.py", *arguments])
    print(f"{command} ...", flush=True)
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, str(HERE / f"{script}.py"), *arguments], capture_output=True, text=True
    )
    took = f"{time.perf_counter() - started:.0f} s, exit code {done.returncode}"
    print(f"    {took}\n{done.stderr if done.returncode else ''}", flush=True)
    said = done.stdout.strip().replace("\n### ", "\n#### ").removeprefix("### ")
    lines = said if "\n|---" in said else f"```text\n{said}\n```"
    return f"## {script}\n\n`{command}`: {took}\n\n{lines}\n", not done.returncode


def main() -> int:
    """Run them all, or those that are named; the file is written where all were run."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--quick", action="store_true", help="small sizes")
    options.add_argument("scripts", nargs="*", metavar="SCRIPT", help="only those")
    asked = options.parse_args()
    if unknown := set(asked.scripts) - set(QUICK):
        options.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(QUICK)}")
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    found = [section(name, QUICK[name] if asked.quick else [])
             for name in asked.scripts or QUICK]  # fmt: skip
    size = "small sizes" if asked.quick else "full size"
    head = f"{datetime.now(UTC):%d %B %Y}, {size}. {machine()}; ismarket {version('ismarket')}."
    head += f" Load when it began (1, 5, 15 minutes): {load}."
    text = f"{head}\n\n" + "\n".join(words for words, _ in found)
    if asked.scripts:
        print(text)
    else:
        RESULTS.write_text(text, encoding="utf-8")
    return int(not all(well for _, well in found))


if __name__ == "__main__":
    sys.exit(main())
