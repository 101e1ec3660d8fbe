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
from zhunsheng.apps.supervision import lifecycle, queue, rulebooks, stored, units
from zhunsheng.apps.supervision.keys import of_keys
from zhunsheng.apps.supervision.models import Release
from zhunsheng.apps.supervision.switched import switched, tell_switched
from zhunsheng.apps.supervision.trying import last_days, tried
from zhunsheng.core.changes import matched_findings
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.release_policy import ReleasePolicy
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


class OwnSignature(DomainError):
    """One person signs twice."""

    text = "规则库 {sha256} 已由您加签，需要由另一个人确认。"


@dataclass(frozen=True)
class Preview:
    """How many findings a rulebook would make appear, vanish and move, by rule, judged as of one instant.

    `storm`: those that it would tell at once. `per_shift`: messages on officers' fullest days of the last months, 95th
    percentile; None where the rulebook in force sets no budget.
    """

    as_of: datetime
    by_rule: pl.DataFrame  # rule, change, findings
    storm: int = 0
    per_shift: float | None = None

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
    live, storm = lifecycle.activated(now, rulebook), 0
    sent = [name for name, stage in lifecycle.stages(rulebook).items() if stage == lifecycle.STABLE]
    for events, keys in _all_events():
        before, after = (of_keys(standing(events, book, as_of=as_of).findings, keys) for book in (now, rulebook))
        changed = matched_findings(before, after)
        storm += changed.filter(pl.col("rule").is_in(sent) & (pl.col("change") != "vanished")).height
        storm += after.filter(pl.col("rule").is_in(list(live)) & pl.col("closed_at").is_null()).height
        tables.append(changed.group_by("rule", "change").agg(pl.len().alias("findings")).cast(schema))  # type: ignore[arg-type]
    together = pl.concat(tables).group_by("rule", "change").agg(pl.col("findings").sum())
    return Preview(as_of, together.sort("rule", "change"), storm, _per_shift(rulebook, as_of))


def _per_shift(rulebook: Rulebook, as_of: datetime) -> float | None:
    """What the rulebook would have cost an officer on his fullest day of the months before."""
    policy = policy_in_force()
    if policy is None:
        return None
    days = last_days(as_of, policy.history_days, rulebook.vocabulary.zone)
    return tried(rulebook, days, against=None).after.load.busiest_shift.p95


def policy_in_force() -> ReleasePolicy | None:
    """What the rulebook in force says of releases; None where it says nothing."""
    return lifecycle.policy_of(Release.objects.get(pk=rulebooks.in_force().pk).files)


def propose(files: Mapping[str, str], *, by: str, shown: Preview) -> Release:
    """
    Record a rulebook that waits for the second person, with the counts that were shown.

    :raises SameRulebook: it is in force.
    :raises ReleaseWaits: another one waits.
    :raises StageSkipped: a rule would go live without its time on trial.
    :raises StormCap: it would tell too much at once.
    """
    sha256, policy = rulebooks.digest_of(files), policy_in_force()
    if sha256 == rulebooks.in_force().sha256:
        raise SameRulebook(sha256=sha256[:12])
    waiting = Release.objects.filter(state=Release.State.PROPOSED).first()
    if waiting is not None:
        raise ReleaseWaits(sha256=waiting.sha256[:12], by=waiting.by)
    lifecycle.assert_tried(rulebooks.loaded(files), policy, at=clock.now())
    lifecycle.assert_no_storm(shown.storm, policy)
    return Release.objects.create(
        sha256=sha256,
        state=Release.State.PROPOSED,
        by=by,
        at=clock.now(),
        appear=shown.count("appeared"),
        vanish=shown.count("vanished"),
        move=shown.count("moved"),
        storm=shown.storm,
        per_shift=shown.per_shift,
        over_budget=policy is not None and (shown.per_shift or 0) > policy.per_officer_and_shift,
        files=dict(files),
    )


@transaction.atomic
def decide(*, second: str, confirmed: bool) -> Release:
    """
    The second person puts the waiting rulebook in force, or turns it down. In force, every key is due at once. Of one
    that breaks the budget of interrupts he only signs, and a third person puts it in force.

    :raises NoReleaseWaits: nothing waits.
    :raises OwnRelease: he proposed it himself.
    :raises OwnSignature: he signed it already.
    :raises StageSkipped: a rule went back to trial meanwhile.
    """
    waiting = waiting_release()
    if waiting is None:
        raise NoReleaseWaits
    if waiting.by == second:
        raise OwnRelease(sha256=waiting.sha256[:12])
    if waiting.signed == second:
        raise OwnSignature(sha256=waiting.sha256[:12])
    at, before = clock.now(), rulebooks.current()[0]
    if confirmed:
        lifecycle.assert_tried(rulebooks.loaded(waiting.files), policy_in_force(), at=at)
    if confirmed and waiting.over_budget and not waiting.signed:
        waiting.signed, waiting.signed_at = second, at
        waiting.save()
        return waiting
    waiting.state = Release.State.RELEASED if confirmed else Release.State.REFUSED
    waiting.second, waiting.decided_at = second, at
    waiting.save()
    if confirmed:
        after = rulebooks.loaded(waiting.files)
        tell_switched(switched(before, after), waiting, at=at)
        _judge_anew(at)
        queue.index_acts(after)
    return waiting


@transaction.atomic
def demote(rule: str, *, by: str, second: str, reason: str) -> Release:
    """
    Put a rule back on trial: a release of the same rulebook in which only its stage differs. Two processes stand for
    the two persons: the one that counted, and the policy that it counted by.
    """
    now = Release.objects.get(pk=rulebooks.in_force().pk)
    files, at = lifecycle.on_trial(now.files, rule), clock.now()
    release = Release.objects.create(
        sha256=rulebooks.digest_of(files),
        state=Release.State.RELEASED,
        by=by,
        at=at,
        second=second,
        decided_at=at,
        reason=reason,
        files=files,
    )
    tell_switched((rule,), release, at=at)
    _judge_anew(at)
    return release


def waiting_release() -> Release | None:
    """The rulebook that waits for the second person, locked for the decision."""
    return Release.objects.select_for_update().filter(state=Release.State.PROPOSED).first()


def _judge_anew(at: datetime) -> None:
    """Every key is due. A batch that runs ends first: what it read may be older than the release."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', '0', true), set_config('statement_timeout', '0', true)")
        cursor.execute(ANEW, [at])
        units.touch_all()
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
