"""Reading out of the ordinary: who reads far more than others with the same roles, cases that are neither his nor his
unit's, at night, or what he is refused. A list with counts, for people to ask about; nothing follows by itself."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from django.db import connection
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from zhunsheng.apps.access.models import Account
from zhunsheng.apps.org.models import Post
from zhunsheng.apps.readers.words import Limits

NONE: Final = (0, 0, 0, 0)
COUNTED: Final = """
    WITH reads AS (
        SELECT substr(actor, 9) AS account, at,
            CASE WHEN object_kind = 'case' THEN object_id ELSE detail ->> 'case' END AS number
        FROM audit_entry
        WHERE actor = ANY (ARRAY(SELECT 'account:' || username FROM access_account)) AND at >= %(since)s
            AND action = 'read' AND result = 'done' AND (object_kind = 'case' OR detail ->> 'case' <> '')
    ), seen AS (
        SELECT account, number, count(*) AS times, count(*) FILTER (
            WHERE extract(hour FROM at AT TIME ZONE 'Asia/Shanghai') >= %(from)s
                OR extract(hour FROM at AT TIME ZONE 'Asia/Shanghai') < %(until)s
        ) AS at_night
        FROM reads GROUP BY account, number
    )
    SELECT s.account, count(*), sum(s.times)::bigint, sum(s.at_night)::bigint, count(*) FILTER (
        WHERE NOT EXISTS (SELECT FROM cases_assignment a WHERE a.case_id = s.number AND a.officer_id = c.officer_id)
            AND NOT EXISTS (
                SELECT FROM org_post p JOIN org_unit held ON held.code = p.unit_id
                WHERE p.officer_id = c.officer_id AND (p.until_on IS NULL OR p.until_on > current_date)
                    AND (own.path = held.path OR own.path LIKE held.path || '/%%')
            )
    )
    FROM seen s
    JOIN access_account c ON c.username = s.account
    LEFT JOIN cases_case k ON k.number = s.number
    LEFT JOIN org_unit own ON own.code = k.unit_id
    GROUP BY s.account
"""
REFUSED: Final = """
    SELECT substr(actor, 9), max(close_by) FROM (
        SELECT actor, count(*) OVER (
            PARTITION BY actor ORDER BY at RANGE BETWEEN interval '10 minutes' PRECEDING AND CURRENT ROW
        ) AS close_by
        FROM audit_entry WHERE at >= %(since)s AND result = 'denied' AND actor LIKE 'account:%%'
    ) near GROUP BY actor
"""


@dataclass(frozen=True)
class Reader:
    """How one account read: distinct cases, readings, those at night, cases of others, refusals within ten minutes.
    `usual`: the median of cases among accounts with the same roles, himself among them. `why`: what is out of the
    ordinary, nothing for most."""

    account: str
    roles: tuple[str, ...] = ()
    cases: int = 0
    readings: int = 0
    at_night: int = 0
    outside: int = 0
    refused: int = 0
    usual: float = 0.0
    why: Sequence[str | Promise] = field(default_factory=tuple)


def unusual_readers(limits: Limits, *, now: datetime) -> list[Reader]:
    """The accounts whose reading is out of the ordinary, those that read most first."""
    found = judged(_read_since(now - timedelta(days=limits.days), limits, now=now), limits)
    return sorted((reader for reader in found if reader.why), key=lambda one: (-one.cases, one.account))


def judged(readers: Iterable[Reader], limits: Limits) -> list[Reader]:
    """Each account held against its peers and the limits."""
    rows = list(readers)
    by_roles: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for row in rows:
        by_roles[row.roles].append(row.cases)
    usual = {roles: float(median(counts)) for roles, counts in by_roles.items()}
    return [replace(row, usual=usual[row.roles], why=_why(row, usual[row.roles], limits)) for row in rows]


def _why(row: Reader, usual: float, limits: Limits) -> tuple[str | Promise, ...]:
    # Whoever watches, or holds rules for the whole city, reads cases of all units: that is his office.
    everywhere = bool({"legal_department", "inspectorate"} & set(row.roles))
    reasons = (
        (row.cases >= limits.least_cases and row.cases > limits.peers_factor * usual, _("远多于同岗位")),
        (not everywhere and row.outside >= limits.least_outside, _("多为非本人、非本单位案件")),
        (row.at_night >= limits.least_night, _("夜间查阅多")),
        (row.refused >= limits.least_denied, _("短时间内多次被拒")),
    )
    return tuple(words for holds, words in reasons if holds)


def _read_since(since: datetime, limits: Limits, *, now: datetime) -> list[Reader]:
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, {"since": since, "from": limits.night_from, "until": limits.night_until})
        counts = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute(REFUSED, {"since": since})
        refused = dict(cursor.fetchall())
    roles = _roles(set(counts) | set(refused), now=now)
    found = []
    for account in sorted(set(counts) | set(refused)):
        cases, readings, at_night, outside = counts.get(account, NONE)
        found.append(
            Reader(account, roles.get(account, ()), cases, readings, at_night, outside, refused.get(account, 0))
        )
    return found


def _roles(accounts: Iterable[str], *, now: datetime) -> Mapping[str, tuple[str, ...]]:
    on = localdate(now)
    found = {
        row.username: (row.admin_role,) if row.admin_role else ()
        for row in Account.objects.filter(username__in=list(accounts))
    }
    posts = Post.objects.filter(officer__account__username__in=list(found), from_on__lte=on)
    held: dict[str, set[str]] = defaultdict(set)
    for account, role, until in posts.values_list("officer__account__username", "role", "until_on"):
        if until is None or until > on:
            held[account].add(role)
    return {name: admin or tuple(sorted(held[name])) for name, admin in found.items()}
