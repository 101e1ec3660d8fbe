"""Small cases for the forms of the bench: each holds one thing that a plain start and stop does not."""

from dataclasses import dataclass
from typing import Final

AS_OF: Final = "2026-05-01 12:00"


@dataclass(frozen=True)
class Case:
    """A small case: the outcomes of one rule's clocks in the order of their starts, and how they come about."""

    name: str
    why: str
    rule: str
    outcomes: tuple[str, ...]
    text: str


CASES: Final = (
    Case(
        "bare_stop",
        "the approval names the day on which the request came in: it acts on what opened that day",
        "criminal.arrest.procuratorate-review",
        ("met",),
        """
        2026-03-02 10:00  P1  arrest.requested  in_custody=true
        2026-03-02        P1  arrest.approved
        """,
    ),
    Case(
        "bare_stop_on_the_due_day",
        "24 hours from 10:00, the starting hour not counted: 3 March 11:00; an interrogation on 3 March has no hour",
        "criminal.detention.first-interrogation",
        ("unknown",),
        """
        2026-03-02 10:00  P1  person.detained
        2026-03-03        P1  interrogation.started
        """,
    ),
    Case(
        "bare_start",
        "hours cannot be counted from a day",
        "criminal.detention.first-interrogation",
        ("unknown",),
        """
        2026-03-02        P1  person.detained
        2026-03-02 15:00  P1  interrogation.started
        """,
    ),
    Case(
        "bare_stop_heard_before",
        "the release of 5 March acted on the first detention, open as the day began; the second runs on",
        "criminal.detention.request-arrest",
        ("moot", "late"),
        """
        2026-03-03 10:00  P1  person.detained
        2026-03-05        P1  person.released
        2026-03-05 18:00  P1  person.detained
        2026-03-20 10:00  P1  arrest.requested
        """,
    ),
    Case(
        "restart",
        "mediation failed within the thirty days: they begin anew on 20 March",
        "admin.case.public-security",
        ("restarted", "met"),
        """
        2026-03-02 09:00  case.filed  case_kind=administrative public_security=true
        2026-03-20 10:00  mediation.failed
        2026-04-10 10:00  decision.made
        """,
    ),
    Case(
        "restart_too_late",
        "thirty days from 2 March end on 1 April; mediation failed on 15 April",
        "admin.case.public-security",
        ("late", "running"),
        """
        2026-03-02 09:00  case.filed  case_kind=administrative public_security=true
        2026-04-15 10:00  mediation.failed
        """,
    ),
    Case(
        "wait_by_fact",
        "taken in a remote place: the 24 hours run from the return on 9 March",
        "property.handover",
        ("restarted", "met"),
        """
        2026-03-02 09:00  I1  property.extracted  remote=true
        2026-03-09 09:00  I1  property.brought_back
        2026-03-10 08:00  I1  property.stored
        """,
    ),
    Case(
        "wait_that_lasts",
        "never brought back: nothing runs",
        "property.handover",
        ("waiting",),
        "2026-03-02 09:00  I1  property.extracted  remote=true",
    ),
    Case(
        "restart_not_waited_for",
        "not taken in a remote place: the return says nothing, and the 24 hours are over",
        "property.handover",
        ("late",),
        """
        2026-03-02 09:00  I1  property.extracted  remote=false
        2026-03-02 15:00  I1  property.brought_back
        2026-03-04 09:00  I1  property.stored
        """,
    ),
    Case(
        "wait_by_event",
        "an urgent examination approved in time: the 24 hours run from its end on 5 March",
        "property.handover",
        ("restarted", "met"),
        """
        2026-03-02 09:00  I1  property.extracted  remote=false
        2026-03-02 15:00  I1  property.urgent_exam_approved
        2026-03-05 09:00  I1  property.urgent_exam_finished
        2026-03-06 08:00  I1  property.stored
        """,
    ),
    Case(
        "wait_too_late",
        "approved after the 24 hours: nothing waits, and its end restarts nothing",
        "property.handover",
        ("late",),
        """
        2026-03-02 09:00  I1  property.extracted  remote=false
        2026-03-04 15:00  I1  property.urgent_exam_approved
        2026-03-05 09:00  I1  property.urgent_exam_finished
        2026-03-05 10:00  I1  property.stored
        """,
    ),
    Case(
        "excuse",
        "that the offender fled was recorded on 20 March; thirty days from 2 March ended on 1 April",
        "admin.case.public-security",
        ("excused",),
        """
        2026-03-02 09:00  case.filed  case_kind=administrative public_security=true
        2026-03-20 10:00  case.offender_absent_recorded
        """,
    ),
    Case(
        "excuse_too_late",
        "recorded on 15 April, after the thirty days",
        "admin.case.public-security",
        ("late",),
        """
        2026-03-02 09:00  case.filed  case_kind=administrative public_security=true
        2026-04-15 10:00  case.offender_absent_recorded
        2026-04-16 10:00  decision.made
        """,
    ),
    Case(
        "limit_after_a_pause",
        "nobody to be reached until 6 March 09:00, then at once: two hours later is in time, though not 24 hours",
        "criminal.detention.notify-family",
        ("met",),
        """
        2026-03-02 09:40  P1  person.detained
        2026-03-02 15:00  P1  family_notice.impossible  reason=unreachable
        2026-03-06 09:00  P1  family_notice.possible
        2026-03-06 11:00  P1  family.notified
        """,
    ),
    Case(
        "pause_without_its_reason",
        "the law knows two reasons; without one the 24 hours run on, and the notice of 6 March is late",
        "criminal.detention.notify-family",
        ("late",),
        """
        2026-03-02 09:40  P1  person.detained
        2026-03-02 15:00  P1  family_notice.impossible
        2026-03-06 09:00  P1  family_notice.possible
        2026-03-06 11:00  P1  family.notified
        """,
    ),
    Case(
        "pause_too_late",
        "an appraisal entrusted after the thirty days heals nothing",
        "admin.case.public-security",
        ("late",),
        """
        2026-03-02 09:00  case.filed  case_kind=administrative public_security=true
        2026-04-10 09:00  O1  appraisal.entrusted
        2026-04-20 09:00  O1  appraisal.opinion_received
        2026-04-20 15:00  decision.made
        """,
    ),
    Case(
        "pause_before_the_start",
        "an appraisal lasts from before the filing to 20 March: of the thirty days none ran until then",
        "admin.case.public-security",
        ("met",),
        """
        2026-02-25 09:00  O1  appraisal.entrusted
        2026-03-02 09:00  case.filed  case_kind=administrative public_security=true
        2026-03-20 09:00  O1  appraisal.opinion_received
        2026-04-15 15:00  decision.made
        """,
    ),
    Case(
        "end_by_document",
        "the decision under article 157 states its end, 20 April, and no months are counted",
        "criminal.custody.investigation",
        ("late",),
        """
        2026-01-05 10:00  P1  arrest.executed  identity_unknown=false
        2026-03-02 10:00  P1  custody.extension_approved  tier=157 until=2026-04-20
        2026-04-25 10:00  P1  prosecution.transferred
        """,
    ),
    Case(
        "handover",
        "bail ends in the minute in which it is ordered anew: the old term is met, a new one begins",
        "criminal.bail.term",
        ("met", "running"),
        """
        2026-03-02 10:00  P1  measure.bail
        2026-04-02 10:00  P1  bail.ended
        2026-04-02 10:00  P1  measure.bail
        """,
    ),
    Case(
        "missing_fact",
        "the seven days are those of a person in custody; whether he is nobody says",
        "criminal.arrest.procuratorate-review",
        ("unknown",),
        "2026-03-02 10:00  P1  arrest.requested",
    ),
    Case(
        "repeated_start",
        "bail ordered twice, an hour apart and not ended between: a question",
        "criminal.bail.term",
        ("unknown",),
        """
        2026-03-02 10:00  P1  measure.bail
        2026-03-02 11:00  P1  measure.bail
        """,
    ),
    Case(
        "stop_before_start",
        "stored on 1 March, taken on 2 March: a contradiction",
        "property.handover",
        ("unknown",),
        """
        2026-03-01 09:00  I1  property.stored
        2026-03-02 09:00  I1  property.extracted  remote=false
        """,
    ),
    Case(
        "escorted_home_opens",
        "nobody was detained here: the escort opens the clock, and four hours are over at 14:00",
        "criminal.detention.transfer-to-detention-house",
        ("late",),
        """
        2026-03-02 10:00  P1  person.escorted_home
        2026-03-02 15:00  P1  detention_house.admitted
        """,
    ),
    Case(
        "escorted_home_is_heard",
        "the detention names nobody, so the escort of a person restarts its clock and opens none beside it",
        "criminal.detention.transfer-to-detention-house",
        ("restarted", "met"),
        """
        2026-03-02 10:00      person.detained
        2026-03-02 20:00  P1  person.escorted_home
        2026-03-02 21:00      detention_house.admitted
        """,
    ),
    Case(
        "of_another_person",
        "P2 is admitted; the 24 hours of P1 end without him",
        "criminal.detention.transfer-to-detention-house",
        ("late",),
        """
        2026-03-02 10:00  P1  person.detained
        2026-03-02 20:00  P2  detention_house.admitted
        2026-03-04 10:00  P1  detention_house.admitted
        """,
    ),
)
