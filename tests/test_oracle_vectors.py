"""The core limits against due times worked out by hand from the articles and the calendar."""

import pytest

from tests.oracle.asking import clocks
from tests.oracle.judge import Verdict
from tests.oracle.story import at


def last_clock(rule: str, text: str) -> Verdict:
    """The clock of the highest epoch, judged at its last event."""
    return max(clocks(rule, text), key=lambda v: v.epoch)


STRICT = [
    (
        "V003 a leap day is a day",
        "criminal.detention.first-interrogation",
        "2024-02-28 23:30 person.detained person=P1",
        "2024-02-29 23:30",
    ),
    (
        "V005 Spring Festival does not move hours",
        "criminal.detention.notify-family",
        "2026-02-16 22:00 person.detained person=P1",
        "2026-02-17 22:00",
    ),
    (
        "V006 over the change of year",
        "criminal.detention.transfer-to-detention-house",
        "2025-12-31 15:40 person.detained person=P1",
        "2026-01-01 15:40",
    ),
    (
        "V010 24 hours in all, not 12 more",
        "criminal.summons.duration",
        """2026-03-02 20:10 person.arrived person=P1 visit=V1 case_kind=criminal
           2026-03-03 07:00 summons.extended person=P1 visit=V1""",
        "2026-03-03 20:10",
    ),
    (
        "V012 the 12-hour tier",
        "admin.summons.questioning",
        """2026-01-05 21:30 person.arrived visit=V1 case_kind=administrative public_security=true
           2026-01-06 05:00 questioning.extended visit=V1 tier=12h""",
        "2026-01-06 09:30",
    ),
    (
        "V013 the 24-hour tier",
        "admin.summons.questioning",
        """2026-01-05 21:30 person.arrived visit=V1 case_kind=administrative public_security=true
           2026-01-06 05:00 questioning.extended visit=V1 tier=24h""",
        "2026-01-06 21:30",
    ),
    (
        "V014 the text of 2012 has no 12-hour tier, and the arrival decides which text",
        "admin.summons.questioning",
        """2025-12-31 21:30 person.arrived visit=V1 case_kind=administrative public_security=true
           2026-01-01 05:00 questioning.extended visit=V1 tier=12h""",
        "2026-01-01 05:30",
    ),
    (
        "V020 fetched far away: 24 hours from the return",
        "property.handover",
        """2026-09-30 17:20 property.extracted item=G1 remote=true
           2026-10-03 09:00 property.brought_back item=G1""",
        "2026-10-04 09:00",
    ),
    (
        "V021 urgent examination: 24 hours from its end",
        "property.handover",
        """2026-05-06 10:00 property.extracted item=G1 remote=false
           2026-05-06 11:00 property.urgent_exam_approved item=G1
           2026-05-07 08:00 property.urgent_exam_finished item=G1""",
        "2026-05-08 08:00",
    ),
    (
        "V028 seven full days from the detention",
        "criminal.detention.request-arrest",
        """2026-01-29 10:00 person.detained person=P1
           2026-02-01 09:00 detention.extended person=P1 tier=7d days=4""",
        "2026-02-05 10:00",
    ),
    (
        "V035 the document grants two days",
        "criminal.detention.request-arrest",
        """2026-03-10 11:00 person.detained person=P1
           2026-03-13 09:00 detention.extended person=P1 tier=7d days=2""",
        "2026-03-15 11:00",
    ),
    (
        "V038 in custody New Year's day is not skipped",
        "criminal.arrest.procuratorate-review",
        "2026-02-10 15:00 arrest.requested person=P1 in_custody=true",
        "2026-02-17 24:00",
    ),
    (
        "V042 the same-numbered day",
        "criminal.custody.investigation",
        "2026-01-15 arrest.executed person=P1",
        "2026-03-15 24:00",
    ),
    (
        "V047 30 June to 30 August",
        "criminal.custody.investigation",
        "2026-06-30 arrest.executed person=P1",
        "2026-08-30 24:00",
    ),
    (
        "V050 three months from the arrest, no 30 February",
        "criminal.custody.investigation",
        """2025-11-30 arrest.executed person=P1
           2026-01-23 custody.extension_approved person=P1 tier=156""",
        "2026-02-28 24:00",
    ),
    (
        "V051 five months from the arrest, not two from 28 February",
        "criminal.custody.investigation",
        """2025-11-30 arrest.executed person=P1
           2026-01-23 custody.extension_approved person=P1 tier=156
           2026-02-20 custody.extension_approved person=P1 tier=158""",
        "2026-04-30 24:00",
    ),
    (
        "V052 seven months from the arrest",
        "criminal.custody.investigation",
        """2025-11-30 arrest.executed person=P1
           2026-01-23 custody.extension_approved person=P1 tier=156
           2026-02-20 custody.extension_approved person=P1 tier=158
           2026-04-22 custody.extension_approved person=P1 tier=159""",
        "2026-06-30 24:00",
    ),
    (
        "V053 10 March and twenty days of appraisal",
        "criminal.custody.investigation",
        """2026-01-10 arrest.executed person=P1 identity_unknown=false
           2026-02-01 psychiatric.decided person=P1
           2026-02-21 psychiatric.resumed person=P1""",
        "2026-03-30 24:00",
    ),
    (
        "V055 unknown identity: from the day it is known",
        "criminal.custody.investigation",
        """2026-01-10 arrest.executed person=P1 identity_unknown=true
           2026-01-25 identity.established person=P1""",
        "2026-03-25 24:00",
    ),
    (
        "V061 another organ's own twelve months",
        "criminal.bail.term",
        """2025-06-10 measure.bail person=P1
           2026-03-02 bail.taken_over person=P1""",
        "2027-03-02 24:00",
    ),
    (
        "V063 no 31 September",
        "criminal.surveillance.term",
        "2026-03-31 measure.surveillance person=P1",
        "2026-09-30 24:00",
    ),
]

OUTER = [
    (
        "V002 the starting hour is not counted: from 11:00",
        "criminal.detention.transfer-to-detention-house",
        "2026-01-29 10:20 person.detained person=P1",
        "2026-01-30 11:00",
    ),
    (
        "V027 29 January excluded: 30, 31, 1; a Sunday lengthens no custody",
        "criminal.detention.request-arrest",
        "2026-01-29 10:00 person.detained person=P1",
        "2026-02-01 24:00",
    ),
    (
        "V048 last day to last day",
        "criminal.custody.investigation",
        "2026-06-30 arrest.executed person=P1",
        "2026-08-31 24:00",
    ),
    (
        "V065 Saturday 5 November moves to Monday",
        "criminal.intake.filing-decision",
        "2022-11-02 16:48 case.accepted case_kind=criminal",
        "2022-11-07 24:00",
    ),
    (
        "V069 thirty days from the acceptance: 15 February moves past the Spring Festival",
        "criminal.intake.filing-decision",
        """2026-01-16 case.accepted case_kind=criminal
           2026-01-19 filing_review.extended tier=7d
           2026-01-22 filing_review.extended tier=30d""",
        "2026-02-24 24:00",
    ),
    (
        "V070 3 October moves past National Day",
        "criminal.intake.filing-decision",
        """2025-09-26 case.accepted case_kind=criminal
           2025-09-28 filing_review.extended tier=7d""",
        "2025-10-09 24:00",
    ),
    (
        "V079 ninety days: 5 April moves past Qingming",
        "admin.case.public-security",
        """2026-01-05 case.filed case_kind=administrative public_security=true
           2026-02-02 case_limit.extended tier=60d
           2026-03-04 case_limit.extended tier=90d""",
        "2026-04-07 24:00",
    ),
    (
        "V080 the text of 2012: from acceptance, one extension only",
        "admin.case.public-security",
        """2025-12-01 case.accepted case_kind=administrative public_security=true
           2025-12-29 case_limit.extended tier=60d
           2026-01-28 case_limit.extended tier=90d""",
        "2026-01-30 24:00",
    ),
    (
        "V081 4 February and fifteen days of appraisal, then past the holiday",
        "admin.case.public-security",
        """2026-01-05 case.filed case_kind=administrative public_security=true
           2026-01-10 appraisal.entrusted order=O1
           2026-01-25 appraisal.opinion_received order=O1""",
        "2026-02-24 24:00",
    ),
    (
        "V082 1 April and ten days of hearing: Saturday 11 to Monday 13",
        "admin.case.public-security",
        """2026-03-02 case.filed case_kind=administrative public_security=true
           2026-03-20 hearing.period_started document=D1
           2026-03-30 hearing.period_ended document=D1""",
        "2026-04-13 24:00",
    ),
    (
        "V084 from the failure of mediation",
        "admin.case.public-security",
        """2026-01-05 case.filed case_kind=administrative public_security=true
           2026-01-20 mediation.failed""",
        "2026-02-24 24:00",
    ),
    (
        "V087 sixty days: 1 May moves to the 6th",
        "admin.seizure.term",
        """2026-03-02 property.seized item=G1 case_kind=administrative
           2026-03-30 property.term_extended item=G1""",
        "2026-05-06 24:00",
    ),
    (
        "V089 counted again after the transfer",
        "admin.seizure.term",
        """2026-03-02 property.seized item=G1 case_kind=administrative
           2026-03-16 case.transferred""",
        "2026-04-15 24:00",
    ),
    (
        "V105 nobody in custody: 16 February moves to the 24th",
        "criminal.conclusion.supplementary-investigation",
        "2026-01-16 prosecution.returned in_custody=false",
        "2026-02-24 24:00",
    ),
]


@pytest.mark.parametrize(("why", "rule", "text", "due"), STRICT, ids=[row[0] for row in STRICT])
def test_the_strict_due_time_is_the_one_worked_out_by_hand(why: str, rule: str, text: str, due: str) -> None:
    assert last_clock(rule, text).due == at(due), why


@pytest.mark.parametrize(("why", "rule", "text", "due"), OUTER, ids=[row[0] for row in OUTER])
def test_the_outer_due_time_is_the_one_worked_out_by_hand(why: str, rule: str, text: str, due: str) -> None:
    assert last_clock(rule, text).outer == at(due), why


def test_a_release_ends_the_limit_of_the_arrest_request() -> None:
    # V116: released on the third day, inside three full days
    text = """2026-01-29 10:00 person.detained person=P1
              2026-01-31 09:00 person.released person=P1"""
    assert last_clock("criminal.detention.request-arrest", text).outcome == "moot"


def test_an_arrest_ends_bail_by_itself() -> None:
    # V117: the measure is replaced, which is inside twelve months
    text = """2026-01-05 measure.bail person=P1
              2026-03-01 arrest.executed person=P1"""
    assert last_clock("criminal.bail.term", text).outcome == "moot"
