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
from ..forecaster import KEPT
from .disk import make_folder, sync_folder, write_file
from .layout import digest

MOST_KEPT = 1 << 24
"""Draws up to which finished blocks are kept."""
BYTES = 1000
"""Bytes that one draw may take in them: 900 as it is, 80 where draws are counted in bins."""


@dataclass(frozen=True)
class Blocks:
    """One file a block: a line that says what follows and its SHA-256, then the numbers.

    A file that was not written to its end does not match its own sum, so it counts as absent.
    """

    folder: Path

    def open(self) -> None:
        """Make the folder ready; nothing is lost if it is there."""
        make_folder(self.folder)
        sync_folder(self.folder.parent)

    def load(self, block: int) -> dict[str, NDArray[Any]] | None:
        """The arrays of a finished block, None where there is none or it is torn."""
        try:
            head, _, body = self._file(block).read_bytes().partition(b"\n")
            described = json.loads(head)
            if digest(body) != described["sha256"]:
                return None
        except (OSError, ValueError, KeyError, TypeError):
            return None
        found, at = {}, 0
        for name, kind, shape in described["arrays"]:
            array = np.frombuffer(body, kind, prod(shape), at).reshape(shape)
            found[name] = array.astype(array.dtype.newbyteorder("="))
            at += array.nbytes
        return found

    def save(self, block: int, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Write the arrays of a part and wait until they are on the disk."""
        little = {
            name: np.asarray(a, a.dtype.newbyteorder("<"), order="C") for name, a in arrays.items()
        }
        body = b"".join(array.tobytes() for array in little.values())
        shapes = [[name, array.dtype.str, list(array.shape)] for name, array in little.items()]
        head = json.dumps({"arrays": shapes, "sha256": digest(body)}).encode()
        write_file(self._file(block), head + b"\n" + body)
        sync_folder(self.folder)

    def _file(self, block: int) -> Path:
        return self.folder / f"{block:06d}.block"


def check_room(folder: Path, draws: int) -> None:
    """Raise DiskError before a run starts for which the disk has no room."""
    needed = draws * (BYTES if draws <= KEPT else BYTES // 10) + (1 << 20)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise DiskError(
            f"{folder}: {free / 1e6:.0f} MB free, the finished blocks of {draws:,} draws need"
            f" {needed / 1e6:.0f} MB; free some, choose another --out or use --no-keep"
        )
