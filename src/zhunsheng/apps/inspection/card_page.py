"""One card as its page shows it: what is wrong, where it stands, every step with both its times, what may be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.cases.selectors import may_read_case
from zhunsheng.apps.inspection.cards import folded
from zhunsheng.apps.inspection.lists import CardRow, card_rows, due_words, visible_cards
from zhunsheng.apps.inspection.models import CardStep
from zhunsheng.apps.inspection.people import INSPECTORS, PLANNERS, READERS, code_of, leads
from zhunsheng.apps.org.models import Officer
from zhunsheng.core.inspection import rectification as r

STEP_TITLES: Final = {
    "yellow_issued": gettext_noop("黄牌：开出整改单"),
    "answered": gettext_noop("反馈"),
    "taken_up": gettext_noop("接手复核"),
    "rechecked": gettext_noop("复核"),
    "returned": gettext_noop("退回"),
    "red_issued": gettext_noop("红牌"),
    "letter_drafted": gettext_noop("督察函待签发"),
    "letter_issued": gettext_noop("签发督察函"),
    "letter_raised": gettext_noop("督察函报上一级"),
    "letter_answered": gettext_noop("督察函已答复"),
    "objected": gettext_noop("提出异议"),
    "objection_reviewed": gettext_noop("异议初审"),
    "objection_decided": gettext_noop("异议裁定"),
    "overdue_noted": gettext_noop("复核或裁定逾期"),
    "excepted": gettext_noop("引用例外"),
    "closed": gettext_noop("销号"),
    "reopened": gettext_noop("重新打开"),
}
OUTCOMES: Final = {
    "kept": gettext_noop("已改正"),
    "not_kept": gettext_noop("没有改正"),
    "upheld": gettext_noop("异议成立"),
    "rejected": gettext_noop("异议不成立"),
    "recheck": gettext_noop("复核通过"),
    "data": gettext_noop("数据显示已改正"),
    "exception": gettext_noop("引用例外"),
    "objection": gettext_noop("异议成立"),
}
CARE_WORDS: Final = {
    "rights": gettext_noop("涉及在押人员权利"),
    "fault": gettext_noop("一般问题"),
    "papers": gettext_noop("文书补正"),
}


@dataclass(frozen=True)
class StepShown:
    """One step: who, what, when it happened and when it was recorded."""

    title: str
    outcome: str
    by: str
    second: str
    at: datetime
    recorded_at: datetime
    reason: str
    document_no: str
    is_red: bool


@dataclass(frozen=True)
class CardPage:
    """A card. `acts`: what the viewer may do with it now."""

    row: CardRow
    basis: str
    care: str
    object_until: str
    returns: int
    reopened: int
    disputed: bool
    steps: Sequence[StepShown]
    acts: Sequence[str]
    has_letter: bool
    may_open: bool  # the page of its case


def card_page(viewer: Viewer, number: str, *, now: datetime) -> CardPage | None:
    """A card; None where there is none or it is not the viewer's to see. Recorded before the answer."""
    found = visible_cards(viewer).filter(pk=number).first()
    if found is None:
        return None
    steps = list(CardStep.objects.filter(card=number).select_related("by", "second").order_by("n"))
    card = folded(steps, care=found.card.care)
    record_read(kind="card", key=number, detail={"case": found.card.case})
    return CardPage(
        row=card_rows(viewer, [found], now=now)[0],
        basis=found.card.basis,
        care=_(CARE_WORDS[found.card.care]),
        object_until=due_words(card.object_until, now=now),
        returns=card.returns,
        reopened=card.reopened,
        disputed=card.is_disputed,
        steps=[_step(step) for step in steps],
        acts=[] if viewer.officer is None else _acts(viewer, card, found.card.unit, found.card.responsible_id, now),
        has_letter=card.letters > 0,
        may_open=may_read_case(viewer, number=found.card.case),
    )


def _step(step: CardStep) -> StepShown:
    return StepShown(
        title=_(STEP_TITLES[step.act]),
        outcome=_(OUTCOMES[step.outcome]) if step.outcome else "",
        by=_named(step.by),
        second=_named(step.second),
        at=step.at,
        recorded_at=step.recorded_at,
        reason=step.reason,
        document_no=step.document_no,
        is_red=step.act in ("red_issued", "letter_issued", "letter_raised"),
    )


def _named(officer: Officer | None) -> str:
    """With the number: that two of a step are not one person must be seen where they bear one name."""
    return f"{officer.name} {officer.number}" if officer else ""


def _acts(viewer: Viewer, card: r.Card, unit: str, responsible: int | None, now: datetime) -> list[str]:
    """What is offered: what the role may do, and the state lets be done by this person."""
    officer = Officer.objects.get(pk=viewer.officer or 0)
    code, roles = code_of(officer), viewer.roles()
    is_head = leads(officer, unit, on=localdate(now))
    is_side = is_head or (responsible == officer.pk and card.state not in ("red", "letter"))
    offers = {
        "answer": is_side and (card.state in r.ANSWERABLE or card.state == "letter"),
        "take_up": bool(roles & READERS) and card.state == "answered" and _free(card, "taken_up", code, now),
        "recheck": bool(roles & READERS) and card.state in r.CHECKABLE and _free(card, "rechecked", code, now),
        "object": is_side and card.is_open and _free(card, "objected", code, now),
        "decide": bool(roles & PLANNERS) and _free(card, "objection_reviewed", code, now),
        "letter": bool(roles & INSPECTORS) and card.state == "letter_drafted",
        "except": bool(roles & PLANNERS) and card.is_open and _free(card, "excepted", code, now),
    }
    return [name for name, is_offered in offers.items() if is_offered]


def _free(card: r.Card, act: str, code: str, now: datetime) -> bool:
    return r.objection(card, act, code, now) is None
