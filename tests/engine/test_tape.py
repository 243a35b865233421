"""A tape plays what was recorded: to the same bits as the computation itself, or not at all."""

import gc
import weakref
from functools import partial

import numpy as np
import pytest

from ismarket import Scenario, forecast
from ismarket.arrays import Scratch
from ismarket.engine import blocks, workers
from ismarket.engine.plan import make_plan
from ismarket.engine.tape import Repeated, Tape
from ismarket.sampling.points import BLOCK

NEVER = 10**9


def everything(drawn):
    """All that a summary holds."""
    return drawn.statistics, drawn.errors, drawn.cells, drawn.rows


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "streamed"])
@pytest.mark.parametrize(
    "choices",
    [
        {},
        {"anchor": "pooled"},
        {"anchor": "techsci-2024"},
        {"anchor": "bottom-up"},
        {"overlap": 0.3, "strength": {"technology": 1.5}},
        {"without": ("diagnosis",)},
        {"fixed": {"funnel.treated.europe": 0.94}},
        {"sampler": "random"},
        {"correlation": {"funnel.treated.europe ~ funnel.diagnosed.europe": 0.5}},
    ],
    ids=str,
)
def test_blocks_from_a_tape_are_those_of_the_computation(
    market, drivers, monkeypatch, choices, kept
):
    scenario = Scenario(draws=18 * BLOCK + 100, **choices)
    if not kept:
        monkeypatch.setattr(workers, "KEPT", 1)

    def drawn(worth):
        monkeypatch.setattr(blocks, "WORTH_A_TAPE", worth)
        return everything(forecast(market, drivers, scenario, workers=2).drawn)

    for taped, direct in zip(drawn(1), drawn(NEVER), strict=True):
        assert (taped is None and direct is None) or np.array_equal(taped, direct)


def test_many_blocks_do_come_from_a_tape(market, drivers, monkeypatch):
    plays = []
    monkeypatch.setattr(Tape, "play", lambda tape: plays.append(tape))
    forecast(market, drivers, Scenario(draws=BLOCK), workers=1)
    assert plays == []
    forecast(market, drivers, Scenario(draws=(blocks.WORTH_A_TAPE + 1) * BLOCK), workers=1)
    assert len(plays) == blocks.WORTH_A_TAPE


def work(given, scratch):
    """A little of everything that a tape can hold."""
    rows = scratch("rows", 3, given.shape[1])
    np.exp(given, out=rows)
    rows[:2] += given[0]
    rows[2] = 1.0
    chosen = given.take([2, 0], axis=0, out=scratch("chosen", 2, given.shape[1]), mode="clip")
    mixed = np.array([[1.0, -2.0]]) @ chosen
    return rows, [np.add.reduce(rows, axis=0), (mixed == 0.0) + mixed.reshape(1, 1, -1)]


def test_what_is_played_is_what_is_computed_for_other_values():
    again, rng, memories = Repeated(3, 8), np.random.default_rng(1), [Scratch(), Scratch()]
    for turn in range(6):
        values = rng.normal(size=(3, 8))
        rows, others = work(values, Scratch())
        found, more = again(work, partial(np.copyto, src=values), memories[turn % 2])
        assert np.array_equal(found, rows)
        assert all(np.array_equal(a, b) for a, b in zip(more, others, strict=True))


@pytest.mark.parametrize(
    "asked",
    [
        lambda x: x[0] if x > 0 else x,
        lambda x: float(x[0, 0]),
        lambda x: np.asarray(x),
        lambda x: np.array([1.0, 2.0]).__setitem__(slice(None), x[0, :2]),
        lambda x: x[[2, 0]],
        lambda x: x[x.memory > 0],
        lambda x: x[:, :3].reshape(-1),
        lambda x: np.where(x == 0.0, 1.0, x),
        lambda x: np.concatenate([x, x]),
        lambda x: np.add.reduce(x, axis=None),
        lambda x: x.sum(),
    ],
)
def test_what_cannot_be_played_again_is_refused(asked):
    with pytest.raises((TypeError, AttributeError)):
        asked(Tape(Scratch())("x", 3, 8))


def test_a_recording_that_broke_is_made_anew():
    def one_more(given, _):
        return given + 1.0

    again, scratch = Repeated(2), Scratch()
    with pytest.raises(ZeroDivisionError):
        again(one_more, lambda _: 1 / 0, scratch)
    assert again(one_more, lambda given: given.fill(1.0), scratch).tolist() == [2.0, 2.0]
    assert again(one_more, lambda given: given.fill(2.0), scratch).tolist() == [3.0, 3.0]


def test_an_engine_goes_with_its_last_reference(market, drivers):
    plan = make_plan(market, drivers, Scenario(draws=blocks.WORTH_A_TAPE * BLOCK))
    engine = blocks.Engine(plan, np.ones(len(plan.years)))
    engine.streamed(range(2), engine.grids())
    gone = weakref.ref(engine)
    gc.disable()
    try:
        del engine
        assert gone() is None
    finally:
        gc.enable()
