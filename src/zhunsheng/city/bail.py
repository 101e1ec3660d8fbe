"""Bail and residential surveillance: their terms, the deposit, the guarantor."""

from typing import Final

from zhunsheng.city.custody import UNREACHABLE
from zhunsheng.city.spans import DAY, ONE_DAY, Span, rolled
from zhunsheng.city.steps import Act, Halt, Renewal, Step, duty, then

THREE_DAYS: Final = Span(72, "hours")
PAID: Final = {"deposit_paid": True, "to": "other"}
UNPAID: Final = {"deposit_paid": False, "to": "other"}

BAIL: Final = (
    Step(
        name="bail",
        after="measure.bail",
        acts=(
            Act("bail.ended", 0.45, UNPAID),
            Act("bail.ended", 0.25, PAID, is_exact=True),
            Act("bail.auto_ended", 0.2, UNPAID),
            Act("measure.surveillance", 0.1, {"designated": False, "from": "bail", "to": "surveillance"}),
        ),
        span=Span(12, "months", rolls="forward"),
        rule="criminal.bail.term",
        chance=0.7,
        renewals=(Renewal("bail.taken_over", 0.3),),
    ),
    Step(
        name="refund-deposit",
        after="bail.ended",
        when={"deposit_paid": True},
        acts=(Act("deposit.refund_notice_sent_bank"),),
        span=THREE_DAYS,
        rule="criminal.bail.deposit-refund",
        halts=(Halt("deposit.withheld", "deposit.withholding_ended", (5, 30), 0.1, names="item", then=THREE_DAYS),),
    ),
    then("forfeit-deposit", "measure.bail", "deposit.forfeited", (10 * DAY, 90 * DAY), 0.04),
    duty("criminal.bail.forfeit-announce", "deposit.forfeited", "forfeiture.announced", rolled(3)),
    then(
        "ask-to-reconsider-forfeiture",
        "forfeiture.announced",
        "forfeiture_reconsideration.received",
        (DAY, 5 * DAY),
        0.3,
        names=("document",),
    ),
    duty(
        "criminal.bail.forfeit-reconsider",
        "forfeiture_reconsideration.received",
        "forfeiture_reconsideration.decided",
        rolled(7),
        keeps=("person", "document"),
    ),
    then("forfeiture-final", "forfeiture.announced", "forfeiture.final", (6 * DAY, 30 * DAY)),
    duty("criminal.bail.forfeit-notify-decider", "forfeiture.final", "forfeiture.decider_notified", rolled(3)),
    then("lose-guarantor", "measure.bail", "guarantor.lost", (5 * DAY, 90 * DAY), 0.03),
    duty("criminal.bail.guarantor-change", "guarantor.lost", "guarantor.change_notified", rolled(3)),
    then("fine-guarantor", "measure.bail", "guarantor.fined", (10 * DAY, 90 * DAY), 0.02, names=("document",)),
    duty(
        "criminal.bail.guarantor-fine-serve",
        "guarantor.fined",
        "guarantor.fine_served",
        rolled(3),
        keeps=("person", "document"),
    ),
    Step(
        name="bail-by-court",
        after="prosecution.filed",
        acts=(Act("bail.papers_received"),),
        gap=(3 * DAY, 30 * DAY),
        chance=0.08,
        keeps=(),
        per_person=True,
    ),
    duty("criminal.bail.execution-assign", "bail.papers_received", "bail.station_assigned", ONE_DAY),
)

SURVEILLANCE: Final = (
    Step(
        name="surveillance",
        after="measure.surveillance",
        acts=(Act("surveillance.ended", 0.75), Act("measure.bail", 0.25, {"from": "surveillance"})),
        span=Span(6, "months", rolls="forward"),
        rule="criminal.surveillance.term",
    ),
    Step(
        name="notify-family-of-surveillance",
        after="measure.surveillance",
        when={"designated": True},
        acts=(Act("family.notified"),),
        span=ONE_DAY,
        rule="criminal.surveillance.notify-family",
        halts=(UNREACHABLE,),
    ),
    Step(
        name="surveillance-by-court",
        after="prosecution.filed",
        acts=(Act("surveillance.papers_received"),),
        gap=(3 * DAY, 30 * DAY),
        chance=0.04,
        keeps=(),
        per_person=True,
    ),
    duty(
        "criminal.surveillance.execution-assign",
        "surveillance.papers_received",
        "surveillance.station_assigned",
        ONE_DAY,
    ),
)
