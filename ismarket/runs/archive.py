"""What a colleague gets: a run as a zip, the same bytes each time, its way back, and its tables.

Nothing in a table for a spreadsheet is taken for a formula.
"""

from __future__ import annotations

import csv
import io
import lzma
import os
import re
import stat
import subprocess
import sys
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from secrets import token_hex
from typing import Any

from ..errors import DiskError, InputError
from ..text.files import write_files
from ..text.install import installed_from
from ..text.spreadsheet import as_csv, as_xlsx, safe
from . import disk
from .layout import LARGEST_FILE, LARGEST_WHOLE, MOST_FILES, RUNS, digest, number_or_text
from .start import write_all
from .verify import Record, checked

LARGEST_RATIO = 200
"""Bytes unpacked for one byte packed: tables give about 5, bombs a thousand."""
WHEELS = "wheels"
DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
"""Names that mean a device on Windows."""


def export(record: Record, target: Path, wheels: Mapping[str, bytes] | None = None) -> Path:
    """Write a checked run, and wheels beside it, as the zip ``target``.

    Raises InputError if there is a file of that name, DiskError if the disk fails.
    """
    if target.exists():
        raise InputError(f"{target} exists; choose another name")
    name = record.manifest["name"]
    files = {f"{name}/{path}": data for path, data in record.contents.items()}
    files |= {f"{name}-{WHEELS}/{path}": data for path, data in (wheels or {}).items()}
    partial = target.with_name(f".{target.name}.partial")
    with disk.told(f"{target}: cannot write the archive"):
        partial.unlink(missing_ok=True)
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, data in sorted(files.items()):
                entry = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
                entry.external_attr = (stat.S_IFREG | 0o644) << 16
                entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
                archive.writestr(entry, data)
        with partial.open("rb+") as stream:
            os.fsync(stream.fileno())
        disk.rename(partial, target)
        disk.sync_folder(target.parent)
    return target


def export_run(path: str | Path, target: str | Path, *, with_wheels: bool = False) -> Path:
    """A run, checked, as ``export`` writes it; ``with_wheels`` puts its packages beside it.

    Raises InputError for a run that is not as it was written, DiskError if pip fails.
    """
    record = checked(Path(path))
    return export(record, Path(target), wheels(record.identity) if with_wheels else None)


def import_run(archive: str | Path, folder: str | Path = RUNS) -> Path:
    """The directory of the run in an archive, checked and unpacked as by ``unpacked``."""
    return unpacked(Path(archive), Path(folder)).path


def unpacked(archive: Path, folder: Path) -> Record:
    """Unpack a run into ``folder`` and check it; nothing is left there unless it is sound.

    Raises InputError for what is no archive of a run: links, absolute or parent paths, names that
    clash, encrypted entries, more than the limits, or a run that is not as it was written.
    """
    files = read_archive(archive)
    tops = sorted({PurePosixPath(path).parts[0] for path in files})
    runs = [top for top in tops if f"{top}/manifest.json" in files]
    if len(runs) != 1 or set(tops) - {runs[0], f"{runs[0]}-{WHEELS}"}:
        raise InputError(f"{archive.name}: not one run in one folder")
    for top in tops:
        if (folder / top).exists():
            raise InputError(f"{folder / top} exists; choose another --out")
    partials = {top: folder / f".{top}.{token_hex(6)}.import" for top in tops}
    with disk.told(f"{folder}: cannot unpack the run"):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            for top, partial in partials.items():
                disk.make_folder(partial)
                inside = {p: d for p, d in files.items() if p.startswith(f"{top}/")}
                write_all(partial, {p.removeprefix(f"{top}/"): d for p, d in inside.items()})
            checked(partials[runs[0]])
            for top in reversed(tops):  # wheels first: where the run stands, all of it is there
                disk.rename(partials[top], folder / top)
        finally:
            for partial in partials.values():
                disk.remove_if_there(partial)
        disk.sync_folder(folder)
    return checked(folder / runs[0])


def read_archive(archive: Path) -> dict[str, bytes]:
    """The files of an archive by path, within the limits and with names that stay inside."""
    if archive.exists() and not archive.is_file():
        raise InputError(f"{archive}: not a file")
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = [entry for entry in opened.infolist() if not entry.is_dir()]
            _check_entries(archive.name, opened.infolist(), archive.stat().st_size)
            files = {}
            for entry in entries:
                with opened.open(entry) as stream:  # read no further than it said
                    files[entry.filename] = stream.read(entry.file_size + 1)
            return files
    except FileNotFoundError:
        raise InputError(f"{archive}: no such file") from None
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError) as error:
        raise InputError(f"{archive.name}: not a readable zip ({error})") from None
    except InputError:
        raise
    except (ValueError, RuntimeError, OSError, zlib.error, lzma.LZMAError) as error:
        raise InputError(f"{archive.name}: cannot be read ({error})") from None


def _check_entries(name: str, entries: Iterable[zipfile.ZipInfo], packed: int) -> None:
    entries = list(entries)
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_FILES:
        raise InputError(f"{name}: {len(entries)} entries, a run has fewer than {MOST_FILES}")
    if unpacked > LARGEST_WHOLE:
        raise InputError(f"{name}: unpacks to more than {LARGEST_WHOLE} bytes")
    if unpacked > LARGEST_RATIO * max(packed, 1 << 16):  # entries may share their packed bytes
        raise InputError(f"{name}: unpacks to more than {LARGEST_RATIO} times its size")
    seen: set[str] = set()
    for entry in entries:
        for problem in _problems(entry):
            raise InputError(f"{name}: {entry.filename[:80]!r} {problem}; nothing was unpacked")
        folded = unicodedata.normalize("NFC", entry.filename).casefold().rstrip("/")
        if folded in seen:
            raise InputError(f"{name}: {entry.filename[:80]!r} stands twice; nothing was unpacked")
        seen.add(folded)


def _problems(entry: zipfile.ZipInfo) -> Iterator[str]:
    path, mode = entry.orig_filename, entry.external_attr >> 16
    parts = path.rstrip("/").split("/")
    if path.startswith("/") or "\\" in path or ":" in path or not path.isprintable():
        yield "is not a relative path"
    if any(part in ("", ".", "..") for part in parts):
        yield "leaves the folder"
    if any(part.endswith((".", " ")) or DEVICES.fullmatch(part) for part in parts):
        yield "is no name on Windows"
    if len(path) > 400 or len(parts) > 20:
        yield "is too long a path"
    if stat.S_ISLNK(mode):
        yield "is a link"
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        yield "is neither file nor folder"
    if entry.flag_bits & 0x1:
        yield "is encrypted"
    if entry.file_size > LARGEST_FILE:
        yield f"unpacks to more than {LARGEST_FILE} bytes"
    if entry.file_size > LARGEST_RATIO * max(entry.compress_size, 1000):
        yield f"unpacks to more than {LARGEST_RATIO} times its size"


def wheels(identity: Mapping[str, Any]) -> dict[str, bytes]:
    """Wheels of every package of a run by file name, with SHA256SUMS and a line how to install.

    A package that is installed from a folder is built from there; all others are downloaded by
    pip at the run's versions, for this Python and platform, and only as wheels: a run is a
    stranger's, and building runs code.  Names and versions are those of a checked plan, never an
    address.  Raises DiskError if pip fails.
    """
    packages = identity["environment"]["packages"]
    with tempfile.TemporaryDirectory() as folder:
        for name, package in packages.items():
            local = installed_from(name, package["version"])
            wanted = ["--only-binary=:all:", f"{name}=={package['version']}"]
            if local and local.is_dir():
                wanted = [str(local)]
            command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check",
                       "wheel", "--no-deps", "--wheel-dir", folder, *wanted]  # fmt: skip
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
                reason = errors[-1] if errors else f"exit code {done.returncode}"
                raise DiskError(f"--with-wheels: pip cannot get a wheel of {name}: {reason}")
        files = {path.name: path.read_bytes() for path in sorted(Path(folder).glob("*.whl"))}
    lines = [f"{digest(data)}  {path}\n" for path, data in files.items()]
    files["SHA256SUMS"] = "".join(lines).encode()
    files["README.txt"] = (
        f"Python {identity['environment']['python']['version']},"
        f" {identity['environment']['platform']['system']}"
        f" {identity['environment']['platform']['machine']}\n"
        f"pip install --no-index --find-links . {' '.join(packages)}\n"
    ).encode()
    return files


def tables(record: Record) -> Iterator[tuple[str, list[list[str]]]]:
    """The name and the rows, header first, of each output table."""
    for path, data in record.contents.items():
        if path.startswith("outputs/") and path.endswith(".csv"):
            text = io.StringIO(data.decode("utf-8"), newline="")
            yield Path(path).stem, list(csv.reader(text, strict=True))


def people_tables(record: Record) -> dict[str, bytes]:
    """Each output table as CSV for a spreadsheet; the run itself stays as it is."""
    return {
        f"{name}.csv": as_csv((map(safe, row) for row in table), end="\r\n", mark=True)
        for name, table in tables(record)
    }


def write_people_tables(record: Record, folder: Path) -> list[Path]:
    """The tables in a new folder; InputError if it is there."""
    if folder.exists():
        raise InputError(f"{folder} exists; choose another name")
    files = people_tables(record)
    with disk.told(f"{folder}: cannot write the tables"):
        folder.mkdir(parents=True)
        disk.write_files({folder / name: data for name, data in files.items()})
    return [folder / name for name in files]


def write_workbook(record: Record, target: Path) -> Path:
    """The tables as sheets of one XLSX; needs the extra ``xlsx``. Text cells stay text."""
    if target.exists():
        raise InputError(f"{target} exists; choose another name")
    data = as_xlsx({
        name: [head, *([number_or_text(cell) for cell in row] for row in table)]
        for name, (head, *table) in tables(record)
    })  # fmt: skip
    write_files({target: data})
    return target
