"""How closely a case is held: who may say so, and of which cases it was said."""

from django.db import transaction

from zhunsheng.apps.access.policy import Action, Label
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.audit.services import record, record_read
from zhunsheng.apps.cases.models import Case
from zhunsheng.apps.cases.selectors import visible_cases
from zhunsheng.apps.cases.services import set_label
from zhunsheng.apps.refusals import DomainError

MOST: int = 500


class CaseNotLabelled(DomainError):
    """Not there, or not to be labelled: the answer is the same."""

    text = "没有这个案件，或您没有改它标签的权限。请核对案件编号。"


def labelled_cases(viewer: Viewer) -> list[Case]:
    """The cases with another label than ordinary whose label the viewer may change, newest number first. Recorded."""
    rows = list(
        visible_cases(viewer, Action.CASE_LABEL)
        .exclude(label=Label.ORDINARY.value)
        .select_related("unit")
        .order_by("-number")[:MOST]
    )
    record_read(kind="label_list", key="all", detail={"count": len(rows)})
    return rows


@transaction.atomic
def change_label(*, viewer: Viewer, case: str, label: str, purpose: str) -> None:
    """
    Say how closely a case is held, and why. The entry is written with the change.

    :raises CaseNotLabelled: there is none, or its label is not the viewer's to change.
    """
    row = visible_cases(viewer, Action.CASE_LABEL).filter(pk=case).first()
    if row is None:
        raise CaseNotLabelled
    record(action="label", kind="case", key=case, detail={"from": row.label, "to": label, "purpose": purpose})
    set_label(case=row, label=label)
