"""How closely a case is held: who may say so, and of which cases it was said."""

from collections.abc import Iterator

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from zhunsheng.apps.access.policy import Action, Label
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.audit.services import record
from zhunsheng.apps.cases.models import LABELS, Case
from zhunsheng.apps.cases.selectors import visible_cases
from zhunsheng.apps.cases.services import set_label
from zhunsheng.apps.display.listing import Asked, Column, Filter, Listing, Page, choices
from zhunsheng.apps.display.sheets import Cell
from zhunsheng.apps.org.models import Unit
from zhunsheng.apps.refusals import DomainError


class CaseNotLabelled(DomainError):
    """Not there, or not to be labelled: the answer is the same."""

    text = "没有这个案件，或您没有改它标签的权限。请核对案件编号。"


def label_listing() -> Listing:
    """Columns and filters of the labelled cases: the newest number first."""
    columns = (
        Column("number", _("案件编号"), sort=("number",)),
        Column("label", _("标签"), sort=("label", "number")),
        Column("unit", _("办案单位")),
    )
    labels = [(value, _(title)) for value, title in LABELS if value != Label.ORDINARY.value]
    units = Unit.objects.filter(closed_on=None).exclude(kind=Unit.Kind.AGENCY).order_by("code")
    filters = (
        Filter("label", _("标签"), lambda value: Q(label=value), choices(labels)),
        Filter("unit", _("办案单位"), _within, choices(units.values_list("code", "short_name"))),
        Filter("number", _("案件编号"), lambda value: Q(number__icontains=value)),
    )
    return Listing(columns, filters, default_sort="-number")


def _within(code: str) -> Q:
    return Q(unit__in=Unit.objects.filter(path__contains=code).values("code"))


def labelled_cases(viewer: Viewer, asked: Asked) -> tuple[Page[Case], int]:
    """A page of the cases with another label than ordinary whose label the viewer may change; and how many of these
    there are in all."""
    found = visible_cases(viewer, Action.CASE_LABEL).exclude(label=Label.ORDINARY.value)
    return asked.page(found.select_related("unit")), found.count()


def label_cells(case: Case) -> Iterator[Cell]:
    """One labelled case as it is taken away."""
    yield from (case.number, _(case.get_label_display()), case.unit.short_name if case.unit else "")


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
