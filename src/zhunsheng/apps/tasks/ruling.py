"""A second person confirms what a task found: it then goes the way of every fault, with a card of its own."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from zhunsheng.apps.inspection import cards
from zhunsheng.apps.inspection.models import Card
from zhunsheng.apps.inspection.people import READERS, code_of, roles_of
from zhunsheng.apps.inspection.telling import OF_TASK, confirmation_of, tell_of_case
from zhunsheng.apps.org.models import Officer
from zhunsheng.apps.tasks.models import Ruling, Said, Thing
from zhunsheng.apps.tasks.refusals import TaskRefused
from zhunsheng.core.inspection.sheets import FAULTS

CONFIRMED = "inspection.confirmed"


@transaction.atomic
def rule(said: Said, *, by: Officer, confirmed: bool, reason: str, care: str, at: datetime) -> Card | None:
    """
    Confirm a problem, or say why it is none.

    :raises TaskRefused: by whoever found it or who has no such office, twice, not a fault, overtaken by a later answer.
    """
    thing = said.thing
    if by.pk == said.report.by_id or not READERS & set(roles_of(by, on=localdate(at))):
        raise TaskRefused("问题由检查人之外的法制员或法制支队确认。请交给别人。", thing=thing.n)
    if said.answer not in FAULTS or hasattr(said, "ruling") or thing.said.filter(version__gt=said.version).exists():
        raise TaskRefused("这一项不是待确认的问题，或已经确认、改过。请刷新后再看。", thing=thing.n)
    if not confirmed and not reason.strip():
        raise TaskRefused("不确认时请写明理由。", thing=thing.n)
    card = _opened(said, by, care, at) if confirmed else None
    number = card.number if card else ""
    Ruling.objects.create(said=said, confirmed=confirmed, reason=reason.strip()[:200], card=number, by=by, at=at)
    return card


def _opened(said: Said, by: Officer, care: str, at: datetime) -> Card:
    thing, task = said.thing, said.thing.task
    responsible = Officer.objects.filter(number=said.responsible, left_on=None).first() if said.responsible else None
    fault = cards.Fault(
        case=thing.case,
        unit=task.unit,
        title=thing.text,
        basis=said.basis or thing.basis,
        care=care,
        responsible=responsible,
        finding=thing.finding or f"{OF_TASK}{thing.pk}",
    )
    card = cards.issue(fault, by=said.report.by, at=at, reason=said.note)
    # What rests on a finding costs by that finding, and only once.
    if not thing.finding:
        _tell(thing, card, responsible, by, at)
    return card


def _tell(thing: Thing, card: Card, responsible: Officer | None, by: Officer, at: datetime) -> None:
    held = {"held_responsible": code_of(responsible)} if responsible else {}
    tell_of_case(
        CONFIRMED,
        key=confirmation_of(card),
        case=thing.case,
        incident=card.number,
        unit=thing.task.unit,
        at=at,
        by=by,
        facts={"sample_stream": "risk", "question": thing.question or str(thing.n), **held},
    )
