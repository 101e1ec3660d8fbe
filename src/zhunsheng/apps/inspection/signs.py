"""What speaks for looking at a case: open findings by kind and age, and what people did about earlier ones."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.db.models import Q, QuerySet

from zhunsheng.apps.inspection import book
from zhunsheng.apps.inspection.models import CardStep
from zhunsheng.apps.org.models import Unit
from zhunsheng.apps.supervision.models import Finding
from zhunsheng.core.inspection.risk import Sign

BACK: Final = timedelta(days=180)
"""So long a circumstance counts: by then it is halved six times."""
COMPLAINTS: Final = """
    SELECT e."case", max(e.at) FROM cases_event e
    WHERE e.type = 'complaint.received' AND NOT e.void AND e.at >= %s AND e.at <= %s
        AND e."case" IN (SELECT number FROM cases_case WHERE unit_id = ANY (%s))
        AND NOT EXISTS (
            SELECT FROM cases_event l WHERE l.source = e.source AND l.id = e.id AND l.version > e.version
        )
    GROUP BY 1
"""


def signs(unit: str, *, now: datetime) -> list[Sign]:
    """What speaks for reading each case of a unit and those below it."""
    rows = open_findings(unit).only("case", "rule", "kind", "level", "found_at")
    found = [sign for row in rows if (sign := sign_of(row, now=now)) is not None]
    return [*found, *_reopened(unit, now), *_entered_late(unit, now), *_complained_of(unit, now)]


def open_findings(unit: str) -> QuerySet[Finding]:
    """What stands against the cases of a unit and those below it."""
    return Finding.objects.filter(Q(closed_at=None), state="current", unit__in=_under(unit), case__isnull=False)


def sign_of(row: Finding, *, now: datetime) -> Sign | None:
    """What a finding counts for; None for one that counts for nothing. The level of a rule in trial says little yet."""
    kind = _kind(row)
    if kind and row.rule in book.rules_in_trial():
        kind = "trial_rule"
    return Sign(row.case or "", row.rule, kind, (now - (row.found_at or now)).days) if kind else None


def _kind(row: Finding) -> str:
    if row.level == "red":
        return "red_overdue" if row.kind == "overdue" else "red"
    return row.level if row.level in ("yellow", "ask") else ""


def _under(unit: str) -> list[str]:
    return list(Unit.objects.filter(path__contains=unit).values_list("code", flat=True))


def _reopened(unit: str, now: datetime) -> Iterator[Sign]:
    """Cards of the same fault that were opened again and are not closed."""
    steps = CardStep.objects.filter(act="reopened", at__gte=now - BACK, card__unit__in=_under(unit))
    for step in steps.exclude(card__case="").exclude(card__now__state="closed").select_related("card"):
        yield Sign(step.card.case, f"card/{step.card_id}", "reopened", (now - step.at).days)


def _entered_late(unit: str, now: datetime) -> Iterator[Sign]:
    """Red limits that an act recorded later, and dated earlier, took away again."""
    rows = Finding.objects.filter(
        unit__in=_under(unit), case__isnull=False, level="red", kind="overdue", state="withdrawn", state_reason="facts",
        state_at__gte=now - BACK,
    )  # fmt: skip
    for row in rows:
        yield Sign(row.case or "", row.rule, "late_entry_after_red", (now - row.state_at).days)


def _complained_of(unit: str, now: datetime) -> Iterator[Sign]:
    with connection.cursor() as cursor:
        cursor.execute(COMPLAINTS, [now - BACK, now, _under(unit)])
        for case, at in cursor.fetchall():
            yield Sign(case, "complaint", "complaint", (now - at).days)
