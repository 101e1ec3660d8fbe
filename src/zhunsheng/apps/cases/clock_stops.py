"""The question that supervision answers: which running red clocks would these events stop?

The event log may not know the clocks (it is below them), yet a fact that stops a clock after red needs a document and a
second person. So the question is an interface: settings.CLOCK_STOPS names the function that answers it. Where nothing
supervises, no clock is red.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final, Protocol

import polars as pl
from django.conf import settings
from django.utils.module_loading import import_string

EventKey = tuple[str, str, int]
KEY_COLUMNS: Final = ("source", "id", "version")


class ClockStops(Protocol):
    """Takes events (schemas.EVENTS). Returns, for those that would stop a clock that is red or overdue, its clocks."""

    def __call__(self, events: pl.DataFrame) -> Mapping[EventKey, tuple[str, ...]]:
        """The rules of the clocks that each event would stop; events that stop none are left out."""
        ...


def no_clocks(events: pl.DataFrame) -> Mapping[EventKey, tuple[str, ...]]:
    """The answer where nothing supervises."""
    del events
    return {}


@cache
def _named(path: str) -> ClockStops:
    stops: ClockStops = import_string(path)
    return stops


def stopped_red_clocks(events: pl.DataFrame) -> Mapping[EventKey, tuple[str, ...]]:
    """What the configured function answers."""
    return _named(settings.CLOCK_STOPS)(events)
