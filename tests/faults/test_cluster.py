"""Workers of a cluster that are killed in the middle of a forecast: not a bit is another."""

import os
import signal
import threading

import pytest

from ismarket import Scenario, forecast
from ismarket.engine import workers
from ismarket.engine.cluster import dask_executor


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("way", ["kept", "streamed"])
def test_dask_workers_never_change_a_bit_even_when_killed(way, market, drivers, monkeypatch):
    if way == "streamed":
        monkeypatch.setattr(workers, "KEPT", 0)
        monkeypatch.setattr(workers, "BATCH", 1)
    many = Scenario(draws=100_000)
    alone = forecast(market, drivers, many, workers=1)
    killed = []
    with dask_executor("local", workers=2) as pool:
        client = getattr(pool, "client")  # noqa: B009, an executor of ours

        def kill(_):
            if len(killed) < 2 and threading.current_thread() is threading.main_thread():
                pids = client.run(os.getpid, on_error="ignore")
                victim = next((pid for pid in pids.values() if pid not in killed), None)
                if victim is None:
                    return
                os.kill(victim, signal.SIGKILL)
                killed.append(victim)

        found = forecast(market, drivers, many, workers=pool, progress=kill)
    assert len(killed) == 2
    assert (found.drawn.statistics == alone.drawn.statistics).all()
    assert (found.drawn.cells == alone.drawn.cells).all()
    assert found.columns == alone.columns
