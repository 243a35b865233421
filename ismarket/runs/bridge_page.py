"""The bridge between two runs as a page of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..text.sheet import Table
from ..text.wording import number, signed

if TYPE_CHECKING:
    from .bridge import Bridge


def as_text(bridge: Bridge) -> str:
    """The bridge as text, USD million, and below it what else is not the same."""
    million = 1e6
    digits = 1 if abs(bridge.start.reference) >= 1e8 else 3
    rows = []
    for step in (bridge.start, *bridge.steps, bridge.end):
        show = number if step in (bridge.start, bridge.end) else signed
        rows.append(
            [step.change, *(show(v / million, digits) for v in (step.reference, step.median))]
        )
    lines = Table([f"USD M in {bridge.year}", "reference", "median"], rows).lines()
    if not bridge.steps:
        lines.append("Nothing changed.")
    if bridge.error:
        lines.append(f"Orders were sampled: standard error up to {bridge.error / million:.3g}.")
    for part, changed in bridge.changed.items():
        lines += [f"· {part}: {line}" for line in changed]
    return "\n".join(lines)
