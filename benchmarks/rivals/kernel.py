"""The market as a C kernel: compiles ``kernel.c`` for this machine and hands it the arrays."""

import ctypes
import hashlib
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from .inputs import LEVELS
from .plain import Answer, unexplained

FLAGS = ["-O3", "-march=native", "-ffast-math", "-shared", "-fPIC", "-pthread"]
CELLS = 1 << 12
PATHS = "births", "price_level"
STAGES = (
    "births incidence diagnosed treated courses class_mix units unit_price net_share price_level"
).split()
SOURCE = Path(__file__).with_name("kernel.c")


class Market(ctypes.Structure):
    """The arrays of the kernel, as ``kernel.c`` declares them."""

    _fields_ = [
        *(
            (name, ctypes.c_void_p)
            for name in ("table", "curve", "first", "path", "sold", "middle", "growth")
        ),
        ("level", ctypes.c_double),
    ]


def quantile_table(r, transform=None):
    """Values at CELLS + 1 equal steps of probability, by summing the beta density.

    Those of a chance fall below a half where it does not happen.
    """
    level = np.linspace(0, 1, CELLS + 1)
    if r.scale == "chance":
        return 0.5 + r.mode - level
    ends = r.low, r.mode, r.high
    low, mode, high = np.log(ends) if r.scale == "log" else ends
    share = (mode - low) / (high - low) if high > low else 0.5
    nodes = np.sin(np.linspace(0, np.pi / 2, 40_001)) ** 2
    middle = (nodes[1:] + nodes[:-1]) / 2
    mass = np.diff(nodes) * middle ** (4 * share) * (1 - middle) ** (4 - 4 * share)
    below = np.concatenate([[0], np.cumsum(mass)]) / mass.sum()
    value = low + (high - low) * np.interp(level, below, nodes)
    value = np.exp(value) if r.scale == "log" else value
    return value if transform is None else transform(value)


def drawn_at(r, table, level):
    """Draws of a range, at levels of probability, off its table."""
    value = np.interp(level, np.linspace(0, 1, CELLS + 1), table)
    return (value > 0.5).astype(float) if r.scale == "chance" else value


def sorted_causes(inputs):
    """The causes slot by slot, and where each slot begins."""
    classes, prices = range(len(inputs.drug_classes)), ("units", "unit_price")
    slots = [((stage,), None) for stage in ("incidence", "diagnosed", "treated", "courses")]
    slots += [(prices, c) for c in (None, *classes)]
    slots += [((stage,), c) for stage in ("class_mix", "net_share") for c in classes]
    acting = [cause for cause in inputs.causes if cause.drivers & inputs.drivers]
    found = [[c for c in acting if c.stage in stages and c.drug_class == chosen]
             for stages, chosen in slots]  # fmt: skip
    first = np.cumsum([0, *map(len, found)]).astype(np.int32)
    causes = [cause for slot in found for cause in slot]
    assert len(causes) == len(acting)
    return causes, first


@cache
def library(sizes):
    """The compiled kernel for these sizes."""
    defines = [f"-D{name}={value}" for name, value in sizes]
    text = " ".join([*FLAGS, *defines]) + SOURCE.read_text()
    name = hashlib.sha256(text.encode()).hexdigest()[:16]
    built = Path(tempfile.gettempdir()) / f"ismarket-kernel-{name}.so"
    if not built.exists():
        made = built.with_suffix(".part")
        subprocess.run(["gcc", *FLAGS, *defines, str(SOURCE), "-o", str(made)], check=True)
        made.replace(built)
    return ctypes.CDLL(str(built))


class Kernel:
    """The kernel with the arrays of ``inputs``."""

    def __init__(self, inputs):
        by_key = {r.key: r for r in inputs.ranges}
        causes, first = sorted_causes(inputs)
        launches = [one for one in inputs.launches if one.drivers & inputs.drivers]
        tables = [quantile_table(by_key[key]) for stage in STAGES for key in inputs.keys[stage]]
        tables += [quantile_table(by_key[f"{c.name}.ratio"], np.log) for c in causes]
        tables += [quantile_table(by_key[f"{c.name}.half_time"], np.reciprocal) for c in causes]
        drawn = [by_key[key] for part in range(5) for key in (one.keys[part] for one in launches)]
        tables += [quantile_table(r) for r in drawn]
        tables[-len(launches) :] = [table - 1 for table in tables[-len(launches) :]]
        start = np.array([c.start for c in causes])
        gap = np.array([c.ceiling for c in causes]) - start
        curve = np.stack([start, gap, start * gap, np.log1p((start + gap) / start)], axis=-1)
        ends = [
            np.concatenate([getattr(inputs.paths[stage], end) for stage in PATHS], axis=1)
            for end in ("low", "mode", "high")
        ]
        path = np.stack(ends, axis=-1)
        self.shape = inputs.years, len(inputs.regions), len(inputs.drug_classes)
        sold = np.zeros((len(launches), *self.shape[1:]), np.int32)
        for number, one in enumerate(launches):
            sold[number, one.regions, one.drug_class] = 1
        assert inputs.first == 0
        assert all(inputs.paths[stage].drivers & inputs.drivers for stage in PATHS)
        self.arrays = {
            "table": np.array(tables),
            "curve": curve,
            "first": first,
            "path": np.concatenate([path[: inputs.years], path[-1:]]),
            "sold": sold,
            "middle": inputs.base_year + np.arange(inputs.years) + 0.5,
            "growth": unexplained(inputs),
        }
        self.level = inputs.printed[0]
        names = ("DRAWN", "CAUSES", "LAUNCHES", "YEARS", "REGIONS", "CLASSES")
        sizes = len(tables), len(causes), len(launches), *self.shape
        self.sizes = tuple(zip(names, sizes, strict=True))
        library(self.sizes)

    def run(self, draws, seed=1, threads=1):
        """Mean and quantiles of every total and cell."""
        years, regions, classes = self.shape
        found = np.empty((1 + len(LEVELS), years * (1 + regions * classes)))
        arrays = {k: np.ascontiguousarray(v) for k, v in self.arrays.items()}
        market = Market(*(arrays[name].ctypes.data for name in arrays), self.level)
        levels = (ctypes.c_double * len(LEVELS))(*LEVELS)
        library(self.sizes).market(
            ctypes.byref(market), ctypes.c_int64(draws), ctypes.c_uint32(seed), threads,
            len(LEVELS), levels, ctypes.c_void_p(found.ctypes.data),
        )  # fmt: skip
        return Answer(found[:, :years], found[:, years:].reshape(-1, *self.shape))
