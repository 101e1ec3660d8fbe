"""`applies`: a start counts for the rules whose facts hold: the event's, else its person's, else the case's."""

import pytest

from tests.core.small import book, clocks, rule_text


def applies(tests: str, assumed: str = "") -> str:
    return rule_text(f"[applies]\n{tests}\n[assume]\n{assumed}")


RUNS = ["P1#1 running 2026-03-12 24:00 | 2026-03-12 24:00"]
FACTS = [
    ("stated by the event", applies("complex = true"), "2026-03-02 09:00 P1 work.started complex=true", RUNS),
    (
        "stated otherwise: another rule's case",
        applies("complex = true"),
        "2026-03-02 09:00 P1 work.started complex=false",
        [],
    ),
    (
        "not stated: it may apply",
        applies("complex = true"),
        "2026-03-02 09:00 P1 work.started",
        ["P1#1 unknown 2026-03-12 24:00 | 2026-03-12 24:00 ?? missing_fact: complex (e01)"],
    ),
    (
        "not stated, and assumed true",
        applies("complex = true", "complex = true"),
        "2026-03-02 09:00 P1 work.started",
        RUNS,
    ),
    (
        "not stated, and assumed false",
        applies("complex = true", "complex = false"),
        "2026-03-02 09:00 P1 work.started",
        [],
    ),
    (
        "a test that fails outweighs a fact that is missing",
        applies("complex = true\nurgent = true"),
        "2026-03-02 09:00 P1 work.started urgent=false",
        [],
    ),
    ("at least, exactly", applies("amount = { at_least = 100 }"), "2026-03-02 09:00 P1 work.started amount=100", RUNS),
    ("at least, one short", applies("amount = { at_least = 100 }"), "2026-03-02 09:00 P1 work.started amount=99", []),
    ("at most, exactly", applies("amount = { at_most = 100 }"), "2026-03-02 09:00 P1 work.started amount=100", RUNS),
    ("at most, one more", applies("amount = { at_most = 100 }"), "2026-03-02 09:00 P1 work.started amount=101", []),
    (
        "anything else",
        applies('kind = { not = "criminal" }'),
        "2026-03-02 09:00 P1 work.started kind=administrative",
        RUNS,
    ),
    ("anything else, not stated", applies('kind = { not = "criminal" }'), "2026-03-02 09:00 P1 work.started", RUNS),
    ("not that", applies('kind = { not = "criminal" }'), "2026-03-02 09:00 P1 work.started kind=criminal", []),
    ("stated at all", applies("amount = { present = true }"), "2026-03-02 09:00 P1 work.started amount=0", RUNS),
    ("not stated at all", applies("amount = { present = true }"), "2026-03-02 09:00 P1 work.started", []),
    ("must not be stated", applies("amount = { present = false }"), "2026-03-02 09:00 P1 work.started", RUNS),
    (
        "must not be stated and is",
        applies("amount = { present = false }"),
        "2026-03-02 09:00 P1 work.started amount=1",
        [],
    ),
    (
        "one of two",
        applies('kind = { one_of = ["criminal", "administrative"] }'),
        "2026-03-02 09:00 P1 work.started kind=administrative",
        RUNS,
    ),
    (
        "a person's fact stated on another event of the same person",
        applies("minor = true"),
        """2026-03-01 09:00 P1 note.written minor=true
           2026-03-01 09:00 P2 note.written minor=false
           2026-03-02 09:00 P1 work.started""",
        RUNS,
    ),
    (
        "another person's fact is not his",
        applies("minor = true"),
        """2026-03-01 09:00 P2 note.written minor=true
           2026-03-02 09:00 P1 work.started minor=false""",
        [],
    ),
    (
        "the event's own word before the person's",
        applies("minor = true"),
        """2026-03-01 09:00 P1 note.written minor=false
           2026-03-02 09:00 P1 work.started minor=true""",
        RUNS,
    ),
    (
        "a whole-case fact counts even when it is stated later",
        applies("large = true"),
        """2026-03-02 09:00 P1 work.started
           2026-03-05 09:00    note.written large=true""",
        RUNS,
    ),
    (
        "the kind of a case counts from the date it was given, so not yet",
        applies('kind = "criminal"'),
        """2026-03-01 09:00    note.written kind=administrative
           2026-03-02 09:00 P1 work.started
           2026-03-05 09:00    case.converted""",
        [],
    ),
    (
        "but from that instant on, ties included",
        applies('kind = "criminal"'),
        """2026-03-01 09:00    note.written kind=administrative
           2026-03-02 09:00    case.converted
           2026-03-02 09:00 P1 work.started""",
        RUNS,
    ),
    (
        "in custody by his measures, whatever the start says",
        applies("in_custody = true"),
        """2026-03-01 09:00 P1 person.held
           2026-03-02 09:00 P1 work.started in_custody=false""",
        RUNS,
    ),
    (
        "let go before the start",
        applies("in_custody = true"),
        """2026-03-01 09:00 P1 person.held
           2026-03-02 08:59 P1 person.freed
           2026-03-02 09:00 P1 work.started in_custody=true""",
        [],
    ),
    (
        "no measure recorded: as stated",
        applies("in_custody = true"),
        "2026-03-02 09:00 P1 work.started in_custody=true",
        RUNS,
    ),
]


@pytest.mark.parametrize(("why", "rules", "story", "expected"), FACTS, ids=[row[0] for row in FACTS])
def test_a_start_counts_for_the_rules_whose_facts_hold(why: str, rules: str, story: str, expected: list[str]) -> None:
    assert clocks(story, book(rules)) == expected, why
