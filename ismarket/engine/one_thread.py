"""One BLAS thread while blocks are computed: they share the processors, and bits stay the same."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any

_lock = threading.Lock()
_inside: list[ExitStack] = []
"""One entry for each computation under way; the first of them holds the limit."""


@cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@contextmanager
def one_thread() -> Iterator[None]:
    """Limit BLAS to one thread until the last of overlapping computations has left."""
    with _lock:
        entered = ExitStack()
        if not _inside:
            entered.enter_context(_controller().limit(limits=1, user_api="blas"))
        _inside.append(entered)
    try:
        yield
    finally:
        with _lock:
            _inside.remove(entered)
            if _inside:
                _inside[0].push(entered.pop_all())
            entered.close()
