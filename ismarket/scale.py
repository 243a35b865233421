"""Many draws: on a Dask cluster, until they are exact enough, and kept in a Parquet file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

import numpy as np

from .arrays import Array
from .errors import InputError

RETRIES = 20
"""How often a batch may be lost with its worker before the run gives up."""
P = ParamSpec("P")
T = TypeVar("T")


class Awaited(Future[T]):
    """A result on a Dask cluster, which stays there until it is asked for."""

    def __init__(self, remote: Any) -> None:
        super().__init__()
        self._remote = remote

    def result(self, timeout: float | None = None) -> T:
        """The result, computed once more where a worker took it along when it died."""
        found: T = self._remote.result(timeout)
        return found

    def cancel(self) -> bool:
        """Tell the cluster that nobody waits any more."""
        self._remote.cancel()
        return True


class Cluster(Executor):
    """Runs work on the cluster of a Dask client.

    Dask's own executor sends every result home as soon as it is there, and fails where a worker
    dies on the way.
    """

    def __init__(self, client: Any) -> None:
        self.client = client

    def submit(self, work: Callable[P, T], /, *given: P.args, **named: P.kwargs) -> Future[T]:
        """Compute it on one of the workers."""
        task = partial(work, *given, **named)
        return Awaited(self.client.submit(task, pure=False, retries=RETRIES))


@contextmanager
def dask_executor(address: str, workers: int | None = None) -> Iterator[Executor]:
    """An executor on the Dask cluster at ``address``, or on one of this machine for ``local``.

    Needs the extra ``ismarket[dask]``; raises InputError where it is missing or nothing answers.
    """
    try:
        import distributed
    except ImportError:
        raise InputError("--dask needs Dask: pip install 'ismarket[dask]'") from None
    with _settings():
        try:
            if address == "local":
                cluster: Any = distributed.LocalCluster(
                    n_workers=workers, threads_per_worker=1, dashboard_address=None
                )
            else:
                cluster = address
            client = distributed.Client(cluster, timeout="20s")
        except (OSError, ValueError) as error:
            raise InputError(f"--dask {address}: no cluster answers ({error})") from None
        try:
            yield Cluster(client)
        finally:
            client.close()
            if address == "local":
                cluster.close()


@contextmanager
def _settings() -> Iterator[None]:
    """Let a batch outlive several lost workers; memory kept where it saves time, and only there.

    Dask's workers return freed memory at once; clearing it anew for each block takes a third of
    their time.  Its client logs the last thousand messages, each with the plan in it.
    """
    import dask

    environment = "distributed.nanny.pre-spawn-environ"
    memory = {
        f"{environment}.MALLOC_TRIM_THRESHOLD_": 1 << 28,
        f"{environment}.MALLOC_MMAP_THRESHOLD_": 1 << 26,
    }
    memory["distributed.admin.low-level-log-length"] = 16
    with dask.config.set({"distributed.scheduler.allowed-failures": RETRIES, **memory}):
        yield


@contextmanager
def draws_bar(draws: int | None, *, shown: bool = True) -> Iterator[Callable[[int], object]]:
    """A bar that counts draws, in a notebook or a terminal; ``draws`` None: as long as it takes.

    Needs tqdm (extra ``ismarket[notebook]``); raises InputError where it is missing.
    """
    try:
        from tqdm.auto import tqdm
    except ImportError:
        raise InputError("a progress bar needs tqdm: pip install 'ismarket[notebook]'") from None
    with tqdm(total=draws, unit="draw", unit_scale=True, leave=False, disable=not shown) as bar:
        yield bar.update


class DrawsFile:
    """A Parquet file that takes draws as they come, one row a draw, one row group a block.

    Needs the extra ``ismarket[parquet]``.
    """

    def __init__(self, path: Path) -> None:
        try:
            import pyarrow
            import pyarrow.parquet
        except ImportError:
            raise InputError(
                "keeping draws needs pyarrow: pip install 'ismarket[parquet]'"
            ) from None
        self._arrow = pyarrow
        self._path, self._partial = path, path.with_name(path.name + ".partial")
        self._writer: Any = None

    def __enter__(self) -> DrawsFile:
        return self

    def __call__(self, columns: dict[str, Array]) -> None:
        """Append some draws: columns by name, each (draw,)."""
        table = self._arrow.table({k: np.ascontiguousarray(v) for k, v in columns.items()})
        if self._writer is None:
            self._writer = self._arrow.parquet.ParquetWriter(self._partial, table.schema)
        self._writer.write_table(table)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._writer is not None:
            self._writer.close()
        if kind is None and self._writer is not None:
            self._partial.replace(self._path)
        else:
            self._partial.unlink(missing_ok=True)
