"""A Dask cluster as an executor for the blocks of a forecast."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from functools import partial
from typing import Any, ParamSpec, TypeVar

from ..errors import InputError
from ..text.install import needs

RETRIES = 20
"""How often a batch may be lost with its worker before the run gives up."""
SETTINGS = {
    "distributed.scheduler.allowed-failures": RETRIES,
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": 1 << 28,
    "distributed.nanny.pre-spawn-environ.MALLOC_MMAP_THRESHOLD_": 1 << 26,
    "distributed.admin.low-level-log-length": 16,
}
"""Let a batch outlive several lost workers; memory kept where it saves time, and only there.

Dask's workers return freed memory at once; clearing it anew for each block takes a third of their
time.  Its client logs the last thousand messages, each with the plan in it.
"""
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
    with needs("--dask", "dask"):
        import dask
        import distributed
    with dask.config.set(SETTINGS):
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
