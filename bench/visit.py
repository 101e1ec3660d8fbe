"""The floor under the fold: a loop that only visits the same (event, role) pairs."""

from typing import Any

from numba import njit


@njit(nogil=True, _nrt=False, error_model="numpy")  # type: ignore[untyped-decorator]
def visit(role_ptr: Any, kinds: Any, versions: Any, types: Any, instants: Any, first: int, end: int) -> int:
    """Look at every role of the events [first, end): its kind, its rule version, the instant."""
    seen = 0
    for i in range(first, end):
        for r in range(role_ptr[types[i]], role_ptr[types[i] + 1]):
            seen ^= instants[i] + kinds[r] + versions[r]
    return seen
