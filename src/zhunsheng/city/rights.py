"""What suspects, victims and their lawyers may ask for, and by when they must be answered."""

from typing import Any, Final

from zhunsheng.city.spans import DAY, HOUR, ONE_DAY, TWO_DAYS, Span, rolled
from zhunsheng.city.steps import Act, Growth, Step, duty, then

THREE: Final = Span(3, "days")
RELEASED: Final = ("person.released",)
FREED: Final = ("person.released", "measure.bail")  # what makes the answer moot


def _asked(
    rule: str, after: str, request: str, answer: str, span: Span, chance: float, **more: Any
) -> tuple[Step, ...]:
    """A written request of somebody in custody, and its answer."""
    gap = more.pop("gap", (2 * HOUR, 8 * DAY))
    return (
        then(f"ask {rule}", after, request, gap, chance, names=("document",), held=True),
        duty(rule, request, answer, span, keeps=("person", "document"), **more),
    )


HELD_RIGHTS: Final = (
    *_asked(
        "criminal.defence.meeting",
        "person.detained",
        "meeting.requested",
        "meeting.held",
        TWO_DAYS,
        0.25,
        gap=(2 * HOUR, 2 * DAY),
        unless=RELEASED,
    ),
    *_asked(
        "criminal.defence.duty-lawyer",
        "person.detained",
        "duty_lawyer.requested",
        "duty_lawyer.notified",
        ONE_DAY,
        0.1,
        gap=(HOUR, 2 * DAY),
        unless=RELEASED,
    ),
    *_asked(
        "criminal.defence.meeting-permit",
        "person.detained",
        "meeting_permit.applied",
        "meeting_permit.decided",
        THREE,
        0.01,
        gap=(2 * HOUR, 2 * DAY),
    ),
    *_asked(
        "criminal.custody.change-application",
        "arrest.executed",
        "measure.change_applied",
        "measure.application_decided",
        rolled(3),
        0.1,
        unless=FREED,
    ),
    *_asked(
        "criminal.custody.necessity-reply",
        "arrest.executed",
        "procuratorate.necessity_proposed",
        "procuratorate.reply_sent",
        rolled(10),
        0.05,
        unless=FREED,
    ),
    *_asked(
        "criminal.custody.overdue-claim",
        "arrest.executed",
        "custody.overdue_claimed",
        "custody.claim_decided",
        THREE,
        0.02,
        unless=FREED,
    ),
    *_asked(
        "detention-house.complaint-forward",
        "arrest.executed",
        "custody.complaint_received",
        "custody.complaint_forwarded",
        ONE_DAY,
        0.02,
    ),
)

RIGHTS: Final = (
    then("apply-for-aid", "person.detained", "legal_aid.applied", (2 * HOUR, 3 * DAY), 0.08, names=("document",)),
    duty(
        "criminal.defence.legal-aid-forward",
        "legal_aid.applied",
        "legal_aid.forwarded",
        ONE_DAY,
        keeps=("person", "document"),
    ),
    then("find-aid-due", "person.detained", "aid_condition.found", (HOUR, 3 * DAY), 0.05),
    duty("criminal.defence.legal-aid-appoint", "aid_condition.found", "legal_aid.requested", rolled(3)),
    then("complain", "case.filed", "complaint.received", (5 * DAY, 40 * DAY), 0.02, keeps=(), names=("document",)),
    duty("criminal.complaint-117", "complaint.received", "complaint.answered", rolled(30), keeps=("document",)),
)

RECUSAL: Final = (
    then("ask-to-recuse", "case.filed", "recusal.requested", (HOUR, 3 * DAY), 0.02, keeps=(), names=("document",)),
    Step(
        name="decide-recusal",
        after="recusal.requested",
        when={"case_kind": "criminal"},
        acts=(Act("recusal.decided"),),
        span=rolled(2),
        rule="criminal.recusal.decision",
        keeps=("document",),
        growths=(Growth("recusal.extended", rolled(5), 0.2),),
    ),
    duty(
        "admin.recusal.decision",
        "recusal.requested",
        "recusal.decided",
        rolled(2),
        when={"case_kind": "administrative"},
        keeps=("document",),
    ),
)
