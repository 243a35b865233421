"""Figures as a person types them: USD 3.20 bn, 54M, 3.9%."""

from __future__ import annotations

import math
import re

from ..errors import InputError
from .wording import MINUS

UNITS = {"": 1.0, "k": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "bn": 1e9, "b": 1e9,
         "billion": 1e9}  # fmt: skip


def usd(text: str, where: str = "amount") -> float:
    """``3.20 bn``, ``54 M`` or ``USD 3200000000`` in USD; InputError, named ``where``, if not."""
    pattern = r"\s*(?:USD|US\$|\$)?\s*(\d[\d,]*\.?\d*(?:e\d+)?)\s*([a-z]*)\s*"
    found = re.fullmatch(pattern, text, re.IGNORECASE)
    if not found or found[2].lower() not in UNITS:
        raise InputError(f"{where} {text!r}: give an amount such as '3.20 bn' or '54 M' (USD)")
    value = float(found[1].replace(",", "")) * UNITS[found[2].lower()]
    if not math.isfinite(value):
        raise InputError(f"{where} {text!r} is larger than any market")
    return value


def fraction(text: str, where: str = "growth", kind: str = "growth a year") -> float:
    """``3.9%`` or ``0.039`` as a fraction; InputError, named ``where``, if it is neither."""
    found = re.fullmatch(r"\s*([+-]?\d*\.?\d+)\s*(%?)\s*", text.replace(MINUS, "-"))
    if not found or (not found[2] and abs(float(found[1])) >= 1):
        raise InputError(f"{where} {text!r}: give a {kind} such as 3.9% or 0.039")
    return float(found[1]) / (100.0 if found[2] else 1.0)
