"""How the functions of the fold are compiled."""

from typing import Any, Final

from numba import njit
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler


class _ClosedLibrary(JITCodeLibrary):  # type: ignore[misc]  # numba has no types
    """Compiled code that nobody links to. Numba keeps every function so that others could call it; LLVM, told that
    none will, draws one that is called from a single place into its caller."""

    def _optimize_final_module(self) -> None:
        for function in self._final_module.functions:
            if function.linkage.name == "linkonce_odr":
                function.linkage = "private"  # not even a symbol: another library may have a function of this name
        super()._optimize_final_module()


class Closed(Compiler):  # type: ignore[misc]  # numba has no types
    """Numba's compiler for a function that is only called from Python."""

    def __init__(self, typingctx: Any, targetctx: Any, *rest: Any) -> None:
        super().__init__(typingctx, targetctx, *rest)
        self.state.library = _ClosedLibrary(targetctx.codegen(), "closed")
        self.state.library.enable_object_caching()


# Only `fold` is called from Python: the others need no wrapper of their own. The tables own no memory, so nothing is
# counted (_nrt).
# Divisors are constants, so that nothing need be checked (error_model).
inner: Final = njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False, error_model="numpy")

# The arithmetic of dates is also called from Python, where tests hold it against the calendar.
callable_inner: Final = njit(error_model="numpy")
