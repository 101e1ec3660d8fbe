"""Dossiers of the demonstration: the city's papers drawn as images, and filed by the officers who handle the cases, by
the same way as everybody's."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import polars as pl
from django.db import transaction

from zhunsheng.apps.access.models import Account
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.access.scope import viewer_of
from zhunsheng.apps.cases.dossiers import file_page
from zhunsheng.apps.cases.models import Assignment, Case, Document, Dossier
from zhunsheng.apps.cases.uploads import no_scanner
from zhunsheng.apps.display import formats
from zhunsheng.apps.display.typesetting import NoChineseFont, assert_ready, drawn
from zhunsheng.city.dossiers import UNSIGNED_EACH, Paper, papers, put_on_paper
from zhunsheng.web.demo.people import PROCESS

LAYOUT: Final = Path(__file__).parent / "layouts" / "leaf.typ"
MOST: Final = 8
BEFORE: Final = UNSIGNED_EACH - 1
"""So that already the first paper of the first dossier lacks its signature."""
PIXELS_PER_INCH: Final = 80.0
LINES_A_PAGE: Final = 12
OFFICERS_LOGIN: Final = "officer"


def fill(events: pl.DataFrame, *, at: datetime) -> int:
    """
    Some dossiers with their pages, unless there are any, or no font to draw them with. Returns their number.

    Takes   events: schemas.EVENTS, those that have become known.
    """
    with transaction.atomic(), as_process(PROCESS):
        if Dossier.objects.exists():
            return 0
    try:
        assert_ready()
    except NoChineseFont:
        return 0  # the viewer then says that there is no image; the log of the site says why
    with transaction.atomic(), as_process(PROCESS):
        chosen, before = _chosen(put_on_paper(events)), BEFORE
        for head in chosen:
            found = papers(events, case=head.case_id, before=before)
            _dossier(head, found, at)
            before += len(found)
    return len(chosen)


def file_also(events: pl.DataFrame, cases: Iterable[str], *, at: datetime) -> None:
    """The dossiers of more cases, as far as they have none, a case officer, and something on paper."""
    try:
        assert_ready()
    except NoChineseFont:
        return
    with transaction.atomic(), as_process(PROCESS):
        rows = Assignment.objects.filter(role=Assignment.Role.CASE_OFFICER, until_at=None, case__in=list(cases))
        for head in rows.filter(case__dossiers=None).select_related("case__unit", "officer").order_by("case"):
            if found := papers(events, case=head.case_id, before=BEFORE):
                _dossier(head, found, at)


def _chosen(count: Mapping[str, int]) -> list[Assignment]:
    """Case officers with their cases: of whoever enters as an officer, then the richest of his unit, then of all."""
    own = Account.objects.filter(username=OFFICERS_LOGIN).values_list("officer", flat=True).first()
    rows = Assignment.objects.filter(role=Assignment.Role.CASE_OFFICER, until_at=None, case__in=list(count))
    heads = list(rows.select_related("case__unit", "officer"))
    units = {head.case.unit_id for head in heads if head.officer_id == own}
    heads.sort(key=lambda head: (head.officer_id != own, head.case.unit_id not in units, -count[head.case_id], head.pk))
    return heads[:MOST]


def _dossier(head: Assignment, found: Sequence[Paper], at: datetime) -> None:
    case = head.case
    dossier = Dossier.objects.create(code=f"JZ-{case.number}", case=case, title="侦查卷")
    viewer = viewer_of(account=head.officer.number, officer=head.officer_id, admin_role="", on=formats.local(at)[0])
    for serial, paper in enumerate(found, 1):
        document = Document.objects.create(
            dossier=dossier,
            code=paper.code,
            kind=paper.kind,
            document_no=number_of(paper, serial),
            made_on=formats.local(paper.at)[0] if paper.dated else None,
            signed=paper.said_signed,
            recorded_at=max(paper.at, case.first_at or paper.at),
        )
        for image in images(paper, case, str(head.officer.name), serial):
            page, why = file_page(
                viewer=viewer,
                code=dossier.code,
                document=document.pk,
                content=io.BytesIO(image),
                scanner=no_scanner,
                at=at,
            )
            assert page is not None, why


def images(paper: Paper, case: Case, officer: str, serial: int) -> list[bytes]:
    """The pages of a paper as PNG."""
    day = formats.full_day(formats.local(paper.at)[0])
    content = {
        "unit": case.unit.name if case.unit else "",
        "kind": paper.kind,
        "number": number_of(paper, serial),
        "lines": list(_lines(paper, case)),
        "signature_word": "承办人：",
        "signature": officer if paper.signed else "",
        "date": day if paper.dated else "年　　月　　日",
        "seal": case.unit.short_name if case.unit and paper.signed else "",
    }
    return drawn(LAYOUT, content, at=paper.at, pixels_per_inch=PIXELS_PER_INCH)


def number_of(paper: Paper, serial: int) -> str:
    """The number of an invented document."""
    return f"晴公（{paper.kind[0]}）字〔{paper.at.year}〕{serial}号"


def _lines(paper: Paper, case: Case) -> Iterator[str]:
    yield f"案件编号：{case.number}。"
    yield paper.text
    for n in range(1, (paper.pages - 1) * LINES_A_PAGE + 3):
        yield f"（演示文书，第 {n} 段）以上内容为虚构，人物、单位和事件都不存在，仅供演示翻阅。"
