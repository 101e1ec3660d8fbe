"""Points on the platform: what becomes known is recorded once, nothing recorded is changed, and figures are sums.

The arithmetic is told in tests/points; here is what needs people, sessions or the database.
"""

import random
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import polars as pl
import pytest
from django.urls import reverse

from tests.platform.people import EAST_STATION, WEST_STATION, officer
from tests.platform.points_world import (
    MARCH,
    NAME,
    PointsWorld,
    acted,
    audited,
    bounded,
    fact,
    march_work,
    overdue,
    policy_text,
    run_at,
    said,
    stated,
    volume,
    whole_ledger,
    worked,
)
from tests.platform.points_world import shared_world as shared_world
from tests.platform.supervised import it_is
from tests.story import at
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases.eventlog import record_event
from zhunsheng.apps.org.models import Leave, Post, Unit
from zhunsheng.apps.points import appeals, stored
from zhunsheng.apps.points.measuring import measured_weights
from zhunsheng.apps.points.models import Act, Bound, Proposal
from zhunsheng.apps.points.own import own_page
from zhunsheng.apps.points.people import code_of
from zhunsheng.apps.points.policies import files, in_use
from zhunsheng.apps.points.recording import Recorded, recompute
from zhunsheng.apps.points.standing import standing, standing_at
from zhunsheng.apps.points.unit_board import unit_board
from zhunsheng.core.points.from_events import ENDINGS
from zhunsheng.core.points.states import counted

pytestmark = pytest.mark.usefixtures("undone")

Kind = Proposal.Kind


def test_story_1_a_case_that_ends_is_shared_and_posted_with_its_facts(world: PointsWorld) -> None:
    # 544 min at 1.00 for 60: 9.07 → 0.60 and 0.40 of it: 5.44 and 3.63
    lead, second = world.code("lead"), world.code("second")
    worked("C1", lead, second, filed="2026-03-02 10:00", ended="2026-03-05 10:00")
    run_at("2026-03-05 11:00")
    assert volume() == [f"2026-03 {lead} earn +5.44", f"2026-03 {second} earn +3.63"]


def test_story_2_a_second_run_adds_nothing_and_nothing_gives_the_same_ledger(world: PointsWorld) -> None:
    march_work(world)
    key = overdue(world)
    it_is("2026-03-20 10:00")
    with as_process("test"):
        appeals.appeal(world.viewer("lead"), key=key, reason="起点有误", document_no="", at=clock.now())
        appeals.answer(world.viewer("legal_department"), key=key, granted=True, reason="属实", at=clock.now())
    before = whole_ledger()
    again = run_at("2026-03-20 12:00")
    assert (again.facts, again.rows) == (0, 0)
    assert whole_ledger().equals(before)
    with as_process("test"):
        assert recompute().equals(before)


def test_story_4_an_appeal_freezes_and_is_granted_or_granted_by_silence_with_the_body_named(world: PointsWorld) -> None:
    key = overdue(world)  # Monday 9 March
    lead, west = overdue(world, "F2", "2026-03-09 11:00"), world.viewer("lead")
    it_is("2026-03-13 10:00")
    with as_process("test"):
        for one in (key, lead):
            appeals.appeal(west, key=one, reason="起点有误", document_no="甲公字〔2026〕3号", at=clock.now())
        states = counted(stored.entries(), stored.acts(), as_of=clock.now())
        assert states.filter(pl.col("kind") == "deduct").is_empty()  # frozen: counts on no board, up or down
    it_is("2026-03-19 10:00")
    with as_process("test"):  # the fourth working day
        appeals.answer(world.viewer("legal_department"), key=key, granted=True, reason="起点更正", at=clock.now())
    assert said(whole_ledger().filter(pl.col("kind") == "reverse")) == [f"2026-03 {world.code('lead')} reverse +3.00"]
    # Friday 13 March: five working days end on Friday the 20th, 24:00
    run_at("2026-03-20 23:59")
    assert ("silent", "done") not in audited("points_appeal")
    run_at("2026-03-21 00:00")
    with as_process("test"):
        silent = Act.objects.get(author="silence")
    assert (silent.act, silent.body, silent.recorded_at) == ("appeal_granted", "法制支队", at("2026-03-21 00:00"))
    assert whole_ledger().filter(pl.col("kind") == "reverse")["amount"].to_list() == [300, 300]
    assert ("silent", "done") in audited("points_appeal")
    page = world.people["inspectorate"].get(reverse("points:appeals") + "?state=silent").content.decode()
    assert page.count("<tr data-row>") == 1
    assert "到期没有答复，视为支持" in page


def test_an_appeal_is_answered_by_nobody_of_the_unit_and_by_nobody_who_had_a_part_in_it(world: PointsWorld) -> None:
    march_work(world)
    finding = {"fact": "defect.record_falsified", "case": "C0", "finding": "", "officer": world.code("lead")}
    body = {**finding, "unit": EAST_STATION}
    world.agreed(Kind.DEFECT, body, unit=EAST_STATION, by=("legal_department", "county_head"))
    key = str(whole_ledger().filter(pl.col("kind") == "deduct")["key"][0])
    with as_process("test"):
        appeals.appeal(world.viewer("lead"), key=key, reason="没有补录", document_no="", at=clock.now())
        for who in ("unit_head", "legal_department", "county_head"):
            with pytest.raises(appeals.AppealRefused):
                appeals.answer(world.viewer(who), key=key, granted=False, reason="不属实", at=clock.now())
        with pytest.raises(appeals.NoSuchEntry):
            appeals.answer(world.viewer("west_head"), key=key, granted=False, reason="不属实", at=clock.now())
        made = appeals.answer(world.viewer("legal_second"), key=key, granted=False, reason="有日志", at=clock.now())
    assert made.act == "appeal_refused"


def test_story_5_exposure_is_what_the_roster_gives_less_leave(world: PointsWorld) -> None:
    # March 2026 has 22 working days; leave from Monday 2 to Friday 6 noon takes 4.5 of them
    with as_process("test"):
        Leave.objects.create(
            officer=world.officers["lead"], starts_at=at("2026-03-02 00:00"), ends_at=at("2026-03-06 12:00")
        )
    run_at("2026-03-09 10:00")
    with as_process("test"):
        days = dict(stored.exposure(by=clock.now()).select("holder", "half_days").iter_rows())
    assert (days[world.code("second")], days[world.code("lead")]) == (44, 35)


def test_whoever_is_seconded_or_leaves_has_the_days_in_post_and_each_unit_those_spent_there(world: PointsWorld) -> None:
    # Ten of March's 22 working days come before Monday 16: the second goes to the western station then, the third away
    moved = date(2026, 3, 16)
    with as_process("test"):
        for name in ("second", "third"):
            Post.objects.filter(officer=world.officers[name]).update(until_on=moved)
        west = Unit.objects.get(pk=WEST_STATION)
        Post.objects.create(officer=world.officers["second"], unit=west, role="officer", from_on=moved)
        before = dict(stored.exposure(by=clock.now()).select("holder", "half_days").iter_rows())
    run_at("2026-03-09 10:00")
    with as_process("test"):
        rows = stored.exposure(by=clock.now()).filter(pl.col("period") == MARCH)
    days = dict(rows.select("holder", "half_days").iter_rows())
    where = dict(rows.select("holder", "unit").iter_rows())
    assert (days[world.code("second")], where[world.code("second")]) == (44, WEST_STATION)
    assert days[world.code("third")] == 20
    # why: the east had three officers for ten days, then one for twelve; the west one for 22 and one more for twelve
    assert (days[EAST_STATION], days[WEST_STATION]) == (2 * (3 * 10 + 12), 2 * (22 + 12))
    assert before == {}


def test_story_6_volume_is_held_until_two_persons_record_a_lot_that_opens_the_gate(world: PointsWorld) -> None:
    march_work(world)
    policy = in_use()[0]

    def held() -> list[str]:
        with as_process("test"):
            rows = standing(policy, MARCH, as_of=clock.now()).scores
        return rows.filter(pl.col("holder").is_in([world.code("lead"), world.code("second")]))["volume_state"].to_list()

    assert held() == ["held", "held"]  # nobody has looked
    bounded(world, "2026-03", 10)  # 10 of 60: at most 26.6 %
    assert held() == ["held", "held"]
    bounded(world, "2026-04", 2)  # 2 of 60: at most 10.1 %; April opens the gate
    assert held() == ["released", "released"]


def test_what_was_decided_names_the_unit_it_is_about(world: PointsWorld) -> None:
    # Found in the demonstration: fifteen lots of fifteen squads, and no line said whose it was.
    bounded(world, "2026-03", 2)
    page = world.people["legal_department"].get(reverse("points:decisions")).content.decode()
    decided = page.partition('id="proposals"')[2]
    assert '2026年3月1日起的一期，查 60 件，有问题 2 件<span class="muted">东一所 · ' in decided
    assert NAME.removesuffix(".toml") not in decided  # a version is named by its day, not by what the ledger calls it


def inspected(kind: str, id_: str, *, version: int = 1, void: bool = False, **facts: object) -> None:
    """An event of inspection about case C0, recorded now."""
    with as_process("test"):
        record_event(
            recorder="process:inspection", source="inspection", id=id_, version=version, void=void, at=clock.now(),
            type=f"inspection.{kind}", case="C0", unit=EAST_STATION, second_person=True, facts=facts,
            until=at("2026-04-01"), until_precision="day",
        )  # fmt: skip


def drawn_file(n: int, result: str) -> None:
    """A file of March's lot of the eastern station has a result; 2 of 20 files were drawn there."""
    stratum = f"IP-2026-04-01|{EAST_STATION}|criminal"
    facts: dict[str, Any] = {"sample_stream": "random", "stratum": stratum, "stratum_files": 20, "lot_files": 2}
    inspected("sample_settled", f"sample/{n}", sample_result=result, **facts)


def test_what_the_lot_found_comes_from_the_log_and_a_second_run_adds_nothing(world: PointsWorld) -> None:
    march_work(world)
    it_is("2026-03-16 10:00")
    drawn_file(1, "passed")
    run_at("2026-03-16 10:05")
    with as_process("test"):
        assert not Bound.objects.exists()  # one of two files drawn: no lot yet
    drawn_file(2, "problem")
    assert run_at("2026-03-16 10:10").facts == 1
    assert run_at("2026-03-16 10:15") == Recorded()
    with as_process("test"):
        (bound,) = Bound.objects.all()
        # why: k faulty of 20 give at most one problem in two with 1 − C(k,2)/190; that is at most 5 % from
        # k(k−1) ≥ 361 on, so 19 (19·18 = 342) cannot be excluded and 20 can
        assert (bound.unit, bound.period, bound.bound, bound.files) == (EAST_STATION, MARCH, 19 / 20, 2)
    judged = whole_ledger().filter(pl.col("fact") == "sample.passed").sort("fact_key")
    assert judged.select("holder", "kept", "judged").rows() == [(world.code("lead"), kept, 1) for kept in (1, 0)]


def test_what_inspection_confirmed_is_a_defect_until_it_is_taken_back(world: PointsWorld) -> None:
    march_work(world)
    it_is("2026-03-16 10:00")
    inspected("confirmed", "confirmed/7", sample_stream="risk", held_responsible=world.code("lead"))
    run_at("2026-03-16 10:05")
    inspected("confirmed", "confirmed/7", version=2, void=True)
    assert run_at("2026-03-18 10:05") == Recorded(rows=1, acts=1)  # the two points that it cost come back
    assert run_at("2026-03-18 10:10") == Recorded()
    with as_process("test"):
        (defect,) = stored.facts("t.fact = 'defect.sample_problem'").rows(named=True)
        act = Act.objects.get(act="withdraw")
    assert (defect["officer"], defect["group"], defect["cites"]) == (
        world.code("lead"), "C0", ["inspection/confirmed/7"],
    )  # fmt: skip
    assert (act.target, act.reason) == ("defect.sample_problem|confirmed/7", "抽查结论已更正或撤回")


def test_an_objection_freezes_what_was_confirmed_and_the_ruling_thaws_it(world: PointsWorld) -> None:
    march_work(world)
    it_is("2026-03-16 10:00")
    inspected("confirmed", "confirmed/7", sample_stream="risk", held_responsible=world.code("lead"))
    with as_process("test"):
        record_event(
            recorder="process:inspection", source="inspection", id="ZG-1/2", type="rectification.objected", case="C0",
            at=clock.now(), unit=EAST_STATION, second_person=True, facts={"confirmation": "confirmed/7"},
        )  # fmt: skip
    assert run_at("2026-03-16 10:05").acts == 1
    with as_process("test"):
        record_event(
            recorder="process:inspection", source="inspection", id="ZG-1/4", type="rectification.objection_decided",
            case="C0", at=clock.now(), unit=EAST_STATION, second_person=True, facts={"confirmation": "confirmed/7"},
        )  # fmt: skip
    assert run_at("2026-03-17 10:05").acts == 1
    with as_process("test"):
        acts = list(Act.objects.order_by("recorded_at").values_list("act", "target"))
    assert acts == [(act, "defect.sample_problem|confirmed/7") for act in ("dispute", "dispute_closed")]


def test_story_20_a_board_prints_bands_and_no_place_inside_one(world: PointsWorld) -> None:
    march_work(world)
    answer = world.people["unit_head"].get(reverse("points:unit"))
    page = answer.content.decode()
    assert "实时·未定" in page
    assert page.count("第1档") == 2
    assert "第1名" not in page
    assert world.officers["elsewhere"].name not in page


def test_every_figure_is_the_sum_of_its_entries_at_a_hundred_instants(world: PointsWorld) -> None:
    march_work(world)
    keys = [overdue(world, f"F{n}", f"2026-03-1{n + 3} 10:00") for n in range(4)]
    it_is("2026-03-18 10:00")
    with as_process("test"):
        for key in keys[:3]:
            appeals.appeal(world.viewer("lead"), key=key, reason="起点有误", document_no="", at=clock.now())
    it_is("2026-03-19 10:00")
    with as_process("test"):
        appeals.answer(world.viewer("legal_department"), key=keys[0], granted=True, reason="属实", at=clock.now())
        appeals.answer(world.viewer("legal_department"), key=keys[1], granted=False, reason="不属实", at=clock.now())
    run_at("2026-03-26 10:00")
    policy, draw = in_use()[0], random.Random(9)
    begins = at("2026-03-13 10:00")  # the first run
    instants = [begins + timedelta(minutes=draw.randrange(14 * 24 * 60)) for _ in range(100)]
    with as_process("test"):
        whole, acts = recompute(), stored.acts()
        for instant in instants:
            found = standing_at(policy, MARCH, watermark=instant)
            rows = counted(whole, acts, as_of=instant).filter(pl.col("period") == MARCH)
            for holder in (world.code("lead"), world.code("second")):
                score = found.score(holder)
                assert score is not None
                own = rows.filter(pl.col("holder") == holder)
                assert score["hours"] == own.filter(pl.col("block") == "volume")["amount"].sum()
                # 20 for what is in time, all of it, less what was deducted and stands
                lost = own.filter(pl.col("fact") == "defect.red_overdue")["amount"].sum()
                assert score["timeliness"] == 2000 + lost
        for instant in instants[:10]:
            _page_adds_up(world, instant)


def _page_adds_up(world: PointsWorld, instant: datetime) -> None:
    """Each figure of the page is the sum of the rows under it; what is frozen is listed and not counted."""
    own = own_page(world.viewer("lead"), world.code("lead"), "", now=instant)
    assert own is not None
    for entry in (entry for block in own.blocks for entry in block.entries):
        counting = [row for row in entry.rows if row.state != "frozen"]
        if not entry.rows:
            assert entry.figure == "—"
        elif entry.figure[0] in "+−":
            assert _hundredths(entry.figure) == sum(_hundredths(row.figure) for row in counting)
        else:
            kept = sum(int(row.figure.split("/")[0]) for row in counting)
            assert entry.figure == f"{kept}/{len(counting)}"


def _hundredths(text: str) -> int:
    return round(float(text.replace("−", "-")) * 100)


def test_a_policy_on_trial_is_computed_and_shown_to_the_legal_department_alone(world: PointsWorld) -> None:
    path = world.folder / "points" / "policies" / NAME
    text = path.read_text("utf-8")
    try:
        path.write_text(policy_text(status="trial"), "utf-8")
        it_is("2026-03-02 09:00")
        world.approve(files()[0])
        march_work(world)
        address = f"{reverse('points:unit')}?{urlencode({'unit': EAST_STATION})}"
        assert "实时·未定" in world.people["legal_department"].get(address).content.decode()
        assert "本期还没有积分" in world.people["unit_head"].get(address).content.decode()
        assert "本期还没有积分" in world.people["lead"].get(reverse("points:mine")).content.decode()
    finally:
        path.write_text(text, "utf-8")


def test_weights_are_measured_from_the_spans_of_the_cases_that_ended_in_the_year(world: PointsWorld) -> None:
    lead, second = world.code("lead"), world.code("second")
    it_is("2026-04-01 10:00")
    # Two officers for two hours, one for half an hour: 2 × 120 + 30 = 270
    acted("M1", [("interrogation.started", "03-02 10:00", [lead, second]),
                 ("interrogation.closed", "03-02 12:00", [lead]),
                 ("questioning.started", "03-02 13:00", [lead]), ("questioning.ended", "03-02 13:30", [lead]),
                 ("case.closed", "03-03 10:00", [lead])])  # fmt: skip
    # An hour; what nobody ended, and what would have lasted for more than a day, is no span: 60
    acted("M2", [("interrogation.started", "03-04 10:00", [lead]), ("interrogation.closed", "03-04 11:00", [lead]),
                 ("interrogation.started", "03-05 10:00", [lead]), ("interrogation.closed", "03-06 11:00", [lead]),
                 ("questioning.started", "03-06 12:00", [lead]), ("case.closed", "03-07 10:00", [lead])])  # fmt: skip
    # It has not ended, however long it took
    acted("M3", [("interrogation.started", "03-08 10:00", [lead]), ("interrogation.closed", "03-08 20:00", [lead])])
    with as_process("test"), stored.whole():
        # One type in one unit has nothing to be shrunk to but itself: (270 + 60) / 2
        assert measured_weights(2026, ENDINGS) == [(EAST_STATION, "criminal", 165)]
        assert measured_weights(2025, ENDINGS) == []


def test_the_board_opens_with_a_unit_in_which_somebody_is_scored(world: PointsWorld) -> None:
    # Found in the demonstration: the head's board opened with the station, whose officers all work in its squads.
    it_is("2026-03-05 09:00")
    viewer = world.viewer("legal_department")
    opened = unit_board(viewer, unit="", period="", now=clock.now())
    assert opened is not None
    assert opened.unit.pk == EAST_STATION
    # Two cases of one officer of the other station: he has a band, and of the first station nobody has
    with as_process("test"):
        who = code_of(officer("036100", ("officer", WEST_STATION)))
    run_at("2026-03-06 09:00")
    done: dict[str, Any] = {"unit": WEST_STATION, "case__type": "criminal"}
    for case in ("W1", "W2"):
        stated(
            fact("work.assigned_minutes", case, who, "2026-03-05 15:00", role="lead", group=case, **done),
            fact("clock.kept", case, who, "2026-03-05 15:00", kept=True, group=case, **done),
        )
    opened = unit_board(viewer, unit="", period="", now=clock.now())
    assert opened is not None
    assert opened.unit.pk == WEST_STATION
    assert [line.band for line in opened.lines if line.holder == who] == [1]


def test_without_a_band_anywhere_the_board_opens_where_somebody_works(world: PointsWorld) -> None:
    it_is("2026-03-05 09:00")
    viewer = world.viewer("legal_department")
    with as_process("test"):
        Post.objects.filter(unit=EAST_STATION, role="officer").update(until_on=date(2026, 1, 1))
    opened = unit_board(viewer, unit="", period="", now=clock.now())
    assert opened is not None
    assert opened.unit.pk == WEST_STATION
