"""Programs that are told by web hook: those whose token has the scope `webhook`.

A program is told once of what changes about a case that its token may list, at once and each matter by itself: quiet
hours and digests are for people. It is nobody who could act, so an alert that only programs heard of is still one that
nobody was told of. Where it is reached stands in the deployment's file of lines and nowhere else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet

from zhunsheng.apps.access.models import ReadToken
from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.access.tokens import WEBHOOK, viewer_of_token
from zhunsheng.apps.alerts.channels.webhook.client import CHANNEL_PREFIX, PROBE_CHANNEL
from zhunsheng.apps.alerts.groups import Held
from zhunsheng.apps.alerts.models import Alert, AlertGroup, Delivery
from zhunsheng.apps.alerts.outgoing import program_row, queue
from zhunsheng.apps.alerts.waiting import RAISED
from zhunsheng.apps.cases.selectors import visible_cases
from zhunsheng.apps.org.selectors import ZONE
from zhunsheng.core.alert_group import Notice, alert_key

ROLE: Final = "program"
TOLD: Final = frozenset({*RAISED, "repeat", "escalated", "withdrawn"})
Notices = Sequence[tuple[Held, Notice]]
Text = Callable[[Held, Notice, datetime | None], str]


@dataclass(frozen=True)
class Program:
    """A program that is told, and in whose name."""

    name: str
    viewer: Viewer

    @property
    def recipient(self) -> str:
        """How alerts and deliveries name it."""
        return f"{CHANNEL_PREFIX}{self.name}"


def channels() -> set[str]:
    """The channels of programs whose token is in force."""
    return {f"{CHANNEL_PREFIX}{name}" for name in _tokens().values_list("name", flat=True)}


def programs(as_of: datetime) -> list[Program]:
    """Those whose token is in force, as they stand on that day."""
    day = as_of.astimezone(ZONE).date()
    return [Program(token.name, viewer_of_token(token, on=day)) for token in _tokens()]


def tell_programs(notices: Notices, *, text: Text, as_of: datetime) -> list[Alert]:
    """Write the alerts of programs, with their deliveries. What was told under the same key is not told again."""
    wanted = [(held, notice) for held, notice in notices if notice.reason in TOLD]
    if not wanted:
        return []
    return _added([alert for program in programs(as_of) for alert in _alerts(program, wanted, text, as_of)])


def tell_watcher(notices: Notices, *, text: Text, as_of: datetime) -> list[Alert]:
    """Write the alerts of probes (`probes`), with their deliveries to the watcher."""
    raised = [(held, notice) for held, notice in notices if notice.reason in RAISED]
    return _added([_alert(PROBE_CHANNEL, held, notice, text(held, notice, None), as_of) for held, notice in raised])


def _added(alerts: Sequence[Alert]) -> list[Alert]:
    """Those that were not told before, written and queued."""
    known = set(Alert.objects.filter(key__in=[alert.key for alert in alerts]).values_list("key", flat=True))
    fresh = [alert for alert in alerts if alert.key not in known]
    Alert.objects.bulk_create(fresh, batch_size=500)
    queue(program_row(alert) for alert in fresh)
    return fresh


def _tokens() -> QuerySet[ReadToken]:
    tokens = ReadToken.objects.select_related("account", "unit").filter(revoked_at=None, scopes__contains=[WEBHOOK])
    return tokens.filter(Q(account=None) | Q(account__is_active=True)).order_by("name")


def _alerts(program: Program, wanted: Notices, text: Text, as_of: datetime) -> list[Alert]:
    seen = _seen(program.viewer, [held.row for held, _ in wanted])
    told = _told_before(program, [notice.finding for _, notice in wanted if notice.to_told])
    return [
        _alert(program.recipient, held, notice, text(held, notice, told.get(notice.finding)), as_of)
        for held, notice in wanted
        if held.row.key in seen and (not notice.to_told or notice.finding in told)
    ]


def _alert(recipient: str, held: Held, notice: Notice, text: str, as_of: datetime) -> Alert:
    return Alert(
        key=alert_key(notice, recipient),
        group=held.row,
        finding=notice.finding,
        case=held.row.case,
        incident=held.row.incident,
        role=ROLE,
        account=recipient,
        reason=notice.reason,
        occasion=notice.occasion,
        level=notice.level,
        kind=notice.kind,
        liberty=held.row.liberty,
        text=text,
        explanation=held.row.explanation,
        created_at=as_of,
    )


def _seen(viewer: Viewer, rows: Sequence[AlertGroup]) -> set[str]:
    """Keys of the groups that the viewer may see: those of cases that he may list; those of incidents, by unit."""
    named = {row.case for row in rows if row.case}
    cases = set(visible_cases(viewer, Action.CASE_LIST).filter(number__in=named).values_list("number", flat=True))
    reach = viewer.reach(Action.CASE_LIST).values()
    everywhere, units = any(part.everywhere for part in reach), {unit for part in reach for unit in part.units}
    return {row.key for row in rows if (row.case in cases if row.case else everywhere or row.unit in units)}


def _told_before(program: Program, findings: Sequence[str]) -> dict[str, datetime]:
    """For each finding of which the program was told, or may have been: when first."""
    if not findings:
        return {}
    never_left = Q(state=Delivery.State.SUPERSEDED) | Q(state=Delivery.State.QUEUED, attempts=0)
    left = Delivery.objects.filter(channel=program.recipient, alert__finding__in=findings).exclude(never_left)
    first = left.exclude(alert__reason=Alert.Reason.WITHDRAWN).order_by("-alert__created_at")
    return dict(first.values_list("alert__finding", "alert__created_at"))
