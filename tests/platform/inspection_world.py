"""A city whose closed cases are drawn from, read and put right: readers, a witness, heads, and cases that ended."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from tests.platform.people import CITY, EAST, EAST_STATION, WEST, WEST_STATION, city, officer
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases.eventlog import record_event
from zhunsheng.apps.cases.models import Assignment, Case
from zhunsheng.apps.cases.services import assign, register_case
from zhunsheng.apps.inspection import assigning, plans
from zhunsheng.apps.inspection.models import Draw, Plan, Void
from zhunsheng.apps.org.models import Officer, Unit
from zhunsheng.core.inspection.draw import commitment

NONCE: Final = bytes(range(16))


def at(text: str) -> datetime:
    """A local instant of 2026: `11-16 10:00`."""
    return datetime.fromisoformat(f"2026-{text}:00+08:00")


HOUR: Final = at("11-16 09:00")
OCTOBER: Final[dict[str, object]] = {
    "title": "10月办结案件",
    "unit": CITY,
    "from_on": date(2026, 10, 1),
    "until_on": date(2026, 11, 1),
    "below": "30",
    "problems": 0,
    "drawn": 12,
    "hour": HOUR,
}
PEOPLE: Final = {
    "planner": ("legal_department", CITY),
    "reader": ("legal_department", CITY),
    "second": ("legal_department", CITY),
    "third": ("legal_department", CITY),
    "west_legal": ("legal_officer", WEST),
    "witness": ("inspectorate", CITY),
    "head": ("unit_head", WEST_STATION),
    "east_head": ("county_head", EAST),
    "case_officer": ("officer", WEST_STATION),
}


@dataclass
class Inspection:
    """Who there is, and the cases."""

    people: dict[str, Officer] = field(default_factory=dict)
    cases: list[str] = field(default_factory=list)

    def __getitem__(self, name: str) -> Officer:
        return self.people[name]


def build(*, closed: int = 24) -> Inspection:
    """The people, and cases of two stations that ended in October."""
    clock.set_city_clock(at("12-15 10:00"), seconds_per_second=0)
    city()
    world = Inspection()
    for serial, (name, post) in enumerate(PEOPLE.items(), 1):
        world.people[name] = officer(f"0360{serial:02d}", post)
    with as_process("test"):
        for n in range(closed):
            world.cases.append(closed_case(world, n, EAST_STATION if n % 2 else WEST_STATION))
    return world


def closed_case(world: Inspection, n: int, unit: str, *, day: int = 0) -> str:
    """One case of a station that ended in October."""
    number = f"A{unit}202610{n:04d}"
    case = register_case(
        number=number, title=f"电动车被盗案{n}", kind=Case.Kind.CRIMINAL, unit=Unit.objects.get(pk=unit)
    )
    if unit == WEST_STATION:
        assign(case=case, officer=world["case_officer"], role=Assignment.Role.CASE_OFFICER, from_at=at("10-01 09:00"))
    record_event(
        recorder="process:test", source="jz", id=f"END{n}", type="prosecution.transferred",
        at=at("10-01 10:00") + timedelta(days=day or n % 28), case=number, unit=unit,
    )  # fmt: skip
    return number


def planned(world: Inspection, **changes: object) -> Plan:
    """A plan of October with its frame."""
    values = {**OCTOBER, **changes}
    with as_process("test"):
        return made(world, values)


def made(world: Inspection, values: dict[str, object]) -> Plan:
    """A plan, in the transaction of whoever asks."""
    return plans.make(
        plans.Wanted(**values),  # type: ignore[arg-type]
        by=world["planner"],
        at=at("11-15 10:00"),
        real_at=HOUR - timedelta(days=1),
    )


def committed(world: Inspection, plan: Plan, nonce: bytes = NONCE) -> None:
    """The witness puts his hash on record the evening before."""
    with as_process("test"):
        early = HOUR - timedelta(hours=12)
        plans.commit(plan, commitment(nonce), by=world["witness"], at=at("11-15 21:00"), real_at=early)


def head(text: str = "a log", *, late: timedelta = timedelta(minutes=1)) -> tuple[bytes, datetime]:
    """A head of the log, sealed so long after the hour."""
    return hashlib.sha256(text.encode()).digest(), HOUR + late


def drawn(
    world: Inspection, plan: Plan, nonce: bytes = NONCE, *, late: timedelta = timedelta(minutes=1)
) -> Draw | Void:
    """The witness publishes a quarter of an hour after the hour."""
    with as_process("test"):
        after = HOUR + timedelta(minutes=15)
        return plans.publish_and_draw(
            plan,
            nonce.hex(),
            by=world["witness"],
            at=at("11-16 09:15"),
            real_at=after,
            heads=lambda _hour: head(late=late),
        )


def given_out(plan: Plan) -> None:
    """The files of a drawn plan, with their readers."""
    with as_process("test"):
        assigning.assign_plan(Plan.objects.get(pk=plan.pk), at=at("11-16 09:30"))
