"""A card of a fault that is to be put right: where it stands follows from what was done, and the clock from both.

待整改 → 已反馈 → 待复核 → 销号, or 退回 once, then 红牌 → 督察函 → 已答复 → 销号. Nothing here is stored but the acts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from zhunsheng.core.calendar import BeyondCalendar, Calendar
from zhunsheng.core.inspection.versions import newest_version
from zhunsheng.core.toml_table import Issue, Table

STATES: Final = {
    "to_mend": "待整改",
    "answered": "已反馈",
    "to_recheck": "待复核",
    "returned": "退回",
    "red": "红牌",
    "letter_drafted": "督察函待签发",
    "letter": "督察函",
    "letter_answered": "已答复",
    "closed": "销号",
}
CARES: Final = {"rights": "涉及在押人员权利", "fault": "一般问题", "papers": "文书补正"}
MOST_RETURNS: Final = 2
BEFORE_RED: Final = ("to_mend", "returned")
CHECKABLE: Final = ("answered", "to_recheck", "letter_answered")
ANSWERABLE: Final = ("to_mend", "returned", "red")
OBJECTABLE: Final = tuple(state for state in STATES if state != "closed")


@dataclass(frozen=True)
class Clocks:
    """How long each step may take, in working days but for rights (hours) and reopening (calendar days)."""

    in_force: date
    answer_hours: Mapping[str, int]
    answer_days: Mapping[str, int]
    returned: int
    recheck: int
    red: int
    letter: int
    object: int
    decide: int
    reopen: int


@dataclass(frozen=True)
class Step:
    """One act on a card. `by`: who, empty for time alone; `kept`, `upheld`: of a re-check or a decision."""

    act: str
    at: datetime
    by: str = ""
    second: str = ""
    care: str = ""
    outcome: str = ""


@dataclass(frozen=True)
class Card:
    """Where a card stands. `due_at` is exclusive; None where nothing runs, or no published calendar reaches it."""

    state: str = "to_mend"
    care: str = "fault"
    issuers: frozenset[str] = frozenset()
    answerers: frozenset[str] = frozenset()
    checker: str = ""
    returns: int = 0
    letters: int = 0
    reopened: int = 0
    due_at: datetime | None = None
    object_until: datetime | None = None
    objector: str = ""
    objected_at: datetime | None = None
    decide_until: datetime | None = None
    overdue_noted: bool = False
    is_red: bool = False
    closed_at: datetime | None = None
    closed_by: str = ""  # recheck, data, exception, objection
    left: timedelta | None = field(default=None)  # of a clock that stands still while an objection is open

    @property
    def is_open(self) -> bool:
        """Whether it is still to be put right."""
        return self.state != "closed"

    @property
    def is_disputed(self) -> bool:
        """Whether an objection is open: its points are frozen."""
        return self.objected_at is not None


def folded(steps: Iterable[Step], clocks: Clocks, calendar: Calendar) -> Card:
    """The card that some acts make, in order. Each act was admitted when it was recorded, so none is refused here."""
    card = Card()
    for step in steps:
        card = _HOW[step.act](card, step, clocks, calendar)
    return card


def working_due(at: datetime, days: int, calendar: Calendar) -> datetime | None:
    """The end of the n-th working day after the day of an instant, as the next day's 00:00; None beyond the calendar.

    The day itself is not counted. Source: rulebook/inspections/rectification.toml; make-up working days count.
    """
    zone = ZoneInfo(calendar.zone)
    day, left = at.astimezone(zone).date(), days
    try:
        while left:
            day += timedelta(1)
            left -= calendar.is_working(day)
    except BeyondCalendar:
        return None
    return datetime.combine(day + timedelta(1), time(), zone)


def by_time(card: Card, as_of: datetime) -> tuple[str, datetime] | None:
    """What time alone does to a card by now, and the instant at which it did: red_issued, letter_drafted,
    letter_raised, or overdue_noted (a re-check or a decision that is late)."""
    if card.is_disputed and card.decide_until and card.decide_until <= as_of and not card.overdue_noted:
        return "overdue_noted", card.decide_until
    if card.due_at is None or as_of < card.due_at or not card.is_open:
        return None
    if card.state in BEFORE_RED:
        return "red_issued", card.due_at
    if card.state == "red":
        return "letter_drafted", card.due_at
    if card.state == "letter":
        return "letter_raised", card.due_at
    return None if card.overdue_noted else ("overdue_noted", card.due_at)


def next_at(card: Card) -> datetime | None:
    """When time alone next changes a card; None where it never does."""
    instants = [card.due_at, card.decide_until if card.is_disputed else None]
    runs = [instant for instant in instants if instant is not None]
    return min(runs) if runs and card.is_open and not card.overdue_noted else None


def objection(card: Card, act: str, by: str, at: datetime, second: str = "") -> str | None:
    """Why an act is not open to somebody: a code; None where it is. Sides are told by officer id."""
    if act in _FROM and card.state not in _FROM[act]:
        return "state"
    if act in ("taken_up", "rechecked", "returned", "excepted") and by in card.answerers | card.issuers:
        return "own"
    if act == "objected":
        return _may_object(card, at)
    if act == "objection_reviewed":
        return _may_review(card, by)
    if act == "objection_decided":
        return _may_decide(card, by, second)
    return None


def _may_object(card: Card, at: datetime) -> str | None:
    if card.is_disputed:
        return "disputed"
    return "too_late" if card.object_until is None or at >= card.object_until else None


def _may_review(card: Card, by: str) -> str | None:
    if not card.is_disputed:
        return "not_disputed"
    return "own" if by in {card.objector, *card.issuers, *card.answerers} else None


def _may_decide(card: Card, by: str, second: str) -> str | None:
    if by == second or not second:
        return "own"
    return _may_review(card, by) or _may_review(card, second)


_FROM: Final = {
    "answered": ANSWERABLE,
    "taken_up": ("answered",),
    "rechecked": CHECKABLE,
    "returned": CHECKABLE,
    "red_issued": (*BEFORE_RED, *CHECKABLE),
    "letter_drafted": ("red", *CHECKABLE),
    "letter_issued": ("letter_drafted",),
    "letter_answered": ("letter",),
    "letter_raised": ("letter",),
    "objected": OBJECTABLE,
    "objection_reviewed": OBJECTABLE,
    "objection_decided": OBJECTABLE,
    "excepted": OBJECTABLE,
    "closed": OBJECTABLE,
    "reopened": ("closed",),
}


def _issued(card: Card, step: Step, clocks: Clocks, calendar: Calendar) -> Card:
    return replace(
        card,
        state="to_mend",
        care=step.care or card.care,
        issuers=card.issuers | ({step.by} if step.by else set()),
        due_at=_answer_due(step.care or card.care, step.at, clocks, calendar),
        object_until=working_due(step.at, clocks.object, calendar),
        overdue_noted=False,
    )


def _answer_due(care: str, at: datetime, clocks: Clocks, calendar: Calendar) -> datetime | None:
    if care in clocks.answer_hours:
        return at + timedelta(hours=clocks.answer_hours[care])
    return working_due(at, clocks.answer_days[care], calendar)


def _answered(card: Card, step: Step, clocks: Clocks, calendar: Calendar) -> Card:
    return replace(
        card,
        state="answered",
        answerers=card.answerers | {step.by},
        due_at=working_due(step.at, clocks.recheck, calendar),
        overdue_noted=False,
    )


def _taken_up(card: Card, step: Step, _clocks: Clocks, _calendar: Calendar) -> Card:
    return replace(card, state="to_recheck", checker=step.by)


def _rechecked(card: Card, step: Step, _clocks: Clocks, _calendar: Calendar) -> Card:
    return replace(card, checker=step.by)


def _returned(card: Card, step: Step, clocks: Clocks, calendar: Calendar) -> Card:
    due = (
        step.at + timedelta(hours=clocks.answer_hours[card.care])
        if card.care in clocks.answer_hours
        else working_due(step.at, clocks.returned, calendar)
    )
    return replace(card, state="returned", returns=card.returns + 1, due_at=due, checker="", overdue_noted=False)


def _red(card: Card, step: Step, clocks: Clocks, calendar: Calendar) -> Card:
    return replace(
        card,
        state="red",
        is_red=True,
        due_at=working_due(step.at, clocks.red, calendar),
        object_until=working_due(step.at, clocks.object, calendar),
        overdue_noted=False,
    )


def _letter_drafted(card: Card, _step: Step, _clocks: Clocks, _calendar: Calendar) -> Card:
    return replace(card, state="letter_drafted", due_at=None)


def _letter_issued(card: Card, step: Step, clocks: Clocks, calendar: Calendar) -> Card:
    due = working_due(step.at, clocks.letter, calendar)
    return replace(card, state="letter", letters=card.letters + 1, due_at=due, overdue_noted=False)


def _letter_answered(card: Card, step: Step, clocks: Clocks, calendar: Calendar) -> Card:
    due = working_due(step.at, clocks.recheck, calendar)
    answerers = card.answerers | {step.by}
    return replace(card, state="letter_answered", answerers=answerers, due_at=due, overdue_noted=False)


def _objected(card: Card, step: Step, clocks: Clocks, calendar: Calendar) -> Card:
    """Points are frozen; the clock of a right runs on, any other stands still."""
    left = card.due_at - step.at if card.due_at is not None and card.care not in clocks.answer_hours else None
    return replace(
        card,
        objector=step.by,
        objected_at=step.at,
        decide_until=working_due(step.at, clocks.decide, calendar),
        due_at=card.due_at if left is None else None,
        left=left,
        overdue_noted=False,
    )


def _decided(card: Card, step: Step, _clocks: Clocks, _calendar: Calendar) -> Card:
    due = step.at + card.left if card.left is not None else card.due_at
    return replace(card, objected_at=None, decide_until=None, due_at=due, left=None, overdue_noted=False)


def _noted(card: Card, _step: Step, _clocks: Clocks, _calendar: Calendar) -> Card:
    return replace(card, overdue_noted=True)


def _said(card: Card, _step: Step, _clocks: Clocks, _calendar: Calendar) -> Card:
    return card


def _closed(card: Card, step: Step, _clocks: Clocks, _calendar: Calendar) -> Card:
    ended = replace(card, state="closed", due_at=None, closed_at=step.at, closed_by=step.outcome)
    return replace(ended, objected_at=None, decide_until=None)


def _reopened(card: Card, step: Step, clocks: Clocks, calendar: Calendar) -> Card:
    again = replace(card, closed_at=None, closed_by="", returns=0, reopened=card.reopened + 1, is_red=False)
    return _issued(again, replace(step, by=""), clocks, calendar)


_HOW: Final = {
    "yellow_issued": _issued,
    "answered": _answered,
    "taken_up": _taken_up,
    "rechecked": _rechecked,
    "returned": _returned,
    "red_issued": _red,
    "letter_drafted": _letter_drafted,
    "letter_issued": _letter_issued,
    "letter_raised": _letter_issued,
    "letter_answered": _letter_answered,
    "objected": _objected,
    "objection_reviewed": _said,
    "objection_decided": _decided,
    "overdue_noted": _noted,
    "excepted": _said,
    "closed": _closed,
    "reopened": _reopened,
}
ACTS: Final = tuple(_HOW)


def may_reopen(card: Card, clocks: Clocks, at: datetime) -> bool:
    """Whether the same fault found now opens the same card again, under its number."""
    return card.closed_at is not None and at < card.closed_at + timedelta(days=clocks.reopen)


def after_not_kept(card: Card) -> str:
    """What follows when a re-check finds that nothing was mended: sent back once, then red, then a letter."""
    if card.letters or card.is_red:
        return "letter_drafted"
    return "red_issued" if card.returns + 1 >= MOST_RETURNS else "returned"


def parse_clocks(text: str, *, path: str) -> tuple[Clocks | None, list[Issue]]:
    """Read the file of clocks: the newest version. With an issue there are none."""
    return newest_version(text, _version, path=path)


def _version(table: Table) -> Clocks:
    hours, days, steps = (table.table(name) for name in ("answer_hours", "answer_days", "days"))
    clocks = Clocks(
        in_force=table.first_day(),
        answer_hours={"rights": _count(hours, "rights")},
        answer_days={name: _count(days, name) for name in ("fault", "papers")},
        **{
            name: _count(steps, name) for name in ("returned", "recheck", "red", "letter", "object", "decide", "reopen")
        },
    )
    for part in (hours, days, steps, table):
        part.close()
    return clocks


def _count(table: Table, name: str) -> int:
    value: int = table.take(name, int)
    if value < 1:
        table.issue(name, f"{value} is no time to do it in. State 1 or more.")
    return value
