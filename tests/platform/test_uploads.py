"""Page images: quarantined, judged by their own bytes, known by their hash, checked again when shown."""

import io
import struct
from pathlib import Path

import pytest
from django.conf import settings

from tests.platform.people import EAST_STATION, city, noon, officer
from tests.platform.world import PIXEL
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.access.scope import Viewer, viewer_of
from zhunsheng.apps.cases.models import Case, Dossier, Upload
from zhunsheng.apps.cases.services import assign, register_case
from zhunsheng.apps.cases.uploads import (
    LARGEST_BYTES,
    CaseClosedToUploads,
    PageDamaged,
    UploadRefused,
    add_document,
    add_page,
    image_of,
    judge,
    no_scanner,
    open_page,
    page_path,
    receive,
)
from zhunsheng.apps.org.models import Unit

pytestmark = pytest.mark.usefixtures("db")
CASE = "A3502030100002026030001"
JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08\x00\x10\x00\x20\x01\x01\x11\x00\xff\xd9"
BOMB = PIXEL[:16] + struct.pack(">II", 60_000, 60_000) + PIXEL[24:]


@pytest.fixture
def viewer() -> Viewer:
    city()
    someone = officer("035001", ("officer", EAST_STATION))
    with as_process("test"):
        case = register_case(number=CASE, title="", kind="criminal", unit=Unit.objects.get(pk=EAST_STATION))
        assign(case=case, officer=someone, role="case_officer", from_at=noon("2026-03-01"))
    return viewer_of(account="alice", officer=someone.pk, admin_role="", on=noon("2026-03-10").date())


def sent(viewer: Viewer, content: bytes) -> Upload:
    upload = receive(viewer=viewer, case=CASE, content=io.BytesIO(content), at=noon("2026-03-10"))
    return judge(upload=upload, scanner=no_scanner)


@pytest.mark.parametrize(("content", "media_type"), [(PIXEL, "image/png"), (JPEG, "image/jpeg")])
def test_an_image_is_released_under_its_hash(viewer: Viewer, content: bytes, media_type: str) -> None:
    with as_process("test"):
        upload = sent(viewer, content)
    assert (upload.verdict, upload.media_type) == (Upload.Verdict.CLEAN, media_type)
    assert page_path(upload.sha256).read_bytes() == content


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<script>alert(1)</script>", "不是 PNG 或 JPEG"),
        (b"%PDF-1.7", "不是 PNG 或 JPEG"),
        (b"", "不是 PNG 或 JPEG"),
        (PIXEL[:20], "不是 PNG 或 JPEG"),
        (BOMB, "超过上限"),
    ],
)
def test_what_is_no_image_is_destroyed_and_the_verdict_stays(viewer: Viewer, content: bytes, why: str) -> None:
    with as_process("test"):
        upload = sent(viewer, content)
    assert upload.verdict == Upload.Verdict.REFUSED
    assert why in upload.reason
    assert not page_path(upload.sha256).exists()
    assert not (settings.MEDIA / "quarantine" / upload.sha256).exists()


def test_too_large_a_file_is_refused_while_it_arrives(viewer: Viewer) -> None:
    with as_process("test"), pytest.raises(UploadRefused, match="超过 20 MB"):
        sent(viewer, PIXEL + bytes(LARGEST_BYTES))
    assert list((settings.MEDIA / "quarantine").iterdir()) == []


def test_a_scanner_may_refuse_what_looks_like_an_image(viewer: Viewer) -> None:
    with as_process("test"):
        upload = receive(viewer=viewer, case=CASE, content=io.BytesIO(PIXEL), at=noon("2026-03-10"))
        judged = judge(upload=upload, scanner=lambda path: f"查出病毒（{path.stat().st_size} 字节）")
        assert (judged.verdict, judged.reason) == (Upload.Verdict.REFUSED, f"查出病毒（{len(PIXEL)} 字节）")
        assert judge(upload=upload, scanner=no_scanner).verdict == Upload.Verdict.REFUSED  # the first verdict stands


def test_a_case_of_others_takes_no_material(viewer: Viewer) -> None:
    with as_process("test"), pytest.raises(CaseClosedToUploads):
        receive(viewer=viewer, case="A9", content=io.BytesIO(PIXEL), at=noon("2026-03-10"))


def test_only_a_released_file_of_the_same_case_becomes_a_page(viewer: Viewer) -> None:
    with as_process("test"):
        other = Case.objects.create(number="A3502030100002026030002")
        dossier = Dossier.objects.create(code="D2", case=other)
        document = add_document(dossier=dossier, code="W2", kind="拘", document_no="", at=noon("2026-03-10"))
        with pytest.raises(UploadRefused, match="另一个案件"):
            add_page(document=document, number=1, upload=sent(viewer, PIXEL))
        waiting = receive(viewer=viewer, case=CASE, content=io.BytesIO(JPEG), at=noon("2026-03-10"))
        with pytest.raises(UploadRefused, match="待检查"):
            add_page(document=document, number=1, upload=waiting)


def test_a_page_whose_bytes_were_changed_on_the_disk_is_not_shown(viewer: Viewer) -> None:
    with as_process("test"):
        dossier = Dossier.objects.create(code="D1", case_id=CASE)
        document = add_document(dossier=dossier, code="W1", kind="拘", document_no="", at=noon("2026-03-10"))
        page = add_page(document=document, number=1, upload=sent(viewer, PIXEL + b"page"))
        assert open_page(viewer=viewer, document=document.pk, number=1)[1] == PIXEL + b"page"
        page_path(page.sha256).write_bytes(PIXEL + b"changed")
        with pytest.raises(PageDamaged, match="第 1 页"):
            open_page(viewer=viewer, document=document.pk, number=1)


def test_a_document_entered_again_is_its_next_version(viewer: Viewer) -> None:
    del viewer
    with as_process("test"):
        dossier = Dossier.objects.create(code="D1", case_id=CASE)
        versions = [
            add_document(dossier=dossier, code="W1", kind="拘", document_no=number, at=noon("2026-03-10")).version
            for number in ("", "甲公拘字〔2026〕1号")
        ]
    assert versions == [1, 2]


def test_the_size_of_a_jpeg_is_read_from_its_frame(tmp_path: Path) -> None:
    file = tmp_path / "one"
    file.write_bytes(JPEG)
    image = image_of(file)
    assert image is not None
    assert (image.width, image.height) == (32, 16)
