"""Everything that is done with this package, each in an environment of its own: ``nox -l``.

``nox`` alone runs what must hold before a change lands; ``.ci/run`` does that on a bare machine.
"""

import shutil
from pathlib import Path

import nox

nox.options.sessions = ["lint", "tests", "docs", "browser", "faults", "installed", "wheel"]
nox.options.reuse_existing_virtualenvs = True
WORKERS = ("-n", "auto", "--dist", "worksteal")
"""Half the tests a worker, in their order, so that what a module made is made once."""
NUMBERS = ("approved", "engine", "analysis", "guard", "reading", "sampling", "testing", "text")
"""Tests of numbers alone, the same wherever the package lies."""
FLOORS = (
    "tests/engine/test_reference_values.py",
    "tests/engine/test_scale.py",
    "tests/explorer/test_elicit_form.py",
    "tests/fuzz/test_workbook.py",
    "tests/plugins/test_plugins.py",
    "tests/sampling",
)
"""Tests that together use most packages of which a lowest version is said, in 12 s."""
ON_SOURCES = (
    "test_layout.py",
    "test_notebooks.py",
    "test_one_figure.py",
)
"""Tests that need the repository."""


def brought(session, *what):
    """Install what a session needs; in an environment of the caller's (-db none) it is there."""
    if session.virtualenv.is_sandboxed:
        session.install("-q", "-c", "constraints.txt", *what)


@nox.session
def lint(session):
    """Format, rules and types."""
    brought(session, ".[dev]")
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")
    session.run("mypy")


@nox.session
def tests(session):
    """What has no session of its own; arguments go to pytest: nox -s tests -- -m "not slow"."""
    brought(session, "-e", ".[test]")
    session.run("pytest", "-q", *WORKERS, *session.posargs)


@nox.session
def docs(session):
    """Every example of README and the pages, then the site, strictly: notebooks are executed."""
    brought(session, "-e", ".[docs]")
    session.run("pytest", "-q", *WORKERS, "tests/pages")
    session.run("python", "-m", "sphinx", "-W", "-q", "docs", "site")


@nox.session
def figures(session):
    """Every picture of README and the pages, drawn anew in headless Chromium."""
    brought(session, "-e", ".[browser]")
    session.run("python", "docs/figures.py", *session.posargs)


@nox.session
def browser(session):
    """The panel, the parts and the page in headless Chromium; workbooks in LibreOffice."""
    brought(session, "-e", ".[browser]")
    session.run("pytest", "-q", *WORKERS, "tests/browser", "tests/office", *session.posargs)


@nox.session
def faults(session):
    """Killed processes, full disks, crashes at any call to the disk, files spoilt at random."""
    brought(session, "-e", ".[test]")
    session.run("pytest", "-q", *WORKERS, "tests/faults", "tests/fuzz", *session.posargs)


@nox.session
def installed(session):
    """The package in new environments, as a stranger installs it: wheels, plugins, a market."""
    brought(session, "-e", ".[dev]")
    session.run("pytest", "-q", *WORKERS, "tests/installed", *session.posargs)


@nox.session
def wheel(session):
    """The built wheel away from the repository: what packaging can break."""
    away = Path(session.create_tmp())
    shutil.rmtree(away / "dist", ignore_errors=True)
    session.install("-q", "build", "twine")
    session.run("python", "-m", "build", "--outdir", str(away / "dist"), ".", silent=True)
    session.run("twine", "check", "--strict", *map(str, (away / "dist").iterdir()))
    (built,) = (away / "dist").glob("*.whl")
    brought(session, f"{built}[test]")
    for name in ("tests", "examples", "plugins", "notebooks", "benchmarks", "docs"):
        shutil.rmtree(away / name, ignore_errors=True)
        shutil.copytree(name, away / name)
    for file in [*Path().glob("*.md"), Path("pyproject.toml"), Path("constraints.txt")]:
        shutil.copy(file, away)
    left_out = [f"--ignore=tests/{name}" for name in (*NUMBERS, *ON_SOURCES)]
    session.chdir(away)
    session.run("python", "-P", "-m", "pytest", "-q", *WORKERS, "-m", "not slow", *left_out)


@nox.session
def oldest(session):
    """The quick tests with the lowest versions of pyproject; a few: nox -s oldest -- floors."""
    session.install("-q", "uv")
    session.run("uv", "pip", "install", "-q", "--resolution", "lowest-direct",
                "--python", session.virtualenv.location, "-e", ".[test]")  # fmt: skip
    chosen = FLOORS if session.posargs == ["floors"] else session.posargs
    session.run("python", "-m", "pytest", "-q", *WORKERS, "-m", "not slow", *chosen)


@nox.session(python=["3.11", "3.12", "3.13", "3.14"])
def pythons(session):
    """The quick tests with the newest versions, on one Python: nox -s pythons-3.14."""
    session.install("-q", "-e", ".[test]")
    session.run("python", "-m", "pytest", "-q", *WORKERS, "-m", "not slow", *session.posargs)


@nox.session
def bench(session):
    """Speed, memory and errors, into benchmarks/results.md: nox -s bench -- --quick, -- engine."""
    brought(session, ".[browser,bench]")
    session.run("python", "benchmarks/all.py", *session.posargs)


@nox.session
def coverage(session):
    """Which lines no quick test runs, into tests/holes.md; arguments go to pytest."""
    brought(session, "-e", ".[test]", "pytest-cov>=6")
    session.run("pytest", "-q", *WORKERS, "-m", "not slow", "--cov=ismarket", "--cov-report=json",
                *session.posargs, success_codes=[0, 1])  # fmt: skip
    session.run("python", "tests/holes.py", "coverage.json")


@nox.session
def campaigns(session):
    """What the tests do in small, at full size: hours."""
    brought(session, "-e", ".[test]")
    session.run("python", "tests/faults/crash_points.py")
    session.run("python", "tests/faults/kills.py")
    session.run("python", "tests/reading/mutated_pages.py", "5000")
    session.run("pytest", "-q", "-s", "tests/fuzz", env={"ISMARKET_FUZZ": "10000"})
    tampered = {"ISMARKET_TAMPERINGS": "1000"}
    session.run("pytest", "-q", "tests/runs/test_runs_verify.py", env=tampered)
    session.run("python", "tests/fuzz/trust.py")
    session.run("python", "tests/mutants.py")
