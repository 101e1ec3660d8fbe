"""Putting a rulebook in force: first what it would change, then a second person, then every key is judged anew.

Which law governs a clock is fixed by the day it starts and stands in the rule file; a release repairs files.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import polars as pl
from django.db import connection, transaction

from zhunsheng.apps.audit import clock
from zhunsheng.apps.refusals import DomainError
from zhunsheng.apps.supervision import queue, rulebooks, stored
from zhunsheng.apps.supervision.keys import of_keys
from zhunsheng.apps.supervision.models import Release
from zhunsheng.core.changes import matched_findings
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.standing import standing

KEYS_AT_ONCE: Final = 5000
ANEW: Final = "UPDATE supervision_duekey SET next_at = %s"


class SameRulebook(DomainError):
    """There is nothing to release."""

    text = "这个规则库（{sha256}）已经在用，没有要发布的内容。请先修改规则文件。"


class ReleaseWaits(DomainError):
    """One proposal at a time."""

    text = "规则库 {sha256} 由 {by} 提出，还在等第二人确认。请先确认或否决它。"


class NoReleaseWaits(DomainError):
    """There is nothing to decide."""

    text = "没有等待确认的规则库。请先提出：release 规则库目录。"


class OwnRelease(DomainError):
    """The proposer decides on his own proposal."""

    text = "规则库 {sha256} 是您自己提出的，需要由另一个人确认。"


@dataclass(frozen=True)
class Preview:
    """How many findings a rulebook would make appear, vanish and move, by rule, judged as of one instant."""

    as_of: datetime
    by_rule: pl.DataFrame  # rule, change, findings

    def count(self, change: str) -> int:
        """Findings that appeared, vanished or moved."""
        return int(self.by_rule.filter(pl.col("change") == change)["findings"].sum())


def preview(rulebook: Rulebook, *, as_of: datetime) -> Preview:
    """Judge every key by the rulebook in force and by another, and compare.

    Must run inside a transaction that sees every row.
    """
    now, _ = rulebooks.current()
    schema = {"rule": pl.String(), "change": pl.String(), "findings": pl.UInt32()}
    tables = [pl.DataFrame(schema=schema)]
    for events, keys in _all_events():
        before, after = (standing(events, book, as_of=as_of).findings for book in (now, rulebook))
        changed = matched_findings(of_keys(before, keys), of_keys(after, keys))
        tables.append(changed.group_by("rule", "change").agg(pl.len().alias("findings")).cast(schema))  # type: ignore[arg-type]
    together = pl.concat(tables).group_by("rule", "change").agg(pl.col("findings").sum())
    return Preview(as_of, together.sort("rule", "change"))


def propose(files: Mapping[str, str], *, by: str, shown: Preview) -> Release:
    """
    Record a rulebook that waits for the second person, with the counts that were shown.

    :raises SameRulebook: it is in force.
    :raises ReleaseWaits: another one waits.
    """
    sha256 = rulebooks.digest_of(files)
    if sha256 == rulebooks.in_force().sha256:
        raise SameRulebook(sha256=sha256[:12])
    waiting = Release.objects.filter(state=Release.State.PROPOSED).first()
    if waiting is not None:
        raise ReleaseWaits(sha256=waiting.sha256[:12], by=waiting.by)
    return Release.objects.create(
        sha256=sha256,
        state=Release.State.PROPOSED,
        by=by,
        at=clock.now(),
        appear=shown.count("appeared"),
        vanish=shown.count("vanished"),
        move=shown.count("moved"),
        files=dict(files),
    )


@transaction.atomic
def decide(*, second: str, confirmed: bool) -> Release:
    """
    The second person puts the waiting rulebook in force, or turns it down. In force, every key is due at once.

    :raises NoReleaseWaits: nothing waits.
    :raises OwnRelease: he proposed it himself.
    """
    waiting = waiting_release()
    if waiting is None:
        raise NoReleaseWaits
    if waiting.by == second:
        raise OwnRelease(sha256=waiting.sha256[:12])
    at = clock.now()
    waiting.state = Release.State.RELEASED if confirmed else Release.State.REFUSED
    waiting.second, waiting.decided_at = second, at
    waiting.save()
    if confirmed:
        _judge_anew(at)
    return waiting


def waiting_release() -> Release | None:
    """The rulebook that waits for the second person, locked for the decision."""
    return Release.objects.select_for_update().filter(state=Release.State.PROPOSED).first()


def _judge_anew(at: datetime) -> None:
    """Every key is due. A batch that runs ends first: what it read may be older than the release."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', '0', true), set_config('statement_timeout', '0', true)")
        cursor.execute(ANEW, [at])
        cursor.execute("SELECT pg_notify('zs_events', '')")


def _all_events() -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """The events of all keys, some thousand keys at a time, with those keys."""
    last = ("", "")
    while True:
        rows = list(_after(last))
        if not rows:
            return
        queue.name_batch(rows)
        keys = pl.DataFrame(rows, schema={"kind": pl.String(), "number": pl.String()}, orient="row")
        yield stored.events_of_batch(), keys
        last = (rows[-1][1], rows[-1][0])


def _after(last: tuple[str, str]) -> Iterator[tuple[str, str]]:
    number, kind = last
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, number FROM supervision_duekey WHERE (number, kind) > (%s, %s)"
            " ORDER BY number, kind LIMIT %s",
            [number, kind, KEYS_AT_ONCE],
        )
        yield from cursor.fetchall()
