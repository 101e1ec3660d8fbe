"""Lists of the desk: who stands first, what a filter keeps, and that more rows ask the database nothing more."""

import hashlib
import re
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.platform.accounts import Person, account, signed_in
from tests.platform.people import CLERK, EAST_STATION, city, officer
from zhunsheng.apps.access.preferences import FilterNamedTwice, TooManyFilters, keep_filter, saved_filters
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.context import acting
from zhunsheng.apps.cases.eventlog import record_event
from zhunsheng.apps.cases.models import Case, SourceHeard
from zhunsheng.apps.cases.services import register_case, register_source
from zhunsheng.apps.org.models import Unit
from zhunsheng.apps.supervision.models import Clock

pytestmark = pytest.mark.usefixtures("db")
OPENED = re.compile(r"data-open[^>]*>([^<]+)<")
RULES = re.compile(r'class="zs-due__rule">([^<]+)<')
SOON = re.compile(r'ends=7">([^<]+)<')
NOW = datetime.fromisoformat("2026-03-02T10:30:00+08:00")


@pytest.fixture
def reader(db: None) -> Person:
    """The legal officer of the eastern station, at half past ten on 2 March."""
    del db
    clock.set_city_clock(NOW, seconds_per_second=0)
    city()
    return signed_in(account("fz", officer=officer("035001", ("legal_officer", EAST_STATION))))


def case(serial: int, **limits: timedelta) -> str:
    """A case with one running clock for each rule: how long from now it is due."""
    with as_process("test"):
        unit = Unit.objects.get(pk=EAST_STATION)
        number = f"A{EAST_STATION}202603{serial:04d}"
        register_case(number=number, title=f"第{serial}案", kind=Case.Kind.CRIMINAL, unit=unit)
        for rule, left in limits.items():
            running(number, rule, NOW + left)
    return number


def running(number: str, rule: str, due: datetime, *, outer: datetime | None = None, level: str = "") -> Clock:
    """A clock as supervision writes it, due to the minute."""
    return Clock.objects.create(
        key=hashlib.sha256(f"{number} {rule}".encode()).hexdigest(),
        rule=rule, rule_version=1, case=number, epoch=1, unit=EAST_STATION, start=due - timedelta(days=3),
        due=due, due_at_end=False, outer=outer or due, outer_at_end=False, outcome="running", question_hard=False,
        nature="statutory", liberty=False, level=level, as_of=NOW,
    )  # fmt: skip


def listed(person: Person, path: str) -> list[str]:
    """The titles of the cases of a list, in order."""
    return OPENED.findall(person.get(path).content.decode())


def test_the_case_whose_limit_ends_next_stands_first_once(reader: Person) -> None:
    case(1, a=timedelta(days=3), b=timedelta(hours=2))
    case(2, a=timedelta(hours=1))
    case(3)
    assert listed(reader, "/cases/") == ["第2案", "第1案"]
    assert listed(reader, "/cases/?sort=-due") == ["第1案", "第2案"]
    assert listed(reader, "/cases/all/") == ["第1案", "第2案", "第3案"]


def test_a_filter_by_limit_shows_the_limit_that_fits_it(reader: Person) -> None:
    number = case(1, a=timedelta(hours=2))
    running(number, "b", NOW + timedelta(days=5), level="yellow")
    assert RULES.findall(reader.get("/cases/?level=yellow").content.decode()) == ["b"]
    assert RULES.findall(reader.get("/cases/").content.decode()) == ["a"]


def test_between_the_two_readings_nothing_is_called_overdue(reader: Person) -> None:
    late, between = case(1), case(2)
    running(late, "a", NOW - timedelta(hours=2), outer=NOW - timedelta(hours=1), level="red")
    running(between, "a", NOW - timedelta(hours=2), outer=NOW + timedelta(hours=1), level="red")
    assert listed(reader, "/cases/?level=over") == ["第1案"]
    assert listed(reader, "/cases/?level=red") == ["第2案"]
    text = reader.get("/cases/").content.decode()
    assert "超期 1小时" in text
    assert "已过从严时点" in text


def test_the_number_counts_cases_and_not_limits(reader: Person) -> None:
    case(1, a=timedelta(days=1), b=timedelta(days=2))
    case(2, a=timedelta(days=8))
    assert SOON.findall(reader.get("/cases/").content.decode()) == ["1"]


@pytest.mark.parametrize("path", ["/cases/", "/cases/all/", "/cases.xlsx", "/rules/", "/held/", "/search/?q=案"])
def test_more_rows_ask_the_database_nothing_more(reader: Person, path: str) -> None:
    for serial in range(3):
        case(serial, a=timedelta(days=1))
    ask = reader.export if path.endswith(".xlsx") else reader.get
    ask(path)  # what is read once a process is read now
    with CaptureQueriesContext(connection) as few:
        assert ask(path).status_code == 200
    for serial in range(3, 45):
        case(serial, a=timedelta(days=1))
    with CaptureQueriesContext(connection) as many:
        assert ask(path).status_code == 200
    assert len(many) == len(few)


def test_a_silent_source_is_named_on_every_page_until_it_speaks(reader: Person) -> None:
    with as_process("test"):
        register_source(source="jz", title="警综平台", key="k", late_after_minutes=30)
        SourceHeard.objects.create(source_id="jz", at=NOW - timedelta(minutes=31))
    text = reader.get("/help/").content.decode()
    assert "警综平台的数据停在" in text
    assert "今天 09:59</time>，之后的办理情况没有显示。期限仍按已有数据计算。" in text
    with as_process("test"):
        record_event(
            recorder="source:jz", source="jz", id="E1", type="case.accepted", at=NOW, case=case(1), unit=EAST_STATION
        )
    assert "数据停在" not in reader.get("/help/").content.decode()


def test_a_post_begins_at_midnight_in_shanghai(reader: Person) -> None:
    # Found while building the shell: the day was that of Greenwich, and a post of today was held from 08:00 on.
    clock.set_city_clock(datetime.fromisoformat("2026-03-03T00:30:00+08:00"), seconds_per_second=0)
    with acting(CLERK):
        someone = officer("035002")
        someone.posts.create(unit_id=EAST_STATION, role="unit_head", from_on=datetime(2026, 3, 3).date())  # noqa: DTZ001
    assert signed_in(account("lead", officer=someone)).get("/cases/").status_code == 200
    assert reader.get("/cases/").status_code == 200


def test_a_name_stands_for_one_saved_filter_and_twenty_are_enough(reader: Person) -> None:
    keep = partial(keep_filter, account=reader.account, page="desk:cases", query="?liberty=1")
    with as_process("test"):
        keep(title="在押")
        with pytest.raises(FilterNamedTwice, match="在押"):
            keep(title="在押")
        for n in range(19):
            keep(title=f"第{n}个")
        with pytest.raises(TooManyFilters):
            keep(title="又一个")
        assert len(saved_filters(account=reader.account, page="desk:cases")) == 20


def test_a_filter_of_somebody_else_is_not_deleted(reader: Person) -> None:
    with as_process("test"):
        kept = keep_filter(account=reader.account, page="desk:cases", title="在押", query="?liberty=1")
    other = signed_in(account("other"))
    assert other.post(f"/settings/filters/{kept.pk}/forget/").status_code == 302
    assert len(saved_filters(account=reader.account, page="desk:cases")) == 1


@pytest.mark.parametrize("query", ["https://elsewhere.invalid/", "", "?" + "a" * 1000])
def test_what_is_no_filter_is_not_kept(reader: Person, query: str) -> None:
    answer = reader.post("/settings/filters/", page="desk:cases", title="x", query=query, next="/cases/")
    assert answer.status_code == 422
    assert saved_filters(account=reader.account, page="desk:cases") == []
