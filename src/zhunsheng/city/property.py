"""Things and money in cases of every kind: seized, handed in, stored, registered, frozen, found again, given back.

In a whole lawful case nothing seized outlasts the decision by more than the month that a check allows.
"""

from dataclasses import replace
from typing import Final

from zhunsheng.city.appraisal import APPRAISAL
from zhunsheng.city.spans import DAY, HOUR, ONE_DAY, Span, rolled
from zhunsheng.city.steps import Act, Chance, Growth, Step, after_each, duty, then

ITEM: Final = ("item",)
SIX_MONTHS: Final = Span(6, "months")
TWO_YEARS: Final = Span(24, "months")
CLAIM: Final = Span(6, "months", rolls="forward")

SEIZURE: Final = (
    Step(
        name="take",
        after="person.arrived",
        acts=(Act("property.seized"),),
        gap=(HOUR, 3 * DAY),
        chance=0.3,
        keeps=(),
        names=ITEM,
        times=(1, 2),
    ),
    then("seal", "person.arrived", "property.sealed", (HOUR, 3 * DAY), 0.03, keeps=(), names=ITEM),
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
        span=rolled(30),
        rule="admin.seizure.term",
        keeps=ITEM,
        growths=(Growth("property.term_extended", rolled(60), 0.2, is_lawful=False),),
        halts=(replace(APPRAISAL, is_lawful=False),),
    ),
    Step(
        name="unseal",
        after="property.sealed",
        acts=(Act("property.unsealed"),),
        span=rolled(30),
        rule="admin.seizure.term",
        keeps=ITEM,
        growths=(Growth("property.term_extended", rolled(60), 0.2, is_lawful=False),),
    ),
    then("hand-in-seized", "property.seized", "property.extracted", (1, 1), facts={"remote": False}, keeps=ITEM),
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
        names=ITEM,
        times=(1, 3),
    ),
    *(
        Step(
            name=name,
            after="property.extracted",
            when={"remote": False, "case_kind": kind},
            acts=(*acts, Act("property.urgent_exam_approved", 0.06, ends=False)),
            span=ONE_DAY,
            rule="property.handover",
            keeps=ITEM,
            chance=0.92,
        )
        for name, kind, acts in (
            (
                "store",
                "criminal",
                (Act("property.stored", 0.91), Act("property.disposed", 0.02), Act("property.holder_changed", 0.01)),
            ),
            ("store-seized", "administrative", (Act("property.stored", 0.94),)),
        )
    ),
    Step(
        name="bring-back",
        after="property.extracted",
        when={"remote": True},
        acts=(Act("property.brought_back"),),
        gap=(10 * HOUR, 40 * HOUR),
        keeps=ITEM,
        chance=0.95,
    ),
    Step(
        name="store-brought-back",
        after="property.brought_back",
        acts=(Act("property.stored"),),
        span=ONE_DAY,
        rule="property.handover",
        keeps=ITEM,
    ),
    then(
        "finish-examination",
        "property.urgent_exam_approved",
        "property.urgent_exam_finished",
        (6 * HOUR, DAY),
        keeps=ITEM,
    ),
    Step(
        name="store-examined",
        after="property.urgent_exam_finished",
        acts=(Act("property.stored"),),
        span=ONE_DAY,
        rule="property.handover",
        keeps=ITEM,
    ),
    duty(
        "property.document-filing-supervision",
        "property.stored",
        "supervision.filed",
        ONE_DAY,
        keeps=ITEM,
        chance=0.03,
        optional=True,
    ),
)
"""Reports to the supervising department are rare: the rule that asked for them is switched off."""

RETURN: Final = (
    then(
        "find-unrelated",
        "property.stored",
        "property.found_unrelated",
        (2 * DAY, 30 * DAY),
        0.06,
        when={"case_kind": "criminal"},
        keeps=ITEM,
    ),
    duty("criminal.property.unrelated-release", "property.found_unrelated", "property.returned", rolled(3), keeps=ITEM),
    then(
        "announce-find",
        "case.filed",
        "property.owner_notified_or_announced",
        (DAY, 10 * DAY),
        0.01,
        keeps=(),
        names=ITEM,
    ),
    *(
        Step(
            name=rule,
            after="property.owner_notified_or_announced",
            when={"case_kind": kind},
            acts=(Act("property.returned", 0.7), Act("property.treasury", 0.3)),
            span=CLAIM,
            rule=rule,
            keeps=ITEM,
            growths=growths,
        )
        for rule, kind, growths in (
            ("criminal.property.unclaimed", "criminal", ()),
            (
                "admin.property.unclaimed",
                "administrative",
                (Growth("property.claim_extended", Span(9, "months", rolls="forward"), 0.2),),
            ),
        )
    ),
)

REGISTERED: Final = after_each(
    duty("property.register-not-held", "property.sealed", "property.registered", ONE_DAY, keeps=ITEM),
    "property.sealed",
    "property.frozen",
    "evidence.registered",
)

FREEZING: Final = (
    then(
        "freeze",
        "case.filed",
        "property.frozen",
        (HOUR, 10 * DAY),
        0.04,
        facts={"major": Chance(0.2)},
        keeps=(),
        names=ITEM,
    ),
    then("freeze-equity", "case.filed", "equity.frozen", (HOUR, 10 * DAY), 0.01, keeps=(), names=ITEM),
    then("freeze-securities", "case.filed", "securities.frozen", (HOUR, 10 * DAY), 0.005, keeps=(), names=ITEM),
    *(
        Step(
            name=name,
            after=after,
            when=when,
            acts=(Act("freeze.lifted", 0.8), Act("freeze.found_unrelated", 0.2, ends=False)),
            span=span,
            rule=rule,
            keeps=ITEM,
            growths=(Growth("freeze.renewed", longer, 0.3, {"tier": tier}),),
        )
        for name, after, when, span, rule, longer, tier in (
            (
                "lift-freeze",
                "property.frozen",
                {"major": False},
                SIX_MONTHS,
                "criminal.freeze.deposit",
                Span(6, "months", more=SIX_MONTHS),
                "6m",
            ),
            (
                "lift-major-freeze",
                "property.frozen",
                {"major": True},
                Span(12, "months"),
                "criminal.freeze.deposit",
                Span(12, "months", more=Span(12, "months")),
                "12m",
            ),
            (
                "lift-freeze-of-equity",
                "equity.frozen",
                {},
                SIX_MONTHS,
                "criminal.freeze.equity",
                Span(6, "months", more=SIX_MONTHS),
                "6m",
            ),
            (
                "lift-freeze-of-securities",
                "securities.frozen",
                {},
                TWO_YEARS,
                "criminal.freeze.securities",
                Span(24, "months", more=TWO_YEARS),
                "2y",
            ),
        )
    ),
    duty("criminal.freeze.unrelated-release", "freeze.found_unrelated", "freeze.lifted", rolled(3), keeps=ITEM),
)
