"""The lists of tasks, of their plans and of alarms: pages of fifty, filters in the address, an act that stays in its
place, workbooks of the whole, and as many questions for fifty rows as for few."""

import re
from datetime import date, timedelta
from typing import Final
from uuid import uuid4

import pytest

from tests.platform.accounts import Person, account, signed_in
from tests.platform.inspection_world import HOUR, Inspection, at, build, committed, drawn, planned
from tests.platform.listed import FORMULA, onward, page_of, questions, rows, taken_from
from tests.platform.people import EAST, EAST_STATION, WEST, WEST_STATION
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit.fields import SHA256
from zhunsheng.apps.inspection.models import Alarm, Assigned, CheckStep, Draw, Pick, Plan
from zhunsheng.apps.org.models import Officer
from zhunsheng.apps.tasks.models import Given, Report, Said, Schedule, ScheduleEnd, Task, Thing

pytestmark = pytest.mark.usefixtures("db")
PATH: Final = "/tasks/"
NOW: Final = at("12-15 10:00")


@pytest.fixture
def world() -> Inspection:
    return build(closed=2)


def tasks(count: int, *doers: Officer | None, place: str = "") -> list[Task]:
    """Tasks of both stations in turn, each due an hour after the one before; given to the doers in turn."""
    kinds, origins = ("onsite", "online", "daily"), ("hand", "plan", "risk")
    with as_process("test"):
        made = []
        for n in range(count):
            task = Task.objects.create(
                number=f"RW-2026-{n + 1:05d}", kind=kinds[n % 3], origin=origins[n % 3], reason="群众反映", place=place,
                unit=EAST_STATION if n % 2 else WEST_STATION, due_at=NOW + timedelta(hours=n - 2),
                at=HOUR + timedelta(minutes=n),
            )  # fmt: skip
            Given.objects.create(task=task, officer=doers[n % len(doers)], at=task.at)
            made.append(task)
    return made


def reported(task: Task, by: Officer, *, answer: str = "pass", case: str = "") -> None:
    """What was found in the one thing of a task."""
    with as_process("test"):
        thing = Thing.objects.create(task=task, n=1, text="看什么", severity="red", case=case)
        report = Report.objects.create(key=uuid4(), task=task, digest="0" * SHA256, by=by, at=NOW)
        Said.objects.create(thing=thing, report=report, version=1, answer=answer)


def listed(person: Person, query: str = "", path: str = PATH) -> list[str]:
    """The numbers of the tasks on a page, in their order."""
    return re.findall(r'data-open href="/tasks/([^/]+)/"', page_of(person, path + query))


def numbers(found: list[Task]) -> list[str]:
    return [task.pk for task in found]


def test_every_task_is_on_one_page_ones_own_to_be_done_first(world: Inspection) -> None:
    planner, reader = world["planner"], world["reader"]
    made = tasks(56, reader, planner)
    for task in made[:4]:
        reported(task, reader)
    with as_process("test"):
        Task.objects.create(number="RW-2026-00099", kind="daily", origin="risk", reason="x", unit=WEST_STATION, at=HOUR)
    me = signed_in(account("me", officer=planner))
    first = page_of(me, PATH)
    second = onward(first, PATH)
    assert (rows(first), rows(page_of(me, second))) == (50, 7)
    own, others, done = made[5::2], made[4::2], [made[1], made[3], made[0], made[2]]
    # why: a task without a due time stands behind those that have one
    assert listed(me) + listed(me, path=second) == [*numbers(own), *numbers(others), "RW-2026-00099", *numbers(done)]
    assert re.search(r'href="\?state=own#tasks">26<', first)
    assert rows(page_of(me, "/tasks/?state=own")) == 26
    back = re.search(r'rel="prev" href="([^"#]*)', page_of(me, second))
    assert back is not None
    assert listed(me, back[1]) == listed(me)


def test_tasks_are_found_by_what_they_are_and_tabs_keep_the_other_filters(world: Inspection) -> None:
    planner, reader = world["planner"], world["reader"]
    made = tasks(12, reader, planner)
    reported(made[0], reader)
    me = signed_in(account("me", officer=planner))
    assert sorted(listed(me, "?kind=online")) == numbers(made[1::3])
    assert sorted(listed(me, "?origin=risk")) == numbers(made[2::3])
    assert sorted(listed(me, f"?unit={EAST}")) == numbers(made[1::2])
    assert listed(me, "?state=done") == [made[0].pk]
    assert listed(me, "?state=late") == [made[1].pk, made[2].pk]
    assert listed(me, "?number=00007") == [made[6].pk]
    assert sorted(listed(me, f"?doer={reader.number}")) == numbers(made[::2])
    assert sorted(listed(me, f"?doer={planner.name}")) == numbers(made[1::2])
    assert sorted(listed(me, "?in=last")) == numbers(made)
    assert listed(me, "?in=month") == []
    assert listed(me, "?sort=-at") == numbers(made[::-1])
    assert listed(me, "?sort=due") == numbers(made)
    page = page_of(me, f"/tasks/?unit={WEST}&kind=daily")
    assert f'<a href="?kind=online&amp;unit={WEST}">网上巡查</a>' in page
    assert f'<a href="?kind=daily&amp;unit={WEST}" aria-current="page">日常任务</a>' in page
    assert f'<a href="?unit={WEST}">全部</a>' in page
    assert "没有符合条件的检查任务。" in page_of(me, "/tasks/?number=x")


def test_what_waits_for_a_second_person_is_one_filter_away(world: Inspection) -> None:
    planner, reader = world["planner"], world["reader"]
    made = tasks(4, reader)
    for task in made[:3]:
        reported(task, reader, answer="pass" if task == made[1] else "problem", case=world.cases[0])
    me = signed_in(account("me", officer=planner))
    page = page_of(me, PATH)
    assert '<a href="?state=confirm">有问题待确认 2 个</a>' in page
    assert listed(me, "?state=confirm") == [made[0].pk, made[2].pk]
    assert page.count("1 项待确认") == 2
    # What another found in a case that one reads oneself stays withheld, as a tag and as a filter
    with as_process("test"):
        pick = Pick.objects.create(case=world.cases[0], unit=WEST_STATION, stream="risk", points="5", at=HOUR)
        Assigned.objects.create(pick=pick, round="first", reader=planner, at=HOUR)
    page = page_of(me, PATH)
    assert "待确认 2 个" not in page
    assert "项待确认" not in page
    assert listed(me, "?state=confirm") == []


def test_to_whom_a_task_is_given_sees_his_own_alone_and_takes_no_other_away(world: Inspection) -> None:
    made = tasks(6, world["west_legal"], world["reader"], place=FORMULA)
    own = signed_in(account("own", officer=world["west_legal"]))
    assert listed(own) == numbers(made[::2])
    # The units are those of his tasks: where he has a stake, and what he reaches, there are none
    assert sorted(set(re.findall(r'<option value="(\d{12})"', page_of(own, PATH)))) == [WEST_STATION]
    assert 'id="f-doer"' not in page_of(own, PATH)
    found = taken_from(own, "/tasks.xlsx?state=waiting", "checks_sheet")
    assert [(row[0], row[3]) for row in found] == [(task.pk, FORMULA) for task in made[::2]]
    assert [row[7] for row in found] == [world["west_legal"].number] * 3
    planner = signed_in(account("planner", officer=world["planner"]))
    assert len(taken_from(planner, "/tasks.xlsx", "checks_sheet")) == 6
    assert signed_in(account("head", officer=world["head"])).export("/tasks.xlsx").status_code == 403


def schedules(world: Inspection, count: int) -> list[Schedule]:
    """Plans of both stations in turn: the first ran out, the second was ended."""
    with as_process("test"):
        made = [
            Schedule.objects.create(
                kind="online" if n % 3 else "onsite", unit=EAST_STATION if n % 2 else WEST_STATION,
                every="week" if n % 2 else "month", from_on=date(2026, 1, 1) + timedelta(days=n),
                until_on=date(2026, 12, 15) + timedelta(days=n), by=world["planner"], at=HOUR,
            )
            for n in range(count)
        ]  # fmt: skip
        ScheduleEnd.objects.create(schedule=made[1], reason=FORMULA, by=world["planner"], at=HOUR)
    return made


def test_plans_of_tasks_are_paged_found_ended_in_their_place_and_taken_away(world: Inspection) -> None:
    made = schedules(world, 60)
    me, path = signed_in(account("me", officer=world["planner"])), "/tasks/schedules/"
    first = page_of(me, path)
    place = onward(first, path)
    assert (rows(first), rows(page_of(me, place))) == (50, 10)
    assert re.search(r'href="\?state=running#plans">58<', first)
    assert [rows(page_of(me, f"{path}?state={name}")) for name in ("over", "ended")] == [1, 1]
    assert rows(page_of(me, f"{path}?kind=onsite")) == 20
    assert rows(page_of(me, f"{path}?unit={WEST}&every=month")) == 30
    assert rows(page_of(me, f"{path}?unit={WEST}&every=week")) == 0
    assert "没有符合条件的任务计划。" in page_of(me, f"{path}?every=day")
    # Ended on the second page, one comes back to it; without a reason it stays there and says so
    refused = me.post(place, schedule=str(made[5].pk), reason="")
    assert refused.status_code == 422
    assert rows(re.sub(r"\s+", " ", refused.content.decode())) == 10
    ended = me.post(place, schedule=str(made[5].pk), reason="改为每月")
    assert (ended.status_code, ended["Location"]) == (302, place)
    assert "改为每月" in page_of(me, place)
    assert me.post(path, schedule="x", reason="改为每月").status_code == 422
    assert me.post(path, schedule="9" * 30, reason="改为每月").status_code == 404
    found = taken_from(me, "/tasks/schedules.xlsx?state=ended&sort=from", "schedules_sheet")
    assert [row[6] for row in found] == [FORMULA, "改为每月"]
    assert len(taken_from(me, "/tasks/schedules.xlsx", "schedules_sheet")) == 60
    # Who does tasks and plans none takes none away
    assert signed_in(account("own", officer=world["west_legal"])).export("/tasks/schedules.xlsx").status_code == 403


def alarms(world: Inspection, count: int) -> list[Alarm]:
    """Alarms of both stations in turn, two a month; about the first four something was asked, said, or decided."""
    with as_process("test"):
        made = [
            Alarm.objects.create(
                indicator="looks" if n % 4 < 2 else "quiet", unit=EAST_STATION if n % 2 else WEST_STATION,
                month=date(2000 + n // 24, n // 2 % 12 + 1, 1), found=n, expected=1.23456, limit=6, at=NOW,
            )
            for n in range(count)
        ]  # fmt: skip
        for n, acts in enumerate((("opened",), ("opened", "answered"), ("opened", "answered", "judged"), ("opened",))):
            for act in acts:
                CheckStep.objects.create(
                    alarm=made[n], act=act, text="x", valid=True if act == "judged" else None, by=world["witness"],
                    at=NOW, recorded_at=NOW,
                )  # fmt: skip
    return made


def alarms_on(text: str) -> list[str]:
    return re.findall(r'data-open href="/oversight/(\d+)/"', text)


def test_every_alarm_is_reached_found_and_taken_away(world: Inspection) -> None:
    made = alarms(world, 210)
    path, jd = "/oversight/", signed_in(account("jd", officer=world["witness"]))
    first, seen = page_of(jd, path), []
    assert re.search(r'href="\?state=waiting#alarms">209<', first)
    page = first
    while 'rel="next"' in page:
        seen += alarms_on(page)
        page = page_of(jd, onward(page, path))
    seen += alarms_on(page)
    # The newest month first
    assert seen == [str(one.pk) for one in sorted(made, key=lambda one: (one.month, one.pk), reverse=True)]
    # The oldest opens too: it was behind the two hundredth
    assert jd.get(f"/oversight/{made[0].pk}/").status_code == 200
    for state, rows_ in (("opened", (3, 0)), ("answered", (1,)), ("judged", (2,))):
        assert alarms_on(page_of(jd, f"{path}?state={state}")) == [str(made[n].pk) for n in rows_]
    assert alarms_on(page_of(jd, f"{path}?month=2000-02&indicator=quiet&unit={EAST}")) == [str(made[3].pk)]
    assert alarms_on(page_of(jd, f"{path}?sort=-found"))[:2] == [str(made[209].pk), str(made[208].pk)]
    assert "没有符合条件的报警。" in page_of(jd, f"{path}?month=2000-02&indicator=looks")
    assert len(taken_from(jd, "/oversight.xlsx", "oversight_sheet")) == 210
    (row,) = taken_from(jd, "/oversight.xlsx?state=judged", "oversight_sheet")
    assert (row[2], row[3], row[4], row[5], row[7]) == ("2000-02", 2.0, 1.23, 6.0, "已核实")


def test_a_head_finds_and_takes_away_what_his_unit_was_asked_about(world: Inspection) -> None:
    made = alarms(world, 60)
    head, path = signed_in(account("head", officer=world["head"])), "/oversight/"
    page = page_of(head, path)
    # why: two of the four that were asked about are of the west, and one of these is judged
    assert alarms_on(page) == [str(made[2].pk), str(made[0].pk)]
    assert re.search(r'href="\?state=waiting#alarms">1<', page)
    assert set(re.findall(r'<option value="(\d{4}-\d\d)"', page)) == {"2000-01", "2000-02"}
    assert alarms_on(page_of(head, f"{path}?state=none")) == []
    assert head.get(f"/oversight/{made[4].pk}/").status_code == 404
    assert head.get(f"/oversight/{made[1].pk}/").status_code == 404
    assert len(taken_from(head, "/oversight.xlsx", "oversight_sheet")) == 2
    reader = signed_in(account("reader", officer=world["reader"]))
    assert reader.export("/oversight.xlsx").status_code == 403


def test_a_long_list_asks_no_more_than_a_short_one(world: Inspection) -> None:
    planner, jd = (signed_in(account(name, officer=world[name])) for name in ("planner", "witness"))
    asked = {}
    made = tasks(2, world["reader"])
    reported(made[0], world["reader"], answer="problem")
    schedules(world, 2)
    alarms(world, 4)
    pages = ((planner, PATH), (planner, "/tasks/schedules/"), (jd, "/oversight/"))
    for person, path in pages:
        person.get(path)
        asked[path] = questions(person, path)
    with as_process("test"):
        for n in range(40):
            task = Task.objects.create(
                number=f"RW-2027-{n:05d}",
                kind="online",
                origin="hand",
                reason="x",
                unit=EAST_STATION,
                due_at=NOW,
                at=HOUR,
            )
            Given.objects.create(task=task, officer=world["second"], at=HOUR)
            Schedule.objects.create(
                kind="online", unit=EAST_STATION, every="week", from_on=HOUR.date(), until_on=date(2027, 1, 1),
                by=world["planner"], at=HOUR,
            )  # fmt: skip
            alarm = Alarm.objects.create(
                indicator="looks", unit=EAST_STATION, month=date(2010 + n, 1, 1), found=1, expected=1, limit=6, at=NOW
            )
            CheckStep.objects.create(alarm=alarm, act="opened", text="x", by=world["witness"], at=NOW, recorded_at=NOW)
    assert {path: questions(person, path) for person, path in pages} == asked


def test_the_draws_to_choose_from_say_that_there_are_more_and_an_older_one_is_named() -> None:
    world, path = build(closed=24), "/inspection/verify/"
    oldest = planned(world)
    committed(world, oldest)
    drawn(world, oldest)
    anybody = signed_in(account("anybody", officer=world["case_officer"]))
    assert "上面只列" not in page_of(anybody, path)
    with as_process("test"):
        for n in range(50):
            plan = Plan.objects.create(
                id=f"IP-2027-{n:05d}", title=f"第{n}期", unit=EAST, from_on=HOUR.date(),
                until_on=HOUR.date() + timedelta(days=1), below="5", drawn=1, hour=HOUR, by=world["planner"],
                at=NOW + timedelta(minutes=n),
            )  # fmt: skip
            Draw.objects.create(
                plan=plan, nonce="0" * 32, head="1" * 64, head_at=HOUR, seed="2" * 64, record="3" * 64, at=HOUR
            )
    page = page_of(anybody, path)
    assert "上面只列最近制订的 50 期。" in page
    assert oldest.pk not in page
    again = anybody.post(path, number=f" {oldest.pk} ")
    assert again.status_code == 200
    assert "一致：种子、抽样框、抽中的案卷和入选概率都对得上" in again.content.decode()
    unknown = anybody.post(path, number="IP-1999-00001")
    assert unknown.status_code == 422
    assert "没有这个编号的抽查计划。请核对编号。" in unknown.content.decode()
