"""The running sum of counted draws as a store keeps it: all it takes to go on from there."""

from __future__ import annotations

from .store import BlockStore
from .summaries import Streamed

NAMES = ("tally-0", "tally-1")
"""The last two sums, written in turn, so that one is whole while the other is written."""


def furthest_tally(store: BlockStore | None, draws: int) -> Streamed | None:
    """The larger of the stored sums, if it is one on the way to so many draws."""
    stored = (store.load(name) for name in NAMES) if store else ()
    sums = [Streamed.from_arrays(arrays) for arrays in stored if arrays]
    on_the_way = [found for found in sums if found.draws <= draws]
    return max(on_the_way, key=lambda found: found.draws, default=None)


def keep_tally(store: BlockStore, number: int, total: Streamed) -> None:
    """Store the sum up to and with the batch of that number."""
    store.save(NAMES[number % 2], total.arrays)
