"""What the oracle says of stops, warnings and extensions, against answers worked out by hand."""

from tests.oracle.asking import CUSTODY, FILING, ORDER, REQUEST, SUMMONS, asked, clock, findings
from tests.oracle.story import at


def test_warnings_count_back_from_the_strict_due_time_and_the_breach_is_at_the_outer_one() -> None:
    # Accepted Wednesday 2 November: three days end on Saturday the 5th 24:00, rolled to Monday the 7th 24:00
    found = clock(FILING, "2022-11-02 16:48 case.accepted case_kind=criminal", "2022-11-08 00:00")
    assert findings(found) == [
        "11-04 00:00 approaching blue",
        "11-05 00:00 approaching yellow",
        "11-05 12:00 approaching red",
        "11-08 00:00 overdue red",
    ]
    assert found.outcome == "running"


def test_at_24_00_a_day_limit_is_past_and_a_minute_before_it_is_kept() -> None:
    accepted = "2022-11-02 16:48 case.accepted case_kind=criminal\n"
    assert clock(FILING, accepted + "2022-11-07 23:59 case.filed").outcome == "met"
    late = clock(FILING, accepted + "2022-11-08 00:00 case.filed")
    assert late.outcome == "late"
    assert findings(late)[-2:] == ["11-08 00:00 late red", "11-08 00:00 overdue red"]


def test_a_limit_in_hours_includes_its_last_minute() -> None:
    detained = "2026-03-02 20:10 person.arrived person=P1 visit=V1 case_kind=criminal\n"
    assert clock(SUMMONS, detained + "2026-03-03 08:10 summons.ended visit=V1").outcome == "met"
    assert clock(SUMMONS, detained + "2026-03-03 08:11 summons.ended visit=V1").outcome == "late"
    assert "overdue red" not in str(findings(clock(SUMMONS, detained, "2026-03-03 08:10")))
    assert findings(clock(SUMMONS, detained, "2026-03-03 08:11"))[-1] == "03-03 08:10 overdue red"


def test_a_warning_that_fell_due_after_the_stop_never_existed() -> None:
    text = """2022-11-02 16:48 case.accepted case_kind=criminal
              2022-11-05 11:00 case.filed"""
    assert findings(clock(FILING, text)) == ["11-04 00:00 approaching blue", "11-05 00:00 approaching yellow"]


def test_warnings_are_clipped_to_the_start() -> None:
    # Due 20 January 24:00: fifteen days before is 6 January, before the arrest; seven days before is the 13th 24:00
    text = "2026-01-10 arrest.executed person=P1 identity_unknown=false until=2026-01-20"
    assert findings(clock(CUSTODY, text, "2026-01-15 00:00")) == [
        "01-10 00:00 approaching blue",
        "01-14 00:00 approaching yellow",
    ]


def test_a_share_of_the_limit_is_rounded_down_to_the_minute() -> None:
    # 24 hours from 10:00: half is 22:00, three quarters 04:00, nine tenths 07:36
    text = "2026-03-02 10:00 appraisal.entrusted order=O1 appraisal=injury complex=false"
    assert findings(clock("shape.choice", text, "2026-03-03 10:00")) == [
        "03-02 22:00 approaching blue",
        "03-03 04:00 approaching yellow",
        "03-03 07:36 approaching red",
    ]


def test_met_and_moot_in_one_instant_is_moot() -> None:
    text = """2022-11-02 16:48 case.accepted case_kind=criminal
              2022-11-03 10:00 case.filed
              2022-11-03 10:00 case.transferred"""
    assert clock(FILING, text).outcome == "moot"


def test_accepted_and_filed_in_the_same_minute_is_met() -> None:
    text = """2022-11-02 16:48 case.filed
              2022-11-02 16:48 case.accepted case_kind=criminal"""
    assert (clock(FILING, text).outcome, clock(FILING, text).question) == ("met", None)


def test_an_excuse_recorded_in_time_excuses_what_comes_after_it() -> None:
    text = """2026-03-02 case.filed case_kind=administrative public_security=true
              2026-03-30 case.offender_absent_recorded"""
    # 1 April 24:00 is a working day's end
    found = clock(ORDER, text, "2026-05-01 00:00")
    assert found.outcome == "excused"
    assert "overdue red" not in str(findings(found))
    late = text.replace("2026-03-30", "2026-04-02")
    assert findings(clock(ORDER, late, "2026-05-01 00:00"))[-1] == "04-02 00:00 overdue red"


def test_a_right_past_its_time_has_lapsed_and_is_never_overdue() -> None:
    text = "2025-08-31 property.frozen item=G1 major=false"
    found = clock("shape.lapse", text, "2026-03-01 00:00")
    assert (found.outcome, found.due) == ("lapsed", at("2026-02-28 24:00"))
    assert findings(found)[-1] == "03-01 00:00 lapsed blue"


def test_a_renewal_goes_on_from_the_due_time_in_force() -> None:
    # 31 August + 6 months = 28 February (clipped); + 6 months = 28 August, not 31
    text = """2025-08-31 property.frozen item=G1 major=false
              2026-02-20 freeze.renewed item=G1 tier=6m"""
    assert clock("shape.lapse", text).due == at("2026-08-28 24:00")


def test_a_renewal_may_be_granted_again() -> None:
    text = """2025-08-31 property.frozen item=G1 major=false
              2026-02-20 freeze.renewed item=G1
              2026-08-20 freeze.renewed item=G1"""
    assert clock("shape.lapse", text).due == at("2027-02-28 24:00")


def test_a_fact_of_the_start_grants_a_tier_and_a_missing_one_is_asked_for() -> None:
    assert clock("shape.lapse", "2025-08-31 property.frozen item=G1 major=true").due == at("2026-08-31 24:00")
    found = clock("shape.lapse", "2025-08-31 property.frozen item=G1")
    assert (found.due, asked(found)) == (at("2026-02-28 24:00"), ("missing_fact", "s/e01", "major", False))
    assert found.outcome == "running"


def test_a_late_extension_moves_nothing() -> None:
    text = """2026-03-02 09:00 case.accepted case_kind=criminal
              2026-03-06 00:00 filing_review.extended tier=7d"""
    found = clock(FILING, text)
    assert found.outer == at("2026-03-05 24:00")
    assert findings(found)[-2:] == ["03-06 00:00 late_extension yellow", "03-06 00:00 overdue red"]


def test_an_extension_a_minute_before_the_outer_due_time_counts() -> None:
    text = """2026-03-02 09:00 case.accepted case_kind=criminal
              2026-03-05 23:59 filing_review.extended tier=7d"""
    assert clock(FILING, text).due == at("2026-03-09 24:00")


def test_a_tier_that_needs_another_first_is_out_of_order() -> None:
    text = """2025-11-30 arrest.executed person=P1 identity_unknown=false
              2026-01-23 custody.extension_approved person=P1 tier=158"""
    found = clock(CUSTODY, text)
    assert (found.due, findings(found)[-1]) == (at("2026-01-30 24:00"), "01-23 00:00 extension_out_of_order yellow")


def test_several_tiers_and_none_named_grants_none_and_asks() -> None:
    text = """2026-03-02 09:00 case.accepted case_kind=criminal
              2026-03-04 09:00 filing_review.extended"""
    found = clock(FILING, text)
    assert (found.due, asked(found)) == (at("2026-03-05 24:00"), ("missing_tier", "s/e02", "tier", False))
    assert (found.outcome, findings(found)[-1]) == ("running", "03-04 09:00 unknown ask")


def test_a_smaller_tier_after_a_larger_one_moves_nothing() -> None:
    text = """2026-03-02 09:00 case.accepted case_kind=criminal
              2026-03-04 09:00 filing_review.extended tier=30d
              2026-03-10 09:00 filing_review.extended tier=7d"""
    assert clock(FILING, text).due == at("2026-04-01 24:00")


def test_an_extension_without_its_number_leaves_the_outcome_unknown() -> None:
    text = """2026-01-29 10:00 person.detained person=P1
              2026-01-31 09:00 detention.extended person=P1 tier=7d"""
    found = clock(REQUEST, text, "2026-02-03 00:00")
    assert (found.outcome, asked(found)) == ("unknown", ("missing_fact", "s/e02", "days", True))
    assert found.due == at("2026-02-01 10:00")
    assert [line.split(" ", 2)[2] for line in findings(found)] == [
        "approaching blue",
        "unknown ask",
        "approaching yellow",
        "approaching red",
    ]


def test_days_granted_are_capped_by_the_tier() -> None:
    text = """2026-03-10 11:00 person.detained person=P1
              2026-03-12 09:00 detention.extended person=P1 tier=7d days=10"""
    assert clock(REQUEST, text).due == at("2026-03-17 11:00")


def test_an_end_that_a_document_states_caps_both_readings() -> None:
    text = """2026-01-10 arrest.executed person=P1 identity_unknown=false
              2026-03-01 custody.extension_approved person=P1 tier=156 until=2026-03-31"""
    found = clock(CUSTODY, text)
    assert (found.due, found.outer) == (at("2026-03-31 24:00"), at("2026-03-31 24:00"))


def test_a_pause_after_it_was_stated_moves_a_stated_end() -> None:
    text = """2026-01-10 arrest.executed person=P1 identity_unknown=false until=2026-03-05
              2026-02-01 psychiatric.decided person=P1
              2026-02-11 psychiatric.resumed person=P1"""
    # 10 March + 10 days = 20 March; the stated 5 March + 10 days = 15 March is earlier
    assert clock(CUSTODY, text).due == at("2026-03-15 24:00")


def test_an_end_before_the_start_is_a_contradiction() -> None:
    found = clock(CUSTODY, "2026-01-10 arrest.executed person=P1 identity_unknown=false until=2026-01-05")
    assert (found.outcome, asked(found)) == ("unknown", ("until_before_start", "s/e01", "until", True))
    assert found.due == at("2026-03-10 24:00")


def test_only_the_document_gives_a_due_time() -> None:
    text = "2026-03-02 appraisal.contract_effective order=O1"
    assert clock("shape.by-document", text + " until=2026-04-10").due == at("2026-04-10 24:00")
    found = clock("shape.by-document", text)
    assert (found.due, asked(found)) == (None, ("missing_fact", "s/e01", "until", True))
