"""A check sheet as its page shows it; the tasks of a reader, and problems that wait for a second person."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from zhunsheng.apps.cases.models import Case
from zhunsheng.apps.inspection import book, reading
from zhunsheng.apps.inspection.lists import Problem
from zhunsheng.apps.inspection.models import Answer, Assigned
from zhunsheng.apps.inspection.plan_page import ROUND_TITLES
from zhunsheng.apps.inspection.planting import taken_back
from zhunsheng.apps.org.selectors import unit_names
from zhunsheng.core.inspection.sheets import ANSWERS, FAULTS, score

ANSWER_TITLES: Final = {
    "pass": gettext_noop("合格"),
    "flaw": gettext_noop("瑕疵"),
    "problem": gettext_noop("问题"),
    "not_applicable": gettext_noop("不涉及"),
    "cannot_tell": gettext_noop("看不出"),
}
assert list(ANSWER_TITLES) == list(ANSWERS)
STREAM_TITLES: Final = {"random": gettext_noop("随机抽查"), "risk": gettext_noop("风险抽查")}
MISSING: Final = gettext_noop("卷宗缺失")


@dataclass(frozen=True)
class Option:
    """One answer that may be given: its key on the keyboard, its word."""

    key: int
    value: str
    title: str
    is_chosen: bool


@dataclass(frozen=True)
class QuestionShown:
    """One question with what data say and what was answered."""

    id: str
    text: str
    look_at: str
    severity: str
    basis: str
    is_draft: bool
    data_said: str
    options: Sequence[Option]
    said: Answer | None
    fields: Mapping[str, str]
    is_open: bool
    versions: Sequence[tuple[str, datetime]]


@dataclass(frozen=True)
class SectionShown:
    """Questions under a heading."""

    sheet: str
    title: str
    questions: Sequence[QuestionShown]


@dataclass(frozen=True)
class SheetPage:
    """A file and its questions. `kept` of `judged`: the score as it is built."""

    id: int
    case: str
    case_title: str
    round: str
    stream: str
    sections: Sequence[SectionShown]
    kept: int
    judged: int
    left: int
    submitted_at: datetime | None

    def question(self, name: str) -> QuestionShown | None:
        """One of its questions."""
        return next((one for part in self.sections for one in part.questions if one.id == name), None)


@dataclass(frozen=True)
class TaskRow:
    """One file of a reader."""

    id: int
    case: str
    case_title: str
    unit: str
    stream: str
    round: str
    at: datetime
    is_done: bool
    is_taken_back: bool


@dataclass(frozen=True)
class OutRow:
    """One sheet that is out. Without a reader: handed up."""

    id: int
    case: str
    plan: str
    unit: str
    stream: str
    round: str
    reader: str
    number: str
    at: datetime


@dataclass(frozen=True)
class ProblemRow:
    """One problem that waits for a second person."""

    id: int
    case: str
    unit: str
    question: str
    answer: str
    basis: str
    note: str
    page: str
    responsible: str
    reader: str
    at: datetime


def sheet_page(row: Assigned, *, at: datetime, posted: Mapping[str, str] | None = None) -> SheetPage:
    """The questions to the file of an assignment, as its reader sees them: nobody else's answers are in it.

    `posted`: an answer that was refused, shown again as it was written.
    """
    case = Case.objects.get(pk=row.pick.case)
    history: dict[str, list[Answer]] = {}
    for one in row.answers.order_by("version"):
        history.setdefault(one.question, []).append(one)
    sections = [
        SectionShown(sheet.title, title, [_question(asked, history, posted or {}) for asked in part])
        for sheet, parts in reading.asked_of(row, at=at)
        for title, part in parts
    ]
    answers = {name: versions[-1].answer for name, versions in history.items()}
    kept, judged = score(answers)
    every = [one for part in sections for one in part.questions]
    return SheetPage(
        id=row.pk,
        case=case.pk,
        case_title=case.title,
        round=_(ROUND_TITLES[row.round]),
        stream=_(STREAM_TITLES[row.pick.stream]),
        sections=sections,
        kept=kept,
        judged=judged,
        left=sum(one.said is None for one in every),
        submitted_at=row.submission.at if hasattr(row, "submission") else None,
    )


def _question(asked: reading.Asked, history: Mapping[str, list[Answer]], posted: Mapping[str, str]) -> QuestionShown:
    question, versions = asked.question, history.get(asked.question.id, [])
    fields = dict(posted) if posted.get("question") == question.id else _fields(asked.answer)
    keys = list(ANSWER_TITLES)
    return QuestionShown(
        id=question.id,
        text=question.text,
        look_at=question.look_at,
        severity=question.severity,
        basis="、".join(question.basis),
        is_draft=question.is_draft,
        data_said=_(ANSWER_TITLES[asked.data_said]) if asked.data_said else "",
        options=[
            Option(
                keys.index(name) + 1,
                name,
                _(ANSWER_TITLES[name]),
                fields.get("answer") == name,
            )
            for name in question.answers
        ],
        said=asked.answer,
        fields=fields,
        is_open=fields.get("answer") in FAULTS,
        versions=[(_(ANSWER_TITLES[one.answer]), one.at) for one in versions],
    )


def _fields(said: Answer | None) -> dict[str, str]:
    if said is None:
        return {}
    texts = {name: str(getattr(said, name)) for name in ("answer", "note", "page", "basis", "responsible")}
    return {**texts, "remedy_days": str(said.remedy_days or "")}


def task_rows(rows: Iterable[Assigned]) -> list[TaskRow]:
    """The files of a reader as the list shows them. One that was taken back has no title: its number is of another
    case."""
    listed, back = list(rows), set(taken_back())
    titles = dict(Case.objects.filter(pk__in={row.pick.case for row in listed}).values_list("number", "title"))
    names = unit_names()
    return [
        TaskRow(
            row.pk,
            row.pick.case,
            "" if row.pick_id in back else titles.get(row.pick.case, ""),
            names.get(row.pick.unit, row.pick.unit),
            _(STREAM_TITLES[row.pick.stream]),
            _(ROUND_TITLES[row.round]),
            row.at,
            hasattr(row, "submission"),
            row.pick_id in back,
        )
        for row in listed
    ]


def out_rows(rows: Iterable[Assigned]) -> list[OutRow]:
    """Sheets that are out as their list shows them."""
    names = unit_names()
    return [
        OutRow(
            id=row.pk,
            case=row.pick.case,
            plan=row.pick.plan_id or "",
            unit=names.get(row.pick.unit, row.pick.unit),
            stream=_(STREAM_TITLES[row.pick.stream]),
            round=_(ROUND_TITLES[row.round]),
            reader=row.reader.name if row.reader else _("报上一级阅卷"),
            number=row.reader.number if row.reader else "",
            at=row.at,
        )
        for row in rows
    ]


def problem_rows(rows: Iterable[Problem]) -> list[ProblemRow]:
    """Problems that wait for a second person."""
    names = unit_names()
    return [
        ProblemRow(
            id=one.id,
            case=one.case,
            unit=names.get(one.unit, one.unit),
            question=_title(one.question),
            answer=_(ANSWER_TITLES[one.answer]),
            basis=one.basis,
            note=one.note,
            page=one.page,
            responsible=one.responsible,
            reader=one.by_name,
            at=one.at,
        )
        for one in rows
    ]


def _title(name: str) -> str:
    known = book.questions().get(name)
    return known[1].text if known else _(MISSING)
