"""Planted files: made up, with known problems, read among the others by readers who cannot tell them from these.

Discipline inspection makes them, and tells by name whoever of the legal department is to know; only these see the mark,
and they read no file of such a lot. Their numbers are in the frame and in the lot like all others; as cases they are
nowhere but with their readers, and no process counts them (row security: `zs_withheld`). Nothing that did not happen is
written to the log of events for them: the course of such a case is empty, and withheld from its readers like that of
every case under reading (`zs_under_reading`).

A true case always wins. When anything true arrives under the number of a planted file, the database itself ends the
plant in the same transaction (sql/rules.sql, `zs_give_way`): what was made up leaves the case and is kept, `Overtaken`.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from zhunsheng.apps.access.scope import Viewer, session_scope
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.context import session_settings
from zhunsheng.apps.cases.models import Case, Document, Dossier, HeldEvent, Page
from zhunsheng.apps.cases.services import register_case
from zhunsheng.apps.cases.uploads import image_of, page_path, why_refused
from zhunsheng.apps.inspection import book
from zhunsheng.apps.inspection.models import Assigned, FrameCase, Overtaken, Pick, Plan, Planted, PlantedTold
from zhunsheng.apps.inspection.outcomes import open_lots
from zhunsheng.apps.inspection.people import INSPECTORS, PLANNERS, roles_of
from zhunsheng.apps.inspection.refusals import PlantRefused
from zhunsheng.apps.org.models import Officer, Unit
from zhunsheng.core.inspection import planting as p
from zhunsheng.core.inspection.readers import planted_count
from zhunsheng.core.points.from_events import ENDINGS

SHOWN: Final = {"zs.planted": "on"}
NOT_SHOWN: Final = {"zs.planted": ""}
DOSSIER: Final = "侦查卷"
LATELY: Final = 200
UNIT_CODE: Final = slice(1, 13)
LATE: Final = timedelta(days=10)
"""A number that was passed over so long ago is hardly given any more: entries that come late come sooner."""


@contextmanager
def shown() -> Iterator[None]:
    """Every row, planted files with the others: for what must treat them alike, and for nobody's page."""
    with session_settings({**session_scope(None), **SHOWN}):
        yield


@transaction.atomic
def plant(
    file: p.PlantedFile, images: Mapping[str, bytes], *, by: Officer, at: datetime, told: Collection[Officer] = ()
) -> str:
    """
    File a made-up case with its papers under a free number of its unit and month. Returns the number.

    Takes   images: the pages that its papers name, PNG or JPEG; told: who of the legal department is to know of it.
    :raises PlantRefused: not discipline inspection, or what the file names is not there.
    """
    _require(bool(INSPECTORS & set(roles_of(by, on=localdate(at)))), "已知问题的卷宗由纪检督察放入。")
    unit = Unit.objects.filter(pk=file.unit).first()
    _require(unit is not None, f"没有单位 {file.unit}。请核对单位代码。")
    assert unit is not None
    _require(file.kind in Case.Kind.values, f"“{file.kind}”不是案件类别。可用 {'、'.join(Case.Kind.values)}。")
    _require(file.result in ENDINGS, f"“{file.result}”不是办结事件。可用 {'、'.join(ENDINGS)}。")
    _require(file.ended_on > localdate(at), "办结日期应在今天之后：它所在的期次还没有封存抽样框。")
    strangers = [one.number for one in told if not PLANNERS & set(roles_of(one, on=localdate(at)))]
    _require(not strangers, f"只能告知法制支队的人：{'、'.join(strangers)} 不是。请核对警号。")
    unknown = sorted({*file.known, *file.said} - set(book.questions()))
    _require(not unknown, f"评查表没有 {'、'.join(unknown)}。请核对评查项编号。")
    _hold_arrivals()
    with shown():
        number = number_of(file)
        case = register_case(number=number, title=file.title, kind=file.kind, unit=unit)
        _file(case, file.papers, images, at)
        # Last: from here on whatever is filed under this number is of a true case.
        Planted.objects.create(
            case=number, result=file.result, ended_on=file.ended_on, known=list(file.known), uses=list(file.uses),
            said=dict(file.said), by=by, at=at,
        )  # fmt: skip
        PlantedTold.objects.bulk_create(PlantedTold(case=number, officer=one, by=by, at=at) for one in told)
    return number


def _hold_arrivals() -> None:
    """Until the transaction ends nothing true arrives: a number that is free stays free until it is taken."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT zs_hold_arrivals()")
    except OperationalError as problem:
        raise PlantRefused(why="正在接入大批数据，暂时不能放入。请过几分钟再试。") from problem


def hold_plants() -> None:
    """Until the transaction ends no planted file gives way: a frame that is sealed meanwhile holds it for certain, or
    the true case."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT zs_hold_plants()")


def number_of(file: p.PlantedFile) -> str:
    """
    The number that a file takes, for its papers bear it: one that was passed over so long ago that no late entry will
    take it.

    :raises PlantRefused: its unit has none such in the month.
    """
    with shown():
        code = _code_of_cases(file.unit)
        month = f"A{code}{file.month}"
        there = Case.objects.filter(pk__startswith=month)
        passed = "".join(
            there.filter(first_at__lte=clock.now() - LATE).order_by("-number").values_list("number", flat=True)[:1]
        )
        taken = {*there.values_list("number", flat=True), *_waiting_numbers(month)}
    seed = hashlib.sha256(f"{file.unit}|{file.month}|{file.title}|{file.ended_on}".encode()).digest()
    try:
        number = p.free_number(code, file.month, [one for one in taken if one <= passed], seed=seed)
    except p.PlantingRefused as problem:
        raise PlantRefused(why=str(problem)) from problem
    # Never the next one: that is given to a true case.
    _require(number < passed, f"单位 {code} 在 {file.month} 没有早已跳过的编号。请换一个更早的月份，或别的单位。")
    return number


def _waiting_numbers(month: str) -> Iterator[str]:
    """Numbers of which true events are held, or were refused: somebody has them, though no case is there yet."""
    yield from HeldEvent.objects.filter(case__startswith=month).values_list("case", flat=True)
    with connection.cursor() as cursor:
        cursor.execute('SELECT "case" FROM cases_quarantine WHERE starts_with("case", %s)', [month])
        yield from (number for (number,) in cursor.fetchall())


def _code_of_cases(unit: str) -> str:
    """The code that the numbers of a unit's cases bear: where a squad's cases are numbered by its station, of that."""
    numbers = Case.objects.filter(unit=unit).order_by("-number").values_list("number", flat=True)[:LATELY]
    codes = Counter(number[UNIT_CODE] for number in numbers)
    return max(codes, key=lambda code: (codes[code], code), default=unit)


def _file(case: Case, papers: Iterable[p.Paper], images: Mapping[str, bytes], at: datetime) -> None:
    dossier = Dossier.objects.create(code=f"JZ-{case.number}", case=case, title=DOSSIER)
    for serial, paper in enumerate(papers, 1):
        document = Document.objects.create(
            dossier=dossier, code=_code(paper, dossier, serial), kind=paper.kind, document_no=paper.document_no,
            made_on=paper.made_on, signed=paper.signed, recorded_at=at,
        )  # fmt: skip
        for number, name in enumerate(paper.pages, 1):
            _require(name in images, f"没有图片 {name}。请把它放在描述文件旁边。")
            _page(document, number, name, images[name])


def _code(paper: p.Paper, dossier: Dossier, serial: int) -> str:
    return paper.code.replace(p.CASE, str(dossier.case_id)) or f"{dossier.code}-{serial}"


def _page(document: Document, number: int, name: str, content: bytes) -> None:
    digest = hashlib.sha256(content).hexdigest()
    path = page_path(digest)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        path.write_bytes(content)
    why, image = why_refused(path), image_of(path)
    if why or image is None:
        path.unlink()
        raise PlantRefused(why=f"{name}：{why}。请换成 PNG 或 JPEG。")
    Page.objects.create(
        document=document, number=number, sha256=digest, media_type=image.media_type, size_bytes=len(content)
    )


def standing() -> QuerySet[Planted]:
    """The planted files that no true case has overtaken."""
    return Planted.objects.exclude(case__in=Overtaken.objects.values("case"))


def story(case: str) -> Planted | None:
    """What a case was made up of; None for every true one."""
    with shown():
        return standing().filter(pk=case).first()


def taken_back() -> list[int]:
    """The picks of made-up files that gave way to a true case: nobody reads them, and nothing counts what was read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT zs_taken_back()")
        (found,) = cursor.fetchone()
    return list(found)


def is_made_up(pick: Pick) -> bool:
    """Whether what is read there is of no true case: planted, or planted and taken back. It stays so until the
    transaction ends."""
    hold_plants()
    return pick.pk in taken_back() or story(pick.case) is not None


def ended(unit: str, from_on: date, until_on: date) -> dict[str, str]:
    """The planted files of a period under a unit, with the ending under which each stands in its stratum. `shown`."""
    under = Unit.objects.filter(path__contains=unit).values("code")
    numbers = Case.objects.filter(unit__in=under).values("number")
    rows = standing().filter(ended_on__gte=from_on, ended_on__lt=until_on, case__in=numbers)
    return dict(rows.values_list("case", "result"))


def planted_numbers() -> list[str]:
    """All of them that stand. Only inside `shown`; elsewhere there are none."""
    return list(standing().values_list("case", flat=True))


def known_to(viewer: Viewer) -> frozenset[str]:
    """The planted files that a viewer is to know as such, those that gave way with the others: all to discipline
    inspection, else those told to him."""
    with shown():
        if viewer.roles() & INSPECTORS:
            return frozenset(Planted.objects.values_list("case", flat=True))
        return frozenset(PlantedTold.objects.filter(officer=viewer.officer or 0).values_list("case", flat=True))


def marked_for(viewer: Viewer) -> frozenset[str]:
    """The numbers that a viewer is to know as those of planted files; not of one that gave way: that is a true case."""
    with shown():
        return known_to(viewer) & frozenset(planted_numbers())


def told_of_lot(plan: Plan) -> frozenset[int]:
    """Officers who know of a planted file in the frame of a plan: none of its files is read blind by them. `shown`."""
    cases = FrameCase.objects.filter(plan=plan).values("case")
    return frozenset(PlantedTold.objects.filter(case__in=cases).values_list("officer", flat=True))


@dataclass(frozen=True)
class PlantedRow:
    """One planted file as discipline inspection sees it. `found`: known problems that its first reading found;
    `gave_way`: that it did, where a true case came under its number."""

    case: str
    title: str
    known: tuple[str, ...]
    ended_on: date
    is_read: bool
    found: tuple[str, ...]
    gave_way: Overtaken | None = None


def planted_rows(cases: Collection[str] | None = None) -> list[PlantedRow]:
    """Planted files of some numbers, or all, the newest first."""
    with shown():
        cases = list(Planted.objects.values_list("case", flat=True)) if cases is None else cases
        gave_way = Overtaken.objects.in_bulk(cases)
        titles = dict(Case.objects.filter(pk__in=cases).values_list("number", "title"))
        titles |= {case: row.title for case, row in gave_way.items()}
        read = _first_readings(set(cases) - gave_way.keys())
        return [
            PlantedRow(
                case=row.case,
                title=titles.get(row.case, ""),
                known=tuple(_worded(name) for name in row.known),
                ended_on=row.ended_on,
                is_read=row.case in read,
                found=tuple(_worded(name) for name in row.known if row.case in read and name in read[row.case].faults),
                gave_way=gave_way.get(row.case),
            )
            for row in Planted.objects.filter(case__in=cases).order_by("-at", "case")
        ]


def _worded(name: str) -> str:
    """A question of the check sheets by its number and its words."""
    known = book.questions().get(name)
    return f"{name} {known[1].text}" if known else name


def still_to_plant() -> int:
    """How many more planted files the readers' present load asks for: one in twenty."""
    with session_settings({**session_scope(None), **NOT_SHOWN}):
        waiting = Assigned.objects.filter(round="first", submission=None, pick__stream="random").count()
    with shown():
        read = Assigned.objects.filter(pick__case__in=planted_numbers(), submission__isnull=False).values("pick__case")
        passed_by = FrameCase.objects.filter(plan__draw__isnull=False).exclude(case__in=Pick.objects.values("case"))
        planted = standing().exclude(case__in=read).exclude(case__in=passed_by.values("case")).count()
    return max(0, planted_count(waiting) - planted)


def found_by_readers() -> p.Found:
    """How much readers find of what is there, over the planted files of lots that are read whole: before, a figure that
    moved with a sheet would tell its reader what it was. Not of one that gave way."""
    with shown():
        open_ = open_lots()
        rows = Assigned.objects.filter(pick__case__in=planted_numbers()).exclude(pick__plan__in=open_)
        return p.found(_first_readings(set(rows.values_list("pick__case", flat=True))).values())


def _first_readings(cases: Collection[str]) -> dict[str, p.Reading]:
    """What the first reading of each of some planted files said when it was handed in, by case. What its reader has
    said since, when he may know, is no reading."""
    known = dict(Planted.objects.filter(case__in=cases).values_list("case", "known"))
    rows = Assigned.objects.filter(round="first", submission__isnull=False, pick__case__in=known).order_by("pk")
    found = {}
    for row in rows.select_related("pick", "submission").prefetch_related("answers"):
        answers = sorted(row.answers.all(), key=lambda one: one.version)  # the newest of a question comes last
        said = {one.question: one.answer for one in answers if one.at <= row.submission.at}
        found[row.pick.case] = p.reading_of(known[row.pick.case], said)
    return found


def _require(holds: bool, why: str) -> None:
    if not holds:
        raise PlantRefused(why=why)
