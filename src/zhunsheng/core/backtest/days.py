"""The days of a back-test: each is judged once, at its end."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

from zhunsheng.core import schemas

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Days:
    """The days from `first` to `last`, both included, in a zone.

    Day n of them is judged at its end: `end(n)`, the midnight that follows. Day -1 is what stood when the period began.
    """

    first: date
    last: date
    zone: str

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"{self.last} is before {self.first}; give the earlier day first.")

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    @cached_property
    def ends(self) -> pl.Series:
        """The instants of judgement, of day -1 first."""
        days = [self.first + timedelta(days=n) for n in range(len(self) + 1)]
        zone = ZoneInfo(self.zone)
        midnights = [datetime.combine(day, time(), zone).astimezone(UTC) for day in days]
        return pl.Series("end", midnights, dtype=schemas.INSTANT)

    @cached_property
    def ends_us(self) -> Ints:
        """The same in microseconds."""
        return self.ends.to_physical().to_numpy().astype(np.int64)

    def end(self, n: int) -> datetime:
        """When day n is judged."""
        instant: datetime = self.ends[n + 1]
        return instant

    def day(self, n: int) -> date:
        """The date of day n."""
        return self.first + timedelta(days=n)

    def of(self, instants: pl.Series) -> Ints:
        """The first day that is judged at or after each instant; -1 for none given and for what lies before the period,
        and the number of days for what lies after it."""
        known = instants.to_physical().fill_null(np.iinfo(np.int64).min).to_numpy()
        return np.searchsorted(self.ends_us, known, side="left").astype(np.int64) - 1

    def is_an_end(self, instants: pl.Series) -> NDArray[np.bool_]:
        """Whether each instant is itself one at which a day is judged."""
        return np.isin(instants.to_physical().fill_null(np.iinfo(np.int64).min).to_numpy(), self.ends_us)
