"""Recipients, handover, clocks counted back from others, corrections and opening hours."""

from dataclasses import replace
from datetime import datetime, time

import pytest

from tests.oracle.asking import BAIL, CALENDAR, FILING, RULES, VOCABULARY, asked, clock, clocks, findings, judged
from tests.oracle.judge import judge
from tests.oracle.story import at, history


def test_everyone_named_must_be_told_and_the_last_one_counts() -> None:
    text = """2026-03-02 appraisal.opinion_received order=O1
              2026-03-03 appraisal.served_suspect order=O1"""
    assert clock("shape.everyone-told", text).outcome == "running"
    both = text + "\n2026-03-06 09:00 appraisal.served_victim order=O1"
    assert clock("shape.everyone-told", both).stopped == at("2026-03-06 09:00")
    only = text.replace("opinion_received order=O1", "opinion_received order=O1 recipients=[suspect]")
    assert clock("shape.everyone-told", only).outcome == "met"
    nobody = text.replace("opinion_received order=O1", "opinion_received order=O1 recipients=[]")
    assert asked(clock("shape.everyone-told", nobody)) == ("missing_fact", "s/e01", "recipients", True)


def test_a_term_that_ends_as_it_starts_anew_is_handed_over() -> None:
    text = """2025-06-10 09:00 measure.bail person=P1
              2026-03-02 09:00 bail.ended person=P1
              2026-03-02 09:00 measure.bail person=P1"""
    assert [(v.epoch, v.outcome) for v in clocks(BAIL, text)] == [(1, "met"), (2, "running")]


def test_a_child_lives_only_while_its_tier_of_the_parent_is_in_force() -> None:
    detained = "2026-01-29 10:00 person.detained person=P1\n"
    assert clocks("shape.expiry-notice", detained) == ()
    extended = detained + "2026-02-01 09:00 detention.extended person=P1 tier=30d days=27\n"
    # 29 January 10:00 + 30 days = 28 February 10:00, three days before
    found = clock("shape.expiry-notice", extended, "2026-02-26 00:00")
    assert (found.start, found.due) == (at("2026-02-01 09:00"), at("2026-02-25 10:00"))
    assert findings(found)[-1] == "02-25 10:00 overdue red"
    ended = clock("shape.expiry-notice", extended + "2026-02-20 09:00 arrest.requested person=P1")
    assert ended.outcome == "moot"


def test_a_child_that_was_met_opens_again_when_its_parent_moves() -> None:
    text = """2025-11-15 arrest.executed person=P1 identity_unknown=false
              2026-01-05 custody.extension_requested person=P1
              2026-01-10 custody.extension_approved person=P1 tier=156"""
    first, second = clocks("shape.extension-request", text)
    # 15 January - 7 = 8 January 24:00; 15 February - 7 = 8 February 24:00
    assert (first.outcome, first.due) == ("met", at("2026-01-08 24:00"))
    assert (second.outcome, second.start, second.due) == ("running", at("2026-01-10"), at("2026-02-08 24:00"))


def test_a_notice_counted_back_from_a_stated_instant() -> None:
    text = "2026-03-02 09:00 hearing.scheduled document=D1"
    found = clock("shape.hearing-notice", text + " hearing_at=2026-03-20T14:30:00+08:00")
    assert (found.due, found.due_at_end) == (at("2026-03-13 14:30"), False)
    assert asked(clock("shape.hearing-notice", text)) == ("missing_fact", "s/e01", "hearing_at", True)


def test_the_highest_version_known_by_then_counts() -> None:
    text = """2026-03-02 09:00 case.accepted case_kind=criminal
              2026-03-05 09:00 case.filed id=f version=1 recorded_at=2026-03-05T10:00
              2026-03-09 09:00 case.filed id=f version=2 recorded_at=2026-03-20T10:00"""
    assert judged(FILING, text, "2026-04-01 00:00").verdicts[0].outcome == "late"
    assert judged(FILING, text, "2026-04-01 00:00", "2026-03-10 00:00").verdicts[0].outcome == "met"
    assert judged(FILING, text, "2026-04-01 00:00", "2026-03-01 00:00").verdicts[0].outcome == "running"


def test_a_void_version_takes_the_event_away_and_the_future_is_left_out() -> None:
    text = """2026-03-02 09:00 case.accepted case_kind=criminal
              2026-03-05 09:00 case.filed id=f version=1
              2026-03-05 09:00 case.filed id=f version=2 void=true
              2026-06-01 09:00 case.filed"""
    found = judged(FILING, text, "2026-05-01 00:00")
    assert (found.verdicts[0].outcome, found.left_out) == ("running", 1)


@pytest.mark.parametrize(
    ("rule", "received", "due", "why"),
    [
        ("shape.office-hours", "2026-03-05 15:00", "2026-03-06 13:00", "2 h on Thursday, 4 h on Friday from 09:00"),
        ("shape.office-hours", "2026-03-06 15:00", "2026-03-09 13:00", "the weekend has no opening hours"),
        ("shape.office-hours", "2026-03-07 11:00", "2026-03-09 15:00", "Saturday moves to Monday 09:00"),
        ("shape.office-hours", "2026-03-05 11:00", "2026-03-05 17:00", "used up at closing time"),
        ("shape.office-days", "2026-03-05 15:00", "2026-03-09 15:00", "Friday, Monday at the same time of day"),
        ("shape.office-days", "2026-03-07 11:00", "2026-03-11 09:00", "from Monday 09:00: Tuesday, Wednesday"),
    ],
)
def test_opening_hours_are_used_up(rule: str, received: str, due: str, why: str) -> None:
    calendar = replace(CALENDAR, office=(time(9), time(17)))
    rows = history(f"{received} complaint.received document=D1")
    (found,) = judge([RULES[rule]], VOCABULARY, calendar, rows, rows[0]["at"]).verdicts
    assert found.due == at(due), why


def test_judging_needs_an_instant_with_its_zone() -> None:
    rows = history("2026-03-05 15:00 complaint.received document=D1")
    with pytest.raises(TypeError):
        judge([RULES[FILING]], VOCABULARY, CALENDAR, rows, datetime(2026, 3, 6))  # noqa: DTZ001
