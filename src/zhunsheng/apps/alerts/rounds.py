"""The two rounds: what a judgement changed is told, and what time alone changes is told."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.db.models import Q

from zhunsheng.apps.alerts.digests import tell_owner, tell_pending
from zhunsheng.apps.alerts.directory import Directory
from zhunsheng.apps.alerts.faults import GAP, GROUP, OFFICER, SILENCE, Thing
from zhunsheng.apps.alerts.groups import Held, learn, locked, new_group, save
from zhunsheng.apps.alerts.incoming import judged_changes
from zhunsheng.apps.alerts.models import Action, Alert, AlertGroup, Gap
from zhunsheng.apps.alerts.outgoing import no_longer_needed
from zhunsheng.apps.alerts.policy import alert_policy, deployment
from zhunsheng.apps.alerts.silences import Silences, due_announcements, due_ends
from zhunsheng.apps.alerts.telling import RETRY_GAP, Explain, Teller
from zhunsheng.apps.cases.probes import is_probe
from zhunsheng.apps.supervision.changes import Changes
from zhunsheng.core.alert_group import Notice
from zhunsheng.core.routing import Change, merged, routed, swept

TRIAL: Final = "trial"
Told = list[tuple[Held, Notice]]


def route(changes: Changes, *, as_of: datetime) -> None:
    """Tell whoever must know of what a judgement changed. Runs inside the transaction that writes the changes."""
    route_changes(judged_changes(changes), explain=changes.explanations, as_of=as_of)


def route_changes(changes: Sequence[Change], *, explain: Explain, as_of: datetime) -> list[Alert]:
    """The same, for changes as the core takes them. Order and repetition of changes do not matter."""
    if not changes:
        return []
    teller = make_teller(as_of, explain)
    batch = _merged_groups(changes, as_of)
    teller.learn(batch.values())
    batch |= _siblings(batch)
    teller.learn(batch.values())
    notices = _routed(batch, teller)
    no_longer_needed(_not_needed(batch.values(), changes))
    alerts = teller.tell(notices)  # first: it freezes the explanations into the groups
    save(batch.values())
    _close_gaps(batch.values(), as_of)
    return alerts


def sweep(as_of: datetime, *, limit: int = 200, only: Thing | None = None) -> int:
    """Tell what time alone changes: ends of acknowledgements, snoozes and claims, escalation, digests, the end of quiet
    hours, silences. Inside the caller's transaction, after `route`: a level that rises now says more than the
    escalation of the lower one.

    Takes   only: the one thing to handle, where all together cannot be.
    Returns how many groups and messages were handled; a caller asks again until it is 0.
    """
    teller = make_teller(as_of, frozen_explanations)
    parts: dict[str, Callable[[], int]] = {
        GROUP: lambda: _sweep_groups(teller, limit, only.key if only else None),
        OFFICER: lambda: tell_pending(teller, limit, int(only.key) if only else None),
        GAP: lambda: _retry_gaps(teller, only.key if only else None),
        SILENCE: lambda: _end_silences(teller, int(only.key) if only else None),
    }
    return sum(handle() for kind, handle in parts.items() if only is None or kind == only.kind)


def _sweep_groups(teller: Teller, limit: int, key: str | None) -> int:
    waiting = AlertGroup.objects.filter(next_at__lte=teller.as_of, **_one(key))
    keys = waiting.order_by("next_at").values_list("key", flat=True)[:limit]
    due = AlertGroup.objects.select_for_update(skip_locked=True).filter(key__in=list(keys)).order_by("key")
    batch = locked(Q(key__in=[row.key for row in due]))
    teller.learn(batch.values())
    notices: Told = []
    for key in sorted(batch):
        notices += _swept(batch[key], teller)
    teller.tell(notices)
    save(batch.values())
    return len(batch)


def _one(key: object) -> dict[str, Any]:
    return {} if key is None else {"pk": key}


def make_teller(as_of: datetime, explain: Explain) -> Teller:
    """A teller for one batch at one instant."""
    policy = alert_policy()
    return Teller(Directory(as_of, policy), policy, deployment(), explain, as_of)


def frozen_explanations(keys: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    """Nothing was judged: the explanations of the groups stay as they are."""
    del keys
    return {}


def _merged_groups(changes: Sequence[Change], as_of: datetime) -> dict[str, Held]:
    by_group: dict[str, list[Change]] = {}
    for change in changes:
        by_group.setdefault(change.group, []).append(change)
    batch = locked(Q(key__in=by_group))
    for key in sorted(by_group):
        ordered = sorted(by_group[key], key=lambda change: change.key)
        if key not in batch:
            rule = next((change.rule for change in ordered if change.rule is not None), None)
            if rule is None:
                continue
            batch[key] = new_group(ordered[0], rule, as_of)
        held = batch[key]
        for change in ordered:
            learn(held, change)
        held.group = merged(held.group, ordered)
    return batch


def _siblings(batch: Mapping[str, Held]) -> dict[str, Held]:
    """Open groups of the same cases whose alerts may be held back by one of the batch, or may be no longer."""
    cases = {held.row.case for held in batch.values() if held.row.case}
    if not cases:
        return {}
    open_here = Q(case__in=cases, closed_at=None, liberty=False) & ~Q(key__in=batch) & ~Q(words__inhibited_by=[])
    return locked(open_here)


def _routed(batch: Mapping[str, Held], teller: Teller) -> Told:
    silences = Silences.at(teller.as_of)
    causes = _causes(batch)
    notices: Told = []
    for key in sorted(batch):
        held = batch[key]
        cause = causes.get(key, "")
        why = _why_held(held, cause, silences)
        held.row.inhibited_by = cause if why == "inhibited" else ""
        held.group, told = routed(held.group, as_of=teller.as_of, policy=teller.policy, roles=held.roles, held=why)
        notices += [(held, notice) for notice in told]
    return notices


def _why_held(held: Held, cause: str, silences: Silences) -> str:
    if is_probe(held.row.incident):
        return ""
    if held.row.words.get("status") == TRIAL:
        return TRIAL
    if held.row.liberty:
        return ""
    if cause:
        return "inhibited"
    if held.group.level == "red":  # one person may hold back a warning, and nobody the last one
        return ""
    return "silenced" if silences.cover(held.row.rule, held.row.unit) else ""


def _causes(batch: Mapping[str, Held]) -> dict[str, str]:
    """For groups whose rule names others, the group of the same case that says more: the first by key."""
    wanting = [held for held in batch.values() if held.row.case and held.row.words.get("inhibited_by")]
    if not wanting:
        return {}
    rules = {rule for held in wanting for rule in held.row.words["inhibited_by"]}
    cases = {held.row.case for held in wanting}
    kept = AlertGroup.objects.filter(case__in=cases, rule__in=rules, closed_at=None).exclude(key__in=batch)
    by_place: dict[tuple[str | None, str], list[str]] = {}
    for case, rule, key in kept.values_list("case", "rule", "key"):
        by_place.setdefault((case, rule), []).append(key)
    for held in batch.values():
        if any(found.is_open for found in held.group.findings.values()):
            by_place.setdefault((held.row.case, held.row.rule), []).append(held.row.key)
    found = {}
    for held in wanting:
        keys = [key for rule in held.row.words["inhibited_by"] for key in by_place.get((held.row.case, rule), ())]
        if keys:
            found[held.row.key] = min(keys)
    return found


def _not_needed(batch: Iterable[Held], changes: Sequence[Change]) -> set[str]:
    """Findings that are no longer true or whose clock was stopped in time, so that their waiting messages are void."""
    touched = {change.key for change in changes}
    return {
        key
        for held in batch
        for key, found in held.group.findings.items()
        if key in touched
        and (found.state != "current" or (found.closed_at is not None and found.kind == "approaching"))
    }


def _swept(held: Held, teller: Teller) -> Told:
    about = teller.about(held)
    before = held.group
    held.group, notices = swept(
        before,
        as_of=teller.as_of,
        policy=teller.policy,
        roles=held.roles,
        reachable=lambda role: bool(teller.directory.people(role, about)),
    )
    if len(held.group.escalated) > len(before.escalated):
        Action.objects.create(
            group=held.row, act=Action.Act.ESCALATE, via="process", at=teller.as_of, reason=held.group.escalated[-1]
        )
    return [(held, notice) for notice in notices]


def _retry_gaps(teller: Teller, key: str | None) -> int:
    """Ask again whether somebody is there now; whoever is, is told, and the incident is over."""
    rows = Gap.objects.select_for_update(skip_locked=True).filter(
        closed_at=None, retry_at__lte=teller.as_of, **_one(key)
    )
    gaps = list(rows.order_by("retry_at", "key")[:50])
    batch = locked(Q(key__in=[gap.group for gap in gaps]))
    teller.learn(batch.values())
    for gap in gaps:
        held = batch[gap.group]
        found = held.group.findings[gap.finding]
        gap.retry_at = teller.as_of + RETRY_GAP
        if not found.is_open:
            gap.closed_at = teller.as_of
        elif any(teller.directory.people(role, teller.about(held)) for role in gap.roles):
            occasion = f"return{found.returns}" if found.returns else ""
            notice = Notice(
                gap.group, gap.finding, "first", "raised", found.level, found.kind, occasion, tuple(gap.roles)
            )
            teller.tell([(held, notice)])
            gap.closed_at = teller.as_of
        gap.save(update_fields=["retry_at", "closed_at"])
    save(batch.values())
    return len(gaps)


def _close_gaps(batch: Iterable[Held], as_of: datetime) -> None:
    closed = [held.row.key for held in batch if held.group.closed_at is not None]
    if closed:
        Gap.objects.filter(group__in=closed, closed_at=None).update(closed_at=as_of)


def _end_silences(teller: Teller, key: int | None) -> int:
    """Announce ends, and tell what an ended silence held back."""
    handled = 0
    for announced in due_announcements(teller.as_of, key):
        tell_owner(announced, "silence_ending", teller)
        handled += 1
    for silence in due_ends(teller.as_of, key):
        batch = locked(Q(rule=silence.silence.rule, held="silenced", closed_at=None))
        teller.learn(batch.values())
        released = {key: held for key, held in batch.items() if silence.covers_unit(held.row.unit)}
        for held in released.values():
            held.group = replace(held.group, held="")
        notices = _routed(released, teller)
        teller.tell(notices)
        save(released.values())
        tell_owner(silence.silence, "silence_ended", teller, count=len(notices))
        handled += 1
    return handled
