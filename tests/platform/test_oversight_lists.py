"""The lists of those who watch and of those who decide on points: urgent accesses, baits, alarms, proposals, appeals.

Fifty rows a page, filters in the address, an act that stays in its place, workbooks of the whole; nothing that leaves
names a bait.
"""

import base64
import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse

from tests.platform.listed import FORMULA, onward, page_of, questions, rows, taken
from tests.platform.people import EAST, EAST_STATION, WEST_STATION
from tests.platform.points_world import POLICY, PointsWorld, points_world
from tests.platform.supervised import it_is
from tests.platform.world import World, build
from zhunsheng.apps.access.models import Bait, BaitAlarm, UrgentAccess, UrgentReview
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.context import Acting, acting
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.points.models import Act, Entry, Look, Proposal
from zhunsheng.launcher import EmbeddedServer


@pytest.fixture
def read(server: EmbeddedServer) -> Iterator[World]:
    """The world of the access tests."""
    del server
    with transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def points(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PointsWorld]:
    """The world of the tests of points."""
    del server
    with transaction.atomic(), points_world(tmp_path_factory.mktemp("rulebook")) as made:
        yield made
        transaction.set_rollback(True)


def opened(
    world: World, count: int, *, case: str = "other_ordinary", reason: str = "登船在即，须立即核对照片"
) -> list[int]:
    """So many accesses of one officer, a minute after one another."""
    real = clock.real_now()
    with as_process("test"):
        return [
            UrgentAccess.objects.create(
                officer=world.officers["officer"], account="officer", case=world.cases[case].number,
                unit=WEST_STATION if case.startswith("other") else EAST_STATION, reason=reason,
                at=clock.now() - timedelta(minutes=200 - n), real_at=real - timedelta(hours=2),
                until=real - timedelta(hours=1),
            ).pk
            for n in range(count)
        ]  # fmt: skip


def test_no_urgent_access_is_passed_over_and_a_review_stays_in_its_place(read: World) -> None:
    keys, inspector = opened(read, 60), read.people["inspectorate"]
    with as_process("test"):
        for key, justified in zip(keys[:3], (True, False, False), strict=True):
            UrgentReview.objects.create(
                access_id=key, by="inspectorate", at=clock.now(), justified=justified, note=FORMULA
            )
    first = page_of(inspector, "/urgent/")
    place = onward(first, "/urgent/")
    assert (rows(first), rows(page_of(inspector, place))) == (50, 10)
    assert '<a href="?state=waiting#opened">57<' in first
    found = [rows(page_of(inspector, f"/urgent/?state={name}")) for name in ("waiting", "justified", "unjustified")]
    assert found == [50, 1, 2]
    number = read.officers["officer"].number
    assert rows(page_of(inspector, f"/urgent/?who={number}&unit={WEST_STATION}&in=30")) == 50
    assert rows(page_of(inspector, f"/urgent/?who={number}&unit={WEST_STATION}&sort=case")) == 50
    assert "没有符合条件的紧急查阅。" in page_of(inspector, f"/urgent/?unit={EAST_STATION}")
    said = {"access": str(keys[9]), "justified": "1", "note": "确有必要"}
    answer = inspector.post("/urgent/review/" + place.removeprefix("/urgent/"), **said)
    assert (answer.status_code, answer["Location"]) == (302, place)
    whole = taken(inspector, "readers:urgent_sheet", "?state=unjustified")
    assert [(row[1], row[5], row[6]) for row in whole] == [(number, "没有必要", FORMULA)] * 2
    assert len(taken(inspector, "readers:urgent_sheet")) == 60


def test_who_answers_for_no_case_takes_no_urgent_accesses(read: World) -> None:
    opened(read, 2)
    opened(read, 1, case="unit_ordinary")
    # A head sees and takes those to cases of his own unit; who may open and not watch takes none
    head = read.people["unit_head"]
    assert rows(page_of(head, "/urgent/")) == 1
    assert [row[2] for row in taken(head, "readers:urgent_sheet")] == [read.cases["unit_ordinary"].number]
    assert read.people["legal_officer"].export("/urgent.xlsx").status_code == 403
    assert 'class="zs-filters' not in page_of(read.people["officer"], "/urgent/")


def test_fifty_accesses_ask_no_more_than_one_and_say_how_many_readings_are_not_listed(
    read: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    inspector, number = read.people["inspectorate"], read.cases["other_ordinary"].number
    opened(read, 1)
    few = questions(inspector, "/urgent/")
    opened(read, 55)
    assert questions(inspector, "/urgent/") == few
    real = clock.real_now()
    with as_process("test"):
        UrgentAccess.objects.create(
            officer=read.officers["officer"], account="officer", case=number, reason="核对", at=clock.now(),
            real_at=real - timedelta(minutes=1), until=real + timedelta(minutes=59),
        )  # fmt: skip
    with acting(Acting("account:officer")):
        for _ in range(5):
            record_read(kind="case", key=number)
    monkeypatch.setattr("zhunsheng.apps.readers.urgent_list.MOST_READINGS", 3)
    text = page_of(inspector, f"/urgent/?case={number}")
    assert "<summary>5 项</summary>" in text
    assert "另有 2 项没有列出" in text


def alarms(world: World, count: int) -> list[Bait]:
    """Two baits, one of them taken away; so many alarms of the first."""
    with as_process("test"):
        out, ended = (
            Bait.objects.create(kind="case", key=world.cases[name].number, by="inspectorate", at=clock.now())
            for name in ("unit_ordinary", "other_ordinary")
        )
        ended.ended_at = clock.now()
        ended.save()
    for n in range(count):
        with acting(Acting(f"account:reader-{n % 2}")):
            record_read(kind="case", key=out.key)
    return [out, ended]


def test_every_alarm_and_every_bait_is_reached(read: World) -> None:
    inspector = read.people["inspectorate"]
    out, ended = alarms(read, 60)
    with as_process("test"):
        Bait.objects.bulk_create(
            Bait(kind="person", key=f"nobody-{n}", by="another", at=clock.now()) for n in range(55)
        )
    first = page_of(inspector, "/reading/")
    assert '<a href="?#alarms">60<' in first
    main = first.partition('id="alarms"')[2].partition('id="unusual"')[0]
    place = onward(main, "/reading/")
    second = page_of(inspector, place).partition('id="alarms"')[2].partition('id="unusual"')[0]
    assert (rows(main), rows(second)) == (50, 10)
    for query, count in (("who=reader-1&kind=case&sort=who", 30), ("who=reader-1&in=last", 0)):
        assert rows(page_of(inspector, f"/reading/?{query}").partition('id="unusual"')[0]) == count
    assert rows(page_of(inspector, "/reading/?who=reader-1").partition('id="unusual"')[0]) == 30
    assert "没有符合条件的报警。" in page_of(inspector, "/reading/?kind=person")
    baits = page_of(inspector, "/reading/baits/")
    assert '<a href="?state=out#baits">56<' in baits
    place = onward(baits, "/reading/baits/")
    assert (rows(baits), rows(page_of(inspector, place))) == (50, 7)
    assert ended.key in page_of(inspector, "/reading/baits/?state=ended")
    assert rows(page_of(inspector, "/reading/baits/?state=out&kind=case")) == 1
    text = page_of(inspector, "/reading/baits/?sort=-read")
    assert '<td class="r" data-name="被查阅">60</td>' in text
    answer = inspector.post(f"/reading/baits/{out.pk}/end/?state=out&kind=case")
    assert (answer.status_code, answer["Location"]) == (302, "/reading/baits/?state=out&kind=case")
    assert "没有符合条件的诱饵。" in page_of(inspector, "/reading/baits/?state=out&kind=case")


def test_no_address_file_or_entry_names_a_bait(read: World) -> None:
    """Those who keep the logs do not know which cases are baits: the lists of baits and alarms leave as no file, are
    not filtered or ordered by a bait, and are read under one name in the log whatever they are asked for."""
    inspector, (out, _ended) = read.people["inspectorate"], alarms(read, 60)
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM audit_entry")
        (before,) = cursor.fetchone()
    for path in ("/reading/", "/reading/?who=reader-1&sort=-who", "/reading/baits/", "/reading/baits/?sort=at"):
        for address in re.findall(r'(?:href|action)="([^"]*)"', page_of(inspector, path)):
            assert out.key not in address
            assert "xlsx" not in address
    with as_process("test"), connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT object_kind, object_id FROM audit_entry WHERE id > %s", [before])
        assert set(cursor.fetchall()) == {("reading_watch", "all"), ("baits", "all")}
    # The instant of an alarm is that of the entry which made it: no address has one
    with as_process("test"):
        instant = BaitAlarm.objects.order_by("pk")[0].at.isoformat()
    for sort in ("at", "-at", "who", "-who"):
        assert instant not in opened_place(onward(page_of(inspector, f"/reading/?sort={sort}"), ""))
    for role in ("audit_admin", "unit_head", "legal_department"):
        assert read.people[role].get("/reading/baits/").status_code == 403


def opened_place(address: str) -> str:
    """What stands in the place of an address."""
    key = re.search(r"after=([^&]*)", address)
    assert key is not None
    return base64.urlsafe_b64decode(key[1] + "=" * (-len(key[1]) % 4)).decode()


def proposed(world: PointsWorld, count: int, *, unit: str, by: str, minute: int = 0) -> list[Proposal]:
    """So many changes of exposure that somebody proposes for a unit."""
    with as_process("test"):
        return [
            Proposal.objects.create(
                kind=Proposal.Kind.EXPOSURE, body={"holder": world.code("lead"), "half_days": 20}, unit=unit,
                reason=FORMULA, by=world.officers[by], by_unit=unit, at=clock.now() + timedelta(minutes=minute + n),
            )
            for n in range(count)
        ]  # fmt: skip


def test_what_waits_is_decided_in_its_place_and_none_is_passed_over(points: PointsWorld) -> None:
    legal, path = points.people["legal_department"], reverse("points:decisions")
    before = rows(page_of(legal, path + "?state=confirmed"))  # what the world was approved with
    proposed(points, 1, unit=EAST_STATION, by="unit_head")
    few = questions(legal, path)
    east = proposed(points, 600, unit=EAST_STATION, by="unit_head", minute=1)
    west = proposed(points, 3, unit=WEST_STATION, by="west_head", minute=700)
    assert questions(legal, path) == few
    first = page_of(legal, path)
    assert '<a href="?state=waiting#proposals">604<' in first
    place = onward(first, path)
    text = page_of(legal, place)
    assert (rows(first), rows(text)) == (50, 50)
    one = east[-60]
    assert str(one.pk) in text
    answer = legal.post(
        reverse("points:decide", args=[one.pk]) + place.removeprefix(path), confirmed="no", reason="没有依据"
    )
    assert (answer.status_code, answer["Location"]) == (302, place)
    assert str(one.pk) not in page_of(legal, place)
    assert rows(page_of(legal, f"{path}?state=refused&unit={EAST}")) == 1
    assert rows(page_of(legal, f"{path}?state=confirmed")) == before
    # Of another unit: not seen, also where six hundred others are newer
    assert rows(page_of(points.people["west_head"], path)) == 3
    head = points.people["west_head"]
    assert {row[2] for row in taken(head, "points:decisions_sheet")} == {"西一所"}
    assert rows(page_of(legal, f"{path}?kind=exposure&unit={WEST_STATION}&sort=at")) == len(west)
    who = points.officers["west_head"]
    assert rows(page_of(legal, f"{path}?who={who.number}")) == 3
    whole = taken(legal, "points:decisions_sheet", f"?unit={EAST_STATION}&state=waiting")
    assert [row[3] for row in whole] == [FORMULA] * 600
    assert "没有符合条件的事项。" in page_of(legal, f"{path}?kind=manual&state=waiting")


def lodged(world: PointsWorld, count: int, *, who: str = "lead", unit: str = EAST_STATION) -> list[str]:
    """So many entries against which an officer appealed, a minute after one another."""
    keys = [f"{who}-{n:03}" for n in range(count)]
    with as_process("test"):
        for n, key in enumerate(keys):
            when = clock.now() - timedelta(days=1) + timedelta(minutes=n)
            Entry.objects.create(
                key=key, kind="deduct", policy=POLICY, version=date(2026, 3, 1), entry="x", block="timeliness",
                fact="limit.overdue", fact_key=key, holder=world.code(who), unit=unit, period=date(2026, 3, 1),
                amount=-300, kept=0, judged=0, numerator=1, denominator=1, at=when, recorded_at=when,
            )  # fmt: skip
            Act.objects.create(
                id=f"appeal|{key}", act="appeal", target=key, policy=POLICY, officer=world.code(who), unit=unit,
                author=world.code(who), at=when, recorded_at=when, reason=FORMULA,
            )  # fmt: skip
    return keys


def answered(world: PointsWorld, key: str, act: str, author: str) -> None:
    with as_process("test"):
        Act.objects.create(
            id=f"answer|{key}", act=act, target=key, policy=POLICY, officer=world.code("lead"), unit=EAST_STATION,
            author=author, at=clock.now(), recorded_at=clock.now(), reason="已核实",
            body="法制支队" if author == "silence" else "",
        )  # fmt: skip


def test_every_appeal_is_reached_by_how_it_was_answered(points: PointsWorld) -> None:
    it_is("2026-03-20 10:00")
    legal, path = points.people["legal_department"], reverse("points:appeals")
    lodged(points, 1, who="elsewhere", unit=WEST_STATION)
    few = questions(legal, path)
    keys = lodged(points, 130)
    assert questions(legal, path) == few
    for key, act, author in zip(
        keys, ("appeal_granted", "appeal_refused", "appeal_granted"),
        (points.code("legal_second"), points.code("legal_second"), "silence"), strict=False,
    ):  # fmt: skip
        answered(points, key, act, author)
    first = page_of(legal, path)
    assert '<a href="?state=open#appeals">128<' in first
    assert "待答复的申诉 128 件" in page_of(legal, reverse("points:decisions"))
    places, text = [rows(first)], first
    while 'rel="next"' in text:
        text = page_of(legal, onward(text, path))
        places.append(rows(text))
    assert places == [50, 50, 31]
    assert [rows(page_of(legal, f"{path}?state={name}")) for name in ("granted", "refused", "silent")] == [1, 1, 1]
    assert "法制支队" in page_of(legal, f"{path}?state=silent")
    assert rows(page_of(legal, f"{path}?unit={WEST_STATION}")) == 1
    number = points.officers["elsewhere"].number
    for who in (number, points.officers["elsewhere"].name):
        assert rows(page_of(legal, f"{path}?who={who}&in=month")) == 1
    # One of another unit does not see it
    assert rows(page_of(points.people["west_head"], path)) == 1
    assert rows(page_of(points.people["unit_head"], path + "?state=refused")) == 1
    whole = taken(legal, "points:appeals_sheet", f"?unit={EAST}&state=open")
    assert [row[3] for row in whole] == [FORMULA] * 127
    assert len(taken(points.people["west_head"], "points:appeals_sheet")) == 1
    assert "没有符合条件的申诉。" in page_of(legal, f"{path}?state=silent&unit={WEST_STATION}")


def test_an_answer_leads_back_to_its_place(points: PointsWorld) -> None:
    it_is("2026-03-20 10:00")
    keys, path = lodged(points, 60), reverse("points:appeals")
    legal = points.people["legal_department"]
    place = onward(page_of(legal, path), path)
    assert keys[55] in page_of(legal, place)
    query = place.removeprefix(path)
    refused = legal.post(reverse("points:answer") + query, key=keys[55], granted="no", reason="")
    assert refused.status_code == 422
    assert keys[55] in refused.content.decode()
    answer = legal.post(reverse("points:answer") + query, key=keys[55], granted="no", reason="有日志")
    assert (answer.status_code, answer["Location"]) == (302, place)
    assert rows(page_of(legal, f"{path}?state=refused")) == 1


def test_a_period_that_nobody_closed_does_not_fall_off_the_list(points: PointsWorld) -> None:
    # Two years were listed: of a policy by the month what is older could not be closed any more
    it_is("2031-03-20 10:00")
    legal, path = points.people["legal_department"], reverse("points:policies")
    first = page_of(legal, path)
    periods = first.partition('id="periods"')[2]
    second = page_of(legal, onward(periods, path)).partition('id="periods"')[2]
    assert (rows(periods), rows(second)) == (50, 11)
    assert 'name="period" value="2026-03-01"' in second
    assert rows(page_of(legal, f"{path}?state=live").partition('id="periods"')[2]) == 1
    oldest = page_of(legal, f"{path}?sort=period&policy={POLICY}").partition('id="periods"')[2]
    assert oldest.index('value="2026-03-01"') < oldest.index('value="2026-04-01"')
    assert "没有符合条件的期次。" in page_of(legal, f"{path}?state=published")
    assert len(taken(legal, "points:policies_sheet", "?state=over")) == 60
    assert points.people["unit_head"].export("/points/policies.xlsx").status_code == 403


def test_everybody_who_looked_at_my_points_is_named(points: PointsWorld) -> None:
    it_is("2026-03-20 10:00")
    me, head, path = points.people["lead"], points.people["unit_head"], reverse("points:looks")
    with as_process("test"):
        for n in range(60):
            by = points.officers["unit_head" if n % 2 else "county_head"]
            when = clock.now() - timedelta(minutes=n + 1)
            Look.objects.create(holder=points.code("lead"), unit=EAST_STATION, by=by, at=when)
        Look.objects.create(holder=points.code("second"), by=points.officers["county_head"], at=clock.now())
    first = page_of(me, path)
    assert '<a href="?#looks">60<' in first
    assert (rows(first), rows(page_of(me, onward(first, path)))) == (50, 10)
    assert rows(page_of(me, f"{path}?by={points.officers['county_head'].number}")) == 30
    assert f'href="{path}"' in page_of(me, reverse("points:mine"))
    # Of another's nobody sees this list, nor of his own who has no points
    assert rows(page_of(points.people["third"], path)) == 0
    assert head.get(path).status_code == 403
