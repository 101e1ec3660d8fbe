"""Pages in a browser. Django is set up before anything of it is imported."""

from tests.platform import environment  # noqa: F401
