"""Page images: taken into quarantine, judged, and only then part of a dossier, known by the hash of their bytes."""

import hashlib
import os
import secrets
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from django.conf import settings
from django.db import transaction

from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.cases.models import Document, Dossier, Page, Upload
from zhunsheng.apps.cases.selectors import reachable_cases, visible_cases
from zhunsheng.apps.refusals import DomainError

LARGEST_BYTES: Final = 20 * 1024 * 1024
MOST_PIXELS: Final = 50_000_000
BLOCK_BYTES: Final = 64 * 1024
PNG: Final = b"\x89PNG\r\n\x1a\n"
JPEG: Final = b"\xff\xd8\xff"
JPEG_SIZES: Final = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})

Scanner = Callable[[Path], str]
"""Takes a file in quarantine; returns why it must be refused, or nothing."""


class UploadRefused(DomainError):
    """The file cannot become a page."""

    text = "文件没有收下：{why}。请上传 PNG 或 JPEG 图片，每个不超过 20 MB。"


class CaseClosedToUploads(DomainError):
    """Not there, or not the viewer's to add to."""

    text = "没有这个案件，或您不能向它的卷宗添加材料。请联系主办民警。"


class PageNotVisible(DomainError):
    """Not there, or not to be seen."""

    text = "没有这一页，或您没有查看它的权限。"


class PageDamaged(DomainError):
    """The stored bytes are not those that were filed."""

    text = "第 {number} 页的文件与登记的摘要不符，不能显示。请通知审计管理员，从备份恢复。"


@dataclass(frozen=True)
class Image:
    """What the first bytes of an image say."""

    media_type: str
    width: int
    height: int


def receive(*, viewer: Viewer, case: str, content: IO[bytes], at: datetime) -> Upload:
    """
    Take a file into quarantine under a name of our own; nothing of the name it came with is kept.

    :raises CaseClosedToUploads: the viewer may not add to this case.
    :raises UploadRefused: it is too large.
    """
    found = visible_cases(viewer, Action.DOSSIER_UPLOAD).filter(pk=case).first()
    if found is None:
        raise CaseClosedToUploads
    path, digest, size = quarantined(content)
    stored = path.with_name(digest)
    path.rename(stored)
    image = image_of(stored)
    return Upload.objects.create(
        sha256=digest,
        size_bytes=size,
        media_type=image.media_type if image else "application/octet-stream",
        case=found,
        by=viewer.account,
        at=at,
    )


def judge(*, upload: Upload, scanner: Scanner) -> Upload:
    """Release a file from quarantine or destroy it; the verdict stays. Judged twice, the first verdict stands."""
    with transaction.atomic():
        locked = Upload.objects.select_for_update().get(pk=upload.pk)
        if locked.verdict != Upload.Verdict.WAITING:
            return locked
        path = settings.MEDIA / "quarantine" / locked.sha256
        why = why_refused(path) or scanner(path)
        locked.verdict = Upload.Verdict.REFUSED if why else Upload.Verdict.CLEAN
        locked.reason = why
        locked.save(update_fields=["verdict", "reason"])
        if why:
            path.unlink(missing_ok=True)
        else:
            released(path, locked.sha256)
    return locked


def quarantined(content: IO[bytes]) -> tuple[Path, str, int]:
    """
    A file in quarantine under a name of our own: where it is, its SHA-256, its size. Nobody is served from there.

    :raises UploadRefused: it is too large.
    """
    folder = settings.MEDIA / "quarantine"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / secrets.token_hex(16)
    return path, *_store(content, path)


def released(path: Path, sha256: str) -> None:
    """What was judged leaves quarantine for where images are kept by their hash."""
    target = page_path(sha256)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.replace(target)


def no_scanner(path: Path) -> str:
    """Where no virus scanner is installed the form of the file alone is judged."""
    del path
    return ""


def add_page(*, document: Document, number: int, upload: Upload) -> Page:
    """
    Make a released file a page of a document.

    :raises UploadRefused: it is still in quarantine, was refused, or belongs to another case.
    """
    if upload.verdict != Upload.Verdict.CLEAN:
        raise UploadRefused(why=f"它的状态是“{upload.get_verdict_display()}”")
    if upload.case_id != document.dossier.case_id:
        raise UploadRefused(why="它属于另一个案件")
    return Page.objects.create(
        document=document,
        number=number,
        sha256=upload.sha256,
        media_type=upload.media_type,
        size_bytes=upload.size_bytes,
    )


def add_document(
    *, dossier: Dossier, code: str, kind: str, document_no: str, at: datetime, signed: bool | None = None
) -> Document:
    """Enter a document; entered again it is the next version, and the earlier one stays."""
    version = Document.objects.filter(code=code).count() + 1
    return Document.objects.create(
        dossier=dossier,
        code=code,
        version=version,
        kind=kind,
        document_no=document_no,
        signed=signed,
        recorded_at=at,
    )


def open_page(*, viewer: Viewer, document: int, number: int) -> tuple[Page, bytes]:
    """
    The bytes of a page, checked against its hash; recorded before the answer.

    :raises PageNotVisible, PageDamaged: see there.
    """
    cases = reachable_cases(viewer, Action.CASE_READ)
    page = Page.objects.filter(document=document, number=number, document__dossier__case__in=cases).first()
    if page is None:
        raise PageNotVisible
    record_read(kind="page", key=f"{document}/{number}")
    path = page_path(page.sha256)
    content = path.read_bytes() if path.exists() else b""
    if hashlib.sha256(content).hexdigest() != page.sha256:
        raise PageDamaged(number=number)
    return page, content


def page_path(sha256: str) -> Path:
    """Where the bytes with this hash are kept."""
    media: Path = settings.MEDIA
    return media / "pages" / sha256[:2] / sha256


def why_refused(path: Path) -> str:
    """Why the form of a file rules it out, or nothing."""
    image = image_of(path) if path.exists() else None
    if image is None:
        return "不是 PNG 或 JPEG 图片"
    if not 0 < image.width * image.height <= MOST_PIXELS:
        return f"图片尺寸 {image.width}×{image.height} 超过上限"
    return ""


def image_of(path: Path) -> Image | None:
    """Type and size from the file's own header, never from its name; None if it is neither PNG nor JPEG."""
    with path.open("rb") as file:
        head = file.read(BLOCK_BYTES)
    if head.startswith(PNG) and head[12:16] == b"IHDR" and len(head) >= 24:
        width, height = struct.unpack(">II", head[16:24])
        return Image("image/png", width, height)
    if head.startswith(JPEG):
        size = _jpeg_size(head)
        return Image("image/jpeg", *size) if size else None
    return None


def _jpeg_size(head: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(head) and head[at] == 0xFF:
        marker, length = head[at + 1], int.from_bytes(head[at + 2 : at + 4], "big")
        if marker in JPEG_SIZES:
            height, width = struct.unpack(">HH", head[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None


def _store(content: IO[bytes], path: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("xb") as file:
        while block := content.read(BLOCK_BYTES):
            size += len(block)
            if size > LARGEST_BYTES:
                path.unlink()
                raise UploadRefused(why="超过 20 MB")
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest(), size
