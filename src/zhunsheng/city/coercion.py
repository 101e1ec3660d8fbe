"""Administrative coercion: detention and its requests, foreigners, terror cases, drugs, evidence kept, money taken."""

from typing import Any, Final

from zhunsheng.city.spans import DAY, HOUR, ONE_DAY, TWO_DAYS, Span, rolled
from zhunsheng.city.steps import Act, Chance, Growth, Step, duty, then

THIRTY: Final = Span(30, "days")
SIXTY: Final = Span(60, "days")


def _asked(rule: str, request: str, answer: str, span: Span, chance: float) -> tuple[Step, ...]:
    """Something in writing about somebody in administrative detention, and its answer."""
    return (
        then(f"ask {rule}", "admin_detention.executed", request, (2 * HOUR, 4 * DAY), chance, names=("document",)),
        duty(rule, request, answer, span, keeps=("person", "document")),
    )


DETAINED: Final = (
    *_asked("admin.detention.suspend-decision", "suspension.requested", "suspension.decided", ONE_DAY, 0.05),
    *_asked(
        "admin.detention.leave-decision",
        "leave.requested",
        "leave.decided",
        Span(12, "hours", full_hour=True),
        0.05,
    ),
    *_asked("admin.detention.appeal-forward", "appeal.submitted", "appeal.forwarded", ONE_DAY, 0.05),
    *_asked("admin.detention.wrongful-reply", "wrongful.notified", "wrongful.decided", ONE_DAY, 0.02),
    then("take-deposit", "suspension.decided", "deposit.received_cash", (HOUR, 6 * HOUR), 0.7, names=("item",)),
    duty(
        "admin.detention.deposit-bank", "deposit.received_cash", "deposit.banked", rolled(3), keeps=("person", "item")
    ),
)

MEASURES: Final = (
    then("act-on-the-spot", "person.arrived", "measure.onspot", (10, 2 * HOUR), 0.03, names=("document",)),
    duty("admin.seizure.onsite-approval", "measure.onspot", "approval.granted", ONE_DAY, keeps=("person", "document")),
    then("keep-evidence", "case.accepted", "evidence.registered", (HOUR, 2 * DAY), 0.05, keeps=(), names=("item",)),
    duty(
        "admin.evidence.registration-preserve",
        "evidence.registered",
        "evidence.registration_decided",
        rolled(7),
        keeps=("item",),
    ),
    Step(
        name="commit-addict",
        after="decision.made",
        acts=(Act("drug_decision.served"),),
        gap=(HOUR, DAY),
        chance=0.01,
        keeps=(),
        per_person=True,
    ),
    duty("admin.drug.family-notice", "drug_decision.served", "family.notified", ONE_DAY),
)


def _upon(name: str, event: str, gap: tuple[int, int], chance: float, **more: Any) -> Step:
    """A measure against each person of the case."""
    facts = more.pop("facts", {})
    return Step(
        name=name,
        after="case.accepted",
        acts=(Act(event, facts=facts),),
        gap=gap,
        chance=chance,
        keeps=(),
        per_person=True,
        **more,
    )


FOREIGNER: Final = (
    _upon("review-in-detention", "detention_review.started", (10, 110), 0.6, facts={"identity_unknown": Chance(0.25)}),
    duty("admin.foreign.detention-review-question", "detention_review.started", "questioning.started", ONE_DAY),
    Step(
        name="end-review",
        after="detention_review.started",
        when={"identity_unknown": False},
        acts=(Act("detention_review.ended"),),
        span=THIRTY,
        rule="admin.foreign.detention-review",
        growths=(Growth("detention_review.extended", SIXTY, 0.2),),
    ),
    then(
        "establish-foreign-identity",
        "detention_review.started",
        "identity.established",
        (2 * DAY, 25 * DAY),
        when={"identity_unknown": True},
    ),
    Step(
        name="end-review-of-the-identified",
        after="identity.established",
        acts=(Act("detention_review.ended"),),
        span=THIRTY,
        rule="admin.foreign.detention-review",
    ),
    _upon("restrict-movement", "restriction.started", (2 * DAY, 4 * DAY), 0.5),
    duty("admin.foreign.restrict", "restriction.started", "restriction.ended", SIXTY),
    _upon("report-measure", "foreigner.measure", (HOUR, DAY), 0.9),
    duty(
        "admin.foreign.report",
        "foreigner.measure",
        "province.reported",
        TWO_DAYS,
        when={"case_kind": "administrative"},
    ),
)

TERROR: Final = (
    then("freeze-terror", "case.accepted", "property.frozen_terror", (HOUR, 3 * DAY), 0.7, keeps=(), names=("item",)),
    Step(
        name="lift-freeze-of-terror",
        after="property.frozen_terror",
        acts=(Act("freeze.lifted", 0.4), Act("freeze.decided", 0.6)),
        span=Span(2, "months", rolls="forward"),
        rule="admin.freeze.terror",
        keeps=("item",),
        growths=(Growth("property.term_extended", Span(3, "months", rolls="forward"), 0.3),),
    ),
    _upon("restrain", "restraint.started", (HOUR, 3 * DAY), 0.7),
    duty("admin.terror.restraint", "restraint.started", "restraint.ended", Span(3, "months")),
)

FINES: Final = (
    Step(
        name="collect-fine",
        after="decision.onspot",
        when={"on_board": False},
        acts=(Act("fine.collected", facts={"on_board": False}),),
        gap=(2, 20),
        chance=0.6,
        keeps=(),
        names=("item",),
    ),
    Step(
        name="collect-fine-on-board",
        after="decision.onspot",
        when={"on_board": True},
        acts=(Act("fine.collected", facts={"on_board": True}),),
        gap=(2, 20),
        chance=0.6,
        keeps=(),
        names=("item",),
    ),
    Step(
        name="hand-in-fine",
        after="fine.collected",
        when={"on_board": False},
        acts=(Act("fine.handed_in"),),
        span=rolled(2),
        rule="admin.fine.handin",
        keeps=("item",),
    ),
    then("land", "fine.collected", "fine.landed", (5 * HOUR, 2 * DAY), when={"on_board": True}, keeps=("item",)),
    Step(
        name="hand-in-fine-after-landing",
        after="fine.landed",
        acts=(Act("fine.handed_in"),),
        span=rolled(2),
        rule="admin.fine.handin",
        keeps=("item",),
    ),
    duty("admin.fine.bank", "fine.handed_in", "fine.deposited", rolled(2), keeps=("item",)),
)
