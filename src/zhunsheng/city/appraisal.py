"""Appraisals: ordered, made, received, told; of injuries, and of things in cases of every kind."""

from typing import Final

from zhunsheng.city.spans import AT_ONCE, DAY, HOUR, ONE_DAY, Span, rolled, working
from zhunsheng.city.steps import Act, Chance, Growth, Halt, Step, duty, then

ORDINARY: Final = {"appraisal": "other", "complex": False}
INJURY: Final = {"appraisal": "injury", "complex": Chance(0.3)}
CRIMINAL: Final = {"case_kind": "criminal"}
ADMINISTRATIVE: Final = {"case_kind": "administrative"}
WEEK: Final = Span(7 * 24, "hours")  # the internal limit of an opinion that is to be told in time

APPRAISAL: Final = Halt(
    begin="appraisal.entrusted",
    end="appraisal.opinion_received",
    days=(4, 25),
    chance=0.18,
    names="order",
    facts=ORDINARY,
)
UNSTABLE: Final = Halt("injury.unstable_recorded", "injury.stabilised", (5, 60), 0.1, then=AT_ONCE)

INJURIES: Final = (
    Step(
        name="order-injury-appraisal",
        after="case.accepted",
        when={"injured": True},
        acts=(Act("appraisal.entrusted", facts=INJURY),),
        span=ONE_DAY,
        rule="injury.appraisal-entrust",
        keeps=(),
        names=("order",),
    ),
    *(
        Step(
            name=name,
            after="appraisal.entrusted",
            when={"appraisal": "injury", "complex": is_complex},
            acts=(Act("appraisal.opinion_given", 0.7), Act("appraisal.opinion_issued", 0.3)),
            span=span,
            rule="injury.appraisal-opinion",
            keeps=("order",),
            halts=(UNSTABLE,),
        )
        for name, is_complex, span in (("injury-opinion", False, ONE_DAY), ("injury-opinion-complex", True, rolled(7)))
    ),
    Step(
        name="receive-injury-opinion",
        after="appraisal.opinion_given",
        acts=(Act("appraisal.opinion_received", is_exact=True),),
        gap=(HOUR, DAY),
        keeps=("order",),
    ),
)

THINGS: Final = (
    then(
        "order-appraisal",
        "case.filed",
        "appraisal.entrusted",
        (HOUR, 5 * DAY),
        0.06,
        facts=ORDINARY,
        keeps=(),
        names=("order",),
    ),
    Step(
        name="accept-appraisal",
        after="appraisal.entrusted",
        when=ORDINARY,
        acts=(
            Act("appraisal.accepted", 0.6),
            Act("appraisal.contract_effective", 0.3),
            Act("appraisal.not_accepted", 0.1),
        ),
        gap=(4 * HOUR, 2 * DAY),
        keeps=("order",),
    ),
    Step(
        name="issue-opinion",
        after="appraisal.accepted",
        acts=(Act("appraisal.opinion_issued"),),
        span=working(15),
        rule="appraisal.police-lab",
        keeps=("order",),
        growths=(Growth("appraisal.extended", working(25), 0.15, until_share=1.0),),
    ),
    Step(
        name="issue-opinion-of-institution",
        after="appraisal.contract_effective",
        acts=(Act("appraisal.opinion_issued"),),
        span=working(30),
        rule="appraisal.judicial-institution",
        keeps=("order",),
        growths=(Growth("appraisal.extended", working(60), 0.15),),
        halts=(Halt("appraisal.material_asked", "appraisal.material_given", (2, 12), 0.1),),
    ),
    Step(
        name="receive-opinion",
        after="appraisal.opinion_issued",
        acts=(Act("appraisal.opinion_received", is_exact=True),),
        gap=(4 * HOUR, 3 * DAY),
        keeps=("order",),
    ),
)

TOLD: Final = (
    *(
        Step(
            name=f"tell-{whom}",
            after="appraisal.opinion_received",
            when=CRIMINAL,
            acts=(Act(f"appraisal.told_{whom}"),),
            span=WEEK,
            rule="criminal.appraisal.opinion-told",
            keeps=("order",),
        )
        for whom in ("suspect", "victim")
    ),
    *(
        Step(
            name=f"serve-opinion-on-{whom}",
            after="appraisal.opinion_received",
            when=ADMINISTRATIVE,
            acts=(Act(f"appraisal.served_{whom}"),),
            span=rolled(5),
            rule="admin.appraisal.opinion-served",
            keeps=("order",),
        )
        for whom in ("suspect", "victim")
    ),
    then(
        "refuse-reappraisal",
        "appraisal.opinion_received",
        "reappraisal.refused",
        (2 * DAY, 9 * DAY),
        0.04,
        keeps=("order",),
    ),
    duty(
        "criminal.appraisal.refusal-notice",
        "reappraisal.refused",
        "applicant.notified",
        rolled(3),
        when=CRIMINAL,
        keeps=("order",),
    ),
    duty(
        "admin.appraisal.refusal-notice",
        "reappraisal.refused",
        "applicant.notified",
        rolled(3),
        when=ADMINISTRATIVE,
        keeps=("order",),
    ),
)
