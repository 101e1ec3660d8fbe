"""Silences: messages of one rule held back until an end that is announced. Liberty cannot be silenced."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from zhunsheng.apps.alerts.models import Silence
from zhunsheng.apps.org.models import Officer, Unit
from zhunsheng.apps.refusals import DomainError
from zhunsheng.core.check import Check
from zhunsheng.core.rule import Rule

LONGEST: Final = timedelta(days=30)
ANNOUNCED_BEFORE: Final = timedelta(days=1)


class SilenceRefused(DomainError):
    """A silence cannot be set so."""

    text = "不能静默“{rule}”：{why}。"


@transaction.atomic
def set_silence(
    *, owner: Officer, rule: Rule | Check, unit: str, from_at: datetime, until_at: datetime, reason: str, at: datetime
) -> Silence:
    """
    Hold back the messages of a rule, in a unit and below it (blank: everywhere). Its end is announced a day before.

    :raises SilenceRefused: the rule concerns liberty, no reason is given, or the end is missing, past or too far.
    """
    why = _why_not(rule, from_at, until_at, reason, at)
    if why:
        raise SilenceRefused(rule=rule.title, why=why)
    return Silence.objects.create(
        owner=owner,
        reason=reason.strip(),
        rule=rule.id,
        title=rule.title,
        unit=unit,
        from_at=from_at,
        until_at=until_at,
        announce_at=max(until_at - ANNOUNCED_BEFORE, from_at),
        end_at=until_at,
        created_at=at,
    )


@transaction.atomic
def end_silence(*, silence: Silence, at: datetime) -> None:
    """End it early; what it held back is told at the next round."""
    silence.ended_at, silence.end_at, silence.announce_at = at, at, None
    silence.save(update_fields=["ended_at", "end_at", "announce_at"])


def _why_not(rule: Rule | Check, from_at: datetime, until_at: datetime, reason: str, at: datetime) -> str:
    if rule.custody:
        return "它涉及限制人身自由，任何人都不能静默，只能签收或交办"
    if not reason.strip():
        return "请写明事由"
    if until_at <= max(from_at, at):
        return "结束时间应晚于现在和开始时间"
    if until_at - from_at > LONGEST:
        return f"最长 {LONGEST.days} 天，请缩短或到期后重新设立"
    return ""


@dataclass(frozen=True)
class Silences:
    """The silences in force at an instant."""

    rows: Sequence["InForce"]

    @classmethod
    def at(cls, as_of: datetime) -> "Silences":
        """Read them."""
        rows = Silence.objects.filter(from_at__lte=as_of, until_at__gt=as_of, ended_at=None).order_by("pk")
        return cls([InForce.of(row) for row in rows])

    def cover(self, rule: str, unit: str) -> bool:
        """Whether one holds back this rule in this unit."""
        return any(row.silence.rule == rule and row.covers_unit(unit) for row in self.rows)


@dataclass(frozen=True)
class InForce:
    """A silence and the units that it reaches; none named: all."""

    silence: Silence
    units: frozenset[str]

    @classmethod
    def of(cls, silence: Silence) -> "InForce":
        """With its units read."""
        if not silence.unit:
            return cls(silence, frozenset())
        path = Unit.objects.filter(pk=silence.unit).values_list("path", flat=True).first() or silence.unit
        reached = Unit.objects.filter(Q(path=path) | Q(path__startswith=f"{path}/")).values_list("code", flat=True)
        return cls(silence, frozenset(reached) | {silence.unit})

    def covers_unit(self, unit: str) -> bool:
        """Whether it reaches a unit."""
        return not self.silence.unit or unit in self.units


def due_announcements(as_of: datetime, key: int | None = None) -> list[Silence]:
    """Silences (or the one named) whose end is to be announced now, locked and marked."""
    rows = list(_locked(key).filter(announce_at__lte=as_of, end_at__isnull=False))
    for row in rows:
        row.announce_at = None
        row.save(update_fields=["announce_at"])
    return rows


def due_ends(as_of: datetime, key: int | None = None) -> list[InForce]:
    """Silences (or the one named) that are over and whose backlog was not told, locked and marked."""
    rows = list(_locked(key).filter(end_at__lte=as_of))
    for row in rows:
        row.end_at = row.announce_at = None
        row.save(update_fields=["end_at", "announce_at"])
    return [InForce.of(row) for row in rows]


def _locked(key: int | None) -> QuerySet[Silence]:
    rows = Silence.objects.select_for_update(skip_locked=True)
    return rows if key is None else rows.filter(pk=key)
