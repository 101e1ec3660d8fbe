"""Points on the platform: what becomes known is recorded once, nothing recorded is changed, and figures are sums.

The arithmetic is told in tests/points; here is what needs people, sessions or the database.
"""

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import polars as pl
import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.utils import DatabaseError, IntegrityError, ProgrammingError
from django.urls import reverse

from tests.platform.people import EAST_STATION, WEST_STATION
from tests.platform.points_world import (
    NAME,
    POLICY,
    PointsWorld,
    fact,
    month,
    points_world,
    policy_text,
    run_at,
    said,
    stated,
    whole_ledger,
    worked,
)
from tests.platform.supervised import it_is
from tests.story import at
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases.models import Case
from zhunsheng.apps.cases.services import register_case, set_label
from zhunsheng.apps.org.models import Leave, Unit
from zhunsheng.apps.points import appeals, closing, decisions, recording, stored
from zhunsheng.apps.points.closing import NotPublished, PeriodNotClosed
from zhunsheng.apps.points.decisions import NotYours
from zhunsheng.apps.points.effects import CannotBeRecorded
from zhunsheng.apps.points.models import Act, Decision, Exposure, Fact, Look, Proposal, Publication
from zhunsheng.apps.points.own import own_page
from zhunsheng.apps.points.policies import files, in_use
from zhunsheng.apps.points.recording import recompute, record_points
from zhunsheng.apps.points.standing import standing, standing_at
from zhunsheng.core.points.states import counted
from zhunsheng.launcher import EmbeddedServer

MARCH = month("2026-03")
Kind = Proposal.Kind


@pytest.fixture(scope="module")
def world(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PointsWorld]:
    del server
    with transaction.atomic(), points_world(tmp_path_factory.mktemp("rulebook")) as made:
        yield made
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def undone(world: PointsWorld) -> Iterator[None]:
    del world
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def volume() -> list[str]:
    """The rows of the work block, as people read them."""
    return said(whole_ledger().filter(pl.col("block") == "volume"))


def overdue(world: PointsWorld, key: str = "F1", when: str = "2026-03-09 10:00", who: str = "lead") -> str:
    """A deduction of 3.00 that stands, and its key in the ledger."""
    it_is(when)
    stated(fact("defect.red_overdue", key, world.code(who), when, finding__statutory="true"))
    return str(whole_ledger().filter(pl.col("fact_key") == key)["key"][0])


def march_work(world: PointsWorld) -> None:
    """Four cases of two officers and one of a third, recorded on 13 March."""
    lead, second = world.code("lead"), world.code("second")
    for n in range(2):
        worked(f"C{n}", lead, second, filed=f"2026-03-0{n + 2} 10:00", ended=f"2026-03-1{n} 10:00")
        worked(f"D{n}", second, lead, filed=f"2026-03-0{n + 2} 11:00", ended=f"2026-03-1{n} 11:00")
    worked("W1", world.code("third"), filed="2026-03-02 10:00", ended="2026-03-12 11:00")
    run_at("2026-03-13 10:00")


def bounded(world: PointsWorld, period: str, problems: int, files_read: int = 60) -> None:
    """What the lot said of the eastern station, recorded by two."""
    body = {"unit": EAST_STATION, "period": f"{period}-01", "files": files_read, "problems": problems}
    world.agreed(Kind.BOUND, body, unit=EAST_STATION, by=("legal_department", "legal_second"))


def closed(world: PointsWorld, when: str = "2026-04-03 18:00") -> None:
    """March is closed."""
    it_is(when)
    with as_process("test"):
        closing.close_period(world.viewer("legal_department"), every="month", period=MARCH, at=clock.now())


def printed(world: PointsWorld, when: str = "2026-04-13 08:00") -> Publication:
    """March's board, signed by two. 3 April is a Friday; 4 to 6 April is Qingming."""
    it_is(when)
    with as_process("test"), stored.whole():
        stored.hold()
        body = closing.prepare_publication(POLICY, MARCH, watermark=clock.now())
    world.agreed(Kind.PUBLICATION, body, by=("legal_department", "legal_second"))
    with as_process("test"):
        return Publication.objects.get()


def audited(kind: str) -> list[tuple[str, str]]:
    """Action and result of what the log says of a kind."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT action, result FROM audit_entry WHERE object_kind = %s ORDER BY id", [kind])
        return list(cursor.fetchall())


# Recording


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


def test_story_3_an_annulled_case_is_taken_back_in_the_open_period_and_march_says_so_beside(world: PointsWorld) -> None:
    march_work(world)
    bounded(world, "2026-03", 1)
    closed(world)
    board = printed(world)
    text = board.text
    it_is("2026-05-20 10:00")
    annulled = [
        fact("defect.decision_annulled", f"R{n}", world.code("lead"), "2026-05-20 10:00", group=f"C{n}") for n in (0, 1)
    ]
    stated(*annulled)
    # April is open, for March was closed last: −5.44 and −3.63 = −9.07 for each of the two cases
    assert said(whole_ledger().filter(pl.col("kind") == "reverse")) == [
        *[f"2026-04 {world.code('lead')} reverse -5.44"] * 2,
        *[f"2026-04 {world.code('second')} reverse -3.63"] * 2,
    ]
    with as_process("test"), stored.whole():
        assert closing.record_corrections(clock.now()) == 1
        assert closing.record_corrections(clock.now()) == 0
        assert Publication.objects.get().text == text
        found = board.corrections.get().differences
    # Volume was full: 18.14 is twice the median of 9.07. Now 7.26 are 0.80 of it: 20 · 0.80 / 1.30 = 12.31.
    # Of the blocks 20, 40, 20 and 10 (nothing learnt) that makes 80.00 of 90 before and 72.31 now.
    # The third has 9.07 beside a median of 18.14 (7.69), and then of 7.26 (19.22): 67.69 and 79.22 of 90.
    assert found == {world.code("lead"): [8889, 8034], world.code("third"): [7521, 8802]}
    page = world.people["unit_head"].get(f"{reverse('points:unit')}?period=2026-03-01").content.decode()
    assert "−8.55" in page


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
    page = world.people["inspectorate"].get(reverse("points:decisions")).content.decode()
    assert "到期没有答复的申诉" in page


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


def test_story_20_a_board_prints_bands_and_no_place_inside_one(world: PointsWorld) -> None:
    march_work(world)
    answer = world.people["unit_head"].get(reverse("points:unit"))
    page = answer.content.decode()
    assert "实时·未定" in page
    assert page.count("第1档") == 2
    assert "第1名" not in page
    assert world.officers["elsewhere"].name not in page


def test_story_22_a_published_board_has_the_same_bytes_from_its_watermark_on(world: PointsWorld) -> None:
    march_work(world)
    bounded(world, "2026-03", 1)
    closed(world)
    board = printed(world)
    run_at("2026-04-20 10:00")
    overdue(world, "F9", "2026-04-21 10:00")
    with as_process("test"), stored.whole():
        again = closing.recomputed(board)
    assert (again.text, again.digest) == (board.text, board.sha256)
    rows = whole_ledger().filter(pl.col("kind") == "close")
    assert set(rows["amount"]) == {0}
    assert set(rows["holder"]) >= {world.code("lead"), world.code("second")}


def test_a_period_is_closed_in_its_turn_and_published_after_the_days_to_object(world: PointsWorld) -> None:
    march_work(world)
    it_is("2026-03-30 10:00")
    with as_process("test"), pytest.raises(PeriodNotClosed, match="还没有结束"):
        closing.close_period(world.viewer("legal_department"), every="month", period=MARCH, at=clock.now())
    closed(world)
    # Friday 3 April; the three working days after Qingming are 7, 8 and 9 April
    for when, why in (("2026-04-09 23:59", "3个工作日"), ("2026-04-10 00:00", "随机抽检结果")):
        it_is(when)
        with as_process("test"), stored.whole(), pytest.raises(NotPublished, match=why):
            closing.prepare_publication(POLICY, MARCH, watermark=clock.now())


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


# Faults and abuse


def test_fault_1_no_row_is_changed_or_removed_by_the_application(world: PointsWorld) -> None:
    overdue(world)
    for table in ("entry", "fact", "act", "exposure", "closing", "decision", "publication"):
        for statement in (
            f"UPDATE points_{table} SET xid = 0",
            f"DELETE FROM points_{table}",
            f"TRUNCATE points_{table}",
        ):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                connection.cursor().execute(statement)
    assert len(whole_ledger()) == 1


def test_fault_2_a_row_is_undone_once_and_only_by_one_of_the_same_holder(world: PointsWorld) -> None:
    key = overdue(world)
    row = whole_ledger().row(0, named=True)
    undoing = {**row, "kind": "reverse", "target": key, "amount": 300}
    other = {**undoing, "key": "x|other", "holder": world.code("second")}
    with pytest.raises(IntegrityError), transaction.atomic():
        _add(other)
    _add({**undoing, "key": "x|first"})
    with pytest.raises(IntegrityError), transaction.atomic():
        _add({**undoing, "key": "x|second"})


def _add(row: dict[str, Any]) -> None:
    with as_process("test"):
        stored.add("points_entry", pl.DataFrame([row], schema=whole_ledger().schema))


def test_fault_3_whoever_dies_between_facts_and_rows_leaves_neither_and_the_next_run_leaves_one(
    world: PointsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked("C1", world.code("lead"), filed="2026-03-02 10:00", ended="2026-03-05 10:00")

    def dies(*_: Any, **__: Any) -> int:
        raise InterruptedError

    with monkeypatch.context() as patched:
        patched.setattr(recording, "post", dies)
        with pytest.raises(InterruptedError), transaction.atomic():
            run_at("2026-03-05 11:00")
    assert not Fact.objects.exists()
    run_at("2026-03-05 11:00")
    run_at("2026-03-05 11:00")
    assert volume() == [f"2026-03 {world.code('lead')} earn +9.07"]  # nobody assisted: the whole is his


def test_fault_4_a_client_sets_neither_points_nor_unit_nor_times(world: PointsWorld) -> None:
    key = overdue(world)
    client = world.people["lead"].client
    for extra in ({"points": 300}, {"unit": WEST_STATION}, {"recorded_at": "2020-01-01T00:00:00+08:00"}):
        body = {"key": key, "reason": "起点有误", **extra}
        answer = client.post("/api/v1/points/appeals", json.dumps(body), content_type="application/json")
        assert answer.status_code == 422, extra
    answer = client.post(
        "/api/v1/points/appeals", json.dumps({"key": key, "reason": "起点有误"}), content_type="application/json"
    )
    assert answer.status_code == 200
    assert answer.json()["target"] == key
    again = client.post(
        "/api/v1/points/appeals", json.dumps({"key": key, "reason": "再次"}), content_type="application/json"
    )
    assert (again.status_code, again.json()["code"]) == (409, "AppealRefused")


def test_fault_5_a_colleagues_page_and_rows_are_not_there_and_the_question_is_recorded(world: PointsWorld) -> None:
    key = overdue(world)
    second = world.people["second"]
    page, row = reverse("points:officer", args=[world.code("lead")]), reverse("points:row")
    assert second.get(page).status_code == 404
    assert second.get(f"{row}?{urlencode({'key': key})}").status_code == 404
    assert second.get(f"{row}?{urlencode({'key': key + 'x'})}").status_code == 404
    assert second.client.get(f"/api/v1/points/entries/{key}").status_code == 404
    assert audited("page").count(("GET", "denied")) == 4
    assert world.people["west_head"].get(page).status_code == 404
    assert not Look.objects.exists()


def test_every_look_at_anothers_page_is_shown_to_him(world: PointsWorld) -> None:
    march_work(world)
    head = world.people["unit_head"]
    assert head.get(reverse("points:officer", args=[world.code("lead")])).status_code == 200
    mine = world.people["lead"].get(reverse("points:mine")).content.decode()
    assert f"<li>{world.officers['unit_head'].name}" in mine
    assert "还没有人看过" in world.people["second"].get(reverse("points:mine")).content.decode()


def test_fault_15_a_policy_that_was_swapped_after_its_approval_is_not_computed(world: PointsWorld) -> None:
    path = world.folder / "points" / "policies" / NAME
    text = path.read_text("utf-8")
    try:
        path.write_text(text.replace('points  = "3.00"', 'points  = "2.00"'), "utf-8")
        assert in_use() == []
        worked("C1", world.code("lead"), filed="2026-03-02 10:00", ended="2026-03-05 10:00")
        assert run_at("2026-03-05 11:00").rows == 0
        page = world.people["legal_department"].get(reverse("points:policies")).content.decode()
        assert "批准以后文件改过，不计分" in page
    finally:
        path.write_text(text, "utf-8")
    assert run_at("2026-03-05 12:00").rows > 0


def test_a_policy_is_approved_by_two_bodies_and_the_log_holds_verdict_unit_and_hash(world: PointsWorld) -> None:
    file = files()[0]
    with connection.cursor() as cursor, as_process("test"):
        cursor.execute("SELECT incident, document, facts, unit FROM cases_event WHERE type = 'points.policy_approved'")
        rows = cursor.fetchall()
    assert rows == [(POLICY, file.sha256, '{"gate_verdict": "load"}', "350200000000")]
    with pytest.raises(NotYours):
        world.approve(file, second="legal_second")


def test_a_draft_and_a_policy_that_the_gate_refuses_are_not_proposed(world: PointsWorld) -> None:
    path = world.folder / "points" / "policies" / "draft.toml"
    bad = policy_text(status="draft").replace(f'"{POLICY}"', '"draft"')
    for text in (bad, bad.replace("work.assigned_minutes", "person.detained")):
        path.write_text(text, "utf-8")
        try:
            answer = world.people["legal_department"].post(
                reverse("points:propose", args=["policy"]), file="draft.toml", reason="试行"
            )
        finally:
            path.unlink()
        assert answer.status_code == 422
    assert not Proposal.objects.filter(decision=None).exists()


def test_fault_16_a_case_that_was_not_judged_yet_waits_and_what_is_unknown_is_judged_by_nobody(
    world: PointsWorld,
) -> None:
    worked("C1", world.code("lead"), filed="2026-03-02 10:00", ended="2026-03-05 10:00")
    with connection.cursor() as cursor, as_process("test"):
        cursor.execute("UPDATE supervision_duekey SET next_at = zs_now() WHERE number = 'C1'")
    with as_process("test"):
        assert recording.record_known(clock.now()).facts == 0
    assert run_at("2026-03-05 11:00").facts > 0


def test_fault_17_what_comes_after_the_closing_belongs_to_the_open_period(world: PointsWorld) -> None:
    march_work(world)
    bounded(world, "2026-03", 1)
    closed(world)
    board = printed(world)
    worked("L1", world.code("lead"), filed="2026-03-16 10:00", ended="2026-03-20 10:00")  # comes in late
    run_at("2026-04-15 10:00")
    late = whole_ledger().filter(pl.col("group") == "L1")
    assert set(late["period"]) == {month("2026-04")}
    with as_process("test"), stored.whole():
        assert closing.recomputed(board).digest == board.sha256


def test_fault_18_a_leaders_change_of_exposure_is_watched_and_needs_somebody_of_another_unit(
    world: PointsWorld,
) -> None:
    run_at("2026-03-09 10:00")
    body = {
        "holder": world.code("lead"), "unit": EAST_STATION, "peers": "station|case_officer", "period": "2026-03-01",
        "half_days": 10,
    }  # fmt: skip
    made = world.agreed(Kind.EXPOSURE, body, unit=EAST_STATION)
    assert audited("points_exposure") == [("oversight", "done"), ("oversight", "done")]
    with as_process("test"):
        assert Exposure.objects.filter(cause="change").count() == 1
        assert made.decision.by == world.officers["legal_department"]
        days = dict(stored.exposure(by=clock.now()).select("holder", "half_days").iter_rows())
        again = decisions.propose(
            world.viewer("county_head"), kind=Kind.EXPOSURE, body=body, unit=EAST_STATION, reason="核对", at=clock.now()
        )
        with pytest.raises(NotYours, match="本单位以外"):
            decisions.decide(world.viewer("unit_head"), proposal=again.pk, confirmed=True, reason="", at=clock.now())
    assert days[world.code("lead")] == 10
    with pytest.raises(DatabaseError), transaction.atomic():  # past the service, the database refuses the first
        Decision.objects.create(
            proposal=again, confirmed=True, by=world.officers["county_head"], by_unit=EAST_STATION, at=clock.now()
        )


def test_fault_19_five_hundred_appeals_in_a_day_have_a_clock_each_and_none_is_lost(world: PointsWorld) -> None:
    rows = [
        fact("defect.red_overdue", f"F{n}", world.code("lead"), "2026-03-09 10:00", finding__statutory="true")
        for n in range(500)
    ]
    it_is("2026-03-09 10:00")
    stated(*rows)
    keys = whole_ledger()["key"].to_list()
    it_is("2026-03-13 10:00")
    with as_process("test"):
        viewer, now = world.viewer("lead"), clock.now()
        for key in keys[:20]:
            appeals.appeal(viewer, key=key, reason="起点有误", document_no="", at=now)
        row = stored.acts()[:1]
        stored.add(  # the others in the same words, at once: each costs its lock and its entry of the log
            "points_act",
            pl.concat(
                [row.with_columns(id=pl.lit(f"appeal|{key}"), target=pl.lit(key)) for key in keys[20:]]
            ).with_columns(document_no=pl.lit(""), body=pl.lit("")),
        )
        assert len(appeals.open_appeals(now)) == 500
    run_at("2026-03-21 00:00")
    assert whole_ledger().filter(pl.col("kind") == "reverse").height == 500


def test_fault_20_a_sealed_case_is_counted_and_never_listed(world: PointsWorld) -> None:
    march_work(world)
    with as_process("test"):
        case = Case.objects.filter(pk="C0").first() or register_case(
            number="C0", title="某案", kind=Case.Kind.CRIMINAL, unit=Unit.objects.get(pk=EAST_STATION)
        )
        set_label(case=case, label="recusal")
    page = world.people["unit_head"].get(reverse("points:officer", args=[world.code("lead")])).content.decode()
    assert "不公开的案件" in page
    assert ">C0<" not in page
    assert ">C1<" in page
    assert "+18.14" in page  # 5.44 + 5.44 + 3.63 + 3.63: the sealed one counts


def test_points_by_hand_have_two_persons_and_no_more_than_their_room(world: PointsWorld) -> None:
    march_work(world)  # 5 cases of 9.07: 45.35 of the unit; 3 % of it are 1.36
    body = {
        "officer": world.code("lead"), "unit": EAST_STATION, "kind": "rescue", "policy": POLICY, "amount": 120,
    }  # fmt: skip
    world.agreed(Kind.MANUAL, body, unit=EAST_STATION)
    assert f"2026-03 {world.code('lead')} manual +1.20" in said(whole_ledger())
    with pytest.raises(CannotBeRecorded, match=r"还剩 0\.16 分"), transaction.atomic():
        world.agreed(Kind.MANUAL, body, unit=EAST_STATION)
    with pytest.raises(NotYours, match="自己提出"), transaction.atomic():
        world.agreed(Kind.MANUAL, body, unit=EAST_STATION, by=("unit_head", "unit_head"))
    with pytest.raises((NotYours, PermissionDenied)), transaction.atomic():
        world.agreed(Kind.MANUAL, body, unit=EAST_STATION, by=("west_head", "legal_department"))


def test_a_case_whose_ending_was_taken_back_is_paid_no_more_and_again_when_it_ends(world: PointsWorld) -> None:
    lead = world.code("lead")
    worked("C1", lead, filed="2026-03-02 10:00", ended="2026-03-05 10:00")
    run_at("2026-03-05 11:00")
    worked("C1", lead, filed="2026-03-02 10:00", ended="2026-03-05 10:00", void=True)
    run_at("2026-03-06 11:00")
    assert volume() == [f"2026-03 {lead} earn +9.07", f"2026-03 {lead} reverse -9.07"]
    worked("C1", lead, filed="2026-03-02 10:00", ended="2026-03-10 10:00", mark="b")
    run_at("2026-03-10 11:00")
    assert volume()[-1] == f"2026-03 {lead} earn +9.07"
    with as_process("test"):
        assert recompute().equals(whole_ledger())


def test_the_sheet_of_another_unit_leaves_without_names(world: PointsWorld) -> None:
    march_work(world)
    address = f"{reverse('points:unit_sheet')}?{urlencode({'unit': EAST_STATION})}"
    assert world.people["unit_head"].get(address).status_code == 200
    assert world.people["legal_department"].get(address).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT detail ->> 'named' FROM audit_entry WHERE object_kind = 'points_sheet' ORDER BY id")
        assert [row[0] for row in cursor.fetchall()] == ["true", "false"]
    assert world.people["west_head"].get(address).status_code == 404


def test_the_gate_answers_a_text_and_loads_nothing(world: PointsWorld) -> None:
    text = policy_text().replace("work.assigned_minutes", "person.detained")
    answer = world.people["legal_department"].client.post(
        "/api/v1/policies/check", json.dumps({"text": text}), content_type="application/json"
    )
    assert answer.status_code == 200
    assert answer.json()["verdict"] == "refuse"
    assert "PG01" in answer.json()["codes"]
    assert len(files()) == 1
    it_is("2026-03-02 10:00")
    me = world.people["lead"].client.get("/api/v1/points/me")
    assert (me.status_code, me.json()["is_live"]) == (200, True)
    assert record_points().rows == 0
