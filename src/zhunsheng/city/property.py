"""Things taken in cases of every kind: seized, handed in, examined, given back."""

from typing import Final

from zhunsheng.city.spans import DAY, HOUR, Span
from zhunsheng.city.steps import Act, Growth, Halt, Step

THIRTY: Final = Span(30, "days", rolls="forward")
SIXTY: Final = Span(60, "days", rolls="forward")

APPRAISAL: Final = Halt(
    begin="appraisal.entrusted",
    end="appraisal.opinion_received",
    days=(4, 25),
    chance=0.18,
    names="order",
    facts={"appraisal": "other", "complex": False},
)
SEIZURE: Final = (
    Step(
        name="take",
        after="person.arrived",
        acts=(Act("property.seized"),),
        gap=(HOUR, 3 * DAY),
        chance=0.3,
        keeps=(),
        names=("item",),
        times=(1, 2),
    ),
    Step(
        name="seal",
        after="person.arrived",
        acts=(Act("property.sealed"),),
        gap=(HOUR, 3 * DAY),
        chance=0.03,
        keeps=(),
        names=("item",),
    ),
    Step(
        name="deal-with-seized",
        after="property.seized",
        acts=(
            Act("property.returned", 0.5),
            Act("property.confiscated", 0.3),
            Act("property.disposed", 0.1),
            Act("property.treasury", 0.05),
            Act("property.holder_changed", 0.05),
        ),
        span=THIRTY,
        keeps=("item",),
        growths=(Growth("property.term_extended", SIXTY, 0.2),),
        halts=(APPRAISAL,),
    ),
    Step(
        name="unseal",
        after="property.sealed",
        acts=(Act("property.unsealed"),),
        span=THIRTY,
        keeps=("item",),
        growths=(Growth("property.term_extended", SIXTY, 0.2),),
    ),
    Step(
        name="hand-in-seized",
        after="property.seized",
        acts=(Act("property.extracted", 1.0, {"remote": False}),),
        gap=(1, 1),
        keeps=("item",),
    ),
)

HANDOVER: Final = (
    Step(
        name="extract",
        after="case.filed",
        when={"case_kind": "criminal"},
        acts=(
            Act("property.extracted", 0.88, {"remote": False}),
            Act("property.extracted", 0.12, {"remote": True}),
        ),
        gap=(2 * HOUR, 6 * DAY),
        chance=0.45,
        keeps=(),
        names=("item",),
        times=(1, 3),
    ),
    Step(
        name="store",
        after="property.extracted",
        when={"remote": False},
        acts=(
            Act("property.stored", 0.91),
            Act("property.disposed", 0.02),
            Act("property.holder_changed", 0.01),
            Act("property.urgent_exam_approved", 0.06, ends=False),
        ),
        span=Span(24, "hours", full_hour=True),
        keeps=("item",),
        chance=0.92,
    ),
    Step(
        name="bring-back",
        after="property.extracted",
        when={"remote": True},
        acts=(Act("property.brought_back"),),
        gap=(10 * HOUR, 6 * DAY),
        keeps=("item",),
        chance=0.95,
    ),
    Step(
        name="store-brought-back",
        after="property.brought_back",
        acts=(Act("property.stored"),),
        span=Span(24, "hours", full_hour=True),
        keeps=("item",),
    ),
    Step(
        name="finish-examination",
        after="property.urgent_exam_approved",
        acts=(Act("property.urgent_exam_finished"),),
        gap=(6 * HOUR, 5 * DAY),
        keeps=("item",),
    ),
    Step(
        name="store-examined",
        after="property.urgent_exam_finished",
        acts=(Act("property.stored"),),
        span=Span(24, "hours", full_hour=True),
        keeps=("item",),
    ),
)
