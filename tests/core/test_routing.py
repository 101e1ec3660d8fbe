"""Who is told what, and when, over the life of one clock: push at instants, want between instants."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.alert_story import changes_between, judged_at, shipped_policy
from tests.core.desk import Desk, only
from tests.story import at
from zhunsheng.core.alert_group import Group, alert_key
from zhunsheng.core.alert_times import may_come_along, told_at
from zhunsheng.core.routing import Change, merged, routed

FILING = "criminal.intake.filing-decision"
FAMILY = "criminal.detention.notify-family"
OFFICERS = "case_officer,co_officer"
HEADED = f"{OFFICERS},unit_head"
ALL_FOUR = f"{HEADED},legal_officer"
# Accepted Wednesday 2 November 2022, seven days granted: due on Wednesday the 9th 24:00. Blue two days before, yellow
# one, red twelve hours.
XU = """
2022-11-02 16:48 case.accepted
2022-11-04 10:00 filing_review.extended tier=7d
"""
FACTS = {"case_kind": "criminal", "economic": False}
LEVELS = ("2022-11-08 00:00", "2022-11-09 00:00", "2022-11-09 12:00", "2022-11-10 00:00")


def desk(*instants: str, story: str = XU, held: str = "") -> Desk:
    """A desk at which the supervisor judged at some instants, and time passed in between."""
    found = Desk(story, FILING, held=held, **FACTS)
    for instant in instants:
        found.pass_time(instant).judge(instant)
    return found


def test_each_level_is_told_once_to_its_roles_with_its_reason() -> None:
    assert desk(*LEVELS).between("2022-11-05", "2022-11-09 12:01", FILING) == [
        f"2022-11-08 00:00 first blue approaching {OFFICERS} → 2022-11-08 08:00",
        f"2022-11-09 00:00 worse yellow approaching {HEADED} → 2022-11-09 07:00",
        f"2022-11-09 12:00 worse red approaching {ALL_FOUR}",
    ]


def test_a_second_judgement_of_the_same_tells_nobody() -> None:
    twice = desk(*LEVELS[:3], "2022-11-09 12:00", "2022-11-09 12:30")
    assert twice.between("2022-11-09 12:00", "2022-11-09 13:00", FILING) == [
        f"2022-11-09 12:00 worse red approaching {ALL_FOUR}"
    ]


def test_levels_that_come_together_are_one_alert_of_the_worst() -> None:
    late_start = desk("2022-11-09 13:00")
    assert late_start.lines(FILING) == [f"2022-11-09 13:00 first red approaching {ALL_FOUR}"]


def test_done_in_time_ends_it_without_a_word() -> None:
    done = desk(*LEVELS[:2], "2022-11-09 09:00", story=XU + "2022-11-09 09:00 case.filed\n")
    assert done.between("2022-11-09 00:01", "2022-12-01", FILING) == []
    group = done.group(FILING)
    assert (group.state, group.next_at) == ("done", None)


def test_a_decision_that_came_late_is_told_when_it_comes() -> None:
    late = desk(*LEVELS, "2022-11-10 09:00", story=XU + "2022-11-10 09:00 case.filed\n")
    assert late.between("2022-11-10 09:00", "2022-12-01", FILING) == [f"2022-11-10 09:00 worse red late {ALL_FOUR}"]
    assert late.group(FILING).state == "done"


def test_a_decision_that_came_late_long_ago_is_shown_and_not_told() -> None:
    """Years of history are read when a deployment starts: 18 November is more than seven days after the 10th."""
    old = desk("2022-11-18 09:00", story=XU + "2022-11-10 09:00 case.filed\n")
    assert old.lines(FILING) == []
    assert (old.group(FILING).state, old.group(FILING).level) == ("done", "red")


def test_an_extension_makes_it_quiet_and_the_new_levels_are_first_again() -> None:
    """Thirty days from acceptance end on 2 December 24:00, a Friday: blue at 1 December 00:00."""
    story = XU + "2022-11-09 15:00 filing_review.extended tier=30d\n"
    longer = desk(*LEVELS[:3], "2022-11-09 15:00", "2022-12-01 00:00", story=story)
    assert longer.between("2022-11-09 15:00", "2022-12-02", FILING) == [
        f"2022-12-01 00:00 first blue approaching {OFFICERS} → 2022-12-01 08:00"
    ]


def test_a_correction_withdraws_what_was_told() -> None:
    """The acceptance was a mistake, said on the 9th at 15:00: whoever was told is told that."""
    story = XU + "2022-11-02 16:48 case.accepted id=e01 version=2 void=true recorded_at=2022-11-09T15:00\n"
    wrong = desk(*LEVELS[:3], "2022-11-09 15:00", story=story)
    corrected = wrong.between("2022-11-09 15:00", "2022-12-01", FILING)
    assert sorted(corrected) == [
        f"2022-11-09 15:00 withdrawn {level} approaching told" for level in ("blue", "red", "yellow")
    ]
    assert wrong.group(FILING).state == "withdrawn"


def test_what_was_withdrawn_and_comes_true_again_is_told_again_under_another_key() -> None:
    story = XU + (
        "2022-11-02 16:48 case.accepted id=e01 version=2 void=true recorded_at=2022-11-09T15:00\n"
        "2022-11-02 16:48 case.accepted id=e01 version=3 recorded_at=2022-11-09T16:00"
        " case_kind=criminal economic=false\n"
    )
    back = desk(*LEVELS[:3], "2022-11-09 15:00", "2022-11-09 16:00", story=story)
    assert back.between("2022-11-09 16:00", "2022-11-09 17:00", FILING) == [
        f"2022-11-09 16:00 first red approaching {ALL_FOUR}"
    ]
    raised = [notice for _, notice in back.heard if notice.kind == "approaching" and notice.level == "red"]
    first, again = [alert_key(n, "35-100001") for n in raised if n.reason in ("first", "worse")]
    assert first != again


def test_a_voided_decision_reopens_the_group_and_sends_nothing_twice() -> None:
    story = XU + (
        "2022-11-09 13:00 case.filed\n2022-11-09 13:00 case.filed id=e03 version=2 void=true"
        " recorded_at=2022-11-09T14:00\n"
    )
    reopened = desk(*LEVELS[:3], "2022-11-09 13:00", "2022-11-09 14:00", story=story)
    assert reopened.between("2022-11-09 12:01", "2022-11-09 15:00", FILING) == []
    group = reopened.group(FILING)
    assert (group.state, group.closed_at) == ("waiting", None)
    assert group.escalate_at == at("2022-11-10 02:00"), "nobody has it yet: the next role hears twelve hours later"


def test_nobody_answers_and_the_next_role_up_is_told_until_the_chain_ends() -> None:
    silent = desk(*LEVELS).pass_time("2022-11-14 12:01")
    assert silent.between("2022-11-10 00:01", "2022-11-15", FILING) == [
        "2022-11-10 12:00 escalated red overdue county_head",
        "2022-11-11 00:00 escalated red overdue legal_department",
        "2022-11-11 12:00 repeat red overdue case_officer,legal_department",
        "2022-11-14 12:00 repeat red overdue case_officer,legal_department",
    ]


def test_a_role_that_nobody_holds_is_passed_over() -> None:
    found = desk(*LEVELS)
    found.nobody = {"county_head"}
    found.pass_time("2022-11-10 12:01")
    assert found.between("2022-11-10 00:01", "2022-11-11", FILING) == [
        "2022-11-10 12:00 escalated red overdue legal_department"
    ]


def test_liberty_rises_faster_and_never_waits_for_the_morning() -> None:
    """Held at 02:30; the family is to be told within 24 hours. Red at 00:30, two hours before, in the night."""
    held = Desk("2026-03-02 02:30 P1 person.detained", FAMILY, case_kind="criminal")
    for instant in ("2026-03-02 14:30", "2026-03-02 20:30", "2026-03-03 00:30"):
        held.pass_time(instant).judge(instant)
    held.pass_time("2026-03-03 01:01")
    assert held.between("2026-03-02 20:00", "2026-03-04", FAMILY) == [
        f"2026-03-02 20:30 worse yellow approaching {OFFICERS},detention_house,unit_head → 2026-03-02 21:00",
        "2026-03-02 22:30 escalated yellow approaching legal_officer",
        f"2026-03-03 00:30 worse red approaching {OFFICERS},detention_house,unit_head,legal_officer,county_head",
        "2026-03-03 01:00 escalated red approaching legal_department",
    ]


@pytest.mark.parametrize("why", ["inhibited", "silenced"])
def test_what_is_held_back_is_not_told_and_told_when_it_is_no_longer(why: str) -> None:
    quiet = desk(*LEVELS[:2], held=why)
    assert quiet.lines(FILING) == []
    quiet.held = ""
    quiet.judge("2022-11-09 12:00")
    assert quiet.lines(FILING) == [f"2022-11-09 12:00 first red approaching {ALL_FOUR}"]


@pytest.mark.parametrize("why", ["inhibited", "silenced"])
def test_liberty_is_held_back_by_nothing(why: str) -> None:
    held = Desk(
        "2026-03-02 02:30 P1 person.detained",
        FAMILY,
        held=why,
        case_kind="criminal",
    )
    held.judge("2026-03-03 02:00")
    assert [line for line in held.lines(FAMILY) if " red " in line]


def test_a_rule_on_trial_is_shown_and_not_sent() -> None:
    tried = desk(*LEVELS, held="trial").pass_time("2022-11-20 00:00")
    assert tried.lines(FILING) == []
    assert tried.group(FILING).level == "red"


def test_order_and_repetition_of_changes_do_not_matter() -> None:
    changes = _changes("2022-11-09 13:00")
    policy, as_of = shipped_policy(), at("2022-11-09 13:00")
    group = Group(changes[0].group, liberty=False, opened_at=as_of)
    roles = {"blue": ("case_officer",), "yellow": ("case_officer",), "red": ("case_officer", "unit_head")}
    once = routed(merged(group, changes), as_of=as_of, policy=policy, roles=roles)
    again = routed(merged(group, [*reversed(changes), *changes]), as_of=as_of, policy=policy, roles=roles)
    assert once == again
    assert len(once[1]) == 1


def test_of_contradictory_changes_in_one_batch_the_withdrawal_counts() -> None:
    (change, *_) = _changes("2022-11-08 09:00")
    group = Group(change.group, liberty=False, opened_at=at("2022-11-08 09:00"))
    gone = replace(change, what="withdrawn")
    for pair in ([change, gone], [gone, change]):
        assert merged(group, pair).findings[change.key].state == "withdrawn"


def _changes(instant: str) -> list[Change]:
    now = judged_at(XU, only(FILING), instant, **FACTS)
    return [change for change in changes_between(None, now, only(FILING)) if change.finding["rule"] == FILING]


@pytest.mark.parametrize(
    ("level", "hours_left", "now", "told", "why"),
    [
        ("red", 5, "2026-03-02 23:00", None, "red, to whoever handles the case"),
        ("yellow", 20, "2026-03-02 17:30", "2026-03-02 21:30", "four hours, less than a quarter of twenty"),
        ("yellow", 20, "2026-03-02 18:30", "2026-03-02 22:00", "the night begins before four hours are over"),
        ("yellow", 20, "2026-03-02 22:00", "2026-03-03 07:00", "it is night"),
        ("yellow", 20, "2026-03-02 06:59", "2026-03-02 07:00", "it is night still"),
        ("yellow", 8, "2026-03-02 07:00", "2026-03-02 09:00", "a quarter of eight hours"),
        ("yellow", 1, "2026-03-02 12:01", "2026-03-02 12:16", "a quarter of one hour"),
        ("blue", 24, "2026-03-02 12:00", "2026-03-02 16:00", "within a day"),
        ("blue", 25, "2026-03-02 12:00", "2026-03-03 08:00", "later than that: the digest"),
        ("yellow", 120, "2026-03-02 07:59", "2026-03-02 08:00", "the digest"),
        ("ask", None, "2026-03-02 12:00", "2026-03-03 08:00", "the digest"),
    ],
)
def test_when_it_is_told_at_the_latest(
    level: str, hours_left: int | None, now: str, told: str | None, why: str
) -> None:
    """Quiet from 22:00 to 07:00; what is due within a day waits for a quarter of the time left and four hours at
    most, the rest for 08:00."""
    assert latest(level, hours_left, now, liberty=False) == (at(told) if told else None), why


@pytest.mark.parametrize(
    ("purpose", "level", "hours_left", "told", "why"),
    [
        ("first", "red", 2, None, "red, to whoever handles the case"),
        ("first", "yellow", 6, "2026-03-03 02:30", "a tenth of six hours is 36 minutes: half an hour, also at night"),
        ("first", "yellow", 2, "2026-03-03 02:12", "a tenth of two hours"),
        ("first", "blue", 216, "2026-03-03 02:30", "half an hour, however much is left"),
        ("first", "yellow", 0.1, None, "36 seconds are not worth waiting for"),
        (
            "beside",
            "yellow",
            6,
            "2026-03-03 03:30",
            "a quarter of six hours; not at all if somebody took it on by then",
        ),
        ("beside", "blue", 48, "2026-03-03 06:00", "four hours"),
        ("beside", "red", 2, "2026-03-03 02:10", "ten minutes, less than a tenth of two hours"),
        ("beside", "red", None, "2026-03-03 02:10", "over already: ten minutes"),
        ("beside", "red", 1, "2026-03-03 02:06", "a tenth of an hour"),
        ("escalated", "red", 2, None, "nobody answered"),
        ("escalated", "yellow", 4, "2026-03-03 02:24", "a tenth"),
        ("repeat", "red", 1, "2026-03-03 02:06", "a tenth of what is left"),
        ("repeat", "red", -5, "2026-03-03 04:00", "over: two hours"),
        ("withdrawn", "red", 2, "2026-03-03 04:00", "two hours: it takes back what somebody acts on"),
        ("withdrawn", "yellow", 2, "2026-03-03 08:00", "with the next text, at the latest in the morning"),
        ("first", "ask", None, None, "a question goes to the inbox alone"),
    ],
)
def test_what_of_liberty_waits_for_others_and_how_long(
    purpose: str, level: str, hours_left: float | None, told: str | None, why: str
) -> None:
    found = latest(level, hours_left, "2026-03-03 02:00", liberty=True, purpose=purpose)
    assert found == (at(told) if told else None), why


@pytest.mark.parametrize(
    ("purpose", "hours_left", "told", "why"),
    [
        ("beside", 12, "2026-03-03 00:22", "a tenth of twelve hours; no night is quiet for red"),
        ("beside", None, "2026-03-03 03:10", "four hours"),
        ("beside", -5, "2026-03-03 03:10", "overdue already, and somebody has been told so"),
        ("escalated", -5, "2026-03-03 03:10", "the next role hears within four hours"),
        ("repeat", None, "2026-03-03 08:00", "a reminder waits for the digest"),
        ("repeat", 120, "2026-03-03 08:00", "the same"),
        ("repeat", 8, "2026-03-03 01:10", "unless it ends within a day: a quarter"),
        ("withdrawn", 12, "2026-03-03 03:10", "four hours"),
    ],
)
def test_a_red_that_somebody_hears_of_at_once_is_told_to_others_together(
    purpose: str, hours_left: int | None, told: str, why: str
) -> None:
    assert latest("red", hours_left, "2026-03-02 23:10", liberty=False, purpose=purpose) == at(told), why


def latest(level: str, hours_left: float | None, now: str, *, liberty: bool, purpose: str = "first") -> datetime | None:
    due = at(now) + timedelta(hours=hours_left) if hours_left is not None else None
    return told_at(level, liberty=liberty, due=due, as_of=at(now), policy=shipped_policy(), purpose=purpose)


@pytest.mark.parametrize(
    ("level", "liberty", "now", "may"),
    [
        ("blue", False, "2026-03-02 23:00", False),
        ("yellow", False, "2026-03-02 06:59", False),
        ("blue", False, "2026-03-02 07:00", True),
        ("red", False, "2026-03-02 23:00", True),
        ("blue", True, "2026-03-02 23:00", True),
    ],
)
def test_at_night_nothing_comes_along_that_the_night_holds_back(level: str, liberty: bool, now: str, may: bool) -> None:
    assert may_come_along(level, liberty=liberty, as_of=at(now), policy=shipped_policy()) is may
