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
SOURCE = Path(__file__).with_name("kernel.c")


class Market(ctypes.Structure):
    """The arrays of the kernel, as ``kernel.c`` declares them."""

    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("table", "curve", "first", "path", "growth")),
        ("level", ctypes.c_double),
    ]


def quantile_table(r, transform=None):
    """Values at CELLS + 1 equal steps of probability, by summing the beta density."""
    low, mode, high = np.log([r.low, r.mode, r.high]) if r.log else (r.low, r.mode, r.high)
    share = (mode - low) / (high - low) if high > low else 0.5
    nodes = np.sin(np.linspace(0, np.pi / 2, 40_001)) ** 2
    middle = (nodes[1:] + nodes[:-1]) / 2
    mass = np.diff(nodes) * middle ** (4 * share) * (1 - middle) ** (4 - 4 * share)
    below = np.concatenate([[0], np.cumsum(mass)]) / mass.sum()
    value = low + (high - low) * np.interp(np.linspace(0, 1, CELLS + 1), below, nodes)
    value = np.exp(value) if r.log else value
    return value if transform is None else transform(value)


def sorted_causes(inputs):
    """The causes slot by slot, and where each slot begins."""
    classes = range(len(inputs.drug_classes))
    slots = [("incidence", None), ("diagnosed", None), ("treated", None), ("net_cost", None)]
    slots += [(stage, c) for stage in ("net_cost", "class_mix") for c in classes]
    found = [[c for c in inputs.causes if (c.stage, c.drug_class) == slot] for slot in slots]
    first = np.cumsum([0, *map(len, found)]).astype(np.int32)
    causes = [cause for slot in found for cause in slot]
    assert len(causes) == len(inputs.causes)
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
        stages = ("births", "incidence", "diagnosed", "treated", "class_mix", "net_cost")
        tables = [quantile_table(by_key[key]) for s in stages for key in inputs.keys[s]]
        tables += [quantile_table(by_key[f"{c.name}.ratio"], np.log) for c in causes]
        tables += [quantile_table(by_key[f"{c.name}.half_time"], np.reciprocal) for c in causes]
        start = np.array([c.start for c in causes])
        gap = np.array([c.ceiling for c in causes]) - start
        curve = np.stack([start, gap, start * gap, np.log1p((start + gap) / start)], axis=-1)
        path = np.stack(inputs.paths, axis=-1)
        self.shape = inputs.years, len(inputs.regions), len(inputs.drug_classes)
        self.arrays = {
            "table": np.array(tables),
            "curve": curve,
            "first": first,
            "path": np.concatenate([path[: inputs.years], path[-1:]]),
            "growth": unexplained(inputs),
        }
        self.level = inputs.published[0]
        names = ("DRAWN", "CAUSES", "YEARS", "REGIONS", "CLASSES")
        self.sizes = tuple(zip(names, (len(tables), len(causes), *self.shape), strict=True))
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
