"""Questions to the alerts. Each takes its viewer, or the officer it is about."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from zhunsheng.apps.access.among import among, as_text
from zhunsheng.apps.access.policy import Action as Permission
from zhunsheng.apps.access.scope import Viewer, cases_q
from zhunsheng.apps.alerts.doubt import doubtful_rules
from zhunsheng.apps.alerts.groups import held_group
from zhunsheng.apps.alerts.models import Action, Alert, AlertGroup, Concern, Gap, Silence
from zhunsheng.apps.alerts.policy import alert_policy
from zhunsheng.apps.alerts.refusals import AlertActRefused
from zhunsheng.apps.alerts.told import Told, who_was_told
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.cases.selectors import case_titles, looked_up, ties
from zhunsheng.apps.org.models import Unit
from zhunsheng.apps.org.selectors import unit_names
from zhunsheng.core.alert_acts import snooze_latest

PAGE_ROWS: Final = 50
LISTED: Final = (
    "key", "rule", "words", "case", "incident", "unit", "level", "kind", "liberty", "nature", "state", "state_until",
    "owner", "start", "due", "due_at_end", "outer", "outer_at_end", "held", "closed_at",
)  # fmt: skip
"""What `rows_of` says of a group, and what those who call it ask of it."""
OPEN: Final = (
    AlertGroup.State.WAITING,
    AlertGroup.State.ACKNOWLEDGED,
    AlertGroup.State.SNOOZED,
    AlertGroup.State.CLAIMED_DONE,
    AlertGroup.State.DISPUTED,
)


@dataclass(frozen=True)
class Filters:
    """What an inbox shows. Empty means all that is open. `mine`: told to, owned by or handed to the viewer."""

    states: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    unit: str = ""
    rule: str = ""
    case: str = ""
    liberty: bool | None = None
    overdue: bool | None = None
    due_before: datetime | None = None
    mine: bool = False


@dataclass(frozen=True)
class InboxRow:
    """One line of the inbox."""

    key: str
    rule: str
    title: str
    case: str | None
    incident: str | None
    case_title: str
    unit: str
    level: str
    kind: str
    liberty: bool
    nature: str
    state: str
    state_until: datetime | None
    owner: str
    due: datetime | None
    is_overdue: bool
    due_at_end: bool
    outer: datetime | None
    outer_at_end: bool
    start: datetime | None
    held: str  # why nobody is told: inhibited, silenced, trial
    inhibits: int  # how many others are listed under it
    is_doubtful: bool  # more than 5 % of the rule's alerts of 30 days were ruled wrong: 规则待复核


@dataclass(frozen=True)
class GroupDetail:
    """One group with everything around it. `snooze_until`: the latest instant of 稍后提醒; None: not offered."""

    row: InboxRow
    explanation: Mapping[str, Any]
    findings: Sequence[Mapping[str, Any]]
    told: Sequence[Told]
    actions: Sequence[Action]
    under_it: Sequence[InboxRow]
    snooze_until: datetime | None
    may_snooze: bool
    handed_to: str


def inbox(
    viewer: Viewer, filters: Filters, *, as_of: datetime, after: tuple[datetime | None, str] | None = None
) -> list[InboxRow]:
    """Groups of cases that a viewer may list, by due time (none last), after a given (due, key). On the record."""
    groups = _filtered(visible_groups(viewer), viewer, filters, as_of)
    ordered = groups.order_by("due", "key")
    if after is not None:
        due, key = after
        behind = Q(due=None, key__gt=key) if due is None else Q(due__gt=due) | Q(due=due, key__gt=key) | Q(due=None)
        ordered = ordered.filter(behind)
    rows = rows_of(list(listed(ordered)[:PAGE_ROWS]), as_of)
    record_read(kind="alert_inbox", key=after[1] if after else "first", detail={"count": len(rows)})
    return rows


def counts(viewer: Viewer, filters: Filters, *, as_of: datetime) -> dict[str, int]:
    """How many groups of each state and level an inbox holds: `red`, `yellow`, …, `waiting`, …, `all`."""
    groups = _filtered(visible_groups(viewer), viewer, filters, as_of)
    found = {"all": 0}
    for row in groups.values("level", "state").annotate(n=Count("key")):
        found["all"] += row["n"]
        for name in (row["level"], row["state"]):
            found[name] = found.get(name, 0) + row["n"]
    return found


def group_detail(viewer: Viewer, key: str, *, as_of: datetime) -> GroupDetail:
    """
    One group. The audit entry names it before the answer.

    :raises AlertActRefused: there is none, or not for this viewer.
    """
    group = visible_groups(viewer).filter(pk=key).select_related("owner", "handed_to").first()
    if group is None:
        raise AlertActRefused("no_alert")
    record_read(kind="alert", key=key, detail={"case": group.case or "", "incident": group.incident or ""})
    under = listed(visible_groups(viewer).filter(inhibited_by=key, closed_at=None))
    latest = snooze_latest(held_group(group).group, as_of, alert_policy())
    return GroupDetail(
        row=rows_of([group], as_of)[0],
        explanation=group.explanation,
        findings=[{"key": name, **found} for name, found in sorted(group.findings.items(), key=_oldest_first)],
        told=who_was_told(group),
        actions=list(group.actions.select_related("by", "to").order_by("at", "pk")),
        under_it=rows_of(list(under.order_by("due", "key")), as_of),
        snooze_until=latest,
        may_snooze=latest is not None and latest > as_of,
        handed_to=group.handed_to.named if group.handed_to else "",
    )


def for_officer(officer: int, *, as_of: datetime) -> list[InboxRow]:
    """What is open and concerns an officer: he was told of it, owns it, or it was handed to him. For the phone."""
    groups = listed(AlertGroup.objects.filter(concerns(officer), closed_at=None))
    rows = rows_of(list(groups.order_by("due", "key")[:PAGE_ROWS]), as_of)
    record_read(kind="alert_inbox", key=f"officer:{officer}", detail={"count": len(rows)})
    return rows


def visible_groups(viewer: Viewer) -> QuerySet[AlertGroup]:
    """The groups whose case the viewer may list; those of an incident, by its unit."""
    return viewer.once("alert groups", lambda: _visible_groups(viewer)).all()


def _visible_groups(viewer: Viewer) -> QuerySet[AlertGroup]:
    groups, tied = AlertGroup.objects.filter(_not_withheld(viewer)), ties(viewer)
    if viewer.reaches_all(Permission.CASE_LIST):
        return groups
    reach = viewer.reach(Permission.CASE_LIST).values()
    own = tied.own if any(part.own for part in reach) else ()
    units = sorted({unit for part in reach for unit in part.units})
    # The first condition finds the rows by their index; the second says which of them he may list.
    near = among("seen_unit", units) | among("case", [*own, *tied.urgent])
    if any(part.everywhere for part in reach):
        near = Q()
    reached = cases_q(viewer, Permission.CASE_LIST, own=among("case", own), prefix="seen_")
    return groups.filter(near, reached | among("case", tied.urgent))


def _not_withheld(viewer: Viewer) -> Q:
    """That a group is about no case that the viewer is recused from, nor about one that he reads; what concerns himself
    is never withheld. Nothing where there is no such case."""
    tied, withheld = ties(viewer), Q()
    if tied.recused:
        withheld |= among("case", tied.recused)
    if tied.reading:
        # (As a list to look into, not as keys to look up: it is asked of each alert of these cases.)
        withheld |= among("case", tied.reading) & ~Q(key__in=_concerning(viewer.officer or 0))
    return Q(case=None) | ~withheld if withheld else Q()


def open_gaps() -> list[Gap]:
    """Red incidents that last: alerts that nobody could be told of. They name no case."""
    return list(Gap.objects.filter(closed_at=None).order_by("opened_at", "key"))


def silences(*, as_of: datetime) -> list[Silence]:
    """Silences in force or to come, with their owners: supervised like everything else."""
    rows = Silence.objects.filter(until_at__gt=as_of, ended_at=None).select_related("owner")
    return list(rows.order_by("until_at", "pk"))


def _filtered(groups: QuerySet[AlertGroup], viewer: Viewer, filters: Filters, as_of: datetime) -> QuerySet[AlertGroup]:
    conditions = Q(state__in=filters.states or OPEN)
    if filters.levels:
        conditions &= Q(level__in=filters.levels)
    if filters.unit:
        path = Unit.objects.filter(pk=filters.unit).values_list("path", flat=True).first() or filters.unit
        below = Unit.objects.filter(Q(path=path) | Q(path__startswith=f"{path}/"))
        conditions &= Q(unit__in=below.values("code"))
    if filters.rule:
        conditions &= Q(rule=filters.rule)
    if filters.case:
        conditions &= Q(case=filters.case)
    if filters.liberty is not None:
        conditions &= Q(liberty=filters.liberty)
    if filters.overdue is not None:
        conditions &= Q(outer__lte=as_of) if filters.overdue else ~Q(outer__lte=as_of)
    if filters.due_before is not None:
        conditions &= Q(due__lt=filters.due_before)
    if filters.mine:
        told = Exists(Alert.objects.filter(group=OuterRef("pk"), officer=viewer.officer or 0))
        conditions &= Q(told) | Q(owner=viewer.officer or 0) | Q(handed_to=viewer.officer or 0)
    return groups.filter(conditions)


def concerns(officer: int) -> Q:
    """What an officer was told of, owns, or was handed, of what is open."""
    return looked_up("key", _concerning(officer))


def all_to_do(viewer: Viewer) -> QuerySet[Concern] | None:
    """What a viewer has still to act on, with what lists ask of it, where he sees whatever concerns him: he may list
    every case and is recused from none. None for everybody else: the groups themselves say then which he sees."""
    if viewer.officer is None or ties(viewer).recused or not viewer.reaches_all(Permission.CASE_LIST):
        return None
    return Concern.objects.filter(officer=viewer.officer, to_do=True)


def _concerning(officer: int) -> QuerySet[Any, Any]:
    return Concern.objects.filter(officer=officer).values("group")


def waiting_for(officer: int) -> dict[str, int]:
    """How many alerts that nobody has taken concern an officer, by level. Row security applies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT level, n FROM zs_alerts_waiting(%s)", [officer])
        return dict(cursor.fetchall())


def told_since(officer: int, since: datetime, *, quiet: Sequence[str]) -> int:
    """How many messages an officer got since an instant, but for some reasons. Row security applies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT zs_told_since(%s, %s, string_to_array(%s, %s))", [officer, since, *as_text(quiet)])
        return int(cursor.fetchone()[0])  # a count has a row


def untold(viewer: Viewer) -> set[str]:
    """The open alerts that nobody could be told of, of those that a viewer may list, by key. Row security applies."""
    with connection.cursor() as cursor:
        question = "SELECT * FROM zs_untold(%s, string_to_array(%s, %s))"
        cursor.execute(question, [viewer.officer or 0, *as_text(ties(viewer).reading)])
        return {key for (key,) in cursor.fetchall()}


def ended_in_all(officer: int, reading: Sequence[str], *, since: datetime, today: datetime) -> Counter[tuple[str, int]]:
    """How many alerts have ended since an instant, by state and whether today (1), and under an empty state those that
    are open and that nobody could be told of. Row security applies: for whoever reaches every case."""
    with connection.cursor() as cursor:
        question = "SELECT state, span, n FROM zs_alerts_ended(%s, string_to_array(%s, %s), %s, %s)"
        cursor.execute(question, [officer, *as_text(reading), since, today])
        return Counter({(state, span): n for state, span, n in cursor.fetchall()})


def listed(groups: QuerySet[AlertGroup]) -> QuerySet[AlertGroup]:
    """Groups with what lists show of them."""
    return groups.select_related("owner").only(*LISTED, "owner__name", "owner__province", "owner__number")


def rows_of(groups: Sequence[AlertGroup], as_of: datetime) -> list[InboxRow]:
    """Groups as lines of a list, in their order; as many questions to the database for one as for fifty."""
    titles = case_titles({group.case for group in groups if group.case})
    units = unit_names({group.unit for group in groups})
    under = _under([group.key for group in groups])
    doubtful = doubtful_rules(as_of=as_of) if groups else {}
    return [_row(group, titles, units, under, doubtful, as_of) for group in groups]


def _under(keys: Sequence[str]) -> dict[str, int]:
    """How many open groups are listed under each of some. Row security applies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, n FROM zs_alerts_under(string_to_array(%s, %s))", as_text(keys))
        return dict(cursor.fetchall())


def _row(
    group: AlertGroup,
    titles: Mapping[str, str],
    units: Mapping[str, str],
    under: Mapping[str, int],
    doubtful: Mapping[str, float],
    as_of: datetime,
) -> InboxRow:
    return InboxRow(
        key=group.key,
        rule=group.rule,
        title=group.words.get("title", group.rule),
        case=group.case,
        incident=group.incident,
        case_title=titles.get(group.case or "", ""),
        unit=units.get(group.unit, group.unit),
        level=group.level,
        kind=group.kind,
        liberty=group.liberty,
        nature=group.nature,
        state=group.state,
        state_until=group.state_until,
        owner=str(group.owner) if group.owner else "",
        due=group.due,
        is_overdue=group.outer is not None and group.outer <= as_of and group.closed_at is None,
        due_at_end=group.due_at_end,
        outer=group.outer,
        outer_at_end=group.outer_at_end,
        start=group.start,
        held=group.held,
        inhibits=under.get(group.key, 0),
        is_doubtful=group.rule in doubtful,
    )


def _oldest_first(item: tuple[str, Mapping[str, Any]]) -> tuple[str, str]:
    return item[1]["found_at"], item[0]
