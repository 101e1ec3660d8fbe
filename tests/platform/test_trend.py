"""How a leader's units did month by month: counted from clocks and findings, beside the city, and drawn."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from tests.platform.accounts import account, signed_in
from tests.platform.people import CITY, EAST_STATION, WEST_STATION, city, officer
from tests.platform.standing import FILING, case_of, exceeded, open_alert, running
from tests.platform.supervised import put_in_force
from tests.platform.test_alerts_supervised import shipped
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.access.scope import session_scope, viewer_of
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.context import session_settings
from zhunsheng.apps.desk.periods import months
from zhunsheng.apps.desk.trend import HEIGHT, LEFT, RIGHT, TOP, WIDTH, Month, drawn, trend

NOW = datetime.fromisoformat("2026-09-12T10:30:00+08:00")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T10:00:00+08:00")


def ran(number: str, start: str, stop: str = "") -> None:
    """A clock of a case from one day to another, or still running."""
    stopped: dict[str, Any] = {"stopped": at(stop), "outcome": "met"} if stop else {}
    with as_process("test"):
        running(number, at(start) + timedelta(days=90), rule=f"{FILING} {start}", start=at(start), **stopped)


def test_months_are_counted_by_their_ends_and_the_city_by_both_stations(db: None) -> None:
    del db
    clock.set_city_clock(NOW, seconds_per_second=0)
    city()
    put_in_force(shipped(FILING, "criminal.filing.overdue-explain"))
    east = [case_of(EAST_STATION, serial) for serial in range(4)]
    west = case_of(WEST_STATION, 9)
    # In hand at the end of July: two of the east. At the end of August: three. Now: two, one of them by two clocks.
    ran(east[0], "2026-07-10", "2026-08-05")
    ran(east[1], "2026-07-20")
    ran(east[1], "2026-07-25")
    ran(east[2], "2026-08-02", "2026-09-02")
    ran(east[3], "2026-08-03")
    ran(west, "2026-08-01")
    exceeded(east[0], at("2026-08-04"))
    exceeded(east[1], at("2026-09-03"))
    exceeded(east[2], at("2026-08-20"), state="withdrawn", state_reason="facts")
    exceeded(west, at("2026-09-04"))
    head = officer("035077", ("unit_head", EAST_STATION))
    viewer = viewer_of(account="x", officer=head.pk, admin_role="", on=NOW.date())
    with session_settings(session_scope(viewer)):
        found = trend(viewer, now=NOW)
    assert [(each.name, each.exceeded, each.cases) for each in found.own] == [
        ("2026-07", 0, 2), ("2026-08", 1, 3), ("2026-09", 1, 2),
    ]  # fmt: skip
    assert [each.rate for each in found.own] == [0, 100 / 3, 50]
    assert [(each.exceeded, each.cases) for each in found.city] == [(0, 2), (1, 4), (2, 3)]
    # 上月同期: until 12 August 10:30, in which the first was exceeded
    assert found.before == 1
    page = signed_in(account("head", officer=head)).get("/today/").content.decode()
    assert "本单位本月超期 1 次，每百案 50 次。 全市每百案 66.7 次。" in page
    assert '<a href="/overdue/?in=2026-08">1</a>' in page
    transaction.set_rollback(True)


def test_the_number_at_the_head_of_the_day_is_that_of_its_list(db: None) -> None:
    """A red alert that ends in three days is to be looked into; a blue one that ends today is counted beside it."""
    # Found: the head named a red alert, and the list below, of what ends today, did not hold it.
    del db
    clock.set_city_clock(NOW, seconds_per_second=0)
    city()
    put_in_force(shipped(FILING, "criminal.filing.overdue-explain"))
    open_alert(case_of(EAST_STATION, 1), NOW + timedelta(days=3), level="red")
    open_alert(case_of(EAST_STATION, 2), NOW + timedelta(hours=3), level="blue")
    head = officer("035077", ("unit_head", EAST_STATION))
    me = signed_in(account("head", officer=head))
    page = me.get("/today/").content.decode()
    number = '<a href="/inbox/?view=all&amp;level=red">1</a>'
    inbox = me.get("/inbox/?view=all&level=red").content.decode()
    shown, listed = (set(re.findall(r"第\d案", part)) for part in (page, inbox))
    assert number in page
    assert shown == listed == {"第1案"}
    transaction.set_rollback(True)


def test_what_is_exceeded_at_this_very_instant_is_counted_and_stands_in_the_list(db: None) -> None:
    # Found: 今日 counted it by the day, and the ledger behind the figure listed what came before this instant.
    del db
    clock.set_city_clock(NOW, seconds_per_second=0)
    city()
    put_in_force(shipped(FILING, "criminal.filing.overdue-explain"))
    case = case_of(EAST_STATION, 1)
    ran(case, "2026-09-02")
    midnight = at("2026-09-01") - timedelta(hours=10)
    exceeded(case, NOW)
    exceeded(case_of(EAST_STATION, 2), midnight)
    exceeded(case_of(EAST_STATION, 3), midnight - timedelta(microseconds=1))
    me = signed_in(account("head", officer=officer("035077", ("unit_head", EAST_STATION))))
    assert '<a href="/overdue/?in=month">本月超期<b>2</b></a>' in me.get("/today/").content.decode()
    for span, count in (("month", 2), ("2026-09", 2), ("2026-08", 1), ("30", 3)):
        assert me.get(f"/overdue/?in={span}").content.decode().count("<tr data-row>") == count, span
    legal = signed_in(account("fz", officer=officer("035078", ("legal_department", CITY))))
    assert re.search(r'href="/overdue/\?in=month[^"]*">2<', legal.get("/city/").content.decode())
    transaction.set_rollback(True)


def test_a_year_has_twelve_months_and_the_present_one_runs_on_to_its_end() -> None:
    """Half-open each, so that none is counted twice; of what is to come nothing is known."""
    found = months(NOW)
    assert list(found)[:2] == [date(2025, 10, 1), date(2025, 11, 1)]
    assert len(found) == 12
    assert found[date(2026, 9, 1)].end == datetime.fromisoformat("2026-10-01T00:00:00+08:00")
    assert found[date(2026, 8, 1)].end == datetime.fromisoformat("2026-09-01T00:00:00+08:00")


def test_lines_are_drawn_over_one_scale_and_their_names_do_not_touch() -> None:
    own = [Month(date(2026, 7, 1), 0, 10), Month(date(2026, 8, 1), 0, 0), Month(date(2026, 9, 1), 2, 100)]
    city = [Month(date(2026, 7, 1), 4, 100), Month(date(2026, 8, 1), 3, 100), Month(date(2026, 9, 1), 2, 100)]
    chart = drawn(own, city)
    # The most is 4: four steps of one. A month without cases has no point; nothing is at the foot, four at the top.
    assert [level for _y, level in chart.levels] == [0, 1, 2, 3, 4]
    foot = chart.levels[0][0]
    assert chart.own is not None
    assert chart.city is not None
    assert [x for x, _y in chart.own.points] == [LEFT, WIDTH - RIGHT]
    assert list(chart.own.points[0]) == [LEFT, foot]
    assert list(chart.city.points[0]) == [LEFT, TOP]
    assert chart.own.points[-1] == chart.city.points[-1]
    assert abs(chart.own.y - chart.city.y) == 18
    assert foot < HEIGHT
    assert drawn([Month(date(2026, 9, 1), 0, 0)], []).own is None
