"""Criminal cases, from the report to the transfer for prosecution."""

from typing import Final

from zhunsheng.city.spans import DAY, HOUR, Span
from zhunsheng.city.steps import Act, Chance, Growth, Halt, Held, Number, Renewal, Step

DETENTION: Final = Span(3, "days")
CUSTODY: Final = Span(2, "months", last_to_last=True)
ONE_DAY: Final = Span(24, "hours", full_hour=True)

INTAKE: Final = (
    Step(
        name="register-intake",
        after="response.finished",
        acts=(Act("intake.registered"),),
        span=ONE_DAY,
        keeps=("incident",),
    ),
    Step(
        name="accept",
        after="intake.registered",
        acts=(Act("case.accepted"),),
        gap=(30, 12 * HOUR),
        keeps=("incident",),
    ),
)

FILING: Final = (
    Step(
        name="file",
        after="case.accepted",
        when={"economic": False},
        acts=(Act("case.filed", 0.9), Act("case.not_filed", 0.06), Act("case.transferred", 0.04)),
        span=Span(3, "days", rolls="forward"),
        keeps=(),
        growths=(
            Growth("filing_review.extended", Span(7, "days", rolls="forward"), 0.2, {"tier": "7d"}),
            Growth("filing_review.extended", Span(30, "days", rolls="forward"), 0.3, {"tier": "30d"}),
        ),
    ),
    Step(
        name="file-economic",
        after="case.accepted",
        when={"economic": True},
        acts=(Act("case.filed", 0.85), Act("case.not_filed", 0.15)),
        span=Span(7, "days", rolls="forward"),
        keeps=(),
        growths=(
            Growth("filing_review.extended", Span(30, "days", rolls="forward"), 0.4, {"tier": "30d"}),
            Growth("filing_review.extended", Span(60, "days", rolls="forward"), 0.4, {"tier": "60d"}),
        ),
    ),
)

ARRIVAL: Final = (
    Step(
        name="arrive",
        after="case.filed",
        acts=(Act("person.arrived"),),
        gap=(2 * HOUR, 20 * DAY),
        chance=0.95,
        keeps=(),
        names=("visit",),
        per_person=True,
    ),
    Step(
        name="summons",
        after="person.arrived",
        acts=(
            Act("summons.ended", 0.25),
            Act("person.detained", 0.45, {"to": "detention"}),
            Act("measure.bail", 0.2, {"from": "other"}),
            Act("measure.surveillance", 0.06, {"from": "other", "designated": Chance(0.2)}),
            Act("person.released", 0.04, {"from": "other"}),
        ),
        span=Span(12, "hours"),
        keeps=("person", "visit"),
        growths=(Growth("summons.extended", Span(24, "hours"), 0.15),),
    ),
    Step(
        name="arrive-again",
        after="summons.ended",
        acts=(Act("person.arrived"),),
        gap=(2 * DAY, 25 * DAY),
        chance=0.25,
        names=("visit",),
    ),
)

AFTER_DETENTION: Final = (
    Step(
        name="to-detention-house",
        after="person.detained",
        acts=(Act("detention_house.admitted"),),
        span=ONE_DAY,
    ),
    Step(
        name="escort-home",
        after="detention_house.admitted",
        acts=(Act("person.escorted_home"),),
        gap=(4 * HOUR, 2 * DAY),
        chance=0.02,
        once=True,
    ),
    Step(
        name="to-local-detention-house",
        after="person.escorted_home",
        acts=(Act("detention_house.admitted"),),
        span=Span(0, "at_once"),
    ),
    Step(
        name="first-interrogation",
        after="person.detained",
        acts=(Act("interrogation.started"),),
        span=ONE_DAY,
    ),
    Step(
        name="notify-family",
        after="person.detained",
        acts=(Act("family.notified"),),
        span=ONE_DAY,
        halts=(
            Halt(
                begin="family_notice.impossible",
                end="family_notice.possible",
                days=(1, 9),
                chance=0.04,
                facts={"reason": "unreachable"},
                then=Span(0, "at_once"),
            ),
            Halt(
                begin="family_notice.impossible",
                end="family_notice.possible",
                days=(1, 9),
                chance=0.01,
                facts={"reason": "hinders_investigation"},
                then=Span(0, "at_once"),
            ),
        ),
    ),
    Step(
        name="request-arrest",
        after="person.detained",
        acts=(
            Act("arrest.requested", 0.7, {"complex": Chance(0.2)}),
            Act("measure.bail", 0.22, {"from": "detention"}),
            Act("person.released", 0.08, {"from": "detention"}),
        ),
        span=DETENTION,
        earliest=0.75,
        growths=(
            Growth("detention.extended", Span(7, "days"), 0.45, {"tier": "7d", "days": Number(4, 4)}),
            Growth("detention.extended", Span(30, "days"), 0.5, {"tier": "30d", "days": Number(27, 27)}),
        ),
        halts=(Halt("psychiatric.decided", "psychiatric.resumed", (8, 40), 0.015),),
    ),
)

ARREST: Final = (
    Step(
        name="review-arrest",
        after="arrest.requested",
        acts=(Act("arrest.approved", 0.78), Act("arrest.refused", 0.2), Act("arrest_request.withdrawn", 0.02)),
        span=Span(7, "days"),
    ),
    Step(
        name="execute-arrest",
        after="arrest.approved",
        acts=(
            Act("arrest.executed", 0.96, {"identity_unknown": False, "to": "arrest"}),
            Act("arrest.executed", 0.04, {"identity_unknown": True, "to": "arrest"}),
        ),
        gap=(HOUR, 20 * HOUR),
    ),
    Step(
        name="let-go",
        after="arrest.refused",
        acts=(Act("measure.bail", 0.7, {"from": "detention"}), Act("person.released", 0.3, {"from": "detention"})),
        span=Span(0, "at_once"),
    ),
    Step(
        name="establish-identity",
        after="arrest.executed",
        when={"identity_unknown": True},
        acts=(Act("identity.established"),),
        gap=(2 * DAY, 50 * DAY),
        chance=0.8,
    ),
    *(
        Step(
            name=name,
            after=after,
            when=when,
            acts=(
                Act("prosecution.transferred", 0.84),
                Act("measure.bail", 0.1, {"from": "arrest"}),
                Act("person.released", 0.06, {"from": "arrest"}),
            ),
            span=CUSTODY,
            growths=(
                Growth(
                    event="custody.extension_approved",
                    span=Span(3, "months", last_to_last=True),
                    chance=0.25,
                    facts={"tier": "156"},
                    until_share=0.2,
                ),
                Growth(
                    event="custody.extension_approved",
                    span=Span(5, "months", last_to_last=True),
                    chance=0.4,
                    facts={"tier": "158"},
                ),
                Growth(
                    event="custody.extension_approved",
                    span=Span(7, "months", last_to_last=True),
                    chance=0.3,
                    facts={"tier": "159"},
                ),
            ),
            halts=(Halt("psychiatric.decided", "psychiatric.resumed", (10, 60), 0.05),),
            renewals=(Renewal("new_crime.discovered", 0.05),),
        )
        for name, after, when in (
            ("custody", "arrest.executed", {"identity_unknown": False}),
            ("custody-of-the-identified", "identity.established", {}),
        )
    ),
)

MEASURES: Final = (
    Step(
        name="bail",
        after="measure.bail",
        acts=(Act("bail.ended", 0.7), Act("bail.auto_ended", 0.2), Act("measure.surveillance", 0.1, {"from": "bail"})),
        span=Span(12, "months", rolls="forward"),
        chance=0.7,
        renewals=(Renewal("bail.taken_over", 0.3),),
    ),
    Step(
        name="surveillance",
        after="measure.surveillance",
        acts=(Act("surveillance.ended", 0.75), Act("measure.bail", 0.25, {"from": "surveillance"})),
        span=Span(6, "months", rolls="forward"),
    ),
)

PROSECUTION: Final = (
    Step(
        name="return",
        after="prosecution.transferred",
        acts=(Act("prosecution.returned", 1.0, {"in_custody": Held()}),),
        gap=(10 * DAY, 40 * DAY),
        chance=0.25,
        keeps=(),
        once=True,
    ),
    Step(
        name="supplement",
        after="prosecution.returned",
        acts=(Act("prosecution.retransferred", 0.94), Act("case.withdrawn", 0.06)),
        span=Span(1, "months", rolls="by_custody"),
        keeps=(),
    ),
)

CRIMINAL: Final = (*FILING, *ARRIVAL, *AFTER_DETENTION, *ARREST, *MEASURES, *PROSECUTION)
