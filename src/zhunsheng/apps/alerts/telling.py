"""Notices → alerts: to whom, in which words, at once or with others, and what is done when there is nobody."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from zhunsheng.apps.access.models import Account
from zhunsheng.apps.alerts.directory import About, Directory, Person
from zhunsheng.apps.alerts.groups import Held
from zhunsheng.apps.alerts.models import Alert, Gap, Pending
from zhunsheng.apps.alerts.outgoing import channel_rows, inbox_rows, queue, reached_outside, told_before
from zhunsheng.apps.alerts.waiting import CORRECTION, RAISED, also, taken_along
from zhunsheng.apps.alerts.webhooks import ROLE as PROGRAM
from zhunsheng.apps.alerts.webhooks import tell_programs, tell_watcher
from zhunsheng.apps.cases.probes import is_probe
from zhunsheng.core.alert_group import LEVEL_RANK, Notice, alert_key
from zhunsheng.core.alert_policy import AlertPolicy
from zhunsheng.core.alert_times import told_at
from zhunsheng.core.alert_words import Saying, alert_text
from zhunsheng.core.wording import Deployment

RETRY_GAP: Final = timedelta(minutes=5)
LEGAL: Final = "legal_department"
SECOND: Final = "co_officer"
SAID_AGAIN: Final = frozenset({"repeat", "escalated", "withdrawn"})
MAY_WAIT: Final = RAISED | SAID_AGAIN
Explain = Callable[[Sequence[str]], Mapping[str, Mapping[str, Any]]]


@dataclass(frozen=True)
class Draft:
    """One alert to one person, before it is written."""

    key: str
    held: Held
    notice: Notice
    person: Person
    told: datetime | None = None  # when what is corrected was told
    outside: bool = True  # whether it leaves the house; a correction goes only where the alert went
    until: datetime | None = None
    waits_until: datetime | None = None  # told together with others; None: at once


@dataclass
class Teller:
    """Tells the notices of one batch."""

    directory: Directory
    policy: AlertPolicy
    deployment: Deployment
    explain: Explain
    as_of: datetime
    abouts: Mapping[tuple[str | None, str | None], About] = field(default_factory=dict)

    def about(self, held: Held) -> About:
        """What a group is about."""
        return self.abouts[held.row.case, held.row.incident]

    def learn(self, batch: Iterable[Held]) -> None:
        """Read units, labels and titles of groups, for all at once."""
        rows = list(batch)
        named = {(held.row.case, held.row.incident, held.row.unit) for held in rows}
        self.abouts = {**self.abouts, **self.directory.abouts(named)}
        for held in rows:
            about = self.about(held)
            held.row.unit, held.case_title = about.unit, about.title

    def tell(self, notices: Sequence[tuple[Held, Notice]], *, until: datetime | None = None) -> list[Alert]:
        """Write the alerts that follow, with their deliveries. What was told under the same key is not told again."""
        of_probes = [(held, notice) for held, notice in notices if is_probe(held.row.incident)]
        if of_probes:
            notices = [(held, notice) for held, notice in notices if not is_probe(held.row.incident)]
        drafts, gaps = self._drafts(notices, until)
        drafts = self._timed([*drafts, *self._of_gaps(gaps)])
        known = set(Alert.objects.filter(key__in={draft.key for draft in drafts}).values_list("key", flat=True))
        fresh = {draft.key: draft for draft in drafts if draft.key not in known}
        alerts = self._written(list(fresh.values()))
        alerts += self._tell_administrators(gaps)
        alerts += tell_watcher(of_probes, text=self._program_text, as_of=self.as_of)
        return alerts + tell_programs(notices, text=self._program_text, as_of=self.as_of)

    def _drafts(
        self, notices: Sequence[tuple[Held, Notice]], until: datetime | None
    ) -> tuple[list[Draft], list[tuple[Held, Notice]]]:
        corrected = [notice.finding for _, notice in notices if notice.to_told]
        told, outside = told_before(corrected), reached_outside(corrected)
        drafts, gaps = [], []
        for held, notice in notices:
            if notice.to_told:
                drafts += self._corrections(held, notice, told, outside)
                continue
            people = self._people(held, notice)
            drafts += [Draft(alert_key(notice, person.lasting), held, notice, person, until=until) for person in people]
            if not people and notice.reason in ("first", "worse"):
                gaps.append((held, notice))
        return drafts, gaps

    def _people(self, held: Held, notice: Notice) -> list[Person]:
        """Once each, in the role that is named first."""
        if notice.officers:
            return self.directory.persons(notice.officers, self._handling_role(held))
        found: dict[int, Person] = {}
        for role in notice.roles:
            for person in self.directory.people(role, self.about(held), everybody=held.group.liberty):
                found.setdefault(person.officer, person)
        return list(found.values())

    def _handling_role(self, held: Held) -> str:
        return (*held.roles.get("blue", ()), "case_officer")[0]

    def _corrections(
        self,
        held: Held,
        notice: Notice,
        told: Mapping[str, list[tuple[int, str, datetime]]],
        outside: Mapping[str, set[int]],
    ) -> list[Draft]:
        drafts = []
        for officer, role, at in told.get(notice.finding, ()):
            for person in self.directory.persons([officer], role):
                left = officer in outside.get(notice.finding, ())
                key = alert_key(notice, person.lasting)
                drafts.append(Draft(key, held, notice, person, told=at, outside=left))
        return drafts

    def _written(self, drafts: list[Draft]) -> list[Alert]:
        keys = sorted({draft.held.row.key for draft in drafts})
        explained = self.explain(keys) if keys else {}
        alerts, pending, deliveries = [], [], []
        bundles = _bundles(drafts)
        along = self._along(bundles)
        for bundle in bundles:
            lead = bundle[0]
            more = along.pop(lead.person.officer, []) if self._takes_along(lead) else []
            for draft in bundle:
                alert = self._alert(draft, bundle, more, explained)
                alerts.append(alert)
                deliveries += inbox_rows(alert)
                if draft.waits_until is not None:
                    pending.append(Pending(alert=alert, officer_id=draft.person.officer, at=draft.waits_until))
                elif draft is lead and draft.outside:
                    deliveries += channel_rows(alert, draft.person.mobile, self.policy)
        Alert.objects.bulk_create(alerts, batch_size=500)
        Pending.objects.bulk_create(pending, batch_size=500)
        queue(deliveries)
        return alerts

    def _along(self, bundles: Sequence[list[Draft]]) -> dict[int, list[Alert]]:
        """What waits for those whom a message goes to now, without what these messages say anyway."""
        leads = [bundle[0] for bundle in bundles if self._takes_along(bundle[0])]
        told = {draft.held.row.key for bundle in bundles for draft in bundle}
        return taken_along({lead.person.officer for lead in leads}, told, self.policy, self.as_of)

    def _takes_along(self, lead: Draft) -> bool:
        """Whether a message leaves for it now that may speak of what else waits. A question has no message."""
        gathers = lead.notice.reason in MAY_WAIT and lead.notice.reason != CORRECTION
        leaves = lead.outside and lead.waits_until is None and bool(lead.person.mobile)
        return gathers and leaves and bool(self.policy.channels[lead.notice.level])

    def _timed(self, drafts: Sequence[Draft]) -> list[Draft]:
        """Each with the instant at which it is told at the latest, by whether a message reaches somebody who handles
        the case."""
        raised = [draft for draft in drafts if draft.notice.reason in RAISED and draft.person.mobile]
        handled = {draft.notice.finding for draft in raised if not self._oversees(draft.person.role)}
        in_charge = {draft.notice.finding for draft in raised if not self._is_beside(draft.person.role)}
        return [replace(draft, waits_until=self._waits_until(draft, handled, in_charge)) for draft in drafts]

    def _waits_until(self, draft: Draft, handled: Collection[str], in_charge: Collection[str]) -> datetime | None:
        notice, group, role = draft.notice, draft.held.group, draft.person.role
        if notice.reason not in MAY_WAIT or not draft.outside:
            return None
        purpose = notice.reason
        if notice.reason in RAISED and notice.level == "red":
            purpose = "beside" if self._oversees(role) and notice.finding in handled else "first"
        elif notice.reason in RAISED:
            purpose = "beside" if self._is_beside(role) and notice.finding in in_charge else "first"
        return told_at(
            notice.level,
            liberty=group.liberty,
            due=group.due,
            as_of=self.as_of,
            policy=self.policy,
            purpose=purpose,
        )

    def _oversees(self, role: str) -> bool:
        return self.policy.roles[role].voice != "officer"

    def _is_beside(self, role: str) -> bool:
        """Who oversees, and the second officer: both only help whoever is in charge."""
        return self._oversees(role) or self.policy.roles[role].assigned == SECOND

    def _alert(
        self,
        draft: Draft,
        bundle: list[Draft],
        more: Sequence[Alert],
        explained: Mapping[str, Mapping[str, Any]],
    ) -> Alert:
        """`more`: what goes along with the bundle."""
        held, notice, lead = draft.held, draft.notice, bundle[0]
        explanation = dict(explained.get(held.row.key) or held.row.explanation)
        held.row.explanation = explanation
        return Alert(
            key=draft.key,
            group=held.row,
            finding=notice.finding,
            case=held.row.case,
            incident=held.row.incident,
            role=draft.person.role,
            officer_id=draft.person.officer,
            reason=notice.reason,
            occasion=notice.occasion,
            level=notice.level,
            kind=notice.kind,
            liberty=held.row.liberty,
            text=self._text(draft, bundle, more) if draft is lead else self._text(draft, [draft]),
            explanation=explanation,
            created_at=self.as_of,
            not_before=draft.waits_until,
            lead="" if draft is lead else lead.key,
            covers=[*(one.key for one in bundle[1:]), *(one.key for one in more)] if draft is lead else [],
        )

    def _text(self, draft: Draft, bundle: list[Draft], more: Sequence[Alert] = ()) -> str:
        is_correction = draft.notice.reason == CORRECTION
        open_besides = [alert for alert in more if alert.reason != CORRECTION]
        count = len({one.held.row.key for one in bundle} | {alert.group_id for alert in open_besides})
        occasion = draft.notice.text
        if count > 1:
            cases = {(one.held.row.case, one.held.row.incident) for one in bundle}
            cases |= {(alert.case, alert.incident) for alert in open_besides}
            occasion = many_occasion(of_one_case=len(cases) == 1, is_correction=is_correction)
        saying = Saying(
            occasion=occasion,
            role=draft.person.role,
            as_of=self.as_of,
            count=count,
            until=draft.until,
            told=draft.told,
            also=also(more),
        )
        return alert_text(draft.held.matter(draft.notice.finding), saying, self.policy, self.deployment)

    def _program_text(self, held: Held, notice: Notice, told: datetime | None) -> str:
        occasion = "withdrawn" if notice.reason == "withdrawn" else "program"
        saying = Saying(occasion, PROGRAM, self.as_of, told=told)
        return alert_text(held.matter(notice.finding), saying, self.policy, self.deployment)

    def _of_gaps(self, gaps: Sequence[tuple[Held, Notice]]) -> list[Draft]:
        """Nobody could be told: the legal department is told that."""
        drafts = []
        for held, notice in gaps:
            alone = replace(notice, reason="no_recipient", text="alone", level="red")
            people = self.directory.people(LEGAL, self.about(held))
            drafts += [Draft(alert_key(alone, person.lasting), held, alone, person) for person in people]
            Gap.objects.get_or_create(
                key=gap_key(notice),
                defaults={
                    "group": held.row.key,
                    "finding": notice.finding,
                    "unit": held.row.unit,
                    "roles": list(notice.roles),
                    "liberty": held.row.liberty,
                    "opened_at": self.as_of,
                    "retry_at": self.as_of + RETRY_GAP,
                },
            )
        return drafts

    def _tell_administrators(self, gaps: Sequence[tuple[Held, Notice]]) -> list[Alert]:
        """A red incident without a word of the case: they see none."""
        if not gaps:
            return []
        alerts = []
        accounts = list(Account.objects.filter(is_active=True).exclude(admin_role="").order_by("username"))
        for held, notice in gaps:
            for account in accounts:
                key = _key("no_recipient", gap_key(notice), account.username)
                saying = Saying("alone", account.admin_role, self.as_of, unit=held.row.unit or "未知")
                text = alert_text(held.matter(notice.finding), saying, self.policy)
                alerts.append(self._for_account(account, key, text, liberty=held.row.liberty))
        known = set(Alert.objects.filter(key__in=[alert.key for alert in alerts]).values_list("key", flat=True))
        fresh = [alert for alert in alerts if alert.key not in known]
        Alert.objects.bulk_create(fresh, batch_size=500)
        queue(row for alert in fresh for row in inbox_rows(alert))
        return fresh

    def _for_account(self, account: Account, key: str, text: str, *, liberty: bool) -> Alert:
        return Alert(
            key=key,
            account=account.username,
            role=account.admin_role,
            reason=Alert.Reason.NO_RECIPIENT,
            level="red",
            liberty=liberty,
            text=text,
            explanation={},
            created_at=self.as_of,
        )


def many_occasion(*, of_one_case: bool, is_correction: bool) -> str:
    """The words for several alerts in one message."""
    if is_correction:
        return "withdrawn_many" if of_one_case else "withdrawn_cases"
    return "bundle" if of_one_case else "many"


def gap_key(notice: Notice) -> str:
    """The key of the incident that nobody could be told of a finding."""
    return _key("gap", notice.group, notice.finding)


def _bundles(drafts: Iterable[Draft]) -> list[list[Draft]]:
    """What one person is told in one message, of whichever cases, the worst first. Corrections are said apart. What
    waits stands alone until it is told."""
    bundles: dict[tuple[object, ...], list[Draft]] = {}
    for draft in sorted(drafts, key=_worst_first):
        key: tuple[object, ...] = (draft.key,)
        if draft.notice.reason in MAY_WAIT and draft.waits_until is None:
            key = (draft.person.officer, draft.notice.reason == "withdrawn", draft.outside)
        bundles.setdefault(key, []).append(draft)
    return list(bundles.values())


def _worst_first(draft: Draft) -> tuple[Any, ...]:
    """By level: a red leaves as red, whatever it is told with."""
    due = draft.held.group.due
    return (
        -LEVEL_RANK[draft.notice.level],
        not draft.held.row.liberty,
        due is None,
        due.timestamp() if due else 0.0,
        draft.key,
    )


def _key(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
