"""Rows as supervision and alerts write them, for pages that only read: what runs, what was exceeded, what is open."""

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.models import AlertGroup
from zhunsheng.apps.cases.models import Case
from zhunsheng.apps.cases.services import register_case
from zhunsheng.apps.org.models import Unit
from zhunsheng.apps.supervision.models import Clock, Finding

FILING: Final = "criminal.intake.filing-decision"
"""A statutory limit of the shipped rulebook."""


def key_of(number: str, rule: str) -> str:
    """The key of a clock of the tests."""
    return hashlib.sha256(f"{number} {rule}".encode()).hexdigest()


def case_of(unit: str, serial: int) -> str:
    """A case of a unit."""
    with as_process("test"):
        number = f"A{unit}202603{serial:04d}"
        place = Unit.objects.get(pk=unit)
        register_case(number=number, title=f"第{serial}案", kind=Case.Kind.CRIMINAL, unit=place)
    return number


def running(number: str, due: datetime, *, rule: str = FILING, outer: datetime | None = None, **columns: Any) -> Clock:
    """A running clock, due to the minute."""
    about = {
        "rule_version": 1, "epoch": 1, "start": due - timedelta(days=3), "due_at_end": False, "outer_at_end": False,
        "outcome": "running", "question_hard": False, "nature": "statutory", "liberty": False, "as_of": due,
        "unit": number[1:13], "case": number,
    }  # fmt: skip
    with as_process("test"):
        return Clock.objects.create(
            key=key_of(number, rule), rule=rule, due=due, outer=outer or due, **(about | columns)
        )


def exceeded(number: str, at: datetime, *, rule: str = FILING, **columns: Any) -> Finding:
    """A limit whose outer time has passed: `at`. With `closed_at` it has ended since."""
    key = key_of(number, rule)
    about = {
        "clock": key, "epoch": 1, "unit": number[1:13], "case": number, "level": "red", "due": at, "outer": at,
        "appeared_at": at, "state_at": at, "release": "0" * 64, "kind": "overdue",
    }  # fmt: skip
    with as_process("test"):
        name = hashlib.sha256(f"{key} overdue".encode()).hexdigest()
        return Finding.objects.create(key=name, rule=rule, found_at=at, **(about | columns))


def open_alert(number: str, due: datetime, *, level: str, rule: str = FILING, **columns: Any) -> AlertGroup:
    """An alert that waits, of a clock of the same name."""
    about = {
        "case": number, "unit": number[1:13], "nature": "statutory", "liberty": False, "kind": "approaching",
        "start": due - timedelta(days=3), "outer": due, "clock": {}, "findings": {}, "explanation": {},
        "words": {"title": "立案审查"}, "opened_at": due - timedelta(days=1),
    }  # fmt: skip
    with as_process("test"):
        return AlertGroup.objects.create(key=key_of(number, rule), rule=rule, level=level, due=due, **(about | columns))
