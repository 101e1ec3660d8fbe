"""What people may do with an alert and what not, by the words of ux.md 8."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.alert_story import shipped_policy
from tests.story import at, law
from zhunsheng.core.alert_acts import (
    ActRefused,
    accept,
    acknowledge,
    claim_done,
    decline,
    dispute,
    hand_over,
    rule_on,
    ruling_due,
    snooze,
    snooze_latest,
    urge,
)
from zhunsheng.core.alert_group import Found, Group, Notice
from zhunsheng.core.routing import swept

POLICY = shipped_policy()
NOW = at("2026-03-02 12:00")
HOUR = timedelta(hours=1)
ROLES = {"blue": ("case_officer",), "yellow": ("case_officer", "unit_head"), "red": ("case_officer", "legal_officer")}
LI, WANG, ZHAO = 1, 2, 3  # the case officer, a colleague, one of the legal department


def group(level: str = "yellow", *, left: timedelta = 20 * HOUR, limit_days: int = 3, liberty: bool = False) -> Group:
    """An alert that was told an hour ago, with some time left of a limit of some days."""
    due = NOW + left
    found = Found("approaching", level, NOW - HOUR, told=True)
    return Group(
        key="g" * 64,
        liberty=liberty,
        opened_at=NOW - HOUR,
        start=due - timedelta(days=limit_days),
        due=due,
        findings={"f" * 64: found},
        escalate_at=NOW + HOUR,
    )


def refused(code: str, act: object, *args: object, **words: object) -> ActRefused:
    """The refusal, which says this."""
    assert callable(act)
    with pytest.raises(ActRefused) as problem:
        act(*args, **words)
    assert problem.value.code == code
    return problem.value


def later(one: Group, instant: datetime) -> tuple[Group, list[Notice]]:
    """What the sweep makes of it at an instant."""
    return swept(one, as_of=instant, policy=POLICY, roles=ROLES)


@pytest.mark.parametrize(
    ("left", "until"),
    [(20 * HOUR, 10 * HOUR), (timedelta(minutes=40), timedelta(minutes=20)), (timedelta(minutes=12), 10 * HOUR / 60)],
)
def test_an_acknowledgement_pauses_escalation_for_half_of_the_time_left(left: timedelta, until: timedelta) -> None:
    """Half of 20 hours is 10, half of 40 minutes 20; never less than ten minutes."""
    taken = acknowledge(group(left=left), LI, at=NOW, policy=POLICY)
    assert (taken.state, taken.owner, taken.escalate_at) == ("acknowledged", LI, None)
    assert taken.state_until == NOW + until


def test_an_acknowledgement_that_ran_out_asks_its_owner_again_and_rises_again() -> None:
    taken = acknowledge(group("red"), LI, at=NOW, policy=POLICY)
    again, notices = later(taken, NOW + 10 * HOUR)
    assert again.state == "waiting"
    assert [(n.reason, n.text, n.officers) for n in notices] == [("repeat", "repeat", (LI,))]
    assert again.escalate_at == NOW + 22 * HOUR, "red of another kind than liberty rises twelve hours after"


def test_acknowledging_twice_is_the_same_and_prolongs_nothing() -> None:
    once = acknowledge(group(), LI, at=NOW, policy=POLICY)
    assert acknowledge(once, LI, at=NOW + HOUR, policy=POLICY) == once
    other = acknowledge(once, WANG, at=NOW + HOUR, policy=POLICY)
    assert (other.owner, other.state_until) == (WANG, once.state_until)


@pytest.mark.parametrize(
    ("liberty", "asks", "hours"),
    [(True, 0, 2), (True, 1, 4), (True, 4, 24), (False, 0, 24), (False, 2, 96), (False, 9, 168)],
)
def test_past_the_due_time_it_asks_again_twice_as_late_each_time(liberty: bool, asks: int, hours: int) -> None:
    """From two hours up to a day where liberty is at stake, from a day up to a week elsewhere."""
    late = replace(group("red", left=-HOUR, liberty=liberty), asks=asks)
    assert acknowledge(late, LI, at=NOW, policy=POLICY).state_until == NOW + hours * HOUR


@pytest.mark.parametrize(
    ("limit_days", "left", "floor"), [(1, 5 * HOUR, HOUR / 2), (2, 20 * HOUR, 2 * HOUR), (3, 20 * HOUR, 4 * HOUR)]
)
def test_a_snooze_ends_well_before_the_due_time(limit_days: int, left: timedelta, floor: timedelta) -> None:
    """30 minutes before for limits up to a day, 4 hours from three days on, 2 between."""
    one = group(left=left, limit_days=limit_days)
    latest = NOW + left - floor
    assert snooze_latest(one, NOW, POLICY) == latest
    assert snooze(one, LI, at=NOW, until=latest, policy=POLICY).state == "snoozed"
    problem = refused("past_floor", snooze, one, LI, at=NOW, until=latest + HOUR / 60, policy=POLICY)
    assert problem.latest == latest


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (group(liberty=True), "liberty"),
        (group("blue", liberty=True), "liberty"),
        (group("red"), "red"),
        (group(left=-HOUR), "overdue"),
        (group(left=3 * HOUR), "past_floor"),
        (replace(group(), state="done"), "closed"),
        (replace(group(), state="disputed"), "disputed"),
    ],
)
def test_what_cannot_be_put_off(one: Group, code: str) -> None:
    refused(code, snooze, one, LI, at=NOW, until=NOW + HOUR, policy=POLICY)


def test_a_snooze_into_the_past_is_refused_and_one_that_is_over_asks_again() -> None:
    refused("not_later", snooze, group(), LI, at=NOW, until=NOW, policy=POLICY)
    again, notices = later(snooze(group(), LI, at=NOW, until=NOW + HOUR, policy=POLICY), NOW + HOUR)
    assert (again.state, [n.reason for n in notices]) == ("waiting", ["repeat"])


def test_handing_over_changes_nothing_until_the_named_person_accepts() -> None:
    handed, notices = hand_over(group(), LI, to=WANG, occasion="act0")
    assert (handed.state, handed.owner, handed.escalate_at) == ("waiting", None, NOW + HOUR)
    assert [(n.reason, n.officers) for n in notices] == [("handed_over", (WANG,))]
    refused("not_handed", accept, handed, ZHAO, at=NOW, policy=POLICY)
    taken = accept(handed, WANG, at=NOW, policy=POLICY)
    assert (taken.state, taken.owner, taken.handed_to, taken.escalate_at) == ("acknowledged", WANG, None, None)


def test_nobody_hands_over_to_himself() -> None:
    refused("self", hand_over, group(), LI, to=LI, occasion="act0")


def test_who_declines_gives_it_back_to_its_owner() -> None:
    owned = acknowledge(group(), LI, at=NOW, policy=POLICY)
    handed, _ = hand_over(owned, LI, to=WANG, occasion="act1")
    back, notices = decline(handed, WANG, occasion="act2", roles=ROLES)
    assert (back.handed_to, back.owner) == (None, LI)
    assert [(n.reason, n.officers) for n in notices] == [("repeat", (LI,))]


def test_a_claim_without_data_returns_after_a_day_or_half_of_the_time_left() -> None:
    far = claim_done(group(left=timedelta(days=9), limit_days=30), LI, at=NOW, policy=POLICY)
    near = claim_done(group(left=20 * HOUR), LI, at=NOW, policy=POLICY)
    assert (far.state_until, near.state_until) == (NOW + 24 * HOUR, NOW + 10 * HOUR)
    again, notices = later(far, NOW + 24 * HOUR)
    assert (again.state, [(n.text, n.officers) for n in notices]) == ("waiting", [("claim", (LI,))])


def test_a_dispute_goes_to_the_legal_department_and_holds_escalation_except_where_liberty_is_at_stake() -> None:
    until = NOW + timedelta(days=2)
    plain, notices = dispute(group(), LI, until=until, occasion="act0")
    assert (plain.state, plain.escalate_at, plain.state_until) == ("disputed", None, until)
    assert [(n.reason, n.roles) for n in notices] == [("disputed", ("legal_department",))]
    liberty, _ = dispute(group("red", liberty=True), LI, until=until, occasion="act0")
    risen, told = later(liberty, NOW + HOUR)
    assert (risen.state, [n.reason for n in told]) == ("disputed", ["escalated"])


def test_a_dispute_that_is_upheld_corrects_what_was_told_and_ends_it() -> None:
    disputed, _ = dispute(group(), LI, until=NOW + 20 * HOUR, occasion="act0")
    ended, notices = rule_on(disputed, ZHAO, upheld=True, at=NOW, policy=POLICY, roles=ROLES, occasion="act1")
    assert ended.state == "withdrawn"
    assert [(n.reason, n.to_told) for n in notices] == [("withdrawn", True)]


def test_a_dispute_that_is_rejected_comes_back_with_a_word() -> None:
    disputed, _ = dispute(group(), LI, until=NOW + 20 * HOUR, occasion="act0")
    back, notices = rule_on(disputed, ZHAO, upheld=False, at=NOW, policy=POLICY, roles=ROLES, occasion="act1")
    assert back.state == "waiting"
    assert [(n.text, n.officers) for n in notices] == [("rejected", (LI,))]


def test_nobody_rules_on_his_own_dispute_or_on_what_nobody_disputes() -> None:
    words = {"upheld": True, "at": NOW, "policy": POLICY, "roles": ROLES, "occasion": "act1"}
    disputed, _ = dispute(group(), ZHAO, until=NOW + HOUR, occasion="act0")
    refused("own_dispute", rule_on, disputed, ZHAO, **words)
    refused("not_disputed", rule_on, group(), ZHAO, **words)


def test_a_dispute_that_nobody_rules_on_asks_the_legal_department_and_who_handles_it() -> None:
    disputed, _ = dispute(group(), LI, until=NOW + HOUR, occasion="act0")
    back, notices = later(disputed, NOW + HOUR)
    assert back.state == "waiting"
    assert [n.roles for n in notices] == [("legal_department", "case_officer")]


def test_a_superior_presses_the_owner_and_shortens_his_time() -> None:
    owned = acknowledge(group(), LI, at=NOW, policy=POLICY)
    pressed, notices = urge(owned, reply_by=NOW + 2 * HOUR, at=NOW, occasion="act1", roles=ROLES)
    assert pressed.state_until == NOW + 2 * HOUR
    assert [(n.reason, n.officers) for n in notices] == [("urged", (LI,))]
    _, unowned = urge(group(), reply_by=NOW + 2 * HOUR, at=NOW, occasion="act1", roles=ROLES)
    assert [n.roles for n in unowned] == [("case_officer", "unit_head")]
    refused("not_later", urge, owned, reply_by=NOW, at=NOW, occasion="act1", roles=ROLES)


@pytest.mark.parametrize("act", [acknowledge, claim_done])
def test_what_is_closed_by_data_stays_closed(act: object) -> None:
    refused("closed", act, replace(group(), state="done"), LI, at=NOW, policy=POLICY)


@pytest.mark.parametrize(
    ("disputed_at", "due"),
    [
        ("2026-03-02 12:00", "2026-03-03 24:00"),
        ("2026-03-06 17:00", "2026-03-09 24:00"),
        ("2026-02-14 09:00", "2026-02-24 24:00"),
        ("2030-03-02 12:00", "2030-03-03 24:00"),
    ],
)
def test_a_ruling_is_due_by_the_end_of_the_next_working_day(disputed_at: str, due: str) -> None:
    """Monday → Tuesday; Friday → Monday; Saturday 14 February 2026 is worked, the 15th to the 23rd are not; a year that
    is not published counts every day, so that nobody waits for ever."""
    assert ruling_due(at(disputed_at), law().calendar, working_days=1, zone="Asia/Shanghai") == at(due)
