"""What people do with alerts, and the two rounds that tell them. Each act is one transaction of an actor.

A group is closed by data alone, or by a ruling that the alert was wrong; nothing here closes one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q

from zhunsheng.apps.alerts.acting import SUPERIORS, may_see, require_may_act, require_role
from zhunsheng.apps.alerts.groups import Held, locked, save
from zhunsheng.apps.alerts.models import Action, AlertGroup, Gap
from zhunsheng.apps.alerts.outgoing import no_longer_needed
from zhunsheng.apps.alerts.policy import working_calendar
from zhunsheng.apps.alerts.precision import demote_if_below
from zhunsheng.apps.alerts.refusals import AlertActRefused, refusal
from zhunsheng.apps.alerts.rounds import frozen_explanations, make_teller, route, sweep
from zhunsheng.apps.alerts.sweeping import sweep_due
from zhunsheng.apps.alerts.telling import Teller
from zhunsheng.apps.org.models import Officer
from zhunsheng.core import alert_acts
from zhunsheng.core.alert_acts import DISPUTE_REASONS, ActRefused
from zhunsheng.core.alert_group import Group
from zhunsheng.core.routing import LEGAL_DEPARTMENT, Step

__all__ = [
    "accept",
    "acknowledge",
    "claim_done",
    "decline",
    "dispute",
    "hand_over",
    "route",
    "rule_on",
    "snooze",
    "sweep",
    "sweep_due",
    "urge",
]
VERDICTS: Final = {True: "upheld", False: "rejected"}


@dataclass
class _Act:
    """A locked group while somebody acts on it."""

    held: Held
    teller: Teller
    officer: Officer
    via: str

    @property
    def occasion(self) -> str:
        """Tells notices of this act from those of others: the number of acts before it."""
        return f"act{Action.objects.filter(group=self.held.row).count()}"

    def settle(self, step: Step | Group, act: str, **said: object) -> AlertGroup:
        """Write what came of it."""
        group, notices = step if isinstance(step, tuple) else (step, [])
        self.held.group = group
        until = said.pop("tell_until", None)
        Action.objects.create(group=self.held.row, act=act, by=self.officer, via=self.via, at=self.teller.as_of, **said)
        self.teller.tell(
            [(self.held, notice) for notice in notices], until=until if isinstance(until, datetime) else None
        )
        save([self.held])
        return self.held.row


@contextmanager
def _acting(group: AlertGroup | str, officer: Officer, at: datetime, via: str) -> Iterator[_Act]:
    key = group if isinstance(group, str) else group.key
    with transaction.atomic():
        held = locked(Q(key=key)).get(key)
        if held is None:
            raise AlertActRefused("no_alert")
        teller = make_teller(at, frozen_explanations)
        teller.learn([held])
        require_may_act(held.row, officer, at)
        try:
            yield _Act(held, teller, officer, via)
        except ActRefused as problem:
            raise refusal(problem, teller.policy.zone) from problem


def acknowledge(group: AlertGroup | str, officer: Officer, at: datetime, via: str) -> AlertGroup:
    """
    签收: the officer takes it on. Said twice, it is the same.

    :raises AlertActRefused: it is closed or disputed, or not his to take.
    """
    with _acting(group, officer, at, via) as act:
        taken = alert_acts.acknowledge(act.held.group, officer.pk, at=at, policy=act.teller.policy)
        if taken == act.held.group:
            return act.held.row
        Gap.objects.filter(group=act.held.row.key, closed_at=None).update(closed_at=at)
        return act.settle(taken, Action.Act.ACKNOWLEDGE, until=taken.state_until)


def snooze(
    group: AlertGroup | str, officer: Officer, at: datetime, via: str, *, until: datetime, reason: str
) -> AlertGroup:
    """
    稍后提醒: hidden until an instant, for a reason. Never red, never where liberty is at stake.

    :raises AlertActRefused: among others past_floor, with the latest instant that is allowed.
    """
    with _acting(group, officer, at, via) as act:
        _require_reason(reason)
        put_off = alert_acts.snooze(act.held.group, officer.pk, at=at, until=until, policy=act.teller.policy)
        return act.settle(put_off, Action.Act.SNOOZE, until=until, reason=reason.strip())


def hand_over(
    group: AlertGroup | str, officer: Officer, at: datetime, via: str, *, to: Officer, reason: str = ""
) -> AlertGroup:
    """
    交给: ask a named person to take it on; nothing changes until he accepts.

    :raises AlertActRefused: among others cannot_see, where he may not see the case.
    """
    with _acting(group, officer, at, via) as act:
        if not may_see(act.held.row, to, at):
            raise AlertActRefused("cannot_see")
        step = alert_acts.hand_over(act.held.group, officer.pk, to=to.pk, occasion=act.occasion)
        return act.settle(step, Action.Act.HAND_OVER, to=to, reason=reason.strip())


def accept(group: AlertGroup | str, officer: Officer, at: datetime, via: str) -> AlertGroup:
    """
    接收: the person whom it was handed to takes it on.

    :raises AlertActRefused: it was not handed to him.
    """
    with _acting(group, officer, at, via) as act:
        taken = alert_acts.accept(act.held.group, officer.pk, at=at, policy=act.teller.policy)
        return act.settle(taken, Action.Act.ACCEPT, until=taken.state_until)


def decline(group: AlertGroup | str, officer: Officer, at: datetime, via: str, *, reason: str) -> AlertGroup:
    """
    不接收: the person whom it was handed to does not take it on; the owner is asked again.

    :raises AlertActRefused: it was not handed to him, or no reason is given.
    """
    with _acting(group, officer, at, via) as act:
        _require_reason(reason)
        step = alert_acts.decline(act.held.group, officer.pk, occasion=act.occasion, roles=act.held.roles)
        return act.settle(step, Action.Act.DECLINE, reason=reason.strip())


def claim_done(
    group: AlertGroup | str, officer: Officer, at: datetime, via: str, *, document_no: str = "", photo: str = ""
) -> AlertGroup:
    """
    已办结待核: he says it is done, with a document's number or a photo; without data it comes back.

    :raises AlertActRefused: among others no_evidence.
    """
    with _acting(group, officer, at, via) as act:
        evidence = document_no.strip() or photo.strip()
        if not evidence:
            raise AlertActRefused("no_evidence")
        claimed = alert_acts.claim_done(act.held.group, officer.pk, at=at, policy=act.teller.policy)
        return act.settle(claimed, Action.Act.CLAIM_DONE, until=claimed.state_until, document_no=evidence)


def dispute(
    group: AlertGroup | str, officer: Officer, at: datetime, via: str, *, reason: str, words: str = ""
) -> AlertGroup:
    """
    报误报: start_wrong, not_applicable, done_not_in_data or other; the legal department rules within one working day.

    :raises AlertActRefused: among others unknown_reason; other needs words.
    """
    with _acting(group, officer, at, via) as act:
        if reason not in DISPUTE_REASONS or (reason == "other" and not words.strip()):
            raise AlertActRefused("unknown_reason")
        policy = act.teller.policy
        until = alert_acts.ruling_due(at, working_calendar(), working_days=policy.ruling_working_days, zone=policy.zone)
        step = alert_acts.dispute(act.held.group, officer.pk, until=until, occasion=act.occasion)
        said = f"{reason}：{words.strip()}" if words.strip() else reason
        return act.settle(step, Action.Act.DISPUTE, until=until, reason=said, tell_until=until)


def rule_on(
    group: AlertGroup | str, officer: Officer, at: datetime, via: str, *, upheld: bool, reason: str
) -> AlertGroup:
    """
    裁定: the legal department says whether it was wrong. If so it is withdrawn, and whoever was told is told so.

    :raises AlertActRefused: not disputed, his own dispute, or he is not of the legal department.
    """
    with _acting(group, officer, at, via) as act:
        _require_reason(reason)
        require_role(act.held.row, officer, (LEGAL_DEPARTMENT,), act.teller, "not_legal")
        step = alert_acts.rule_on(
            act.held.group,
            officer.pk,
            upheld=upheld,
            at=at,
            policy=act.teller.policy,
            roles=act.held.roles,
            occasion=act.occasion,
        )
        if upheld:
            no_longer_needed([key for key, found in step[0].findings.items() if found.state == "overruled"])
        row = act.settle(step, Action.Act.RULE, reason=reason.strip(), verdict=VERDICTS[upheld])
        if upheld:
            demote_if_below(row.rule, act.teller, act.teller.about(act.held))
        return row


def urge(
    group: AlertGroup | str, officer: Officer, at: datetime, via: str, *, reply_by: datetime, reason: str = ""
) -> AlertGroup:
    """
    督办: a superior presses whoever owns it, and expects an answer by an instant.

    :raises AlertActRefused: he is no superior, or the instant is past.
    """
    with _acting(group, officer, at, via) as act:
        require_role(act.held.row, officer, SUPERIORS, act.teller, "not_superior")
        step = alert_acts.urge(act.held.group, reply_by=reply_by, at=at, occasion=act.occasion, roles=act.held.roles)
        return act.settle(step, Action.Act.URGE, until=reply_by, reason=reason.strip())


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise AlertActRefused("no_reason")
