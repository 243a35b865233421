"""Summaries: bins that merge in any order, quantiles close to the sorted draws, honest errors."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ismarket import Scenario, forecast
from ismarket.analysis.information import drawn_values
from ismarket.analysis.response import response
from ismarket.engine import summaries, workers
from ismarket.engine.findings import findings
from ismarket.engine.histograms import BINS, Grid
from ismarket.engine.summaries import (
    FEW_ROWS,
    LEVELS,
    Kept,
    KeptSummary,
    Streamed,
    StreamedSummary,
    quantiles,
    standard_errors,
)
from ismarket.sampling.points import BLOCK, REPLICATE


def smooth(draws):
    rng = np.random.default_rng(7)
    rows = [rng.lognormal(20, 0.3, draws), rng.normal(0.01, 0.02, draws), np.full(draws, 3.2e9)]
    return np.stack(rows)


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(4)))
def test_counts_add_up_to_the_same_in_any_order(order):
    rows = smooth(400)
    grid = Grid.over(rows[:, :100])
    parts = [grid.count(rows[:, 100 * i : 100 * i + 100]) for i in order]
    assert (sum(parts) == grid.count(rows)).all()


def test_quantiles_from_bins_are_as_good_as_sorting():
    rows = smooth(200_000)
    grid = Grid.over(rows[:, :4096])
    exact, found = quantiles(rows, LEVELS), grid.quantiles(grid.count(rows), LEVELS)
    spread = exact[-1] - exact[0]
    assert (np.abs(found - exact) <= 5e-4 * spread).all()


def test_draws_beyond_the_first_block_fall_into_the_outermost_bins():
    rows = smooth(1000)
    grid = Grid.over(rows[:, :5])
    counts = grid.count(rows)
    assert (counts.sum(axis=1) == 1000).all()


@pytest.mark.slow(reason="many forecasts")
def test_streamed_and_kept_draws_give_the_same_tables(market, drivers, monkeypatch):
    kept = forecast(market, drivers, Scenario(draws=40_000))
    monkeypatch.setattr(workers, "KEPT", 1000)
    streamed = forecast(market, drivers, Scenario(draws=40_000))
    assert streamed.drawn.rows is None
    with pytest.raises(ValueError, match="not kept"):
        _ = streamed.draws
    rows = kept.layout
    for name in rows:
        a, b = (f.drawn.statistics[:, rows[name]] for f in (kept, streamed))
        scale = np.abs(a).max() + 1e-9
        assert np.abs(a - b).max() < 5e-4 * scale, name
    assert (kept.drawn.statistics[0] == streamed.drawn.statistics[0]).all()
    assert np.allclose(kept.drawn.cells, streamed.drawn.cells, rtol=1e-3)


def over_seeds(world, draws, seeds):
    """Value in the last year and growth over seeds: spread and stated errors, (statistic, row)."""
    market, drivers, scenario = world
    asked = response(market, drivers, scenario.changed(draws=draws))
    found, stated = [], []
    for seed in range(seeds):
        values = drawn_values(replace(asked.plan, scenario=asked.plan.scenario.changed(seed=seed)))
        every = asked.every(values)
        rows = np.stack([every["value"], every["cagr"]])
        found.append([rows.mean(axis=1), *quantiles(rows)])
        stated.append(standard_errors(rows))
    return np.std(found, axis=0, ddof=1), np.sqrt(np.mean(np.square(stated), axis=0))


@pytest.mark.slow(reason="many seeds on each of four scenarios")
def test_standard_errors_are_the_spread_between_seeds(world):
    spread, stated = over_seeds(world, 4_500, 24)
    ratio = stated / spread
    assert (ratio > 0.7).all()
    assert (ratio < 1.5).all()
    assert 0.9 < np.exp(np.log(ratio).mean()) < 1.2


@pytest.mark.slow(reason="many forecasts")
@pytest.mark.parametrize("draws", [37, 512, 1023])
def test_few_draws_say_what_their_errors_are_at_most(world, draws):
    spread, stated = over_seeds(world, draws, 12)
    assert (stated > 0.6 * spread).all()
    assert np.exp(np.log(stated / spread).mean()) > 1.0
    market, drivers, scenario = world
    result = forecast(market, drivers, scenario.changed(draws=draws))
    (line,) = [text for label, text in findings(result) if label == "Exact to"]
    assert f"{draws:,} draws leave in the last year: at most, low " in line


def test_a_forecast_states_the_errors_of_its_rows(market, drivers):
    result = forecast(market, drivers, Scenario(draws=5_000))
    last = result.layout["total"].stop - 1
    assert (result.drawn.errors[:, last] == standard_errors(result.draws.total[-1:])[:, 0]).all()


def test_one_draw_says_that_it_says_nothing(market, drivers):
    found = forecast(market, drivers, Scenario(draws=1))
    assert dict(findings(found))["Exact to"] == "One draw says nothing of its standard errors."


@pytest.mark.parametrize("kind", [np.float32, float])
def test_quantiles_of_many_draws_are_those_of_all_of_them_sorted(kind, monkeypatch):
    heavy = np.exp(5 * np.random.default_rng(7).standard_normal(30_011))
    rows = [heavy, -heavy, np.round(heavy % 9), np.zeros_like(heavy), np.full_like(heavy, -1e9)]
    rows += [np.where(heavy < 1, 0, heavy), 1e-42 * heavy, np.full_like(heavy, np.inf)]
    rows += [np.where(heavy < 1, odd, heavy) for odd in (np.nan, -np.inf, 1e308, -3e38)]
    with np.errstate(over="ignore", invalid="ignore"):
        draws = np.stack(rows).astype(kind)
        found = quantiles(draws)
        monkeypatch.setattr(summaries, "MANY_DRAWS", 1 << 20)
        np.testing.assert_array_equal(found, quantiles(draws))


@pytest.mark.parametrize("draws", [1, 2, 50, 333])
def test_quantiles_of_few_draws_are_type_seven(draws):
    rows = np.random.default_rng(1).gamma(2.0, size=(2, 3, draws))
    found = quantiles(rows, [0.0, 0.05, 0.5, 0.97, 1.0])
    expected = np.quantile(rows, [0.0, 0.05, 0.5, 0.97, 1.0], axis=-1)
    assert found == pytest.approx(expected, rel=1e-12)


def test_errors_of_many_draws_are_the_spread_of_replicates():
    rows = np.random.default_rng(2).gamma(2.0, size=(2, 9 * REPLICATE + 7))
    for row, found in zip(rows, standard_errors(rows).T, strict=True):
        parts = [row[i * REPLICATE : (i + 1) * REPLICATE] for i in range(9)]
        each = [[part.mean(), *np.quantile(part, LEVELS)] for part in parts]
        assert found == pytest.approx(np.std(each, axis=0, ddof=1) / 3)


def test_errors_of_few_draws_are_half_of_what_lies_between_two_levels():
    """Woodruff (1952): the levels one standard error of a share below and above."""
    rows = np.random.default_rng(3).gamma(2.0, size=(2, 60))
    for row, found in zip(rows, standard_errors(rows).T, strict=True):
        ends = [
            np.quantile(row, np.clip(LEVELS + way * np.sqrt(LEVELS * (1 - LEVELS) / 60), 0, 1))
            for way in (-1, 1)
        ]
        expected = [row.std(ddof=1) / np.sqrt(60), *(ends[1] - ends[0]) / 2]
        assert found == pytest.approx(expected)
    assert np.isnan(standard_errors(rows[:, :1])).all()


def test_streamed_errors_are_the_spread_of_the_statistics_of_blocks():
    """From sums and sums of squares alone, block by block and merged; a part of a block is none."""
    stream = np.random.default_rng(4)
    blocks = [stream.normal(9.0, 1.0, (3, BLOCK)) for _ in range(4)]
    blocks.append(stream.normal(9.0, 1.0, (3, 100)))
    logs = [stream.normal(2.0, 0.5, (2, block.shape[1])) for block in blocks]
    grids = Grid.over(blocks[0]), Grid.over(logs[0])
    halves = []
    for part in (slice(0, 2), slice(2, 5)):
        halves.append(Streamed.nothing(3, 2))
        for rows, log in zip(blocks[part], logs[part], strict=True):
            cells = np.exp(log)
            sums = np.append(rows.sum(axis=1), cells.sum(axis=1))
            halves[-1].take(Kept(rows, cells.astype(np.float32), sums), grids)
    whole, more = halves
    whole.add(more)
    every, every_log = np.concatenate(blocks, axis=1), np.concatenate(logs, axis=1)
    assert whole.draws == every.shape[1]
    found = StreamedSummary.of(whole, grids)
    each = [[block.mean(axis=1), *np.quantile(block, LEVELS, axis=1)] for block in blocks[:4]]
    exact = np.std(each, axis=0, ddof=1) / 2
    assert found.errors[0] == pytest.approx(exact[0], rel=1e-3)
    assert found.errors[1:] == pytest.approx(exact[1:], rel=0.06)  # as fine as the bins
    assert found.statistics[0] == pytest.approx(every.mean(axis=1))
    assert found.statistics[1:] == pytest.approx(np.quantile(every, LEVELS, axis=1), abs=3e-3)
    assert found.cells[0] == pytest.approx(np.exp(every_log).mean(axis=1))
    assert found.cells[1:] == pytest.approx(
        np.exp(np.quantile(every_log, LEVELS, axis=1)), rel=3e-3
    )


@pytest.mark.parametrize("threads", [1, 2])
def test_kept_draws_are_summarised_row_by_row(threads, monkeypatch):
    monkeypatch.setattr(summaries, "MANY_VALUES", 1)
    stream, count = np.random.default_rng(5), FEW_ROWS + 3
    rows, cells = np.empty((count, BLOCK + 50)), np.empty((4, BLOCK + 50), np.float32)
    summary = KeptSummary((rows, cells), threads)
    blocks = [stream.gamma(2.0, size=(count + 4, size)) for size in (BLOCK, 50)]
    for i, block in enumerate(blocks):
        kept = Kept(block[:count], block[count:].astype(np.float32), block.sum(axis=1))
        summary.take(i, kept)
    every = np.concatenate(blocks, axis=1)
    assert summary.draws == BLOCK + 50
    assert (summary.rows == every[:count]).all()
    expected = [every.mean(axis=1), *np.quantile(every, LEVELS, axis=1)]
    assert summary.statistics == pytest.approx(np.array(expected)[:, :count])
    assert summary.cells == pytest.approx(np.array(expected)[:, count:], rel=1e-6)
    assert summary.errors == pytest.approx(standard_errors(every[:count]))
