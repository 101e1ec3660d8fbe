"""From the report to the decision to file: criminal intake, the procuratorate's questions about it, referrals."""

from typing import Final

from zhunsheng.city.spans import DAY, HOUR, ONE_DAY, rolled
from zhunsheng.city.steps import Act, Chance, Growth, Step, duty, then

INTAKE: Final = (
    Step(
        name="register-intake",
        after="response.finished",
        acts=(Act("intake.registered", 0.97), Act("incident.merged", 0.02), Act("incident.cancelled", 0.01)),
        span=ONE_DAY,
        rule="criminal.intake.register-after-response",
        keeps=("incident",),
    ),
    then("accept", "intake.registered", "case.accepted", (30, 12 * HOUR), keeps=("incident",)),
    then("go-off-duty", "response.finished", "duty.ended", (30, 8 * HOUR), 0.3, keeps=(), names=("shift",)),
    duty("dossier.av-upload", "duty.ended", "video.uploaded", ONE_DAY, keeps=("incident",)),
)

ADMINISTRATIVE_INTAKE: Final = (
    Step(
        name="review-report",
        after="report.received",
        acts=(Act("case.accepted"),),
        span=ONE_DAY,
        rule="admin.intake.acceptance-review",
        keeps=("document",),
        growths=(Growth("acceptance_review.extended", rolled(3), 0.1),),
    ),
)

FILING: Final = (
    Step(
        name="file",
        after="case.accepted",
        when={"economic": False},
        acts=(Act("case.filed", 0.9), Act("case.not_filed", 0.07), Act("case.transferred", 0.03)),
        span=rolled(3),
        rule="criminal.intake.filing-decision",
        keeps=(),
        growths=(
            Growth("filing_review.extended", rolled(7), 0.2, {"tier": "7d"}),
            Growth("filing_review.extended", rolled(30), 0.3, {"tier": "30d"}),
        ),
    ),
    Step(
        name="file-economic",
        after="case.accepted",
        when={"economic": True},
        acts=(Act("case.filed", 0.85), Act("case.not_filed", 0.15)),
        span=rolled(7),
        rule="criminal.intake.filing-decision.economic",
        keeps=(),
        growths=(
            Growth("filing_review.extended", rolled(30), 0.4, {"tier": "30d"}),
            Growth("filing_review.extended", rolled(60), 0.4, {"tier": "60d"}),
        ),
    ),
)

REFUSAL: Final = (
    duty(
        "criminal.filing.refusal-served",
        "case.not_filed",
        "notice.served_complainant",
        rolled(3),
        when={"has_complainant": True},
        keeps=(),
    ),
    then(
        "ask-to-reconsider",
        "case.not_filed",
        "filing_reconsideration.received",
        (2 * DAY, 8 * DAY),
        0.2,
        names=("document",),
    ),
    Step(
        name="reconsider-refusal",
        after="filing_reconsideration.received",
        acts=(Act("filing_reconsideration.decided"),),
        span=rolled(30),
        rule="criminal.filing.refusal-reconsider",
        keeps=("document",),
        growths=(Growth("filing_reconsideration.extended", rolled(60), 0.2),),
    ),
    then(
        "ask-why-not",
        "case.not_filed",
        "procuratorate.explanation_requested",
        (3 * DAY, 25 * DAY),
        0.2,
        names=("document",),
    ),
    duty(
        "criminal.filing.procuratorate-explain",
        "procuratorate.explanation_requested",
        "explanation.sent",
        rolled(7),
        keeps=("document",),
    ),
    then(
        "order-to-file",
        "explanation.sent",
        "procuratorate.filing_ordered",
        (3 * DAY, 12 * DAY),
        0.3,
        when={"economic": False},
        names=("document",),
    ),
    duty(
        "criminal.filing.procuratorate-order",
        "procuratorate.filing_ordered",
        "case.filed",
        rolled(15),
        keeps=("document",),
    ),
)
"""After a refusal to file. Only cases that are not economic are ordered to be filed, so that inquiries end there."""

INQUIRY: Final = (
    then(
        "lengthen-review",
        "case.accepted",
        "filing_review.extended",
        (DAY, 5 * DAY),
        facts={"tier": "30d"},
        keeps=(),
    ),
    then(
        "ask-why-undecided",
        "filing_review.extended",
        "procuratorate.overdue_inquiry",
        (HOUR, DAY),
        names=("document",),
    ),
    duty(
        "criminal.filing.overdue-explain",
        "procuratorate.overdue_inquiry",
        "explanation.sent",
        rolled(7),
        keeps=("document",),
    ),
    then("file-after-inquiry", "explanation.sent", "case.filed", (DAY, 4 * DAY), keeps=()),
)
"""The procuratorate asks although the review was lengthened; the case is decided after the answer."""

REFERRAL: Final = (
    duty(
        "criminal.intake.agency-referral-incomplete",
        "referral.received",
        "referral.supplement_requested",
        ONE_DAY,
        when={"papers_complete": False},
        keeps=("document",),
    ),
    Step(
        name="decide-referral",
        after="referral.received",
        acts=(Act("case.filed", 0.85), Act("case.not_filed", 0.15)),
        span=rolled(3),
        rule="criminal.intake.agency-referral",
        keeps=("document",),
        when={"economic": False},
    ),
    Step(
        name="decide-economic-referral",
        after="referral.received",
        acts=(Act("case.filed", 0.85), Act("case.not_filed", 0.15)),
        span=rolled(3),
        rule="criminal.intake.agency-referral",
        keeps=("document",),
        when={"economic": True},
        growths=(
            Growth("filing_review.extended", rolled(10), 0.5, {"tier": "10d"}),
            Growth("filing_review.extended", rolled(30), 0.3, {"tier": "30d"}),
            Growth("filing_review.extended", rolled(60), 0.2, {"tier": "60d"}),
        ),
    ),
)
PAPERS: Final = {"papers_complete": Chance(0.7)}

NOT_OURS: Final = (
    then("find-no-jurisdiction", "case.accepted", "jurisdiction.lacking_found", (2 * HOUR, 2 * DAY), keeps=()),
    duty(
        "criminal.intake.transfer-jurisdiction",
        "jurisdiction.lacking_found",
        "case.transferred",
        ONE_DAY,
        keeps=(),
        when={"case_kind": "criminal"},
    ),
    duty(
        "admin.intake.transfer",
        "jurisdiction.lacking_found",
        "case.transferred",
        ONE_DAY,
        keeps=(),
        when={"case_kind": "administrative"},
    ),
)

TELL_OF_TRANSFER: Final = (
    duty(
        "criminal.transfer.notify",
        "case.transferred",
        "parties.notified",
        rolled(3),
        keeps=(),
        when={"case_kind": "criminal"},
    ),
)
