"""Appeals as a list: those that nobody answered first, the oldest of these before the others."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _

from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.desk import units
from zhunsheng.apps.desk.periods import filtered
from zhunsheng.apps.display.listing import Asked, Column, Filter, Listing, Page, choices
from zhunsheng.apps.display.sheets import Cell
from zhunsheng.apps.org.models import Officer
from zhunsheng.apps.points import stored
from zhunsheng.apps.points.appeals import DECIDED, open_acts, told_of
from zhunsheng.apps.points.models import Act
from zhunsheng.apps.points.people import led
from zhunsheng.apps.points.showing import AppealLine, appeal_lines

SILENCE: Final = Q(author="silence")
ANSWERS: Final = {
    "granted": Q(act=DECIDED[0]) & ~SILENCE,
    "refused": Q(act=DECIDED[1]),
    "silent": Q(act=DECIDED[0]) & SILENCE,
}
"""How an appeal was answered → the acts that do."""


def listing(viewer: Viewer, *, now: datetime) -> Listing:
    """Columns and filters of the appeals."""
    states = (("open", _("待答复")), ("granted", _("支持")), ("refused", _("不支持")), ("silent", _("到期没有答复")))
    columns = (
        Column("entry", _("积分")),
        Column("who", _("民警"), sort=("officer", "pk")),
        Column("reason", _("事由")),
        Column("at", _("申诉时间"), sort=("at", "pk")),
        Column("state", _("答复"), sort=("is_answered", "at", "pk")),
    )
    filters = (
        Filter("state", _("答复"), _in_state, choices(states)),
        Filter("unit", _("单位"), units.within, choices(units.choices(viewer))),
        Filter("who", _("民警"), _of_officer, hint=_("姓名或警号")),
        filtered(_("申诉时间"), now=now),
    )
    return Listing(columns, filters, default_sort="state")


def _in_state(name: str) -> Q:
    if name == "open":
        return Q(is_answered=False)
    return Q(Exists(Act.objects.filter(ANSWERS[name], target=OuterRef("target"))))


def _of_officer(text: str) -> Q:
    named = Officer.objects.filter(name__contains=text).values(code=Concat("province", Value("-"), "number"))
    return Q(officer__in=named) | Q(officer__endswith=f"-{text}")


def _seen(viewer: Viewer) -> Q:
    return Q() if "inspectorate" in viewer.roles() else led(viewer, Action.POINTS_DECIDE)


def appeals(viewer: Viewer, asked: Asked, *, now: datetime) -> tuple[Page[Act], list[AppealLine]]:
    """A page of the appeals that a viewer may see, and its lines."""
    with stored.whole():
        answered = Act.objects.filter(act__in=DECIDED, target=OuterRef("target"))
        theirs = Act.objects.filter(_seen(viewer), act="appeal", at__lte=now)
        found: QuerySet[Act] = theirs.annotate(is_answered=Exists(answered))
        page = asked.page(found)
        return page, appeal_lines(told_of(page.rows), now=now)


def waiting(viewer: Viewer, *, now: datetime) -> int:
    """How many of the appeals that a viewer may see nobody answered yet."""
    with stored.whole():
        return open_acts(now).filter(_seen(viewer)).count()


def cells(line: AppealLine) -> Iterator[Cell]:
    """One appeal as it is taken away."""
    act, answer = line.appeal.act, line.appeal.answer
    yield from (line.title, line.figure, line.name, act.reason or "", act.document_no, act.at)
    yield from (line.appeal.answer_by, str(line.answer_word), line.answered_by)
    yield from (answer.at, answer.reason or "") if answer is not None else (None, "")
