"""导出台账 as a list: every file that was taken away, the newest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from zhunsheng.apps.access.kinds import KINDS, object_words
from zhunsheng.apps.audit.models import AuditEntry
from zhunsheng.apps.audit.selectors import taken_entries
from zhunsheng.apps.display import formats
from zhunsheng.apps.display.listing import Asked, Column, Filter, Listing, Page, choices
from zhunsheng.apps.display.sheets import Cell

SPANS: Final = {"7": timedelta(days=7), "30": timedelta(days=30), "365": timedelta(days=365)}


@dataclass(frozen=True)
class File:
    """One file: who took it when, what it is called, what it was made of, how many rows, what for, the code in it."""

    at: datetime
    actor: str
    title: str
    key: str
    rows: int | None
    purpose: str
    mark: str


def listing(*, now: datetime) -> Listing:
    """Columns and filters. Whoever holds a file finds it by the code that stands in it."""
    columns = (
        Column("at", _("时间"), sort=("id",)),
        Column("actor", _("账号")),
        Column("kind", _("种类")),
        Column("object", _("对象")),
        Column("count", _("行数"), css="r"),
        Column("purpose", _("用途")),
        Column("mark", _("识别码")),
    )
    spans = choices((("7", _("近7天")), ("30", _("近30天")), ("365", _("近一年"))))
    kinds = choices((name, str(title)) for name, title in KINDS.items())
    filters = (
        Filter("mark", _("文件里的识别码"), lambda value: Q(mark=value)),
        Filter("in", _("时间"), lambda value: Q(at__gte=now - SPANS[value]), spans),
        Filter("actor", _("账号"), lambda value: Q(actor__in=(value, f"account:{value}"))),
        Filter("kind", _("种类"), lambda value: Q(object_kind=value), kinds),
    )
    return Listing(columns, filters, default_sort="-at")


def exports(asked: Asked) -> tuple[Page[AuditEntry], list[File]]:
    """One page of the ledger."""
    page = asked.page(taken_entries())
    return page, [_file(entry) for entry in page.rows]


def cells(file: File) -> Iterator[Cell]:
    """One file as it is taken away."""
    yield from (formats.seconds(file.at), formats.actor(file.actor), file.title, object_words(file.key))
    yield from (file.rows, file.purpose, file.mark)


def _file(entry: AuditEntry) -> File:
    said = vars(entry)  # `mark` and `rows` are no columns
    return File(
        at=entry.at,
        actor=entry.actor,
        title=str(KINDS.get(entry.object_kind, entry.object_kind)),
        key=entry.object_id,
        rows=int(said["rows"]) if said["rows"] else None,
        purpose=entry.purpose,
        mark=said["mark"],
    )
