"""Administrative cases, from acceptance to the decision."""

from datetime import date
from typing import Final

from zhunsheng.city.property import APPRAISAL, SIXTY, THIRTY
from zhunsheng.city.spans import DAY, HOUR, Span
from zhunsheng.city.steps import Act, Growth, Halt, Renewal, Step

# 治安管理处罚法 as revised in 2025 counts from filing and has a second extension and a 12-hour tier
LAW_OF_2025: Final = date(2026, 1, 1)
NINETY: Final = Span(90, "days", rolls="forward")

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
        acts=(Act("case.filed"),),
        gap=(10, 10 * HOUR),
        since=LAW_OF_2025,
        keeps=(),
    ),
    Step(
        name="decide-2012",
        after="case.accepted",
        when={"public_security": True},
        before=LAW_OF_2025,
        acts=DECISION,
        span=THIRTY,
        keeps=(),
        growths=(Growth("case_limit.extended", SIXTY, 0.2, {"tier": "60d"}),),
        halts=(APPRAISAL,),
        renewals=(Renewal("mediation.failed", 0.05),),
    ),
    Step(
        name="decide",
        after="case.filed",
        when={"public_security": True},
        since=LAW_OF_2025,
        acts=DECISION,
        span=THIRTY,
        keeps=(),
        growths=(
            Growth("case_limit.extended", SIXTY, 0.2, {"tier": "60d"}),
            Growth("case_limit.extended", NINETY, 0.3, {"tier": "90d"}),
        ),
        halts=(
            APPRAISAL,
            Halt("hearing.period_started", "hearing.period_ended", (5, 15), 0.06, names="document"),
        ),
        renewals=(Renewal("mediation.failed", 0.05),),
    ),
    Step(
        name="decide-other",
        after="case.accepted",
        when={"public_security": False},
        acts=DECISION,
        gap=(3 * DAY, 80 * DAY),
        keeps=(),
    ),
    Step(
        name="offender-absent",
        after="case.accepted",
        acts=(Act("case.offender_absent_recorded"),),
        gap=(5 * DAY, 20 * DAY),
        chance=0.03,
        keeps=(),
    ),
)

QUESTIONING: Final = (
    Step(
        name="come-in",
        after="case.accepted",
        acts=(Act("person.arrived"),),
        gap=(2 * HOUR, 12 * DAY),
        chance=0.9,
        keeps=(),
        names=("visit",),
        per_person=True,
    ),
    Step(
        name="question",
        after="person.arrived",
        acts=(
            Act("questioning.ended", 0.7),
            Act("person.released", 0.2, {"from": "other"}),
            Act("admin_detention.executed", 0.1),
        ),
        span=Span(8, "hours"),
        keeps=("person", "visit"),
        growths=(
            Growth("questioning.extended", Span(12, "hours"), 0.12, {"tier": "12h"}, since=LAW_OF_2025),
            Growth("questioning.extended", Span(24, "hours"), 0.12, {"tier": "24h"}, follows=False),
        ),
    ),
)

ADMINISTRATIVE: Final = (*CASE, *QUESTIONING)
