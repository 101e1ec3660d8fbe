"""发布记录: every rulebook that was proposed, what became of it, and the files that it changed."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from zhunsheng.apps.display import formats
from zhunsheng.apps.display.listing import Asked, Column, Filter, Listing, Page, choices
from zhunsheng.apps.display.sheets import Cell
from zhunsheng.apps.supervision.models import Release

SPANS: Final = {"30": timedelta(days=30), "365": timedelta(days=365)}
MOST_KNOWN: Final = 200
FILES: Final = """
    SELECT sha256, array_agg(key), array_agg(hashtextextended(value, 0)) FROM (
        SELECT DISTINCT ON (sha256) sha256, files FROM supervision_release WHERE sha256 = ANY (%s)
    ) AS one, jsonb_each_text(one.files) GROUP BY sha256
"""
_known: Final[dict[str, Mapping[str, int]]] = {}
"""Rulebooks by digest, each as its files with a number for the text of each. What a digest stands for never changes:
it is read once."""


@dataclass(frozen=True)
class ReleaseLine:
    """One release as its page shows it."""

    row: Release
    changed: tuple[str, ...]  # the files in which it differs from the release before


@dataclass(frozen=True)
class Releases:
    """One page of the record."""

    page: Page[Release]
    lines: Sequence[ReleaseLine]


def listing(*, now: datetime) -> Listing:
    """Columns and filters, the newest first."""
    columns = (
        Column("at", _("时间"), sort=("at", "pk")),
        Column("state", _("状态")),
        Column("by", _("提出"), sort=("by", "pk")),
        Column("second", _("决定"), sort=("second", "pk")),
        Column("changed", _("改动的文件")),
    )
    states = choices((value, _(title)) for value, title in Release.State.choices)
    spans = choices((("30", _("近30天")), ("365", _("近一年"))))
    filters = (
        Filter("in", _("时间"), lambda value: Q(at__gte=now - SPANS[value]), spans),
        Filter("state", _("状态"), lambda value: Q(state=value), states),
        Filter("who", _("提出或决定"), _by),
    )
    return Listing(columns, filters, default_sort="-at")


def releases(asked: Asked) -> Releases:
    """What was proposed and what became of it, each with the files that it changes."""
    page = asked.page(Release.objects.defer("files"))
    return Releases(page, _lines(page.rows))


def waiting() -> ReleaseLine | None:
    """The one that waits for the second person."""
    row = Release.objects.defer("files").filter(state=Release.State.PROPOSED).first()
    return _lines([row])[0] if row else None


def cells(line: ReleaseLine) -> Iterator[Cell]:
    """One release as it is taken away."""
    row = line.row
    yield from (row.at, _(row.get_state_display()), formats.actor(row.by), formats.actor(row.second), row.decided_at)
    yield from ("、".join(line.changed), row.reason, row.appear, row.vanish, row.move, row.storm)


def _by(name: str) -> Q:
    return Q(by=name) | Q(second=name) | Q(signed=name)


def _lines(rows: Sequence[Release]) -> list[ReleaseLine]:
    released = Release.objects.filter(state=Release.State.RELEASED).order_by("decided_at", "pk")
    before = _Before(released.values_list("decided_at", "sha256"))
    pairs = [(row, before.of(row)) for row in rows]
    files = _files({sha for row, earlier in pairs if earlier for sha in (row.sha256, earlier)})
    return [ReleaseLine(row, _changed(files[earlier], files[row.sha256]) if earlier else ()) for row, earlier in pairs]


class _Before:
    """Which rulebook was in force when another was decided, or proposed where it waits."""

    def __init__(self, released: Iterable[tuple[datetime | None, str]]) -> None:
        found = [(at, sha) for at, sha in released if at is not None]  # what is released was decided: a constraint
        self.times, self.digests = [at for at, _sha in found], [sha for _at, sha in found]

    def of(self, row: Release) -> str:
        """Its digest; nothing where there was none."""
        place = bisect_left(self.times, row.decided_at or row.at)
        return self.digests[place - 1] if place else ""


def _files(digests: set[str]) -> Mapping[str, Mapping[str, int]]:
    """The files of some rulebooks, each with the number of its text: one question, for those never asked for before."""
    missing = digests - _known.keys()
    if missing:
        if len(_known) + len(missing) > MOST_KNOWN:
            _known.clear()
            missing = digests
        with connection.cursor() as cursor:
            cursor.execute(FILES, [list(missing)])
            _known.update({digest: dict(zip(names, texts, strict=True)) for digest, names, texts in cursor.fetchall()})
    return {digest: _known[digest] for digest in digests}


def _changed(before: Mapping[str, int], after: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(name for name in sorted(before.keys() | after.keys()) if before.get(name) != after.get(name))
