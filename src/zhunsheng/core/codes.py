"""Codes for the fold: NumPy integers, not Python's.

Numba takes a Python constant as a type of its own and compiles what it is passed to once for each value; a NumPy
constant is just a number.
"""

from typing import Any

import numpy as np


def code(value: int) -> Any:
    """One code."""
    return np.int64(value)


def codes(count: int) -> tuple[Any, ...]:
    """The codes from 0 on, one for each name on the left."""
    return tuple(np.arange(count))
