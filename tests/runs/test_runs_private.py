"""A run tells nothing of the person and the machine that made it, in whatever form it is kept."""

import base64
import io
import json
import os
import platform
import pwd
import re
import socket
import sys
import zipfile
import zlib
from pathlib import Path

import pytest
from command_line import ismarket

from ismarket.runs.archive import export, people_tables
from ismarket.runs.verify import checked

for needed in ("altair", "vl_convert", "xlsxwriter", "nbclient", "ipykernel"):
    pytest.importorskip(needed)

SECRET, USER = "s3cret-value-of-the-environment", "quillfeather"
ANCHOR = """\
name = "mine"
market = "infantile-spasms"
base_year = 2022
value_usd = 2.0e8
cagr = 0.05
last_year = 2028
"""
pytestmark = pytest.mark.slow(reason="keeps a run of everything")
CELL = """\
import getpass, os, sys
import altair, ismarket
from IPython.display import HTML
print(os.getcwd(), os.path.expanduser("~/x"), sys.prefix, __import__("tempfile").gettempdir())
forecast = ismarket.forecast(ismarket.load_market(), ismarket.load_drivers(),
                             ismarket.Scenario(draws=20))
HTML(f"<p>{os.getcwd()}</p><p>{ismarket.__file__}</p>")"""


def kept_by_somebody(folder, *arguments):
    home = folder / f"home-of-{USER}"
    home.mkdir(exist_ok=True)
    environment = {"A_SECRET": SECRET, "HOME": str(home), "USER": USER, "LOGNAME": USER,
                   "USERNAME": USER}  # fmt: skip
    done = ismarket(*arguments, cwd=folder, **environment)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory, few_charts):
    """A folder with a run of everything, and one of a notebook."""
    folder = tmp_path_factory.mktemp("private")
    (folder / "mine.toml").write_text(ANCHOR)
    (folder / "given.toml").write_text(f'anchor = "{folder}/mine.toml"\ndraws = 400\n')
    kept_by_somebody(folder, "run", str(folder / "given.toml"), "--out", str(folder / "whole"),
             "--also", "draws,histogram,charts,workbook")  # fmt: skip
    cell = {"cell_type": "code", "metadata": {}, "source": CELL, "id": "a", "outputs": [],
            "execution_count": None}  # fmt: skip
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
    (folder / "mine.ipynb").write_text(json.dumps(content))
    kept_by_somebody(folder, "run", "--notebook", str(folder / "mine.ipynb"), "--out", "notebook")
    return folder


def pieces(name, data):
    """The readable pieces of a file: parts of an archive, texts of a picture."""
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for part in archive.infolist():
                yield f"{name}: {part.filename}", part.filename.encode() + part.extra
                yield from pieces(f"{name}: {part.filename}", archive.read(part))
    elif data[:8] == b"\x89PNG\r\n\x1a\n":
        at = 8
        while at < len(data):
            size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
            body = data[at + 8 : at + 8 + size]
            if kind not in (b"IDAT", b"IHDR"):
                yield f"{name}: {kind.decode()}", body
                if kind in (b"zTXt", b"iTXt"):
                    yield f"{name}: {kind.decode()}", zlib.decompressobj().decompress(body)
            at += 12 + size
    else:
        yield name, data
        for match in re.finditer(rb"data:[\w/+-]+;base64,([\w+/=]+)", data):
            yield f"{name}: embedded", base64.b64decode(match.group(1))


def private(folder):
    """Words that stand for this machine, this person and this environment."""
    here = str(Path(__file__).parents[2])
    words = {SECRET, USER, str(folder), here, sys.prefix, sys.base_prefix, os.getcwd(), "/home/",
             "/tmp/", "/Users/", "C:\\", os.environ.get("PATH", "")}  # fmt: skip
    words |= {os.path.realpath(word) for word in (str(folder), here, sys.prefix)}
    return {word for word in words if len(word) > 3}


def names():
    return {pwd.getpwuid(os.getuid()).pw_name, socket.gethostname(), platform.node()}


def findings(folder, found):
    for name, data in found.items():
        for where, piece in pieces(name, data):
            text = piece.decode("utf-8", "replace")
            yield from (f"{where}: {word}" for word in private(folder) if word in text)
            words = {"root"} if re.search(r"\.(svg|html|png)\b", where) else set()  # of the format
            for person in names() - words - {""}:
                if re.search(rf"(?<![\w:-]){re.escape(person)}(?![\w-])", text):
                    yield f"{where}: {person}"
            plain = re.sub(r"https?://\S+|</\w+>", "", text)
            if where.endswith((".csv", ".toml", ".txt", ".json", ".jsonl")):
                match = re.search(r"""["'\s(=](/[\w.-]+){2,}""", plain)
                if match and "outputs/forecast.json" not in where:
                    yield f"{where}: {match.group()}"


@pytest.mark.parametrize("run", ["whole", "notebook"])
def test_nothing_private_is_in_a_run_or_in_what_is_made_of_it(folder, run):
    record = checked(folder / run)
    export(record, folder / f"{run}.zip")
    found = {**record.contents, **people_tables(record)}
    found["archive"] = (folder / f"{run}.zip").read_bytes()
    assert list(findings(folder, found)) == []


def test_the_search_finds_what_it_is_meant_to_find(folder):
    png = (
        b"\x89PNG\r\n\x1a\n" + len(SECRET).to_bytes(4, "big") + b"tEXt" + SECRET.encode() + b"crc!"
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("docProps/core.xml", f"<creator>{USER}</creator>")
    found = {"a.png": png, "b.xlsx": packed.getvalue(), "c.csv": f"x\n{folder}/y\n".encode(),
             "d.txt": socket.gethostname().encode(), "e.csv": b"x\n/opt/somewhere\n"}  # fmt: skip
    hit = {finding[0] for finding in findings(folder, found)}
    assert hit == set("abcde")


def test_a_scenario_as_given_names_the_anchor_file_as_the_run_holds_it(folder):
    given = (folder / "whole/inputs/scenario.toml").read_text()
    assert given == 'anchor = "anchor.toml"\ndraws = 400\n'
    assert (folder / "whole/inputs/data/anchor.toml").read_text() == ANCHOR
