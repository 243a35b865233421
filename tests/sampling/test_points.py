"""Draws: one stream a name, stratified, the same whatever else is drawn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import qmc

from ismarket.sampling import SAMPLERS
from ismarket.sampling.points import (
    BLOCK,
    REPLICATE,
    REPLICATE_BITS,
    REPLICATES,
    WITHIN,
    WORDS,
    _directions,
    _key,
    _mixed,
    _stream,
    block_points,
    block_strata,
)
from ismarket.sampling.quantiles import Quantiles

KEYS = [f"p{i}" for i in range(80)]
DIMENSIONS = {key: i for i, key in enumerate(KEYS)}


def unit(points):
    return (points + 0.5) / 2.0**32


def test_direction_numbers_are_those_of_joe_and_kuo():
    dimensions, bits = 300, 12
    points = qmc.Sobol(dimensions, scramble=False, bits=32).random(2**bits)
    expected = np.sort((points * 2.0**32).astype(np.uint32), axis=0)
    directions = _directions()[:dimensions, :bits]
    ours = np.zeros((dimensions, 1), np.uint32)
    for bit in range(bits):
        ours = np.concatenate([ours, ours ^ directions[:, bit : bit + 1]], axis=1)
    assert (np.sort(ours.T, axis=0) == expected).all()
    plane = {tuple(p) for p in (points[:, :2] * 2**bits).astype(int)}
    assert plane == {tuple(p) for p in (ours[:2].T.astype(float) / 2**32 * 2**bits).astype(int)}


@pytest.mark.parametrize("dimensions", [DIMENSIONS, {}], ids=["sobol", "latin hypercube"])
def test_every_column_has_one_point_in_each_stratum_of_a_replicate(dimensions):
    points = block_points(KEYS, dimensions, seed=3, block=5)
    strata = np.sort((points >> np.uint32(WITHIN)).reshape(-1, REPLICATE), axis=1)
    assert (strata == np.arange(REPLICATE)).all()


@pytest.mark.parametrize("seed", range(4))
def test_no_two_names_are_correlated(seed):
    """One 1-D Sobol sequence scrambled anew for each name reaches 0.98 in every replicate."""
    mixed = {key: i for key, i in DIMENSIONS.items() if i % 3}
    columns = unit(block_points(KEYS, mixed, seed=seed, block=seed))
    correlation = np.corrcoef(columns) - np.eye(len(KEYS))
    assert np.abs(correlation).max() < 8 / np.sqrt(BLOCK)


@settings(max_examples=25, deadline=None)
@given(st.sets(st.sampled_from(KEYS), min_size=1), st.sampled_from(SAMPLERS), st.integers(0, 99))
def test_a_name_draws_the_same_whatever_else_is_drawn(chosen, sampler, block):
    every = dict(zip(KEYS, block_points(KEYS, DIMENSIONS, seed=1, block=block, sampler=sampler),
                     strict=True))  # fmt: skip
    some = sorted(chosen, reverse=True)
    drawn = block_points(some, DIMENSIONS, seed=1, block=block, sampler=sampler)
    for key, column in zip(some, drawn, strict=True):
        assert (every[key] == column).all()


def test_replicates_are_independent_of_each_other():
    """Stretches of one net are copies of each other: what is wrong in one is wrong in all."""
    found = []
    for block in range(40):
        columns = unit(block_points(KEYS[:12], DIMENSIONS, seed=4, block=block))
        apart = columns.reshape(12, REPLICATES, REPLICATE) - 0.5
        products = np.einsum("ird,jrd->rij", apart, apart) / REPLICATE
        found.append(products[:, *np.triu_indices(12, 1)])
    sums = np.array(found).sum(axis=1)
    ratio = (sums**2).mean() / (np.array(found) ** 2).sum(axis=1).mean()
    assert 0.9 < ratio < 1.1


def test_seed_name_and_block_each_change_the_draws():
    base = block_points(["a", "b"], DIMENSIONS, seed=1, block=0)
    assert (base[0] != base[1]).any()
    assert (base != block_points(["a", "b"], DIMENSIONS, seed=2, block=0)).any()
    assert (base != block_points(["a", "b"], DIMENSIONS, seed=1, block=1)).any()


def test_points_are_uniform():
    points = unit(
        np.stack([block_points(["p7"], DIMENSIONS, seed=9, block=b)[0] for b in range(8)])
    )
    assert np.allclose(points.mean(axis=1), 0.5, atol=2e-3)
    assert np.isclose(points.var(), 1 / 12, rtol=1e-3)


def test_no_names_draw_nothing():
    strata, within = block_strata([], DIMENSIONS, seed=1, block=0)
    assert Quantiles([]).of_block(strata, within).shape == (0, BLOCK)


@pytest.mark.parametrize("dimensions", [DIMENSIONS, {}], ids=["sobol", "latin hypercube"])
def test_tables_by_stratum_give_the_values_of_the_points(dimensions):
    quantiles = Quantiles([("natural", 0.0, 0.1 * i, 9.0) for i in range(len(KEYS))])
    tabulated = quantiles.of_block(*block_strata(KEYS, dimensions, seed=2, block=3))
    points = block_points(KEYS, dimensions, seed=2, block=3)
    assert (tabulated == quantiles.values(points)).all()


def test_random_words_are_those_of_splitmix64():
    """The first numbers from the key 1234567, as printed with the algorithm in public tests."""
    printed = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]
    words = _mixed(np.array([0, 1234567], np.uint64), 0)
    assert words.shape == (2, REPLICATES, WORDS)
    halves = words[1].ravel()[:8].astype(object)
    assert [int(low) + (int(high) << 32) for low, high in halves.reshape(4, 2)] == printed
    later = _mixed(np.array([1234567], np.uint64), 3)
    step = 3 * REPLICATES * WORDS // 2 * 0x9E3779B97F4A7C15
    moved = np.array([(1234567 + step) % 2**64], np.uint64)
    assert (later == _mixed(moved, 0)).all()


@pytest.mark.parametrize("dimension", [5, len(_directions()) - 1])
def test_a_column_is_the_sobol_sequence_scrambled_and_shifted(dimension):
    """In whole numbers, draw by draw: each bit of a point brings the column of its word, which has
    that bit and any below (Matousek 1998); odd strata are read from the right."""
    key, seed, block = "p5", 11, 2
    (points,) = block_points([key], {key: dimension}, seed=seed, block=block)
    directions = [int(d) for d in _directions()[dimension]]
    for replicate, words in enumerate(_mixed(np.array([_key(seed, key)], np.uint64), block)[0]):
        *columns, shift = (int(word) for word in words[: REPLICATE_BITS + 1])
        place = int(words[-1]) >> REPLICATE_BITS
        for draw in (0, 1, 2, 5, 100, 511):
            point, scrambled = 0, shift
            for bit in range(REPLICATE_BITS):
                point ^= directions[bit] * (draw >> bit & 1)
            for i, word in enumerate(columns):
                leading = 1 << 31 - i
                scrambled ^= word % leading | leading if point & leading else 0
            stratum = scrambled >> WITHIN
            within = (1 << WITHIN) - 1 - place if stratum % 2 else place
            assert points[replicate * REPLICATE + draw] == (stratum << WITHIN) + within


def test_random_points_are_the_words_of_the_stream_as_they_come():
    drawn = block_points(["a", "b"], {}, seed=3, block=4, sampler="random")
    for key, points in zip(("a", "b"), drawn, strict=True):
        words = _stream(3, key, 4).bit_generator.random_raw(BLOCK // 2)
        assert (points == words.astype("<u8").view("<u4")).all()
