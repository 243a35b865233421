"""The level that ``rerun`` reports on another NumPy and with processor features off.

    python tests/runs/rerun_levels.py FOLDER

makes two environments in FOLDER (NumPy 2.0 and the newest), keeps two runs in the newest (the
published scenario; an anchor file, draws until exact enough) and computes them again in both, with
and without features.  Prints a row for each; exits 1 if a level is not the right one: identical
where nothing differs, otherwise identical or equal, with the reason named.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
NUMPY = {"numpy-2.0": "numpy==2.0.2", "numpy-newest": "numpy"}
OFF = {
    "all features": "",
    "without AVX-512": "X86_V4 AVX512_ICL AVX512_SPR",
    "without AVX2 and AVX-512": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
}
OFF_OLD = {
    "without AVX-512": "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR",
    "without AVX2 and AVX-512": "AVX2 FMA3 AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL"
    " AVX512_ICL AVX512_SPR",
}


ANCHOR = """\
name = "mine"
market = "infantile-spasms"
base_year = 2022
value_usd = 2.0e8
cagr = 0.05
last_year = 2028
drivers_named = ["diagnosis"]
"""


def environment(folder, name):
    python = folder / name / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder / name)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", NUMPY[name], "xlsxwriter",
                   "-e", str(ROOT)]  # fmt: skip
        subprocess.run(install, check=True)
    return python


def ismarket(python, *arguments, off=""):
    command = [str(python), "-W", "ignore", "-c", "from ismarket.cli import main; main()"]
    variables = {**os.environ, "NPY_DISABLE_CPU_FEATURES": off}
    if not off:
        variables.pop("NPY_DISABLE_CPU_FEATURES")
    return subprocess.run([*command, *arguments], capture_output=True, text=True, env=variables)


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    pythons = {name: environment(folder, name) for name in NUMPY}
    (folder / "mine.toml").write_text(ANCHOR)
    kinds = {"published": (), "until": ("--anchor", str(folder / "mine.toml"), "--until", "0.3%",
             "--also", "workbook")}  # fmt: skip
    wrong = 0
    for kind, more in kinds.items():
        run = folder / f"{kind}-{os.getpid()}"
        done = ismarket(pythons["numpy-newest"], "run", "--out", str(run), *more)
        assert done.returncode == 0, done.stderr
        wrong += levels(kind, run, pythons)
    return 1 if wrong else 0


def levels(kind, run, pythons):
    """Print a row for every environment; how many of them are wrong."""
    wrong = 0
    for name, python in pythons.items():
        for features, off in (OFF | OFF_OLD if name == "numpy-2.0" else OFF).items():
            done = ismarket(python, "rerun", str(run), "--json", off=off)
            found = json.loads(done.stdout)
            same = name == "numpy-newest" and not off
            right = found["level"] == "identical" if same else found["level"] != "different"
            named = same or bool(found["changed"]["environment"])
            wrong += not (right and named)
            print(f"{kind:10} {name:13} {features:25} {found['level']:10}"
                  f" {found['largest_relative_difference']:.1e}"
                  f" {'' if right and named else 'WRONG'}")  # fmt: skip
    return wrong


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
