"""A dossier page by page: for whoever may read its case, in the newest version of each document, through quarantine."""

import io
from datetime import date, datetime
from typing import Any

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.platform.accounts import Person, account, signed_in
from tests.platform.people import EAST_STATION, WEST_STATION, city, noon, officer
from tests.platform.world import PIXEL
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.access.scope import Viewer, viewer_of
from zhunsheng.apps.cases.dossiers import (
    DocumentNotInDossier,
    DossierNotVisible,
    OpenDossier,
    file_page,
    open_dossier,
)
from zhunsheng.apps.cases.models import Document, Dossier, Page, Upload
from zhunsheng.apps.cases.services import assign, register_case
from zhunsheng.apps.cases.uploads import add_document, no_scanner
from zhunsheng.apps.org.models import Officer, Unit
from zhunsheng.city.dossiers import UNSIGNED_EACH, papers, put_on_paper
from zhunsheng.core.schemas import EVENTS

pytestmark = pytest.mark.usefixtures("db")
CASE = "A3502030100002026030001"
AT = noon("2026-03-10")


@pytest.fixture
def alice() -> Viewer:
    """The case officer, with a dossier of two documents: one of two pages, one of one."""
    city()
    someone = officer("035001", ("officer", EAST_STATION))
    viewer = viewer_of(account="alice", officer=someone.pk, admin_role="", on=AT.date())
    with as_process("test"):
        case = register_case(number=CASE, title="入室盗窃案", kind="criminal", unit=Unit.objects.get(pk=EAST_STATION))
        assign(case=case, officer=someone, role="case_officer", from_at=noon("2026-03-01"))
        dossier = Dossier.objects.create(code="D1", case=case, title="侦查卷")
        for code, kind, pages in (("W1", "讯问笔录", 2), ("W2", "拘留证", 1)):
            document = add_document(dossier=dossier, code=code, kind=kind, document_no="", at=AT)
            for n in range(pages):
                filed(viewer, document, f"{code}{n}")
    return viewer


def filed(viewer: Viewer, document: Document, mark: str) -> Page | None:
    content = io.BytesIO(PIXEL + mark.encode())
    return file_page(viewer=viewer, code="D1", document=document.pk, content=content, scanner=no_scanner, at=AT)[0]


def opened(viewer: Viewer, place: int = 1) -> OpenDossier:
    with as_process("test"):
        return open_dossier(viewer, code="D1", place=place)


def test_the_pages_of_all_documents_are_one_row_and_know_their_neighbours(alice: Viewer) -> None:
    found = opened(alice, 2)
    assert [(one.kind, [leaf.place for leaf in one.leaves]) for one in found.documents] == [
        ("讯问笔录", [1, 2]),
        ("拘留证", [3]),
    ]
    assert (found.preceding, found.following, found.count) == (1, 3, 3)
    assert found.of_leaf is not None
    assert found.of_leaf.kind == "讯问笔录"


@pytest.mark.parametrize(("asked", "shown"), [(0, 1), (1, 1), (3, 3), (99, 3)])
def test_a_place_beyond_the_ends_is_the_nearest_page(alice: Viewer, asked: int, shown: int) -> None:
    leaf = opened(alice, asked).leaf
    assert leaf is not None
    assert leaf.place == shown
    assert opened(alice, 3).following == 0  # the last page has none after it


def test_a_document_entered_again_is_shown_in_its_newest_version_only(alice: Viewer) -> None:
    with as_process("test"):
        dossier = Dossier.objects.get(pk="D1")
        newer = add_document(dossier=dossier, code="W1", kind="讯问笔录（补正）", document_no="2号", at=AT)
        filed(alice, newer, "new")
    found = opened(alice)
    assert [(one.kind, len(one.leaves)) for one in found.documents] == [("讯问笔录（补正）", 1), ("拘留证", 1)]


def test_who_opens_a_dossier_is_on_record_with_the_page(alice: Viewer) -> None:
    opened(alice, 2)
    with connection.cursor() as cursor:
        cursor.execute("SELECT object_id, detail ->> 'place' FROM audit_entry WHERE object_kind = 'dossier'")
        assert cursor.fetchall() == [("D1", "2")]


def test_the_dossier_of_a_case_that_one_may_only_list_is_not_there(alice: Viewer) -> None:
    del alice
    mate = viewer_of(
        account="bob", officer=officer("035002", ("officer", EAST_STATION)).pk, admin_role="", on=AT.date()
    )
    stranger = signed_in(account("charlie", officer=officer("035003", ("officer", WEST_STATION))))
    with pytest.raises(DossierNotVisible):
        opened(mate)
    assert stranger.get("/dossiers/D1/").status_code == 404
    assert stranger.get("/dossiers/D9/").status_code == 404


def test_an_added_page_passes_quarantine_and_is_the_next_of_its_document(alice: Viewer) -> None:
    me = browser(alice)
    with as_process("test"):
        document = Document.objects.get(code="W1")
    answer = upload(me, document.pk, PIXEL + b"third")
    assert (answer.status_code, answer["Location"]) == (302, "/dossiers/D1/?page=3")
    assert [leaf.number for leaf in opened(alice).documents[0].leaves] == [1, 2, 3]
    refused = upload(me, document.pk, b"<script>")
    assert refused.status_code == 422
    assert "不是 PNG 或 JPEG" in refused.content.decode()
    with as_process("test"):
        assert Upload.objects.filter(verdict="refused").count() == 1  # the verdict stays
    assert opened(alice).count == 4


def test_a_page_of_a_document_of_another_dossier_is_refused(alice: Viewer) -> None:
    with as_process("test"):
        other = Dossier.objects.create(code="D2", case_id=CASE)
        document = add_document(dossier=other, code="W9", kind="拘留证", document_no="", at=AT)
        with pytest.raises(DocumentNotInDossier):
            filed(alice, document, "x")
    assert upload(browser(alice), 0, PIXEL).status_code == 422


def test_more_pages_ask_nothing_more(alice: Viewer) -> None:
    def queries() -> int:
        with as_process("test"), CaptureQueriesContext(connection) as captured:
            open_dossier(alice, code="D1", place=1)
        return len(captured)

    few = queries()
    with as_process("test"):
        for n in range(10):
            filed(alice, Document.objects.get(code="W2"), f"more{n}")
    assert queries() == few


def browser(viewer: Viewer) -> Person:
    """The viewer at a browser."""
    return signed_in(account(viewer.account, officer=Officer.objects.get(pk=viewer.officer or 0)))


def upload(person: Person, document: int, content: bytes) -> Any:
    """Send a file as the next page of a document."""
    file = SimpleUploadedFile("../../page.png", content)
    return person.client.post("/dossiers/D1/pages/", {"document": document, "file": file})


def acts(*types: str) -> pl.DataFrame:
    rows = [
        {"source": "cases", "id": f"E{n:02}", "version": 1, "void": False, "type": kind, "case": CASE,
         "at": datetime.fromisoformat(f"2026-03-{n:02}T10:00:00+08:00"), "officers": ["35-100001"]}
        for n, kind in enumerate(types, 1)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema_overrides={name: kind for name, kind in EVENTS.items() if name in rows[0]})


def test_the_city_puts_its_acts_on_paper_and_leaves_out_signatures_and_dates_where_planned() -> None:
    found = papers(acts(*["interrogation.started"] * 28, "family.not_on_paper"), case=CASE)
    assert len(found) == 28  # an act of which there is no form is not on paper
    assert [n for n, paper in enumerate(found, 1) if not paper.signed] == [5, 10, 15, 20, 25]
    assert [n for n, paper in enumerate(found, 1) if not paper.dated] == [7, 14, 21, 28]
    # Every second of the unsigned is recorded as signed: only its image tells.
    assert [n for n, paper in enumerate(found, 1) if paper.said_signed and not paper.signed] == [10, 20]
    assert all(paper.said_signed for paper in found if paper.signed)
    assert papers(acts("case.filed"), case="another") == []
    # What lacks is counted over dossiers: after four papers elsewhere the first one here is the fifth.
    assert not papers(acts("case.filed"), case=CASE, before=UNSIGNED_EACH - 1)[0].signed
    assert put_on_paper(acts("case.filed", "person.detained", "family.not_on_paper")) == {CASE: 2}
    assert found[0].at.date() == date(2026, 3, 1)
