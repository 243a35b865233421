"""Drivers of somebody who means no good, or knows no better: each is caught by name, or listed."""

import decimal
import gc
import itertools
import locale
import logging
import os
import pickle
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from parcels import DRIVER, ismarket, parcel

from ismarket import Driver, DriverError, Effect, InputError, Parameter, Scenario, forecast
from ismarket.testing import CHECKS

CHOICES = Scenario(anchor="bottom-up", without=(), draws=64, seed=3)
LAWS = {check.__name__: check for check in CHECKS}
NAN, INF = float("nan"), float("inf")


def rate(**other):
    about = dict(name="rate", low=1.0, mode=1.2, high=2.0, unit="rate ratio", title="Rate")
    return Parameter(**{**about, "source": "assumption: for a test", **other})


def shift(market, p):
    return np.log(p.rate) * market.elapsed / 10.0


def stage(market):
    return next(one.name for one in market.stages if one.link == "log" and one.role == "people")


def driver(effects=lambda market, p: [], **about):
    about = {"name": "stranger", "title": "A stranger", "parameters": (rate(),), **about}
    return Driver(effects=effects, **about)


def doing(act):
    """A driver that answers well, after it has done something else."""

    def effects(market, p):
        act(market, p)
        yield Effect(stage(market), shift(market, p))

    return driver(effects)


def saying(change, **heading):
    """A driver that answers with a changed shift."""

    def effects(market, p):
        yield Effect(stage(market), change(shift(market, p)), **heading)

    return driver(effects)


def raising(error):
    def act(_, __):
        raise error

    return doing(act)


class MuteError(Exception):
    def __str__(self):
        raise RuntimeError("no text")


class Calm(np.ndarray):
    """An array that says of itself that it is small."""

    def max(self, *_, **__):
        return 0.0

    min = max  # noqa: A003


class Twofold(Effect):
    """An effect that shows another shift each time."""

    @property
    def shift(self):
        return np.zeros((1, 1, 1, 1)) + time.perf_counter()


class Numberlike:
    def __array__(self, *_, **__):
        return np.zeros((1, 1, 1, 1))


def first(market):
    return market.stages[0].parameters[0]


def unsealed(array):
    while isinstance(array.base, np.ndarray):
        array = array.base
    array.flags.writeable = True
    return array


ASKED = itertools.count(1)


REFUSED = {
    "a title that is a number": (lambda: driver(title=42), "42 is int, not text"),
    "a title that clears the screen": (lambda: driver(title="a\x1b[2J"), r"holds '\x1b'"),
    "a title of two lines": (lambda: driver(title="a\nb"), r"holds '\n'"),
    "a title from right to left": (lambda: driver(title="a\u202eb"), r"holds '\u202e'"),
    "a title like a row": (lambda: driver(title="Unexplained +99.99"), "taken for a row"),
    "a title with columns": (lambda: driver(title="Growth    +9.99"), "taken for a row"),
    "a unit that is no number": (lambda: rate(unit=NAN), "nan is float, not text"),
    "a unit with a bell": (lambda: rate(unit="\x07"), r"holds '\x07'"),
    "a source of two lines": (lambda: rate(source="a\nb"), r"holds '\n'"),
    "a parameter like a row": (lambda: rate(title="All together 1"), "taken for a row"),
    "a parameter that clears the screen": (lambda: rate(name="a\x1b[2J"), r"holds '\x1b'"),
    "a range without numbers": (lambda: rate(low=NAN), "must be finite numbers"),
    "a range without end": (lambda: rate(high=INF), "must be finite numbers"),
    "a range upside down": (lambda: rate(low=3.0), "are not in order"),
    "a status of its own": (lambda: rate(status="proven"), "one of measured, estimated, assumed"),
    "a chance above one": (lambda: Parameter.chance("p", 1.5, title="P"), "outside 0 to 1"),
    "a name that is a path": (lambda: driver(name="../x"), "lower-case letters"),
    "a name of the tables": (lambda: driver(name="funnel"), "taken by a row of the tables"),
    "one parameter twice": (lambda: driver(parameters=(rate(), rate())), "declared twice"),
    "claims in one text": (lambda: driver(claims="video_eeg"), "claims is a list of names"),
    "markets in one text": (lambda: driver(markets="toy"), "markets is a list of names"),
    "a correlation of two": (lambda: driver(correlation={"rate ~ rate": 2}), "outside -1 to 1"),
    "effects that are none": (lambda: driver(effects=3), "hand over a function"),
}
"""What is refused when it is made: the plugin is left out by name, whatever it raises then."""

STOPPED = {
    "sets the market's title": (
        doing(lambda m, p: object.__setattr__(m, "title", "x")), "changed the market"),
    "sets a mode of the market": (
        doing(lambda m, p: object.__setattr__(first(m), "mode", 9.9)), "changed the market"),
    "unseals the years": (
        doing(lambda m, p: unsealed(m.elapsed).__iadd__(1.0)), "exactly 0 in the base year"),
    "puts a cause into the market": (
        doing(lambda m, p: dict.__setitem__(m.mechanisms, "x", None)), "changed the market"),
    "puts an anchor into the market": (
        doing(lambda m, p: m.anchors.update(x=None)), "tried to change its input"),
    "sets its parameter": (
        doing(lambda m, p: p.rate.__imul__(2.0)), "tried to change its input"),
    "unseals its parameter": (
        doing(lambda m, p: unsealed(p.rate).__imul__(1.5)), "changed its parameter stranger.rate"),
    "looks at another driver": (
        doing(lambda m, p: p.video_eeg), "Drivers do not see each other"),
    "draws from NumPy": (
        doing(lambda m, p: np.random.random()), "NumPy's global random generator"),  # noqa: NPY002
    "draws from Python": (
        doing(lambda m, p: random.random()), "Python's global random generator"),
    "silences NumPy": (
        doing(lambda m, p: np.seterr(all="ignore", under="warn")), "NumPy's error settings"),
    "sets decimals": (
        doing(lambda m, p: setattr(decimal.getcontext(), "prec", 3)), "the decimal context"),
    "sets the environment": (
        doing(lambda m, p: os.environ.update(STRANGER=str(next(ASKED)))), "the environment"),
    "goes elsewhere": (doing(lambda m, p: os.chdir(os.sep)), "changed the current folder"),
    "replaces standard output": (
        doing(lambda m, p: setattr(sys, "stdout", None)), "replaced standard output"),
    "replaces standard error": (
        doing(lambda m, p: setattr(sys, "stderr", None)), "replaced standard error"),
    "sets the locale": (
        doing(lambda m, p: locale.setlocale(locale.LC_ALL, "C.UTF-8")), "changed the locale"),
    "raises the level of logging": (
        doing(lambda m, p: logging.getLogger().setLevel(1)), "changed logging"),
    "takes what is logged": (
        doing(lambda m, p: logging.getLogger().addHandler(logging.NullHandler())),
        "changed logging"),
    "ends logging": (doing(lambda m, p: logging.disable(77)), "changed logging"),
    "takes Ctrl-C away": (
        doing(lambda m, p: signal.signal(signal.SIGINT, signal.SIG_IGN)), "how Python runs"),
    "takes tracebacks away": (
        doing(lambda m, p: setattr(sys, "excepthook", print)), "how Python runs"),
    "lets Python go deeper": (
        doing(lambda m, p: sys.setrecursionlimit(1717)), "how Python runs"),
    "ends the collection of garbage": (doing(lambda m, p: gc.disable()), "how Python runs"),
    "imports from elsewhere": (
        doing(lambda m, p: sys.path.insert(0, "/no/such/folder")), "how Python runs"),
    "ends Python": (raising(SystemExit(0)), "raised SystemExit"),
    "ends a generator": (raising(GeneratorExit()), "raised GeneratorExit"),
    "has no memory": (raising(MemoryError()), "raised MemoryError"),
    "has an error without text": (raising(MuteError()), "raised MuteError in the reference case"),
    "has an error of two lines": (
        raising(ValueError("a\nUnexplained +99.99")), "ValueError: a Unexplained +99.99 in the"),
    "has an error without end": (raising(ValueError("x" * 10**6)), "raised ValueError: xxx"),
    "never comes to an end of itself": (
        driver(lambda m, p: (lambda f: f(f))(lambda f: f(f))), "raised RecursionError"),
    "hides what is not finite": (
        saying(lambda s: np.where(s > 0, NAN, s).view(Calm)), "is not finite"),
    "answers with one number": (saying(lambda s: 0.0), "has shape ()"),
    "answers with more than fits": (
        saying(lambda s: np.broadcast_to(0.0, (10**6, 10**6, 1, 1))), "MemoryError"),
    "answers with nothing": (saying(lambda s: s[:0]), "has shape (0, 1, 1"),
    "answers with what may be a number": (saying(lambda s: Numberlike()), "is a Numberlike"),
    "answers with yes and no": (saying(lambda s: s > 0), "bool values, not real numbers"),
    "answers with a changing effect": (
        driver(lambda m, p: [Twofold(stage(m), 0.0)]), "raised AttributeError"),
    "names no stage": (driver(lambda m, p: [Effect(["x"], shift(m, p))]), "raised TypeError"),
    "answers by the clock": (
        saying(lambda s: s * (1.0 + time.perf_counter() % 1.0)), "on a second call"),
    "counts how often it is asked": (
        driver(lambda m, p: [Effect(stage(m), shift(m, p) * next(ASKED))]), "on a second call"),
    "mixes the draws": (saying(lambda s: s[..., ::-1] * s.shape[3]), "other draws stand by"),
}  # fmt: skip
"""What a run stops, with the words of it."""


CHECKED = {
    "prints": (doing(lambda m, p: print("hello")), "printed 'hello'"),
    "leaves a thread": (
        doing(lambda m, p: threading.Thread(target=time.sleep, args=(0.3,), daemon=True).start()),
        "left a thread running"),
}  # fmt: skip
"""What ``ismarket check`` finds; a run bears it, and no figure is another."""


def unwatched(market, p):
    """Looks who asks."""
    frame, askers = sys._getframe(), set()
    while frame := frame.f_back:
        askers.add(frame.f_code.co_name)
    yield Effect(stage(market), shift(market, p) * (1.0 if "_watched" in askers else 2.0))


def in_a_file(market, p):
    Path("stranger.txt").write_text("x")


LISTED = {
    "writes to a file": doing(in_a_file),
    "writes past standard output": doing(lambda m, p: os.write(1, b"x")),
    "opens a connection": doing(lambda m, p: socket.socket().close()),
    "starts a process": doing(lambda m, p: subprocess.run("true")),
    "changes Python, NumPy or this package": doing(lambda m, p: setattr(np, "stranger", 1)),
    "answers by the day or the machine": saying(lambda s: s * (os.cpu_count() + 1.0)),
    "tells when it is watched": driver(unwatched),
    "tells wrong numbers, or a wrong source": saying(lambda s: 3.0 * s),
}
"""What no check catches, as SECURITY.md has it; with the first five every figure stands."""
FIGURES_STAND = 5


@pytest.fixture
def as_before(monkeypatch, tmp_path):
    """What drivers change is put back."""
    root, handlers = logging.getLogger(), [*logging.getLogger().handlers]
    level, stopped, depth = root.level, signal.getsignal(signal.SIGINT), sys.getrecursionlimit()
    spoken, errors, precision = locale.setlocale(locale.LC_ALL), np.geterr(), decimal.getcontext()
    for name in ("stdout", "stderr", "excepthook", "path"):
        value = getattr(sys, name)
        monkeypatch.setattr(sys, name, [*value] if name == "path" else value)
    monkeypatch.setattr(np, "stranger", 0, raising=False)
    monkeypatch.setenv("STRANGER", "")
    monkeypatch.chdir(tmp_path)
    decimal.setcontext(precision.copy())
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where a shell ignores it
    yield
    root.setLevel(level)
    root.handlers[:] = handlers
    logging.disable(logging.NOTSET)
    signal.signal(signal.SIGINT, stopped)
    sys.setrecursionlimit(depth)
    locale.setlocale(locale.LC_ALL, spoken)
    np.seterr(**errors)
    decimal.setcontext(precision)
    gc.enable()
    np.random.seed()  # noqa: NPY002


@pytest.fixture(params=["first", "second"])
def own_market(request, market, second):
    """A copy of either market that a driver may spoil, and the choices that suit it."""
    found = {"first": market, "second": second[0]}[request.param]
    return pickle.loads(pickle.dumps(found)), CHOICES.changed(market=found.name)


def test_sixty_are_tried():
    assert len(REFUSED) + len(STOPPED) + len(CHECKED) + len(LISTED) + len(ENDED) >= 60


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_when_it_is_made(what):
    make, words = REFUSED[what]
    with pytest.raises(InputError) as raised:
        make()
    assert words in str(raised.value)


@pytest.mark.parametrize("what", STOPPED)
def test_what_a_run_stops_by_name(what, own_market, as_before):
    stranger, words = STOPPED[what]
    with pytest.raises(DriverError) as raised:
        forecast(own_market[0], [stranger], own_market[1], workers=1)
    assert str(raised.value).startswith("driver stranger: ")
    assert words in str(raised.value)
    assert len(str(raised.value)) < 700
    assert "\n" not in str(raised.value)


def figures(stranger, own_market):
    return forecast(own_market[0], [stranger], own_market[1], workers=1).draws.total


@pytest.mark.parametrize("what", CHECKED)
def test_what_a_check_finds_changes_no_figure(what, own_market, as_before, capsys):
    stranger, words = CHECKED[what]
    assert np.array_equal(figures(stranger, own_market), figures(saying(lambda s: s), own_market))
    with pytest.raises(AssertionError, match=words):
        LAWS["nothing_else_touched"](stranger, own_market[0])


@pytest.mark.parametrize("what", LISTED)
def test_what_no_check_catches_is_listed(what, own_market, as_before, capfd):
    found = figures(LISTED[what], own_market)
    if list(LISTED).index(what) < FIGURES_STAND:
        assert np.array_equal(found, figures(saying(lambda s: s), own_market))
    LAWS["nothing_else_touched"](LISTED[what], own_market[0])


def test_security_lists_what_no_check_catches_and_nothing_else():
    text = (Path(__file__).parents[2] / "SECURITY.md").read_text(encoding="utf-8")
    section = re.search(r"## What no check catches\n(.*?)\n## ", text, re.DOTALL)[1]
    assert re.findall(r"^- \*\*(.+?)\*\*", section, re.MULTILINE) == [*LISTED, *ENDED]


ENDED = {
    "ends the process": ("os._exit(0)", 0),
    "presses Ctrl-C": ("raise KeyboardInterrupt", 130),
}


@pytest.mark.slow(reason="a process of its own")
@pytest.mark.parametrize("what", ENDED)
def test_who_ends_the_process_prints_no_figure(what, parcels):
    act, code = ENDED[what]
    text = "    import os\n" + DRIVER.format(name="one")
    parcel(parcels, "one", text.replace("        yield", f"        {act}\n        yield"))
    done = ismarket("run", "--no-keep", "--draws", "16", path=parcels)
    assert (done.returncode, done.stdout) == (code, "")
