"""What follows when a second person confirmed: rows appended, and for a policy the event that the checks judge."""

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

import polars as pl
from django.db import connection

from zhunsheng.apps.cases.eventlog import record_event
from zhunsheng.apps.org.models import Officer
from zhunsheng.apps.org.selectors import ZONE
from zhunsheng.apps.points import stored
from zhunsheng.apps.points.models import Act, Bound, Entry, Exposure, Proposal, Weight
from zhunsheng.apps.points.people import POSTS, UNIT_KINDS, code_of, officer_of
from zhunsheng.apps.points.policies import files, in_use, version_of
from zhunsheng.apps.points.recording import add_facts, post
from zhunsheng.apps.points.roster import period_of
from zhunsheng.apps.refusals import DomainError
from zhunsheng.apps.supervision.models import Finding
from zhunsheng.core.points import tables as t
from zhunsheng.core.points.issue import REFUSE
from zhunsheng.core.points.policy import Policy
from zhunsheng.core.points.undoing import MANUAL
from zhunsheng.core.points.volume import upper_bound
from zhunsheng.core.schemas import INSTANT

SOURCE: Final = "points"
MANUAL_IN_ALL: Final = Decimal("0.05")
APPROVED: Final = "points.policy_approved"
DEFECTS: Final = {
    "defect.red_overdue": ("overdue", "late"),
    "defect.check_broken": ("broken",),
    "defect.decision_annulled": (),
    "defect.record_falsified": (),
    "defect.not_recorded": (),
    "defect.complaint_upheld": (),
}
"""What two persons can confirm → kinds of the finding that it must rest on; none: a document says it."""


class CannotBeRecorded(DomainError):
    """What was proposed does not hold any more."""

    text = "不能记入：{why}。"


def approve_policy(proposal: Proposal, *, first: Officer, second: Officer, at: datetime) -> None:
    """The approval as an event of the log, for the checks on units.

    :raises CannotBeRecorded: the file has changed since, the gate refuses it, or it would judge again what is recorded.
    """
    body = proposal.body
    now = next((one for one in files() if one.sha256 == body["sha256"]), None)
    if now is None:
        raise CannotBeRecorded(why="办法文件在提出之后改过，请按现在的文件重新提出")
    if now.verdict == REFUSE:
        raise CannotBeRecorded(why=f"没有过闸（{'、'.join(now.codes)}）")
    if now.policy is not None and _judges_again(now.policy, proposal):
        raise CannotBeRecorded(why=f"{now.policy.in_force} 起的事已经按原办法记分，新的办法请从还没有记分的一期起施行")
    record_event(
        recorder="process:points", second_person=True, source=SOURCE, id=f"policy-{proposal.pk}", type=APPROVED, at=at,
        incident=body["policy"], document=body["sha256"], unit=proposal.by_unit,
        officers=[code_of(first), code_of(second)], facts=json.dumps({"gate_verdict": now.verdict}),
    )  # fmt: skip


def _judges_again(policy: Policy, proposal: Proposal) -> bool:
    """Whether rows are posted of days that this version would govern, and that another text governed."""
    agreed = Proposal.objects.filter(kind=Proposal.Kind.POLICY, decision__confirmed=True, body__policy=policy.id)
    texts = dict(
        agreed.exclude(pk=proposal.pk).order_by("decision__at", "pk").values_list("body__version", "body__sha256")
    )
    if not texts or texts.get(policy.version) == proposal.body["sha256"]:
        return False
    days = sorted(date.fromisoformat(version.rpartition("@")[2]) for version in texts)
    ends = next((day for day in days if day > policy.in_force), None)
    rows = Entry.objects.filter(policy=policy.id, at__gte=_midnight(policy.in_force)).exclude(kind="close")
    return (rows.filter(at__lt=_midnight(ends)) if ends else rows).exists()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)


def record_weights(body: Mapping[str, Any], *, at: datetime) -> None:
    """The measured minutes of a year: once measured they stay.

    :raises CannotBeRecorded: the year has weights.
    """
    if Weight.objects.filter(year=body["year"]).exists():
        raise CannotBeRecorded(why=f"{body['year']} 年的权重已经记入")
    rows = [(body["year"], unit, kind, minutes) for unit, kind, minutes in body["rows"]]
    table = pl.DataFrame(rows, schema=t.WEIGHTS, orient="row")
    stored.add("points_weight", table.with_columns(recorded_at=pl.lit(at, INSTANT)))
    post(in_use(), at)


def change_exposure(body: Mapping[str, Any], *, at: datetime) -> None:
    """Another number of half days for a holder and period, from now on."""
    Exposure.objects.create(
        holder=body["holder"], unit=body["unit"], peers=body["peers"], period=date.fromisoformat(body["period"]),
        half_days=body["half_days"], recorded_at=at, cause=Exposure.Cause.CHANGE,
    )  # fmt: skip


def record_bound(body: Mapping[str, Any], *, at: datetime) -> None:
    """What the files drawn by lot say of a unit: the one-sided upper bound of its problem rate."""
    bound = upper_bound(body["problems"], body["files"]) if body["files"] else 1.0
    Bound.objects.create(
        unit=body["unit"], period=date.fromisoformat(body["period"]), bound=bound, files=body["files"], recorded_at=at
    )


def give_by_hand(proposal: Proposal, *, first: Officer, second: Officer, at: datetime) -> None:
    """Points by hand, as both acts, and the row that follows.

    :raises CannotBeRecorded: no policy lists the kind, or there is no room left for so much.
    """
    body = proposal.body
    room = room_left(body["policy"], body["kind"], body["unit"], at)
    if body["amount"] > room:
        raise CannotBeRecorded(why=f"本单位本期手工加分还剩 {room / 100:.2f} 分，不够 {body['amount'] / 100:.2f} 分")
    shared = {
        "policy": body["policy"], "officer": body["officer"], "unit": body["unit"], "at": at, "recorded_at": at,
    }  # fmt: skip
    number = str(proposal.pk)
    Act.objects.create(
        id=number, act="manual_proposed", author=code_of(first), amount=body["amount"], reason=body["kind"], **shared
    )
    Act.objects.create(
        id=f"confirmed|{number}", act="manual_confirmed", target=number, author=code_of(second), **shared
    )
    if not post(in_use(), at):
        raise CannotBeRecorded(why="办法不给这个人这样加分")


def room_left(policy_id: str, kind: str, unit: str, at: datetime) -> int:
    """How many hundredths a unit may still be given by hand in the open period, of a kind and of all kinds together.

    :raises CannotBeRecorded: the policy in force does not list the kind.
    """
    policy = version_of(in_use(), policy_id, at.astimezone(ZONE).date())
    listed = next((one for one in policy.manual if one.kind == kind), None) if policy else None
    if policy is None or listed is None:
        raise CannotBeRecorded(why="现行办法没有这一种手工加分")
    period = period_of(at.astimezone(ZONE).date(), policy.period)
    rows = Entry.objects.filter(policy=policy_id, unit=unit, period=period).exclude(kind="close")
    counted = list(rows.values_list("block", "fact", "amount"))
    earned = sum(amount for block, _fact, amount in counted if block != MANUAL)
    given = sum(amount for block, _fact, amount in counted if block == MANUAL)
    own = sum(amount for block, fact, amount in counted if block == MANUAL and fact == kind)
    return max(0, min(int(earned * listed.share_at_most) - own, int(earned * MANUAL_IN_ALL) - given))


def confirm_defect(proposal: Proposal, *, at: datetime) -> None:
    """A finding that two persons confirmed, as a fact, and what it costs.

    :raises CannotBeRecorded: it does not stand any more, or is confirmed already.
    """
    facts = pl.DataFrame([_defect(proposal, at)], schema=t.POINT_FACTS)
    key = facts["key"][0]
    if stored.facts("t.fact = {fact} AND t.key = {key}", fact=proposal.body["fact"], key=key).height:
        raise CannotBeRecorded(why="这个问题已经认定过")
    add_facts(facts, at)


def _defect(proposal: Proposal, at: datetime) -> dict[str, Any]:
    body = proposal.body
    finding = Finding.objects.filter(pk=body["finding"], state=Finding.State.CURRENT).first()
    kinds = DEFECTS[body["fact"]]
    if kinds and (finding is None or finding.kind not in kinds):
        raise CannotBeRecorded(why="所依据的发现已不成立，或种类不符")
    officer = officer_of(body["officer"])
    place = officer.posts.filter(until_on=None, role__in=POSTS).select_related("unit").first() if officer else None
    cites = [f"proposal/{proposal.pk}", *([f"finding/{finding.pk}"] if finding else [])]
    return {
        **dict.fromkeys(t.POINT_FACTS),
        "fact": body["fact"],
        "key": finding.pk if finding else str(proposal.pk),
        "group": body["case"],
        "officer": body["officer"],
        "unit": body["unit"],
        "at": (finding.found_at if finding else None) or at,
        "recorded_at": at,
        "amount": 1,
        "unit.kind": UNIT_KINDS.get(place.unit.kind) if place else None,
        "officer.post": POSTS.get(place.role) if place else None,
        "finding.severity": finding.level if finding else None,
        "finding.statutory": str(_is_statutory(finding)).lower() if finding else None,
        "cites": cites,
    }


def _is_statutory(finding: Finding) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nature FROM supervision_clock WHERE key = %s", [finding.clock])
        row = cursor.fetchone()
    return bool(row and row[0] == "statutory")
