"""Cards of faults: opened, answered, checked by another person, closed by proof. Each act is one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localdate

from zhunsheng.apps.inspection import book
from zhunsheng.apps.inspection.models import Answer, Card, CardNow, CardStep
from zhunsheng.apps.inspection.people import INSPECTORS, PLANNERS, READERS, code_of, leads, roles_of
from zhunsheng.apps.inspection.refusals import CardRefused
from zhunsheng.apps.inspection.sampling import tell_sample
from zhunsheng.apps.inspection.telling import confirmation_of, tell_of_case
from zhunsheng.apps.org.models import Officer
from zhunsheng.apps.supervision.models import Finding
from zhunsheng.core.inspection import rectification as r

EVENT: Final = {
    "letter_drafted": "oversight.letter_drafted",
    "letter_issued": "oversight.letter_issued",
    "letter_raised": "oversight.letter_raised",
    "letter_answered": "oversight.letter_answered",
}
"""Steps whose event is one of oversight; every other is `rectification.` and its name."""
CLOSED_BY_DATA: Final = "data"


@dataclass(frozen=True)
class Fault:
    """What a card is about."""

    case: str
    unit: str
    title: str
    basis: str
    care: str
    responsible: Officer | None = None
    finding: str = ""
    answer: Answer | None = None


@dataclass
class Held:
    """A card that is locked while somebody acts on it."""

    card: Card
    steps: list[CardStep]
    now: CardNow

    @property
    def folded(self) -> r.Card:
        """Where it stands."""
        return folded(self.steps, care=self.card.care)


def folded(steps: Iterable[CardStep], *, care: str) -> r.Card:
    """The card that steps make."""
    return r.folded(
        [
            r.Step(
                step.act,
                step.at,
                code_of(step.by),
                code_of(step.second),
                care if step.act == "yellow_issued" else "",
                step.outcome,
            )
            for step in steps
        ],
        book.clocks(),
        book.calendar(),
    )


@transaction.atomic
def issue(fault: Fault, *, by: Officer | None, at: datetime, reason: str = "") -> Card:
    """
    Open the yellow card of a fault; the same fault found again within ninety days opens its card again.

    One finding, one card: where it has an open one, that is the answer.
    """
    known = Card.objects.filter(finding=fault.finding).first() if fault.finding else None
    if known is None:
        return _new_card(fault, by=by, at=at, reason=reason)
    held = locked(known.number)
    if r.may_reopen(held.folded, book.clocks(), at):
        add(held, "reopened", by=by, at=at, reason=reason)
    return known


def _new_card(fault: Fault, *, by: Officer | None, at: datetime, reason: str) -> Card:
    card = Card.objects.create(
        number=_next_number(at),
        finding=fault.finding,
        answer=fault.answer,
        case=fault.case,
        unit=fault.unit,
        responsible=fault.responsible,
        title=fault.title[:120],
        basis=fault.basis[:120],
        care=fault.care,
        at=at,
    )
    now = CardNow.objects.create(card=card, state="to_mend")
    add(Held(card, [], now), "yellow_issued", by=by, at=at, reason=reason)
    return card


def _next_number(at: datetime) -> str:
    """ZG-2026-00001 and on; numbers that two take at once are refused by the key, and the second asks again."""
    prefix = f"ZG-{localdate(at).year}-"
    last = Card.objects.filter(number__startswith=prefix).aggregate(last=Max("number"))["last"]
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:05d}"


def locked(number: str) -> Held:
    """
    A card and its steps, held until the transaction ends.

    :raises CardRefused: there is none, or it is not to be seen.
    """
    now = CardNow.objects.select_for_update(of=("self",)).select_related("card").filter(pk=number).first()
    if now is None:
        raise CardRefused("no_card")
    steps = CardStep.objects.filter(card=number).select_related("by", "second").order_by("n")
    return Held(now.card, list(steps), now)


def add(
    held: Held,
    act: str,
    *,
    by: Officer | None,
    at: datetime,
    recorded_at: datetime | None = None,
    second: Officer | None = None,
    outcome: str = "",
    reason: str = "",
    document_no: str = "",
) -> r.Card:
    """Write a step, its event, and where the card now stands."""
    step = CardStep(card=held.card, n=len(held.steps) + 1, act=act, at=at, recorded_at=recorded_at or at, by=by)
    step.second, step.outcome, step.reason, step.document_no = second, outcome, reason, document_no
    step.save()
    held.steps.append(step)
    card = held.folded
    held.now.state, held.now.due_at, held.now.next_at = card.state, card.due_at, r.next_at(card)
    held.now.disputed, held.now.failure = card.is_disputed, ""
    held.now.save()
    tell_of_case(
        EVENT.get(act, f"rectification.{act}"),
        key=f"{held.card.number}/{step.n}",
        case=held.card.case,
        unit=held.card.unit,
        at=at,
        by=by,
        document_no=step.document_no,
        facts={"confirmation": confirmation} if (confirmation := confirmation_of(held.card)) else None,
        incident=held.card.number,
    )
    return card


def _require_open(held: Held, act: str, *, by: Officer, at: datetime, second: Officer | None = None) -> None:
    code = r.objection(held.folded, act, code_of(by), at, code_of(second))
    if code is not None:
        raise CardRefused(code, state=r.STATES[held.folded.state])


@transaction.atomic
def answer(number: str, *, by: Officer, at: datetime, reason: str, document_no: str) -> Card:
    """
    反馈: the person responsible says what was put right, with a document; of a red card the head of the unit.

    :raises CardRefused: among others not_yours, no_document.
    """
    held = locked(number)
    _require(bool(reason.strip()), "no_reason")
    _require(bool(document_no.strip()), "no_document")
    state = held.folded.state
    is_head = leads(by, held.card.unit, on=localdate(at))
    _require(is_head or (state not in ("red", "letter") and held.card.responsible_id == by.pk), "not_yours")
    act = "letter_answered" if state == "letter" else "answered"
    _require_open(held, act, by=by, at=at)
    add(held, act, by=by, at=at, reason=reason.strip(), document_no=document_no.strip())
    return held.card


@transaction.atomic
def take_up(number: str, *, by: Officer, at: datetime) -> Card:
    """接手复核: somebody who neither issued nor answered. :raises CardRefused: own, state, not_checker."""
    held = locked(number)
    _require_checker(by, at)
    _require_open(held, "taken_up", by=by, at=at)
    add(held, "taken_up", by=by, at=at)
    return held.card


@transaction.atomic
def recheck(number: str, *, by: Officer, at: datetime, kept: bool, reason: str) -> Card:
    """
    复核: kept closes the card; not kept sends it back once, then makes it red, then a letter.

    :raises CardRefused: own, state, not_checker, no_reason.
    """
    held = locked(number)
    _require_checker(by, at)
    _require(bool(reason.strip()), "no_reason")
    _require_open(held, "rechecked", by=by, at=at)
    add(held, "rechecked", by=by, at=at, outcome="kept" if kept else "not_kept", reason=reason.strip())
    if kept:
        add(held, "closed", by=None, at=at, outcome="recheck")
        return held.card
    follows = r.after_not_kept(held.folded)
    add(held, follows, by=by if follows == "returned" else None, at=at, reason=reason.strip())
    return held.card


@transaction.atomic
def object_to(number: str, *, by: Officer, at: datetime, reason: str) -> Card:
    """异议: the unit says that the fault is none. Points are frozen; the clock of a right runs on."""
    held = locked(number)
    _require(bool(reason.strip()), "no_reason")
    is_side = held.card.responsible_id == by.pk or leads(by, held.card.unit, on=localdate(at))
    _require(is_side, "not_yours")
    _require_open(held, "objected", by=by, at=at)
    add(held, "objected", by=by, at=at, reason=reason.strip())
    return held.card


@transaction.atomic
def decide_objection(number: str, *, by: Officer, at: datetime, upheld: bool, reason: str) -> Card:
    """
    裁定异议: the first person of the legal department says what he holds; a second who holds the same decides. Upheld:
    there was no fault, the card closes and what was confirmed is taken back.

    :raises CardRefused: own, not_disputed, not_legal, no_reason.
    """
    held = locked(number)
    _require(bool(reason.strip()), "no_reason")
    _require(bool(PLANNERS & set(roles_of(by, on=localdate(at)))), "not_legal")
    outcome = "upheld" if upheld else "rejected"
    first = _review(held)
    if first is None or first.by_id == by.pk or first.outcome != outcome:
        _require_open(held, "objection_reviewed", by=by, at=at)
        add(held, "objection_reviewed", by=by, at=at, outcome=outcome, reason=reason.strip())
        return held.card
    _require_open(held, "objection_decided", by=by, at=at, second=first.by)
    add(held, "objection_decided", by=by, second=first.by, at=at, outcome=outcome, reason=reason.strip())
    if upheld:
        add(held, "closed", by=None, at=at, outcome="objection")
        _take_back(held.card, at)
    return held.card


def _review(held: Held) -> CardStep | None:
    """What a first person said of the objection that is open."""
    for step in reversed(held.steps):
        if step.act == "objected":
            return None
        if step.act == "objection_reviewed":
            return step
    return None


def _take_back(card: Card, at: datetime) -> None:
    """The confirmation is withdrawn in the log's own way, so that whoever counted it reverses what it cost."""
    key = confirmation_of(card)
    if key:
        tell_of_case(
            "inspection.confirmed", key=key, case=card.case, unit=card.unit, at=at, version=2, void=True,
            incident=card.number,
        )  # fmt: skip
    if card.answer:
        tell_sample(card.answer.assigned.pick_id, at=at)


@transaction.atomic
def issue_letter(number: str, *, by: Officer, at: datetime, document_no: str) -> Card:
    """签发督察函: discipline inspection confirms what time alone has drafted. :raises CardRefused: see there."""
    held = locked(number)
    _require(bool(INSPECTORS & set(roles_of(by, on=localdate(at)))), "not_inspector")
    _require(bool(document_no.strip()), "no_document")
    _require_open(held, "letter_issued", by=by, at=at)
    add(held, "letter_issued", by=by, at=at, document_no=document_no.strip())
    return held.card


@transaction.atomic
def except_(number: str, *, by: Officer, at: datetime, reason: str, document_no: str) -> Card:
    """引用例外: a second person closes a card by an exception that he cites; it is counted by oversight."""
    held = locked(number)
    _require(bool(PLANNERS & set(roles_of(by, on=localdate(at)))), "not_legal")
    _require(bool(reason.strip()), "no_reason")
    _require(bool(document_no.strip()), "no_document")
    _require_open(held, "excepted", by=by, at=at)
    add(held, "excepted", by=by, at=at, reason=reason.strip(), document_no=document_no.strip())
    add(held, "closed", by=None, at=at, outcome="exception")
    return held.card


def by_time(number: str, *, as_of: datetime) -> bool:
    """What time alone does to a card by now, and a close by data where its finding no longer stands. Says whether
    anything was done. At most one step, so that each is an event of its own instant."""
    with transaction.atomic():
        held = locked(number)
        if not held.folded.is_open:
            return False
        if _is_mended_by_data(held.card):
            add(held, "rechecked", by=None, at=as_of, outcome="kept", reason="数据显示已改正")
            add(held, "closed", by=None, at=as_of, outcome=CLOSED_BY_DATA)
            return True
        due = r.by_time(held.folded, as_of)
        if due is None:
            return False
        act, at = due
        add(held, act, by=None, at=at, recorded_at=as_of)
        return True


def _is_mended_by_data(card: Card) -> bool:
    """A finding that no longer stands, or whose clock the act has stopped meanwhile, is proof by data."""
    if not card.finding:
        return False
    finding = Finding.objects.filter(pk=card.finding).first()
    return finding is not None and (finding.state != Finding.State.CURRENT or finding.closed_at is not None)


def mended_by_data() -> list[str]:
    """Open cards whose findings no longer stand, or whose clocks have stopped."""
    waiting = CardNow.objects.exclude(state="closed").exclude(card__finding="").values_list("card_id", "card__finding")
    by_finding = {finding: card for card, finding in waiting}
    rows = Finding.objects.filter(pk__in=by_finding)
    over = rows.exclude(state=Finding.State.CURRENT) | rows.filter(closed_at__isnull=False)
    return sorted(by_finding[key] for key in over.values_list("key", flat=True))


def _require(holds: bool, reason: str) -> None:
    if not holds:
        raise CardRefused(reason)


def _require_checker(by: Officer, at: datetime) -> None:
    _require(bool(READERS & set(roles_of(by, on=localdate(at)))), "not_checker")
