"""Measures of investigation that have a term, cooperation, and reports upwards."""

from typing import Final

from zhunsheng.city.spans import DAY, HOUR, TWO_DAYS, Span, rolled
from zhunsheng.city.steps import Act, Chance, Growth, Step, duty, then

THREE_MONTHS: Final = Span(3, "months")

INVESTIGATION: Final = (
    then("close-border", "case.filed", "border.urgent_requested", (HOUR, 5 * DAY), 0.01, keeps=(), names=("order",)),
    Step(
        name="formalise-border",
        after="border.urgent_requested",
        acts=(Act("border.formal_approved", 0.8), Act("border.lifted", 0.2)),
        span=rolled(7),
        rule="criminal.border-control.urgent",
        keeps=("order",),
    ),
    Step(
        name="approve-tech",
        after="case.filed",
        acts=(Act("tech.approved", until=THREE_MONTHS),),
        gap=(DAY, 15 * DAY),
        chance=0.02,
        keeps=(),
        names=("order",),
        per_person=True,
    ),
    Step(
        name="end-tech",
        after="tech.approved",
        acts=(Act("tech.ended"),),
        span=THREE_MONTHS,
        rule="criminal.techsurveillance.term",
        keeps=("person", "order"),
        growths=(Growth("tech.renewed", Span(3, "months", more=THREE_MONTHS), 0.3, until_share=1.0),),
    ),
    then("measure-foreigner", "person.detained", "foreigner.measure", (5, 90), 0.01),
    duty(
        "criminal.foreign.report",
        "foreigner.measure",
        "province.reported",
        TWO_DAYS,
        when={"case_kind": "criminal"},
    ),
)

REMOTE: Final = {"remote": Chance(0.3)}
COOPERATION: Final = tuple(
    Step(
        name=name,
        after="coop.identity_requested",
        acts=(Act("coop.replied"),),
        span=span,
        rule="criminal.coop.identity",
        keeps=("document",),
        when={"remote": is_remote},
    )
    for name, is_remote, span in (("reply", False, rolled(7)), ("reply-from-afar", True, rolled(15)))
)
