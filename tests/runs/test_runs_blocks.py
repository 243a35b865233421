"""Finished blocks: what is kept is given back bit by bit, and a torn file is no block."""

import numpy as np
import pytest

from ismarket import Scenario, forecast
from ismarket.runs.blocks import Blocks

pytestmark = [
    pytest.mark.usefixtures("summed_early"),
    pytest.mark.slow(reason="forecasts of many blocks, interrupted"),
]


@pytest.fixture
def blocks(tmp_path):
    made = Blocks(tmp_path / "blocks")
    made.open()
    return made


@pytest.mark.parametrize(("draws", "names"), [
    (9_000, ["block-0.block", "block-1.block", "block-2.block"]),
    (18_000, ["tally-0.block", "tally-1.block"]),
])  # fmt: skip
def test_a_forecast_from_finished_blocks_is_the_same_to_the_last_bit(
    market, drivers, blocks, draws, names
):
    scenario = Scenario(draws=draws, through=2024)
    whole = forecast(market, drivers, scenario)
    first = forecast(market, drivers, scenario, store=blocks)
    files = sorted(blocks.folder.iterdir())
    assert [file.name for file in files] == names
    if "block-0.block" in names:
        files[0].unlink()
    files[-1].write_bytes(files[-1].read_bytes()[:-8])
    told = []
    again = forecast(market, drivers, scenario, progress=told.append, store=blocks)
    assert whole.columns == first.columns == again.columns
    assert sum(told) == draws
    for file in blocks.folder.iterdir():
        file.write_bytes(b"")
    assert forecast(market, drivers, scenario, store=blocks).columns == whole.columns


def test_a_last_block_that_is_not_whole_is_not_counted_twice(market, drivers, blocks):
    scenario = Scenario(draws=3 * 8_192 - 100, through=2024)
    whole = forecast(market, drivers, scenario, store=blocks)
    assert forecast(market, drivers, scenario, store=blocks).columns == whole.columns
    assert whole.columns == forecast(market, drivers, scenario).columns


def test_a_sum_of_more_draws_than_asked_for_is_not_used(market, drivers, blocks):
    forecast(market, drivers, Scenario(draws=32_768, through=2024), store=blocks)
    fewer = Scenario(draws=18_750, through=2024)
    assert forecast(market, drivers, fewer, store=blocks).columns == (
        forecast(market, drivers, fewer).columns
    )


def test_the_search_for_enough_draws_goes_on_from_what_was_tried(market, drivers, blocks):
    scenario = Scenario(through=2024)
    whole = forecast(market, drivers, scenario, until=0.0004)
    assert whole.plan.scenario.draws > 16_384
    first = forecast(market, drivers, scenario, until=0.0004, store=blocks)
    told = []
    again = forecast(market, drivers, scenario, until=0.0004, progress=told.append, store=blocks)
    assert whole.columns == first.columns == again.columns
    assert sum(told) == whole.plan.scenario.draws


def test_arrays_come_back_with_their_bits_types_and_shapes(blocks):
    arrays = {
        "rows": np.array([[0.1, -0.0, np.nan]]),
        "cells": np.ones((2, 3), np.float32),
        "counts": np.arange(6).reshape(2, 3),
        "draws": np.array(7),
    }
    blocks.save("block-4", arrays)
    found = blocks.load("block-4")
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        assert found[name].shape == array.shape
        assert found[name].tobytes() == array.tobytes()
    assert blocks.load("block-5") is None


@pytest.mark.parametrize("damage", [b"", b"{}\n", b"\x00" * 50, b'{"arrays": [], "sha256": 1}\n'])
def test_what_is_no_block_is_none(blocks, damage):
    (blocks.folder / "block-0.block").write_bytes(damage)
    assert blocks.load("block-0") is None
