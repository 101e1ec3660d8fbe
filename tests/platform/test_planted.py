"""Files with known problems among those read: who knows of them, and that nothing counts them. Story 16."""

import json
import re
from dataclasses import replace
from datetime import date

import pytest
from django.db import connection

from tests.platform.accounts import account, signed_in
from tests.platform.inspection_world import (
    HOUR,
    Inspection,
    at,
    build,
)
from tests.platform.people import CITY, EAST_STATION, WEST_STATION
from tests.platform.planted_world import (
    BEFORE,
    lot,
    made_up,
    plant,
    problem,
    read_all,
    read_all_others,
    viewer,
)
from zhunsheng.apps.access.processes import as_process, as_viewer
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases.models import Case, Document, Dossier, HeldEvent
from zhunsheng.apps.cases.services import register_case
from zhunsheng.apps.inspection import assigning, plans, planting, reading, results, selecting
from zhunsheng.apps.inspection.book import questions
from zhunsheng.apps.inspection.models import Assigned, Card, Pick, Planted, PlantedTold, Submission
from zhunsheng.apps.inspection.refusals import PlantRefused, ReadingRefused
from zhunsheng.apps.org.models import Unit
from zhunsheng.apps.org.services import add_unit
from zhunsheng.core.inspection.planting import Paper, PlantedFile
from zhunsheng.core.inspection.sheets import Answer as Said
from zhunsheng.web.demo import planted as demonstration

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def world() -> Inspection:
    return build(closed=24)


def told_of(case: str) -> set[str]:
    """What the log holds of a case, read by nobody of ours: the owner's view would see it."""
    with as_process("test"), planting.shown(), connection.cursor() as cursor:
        cursor.execute('SELECT type FROM cases_event WHERE "case" = %s', [case])
        return {row[0] for row in cursor.fetchall()}


def test_16_planted_files_are_read_like_others_and_enter_no_rate_no_load_and_no_points(
    world: Inspection,
) -> None:
    faulty, clean = plant(world, made_up("CR12")), plant(world, made_up(unit=EAST_STATION))
    plan = lot(world, files=26)
    assert plan.frame.files == 26
    with as_process("test"):
        # why: of 26 files drawn whole two are planted; every process of ours sees the other 24
        assert Pick.objects.filter(plan=plan).count() == 24
        assert plans.counted(plan) == (24, 24)
        # why: of 24 files to be read two should be planted, and both are there
        assert planting.still_to_plant() == 0
        published = json.loads(plans.published(plan))
    assert {faulty, clean} <= {row["id"] for part in published["strata"] for row in part["picks"]}
    read_all(plan, {faulty: "CR12", world.cases[0]: "CR12"})
    found = results.result(plan)
    assert found.files == 24
    assert found.rate is not None
    # why: one of 24 files has a problem; the planted one would make it 2 of 26
    assert found.rate.value == pytest.approx(1 / 24)
    assert "inspection.sample_settled" not in told_of(faulty) | told_of(clean)
    with as_process("test"):
        assert planting.still_to_plant() == 0  # nothing is to be read any more
        detected = planting.found_by_readers()
    plan_page = signed_in(account("fz", officer=world["planner"])).get(f"/inspection/plans/{plan.pk}/").content.decode()
    assert "阅卷人检出率 100" in plan_page
    page = signed_in(account("dc", officer=world["witness"])).get("/oversight/").content.decode()
    assert "检验阅卷的卷宗" in page
    assert faulty in page
    assert clean not in signed_in(account("head", officer=world["head"])).get("/oversight/").content.decode()
    assert detected.sensitivity is not None
    assert (detected.sensitivity.found, detected.sensitivity.planted) == (1, 1)
    assert detected.false_problems is not None
    assert (detected.false_problems.found, detected.false_problems.planted) == (0, 1)


def test_a_problem_that_was_made_up_is_confirmed_without_a_card(world: Inspection) -> None:
    faulty = plant(world, made_up("CR12"))
    read_all(lot(world, files=25), {faulty: "CR12"})
    with as_process("test"), planting.shown():
        row = Assigned.objects.get(pick__case=faulty, round="first")
        found = row.answers.get(answer="problem")
        other = next(
            world[name] for name in ("planner", "reader", "second", "third") if world[name].pk != row.reader_id
        )
        assert reading.confirm(found, by=other, confirmed=True, reason="", care="fault", at=at("11-18 09:00")) is None
        assert not Card.objects.exists()
    assert "inspection.confirmed" not in told_of(faulty)
    # Found in the demonstration: discipline inspection read "CR12", and had to know by heart what it asks
    [told] = planting.planted_rows()
    assert (told.known, told.found) == (("CR12 " + questions()["CR12"][1].text,),) * 2


def test_a_planted_file_is_there_for_its_readers_and_for_no_list_no_count_and_no_station(world: Inspection) -> None:
    number = plant(world, made_up("CR12"))
    for name in ("planner", "witness", "head", "case_officer", "west_legal"):
        with as_viewer(viewer(world, name)):
            # Not even whoever may list every case of the city finds it there
            assert not Case.objects.filter(pk=number).exists()
            assert not Planted.objects.exists()
            assert not PlantedTold.objects.exists()
    with as_process("test"):
        assert not Case.objects.filter(pk=number).exists()
        assert not Dossier.objects.filter(case=number).exists()
        with planting.shown():
            pick = Pick.objects.create(case=number, unit=WEST_STATION, stream="risk", points="1", at=HOUR)
            Assigned.objects.create(pick=pick, round="first", reader=world["west_legal"], at=HOUR)
        assert not Pick.objects.exists()
    with as_viewer(viewer(world, "west_legal")):
        assert Case.objects.filter(pk=number).exists()
    for name, sees in {"planner": True, "witness": True, "west_legal": True, "head": True, "east_head": False}.items():
        with as_viewer(viewer(world, name)):
            # Its place in a lot is seen like that of a true case of the same unit: who reads what is no mark
            assert Pick.objects.filter(case=number).exists() is sees


def test_a_planted_file_is_numbered_as_the_cases_of_its_unit_are(world: Inspection) -> None:
    squad = "350205010100"
    with as_process("test"):
        add_unit(code=squad, name="西一所案件办理队", short_name="西一所办案队", kind="case_squad", parent=WEST_STATION)
        for n in (3, 5):
            number = f"A{WEST_STATION}202610{200 + n:04d}"
            register_case(number=number, title="盗窃案", kind=Case.Kind.CRIMINAL, unit=Unit.objects.get(pk=squad))
    # why: the cases of the squad bear the code of its station
    assert plant(world, made_up("CR12", unit=squad)).startswith(f"A{WEST_STATION}202610")


def test_a_number_that_a_true_case_may_still_be_given_is_never_taken(world: Inspection) -> None:
    given = [case for case in world.cases if case[1:13] == WEST_STATION]
    free = {f"A{WEST_STATION}202610{n:04d}" for n in range(1, int(max(given)[-4:]))} - {*given}
    with as_process("test"):
        held, refused = sorted(free)[:2]
        HeldEvent.objects.create(
            digest="d" * 64, source="jz", event_id="H1", version=1, case=held, lacks="both", clocks=[], body={},
            by="source:jz", at=HOUR,
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("SELECT zs_quarantine('\\x00', 'jz', 'Q1', 1, 'unknown_code', %s, '', '\\x00')", [refused])
        taken = {planting.number_of(made_up("CR12", n=n)) for n in range(80)}
        # why: of the numbers that the serials of the station left out, somebody has those two, though no case is there
        assert taken == free - {held, refused}
        # Ten days after the first case of the month: what was passed over lately may come late, and the next one is due
        clock.set_city_clock(at("10-11 10:00"), seconds_per_second=0)
        with pytest.raises(PlantRefused, match=r"没有早已跳过的编号.*请换一个更早的月份"):
            planting.number_of(made_up("CR12"))
        with pytest.raises(PlantRefused, match="没有早已跳过的编号"):
            planting.number_of(replace(made_up("CR12"), month="202611"))


def test_who_is_to_know_sees_which_files_are_planted_and_reads_none_of_their_lot(world: Inspection) -> None:
    number = plant(world, made_up("CR12"), told=["second"])
    plan = lot(world, files=25)
    pages = {
        name: signed_in(account(name.replace("_", "-"), officer=world[name]))
        for name in ("second", "planner", "witness")
    }
    for name, knows in {"second": True, "witness": True, "planner": False}.items():
        drawn_page = pages[name].get(f"/inspection/plans/{plan.pk}/").content.decode()
        assert number in drawn_page
        assert ("检验卷宗" in drawn_page) is knows
        listed = pages[name].get("/inspection/plans/").content.decode()
        assert (number in listed) is knows
        assert ("检验阅卷的卷宗" in listed) is knows
    with as_process("test"):
        given = set(Assigned.objects.filter(pick__plan=plan).values_list("reader", flat=True))
        assert world["second"].pk not in given
        true = Assigned.objects.filter(pick__plan=plan, round="first").first()
        assert true is not None
        # He is refused any file of the lot, so that the refusal says nothing of one
        with pytest.raises(ReadingRefused, match="检验卷宗"):
            assigning.reassign(true, to=world["second"], by=world["planner"], reason="出差", at=at("11-16 10:00"))
    with pytest.raises(PlantRefused, match="只能告知法制支队"):
        plant(world, made_up("CR12", n=1), told=["head"])


def test_no_figure_moves_otherwise_when_a_planted_sheet_is_handed_in_than_when_a_true_one_is(world: Inspection) -> None:
    faulty = plant(world, made_up("CR12"))
    plan = lot(world, files=25)
    with as_process("test"), planting.shown():
        rows = {row.pick.case: row for row in Assigned.objects.filter(pick__plan=plan, round="first")}
    planner = signed_in(account("fz", officer=world["planner"]))
    seen = []
    for case in (world.cases[0], faulty):
        with as_process("test"), planting.shown():
            row = rows[case]
            assert row.reader is not None
            reading.answer(row, problem("CR12"), by=row.reader, at=at("11-17 09:00"))
            Submission.objects.create(assigned=row, by=row.reader, at=at("11-17 10:00"))
        texts = [planner.get(f"/inspection/plans/{part}").content.decode() for part in ("", f"{plan.pk}/")]
        assert "检出率" not in texts[1]
        seen.append((re.findall(r"还有 (\d+) 件没有查完", texts[1]), re.findall(r'"已查">(\d+)', texts[0])))
    # why: of 25 sheets each leaves one less, whichever it was
    assert seen == [(["24"], ["1"]), (["23"], ["2"])]
    with as_process("test"):
        assert planting.found_by_readers().sensitivity is None  # the lot is not read whole
    read_all_others(plan)
    with as_process("test"), planting.shown():
        # What its reader says once he may know is no reading: a second answer leaves the first where it was counted
        row = rows[faulty]
        reading.answer(row, Said("CR12", "pass"), by=row.reader, at=at("11-20 09:00"))  # type: ignore[arg-type]
        sensitivity = planting.found_by_readers().sensitivity
    assert sensitivity is not None
    assert (sensitivity.found, sensitivity.planted) == (1, 1)


def test_the_demonstration_plants_one_file_beside_the_true_ones_of_its_cell(world: Inspection) -> None:
    since, until = at("10-10 09:00"), at("10-22 09:00")
    with as_process("test"):
        found = selecting.closed_cases(CITY, since.date(), until.date())
        number = demonstration.fill(found, by=world["witness"], told=world["second"], since=since, at=until)
        assert number is not None
        true = {one.number for one in selecting.closed_cases(CITY, since.date(), until.date())}
        with planting.shown():
            every = {one.number: one for one in selecting.closed_cases(CITY, since.date(), until.date())}
            row = Planted.objects.get()
            kinds = list(Document.objects.filter(dossier__case=number).order_by("code").values_list("kind", flat=True))
    # why: it ended in the span, under a number, a unit and an ending that true cases have; and stands beside them only
    # where planted files are shown
    assert set(every) - true == {number}
    assert (every[number].unit, every[number].result) in {(every[one].unit, every[one].result) for one in true}
    assert row.known == ["CR07"]
    assert kinds[3] == "讯问笔录"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"unit": "350299999999"}, "没有单位"),
        ({"kind": "civil"}, "不是案件类别"),
        ({"result": "case.accepted"}, "不是办结事件"),
        ({"known": ("ZZ99",)}, "评查表没有 ZZ99"),
        ({"ended_on": date(2026, 9, 30)}, "应在今天之后"),
        ({"papers": (Paper("讯问笔录", "", None, None, ("gone.png",)),)}, "没有图片 gone.png"),
    ],
)
def test_what_cannot_be_planted_is_refused_whole(world: Inspection, change: dict[str, object], says: str) -> None:
    with pytest.raises(PlantRefused, match=says):
        plant(world, PlantedFile(**{**vars(made_up("CR12")), **change}))
    with pytest.raises(PlantRefused, match="纪检督察"), as_process("test"):
        planting.plant(made_up("CR12"), {}, by=world["planner"], at=BEFORE)
    with as_process("test"), planting.shown():
        assert not Planted.objects.exists()
