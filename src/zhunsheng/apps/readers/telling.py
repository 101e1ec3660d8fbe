"""Telling of reading: an access in an emergency at once, a bait that was read within seconds."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.utils.timezone import localdate

from zhunsheng.apps.access.models import BaitAlarm, UrgentAccess
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.directory import Directory, Person
from zhunsheng.apps.alerts.models import Alert
from zhunsheng.apps.alerts.outgoing import channel_rows, inbox_rows, queue
from zhunsheng.apps.alerts.policy import alert_policy
from zhunsheng.apps.alerts.reasons import AlertReason
from zhunsheng.apps.display import formats
from zhunsheng.apps.org.models import Officer
from zhunsheng.apps.org.selectors import holders
from zhunsheng.apps.readers.words import words
from zhunsheng.apps.refusals import DomainError

LEGAL: Final = "legal_department"
INSPECTORATE: Final = "inspectorate"
HEADS: Final = ("unit_head", "county_head")
TAIL: Final = 4
AT_ONCE: Final = 50


class NobodyToTell(DomainError):
    """Nobody opens a case in an emergency without somebody's knowing."""

    text = "法制支队、办案单位领导和纪检督察都没有在岗的人可以通知，不能紧急查阅。请联系值班领导。"


def tell_urgent_access(access: UrgentAccess, *, at: datetime) -> int:
    """
    Tell the legal department and the heads of the case's unit, in the caller's transaction. Returns how many were told.

    :raises NobodyToTell: see there.
    """
    directory = Directory(at, alert_policy())
    about = directory.abouts([(access.case, None, access.unit)])[access.case, None]
    heads: list[Person] = []
    for role in HEADS:
        heads = heads or _others(directory.people(role, about), access)
    people = [*_others(directory.people(LEGAL, about), access), *heads]
    people = people or _others(_inspectors(directory, at), access)
    if not people:
        raise NobodyToTell
    until = formats.local(access.until)[1]
    text = words().urgent_text(officer=access.officer.number, tail=access.case[-TAIL:], until=until)
    for person in {person.officer: person for person in people}.values():
        _tell(person, AlertReason.URGENT_ACCESS, f"urgent:{access.pk}", text, at, level="yellow", case=access.case)
    return len(people)


def tell_baits() -> int:
    """Tell the inspectorate of baits that were read. Returns how many alarms were told; without anybody to tell they
    stay untold, and are on the page."""
    with as_process("readers"):
        alarms = list(
            BaitAlarm.objects.select_for_update(skip_locked=True).filter(told_at=None).order_by("at", "pk")[:AT_ONCE]
        )
        told = [alarm for alarm in alarms if _told(alarm)]
        return len(told)


def _told(alarm: BaitAlarm) -> bool:
    directory = Directory(alarm.at, alert_policy())
    people = _inspectors(directory, alarm.at)
    for person in people:
        _tell(person, AlertReason.BAIT_READ, f"bait:{alarm.pk}", words().bait, alarm.at, level="red")
    if people:
        alarm.told_at = alarm.at
        alarm.save(update_fields=["told_at"])
    return bool(people)


def _inspectors(directory: Directory, at: datetime) -> list[Person]:
    return directory.persons(holders(INSPECTORATE, on=localdate(at)), INSPECTORATE)


def _others(people: Iterable[Person], access: UrgentAccess) -> list[Person]:
    return [person for person in people if person.officer != access.officer_id]


def _tell(
    person: Person,
    reason: AlertReason,
    occasion: str,
    text: str,
    at: datetime,
    *,
    level: str,
    case: str | None = None,
) -> None:
    alert = Alert(
        key=hashlib.sha256(f"{reason}\x1f{occasion}\x1f{person.lasting}".encode()).hexdigest(),
        case=case,
        role=person.role,
        officer=Officer.objects.get(pk=person.officer),
        reason=reason,
        occasion=occasion,
        level=level,
        liberty=False,
        text=text,
        explanation={},
        created_at=at,
    )
    alert.save(force_insert=True)
    queue([*inbox_rows(alert), *channel_rows(alert, person.mobile, alert_policy())])
