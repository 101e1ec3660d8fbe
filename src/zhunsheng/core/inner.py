"""How the functions of the fold are compiled."""

from typing import Final

from numba import njit

# Only `fold` is called from Python. Without a wrapper of their own the others compile in a third of the time.
inner: Final = njit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
