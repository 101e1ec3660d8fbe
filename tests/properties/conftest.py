"""The long run: `pytest tests/properties --hypothesis-profile=nightly`."""

from hypothesis import settings

settings.register_profile("nightly", max_examples=2_000, derandomize=True, deadline=None, database=None)
