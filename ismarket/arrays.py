"""The types that the model passes around: arrays and tables by column."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Bits: TypeAlias = NDArray[np.uint32]
"""Points of the unit cube as integers k, standing for (k + 1/2) / 2**32."""
Columns: TypeAlias = dict[str, list[Any]]
"""A table by column: what JSON, pandas and the printed page are all made from."""
