"""What each kind of check says of a case, and what corrections, knowledge and order of arrival do to it."""

import random
from datetime import timedelta

import polars as pl
import pytest

from tests.core.checks.small import BOOK, event, judged, local, moment, said
from zhunsheng.core import schemas
from zhunsheng.core.findings import finding_keys
from zhunsheng.core.judge import judge
from zhunsheng.core.story import events_of

TWO_OFFICERS = """
[act]
events = ["interrogation.started"]
[require]
officers = { at_least = 2 }
"""
RECEIPT = """
[act]
events = ["case.accepted"]
[absent]
must = ["receipt.issued"]
within = "PT24H"
"""
TOLD_FIRST = """
[act]
events = ["interrogation.started"]
[order]
after = ["rights.notified"]
"""
AT_ONCE = """
[act]
events = ["interrogation.started"]
[overlap]
longest = "PT2H"
"""
ONCE_A_MONTH = """
[act]
events = ["summons.ended"]
[count]
at_most = 1
within = "P30D"
"""


def test_two_violations_are_two_findings_with_keys_of_their_own() -> None:
    # Given two interrogations by one officer each
    rows = [event(f"03-0{n} 09:00", "interrogation.started", officers=["J1"]) for n in (2, 3)]
    judgement = judged(TWO_OFFICERS, rows)
    # Then each is a finding that rests on its own event
    assert judgement.findings["events"].to_list() == [["story/0000"], ["story/0001"]]
    assert finding_keys(judgement.findings).n_unique() == 2


def test_a_key_says_neither_when_we_looked_nor_when_it_was_found() -> None:
    rows = [event("03-02 09:00", "case.accepted", person=None)]
    early, late = (judged(RECEIPT, rows, as_of=day, key="case").findings for day in ("03-05 00:00", "06-05 00:00"))
    assert finding_keys(early).to_list() == finding_keys(late).to_list()


def test_the_level_is_part_of_the_key() -> None:
    rows = [event("03-02 09:00", "interrogation.started", officers=["J1"])]
    red, yellow = (judged(TWO_OFFICERS, rows, level=level).findings for level in ("red", "yellow"))
    assert finding_keys(red).to_list() != finding_keys(yellow).to_list()


def test_what_is_inferred_asks_and_finds_nothing() -> None:
    rows = [event("03-02 09:00", "interrogation.started", officers=["J1"])]
    assert said(judged(TWO_OFFICERS, rows, level="ask")) == ["P1 unknown inferred"]


def test_a_voided_act_is_no_violation() -> None:
    act = event("03-02 09:00", "interrogation.started", officers=["J1"], id="a")
    void = act | {"version": 2, "void": True, "recorded_at": moment("03-05 09:00")}
    assert said(judged(TWO_OFFICERS, [act, void])) == []
    # and was one as far as was known on 4 March
    assert said(judged(TWO_OFFICERS, [act, void], known_at="03-04 00:00")) == ["P1 broken"]


def test_a_correction_that_names_the_second_officer_takes_the_finding_away() -> None:
    act = event("03-02 09:00", "interrogation.started", officers=["J1"], id="a")
    mended = act | {"version": 2, "officers": ["J1", "J2"], "recorded_at": moment("03-05 09:00")}
    assert said(judged(TWO_OFFICERS, [act, mended])) == []


def test_what_lies_beyond_the_instant_of_judgement_is_not_judged() -> None:
    act = event("03-02 09:00", "interrogation.started", officers=["J1"])
    assert said(judged(TWO_OFFICERS, [act], as_of="03-02 08:59")) == []
    assert said(judged(TWO_OFFICERS, [act], as_of="03-02 09:00")) == ["P1 broken"]


def test_a_thing_absent_is_not_missed_before_its_time() -> None:
    rows = [event("03-02 09:00", "case.accepted", person=None)]
    assert said(judged(RECEIPT, rows, as_of="03-03 09:00", key="case")) == []
    assert said(judged(RECEIPT, rows, as_of="03-03 09:01", key="case")) == ["case broken"]


def test_a_receipt_that_is_still_to_come_does_not_close_the_finding() -> None:
    # Judged on the 4th, as if the receipt of the 5th had been written ahead
    rows = [event("03-02 09:00", "case.accepted", person=None), event("03-05 09:00", "receipt.issued", person=None)]
    assert judged(RECEIPT, rows, as_of="03-04 00:00", key="case").verdicts["closed_at"].to_list() == [None]
    later = judged(RECEIPT, rows, as_of="03-06 00:00", key="case")
    assert local(later.verdicts["closed_at"]) == ["03-05 09:00"]


def test_a_bare_date_in_a_window_of_the_same_day_is_neither_pass_nor_breach() -> None:
    body = RECEIPT.replace("PT24H", "PT1H")
    rows = [event("03-02 09:00", "case.accepted", person=None), event("03-02", "receipt.issued", person=None)]
    assert said(judged(body, rows, key="case")) == ["case unknown no_hour"]


def test_what_was_done_today_at_an_hour_not_stated_is_found_today() -> None:
    # Whoever interrogated alone on the 2nd did so at whatever hour it was: at noon there is nothing to ask
    rows = [event("03-02", "interrogation.started", officers=["J1"])]
    judgement = judged(TWO_OFFICERS, rows, as_of="03-02 12:00")
    assert said(judgement) == ["P1 broken"]
    assert local(judgement.verdicts["found_at"]) == ["03-02 00:00"]


def test_a_notice_to_nobody_in_particular_reaches_everybody_of_its_case_only() -> None:
    rows = [
        event("03-02 08:00", "rights.notified", case="C1", person=None),
        event("03-02 09:00", "interrogation.started", case="C1"),
        event("03-02 09:00", "interrogation.started", case="C2", person="P2"),
    ]
    assert said(judged(TOLD_FIRST, rows)) == ["P2 broken"]


@pytest.mark.parametrize(
    ("second", "found"),
    [("03-02 10:59", ["P1 broken"]), ("03-02 11:00", []), ("03-02 09:00", ["P1 broken"])],
    ids=["a minute in common", "ends that touch", "begun together"],
)
def test_acts_overlap_where_they_share_an_instant(second: str, found: list[str]) -> None:
    rows = [
        event("03-02 09:00", "interrogation.started", until=moment("03-02 11:00")),
        event(second, "interrogation.started", until=moment("03-02 12:00")),
    ]
    assert said(judged(AT_ONCE, rows)) == found


def test_an_act_inside_a_long_one_is_found_behind_a_short_one() -> None:
    # The long one is met by both others, which do not meet each other
    rows = [
        event("03-02 09:00", "interrogation.started", until=moment("03-02 18:00"), id="long"),
        event("03-02 10:00", "interrogation.started", until=moment("03-02 11:00"), id="short"),
        event("03-02 15:00", "interrogation.started", until=moment("03-02 16:00"), id="late"),
    ]
    pairs = judged(AT_ONCE, rows).verdicts["events"].to_list()
    assert sorted(pairs) == [["story/late", "story/long"], ["story/long", "story/short"]]


def test_an_act_without_end_is_in_progress_at_its_beginning() -> None:
    rows = [
        event("03-02 09:00", "interrogation.started", until=moment("03-02 11:00")),
        event("03-02 10:00", "interrogation.started"),
    ]
    assert said(judged(AT_ONCE, rows)) == ["P1 broken"]
    # the other way round it may have ended before
    rows = [
        event("03-02 09:00", "interrogation.started"),
        event("03-02 10:00", "interrogation.started", until=moment("03-02 11:00")),
    ]
    assert said(judged(AT_ONCE, rows)) == ["P1 unknown no_end"]


def test_a_window_is_open_at_its_beginning() -> None:
    rows = [event("03-02 09:00", "summons.ended"), event("04-01 09:00", "summons.ended")]
    assert said(judged(ONCE_A_MONTH, rows)) == []
    rows = [event("03-02 09:01", "summons.ended"), event("04-01 09:00", "summons.ended")]
    assert said(judged(ONCE_A_MONTH, rows)) == ["P1 broken"]


def test_a_person_is_counted_across_cases_and_all_of_them_are_named() -> None:
    rows = [event("03-02 09:00", "summons.ended", case="C1"), event("03-09 09:00", "summons.ended", case="C2")]
    row = judged(ONCE_A_MONTH, rows).findings.row(0, named=True)
    assert (row["case"], row["cases"], row["subject"], row["epoch"]) == ("C2", ["C1", "C2"], "P1", None)


def test_an_item_of_the_same_number_in_another_case_is_another_item() -> None:
    body = """
[act]
events = ["property.frozen"]
[count]
at_most = 1
"""
    rows = [event("03-02 09:00", "property.frozen", case=case, item="1", person=None) for case in ("C1", "C2")]
    assert said(judged(body, rows, key="item")) == []


def test_order_of_arrival_changes_nothing() -> None:
    rows = [event(f"03-{2 + n // 4:02} {9 + n % 4:02}:00", "summons.ended", case=f"C{n % 3}") for n in range(24)]
    events = events_of(rows, BOOK.vocabulary)
    as_of = moment("12-31 00:00")
    once = judge(events, BOOK, as_of=as_of)
    shuffled = events[random.Random(4).sample(range(events.height), events.height)]
    again = judge(shuffled, BOOK, as_of=as_of)
    assert once.verdicts.equals(again.verdicts)
    assert once.verdicts.height > 0


def test_an_empty_log_says_nothing() -> None:
    judgement = judge(pl.DataFrame(schema=schemas.EVENTS), BOOK, as_of=moment("12-31 00:00"))
    assert (judgement.verdicts.height, judgement.verdicts.schema) == (0, schemas.VERDICTS)


def test_every_case_may_be_judged_at_its_own_instant() -> None:
    rows = [
        event("03-02 09:00", "case.accepted", case=case, person=None, has_complainant=True) for case in ("C1", "C2")
    ]
    events = events_of(rows, BOOK.vocabulary)
    as_of = {"C1": moment("03-03 09:00"), "C2": moment("03-03 09:01")}
    found = judge(events, BOOK, as_of=as_of).verdicts.filter(rule="intake.receipt")
    assert found["subject"].to_list() == ["C2"]


def test_findings_of_checks_stand_beside_those_of_clocks() -> None:
    rows = [event("03-02 09:00", "person.detained", identity_unknown=False)]
    judgement = judge(events_of(rows, BOOK.vocabulary), BOOK, as_of=moment("04-30 00:00"))
    assert judgement.findings.schema == schemas.FINDINGS
    assert judgement.findings["rule"].is_sorted()
    of_check = judgement.findings["events"].is_not_null()
    assert judgement.findings.filter(of_check).height == judgement.verdicts.height > 0
    assert (judgement.findings.filter(~of_check)["epoch"] == 1).all()
    assert judgement.findings["found_at"].max() <= moment("04-30 00:00") + timedelta(0)  # type: ignore[operator]
