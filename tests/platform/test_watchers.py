"""Supervision of supervisors: each thing that somebody who watches can do stands on record and is counted.

One maker for each indicator; each does what it names once, in the western station or where it belongs, and nothing else
is counted by it.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction

from tests.platform.accounts import account
from tests.platform.inspection_world import (
    HOUR,
    OCTOBER,
    Inspection,
    at,
    build,
    committed,
    drawn,
    given_out,
    made,
    planned,
)
from tests.platform.people import CITY, WEST_STATION
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.models import Action, AlertGroup, Silence
from zhunsheng.apps.audit.context import Acting, acting
from zhunsheng.apps.audit.services import record, record_read, record_taken
from zhunsheng.apps.cases.eventlog import record_event
from zhunsheng.apps.inspection import assigning, cards, counting, plans, watching
from zhunsheng.apps.inspection.models import Alarm, Assigned, Plan
from zhunsheng.apps.inspection.refusals import PlanRefused
from zhunsheng.apps.points.models import Decision, Proposal
from zhunsheng.apps.supervision.models import Finding, Release
from zhunsheng.apps.supervision.switched import switched, tell_switched
from zhunsheng.book import load_rulebook
from zhunsheng.core.inspection.oversight import INDICATORS
from zhunsheng.launcher import EmbeddedServer

NOW = at("12-15 10:00")
Maker = Callable[[Inspection], object]


@pytest.fixture(scope="module")
def world(server: EmbeddedServer) -> Iterator[Inspection]:
    """October's cases, drawn from and given out."""
    del server
    with transaction.atomic():
        made_ = build()
        plan = planned(made_)
        committed(made_, plan)
        drawn(made_, plan)
        given_out(plan)
        yield made_
        transaction.set_rollback(True)


def group() -> AlertGroup:
    shared: dict[str, Any] = {"clock": {}, "findings": {}, "explanation": {}, "liberty": False, "level": "blue"}
    return AlertGroup.objects.create(
        key="g" * 64, incident="I1", rule="r", unit=WEST_STATION, nature="statutory", opened_at=NOW, kind="approaching",
        **shared,
    )  # fmt: skip


def acted(act: str, **more: str) -> Maker:
    return lambda world: Action.objects.create(group=group(), act=act, by=world["head"], via="web", at=NOW, **more)


def silenced(world: Inspection) -> None:
    Silence.objects.create(
        owner=world["head"], reason="系统迁移", rule="r", unit=WEST_STATION, from_at=NOW, until_at=at("12-20 10:00"),
        created_at=NOW,
    )  # fmt: skip


def withdrawn(level: str) -> Maker:
    return lambda _world: Finding.objects.create(
        key="w" * 64, rule="r", case="A1", unit=WEST_STATION, kind="overdue", level=level, found_at=NOW,
        state="withdrawn", state_reason="facts", appeared_at=NOW, state_at=NOW, release="r" * 64,
    )  # fmt: skip


def card(world: Inspection) -> str:
    fault = cards.Fault(world.cases[0], WEST_STATION, "立案审查逾期", "", "fault", finding="f" * 64)
    return cards.issue(fault, by=world["reader"], at=at("12-10 10:00")).number


def excepted(world: Inspection) -> None:
    done = {"reason": "检察院已受理", "document_no": "函1号"}
    cards.except_(card(world), by=world["planner"], at=NOW, **done)


def eased(world: Inspection) -> None:
    """Answered and closed within its first day."""
    number = card(world)
    cards.answer(number, by=world["head"], at=at("12-10 11:00"), reason="已改", document_no="1号")
    cards.recheck(number, by=world["second"], at=at("12-10 12:00"), kept=True, reason="已核")


def entered(kind: str, when: str, *, version: int = 1) -> Maker:
    return lambda world: record_event(
        recorder="process:test", source="jz", id="made", version=version, type=kind, at=at(when), case=world.cases[0],
        unit=WEST_STATION,
    )  # fmt: skip


def changed(world: Inspection) -> None:
    """A record of the premises entered, and entered again otherwise."""
    entered("record.entered", "12-15 09:00")(world)
    entered("record.entered", "12-15 09:30", version=2)(world)


def again(world: Inspection) -> None:
    """The same files drawn from once more."""
    with pytest.raises(PlanRefused, match="不能重新抽"):
        made(world, {**OCTOBER, "title": "再来一次"})


def voided(world: Inspection) -> None:
    """A plan of other days whose witness never promised anything."""
    plan = made(world, {**OCTOBER, "from_on": date(2026, 10, 2), "drawn": 8, "below": "60"})
    plans.void_late(plan.pk, real_at=NOW)


def reassigned(world: Inspection) -> None:
    row = Assigned.objects.filter(round="first", pick__unit=WEST_STATION).select_related("pick").order_by("pk")[0]
    readers = set(Assigned.objects.filter(pick=row.pick).values_list("reader", flat=True))
    other = next(world[name] for name in ("planner", "reader", "second", "third") if world[name].pk not in readers)
    assigning.reassign(row, to=other, by=world["planner"], reason="申报了关系", at=NOW)


def by_hand(world: Inspection) -> None:
    """Points that two persons added."""
    asked = Proposal.objects.create(
        kind="manual", body={}, unit=WEST_STATION, reason="救助", by=world["head"], by_unit=WEST_STATION, at=NOW
    )
    Decision.objects.create(proposal=asked, confirmed=True, by=world["planner"], by_unit=CITY, at=NOW)


def looked(world: Inspection) -> None:
    """A person looked up with no purpose."""
    who = account("head", officer=world["head"])
    with acting(Acting(f"account:{who.username}")):
        record(action="read", kind="person", key="P1", detail={"purpose": "办案"})
        record_read(kind="sheet", key="7", detail={"case": "A1"})  # a reader opens his own file
        record(action="read", kind="person", key="P2")


def taken(world: Inspection) -> None:
    """A list taken away as a file."""
    with acting(Acting(f"account:{account('head', officer=world['head']).username}")):
        record_taken(kind="cases", key="running", count=20)


def switched_off(world: Inspection) -> None:
    account("zhi", officer=world["head"])
    tell_switched(("criminal.custody.x",), Release(pk=7, by="zhi"), at=NOW)


AGAIN = "the same files are to be drawn from again"
MAKERS: dict[str, dict[str, Maker]] = {
    "silences": {"an alert is put off": acted("snooze"), "a rule is silenced": silenced},
    "false_granted": {"a false alarm is granted": acted("rule", verdict="upheld")},
    "exceptions": {"a card is closed by a cited exception": excepted},
    "withdrawn": {"a finding is taken back": withdrawn("yellow")},
    "late_entry": {"an act is entered two months late": entered("case.accepted", "10-01 09:00")},
    "back_dated": {"an act is entered as before the red": withdrawn("red")},
    "record_changed": {"a record is entered otherwise": changed},
    "case_lowered": {"a case is reclassified": entered("case.reclassified", "12-15 09:00")},
    "draws_voided": {"a draw is void": voided, AGAIN: again},
    "reassigned": {"a reader is changed": reassigned},
    "cards_eased": {"a card closes on its first day": eased},
    "points_by_hand": {"points are added by hand": by_hand},
    "looks": {"a person is looked up without a purpose": looked, "a list is taken away": taken},
    "rules_off": {"a rule is switched off": switched_off},
}
CITYS = ("draws_voided",)
"""What is done about the files of the whole city."""


def test_every_indicator_has_its_event() -> None:
    assert list(MAKERS) == list(INDICATORS)
    assert list(counting.COUNTED) == list(INDICATORS)


@pytest.mark.usefixtures("undone")
@pytest.mark.parametrize(("name", "what"), [(name, what) for name, of in MAKERS.items() for what in of])
def test_what_a_watcher_does_is_counted_once_with_its_opportunity(world: Inspection, name: str, what: str) -> None:
    with as_process("test"):
        before = counts(name)
        MAKERS[name][what](world)
        after = counts(name)
        unit = CITY if name in CITYS else WEST_STATION
        month = date(2026, 11, 1) if what == AGAIN else date(2026, 12, 1)  # why: a plan is made on 15 November
        new = {key: count - before.get(key, 0) for key, count in after.items() if count != before.get(key, 0)}
        assert new == {(unit, month): 1}
        seen = {(one.indicator, one.unit): one for one in watching.indicators(month)}
    assert not seen[name, unit].is_alarm  # one of anything is no alarm


def counts(name: str) -> counting.Counts:
    return counting.counted(counting.COUNTED[name][0], begin=at("01-01 00:00"), end=at("12-31 00:00"))


@pytest.mark.usefixtures("undone")
def test_a_unit_that_adds_points_by_hand_again_and_again_is_an_alarm_though_nobody_else_does(world: Inspection) -> None:
    with as_process("test"):
        for _n in range(6):
            by_hand(world)
        seen = {(one.indicator, one.unit): one for one in watching.indicators(date(2026, 12, 1))}
    one = seen["points_by_hand", WEST_STATION]
    # why: no other unit did, so one would be expected; the limit of 1 is six or, with so few units, less
    assert (one.found, one.expected) == (6, 1)
    assert one.chances > 0
    assert one.is_alarm


@pytest.mark.usefixtures("undone")
def test_the_round_trip_of_a_query_stands_in_the_log_step_by_step(world: Inspection) -> None:
    with as_process("test"):
        alarm = Alarm.objects.create(
            indicator="looks", unit=WEST_STATION, month=date(2026, 11, 1), found=9, expected=1, limit=6, at=HOUR
        )
        watching.open_check(alarm, by=world["witness"], text="请说明", at=at("12-02 09:00"))
        watching.answer_check(alarm, by=world["head"], text="系统迁移", at=at("12-03 09:00"))
        watching.judge_check(alarm, by=world["witness"], text="已核对", valid=False, at=at("12-04 09:00"))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT type, officers, recorded_at IS NOT NULL FROM cases_event WHERE incident = %s ORDER BY at",
                [f"DC-{alarm.pk}"],
            )
            told = cursor.fetchall()
    assert told == [
        ("oversight.check_opened", ["35-036006"], True),
        ("oversight.check_answered", ["35-036007"], True),
        ("oversight.check_judged", ["35-036006"], True),
    ]


def test_a_release_tells_which_rules_it_silences_or_moves() -> None:
    book = load_rulebook(settings.RULEBOOK)
    first, third = [one for one in book.rules if one.status in ("trial", "stable") and one.enabled][:2]
    others = tuple(one for one in book.rules if one.id not in (first.id, third.id))
    quieter = replace(first, status="draft")
    moved = replace(third, leads=replace(third.leads, red=third.leads.blue))
    assert switched(book, replace(book, rules=(*others, quieter, moved))) == tuple(sorted((first.id, third.id)))
    assert switched(book, replace(book, checks=book.checks[1:])) == (book.checks[0].id,)
    assert switched(book, book) == ()


def test_fault_21_the_databases_own_hashes_give_the_same_draw(world: Inspection) -> None:
    """PostgreSQL's sha256 and its order of bytes, in whichever version is there: the same marks, the same files."""
    del world
    with as_process("test"):
        plan = Plan.objects.get()
        seed = bytes.fromhex(plan.draw.seed)
        inner, outer = (bytes(b ^ pad for b in seed.ljust(64, b"\0")) for pad in (0x36, 0x5C))
        for stratum in sorted(set(plan.files.values_list("stratum", flat=True))):
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT ref, mark FROM (SELECT ref, draw, encode(sha256(%s || sha256(%s || convert_to("
                    " concat_ws('|', plan_id, stratum, ref), 'UTF8'))), 'hex') AS mark FROM inspection_framefile"
                    " WHERE plan_id = %s AND stratum = %s) f"
                    ' ORDER BY mark COLLATE "C" LIMIT (SELECT max(draw) FROM inspection_framefile WHERE stratum = %s)',
                    [outer, inner, plan.pk, stratum, stratum],
                )
                rows = cursor.fetchall()
            picks = plan.picks.filter(stratum=stratum).order_by("mark").values_list("case", "mark")
            assert rows == list(picks)


@pytest.mark.usefixtures("undone")
def test_a_rule_that_found_something_each_week_and_falls_silent_is_named_with_its_cause(
    world: Inspection,
) -> None:
    del world
    with as_process("test"):
        for rule, weeks in (("often", range(8, 52)), ("seldom", range(8, 52, 12)), ("still", range(1, 52))):
            for week in weeks:
                when = NOW - timedelta(weeks=week, days=1)
                Finding.objects.create(
                    key=f"{rule}{week:03}".ljust(64, "0"), rule=rule, case="A1", unit=WEST_STATION, kind="broken",
                    level="yellow", found_at=when, state="current", appeared_at=when, state_at=when, release="r" * 64,
                )  # fmt: skip
        (one,) = watching.silent_rules(NOW)
        # why: one a week, three rules tested thirteen times a quarter: ln(39)/1.0 are 3.7 weeks, and eight have passed
        assert (one.rule, round(one.weeks), round(one.longest)) == ("often", 8, 4)
        assert "停用" not in one.cause
        account("zhi", officer=None)
        tell_switched(("often",), Release(pk=8, by="zhi"), at=at("11-20 09:00"))
        (named,) = watching.silent_rules(NOW)
    assert "规则停用或移动阈值：often" in named.cause
