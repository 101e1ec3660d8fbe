"""What oversight counts, by unit and month: the events of each indicator, and the opportunities for them."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import connection

MOST_LISTED: Final = 500
MONTH: Final = "date_trunc('month', {at} AT TIME ZONE 'Asia/Shanghai')::date"
EVENT_LOG, RECORDED = "cases_event e", "e.recorded_at"
OF_GROUP: Final = "JOIN alerts_alertgroup g ON g.key = a.group_id"
OF_CARD: Final = "JOIN inspection_card c ON c.number = s.card_id"
OF_ACCOUNT: Final = """
    JOIN access_account k ON a.actor = 'account:' || k.username
    JOIN org_post o ON o.officer_id = k.officer_id AND o.until_on IS NULL AND NOT o.part_time
"""


def digest(question: str) -> str:
    """What stands for a question where its answer is kept."""
    return hashlib.sha256(question.encode()).hexdigest()


@dataclass(frozen=True)
class Source:
    """Rows to count: the table with its joins, the columns of unit and instant, which rows."""

    table: str
    unit: str
    at: str
    rows: str = "true"

    @property
    def statement(self) -> str:
        """Unit, first day of the month, count."""
        month = MONTH.format(at=self.at)
        return (
            f"SELECT {self.unit}, {month}, count(*) FROM {self.table} "  # noqa: S608 - our own words, no input
            f"WHERE {self.at} >= %s AND {self.at} < %s AND ({self.rows}) GROUP BY 1, 2"
        )

    @property
    def is_settled(self) -> bool:
        """Whether a month that is over can never count more: events are only added, at the server's time."""
        return self.table == EVENT_LOG and self.at == RECORDED

    @property
    def digest(self) -> str:
        """What is asked, for what is kept of it: another question finds nothing kept."""
        return digest(self.statement)

    def listing(self, name: str) -> str:
        """Instant and name of each row of one unit; `name` is an expression."""
        return (
            f"SELECT {self.at}, coalesce({name}, '') FROM {self.table} WHERE {self.unit} = %s "  # noqa: S608 - likewise
            f"AND {self.at} >= %s AND {self.at} < %s AND ({self.rows}) ORDER BY 1, 2 LIMIT {MOST_LISTED}"
        )


EVENTS: Final = Source(EVENT_LOG, "e.unit", RECORDED, "e.source <> 'inspection'")
FINDINGS: Final = Source("supervision_finding f", "f.unit", "f.appeared_at")
ALERTS: Final = Source(f"alerts_alert a {OF_GROUP}", "g.unit", "a.created_at")
CARDS: Final = Source("inspection_card c", "c.unit", "c.at")
STEP: Final = f"inspection_cardstep s {OF_CARD}"
EARLIER: Final = "f.state = 'withdrawn' AND f.state_reason = 'facts'"
HELD_BACK: Final = """(
    SELECT g.unit, a.at FROM alerts_action a JOIN alerts_alertgroup g ON g.key = a.group_id WHERE a.act = 'snooze'
    UNION ALL SELECT coalesce(
        nullif(unit, ''), (SELECT code FROM org_unit WHERE parent_id IS NULL ORDER BY code LIMIT 1)
    ), created_at FROM alerts_silence
) h"""
"""Messages that somebody put off, and rules that he silenced; a silence that names no unit is the city's."""
BY_HAND: Final = """(
    SELECT p.by_unit AS unit, d.at FROM points_proposal p JOIN points_decision d ON d.proposal_id = p.id
        WHERE d.confirmed AND p.kind IN ('manual', 'exposure')
    UNION ALL SELECT unit, recorded_at FROM points_entry WHERE kind = 'restore'
) h"""
"""What two persons added or changed by hand, and what was given back to somebody."""
MONTHS_OF_POSTS: Final = """org_post o JOIN generate_series(
    now() - interval '24 months', now() + interval '24 months', interval '1 month'
) m (at) ON o.from_on <= m.at::date AND (o.until_on IS NULL OR o.until_on > m.at::date)"""
MONTHS_OF_UNITS: Final = """org_unit u CROSS JOIN generate_series(
    now() - interval '24 months', now() + interval '24 months', interval '1 month'
) m (at)"""
GIVEN: Final = """(
    SELECT p.unit, a.at, a.reason, p."case" AS about FROM inspection_assigned a
        JOIN inspection_pick p ON p.id = a.pick_id
    UNION ALL SELECT t.unit, n.at, n.reason, n.task_id FROM tasks_given n JOIN tasks_task t ON t.number = n.task_id
) h"""
"""Files and tasks, each time that somebody was given one; with a reason where it was taken from somebody else."""
REDRAWN: Final = "'inspection.draw_voided', 'inspection.redraw_refused'"
WITHOUT_NEED: Final = """a.result = 'denied' OR a.detail ->> 'mark' IS NOT NULL OR (
    a.object_kind IN ('person', 'person_search') AND coalesce(a.detail ->> 'purpose', '') = ''
)"""
"""Refused, taken away as a file (which bears a mark), or persons looked up without a purpose."""
COUNTED: Final[Mapping[str, tuple[Source, Source]]] = {
    "silences": (Source(HELD_BACK, "h.unit", "h.at"), ALERTS),
    "false_granted": (
        Source(f"alerts_action a {OF_GROUP}", "g.unit", "a.at", "a.act = 'rule' AND a.verdict = 'upheld'"),
        Source(f"alerts_action a {OF_GROUP}", "g.unit", "a.at", "a.act = 'rule'"),
    ),
    "exceptions": (Source(STEP, "c.unit", "s.at", "s.act = 'excepted'"), FINDINGS),
    "withdrawn": (Source(FINDINGS.table, "f.unit", "f.state_at", f"{EARLIER} AND f.level <> 'red'"), FINDINGS),
    "late_entry": (
        Source(EVENTS.table, EVENTS.unit, EVENTS.at, f"{EVENTS.rows} AND e.recorded_at - e.at > interval '24 hours'"),
        EVENTS,
    ),
    "back_dated": (
        # A red time limit that an act recorded later, but dated earlier, took away again.
        Source(FINDINGS.table, "f.unit", "f.state_at", f"{EARLIER} AND f.level = 'red' AND f.kind = 'overdue'"),
        Source(FINDINGS.table, "f.unit", "f.appeared_at", "f.level = 'red'"),
    ),
    "record_changed": (
        Source(EVENTS.table, EVENTS.unit, EVENTS.at, "e.type = 'record.entered' AND e.version > 1"),
        Source(EVENTS.table, EVENTS.unit, EVENTS.at, "e.type = 'record.entered'"),
    ),
    "case_lowered": (
        Source(EVENTS.table, EVENTS.unit, EVENTS.at, "e.type IN ('case.reclassified', 'case.merged')"),
        Source("cases_case c", "c.unit_id", "c.first_at"),
    ),
    "draws_voided": (
        Source("cases_event e JOIN inspection_plan p ON p.id = e.incident", "p.unit", "e.at", f"e.type IN ({REDRAWN})"),
        Source("inspection_plan p", "p.unit", "p.at"),
    ),
    "reassigned": (Source(GIVEN, "h.unit", "h.at", "h.reason <> ''"), Source(GIVEN, "h.unit", "h.at")),
    "cards_eased": (
        Source(
            STEP,
            "c.unit",
            "s.at",
            "s.act = 'closed' AND (s.at < c.at + interval '1 day' OR ("
            "EXISTS (SELECT FROM inspection_cardstep b WHERE b.card_id = c.number AND b.act = 'returned') AND NOT "
            "EXISTS (SELECT FROM inspection_cardstep b WHERE b.card_id = c.number AND b.act = 'red_issued')))",
        ),
        CARDS,
    ),
    "points_by_hand": (
        Source(BY_HAND, "h.unit", "h.at"),
        Source(MONTHS_OF_POSTS, "o.unit_id", "m.at"),
    ),
    "looks": (
        Source(f"audit_entry a {OF_ACCOUNT}", "o.unit_id", "a.at", WITHOUT_NEED),
        Source(f"audit_entry a {OF_ACCOUNT}", "o.unit_id", "a.at", "a.action = 'read'"),
    ),
    "rules_off": (
        Source(EVENTS.table, EVENTS.unit, EVENTS.at, "e.type = 'rule.status_changed'"),
        Source(MONTHS_OF_UNITS, "u.code", "m.at"),
    ),
}
"""Each indicator of core.inspection.oversight: its events, and the opportunities for them."""
NAMED: Final[Mapping[str, str]] = {
    "false_granted": 'g."case"',
    "exceptions": 'c."case"',
    "withdrawn": 'f."case"',
    "late_entry": 'e."case"',
    "back_dated": 'f."case"',
    "record_changed": 'e."case"',
    "case_lowered": 'e."case"',
    "draws_voided": "e.incident",
    "reassigned": "h.about",
    "cards_eased": 'c."case"',
    "looks": "a.actor",
    "rules_off": "e.document",
}
"""What names a row of an indicator: its case, else the thing or account that it is about; the others have neither."""
Counts = Mapping[tuple[str, date], int]


def counted(source: Source, *, begin: datetime, end: datetime) -> Counts:
    """How many rows each unit has in each month of a span, by (unit, first day)."""
    if begin >= end:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(source.statement, [begin, end])
        return Counter({(unit or "", month): count for unit, month, count in cursor.fetchall()})


def rules_switched(*, begin: datetime, end: datetime) -> list[tuple[str, datetime]]:
    """The rules that were switched off, or whose thresholds were moved, in a span, each with when."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT document, at FROM cases_event WHERE type = 'rule.status_changed' AND at >= %s AND at < %s"
            " ORDER BY at, document",
            [begin, end],
        )
        return list(cursor.fetchall())


def found_by_rule(*, begin: datetime, end: datetime) -> list[tuple[str, int, datetime]]:
    """Each rule that found anything in a span, with how often and when last."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rule, count(*), max(found_at) FROM supervision_finding WHERE found_at >= %s AND found_at < %s"
            " GROUP BY rule ORDER BY rule",
            [begin, end],
        )
        return list(cursor.fetchall())


def listed(indicator: str, *, unit: str, begin: datetime, end: datetime) -> list[tuple[datetime, str]]:
    """What an indicator counts of a unit in a span, one by one: when, and the case or thing it is about; at most
    MOST_LISTED. Row security applies."""
    events, _chances = COUNTED[indicator]
    with connection.cursor() as cursor:
        cursor.execute(events.listing(NAMED.get(indicator, "''")), [unit, begin, end])
        return list(cursor.fetchall())


def weekly_alerts(*, begin: datetime, end: datetime) -> Mapping[str, list[int]]:
    """How many alerts each unit had in each week of a span, weeks without any as 0."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT g.unit, floor(extract(epoch FROM a.created_at - %s) / 604800)::int, count(*) "  # noqa: S608 - likewise
            f"FROM {ALERTS.table} WHERE a.created_at >= %s AND a.created_at < %s GROUP BY 1, 2",
            [begin, begin, end],
        )
        rows = cursor.fetchall()
    weeks = weeks_of(begin, end)
    found: dict[str, list[int]] = {}
    for unit, week, count in rows:
        if unit and 0 <= week < weeks:
            found.setdefault(unit, [0] * weeks)[week] = count
    return found


OPEN_CLOCKS: Final = """
    SELECT unit, greatest(0, floor(extract(epoch FROM start - %(begin)s) / 604800))::int,
        least(%(last)s, floor(extract(epoch FROM coalesce(stopped, %(end)s) - %(begin)s) / 604800))::int, count(*)
    FROM supervision_clock WHERE unit IS NOT NULL AND start < %(end)s AND (stopped IS NULL OR stopped >= %(begin)s)
    GROUP BY 1, 2, 3
"""


def weekly_clocks(*, begin: datetime, end: datetime) -> Mapping[str, list[int]]:
    """How many clocks of each unit were open at any time of each week of a span."""
    weeks = weeks_of(begin, end)
    with connection.cursor() as cursor:
        cursor.execute(OPEN_CLOCKS, {"begin": begin, "end": end, "last": weeks - 1})
        rows = cursor.fetchall()
    found: dict[str, list[int]] = {}
    for unit, first, last, count in rows:
        counts = found.setdefault(unit, [0] * weeks)
        for week in range(first, last + 1):
            counts[week] += count
    return found


HEARD: Final = """
    SELECT e.source, floor(extract(epoch FROM e.recorded_at - %(begin)s) / 604800)::int FROM cases_event e
    WHERE e.source = ANY (%(sources)s) AND e.recorded_at >= %(begin)s AND e.recorded_at < %(end)s GROUP BY 1, 2
"""


def weeks_without_a_feed(sources: Sequence[str], *, begin: datetime, end: datetime) -> frozenset[int]:
    """The weeks of a span, by number, in which one of some feeds told nothing although it had told something before."""
    if not sources:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(HEARD, {"begin": begin, "end": end, "sources": list(sources)})
        rows = cursor.fetchall()
    heard: dict[str, set[int]] = {}
    for source, week in rows:
        heard.setdefault(source, set()).add(week)
    weeks = range(weeks_of(begin, end))
    return frozenset(week for told in heard.values() for week in weeks if week > min(told) and week not in told)


def weeks_of(begin: datetime, end: datetime) -> int:
    """How many whole weeks a span has, at least one."""
    return max(1, (end - begin).days // 7)
