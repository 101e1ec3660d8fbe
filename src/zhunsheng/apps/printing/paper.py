"""What every document has: paper and its frame, who had it made and when, its code, the record that it was issued."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.http import HttpResponse
from django.utils.translation import gettext as _

from zhunsheng.apps.access.processes import as_viewer
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.display import formats
from zhunsheng.apps.display.typesetting import typeset
from zhunsheng.apps.org.models import Officer
from zhunsheng.apps.org.selectors import top_unit_name
from zhunsheng.apps.printing.models import IssuedDocument

LAYOUTS: Final = Path(__file__).parent / "layouts"
MARK_DIGITS: Final = 12  # of the code: what the ledger of exports lists
MEDIA_TYPE: Final = "application/pdf"


@dataclass(frozen=True)
class Paper:
    """A document before it is set: all its words. `about` is the key of what it is about; `code` the hash of it all."""

    sheet: str
    about: str
    viewer: Viewer
    at: datetime
    content: Mapping[str, Any]

    @property
    def code(self) -> str:
        """What the document says, as a hash; it is printed on each of its pages."""
        return hashlib.sha256(json.dumps(self.content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def frame(viewer: Viewer, *, sheet: str, title: str, now: datetime) -> dict[str, Any]:
    """The words around the content: title, kind, who had it made, watermark, numbers of pages."""
    officer = Officer.objects.filter(pk=viewer.officer or 0).first()
    who = f"{officer.name} {officer.number}" if officer else viewer.account
    return {
        "lang": "en" if formats.is_english() else "zh",
        "title": title,
        "kind": _(IssuedDocument.Sheet(sheet).label),
        "site": " · ".join(filter(None, (top_unit_name(), _("准绳")))),
        "watermark": " · ".join(
            (*dict.fromkeys((who, viewer.account)), f"{now.astimezone(formats.ZONE):%Y-%m-%d %H:%M}")
        ),
        "printed": _("打印人 %(who)s · %(at)s") % {"who": who, "at": formats.moment(now)},
        "page_of": _("第 {n} 页，共 {total} 页"),
        "code_word": _("核验码"),
    }


def due_moment(at: datetime | None, *, now: datetime) -> str:
    """A due time in a row of a table: 3月3日 24:00."""
    return moment(at, now=now, at_end=formats.ends_a_day(at))


def moment(at: datetime | None, *, now: datetime, at_end: bool = False) -> str:
    """3月3日 23:05 in a row of a table, with the year where it is another. No 今天: paper is read on other days."""
    if at is None:
        return "—"
    day, clock = formats.local(at, at_end=at_end)
    is_this_year = day.year == formats.local(now)[0].year
    return f"{formats.short_day(day) if is_this_year else formats.full_day(day)} {clock}"


def table(
    title: str, heads: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str, most: int, note: str = ""
) -> dict[str, Any]:
    """A table of a document with at most so many rows; how many were left out is said under it."""
    found = [list(row) for row in rows]
    left_out = len(found) - most
    if left_out > 0:
        note = _("另有 %(n)d 条没有列出。") % {"n": left_out}
    return {"title": title, "heads": list(heads), "rows": found[:most], "empty": empty, "note": note}


def record_asked(paper: Paper) -> None:
    """Say that a document is about to be made of what was read, in the transaction that read it."""
    record_read(
        kind="document",
        key=paper.about,
        detail={"sheet": paper.sheet, "code": paper.code, "mark": paper.code[:MARK_DIGITS]},
    )


def made(paper: Paper) -> bytes:
    """The document as PDF, set outside any transaction; that it was issued is on the record before it is returned."""
    words = {**paper.content, "code_line": f"{paper.content['code_word']} {paper.code}"}
    pdf = typeset(LAYOUTS / f"{paper.sheet}.typ", words, at=paper.at)
    with as_viewer(paper.viewer):
        IssuedDocument.objects.create(
            sheet=paper.sheet,
            about=paper.about,
            code=paper.code,
            file=hashlib.sha256(pdf).hexdigest(),
            account=paper.viewer.account,
            at=paper.at,
        )
    return pdf


def issue(paper: Paper) -> HttpResponse:
    """The document as an answer."""
    name = f"{paper.sheet.replace('_', '-')}-{paper.code[:8]}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(made(paper), content_type=MEDIA_TYPE, headers=headers)
