"""Criminal custody: summons, detention, arrest, and how long a suspect may be held."""

from typing import Final

from zhunsheng.city.spans import AT_ONCE, DAY, HOUR, ONE_DAY, Span, rolled
from zhunsheng.city.steps import Act, Bound, Chance, Growth, Halt, Number, Renewal, Step, after_each, duty, then

CUSTODY: Final = Span(2, "months", last_to_last=True)
CEILING: Final = Bound("person.detained", Span(10, "days"))
WEEK_BEFORE: Final = Span(2, "months", minus=7)
FROM_DETENTION: Final = {"from": "detention"}
FROM_ARREST: Final = {"from": "arrest"}
ANNOUNCED_ANEW: Final = (
    "prosecution.transferred",
    "custody.extension_approved",
    "new_crime.discovered",
    "psychiatric.resumed",
)
UNREACHABLE: Final = Halt(
    begin="family_notice.impossible",
    end="family_notice.possible",
    days=(1, 9),
    chance=0.04,
    facts={"reason": "unreachable"},
    then=AT_ONCE,
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
    duty(
        "criminal.summons.notify-family",
        "person.arrived",
        "guardian.notified",
        AT_ONCE,
        when={"case_kind": "criminal", "minor": True},
        keeps=("person", "visit"),
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
        rule="criminal.summons.duration",
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
    duty(
        "criminal.detention.transfer-to-detention-house",
        "person.detained",
        "detention_house.admitted",
        ONE_DAY,
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
        span=AT_ONCE,
        rule="criminal.detention.transfer-to-detention-house",
    ),
    duty("criminal.detention.first-interrogation", "person.detained", "interrogation.started", ONE_DAY),
    Step(
        name="notify-family",
        after="person.detained",
        acts=(Act("family.notified"),),
        span=ONE_DAY,
        rule="criminal.detention.notify-family",
        halts=(
            UNREACHABLE,
            Halt(
                begin="family_notice.impossible",
                end="family_notice.possible",
                days=(1, 9),
                chance=0.01,
                facts={"reason": "hinders_investigation"},
                then=AT_ONCE,
            ),
        ),
    ),
    Step(
        name="request-arrest",
        after="person.detained",
        acts=(
            Act("arrest.requested", 0.7, {"complex": Chance(0.2)}),
            Act("measure.bail", 0.22, FROM_DETENTION),
            Act("person.released", 0.08, FROM_DETENTION),
        ),
        span=Span(3, "days"),
        rule="criminal.detention.request-arrest",
        earliest=0.75,
        growths=(
            Growth("detention.extended", Span(7, "days"), 0.45, {"tier": "7d", "days": Number(4, 4)}),
            Growth("detention.extended", Span(30, "days"), 0.5, {"tier": "30d", "days": Number(27, 27)}),
        ),
        halts=(Halt("psychiatric.decided", "psychiatric.resumed", (8, 40), 0.015, is_lawful=False),),
    ),
    then("announce-end", "detention.extended", "handler.expiry_notified", (HOUR, 2 * DAY), when={"tier": "30d"}),
)
"""A psychiatric appraisal stops the request for arrest, yet not the ceiling that is derived from it."""

ARREST: Final = (
    then(
        "request-arrest-of-the-bailed",
        "measure.bail",
        "arrest.requested",
        (5 * DAY, 60 * DAY),
        0.03,
        facts={"complex": Chance(0.2)},
        when={"from": "other", "in_custody": False},
    ),
    Step(
        name="review-arrest",
        after="arrest.requested",
        when={"in_custody": True},
        acts=(Act("arrest.approved", 0.78), Act("arrest.refused", 0.2), Act("arrest_request.withdrawn", 0.02)),
        span=Span(7, "days"),
        rule="criminal.arrest.procuratorate-review",
        names=("document",),
    ),
    *(
        Step(
            name=name,
            after="arrest.requested",
            when={"in_custody": False, "complex": is_complex},
            acts=(Act("arrest.approved", 0.7), Act("arrest.refused", 0.25), Act("arrest_request.withdrawn", 0.05)),
            span=span,
            rule="criminal.arrest.procuratorate-review-noncustody",
            names=("document",),
        )
        for name, is_complex, span in (
            ("review-arrest-of-the-free", False, rolled(15)),
            ("review-arrest-of-the-free-complex", True, rolled(20)),
        )
    ),
    Step(
        name="execute-arrest",
        after="arrest.approved",
        acts=(
            Act("arrest.executed", 0.96, {"identity_unknown": False, "to": "arrest"}),
            Act("arrest.executed", 0.04, {"identity_unknown": True, "to": "arrest"}),
        ),
        gap=(30, 4 * HOUR),
        bound=CEILING,
        rule="criminal.detention.custody-ceiling",
    ),
    Step(
        name="let-go",
        after="arrest.refused",
        when={"in_custody": True},
        acts=(Act("measure.bail", 0.7, FROM_DETENTION), Act("person.released", 0.3, FROM_DETENTION)),
        span=AT_ONCE,
        rule="criminal.arrest.refusal-release",
    ),
    then(
        "withdrawn",
        "arrest_request.withdrawn",
        "person.released",
        (10, 5 * HOUR),
        facts=FROM_DETENTION,
        when={"in_custody": True},
    ),
    then("execute-refusal", "arrest.refused", "arrest.refusal_executed", (4 * HOUR, 20 * HOUR)),
    duty("criminal.arrest.refusal-receipt", "arrest.refusal_executed", "receipt.delivered_procuratorate", rolled(3)),
    duty(
        "criminal.arrest.refusal-reconsider",
        "arrest.refused",
        "arrest_reconsideration.requested",
        rolled(5),
        chance=0.15,
        optional=True,
        keeps=("person", "document"),
    ),
    Step(
        name="establish-identity",
        after="arrest.executed",
        when={"identity_unknown": True},
        acts=(Act("identity.established"),),
        gap=(2 * DAY, 50 * DAY),
        chance=0.8,
    ),
)

AFTER_ARREST: Final = (
    duty("criminal.arrest.first-interrogation", "arrest.executed", "interrogation.started", ONE_DAY),
    Step(
        name="notify-family-of-arrest",
        after="arrest.executed",
        acts=(Act("family.notified"),),
        span=ONE_DAY,
        rule="criminal.arrest.notify-family",
        halts=(UNREACHABLE,),
    ),
    duty("criminal.arrest.execution-receipt", "arrest.executed", "receipt.delivered_procuratorate", rolled(3)),
    then("find-custody-improper", "arrest.executed", "custody.improper_found", (2 * DAY, 25 * DAY), 0.015, held=True),
    Step(
        name="end-improper-custody",
        after="custody.improper_found",
        acts=(Act("measure.bail", 0.6, FROM_ARREST), Act("person.released", 0.4, FROM_ARREST)),
        span=Span(12, "hours", full_hour=True),
        rule="criminal.custody.improper-release",
        held=True,
    ),
    *(
        Step(
            name=name,
            after=after,
            when=when,
            acts=(
                Act("prosecution.transferred", 0.84, once=True),
                Act("measure.bail", 0.1, FROM_ARREST),
                Act("person.released", 0.06, FROM_ARREST),
            ),
            span=CUSTODY,
            rule="criminal.custody.investigation",
            growths=tuple(
                Growth(
                    event="custody.extension_approved",
                    span=Span(months, "months", last_to_last=True),
                    chance=chance,
                    facts={"tier": tier},
                    until_share=0.2 if tier == "156" else 0.0,
                )
                for tier, months, chance in (("156", 3, 0.25), ("158", 5, 0.4), ("159", 7, 0.3))
            ),
            halts=(Halt("psychiatric.decided", "psychiatric.resumed", (10, 60), 0.05),),
            renewals=(Renewal("new_crime.discovered", 0.05, held=True),),
        )
        for name, after, when in (
            ("custody", "arrest.executed", {"identity_unknown": False}),
            ("custody-of-the-identified", "identity.established", {}),
        )
    ),
    then("discover-crime", "arrest.executed", "new_crime.discovered", (5 * DAY, 25 * DAY), 0.015, held=True),
    duty(
        "criminal.custody.extension-request",
        "arrest.executed",
        "custody.extension_requested",
        WEEK_BEFORE,
        when={"identity_unknown": False},
        chance=0.3,
        earliest=0.6,
        optional=True,
        held=True,
        unless=("prosecution.transferred",),
    ),
    duty(
        "detention-house.expiry-notice",
        "arrest.executed",
        "handler.expiry_notified",
        WEEK_BEFORE,
        when={"identity_unknown": False},
        earliest=0.85,
        held=True,
        unless=ANNOUNCED_ANEW,
    ),
    *after_each(
        Step(
            name="announce-end-anew",
            after="new_crime.discovered",
            acts=(Act("handler.expiry_notified"),),
            span=WEEK_BEFORE,
            rule="detention-house.expiry-notice",
            held=True,
            unless=("prosecution.transferred", "custody.extension_approved"),
        ),
        "new_crime.discovered",
        "identity.established",
    ),
    then("announce-longer", "custody.extension_approved", "handler.expiry_notified", (2 * DAY, 8 * DAY), held=True),
    then(
        "announce-after-appraisal",
        "psychiatric.resumed",
        "handler.expiry_notified",
        (DAY, 5 * DAY),
        held=True,
        given="arrest.executed",
    ),
    duty(
        "criminal.custody.restart-approval",
        "new_crime.discovered",
        "custody.restart_approved",
        Span(5, "days"),
        held=True,
    ),
    then("find-irresponsible", "arrest.executed", "psychiatric.irresponsible_found", (20 * DAY, 45 * DAY), 0.015),
    duty("criminal.compulsory-treatment", "psychiatric.irresponsible_found", "treatment.opinion_sent", rolled(7)),
    *after_each(
        duty(
            "criminal.custody.release-notify-procuratorate",
            "person.released",
            "procuratorate.notified",
            rolled(3),
            when=FROM_ARREST,
        ),
        "person.released",
        "measure.bail",
    ),
)
