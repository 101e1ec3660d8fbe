"""What oversight counted of a year, kept by the daily round: a request reads it, and never walks through a year itself.

A month that is over is final where nothing can be added to it any more. Everything else is counted anew each day, for a
finding can be withdrawn and a case change its unit long after. Until the first round nothing is kept, and is counted.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.utils.timezone import get_default_timezone, localdate

from zhunsheng.apps.inspection import counting
from zhunsheng.apps.inspection.counted_spans import CountedSpan
from zhunsheng.apps.inspection.counting import COUNTED, Counts, Source, digest

MONTHS: Final = 12
"""How many months before the present one are compared with it."""
GRACE: Final = timedelta(days=1)
"""So long after its end a month is counted once more: whatever was under way then is committed."""


def month_before(day: date, months: int = 0) -> date:
    """The first day of the month so many months before that of a day."""
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def midnight(day: date) -> datetime:
    """The beginning of a day."""
    return datetime.combine(day, time(), get_default_timezone())


def counted(source: Source, *, begin: date, end: date) -> Counts:
    """How many rows each unit has in each month, by (unit, first day), of the months from one until another: of those
    that are kept from there without a gap, the others counted."""
    kept = dict(
        CountedSpan.objects.filter(question=source.digest, since__gte=begin, since__lt=end).values_list(
            "since", "counts"
        )
    )
    found, month = Counter[tuple[str, date]](), begin
    while month in kept:
        found.update({(unit, month): n for unit, n in kept[month].items()})
        month = month_before(month, -1)
    return found + Counter(counting.counted(source, begin=midnight(month), end=midnight(end)))


def counted_until(source: Source, month: date) -> datetime | None:
    """The instant until which the counts of a month are kept; None where it is counted when it is asked for."""
    found = CountedSpan.objects.filter(question=source.digest, since=month).values_list("until", flat=True)
    return found.first()


def keep_months(now: datetime) -> int:
    """Keep the counts of the present month and of those that it is compared with. Returns how many were counted."""
    sources = {source.digest: source for pair in COUNTED.values() for source in pair}
    return sum(_keep(source, now) for source in sources.values())


def _keep(source: Source, now: datetime) -> int:
    this = month_before(localdate(now))
    months = [month_before(this, back) for back in range(MONTHS + 1, -1, -1)]
    final = set(CountedSpan.objects.filter(question=source.digest, is_final=True).values_list("since", flat=True))
    first = next((month for month in months if month not in final), this)
    following = month_before(this, -1)
    numbers = counting.counted(source, begin=midnight(first), end=midnight(following))
    rows = [_row(source, month, numbers, now) for month in months if month >= first]
    _write(rows)
    return len(rows)


def _row(source: Source, month: date, numbers: Counts, now: datetime) -> CountedSpan:
    end = midnight(month_before(month, -1))
    return CountedSpan(
        question=source.digest,
        since=month,
        until=min(end, now),
        counts={unit: n for (unit, when), n in numbers.items() if when == month},
        is_final=source.is_settled and end + GRACE <= now,
    )


def _write(rows: Sequence[CountedSpan]) -> None:
    CountedSpan.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["question", "since"],
        update_fields=["until", "counts", "is_final"],
    )


def kept(question: str, *, since: date, count: Callable[[], Any]) -> Any:
    """What is kept of another question from a day on; what `count` says where nothing is."""
    row = CountedSpan.objects.filter(question=digest(question), since=since).first()
    return count() if row is None else row.counts


def keep(question: str, *, since: date, until: datetime, counts: Any) -> None:
    """Keep the answer of another question, as JSON has it."""
    row = CountedSpan(question=digest(question), since=since, until=until, counts=counts, is_final=False)
    _write([row])
