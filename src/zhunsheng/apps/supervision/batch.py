"""One batch: judge the keys that are due with the functions of `check`, and write what differs, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import polars as pl
import psycopg
from django.db import InterfaceError, OperationalError, connection

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.crashpoints import crash_at
from zhunsheng.apps.supervision import changes as ch
from zhunsheng.apps.supervision import queue, stored, writing
from zhunsheng.apps.supervision.explaining import explained
from zhunsheng.apps.supervision.frames import content_digest
from zhunsheng.apps.supervision.keys import KEY, keyed, of_keys
from zhunsheng.apps.supervision.lifecycle import restaged
from zhunsheng.apps.supervision.models import OF_CASE, OF_INCIDENT
from zhunsheng.apps.supervision.rulebooks import current, of_release
from zhunsheng.core import schemas
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.standing import Standing, standing

PROCESS: Final = "supervise"
LIMIT: Final = 5000
LONGEST_SECONDS: Final = 600
ENVIRONMENT: Final = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)


class BatchFailed(RuntimeError):
    """A batch could not be judged. Nothing of it was written; the claim says what it held."""

    def __init__(self, claim: queue.Claim, cause: BaseException) -> None:
        self.keys: tuple[tuple[str, str], ...] = tuple(claim.keys.select(KEY).iter_rows())
        self.touched: tuple[int, ...] = tuple(claim.touched)
        self.as_of = claim.as_of
        self.why = f"{type(cause).__name__}: {cause}"
        super().__init__(f"{len(self.keys)} keys could not be judged: {self.why}")


@dataclass(frozen=True)
class Done:
    """What a batch did."""

    as_of: datetime
    keys: int = 0
    put_back: int = 0
    events: int = 0
    clocks: int = 0  # changed
    findings: Mapping[str, int] = field(default_factory=dict)  # changed, by change


@dataclass(frozen=True)
class _Judged:
    """The standing of a batch's keys and of no other."""

    claim: queue.Claim
    events: pl.DataFrame
    clocks: pl.DataFrame  # CLOCKS + digest
    findings: pl.DataFrame  # FINDINGS + digest
    wakes: pl.DataFrame
    rulebook: Rulebook
    release: str


def judge_due(*, route: ch.Route, limit: int = LIMIT) -> Done:
    """Judge what is due now, up to about `limit` keys.

    Raises  BatchFailed: nothing is written, and the same keys are due again.
    """
    with as_process(PROCESS):
        allow_long_batches()
        queue.index_acts(current()[0])
        queue.unfold()
    with as_process(PROCESS):
        allow_long_batches()
        claim = queue.claim(limit=limit)
        if claim.keys.is_empty():
            return Done(claim.as_of, put_back=claim.put_back)
        try:
            judged = _judge(claim)
            changed = _keep(judged)
            if changed:
                route(changed, as_of=claim.as_of)
        except ENVIRONMENT:
            raise  # the database is away or busy: no fault of the keys
        except Exception as cause:
            raise BatchFailed(claim, cause) from cause
        crash_at("supervise.before_commit")
    crash_at("supervise.after_commit")
    return Done(
        claim.as_of,
        claim.keys.height,
        claim.put_back,
        judged.events.height,
        changed.clocks.height,
        ch.counts(changed.findings),
    )


def warm_up() -> None:
    """Judge one event that is nobody's, so that the fold is compiled before a transaction waits for it."""
    rulebook, _ = current()
    row = {"source": "warm-up", "id": "1", "version": 1, "void": False, "at_precision": "minute", "case": "warm-up"}
    row |= {"type": next(iter(rulebook.vocabulary.event_types)), "at": datetime.fromtimestamp(0, UTC)}
    event = pl.DataFrame([{**dict.fromkeys(schemas.EVENTS), **row}], schema=schemas.EVENTS, orient="row")
    standing(event, rulebook, as_of=datetime.fromtimestamp(0, UTC), threads=1)


def allow_long_batches() -> None:
    """A batch of many keys is judged while its transaction is idle."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('statement_timeout', %(s)s, true),"
            " set_config('idle_in_transaction_session_timeout', %(s)s, true)",
            {"s": f"{LONGEST_SECONDS}s"},
        )


def _judge(claim: queue.Claim) -> _Judged:
    rulebook, release = current()
    events = stored.events_of_batch()
    stands = standing(events, rulebook, as_of=claim.as_of)
    clocks = ch.keyed_clocks(of_keys(stands.clocks, claim.keys), rulebook)
    findings = ch.keyed_findings(of_keys(stands.findings, claim.keys))
    return _Judged(
        claim,
        events,
        clocks.with_columns(content_digest(clocks)),
        findings.with_columns(content_digest(findings)),
        _wakes(stands, claim.keys),
        rulebook,
        release,
    )


def _keep(judged: _Judged) -> ch.Changes:
    """Write the differences."""
    as_of, release = judged.claim.as_of, judged.release
    writing.prepare()
    kept_clocks, kept_findings = stored.clocks_of_batch(), stored.findings_of_batch()
    clocks = ch.clock_changes(judged.clocks, kept_clocks)
    findings = ch.finding_changes(judged.findings, kept_findings)
    gone = ch.gone_keys(judged.clocks, kept_clocks)
    stood = kept_findings.filter(pl.col("state") == "current").select("key", "digest")
    parted = _parted(ch.gone_keys(judged.findings, stood), judged)
    staged = _restaged(judged).join(findings.select("key"), on="key", how="anti")
    removed = writing.removed_clocks(gone)
    writing.keep_clocks(clocks, as_of=as_of)
    writing.keep_findings(findings, as_of=as_of, release=release)
    writing.part_findings(parted, as_of=as_of, release=release)
    writing.advance(judged.wakes, as_of=as_of, release=release)
    return ch.Changes(
        clocks=pl.concat([clocks.select(ch.CHANGED_CLOCKS.names()), removed]),
        findings=pl.concat([_as_changed(findings), _as_changed(staged), parted]),
        rulebook=judged.rulebook,
        release=release,
        explanations=lambda keys: explained(keys, judged.clocks, judged.events, judged.rulebook, as_of=as_of),
    )


def _restaged(judged: _Judged) -> pl.DataFrame:
    """The open findings of rules that are at another stage than in the rulebook by which their key was judged before:
    the same finding is told now, or no longer."""
    before = set(judged.claim.keys["release"].unique()) - {"", judged.release}
    rules = frozenset[str]().union(*(restaged(of_release(sha256), judged.rulebook) for sha256 in before))
    is_open = pl.col("rule").is_in(list(rules)) & pl.col("closed_at").is_null()
    return judged.findings.filter(is_open).with_columns(change=pl.lit("changed"))


def _as_changed(findings: pl.DataFrame) -> pl.DataFrame:
    return findings.with_columns(state_reason=pl.lit("")).select(ch.CHANGED_FINDINGS.names())


def _parted(gone: pl.DataFrame, judged: _Judged) -> pl.DataFrame:
    """The findings that stand no more, with the reason."""
    if gone.is_empty():
        return pl.DataFrame(schema=ch.CHANGED_FINDINGS)
    writing.name_gone(gone)
    vanished = stored.findings_named()
    repaired = judged.claim.keys.with_columns(
        repaired=(pl.col("release") != "") & (pl.col("release") != judged.release)
    ).select(*KEY, "repaired")
    of_keys = keyed(vanished).join(repaired, on=KEY, how="left", maintain_order="left")
    return ch.parted(vanished, judged.clocks, of_keys["repaired"].fill_null(value=False))


def _wakes(stands: Standing, keys: pl.DataFrame) -> pl.DataFrame:
    """When each key is to be judged again: the next instant of its clocks, or of an event that has yet to happen."""
    to_come = stands.to_come.rename({"at": "next_at"})
    parts = [
        keyed(stands.clocks).select(*KEY, "next_at"),
        to_come.select(pl.lit(OF_CASE).alias("kind"), pl.col("case").alias("number"), "next_at"),
        to_come.select(pl.lit(OF_INCIDENT).alias("kind"), pl.col("incident").alias("number"), "next_at"),
    ]
    soonest = pl.concat(parts).drop_nulls().group_by(KEY).agg(pl.col("next_at").min())
    return keys.select(KEY).join(soonest, on=KEY, how="left")
