"""Blocks share the processors: inside, linear algebra has one thread, afterwards those it had."""

from threadpoolctl import threadpool_info, threadpool_limits

from ismarket.engine.blocks import one_thread


def threads():
    return {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}


def test_linear_algebra_has_its_threads_back_after_the_last_block():
    with threadpool_limits(2, user_api="blas"):
        before = threads()
        with one_thread():
            assert threads() == {1}
            with one_thread():
                assert threads() == {1}
            assert threads() == {1}
        assert threads() == before
