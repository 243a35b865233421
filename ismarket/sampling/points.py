"""Keyed draws: one stream of points per parameter name, the same whatever else is drawn.

A block of BLOCK draws is a self-contained replicate, keyed by (seed, parameter key, block): each
of BLOCK equal strata of the unit interval holds one point of each parameter.  In which order is
said by the parameter's own dimension of the Sobol sequence (direction numbers of Joe & Kuo 2008,
SIAM J. Sci. Comput. 30:2635), with a random linear scramble and a digital shift (Matousek 1998,
J. Complexity 14:527); a parameter without a dimension gets a Latin hypercube column (McKay,
Beckman & Conover 1979, Technometrics 21:239).  Dimensions are fixed by name: one sequence scrambled
anew for each name would give columns correlated up to 0.98.  Within its stratum a point lies at one
place for the whole block, drawn anew for each block, from the left in even and from the right in
odd strata: so a parameter's values in a block are one sorted table, read in the stratum's order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from ..arrays import Bits

BLOCK_BITS = 12
BLOCK = 1 << BLOCK_BITS
"""Draws in a block."""
WITHIN = 32 - BLOCK_BITS
"""Bits of a point below those that name its stratum."""
Strata = NDArray[np.intp]
"""Strata by number: those of even rank come first, in their order, then those of odd rank."""
SetBits = np.ndarray[tuple[int, int, int], np.dtype[np.bool_]]
SLAB = 8
"""Parameters that are read at once: their tables and strata stay in cache, and are so small that
memory for them is found again; 28 at once, in new memory, cost 1.8 times as much."""
GROUPS = 8
"""Groups of prepared blocks that are held: threads may work on one each."""
WORDS = 16
"""Random words that a column takes: for its scramble, its shift, its place in a stratum."""
LOW_BITS = 8
"""The first 2**LOW_BITS points of a column are combined with each of the others by exclusive or."""


@dataclass(frozen=True, eq=False)
class Stratified:
    """One block of some parameters: the stratum of each draw, and where in it the point lies.

    ``within`` (parameter,) is the distance in points of 2**-32 from the left end of an even
    stratum and from the right end of an odd one.  The strata are ``many`` [:, :, None] xor ``few``
    [:, None, :] for the rows of the Sobol sequence, and ``hypercube`` by row for the others; in
    each slab of SLAB rows those of a row count on from the last.
    """

    many: Strata
    few: Strata
    hypercube: Mapping[int, Strata]
    within: Bits

    def strata(self, rows: slice, out: Strata) -> Strata:
        """The stratum of each draw (row, BLOCK), in ``out``; rows count on within their slab."""
        many, few = self.many[rows], self.few[rows]
        shape = (len(few), many.shape[1], few.shape[1])
        np.bitwise_xor(many[:, :, None], few[:, None, :], out=out.reshape(shape))
        for row, strata in self.hypercube.items():
            if rows.start <= row < rows.stop:
                out[row - rows.start] = strata
        return out

    def points(self) -> Bits:
        """The points themselves (parameter, BLOCK), as 32-bit integers."""
        every = slice(0, len(self.within))
        strata = self.strata(every, np.empty((every.stop, BLOCK), np.intp)).astype(np.uint32)
        strata &= np.uint32(BLOCK - 1)
        odd = strata >> np.uint32(BLOCK_BITS - 1) & np.uint32(1)
        rank = strata << np.uint32(1) & np.uint32(BLOCK - 2) | odd
        mirror = odd * np.uint32((1 << WITHIN) - 1)
        points: Bits = rank << np.uint32(WITHIN) | (self.within[:, None] ^ mirror)
        return points


class Columns:
    """The columns of some keys, block by block; ``dimensions`` gives the Sobol dimension of a key.

    A key without one, or beyond the table, is drawn by Latin hypercube.  ``ahead`` is how many
    blocks are prepared at once.
    """

    def __init__(
        self, keys: Sequence[str], dimensions: Mapping[str, int], *, seed: int, ahead: int = 1
    ) -> None:
        table = len(_directions())
        chosen = np.array([dimensions.get(key, table) for key in keys], np.intp)
        self._seed, self._ahead = seed, ahead
        self._numbers = np.array([_key(seed, key) for key in keys], np.uint64)
        self._bits = _set_bits()[np.minimum(chosen, table - 1)]
        self._hypercube = {row: key for row, key in enumerate(keys) if chosen[row] >= table}
        self._first = np.arange(len(keys)) % SLAB * BLOCK
        self._groups: dict[int, tuple[Strata, Strata, Bits]] = {}

    def block(self, block: int) -> Stratified:
        """The columns of one block."""
        group, number = divmod(block, self._ahead)
        few, many, within = self._prepared(group)
        hypercube = {
            row: _stream(self._seed, key, block).permutation(BLOCK) + self._first[row]
            for row, key in self._hypercube.items()
        }
        return Stratified(many[number], few[number], hypercube, within[number])

    def _prepared(self, group: int) -> tuple[Strata, Strata, Bits]:
        if (known := self._groups.get(group)) is not None:
            return known
        words = _mixed(self._numbers, range(group * self._ahead, (group + 1) * self._ahead))
        few, many = _scrambled(self._bits, words)
        few |= self._first[:, None]
        found = few, many, words[:, :, -1] >> np.uint32(BLOCK_BITS)
        self._groups[group] = found
        while len(self._groups) > GROUPS:
            self._groups.pop(min(list(self._groups)), None)
        return found


def _scrambled(bits: SetBits, words: Bits) -> tuple[Strata, Strata]:
    """Strata of the first points of each column, and what leads from them to all others."""
    columns = words[..., :BLOCK_BITS] & _BELOW | _LEADING
    parts = np.where(bits, columns[:, :, None], 0)
    directions = np.bitwise_xor.reduce(parts, axis=3)
    steps, shift = _numbered(directions), _numbered(words[..., BLOCK_BITS])
    return _span(shift, steps[..., :LOW_BITS]), _span(np.zeros_like(shift), steps[..., LOW_BITS:])


def _numbered(points: Bits) -> Strata:
    """The strata of points, by number."""
    rank = (points >> np.uint32(WITHIN)).astype(np.intp)
    return rank >> 1 | (rank & 1) << (BLOCK_BITS - 1)


def _span(first: Strata, steps: Strata) -> Strata:
    """``first`` (..., column) xor every combination of the ``steps`` (..., column, bit)."""
    bits = steps.shape[-1]
    span = np.empty((*first.shape, 1 << bits), np.intp)
    span[..., 0] = first
    for bit in range(bits):
        half = 1 << bit
        np.bitwise_xor(span[..., :half], steps[..., bit, None], out=span[..., half : 2 * half])
    return span


def block_points(
    keys: Sequence[str],
    dimensions: Mapping[str, int],
    *,
    seed: int,
    block: int,
    sampler: str = "sobol",
) -> Bits:
    """Points (parameter, BLOCK) of the unit interval for each key, as 32-bit integers.

    ``sampler="random"`` draws every key independently.
    """
    if sampler != "random":
        return Columns(keys, dimensions, seed=seed).block(block).points()
    draws = [_stream(seed, key, block).integers(0, 2**32, BLOCK, np.uint32) for key in keys]
    return np.array(draws, np.uint32).reshape(len(keys), BLOCK)


@lru_cache(maxsize=4096)
def _key(seed: int, key: str) -> int:
    """A number of 64 bits that depends on the seed and the key alone."""
    return int.from_bytes(blake2b(f"{seed}\0{key}".encode(), digest_size=8).digest(), "little")


def _mixed(keys: NDArray[np.uint64], blocks: range) -> Bits:
    """WORDS random words of 32 bits for each block and key, (block, key, word).

    The keys count on from the block in the steps of SplitMix64 (Steele, Lea & Flood 2014, OOPSLA,
    453), each number mixed by its finalizer.
    """
    half = WORDS // 2
    count = np.arange(blocks.start * half + 1, blocks.stop * half + 1, dtype=np.uint64)
    steps = (count * np.uint64(0x9E3779B97F4A7C15)).reshape(len(blocks), 1, half)
    mixed = keys[:, None] + steps
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ mixed >> np.uint64(shift)) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return mixed.astype("<u8").view("<u4").astype(np.uint32)


def _digest(seed: int, key: str, block: int) -> bytes:
    """64 bytes that depend on the seed, the key and the block alone."""
    return blake2b(f"{seed}\0{key}\0{block}".encode()).digest()


def _stream(seed: int, key: str, block: int) -> np.random.Generator:
    """The random generator of one parameter in one block."""
    words = np.frombuffer(_digest(seed, key, block)[:16], "<u8")
    return np.random.Generator(np.random.Philox(key=words))


_LEADING = np.uint32(1) << np.arange(31, 31 - BLOCK_BITS, -1, dtype=np.uint32)
_BELOW = _LEADING - np.uint32(1)


@cache
def _directions() -> Bits:
    """Sobol direction numbers (dimension, bit), leading bit first."""
    with files("ismarket").joinpath("data", "sobol.npy").open("rb") as stream:
        table: Bits = np.load(stream, allow_pickle=False)
    return table


@cache
def _set_bits() -> SetBits:
    """Which of the leading bits each direction number has (dimension, bit, leading bit)."""
    leading: SetBits = (_directions()[:, :BLOCK_BITS, None] & _LEADING) != 0
    return leading
