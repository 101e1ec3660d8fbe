"""Recording: what became known → facts → the ledger, appended together. Twice adds nothing; a kill leaves all or none.

A fact is recorded when a run learns of it, so that nothing is ever added before an instant that was printed already.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import polars as pl
from django.db import connection
from django.db.models import Q
from psycopg import sql

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.org.selectors import ZONE
from zhunsheng.apps.points import stored
from zhunsheng.apps.points.disputes import record_disputes
from zhunsheng.apps.points.inspected import take_up
from zhunsheng.apps.points.models import Act, Fact, Proposal, Run
from zhunsheng.apps.points.people import posted, posts_table
from zhunsheng.apps.points.policies import in_use, known
from zhunsheng.apps.points.roster import period_of, record_exposure
from zhunsheng.apps.points.silence import grant_silent
from zhunsheng.apps.supervision.frames import copied_out, selected
from zhunsheng.apps.supervision.rulebooks import NothingReleased, current
from zhunsheng.core import schemas
from zhunsheng.core.points import tables as t
from zhunsheng.core.points.from_events import ENDINGS, WORK, case_facts, rules_of_facts
from zhunsheng.core.points.ledger import ledger, new_rows
from zhunsheng.core.points.policy import Policy

PROCESS: Final = "points"
LOG: Final = logging.getLogger(__name__)
AGAIN: Final = "#"
QUIET: Final = timedelta(hours=1)
ALL_OF_TIME: Final = datetime(9999, 1, 1, tzinfo=UTC)
# A case whose clocks were not judged since its ending came is left for the next run, which looks back that far.
ENDED: Final = """
    SELECT e."case", min(e.xid), bool_or(d.next_at IS NOT NULL AND d.next_at <= zs_now())
    FROM cases_event e LEFT JOIN supervision_duekey d ON d.kind = 'case' AND d.number = e."case"
    WHERE e.xid >= %(horizon)s AND e.type = ANY (%(endings)s) AND e."case" IS NOT NULL AND e.at >= %(begins)s
    GROUP BY e."case"
"""
PEOPLE_SAID: Final = Q(fact__startswith="defect.") | Q(fact__startswith="sample.")
"""What people confirmed or read in a case: it does not go with the ending of the case."""
HORIZON: Final = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


@dataclass(frozen=True)
class Recorded:
    """What a run added."""

    facts: int = 0
    rows: int = 0
    acts: int = 0


def record_points() -> Recorded:
    """One run, in a transaction of its own: silence and disputes, facts of ended cases, then the ledger."""
    with as_process(PROCESS):
        return record_known(clock.now())


def record_known(as_of: datetime) -> Recorded:
    """The same in the caller's transaction, which must see every row; nothing while no policy is approved."""
    stored.hold()
    policies = in_use()
    if not policies:
        return Recorded()
    acts = grant_silent(policies, as_of) + record_disputes(as_of)
    for every in sorted({policy.period for policy in policies}):
        record_exposure(period_of(as_of.astimezone(ZONE).date(), every), every=every, as_of=as_of)
    since = _since()
    ended, horizon = _facts_of_cases(policies, as_of, since)
    inspected, more = take_up(policies, since=since, as_of=as_of)
    new = pl.concat([ended, inspected])
    stored.add("points_fact", new)
    rows = post(policies, as_of, groups=new["group"].drop_nulls().unique().to_list())
    _note_run(Run(at=as_of, horizon=horizon, facts=new.height, rows=rows))
    return Recorded(new.height, rows, acts + more)


def _note_run(run: Run) -> None:
    """A run that found nothing is worth a row once an hour: the next one then looks back no further."""
    last = Run.objects.order_by("-pk").first()
    if last is None or run.facts or run.rows or run.at - last.at >= QUIET or run.at < last.at:
        run.save(force_insert=True)


def add_facts(facts: pl.DataFrame, as_of: datetime) -> int:
    """Append facts (tables.POINT_FACTS) that somebody else recorded, and what they earn or cost. Returns new rows."""
    stamped = facts.with_columns(recorded_at=pl.lit(as_of, schemas.INSTANT))
    stored.add("points_fact", stamped)
    return post(in_use(), as_of, groups=facts["group"].drop_nulls().unique().to_list())


def post(policies: Sequence[Policy], as_of: datetime, *, groups: Sequence[str] = ()) -> int:
    """Append the rows that follow from what is recorded by now and are not posted. Returns how many.

    Only what can still change is computed: the open periods, the groups that something was added to, and what people
    did something about; the rest would give the rows that are posted.
    """
    if not policies:
        return 0
    facts = _ground(policies, groups)
    acts, weights = stored.acts(), stored.weights()
    parts = []
    for every in sorted({policy.period for policy in policies}):
        own = [policy for policy in policies if policy.period == every]
        parts.append(ledger(facts, own, known(), acts=acts, closings=stored.closings(every), weights=weights))
    found = pl.concat(parts)
    posted_keys = stored.entries("t.key = ANY ({keys})", keys=found["key"].to_list())
    new = new_rows(posted_keys, found.filter(pl.col("recorded_at") <= as_of))
    stored.add("points_entry", _in_order(new))
    return new.height


def recompute() -> pl.DataFrame:
    """The whole ledger from nothing: tables.LEDGER of every fact and act, without the rows of closed periods."""
    policies, facts, acts, weights = in_use(), stored.facts(), stored.acts(), stored.weights()
    parts = [pl.DataFrame(schema=t.LEDGER)]
    for every in sorted({policy.period for policy in policies}):
        own = [policy for policy in policies if policy.period == every]
        parts.append(ledger(facts, own, known(), acts=acts, closings=stored.closings(every), weights=weights))
    return pl.concat(parts).sort(t.LEDGER_ORDER)


def _in_order(rows: pl.DataFrame) -> pl.DataFrame:
    """What is undone before what undoes it: the database looks for it."""
    order = {"reverse": 1, "restore": 2}
    rank = pl.col("kind").replace_strict(order, default=0, return_dtype=pl.Int8)
    return rows.sort(rank, "recorded_at", "key")


def _ground(policies: Sequence[Policy], groups: Sequence[str]) -> pl.DataFrame:
    begins = min(_first_open_day(every) for every in {policy.period for policy in policies})
    flags = sorted({entry.fact for policy in policies for entry in policy.entries if entry.measure == "flag"})
    return stored.facts(
        """
        t.at >= {begins} OR t."group" = ANY ({groups}) OR t.fact = ANY ({flags})
        OR EXISTS (SELECT FROM points_act a WHERE a.target = t.fact || '|' || t.key)
        OR EXISTS (
            SELECT FROM points_entry e JOIN points_act a ON a.target = e.key
            WHERE e.fact = t.fact AND e.fact_key = t.key
        )
        """,
        begins=datetime.combine(begins, time(), ZONE),
        groups=list(groups),
        flags=flags,
    )


def _first_open_day(every: str) -> date:
    closed = stored.closings(every)["period"].max()
    return closed if isinstance(closed, date) else date.min.replace(year=1950)


def _since() -> int:
    """The transaction from which on a run looks: all that came since the last; of everything after an approval."""
    last = Run.objects.order_by("-pk").first()
    return last.horizon if last is not None and not _approved_since(last.at) else 0


def _facts_of_cases(policies: Sequence[Policy], as_of: datetime, since: int) -> tuple[pl.DataFrame, int]:
    """The facts of cases whose ending came since a transaction, and up to where the next run need not look again."""
    begins = min(policy.in_force for policy in policies)
    horizon = _xmin()
    with connection.cursor() as cursor:
        values: dict[str, Any] = {
            "horizon": since,
            "endings": list(ENDINGS),
            "begins": datetime.combine(begins, time(), ZONE),
        }
        cursor.execute(ENDED, values)
        ended = cursor.fetchall()
    horizon = min([horizon, *(xid for _case, xid, is_due in ended if is_due)])
    cases = [case for case, _xid, is_due in ended if not is_due]
    withdrawn = _known_cases(cases)
    fresh = [case for case in cases if withdrawn.get(case, 1)]
    start = datetime.combine(begins, time(), ZONE)
    _withdraw_reopened([case for case in cases if case not in fresh], start, as_of)
    if not fresh:
        return pl.DataFrame(schema=t.POINT_FACTS), horizon
    return _judged(fresh, withdrawn, start, as_of), horizon


def _judged(cases: Sequence[str], withdrawn: dict[str, int], begins: datetime, as_of: datetime) -> pl.DataFrame:
    events = _of_cases("cases_event", schemas.EVENTS, cases)
    findings = _of_cases("supervision_finding", schemas.FINDINGS, cases)
    found = facts_of(events, findings, begins=begins, ends=ALL_OF_TIME, as_of=as_of)
    times = pl.col("group").replace_strict(withdrawn, default=0, return_dtype=pl.Int64)
    again = pl.when(times > 0).then(pl.concat_str("key", pl.lit(AGAIN), times + 1)).otherwise("key")
    return found.with_columns(key=again, recorded_at=pl.lit(as_of, schemas.INSTANT))


def facts_of(
    events: pl.DataFrame, findings: pl.DataFrame, *, begins: datetime, ends: datetime, as_of: datetime
) -> pl.DataFrame:
    """tables.POINT_FACTS of the cases that ended in a span, by the rulebook in force and the posts of a day; none
    before the first release. See core.points.from_events.case_facts."""
    try:
        rulebook, _sha256 = current()
    except NothingReleased:
        return pl.DataFrame(schema=t.POINT_FACTS)
    ids = [*(rule.id for rule in rulebook.rules), *(check.id for check in rulebook.checks)]
    rules = rules_of_facts(known(), ids, {check.code: check.id for check in rulebook.checks})
    people = posts_table(posted(on=as_of.astimezone(ZONE).date()))
    return case_facts(events, findings, rules, people, begins=begins, ends=ends)


def _withdraw_reopened(cases: Sequence[str], begins: datetime, as_of: datetime) -> None:
    """A case whose ending was taken back has not ended: what was stated of it does not hold."""
    if not cases:
        return
    events = _of_cases("cases_event", schemas.EVENTS, cases)
    nobody, no_rule = posts_table(()), pl.DataFrame(schema={"fact": pl.String, "rule": pl.String})
    none_found = pl.DataFrame(schema=schemas.FINDINGS)
    ended = case_facts(events, none_found, no_rule, nobody, begins=begins, ends=ALL_OF_TIME)["group"].unique()
    reopened = Fact.objects.filter(group__in=set(cases) - set(ended)).exclude(PEOPLE_SAID)
    for fact in reopened.order_by("pk"):
        target = f"{fact.fact}|{fact.key}"
        stored.touch()
        Act.objects.get_or_create(
            id=f"withdraw|{target}",
            defaults={"act": "withdraw", "target": target, "unit": fact.unit, "author": f"process:{PROCESS}",
                      "at": as_of, "recorded_at": as_of, "reason": "办结记录已撤回"},
        )  # fmt: skip


def _known_cases(cases: Sequence[str]) -> dict[str, int]:
    """Of cases whose work was recorded: how often it was withdrawn, 0 where it stands."""
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT f."group", count(DISTINCT f.key), count(DISTINCT a.id) FROM points_fact f'
            " LEFT JOIN points_act a ON a.act = 'withdraw' AND a.target = f.fact || '|' || f.key"
            ' WHERE f.fact = %s AND f."group" = ANY (%s) GROUP BY 1',
            [WORK, list(cases)],
        )
        return {case: (gone if gone >= stated else 0) for case, stated, gone in cursor.fetchall()}


def _of_cases(table: str, schema: Any, cases: Sequence[str]) -> pl.DataFrame:
    frame = pl.Schema(schema)
    current_only = sql.SQL(" AND t.state = 'current'") if table == "supervision_finding" else sql.SQL("")
    query = sql.SQL('SELECT {} FROM {} t WHERE t."case" = ANY ({}){}').format(
        selected(frame, "t"), sql.Identifier(table), sql.Literal(list(cases)), current_only
    )
    return copied_out(query, frame)


def _approved_since(at: datetime) -> bool:
    return Proposal.objects.filter(kind=Proposal.Kind.POLICY, decision__confirmed=True, decision__at__gte=at).exists()


def _xmin() -> int:
    with connection.cursor() as cursor:
        cursor.execute(HORIZON)
        row = cursor.fetchone()
    return int(row[0]) if row else 0
