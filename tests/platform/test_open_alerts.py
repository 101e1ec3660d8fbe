"""The alerts that units have open: what the database keeps of them is what counting each of them gives, at every
instant of a day, whoever asks, after every change that there is."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.platform.people import CITY, EAST_SQUAD, EAST_STATION, WEST_STATION, city, officer
from tests.platform.standing import case_of, open_alert
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.access.scope import Viewer, session_scope, viewer_of
from zhunsheng.apps.alerts.kept_counts import COUNTED, STATES
from zhunsheng.apps.alerts.models import AlertGroup, Gap, KeptCount
from zhunsheng.apps.alerts.selectors import untold, visible_groups
from zhunsheng.apps.audit.context import session_settings
from zhunsheng.apps.cases.models import Assignment, Case
from zhunsheng.apps.cases.selectors import ties
from zhunsheng.apps.desk.inbox import midnight
from zhunsheng.apps.desk.inbox_counts import counted_in_views, open_by_unit, open_in_all
from zhunsheng.apps.org.models import Officer

NOON = datetime.fromisoformat("2026-03-12T12:00:00+08:00")
BEGIN, END = midnight(NOON, 0), midnight(NOON, 1)
MOMENT = timedelta(microseconds=1)
DAY = timedelta(days=1)
INSTANTS = (BEGIN - MOMENT, BEGIN, BEGIN + MOMENT, NOON, NOON + MOMENT, END - MOMENT, END, END + MOMENT, END + 9 * DAY)
Counts = dict[str, dict[str, int]]


@pytest.fixture
def people(db: None) -> list[Officer]:
    """Who reaches all, a station, and what he works on himself; with alerts that end about the midnights of a day."""
    del db
    city()
    dues = (BEGIN - 30 * DAY, BEGIN, NOON, END, END + DAY, None)
    outers = (BEGIN - 29 * DAY, BEGIN, NOON, NOON + MOMENT, END, END, END + 2 * DAY, None)
    serial = 0
    for due in dues:
        for outer in outers:
            serial += 1
            number = case_of((EAST_STATION, WEST_STATION, EAST_SQUAD)[serial % 3], serial)
            level = ("red", "yellow", "blue", "ask")[serial % 4]
            group = open_alert(number, due or NOON, level=level, outer=outer, outer_at_end=serial % 2 == 0)
            state = ("waiting", "acknowledged", "claimed_done", "disputed", "waiting")[serial % 5]
            change(group.key, due=due, state=state)
    return [
        officer("035001", ("legal_department", CITY)),
        officer("035002", ("unit_head", EAST_STATION)),
        officer("035003", ("officer", WEST_STATION)),
    ]


def change(key: str, **columns: object) -> None:
    with as_process("test"):
        AlertGroup.objects.filter(pk=key).update(**columns)


def held_equal(people: list[Officer], instants: tuple[datetime, ...] = INSTANTS) -> list[Counts]:
    """What is kept equals what is counted, for each of them at each instant; what each sees at the last."""
    found = []
    for person in people:
        viewer = _viewer(person)
        with session_settings(session_scope(viewer)):
            for now in instants:
                tomorrow = midnight(now, 1)
                each = counted(viewer, now=now, tomorrow=tomorrow)
                spans = {"now": now, "today": midnight(now, 0), "tomorrow": tomorrow}
                assert _known(open_by_unit(viewer, **spans)) == each, (person.number, now)
                assert +open_in_all(viewer, **spans) == _summed(each), (person.number, now)
        found.append(each)
    return found


def viewer_who_reads(person: Officer, *cases: str) -> Viewer:
    """The same who has still to read the dossiers of some cases."""
    memory = {"ties": replace(ties(_viewer(person)), reading=cases)}
    return viewer_of(account="x", officer=person.pk, admin_role="", on=NOON.date(), memory=memory)


def _viewer(person: Officer) -> Viewer:
    return viewer_of(account="x", officer=person.pk, admin_role="", on=NOON.date())


def counted(viewer: Viewer, *, now: datetime, tomorrow: datetime) -> Counts:
    """Each open alert that a viewer may list, looked at."""
    found: dict[str, Counter[str]] = {}
    for group in visible_groups(viewer).filter(closed_at=None):
        names = ["open", group.level, group.state]
        outer = group.outer
        if outer is not None and (outer < now or (outer == now and group.outer_at_end)):
            names.append("over")
        elif group.due is not None and group.due <= tomorrow:
            names.append("today")
        found.setdefault(group.unit, Counter()).update(names)
    return _known(found)


def _summed(counts: Counts) -> Counter[str]:
    return sum((Counter(of) for of in counts.values()), Counter())


def _known(counts: object) -> Counts:
    """Without what is nought."""
    assert isinstance(counts, dict)
    known = {unit: {name: of[name] for name in COUNTED if of.get(name)} for unit, of in counts.items()}
    return {unit: of for unit, of in known.items() if of}


def test_what_is_kept_is_what_counting_gives_at_every_instant_and_after_every_change(people: list[Officer]) -> None:
    """48 alerts, 16 in each of three units; the head reaches his station and its squad, the officer his own."""
    legal, head, other = people
    of_all, of_head, of_other = held_equal(people)
    assert {unit: of["open"] for unit, of in of_all.items()} == {EAST_STATION: 16, WEST_STATION: 16, EAST_SQUAD: 16}
    assert set(of_head) == {EAST_STATION, EAST_SQUAD}
    assert set(of_other) == {WEST_STATION}

    with as_process("test"):
        keys = list(AlertGroup.objects.order_by("key").values_list("key", flat=True))
        mine, moved, secret = Case.objects.order_by("pk").values_list("pk", flat=True)[:3]
    change(keys[0], closed_at=NOON, state="done")
    change(keys[1], level="red", state="acknowledged")
    change(keys[2], due=NOON, outer=NOON + DAY)
    change(keys[3], unit=WEST_STATION)
    held_equal(people, (NOON,))
    change(keys[0], closed_at=None, state="waiting")
    with as_process("test"):
        Case.objects.filter(pk=moved).update(unit_id=WEST_STATION)
        Case.objects.filter(pk=secret).update(label="sensitive")
        Assignment.objects.create(case_id=mine, officer=other, role=Assignment.Role.CASE_OFFICER, from_at=NOON)
        for person in (legal, head):
            Assignment.objects.create(case_id=secret, officer=person, role=Assignment.Role.RECUSED, from_at=NOON)
    of_all, _of_head, of_other = held_equal(people)
    assert sum(of["open"] for of in of_all.values()) == 47  # all but the one that he is recused from
    assert sum(of["open"] for of in of_other.values()) == 18  # the case that came, and the one that he works on


def test_of_a_case_that_one_reads_only_what_concerns_oneself_counts(people: list[Officer]) -> None:
    """The legal department reads two cases: the alert of the one is his own, that of the other he must not know of."""
    legal = people[0]
    with as_process("test"):
        owned, hidden = AlertGroup.objects.filter(unit=WEST_STATION).order_by("key")[:2]
    change(owned.key, owner_id=legal.pk)
    viewer = viewer_who_reads(legal, owned.case or "", hidden.case or "")
    with session_settings(session_scope(viewer)):
        for now in INSTANTS:
            spans = {"now": now, "today": midnight(now, 0), "tomorrow": midnight(now, 1)}
            each = counted(viewer, now=now, tomorrow=midnight(now, 1))
            assert each[WEST_STATION]["open"] == 15
            assert _known(open_by_unit(viewer, **spans)) == each, now
            assert +open_in_all(viewer, **spans) == _summed(each), now


def test_the_numbers_of_the_inbox_are_the_same_kept_and_counted(people: list[Officer]) -> None:
    """Ended today, within thirty days and before; told to nobody; with cases that he reads, or is recused from."""
    with as_process("test"):
        keys = list(AlertGroup.objects.order_by("key").values_list("key", flat=True))
        cases = dict(AlertGroup.objects.values_list("key", "case"))
    ended = (BEGIN, BEGIN - MOMENT, NOON, NOON - 30 * DAY, NOON - 30 * DAY - MOMENT)
    for n, key in enumerate(keys[:20]):
        change(key, closed_at=ended[n % 5], state=("done", "withdrawn")[n % 2])
    with as_process("test"):
        for n, key in enumerate(keys[18:26]):  # the first two have ended since
            Gap.objects.create(
                key=f"{n:064}", group=key, finding="2" * 64, unit=CITY, roles=[], liberty=False, opened_at=NOON,
                closed_at=NOON if n == 7 else None,
            )  # fmt: skip
    reading = [cases[keys[n]] or "" for n in (0, 1, 20, 21)]
    change(keys[21], owner_id=people[0].pk)
    seen = []
    for viewer in (_viewer(people[0]), viewer_who_reads(people[0], *reading)):
        with session_settings(session_scope(viewer)):
            spans = {"now": NOON, "today": BEGIN, "tomorrow": END, "since": NOON - 30 * DAY}
            opened, closed = counted_in_views(viewer, None, **spans)
            each_opened, each_closed = counted_in_views(viewer, visible_groups(viewer), **spans)
            assert closed == each_closed
            assert opened["over"] == each_opened["over"]
            assert opened["today"] == each_opened["today"]
            assert {state: opened[state] for state in STATES} == {state: each_opened[state] for state in STATES}
            assert len(untold(viewer)) == closed["", 0]
            seen.append(closed)
    assert seen[0]["", 0] == 5  # seven gaps are open, and two of their alerts are not
    assert seen[1]["", 0] == 4  # one of the two that he reads of is his own
    assert sum(seen[0].values()) - sum(seen[1].values()) == 1 + 2
    with as_process("test"):
        Assignment.objects.create(
            case_id=cases[keys[22]] or "", officer=people[0], role=Assignment.Role.RECUSED, from_at=NOON
        )
    recused = _viewer(people[0])
    with session_settings(session_scope(recused)):
        assert keys[22] not in untold(recused)
        assert counted_in_views(recused, None, **spans)[1]["", 0] == 4


def test_many_rows_are_summed_what_comes_to_nothing_goes_and_the_counts_stay(people: list[Officer]) -> None:
    """One alert changed to and fro until five hundred rows stood alone."""
    before = held_equal(people[:1], (NOON,))
    with as_process("test"):
        group = AlertGroup.objects.earliest("key")
    for n in range(60):
        change(group.key, due=END + (n % 7 + 3) * DAY, outer=END + (n % 7 + 4) * DAY)
    change(group.key, due=group.due, outer=group.outer)
    assert held_equal(people[:1], (NOON,)) == before
    with as_process("test"):
        assert KeptCount.objects.filter(is_sum=True).exists()
        assert KeptCount.objects.filter(is_sum=False).count() < 500
