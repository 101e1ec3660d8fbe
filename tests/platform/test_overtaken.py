"""A true case comes under the number of a planted file: it wins, whatever way it comes."""

import json
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests.platform.accounts import account, signed_in
from tests.platform.inspection_world import Inspection, at, build, committed, drawn, given_out, planned
from tests.platform.people import EAST_STATION, WEST_STATION
from tests.platform.planted_world import (
    filed,
    lot,
    made_up,
    plant,
    problem,
    read_all,
    viewer,
)
from tests.platform.supervised import assert_as_batch, it_is, put_in_force, supervise
from tests.platform.test_alerts_supervised import BOTH, shipped
from zhunsheng.apps.access.processes import as_process, as_viewer
from zhunsheng.apps.alerts.models import Alert
from zhunsheng.apps.alerts.services import route, sweep_due
from zhunsheng.apps.cases.eventlog import record_event
from zhunsheng.apps.cases.models import Assignment, Case, Document, Dossier, HeldEvent, Item
from zhunsheng.apps.cases.services import assign, register_case
from zhunsheng.apps.inspection import assigning, plans, planting, reading, results
from zhunsheng.apps.inspection.models import (
    Assigned,
    Card,
    Confirmation,
    FrameCase,
    Overtaken,
    Pick,
    Plan,
    Planted,
    Submission,
)
from zhunsheng.apps.inspection.refusals import ReadingRefused
from zhunsheng.apps.org.models import Unit
from zhunsheng.core.inspection.planting import Paper

pytestmark = pytest.mark.usefixtures("db")
ACCEPTED = at("12-15 09:00")
TITLE = "李某某故意伤害案"


@pytest.fixture
def world() -> Inspection:
    return build(closed=24)


def accepted(case: str, unit: str = WEST_STATION) -> None:
    """The case system tells of a true case under a number."""
    with as_process("test"):
        record_event(
            recorder="source:jz", source="jz", id=f"SA-{case}", type="case.accepted", at=ACCEPTED, case=case, unit=unit,
            facts={"case_kind": "criminal"},
        )  # fmt: skip


def registered(case: str, unit: str = WEST_STATION) -> None:
    with as_process("test"):
        register_case(number=case, title=TITLE, kind=Case.Kind.CRIMINAL, unit=Unit.objects.get(pk=unit))


def overtaken() -> list[Overtaken]:
    with as_process("test"), planting.shown():
        return list(Overtaken.objects.order_by("case"))


def pages(world: Inspection, *names: str) -> dict[str, Any]:
    return {name: signed_in(account(name.replace("_", "-"), officer=world[name])) for name in names}


def test_a_number_that_a_true_case_has_is_refused_whoever_plants(world: Inspection) -> None:
    plant(world, made_up("CR12"))
    with as_process("test"), planting.shown():
        row = Planted.objects.get()
        with pytest.raises(DatabaseError, match="number of a true case"), transaction.atomic():
            Planted.objects.create(case=world.cases[0], result=row.result, ended_on=row.ended_on, by=row.by, at=row.at)
    assert planting.story(world.cases[0]) is None


def test_an_event_under_a_planted_number_is_of_a_true_case_that_everybody_sees(world: Inspection) -> None:
    case = plant(world, made_up("CR12", papers=[Paper("讯问笔录", "1号", None, True, (), "{case}-01")]))
    accepted(case)
    for name in ("planner", "witness", "head"):
        with as_viewer(viewer(world, name)):
            true = Case.objects.get(pk=case)
            # As events made it: what was made up is gone from its title, its kind, its dossier
            assert (true.title, true.kind, true.unit_id, true.registered_unit) == ("", "unknown", WEST_STATION, False)
            assert true.first_at == ACCEPTED
            assert not Dossier.objects.filter(case=case).exists()
    with as_process("test"), planting.shown():
        assert not Document.objects.filter(code=f"{case}-01").exists()
        assert case not in planting.planted_numbers()
    (one,) = overtaken()
    assert (one.case, one.what, one.which) == (case, "cases_event", f"jz/SA-{case}/1")
    assert (one.title, one.unit, one.plans) == ("电动车被盗案0", WEST_STATION, [])
    assert [(paper["kind"], paper["document_no"], paper["code"]) for paper in one.papers] == [
        ("讯问笔录", "1号", f"{case}-01")
    ]
    registered(case)
    with as_viewer(viewer(world, "head")):
        assert Case.objects.get(pk=case).title == TITLE
    # Its own papers are filed under the very codes that the made-up ones had
    with as_process("test"):
        filed(case, [Paper("受案登记表", "", None, True, ())])
    accepted(case)  # delivered again
    assert len(overtaken()) == 1


def test_a_case_that_is_registered_under_a_planted_number_is_the_true_one(world: Inspection) -> None:
    # The demonstration ended here: cases_case_pkey
    case = plant(world, made_up("CR12"))
    registered(case, EAST_STATION)
    with as_viewer(viewer(world, "planner")):
        true = Case.objects.get(pk=case)
        assert (true.title, true.unit_id, true.registered_unit) == (TITLE, EAST_STATION, True)
    (one,) = overtaken()
    assert (one.what, one.which) == ("cases_case", case)


def test_whatever_hangs_on_a_case_ends_the_plant_too(world: Inspection) -> None:
    numbers = [plant(world, made_up("CR12", n=n)) for n in range(4)]
    with as_process("test"):
        Item.objects.create(code="W1", case_id=numbers[0])
        filed(numbers[1], [Paper("受案登记表", "", None, True, ())])
        Assignment.objects.create(
            case_id=numbers[2], officer=world["case_officer"], role="case_officer", from_at=ACCEPTED
        )
        HeldEvent.objects.create(
            digest="d" * 64, source="jz", event_id="H1", version=1, case=numbers[3], lacks="both", clocks=[], body={},
            by="source:jz", at=ACCEPTED,
        )  # fmt: skip
        assert Case.objects.filter(pk__in=numbers).count() == 4
        assert HeldEvent.objects.count() == 1
    assert {one.what for one in overtaken()} == {
        "cases_item", "cases_dossier", "cases_assignment", "cases_heldevent",
    }  # fmt: skip


def test_what_fails_after_the_true_event_leaves_the_plant_as_it_was(world: Inspection) -> None:
    case = plant(world, made_up("CR12"))
    with transaction.atomic():
        accepted(case)
        transaction.set_rollback(True)  # the process ended here
    assert overtaken() == []
    with as_process("test"):
        assert not Case.objects.filter(pk=case).exists()
        with planting.shown():
            assert planting.planted_numbers() == [case]
            assert Dossier.objects.filter(case=case).count() == 1


def test_the_limits_of_a_true_case_are_judged_and_told_to_its_officers(world: Inspection) -> None:
    case = plant(world, made_up("CR12"))
    lot(world, files=25)  # somebody of the legal department has it to read
    it_is("2026-12-15 10:00")
    put_in_force(shipped(*BOTH))
    accepted(case)
    with as_process("test"):
        assign(
            case=Case.objects.get(pk=case), officer=world["case_officer"], role=Assignment.Role.CASE_OFFICER,
            from_at=ACCEPTED,
        )  # fmt: skip
    as_of = it_is("2026-12-22 12:00")
    supervise(route)
    with as_process("test"):
        while not sweep_due():
            pass
        alerts = Alert.objects.filter(group__case=case)
        assert world["case_officer"].pk in set(alerts.values_list("officer", flat=True))
        assert world["head"].pk in set(alerts.values_list("officer", flat=True))
    assert_as_batch(as_of)


def test_before_the_draw_the_frame_stays_and_its_place_is_read_by_nobody(world: Inspection) -> None:
    case, other = plant(world, made_up("CR12")), plant(world, made_up("CR12", n=1))
    plan = planned(world, drawn=26, below="70")
    accepted(case)
    committed(world, plan)
    drawn(world, plan)
    given_out(plan)
    (one,) = overtaken()
    assert one.plans == [plan.pk]
    # The record is that of the sealed frame, number and all: whoever draws again finds the same
    with as_process("test"):
        published = json.loads(plans.published(Plan.objects.get(pk=plan.pk)))
    assert case in {row["id"] for part in published["strata"] for row in part["picks"]}
    with as_process("test"), planting.shown():
        assert FrameCase.objects.filter(plan=plan, case=case).exists()
        assert not Assigned.objects.filter(pick__case=case).exists()
        assert Assigned.objects.filter(pick__case=other).exists()
    page = pages(world, "planner")["planner"].get(f"/inspection/plans/{plan.pk}/").content.decode()
    assert page.count("已收回") == 1  # and nothing of the other
    assert "分派阅卷人" not in page
    with as_process("test"):
        assert plans.counted(Plan.objects.get(pk=plan.pk)) == (24, 24)
    assert planting.marked_for(viewer(world, "witness")) == {other}
    # A later plan may hold the true case
    with as_process("test"):
        record_event(
            recorder="source:jz", source="jz", id="END-true", type="prosecution.transferred", at=at("11-20 10:00"),
            case=case, unit=WEST_STATION,
        )  # fmt: skip
        Pick.objects.create(case=case, unit=WEST_STATION, stream="risk", points="1", at=at("11-30 10:00"))
        assert Pick.objects.filter(case=case).count() == 1


def test_before_it_is_read_its_reader_is_told_that_it_was_taken_back(world: Inspection) -> None:
    case = plant(world, made_up("CR12"))
    other = plant(world, made_up("CR12", n=1))
    plan = lot(world, files=26)
    with as_process("test"), planting.shown():
        row = Assigned.objects.select_related("reader", "pick").get(pick__case=case, round="first")
        reader = row.reader
    assert reader is not None
    me = signed_in(account("me", officer=reader))
    before = me.get("/inspection/tasks/?state=waiting").content.decode()
    assert case in before
    accepted(case)
    registered(case)
    listed = me.get("/inspection/tasks/").content.decode()
    assert listed.count("已收回") == 1
    assert TITLE not in listed
    waiting = me.get("/inspection/tasks/?state=waiting").content.decode()
    assert case not in waiting
    for path in (f"/inspection/tasks/{row.pk}/", f"/inspection/tasks/{row.pk}/?page=1"):
        shown = me.get(path).content.decode()
        assert "已收回" in shown
        assert TITLE not in shown
        assert "提交评查表" not in shown
    # What he was told stays of this file: nothing names another as planted
    assert other not in me.get(f"/inspection/tasks/{row.pk}/").content.decode()
    with as_process("test"), planting.shown():
        for refused in (
            lambda: reading.answer(row, problem("CR12"), by=reader, at=at("11-17 09:00")),
            lambda: reading.submit(row, by=reader, at=at("11-17 09:00")),
            lambda: reading.report_missing(row, note="", responsible="036009", by=reader, at=at("11-17 09:00")),
        ):
            with pytest.raises(ReadingRefused, match="已收回"):
                refused()
        with pytest.raises(ReadingRefused, match="已收回"):
            assigning.reassign(row, to=world["west_legal"], by=world["planner"], reason="出差", at=at("11-17 10:00"))
    planner = me if reader == world["planner"] else pages(world, "planner")["planner"]
    assert case not in planner.get("/inspection/readers/").content.decode()
    # He reads it no longer: the true case, its alerts and its pages are his like any other
    with as_viewer(viewer(world, "planner")), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM zs_readers_of(%s)", [[case]])
        assert cursor.fetchone() == (0,)
    assert me.get(f"/cases/{case}/").status_code == 200
    # The rest of the lot is read whole without it
    with as_process("test"), planting.shown():
        for left in Assigned.objects.filter(pick__plan=plan, submission=None).exclude(pick__case=case):
            assert left.reader is not None
            Submission.objects.create(assigned=left, by=left.reader, at=at("11-18 10:00"))
    found = results.result(plan)
    assert (found.files, found.read) == (24, 24)
    assert found.rate is not None
    assert found.rate.value == 0


def test_after_it_was_read_nothing_that_was_found_falls_on_the_true_case(world: Inspection) -> None:
    case = plant(world, made_up("CR12"))
    plan = lot(world, files=25)
    read_all(plan, {case: "CR12", world.cases[0]: "CR12"})
    with as_process("test"), planting.shown():
        answer = Assigned.objects.get(pick__case=case, round="first").answers.get()
        readers = set(Assigned.objects.filter(pick__case=case).values_list("reader", flat=True))
        other = next(world[name] for name in ("reader", "second", "third") if world[name].pk not in readers)
    me = signed_in(account("me", officer=other))
    assert case in me.get("/inspection/problems/").content.decode()
    registered(case)
    accepted(case)
    assert case not in me.get("/inspection/problems/").content.decode()
    with as_process("test"), planting.shown():
        with pytest.raises(ReadingRefused, match="已收回"):
            reading.confirm(answer, by=other, confirmed=True, reason="", care="fault", at=at("11-18 09:00"))
        assert not Confirmation.objects.exists()
        assert not Card.objects.exists()
        cursor = connection.cursor()
        cursor.execute('SELECT array_agg(type) FROM cases_event WHERE "case" = %s', [case])
        assert cursor.fetchone() == (["case.accepted"],)
        # Nor does it say anything of what readers find
        assert planting.found_by_readers().sensitivity is None
    found = results.result(plan)
    assert found.files == 24
    assert found.rate is not None
    assert found.rate.value == pytest.approx(1 / 24)


def test_a_sheet_that_is_handed_in_on_a_planted_file_tells_nothing_in_its_course(world: Inspection) -> None:
    """Found here: who was given it, and what he answered, stood in the log under its number."""
    case = plant(world, made_up())
    lot(world, files=25)
    with as_process("test"), planting.shown():
        row = Assigned.objects.select_related("reader", "pick").get(pick__case=case, round="first")
        assert row.reader is not None
        reading.report_missing(row, note="没有", responsible="036009", by=row.reader, at=at("11-17 09:00"))
        cursor = connection.cursor()
        cursor.execute('SELECT count(*) FROM cases_event WHERE "case" = %s', [case])
        assert cursor.fetchone() == (0,)
    assert overtaken() == []


def test_the_inspectorate_is_told_and_keeps_what_was_made_up(world: Inspection) -> None:
    case, other = plant(world, made_up("CR12"), told=["second"]), plant(world, made_up("CR12", n=1))
    lot(world, files=26)
    accepted(case)
    registered(case)
    people = pages(world, "witness", "second", "planner", "head", "case_officer")
    page = people["witness"].get("/oversight/").content.decode()
    assert "真实案件" in page
    assert page.count("已让位") == 1
    assert TITLE not in page  # the true case is not what was planted
    kept = people["witness"].get(f"/oversight/overtaken/{case}/").content.decode()
    assert "讯问笔录" in kept
    assert "电动车被盗案0" in kept
    assert f"jz/SA-{case}/1" in kept
    assert "已让位" in people["second"].get("/inspection/plans/").content.decode()
    for name in ("second", "planner", "head", "case_officer"):
        assert people[name].get(f"/oversight/overtaken/{case}/").status_code in (403, 404)
    for name in ("planner", "head", "case_officer"):
        for path in ("/oversight/", "/inspection/plans/", "/inspection/tasks/", f"/cases/{case}/"):
            text = people[name].get(path).content.decode()
            assert not [word for word in ("让位", "检验", "虚构") if word in text]
    assert people["witness"].get(f"/oversight/overtaken/{other}/").status_code == 404


def test_nobody_but_the_database_writes_that_a_plant_was_overtaken(world: Inspection) -> None:
    case = plant(world, made_up("CR12"))
    with as_process("test"), planting.shown():
        for act in (
            "INSERT INTO inspection_overtaken (\"case\", what, kind, at) VALUES (%s, '', '', now())",
            'DELETE FROM inspection_overtaken WHERE "case" = %s',
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(act, [case])
