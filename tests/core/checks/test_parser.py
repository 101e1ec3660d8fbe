"""What the parser of check files refuses, with the key and the remedy."""

import pytest

from tests.core.checks.small import BOOK, HEAD
from zhunsheng.core.check import Length
from zhunsheng.core.check_rules import parse_check, parse_length

TOP = 'kind = "fact"\nkey = "person"\nlevel = "red"\n'
FACT = TOP + HEAD + '[act]\nevents = ["interrogation.started"]\n[require]\nadult_present = true\n'


def issues_of(text: str) -> dict[str, str]:
    return {issue.key: issue.text for issue in parse_check(text, BOOK.vocabulary)[1]}


def test_the_small_check_is_read() -> None:
    check, issues = parse_check(FACT, BOOK.vocabulary)
    assert issues == []
    assert check is not None
    assert (check.same, check.recipients["ask"]) == (("case",), ("case_officer",))


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ('kind = "fact"', 'kind = "feeling"', "kind", "is not one of"),
        ('code = "P01"', 'code = "X1"', "code", "no code of a check"),
        ("[require]\nadult_present = true\n", "", "require", "State what the act must show"),
        ('events = ["interrogation.started"]', 'events = ["tea.served"]', "act.events", "no event type"),
        ("adult_present = true", "adult_preset = true", "require[0].adult_preset", "is no fact"),
        ("adult_present = true", 'adult_present = "yes"', "require[0].adult_present", "is no bool"),
        ("adult_present = true", "in_custody = true", "require[0].in_custody", "Use [while] for custody"),
        ("adult_present = true", 'case_title = "x"', "require[0].case_title", "cannot be tested"),
        ("adult_present = true", "officers = 2", "require[0].officers", "is a column"),
        ("adult_present = true", "place = { at_least = 1 }", "require[0].place", "is a column"),
        ("[require]", "colour = 1\n[require]", "act.colour", "unknown key"),
        ("red = [", "blue = [", "recipients.red", "missing"),
    ],
)
def test_what_is_wrong_is_named_with_its_key(old: str, new: str, key: str, words: str) -> None:
    assert old in FACT
    found = issues_of(FACT.replace(old, new, 1))
    matching = [text for where, text in found.items() if where == key]
    assert matching, found
    assert words in matching[0]


@pytest.mark.parametrize(
    ("kind", "body", "key", "words"),
    [
        ("order", "", "order.after", "name events, or a fact"),
        ("order", 'after = ["rights.notified"]\nfact = "approved_at"', "order.after", "not both"),
        ("order", 'fact = "adult_present"', "order.fact", "no fact that is an instant"),
        ("absent", 'must = ["receipt.issued"]\nwithin = "a day"', "absent.within", "is no length"),
        ("absent", 'must = ["receipt.issued"]\nwithin = "P1D"\nbefore = "P1M"', "absent.before", "counted in days"),
        ("span", 'ends = ["summons.ended"]', "span.at_most", "State at_most, at_least or outside"),
        ("span", 'at_most = "PT1H"', "span.ends", "Name the events that end it"),
        ("span", 'to = "until"\noutside = ["22:00"]', "span.outside", "is no window"),
        ("match", 'with = ["item.lent"]', "match.agree", "Name what must agree"),
        ("match", 'with = ["item.lent"]\nagree = ["colour"]', "match.agree", "neither a column nor a fact"),
        ("count", 'at_most = 1\nof_findings = ["overdue"]', "key", "per unit"),
    ],
)
def test_each_kind_says_what_it_needs(kind: str, body: str, key: str, words: str) -> None:
    text = f'kind = "{kind}"\nkey = "person"\nlevel = "red"\n' + HEAD + '[act]\nevents = ["interrogation.started"]\n'
    found = issues_of(text + f"[{kind}]\n{body}\n")
    assert words in found.get(key, ""), found


def test_a_pair_of_acts_shows_nothing_by_itself() -> None:
    text = FACT.replace('kind = "fact"', 'kind = "overlap"') + "[overlap]\n"
    assert "no meaning for overlap" in issues_of(text)["require"]


def test_lengths_are_days_hours_and_minutes_or_calendar_months() -> None:
    assert parse_length("P1DT2H3M") == Length(us=((24 + 2) * 60 + 3) * 60_000_000)
    assert parse_length("P1Y6M") == Length(months=18)
    assert [parse_length(text) for text in ("P", "PT", "P1DT", "P1M2D", "1D")] == [None] * 5
