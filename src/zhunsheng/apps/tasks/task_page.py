"""One task as its page shows it: to be done, or what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.cases.models import Case
from zhunsheng.apps.cases.selectors import under_reading
from zhunsheng.apps.inspection.lists import due_words
from zhunsheng.apps.inspection.people import PLANNERS, READERS
from zhunsheng.apps.inspection.sheet_page import ANSWER_TITLES, Option
from zhunsheng.apps.org.models import Unit
from zhunsheng.apps.tasks.giving import current
from zhunsheng.apps.tasks.lists import KIND_TITLES, ORIGIN_TITLES, cause_of
from zhunsheng.apps.tasks.models import Given, Report, Said, Task, Thing
from zhunsheng.apps.tasks.reporting import question_of
from zhunsheng.core.inspection.sheets import FAULTS

FIELDS: Final = ("answer", "note", "where", "basis", "responsible", "remedy_days")


@dataclass(frozen=True)
class ThingShown:
    """One thing with what data say of it, what may be answered and what was."""

    n: int
    question: str
    text: str
    look_at: str
    basis: str
    severity: str
    case: str
    case_title: str
    may_open: bool
    data_said: str
    data_word: str
    options: Sequence[Option]
    fields: Mapping[str, str]
    is_open: bool
    said: Said | None
    answer: str
    versions: Sequence[tuple[str, datetime]]
    ruled: str
    card: str
    may_rule: bool
    problem: str

    @property
    def waits(self) -> bool:
        """Whether a problem was found that no second person has confirmed or turned down."""
        return self.said is not None and self.said.answer in FAULTS and not self.ruled


@dataclass(frozen=True)
class TaskPage:
    """A task. `may_do`: it is the viewer's to do, or to correct."""

    task: Task
    kind: str
    origin: str
    cause: str
    unit: str
    due: str
    doer: str
    things: Sequence[ThingShown]
    given: Sequence[Given]
    reports: Sequence[Report]
    is_done: bool
    is_late: bool
    may_do: bool
    may_give: bool
    waiting: int

    @property
    def left(self) -> int:
        """Things without an answer."""
        return sum(thing.said is None for thing in self.things)


def task_page(
    task: Task, viewer: Viewer, *, now: datetime, posted: Mapping[str, str] | None = None, thing: int = 0, why: str = ""
) -> TaskPage:
    """A task with everything but what it looks at in a case that the viewer reads. `posted`: a sending that was
    refused, shown again as it was written, with `why` beside the thing that lacked something."""
    given = list(task.given.select_related("officer", "by").order_by("pk"))
    reports = list(task.reports.select_related("by").prefetch_related("photos").order_by("at", "pk"))
    doer = next(iter(current().filter(task=task)), None)
    is_own = doer is not None and doer.officer_id is not None and doer.officer_id == viewer.officer
    titles = _titles(task)
    said: dict[int, list[Said]] = {}
    for one in Said.objects.filter(thing__task=task).select_related("report", "ruling").order_by("version"):
        said.setdefault(one.thing_id, []).append(one)
    shown = task.things.all() if is_own else task.things.exclude(under_reading(viewer))
    things = [
        _thing(one, said.get(one.pk, []), titles, viewer, posted, why if one.n == thing else "")
        for one in shown.order_by("n")
    ]
    return TaskPage(
        task=task,
        kind=_(KIND_TITLES[task.kind]),
        origin=_(ORIGIN_TITLES[task.origin]),
        cause=cause_of(task),
        unit=Unit.objects.filter(pk=task.unit).values_list("short_name", flat=True).first() or task.unit,
        due=due_words(task.due_at, now=now),
        doer=given[-1].officer.name if given and given[-1].officer else "",
        things=things,
        given=given,
        reports=reports,
        is_done=bool(reports),
        is_late=not reports and task.due_at is not None and task.due_at <= now,
        may_do=is_own and bool(viewer.roles() & READERS),
        may_give=bool(viewer.roles() & PLANNERS) and not reports,
        waiting=sum(one.waits for one in things),
    )


def _titles(task: Task) -> dict[str, str]:
    cases = set(task.things.exclude(case="").values_list("case", flat=True))
    return dict(Case.objects.filter(pk__in=cases).values_list("number", "title"))


def _thing(
    thing: Thing,
    versions: Sequence[Said],
    titles: Mapping[str, str],
    viewer: Viewer,
    posted: Mapping[str, str] | None,
    why: str,
) -> ThingShown:
    last = versions[-1] if versions else None
    fields = _posted(thing.n, posted) if posted is not None else _fields(last)
    ruling = last.ruling if last is not None and hasattr(last, "ruling") else None
    keys = list(ANSWER_TITLES)
    return ThingShown(
        n=thing.n,
        question=thing.question,
        text=thing.text,
        look_at=thing.look_at,
        basis=thing.basis,
        severity=thing.severity,
        case=thing.case,
        case_title=titles.get(thing.case, ""),
        may_open=thing.case in titles,
        data_said=thing.data_said,
        data_word=_(ANSWER_TITLES[thing.data_said]) if thing.data_said else "",
        options=[
            Option(keys.index(name) + 1, name, _(ANSWER_TITLES[name]), fields.get("answer") == name)
            for name in question_of(thing).answers
        ],
        fields=fields,
        is_open=bool(why or fields.get("note")) or fields.get("answer") in (*FAULTS, "cannot_tell"),
        said=last,
        answer=_(ANSWER_TITLES[last.answer]) if last else "",
        versions=[(_(ANSWER_TITLES[one.answer]), one.report.at) for one in versions],
        ruled="" if ruling is None else _("已确认") if ruling.confirmed else _("不确认"),
        card=ruling.card if ruling else "",
        may_rule=_may_rule(last, viewer),
        problem=why,
    )


def _may_rule(last: Said | None, viewer: Viewer) -> bool:
    if last is None or last.answer not in FAULTS or hasattr(last, "ruling"):
        return False
    return bool(viewer.roles() & READERS) and last.report.by_id != viewer.officer


def _posted(n: int, posted: Mapping[str, str]) -> dict[str, str]:
    return {name: posted.get(f"{name}-{n}", "") for name in FIELDS}


def _fields(said: Said | None) -> dict[str, str]:
    return {} if said is None else {name: str(getattr(said, name) or "") for name in FIELDS}
