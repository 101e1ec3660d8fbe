"""What a day without hour, the order of cases and the hour of a question do to a check. Each was a fault once."""

import pytest

from tests.core.checks.small import event, judged, local, said

AT_ONCE = """
[act]
events = ["interrogation.started"]
[overlap]
longest = "PT2H"
"""
OF_ADMINISTRATIVE_CASES = """
[applies]
case_kind = "administrative"
[act]
events = ["lineup.held"]
[require]
officers = { at_least = 2 }
"""
STAY = """
[act]
events = ["person.entered_area"]
[span]
ends    = ["person.left_area"]
at_most = "PT24H"
[[span.longer]]
event   = "continued_questioning.extended"
if      = { tier = "48h" }
at_most = "PT48H"
"""
NIGHT = """
[act]
events = ["interrogation.started"]
[span]
ends    = ["interrogation.closed"]
outside = ["22:00", "06:00"]
"""


@pytest.mark.parametrize("arrival", [("A1", "B1"), ("B1", "A1")], ids=["in order", "the later case first"])
def test_of_two_acts_of_one_instant_the_later_is_that_of_the_later_case_whichever_arrived_first(
    arrival: tuple[str, str],
) -> None:
    # Given two interrogations of one officer that begin at the same minute in two cases
    rows = [
        event("03-02 09:00", "interrogation.started", case=case, id=f"of-{case}", officers=["J1"]) for case in arrival
    ]
    # Then it is that of B1 that comes second, as of two events of one case the later by source and id would
    found = judged(AT_ONCE, rows, key="officer").verdicts
    assert found["event"].to_list() == ["story/of-B1"]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("03-02", ["unknown no_hour"]),  # before or after noon?
        ("03-02 11:59", ["broken"]),
        ("03-02 12:00", []),
        ("03-01", ["broken"]),
        ("03-03", []),
    ],
)
def test_a_case_that_changes_its_kind_on_the_day_of_an_act_without_hour_is_asked_about(
    at: str, expected: list[str]
) -> None:
    # Given a case that becomes criminal on 2 March at noon, and a line-up by one officer
    rows = [
        event("02-20 09:00", "case.accepted", person=None, case_kind="administrative"),
        event("03-02 12:00", "case.filed", person=None, case_kind="criminal"),
        event(at, "lineup.held", person=None, officers=["J1"]),
    ]
    # Then it is known whether two were needed only where the hour decides nothing
    assert said(judged(OF_ADMINISTRATIVE_CASES, rows)) == expected


def test_whether_a_stay_was_lengthened_is_asked_when_the_shorter_limit_has_passed() -> None:
    rows = [
        event("03-02 09:00", "person.entered_area"),
        event("03-02 20:00", "continued_questioning.extended"),  # to which tier?
    ]
    # 9:00 + 24 h = 9:00 of the next day
    assert said(judged(STAY, rows, as_of="03-03 09:00")) == []
    found = judged(STAY, rows, as_of="03-03 10:00")
    assert said(found) == ["P1 unknown missing_fact: tier"]
    assert local(found.verdicts["found_at"]) == ["03-03 09:00"]


def test_whether_an_interrogation_went_on_into_the_night_is_asked_when_the_night_begins() -> None:
    rows = [event("03-02 20:00", "interrogation.started")]
    assert said(judged(NIGHT, rows, as_of="03-02 22:00")) == []
    found = judged(NIGHT, rows, as_of="03-02 23:00")
    assert said(found) == ["P1 unknown no_end"]
    assert local(found.verdicts["found_at"]) == ["03-02 22:00"]
