"""One alert, gathered: what to do, how long is left, why then, who was told, whom to ask, what the viewer may do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhunsheng.apps.access.policy import Action as Permission
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.alerts.acting import SUPERIORS
from zhunsheng.apps.alerts.models import KEY, Action, Alert, AlertGroup
from zhunsheng.apps.alerts.selectors import GroupDetail, group_detail, visible_groups
from zhunsheng.apps.cases.selectors import may_read_case
from zhunsheng.apps.cases.words import in_page_language
from zhunsheng.apps.desk.moments import ToldLine, told_lines
from zhunsheng.apps.desk.rulebook import all_rules, shown_rulebook
from zhunsheng.apps.display import formats
from zhunsheng.apps.org.models import Officer, Unit
from zhunsheng.apps.org.selectors import recipients
from zhunsheng.core.check import Check
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.routing import LEGAL_DEPARTMENT
from zhunsheng.core.rule import Rule

State = AlertGroup.State
LEGAL: Final = "legal_officer"
READ_ONLY: Final = "inspectorate"
RAIL: Final = 1000
"""The width of the drawn rail, in its own units."""
Words = str | Promise
ACTS: Final[Mapping[str, Words]] = {
    "acknowledge": gettext_lazy("签收，我来办"),
    "accept": gettext_lazy("接收，我来办"),
    "decline": gettext_lazy("不接收"),
    "snooze": gettext_lazy("稍后提醒"),
    "hand_over": gettext_lazy("交给……"),
    "claim_done": gettext_lazy("已办结"),
    "dispute": gettext_lazy("报误报"),
    "rule_on": gettext_lazy("裁定误报"),
    "urge": gettext_lazy("督办"),
}
PLAIN_ACTS: Final = ("acknowledge", "accept")
"""Done by one press; the others ask something first."""
KEYS: Final = {"acknowledge": "e", "snooze": "h", "claim_done": "d", "urge": "u", "dispute": "f"}


@dataclass(frozen=True)
class Offer:
    """Something that the viewer may do."""

    act: str
    title: Words
    key: str
    is_plain: bool


@dataclass(frozen=True)
class Task:
    """One thing to be done: `state` is done, todo or ask."""

    title: str
    state: str
    note: str = ""


@dataclass(frozen=True)
class Rail:
    """The time from the start to the end, in units of RAIL: what has passed, where now and the strict time stand."""

    passed: int
    strict: int
    width: int = RAIL


@dataclass(frozen=True)
class Contact:
    """A legal officer who can be asked."""

    name: str
    mobile: str


@dataclass(frozen=True)
class AlertPage:
    """What the page of an alert shows. `why` is None for whoever may not read the case and was not told."""

    detail: GroupDetail
    level: str
    left: formats.Remaining
    rail: Rail | None
    tasks: Sequence[Task]
    any_task: bool
    why: Mapping[str, Any] | None
    sentences: Sequence[str]
    may_open_case: bool
    has_clock: bool
    told: Sequence[ToldLine]
    last: Action | None
    contacts: Sequence[Contact]
    offers: Sequence[Offer]
    due_words: str

    @property
    def key(self) -> str:
        """The key of the group."""
        return self.detail.row.key


def whole_key(viewer: Viewer, key: str) -> str:
    """The key that begins so: addresses in messages are short. What begins two keys names neither."""
    if len(key) == KEY:
        return key
    found = list(visible_groups(viewer).filter(pk__startswith=key).values_list("pk", flat=True)[:2])
    return found[0] if len(found) == 1 else key


def alert_page(viewer: Viewer, key: str, *, now: datetime) -> AlertPage:
    """The page of one alert. The read is on the record.

    Raises  AlertActRefused where there is none, or not for this viewer.
    """
    detail = group_detail(viewer, key, as_of=now)
    row = detail.row
    group = AlertGroup.objects.get(pk=key)
    left = formats.remaining(row.due, row.outer, now=now, due_at_end=row.due_at_end, outer_at_end=row.outer_at_end)
    may_open = may_read_case(viewer, number=row.case) if row.case else viewer.may(Permission.CASE_READ)
    knows = may_open or Alert.objects.filter(group=key, officer=viewer.officer or 0).exists()
    rulebook = shown_rulebook()
    rule = _rule(rulebook, row.rule)
    return AlertPage(
        detail=detail,
        level="over" if left.state == "overdue" and not group.closed_at else row.level,
        left=left,
        rail=_rail(group, now),
        tasks=_tasks(group, rule, rulebook),
        any_task=isinstance(rule, Rule) and not rule.stop.all_of and len(rule.stop.met_by) > 1,
        why=detail.explanation if knows else None,
        sentences=_sentences(detail.explanation) if knows else [],
        may_open_case=may_open,
        has_clock=isinstance(rule, Rule) and may_open,
        told=told_lines(detail.told),
        last=next((act for act in reversed(detail.actions) if act.by_id is not None), None),
        contacts=_contacts(group.unit, viewer, now),
        offers=_offers(viewer, group, detail),
        due_words=formats.due_moment(row.due, now=now),
    )


def acts_by(key: str, act: str, officer: int) -> int:
    """How often an officer did this to a group: a form that is sent twice is recognised by it."""
    return Action.objects.filter(group=key, act=act, by=officer).count()


def _offers(viewer: Viewer, group: AlertGroup, detail: GroupDetail) -> list[Offer]:
    """What may be done now, the main thing first. The services ask again; this only leaves out what they refuse."""
    if group.closed_at is not None or viewer.officer is None or viewer.roles() <= {READ_ONLY}:
        return []
    is_disputed, is_own = group.state == State.DISPUTED, group.owner_id == viewer.officer
    offered = {
        "accept": group.handed_to_id == viewer.officer,
        "decline": group.handed_to_id == viewer.officer,
        "rule_on": is_disputed and not is_own and LEGAL_DEPARTMENT in viewer.roles(),
        "acknowledge": not is_disputed and not (is_own and group.state == State.ACKNOWLEDGED),
        "snooze": detail.may_snooze and group.state not in (State.DISPUTED, State.CLAIMED_DONE),
        "hand_over": not is_disputed,
        "claim_done": group.state not in (State.DISPUTED, State.CLAIMED_DONE),
        "dispute": not is_disputed,
        "urge": bool(viewer.roles() & set(SUPERIORS)) and not is_own,
    }
    return [Offer(act, ACTS[act], KEYS.get(act, ""), act in PLAIN_ACTS) for act, given in offered.items() if given]


def _rule(rulebook: Rulebook | None, name: str) -> Rule | Check | None:
    return next((rule for rule in all_rules(rulebook) if rule.id == name), None) if rulebook else None


def _tasks(group: AlertGroup, rule: Rule | Check | None, rulebook: Rulebook | None) -> list[Task]:
    """What is still to be done: somebody takes it on, and the records show what ends it."""
    taken = group.owner is not None and group.state != State.WAITING
    tasks = [Task(_("签收"), "done" if taken else "todo", str(group.owner) if taken and group.owner else _("待签收"))]
    is_done = group.state == State.DONE
    state, note = ("done", _("已登记")) if is_done else ("todo", _("还没有登记"))
    if isinstance(rule, Check) and rule.mends:
        tasks.append(Task(rule.mends, state, note))
    if isinstance(rule, Rule) and rulebook is not None:
        types = in_page_language(rulebook.vocabulary).event_types
        for name in rule.stop.satisfying:
            done = is_done and (len(rule.stop.satisfying) == 1 or bool(rule.stop.all_of))
            tasks.append(Task(types[name].title, "done" if done else "todo", note if done or not is_done else ""))
    return tasks


def _sentences(explanation: Mapping[str, Any]) -> list[str]:
    """The steps in words, as they were frozen with the last alert; days are written as pages do."""
    told = explanation.get("sentences") or [step.get("sentence") for step in explanation.get("steps", ())]
    return [formats.as_pages_write(sentence) for sentence in told if sentence]


def _rail(group: AlertGroup, now: datetime) -> Rail | None:
    """From the start to the outer time; None where either is not known."""
    end = group.outer or group.due
    if group.start is None or group.due is None or end is None or end <= group.start:
        return None
    whole = end - group.start
    passed = min(max((now - group.start) / whole, 0), 1)
    return Rail(round(RAIL * passed), round(RAIL * ((group.due - group.start) / whole)))


def _contacts(unit: str, viewer: Viewer, now: datetime) -> list[Contact]:
    """The legal officers of the unit, else of the unit above; not the viewer himself."""
    parent = Unit.objects.filter(pk=unit).values_list("parent", flat=True).first()
    for code in (unit, parent):
        told = recipients(unit=code, role=LEGAL, at=now) if code else []
        found = [each.officer for each in told if each.reason != "duty" and each.officer != viewer.officer]
        if found:
            officers = Officer.objects.filter(pk__in=found).order_by("pk")
            return [Contact(officer.name, officer.mobile) for officer in officers]
    return []
