"""Blocks share the processors: inside, linear algebra has one thread, afterwards those it had.

And a block of which the path alone is wanted has that of the whole, and nothing attributed.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier

import pytest
from both_markets import MARKETS, market_and_drivers, scenario_of
from threadpoolctl import ThreadpoolController

from ismarket import Scenario, forecast
from ismarket.engine.blocks import Engine, one_thread
from ismarket.engine.rows import PATH

BLAS = ThreadpoolController().select(user_api="blas")


def blas_threads():
    return {one.num_threads for one in BLAS.lib_controllers}


@pytest.fixture
def two_threads():
    before = BLAS.limit(limits=2)
    with BLAS.limit(limits=None):  # and let others set it
        pass
    yield
    before.restore_original_limits()


def test_two_forecasts_at_once_leave_blas_its_threads(market, drivers, two_threads):
    both, seen = Barrier(2, timeout=60), []

    def meet(_):
        both.wait()
        seen.append(blas_threads())
        both.wait()

    def made(draws):
        return forecast(market, drivers, Scenario(draws=draws), workers=1, progress=meet)

    with ThreadPoolExecutor(2) as pool:
        assert len(list(pool.map(made, (16, 64)))) == 2
    assert seen == [{1}, {1}]
    assert blas_threads() == {2}


def test_limits_of_blas_nest_and_overlap_in_any_number(two_threads):
    nested, overlapping = ExitStack(), [one_thread() for _ in range(3)]
    for _ in range(3000):
        nested.enter_context(one_thread())
    for one in overlapping:
        one.__enter__()
    nested.close()
    for one in overlapping:  # the first to come is the first to go
        assert blas_threads() == {1}
        one.__exit__(None, None, None)
    assert blas_threads() == {2}


@pytest.mark.parametrize("name", MARKETS)
def test_the_path_alone_is_that_of_the_whole_and_attributed_to_nobody(name):
    made = forecast(*market_and_drivers(name), scenario_of(name, draws=64))
    (whole, error), (path, none) = (
        Engine(made.plan, made.unexplained_factor, only).at(made.plan.modes) for only in ((), PATH)
    )
    total = made.layout["total"]
    assert (path[total] == whole[total]).all()
    assert none == 0.0 <= error
