"""One defect followed from its event to its card and back; cards on the platform. Story 17, fault 11.

The story: a theft is reported and nobody decides on filing it. Yellow, then red; the case is marked for reading, the
reader finds the problem, a second person confirms it, the card is answered, sent back, answered again, checked by
another person and closed. Each step is an event with its instant and the instant it was recorded.
"""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection

from tests.platform.inspection_world import Inspection, at, build
from tests.platform.people import WEST_STATION
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.access.scope import Viewer, viewer_of
from zhunsheng.apps.cases.models import Case
from zhunsheng.apps.inspection import cards, outcomes, reading, sweeping
from zhunsheng.apps.inspection.card_page import card_page
from zhunsheng.apps.inspection.models import Assigned, Card, CardNow
from zhunsheng.apps.inspection.refusals import CardRefused, ReadingRefused
from zhunsheng.apps.org.models import Officer
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


def test_one_defect_followed(world: Inspection) -> None:
    case = world.cases[0]
    with as_process("test"):
        # The time limit for the filing decision was first yellow, then passed: the supervisor's findings
        finding(case, level="yellow", kind="approaching", key="a" * 64)
        finding(case)
        pick = reading.pick_for_risk(Case.objects.get(pk=case), points="5", by=world["planner"], at=at("11-16 09:00"))
        row = Assigned.objects.get(pick=pick, round="first")
        reader = row.reader
        assert isinstance(reader, Officer)
        asked = questions(row)
        # Question CR03 is about the filing decision; data have answered it first
        assert asked["CR03"].data_said == "problem"
        for name in asked:
            said = Said(name, "not_applicable", note="与本案无关")
            if name == "CR03":
                said = Said(name, "problem", "受案后没有决定", "1", "", "刑规178", world["case_officer"].number, 2)
            reading.answer(row, said, by=reader, at=at("11-16 09:40"))
        reading.submit(row, by=reader, at=at("11-16 09:50"))
        problem = outcomes.latest_answers(row)["CR03"]
        with pytest.raises(ReadingRefused):
            reading.confirm(problem, by=reader, confirmed=True, reason="", care="fault", at=at("11-16 10:00"))
        confirmer = next(world[name] for name in ("second", "third") if world[name].pk != reader.pk)
        card = reading.confirm(problem, by=confirmer, confirmed=True, reason="", care="fault", at=at("11-16 10:00"))
    assert card is not None
    number = card.number
    busy = (reader.pk, confirmer.pk)
    checker = next(name for name in ("planner", "reader", "second", "third") if world[name].pk not in busy)
    by(world, cards.answer, number, "case_officer", "11-17 09:00", reason="已作出立案决定", document_no="立字1号")
    by(world, cards.recheck, number, checker, "11-17 15:00", kept=False, reason="决定书没有送达")
    by(world, cards.answer, number, "case_officer", "11-18 09:00", reason="已送达", document_no="送达回证1号")
    by(world, cards.take_up, number, checker, "11-18 10:00")
    by(world, cards.recheck, number, checker, "11-18 15:00", kept=True, reason="已送达，回证在卷")
    assert state(number) == "closed"
    assert told(case) == [
        ("inspection.risk_picked", "11-16 09:00"),
        ("rectification.yellow_issued", "11-16 10:00"),
        ("inspection.confirmed", "11-16 10:00"),  # what points deduct, and reverse, follows from this event
        ("rectification.answered", "11-17 09:00"),
        ("rectification.rechecked", "11-17 15:00"),
        ("rectification.returned", "11-17 15:00"),
        ("rectification.answered", "11-18 09:00"),
        ("rectification.taken_up", "11-18 10:00"),
        ("rectification.rechecked", "11-18 15:00"),
        ("rectification.closed", "11-18 15:00"),
    ]
    with as_process("test"):
        page = card_page(viewer(world, "witness"), number, now=at("11-20 10:00"))
    assert page is not None
    # The inspector sees each step with its time and its reason, and has nothing to press
    assert [step.reason for step in page.steps if step.reason] == [
        "受案后没有决定", "已作出立案决定", "决定书没有送达", "决定书没有送达", "已送达", "已送达，回证在卷",
    ]  # fmt: skip
    assert list(page.acts) == []


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
