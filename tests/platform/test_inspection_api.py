"""The interface of inspection: typed, paged by key, each POST done once, nothing that the server sets. Fault 4."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from tests.platform.accounts import Person, account, signed_in
from tests.platform.inspection_world import HOUR, Inspection, at, build, committed, drawn, given_out, planned
from tests.platform.people import CITY, WEST_STATION
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.inspection import cards, reading
from zhunsheng.apps.inspection.models import Alarm, Answer, Assigned, Plan
from zhunsheng.core.inspection.published import differences
from zhunsheng.launcher import EmbeddedServer

API = "/api/v1"
PLAN = {
    "title": "10月办结案件", "unit": CITY, "from_on": "2026-10-01", "until_on": "2026-11-01", "below": "30",
    "problems": 0, "drawn": 12, "hour": "",
}  # fmt: skip


@pytest.fixture(scope="module")
def world(server: EmbeddedServer) -> Iterator[Inspection]:
    """October's cases, drawn from and given out; people at their browsers."""
    del server
    with transaction.atomic():
        made = build()
        plan = planned(made)
        committed(made, plan)
        drawn(made, plan)
        given_out(plan)
        yield made
        transaction.set_rollback(True)


pytestmark = pytest.mark.usefixtures("undone")


def person(world: Inspection, name: str) -> Person:
    return signed_in(account(name.replace("_", "-"), officer=world[name]))


def post(who: Person, path: str, body: dict[str, Any], key: str | None = "k1") -> tuple[int, dict[str, Any]]:
    headers = {"Idempotency-Key": key} if key else {}
    done = who.client.post(f"{API}{path}", json.dumps(body), content_type="application/json", headers=headers)
    return done.status_code, done.json()


def get(who: Person, path: str) -> tuple[int, dict[str, Any]]:
    done = who.client.get(f"{API}{path}")
    return done.status_code, done.json()


def own_file(world: Inspection) -> tuple[str, Assigned]:
    """One of the files, and who reads it."""
    with as_process("test"):
        row = Assigned.objects.filter(round="first").select_related("pick", "reader").order_by("pk")[0]
    return next(name for name, officer in world.people.items() if officer.pk == row.reader_id), row


def test_a_draw_is_all_that_a_third_party_needs(world: Inspection) -> None:
    plan = Plan.objects.get()
    status, record = get(person(world, "case_officer"), f"/inspection/plans/{plan.pk}/draw")
    assert status == 200
    assert differences(json.dumps(record)) == []
    assert get(person(world, "head"), "/inspection/plans/IP-2026-11-99/draw")[0] == 404


def test_plans_are_paged_by_number(world: Inspection) -> None:
    planner = person(world, "planner")
    status, first = get(planner, "/inspection/plans?limit=1")
    assert status == 200
    assert [row["files"] for row in first["items"]] == [24]
    assert first["next"] is None
    assert get(planner, f"/inspection/plans?after={first['items'][0]['number']}")[1]["items"] == []
    assert get(planner, "/inspection/plans?limit=201")[0] == 422
    assert get(person(world, "case_officer"), "/inspection/plans")[0] == 403


def test_a_plan_that_is_sent_twice_is_made_once(world: Inspection) -> None:
    planner = person(world, "planner")
    hour = (clock.real_now() + timedelta(days=1)).isoformat()
    body = {**PLAN, "from_on": "2026-10-02", "below": "60", "drawn": 8, "hour": hour}
    status, made = post(planner, "/inspection/plans", body)
    assert (status, made["drawn"], made["is_drawn"]) == (200, 8, False)
    assert post(planner, "/inspection/plans", body) == (200, made)
    assert Plan.objects.count() == 2
    status, refused = post(planner, "/inspection/plans", {**body, "drawn": 9})
    assert (status, "已用于另一个请求" in refused["detail"]) == (409, True)
    status, refused = post(planner, "/inspection/plans", {**body, "below": "5"}, key="k2")
    assert (status, refused["code"]) == (409, "PlanRefused")
    assert "也只能说低于" in refused["text"]
    october = {**body, "from_on": "2026-10-01"}
    status, refused = post(planner, "/inspection/plans", october, key="k3")
    assert (status, "不能重新抽" in refused["text"]) == (409, True)
    with as_process("test"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_event WHERE type = 'inspection.redraw_refused'")
        assert cursor.fetchone() == (1,)  # fault 9: the attempt stays on record, also by this way
    assert post(planner, "/inspection/plans", body, key=None)[0] == 422
    assert post(person(world, "witness"), "/inspection/plans", body)[0] == 403


@pytest.mark.parametrize(
    "extra", [{"frame_hash": "0" * 64}, {"by": 1}, {"at": "2026-01-01T00:00:00+08:00"}, {"hour": "2027-01-01T09:00:00"}]
)
def test_fault_4_a_client_sets_neither_frame_nor_author_nor_times_and_no_time_without_a_zone(
    world: Inspection, extra: dict[str, Any]
) -> None:
    hour = (clock.real_now() + timedelta(days=1)).isoformat()
    assert post(person(world, "planner"), "/inspection/plans", {**PLAN, "hour": hour, **extra})[0] == 422
    assert Plan.objects.count() == 1


def test_an_answer_lacking_its_page_or_by_another_reader_is_refused_and_a_second_one_is_a_version(
    world: Inspection,
) -> None:
    name, row = own_file(world)
    with as_process("test"):
        asked = [one for _s, parts in reading.asked_of(row, at=HOUR) for _t, part in parts for one in part]
    question = asked[0].question.id
    reader = person(world, name)
    found = {"answer": "problem", "basis": "刑规169", "responsible": "036009"}
    problem = {"assigned": row.pk, "question": question, **found}
    status, refused = post(reader, "/inspection/answers", problem)
    assert (status, "页码" in refused["detail"]) == (422, True)
    whole = {**problem, "page": "2", "remedy_days": 2}
    assert post(reader, "/inspection/answers", whole)[1]["version"] == 1
    assert post(reader, "/inspection/answers", whole)[1]["version"] == 1  # the same request
    again = {"assigned": row.pk, "question": question, "answer": "not_applicable"}
    assert post(reader, "/inspection/answers", again, key="k2")[1]["version"] == 2
    other = next(one for one in ("planner", "reader", "second", "third") if one != name)
    assert post(person(world, other), "/inspection/answers", whole)[0] == 403
    assert post(reader, "/inspection/answers", {**whole, "version": 7}, key="k3")[0] == 422
    with as_process("test"):
        assert Answer.objects.filter(assigned=row).count() == 2


def test_a_card_is_answered_sent_back_answered_and_closed(world: Inspection) -> None:
    with as_process("test"):
        fault = cards.Fault(
            world.cases[0], WEST_STATION, "立案审查逾期", "刑规178", "fault", world["case_officer"], finding="f" * 64
        )
        number = cards.issue(fault, by=world["reader"], at=at("12-14 10:00")).number
    officer, checker, head = (person(world, name) for name in ("case_officer", "second", "head"))
    done = {"reason": "已作出决定", "document_no": "立字1号"}
    assert post(officer, f"/rectification/{number}/answer", {"reason": "已改"})[0] == 422
    assert post(officer, f"/rectification/{number}/answer", done)[1]["state"] == "answered"
    assert post(officer, f"/rectification/{number}/recheck", {"reason": "已改"}, key="k2")[0] == 409
    assert post(checker, f"/rectification/{number}/return", {"reason": "没有送达"})[1]["state"] == "returned"
    assert post(head, f"/rectification/{number}/answer", done)[1]["state"] == "answered"
    assert post(checker, f"/rectification/{number}/recheck", {"reason": "已送达"}, key="k2")[1]["state"] == "closed"
    status, refused = post(head, f"/rectification/{number}/object", {"reason": "不属实"}, key="k3")
    assert (status, refused["code"]) == (409, "CardRefused")
    assert post(person(world, "east_head"), f"/rectification/{number}/object", {"reason": "不属实"})[0] == 404


def test_indicators_are_for_discipline_inspection(world: Inspection) -> None:
    Alarm.objects.create(
        indicator="looks", unit=WEST_STATION, month=at("11-01 00:00").date(), found=9, expected=1, limit=6, at=HOUR
    )
    status, seen = get(person(world, "witness"), "/oversight/indicators?month=2026-11")
    assert status == 200
    assert [(row["indicator"], row["state"]) for row in seen["alarms"]] == [("looks", "raised")]
    assert get(person(world, "planner"), "/oversight/indicators")[0] == 403
    assert get(person(world, "second"), "/oversight/indicators?month=2026-13")[0] in (403, 422)
