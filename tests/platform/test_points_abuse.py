"""Points under faults and abuse: what the database, the pages and the second person refuse."""

import io
import json
from functools import partial
from typing import Any
from urllib.parse import urlencode

import polars as pl
import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.utils import DatabaseError, IntegrityError, ProgrammingError
from django.urls import reverse
from python_calamine import CalamineWorkbook

from tests.platform.people import EAST_STATION, WEST_STATION
from tests.platform.points_world import (
    NAME,
    POLICY,
    PointsWorld,
    audited,
    bounded,
    closed,
    fact,
    march_work,
    month,
    overdue,
    policy_text,
    printed,
    run_at,
    said,
    stated,
    volume,
    whole_ledger,
    worked,
)
from tests.platform.points_world import shared_world as shared_world
from tests.platform.supervised import it_is
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases.models import Case
from zhunsheng.apps.cases.services import register_case, set_label
from zhunsheng.apps.jobs import works
from zhunsheng.apps.jobs.models import Job
from zhunsheng.apps.org.models import Unit
from zhunsheng.apps.points import appeals, closing, decisions, recorder, recording, stored
from zhunsheng.apps.points.decisions import NotYours
from zhunsheng.apps.points.effects import CannotBeRecorded
from zhunsheng.apps.points.models import Check, Decision, Exposure, Fact, Look, Proposal
from zhunsheng.apps.points.policies import files, in_use
from zhunsheng.apps.points.recording import recompute, record_points
from zhunsheng.city.gaming.nudge import nudged
from zhunsheng.city.gaming.strategies import STRATEGIES

pytestmark = pytest.mark.usefixtures("undone")

Kind = Proposal.Kind


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
    unknown = second.client.get("/api/v1/points/entries/a%0Ab")  # no address at all, and answered as described
    assert (unknown.status_code, list(unknown.json())) == (404, ["code", "text", "detail"])
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
    name = world.officers["lead"].name
    assert name in sheet(world.people["unit_head"].export(address))
    assert name not in sheet(world.people["legal_department"].export(address))
    assert len(audited("points_sheet")) == 2
    assert world.people["west_head"].export(address).status_code == 404


def sheet(answer: Any) -> str:
    """The cells of a workbook, as one text."""
    assert answer.status_code == 200
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    return " ".join(str(cell) for row in rows for cell in row)


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


def test_nudge_test_and_simulator_are_run_as_a_task_and_kept_by_the_hash_of_the_text(
    world: PointsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    # two years and one nudge: what is asked is who may, what is kept, and under which hash
    monkeypatch.setattr(works, "YEARS", 2)
    monkeypatch.setattr(works, "nudged", partial(nudged, only=["person.detained"]))
    monkeypatch.setattr(works, "failing_tests", lambda *_: [])
    monkeypatch.setattr(works, "STRATEGIES", STRATEGIES[:1])
    job = Job(account="legal-department", kind=Job.Kind.POINTS_CHECK, asked={"file": NAME}, at=clock.now())
    with pytest.raises(works.NotAllowedNow):
        works.points_check(job, world.viewer("unit_head"), lambda *_: None)  # type: ignore[arg-type]
    works.points_check(job, world.viewer("legal_department"), lambda *_: None)  # type: ignore[arg-type]
    kept = Check.objects.order_by("-pk")[0]
    assert (kept.sha256, kept.years, [row[0] for row in kept.nudges]) == (files()[0].sha256, 2, ["person.detained"])
    assert kept.gains
    page = world.people["legal_department"].get(reverse("points:policy", args=[NAME])).content.decode()
    assert "演了 2 年" in page


def test_recording_is_done_every_five_minutes_and_a_fault_in_it_holds_up_no_task(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked = []

    def fails() -> None:
        asked.append(1)
        raise InterruptedError

    monkeypatch.setattr(recorder, "record_all", fails)
    between = recorder.Recorder(seconds=iter([0.0, 0.0, 299.0, 300.0, 300.0]).__next__)
    for _ in range(3):
        between()
    assert len(asked) == 2
    assert "recording failed" in caplog.text
