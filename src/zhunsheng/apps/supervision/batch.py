"""One batch: judge the keys that are due with the functions of `check`, and write what differs, in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Final

import polars as pl
from django.db import connection

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.crashpoints import crash_at
from zhunsheng.apps.supervision import changes as ch
from zhunsheng.apps.supervision import queue, stored, units, writing
from zhunsheng.apps.supervision.explaining import explained
from zhunsheng.apps.supervision.frames import content_digest
from zhunsheng.apps.supervision.keys import KEY, keyed, of_keys
from zhunsheng.apps.supervision.lifecycle import restaged
from zhunsheng.apps.supervision.models import OF_CASE, OF_INCIDENT
from zhunsheng.apps.supervision.rulebooks import current, of_release
from zhunsheng.core import schemas
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.standing import Standing, counting, standing
from zhunsheng.core.tables import CLOCK_ORDER

PROCESS: Final = "supervise"
LIMIT: Final = 5000
LONGEST_SECONDS: Final = 600


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
    is_all: bool = False  # nothing that was due at `as_of` is left
    events: int = 0
    clocks: int = 0  # changed
    findings: Mapping[str, int] = field(default_factory=dict)  # changed, by change


@dataclass(frozen=True)
class _Judged:
    """The standing of a batch's keys and of no other."""

    claim: queue.Claim
    events: pl.DataFrame
    clocks: pl.DataFrame  # DESCRIBED + digest
    findings: pl.DataFrame  # schemas.FINDINGS + digest
    wakes: pl.DataFrame
    rulebook: Rulebook
    release: str

    @cached_property
    def keyed_clocks(self) -> pl.DataFrame:
        """CLOCKS: only where somebody asks for a clock by its key."""
        return ch.with_keys(self.clocks)


def judge_due(*, route: ch.Route, limit: int = LIMIT, beside: Callable[[int], None] | None = None) -> Done:
    """Judge what is due now, up to about `limit` keys, and then the units whose findings that changed.

    Takes   beside: told how many keys were taken, before they are judged, where that is `limit` and more are due:
            another may judge those meanwhile.
    Raises  BatchFailed: nothing is written, and the same keys are due again.
    """
    done = _judge_keys(route, limit, beside)
    units.judge_units(route=route)
    return done


def _judge_keys(route: ch.Route, limit: int, beside: Callable[[int], None] | None) -> Done:
    with as_process(PROCESS):
        allow_long_batches()
        queue.unfold()
    with as_process(PROCESS):
        allow_long_batches()
        claim = queue.claim(limit=limit)
        if claim.keys.is_empty():
            return Done(claim.as_of, put_back=claim.put_back, is_all=claim.is_all)
        if beside and claim.keys.height >= limit and not claim.is_all:
            beside(claim.keys.height)
        try:
            judged = _judge(claim)
            with writing.prepared():
                changed = _keep(judged)
            if changed:
                route(changed, as_of=claim.as_of)
        except queue.AWAY:
            raise  # no fault of the keys
        except Exception as cause:
            raise BatchFailed(claim, cause) from cause
        crash_at("supervise.before_commit")
    crash_at("supervise.after_commit")
    return Done(
        claim.as_of,
        claim.keys.height,
        claim.put_back,
        claim.is_all,
        judged.events.height,
        changed.clocks.height,
        ch.counts(changed.findings),
    )


def warm_up() -> None:
    """Judge one event that is nobody's, so that the fold is compiled before a transaction waits for it; and index the
    acts that this version of the platform holds together."""
    rulebook, _ = current()
    with as_process(PROCESS):
        queue.index_acts(rulebook)
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
    clocks = ch.described_clocks(of_keys(stands.clocks, claim.keys), rulebook)
    findings = of_keys(stands.findings, claim.keys)
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
    beside = [check.id for check in counting(judged.rulebook)]
    before = _kept_before(judged.claim, beside)
    fresh_clocks, others = ch.apart(judged.clocks, before["digest"])
    fresh_findings, no_more = ch.apart(judged.findings, others)
    differing = before.join(no_more.to_frame(), on="digest", how="semi")
    writing.name_no_more(differing)
    clocks = _changed_clocks(fresh_clocks, differing, as_of)
    findings, vanished = _changed_findings(fresh_findings, _findings_no_more(differing, beside), judged.claim)
    parted = _parted(vanished, judged)
    staged = _restaged(judged).join(findings.select("key"), on="key", how="anti")
    changed = pl.concat([ch.as_changed(findings), ch.as_changed(staged), parted])
    units.touch(changed, judged.rulebook)
    writing.keep_findings(findings, as_of=as_of, release=release)
    writing.part_findings(parted, vanished, as_of=as_of, release=release)
    kept = _kept_now(judged, [differing, keyed(fresh_clocks), keyed(fresh_findings)])
    writing.advance(judged.wakes.join(kept, on=KEY, how="left"), as_of=as_of, release=release)
    return ch.Changes(
        clocks=clocks,
        findings=changed,
        rulebook=judged.rulebook,
        release=release,
        explanations=lambda keys: explained(keys, judged.keyed_clocks, judged.events, judged.rulebook, as_of=as_of),
    )


def _kept_before(claim: queue.Claim, beside: Sequence[str]) -> pl.DataFrame:
    """The digests of what stood of the batch's keys: kind, number, digest."""
    said = claim.keys.select(ch.DIGESTS_KEPT.names())
    parts = [said, stored.check_digests(beside)]
    if said["kept"].null_count():
        parts.append(stored.untold_digests())
    return pl.concat(parts).explode("kept").drop_nulls("kept").rename({"kept": "digest"})


def _changed_clocks(fresh: pl.DataFrame, differing: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """Write the clocks that are not as they were kept (CHANGED_CLOCKS)."""
    keyed_now, old = ch.with_keys(fresh), pl.DataFrame(schema=ch.KEPT)
    removed = pl.DataFrame(schema=ch.CHANGED_CLOCKS)
    if not fresh.is_empty():
        writing.bring_clocks(keyed_now.with_columns(fresh["digest"]), as_of=as_of)
    if not differing.is_empty():
        removed = writing.removed_clocks()
    if not fresh.is_empty():
        old = stored.clocks_no_more()
        writing.keep_clocks()
    return pl.concat([ch.clock_changes(keyed_now, old), removed])


def _findings_no_more(differing: pl.DataFrame, beside: Sequence[str]) -> pl.DataFrame:
    """The findings that no judgement says any more so: KEPT_FINDINGS."""
    return pl.DataFrame(schema=ch.KEPT_FINDINGS) if differing.is_empty() else stored.findings_no_more(beside)


def _kept_now(judged: _Judged, differing: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """What the keys of some rows keep now, and those that did not say (kind, number, kept): see DueKey. The others keep
    what they kept."""
    untold = judged.claim.keys.filter(pl.col("kept").is_null())
    changed = pl.concat([rows.select(KEY) for rows in (untold, *differing)]).unique()
    of_clocks = judged.findings.filter(pl.col("epoch").is_not_null())
    rows = pl.concat([table.select("case", "incident", "digest") for table in (judged.clocks, of_clocks)])
    said = keyed(of_keys(rows, changed)).group_by(KEY).agg(kept="digest")
    nothing = pl.lit([], pl.List(pl.Int64()))
    return changed.join(said, on=KEY, how="left").with_columns(pl.col("kept").fill_null(nothing))


def _changed_findings(fresh: pl.DataFrame, old: pl.DataFrame, claim: queue.Claim) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The findings that are not as they stood, and those that stood (KEPT_FINDINGS) and stand no more."""
    keyed_now = ch.keyed_findings(fresh).with_columns(fresh["digest"])
    known = pl.DataFrame(schema=ch.STATED)
    if (claim.keys["release"] != "").any():  # nothing is kept of keys that are judged for the first time
        known = stored.findings_of(keyed_now.join(old, on="key", how="anti")["key"])
    changed, gone = ch.finding_changes(
        keyed_now, old.select(ch.KEPT.names()), known.filter(pl.col("state") != "current")
    )
    return changed, old.join(gone, on="key", how="semi", maintain_order="left")


def _restaged(judged: _Judged) -> pl.DataFrame:
    """The open findings of rules that are at another stage than in the rulebook by which their key was judged before:
    the same finding is told now, or no longer."""
    before = set(judged.claim.keys["release"].unique()) - {"", judged.release}
    rules = frozenset[str]().union(*(restaged(of_release(sha256), judged.rulebook) for sha256 in before))
    is_open = pl.col("rule").is_in(list(rules)) & pl.col("closed_at").is_null()
    return ch.keyed_findings(judged.findings.filter(is_open)).with_columns(change=pl.lit("changed"))


def _parted(gone: pl.DataFrame, judged: _Judged) -> pl.DataFrame:
    """The findings that stand no more, with the reason."""
    if gone.is_empty():
        return pl.DataFrame(schema=ch.CHANGED_FINDINGS)
    repaired = judged.claim.keys.with_columns(
        repaired=(pl.col("release") != "") & (pl.col("release") != judged.release)
    ).select(*KEY, "repaired")
    by_key = keyed(gone).join(repaired, on=KEY, how="left", maintain_order="left")
    clocks = judged.clocks.join(gone, on=list(CLOCK_ORDER), how="semi", nulls_equal=True)
    return ch.parted(gone.select(ch.FINDINGS.names()), ch.with_keys(clocks), by_key["repaired"].fill_null(value=False))


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
