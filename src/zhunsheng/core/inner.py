"""How the functions of the fold are compiled."""

from typing import Final

from numba import njit

# Only `fold` is called from Python: the others need no wrapper of their own. The tables own no memory, so nothing is
# counted (_nrt).
# Divisors are constants, so that nothing need be checked (error_model).
inner: Final = njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False, error_model="numpy")

# The arithmetic of dates is also called from Python, where tests hold it against the calendar.
callable_inner: Final = njit(error_model="numpy")
