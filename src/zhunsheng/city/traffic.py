"""Traffic: accidents with their determination, appraisal, review and mediation; violations."""

from typing import Final

from zhunsheng.city.spans import DAY, HOUR, ONE_DAY, rolled, working
from zhunsheng.city.steps import Act, Growth, Halt, Renewal, Step, after_each, duty, then

FIVE: Final = working(5)
TEN: Final = working(10)
ORDER: Final = ("order", "item")
APPRAISED: Final = {"appraisal": "other", "complex": False}

REPORTED: Final = (
    Step(
        name="accept-belated",
        after="report.received",
        when={"belated": True},
        acts=(Act("case.accepted", 0.9), Act("case.not_accepted", 0.1)),
        span=working(3),
        rule="traffic.accident.belated-report",
        keeps=("document",),
    ),
    then(
        "accept-at-once",
        "report.received",
        "case.accepted",
        (5, 3 * HOUR),
        when={"belated": False},
        keeps=("document",),
    ),
)

AFTERWARDS: Final = (
    duty("traffic.accident.determination-served", "determination.made", "determination.served", working(3), keeps=()),
    then(
        "ask-for-review",
        "determination.served",
        "review.requested_via_maker",
        (4 * HOUR, 3 * DAY),
        0.1,
        keeps=(),
        names=("document",),
        once=True,
    ),
    duty(
        "traffic.accident.review-forward",
        "review.requested_via_maker",
        "review.forwarded",
        working(2),
        keeps=("document",),
    ),
    then("accept-review", "review.forwarded", "review.accepted", (4 * HOUR, 4 * DAY), keeps=("document",)),
    Step(
        name="decide-review",
        after="review.accepted",
        acts=(Act("review.decided", 0.9), Act("review.withdrawn", 0.1)),
        span=rolled(30),
        rule="traffic.accident.review",
        keeps=("document",),
    ),
    then("order-to-redo", "review.decided", "review.redo_ordered", (HOUR, 3 * DAY), 0.4, keeps=()),
    duty("traffic.accident.redo", "review.redo_ordered", "determination.made", TEN, keeps=()),
    then("mediate", "determination.served", "mediation.started", (DAY, 10 * DAY), 0.3, keeps=(), once=True),
    duty("traffic.accident.mediation", "mediation.started", "mediation.ended", TEN, keeps=()),
    then(
        "close-accident",
        "determination.served",
        "case.closed",
        (70 * DAY, 100 * DAY),
        0.4,
        keeps=(),
        names=("dossier",),
        once=True,
    ),
)

PLAIN: Final = (
    then(
        "investigate-scene",
        "case.accepted",
        "scene.investigated",
        (10, 5 * HOUR),
        facts={"hit_and_run": False},
        keeps=(),
    ),
    Step(
        name="determine",
        after="scene.investigated",
        acts=(Act("determination.made"),),
        span=TEN,
        rule="traffic.accident.determination",
        keeps=(),
        halts=(Halt("determination.suspended", "determination.resumed", (5, 40), 0.05, then=FIVE),),
    ),
)

APPRAISAL_OF_ACCIDENT: Final = (
    then(
        "investigate-scene-with-doubts",
        "case.accepted",
        "scene.investigated",
        (10, 5 * HOUR),
        facts={"hit_and_run": False},
        keeps=(),
    ),
    then(
        "finish-scene",
        "scene.investigated",
        "scene.finished",
        (HOUR, 5 * HOUR),
        facts={"needs_appraisal": True},
        keeps=(),
        names=("item",),
    ),
    then("detain-vehicle", "scene.finished", "vehicle.detained", (5, HOUR), 0.8, keeps=("item",)),
    Step(
        name="order-appraisal-of-accident",
        after="scene.finished",
        acts=(Act("appraisal.entrusted", facts=APPRAISED),),
        span=working(3),
        rule="traffic.accident.appraisal-entrust",
        keeps=("item",),
        names=("order",),
        growths=(Growth("appraisal.late_entrust_approved", working(6), 0.1, until_share=1.0),),
    ),
    Step(
        name="complete-appraisal",
        after="appraisal.entrusted",
        acts=(Act("appraisal.opinion_issued"),),
        span=rolled(30),
        rule="traffic.accident.appraisal-complete",
        keeps=ORDER,
        growths=(Growth("appraisal.extended", rolled(60), 0.15),),
    ),
    then(
        "receive-opinion-of-accident",
        "appraisal.opinion_issued",
        "appraisal.opinion_received",
        (4 * HOUR, 3 * DAY),
        keeps=ORDER,
    ),
    duty("traffic.accident.opinion-served", "appraisal.opinion_received", "appraisal.served", FIVE, keeps=ORDER),
    then("fix-opinion", "appraisal.opinion_issued", "appraisal.opinion_fixed", (6 * DAY, 12 * DAY), keeps=ORDER),
    Step(
        name="determine-after-appraisal",
        after="appraisal.opinion_fixed",
        acts=(Act("determination.made"),),
        span=FIVE,
        rule="traffic.accident.determination",
        keeps=(),
    ),
    duty(
        "traffic.accident.vehicle-return", "appraisal.opinion_fixed", "vehicle.return_notified", FIVE, keeps=("item",)
    ),
)

HIT_AND_RUN: Final = (
    then(
        "investigate-scene-of-flight",
        "case.accepted",
        "scene.investigated",
        (10, 5 * HOUR),
        facts={"hit_and_run": True},
        keeps=(),
    ),
    then("find-fugitive", "scene.investigated", "fugitive.found", (2 * DAY, 60 * DAY), 0.9, keeps=()),
    Step(
        name="determine-after-flight",
        after="fugitive.found",
        acts=(Act("determination.made"),),
        span=TEN,
        rule="traffic.accident.determination",
        keeps=(),
    ),
)

TAKEN: Final = after_each(
    duty("traffic.violation.vehicle-handin", "vehicle.detained", "item.handed_in", ONE_DAY, keeps=("item",)),
    "vehicle.detained",
    "licence.detained",
)

CAMERA: Final = (
    duty("traffic.violation.record-review", "record.captured", "record.entered", FIVE, keeps=("document",)),
    *(
        Step(
            name=f"appear-{penalty}",
            after="record.entered",
            acts=(Act("violator.appeared", facts={"penalty": penalty}),),
            gap=(DAY, 40 * DAY),
            chance=chance,
            keeps=(),
            once=True,
            per_person=True,
        )
        for penalty, chance in (("fine", 0.5),)
    ),
)

DECISION_MADE: Final = (Act("decision.made", is_exact=True),)
VIOLATION: Final = tuple(
    Step(
        name=name,
        after="violator.appeared",
        when={"penalty": penalty},
        acts=DECISION_MADE,
        span=span,
        rule="traffic.violation.decision-fine",
        names=("document",),
        renewals=renewals,
    )
    for name, penalty, span, renewals in (
        ("fine-violator", "fine", ONE_DAY, ()),
        ("suspend-licence", "suspend_licence", working(3), ()),
        ("revoke-licence", "revoke_licence", working(7), (Renewal("hearing.closed", 0.3),)),
    )
)

ROADSIDE: Final = (
    then("detain-licence", "case.accepted", "licence.detained", (5, HOUR), 0.5, keeps=(), names=("item",)),
    then("detain-violators-vehicle", "case.accepted", "vehicle.detained", (5, HOUR), 0.5, keeps=(), names=("item",)),
    then("draw-blood", "case.accepted", "blood.drawn", (20, 2 * HOUR), 0.4, keeps=(), names=("item",)),
    duty("traffic.violation.blood-send", "blood.drawn", "blood.sent", FIVE, keeps=("item",)),
    Step(
        name="appear",
        after="case.accepted",
        acts=(
            Act("violator.appeared", 0.3, {"penalty": "fine"}),
            Act("violator.appeared", 0.5, {"penalty": "suspend_licence"}),
            Act("violator.appeared", 0.2, {"penalty": "revoke_licence"}),
        ),
        gap=(DAY, 15 * DAY),
        keeps=(),
        per_person=True,
    ),
)
