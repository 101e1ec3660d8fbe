"""A station with a case officer, a colleague, a head, a legal officer, a legal department, and one case of theirs.

world = told(XU, *LEVELS)        # the supervisor judges at each instant, the sweep runs in between
world.texts("unit_head")
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from tests.alert_story import changes_between, judged_at
from tests.core.desk import only
from tests.platform.accounts import account
from tests.platform.people import CITY, EAST, EAST_STATION, city, officer
from tests.story import at
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.models import Alert, AlertGroup, Delivery
from zhunsheng.apps.alerts.rounds import route_changes, sweep
from zhunsheng.apps.alerts.sweeping import next_due
from zhunsheng.apps.cases.models import Assignment, Case
from zhunsheng.apps.cases.services import assign, register_case
from zhunsheng.apps.org.models import Officer, Unit
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.judge import Judgement

CASE: Final = "A3502030100002022110187"
FILING: Final = "criminal.intake.filing-decision"
FAMILY: Final = "criminal.detention.notify-family"
XU: Final = """
2022-11-02 16:48 case.accepted case=A3502030100002022110187 case_kind=criminal economic=false
2022-11-04 10:00 filing_review.extended case=A3502030100002022110187 tier=7d
"""
BLUE, YELLOW, RED, OVER = "2022-11-08 00:00", "2022-11-09 00:00", "2022-11-09 12:00", "2022-11-10 00:00"
LEVELS: Final = (BLUE, YELLOW, RED)
POSTS: Final = {
    "case_officer": ("officer", EAST_STATION),
    "co_officer": ("officer", EAST_STATION),
    "unit_head": ("unit_head", EAST_STATION),
    "legal_officer": ("legal_officer", EAST_STATION),
    "county_head": ("county_head", EAST),
    "legal_department": ("legal_department", CITY),
    "legal_second": ("legal_department", CITY),
}


@dataclass
class AlertWorld:
    """The people, and what the supervisor has seen of the story."""

    story: str
    book: Rulebook
    people: dict[str, Officer] = field(default_factory=dict)
    seen: Judgement | None = None
    as_of: datetime | None = None

    def judge(self, instant: str, *, repeat: int = 1) -> "AlertWorld":
        """The sweeps of the time that passed, then one batch (or the same again, as two loops would give it)."""
        as_of = at(instant)
        self.pass_time(as_of)
        now = judged_at(self.story, self.book, as_of)
        changes = changes_between(self.seen, now, self.book)
        self.seen, self.as_of = now, as_of
        for _ in range(repeat):
            with as_process("supervise"):
                route_changes(changes, explain=explained, as_of=as_of)
        return self

    def pass_time(self, until: datetime | str) -> "AlertWorld":
        """Each sweep that is due before an instant, at its time; what is then queued goes out."""
        end = at(until) if isinstance(until, str) else until
        with as_process("alerts"):
            while (due := next_due()) is not None and due < end:
                assert sweep(due), f"{due}: a sweep that handles nothing would be due for ever"
            Delivery.objects.filter(state="queued", not_before__lt=end).update(state="sent", sent_at=end)
        self.as_of = end
        return self

    def alerts(self, role: str, *reasons: str) -> list[Alert]:
        """What a person was told, in order."""
        rows = Alert.objects.filter(officer=self.people[role]).order_by("created_at", "key")
        return [row for row in rows if not reasons or row.reason in reasons]

    def texts(self, role: str) -> list[str]:
        """The messages that left the house for a person, by when they may leave."""
        rows = Delivery.objects.filter(channel="sms", alert__officer=self.people[role])
        return [row.alert.text for row in rows.order_by("not_before", "key") if row.state != "superseded"]

    def group(self, rule: str = FILING) -> AlertGroup:
        """The one group of a rule."""
        return AlertGroup.objects.get(rule=rule)


def explained(keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """An explanation as the supervisor gives it: steps as data."""
    return {key: {"steps": [{"kind": "start", "clock": key}]} for key in keys}


def alert_world(story: str = XU, *rules: str, without: Sequence[str] = ()) -> AlertWorld:
    """The people of the station, the case registered and assigned. `without`: posts that nobody holds."""
    city()
    world = AlertWorld(story, only(*(rules or (FILING,))))
    for serial, (name, post) in enumerate(POSTS.items(), 1):
        if name not in without:
            world.people[name] = officer(f"1000{serial:02}", post)
    with as_process("test"):
        for serial, person in enumerate(world.people.values(), 1):
            Officer.objects.filter(pk=person.pk).update(mobile=f"1390000{serial:04}")
        unit = Unit.objects.get(pk=EAST_STATION)
        case = register_case(number=CASE, title="徐某某盗窃案", kind=Case.Kind.CRIMINAL, unit=unit)
        for role in (Assignment.Role.CASE_OFFICER, Assignment.Role.CO_OFFICER):
            if role in world.people:
                assign(case=case, officer=world.people[role], role=role, from_at=at("2022-11-02 16:48"))
    return world


def administrators() -> None:
    """The three administrators, who see no case."""
    for role in ("system_admin", "security_admin", "audit_admin"):
        account(role.replace("_", "-"), admin_role=role, factor=False)


def told(*instants: str, story: str = XU) -> AlertWorld:
    """A world in which the supervisor judged at some instants."""
    world = alert_world(story)
    for instant in instants:
        world.judge(instant)
    return world
