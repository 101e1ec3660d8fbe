"""A card from yellow to red, to the letter, and closed: each step of it, and its clock by the published calendar."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.story import RULEBOOK
from zhunsheng.book import load_calendar
from zhunsheng.core.inspection.rectification import (
    Card,
    Step,
    after_not_kept,
    by_time,
    folded,
    may_reopen,
    next_at,
    objection,
    parse_clocks,
    working_due,
)
from zhunsheng.inspection_book import load_clocks

CALENDAR = load_calendar(RULEBOOK)
CLOCKS = load_clocks(RULEBOOK)
ZONE = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZONE)


def card(*steps: Step) -> Card:
    return folded(steps, CLOCKS, CALENDAR)


YELLOW = Step("yellow_issued", at("11-16 10:00"), by="reader", care="fault")  # a Monday
ANSWERED = Step("answered", at("11-17 09:00"), by="officer")
RETURNED = Step("returned", at("11-18 09:00"), by="checker")


def test_17_yellow_on_monday_is_red_on_thursday_and_a_letter_two_days_later() -> None:
    steps = [YELLOW]
    assert card(*steps).due_at == at("11-19 00:00")  # why: Tuesday and Wednesday; Wednesday 24:00
    assert by_time(card(*steps), at("11-18 23:59")) is None
    assert by_time(card(*steps), at("11-19 00:00")) == ("red_issued", at("11-19 00:00"))
    steps.append(Step("red_issued", at("11-19 00:00")))
    # why: Friday and Monday; Thursday, the day of the card, is not counted
    assert by_time(card(*steps), at("11-24 00:00")) == ("letter_drafted", at("11-24 00:00"))
    steps.append(Step("letter_drafted", at("11-24 00:00")))
    assert card(*steps).due_at is None
    assert objection(card(*steps), "letter_answered", "head", at("11-24 09:00")) == "state"
    steps.append(Step("letter_issued", at("11-24 15:00"), by="inspector"))
    assert card(*steps).due_at == at("12-02 00:00")  # why: Wednesday, Thursday, Friday, Monday, Tuesday
    steps.append(Step("letter_answered", at("11-25 15:00"), by="head"))
    assert [card(*steps[:n]).state for n in range(1, 6)] == [
        "to_mend",
        "red",
        "letter_drafted",
        "letter",
        "letter_answered",
    ]


def test_a_letter_that_nobody_answers_goes_one_level_up() -> None:
    steps = (
        YELLOW,
        Step("red_issued", at("11-19 00:00")),
        Step("letter_drafted", at("11-24 00:00")),
        Step("letter_issued", at("11-24 15:00"), by="inspector"),
    )
    assert by_time(card(*steps), at("12-02 00:00")) == ("letter_raised", at("12-02 00:00"))


def test_rights_of_somebody_held_are_answered_within_24_hours_of_the_clock() -> None:
    held = card(Step("yellow_issued", at("11-20 17:30"), by="reader", care="rights"))
    assert held.due_at == at("11-21 17:30")  # a Saturday


def test_papers_have_five_working_days() -> None:
    papers = card(Step("yellow_issued", at("11-16 10:00"), by="reader", care="papers"))
    assert papers.due_at == at("11-24 00:00")  # why: Tue, Wed, Thu, Fri, Mon


def test_fault_22_cards_keep_make_up_days_holidays_year_ends_and_leap_days_and_guess_nothing_beyond() -> None:
    # 2026: Labour Day 1 to 5 May, worked on Saturday 9 May; National Day 1 to 7 October, worked on 20 September and
    # 10 October, as the notice has it
    assert working_due(at("05-06 10:00"), 3, CALENDAR) == at("05-10 00:00")  # why: Thu 7, Fri 8, Sat 9
    assert working_due(at("09-29 10:00"), 2, CALENDAR) == at("10-09 00:00")  # why: Wed 30 Sep, Thu 8 Oct
    assert working_due(at("12-30 10:00"), 2, CALENDAR) is None  # why: Thu 31 Dec, then 2027, of which no notice speaks
    leap = datetime(2024, 2, 28, 10, tzinfo=ZONE)
    assert working_due(leap, 1, CALENDAR) == datetime(2024, 3, 1, tzinfo=ZONE)  # why: Thu 29 Feb


def test_a_clock_that_no_calendar_reaches_never_turns_red_by_itself() -> None:
    late = card(Step("yellow_issued", at("12-30 10:00"), by="reader", care="fault"))
    assert late.due_at is None
    assert by_time(late, datetime(2027, 6, 1, tzinfo=UTC)) is None


def test_an_answer_is_rechecked_within_three_working_days_and_a_late_recheck_is_noted_once() -> None:
    answered = card(YELLOW, ANSWERED)
    assert answered.state == "answered"
    assert answered.due_at == at("11-21 00:00")  # why: Wed, Thu, Fri
    assert by_time(answered, at("11-21 00:00")) == ("overdue_noted", at("11-21 00:00"))
    noted = card(YELLOW, ANSWERED, Step("overdue_noted", at("11-21 00:00")))
    assert by_time(noted, at("11-30 00:00")) is None
    assert next_at(noted) is None


def test_fault_11_whoever_answered_or_issued_a_card_does_not_recheck_it() -> None:
    answered = card(YELLOW, ANSWERED)
    assert objection(answered, "rechecked", "officer", at("11-17 10:00")) == "own"
    assert objection(answered, "rechecked", "reader", at("11-17 10:00")) == "own"
    assert objection(answered, "rechecked", "checker", at("11-17 10:00")) is None


def test_a_card_is_sent_back_once_then_red_then_a_letter() -> None:
    once = card(YELLOW, ANSWERED)
    assert after_not_kept(once) == "returned"
    again = card(YELLOW, ANSWERED, RETURNED, Step("answered", at("11-19 09:00"), by="officer"))
    assert after_not_kept(again) == "red_issued"
    red = card(
        YELLOW,
        ANSWERED,
        RETURNED,
        Step("red_issued", at("11-19 10:00")),
        Step("answered", at("11-20 10:00"), by="head"),
    )
    assert after_not_kept(red) == "letter_drafted"


def test_an_objection_stops_a_clock_but_not_that_of_a_right() -> None:
    fault = card(YELLOW, Step("objected", at("11-17 10:00"), by="officer"))
    assert fault.is_disputed
    assert fault.due_at is None
    decided = card(
        YELLOW,
        Step("objected", at("11-17 10:00"), by="officer"),
        Step("objection_decided", at("11-18 10:00"), by="a", second="b", outcome="rejected"),
    )
    assert decided.due_at == at("11-20 00:00")  # why: it stood still for 24 hours
    right = card(
        Step("yellow_issued", at("11-16 10:00"), by="reader", care="rights"),
        Step("objected", at("11-16 12:00"), by="officer"),
    )
    assert right.due_at == at("11-17 10:00")


def test_an_objection_comes_within_three_days_and_two_others_decide_it() -> None:
    assert objection(card(YELLOW), "objected", "officer", at("11-19 23:59")) is None
    assert objection(card(YELLOW), "objected", "officer", at("11-20 00:00")) == "too_late"
    disputed = card(YELLOW, Step("objected", at("11-17 10:00"), by="officer"))
    assert objection(disputed, "objected", "officer", at("11-17 11:00")) == "disputed"
    for pair in (("a", "a"), ("a", ""), ("officer", "a"), ("a", "reader")):
        assert objection(disputed, "objection_decided", pair[0], at("11-18 10:00"), pair[1]) == "own"
    assert objection(disputed, "objection_decided", "a", at("11-18 10:00"), "b") is None


def test_the_same_fault_within_ninety_days_opens_the_same_card() -> None:
    closed = card(YELLOW, ANSWERED, Step("closed", at("11-18 10:00"), outcome="recheck"))
    assert (closed.state, closed.closed_by, closed.due_at) == ("closed", "recheck", None)
    assert may_reopen(closed, CLOCKS, at("11-18 10:00") + timedelta(days=89))
    assert not may_reopen(closed, CLOCKS, at("11-18 10:00") + timedelta(days=90))
    again = card(YELLOW, Step("closed", at("11-17 10:00"), outcome="data"), Step("reopened", at("12-01 10:00")))
    assert (again.state, again.reopened) == ("to_mend", 1)


@pytest.mark.parametrize("text", ["x = ", "", "[[version]]\nin_force = 2026-01-01", "[[version]]\nspeed = 3"])
def test_a_file_of_clocks_that_lacks_something_is_refused_whole(text: str) -> None:
    clocks, issues = parse_clocks(text, path="rectification.toml")
    assert clocks is None
    assert issues
