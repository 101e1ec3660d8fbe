"""Two times of one instant."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Moment:
    """`at` is the platform's time, which may be a city's in a demonstration: what people read. `real` is the machine's:
    leases, new attempts and how long a receipt may take, because gateways do not run with a city."""

    at: datetime
    real: datetime
