"""Larger runs that print figures. Importing the environment first sets Django up for all of them."""

from tests.platform.environment import HOME

__all__ = ["HOME"]
