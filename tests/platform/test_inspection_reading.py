"""What a reading tells, and when; and which sheets a case calls for."""

import pytest

from tests.platform.inspection_world import Inspection, at, build
from tests.platform.people import WEST_STATION
from tests.platform.standing import exceeded
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.access.scope import viewer_of
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases.eventlog import record_event
from zhunsheng.apps.cases.models import Case
from zhunsheng.apps.desk.case_page import whole_case
from zhunsheng.apps.inspection import assigning, cards, reading
from zhunsheng.apps.inspection.differing import differing
from zhunsheng.apps.inspection.models import Answer, Assigned, Confirmation, Unconfirmed
from zhunsheng.apps.inspection.refusals import ReadingRefused
from zhunsheng.apps.inspection.signs import signs
from zhunsheng.apps.supervision.models import Finding
from zhunsheng.core.inspection.risk import scores
from zhunsheng.core.inspection.sheets import FAULTS
from zhunsheng.core.inspection.sheets import Answer as Said

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def world() -> Inspection:
    return build(closed=1)


def course(world: Inspection) -> list[tuple[str, str]]:
    """What the officer on the case sees that inspection did in it: what, and when it happened."""
    with as_process("test"):
        me = viewer_of(account="", officer=world["case_officer"].pk, admin_role="", on=at("12-15 10:00").date())
        whole = whole_case(me, world.cases[0], now=clock.now())
    events = [one for one in whole.file.happened if one.source == "inspection"]
    return [
        (one.type.partition(".")[2], one.at.astimezone(at("12-01 00:00").tzinfo).strftime("%m-%d")) for one in events
    ]


def test_whoever_works_on_a_case_does_not_see_that_it_was_chosen_before_it_was_read(world: Inspection) -> None:
    with as_process("test"):
        pick = reading.pick_for_risk(Case.objects.get(pk=world.cases[0]), points="5", at=at("11-16 10:00"))
        first = Assigned.objects.get(pick=pick)
        other = next(world[name] for name in ("reader", "second", "third") if world[name].pk != first.reader_id)
        row = assigning.reassign(first, to=other, by=world["planner"], reason="出差", at=at("11-17 10:00"))
        asked = [
            one for _sheet, parts in reading.asked_of(row, at=at("11-18 10:00")) for _t, own in parts for one in own
        ]
        for one in asked:
            reading.answer(row, Said(one.question.id, "not_applicable"), by=other, at=at("11-18 10:00"))
    assert course(world) == []
    with as_process("test"):
        reading.submit(row, by=other, at=at("11-19 10:00"))
    told = course(world)
    # Then all of it, each step with its own instant
    assert sorted(one for one in told if one[0] != "answered") == [
        ("assigned", "11-16"),
        ("reassigned", "11-17"),
        ("risk_picked", "11-16"),
    ]
    assert told.count(("answered", "11-18")) == len(asked)
    with as_process("test"):
        reading.answer(row, Said(asked[0].question.id, "cannot_tell", "缺回执"), by=other, at=at("11-20 10:00"))
    assert course(world)[-1] == ("answered", "11-20")


def test_the_sheets_of_a_kind_of_case_are_called_for_by_what_its_events_state(world: Inspection) -> None:
    with as_process("test"):
        case = Case.objects.get(pk=world.cases[0])

    def sheets() -> list[str]:
        with as_process("test"):
            return [sheet.id for sheet in reading.sheets_for(case, at=at("12-15 10:00"))]

    def stated(version: int, day: str = "10-01 09:00", key: str = "IN", **facts: object) -> None:
        with as_process("test"):
            record_event(
                recorder="process:test", source="jz", id=key, version=version, type="case.accepted", at=at(day),
                case=case.pk, unit=WEST_STATION, facts=facts,
            )  # fmt: skip

    assert "被盗" in case.title
    assert sheets() == ["CR"]  # a title is no fact
    stated(1, case_type="drunk_driving")
    assert sheets() == ["CR", "DD"]
    stated(2, case_type="theft")  # corrected
    assert sheets() == ["CR", "TH"]
    stated(1, "10-05 09:00", "MORE", injured=True)
    assert sheets() == ["CR", "IN", "TH"]


def test_what_people_did_about_a_fault_speaks_for_reading_its_case_too(world: Inspection) -> None:
    case, now = world.cases[0], at("12-10 10:00")

    def finding(key: str, rule: str, **more: object) -> Finding:
        values = {"kind": "broken", "level": "red", "state": "current", "found_at": now, "state_at": now, **more}
        return Finding.objects.create(
            key=key * 64, rule=rule, case=case, unit=WEST_STATION, appeared_at=now, release="r" * 64, **values
        )

    with as_process("test"):
        finding("a", "coop.letter")  # a rule in trial: 2 whatever its level
        finding("b", "criminal.intake.filing-decision", kind="overdue", state="withdrawn", state_reason="facts")  # 3
        fault = cards.Fault(case, WEST_STATION, "扣押清单没有见证人签名", "", "fault", finding="c" * 64)
        card = cards.issue(fault, by=world["reader"], at=at("11-02 10:00"))
        cards.add(cards.locked(card.number), "closed", by=None, at=at("11-03 10:00"), outcome="recheck")
        cards.issue(fault, by=world["reader"], at=at("12-09 10:00"))  # opened again: 3
        record_event(
            recorder="process:test", source="jz", id="TS1", type="complaint.received", at=at("12-09 10:00"), case=case,
            unit=WEST_STATION,
        )  # fmt: skip
        found = signs(WEST_STATION, now=now)
        assert sorted(sign.kind for sign in found) == ["complaint", "late_entry_after_red", "reopened", "trial_rule"]
        assert scores(found)[case] == 2 + 3 + 3 + 2


def test_an_answer_that_differs_from_what_data_said_is_a_report_against_the_rule_once_the_sheet_is_in(
    world: Inspection,
) -> None:
    rule = "criminal.intake.filing-decision"
    with as_process("test"):
        exceeded(world.cases[0], at("11-10 10:00"), rule=rule)
        pick = reading.pick_for_risk(Case.objects.get(pk=world.cases[0]), points="5", at=at("11-16 10:00"))
        row = Assigned.objects.get(pick=pick)
        assert row.reader is not None
        asked = [
            one for _sheet, parts in reading.asked_of(row, at=at("11-18 10:00")) for _t, own in parts for one in own
        ]
        with pytest.raises(ReadingRefused, match="请写明理由"):
            reading.answer(row, Said("CR03", "pass"), by=row.reader, at=at("11-18 10:00"))
        for one in asked:
            said = Said("CR03", "pass", "决定书在卷第5页") if one.question.id == "CR03" else None
            other = Said(one.question.id, "not_applicable", "与本案无关")
            reading.answer(row, said or other, by=row.reader, at=at("11-18 10:00"))
        assert differing(at("11-01 00:00")) == []
        reading.submit(row, by=row.reader, at=at("11-18 11:00"))
        (found,) = differing(at("11-01 00:00"))
        assert (found.question.id, found.false_alarms, found.missed) == ("CR03", 1, 0)
        assert rule in found.rules
        # Answered again as data had it, nothing is reported any more
        reading.answer(
            row, Said("CR03", "problem", "", "5", "", "刑规178", "036009", 2), by=row.reader, at=at("11-19 10:00")
        )
        assert differing(at("11-01 00:00")) == []


def unconfirmed() -> list[str]:
    """The questions whose problems wait for a second person, as the database keeps them: what counting anew gives."""
    with as_process("test"):
        kept = set(Unconfirmed.objects.values_list("answer", flat=True))
        answers = list(Answer.objects.filter(assigned__submission__isnull=False).select_related("assigned"))
        confirmed = set(Confirmation.objects.values_list("answer", flat=True))
    newest = {(one.assigned_id, one.question): one for one in sorted(answers, key=lambda one: one.version)}
    waiting = [one for one in newest.values() if one.answer in FAULTS and one.pk not in confirmed]
    assert kept == {one.pk for one in waiting}
    return sorted(one.question for one in waiting)


def test_what_waits_for_a_second_person_is_kept_as_it_is_said(world: Inspection) -> None:
    """A fault waits from the hour its sheet is handed in until it is confirmed, or its reader says something else."""
    with as_process("test"):
        pick = reading.pick_for_risk(Case.objects.get(pk=world.cases[0]), points="5", at=at("11-16 10:00"))
        row = Assigned.objects.select_related("reader").get(pick=pick)
        reader = row.reader
        assert reader is not None
        other = next(world[name] for name in ("reader", "second", "third") if world[name].pk != reader.pk)
        asked = [
            one for _sheet, parts in reading.asked_of(row, at=at("11-18 10:00")) for _t, own in parts for one in own
        ]
        for n, one in enumerate(asked):
            id_ = one.question.id
            fault = Said(id_, "problem", note="见第3页", page="3", basis="刑诉法", responsible="035001", remedy_days=5)
            reading.answer(row, fault if n < 2 else Said(id_, "not_applicable"), by=reader, at=at("11-18 10:00"))
    first, second = sorted(one.question.id for one in asked[:2])
    assert unconfirmed() == []
    with as_process("test"):
        reading.submit(row, by=reader, at=at("11-19 10:00"))
    assert unconfirmed() == [first, second]
    with as_process("test"):
        reading.answer(row, Said(first, "pass"), by=reader, at=at("11-20 10:00"))
    assert unconfirmed() == [second]
    with as_process("test"):
        problem = Answer.objects.get(assigned=row, question=second)
        reading.confirm(problem, by=other, confirmed=True, reason="", care="fault", at=at("11-21 10:00"))
    assert unconfirmed() == []
