"""准绳 Zhunsheng: the platform that keeps police case handling inside the law.

`zhunsheng.judge`, `zhunsheng.load_rulebook` and `zhunsheng.read_events` are the Python interface (`zhunsheng.api`),
loaded when first asked for:
the web must not wait for a compiler.
"""

from importlib import import_module
from typing import Any, Final

from zhunsheng.compiled import keep_compiled_code

keep_compiled_code()

INTERFACE: Final = ("judge", "load_rulebook", "read_events")


def __getattr__(name: str) -> Any:
    """A function of the Python interface."""
    if name in INTERFACE:
        return getattr(import_module("zhunsheng.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
