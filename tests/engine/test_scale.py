"""Scale: the same bits whoever computes the blocks, in whatever order, with workers lost."""

import os
import random
from concurrent.futures import Executor, Future, ProcessPoolExecutor

import numpy as np
import pytest
from command_line import ismarket

from ismarket import InputError, Scenario, forecast, load_scenario
from ismarket.cli.common import share
from ismarket.engine import forecaster, workers
from ismarket.engine.forecaster import FIRST, SURE
from ismarket.runs.outputs import draws_file
from ismarket.sampling.points import BLOCK

pytestmark = pytest.mark.slow(reason="the same forecast by many workers, kept and summed")

MANY = Scenario(draws=12_500)


class Shuffled(Executor):
    """Runs what it is given in a random order, when a result is first asked for."""

    def __init__(self, seed):
        self.random, self.waiting = random.Random(seed), []

    def submit(self, work, /, *arguments, **named):
        future = Future()
        self.waiting.append((future, lambda: work(*arguments, **named)))
        result, future.result = future.result, lambda timeout=None: self.run() or result(timeout)
        return future

    def run(self):
        self.random.shuffle(self.waiting)
        while self.waiting:
            future, work = self.waiting.pop()
            future.set_result(work())


@pytest.fixture(scope="module", params=["kept", "streamed"])
def way(request):
    patch = pytest.MonkeyPatch()
    if request.param == "streamed":
        patch.setattr(workers, "KEPT", 0)
        patch.setattr(workers, "BATCH", 1)
    yield request.param
    patch.undo()


@pytest.fixture(scope="module")
def alone(way, market, drivers):
    return forecast(market, drivers, MANY, workers=1)


def assert_same_bits(one, other):
    assert (one.drawn.statistics == other.drawn.statistics).all()
    assert (one.drawn.cells == other.drawn.cells).all()
    assert np.array_equal(one.drawn.errors, other.drawn.errors, equal_nan=True)
    assert one.columns == other.columns


@pytest.mark.parametrize("threads", [2, 8])
def test_threads_never_change_a_bit(alone, market, drivers, threads):
    assert_same_bits(alone, forecast(market, drivers, MANY, workers=threads))


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_blocks_never_changes_a_bit(alone, market, drivers, seed):
    assert_same_bits(alone, forecast(market, drivers, MANY, workers=Shuffled(seed)))


def test_processes_never_change_a_bit(alone, market, drivers):
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        assert_same_bits(alone, forecast(market, drivers, MANY, workers=pool))


class Memory:
    """Keeps finished pieces; ``lost`` names those that were never finished."""

    def __init__(self, pieces=None):
        self.pieces = dict(pieces or {})

    def load(self, name):
        return self.pieces.get(name)

    def save(self, name, arrays):
        self.pieces[name] = {part: array.copy() for part, array in arrays.items()}


FINISHED = {
    "kept": {"block-0", "block-1", "block-2", "block-3"},
    "streamed": {"tally-0", "tally-1"},
}


def test_going_on_from_finished_blocks_never_changes_a_bit(way, alone, market, drivers):
    store = Memory()
    assert_same_bits(alone, forecast(market, drivers, MANY, store=store))
    assert set(store.pieces) == FINISHED[way]
    for lost in ("", "0", "13", "0123"):
        rest = Memory({name: part for name, part in store.pieces.items() if name[-1] not in lost})
        assert_same_bits(alone, forecast(market, drivers, MANY, store=rest))
        if way == "kept":
            assert set(rest.pieces) == FINISHED[way]


def test_until_draws_until_it_is_that_exact(market, drivers):
    result = forecast(market, drivers, Scenario(), until=0.0008)
    assert SURE * result.last_year_error <= 0.0008
    assert result.plan.scenario.draws > FIRST
    assert f"{result.plan.scenario.draws:,} draws" in str(result)


def test_until_keeps_its_promise_for_19_of_20_seeds(market, drivers, monkeypatch):
    """P50 and P95 of the last year lie no further from the truth than was asked for."""
    monkeypatch.setattr(forecaster, "FIRST", 2 * BLOCK)
    few = [driver for driver in drivers if driver.name in ("diagnosis", "pricing")]
    chosen, wanted = load_scenario("evidence"), 0.012
    found = [forecast(market, few, chosen.changed(seed=seed), until=wanted) for seed in range(20)]
    columns = [run.columns["summary"] for run in found]
    ends = np.array([[table[name][-1] for name in ("p50", "p95")] for table in columns])
    kept = (np.abs(ends / ends.mean(axis=0) - 1) <= wanted).all(axis=1)
    assert kept.sum() >= 19
    assert 2 * BLOCK < max(run.plan.scenario.draws for run in found) < 40_000


@pytest.mark.parametrize("until", [0.0, 1.0, -1.0, float("nan")])
def test_a_precision_that_is_none_is_refused(market, drivers, until):
    with pytest.raises(InputError, match="between 0 and 1"):
        forecast(market, drivers, Scenario(), until=until)


def test_a_share_is_read_with_or_without_percent():
    assert share(None, None, "0.1%") == share(None, None, "0.001") == 0.001
    assert share(None, None, None) is None


def test_progress_counts_every_draw(market, drivers, way):
    seen = []
    forecast(market, drivers, MANY, progress=seen.append)
    assert sum(seen) == MANY.draws


@pytest.mark.filterwarnings("ignore::tqdm.std.TqdmWarning")
def test_a_bar_may_be_asked_for(market, drivers, way, capsys):
    forecast(market, drivers, MANY, progress=True)
    assert "draw" in capsys.readouterr().err
    forecast(market, drivers, MANY, progress=False)
    assert capsys.readouterr().err == ""


def test_kept_draws_are_all_in_the_file(market, drivers, way, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "draws.parquet"
    with draws_file(path) as sink:
        result = forecast(market, drivers, MANY, sink=sink)
    table = parquet.read_table(path)
    assert table.num_rows == MANY.draws
    last = table["total 2028"].to_numpy()
    assert last.mean() == pytest.approx(result.columns["summary"]["mean"][-1])
    assert table["video_eeg.ratio"].to_numpy().max() <= 3.5
    assert os.listdir(tmp_path) == ["draws.parquet"]


def test_a_run_that_fails_leaves_no_file(market, drivers, tmp_path):
    def stopped(path):
        with draws_file(path) as sink:
            sink({"a": np.zeros(3)})
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        stopped(tmp_path / "draws.parquet")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("kind", ["a file", "a link", "a link to nothing"])
def test_kept_draws_replace_nothing_that_is_there(tmp_path, kind):
    pytest.importorskip("pyarrow")
    path, other = tmp_path / "draws.parquet", tmp_path / "mine"
    other.write_text("mine")
    (tmp_path / "draws.parquet.partial").write_text("mine too")
    {
        "a file": lambda: path.write_text("mine"),
        "a link": lambda: path.symlink_to(other),
        "a link to nothing": lambda: path.symlink_to(tmp_path / "nowhere"),
    }[kind]()
    before = sorted(os.listdir(tmp_path))
    done = ismarket("run", "--no-keep", "--draws", "50", "--keep-draws", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"ismarket: {path} exists; choose another name\n"
    assert sorted(os.listdir(tmp_path)) == before
    assert other.read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("draws.csv", 2, "ends in .parquet"),
        ("nowhere/draws.parquet", 4, "cannot be written: No such file or directory"),
        ("/dev/null", 2, "ends in .parquet"),
    ],
)
def test_draws_that_cannot_be_kept_are_told_before_any_is_drawn(tmp_path, name, code, said):
    pytest.importorskip("pyarrow")
    done = ismarket("run", "--no-keep", "--draws", "50", "--keep-draws", name, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert os.listdir(tmp_path) == []
