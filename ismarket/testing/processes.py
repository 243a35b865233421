"""The same driver asked in another process, with its own hash seed."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterable, Mapping
from hashlib import sha256
from importlib import import_module
from types import ModuleType
from unittest import SkipTest

import numpy as np

from ..arrays import Array
from ..model.driver import Driver, Effect
from ..model.market import Market
from .trial import Trial

PATIENCE = 60.0
"""Seconds that another process has for its answer."""
CHILD = "from ismarket.testing.processes import answer_here; answer_here()"


def digest(effects: Iterable[Effect]) -> str:
    """A digest of all that a driver moves, to the last bit."""
    whole = sha256()
    for effect in effects:
        heading = effect.stage, effect.mechanism, effect.drug_class, effect.shift.shape
        whole.update(repr(heading).encode())
        whole.update(np.ascontiguousarray(effect.shift).tobytes())
    return whole.hexdigest()


def answer_elsewhere(
    driver: Driver, market: Market, values: Mapping[str, Array], hash_seed: str
) -> str:
    """The digest as a new process gives it; SkipTest for a driver that no module holds."""
    question = pickle.dumps((list(sys.path), _home(driver), driver.name, market, dict(values)))
    path = os.pathsep.join(sys.path)
    try:
        done = subprocess.run(
            [sys.executable, "-c", CHILD], input=question, capture_output=True, check=False,
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": path}, timeout=PATIENCE,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise AssertionError(f"another process had no answer after {PATIENCE:g} s") from None
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["it ended early"]
        raise AssertionError(f"another process could not ask it: {lines[-1]}")
    return done.stdout.decode().split()[-1]


def answer_here() -> None:
    """Read a question from standard input and print the digest of the answer."""
    path, module, name, market, values = pickle.loads(sys.stdin.buffer.read())
    sys.path[:] = path
    trial = Trial.of(_in_module(import_module(module), name)[0], market)
    print(digest(trial.effects(values)))


def _home(driver: Driver) -> str:
    """The module that holds the driver, under a name that another process can import."""
    for name, module in list(sys.modules.items()):
        if name != "__main__" and isinstance(module, ModuleType):
            for held in _in_module(module, driver.name):
                if held.effects is driver.effects and held.claims == driver.claims:
                    return name
    raise SkipTest("not tried: no importable module holds the driver under a name")


def _in_module(module: ModuleType, name: str) -> list[Driver]:
    """The drivers of that name among the module's names, or in a list under one of them."""
    held: list[object] = []
    for value in list(vars(module).values()):
        held += value if isinstance(value, list | tuple) else [value]
    return [one for one in held if isinstance(one, Driver) and one.name == name]
