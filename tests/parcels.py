"""Small distributions for tests: a module, its metadata and its entry point, in a folder."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

DRIVER = """
    import numpy as np
    from ismarket import Driver, Effect, Parameter, hookimpl

    def effects(market, p):
        yield Effect("incidence", np.log(p.rate) * market.elapsed / 10.0)

    DRIVER = Driver(
        name="{name}", title="A stranger", effects=effects,
        parameters=(Parameter("rate", 1.0, 1.2, 2.0, unit="rate ratio", title="Rate",
                              source="assumption: test"),),
    )

    @hookimpl
    def register_drivers():
        return [DRIVER]
"""

OWN_TABLE = (
    "mechanism,title,stage,drug_class,ratio_low,ratio_mode,ratio_high,unit,scope_note,region,"
    "share_base_year,ceiling,half_time_years_low,half_time_years_mode,half_time_years_high,status,"
    "source,note"
)
OWN_ROW = (
    "home_eeg,EEG at home,diagnosed,,1.1,1.4,2.0,odds ratio,,{region},0.05,0.4,3,5,8,assumed,s,"
)


def parcel(
    folder: Path, name: str, code: str, *, version="1.0", module=None, point=None, dist=None
):
    """Install a plugin ``name`` into ``folder``; importing it leaves a mark there."""
    module, dist = module or f"plug_{name}", dist or f"parcel-{name}"
    mark = f"import pathlib; pathlib.Path({str(folder / f'{name}.imported')!r}).touch()\n"
    body = textwrap.dedent(code)
    try:
        compile(body, name, "exec")
        body = mark + body
    except SyntaxError:
        pass
    (folder / f"{module}.py").write_text(body, encoding="utf-8")
    about = folder / f"{dist.replace('-', '_')}-{version}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {dist}\nVersion: {version}\nSummary: Parcel {name}.\n"
    )
    (about / "entry_points.txt").write_text(f"[ismarket]\n{point or name} = {module}\n")
    (about / "RECORD").write_text(
        f"{module}.py,,\n{about.name}/METADATA,,\n{about.name}/entry_points.txt,,\n"
    )
    return folder


def imported(folder: Path) -> set[str]:
    """The plugins that have been imported."""
    return {path.stem for path in folder.glob("*.imported")}


def ismarket(*arguments: str, path: Path | None = None, cwd: Path | None = None, **environment):
    """The command line in a process of its own, with the parcels in ``path`` installed."""
    return python(
        "from ismarket.cli import main; main()", *arguments, path=path, cwd=cwd, **environment
    )


def python(
    code: str, *arguments: str, path: Path | None = None, cwd: Path | None = None, **environment
):
    """Python code in a process of its own, with the parcels in ``path`` installed."""
    known = {k: v for k, v in os.environ.items() if k not in ("ISMARKET_PLUGINS", "PYTHONPATH")}
    if path:
        known["PYTHONPATH"] = str(path)
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True, text=True, env={**known, **environment}, cwd=cwd, timeout=120,
    )  # fmt: skip
