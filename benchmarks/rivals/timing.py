"""Works timed in turn, the highest memory of a process, and tables to print."""

import resource
import time
from pathlib import Path

import numpy as np


def timed(work):
    """Wall and CPU seconds of one call."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def in_turn(works, rounds):
    """Wall and CPU seconds (round, 2) of each work, taken in turn, after one call to warm up."""
    for work in works.values():
        work()
    found = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            found[name].append(timed(work))
    return {name: np.array(times) for name, times in found.items()}


def ratio(above, below, column=1):
    """Median over the rounds of one's time over the other's; column 0 is wall, 1 is CPU."""
    return float(np.median(above[:, column] / below[:, column]))


def table(header, rows):
    """Print a Markdown table."""
    print("\n| " + " | ".join(header) + " |")
    print("|---" * len(header) + "|")
    for row in rows:
        print("| " + " | ".join(map(str, row)) + " |")


def highest_memory():
    """MB of this process alone: what getrusage tells begins with the parent's memory on Linux."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
