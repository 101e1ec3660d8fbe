"""Long work: given, done by another process, left and come back to; what was refused is said."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from python_calamine import CalamineWorkbook

from tests.platform.accounts import PURPOSE, Person, account, signed_in
from tests.platform.databases import cloned
from tests.platform.people import CITY, EAST_STATION, WEST_STATION, city, noon, officer
from tests.platform.test_org_import import OFFICERS, UNITS
from zhunsheng.apps.access.models import Account
from zhunsheng.apps.access.processes import as_process, as_viewer
from zhunsheng.apps.access.scope import Viewer, viewer_of
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases.services import assign, register_case
from zhunsheng.apps.jobs import services, working
from zhunsheng.apps.jobs.models import Job
from zhunsheng.apps.jobs.services import Ending, JobNotThere, JobOver, State, TooManyJobs
from zhunsheng.apps.jobs.working import Cancelled, Teller, work_once
from zhunsheng.apps.jobs.works import WORKS
from zhunsheng.apps.org.models import Officer, Unit
from zhunsheng.launcher import EmbeddedServer

NOW = datetime.fromisoformat("2026-03-02T10:30:00+08:00")
ALL = {"view": "all", "query": "?kind=criminal", "purpose": PURPOSE}
BY_NUMBER = ((EAST_STATION, 1), (WEST_STATION, 2), (WEST_STATION, 3))
EAST_OFFICERS = "省份,警号,姓名,类别,启用日期,手机\n35,036001,林小东,民警,2020-01-01,\n"


@dataclass(frozen=True)
class Town:
    """A database that the tests of this module share, its people, and three cases: one of the east, two of the west."""

    fz: Person
    admin: Person


@pytest.fixture(scope="module")
def town(server: EmbeddedServer) -> Iterator[Town]:
    """Somebody of the legal department, who lists every case, and a system administrator."""
    with cloned(server):
        with transaction.atomic():
            clock.set_city_clock(NOW, seconds_per_second=0)
            city()
            with as_process("test"):
                for unit, serial in BY_NUMBER:
                    register_case(
                        number=f"A{unit}202603{serial:04}",
                        title=f"=第{serial}案",
                        kind="criminal",
                        unit=Unit.objects.get(pk=unit),
                    )
            legal = account("fz", officer=officer("035001", ("legal_department", CITY)))
            system = account("sys", admin_role="system_admin")
            people = Town(signed_in(legal), signed_in(system))
        yield people


@pytest.fixture(autouse=True)
def no_jobs(town: Town) -> None:
    """Each test begins without tasks."""
    del town
    with as_process("test"):
        Job.objects.all().delete()


@pytest.fixture
def fz(town: Town) -> Person:
    """Somebody of the legal department."""
    return town.fz


@pytest.fixture
def admin(town: Town) -> Person:
    """A system administrator, who looks after the organisation."""
    return town.admin


def viewer(person: Person) -> Viewer:
    who = person.account
    with as_process("test"):
        return viewer_of(account=who.username, officer=who.officer_id, admin_role=who.admin_role, on=NOW.date())


def given(person: Person, kind: str = Job.Kind.CASES_SHEET, asked: dict[str, Any] | None = None, **more: Any) -> Job:
    who = viewer(person)
    with as_viewer(who):
        return services.give(who, kind=kind, asked=asked or ALL, language="zh-hans", at=NOW, **more)


def after(job: Job) -> Job:
    """The task as it stands now."""
    with as_process("test"):
        return Job.objects.get(pk=job.pk)


def worked(job: Job) -> Job:
    """The task, once the process has done it."""
    assert work_once(WORKS)
    return after(job)


def fetched(person: Person, job: Job) -> bytes:
    answer = person.get(f"/jobs/{job.pk}/result/")
    assert answer.status_code == 200
    return bytes(answer.content)


def test_a_list_is_exported_whole_and_its_texts_stay_texts(fz: Person) -> None:
    job = worked(given(fz))
    assert (job.state, job.done, job.total, job.refusals) == (State.DONE, 3, 3, [])
    rows = CalamineWorkbook.from_filelike(io.BytesIO(fetched(fz, job))).get_sheet_by_index(0).to_python()
    assert [row[1] for row in rows] == ["案件名称", "=第1案", "=第2案", "=第3案"]
    assert not work_once(WORKS)  # and nothing is left


def test_a_list_longer_than_one_part_has_every_case_once(fz: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhunsheng.apps.jobs.works.BATCH", 2)  # three cases in two parts
    job = worked(given(fz, asked=ALL | {"query": "?kind=criminal&sort=-number"}))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(fetched(fz, job))).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows[1:]] == [f"A{unit}202603{n:04}" for unit, n in BY_NUMBER[::-1]]
    assert job.done == 3


def test_a_filter_that_the_list_does_not_take_is_said_and_an_empty_list_gives_no_file(fz: Person) -> None:
    odd = worked(given(fz, asked=ALL | {"query": "?kind=nothing"}))
    assert (odd.state, odd.refusals) == (State.DONE, ["筛选条件“类别”不在可选范围内，没有使用。"])
    empty = worked(given(fz, asked=ALL | {"view": "running", "query": ""}))
    assert empty.state == State.REFUSED
    assert empty.refusals == ["没有符合条件的案件，没有生成文件。请放宽筛选条件再提交。"]


def test_cards_are_made_of_the_cases_that_one_may_open_and_the_others_are_named() -> None:
    with transaction.atomic():
        mate = officer("035009", ("officer", WEST_STATION))
        person = signed_in(account("mate", officer=mate))
        with as_process("test"):
            case = register_case(
                number=f"A{WEST_STATION}2026030009",
                title="",
                kind="traffic_accident",
                unit=Unit.objects.get(pk=WEST_STATION),
            )
            assign(case=case, officer=mate, role="case_officer", from_at=noon("2026-03-01"))
    job = worked(given(person, Job.Kind.CARDS, {"view": "all", "query": ""}))
    assert job.state == State.DONE
    # Both cases of the station stand in his list; only that of his own is open to him.
    assert job.refusals == [f"A{WEST_STATION}202603000{n}：没有查看权限，没有做。" for n in (2, 3)]
    with zipfile.ZipFile(io.BytesIO(fetched(person, job))) as packed:
        assert packed.namelist() == [f"{case.number}.pdf"]
        assert packed.read(packed.namelist()[0]).startswith(b"%PDF-")


def sent(admin: Person, table: str, text: str, name: str = "units.csv") -> Any:
    file = SimpleUploadedFile(name, text.encode())
    return admin.client.post("/jobs/table/", {"table": table, "file": file})


def test_a_table_is_imported_whole_and_known_to_be_done_in_the_same_transaction(
    admin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sent(admin, "officers", EAST_OFFICERS)["Location"] == "/jobs/"
    ends: list[bool] = []
    really = services.end

    def noted(job: UUID, ending: Ending, *, real_at: datetime) -> None:
        ends.append(Officer.objects.filter(name="林小东").exists())
        really(job, ending, real_at=real_at)

    monkeypatch.setattr(services, "end", noted)
    (job,) = jobs()
    assert worked(job).state == State.DONE
    assert ends[0]  # the rows were there when the task was ended, not yet committed
    with as_process("test"):
        assert Officer.objects.filter(name="林小东").count() == 1


def jobs() -> list[Job]:
    with as_process("test"):
        return list(Job.objects.order_by("at"))


def test_a_faulty_table_imports_nothing_and_names_every_row(admin: Person) -> None:
    sent(admin, "officers", OFFICERS + "35,035001,重名,民警,2020-01-01,\n35,036002,甲,民警,昨天,\n")
    (job,) = jobs()
    job = worked(job)
    assert job.state == State.REFUSED
    assert job.refusals[0].startswith("table.csv 没有导入")
    assert any(line.startswith("第 5 行：日期或时间写法不对") for line in job.refusals)
    with as_process("test"):
        assert not Officer.objects.filter(name="李小梅").exists()  # a sound row of the same table


def test_only_tables_are_taken_and_only_from_whoever_looks_after_the_organisation(admin: Person, fz: Person) -> None:
    refused = sent(admin, "units", UNITS, name="units.exe")
    assert refused.status_code == 422
    assert "文件名要以 .csv 或 .xlsx 结尾" in refused.content.decode()
    assert fz.get("/jobs/table/").status_code == 403
    # Given while he could, done when he no longer can: rights are those of the moment of doing
    job = worked(given(fz, Job.Kind.ORG_TABLE, {"table": "units", "file": "table.csv"}, table=io.BytesIO(b"x")))
    assert (job.state, job.refusals) == (
        State.REFUSED,
        ["现在没有办理这项任务的权限，没有办理。需要的话联系安全管理员。"],
    )


def test_a_disabled_account_gets_nothing_done() -> None:
    with transaction.atomic():
        gone = signed_in(account("gone", officer=officer("035010", ("legal_department", CITY))))
    job = given(gone)
    with as_process("test"):
        Account.objects.filter(username="gone").update(is_active=False)
    assert worked(job).refusals == ["账号已停用，任务没有办理。"]


def test_a_task_whose_process_was_lost_is_taken_up_once_more_and_then_given_up(fz: Person) -> None:
    job, at = given(fz), clock.real_now()
    claimed = [services.claim(real_at=at + timedelta(minutes=n)) for n in (0, 0.5, 2, 4)]
    # Half a minute later it is still its first process's; two minutes later another may take it, once.
    assert [one.attempts if one else None for one in claimed] == [1, None, 2, 3]
    assert after(job).state == State.FAILED


def test_a_cancelled_task_is_not_done_and_a_running_one_stops(fz: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = given(fz)
    assert fz.post(f"/jobs/{waiting.pk}/cancel/").status_code == 302
    assert not work_once(WORKS)
    monkeypatch.setattr(working, "BEAT_SECONDS", 0.01)
    given(fz)
    running = services.claim(real_at=clock.real_now())
    assert running is not None
    assert fz.post(f"/jobs/{running.pk}/cancel/").status_code == 302
    with pytest.raises(Cancelled), Teller(running).telling() as tell:
        told_until_stopped(tell)
    with transaction.atomic(), as_process("test"):
        services.end(running.pk, Ending(State.DONE), real_at=clock.real_now())  # too late
    assert after(running).state == State.CANCELLED
    answer = fz.post(f"/jobs/{running.pk}/cancel/")
    assert answer.status_code == 422
    assert str(JobOver()) in answer.content.decode()


def told_until_stopped(tell: Teller) -> None:
    """A task without an end of its own."""
    for done in range(10**9):
        tell(done)


def test_progress_is_told_over_a_connection_of_its_own(fz: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "BEAT_SECONDS", 0.01)
    given(fz)
    job = services.claim(real_at=clock.real_now())
    assert job is not None
    with transaction.atomic(), Teller(job).telling() as tell:  # as an import that is not committed yet
        tell(7, 9)
    assert (after(job).done, after(job).total) == (7, 9)


def test_five_tasks_at_a_time_and_nobody_sees_those_of_others(fz: Person, admin: Person) -> None:
    mine = [given(fz) for _ in range(5)]
    with pytest.raises(TooManyJobs):
        given(fz)
    done = worked(mine[0])
    assert admin.get(f"/jobs/{done.pk}/result/").status_code == 404
    assert admin.post(f"/jobs/{mine[1].pk}/cancel/").status_code == 404
    assert "没有任务。" in admin.get("/jobs/").content.decode()
    with as_viewer(viewer(admin)), pytest.raises(JobNotThere):
        services.cancel(viewer(admin), job=mine[1].pk, real_at=clock.real_now())


def test_what_has_ended_waits_in_the_menu_until_it_is_looked_at(fz: Person) -> None:
    job = worked(given(fz))
    with as_viewer(viewer(fz)):
        assert services.unseen(viewer(fz)) == 1
    page = fz.get("/jobs/").content.decode()
    assert f"/jobs/{job.pk}/result/" in page
    with as_viewer(viewer(fz)):
        assert services.unseen(viewer(fz)) == 0
    with as_process("test"):
        entries = recorded(str(job.pk))
    fetched(fz, job)
    with as_process("test"):
        assert recorded(str(job.pk)) == [*entries, ("read", "fz")]
    assert entries == [("give", "fz"), ("end", "work")]


def recorded(key: str) -> list[tuple[str, str]]:
    """What the log says of a task: act and actor."""
    from_log = "SELECT action, split_part(actor, ':', 2) FROM audit_entry WHERE object_id = %s ORDER BY id"
    with transaction.get_connection().cursor() as cursor:
        cursor.execute(from_log, [key])
        return [(row[0], row[1]) for row in cursor.fetchall()]


def test_a_result_is_kept_for_a_week(fz: Person) -> None:
    job, at = worked(given(fz)), clock.real_now()
    folder = services.folder_of(job)
    assert services.forget_old(real_at=at + timedelta(days=6)) == 0
    assert folder.is_dir()
    assert services.forget_old(real_at=at + timedelta(days=8)) == 1
    assert not folder.exists()
    assert fz.get(f"/jobs/{job.pk}/result/").status_code == 404


def test_a_result_that_was_changed_on_the_disk_is_not_given(fz: Person) -> None:
    job = worked(given(fz))
    (services.folder_of(job) / job.result).write_bytes(b"changed")
    assert fz.get(f"/jobs/{job.pk}/result/").status_code == 404


def test_a_list_too_long_for_an_answer_is_offered_as_a_task(fz: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhunsheng.apps.desk.case_views.MOST_ROWS", 2)
    offer = fz.export("/cases/all.xlsx")
    assert offer.status_code == 422
    assert "作为任务导出" in offer.content.decode()
    assert fz.post("/jobs/export/all/?query=").status_code == 422  # what for?
    assert fz.export("/jobs/export/all/?query=")["Location"] == "/jobs/"
    assert fz.post("/jobs/start/", kind="org_table", view="all", query="").status_code == 404
    assert [job.kind for job in jobs()] == ["cases_sheet"]
