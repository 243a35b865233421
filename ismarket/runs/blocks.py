"""Finished blocks of draws on disk, from which an interrupted run goes on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DiskError
from .disk import make_folder, sync_folder, write_file
from .layout import digest

MOST_SUNK = 1 << 24
"""Draws up to which finished blocks are kept for a sink, which must have every draw again."""
BYTES = 1000
"""Bytes that one draw may take in a block; about 900 in practice."""
TALLY = 1 << 23
"""Bytes that a sum of counted draws may take; about 5 million in practice."""


@dataclass(frozen=True)
class Blocks:
    """One file a name: a line that says what follows and its SHA-256, then the numbers.

    A file that was not written to its end does not match its own sum, so it counts as absent.
    """

    folder: Path

    def open(self) -> None:
        """Make the folder ready; nothing is lost if it is there."""
        make_folder(self.folder)
        sync_folder(self.folder.parent)

    def load(self, name: str) -> dict[str, NDArray[Any]] | None:
        """The arrays of finished work, None where there is none or it is torn."""
        try:
            head, _, body = self._file(name).read_bytes().partition(b"\n")
            described = json.loads(head)
            if digest(body) != described["sha256"]:
                return None
        except (OSError, ValueError, KeyError, TypeError):
            return None
        found, at = {}, 0
        for part, kind, shape in described["arrays"]:
            array = np.frombuffer(body, kind, prod(shape), at).reshape(shape)
            found[part] = array.astype(array.dtype.newbyteorder("="))
            at += array.nbytes
        return found

    def save(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Write the arrays and wait until they are on the disk."""
        little = {
            part: np.asarray(a, a.dtype.newbyteorder("<"), order="C") for part, a in arrays.items()
        }
        body = b"".join(array.tobytes() for array in little.values())
        shapes = [[part, array.dtype.str, list(array.shape)] for part, array in little.items()]
        head = json.dumps({"arrays": shapes, "sha256": digest(body)}).encode()
        write_file(self._file(name), head + b"\n" + body)
        sync_folder(self.folder)

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.block"


def check_room(folder: Path, kept: int, *, counted: bool) -> None:
    """Raise DiskError before a run starts for which the disk has no room.

    ``kept`` draws are held in blocks; ``counted`` says that others are held as sums.
    """
    needed = kept * BYTES + (2 * TALLY if counted else 0) + (1 << 20)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise DiskError(
            f"{folder}: {free / 1e6:.0f} MB free, what is finished on the way needs"
            f" {needed / 1e6:.0f} MB; free some, choose another --out or use --no-keep"
        )
