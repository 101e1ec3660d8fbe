"""Tasks on the platform: made, given without conflict, taken in once, and what they find put right. Stories 14 and 15,
faults 1, 11 and 12 as far as tasks go."""

import io
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from tests.platform.inspection_world import HOUR, Inspection, at, build, committed, drawn, given_out, planned
from tests.platform.people import EAST_STATION, WEST, WEST_STATION, officer
from tests.platform.world import PIXEL
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.access.scope import Viewer, viewer_of
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases.eventlog import record_event
from zhunsheng.apps.cases.models import Assignment, Case
from zhunsheng.apps.cases.services import assign
from zhunsheng.apps.cases.uploads import no_scanner, page_path
from zhunsheng.apps.inspection import cards, reading, results
from zhunsheng.apps.inspection.card_page import card_page
from zhunsheng.apps.inspection.models import Answer, Assigned, Card, CardNow, Plan
from zhunsheng.apps.inspection.refusals import CardRefused
from zhunsheng.apps.org.models import Officer, Unit
from zhunsheng.apps.org.services import add_unit
from zhunsheng.apps.supervision.models import Finding
from zhunsheng.apps.tasks import daily, giving, lists, making, reporting, ruling, things
from zhunsheng.apps.tasks.models import Photo, Report, Said, Task
from zhunsheng.apps.tasks.refusals import TaskRefused
from zhunsheng.core.inspection.sheets import Answer as Spoken

pytestmark = pytest.mark.usefixtures("db")
MONDAY = at("11-16 10:00")
OTHER_WEST = "350205020000"
PROBLEM = {"page": "候问室2", "basis": "四个一律", "responsible": "036009", "remedy_days": 2}


@pytest.fixture
def world() -> Inspection:
    made = build(closed=2)
    clock.set_city_clock(MONDAY, seconds_per_second=0)
    return made


def visit(world: Inspection, *, unit: str = WEST_STATION, sheet: str = "PL") -> Task:
    """An on-site check that the legal department asks for."""
    with as_process("test"):
        return making.by_hand(
            kind="onsite", unit=unit, sheet=sheet, place="办案区", reason="群众反映候问室夜间无人看管",
            by=world["planner"], at=MONDAY,
        )  # fmt: skip


def doer(task: Task) -> Officer:
    with as_process("test"):
        found = giving.doer_of(task)
    assert found is not None
    return found


def answers(task: Task, **problems: Spoken) -> dict[int, Spoken]:
    """Everything in order but what is named."""
    with as_process("test"):
        said = dict(task.things.values_list("n", "data_said"))
    # Whoever contradicts what data say gives a reason
    return {n: problems.get(f"t{n}", Spoken(str(n), "pass", "已核对原件" if said[n] else "")) for n in said}


def sending(task: Task, *, key: uuid.UUID | None = None, photo: bytes = PIXEL, **problems: Spoken) -> reporting.Sending:
    return reporting.Sending(
        key or uuid.uuid4(), "西一所办案区", "", answers(task, **problems), [io.BytesIO(photo)], MONDAY, MONDAY
    )


def reported(task: Task, sent: reporting.Sending, *, by: Officer | None = None) -> Report:
    with as_process("test"):
        return reporting.report(task, sent, by=by or doer(task), at=MONDAY, scanner=no_scanner)


def viewer(world: Inspection, name: str) -> Viewer:
    return viewer_of(account="", officer=world[name].pk, admin_role="", on=MONDAY.date())


def problem_found(world: Inspection, task: Task) -> tuple[Card, Officer]:
    """The first thing is a problem, confirmed by somebody else: the card, and who confirmed it."""
    reported(task, sending(task, t1=Spoken("1", "problem", "候问室无人看管", **PROBLEM)))  # type: ignore[arg-type]
    second = next(world[name] for name in ("reader", "second", "third") if world[name].pk != doer(task).pk)
    with as_process("test"):
        said = Said.objects.get(thing__task=task, thing__n=1)
        with pytest.raises(TaskRefused, match="检查人之外"):
            ruling.rule(said, by=doer(task), confirmed=True, reason="", care="fault", at=MONDAY)
        card = ruling.rule(said, by=second, confirmed=True, reason="", care="fault", at=MONDAY)
    assert card is not None
    return card, second


def test_a_task_by_hand_says_why_and_is_given_to_somebody_without_a_stake(world: Inspection) -> None:
    with as_process("test"):
        asked = {"kind": "onsite", "unit": WEST_STATION, "sheet": "PL", "place": "", "at": MONDAY}
        with pytest.raises(TaskRefused, match="原因"):
            making.by_hand(**asked, reason=" ", by=world["planner"])  # type: ignore[arg-type]
        with pytest.raises(TaskRefused, match="法制支队"):
            making.by_hand(**asked, reason="群众反映", by=world["head"])  # type: ignore[arg-type]
        with pytest.raises(TaskRefused, match="没有未处理的发现"):
            making.by_hand(**{**asked, "kind": "online"}, reason="群众反映", by=world["planner"])  # type: ignore[arg-type]
    task = visit(world)
    with as_process("test"):
        assert task.number == "RW-2026-00001"
        assert task.things.count() == 18  # why: what the sheet of the case-handling area asks
        assert task.due_at == at("11-24 00:00")  # why: five working days after Monday, 16 November
        assert lists.waiting(viewer_of(account="", officer=doer(task).pk, admin_role="", on=MONDAY.date())) == 1


def test_15_nobody_checks_his_own_station_or_a_case_of_his(world: Inspection) -> None:
    own = officer("036050", ("legal_officer", WEST_STATION))
    with as_process("test"):
        finding(world.cases[0])
        assign(
            case=Case.objects.get(pk=world.cases[0]), officer=world["second"], role=Assignment.Role.CO_OFFICER,
            from_at=at("11-01 09:00"),
        )  # fmt: skip
        task = making.by_hand(
            kind="online", unit=WEST_STATION, sheet="", place="", reason="月底抽看", by=world["planner"], at=MONDAY
        )
        for number, why in (("036050", "本单位"), (world["second"].number, "办理过本案")):
            with pytest.raises(TaskRefused, match=why):
                giving.give_to(task, number, reason="原检查人出差", by=world["planner"], at=MONDAY)
        assert giving.doer_of(task) not in (own, world["second"])
        with pytest.raises(TaskRefused, match="原因"):
            giving.give_to(task, world["third"].number, reason="", by=world["planner"], at=MONDAY)
        giving.give_to(task, world["third"].number, reason="原检查人出差", by=world["planner"], at=MONDAY)
    assert doer(task) == world["third"]


def finding(
    case: str, *, key: str = "f", kind: str = "overdue", level: str = "red", days: int = 3, unit: str = WEST_STATION
) -> Finding:
    """A finding as the supervisor keeps it."""
    return Finding.objects.create(
        key=key * 64, rule="criminal.intake.filing-decision", case=case, unit=unit, kind=kind, level=level,
        found_at=MONDAY - timedelta(days=days), state="current", appeared_at=MONDAY, state_at=MONDAY, release="r" * 64,
    )  # fmt: skip


def test_a_plan_makes_its_task_once_a_turn_until_it_is_ended(world: Inspection) -> None:
    with as_process("test"):
        made = making.plan(
            kind="onsite", unit=EAST_STATION, sheet="PR", every="week", from_on=at("11-16 00:00").date(),
            until_on=at("12-31 00:00").date(), by=world["planner"], at=MONDAY,
        )  # fmt: skip
        # why: Monday and Wednesday are of one week, the next Monday is of another
        days = ("11-16 10:00", "11-16 11:00", "11-18 09:00", "11-23 09:00")
        assert [making.by_plans(at(day)) for day in days] == [1, 0, 0, 1]
        with pytest.raises(TaskRefused, match="原因"):
            making.end_plan(made, reason="", by=world["planner"], at=at("11-24 09:00"))
        making.end_plan(made, reason="单位撤并", by=world["planner"], at=at("11-24 09:00"))
        assert making.by_plans(at("11-30 09:00")) == 0
        assert {task.origin for task in Task.objects.all()} == {"plan"}


def test_what_stands_and_what_came_in_make_tasks_once_a_week_and_once_a_day(world: Inspection) -> None:
    west = world.cases[0]
    with as_process("test"):
        add_unit(code=OTHER_WEST, name="西二派出所", short_name="西二所", kind=Unit.Kind.STATION, parent=WEST)
        finding(west, key="a", kind="broken", level="yellow")
        finding(west, key="b")
        finding(west, key="c", kind="broken", level="yellow", unit=OTHER_WEST)
        clock.set_city_clock(at("11-13 15:00"), seconds_per_second=0)
        record_event(
            recorder="process:test", source="jz", id="IN1", type="case.accepted", at=at("11-13 14:00"), case=west,
            unit=WEST_STATION,
        )  # fmt: skip
        clock.set_city_clock(MONDAY, seconds_per_second=0)
    # why: of the week a patrol of either western station and a visit of the one with more points, of the day what was
    # accepted on Friday
    assert daily.make_due(MONDAY) == 4
    assert daily.make_due(MONDAY + timedelta(hours=1)) == 0
    with as_process("test"):
        tasks = Task.objects.filter(unit=WEST_STATION)
        made = {task.kind: list(task.things.order_by("n")) for task in tasks}
    assert [thing.finding[0] for thing in made["online"]] == ["b", "a"]  # the overdue red one first
    assert [(thing.question, thing.case) for thing in made["daily"]] == [("CR02", west)]
    assert {thing.case for thing in made["onsite"]} == {""}
    # On Tuesday nothing new came in, and no other station of the branch is visited; next Monday nothing is asked again
    assert daily.make_due(MONDAY + timedelta(days=1)) == 0
    with as_process("test"):
        assert things.of_findings(WEST_STATION, now=MONDAY + timedelta(days=7)) == []


def test_what_is_sent_twice_is_taken_in_once(world: Inspection) -> None:
    task = visit(world)
    sent = sending(task)
    first = reported(task, sent)
    again = reported(task, sending(task, key=sent.key))
    assert again == first
    with as_process("test"):
        assert (Report.objects.count(), Photo.objects.count(), Said.objects.count()) == (1, 1, 18)
        photo = Photo.objects.get()
    assert page_path(photo.sha256).read_bytes() == PIXEL
    with pytest.raises(TaskRefused, match="已经用过"):
        reported(task, sending(task, key=sent.key, t1=Spoken("1", "not_applicable")))


def quarantined() -> list[Path]:
    folder = settings.MEDIA / "quarantine"
    return sorted(folder.iterdir()) if folder.exists() else []


def test_what_lacks_something_is_refused_whole_and_leaves_nothing(world: Inspection) -> None:
    task = visit(world)
    before = quarantined()
    others = next(world[name] for name in ("reader", "second") if world[name].pk != doer(task).pk)
    bare = sending(task)
    refused = {
        "不是分派给您": (sending(task), others),
        "不是 PNG": (sending(task, photo=b"<svg/>"), None),
        "第 3 项：请写明责任人": (
            sending(task, t3=Spoken("3", "problem", page="1", basis="刑规199", remedy_days=2)),
            None,
        ),
        "不能这样回答": (sending(task, t1=Spoken("1", "flaw", page="1")), None),  # why: a red question knows no flaw
        "至少要有一张照片": (reporting.Sending(bare.key, "西一所", "", bare.answers), None),
        "检查地点": (reporting.Sending(bare.key, " ", "", bare.answers, bare.photos), None),
        "第 18 项还没有回答": (
            reporting.Sending(bare.key, "西一所", "", dict([*bare.answers.items()][:17]), bare.photos),
            None,
        ),
    }
    for why, (sent, who) in refused.items():
        for photo in sent.photos:
            photo.seek(0)
        with pytest.raises(TaskRefused, match=why):
            reported(task, sent, by=who)
    with as_process("test"):
        assert (Report.objects.count(), Photo.objects.count(), Said.objects.count()) == (0, 0, 0)
    assert quarantined() == before


def test_fault_12_what_is_said_later_is_another_version_and_both_stay(world: Inspection) -> None:
    task = visit(world)
    reported(task, sending(task))
    later = sending(task, t2=Spoken("2", "problem", "登记本缺页", **PROBLEM))  # type: ignore[arg-type]
    reported(task, later)
    with as_process("test"):
        kept = list(Said.objects.filter(thing__task=task, thing__n=2).order_by("version"))
        assert [(one.version, one.answer) for one in kept] == [(1, "pass"), (2, "problem")]
        assert Said.objects.count() == 19  # what was not changed has no second version
        assert [one.version for one in lists.unruled()] == [2]


def test_fault_1_nothing_of_a_task_is_changed_or_removed_by_the_application(world: Inspection) -> None:
    task = visit(world)
    reported(task, sending(task))
    for statement in (
        "UPDATE tasks_said SET answer = 'pass'",
        "DELETE FROM tasks_photo",
        "TRUNCATE tasks_report CASCADE",
    ):
        with as_process("test"), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_problem_of_a_place_goes_the_way_of_every_fault(world: Inspection) -> None:
    task = visit(world)
    card, second = problem_found(world, task)
    assert (card.case, card.unit, card.title) == ("", WEST_STATION, "被带至公安机关的人是否直接进入办案区")
    clock.set_city_clock(at("11-17 16:00"), seconds_per_second=0)
    with as_process("test"):
        cards.answer(card.number, by=world["head"], at=at("11-17 09:00"), reason="已补派专人", document_no="值班表1号")
        with pytest.raises(CardRefused, match="之外的人"):
            # Fault 11: whoever found it does not re-check it
            cards.recheck(card.number, by=doer(task), at=at("11-17 10:00"), kept=True, reason="看过")
        cards.recheck(card.number, by=second, at=at("11-17 15:00"), kept=True, reason="到场看过")
        assert CardNow.objects.get(pk=card.number).state == "closed"
        with connection.cursor() as cursor:
            cursor.execute("SELECT type FROM cases_event WHERE incident = %s ORDER BY recorded_at, type", [card.number])
            told = {row[0] for row in cursor.fetchall()}
    assert {"inspection.confirmed", "rectification.yellow_issued", "rectification.closed"} <= told
    with as_process("test"):
        page = card_page(viewer(world, "head"), card.number, now=at("11-18 09:00"))
        assert page is not None
        assert page.row.case == ""
        assert card_page(viewer(world, "east_head"), card.number, now=at("11-18 09:00")) is None


def test_what_rests_on_a_finding_has_the_card_of_that_finding(world: Inspection) -> None:
    with as_process("test"):
        row = finding(world.cases[0])
        task = making.by_hand(
            kind="online", unit=WEST_STATION, sheet="", place="", reason="月底抽看", by=world["planner"], at=MONDAY
        )
    card, _second = problem_found(world, task)
    assert (card.finding, card.case) == (row.key, world.cases[0])
    with as_process("test"), connection.cursor() as cursor:
        # What the finding costs it costs by itself: nothing is confirmed beside it
        cursor.execute("SELECT count(*) FROM cases_event WHERE type = 'inspection.confirmed'")
        assert cursor.fetchone() == (0,)


def test_14_problems_of_tasks_never_enter_a_rate() -> None:
    world = build(closed=24)
    plan = planned(world, drawn=4, below="70")
    committed(world, plan)
    drawn(world, plan)
    given_out(plan)
    with as_process("test"):
        # The whole lot: until then whoever reads it is given no task that tells of its cases.
        for row in Assigned.objects.filter(pick__plan=plan).select_related("pick", "reader"):
            asked = [one for _s, parts in reading.asked_of(row, at=HOUR) for _t, own in parts for one in own]
            for one in asked:
                reading.answer(row, Spoken(one.question.id, "not_applicable"), by=row.reader, at=MONDAY)  # type: ignore[arg-type]
            reading.submit(row, by=row.reader, at=MONDAY)  # type: ignore[arg-type]
        before = results.result(Plan.objects.get(pk=plan.pk))
        for n, case in enumerate(plan.picks.values_list("case", flat=True)):
            finding(case, key="abcd"[n])
        patrol = making.by_hand(
            kind="online", unit=WEST_STATION, sheet="", place="", reason="月底抽看", by=world["planner"], at=MONDAY
        )
    problem_found(world, patrol)
    problem_found(world, visit(world))
    with as_process("test"):
        after = results.result(Plan.objects.get(pk=plan.pk))
        # why: no file of the lot had a problem, and two of its cases have one now that nobody drew
        assert after == before
        assert before.rate is not None
        assert before.rate.value == 0
        assert not Answer.objects.filter(answer="problem").exists()
