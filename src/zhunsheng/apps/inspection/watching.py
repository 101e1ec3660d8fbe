"""Watching those who watch: each unit's counts of a month against what chance gives; 核查单 and their answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.timezone import localdate

from zhunsheng.apps.cases.sources import late_sources, watched_sources
from zhunsheng.apps.inspection import book, keeping
from zhunsheng.apps.inspection.counting import (
    COUNTED,
    Counts,
    found_by_rule,
    listed,
    rules_switched,
    weekly_alerts,
    weekly_clocks,
    weeks_without_a_feed,
)
from zhunsheng.apps.inspection.keeping import MONTHS, counted, counted_until, keep, kept, midnight, month_before
from zhunsheng.apps.inspection.models import Alarm, CheckStep
from zhunsheng.apps.inspection.people import INSPECTORS, leads, roles_of
from zhunsheng.apps.inspection.refusals import CheckRefused
from zhunsheng.apps.inspection.telling import tell_of_plan
from zhunsheng.apps.org.models import Officer, Unit
from zhunsheng.core.inspection import oversight as o
from zhunsheng.core.inspection.beta import clopper_pearson
from zhunsheng.core.inspection.rectification import working_due

WEEKS: Final = 26
ANSWER_DAYS: Final = 5
QUIET: Final = "quiet"
QUIET_BUDGET: Final = 1
QUARTER_WEEKS: Final = 13
WEEK: Final = timedelta(weeks=1)
LEAST_FOUND: Final = 5
WEEKEND: Final = 5
BY_RULE, SWITCHED = "findings by rule", "rules switched off or moved"
HOLIDAYS: Final = 2
"""So many working days off in a quiet span explain it."""


@dataclass(frozen=True)
class Seen:
    """One indicator of one unit in one month. `limit`: from so many on it is an alarm; 0 while nobody else had any
    opportunity to compare with."""

    indicator: str
    unit: str
    found: int
    chances: int
    expected: float
    limit: int

    @property
    def is_alarm(self) -> bool:
        """Whether chance hardly gives so many."""
        return 0 < self.limit <= self.found


def indicators(month: date) -> list[Seen]:
    """Every indicator of every unit that had something in the month, alarms first."""
    units = list(Unit.objects.filter(closed_on=None).exclude(kind=Unit.Kind.AGENCY).values_list("code", flat=True))
    error = o.error_of(o.FALSE_ALARMS_A_YEAR, max(1, len(o.INDICATORS) * len(units) * MONTHS))
    begin, end = month_before(month, MONTHS), month_before(month, -1)
    found: list[Seen] = []
    for name, (events, chances) in COUNTED.items():
        numbers, of = (counted(source, begin=begin, end=end) for source in (events, chances))
        found += [_seen(name, unit, month, numbers, of, error) for unit in units if numbers.get((unit, month))]
    return sorted(found, key=lambda one: (not one.is_alarm, -(one.found / one.expected), one.unit, one.indicator))


def behind(indicator: str, unit: str, month: date) -> list[tuple[datetime, str]]:
    """What an indicator counts of a unit in a month, one by one: when, and the case or thing it is about."""
    end, until = midnight(month_before(month, -1)), counted_until(COUNTED[indicator][0], month)
    return listed(indicator, unit=unit, begin=midnight(month), end=end if until is None else min(end, until))


def _seen(name: str, unit: str, month: date, events: Counts, chances: Counts, error: float) -> Seen:
    others = sum(count for (where, when), count in events.items() if where != unit and when <= month)
    of_others = sum(count for (where, when), count in chances.items() if where != unit and when <= month)
    own = chances.get((unit, month), 0)
    mean = o.expected(others, of_others, own)
    year = [events.get((unit, month_before(month, back)), 0) for back in range(MONTHS, 0, -1)]
    limit = o.indicator_counts(mean, year).limit(error) if of_others else 0
    return Seen(name, unit, events.get((unit, month), 0), own, mean, limit)


@dataclass(frozen=True)
class Quiet:
    """A unit that was quieter than chance leaves it in its last whole weeks. `cause`: what explains it, if known."""

    unit: str
    weekly: float
    weeks: int
    found: int
    probability: float
    cause: str = ""


def quiet_units(now: datetime) -> list[Quiet]:
    """Units too quiet to be true, by the clocks that they had open. A feed that is late, a rule that was stopped and a
    holiday are looked at first, and named instead."""
    begin, end = _whole_weeks(now)
    weeks = _weeks(begin, end)
    error = o.error_of(QUIET_BUDGET, max(1, len(weeks) * QUARTER_WEEKS))
    found = [(unit, hush) for unit, counts in sorted(weeks.items()) if (hush := o.hush(counts))]
    return [
        Quiet(
            unit, one.weekly, one.weeks, one.found, one.probability, _cause(end - timedelta(weeks=one.weeks), end, now)
        )
        for unit, one in found
        if one.probability <= error
    ]


def _whole_weeks(now: datetime) -> tuple[datetime, datetime]:
    """The span of the last weeks that are over."""
    end = _monday(now)
    return end - timedelta(weeks=WEEKS + 1), end


def _monday(now: datetime) -> datetime:
    return midnight(localdate(now) - timedelta(days=localdate(now).weekday()))


def _weeks(begin: datetime, end: datetime) -> dict[str, list[o.Week]]:
    """The weeks of each unit that had any alert in a span."""
    since, sources = localdate(begin), watched_sources()
    alerts, clocks, down = (
        kept(question, since=since, count=count) for question, count in _weekly(sources, begin, end).items()
    )
    return {
        unit: [
            o.Week(count, open_, week not in down)
            for week, (count, open_) in enumerate(zip(counts, clocks.get(unit, [0] * len(counts)), strict=True))
        ]
        for unit, counts in alerts.items()
    }


def _weekly(sources: Sequence[str], begin: datetime, end: datetime) -> dict[str, Callable[[], Any]]:
    """What is counted by weeks: alerts and open clocks of each unit, and the weeks without a feed."""
    return {
        "alerts by week": lambda: weekly_alerts(begin=begin, end=end),
        "open clocks by week": lambda: weekly_clocks(begin=begin, end=end),
        f"weeks without {' '.join(sources)}": lambda: sorted(weeks_without_a_feed(sources, begin=begin, end=end)),
    }


@dataclass(frozen=True)
class SilentRule:
    """A rule that has found nothing for longer than chance leaves it. `longest`: the weeks that chance would."""

    rule: str
    title: str
    weekly: float
    weeks: float
    longest: float
    cause: str


def silent_rules(now: datetime) -> list[SilentRule]:
    """Rules that fell silent, by the rate at which they found something before. Rules about liberty are not judged by
    statistics, and what was found fewer than five times says nothing."""
    begin = _year_before(now)
    rules = {rule.id: rule for rule in book.rulebook().rules}
    rows = kept(BY_RULE, since=localdate(begin), count=lambda: _by_rule(begin, now))
    error = o.error_of(QUIET_BUDGET, max(1, len(rows) * QUARTER_WEEKS))
    found = []
    for name, (count, at) in rows.items():
        last = datetime.fromisoformat(at)
        known, span, gap = rules.get(name), (last - begin) / WEEK, (now - last) / WEEK
        if count < LEAST_FOUND or span <= 0 or (known is not None and known.custody):
            continue
        longest = o.longest_gap(count / span, error=error)
        if gap > longest:
            title = known.title if known else name
            found.append(SilentRule(name, title, count / span, gap, longest, _cause(last, now, now)))
    return found


def _year_before(now: datetime) -> datetime:
    return _monday(now) - timedelta(weeks=2 * WEEKS)


def _switched(now: datetime) -> list[tuple[str, str]]:
    """What was switched off or moved in a year."""
    begin = _year_before(now)
    found: list[tuple[str, str]] = kept(SWITCHED, since=localdate(begin), count=lambda: _switches(begin, now))
    return found


def _switches(begin: datetime, end: datetime) -> list[tuple[str, str]]:
    return [(rule, at.isoformat()) for rule, at in rules_switched(begin=begin, end=end)]


def _by_rule(begin: datetime, end: datetime) -> dict[str, tuple[int, str]]:
    return {rule: (count, last.isoformat()) for rule, count, last in found_by_rule(begin=begin, end=end)}


def _cause(begin: datetime, end: datetime, now: datetime) -> str:
    """What explains that a span of weeks was quiet: feeds, rules, holidays."""
    late = [source.title for source in late_sources(now=now)]
    stopped = sorted({rule for rule, at in _switched(now) if begin <= datetime.fromisoformat(at) < end})
    days = [localdate(begin) + timedelta(days=n) for n in range((end - begin).days)]
    calendar = book.calendar()
    known = [day for day in days if calendar.first <= day <= calendar.last and day.weekday() < WEEKEND]
    off = [day for day in known if not calendar.is_working(day)]
    said = [f"数据中断：{'、'.join(late)}"] if late else []
    said += [f"规则停用或移动阈值：{'、'.join(stopped)}"] if stopped else []
    said += [f"节假日 {len(off)} 天"] if len(off) >= HOLIDAYS else []
    return "；".join(said)


def keep_counts(now: datetime) -> int:
    """Keep what requests ask of a year: the months of every indicator, the weeks of alerts, what each rule found."""
    begin, end = _whole_weeks(now)
    for question, count in _weekly(watched_sources(), begin, end).items():
        keep(question, since=localdate(begin), until=end, counts=count())
    year = _year_before(now)
    keep(BY_RULE, since=localdate(year), until=now, counts=_by_rule(year, now))
    keep(SWITCHED, since=localdate(year), until=now, counts=_switches(year, now))
    return keeping.keep_months(now)


def indicators_until(month: date) -> datetime | None:
    """Until when the counts of a month were counted; None: until now."""
    return min(filter(None, (counted_until(events, month) for events, _chances in COUNTED.values())), default=None)


def raise_alarms(now: datetime) -> int:
    """Put on record what the last whole month shows, once. Quiet units too, unless something known explains them."""
    month, this = month_before(localdate(now), 1), month_before(localdate(now))
    loud = [one for one in indicators(month) if one.is_alarm]
    silent = [one for one in quiet_units(now) if not one.cause]
    rows = [_alarm(one.indicator, one.unit, month, one.found, one.expected, one.limit, now) for one in loud]
    rows += [_alarm(QUIET, one.unit, this, one.found, one.weekly, 0, now) for one in silent]
    return sum(rows)


def _alarm(indicator: str, unit: str, month: date, found: int, expected: float, limit: int, now: datetime) -> bool:
    values = {"found": found, "expected": expected, "limit": limit, "at": now}
    row, is_new = Alarm.objects.get_or_create(indicator=indicator, unit=unit, month=month, defaults=values)
    if is_new:
        _tell("oversight.alarm_raised", row, now, None)
    return is_new


@transaction.atomic
def open_check(alarm: Alarm, *, by: Officer, text: str, at: datetime) -> CheckStep:
    """发出核查单: five working days, a question and no accusation. :raises CheckRefused: see there."""
    _require(bool(INSPECTORS & set(roles_of(by, on=localdate(at)))), "只有纪检督察可以发出核查单。")
    return _step(alarm, "opened", by=by, text=text, at=at, after="")


@transaction.atomic
def answer_check(alarm: Alarm, *, by: Officer, text: str, at: datetime) -> CheckStep:
    """答复: the head of the unit answers with facts. :raises CheckRefused: not its head, not sent, or answered."""
    _require(leads(by, alarm.unit, on=localdate(at)), "核查单由该单位负责人答复。")
    return _step(alarm, "answered", by=by, text=text, at=at, after="opened")


@transaction.atomic
def judge_check(alarm: Alarm, *, by: Officer, text: str, valid: bool, at: datetime) -> CheckStep:
    """核实: whether the alarm told something true; from this follows how precise its indicator is."""
    _require(bool(INSPECTORS & set(roles_of(by, on=localdate(at)))), "只有纪检督察可以核实。")
    return _step(alarm, "judged", by=by, text=text, at=at, after="answered", valid=valid)


def _step(
    alarm: Alarm, act: str, *, by: Officer, text: str, at: datetime, after: str, valid: bool | None = None
) -> CheckStep:
    done = set(alarm.steps.values_list("act", flat=True))
    _require(bool(text.strip()), "请写明内容。")
    _require(act not in done, "这一步已经办过。请刷新后再看。")
    _require(not after or after in done, "上一步还没有办。请等对方办理。")
    row = CheckStep.objects.create(
        alarm=alarm, act=act, text=text.strip()[:1000], valid=valid, by=by, at=at, recorded_at=at
    )
    _tell(f"oversight.check_{act}", alarm, at, by)
    return row


def due_of(alarm: Alarm) -> datetime | None:
    """By when an open 核查单 is to be answered; None where none is open or no calendar reaches it."""
    opened = alarm.steps.filter(act="opened").first()
    return working_due(opened.at, ANSWER_DAYS, book.calendar()) if opened else None


def precision() -> Mapping[str, tuple[int, int, float, float]]:
    """Of each indicator: alarms that told something true, alarms that were judged, and the exact interval."""
    judged: dict[str, list[bool]] = {}
    for indicator, valid in CheckStep.objects.filter(act="judged").values_list("alarm__indicator", "valid"):
        judged.setdefault(indicator, []).append(bool(valid))
    return {name: (sum(seen), len(seen), *clopper_pearson(sum(seen), len(seen))) for name, seen in judged.items()}


def _tell(kind: str, alarm: Alarm, at: datetime, by: Officer | None) -> None:
    tell_of_plan(kind, plan=f"DC-{alarm.pk}", key=f"{kind}/{alarm.pk}", at=at, by=by, about=alarm.indicator)


def _require(holds: bool, why: str) -> None:
    if not holds:
        raise CheckRefused(why=why)
