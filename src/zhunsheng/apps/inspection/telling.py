"""Every step as an event of the log: of a card under its case, of a plan under the plan's number."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from zhunsheng.apps.cases.eventlog import record_event
from zhunsheng.apps.inspection.models import Card
from zhunsheng.apps.inspection.people import code_of
from zhunsheng.apps.org.models import Officer

SOURCE: Final = "inspection"
RECORDER: Final = "process:inspection"
OF_TASK: Final = "task/"
"""How a card names a problem of a task that rests on no finding: by the thing that was looked at."""


def confirmation_key(answer: int) -> str:
    """The event by which the problem of an answer was confirmed, and under a higher version taken back."""
    return f"confirmed/{answer}"


def confirmation_of(card: Card) -> str:
    """The confirmation that a card rests on; empty where it rests on a finding."""
    if card.answer_id:
        return confirmation_key(card.answer_id)
    return f"confirmed/{card.finding}" if card.finding.startswith(OF_TASK) else ""


def tell_of_case(
    kind: str,
    *,
    key: str,
    case: str,
    unit: str,
    at: datetime,
    by: Officer | None = None,
    document_no: str = "",
    version: int = 1,
    void: bool = False,
    until: datetime | None = None,
    facts: Mapping[str, Any] | None = None,
    incident: str = "",
) -> None:
    """Record a step on a case. `key` names it once: said twice, it is the same event; a higher version corrects it.

    until: the midnight that ends a last day. incident: under which it is told where it is of no case.
    """
    record_event(
        recorder=RECORDER,
        source=SOURCE,
        id=key,
        version=version,
        void=void,
        type=kind,
        at=at,
        case=case or None,
        incident=None if case else incident,
        unit=unit or None,
        officers=[code_of(by)] if by else [],
        document_no=document_no or None,
        until=until,
        until_precision="day" if until else None,
        facts=facts,
        second_person=True,
    )


def tell_of_plan(kind: str, *, plan: str, key: str, at: datetime, by: Officer | None = None, about: str = "") -> None:
    """Record a step of a plan: its number stands as the incident, what it is about (a hash) as the document."""
    record_event(
        recorder=RECORDER,
        source=SOURCE,
        id=key,
        type=kind,
        at=at,
        incident=plan,
        document=about or None,
        officers=[code_of(by)] if by else [],
        second_person=True,
    )
