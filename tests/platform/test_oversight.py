"""Oversight and the risk stream on the platform: alarms once, a late feed named, queries answered. Stories 18, 19."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.platform.accounts import account, signed_in
from tests.platform.inspection_world import Inspection, at, build
from tests.platform.people import EAST_STATION, WEST_STATION
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.models import Alert, AlertGroup
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases.eventlog import record_event
from zhunsheng.apps.cases.models import Source, SourceHeard
from zhunsheng.apps.cases.services import register_source
from zhunsheng.apps.inspection import counting, daily, keeping, marking, watching
from zhunsheng.apps.inspection.models import Alarm, Pick
from zhunsheng.apps.inspection.refusals import CheckRefused
from zhunsheng.apps.supervision.models import Clock, Finding
from zhunsheng.apps.tasks import giving, making

pytestmark = pytest.mark.usefixtures("db")
NOW = at("12-15 10:00")


@pytest.fixture
def world() -> Inspection:
    return build(closed=6)


def findings(unit: str, count: int, *, state: str, month: int, first: int = 0) -> None:
    """Red findings of a month, as the supervisor keeps them; withdrawn because an earlier act was entered later."""
    reason = "facts" if state == "withdrawn" else ""
    for n in range(first, first + count):
        when = at(f"{month:02d}-10 10:00") + timedelta(minutes=n)
        Finding.objects.create(
            key=f"{unit}{month}{state}{n:04}".ljust(64, "0"), rule="r", case="A1", unit=unit, kind="overdue",
            level="red", found_at=when, state=state, state_reason=reason, appeared_at=when, state_at=when,
            release="r" * 64,
        )  # fmt: skip


def test_18_more_back_dated_entries_than_chance_gives_are_an_alarm_once(world: Inspection) -> None:
    del world
    with as_process("test"):
        # The east: 26 of 1,000 in the year before would be 0.026 each; here 3 of 100. The west: 9 of 20 in November.
        findings(EAST_STATION, 97, state="current", month=6)
        findings(EAST_STATION, 3, state="withdrawn", month=6)
        findings(WEST_STATION, 11, state="current", month=11)
        findings(WEST_STATION, 9, state="withdrawn", month=11)
        seen = {(one.indicator, one.unit): one for one in watching.indicators(at("11-01 00:00").date())}
        one = seen["back_dated", WEST_STATION]
        # why: 3 of 100 by 20 opportunities are 0.6, raised to 1
        assert (one.found, one.chances, one.expected) == (9, 20, 1)
        assert one.is_alarm
        daily.look(NOW)
        daily.look(NOW)
        assert watching.raise_alarms(NOW) == 0
        assert Alarm.objects.filter(indicator="back_dated", unit=WEST_STATION).count() == 1


def test_a_count_that_is_an_alarm_when_its_month_is_over_does_not_contradict_that_there_is_none(
    world: Inspection,
) -> None:
    """An alarm is raised of a whole month. Of the one that runs, the count that would be one says so, and that none is
    raised before its end. The page used to say 达到报警线 beside 没有报警."""
    clock.set_city_clock(NOW, seconds_per_second=0)
    with as_process("test"):
        findings(EAST_STATION, 97, state="current", month=6)
        findings(EAST_STATION, 3, state="withdrawn", month=6)
        findings(WEST_STATION, 11, state="current", month=12)
        findings(WEST_STATION, 9, state="withdrawn", month=12)
        assert watching.raise_alarms(NOW) == 0
    page = signed_in(account("dc", officer=world["witness"])).get("/oversight/").content.decode()
    assert "没有报警。一个月过完，次数达到报警线的才报警。" in page
    assert "月未过完，次数已到报警线" in page
    assert "达到报警线</span>" not in page


def test_what_is_kept_of_a_year_is_what_counting_anew_gives(world: Inspection) -> None:
    """The rows of the daily round answer as counting anew would; what comes later stands in them after the next one."""
    span = {"begin": at("10-01 00:00").date(), "end": at("01-01 00:00").date().replace(year=2027)}
    anew = {name: keeping.midnight(day) for name, day in span.items()}
    sources = {source.digest: source for pair in counting.COUNTED.values() for source in pair}.values()
    with as_process("test"):
        findings(WEST_STATION, 4, state="current", month=11)
        alerts(WEST_STATION, [13, 15] * 13 + [0], end="12-14 00:00")
        clocks(WEST_STATION, 2, start="05-02 00:00")
        quiet, silent = watching.quiet_units(NOW), watching.silent_rules(NOW)
        watching.keep_counts(NOW)
        for source in sources:
            assert keeping.counted(source, **span) == counting.counted(source, **anew), source.statement
        assert watching.quiet_units(NOW) == quiet
        assert watching.silent_rules(NOW) == silent
        # Findings of November are withdrawn in December, and an act of October is told in it.
        Finding.objects.filter(unit=WEST_STATION, appeared_at__month=11).update(
            state="withdrawn", state_reason="facts", state_at=NOW
        )
        record_event(
            recorder="process:test", source="jz", id="told-now", type="case.accepted", at=at("10-20 10:00"),
            case=world.cases[0], unit=EAST_STATION,
        )  # fmt: skip
        before = [keeping.counted(source, **span) for source in sources]
        watching.keep_counts(NOW)
        after = [keeping.counted(source, **span) for source in sources]
        assert before != after
        assert after == [counting.counted(source, **anew) for source in sources]


def test_a_request_counts_nothing_of_what_is_kept(world: Inspection) -> None:
    """However long the year was: what the daily round kept is read, and no event, finding, alert or look is."""
    del world
    with as_process("test"):
        watching.keep_counts(NOW)
        with CaptureQueriesContext(connection) as asked:
            watching.indicators(NOW.date().replace(day=1))
            watching.quiet_units(NOW)
            watching.silent_rules(NOW)
    tables = ("cases_event", "supervision_finding", "supervision_clock", "alerts_alert", "audit_entry")
    assert not [one["sql"] for one in asked.captured_queries if any(f"FROM {table}" in one["sql"] for table in tables)]


def alerts(unit: str, counts: list[int], *, end: str) -> None:
    """So many alerts in each week up to a Monday."""
    last = at(end)
    shared = {"clock": {}, "findings": {}, "explanation": {}, "liberty": False, "level": "blue", "kind": "approaching"}
    group = AlertGroup.objects.create(
        key=f"g{unit}".ljust(64, "0"), incident="I1", rule="r", unit=unit, nature="statutory", opened_at=last, **shared
    )
    for week, count in enumerate(counts):
        begin = last - timedelta(weeks=len(counts) - week)
        Alert.objects.bulk_create(
            Alert(
                key=f"{unit}{week:03}{n:03}".ljust(64, "0"), group=group, role="officer", reason="first", level="blue",
                liberty=False, text="", explanation={}, created_at=begin + timedelta(hours=n),
            )
            for n in range(count)
        )  # fmt: skip


def test_19_a_silent_station_is_asked_about_unless_its_feed_was_down(world: Inspection) -> None:
    del world
    # why: 13 to 15 a week, so Poisson of 14: a week of none has a chance below one in a million
    with as_process("test"):
        alerts(WEST_STATION, [13, 15] * 13 + [0], end="12-14 00:00")
        (quiet,) = watching.quiet_units(NOW)
        assert (quiet.unit, quiet.weeks, quiet.found, quiet.cause) == (WEST_STATION, 1, 0, "")
        register_source(source="jz", title="警综平台", key="a key of the tests", late_after_minutes=60)
        SourceHeard.objects.create(source=Source.objects.get(pk="jz"), at=at("12-06 10:00"))
        (named,) = watching.quiet_units(NOW)
        assert named.cause == "数据中断：警综平台"
        watching.raise_alarms(NOW)
        assert not Alarm.objects.filter(indicator="quiet").exists()


def clocks(unit: str, count: int, *, start: str, stopped: str | None = None) -> None:
    """So many clocks of a unit that ran over a span."""
    Clock.objects.bulk_create(
        Clock(
            key=f"{unit}{start}{n:03}".ljust(64, "0"), rule="r", rule_version=1, case="A1", epoch=0, unit=unit,
            start=at(start), stopped=at(stopped) if stopped else None, due_at_end=False, outer_at_end=False,
            outcome="met" if stopped else "running", question_hard=False, nature="statutory", liberty=False, as_of=NOW,
        )
        for n in range(count)
    )  # fmt: skip


def test_19_a_station_that_has_hardly_a_clock_open_any_more_is_not_asked_why_it_is_silent(world: Inspection) -> None:
    del world
    with as_process("test"):
        for unit in (WEST_STATION, EAST_STATION):
            alerts(unit, [13, 15] * 13 + [0], end="12-14 00:00")
            clocks(unit, 1, start="05-01 00:00")
        clocks(WEST_STATION, 27, start="05-02 00:00", stopped="12-06 10:00")
        clocks(EAST_STATION, 27, start="05-02 00:00")
        span = {"begin": at("06-08 00:00"), "end": at("12-14 00:00")}
        assert counting.weekly_clocks(**span)[WEST_STATION] == [28] * 26 + [1]
        # why: the west has one clock of 28 left, so half an alert is expected there; the east has them all
        (quiet,) = watching.quiet_units(NOW)
        assert (quiet.unit, quiet.weekly) == (EAST_STATION, 14)


def test_weeks_without_a_feed_are_those_in_which_it_told_nothing_after_it_had_begun(world: Inspection) -> None:
    del world
    span = {"begin": NOW - timedelta(weeks=2), "end": NOW + timedelta(weeks=2)}
    with as_process("test"):
        record_event(
            recorder="process:test", source="pc", id="W1", type="case.accepted", at=at("09-08 09:00"), case="A1",
            unit=EAST_STATION,
        )  # fmt: skip
        # why: recorded now, in the third of four weeks: before it there was no feed, and the fourth heard nothing
        assert counting.weeks_without_a_feed(["pc"], **span) == {3}
        assert counting.weeks_without_a_feed(["nobody"], **span) == frozenset()
        assert counting.weeks_without_a_feed([], **span) == frozenset()


def test_a_task_that_was_given_to_somebody_else_counts_as_a_change_of_reader(world: Inspection) -> None:
    with as_process("test"):
        task = making.by_hand(
            kind="onsite", unit=WEST_STATION, sheet="PL", place="办案区", reason="群众反映", by=world["planner"], at=NOW
        )
        doer = giving.doer_of(task)
        assert doer is not None
        other = next(world[name] for name in ("reader", "second", "third") if world[name].pk != doer.pk)
        giving.give_to(task, other.number, reason="原检查人出差", by=world["planner"], at=NOW)
        seen = next(one for one in watching.indicators(at("12-01 00:00").date()) if one.indicator == "reassigned")
        # why: given once by lot and once by hand; only the second was a change
        assert (seen.unit, seen.found, seen.chances) == (WEST_STATION, 1, 2)
        ((_at, about),) = watching.behind("reassigned", WEST_STATION, at("12-01 00:00").date())
        assert about == task.pk


def test_a_query_goes_to_the_head_of_the_unit_and_back(world: Inspection) -> None:
    with as_process("test"):
        alarm = Alarm.objects.create(
            indicator="looks", unit=WEST_STATION, month=at("11-01 00:00").date(), found=9, expected=1, limit=6, at=NOW
        )
        with pytest.raises(CheckRefused, match="上一步"):
            watching.answer_check(alarm, by=world["head"], text="没有", at=NOW)
        with pytest.raises(CheckRefused, match="只有纪检督察"):
            watching.open_check(alarm, by=world["planner"], text="请说明", at=NOW)
        watching.open_check(alarm, by=world["witness"], text="请说明", at=NOW)
        assert watching.due_of(alarm) == at("12-23 00:00")  # why: Wed 16 to Tue 22 December, five working days
        with pytest.raises(CheckRefused, match="单位负责人"):
            watching.answer_check(alarm, by=world["east_head"], text="说明", at=NOW)
        watching.answer_check(alarm, by=world["head"], text="系统迁移", at=NOW)
        watching.judge_check(alarm, by=world["witness"], text="已核对", valid=False, at=NOW)
        with pytest.raises(CheckRefused, match="已经办过"):
            watching.judge_check(alarm, by=world["witness"], text="再来", valid=True, at=NOW)
        assert watching.precision()["looks"][:2] == (0, 1)


def test_every_indicator_can_be_counted(world: Inspection) -> None:
    del world
    with as_process("test"):
        record_event(
            recorder="process:test", source="jz", id="late", type="case.accepted", at=at("11-01 09:00"), case="A1",
            unit=EAST_STATION,
        )  # fmt: skip
        span = {"begin": at("01-01 00:00"), "end": NOW + timedelta(days=20)}
        for name, (events, chances) in counting.COUNTED.items():
            counting.counted(chances, **span)
            numbers = counting.counted(events, **span)
            rows = counting.listed(name, unit=EAST_STATION, **span)
            assert len(rows) == sum(n for (unit, _month), n in numbers.items() if unit == EAST_STATION)
        assert "A1" in {about for _at, about in counting.listed("late_entry", unit=EAST_STATION, **span)}


def test_each_week_a_station_marks_what_most_speaks_for_reading_within_its_budget(world: Inspection) -> None:
    west = [case for case in world.cases if WEST_STATION in case]
    with as_process("test"):
        for n, case in enumerate(west):
            for k in range(n + 1):
                Finding.objects.create(
                    key=f"m{n}{k}".ljust(64, "0"), rule=f"r{k}", case=case, unit=WEST_STATION, kind="broken",
                    level="red", found_at=NOW, state="current", appeared_at=NOW, state_at=NOW, release="r" * 64,
                )  # fmt: skip
        assert marking.mark_week(NOW) == 3  # why: a budget of at least three, and three cases have findings
        assert marking.mark_week(NOW) == 0
        picks = {pick.case: pick.points for pick in Pick.objects.all()}
    assert picks == {west[0]: "3", west[1]: "6", west[2]: "9"}
