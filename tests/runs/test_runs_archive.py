"""A run as one file: the same bytes each time, and nothing leaves its folder on the way back."""

import csv
import io
import os
import shutil
import stat
import struct
import subprocess
import zipfile

import pytest
from command_line import ismarket
from sealed import resealed

from ismarket import DiskError, InputError
from ismarket.runs import archive as archives
from ismarket.runs.archive import (
    export,
    export_run,
    people_tables,
    unpacked,
    wheels,
    write_workbook,
)
from ismarket.runs.layout import to_csv
from ismarket.runs.verify import Record, checked
from ismarket.text.spreadsheet import safe


def test_an_exported_run_comes_back_byte_by_byte(kept, tmp_path):
    export(checked(kept), tmp_path / "run.zip")
    record = unpacked(tmp_path / "run.zip", tmp_path / "here")
    assert record.contents == checked(kept).contents
    assert [p.name for p in (tmp_path / "here").iterdir()] == ["run"]


def test_two_exports_are_the_same_bytes(kept, tmp_path):
    for name in ("a.zip", "b.zip"):
        export(checked(kept), tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_the_commands_export_and_import(kept, tmp_path):
    done = ismarket("export", str(kept), "--zip", "--csv", "tables", cwd=tmp_path)
    assert done.stdout == "Written run.zip\nWritten 10 tables in tables\n"
    done = ismarket("import", "run.zip", "--out", "received", cwd=tmp_path)
    assert done.stdout.startswith("Unpacked received/run\nseal ")
    again = ismarket("import", "run.zip", "--out", "received", cwd=tmp_path)
    assert (again.returncode, len(again.stderr.splitlines())) == (2, 1)


STRANGE = [
    ("evil @ http://127.0.0.1:9/evil.zip", "1"), ("./evil", "1"), ("evil[x]", "1"),
    ("-r evil", "1"), ("numpy", "1 --index-url=http://127.0.0.1:9"), ("numpy", "1; import os"),
    ("numpy", "1\n"), ("numpy", None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "version"), STRANGE)
def test_wheels_are_fetched_by_name_and_version_and_by_nothing_else(
    kept, tmp_path, monkeypatch, name, version
):
    asked = []
    monkeypatch.setattr(subprocess, "run", lambda command, **_: asked.append(command))

    def changed(plan):
        plan["identity"]["environment"]["packages"][name] = {"version": version}

    run = resealed(shutil.copytree(kept, tmp_path / "run"), changed)
    with pytest.raises(InputError, match=r"inputs/plan\.json: identity: environment: packages"):
        export_run(run, tmp_path / "run.zip", with_wheels=True)
    assert asked == []
    assert not (tmp_path / "run.zip").exists()


def test_a_wheel_of_a_stranger_is_never_built(kept, monkeypatch):
    asked = []

    def pip(command, **_):
        asked.append(command)
        return subprocess.CompletedProcess(command, 1, "", "ERROR: no wheel")

    monkeypatch.setattr(subprocess, "run", pip)
    with pytest.raises(DiskError, match="pip cannot get a wheel of click: ERROR: no wheel"):
        wheels(checked(kept).identity)
    assert "--only-binary=:all:" in asked[0]


def zipped(path, entries, **how):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = how.get("mode", stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, data)
    return path


NAMES = ["/etc/passwd", "../out", "run/../../out", "run\\..\\out", "C:/out", "run/./x", "run//x",
         "run/a\nb", "run/aux.csv", "run/COM1", "run/x.",
         "run/" + "d/" * 30 + "x", "run/" + "x" * 500]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_path_that_leaves_the_folder_is_refused(tmp_path, name):
    file = zipped(tmp_path / "bad.zip", {"run/manifest.json": b"{}", name: b"x"})
    with pytest.raises(InputError, match="nothing was unpacked"):
        unpacked(file, tmp_path / "here")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bad.zip"]


@pytest.mark.parametrize("mode", [stat.S_IFLNK | 0o777, stat.S_IFIFO | 0o644, stat.S_IFCHR | 0o644])
def test_links_and_devices_are_refused(tmp_path, mode):
    file = zipped(tmp_path / "bad.zip", {"run/manifest.json": b"/etc/passwd"}, mode=mode)
    with pytest.raises(InputError, match="nothing was unpacked"):
        unpacked(file, tmp_path / "here")


def test_bombs_are_refused(tmp_path, monkeypatch):
    file = zipped(tmp_path / "ratio.zip", {"run/manifest.json": bytes(10_000_000)})
    with pytest.raises(InputError, match="200 times its size"):
        unpacked(file, tmp_path / "here")
    many = zipped(tmp_path / "many.zip", {f"run/{i}": b"" for i in range(10_001)})
    with pytest.raises(InputError, match="10001 entries"):
        unpacked(many, tmp_path / "here")
    shared = sharing(tmp_path / "shared.zip", 2000)
    with pytest.raises(InputError, match="200 times its size"):
        unpacked(shared, tmp_path / "here")
    monkeypatch.setattr(archives, "LARGEST_WHOLE", 1000)
    whole = zipped(tmp_path / "whole.zip", {f"run/{i}": os.urandom(600) for i in range(2)})
    with pytest.raises(InputError, match="unpacks to more than 1000 bytes"):
        unpacked(whole, tmp_path / "here")
    assert not (tmp_path / "here").exists()


def sharing(path, entries):
    """An archive whose entries all point at the same packed bytes, at a modest ratio each."""
    data = b"".join(b"%06d\n" % i for i in range(30_000))
    zipped(path, {"run/manifest.json": data})
    whole = path.read_bytes()
    start, end = whole.find(b"PK\x01\x02"), whole.find(b"PK\x05\x06")
    head = bytearray(whole[start:end])
    names = [f"run/f{i:012d}".encode() for i in range(entries)]
    central = b"".join(bytes(head).replace(b"run/manifest.json", name) for name in names)
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, entries, entries, len(central), start, 0)
    path.write_bytes(whole[:start] + central + tail)
    return path


def test_an_entry_that_lies_about_its_size_is_refused(tmp_path):
    file = zipped(tmp_path / "lies.zip", {"run/manifest.json": b"a" * 100_000})
    data = bytearray(file.read_bytes())
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = data.find(mark) + offset
        data[at : at + 4] = struct.pack("<I", 10)
    file.write_bytes(bytes(data))
    with pytest.raises(InputError):
        unpacked(file, tmp_path / "here")


def test_names_that_clash_on_another_system_are_refused(tmp_path):
    file = zipped(tmp_path / "bad.zip", {"run/manifest.json": b"{}", "run/A": b"", "run/a": b""})
    with pytest.raises(InputError, match="stands twice"):
        unpacked(file, tmp_path / "here")


def test_what_is_no_sound_run_leaves_nothing_behind(kept, tmp_path):
    record = checked(kept)
    changed = {**record.contents, "outputs/report.txt": b"something else\n"}
    export(Record(kept, record.manifest, record.identity, changed), tmp_path / "changed.zip")
    with pytest.raises(InputError, match=r"outputs/report\.txt: changed"):
        unpacked(tmp_path / "changed.zip", tmp_path / "here")
    assert not any((tmp_path / "here").iterdir())
    for name, data in (("text.zip", b"not a zip"), ("empty.zip", b"PK\x05\x06" + bytes(18))):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(InputError):
            unpacked(tmp_path / name, tmp_path / "here")


def test_an_unsound_run_with_wheels_leaves_nothing_behind(kept, tmp_path):
    record = checked(kept)
    changed = {**record.contents, "outputs/report.txt": b"something else\n"}
    unsound = Record(kept, record.manifest, record.identity, changed)
    export(unsound, tmp_path / "run.zip", {"x-1.whl": b"x"})
    with pytest.raises(InputError, match=r"outputs/report\.txt: changed"):
        unpacked(tmp_path / "run.zip", tmp_path / "here")
    assert not any((tmp_path / "here").iterdir())


@pytest.mark.parametrize("kind", ["fifo", "device", "folder"])
def test_what_is_no_file_is_no_archive_and_is_not_waited_for(tmp_path, kind):
    path = tmp_path / "run.zip"
    {"fifo": lambda: os.mkfifo(path), "device": lambda: path.symlink_to("/dev/zero"),
     "folder": path.mkdir}[kind]()  # fmt: skip
    with pytest.raises(InputError, match="not a file"):
        unpacked(path, tmp_path / "here")


def test_corrupt_lzma_is_one_line(tmp_path):
    with zipfile.ZipFile(tmp_path / "run.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("run/manifest.json", os.urandom(5000))
    data = bytearray((tmp_path / "run.zip").read_bytes())
    data[60:200] = bytes(140)
    (tmp_path / "run.zip").write_bytes(bytes(data))
    with pytest.raises(InputError, match=r"cannot be read|not a readable zip"):
        unpacked(tmp_path / "run.zip", tmp_path / "here")


MALFORMED = {
    "no extras": lambda plan: plan.pop("extras"),
    "extras of null": lambda plan: plan.update(extras=None),
    "extras of numbers": lambda plan: plan.update(extras=[1]),
    "no identity": lambda plan: plan.pop("identity"),
    "identity a list": lambda plan: plan.update(identity=[]),
    "plugins null": lambda plan: plan["identity"].update(plugins=None),
    "a plugin that is text": lambda plan: plan["identity"].update(plugins=["x"]),
    "installed null": lambda plan: plan["identity"].update(installed=None),
    "no environment": lambda plan: plan["identity"].pop("environment"),
    "packages null": lambda plan: plan["identity"]["environment"].update(packages=None),
    "python a number": lambda plan: plan["identity"]["environment"].update(python=3),
    "scenario a number": lambda plan: plan["identity"].update(scenario=1),
    "until text": lambda plan: plan["identity"].update(until="x"),
    "code null": lambda plan: plan["identity"].update(code=None),
    "tables null": lambda plan: plan["identity"].update(tables=None),
    "started a number": lambda plan: plan.update(started=1),
    "a list": lambda plan: [],
}


@pytest.mark.parametrize("change", MALFORMED.values(), ids=MALFORMED)
@pytest.mark.parametrize("command", ["verify", "rerun"])
def test_a_malformed_plan_of_a_sealed_run_is_one_line(kept, tmp_path, change, command):
    def changed(plan):
        found = change(plan)
        return found if found == [] else plan

    run = resealed(shutil.copytree(kept, tmp_path / "run"), changed)
    done = ismarket(command, run)
    said = done.stdout if command == "verify" else done.stderr
    assert done.returncode == (1 if command == "verify" else 2)
    assert "inputs/plan.json" in said
    assert len(said.splitlines()) == (2 if command == "verify" else 1)


@pytest.mark.slow(reason="runs kept on disk")
def test_flipped_bits_of_an_archive_never_give_a_traceback_or_another_run(kept, tmp_path):
    import random

    export(checked(kept), tmp_path / "run.zip")
    good, chance, accepted = (tmp_path / "run.zip").read_bytes(), random.Random(1), 0
    for number in range(150):
        data = bytearray(good)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        (tmp_path / "bad.zip").write_bytes(bytes(data))
        try:
            record = unpacked(tmp_path / "bad.zip", tmp_path / str(number))
        except InputError as error:
            told = str(error)
        else:
            accepted, told = accepted + 1, "one line"
            assert record.contents == checked(kept).contents
        assert len(told.splitlines()) == 1
    assert accepted < 75


@pytest.mark.parametrize(
    "cell", ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "\t=1", " =1", "|x", "%x", "＝1+1"]
)
def test_no_cell_for_people_is_a_formula(kept, cell):
    assert safe(cell) == "'" + cell
    record = checked(kept)
    table = to_csv({"name": [cell, "plain"], "value": [-1.5, 2.0]})
    changed = Record(kept, record.manifest, record.identity,
                     {**record.contents, "outputs/region.csv": table})  # fmt: skip
    text = people_tables(changed)["region.csv"].decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[1:] == [["'" + cell, "-1.5"], ["plain", "2.0"]]
    assert changed.contents["outputs/region.csv"] == table


def test_no_cell_of_a_workbook_is_a_formula(kept, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    record = checked(kept)
    table = to_csv({"name": ["=1+1", "NA", "@x"], "value": [-1.5, 2.0, 3.0]})
    changed = Record(kept, record.manifest, record.identity,
                     {**record.contents, "outputs/region.csv": table})  # fmt: skip
    book = openpyxl.load_workbook(write_workbook(changed, tmp_path / "run.xlsx"))
    cells = [cell for row in book["region"].iter_rows(min_row=2) for cell in row]
    assert [cell.value for cell in cells] == ["'=1+1", -1.5, "NA", 2, "'@x", 3]
    assert {cell.data_type for cell in cells} == {"s", "n"}


def test_a_workbook_holds_the_tables_as_values(kept, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(write_workbook(checked(kept), tmp_path / "run.xlsx"))
    assert "summary" in book.sheetnames
    assert {cell.data_type for row in book["summary"].iter_rows(min_row=2) for cell in row} == {"n"}
