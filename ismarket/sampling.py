"""Keyed draws: one stream of points per parameter name, the same whatever else is drawn.

A block of BLOCK draws is a self-contained replicate, keyed by (seed, parameter key, block).
A parameter with a dimension of its own gets that column of the Sobol sequence (direction numbers
of Joe & Kuo 2008, SIAM J. Sci. Comput. 30:2635), with a random linear scramble and a digital
shift (Matousek 1998, J. Complexity 14:527); any other a Latin hypercube column (McKay, Beckman &
Conover 1979, Technometrics 21:239).  Dimensions are fixed by name: one sequence scrambled anew
for each name would give columns correlated up to 0.98.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import blake2b
from importlib.resources import files

import numpy as np

from .arrays import Bits

BLOCK_BITS = 12
BLOCK = 1 << BLOCK_BITS
"""Draws in a block."""
SAMPLERS = ("sobol", "random")


def block_points(
    keys: Sequence[str],
    dimensions: Mapping[str, int],
    *,
    seed: int,
    block: int,
    sampler: str = "sobol",
) -> Bits:
    """Points (parameter, BLOCK) of the unit interval for each key, as 32-bit integers.

    ``dimensions`` gives the Sobol dimension of a key; a key without one, or beyond the table,
    is drawn by Latin hypercube.  ``sampler="random"`` draws every key independently.
    """
    points = np.empty((len(keys), BLOCK), np.uint32)
    sobol: list[tuple[int, int]] = []
    for row, key in enumerate(keys):
        dimension = dimensions.get(key)
        if sampler == "random":
            points[row] = _stream(seed, key, block).integers(0, 2**32, BLOCK, np.uint32)
        elif dimension is None or dimension >= len(_directions()):
            points[row] = _latin_hypercube(_stream(seed, key, block))
        else:
            sobol.append((row, dimension))
    if sobol:
        rows, columns = (list(part) for part in zip(*sobol, strict=True))
        points[rows] = _scrambled_sobol(columns, [keys[row] for row in rows], seed, block)
    return points


def _scrambled_sobol(dimensions: Sequence[int], keys: Sequence[str], seed: int, block: int) -> Bits:
    """The first BLOCK points of the dimensions, each scrambled by its own key."""
    digests = b"".join(_digest(seed, key, block) for key in keys)
    words = np.frombuffer(digests, "<u4").astype(np.uint32).reshape(-1, 16)
    columns = words[:, :BLOCK_BITS] & _BELOW | _LEADING
    chosen = np.where(_set_bits()[list(dimensions)], columns[:, None, :], np.uint32(0))
    directions = np.bitwise_xor.reduce(chosen, axis=2)
    points = np.empty((len(keys), BLOCK), np.uint32)
    points[:, 0] = words[:, BLOCK_BITS]
    for bit in range(BLOCK_BITS):
        half = 1 << bit
        np.bitwise_xor(
            points[:, :half], directions[:, bit : bit + 1], out=points[:, half : 2 * half]
        )
    return points


def _latin_hypercube(stream: np.random.Generator) -> Bits:
    """One point in each of BLOCK equal strata, in random order."""
    stratum = stream.permutation(BLOCK).astype(np.uint32) << np.uint32(32 - BLOCK_BITS)
    within = stream.integers(0, 1 << (32 - BLOCK_BITS), BLOCK, np.uint32)
    points: Bits = stratum | within
    return points


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
    with files(__package__).joinpath("data", "sobol.npy").open("rb") as stream:
        table: Bits = np.load(stream, allow_pickle=False)
    return table


@cache
def _set_bits() -> np.ndarray[tuple[int, int, int], np.dtype[np.bool_]]:
    """Which of the leading bits each direction number has (dimension, bit, leading bit)."""
    leading: np.ndarray[tuple[int, int, int], np.dtype[np.bool_]] = (
        _directions()[:, :BLOCK_BITS, None] & _LEADING
    ) != 0
    return leading
