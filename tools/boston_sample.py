"""Write examples/boston311/sample.csv: two hundred invented requests in the shape of the city's log.

    .venv/bin/python -m tools.boston_sample

Nothing in it comes from the log: numbers, times and queues are drawn from a seed. Due dates are counted here day by
day, so that the sample is also a second opinion on the rules beside it.
"""

import csv
import random
import tomllib
from datetime import date, datetime, time, timedelta
from io import StringIO
from pathlib import Path
from typing import Final

EXAMPLE: Final = Path(__file__).resolve().parent.parent / "examples" / "boston311"
SEED: Final = 311
REQUESTS: Final = 200
OPENS, CLOSES = time(8, 30), time(17, 0)
HEADER: Final = (
    "CASE_ENQUIRY_ID", "OPEN_DT", "TARGET_DT", "CLOSED_DT", "OnTime_Status", "CASE_STATUS", "SUBJECT", "REASON", "TYPE",
    "QUEUE", "Department",
)  # fmt: skip
TYPES: Final = {
    "Rodent Activity": (30, "days", "Invented pests", "ISD"),
    "Unsafe Dangerous Conditions": (1, "days", "Invented buildings", "ISD"),
    "Breathe Easy": (90, "days", "Invented housing", "ISD"),
    "Building Inspection Request": (3, "working_days", "Invented buildings", "ISD"),
    "CE Collection": (1, "working_days", "Invented streets", "PWDx"),
    "Sign Repair": (10, "working_days", "Invented signs", "BTDT"),
    "Notification": (0, "", "Invented letters", "INFO"),
}
"""Request type → its limit (0: none), its reason, its department. All but the last have a clock."""


def main() -> None:
    """Write the sample beside the mapping."""
    (EXAMPLE / "sample.csv").write_text(sample(SEED), "utf-8")


def sample(seed: int) -> str:
    """The whole CSV text of a seed."""
    draw = random.Random(seed)  # noqa: S311 (a sample, not a secret)
    rest = holidays()
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for number in range(REQUESTS):
        writer.writerow(request(number, draw, rest))
    return out.getvalue()


def request(number: int, draw: random.Random, rest: set[date]) -> list[str]:
    """One row: a third closed within a minute of the due time, a third at any time, a third open."""
    kind = draw.choice(sorted(TYPES))
    amount, unit, reason, department = TYPES[kind]
    opened = datetime(2015, 4, 1) + timedelta(seconds=draw.randrange(200 * 86_400))  # noqa: DTZ001 (the log's local time)
    due = opened + timedelta(days=amount) if unit == "days" else office_due(opened, amount, rest)
    closed: datetime | None = opened + timedelta(seconds=draw.randrange(1, 60 * 86_400))
    if number % 3 == 0:
        closed = due + timedelta(seconds=draw.randrange(-60, 61))
    elif number % 3 == 1:
        closed = None
    if not amount:
        return row(number, opened, None, closed, (reason, kind, department))
    return row(number, opened, due, closed, (reason, kind, department))


def row(
    number: int, opened: datetime, due: datetime | None, closed: datetime | None, kind: tuple[str, str, str]
) -> list[str]:
    """The cells of a request in the order of the header."""
    reason, request_type, department = kind
    is_late = due is not None and closed is not None and closed > due
    return [
        f"9{number:011d}", f"{opened}", f"{due or ''}", f"{closed or ''}", "OVERDUE" if is_late else "ONTIME",
        "Closed" if closed else "Open", "Invented department", reason, request_type, f"{department}_Invented queue",
        department,
    ]  # fmt: skip


def office_due(opened: datetime, amount: int, rest: set[date]) -> datetime:
    """Some working days on at the same time of day; what comes in outside opening hours counts from the opening."""
    day, clock = opened.date(), opened.time()
    if clock >= CLOSES or is_rest(day, rest):
        day, clock = next_working_day(day, rest), OPENS
    for _ in range(amount):
        day = next_working_day(day, rest)
    return datetime.combine(day, max(clock, OPENS))


def next_working_day(day: date, rest: set[date]) -> date:
    """The first working day after a day."""
    day += timedelta(days=1)
    while is_rest(day, rest):
        day += timedelta(days=1)
    return day


def is_rest(day: date, rest: set[date]) -> bool:
    """Whether the offices are closed all day."""
    return day.isoweekday() in (6, 7) or day in rest


def holidays() -> set[date]:
    """The holidays of the example's calendar."""
    years = [tomllib.loads(path.read_text("utf-8")) for path in (EXAMPLE / "rulebook" / "calendar").glob("2*.toml")]
    return {day for year in years for holiday in year["holiday"] for day in holiday["rest"]}


if __name__ == "__main__":
    main()
