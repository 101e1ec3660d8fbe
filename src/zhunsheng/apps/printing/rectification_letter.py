"""督察函: what is not put right, since when, and by when the unit answers in writing."""

from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.inspection.card_page import CardPage, card_page
from zhunsheng.apps.printing.models import IssuedDocument
from zhunsheng.apps.printing.paper import Paper, due_moment, frame, moment, table

SHEET: Final = IssuedDocument.Sheet.RECTIFICATION_LETTER
MOST_STEPS: Final = 30


def rectification_letter(viewer: Viewer, number: str, *, now: datetime) -> Paper | None:
    """The letter of a card that the viewer may see, once discipline inspection has signed it; else None."""
    card = card_page(viewer, number, now=now)
    if card is None or not card.has_letter:
        return None
    content = {
        **frame(viewer, sheet=SHEET, title=_letter_number(card), now=now),
        "number": {
            "label": _("书面答复期限"),
            "value": due_moment(card.row.due_at, now=now),
            "lines": [
                _("%(unit)s：下列问题逾期没有改正，请书面答复整改情况和责任落实情况。") % {"unit": card.row.unit}
            ],
        },
        "facts": [
            [_("整改单"), card.row.number],
            [_("问题"), card.row.title],
            [_("依据"), card.basis or "—"],
            [_("案件"), card.row.case or "—"],
            [_("现在状态"), card.row.state_title],
        ],
        "steps": _steps(card, now),
        "signatures": [_("签发人"), _("单位负责人"), _("收函日期")],
    }
    return Paper(SHEET, number, viewer, now, content)


def _letter_number(card: CardPage) -> str:
    """The number under which the letter was signed: that of the last one that has any."""
    return next(
        (step.document_no for step in reversed(card.steps) if step.is_red and step.document_no), card.row.number
    )


def _steps(card: CardPage, now: datetime) -> dict[str, object]:
    rows = [
        (
            moment(step.at, now=now),
            moment(step.recorded_at, now=now),
            " ".join(filter(None, (step.title, step.outcome, step.reason))),
            "、".join(filter(None, (step.by, step.second))) or _("系统"),
        )
        for step in card.steps
    ]
    return table(_("办理过程"), (_("时间"), _("记入"), _("步骤"), _("办理人")), rows, empty="—", most=MOST_STEPS)
