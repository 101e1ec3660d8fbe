"""The page of a case on PostgreSQL: one fact reads the same in every view, and more facts ask the database nothing
more."""

import re
from collections.abc import Iterator
from datetime import datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.platform.accounts import Person, account, signed_in
from tests.platform.case_story import NUMBER, SUSPECT, tell_case
from tests.platform.people import CITY, EAST_STATION, WEST_STATION, city, officer
from zhunsheng.apps.access.models import Account
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases.eventlog import record_event
from zhunsheng.apps.supervision.case_file import MOVED, case_file
from zhunsheng.apps.supervision.models import Clock
from zhunsheng.launcher import EmbeddedServer

pytestmark = pytest.mark.usefixtures("db")
NOW = datetime.fromisoformat("2026-03-02T10:30:00+08:00")
ADDRESS = f"/cases/{NUMBER}/"
VIEWS = ("person", "matter", "item", "dossier", "unit")
ROW = re.compile(r'data-clock="(\w+)".*?data-due>(.*?)</td>', re.DOTALL)
EVENT = re.compile(r'data-event="jz/(\w+)"')


@pytest.fixture(scope="module")
def told(server: EmbeddedServer) -> Iterator[Account]:
    """The case told and judged at half past ten on 2 March, and somebody of the city's legal department."""
    del server
    with transaction.atomic():
        clock.set_city_clock(NOW, seconds_per_second=0)
        city()
        tell_case()
        judged()
        yield account("fz", officer=officer("035001", ("legal_department", CITY)))
        transaction.set_rollback(True)


@pytest.fixture
def reader(told: Account, db: None) -> Person:
    """He, at a browser; what a test adds is taken back after it."""
    del db
    return signed_in(told)


def judged() -> None:
    call_command("supervise", once=True, stdout=StringIO())


def text(person: Person, path: str) -> str:
    """A page that opens."""
    answer = person.get(path)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_clock_reads_the_same_in_every_view_and_stands_where_its_columns_say(reader: Person) -> None:
    shown = {view: ROW.findall(text(reader, f"{ADDRESS}{view}/")) for view in VIEWS}
    due = dict(shown["matter"])
    for view in VIEWS:
        assert all(due[key] == words for key, words in shown[view])
    with as_process("test"):
        clocks = list(Clock.objects.filter(case=NUMBER))
    assert {row.key for row in clocks} == set(due)
    # Every rule of this story is about a person, the thing or the case, and the start names the station.
    assert sorted(key for key, _ in shown["person"]) == sorted(row.key for row in clocks if row.person == SUSPECT)
    assert sorted(key for key, _ in shown["unit"]) == sorted(row.key for row in clocks if row.unit == WEST_STATION)
    assert len(shown["item"]) == 2  # the hand-over of the necklace, the appraisal of it
    assert shown["dossier"] == []


def test_an_event_stands_where_its_columns_say_and_shows_its_corrections(reader: Person) -> None:
    shown = {view: set(EVENT.findall(text(reader, f"{ADDRESS}{view}/"))) for view in VIEWS}
    everything = {f"XQ{n:03}" for n in range(1, 11)}
    assert shown["matter"] == shown["unit"] == everything
    assert shown["person"] == {"XQ004", "XQ005", "XQ006", "XQ007", "XQ010"}
    assert shown["item"] == {"XQ003", "XQ008", "XQ009"}
    assert shown["dossier"] == set()


def test_an_event_that_a_correction_moved_away_stays_and_says_so(reader: Person) -> None:
    elsewhere = f"A{WEST_STATION}2026020999"
    with as_process("test"):
        record_event(
            recorder="process:test", source="jz", id="XQ009", version=2, type="appraisal.accepted", at=NOW,
            case=elsewhere, order="JD-0187", unit=WEST_STATION,
        )  # fmt: skip
    judged()
    with as_process("test"):
        [moved] = [event for event in case_file(NUMBER, as_of=NOW).happened if event.key == "jz/XQ009"]
    assert moved.state == MOVED
    assert moved.at == datetime.fromisoformat("2026-03-02T09:12:00+08:00")  # as it last stood here
    page = text(reader, f"{ADDRESS}matter/")
    assert "已更正到别处" in page
    assert elsewhere not in page


def test_who_reads_a_clock_is_on_the_record_and_nobody_reads_past_his_cases(reader: Person) -> None:
    with as_process("test"):
        key = Clock.objects.filter(case=NUMBER, person=SUSPECT).values_list("key", flat=True)[0]
    text(reader, f"/clocks/{key}/")
    with connection.cursor() as cursor:
        cursor.execute("SELECT object_kind, object_id, detail->>'persons' FROM audit_entry ORDER BY id DESC LIMIT 1")
        assert cursor.fetchone() == ("clock", key, f'["{SUSPECT}"]')
    other = signed_in(account("east", officer=officer("035002", ("legal_officer", EAST_STATION))))
    assert [other.get(path).status_code for path in (ADDRESS, f"{ADDRESS}unit/", f"/clocks/{key}/")] == [404] * 3


@pytest.mark.parametrize("path", ["", "person/", "matter/", "unit/"])
def test_more_facts_ask_the_database_nothing_more(reader: Person, path: str) -> None:
    text(reader, f"{ADDRESS}{path}")  # what is read once a process is read now
    with CaptureQueriesContext(connection) as few:
        text(reader, f"{ADDRESS}{path}")
    with as_process("test"):
        for n in range(20):
            record_event(
                recorder="process:test", source="jz", id=f"MORE{n}", type="person.detained", at=NOW, case=NUMBER,
                person=f"P-M{n}", unit=WEST_STATION,
            )  # fmt: skip
    judged()
    with CaptureQueriesContext(connection) as many:
        page = text(reader, f"{ADDRESS}{path}")
    assert "P-M19" in page
    assert len(many) == len(few)


def test_an_extension_leaves_the_old_bar_grey_and_a_pause_leaves_a_gap(reader: Person) -> None:
    before = text(reader, f"{ADDRESS}?window=all")
    with as_process("test"):
        record_event(
            recorder="process:test", source="jz", id="EXT", type="detention.extended", case=NUMBER, person=SUSPECT,
            at=datetime.fromisoformat("2026-03-02T08:00:00+08:00"), facts='{"days": 4, "tier": "7d"}',
            unit=WEST_STATION, document_no="甲公延字〔2026〕12号",
        )  # fmt: skip
        record_event(
            recorder="process:test", source="jz", id="PSY", type="psychiatric.decided", case=NUMBER, person=SUSPECT,
            at=datetime.fromisoformat("2026-03-02T09:00:00+08:00"), unit=WEST_STATION,
        )  # fmt: skip
    judged()
    after = text(reader, f"{ADDRESS}?window=all")
    assert "bar-moved" not in before
    assert "bar-moved" in after
    assert after.count('class="pause"') > before.count('class="pause"')
    assert "延长：2026年3月2日 08:00" in text(reader, how("criminal.detention.request-arrest"))
    assert "暂停：2026年3月2日 09:00" in text(reader, how("criminal.detention.request-arrest"))


def how(rule: str) -> str:
    """The address of the clock of a rule."""
    with as_process("test"):
        return f"/clocks/{Clock.objects.get(case=NUMBER, rule=rule).key}/"
