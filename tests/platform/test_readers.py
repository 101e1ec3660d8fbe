"""Who reads what: a case opened in an emergency, baits, reading out of the ordinary, and files that were taken away."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction

from tests.platform.accounts import PURPOSE, signed_in
from tests.platform.people import WEST_STATION, officer
from tests.platform.world import World, build
from zhunsheng.apps.access.models import BaitAlarm, UrgentAccess, UrgentReview
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.models import Alert
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.readers import sweeping, telling
from zhunsheng.apps.readers.unusual import Reader, judged, unusual_readers
from zhunsheng.apps.readers.words import Limits, ReadingWordsRefused, parse_words, words
from zhunsheng.launcher import EmbeddedServer

pytestmark = pytest.mark.usefixtures("undone")

REASON = "嫌疑人正在码头登船，需立即核对其照片"
LIMITS = Limits(
    days=30,
    night_from=23,
    night_until=5,
    peers_factor=4,
    least_cases=20,
    least_outside=10,
    least_night=10,
    least_denied=5,
)


@pytest.fixture(scope="module")
def world(server: EmbeddedServer) -> Iterator[World]:
    """The world of the access tests, and a head of the other station."""
    del server
    with transaction.atomic():
        made = build()
        made.officers["west_head"] = officer("035099", ("unit_head", WEST_STATION))
        yield made
        transaction.set_rollback(True)


def urgently(world: World, role: str, case: str) -> int:
    """Somebody asks for a case in an emergency. Returns the status of the answer."""
    answer = world.people[role].post("/urgent/", number=world.cases[case].number, reason=REASON)
    return int(answer.status_code)


def sees(world: World, role: str, case: str) -> bool:
    """Whether the page of a case opens."""
    return bool(world.people[role].get(f"/cases/{world.cases[case].number}/").status_code == 200)


def denied(case: str) -> int:
    """How many refusals of emergencies the log has for a case."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM audit_entry WHERE action = 'urgent' AND result = 'denied' AND object_id = %s", [case]
        )
        return int(cursor.fetchone()[0])


def test_an_emergency_opens_a_case_to_look_and_to_nothing_else(world: World) -> None:
    place = world.cases["other_ordinary"]
    assert not sees(world, "officer", "other_ordinary")
    assert urgently(world, "officer", "other_ordinary") == 302
    assert sees(world, "officer", "other_ordinary")
    assert not sees(world, "officer", "other_sensitive")  # this case, and no other
    me = world.people["officer"]
    assert me.post(f"/persons/{place.person}/", purpose="核对").status_code in (403, 404)
    assert not sees(world, "auxiliary", "other_ordinary")  # nobody else


def test_the_legal_department_and_the_heads_of_the_unit_are_told_at_once(world: World) -> None:
    place = world.cases["other_ordinary"]
    urgently(world, "officer", "other_ordinary")
    with as_process("test"):
        told = list(Alert.objects.filter(reason="urgent_access"))
    assert {alert.officer_id for alert in told} == {
        world.officers["legal_department"].pk,
        world.officers["west_head"].pk,
    }
    text = told[0].text
    assert f"警号{world.officers['officer'].number}" in text
    assert f"尾号{place.number[-4:]}" in text
    assert world.leaked(text, allowed=set()) == []


def test_minors_and_recusals_stay_closed_and_the_try_is_recorded(world: World) -> None:
    for case in ("other_minor", "other_recusal", "unit_recused"):
        assert urgently(world, "officer", case) == 422
        assert not sees(world, "officer", case)
        assert denied(world.cases[case].number) == 1
    assert world.people["officer"].post("/urgent/", number="A-none", reason=REASON).status_code == 422
    assert (
        world.people["officer"].post("/urgent/", number=world.cases["other_ordinary"].number, reason="急").status_code
        == 422
    )
    assert UrgentAccess.objects.count() == 0


def test_without_anybody_to_tell_nothing_is_opened(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "_others", lambda *_: [])
    assert urgently(world, "officer", "other_ordinary") == 422
    assert not sees(world, "officer", "other_ordinary")
    assert denied(world.cases["other_ordinary"].number) == 1


@pytest.mark.parametrize("role", ["auxiliary", "custodian", "agency", "system_admin", "security_admin", "inspectorate"])
def test_those_who_work_no_cases_have_no_emergencies(world: World, role: str) -> None:
    assert urgently(world, role, "other_ordinary") == 403
    assert world.people[role].get("/urgent/").status_code == (200 if role == "inspectorate" else 403)


def test_it_is_opened_for_an_hour(world: World) -> None:
    assert urgently(world, "officer", "other_ordinary") == 302
    with as_process("test"):
        access = UrgentAccess.objects.get()
    assert access.until - access.real_at == timedelta(minutes=60)


def test_after_an_hour_it_is_closed_again(world: World) -> None:
    real, me = clock.real_now(), world.officers["officer"]
    with as_process("test"):
        for name, ago in (("other_ordinary", 61), ("other_sensitive", 59)):
            since = real - timedelta(minutes=ago)
            UrgentAccess.objects.create(
                officer=me, account="officer", case=world.cases[name].number, reason=REASON, at=real, real_at=since,
                until=since + timedelta(minutes=60),
            )  # fmt: skip
    assert not sees(world, "officer", "other_ordinary")
    assert sees(world, "officer", "other_sensitive")


def test_every_reading_of_the_hour_is_listed_and_reviewed_once(world: World) -> None:
    number = world.cases["other_ordinary"].number
    urgently(world, "officer", "other_ordinary")
    for _ in range(2):
        sees(world, "officer", "other_ordinary")
    inspector = world.people["inspectorate"]
    page = inspector.get("/urgent/").content.decode()
    assert number in page
    assert REASON in page
    assert "<summary>2 项</summary>" in page
    access = UrgentAccess.objects.get()
    assert number not in world.people["officer"].get("/urgent/").content.decode()
    assert world.people["legal_department"].post("/urgent/review/", access=str(access.pk)).status_code == 403
    said = {"access": str(access.pk), "justified": "0", "note": "当时已有值班民警在场"}
    assert inspector.post("/urgent/review/", **said).status_code == 302
    assert inspector.post("/urgent/review/", **said).status_code == 422
    assert [(row.justified, row.by) for row in UrgentReview.objects.all()] == [(False, "inspectorate")]


def test_whoever_reads_a_bait_raises_an_alarm_and_notices_nothing(world: World) -> None:
    inspector, head = world.people["inspectorate"], world.people["unit_head"]
    bait, other = world.cases["unit_ordinary"], world.cases["sub_ordinary"]
    before = head.get(f"/cases/{bait.number}/").content
    assert inspector.post("/reading/baits/", kind="case", key=bait.number).status_code == 302
    assert inspector.post("/reading/baits/", kind="person", key=other.person).status_code == 302
    assert inspector.post("/reading/baits/", kind="case", key="A-none").status_code == 422
    head.get("/cases/all/")  # that it stands in a list is no reading
    assert BaitAlarm.objects.count() == 0
    after = head.get(f"/cases/{bait.number}/").content
    head.get(f"/cases/{other.number}/")  # the person is shown with it
    assert len(after) == len(before)
    alarms = BaitAlarm.objects.order_by("pk")
    assert [(alarm.bait.key, alarm.actor) for alarm in alarms] == [
        (bait.number, "account:unit-head"),
        (other.person, "account:unit-head"),
    ]
    assert telling.tell_baits() == 2
    assert telling.tell_baits() == 0
    with as_process("test"):
        told = list(Alert.objects.filter(reason="bait_read"))
    assert {alert.officer_id for alert in told} == {world.officers["inspectorate"].pk}
    assert {(alert.level, alert.text) for alert in told} == {("red", words().bait)}
    assert ">unit-head<" in inspector.get("/reading/").content.decode()
    with connection.cursor() as cursor:  # the audit administrator learns that there are baits, and not which
        cursor.execute("SELECT string_agg(detail::text, '') FROM audit_entry WHERE object_kind LIKE 'access_bait%'")
        (detail,) = cursor.fetchone()
    assert bait.number not in detail
    assert "unit-head" not in detail
    for role in ("audit_admin", "unit_head", "legal_department"):
        assert world.people[role].get("/reading/").status_code == 403


def test_the_supervisor_tells_of_baits_and_is_not_held_up_by_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = world.cases["unit_ordinary"].number
    world.people["inspectorate"].post("/reading/baits/", kind="case", key=number)
    world.people["unit_head"].get(f"/cases/{number}/")
    monkeypatch.setattr(sweeping, "sweep_before", lambda: 1.5)
    assert sweeping.sweep_due() == 0.0  # there may be more
    assert sweeping.sweep_due() == 1.5
    with as_process("test"):
        assert Alert.objects.filter(reason="bait_read").count() == 1

    def fails() -> int:
        raise KeyError("nobody holds this role")

    monkeypatch.setattr(sweeping, "tell_baits", fails)
    assert sweeping.sweep_due() == 1.5


def reader(cases: int = 5, *, at_night: int = 0, outside: int = 0, refused: int = 0) -> Reader:
    return Reader("somebody", ("officer",), cases, cases, at_night, outside, refused)


@pytest.mark.parametrize(
    ("one", "why"),
    [
        # His three peers read 5 each: the median of 5, 5, 5 and his is 5, and 4 times that is 20.
        (reader(cases=21), ["远多于同岗位"]),
        (reader(cases=20), []),
        (reader(outside=10), ["多为非本人、非本单位案件"]),
        (reader(outside=9), []),
        (reader(at_night=10), ["夜间查阅多"]),
        (reader(refused=5), ["短时间内多次被拒"]),
        (
            reader(cases=40, at_night=11, outside=30, refused=4),
            ["远多于同岗位", "多为非本人、非本单位案件", "夜间查阅多"],
        ),
    ],
)
def test_reading_is_held_against_peers_and_limits(one: Reader, why: list[str]) -> None:
    peers = [Reader(f"peer{n}", ("officer",), cases=5) for n in range(3)]
    found = next(row for row in judged([*peers, one], LIMITS) if row.account == "somebody")
    assert [str(words) for words in found.why] == why


def test_who_reads_cases_of_everybody_by_office_is_not_listed_for_it() -> None:
    (found,) = judged([Reader("legal", ("legal_department",), cases=30, outside=30)], LIMITS)
    assert found.why == ()


def test_the_list_counts_what_the_log_says(world: World) -> None:
    now = clock.now()
    cases = [place.number for place in world.cases.values()]
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('zs.actor', 'account:officer', true)")
    for number in cases:
        record_read(kind="case", key=number)
        record_read(kind="clock", key="k", detail={"case": number})
    with as_process("test"):
        found = {row.account: row for row in unusual_readers(replace(LIMITS, least_outside=4), now=now)}
    row = found["officer"]
    # 17 cases, each read twice. Not his own (4 labels) and not of his unit (5) or below it (4): 4 of the other station.
    assert (row.cases, row.readings, row.outside) == (17, 34, 4)


def test_the_ledger_of_exports_does_not_go_through_years_of_reading(world: World) -> None:
    del world
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # the table of a test is smaller than its index
        cursor.execute("EXPLAIN SELECT id FROM audit_entry WHERE detail ? 'mark' ORDER BY id DESC LIMIT 100")
        assert "audit_entry_taken" in "\n".join(row[0] for row in cursor.fetchall())


def test_a_list_that_is_taken_away_names_who_and_when_and_is_in_the_ledger(world: World) -> None:
    answer = world.people["legal_department"].export("/cases/all.xlsx")
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        texts = book.read("xl/sharedStrings.xml").decode()
    (line,) = re.findall(r"<oddHeader>&amp;C([^<]*)</oddHeader>", sheet)
    assert line in texts  # also on a sheet of its own
    account, at, code = line.split(" · ")
    assert account == "legal-department"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", at)
    inspector = world.people["inspectorate"]
    page = inspector.get(f"/reading/exports/?mark={code}").content.decode()
    assert ">legal-department<" in page
    assert PURPOSE in page
    assert page.count("<tr data-row>") == 1
    assert "没有符合条件的导出" in inspector.get("/reading/exports/?mark=000000000000").content.decode()
    assert world.people["legal_department"].get("/reading/exports/").status_code == 403


SHEETS = ("/cases.xlsx", "/cases/all.xlsx", "/overdue.xlsx", "/jobs/export/all/")
EXPORTERS = {"unit_head", "county_head", "legal_officer", "legal_department", "inspectorate", "area_keeper"}


@pytest.mark.parametrize("path", SHEETS)
def test_a_file_leaves_with_those_who_have_the_right_and_say_what_for(world: World, path: str) -> None:
    for role, someone in world.people.items():
        if role not in EXPORTERS:  # whoever reads a list does not take it away
            assert (someone.get(path).status_code, someone.export(path).status_code) == (403, 403), role
            continue
        asked = someone.get(path)
        assert (asked.status_code, asked.headers["Content-Type"]) == (200, "text/html; charset=utf-8"), role
        for purpose in ("", "工作"):  # nothing, and nothing that says what for
            assert someone.post(path, purpose=purpose).status_code == 422, role
        taken = someone.export(path)
        assert (taken.status_code, taken.get("Location", "/jobs/")) in ((200, "/jobs/"), (302, "/jobs/")), role


def test_a_file_leaves_only_after_the_second_factor_was_given_again(world: World) -> None:
    someone = signed_in(world.people["unit_head"].account, minutes_ago=6)
    assert someone.get("/cases/").status_code == 200
    assert someone.get("/cases.xlsx?level=red").headers["Location"] == "/confirm/?next=%2Fcases.xlsx%3Flevel%3Dred"


TEXT = """
urgent = "警号{officer}查阅（尾号{tail}），{until}止。"
bait = "有人查阅。"
[reading]
days = 1
night_from = 23
night_until = 5
peers_factor = 2
least_cases = 1
least_outside = 1
least_night = 1
least_denied = 1
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{tail}", "", "占位符 tail 应出现一次"),
        ("有人查阅。", "", "为空"),
        ("有人查阅。", "看" * 71, "超过"),
        ("有人查阅。", "{name}查阅", "有别的占位符"),
        ("days = 1", "days = -1", "不小于 0"),
        ("days = 1", "", "应恰好有"),
    ],
)
def test_words_that_could_not_be_sent_are_refused(old: str, new: str, said: str) -> None:
    assert parse_words(TEXT).limits.days == 1
    with pytest.raises(ReadingWordsRefused, match=said):
        parse_words(TEXT.replace(old, new))
