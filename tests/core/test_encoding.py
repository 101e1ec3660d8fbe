"""Which events count, in which order, and to which case they belong."""

from collections.abc import Callable
from datetime import UTC, datetime

import polars as pl
import pytest

from tests.core.small import book, rule_text
from tests.story import at, history, judged
from zhunsheng.core import schemas
from zhunsheng.core.compiler import compile_rules
from zhunsheng.core.counted import Counted, counted_events, link_incidents
from zhunsheng.core.encoding import coded, encode, in_fold_order
from zhunsheng.core.judge import judge

RULES = book(rule_text())
STORY = """
    2026-03-02 12:00 P1 work.started id=a
    2026-03-05 12:00 P1 work.done    id=b
"""


def utc(text: str) -> datetime:
    return at(text).astimezone(UTC)


def in_order(events: pl.DataFrame) -> list[str]:
    """Source and id of the events as the fold reads them."""
    compiled = compile_rules(RULES.rules, RULES.vocabulary)
    numbers = coded(events, compiled, RULES.vocabulary, facts=RULES.facts_read)
    encoded = encode(in_fold_order(Counted.all_of(events), numbers, group_by="case"), compiled)
    return events[encoded.rows].select(pl.concat_str("case", "source", "id", separator="/")).to_series().to_list()


def counted(text: str, as_of: str = "2026-04-01", known_at: str | None = None) -> list[str]:
    """Id and version of the events that count."""
    found = counted_events(history(text, RULES), as_of=utc(as_of), known_at=utc(known_at) if known_at else None).events
    return found.select(pl.concat_str("id", pl.lit(" v"), pl.col("version"))).to_series().to_list()


COUNTED = [
    ("one version", "2026-03-02 12:00 P1 work.started id=a", None, ["a v1"]),
    (
        "of several the highest",
        """2026-03-02 12:00 P1 work.started id=a
           2026-03-03 12:00 P1 work.started id=a version=3
           2026-03-04 12:00 P1 work.started id=a version=2""",
        None,
        ["a v3"],
    ),
    (
        "that was recorded by then",
        """2026-03-02 12:00 P1 work.started id=a recorded_at=2026-03-02T12:00
           2026-03-03 12:00 P1 work.started id=a version=2 recorded_at=2026-03-10T12:00""",
        "2026-03-10 11:59",
        ["a v1"],
    ),
    (
        "in the very instant too",
        """2026-03-02 12:00 P1 work.started id=a recorded_at=2026-03-02T12:00
           2026-03-03 12:00 P1 work.started id=a version=2 recorded_at=2026-03-10T12:00""",
        "2026-03-10 12:00",
        ["a v2"],
    ),
    (
        "a void one takes the event away",
        """2026-03-02 12:00 P1 work.started id=a
           2026-03-02 12:00 P1 work.started id=a version=2 void=true
           2026-03-05 12:00 P1 work.done id=b""",
        None,
        ["b v1"],
    ),
    (
        "and a later version brings it back",
        """2026-03-02 12:00 P1 work.started id=a
           2026-03-02 12:00 P1 work.started id=a version=2 void=true
           2026-03-03 12:00 P1 work.started id=a version=3""",
        None,
        ["a v3"],
    ),
    (
        "the same id of another source is another event",
        """2026-03-02 12:00 P1 work.started id=a source=x
           2026-03-03 12:00 P1 work.started id=a source=y version=2""",
        None,
        ["a v1", "a v2"],
    ),
    (
        "a correction beyond the instant of judgement takes the event out of it",
        """2026-03-02 12:00 P1 work.started id=a
           2026-05-02 12:00 P1 work.started id=a version=2""",
        None,
        [],
    ),
]


@pytest.mark.parametrize(("why", "story", "known_at", "expected"), COUNTED, ids=[row[0] for row in COUNTED])
def test_which_version_counts(why: str, story: str, known_at: str | None, expected: list[str]) -> None:
    assert counted(story, known_at=known_at) == expected, why


def test_an_event_at_the_instant_of_judgement_counts_and_a_later_one_does_not() -> None:
    assert counted(STORY, as_of="2026-03-05 12:00") == ["a v1", "b v1"]
    assert counted(STORY, as_of="2026-03-05 11:59") == ["a v1"]


def test_what_does_not_count_is_counted() -> None:
    events = history(
        """
        2026-03-02 12:00 P1 work.started id=a
        2026-03-03 12:00 P1 work.started id=a version=2
        2026-03-04 12:00 P1 work.done id=b recorded_at=2026-03-20T12:00
        2026-03-15 12:00 P1 work.done id=c recorded_at=2026-03-05T12:00
        """,
        RULES,
    )
    found = counted_events(events, as_of=utc("2026-03-10"), known_at=utc("2026-03-10"))
    assert (found.events.height, found.superseded, found.unknown_yet, found.future) == (1, 1, 1, 1)


def test_the_order_is_by_case_instant_source_and_id_never_by_row() -> None:
    events = history(
        """
        2026-03-02 12:00 P1 work.started case=A1 id=9 source=x
        2026-03-02 12:00 P1 note.written case=A1 id=10 source=x
        2026-03-02 12:00 P1 note.written case=A1 id=1 source=y
        2026-03-02 11:59 P1 note.written case=A1 id=2 source=y
        2026-03-02 12:00 P1 note.written case=A2 id=1 source=x
        2026-03-01 12:00 P1 note.written case=A2 id=3 source=x
        """,
        RULES,
    )
    for n in range(6):
        found = in_order(events.sample(fraction=1, shuffle=True, seed=n))
        of_cases = sorted(found, key=lambda name: name[:2])  # the cases stand in any order, each together
        assert of_cases == ["A1/y/2", "A1/x/10", "A1/x/9", "A1/y/1", "A2/x/3", "A2/x/1"]
        assert [name[:2] for name in found] in (["A1"] * 4 + ["A2"] * 2, ["A2"] * 2 + ["A1"] * 4)


def test_an_event_of_an_incident_belongs_to_the_one_case_that_names_it() -> None:
    events = history(
        """
        2026-03-01 12:00 work.started incident=J1
        2026-03-02 12:00 note.written incident=J1 case=A1
        2026-03-03 12:00 note.written incident=J2
        2026-03-04 12:00 note.written incident=J3 case=A1
        2026-03-05 12:00 note.written incident=J3 case=A2
        2026-03-06 12:00 work.done incident=J3
        """,
        RULES,
    )
    linked = link_incidents(events, as_of=utc("2026-04-01")).sort("at")
    assert linked["case"].to_list() == ["A1", "A1", None, "A1", "A2", None]


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (lambda f: f.drop("at"), "events: column 'at' is missing; it should be Datetime"),
        (lambda f: f.cast({"version": pl.Int32}), "events: column 'version' is Int32; it should be Int64."),
        (lambda f: f.with_columns(colour=1), r"events: unknown columns \['colour'\]; remove them."),
    ],
)
def test_a_frame_that_is_no_event_table_is_refused(frame: Callable[[pl.DataFrame], pl.DataFrame], message: str) -> None:
    events = frame(history(STORY, RULES))
    with pytest.raises(schemas.SchemaMismatch, match=message):
        judge(events, RULES, as_of=utc("2026-04-01"))


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no zone; give it one"):
        judge(history(STORY, RULES), RULES, as_of=datetime(2026, 4, 1))  # noqa: DTZ001 (what is refused)


def test_no_events_give_no_clocks() -> None:
    judgement = judge(history("", RULES), RULES, as_of=utc("2026-04-01"), with_steps=True)
    assert (judgement.clocks.schema, judgement.findings.schema) == (schemas.CLOCKS, schemas.FINDINGS)
    assert (judgement.clocks.height, judgement.findings.height, judgement.steps.height) == (0, 0, 0)


def test_each_case_may_have_its_own_instant_of_judgement() -> None:
    events = history("2026-03-02 12:00 P1 work.started case=A1\n2026-03-02 12:00 P1 work.started case=A2 id=b", RULES)
    as_of = {"A1": utc("2026-03-12 12:00"), "A2": utc("2026-03-13 00:00")}
    found = judge(events, RULES, as_of=as_of).findings.filter(kind="overdue")
    assert found["case"].to_list() == ["A2"]


@pytest.mark.parametrize("off", ["draft", "retired"])
def test_a_rule_that_does_not_count_is_not_judged(off: str) -> None:
    rulebook = book(rule_text().replace('"stable"', f'"{off}"'))
    assert judged(history(STORY, rulebook), rulebook).clocks.is_empty()


def test_nor_one_that_is_turned_off() -> None:
    rulebook = book(rule_text().replace("custody  = false", "custody  = false\nenabled  = false"))
    assert judged(history(STORY, rulebook), rulebook).clocks.is_empty()


def test_a_rule_on_trial_is_judged() -> None:
    rulebook = book(rule_text().replace('"stable"', '"trial"'))
    assert judged(history(STORY, rulebook), rulebook).clocks.height == 1
