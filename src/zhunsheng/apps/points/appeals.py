"""Appeals: by the officer, against one entry, within working days; answered by somebody of another unit in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.alerts.policy import working_calendar
from zhunsheng.apps.audit.services import record
from zhunsheng.apps.org.models import Post
from zhunsheng.apps.org.selectors import ZONE
from zhunsheng.apps.points import stored
from zhunsheng.apps.points.models import Act, Entry, Proposal, Publication
from zhunsheng.apps.points.people import code_of, leads, officer_behind, own_code
from zhunsheng.apps.points.policies import in_use
from zhunsheng.apps.points.recording import post
from zhunsheng.apps.points.silence import ANSWER_DAYS, version
from zhunsheng.apps.refusals import DomainError
from zhunsheng.core.points.policy import Policy
from zhunsheng.core.points.states import answer_by

LONGEST: Final = 400
DECIDED: Final = ("appeal_granted", "appeal_refused")


class NoSuchEntry(DomainError):
    """Not there, or another's: the answer is the same."""

    text = "没有这条积分，或它不是您的。请从“我的积分”里打开。"


class AppealRefused(DomainError):
    """An appeal that cannot be lodged or answered now."""

    text = "没有办成：{why}。"


@dataclass(frozen=True)
class Appeal:
    """One appeal and how it stands. `answer_by` is the end of the last day on which it can be answered."""

    act: Act
    entry: Entry
    answer_by: datetime
    answer: Act | None


@transaction.atomic
def appeal(viewer: Viewer, *, key: str, reason: str, document_no: str, at: datetime) -> Act:
    """
    Lodge an appeal: the entry counts on no board until it is decided.

    :raises NoSuchEntry: it is not his.
    :raises AppealRefused: without a reason, too late, appealed before, or a row that undoes another.
    """
    with stored.whole():
        stored.hold()
        entry = Entry.objects.filter(pk=key, holder=own_code(viewer)).first() if own_code(viewer) else None
        if entry is None:
            raise NoSuchEntry
        why = _refusal(entry, reason, at)
        if why:
            raise AppealRefused(why=why)
        made = Act.objects.create(
            id=f"appeal|{key}", act="appeal", target=key, policy=entry.policy, officer=entry.holder, unit=entry.unit,
            author=own_code(viewer), at=at, recorded_at=at, reason=reason.strip()[:LONGEST], document_no=document_no,
        )  # fmt: skip
        stored.touch()
        record(action="appeal", kind="points_entry", key=key)
        return made


def may_appeal(entry: Entry, at: datetime) -> bool:
    """Whether an entry can be appealed now."""
    return not _refusal(entry, "事由", at)


def _refusal(entry: Entry, reason: str, at: datetime) -> str:
    if not reason.strip():
        return "请写明事由"
    if entry.kind in ("reverse", "restore", "close"):
        return "冲销和结账的记录不能申诉，请对原来的记录申诉"
    if Act.objects.filter(target=entry.pk, act="appeal").exists():
        return "这条积分已经申诉过，请等答复，或看答复"
    if Entry.objects.filter(target=entry.pk).exists():
        return "这条积分已经冲销，不需要申诉"
    printed = Publication.objects.filter(policy=entry.policy, period=entry.period).first()
    policy = version(in_use(), entry.policy, entry.version)
    days = policy.appeal_days if policy else ANSWER_DAYS
    if printed is not None and at >= answer_by(printed.at, working_calendar(), days):
        return f"公布后{days}个工作日内可以申诉，已经过了"
    return ""


@transaction.atomic
def answer(viewer: Viewer, *, key: str, granted: bool, reason: str, at: datetime) -> Act:
    """
    Decide an appeal; granted, the entry is undone by a row of its own.

    :raises NoSuchEntry: no appeal is open on it where he may decide.
    :raises AppealRefused: he is of the unit or had a part in it, gives no reason, or is too late.
    """
    officer = officer_behind(viewer)
    with stored.whole():
        stored.hold()
        found = next((one for one in open_appeals(at) if one.entry.pk == key and leads(viewer, one.entry.unit)), None)
        if found is None:
            raise NoSuchEntry
        if Post.objects.filter(officer=officer, unit=found.entry.unit, until_on=None).exists():
            raise AppealRefused(why="您是申诉人单位的人，请由其他单位的人答复")
        if code_of(officer) in {found.act.author, *_authors(found.entry)}:
            raise AppealRefused(why="这条积分由您提出、确认或申诉，请由其他人答复")
        if not reason.strip():
            raise AppealRefused(why="请写明答复的理由")
        if at >= found.answer_by:
            raise AppealRefused(why="答复期限已过，这件申诉视为支持")
        made = Act.objects.create(
            id=f"answer|{key}", act=DECIDED[0] if granted else DECIDED[1], target=key, policy=found.entry.policy,
            officer=found.entry.holder, unit=found.entry.unit, author=code_of(officer), at=at, recorded_at=at,
            reason=reason.strip()[:LONGEST],
        )  # fmt: skip
        stored.touch()
        record(action="answer", kind="points_entry", key=key, detail={"granted": granted})
        post(in_use(), at)
        return made


def _authors(entry: Entry) -> set[str]:
    """Who proposed and confirmed what an entry rests on."""
    named = Proposal.objects.filter(pk__in=_proposals(entry)).select_related("by", "decision__by")
    people = {code_of(one.by) for one in named} | {
        code_of(one.decision.by) for one in named if hasattr(one, "decision")
    }
    return people | ({entry.author} if entry.author else set())


def _proposals(entry: Entry) -> list[str]:
    marks = [mark.removeprefix("proposal/") for mark in entry.cites or [] if mark.startswith("proposal/")]
    return [*marks, entry.fact_key] if entry.kind == "manual" else marks


def appeals(condition: Q, at: datetime) -> list[Appeal]:
    """Appeals under a condition on acts, the one that must be answered first before the others."""
    found = told_of(list(Act.objects.filter(condition, act="appeal", at__lte=at)))
    return sorted(found, key=lambda one: (one.answer_by, one.entry.pk))


def told_of(acts: Sequence[Act]) -> list[Appeal]:
    """Acts of appealing with what each is against and how it was answered, in their order."""
    targets = [act.target for act in acts]
    entries = Entry.objects.in_bulk(targets)
    answers = {act.target: act for act in Act.objects.filter(target__in=targets, act__in=DECIDED)}
    policies = in_use() if acts else []
    return [
        Appeal(act, entries[act.target], _answer_by(policies, entries[act.target], act), answers.get(act.target))
        for act in acts
        if act.target in entries
    ]


def open_acts(at: datetime) -> QuerySet[Act]:
    """The acts of appealing that nobody answered yet."""
    answered = Act.objects.filter(act__in=DECIDED, target=OuterRef("target"))
    return Act.objects.filter(~Exists(answered), act="appeal", at__lte=at)


def open_appeals(at: datetime) -> list[Appeal]:
    """Those that nobody decided yet."""
    found = told_of(list(open_acts(at)))
    return sorted(found, key=lambda one: (one.answer_by, one.entry.pk))


def _answer_by(policies: Sequence[Policy], entry: Entry, act: Act) -> datetime:
    policy = version(policies, entry.policy, entry.version)
    return answer_by(act.at, working_calendar(), policy.answer_days if policy else ANSWER_DAYS).astimezone(ZONE)
