"""Reading a file: questions that its facts call for, answers that are never overwritten, problems that two confirm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localdate

from zhunsheng.apps.cases.models import Case, Dossier, Item, PersonInCase, PlaceVisit
from zhunsheng.apps.inspection import assigning, book, cards, planting, revealing, selecting
from zhunsheng.apps.inspection.models import Answer, Assigned, Card, Confirmation, Pick, Submission
from zhunsheng.apps.inspection.outcomes import current_readings, has_problem, latest_answers
from zhunsheng.apps.inspection.people import READERS, code_of, roles_of
from zhunsheng.apps.inspection.refusals import ReadingRefused
from zhunsheng.apps.inspection.sampling import tell_sample
from zhunsheng.apps.inspection.telling import confirmation_key, tell_of_case
from zhunsheng.apps.org.models import Officer
from zhunsheng.apps.supervision.models import Clock, Finding
from zhunsheng.core.inspection import sheets as s
from zhunsheng.core.inspection.draw import mark

MISSING: Final = "FILE"
"""The question that every file answers first: whether it is there at all."""
STANDING: Final = ("overdue", "late", "broken")
USES: Final = {"criminal": "criminal", "administrative": "administrative"}


@dataclass(frozen=True)
class Asked:
    """One question to one file, with what data say of it, and what the reader said last."""

    question: s.Question
    data_said: str
    answer: Answer | None
    versions: int


def sheets_for(case: Case, *, at: datetime) -> tuple[s.Sheet, ...]:
    """The sheets that a case calls for, by its procedure and by what is known of it."""
    uses = {USES.get(case.kind, "criminal")}
    if PersonInCase.objects.filter(case=case, person__minor=True).exists():
        uses.add("minor")
    if Item.objects.filter(case=case).exists():
        uses.add("property")
    if PlaceVisit.objects.filter(case=case).exists():
        uses.add("area")
    uses |= selecting.types_of(case.pk) & USES_OF_TYPES
    made_up = planting.story(case.pk)
    uses |= set(made_up.uses) if made_up else set()
    return s.composed(book.sheets(), uses, on=localdate(at))


USES_OF_TYPES: Final = frozenset(s.USES)
"""A type of case that has sheets of its own is called like their use."""


def said_by_data(case: str, questions: Sequence[s.Question]) -> dict[str, str]:
    """What rules have found: problem where a finding stands, pass where a clock was met; silent otherwise."""
    made_up = planting.story(case)
    if made_up is not None:
        return {question.id: made_up.said[question.id] for question in questions if question.id in made_up.said}
    by_code = book.rules_of_codes()
    about = {q.id: {*q.rules, *(by_code[code] for code in q.checks if code in by_code)} for q in questions}
    rows = Finding.objects.filter(case=case, state="current", kind__in=STANDING)
    broken = set(rows.values_list("rule", flat=True))
    met = set(Clock.objects.filter(case=case, outcome="met").values_list("rule", flat=True))
    said = {name: "problem" if rules & broken else "pass" if rules & met else "" for name, rules in about.items()}
    return {name: word for name, word in said.items() if word}


def asked_of(row: Assigned, *, at: datetime) -> list[tuple[s.Sheet, list[tuple[str, list[Asked]]]]]:
    """Every question to a file, by sheet and section."""
    case = Case.objects.get(pk=row.pick.case)
    found = sheets_for(case, at=at)
    data = said_by_data(case.pk, [question for sheet in found for question in sheet.questions])
    latest = latest_answers(row)
    return [
        (sheet, [(part.title, [_asked(one, data, latest) for one in part.questions]) for part in sheet.sections])
        for sheet in found
    ]


def _asked(question: s.Question, data: Mapping[str, str], latest: Mapping[str, Answer]) -> Asked:
    answer = latest.get(question.id)
    return Asked(question, data.get(question.id, ""), answer, answer.version if answer else 0)


@transaction.atomic
def answer(row: Assigned, said: s.Answer, *, by: Officer, at: datetime) -> Answer:
    """
    Record an answer; a second one to the same question is a new version, also after the sheet was handed in.

    :raises ReadingRefused: by another than its reader, or it lacks what it must say.
    """
    _require_reader(row, by)
    sheet, question = _question(row, said.question, at)
    data = said_by_data(row.pick.case, [question]).get(question.id)
    try:
        s.checked(said, question, said_by_data=data)
    except s.AnswerRefused as problem:
        raise ReadingRefused(why=str(problem)) from problem
    return _write(row, said, sheet=sheet.id, sheet_version=sheet.version, data=data or "", by=by, at=at)


def _question(row: Assigned, name: str, at: datetime) -> tuple[s.Sheet, s.Question]:
    for sheet in sheets_for(Case.objects.get(pk=row.pick.case), at=at):
        for question in sheet.questions:
            if question.id == name:
                return sheet, question
    raise ReadingRefused(why=f"{name}：{s.LACKS['unknown_question']}")


def _write(
    row: Assigned, said: s.Answer, *, sheet: str, sheet_version: int, data: str, by: Officer, at: datetime
) -> Answer:
    last = row.answers.filter(question=said.question).aggregate(last=Max("version"))["last"] or 0
    written = Answer.objects.create(
        assigned=row,
        sheet=sheet,
        sheet_version=sheet_version,
        question=said.question,
        version=last + 1,
        answer=said.answer,
        data_said=data,
        note=said.note.strip()[:400],
        page=said.page.strip()[:40],
        basis=said.basis.strip()[:80],
        responsible=said.responsible.strip()[:20],
        remedy_days=said.remedy_days,
        by=by,
        at=at,
    )
    revealing.tell_answer(written)
    tell_sample(row.pick_id, at=at)
    return written


@transaction.atomic
def report_missing(row: Assigned, *, note: str, responsible: str, by: Officer, at: datetime) -> Answer:
    """卷宗缺失: the file that was drawn is not there. It counts as a problem and is never replaced by another."""
    _require_reader(row, by)
    said = s.Answer(MISSING, "problem", note=note, page="—", basis="卷宗缺失", responsible=responsible, remedy_days=5)
    written = _write(row, said, sheet="--", sheet_version=1, data="", by=by, at=at)
    if not hasattr(row, "submission"):
        _submit(row, by, at)
    return written


@transaction.atomic
def submit(row: Assigned, *, by: Officer, at: datetime) -> Submission:
    """
    Hand in a sheet that is answered whole. If it is the second of two and they differ, a third reader decides.

    :raises ReadingRefused: by another, twice, or with questions open.
    """
    _require_reader(row, by)
    if hasattr(row, "submission"):
        raise ReadingRefused(why="这份评查表已经提交。要改某一项，直接再答，原来的回答保留。")
    answered = latest_answers(row)
    left = [
        one.question.id
        for _sheet, parts in asked_of(row, at=at)
        for _t, asked in parts
        for one in asked
        if not one.answer
    ]
    if left and MISSING not in answered:
        raise ReadingRefused(why=f"还有 {len(left)} 项没有回答，第一项是 {left[0]}。请答完再提交。")
    return _submit(row, by, at)


def _submit(row: Assigned, by: Officer, at: datetime) -> Submission:
    done = Submission.objects.create(assigned=row, by=by, at=at)
    pick = row.pick
    if row.round != "third" and _differ(pick):
        assigning.third_reader(pick, seed=_seed(pick), at=at)
    revealing.tell_reading(pick)
    tell_sample(pick.pk, at=at)
    return done


def _differ(pick: Pick) -> bool:
    """Whether both readings are in and one found a problem where the other found none."""
    readings = current_readings(pick)
    if set(readings) != {"first", "second"} or not all(hasattr(row, "submission") for row in readings.values()):
        return False
    return has_problem(readings["first"]) != has_problem(readings["second"])


def _seed(pick: Pick) -> bytes:
    return bytes.fromhex(pick.plan.draw.seed) if pick.plan_id and pick.plan else bytes.fromhex(mark(b"risk", pick.case))


@transaction.atomic
def confirm(one: Answer, *, by: Officer, confirmed: bool, reason: str, care: str, at: datetime) -> Card | None:
    """
    A second person confirms a problem: its card is opened, and the event says so to whoever counts points.

    :raises ReadingRefused: not a problem, by its reader, twice, or not a reader at all.
    """
    if by.pk == one.by_id or not READERS & set(roles_of(by, on=localdate(at))):
        raise ReadingRefused(why="问题由阅卷人之外的法制员或法制支队确认。请交给别人。")
    pick = one.assigned.pick
    is_made_up = planting.is_made_up(pick)
    _require_not_taken_back(pick)
    if one.answer not in s.FAULTS or hasattr(one, "confirmation"):
        raise ReadingRefused(why="这一项不是待确认的问题，或已经确认过。请刷新后再看。")
    if not confirmed and not reason.strip():
        raise ReadingRefused(why="不确认时请写明理由。")
    Confirmation.objects.create(answer=one, confirmed=confirmed, reason=reason.strip()[:200], by=by, at=at)
    tell_sample(pick.pk, at=at)
    if not confirmed or is_made_up:
        return None  # nobody is to put right, or to pay for, what was made up
    responsible = _by_number(one.responsible)
    tell_of_case(
        "inspection.confirmed",
        key=confirmation_key(one.pk),
        case=pick.case,
        unit=pick.unit,
        at=at,
        by=by,
        facts={
            "sample_stream": pick.stream,
            "question": one.question,
            **({"held_responsible": code_of(responsible)} if responsible else {}),
        },
    )
    return cards.issue(_fault(one, care), by=one.by, at=at, reason=one.note)


def _fault(one: Answer, care: str) -> cards.Fault:
    pick, known = one.assigned.pick, book.questions().get(one.question)
    title = known[1].text if known else "卷宗缺失"
    return cards.Fault(
        case=pick.case,
        unit=pick.unit,
        title=title,
        basis=one.basis,
        care=care,
        responsible=_by_number(one.responsible),
        answer=one,
    )


def _by_number(number: str) -> Officer | None:
    return Officer.objects.filter(number=number, left_on=None).first() if number else None


@transaction.atomic
def pick_for_risk(case: Case, *, points: str, at: datetime) -> Pick:
    """
    Mark a case for reading because of what was found in it. A case has one open mark.

    :raises ReadingRefused: it is marked already.
    """
    if Pick.objects.filter(case=case.pk, stream="risk", plan=None).exists():
        raise ReadingRefused(why=f"案件 {case.pk} 已经列入风险抽查。请在抽查任务里查看。")
    pick = Pick.objects.create(case=case.pk, unit=case.unit_id or "", stream="risk", points=points, at=at)
    assigning.assign_pick(pick, seed=_seed(pick), at=at)
    return pick


def dossier_of(case: str) -> Dossier | None:
    """The dossier that the form stands beside: the one with documents, by code."""
    return Dossier.objects.filter(case=case).order_by("code").first()


def _require_reader(row: Assigned, by: Officer) -> None:
    newest = Assigned.objects.filter(pick=row.pick, round=row.round).order_by("-pk").first()
    if newest is None or newest.pk != row.pk or row.reader_id != by.pk:
        raise ReadingRefused(why="这份案卷不是分派给您的，或已换了阅卷人。请在我的抽查任务里打开。")
    _require_not_taken_back(row.pick)


def _require_not_taken_back(pick: Pick) -> None:
    if pick.pk in planting.taken_back():
        raise ReadingRefused(why="这件卷宗已收回，不用再阅；已经填写的不计入任何结果。")
