"""Whose clock an event reaches, and what is asked instead of guessed."""

from tests.oracle.asking import (
    BAIL,
    CUSTODY,
    FILING,
    HOUSE,
    ORDER,
    REQUEST,
    SUMMONS,
    SUPPLEMENT,
    asked,
    clock,
    clocks,
    findings,
)
from tests.oracle.story import at


def test_one_persons_event_never_moves_anothers_clock() -> None:
    text = """2026-03-02 09:00 person.detained person=P1
              2026-03-02 09:00 person.detained person=P2
              2026-03-04 09:00 arrest.requested person=P1"""
    assert [v.outcome for v in clocks(REQUEST, text)] == ["met", "running"]


def test_an_event_that_names_nobody_reaches_everybody() -> None:
    text = """2026-01-10 arrest.executed person=P1 identity_unknown=false
              2026-01-12 arrest.executed person=P2 identity_unknown=false
              2026-02-10 prosecution.transferred"""
    assert [v.outcome for v in clocks(CUSTODY, text)] == ["met", "met"]


def test_a_release_without_the_visit_ends_the_stay_of_that_person_only() -> None:
    text = """2026-03-02 09:00 person.arrived person=P1 visit=V1 case_kind=criminal
              2026-03-02 09:30 person.arrived person=P2 visit=V2
              2026-03-02 15:00 person.released person=P2"""
    assert [(v.subject, v.outcome) for v in clocks(SUMMONS, text)] == [("V1", "running"), ("V2", "met")]


def test_incidents_are_judged_whatever_case_they_lead_to() -> None:
    text = """2026-03-02 09:00 response.finished case= incident=I1
              2026-03-02 10:00 response.finished case=C7 incident=I2
              2026-03-02 11:00 intake.registered case= incident=I1"""
    assert [(v.incident, v.case, v.outcome) for v in clocks("shape.incident", text)] == [
        ("I1", None, "met"),
        ("I2", None, "running"),
    ]


def test_a_repeated_start_keeps_the_first_and_asks() -> None:
    text = """2026-03-02 09:00 person.detained person=P1
              2026-03-02 11:00 person.detained person=P1"""
    found = clock(REQUEST, text)
    assert (found.start, found.outcome, asked(found)) == (
        at("2026-03-02 09:00"),
        "unknown",
        ("repeated_start", "s/e02", None, True),
    )


def test_the_same_start_told_twice_says_nothing_new() -> None:
    text = """2026-03-02 09:00 person.detained person=P1
              2026-03-02 09:00 person.detained person=P1"""
    assert clock(REQUEST, text).question is None


def test_a_stop_before_its_start_is_a_contradiction_unless_the_rule_says_otherwise() -> None:
    text = """2026-03-02 08:00 arrest.requested person=P1
              2026-03-02 09:00 person.detained person=P1"""
    assert asked(clock(REQUEST, text)) == ("stop_before_start", "s/e01", None, True)
    early = """2026-03-02 08:00 intake.registered incident=I1
               2026-03-02 09:00 response.finished incident=I1"""
    found = clock("shape.incident", early)
    assert (found.outcome, found.stopped) == ("met", at("2026-03-02 09:00"))


def test_a_rule_that_may_not_apply_only_asks() -> None:
    found = clock(FILING, "2026-03-02 09:00 case.accepted", "2026-04-01 00:00")
    assert (found.outcome, asked(found)) == ("unknown", ("missing_fact", "s/e01", "case_kind", True))
    assert findings(found) == ["03-02 09:00 unknown ask"]


def test_a_test_that_fails_settles_it_whatever_else_is_missing() -> None:
    assert clocks(ORDER, "2026-03-02 09:00 case.filed case_kind=criminal") == ()


def test_the_first_limit_whose_tests_hold() -> None:
    text = "2026-03-02 10:00 appraisal.entrusted order=O1 "
    assert clock("shape.choice", text + "appraisal=other complex=true").due == at("2026-03-09 10:00")
    assert clock("shape.choice", text + "appraisal=other complex=false").due == at("2026-03-05 10:00")
    found = clock("shape.choice", text + "complex=false")
    assert (found.due, asked(found)) == (None, ("missing_fact", "s/e01", "appraisal", True))


def test_no_version_in_force_is_a_question() -> None:
    found = clock(ORDER, "2005-03-02 case.accepted case_kind=administrative public_security=true", "2005-06-01 00:00")
    assert (found.outcome, asked(found), found.rule_version) == ("unknown", ("no_version", "s/e01", None, True), 0)


def test_a_start_type_of_another_version_is_ignored() -> None:
    # Accepted in 2025 under the text of 2012; filing in January starts nothing and repeats nothing
    text = """2025-12-20 case.accepted case_kind=administrative public_security=true
              2026-01-04 case.filed"""
    found = clock(ORDER, text)
    assert (found.due, found.question) == (at("2026-01-19 24:00"), None)


def test_hours_cannot_be_counted_from_a_date_without_its_hour() -> None:
    found = clock(HOUSE, "2026-03-02 person.detained person=P1")
    assert (found.outcome, asked(found), found.due) == ("unknown", ("no_hour", "s/e01", None, True), None)


def test_a_bare_dated_stop_on_the_day_of_an_hour_limit_cannot_be_compared() -> None:
    detained = "2026-03-02 09:20 person.detained person=P1\n"
    # Outer: 10:00 + 24 hours = 3 March 10:00
    assert asked(clock(HOUSE, detained + "2026-03-03 detention_house.admitted person=P1"))[0] == "no_hour_stop"
    assert clock(HOUSE, detained + "2026-03-02 detention_house.admitted person=P1").outcome == "met"
    assert clock(HOUSE, detained + "2026-03-04 detention_house.admitted person=P1").outcome == "late"


def test_a_bare_dated_stop_ends_what_opens_on_its_day() -> None:
    text = """2022-11-02 case.filed
              2022-11-02 16:48 case.accepted case_kind=criminal"""
    assert (clock(FILING, text).outcome, clock(FILING, text).question) == ("met", None)


def test_a_supplementary_investigation_does_not_roll_while_anybody_is_held() -> None:
    # 16 January + 1 month = 16 February, inside the Spring Festival
    held = """2026-01-05 arrest.executed person=P1
              2026-01-16 prosecution.returned"""
    assert clock(SUPPLEMENT, held).outer == at("2026-02-16 24:00")
    let_go = held + "\n2026-02-10 09:00 measure.bail person=P1"
    assert clock(SUPPLEMENT, let_go).outer == at("2026-02-24 24:00")
    another = let_go + "\n2026-01-06 arrest.executed person=P2"
    assert clock(SUPPLEMENT, another).outer == at("2026-02-16 24:00")


def test_custody_comes_from_the_measures_before_what_is_stated() -> None:
    text = """2026-02-08 10:00 person.detained person=P1
              2026-02-10 15:00 arrest.requested person=P1 in_custody=false"""
    assert clock("criminal.arrest.procuratorate-review", text).due == at("2026-02-17 24:00")


def test_a_working_day_beyond_the_calendar_is_unknown_between_two_bounds() -> None:
    # From 28 December 2026: 29, 30, 31 are worked; seven more. All later days worked: 7 January.
    found = clock("shape.working-days", "2026-12-28 review_copy.received document=D1")
    assert (found.due, asked(found)) == (None, ("beyond_calendar", "s/e01", None, True))
    assert found.earliest == at("2027-01-07 24:00")
    # As few as can be: 19 weekday holidays (2025), 1 to 27 January; then 28, 29 January and 1 to 5 February
    assert found.latest == at("2027-02-05 24:00")


def test_where_only_the_roll_is_beyond_the_calendar_nothing_is_overdue() -> None:
    bail = "2026-01-05 measure.bail person=P1\n"
    found = clock(BAIL, bail, "2027-03-01 00:00")
    assert (found.due, found.outer, found.outcome) == (at("2027-01-05 24:00"), None, "running")
    assert "overdue red" not in str(findings(found))
    assert clock(BAIL, bail + "2027-01-05 12:00 bail.ended person=P1").outcome == "met"
    assert clock(BAIL, bail + "2027-01-06 12:00 bail.ended person=P1").outcome == "unknown"
