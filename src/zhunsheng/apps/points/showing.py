"""Proposals and appeals in words, for the list of what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.display import formats
from zhunsheng.apps.org.models import Unit
from zhunsheng.apps.points import words
from zhunsheng.apps.points.appeals import Appeal
from zhunsheng.apps.points.models import Act, Decision, Proposal
from zhunsheng.apps.points.own import figure
from zhunsheng.apps.points.people import names_of
from zhunsheng.apps.points.policies import known

Kind = Proposal.Kind


@dataclass(frozen=True)
class ProposalLine:
    """One proposal: what, by whom, and what the second said. `is_own`: he proposed it, and another must decide."""

    proposal: Proposal
    kind: Any
    what: str
    unit: str
    is_own: bool
    decision: Decision | None


@dataclass(frozen=True)
class AppealLine:
    """One appeal: whose, about what, how it was answered and by whom, and how long it can be where it was not."""

    appeal: Appeal
    name: str
    title: str
    figure: str
    left: formats.Remaining
    answer_word: Any
    answered_by: str


def proposal_lines(rows: Sequence[Proposal], viewer: Viewer) -> list[ProposalLine]:
    """Proposals in words."""
    codes = {str(row.body.get("officer") or row.body.get("holder") or row.unit) for row in rows} - {""}
    names = names_of(codes)
    units = dict(Unit.objects.filter(pk__in={_unit(row) for row in rows}).values_list("code", "short_name"))
    return [
        ProposalLine(
            row,
            _(Kind(row.kind).label),
            _what(row, names),
            units.get(_unit(row), ""),
            row.by_id == viewer.officer,
            getattr(row, "decision", None),
        )
        for row in rows
    ]


def _unit(row: Proposal) -> str:
    """The unit that a proposal is about; of what the city decides, it stands in what is proposed."""
    return row.unit or str(row.body.get("unit", ""))


def _begins(version: str) -> date:
    """The day from which a version is in force: its name ends with it."""
    return date.fromisoformat(version.rpartition("@")[2])


def _what(row: Proposal, names: Any) -> str:
    body = row.body
    who = names.get(body.get("officer") or body.get("holder") or row.unit, "")
    if row.kind == Kind.POLICY:
        return _("%(title)s，%(from_on)s起施行，摘要 %(sha)s") % {
            "title": body["title"], "from_on": formats.full_day(_begins(body["version"])), "sha": body["sha256"][:12],
        }  # fmt: skip
    if row.kind == Kind.PUBLICATION:
        return _("%(policy)s，%(period)s起的一期，摘要 %(sha)s") % {
            "policy": body["policy"], "period": formats.full_day(date.fromisoformat(body["period"])),
            "sha": body["sha256"][:12],
        }  # fmt: skip
    if row.kind == Kind.WEIGHTS:
        return _("%(year)s 年测算，%(n)d 项") % {"year": body["year"], "n": len(body["rows"])}
    if row.kind == Kind.BOUND:
        return _("%(period)s起的一期，查 %(files)d 件，有问题 %(problems)d 件") % {
            "period": formats.full_day(date.fromisoformat(body["period"])), "files": body["files"],
            "problems": body["problems"],
        }  # fmt: skip
    if row.kind == Kind.EXPOSURE:
        return _("%(who)s，本期在岗 %(days)s 天") % {"who": who, "days": words.half_days(body["half_days"])}
    if row.kind == Kind.MANUAL:
        kind = words.MANUAL_KINDS.get(body["kind"], body["kind"])
        return _("%(who)s，%(kind)s，%(points)s 分") % {
            "who": who, "kind": kind, "points": words.change(body["amount"]),
        }  # fmt: skip
    return _("%(who)s，%(fact)s，案件 %(case)s") % {
        "who": who, "fact": known().facts[body["fact"]].title, "case": body["case"],
    }  # fmt: skip


def appeal_lines(rows: Sequence[Appeal], *, now: datetime) -> list[AppealLine]:
    """Appeals in words, in their order."""
    names = names_of([*(one.entry.holder for one in rows), *(_author(one) for one in rows)])
    found = []
    for one in rows:
        fact = known().facts.get(one.entry.fact)
        given = {"judged": one.entry.judged, "kept": one.entry.kept, "amount": one.entry.amount}
        left = formats.remaining(one.answer_by, None, now=now, due_at_end=True)
        title = fact.title if fact else one.entry.fact
        answered_by = one.answer.body if one.answer is not None and one.answer.body else names[_author(one)]
        word = _answer_word(one.answer)
        found.append(AppealLine(one, names[one.entry.holder], title, figure(given), left, word, answered_by))
    return found


def _author(one: Appeal) -> str:
    """Who answered; nobody where nobody did, or where time alone did."""
    author = one.answer.author if one.answer is not None else None
    return "" if author is None or author == "silence" else author


def _answer_word(answer: Act | None) -> str:
    if answer is None:
        return _("待答复")
    if answer.author == "silence":
        return _("到期没有答复，视为支持")
    return _("支持") if answer.act == "appeal_granted" else _("不支持")
