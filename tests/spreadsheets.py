"""Workbooks as LibreOffice computes them, and as somebody who types into them leaves them."""

import os
import shutil
import subprocess

import openpyxl
import pytest

from ismarket import Scenario
from ismarket.report.grid import FIRST_ROW, INPUTS, PATH, input_rows

SOFFICE = shutil.which("soffice")
needs_libreoffice = pytest.mark.skipif(not SOFFICE, reason="LibreOffice (soffice) is not installed")


CHANGED = Scenario(
    anchor="bottom-up",
    without=(),
    overlap=0.3,
    strength={"diagnosis": 2.0},
    fixed={"video_eeg.ratio": 2.0},
    through=2035,
    draws=64,
)
"""A scenario in which everything that a workbook holds was changed."""


def recalculated(paths, folder):
    """The workbooks as LibreOffice computes them; what Python wrote as results is dropped first."""
    for path in paths:
        opened = openpyxl.load_workbook(path)
        opened.save(path)
    home = folder.parent / "libreoffice"  # made once, which takes longer than a workbook
    command = [
        SOFFICE,
        f"-env:UserInstallation=file://{home}",
        "--headless",
        "--convert-to",
        "xlsx",
    ]
    out = folder / "out"
    subprocess.run(
        [*command, "--outdir", str(out), *map(str, paths)],
        check=True,
        capture_output=True,
        timeout=240,
        env={**os.environ, "HOME": str(home)},
    )
    return [openpyxl.load_workbook(out / path.name, data_only=True) for path in paths]


def computed_path(opened, years):
    sheet = opened[PATH]
    return [sheet.cell(FIRST_ROW + i, 5).value for i in range(years)]


def edited(book, path, edits):
    """A copy of a workbook with values typed into the column "your value"."""
    opened = openpyxl.load_workbook(book)
    sheet = opened[INPUTS]
    rows = {row[0].value: row[0].row for row in sheet.iter_rows(min_row=FIRST_ROW, max_col=1)}
    for key, value in edits.items():
        sheet.cell(rows[key], 3).value = value
    opened.save(path)
    return path


def typed(value):
    """As a person types it: a workbook keeps 15 or 16 digits."""
    return float(f"{value:.9g}")


def random_edits(chooser, forecast_, count):
    rows = chooser.sample(input_rows(forecast_), count)
    edits = {}
    for row in rows:
        span = row.high - row.low
        on_off = row.key.startswith("with.")
        edits[row.key] = (
            float(chooser.random() < 0.5) if on_off else typed(row.low + span * chooser.random())
        )
    return edits
