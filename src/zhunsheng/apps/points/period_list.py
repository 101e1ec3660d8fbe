"""The periods of the policies in use as a list: which are open, which wait to be closed or published."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from zhunsheng.apps.display.listing import Asked, Column, Filter, Listing, Page, choices, titled
from zhunsheng.apps.display.sheets import Cell
from zhunsheng.apps.points import stored, words
from zhunsheng.apps.points.models import Closing, Publication
from zhunsheng.apps.points.policies import in_use
from zhunsheng.apps.points.roster import next_period
from zhunsheng.core.points.policy import Policy

STATES: Final = {
    "live": gettext_noop("实时·未定"),
    "over": gettext_noop("待关账"),
    "closed": gettext_noop("待公布"),
    "published": gettext_noop("已公布"),
}


@dataclass(frozen=True)
class PeriodLine:
    """One period of a policy that has begun: open, closed, published."""

    policy: str
    policy_title: str
    period: date
    title: str
    every: str
    is_over: bool
    closed_at: datetime | None
    published: Publication | None

    @property
    def state(self) -> str:
        """One of STATES."""
        if self.published is not None:
            return "published"
        if self.closed_at is not None:
            return "closed"
        return "over" if self.is_over else "live"


KEYS: Final[Mapping[str, Callable[[PeriodLine], Any]]] = {
    "period": lambda line: (line.period, line.policy),
    "policy": lambda line: (line.policy_title, line.policy, line.period),
}
"""Column → what the lines are sorted by: they are counted out and stand in no table."""


def _policies() -> dict[str, Policy]:
    """The first version in use of each policy."""
    return {policy.id: policy for policy in reversed(in_use())}


def listing() -> Listing:
    """Columns and filters of the periods, the last first."""
    columns = (
        Column("period", _("期次"), sort=("period", "policy")),
        Column("policy", _("办法"), sort=("policy", "period")),
        Column("closed", _("关账")),
        Column("published", _("公布")),
    )
    filters = (
        Filter("state", _("状态"), _of_none, titled(STATES)),
        Filter("policy", _("办法"), _of_none, choices(sorted((one.id, one.title) for one in _policies().values()))),
    )
    return Listing(columns, filters, default_sort="-period")


def _of_none(_value: str) -> Q:
    """No condition on rows: there are none."""
    return Q()


def periods(asked: Asked, *, now: datetime) -> Page[PeriodLine]:
    """A page of the periods that have begun."""
    found = [
        line
        for line in _lines(now.date())
        if asked.values.get("state", line.state) == line.state
        and asked.values.get("policy", line.policy) == line.policy
    ]
    column = asked.sort.removeprefix("-")
    return asked.part(sorted(found, key=KEYS[column], reverse=asked.sort.startswith("-")))


def _lines(today: date) -> Iterator[PeriodLine]:
    with stored.whole():
        closed = {(row.every, row.period): row.closed_at for row in Closing.objects.all()}
        printed = {(row.policy, row.period): row for row in Publication.objects.defer("text")}
    for one in _policies().values():
        period = one.in_force
        while period <= today:
            after = next_period(period, one.period)
            yield PeriodLine(
                one.id,
                one.title,
                period,
                words.period_title(period, one.period),
                one.period,
                after <= today,
                closed.get((one.period, period)),
                printed.get((one.id, period)),
            )
            period = after


def cells(line: PeriodLine) -> Iterator[Cell]:
    """One period as it is taken away."""
    yield from (line.title, line.policy_title, _(STATES[line.state]), line.closed_at)
    yield line.published.at if line.published is not None else None
