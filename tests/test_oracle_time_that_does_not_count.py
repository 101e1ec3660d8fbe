"""What the oracle says of pauses, waits and restarts, against answers worked out by hand."""

from tests.oracle.asking import CUSTODY, FAMILY, HANDOVER, HOUSE, ORDER, asked, clock, clocks, findings
from tests.oracle.story import at


def test_overlapping_pauses_count_once() -> None:
    # 5 January + 30 = 4 February; 10 to 28 January are 18 days, not 15 + 15: 22 February, rolled to the 24th
    text = """2026-01-05 case.filed case_kind=administrative public_security=true
              2026-01-10 appraisal.entrusted order=O1
              2026-01-13 appraisal.entrusted order=O2
              2026-01-25 appraisal.opinion_received order=O1
              2026-01-28 appraisal.opinion_received order=O2"""
    found = clock(ORDER, text)
    assert (found.due, found.outer) == (at("2026-02-22 24:00"), at("2026-02-24 24:00"))


def test_an_open_pause_shows_the_due_time_as_if_it_ended_now() -> None:
    text = """2026-01-05 case.filed case_kind=administrative public_security=true
              2026-01-10 appraisal.entrusted order=O1"""
    found = clock(ORDER, text, "2026-06-10 12:00")
    # 4 February + (10 June - 10 January = 151 days) = 5 July
    assert (found.outcome, found.due) == ("paused", at("2026-07-05 24:00"))


def test_the_end_of_another_order_ends_no_pause() -> None:
    text = """2026-01-05 case.filed case_kind=administrative public_security=true
              2026-01-10 appraisal.entrusted order=O1
              2026-01-12 appraisal.opinion_received order=O9"""
    assert clock(ORDER, text).outcome == "paused"


def test_a_pause_does_not_heal_a_breach() -> None:
    text = """2026-03-02 case.filed case_kind=administrative public_security=true
              2026-04-02 appraisal.entrusted order=O1"""
    found = clock(ORDER, text, "2026-04-10 00:00")
    assert (found.outcome, findings(found)[-2:]) == (
        "running",
        ["04-02 00:00 late_pause yellow", "04-02 00:00 overdue red"],
    )


def test_an_extension_while_paused_is_in_time() -> None:
    text = """2026-01-05 case.filed case_kind=administrative public_security=true
              2026-01-10 appraisal.entrusted order=O1
              2026-03-15 case_limit.extended tier=60d
              2026-03-20 appraisal.opinion_received order=O1"""
    # 6 March + (20 March - 10 January = 69 days) = 14 May
    assert clock(ORDER, text).due == at("2026-05-14 24:00")


def test_a_pause_open_before_the_start_counts_from_the_start() -> None:
    text = """2026-01-10 09:00 appraisal.entrusted order=O1
              2026-01-20 09:00 case.filed case_kind=administrative public_security=true
              2026-01-25 09:00 appraisal.opinion_received order=O1"""
    # 19 February + 5 days = 24 February
    assert clock(ORDER, text).due == at("2026-02-24 24:00")


def test_after_some_pauses_the_act_is_due_at_once() -> None:
    text = """2026-03-02 09:00 person.detained person=P1
              2026-03-02 12:00 family_notice.impossible person=P1 reason=unreachable
              2026-03-08 15:00 family_notice.possible person=P1"""
    found = clock(FAMILY, text, "2026-03-08 19:01")
    assert (found.due, found.outer) == (at("2026-03-08 15:00"), at("2026-03-08 19:00"))
    assert findings(found) == [
        "03-08 15:00 approaching blue",
        "03-08 16:00 approaching yellow",
        "03-08 19:00 approaching red",
        "03-08 19:00 overdue red",
    ]


def test_a_pause_whose_reason_is_not_stated_does_not_count_and_is_asked_for() -> None:
    text = """2026-03-02 09:00 person.detained person=P1
              2026-03-02 12:00 family_notice.impossible person=P1"""
    found = clock(FAMILY, text)
    assert (found.outcome, asked(found)) == ("running", ("missing_fact", "s/e02", "reason", False))


def test_a_capped_pause_ends_by_itself_and_grants_a_new_limit() -> None:
    # Paused on 2 March: 60 days end on 1 May 24:00; five working days on: 6, 7, 8, 9 (make-up), 11 May
    text = """2026-02-25 scene.investigated
              2026-03-02 injury.unstable_recorded"""
    found = clock("shape.capped-pause", text, "2026-05-03 00:00")
    assert (found.outcome, found.due) == ("running", at("2026-05-11 24:00"))


def test_a_capped_pause_that_ended_with_the_day_before_the_start_grants_no_new_limit() -> None:
    # 60 days from 2 March end on 1 May 24:00, the scene is of 2 May: ten working days, 6 to 9 (made up), 11 to 15, 18
    text = """2026-03-02 injury.unstable_recorded
              2026-05-02 scene.investigated"""
    found = clock("shape.capped-pause", text, "2026-05-03 00:00")
    assert (found.outcome, found.due) == ("running", at("2026-05-18 24:00"))


def test_what_ends_while_its_limit_stands_still_is_not_late() -> None:
    # A stated end on Sunday the 8th moves by the five working days of the pause to Friday the 13th 23:59; but it was
    # paused until it was closed on the 15th, and no limit passes meanwhile
    text = """2026-03-07 10:00 scene.investigated until=2026-03-08T23:59:00+08:00
              2026-03-07 11:00 injury.unstable_recorded
              2026-03-15 00:00 case.closed"""
    found = clock("shape.paused-working-days", text)
    assert (found.outcome, findings(found)) == ("moot", [])


def test_a_clock_that_waits_has_no_due_time() -> None:
    found = clock(HANDOVER, "2026-09-30 17:20 property.extracted item=G1 remote=true", "2026-12-01 00:00")
    assert (found.outcome, found.due, found.findings) == ("waiting", None, ())


def test_the_awaited_event_opens_a_new_epoch() -> None:
    text = """2026-09-30 17:20 property.extracted item=G1 remote=true
              2026-10-03 09:00 property.brought_back item=G1"""
    first, second = clocks(HANDOVER, text)
    assert (first.outcome, second.epoch, second.due) == ("restarted", 2, at("2026-10-04 09:00"))


def test_an_awaited_event_counts_for_no_clock_that_does_not_wait() -> None:
    text = """2026-09-29 17:20 property.extracted item=G1 remote=false
              2026-09-30 09:00 property.brought_back item=G1"""
    assert clock(HANDOVER, text).due == at("2026-09-30 17:20")


def test_a_restart_past_the_due_time_does_not_heal() -> None:
    text = """2026-01-10 arrest.executed person=P1 identity_unknown=false
              2026-03-11 09:00 new_crime.discovered person=P1"""
    first, second = clocks(CUSTODY, text)
    assert (first.outcome, second.due) == ("late", at("2026-05-11 24:00"))


def test_a_doubt_that_a_restart_takes_over_is_found_when_the_new_clock_begins() -> None:
    """Nobody has said whether public security is meant. Of the second clock nothing is true before it is there."""
    text = """2026-01-05 09:00 case.filed case_kind=administrative
              2026-02-01 09:00 mediation.failed"""
    first, second = clocks(ORDER, text)
    assert findings(first) == ["01-05 09:00 unknown ask"]
    assert findings(second) == ["02-01 09:00 unknown ask"]


def test_an_open_pause_goes_on_after_a_restart() -> None:
    text = """2026-01-10 09:00 arrest.executed person=P1 identity_unknown=false
              2026-02-01 09:00 psychiatric.decided person=P1
              2026-02-05 09:00 new_crime.discovered person=P1
              2026-02-11 09:00 psychiatric.resumed person=P1"""
    first, second = clocks(CUSTODY, text)
    # From 5 February: 5 April + (11 - 5 = 6 days) = 11 April
    assert (first.outcome, second.due) == ("restarted", at("2026-04-11 24:00"))


def test_an_event_may_open_a_clock_where_none_is_open() -> None:
    text = """2026-03-02 09:00 person.detained person=P1
              2026-03-02 20:00 detention_house.admitted person=P1
              2026-03-05 15:00 person.escorted_home person=P1"""
    first, second = clocks(HOUSE, text)
    assert (first.outcome, second.outcome, second.outer) == ("met", "running", at("2026-03-05 19:00"))
