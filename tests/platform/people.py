"""An invented organisation and its people: one city, two branches, stations below them."""

from datetime import date, datetime

from zhunsheng.apps.audit.context import Acting, acting
from zhunsheng.apps.org.models import Officer, Unit
from zhunsheng.apps.org.services import add_officer, add_unit, give_post

CITY, EAST, WEST = "350200000000", "350203000000", "350205000000"
EAST_STATION, EAST_SQUAD, WEST_STATION = "350203010000", "350203010100", "350205010000"
CLERK = Acting("process:test")
JOINED = date(2020, 1, 1)


def noon(day: str) -> datetime:
    """Noon in Shanghai."""
    return datetime.fromisoformat(f"{day}T12:00:00+08:00")


def city() -> None:
    """The units, registered."""
    with acting(CLERK):
        add_unit(code=CITY, name="甲市公安局", short_name="甲市局", kind=Unit.Kind.CITY, parent=None)
        for code, name in ((EAST, "东区分局"), (WEST, "西区分局")):
            add_unit(code=code, name=name, short_name=name, kind=Unit.Kind.BRANCH, parent=CITY)
        add_unit(code=EAST_STATION, name="东一派出所", short_name="东一所", kind=Unit.Kind.STATION, parent=EAST)
        add_unit(
            code=EAST_SQUAD, name="东一所案件队", short_name="案件队", kind=Unit.Kind.CASE_SQUAD, parent=EAST_STATION
        )
        add_unit(code=WEST_STATION, name="西一派出所", short_name="西一所", kind=Unit.Kind.STATION, parent=WEST)


def officer(number: str, *posts: tuple[str, str], kind: str = "police") -> Officer:
    """An officer with (role, unit) posts."""
    with acting(CLERK):
        person = add_officer(province="35", number=number, name=f"警员{number}", kind=kind, joined_on=JOINED)
        for role, unit in posts:
            give_post(officer=person, unit=unit, role=role, from_on=JOINED)
    return person
