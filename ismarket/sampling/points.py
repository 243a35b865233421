"""Keyed draws: one stream of points per parameter name, and how far what they say can be trusted.

REPLICATE draws are one replicate, independent of every other: each of REPLICATE equal strata of
the unit interval holds one point of each parameter.  In which order is said by the parameter's own
dimension of the Sobol sequence (direction numbers of Joe & Kuo 2008, SIAM J. Sci. Comput. 30:2635),
with a random linear scramble and a digital shift (Matousek 1998, J. Complexity 14:527); a parameter
without a dimension gets a Latin hypercube column (McKay, Beckman & Conover 1979, Technometrics
21:239).  Dimensions are fixed by name: one sequence scrambled anew for each name would give columns
correlated up to 0.98.  Within its stratum a point lies at one place for the whole replicate, from
the left in even and from the right in odd strata: so a parameter's values in a replicate are one
sorted table, read in the stratum's order.  A block is BLOCK draws, what is computed at once; its
points are keyed by (seed, parameter key, block).

Draws of one replicate are even on purpose, so none is independent of another; the replicates are.
To first order a statistic is a mean over the draws, of values or of their influences (Hampel 1974,
J. Am. Stat. Assoc. 69:383), and that of a mean follows from the sums of whole replicates (Liang &
Zeger 1986, Biometrika 73:13, with clusters that are independent by design):

    SE^2 = G / (G - 1) * sum over G replicates of (sum over its draws of (x - mean))^2 / draws^2

Fewer than FEWEST replicates cannot tell, and every draw counts as if it were independent: since
draws are more even than that, the error is then at most what is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import blake2b
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array, Bits

REPLICATE_BITS = 9
REPLICATE = 1 << REPLICATE_BITS
"""Draws in a replicate: few enough that ten thousand draws hold some to judge their error by."""
REPLICATES = 8
"""Replicates in a block."""
BLOCK = REPLICATES * REPLICATE
"""Draws in a block."""
FEWEST = 8
"""Whole replicates from which an error is read."""
WITHIN = 32 - REPLICATE_BITS
"""Bits of a point below those that name its stratum."""
Strata = NDArray[np.uint16]
"""Strata by number: those of even rank come first, in their order, then those of odd rank.

The numbers go on from replicate to replicate.  Narrow, since new memory for each block costs more
than what is done in it.
"""
WORDS = 12
"""Random words that a column takes: for its scramble, its shift, its place in a stratum."""


def block_strata(
    keys: Sequence[str], dimensions: Mapping[str, int], *, seed: int, block: int
) -> tuple[Strata, Bits]:
    """The stratum of each draw (parameter, BLOCK), and the place in it (parameter, replicate).

    ``dimensions`` gives the Sobol dimension of a key; one without, or beyond the table, is drawn by
    Latin hypercube.  The place is the distance in points of 2**-32 from the left end of an even
    stratum and from the right end of an odd one.
    """
    table = len(_directions())
    chosen = np.array([dimensions.get(key, table) for key in keys], np.intp)
    words = _mixed(np.array([_key(seed, key) for key in keys], np.uint64), block)
    columns = words[..., :REPLICATE_BITS] & _BELOW | _LEADING
    directions = _directions()[np.minimum(chosen, table - 1), None, :REPLICATE_BITS, None]
    parts = np.where(directions & _LEADING, columns[:, :, None], 0)
    steps = _numbered(np.bitwise_xor.reduce(parts, axis=3))
    strata = np.empty((len(keys), REPLICATES, REPLICATE), np.uint16)
    strata[..., 0] = _numbered(words[..., REPLICATE_BITS]) | _FIRST[:, 0]
    for bit in range(REPLICATE_BITS):  # all sums without carry of the scrambled direction numbers
        half = 1 << bit
        np.bitwise_xor(strata[..., :half], steps[..., bit, None], out=strata[..., half : 2 * half])
    for row, key in enumerate(keys):
        if chosen[row] >= table:
            every = np.arange(BLOCK, dtype=np.uint16).reshape(REPLICATES, REPLICATE)
            strata[row] = _stream(seed, key, block).permuted(every, axis=1)
    return strata.reshape(len(keys), BLOCK), words[..., -1] >> np.uint32(REPLICATE_BITS)


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
    if sampler == "random":
        draws = [_stream(seed, key, block).integers(0, 2**32, BLOCK, np.uint32) for key in keys]
        return np.array(draws, np.uint32).reshape(len(keys), BLOCK)
    numbers, within = block_strata(keys, dimensions, seed=seed, block=block)
    strata = numbers.astype(np.intp).reshape(len(keys), REPLICATES, REPLICATE) ^ _FIRST
    odd = strata >> (REPLICATE_BITS - 1)
    rank = strata << 1 & (REPLICATE - 1) | odd
    mirror = odd * ((1 << WITHIN) - 1)
    points = rank << WITHIN | (within[:, :, None] ^ mirror)
    return points.astype(np.uint32).reshape(len(keys), BLOCK)


def _numbered(points: Bits) -> Strata:
    """The strata of points, by number in their replicate."""
    rank = (points >> np.uint32(WITHIN)).astype(np.intp)
    return (rank >> 1 | (rank & 1) << (REPLICATE_BITS - 1)).astype(np.uint16)


def _key(seed: int, key: str) -> int:
    """A number of 64 bits that depends on the seed and the key alone."""
    return int.from_bytes(blake2b(f"{seed}\0{key}".encode(), digest_size=8).digest(), "little")


def _mixed(keys: NDArray[np.uint64], block: int) -> Bits:
    """WORDS random words of 32 bits for each key and replicate of a block, (key, replicate, word).

    The keys count on from the block in the steps of SplitMix64 (Steele, Lea & Flood 2014, OOPSLA,
    453), each number mixed by its finalizer.
    """
    words = REPLICATES * WORDS // 2
    count = np.arange(block * words + 1, (block + 1) * words + 1, dtype=np.uint64)
    mixed = keys[:, None] + count * np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ mixed >> np.uint64(shift)) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    halves = mixed.astype("<u8").view("<u4").astype(np.uint32)
    return halves.reshape(len(keys), REPLICATES, WORDS)


def _stream(seed: int, key: str, block: int) -> np.random.Generator:
    """The random generator of one parameter in one block."""
    digest = blake2b(f"{seed}\0{key}\0{block}".encode()).digest()
    return np.random.Generator(np.random.Philox(key=np.frombuffer(digest[:16], "<u8")))


_LEADING = np.uint32(1) << np.arange(31, 31 - REPLICATE_BITS, -1, dtype=np.uint32)
_BELOW = _LEADING - np.uint32(1)
_FIRST = np.arange(0, BLOCK, REPLICATE, dtype=np.uint16)[:, None]
"""The number of the first stratum of each replicate, (replicate, 1)."""


@cache
def _directions() -> Bits:
    """Sobol direction numbers (dimension, bit), leading bit first."""
    with files("ismarket").joinpath("data", "sobol.npy").open("rb") as stream:
        table: Bits = np.load(stream, allow_pickle=False)
    return table


# standard errors ----------------------------------------------------------------------------


def at_most(draws: int) -> bool:
    """True where so few draws only tell what their errors are at most."""
    return draws < FEWEST * REPLICATE


def deviations(values: Array) -> Array:
    """What each replicate adds to the error of the mean of values (..., draw), (..., replicate)."""
    draws = values.shape[-1]
    first = np.arange(0, draws, 1 if at_most(draws) else REPLICATE)
    apart = values - values.mean(axis=-1, keepdims=True)
    return np.asarray(np.add.reduceat(apart, first, axis=-1) / draws)


def error_of(deviating: Array) -> Array:
    """The standard error (...) of a mean from its deviations (..., replicate); nan for one."""
    count = deviating.shape[-1]
    if count < 2:
        return np.full(deviating.shape[:-1], np.nan)
    return np.asarray(np.sqrt(np.square(deviating).sum(axis=-1) * count / (count - 1)))


def error_of_mean(values: Array) -> Array:
    """Standard error (...) of the mean of values (..., draw), in the order of the draws."""
    return error_of(deviations(values))


def errors_inside(replicates: int, share: float = 0.9) -> float:
    """How many standard errors either way hold the truth in ``share`` of cases (Student 1908)."""
    from scipy.special import stdtrit  # costs more to import than a run

    return float(stdtrit(replicates - 1, (1.0 + share) / 2.0))
