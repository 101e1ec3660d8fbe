"""The closed lists: what is read, and what is refused with file, key and remedy."""

import pytest

from tests.story import law
from zhunsheng.core.vocabulary import EventType, Fact, VocabularyRefused, parse_vocabulary

HEAD = 'zone = "Asia/Shanghai"\n'


def test_what_a_vocabulary_says() -> None:
    vocabulary = parse_vocabulary(
        HEAD
        + """
        [custody]
        fact  = "held"
        takes = ["person.held"]
        ends  = ["person.freed"]
        [roles.officer]
        title = "办案人"
        [channels.sms]
        title = "短信"
        [facts.held]
        type = "bool"
        of   = "person"
        [facts.kind]
        title  = "类别"
        type   = "enum"
        values = ["criminal", "administrative"]
        of     = "case"
        dated  = true
        [events."person.held"]
        title  = "拘留"
        facts  = ["kind"]
        states = { kind = "criminal" }
        [events."person.freed"]
        """
    )
    assert vocabulary.zone == "Asia/Shanghai"
    assert vocabulary.facts["held"] == Fact("held", "held", "bool", "person")
    assert vocabulary.facts["kind"] == Fact("kind", "类别", "enum", "case", ("criminal", "administrative"), dated=True)
    assert vocabulary.event_types["person.held"] == EventType("person.held", "拘留", ("kind",), {"kind": "criminal"})
    assert (vocabulary.custody_takes, vocabulary.custody_ends) == (("person.held",), ("person.freed",))
    assert vocabulary.custody_fact == "held"
    assert (vocabulary.roles, vocabulary.channels) == ({"officer": "办案人"}, {"sms": "短信"})


@pytest.mark.parametrize(
    ("text", "issue"),
    [
        ("", 'vocabulary.toml: zone: missing. State the time zone, for example zone = "Asia/Shanghai".'),
        (
            HEAD + '[facts.a]\ntype = "bool"\ncolour = 1',
            "vocabulary.toml: facts.a.colour: unknown key. "
            "Use dated, derived, note, of, title, title_en, type, unit, values.",
        ),
        (
            HEAD + '[facts.a]\ntype = "number"',
            "vocabulary.toml: facts.a.type: 'number' is no type. Use bool, integer, enum, set, instant, text.",
        ),
        (
            HEAD + "[facts.a]",
            "vocabulary.toml: facts.a.type: None is no type. Use bool, integer, enum, set, instant, text.",
        ),
        (
            HEAD + '[facts.a]\ntype = "bool"\nof = "world"',
            "vocabulary.toml: facts.a.of: 'world' owns no facts. Use event, person, case.",
        ),
        (
            HEAD + '[facts.a]\ntype = "enum"',
            "vocabulary.toml: facts.a.values: missing. List what an enum may be.",
        ),
        (HEAD + '[facts.a]\ntype = "set"', "vocabulary.toml: facts.a.values: missing. List what an set may be."),
        (
            HEAD + '[events."a.b"]\ncolour = 1',
            "vocabulary.toml: events.a.b.colour: unknown key. Use facts, note, states, subject, title, title_en.",
        ),
        (
            HEAD + '[events."a.b"]\nfacts = ["c"]',
            "vocabulary.toml: events.a.b: 'c' is no fact. Declare it under [facts].",
        ),
        (
            HEAD + '[events."a.b"]\nstates = { c = true }',
            "vocabulary.toml: events.a.b: 'c' is no fact. Declare it under [facts].",
        ),
        (
            HEAD + '[custody]\ntakes = ["a.b"]',
            "vocabulary.toml: custody.takes: 'a.b' is no event type. Name one of [events].",
        ),
        (
            HEAD + '[custody]\nends = ["a.b"]',
            "vocabulary.toml: custody.ends: 'a.b' is no event type. Name one of [events].",
        ),
    ],
)
def test_what_is_refused(text: str, issue: str) -> None:
    with pytest.raises(VocabularyRefused) as refused:
        parse_vocabulary(text)
    assert refused.value.issues == [issue]


def test_every_issue_is_told_at_once() -> None:
    with pytest.raises(VocabularyRefused) as refused:
        parse_vocabulary(
            '[facts.a]\ntype = "number"\nof = "world"\n[custody]\ntakes = ["a.b"]', path="book/vocabulary.toml"
        )
    assert len(refused.value.issues) == 4
    assert all(issue.startswith("book/vocabulary.toml: ") for issue in refused.value.issues)
    assert str(refused.value).splitlines() == refused.value.issues


def test_the_shipped_vocabulary_has_the_titles_that_people_see() -> None:
    vocabulary = law().vocabulary
    assert all(event.title != event.id for event in vocabulary.event_types.values())
    assert all(fact.title != fact.id for fact in vocabulary.facts.values())
    assert {"case_officer", "unit_head", "legal_officer"} <= vocabulary.roles.keys()
    assert {"inbox", "sms"} <= vocabulary.channels.keys()


def test_a_shipped_event_type_lists_only_facts_of_its_own() -> None:
    # Facts of the case or of a person may be stated on any event, so that a type need not list them.
    vocabulary = law().vocabulary
    listed = {fact for event in vocabulary.event_types.values() for fact in event.facts}
    assert {vocabulary.facts[fact].of for fact in listed} == {"event"}
