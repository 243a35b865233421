"""Finished blocks: what is kept is given back bit by bit, and a torn file is no block."""

import numpy as np
import pytest

from ismarket import Scenario, forecast, load_drivers, load_market
from ismarket.runs.blocks import Blocks


@pytest.mark.parametrize("draws", [9_000, 140_000])
def test_a_forecast_from_finished_blocks_is_the_same_to_the_last_bit(tmp_path, draws):
    market, drivers, scenario = load_market(), load_drivers(), Scenario(draws=draws, through=2024)
    blocks = Blocks(tmp_path / "blocks")
    blocks.open()
    whole = forecast(market, drivers, scenario)
    first = forecast(market, drivers, scenario, store=blocks)
    files = sorted(blocks.folder.iterdir())
    assert len(files) == 3
    files[0].unlink()
    files[-1].write_bytes(files[-1].read_bytes()[:-8])
    again = forecast(market, drivers, scenario, store=blocks)
    assert whole.columns == first.columns == again.columns


def test_arrays_come_back_with_their_bits_types_and_shapes(tmp_path):
    blocks = Blocks(tmp_path / "blocks")
    blocks.open()
    arrays = {
        "rows": np.array([[0.1, -0.0, np.nan]]),
        "cells": np.ones((2, 3), np.float32),
        "counts": np.arange(6).reshape(2, 3),
        "draws": np.array(7),
    }
    blocks.save(4, arrays)
    found = blocks.load(4)
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        assert found[name].shape == array.shape
        assert found[name].tobytes() == array.tobytes()
    assert blocks.load(5) is None


@pytest.mark.parametrize("damage", [b"", b"{}\n", b"\x00" * 50, b'{"arrays": [], "sha256": 1}\n'])
def test_what_is_no_block_is_none(tmp_path, damage):
    blocks = Blocks(tmp_path / "blocks")
    blocks.open()
    (blocks.folder / "000000.block").write_bytes(damage)
    assert blocks.load(0) is None
