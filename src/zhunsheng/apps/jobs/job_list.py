"""我的任务 as a list: one's own tasks, the newest first."""

from collections.abc import Iterator
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from zhunsheng.apps.display.listing import Column, Filter, Listing, choices
from zhunsheng.apps.display.sheets import Cell
from zhunsheng.apps.jobs.models import Job
from zhunsheng.apps.jobs.services import OPEN

UNFINISHED: Final = "open"


def listing() -> Listing:
    """Columns and filters. What a task did not do stands below it, hence no table and no heads to press."""
    kinds = choices((value, _(title)) for value, title in Job.Kind.choices)
    states = choices([(UNFINISHED, _("没有结束")), *((value, _(title)) for value, title in Job.State.choices)])
    filters = (Filter("kind", _("任务"), lambda value: Q(kind=value), kinds), Filter("state", _("状态"), _in, states))
    return Listing((Column("at", _("提交"), sort=("at", "pk")),), filters, default_sort="-at")


def cells(job: Job) -> Iterator[Cell]:
    """One task as it is taken away: how it went, not the file that it made."""
    yield from (_(job.get_kind_display()), job.at, _(job.get_state_display()), job.ended_at)
    yield from (job.done, job.total, "\n".join(job.refusals))


def _in(state: str) -> Q:
    return Q(state__in=OPEN) if state == UNFINISHED else Q(state=state)
