"""Files for a person, which are there whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from ..errors import DiskError, InputError


def check_free(paths: Iterable[Path], *, force: bool) -> None:
    """Raise InputError for a name that is taken, unless ``force``, and for a missing folder."""
    for path in paths:
        if path.exists() and not force:
            raise InputError(f"{path}: is there already; --force writes over it")
        if not path.resolve().parent.is_dir():
            raise InputError(f"{path}: no folder {path.parent}")


@contextmanager
def whole(paths: Iterable[Path]) -> Iterator[Mapping[Path, Path]]:
    """A place beside each file to write to; in the end all take their names, or none is left.

    Raises DiskError where one cannot be written.
    """
    partial = {path: path.with_name(f".{token_hex(6)}.partial") for path in paths}
    try:
        yield partial
        for path, written in partial.items():
            written.replace(path)
    except OSError as error:
        names = {str(written): path for path, written in partial.items()}
        where = names.get(str(error.filename), error.filename or next(iter(partial), "a file"))
        raise DiskError(f"{where}: cannot be written ({error.strerror})") from None
    finally:
        for written in partial.values():
            written.unlink(missing_ok=True)


def write_files(files: Mapping[Path, bytes]) -> None:
    """Write all of them, or none."""
    with whole(files) as partial:
        for path, data in files.items():
            partial[path].write_bytes(data)
