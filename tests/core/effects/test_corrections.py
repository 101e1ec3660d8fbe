"""A correction of each kind of event, recorded just before and just after each level of the due time that it changes.

What was known before it gives the findings of the old story, what is known from then on those of the new; each finding
that appeared, vanished or moved names the correction.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from tests.core.small import book, rule_text
from tests.story import findings_of, history, judged
from zhunsheng.core.changes import finding_changes

RULES = rule_text(
    """
[[extension]]
tier  = "20d"
event = "work.extended"
total = { amount = 20, unit = "days" }
[[pause]]
id   = "illness"
from = "work.paused"
to   = ["work.resumed"]
[[restart]]
event = "work.restarted"
[[restart]]
event      = "paper.arrived"
waits_from = "paper.awaited"
waits_end  = ["paper.withdrawn"]
"""
)


class Correction(NamedTuple):
    """A story in March 2026, day by day at noon, what the event x is corrected to, and the due day before and after.

    No due day: nothing is ever found, because the clock was stopped or excused in time.
    """

    story: str
    corrected: str
    before: int | None
    after: int | None
    excused_before: bool = False


STARTED = "2 work.started\n"
CORRECTIONS = {
    "start, to a later day": Correction("2 work.started id=x", "4 work.started", 12, 14),
    "start, to an earlier day": Correction("4 work.started id=x", "2 work.started", 14, 12),
    "restart": Correction(STARTED + "6 work.restarted id=x", "8 work.restarted", 16, 18),
    "wait": Correction(STARTED + "5 paper.awaited id=x\n8 paper.withdrawn", "6 paper.awaited", 15, 14),
    "wait_end": Correction(STARTED + "5 paper.awaited\n8 paper.withdrawn id=x", "10 paper.withdrawn", 15, 17),
    "pause": Correction(STARTED + "5 work.paused id=x\n8 work.resumed", "6 work.paused", 15, 14),
    "resume": Correction(STARTED + "5 work.paused\n8 work.resumed id=x", "10 work.resumed", 15, 17),
    "extend": Correction(STARTED + "8 work.extended id=x", "8 work.extended void=true", 22, 12),
    "terminate": Correction(STARTED + "5 work.dropped id=x", "5 work.dropped void=true", None, 12),
    "satisfy": Correction(STARTED + "5 work.done id=x", "5 work.done void=true", None, 12),
    "excuse": Correction(STARTED + "5 work.excused id=x", "5 work.excused void=true", 12, 12, excused_before=True),
}
LEVELS = {"blue": -3, "yellow": -2, "red": -1, "overdue": 0}


def in_march(story: str) -> str:
    """`5 work.paused` is what happened to P1 at noon of 5 March."""
    lines = (line.split(" ", 1) for line in story.splitlines())
    return "\n".join(f"2026-03-{int(day):02} 12:00 P1 {rest}" for day, rest in lines)


def crossed(due: int, level: str) -> datetime:
    """When a level of the limit that ends on a day of March is crossed: so many days before its 24:00."""
    end = datetime.combine(date(2026, 3, due + 1), time(), ZoneInfo("Asia/Shanghai"))
    return end + timedelta(days=LEVELS[level])


def levels(due: int | None, as_of: datetime, *, excused: bool) -> list[str]:
    """The levels crossed by an instant, as findings_of writes them."""
    lines = []
    for level in LEVELS if due is not None else ():
        at = crossed(due or 0, level)
        if at <= as_of and not (level == "overdue" and excused):
            kind = "overdue red" if level == "overdue" else f"approaching {level}"
            lines.append(f"P1 {kind} {at:%Y-%m-%d %H:%M} open")
    return lines


@pytest.mark.parametrize("side", [-1, 1], ids=["before", "after"])
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("kind", CORRECTIONS)
def test_a_correction(kind: str, level: str, side: int) -> None:
    correction, rulebook = CORRECTIONS[kind], book(RULES)
    moment = crossed(correction.before or correction.after or 0, level)
    recorded, as_of = moment + side * timedelta(minutes=1), moment + timedelta(hours=1)
    # Given the old story, and the correction recorded a minute before or after the level is crossed
    corrected = f"{in_march(correction.corrected)} id=x version=2 recorded_at={recorded:%Y-%m-%dT%H:%M}"
    events = history(f"{in_march(correction.story)}\n{corrected}", rulebook)
    # When it is judged by what was known the minute before, and by what is known with it
    earlier = recorded - timedelta(minutes=1)
    old = judged(events, rulebook, as_of=as_of.astimezone(UTC), known_at=earlier.astimezone(UTC))
    new = judged(events, rulebook, as_of=as_of.astimezone(UTC), known_at=recorded.astimezone(UTC))
    # Then each shows the levels of its own due time
    assert findings_of(old, rulebook) == levels(correction.before, as_of, excused=correction.excused_before)
    found = [line for line in findings_of(new, rulebook) if "late_known" not in line]
    assert found == levels(correction.after, as_of, excused=False)
    # And what changed names the correction
    changes = finding_changes(old.findings, new.findings, events, known_from=earlier, known_to=recorded)
    assert changes["events"].to_list() == [["story/x"]] * changes.height
    assert changes.is_empty() == (findings_of(old, rulebook) == findings_of(new, rulebook))


def test_a_correction_of_the_correction_finds_the_first_findings_again() -> None:
    rulebook = book(RULES)
    events = history(
        """
        2026-03-02 12:00 P1 work.started id=x
        2026-03-04 12:00 P1 work.started id=x version=2 recorded_at=2026-03-10T12:00
        2026-03-02 12:00 P1 work.started id=x version=3 recorded_at=2026-03-12T12:00
        """,
        rulebook,
    )
    at_first = judged(events, rulebook, as_of="2026-03-12 18:00", known_at="2026-03-09 12:00").findings
    meanwhile = judged(events, rulebook, as_of="2026-03-12 18:00", known_at="2026-03-11 12:00").findings
    at_last = judged(events, rulebook, as_of="2026-03-12 18:00").findings
    assert not meanwhile.equals(at_first)
    assert at_last.equals(at_first)


def test_versions_count_by_number_not_by_the_order_in_which_they_came() -> None:
    rulebook = book(RULES)
    events = history(
        """
        2026-03-02 12:00 P1 work.started id=x
        2026-03-05 12:00 P1 work.started id=x version=3 recorded_at=2026-03-06T12:00
        2026-03-04 12:00 P1 work.started id=x version=2 recorded_at=2026-03-07T12:00
        """,
        rulebook,
    )
    start = judged(events, rulebook, as_of="2026-03-08 12:00").clocks["start"].item()
    assert start == datetime(2026, 3, 5, 4, tzinfo=UTC)


def test_a_start_that_was_recorded_only_after_its_limit_is_found_when_it_is_learned_of() -> None:
    # Given ten days from 2 March, and a start that was entered on the 20th
    rulebook = book(RULES)
    events = history("2026-03-02 12:00 P1 work.started recorded_at=2026-03-20T09:30", rulebook)
    # Then it is overdue since the 13th, and known as such since the 20th
    found = findings_of(judged(events, rulebook, as_of="2026-03-21 12:00"), rulebook)
    assert found[-2:] == ["P1 overdue red 2026-03-13 00:00 open", "P1 late_known red 2026-03-20 09:30 open"]


def test_a_start_recorded_in_time_is_not() -> None:
    rulebook = book(RULES)
    events = history("2026-03-02 12:00 P1 work.started recorded_at=2026-03-13T00:00", rulebook)
    found = findings_of(judged(events, rulebook, as_of="2026-03-21 12:00"), rulebook)
    assert not any("late_known" in line for line in found)


def test_a_link_that_was_recorded_later_is_not_known_earlier() -> None:
    """On the fifth a case names the incident; on the third nobody could know."""
    rulebook = book(rule_text())
    events = history(
        "2026-03-02 12:00 P1 work.started incident=J1\n2026-03-05 12:00 note.written case=A1 incident=J1", rulebook
    )
    before = judged(events, rulebook, as_of="2026-03-06", known_at="2026-03-03")
    after = judged(events, rulebook, as_of="2026-03-06", known_at="2026-03-06")
    assert before.clocks.select("case", "incident").rows() == [(None, "J1")]
    assert after.clocks.select("case", "incident").rows() == [("A1", None)]
    assert (before.counted.unknown_yet, after.counted.unknown_yet) == (1, 0)
