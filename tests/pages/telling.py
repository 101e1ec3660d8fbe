"""What happened before the pages are looked at: each function tells one part, committed, on the world of the site.
The fixtures of conftest.py call each once a session."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Final

from django.core.management import call_command
from django.db import connections, transaction
from django.test import override_settings

from tests.platform.case_story import tell_case
from tests.platform.inspection_world import NONCE, head
from tests.platform.people import CITY, EAST_STATION, WEST_STATION, noon, officer
from tests.platform.points_world import NAME, POLICY, PointsWorld, fact, played, policy_text, stated
from tests.platform.world import PIXEL, World
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases.eventlog import record_event
from zhunsheng.apps.cases.models import Assignment, Case
from zhunsheng.apps.cases.services import assign, register_case
from zhunsheng.apps.inspection import assigning, cards, plans, planting, reading
from zhunsheng.apps.inspection.models import Alarm, Assigned, FrameCase, Pick, Plan
from zhunsheng.apps.org.models import Unit
from zhunsheng.apps.points import appeals, decisions, policies
from zhunsheng.apps.points.models import Proposal
from zhunsheng.apps.points.people import code_of
from zhunsheng.apps.points.recording import record_points
from zhunsheng.apps.supervision.models import Finding
from zhunsheng.core.inspection.draw import commitment
from zhunsheng.core.inspection.planting import Paper, PlantedFile

NOW = datetime.fromisoformat("2026-03-02T10:30:00+08:00")
"""The city's clock stands still at this instant: the people of the world were detained at noon the day before."""
BEGIN = NOW - timedelta(days=6)
SILENT = f"A{WEST_STATION}2026020999"
ALERTED = f"A{EAST_STATION}2026029"
"""What the numbers of the alerted cases begin with; no other case of the world ends so."""
ALERTS = 22
TAKEN_BACK = 3
TITLE = "北街电动车被盗案"
BAD = "naive_count.toml"
WHEN = "2026-03-01 15:00"


def judged() -> None:
    """What supervision does once."""
    call_command("supervise", once=True, stdout=StringIO())
    connections.close_all()


def told_case() -> None:
    """The case of the story, judged, and one of which nothing was heard."""
    with transaction.atomic():
        tell_case()
        with as_process("test"):
            unit = Unit.objects.get(pk=WEST_STATION)
            register_case(number=SILENT, title="没有消息的案件", kind=Case.Kind.CRIMINAL, unit=unit)
    judged()


def told_alerts(world: World) -> None:
    """Twenty-two cases of one officer of the eastern station whose filing decision is due today, soon, or was."""
    with transaction.atomic(), as_process("test"):
        unit = Unit.objects.get(pk=EAST_STATION)
        for n in range(ALERTS):
            number = f"{ALERTED}{n:03d}"
            # Three days, seven at the most by extension: the first ended the day before yesterday.
            accepted = NOW - timedelta(days=5) + timedelta(hours=5 * n)
            case = register_case(number=number, title=f"{TITLE}{n + 1}", kind=Case.Kind.CRIMINAL, unit=unit)
            assign(case=case, officer=world.officers["officer"], role=Assignment.Role.CASE_OFFICER, from_at=accepted)
            record_event(
                recorder="process:test", source="jz", id=f"IN{n}", type="case.accepted", at=accepted, case=number,
                unit=unit.code, facts='{"case_kind": "criminal", "economic": false}',
            )  # fmt: skip
    judged()


def told_points(world: World, rulebook: Path) -> None:
    """A policy in force since the first of the month; six officers with work, one deduction that is appealed."""
    folder = rulebook / "points" / "policies"
    (folder / NAME).write_text(policy_text(), "utf-8")
    bad = Path(__file__).parents[2] / "examples" / "points" / "count_policy.toml"
    (folder / BAD).write_text(bad.read_text("utf-8"), "utf-8")
    with override_settings(RULEBOOK=rulebook), transaction.atomic():
        points = PointsWorld(rulebook, dict(world.officers), dict(world.people))
        file = next(one for one in policies.files() if one.name == NAME)
        played(file)
        points.approve(file)
        _work(points)
    connections.close_all()


def _work(world: PointsWorld) -> None:
    people = [world.code("officer"), *(code_of(officer(f"0360{n:02d}", ("officer", EAST_STATION))) for n in range(5))]
    record_points()
    rows = []
    for n, who in enumerate(people):
        for k in range(3 + n % 3):
            case = world_case(n, k)
            shared = {"case__type": "criminal", "group": case}
            rows.append(fact("work.assigned_minutes", case, who, WHEN, role="lead", **shared))
            rows.append(fact("clock.kept", case, who, WHEN, kept=(n + k) % 4 != 0, **shared))
            rows.append(fact("check.kept.rights_notice", case, who, WHEN, kept=k != 2, **shared))
    rows.append(fact("defect.red_overdue", "F1", people[0], WHEN, group=world_case(0, 0), finding__statutory="true"))
    rows.append(fact("defect.red_overdue", "F2", people[0], WHEN, group=world_case(0, 1), finding__statutory="true"))
    stated(*rows)
    with as_process("test"):
        appeals.appeal(
            world.viewer("officer"),
            key=f"{POLICY}|overdue|defect.red_overdue|F2|{people[0]}|deduct|",
            reason="延长审批的文书晚到，期限没有过。",
            document_no="甲公字〔2026〕5号",
            at=clock.now(),
        )
        body = {
            "holder": people[1], "unit": EAST_STATION, "peers": "station|case_officer", "period": "2026-03-01",
            "half_days": 30,
        }  # fmt: skip
        decisions.propose(
            world.viewer("unit_head"), kind=Proposal.Kind.EXPOSURE, body=body, unit=EAST_STATION,
            reason="抽调专案，三月上旬不在所里", at=clock.now(),
        )  # fmt: skip


def world_case(n: int, k: int) -> str:
    """The number of a case that nobody registered."""
    return f"A{EAST_STATION}202603{7000 + 10 * n + k}"


MADE_UP: Final = PlantedFile(
    title="电动车被盗案", kind="criminal", unit=EAST_STATION, month="202602", result="prosecution.transferred",
    ended_on=date(2099, 1, 1), known=("CR12",), uses=("theft",), said={},
    papers=(Paper("讯问笔录", "", None, False, ()),),
)  # fmt: skip
"""A planted file of a period that no plan of this world draws from."""


def told_inspection(world: World) -> SimpleNamespace:
    """A drawn plan and one that waits, a file of the legal department, cards in three states, an alarm."""
    with transaction.atomic(), as_process("test"):
        colleagues = [officer(f"0370{n:02d}", ("legal_department", CITY)) for n in range(3)]
        for n in range(20):
            unit = EAST_STATION if n % 2 else WEST_STATION
            number = f"A{unit}202602{9000 + n}"
            register_case(number=number, title=f"盗窃案{n}", kind=Case.Kind.CRIMINAL, unit=Unit.objects.get(pk=unit))
            record_event(
                recorder="process:test", source="jz", id=f"INS{n}", type="prosecution.transferred",
                at=noon("2026-02-12"), case=number, unit=unit,
            )  # fmt: skip
        found = SimpleNamespace(plan=_drawn(world, colleagues[0]), case=world.cases["unit_ordinary"].number)
        file = reading.pick_for_risk(Case.objects.get(pk=found.case), points="5", at=BEGIN)
        row = Assigned.objects.get(pick=file)
        own = world.officers["legal_department"]
        if row.reader_id != own.pk:
            row = assigning.reassign(row, to=own, by=colleagues[0], reason="原阅卷人出差", at=BEGIN)
        found.sheet = row.pk
        found.cards = [_card(world, colleagues[0], n) for n in range(3)]
        _to_letter(world, found.cards[1])
        for n in range(TAKEN_BACK):
            at = noon(f"2026-02-{10 + n}")
            Finding.objects.create(
                key=f"back{n}".ljust(64, "0"), rule="criminal.intake.filing-decision", case=found.case, state_at=at,
                unit=EAST_STATION, kind="broken", level="yellow", found_at=at, state="withdrawn", state_reason="facts",
                appeared_at=at - timedelta(days=1), release="r" * 64,
            )  # fmt: skip
        planting.plant(MADE_UP, {}, by=world.officers["inspectorate"], at=BEGIN)
        alarm = Alarm.objects.create(
            indicator="withdrawn", unit=EAST_STATION, month=noon("2026-02-01").date(), found=TAKEN_BACK, expected=0.4,
            limit=TAKEN_BACK, at=BEGIN,
        )  # fmt: skip
        found.alarm = alarm.pk
    connections.close_all()
    return found


def told_overtaken(world: World, plan: str) -> SimpleNamespace:
    """A planted file that the legal department has to read, whose number a true case then has: number and sheet."""
    file = replace(MADE_UP, ended_on=date(2099, 1, 2), papers=(Paper("讯问笔录", "1号", None, False, ("1.png",)),))
    with transaction.atomic(), as_process("test"):
        number = planting.plant(file, {"1.png": PIXEL}, by=world.officers["inspectorate"], at=BEGIN)
        with planting.shown():
            FrameCase.objects.create(plan_id=plan, ref=number, case=number, stream="random")
            pick = Pick.objects.create(
                plan_id=plan, case=number, unit=EAST_STATION, stream="random", inclusion="2/5", at=BEGIN
            )
            own = world.officers["legal_department"]
            row = Assigned.objects.create(pick=pick, round="first", reader=own, at=BEGIN)
    with transaction.atomic(), as_process("test"):
        record_event(
            recorder="process:test", source="jz", id="LATE1", type="case.accepted", at=noon("2026-02-20"), case=number,
            unit=EAST_STATION,
        )  # fmt: skip
    connections.close_all()
    return SimpleNamespace(number=number, sheet=row.pk)


def _drawn(world: World, planner: object) -> str:
    real, witness = clock.real_now(), world.officers["inspectorate"]
    wanted = plans.Wanted(
        "2月办结案件",
        CITY,
        noon("2026-02-01").date(),
        noon("2026-03-01").date(),
        "40",
        0,
        8,
        real - timedelta(minutes=5),
    )
    before = real - timedelta(days=1)
    plan = plans.make(wanted, by=planner, at=BEGIN, real_at=before)  # type: ignore[arg-type]
    plans.commit(plan, commitment(NONCE), by=witness, at=BEGIN, real_at=before)
    root, _at = head()
    plans.publish_and_draw(
        plan, NONCE.hex(), by=witness, at=BEGIN, real_at=real, heads=lambda hour: (root, hour + timedelta(minutes=1))
    )
    assigning.assign_plan(Plan.objects.get(pk=plan.pk), at=BEGIN)
    return plan.pk


def _card(world: World, issuer: object, n: int) -> str:
    """Of another case than the one that the legal department reads: from its reader cards are withheld."""
    case = Case.objects.get(pk=world.cases["sub_ordinary"].number)
    titles = ("讯问笔录少一名侦查人员签名", "拘留后没有在24小时内通知家属", "扣押清单没有见证人签名")
    fault = cards.Fault(
        case.pk, EAST_STATION, titles[n], "刑规202", "fault", world.officers["officer"], finding=str(n) * 64
    )
    return cards.issue(fault, by=issuer, at=BEGIN + timedelta(days=4 * (n == 0)), reason="见第3页").number  # type: ignore[arg-type]


def _to_letter(world: World, number: str) -> None:
    held = cards.locked(number)
    for act in ("red_issued", "letter_drafted"):
        cards.add(held, act, by=None, at=BEGIN + timedelta(days=3), recorded_at=BEGIN + timedelta(days=3, minutes=1))
    cards.issue_letter(
        number, by=world.officers["inspectorate"], at=BEGIN + timedelta(days=4), document_no="督〔2026〕1号"
    )
