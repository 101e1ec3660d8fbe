"""为什么是这条分: one row of the ledger down to the facts and events that it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from django.db import connection
from django.db.models import Q

from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.cases.words import page_vocabulary
from zhunsheng.apps.points import stored, words
from zhunsheng.apps.points.appeals import Appeal, appeals, may_appeal
from zhunsheng.apps.points.models import Entry, Fact, Weight
from zhunsheng.apps.points.own import case_marks, figure
from zhunsheng.apps.points.people import leads, names_of, own_code
from zhunsheng.apps.points.policies import in_use, known
from zhunsheng.apps.points.silence import ANSWER_DAYS, version
from zhunsheng.core.points import tables as t
from zhunsheng.core.points.policy import Entry as PolicyEntry
from zhunsheng.core.points.states import with_states


@dataclass(frozen=True)
class Cited:
    """Something that a row rests on."""

    mark: str
    title: str
    at: datetime | None


@dataclass(frozen=True)
class Undoing:
    """A row that undoes this one, or that this one undoes."""

    key: str
    kind: Any
    figure: str
    at: datetime


@dataclass(frozen=True)
class EntryPage:
    """One row. `cited` is empty where the case is one that the viewer may not open; `is_led`: the page of its officer
    opens to him too."""

    entry: Entry
    name: str
    kind: Any
    figure: str
    state: str
    state_word: Any
    title: str
    policy_title: str
    rule: PolicyEntry | None
    minutes: int | None
    case: str
    may_open: bool
    is_sealed: bool
    cited: Sequence[Cited]
    undoing: Sequence[Undoing]
    appeal: Appeal | None
    is_own: bool
    is_led: bool
    may_appeal: bool
    appeal_days: int
    answer_days: int


def entry_page(viewer: Viewer, key: str, *, now: datetime) -> EntryPage | None:
    """The page of one row; None where it is not there or not the viewer's to see: the answer is the same."""
    with stored.whole():
        entry = Entry.objects.filter(pk=key).first()
        mine = own_code(viewer)
        is_own = bool(entry and mine and entry.holder == mine)
        is_led = entry is not None and viewer.may(Action.POINTS_READ) and leads(viewer, entry.unit)
        if entry is None or not (is_own or is_led or viewer.may(Action.POINTS_WATCH)):
            return None
        state = _state(entry, now)
        undoing = _undoing(entry)
        lodged = next(iter(appeals(Q(target=key), now)), None)
    case = str(entry.group or "")
    marks = case_marks(viewer, [case])
    policy = version(in_use(), entry.policy, entry.version)
    fact = known().facts.get(entry.fact)
    return EntryPage(
        entry=entry,
        name=names_of([entry.holder])[entry.holder],
        kind=words.KINDS[entry.kind],
        figure=figure({"judged": entry.judged, "kept": entry.kept, "amount": entry.amount}),
        state=state,
        state_word=words.STATES.get(state, ""),
        title=fact.title if fact else str(words.MANUAL_KINDS.get(entry.fact, entry.fact)),
        policy_title=policy.title if policy else entry.policy,
        rule=next((one for one in policy.entries if one.id == entry.entry), None) if policy else None,
        minutes=_minutes(entry),
        case=case if case in marks.listed else "",
        may_open=case in marks.open,
        is_sealed=case in marks.all - marks.listed,
        cited=_cited(entry) if is_own or case not in marks.all - marks.open else (),
        undoing=undoing,
        appeal=lodged,
        is_own=is_own,
        is_led=is_led,
        may_appeal=is_own and may_appeal(entry, now),
        appeal_days=policy.appeal_days if policy else ANSWER_DAYS,
        answer_days=policy.answer_days if policy else ANSWER_DAYS,
    )


def _state(entry: Entry, now: datetime) -> str:
    keys = [entry.pk, *([entry.target] if entry.target else [])]
    rows = stored.entries("t.key = ANY ({keys}) OR t.target = ANY ({keys})", keys=keys)
    again = stored.entries("t.target = ANY ({keys})", keys=rows["key"].to_list())
    every = pl.concat([rows, again]).unique("key", keep="first", maintain_order=True)
    states = with_states(every.select(t.LEDGER.names()), stored.acts(), as_of=now)
    own = states.filter(pl.col("key") == entry.pk)
    return str(own["state"][0]) if own.height else ""


def _undoing(entry: Entry) -> list[Undoing]:
    rows = Entry.objects.filter(Q(target=entry.pk) | Q(pk=entry.target or "")).order_by("recorded_at", "pk")
    return [
        Undoing(
            row.pk,
            words.KINDS[row.kind],
            figure({"judged": row.judged, "kept": row.kept, "amount": row.amount}),
            row.recorded_at,
        )
        for row in rows
    ]


def _minutes(entry: Entry) -> int | None:
    """The measured minutes of its type of case, where it was weighed."""
    if entry.weights is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT "case.type" FROM points_fact WHERE fact = %s AND key = %s LIMIT 1', [entry.fact, entry.fact_key]
        )
        row = cursor.fetchone()
    weight = Weight.objects.filter(year=entry.weights, unit=entry.unit, case_type=row[0]).first() if row else None
    return weight.minutes if weight else None


def _fact_cited(mark: str, name: str, key: str) -> Cited:
    """A fact that undid the row."""
    listed, row = known().facts.get(name), Fact.objects.filter(fact=name, key=key).order_by("pk").first()
    return Cited(mark, listed.title if listed else "", row.at if row else None)


def _cited(entry: Entry) -> list[Cited]:
    """The events by their titles; other marks as they are."""
    types = page_vocabulary().event_types
    found = []
    for mark in entry.cites or []:
        named, _, key = mark.partition("|")
        if key:
            found.append(_fact_cited(mark, named, key))
            continue
        source, _, number = mark.partition("/")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT type, at FROM cases_event WHERE source = %s AND id = %s ORDER BY version DESC LIMIT 1",
                [source, number],
            )
            row = cursor.fetchone()
        found.append(Cited(mark, types[row[0]].title if row and row[0] in types else "", row[1] if row else None))
    return found
