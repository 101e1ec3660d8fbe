"""After the investigation: review by the procuratorate, supplementary investigation, conclusion, execution."""

from typing import Final

from zhunsheng.city.spans import DAY, Span, rolled
from zhunsheng.city.steps import Act, Chance, Growth, Held, Step, duty, then

MONTH: Final = Span(1, "months", rolls="by_custody")
MONTH_AND_A_HALF: Final = Span(1, "months", rolls="by_custody", more=Span(15, "days"))

PROSECUTION: Final = (
    Step(
        name="review-prosecution",
        after="prosecution.transferred",
        acts=(
            Act("prosecution.filed", 0.7),
            Act("prosecution.returned", 0.22, {"in_custody": Held()}),
            Act("nonprosecution.received", 0.08),
        ),
        span=MONTH,
        rule="criminal.prosecution-review",
        keeps=(),
        names=("document",),
        growths=(Growth("prosecution_review.extended", MONTH_AND_A_HALF, 0.15),),
    ),
    Step(
        name="supplement",
        after="prosecution.returned",
        acts=(Act("prosecution.retransferred", 0.94), Act("case.withdrawn", 0.06)),
        span=MONTH,
        rule="criminal.conclusion.supplementary-investigation",
        keeps=(),
    ),
    Step(
        name="review-prosecution-again",
        after="prosecution.retransferred",
        acts=(Act("prosecution.filed", 0.9), Act("nonprosecution.received", 0.1)),
        span=MONTH,
        rule="criminal.prosecution-review",
        keeps=(),
        names=("document",),
    ),
    duty("criminal.withdraw.notify", "case.withdrawn", "parties.notified", rolled(3), keeps=()),
)

CONCLUSION: Final = (
    duty(
        "criminal.conclusion.nonprosecution-reconsider",
        "nonprosecution.received",
        "nonprosecution_reconsideration.requested",
        rolled(7),
        chance=0.3,
        optional=True,
        keeps=("document",),
    ),
    Step(
        name="not-prosecuted",
        after="nonprosecution.received",
        acts=(Act("person.not_prosecuted", facts={"deposit_paid": False, "to": "other"}),),
        gap=(60, DAY),
        keeps=(),
        per_person=True,
    ),
    Step(
        name="convict",
        after="prosecution.filed",
        acts=(Act("judgment.received", facts={"serves_in_prison": Chance(0.6)}),),
        gap=(30 * DAY, 90 * DAY),
        chance=0.25,
        keeps=(),
        per_person=True,
    ),
    duty(
        "criminal.execution.deliver-prison",
        "judgment.received",
        "convict.delivered",
        Span(1, "months", last_to_last=True),
        when={"serves_in_prison": True},
    ),
    then("close", "prosecution.filed", "case.closed", (5 * DAY, 40 * DAY), 0.5, keeps=(), names=("dossier",)),
)
