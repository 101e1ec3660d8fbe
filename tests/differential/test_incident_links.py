"""To which case an event of an incident belongs: only what counts may say so. Engine and oracle, clocks and checks."""

from dataclasses import dataclass, replace

import pytest

from tests.oracle.book import read_rules, read_vocabulary
from tests.oracle.check_book import read_checks
from tests.oracle.checks import judge_checks
from tests.oracle.days import read_calendar
from tests.oracle.judge import judge as oracle_judge
from tests.story import RULEBOOK, at, history, law
from zhunsheng.core.judge import judge

RULE = "criminal.detention.transfer-to-detention-house"
CHECK = "interrogation.two-officers"
VOCABULARY = read_vocabulary(RULEBOOK / "vocabulary.toml")
BOOK = replace(
    law(),
    rules=tuple(rule for rule in law().rules if rule.id == RULE),
    checks=tuple(check for check in law().checks if check.id == CHECK),
)
LOOSE = """
    2026-03-02 09:00 P1 person.detained incident=J1
    2026-03-02 10:00 P1 interrogation.started incident=J1 officers=J77
"""
OF_NO_CASE, OF_A1, OF_A2 = (None, "J1"), ("A1", None), ("A2", None)


@dataclass(frozen=True)
class Scenario:
    """Who names the incident, and to which (case, incident) its events belong at last."""

    name: str
    naming: str
    belongs: tuple[str | None, str | None]
    as_of: str = "2026-03-20 12:00"
    known_at: str | None = None


SCENARIOS = [
    Scenario("a case names it", "2026-03-05 09:00 case.filed case=A1 incident=J1", OF_A1),
    Scenario(
        "what named it was taken back",
        """2026-03-05 09:00 case.filed case=A1 incident=J1 id=f
           2026-03-05 09:00 case.filed case=A1 incident=J1 id=f version=2 void=true""",
        OF_NO_CASE,
    ),
    Scenario(
        "the correction names another incident",
        """2026-03-05 09:00 case.filed case=A1 incident=J1 id=f
           2026-03-05 09:00 case.filed case=A1 incident=J2 id=f version=2""",
        OF_NO_CASE,
    ),
    Scenario(
        "the correction names another case",
        """2026-03-05 09:00 case.filed case=A1 incident=J1 id=f
           2026-03-05 09:00 case.filed case=A2 incident=J1 id=f version=2""",
        OF_A2,
    ),
    Scenario(
        "of two that named it one was taken back",
        """2026-03-05 09:00 case.filed case=A1 incident=J1 id=f
           2026-03-06 09:00 case.filed case=A2 incident=J1 id=g
           2026-03-06 09:00 case.filed case=A2 incident=J1 id=g version=2 void=true""",
        OF_A1,
    ),
    Scenario(
        "what names it was recorded later than is asked",
        "2026-03-05 09:00 case.filed case=A1 incident=J1 recorded_at=2026-03-11T09:00",
        OF_NO_CASE,
        known_at="2026-03-11 08:59",
    ),
    Scenario(
        "in the very instant it is known",
        "2026-03-05 09:00 case.filed case=A1 incident=J1 recorded_at=2026-03-11T09:00",
        OF_A1,
        known_at="2026-03-11 09:00",
    ),
    Scenario(
        "that it was taken back was recorded later than is asked",
        """2026-03-05 09:00 case.filed case=A1 incident=J1 id=f
           2026-03-05 09:00 case.filed case=A1 incident=J1 id=f version=2 void=true recorded_at=2026-03-11T09:00""",
        OF_A1,
        known_at="2026-03-10 09:00",
    ),
    Scenario(
        "what names it is yet to happen",
        "2026-03-25 09:00 case.filed case=A1 incident=J1 recorded_at=2026-03-05T09:00",
        OF_NO_CASE,
    ),
    Scenario(
        "a second case that names it is yet to happen",
        """2026-03-05 09:00 case.filed case=A1 incident=J1
           2026-03-25 09:00 case.filed case=A2 incident=J1 recorded_at=2026-03-06T09:00""",
        OF_A1,
    ),
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_only_what_counts_says_to_which_case_an_incident_belongs(scenario: Scenario) -> None:
    # Given a detention and an interrogation recorded with the incident alone, and what names the incident
    events = history(LOOSE + scenario.naming, law())
    as_of, known_at = at(scenario.as_of), at(scenario.known_at) if scenario.known_at else None
    # When both judge them
    ours = judge(events, BOOK, as_of=as_of, known_at=known_at, threads=1)
    rows = events.to_dicts()
    rules = [
        rule
        for rule in read_rules(sorted(RULEBOOK.glob("deadlines/**/*transfer-to-detention-house.toml")))
        if rule.id == RULE
    ]
    calendar = read_calendar(RULEBOOK / "calendar")
    clocks = oracle_judge(rules, VOCABULARY, calendar, rows, as_of, known_at).verdicts
    checks = [check for check in read_checks(RULEBOOK) if check.id == CHECK]
    verdicts = judge_checks(checks, VOCABULARY, rows, as_of, known_at)
    # Then the clock, its findings and the check's verdict stand where the incident belongs
    assert set(ours.clocks.select("case", "incident").rows()) == {scenario.belongs}
    assert set(ours.findings.select("case", "incident").rows()) == {scenario.belongs}
    assert ours.verdicts.select("case", "incident").rows() == [scenario.belongs]
    assert [(clock.case, clock.incident) for clock in clocks] == [scenario.belongs]
    assert [(verdict.case, verdict.incident) for verdict in verdicts] == [scenario.belongs]


def test_each_case_links_its_incident_at_its_own_instant() -> None:
    # Given a case judged before it names the incident, and another after
    naming = "2026-03-05 09:00 case.filed case=A1 incident=J1"
    events = history(LOOSE + naming, law())
    for of_case, expected in (("2026-03-05 08:59", OF_NO_CASE), ("2026-03-05 09:00", OF_A1)):
        as_of = {"A1": at(of_case), "J1": at("2026-03-20 12:00")}
        found = judge(events, BOOK, as_of=as_of, threads=1)
        assert found.verdicts.select("case", "incident").rows() == [expected]


def test_who_asks_what_was_known_is_told_what_was_left_out() -> None:
    later = "2026-03-05 09:00 case.filed case=A1 incident=J1 recorded_at=2026-03-11T09:00"
    events = history(LOOSE + later, law())
    found = judge(events, BOOK, as_of=at("2026-03-20 12:00"), known_at=at("2026-03-10 12:00"), threads=1)
    assert (found.counted.unknown_yet, found.counted.events.height) == (1, 2)
