"""One defect followed from its event to its card and back; cards on the platform. Story 17, fault 11.

The story: a theft is reported, nobody decides on filing it. The officer is told yellow, does not answer, is told red;
the case is marked for reading, the reader finds the problem, a second person confirms it, the card is answered, sent
back, answered again, checked by another person and closed. What the case had earned is taken back, the board changes.
Each step is an event with its instant and the instant it was recorded, and the inspector sees all of it.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection

from tests.platform.inspection_world import Inspection, at, build
from tests.platform.people import CITY, EAST_STATION, WEST_STATION, officer
from tests.platform.points_world import (
    MARCH,
    PointsWorld,
    points_world,
    policy_text,
    run_at,
    volume,
    worked,
)
from tests.platform.supervised import it_is, supervise
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.access.scope import Viewer, viewer_of
from zhunsheng.apps.alerts.models import Alert
from zhunsheng.apps.alerts.services import route
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases.eventlog import record_event
from zhunsheng.apps.cases.models import Assignment, Case
from zhunsheng.apps.cases.services import assign, register_case
from zhunsheng.apps.inspection import book, cards, outcomes, reading, sweeping
from zhunsheng.apps.inspection.card_page import card_page
from zhunsheng.apps.inspection.models import Assigned, Card, CardNow
from zhunsheng.apps.inspection.refusals import CardRefused, ReadingRefused
from zhunsheng.apps.org.models import Officer, Unit
from zhunsheng.apps.points.entry_page import entry_page
from zhunsheng.apps.points.models import Entry
from zhunsheng.apps.points.policies import in_use
from zhunsheng.apps.points.recording import Recorded
from zhunsheng.apps.points.standing import standing
from zhunsheng.apps.supervision.models import Finding
from zhunsheng.core.inspection.sheets import Answer as Said

pytestmark = pytest.mark.usefixtures("db")
FILING = "criminal.intake.filing-decision"


@pytest.fixture
def world() -> Inspection:
    return build(closed=2)


def finding(case: str, *, level: str = "red", kind: str = "overdue", key: str = "f" * 64) -> Finding:
    """A finding as the supervisor keeps it."""
    return Finding.objects.create(
        key=key, rule=FILING, case=case, unit=WEST_STATION, kind=kind, level=level, found_at=at("11-10 00:00"),
        state="current", appeared_at=at("11-10 00:00"), state_at=at("11-10 00:00"), release="r" * 64,
    )  # fmt: skip


def card_of(world: Inspection, *, care: str = "fault", issuer: str = "reader", when: str = "11-16 10:00") -> Card:
    """A card that rests on a finding, opened on a Monday."""
    with as_process("test"):
        found = finding(world.cases[0])
        fault = cards.Fault(
            world.cases[0], WEST_STATION, "立案审查逾期", "刑规178", care, world["case_officer"], finding=found.key
        )
        return cards.issue(fault, by=world[issuer], at=at(when))


def sweep(when: datetime) -> int:
    """All that time alone does by then."""
    done = 0
    while sweeping.sweep_cards(when):
        done += 1
    return done


def told(case: str) -> list[tuple[str, str]]:
    """What the log tells of the steps of a case, with the local instant of each."""
    with as_process("test"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT type, to_char(at AT TIME ZONE 'Asia/Shanghai', 'MM-DD HH24:MI'), recorded_at IS NOT NULL"
            " FROM cases_event WHERE \"case\" = %s AND source = 'inspection'"
            " AND type NOT IN ('inspection.assigned', 'inspection.answered')"
            " ORDER BY at, id",
            [case],
        )
        rows = cursor.fetchall()
    assert all(recorded for _type, _at, recorded in rows)
    return [(kind, when) for kind, when, _recorded in rows]


def by(world: Inspection, act: Callable[..., object], number: str, who: str, when: str, **said: object) -> None:
    with as_process("test"):
        act(number, by=world[who], at=at(when), **said)


def state(number: str) -> str:
    with as_process("test"):
        return CardNow.objects.get(pk=number).state


def questions(row: Assigned) -> dict[str, reading.Asked]:
    """Every question to a file, by id."""
    sheets = reading.asked_of(row, at=at("11-16 09:30"))
    return {one.question.id: one for _sheet, parts in sheets for _title, part in parts for one in part}


def viewer(world: Inspection, name: str) -> Viewer:
    return viewer_of(account=name, officer=world[name].pk, admin_role="", on=at("11-20 10:00").date())


def policy_with_problems(name: str) -> str:
    """A policy under which a confirmed problem costs two points and takes back what the case has earned."""
    return policy_text(name).replace(
        '"defect.record_falsified"]', '"defect.record_falsified", "defect.sample_problem"]'
    )


@pytest.fixture
def policed(db: None, tmp_path: Path) -> Iterator[PointsWorld]:
    """A station under a policy, with one more reader than it has; its supervisor judges by the shipped rulebook."""
    del db
    # Inspection reads its files once, those that are shipped; points are given a folder of their own
    for shipped in (book.rulebook, book.rules_of_codes, book.sheets, book.clocks, book.calendar, book.questions):
        shipped()
    with points_world(tmp_path, text_of=policy_with_problems) as world:
        world.officers["legal_third"] = officer("035090", ("legal_department", CITY))
        yield world


def judged_at(*moments: str) -> None:
    """Time passes; at each instant everything that is due is judged and swept."""
    for moment in moments:
        it_is(moment)
        supervise(route)
        while not sweeping.sweep_due():
            pass


def reported(world: PointsWorld, case: str) -> None:
    """A theft is reported on Monday, 2 March, and given to two officers."""
    it_is("2026-03-02 09:00")
    with as_process("test"):
        unit = Unit.objects.get(pk=EAST_STATION)
        made = register_case(number=case, title="电动车被盗案", kind=Case.Kind.CRIMINAL, unit=unit)
        for name, role in (("lead", Assignment.Role.CASE_OFFICER), ("second", Assignment.Role.CO_OFFICER)):
            assign(case=made, officer=world.officers[name], role=role, from_at=clock.now())
        record_event(
            recorder="process:test", source="jz", id=f"{case}-in", type="case.accepted", at=clock.now(), case=case,
            unit=EAST_STATION, officers=[world.code("lead")], facts={"case_kind": "criminal", "economic": False},
        )  # fmt: skip


def problem_found(world: PointsWorld, case: str) -> tuple[Card, str]:
    """The case is marked for reading, its reader finds the problem, a second person confirms it. The card, and who of
    the legal department had no part in it."""
    legal = ("legal_department", "legal_second", "legal_third")
    with as_process("test"):
        pick = reading.pick_for_risk(Case.objects.get(pk=case), points="5", at=clock.now())
        row = Assigned.objects.get(pick=pick, round="first")
        reader = row.reader
        assert isinstance(reader, Officer)
        asked = questions(row)
        assert asked["CR03"].data_said == "problem"  # the question about the filing decision: data answer it first
        for name in asked:
            said = Said(name, "not_applicable", note="与本案无关")
            if name == "CR03":
                number = world.officers["lead"].number
                said = Said(name, "problem", "受案后没有决定", "1", "", "刑规178", number, 2)
            reading.answer(row, said, by=reader, at=clock.now())
        reading.submit(row, by=reader, at=clock.now())
        problem = outcomes.latest_answers(row)["CR03"]
        with pytest.raises(ReadingRefused):
            reading.confirm(problem, by=reader, confirmed=True, reason="", care="fault", at=clock.now())
        second, third = (name for name in legal if world.officers[name].pk != reader.pk)
        by_second = world.officers[second]
        card = reading.confirm(problem, by=by_second, confirmed=True, reason="", care="fault", at=clock.now())
    assert card is not None
    return card, third


def total(world: PointsWorld) -> int | None:
    """What the board of March has of the officer, in hundredths."""
    with as_process("test"):
        line = standing(in_use()[0], MARCH, as_of=clock.now()).line(world.code("lead"))
    assert line is not None
    return line["total"]  # type: ignore[return-value]


def acted(world: PointsWorld, act: Callable[..., object], card: Card, who: str, when: str, **more: object) -> None:
    """Somebody of the story does something with a card."""
    now = it_is(f"2026-{when}")
    with as_process("test"):
        act(card.number, by=world.officers[who], at=now, **more)


def test_one_defect_followed(policed: PointsWorld) -> None:
    world, case = policed, "A3502030100002026030009"
    lead, second = world.code("lead"), world.code("second")
    reported(world, case)
    # why: accepted on the 2nd, to be decided within three days: by 5 March 24:00. Yellow a day before, red half a day
    judged_at("2026-03-02 09:00", "2026-03-05 00:00", "2026-03-05 08:00", "2026-03-05 12:00", "2026-03-06 00:00")
    with as_process("test"):
        told_of = Alert.objects.filter(group__rule=FILING, group__case=case, officer=world.officers["lead"])
        levels = [(one.level, one.kind, one.created_at) for one in told_of.order_by("created_at", "key")]
    assert levels == [
        ("yellow", "approaching", at("03-05 00:00")),
        ("red", "approaching", at("03-05 12:00")),  # nobody answered
        ("red", "overdue", at("03-06 00:00")),
    ]
    worked(case, lead, second, filed="2026-03-07 10:00", ended="2026-03-12 10:00")
    supervise(route)
    run_at("2026-03-13 10:00")
    # why: 544 measured minutes are 9.07 hours, three fifths to the lead, two to his colleague
    earned = [f"2026-03 {lead} earn +5.44", f"2026-03 {second} earn +3.63"]
    assert volume() == earned
    before = total(world)
    it_is("2026-03-16 10:00")
    card, checker = problem_found(world, case)
    acted(world, cards.answer, card, "lead", "03-17 09:00", reason="已作出立案决定", document_no="立字1号")
    acted(world, cards.recheck, card, checker, "03-17 15:00", kept=False, reason="决定书没有送达")
    acted(world, cards.answer, card, "lead", "03-18 09:00", reason="已送达", document_no="送达回证1号")
    acted(world, cards.take_up, card, checker, "03-18 10:00")
    acted(world, cards.recheck, card, checker, "03-18 15:00", kept=True, reason="已送达，回证在卷")
    assert state(card.number) == "closed"
    assert told(case) == [
        ("rectification.yellow_issued", "03-16 10:00"),
        ("inspection.confirmed", "03-16 10:00"),
        ("inspection.risk_picked", "03-16 10:00"),
        ("rectification.answered", "03-17 09:00"),
        ("rectification.rechecked", "03-17 15:00"),
        ("rectification.returned", "03-17 15:00"),
        ("rectification.answered", "03-18 09:00"),
        ("rectification.taken_up", "03-18 10:00"),
        ("rectification.rechecked", "03-18 15:00"),
        ("rectification.closed", "03-18 15:00"),
    ]
    run_at("2026-03-18 15:05")
    assert volume() == [*earned, f"2026-03 {lead} reverse -5.44", f"2026-03 {second} reverse -3.63"]
    assert run_at("2026-03-18 15:10") == Recorded()
    # why: of 70 points (volume and effect have nothing to judge) quality had all its 40, timeliness none of its 20 for
    # the clock that passed, ability none of its 10; the problem costs 2: 40/70 = 57.14 becomes 38/70 = 54.29
    assert (before, total(world)) == (57_14, 54_29)
    with as_process("test"):
        page = card_page(world.viewer("inspectorate"), card.number, now=clock.now())
        reversed_ = Entry.objects.get(kind="reverse", holder=lead)
        rows = [
            entry_page(world.viewer(who), reversed_.pk, now=clock.now()) for who in ("legal_department", "inspectorate")
        ]
    # The inspector sees each step with its time and its reason, what was taken back and why, and has nothing to press
    assert page is not None
    assert [(step.at, step.reason) for step in page.steps if step.reason] == [
        (at("03-16 10:00"), "受案后没有决定"),
        (at("03-17 09:00"), "已作出立案决定"),
        (at("03-17 15:00"), "决定书没有送达"),
        (at("03-17 15:00"), "决定书没有送达"),
        (at("03-18 09:00"), "已送达"),
        (at("03-18 15:00"), "已送达，回证在卷"),
    ]
    assert list(page.acts) == []
    for row in rows:
        assert row is not None
        assert [(cited.title, cited.at) for cited in row.cited] == [("抽检确认的问题", at("03-16 10:00"))]
    assert [row.is_led for row in rows if row] == [True, False]


def test_17_yellow_unanswered_is_red_then_a_letter_that_discipline_inspection_signs(world: Inspection) -> None:
    number = card_of(world).number
    assert sweep(at("11-18 23:59")) == 0
    assert sweep(at("11-19 08:00")) == 1
    assert sweep(at("11-24 08:00")) == 1
    assert state(number) == "letter_drafted"
    with pytest.raises(CardRefused, match="只有纪检督察"):
        by(world, cards.issue_letter, number, "planner", "11-24 09:00", document_no="督〔2026〕1号")
    by(world, cards.issue_letter, number, "witness", "11-24 09:00", document_no="督〔2026〕1号")
    with pytest.raises(CardRefused, match="不是责任人"):
        by(world, cards.answer, number, "case_officer", "11-25 09:00", reason="已改", document_no="1号")
    by(world, cards.answer, number, "head", "11-25 09:00", reason="已责成改正", document_no="整改1号")
    assert told(world.cases[0]) == [
        ("rectification.yellow_issued", "11-16 10:00"),
        ("rectification.red_issued", "11-19 00:00"),
        ("oversight.letter_drafted", "11-24 00:00"),
        ("oversight.letter_issued", "11-24 09:00"),
        ("oversight.letter_answered", "11-25 09:00"),
    ]
    with as_process("test"):
        red = Card.objects.get(pk=number).steps.get(act="red_issued")
    assert (red.at, red.recorded_at) == (at("11-19 00:00"), at("11-19 08:00"))


def test_fault_11_nobody_rechecks_what_he_answered_or_issued(world: Inspection) -> None:
    number = card_of(world).number
    by(world, cards.answer, number, "head", "11-17 09:00", reason="已改", document_no="1号")
    with pytest.raises(CardRefused, match="开单人、反馈人之外"):
        by(world, cards.recheck, number, "reader", "11-17 10:00", kept=True, reason="已改")
    with pytest.raises(CardRefused, match="只有法制员"):
        by(world, cards.recheck, number, "head", "11-17 10:00", kept=True, reason="已改")
    by(world, cards.recheck, number, "second", "11-17 10:00", kept=True, reason="已改")
    assert state(number) == "closed"


def test_a_card_closes_by_data_when_its_finding_no_longer_stands(world: Inspection) -> None:
    number = card_of(world).number
    with as_process("test"):
        Finding.objects.filter(pk="f" * 64).update(state="withdrawn", state_reason="facts")
    assert sweep(at("11-16 12:00")) == 1
    with as_process("test"):
        assert cards.locked(number).folded.closed_by == "data"


def test_one_finding_has_one_card_and_the_same_fault_within_ninety_days_opens_it_again(world: Inspection) -> None:
    card = card_of(world)
    with as_process("test"):
        fault = cards.Fault(card.case, card.unit, card.title, card.basis, "fault", finding=card.finding)
        assert cards.issue(fault, by=world["second"], at=at("11-16 11:00")).number == card.number
        assert Card.objects.count() == 1
        cards.except_(
            card.number, by=world["planner"], at=at("11-17 10:00"), reason="检察院已受理", document_no="函1号"
        )
        cards.issue(fault, by=world["reader"], at=at("12-01 10:00"))
        again = cards.locked(card.number).folded
    assert (again.state, again.reopened) == ("to_mend", 1)


def test_an_objection_that_two_persons_uphold_takes_the_confirmation_back(world: Inspection) -> None:
    number = card_of(world).number
    by(world, cards.object_to, number, "case_officer", "11-17 09:00", reason="管辖不在本所")
    assert sweep(at("11-19 08:00")) == 0  # the clock stands still
    with pytest.raises(CardRefused, match="只有法制支队"):
        by(world, cards.decide_objection, number, "west_legal", "11-18 09:00", upheld=True, reason="属实")
    with pytest.raises(CardRefused, match="当事各方之外"):
        by(world, cards.decide_objection, number, "reader", "11-18 09:00", upheld=True, reason="属实")
    by(world, cards.decide_objection, number, "second", "11-18 09:00", upheld=True, reason="属实")
    by(world, cards.decide_objection, number, "second", "11-18 09:05", upheld=True, reason="属实")
    assert state(number) == "to_mend"  # the same person twice is one person
    by(world, cards.decide_objection, number, "third", "11-18 10:00", upheld=True, reason="同意")
    assert state(number) == "closed"


def test_a_card_that_fails_holds_up_no_other(world: Inspection, monkeypatch: pytest.MonkeyPatch) -> None:
    first = card_of(world).number
    with as_process("test"):
        other = cards.issue(
            cards.Fault(world.cases[1], WEST_STATION, "另一个问题", "", "fault", finding="e" * 64),
            by=None,
            at=at("11-16 10:00"),
        ).number
    whole = cards.by_time

    def failing(number: str, *, as_of: datetime) -> bool:
        if number == first:
            raise RuntimeError("no")
        return whole(number, as_of=as_of)

    monkeypatch.setattr(cards, "by_time", failing)
    assert sweeping.sweep_cards(at("11-19 08:00")) == 1
    assert state(other) == "red"
    with as_process("test"):
        assert CardNow.objects.get(pk=first).next_at == at("11-19 08:05")
