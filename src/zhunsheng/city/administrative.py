"""Administrative cases, from filing to the decision, its service and what may follow it."""

from dataclasses import replace
from datetime import date
from typing import Final

from zhunsheng.city.appraisal import APPRAISAL
from zhunsheng.city.spans import DAY, HOUR, ONE_DAY, Span, rolled, working
from zhunsheng.city.steps import Act, Growth, Halt, Later, Renewal, Step, duty, then

# 治安管理处罚法 as revised in 2025 counts from filing and has a second extension and a 12-hour tier
LAW_OF_2025: Final = date(2026, 1, 1)
PUBLIC_SECURITY: Final = {"public_security": True}
OTHER: Final = {"public_security": False}
OVER: Final = ("decision.made", "case.converted_criminal", "case.transferred", "case.terminated")
EIGHT_DAYS: Final = Later(8 * DAY)

DECISION: Final = (
    Act("decision.made", 0.72),
    Act("mediation.performed", 0.16),
    Act("case.terminated", 0.06),
    Act("case.transferred", 0.04),
    Act("case.converted_criminal", 0.02),
)

CASE: Final = (
    Step(
        name="file-administrative",
        after="case.accepted",
        when=PUBLIC_SECURITY,
        acts=(Act("case.filed"),),
        gap=(10, 10 * HOUR),
        since=LAW_OF_2025,
        keeps=(),
    ),
    Step(
        name="decide-2012",
        after="case.accepted",
        when=PUBLIC_SECURITY,
        before=LAW_OF_2025,
        acts=DECISION,
        span=rolled(30),
        rule="admin.case.public-security",
        earliest=0.2,
        keeps=(),
        names=("document",),
        growths=(Growth("case_limit.extended", rolled(60), 0.2, {"tier": "60d"}),),
        halts=(APPRAISAL,),
        renewals=(Renewal("mediation.failed", 0.05),),
    ),
    Step(
        name="decide",
        after="case.filed",
        when=PUBLIC_SECURITY,
        since=LAW_OF_2025,
        acts=DECISION,
        span=rolled(30),
        rule="admin.case.public-security",
        earliest=0.2,
        keeps=(),
        names=("document",),
        growths=(
            Growth("case_limit.extended", rolled(60), 0.2, {"tier": "60d"}),
            Growth("case_limit.extended", rolled(90), 0.3, {"tier": "90d"}),
        ),
        halts=(
            APPRAISAL,
            Halt("hearing.period_started", "hearing.period_ended", (5, 15), 0.06, names="document"),
        ),
        renewals=(Renewal("mediation.failed", 0.05),),
    ),
    then("file-other", "case.accepted", "case.filed", (10, 2 * DAY), when=OTHER, keeps=()),
    Step(
        name="decide-other",
        after="case.filed",
        when=OTHER,
        acts=(Act("decision.made", 0.95), Act("case.transferred", 0.05)),
        span=rolled(90),
        rule="admin.case.general",
        keeps=(),
        names=("document",),
    ),
    then(
        "fail-to-mediate",
        "case.accepted",
        "mediation.first_failed",
        (DAY, 5 * DAY),
        0.03,
        when=PUBLIC_SECURITY,
        keeps=(),
    ),
    duty(
        "admin.mediation.second",
        "mediation.first_failed",
        "mediation.second_done",
        working(7),
        chance=0.8,
        optional=True,
        keeps=(),
    ),
)

QUESTIONED: Final = (
    Act("questioning.ended", 0.7),
    Act("person.released", 0.2, {"from": "other"}),
    Act("admin_detention.executed", 0.1),
)
TWENTY_FOUR: Final = Growth("questioning.extended", Span(24, "hours"), 0.12, {"tier": "24h"}, follows=False)

COME_IN: Final = (
    Step(
        name="come-in",
        after="case.accepted",
        acts=(Act("person.arrived"),),
        gap=(2 * HOUR, 6 * DAY),
        chance=0.9,
        keeps=(),
        names=("visit",),
        per_person=True,
        unless=(*OVER, "detention_review.started"),
    ),
)

QUESTIONING: Final = (
    Step(
        name="question",
        after="person.arrived",
        when=PUBLIC_SECURITY,
        acts=QUESTIONED,
        span=Span(8, "hours"),
        rule="admin.summons.questioning",
        keeps=("person", "visit"),
        growths=(
            Growth("questioning.extended", Span(12, "hours"), 0.12, {"tier": "12h"}, since=LAW_OF_2025),
            TWENTY_FOUR,
        ),
    ),
    Step(
        name="question-other",
        after="person.arrived",
        when=OTHER,
        acts=QUESTIONED,
        span=Span(8, "hours"),
        rule="admin.summons.questioning",
        keeps=("person", "visit"),
        growths=(TWENTY_FOUR,),
    ),
)

STOPPED: Final = (Act("person.released", 0.9, {"from": "other"}), Act("admin_detention.executed", 0.1))
CONTINUED: Final = (
    Step(
        name="bring-in",
        after="case.accepted",
        acts=(Act("person.brought_in"),),
        gap=(5, 90),
        chance=0.03,
        keeps=(),
        names=("visit",),
        per_person=True,
    ),
    Step(
        name="continue-questioning",
        after="person.brought_in",
        when={"vulnerable": False},
        acts=STOPPED,
        span=Span(12, "hours"),
        rule="admin.continued-questioning",
        keeps=("person", "visit"),
        growths=(
            Growth("continued_questioning.extended", Span(24, "hours"), 0.3, {"tier": "24h"}),
            Growth("continued_questioning.extended", Span(48, "hours"), 0.3, {"tier": "48h"}),
        ),
    ),
    Step(
        name="continue-questioning-briefly",
        after="person.brought_in",
        when={"vulnerable": True},
        acts=STOPPED,
        span=Span(4, "hours"),
        rule="admin.continued-questioning.vulnerable",
        keeps=("person", "visit"),
    ),
)

HEARING: Final = (
    then(
        "ask-to-be-heard", "case.filed", "hearing.requested", (5 * HOUR, 3 * DAY), 0.04, keeps=(), names=("document",)
    ),
    duty("admin.hearing.accept", "hearing.requested", "hearing.accept_decided", rolled(2), keeps=("document",)),
    then(
        "schedule-hearing",
        "hearing.requested",
        "hearing.scheduled",
        (2 * HOUR, DAY),
        facts={"hearing_at": EIGHT_DAYS},
        keeps=("document",),
    ),
    duty("admin.hearing.notice", "hearing.scheduled", "hearing.notice_served", Span(24, "hours"), keeps=("document",)),
    duty(
        "admin.hearing.hold",
        "hearing.requested",
        "hearing.held",
        rolled(10),
        keeps=("document",),
        earliest=0.75,
    ),
)
"""The hearing is put eight days on, so that notice must be given within the first."""

SERVICE: Final = (
    duty(
        "admin.decision.serve-public-security",
        "decision.made",
        "decision.served",
        rolled(2),
        when=PUBLIC_SECURITY,
        keeps=("person", "document"),
    ),
    duty(
        "admin.decision.serve-general",
        "decision.made",
        "decision.served",
        rolled(7),
        when=OTHER,
        keeps=("person", "document"),
    ),
    duty(
        "admin.decision.victim-copy",
        "decision.made",
        "decision.served_victim",
        rolled(2),
        when={"has_victim": True},
        keeps=("document",),
    ),
    then(
        "close-administrative",
        "decision.made",
        "case.closed",
        (5 * DAY, 40 * DAY),
        0.5,
        keeps=(),
        names=("dossier",),
        once=True,
    ),
    Step(
        name="detain-administratively",
        after="decision.made",
        when=PUBLIC_SECURITY,
        acts=(Act("admin_detention.executed"),),
        gap=(2 * HOUR, 3 * DAY),
        chance=0.25,
        keeps=(),
        per_person=True,
    ),
)

REDRESS: Final = (
    then(
        "ask-for-review",
        "decision.made",
        "review_copy.received",
        (20 * DAY, 60 * DAY),
        0.03,
        keeps=(),
        names=("document",),
    ),
    Step(
        name="reply-to-review",
        after="review_copy.received",
        acts=(Act("review.reply_sent", 0.95), Act("review.withdrawn", 0.05)),
        span=working(10),
        rule="redress.review.reply",
        keeps=("document",),
    ),
    then("sue", "decision.made", "complaint_copy.received", (30 * DAY, 100 * DAY), 0.02, keeps=(), names=("document",)),
    duty("redress.litigation.reply", "complaint_copy.received", "defence.filed", rolled(15), keeps=("document",)),
    then(
        "claim-compensation",
        "decision.made",
        "compensation.applied",
        (30 * DAY, 120 * DAY),
        0.01,
        keeps=(),
        names=("document",),
    ),
    duty(
        "redress.compensation.decision",
        "compensation.applied",
        "compensation.decided",
        Span(2, "months", rolls="forward"),
        keeps=("document",),
    ),
    then(
        "let-remedies-pass",
        "decision.made",
        "remedy_window.expired",
        (183 * DAY, 190 * DAY),
        0.03,
        keeps=(),
        names=("document",),
    ),
    duty(
        "admin.enforcement.court-application",
        "remedy_window.expired",
        "enforcement.applied",
        Span(3, "months", rolls="forward"),
        keeps=("document",),
        chance=0.9,
    ),
)

FAST: Final = (
    replace(COME_IN[0], name="come-in-fast", chance=1.0),
    Step(
        name="decide-fast",
        after="person.arrived",
        acts=(Act("decision.made", 0.8, is_exact=True), Act("case.converted_ordinary", 0.2, is_exact=True)),
        span=Span(48, "hours", full_hour=True),
        rule="admin.fast-track",
        names=("document",),
    ),
    then("decide-after-all", "case.converted_ordinary", "decision.made", (DAY, 6 * DAY), names=("document",)),
)

ABSENT: Final = (
    then("record-absence", "case.accepted", "case.offender_absent_recorded", (5 * DAY, 20 * DAY), keeps=()),
    then(
        "decide-when-found",
        "case.offender_absent_recorded",
        "decision.made",
        (45 * DAY, 90 * DAY),
        0.8,
        keeps=(),
        names=("document",),
    ),
)
"""Nobody can be punished before he is found: the decision comes after the limit, and that is excused."""

ON_THE_SPOT: Final = (
    Step(
        name="punish-on-the-spot",
        after="case.discovered",
        acts=(
            Act("decision.onspot", 0.6, {"on_board": False, "traffic_police": False}),
            Act("decision.onspot", 0.25, {"on_board": False, "traffic_police": True}),
            Act("decision.onspot", 0.15, {"on_board": True, "traffic_police": False}),
        ),
        gap=(5, 40),
        keeps=(),
        names=("document",),
    ),
    *(
        Step(
            name=name,
            after=after,
            when=when,
            acts=(Act("onspot.filed"),),
            span=span,
            rule="admin.onspot.filing",
            keeps=("document",),
        )
        for name, after, when, span in (
            ("report-on-the-spot", "decision.onspot", {"on_board": False, "traffic_police": False}, ONE_DAY),
            ("report-traffic-on-the-spot", "decision.onspot", {"traffic_police": True}, working(2)),
            ("report-after-return", "officer.returned", {}, ONE_DAY),
        )
    ),
    then(
        "return-to-unit",
        "decision.onspot",
        "officer.returned",
        (6 * HOUR, 3 * DAY),
        when={"on_board": True},
        keeps=("document",),
    ),
)

OLD_OFFENCE: Final = (
    duty(
        "admin.prescription.public-security",
        "offence.ended",
        "case.discovered",
        Span(6, "months", rolls="forward"),
        keeps=(),
    ),
    then("accept-discovered", "case.discovered", "case.accepted", (10, 2 * HOUR), keeps=()),
)
