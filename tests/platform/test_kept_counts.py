"""What the database keeps of months and of what runs is what counting anew gives: after every change that there is."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from django.db import connections
from django.utils.timezone import localdate

from tests.core.small import limit, rule_text
from tests.platform.people import EAST_STATION, WEST_STATION, city, officer
from tests.platform.supervised import it_is, put_in_force, recorded, rule_files, supervise
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.access.scope import session_scope, viewer_of
from zhunsheng.apps.audit.context import session_settings
from zhunsheng.apps.cases.models import Assignment, Case
from zhunsheng.apps.supervision import releases, rulebooks
from zhunsheng.apps.supervision.kept_counts import in_hand_by_unit, kept_counts
from zhunsheng.apps.supervision.models import OPEN_OUTCOMES, Clock, Finding, InHand, KeptCount

EPOCH = date(1970, 1, 1)
Key = tuple[str, date, str, str, str]


@pytest.fixture
def months_of_work(db: None) -> None:
    """Three cases of two stations and an incident, from March on; on 20 May all are overdue but the one that ended."""
    del db
    it_is("2026-03-02 12:00")
    city()
    put_in_force(rule_files(rule_text()))
    recorded(
        f"2026-03-02 12:00 P1 work.started case=A1 unit={EAST_STATION}\n"
        f"2026-02-27 12:00 P2 work.started case=A1 unit={EAST_STATION}\n"
        f"2026-02-20 12:00 P3 work.started case=A2 unit={WEST_STATION}\n"
        f"2026-03-01 00:00 P4 work.started case=A3 unit={EAST_STATION}\n"
    )
    recorded("2026-03-01 00:00 P4 work.done case=A3 id=done")
    it_is("2026-05-20 12:00")
    supervise()


def kept() -> Counter[Key]:
    """The sums of what is kept, by place; those of the whole city must be the sums of these."""
    of_places: Counter[Key] = Counter()
    of_city: Counter[Key] = Counter()
    with as_process("test"):
        for row in KeptCount.objects.all():
            (of_city if row.unit == "*" else of_places)[row.what, row.day, row.unit, row.label, row.about] += row.n
    summed: Counter[Key] = Counter()
    for (what, day, _unit, label, about), n in of_places.items():
        summed[what, day.replace(day=1) if what == "exceeded" else day, "*", label, about] += n
    assert _without_zeros(of_city) == _without_zeros(summed)
    return _without_zeros(of_places)


def anew() -> Counter[Key]:
    """The same, counted row by row from clocks and findings."""
    found: Counter[Key] = Counter()
    with as_process("test"):
        place = {case.number: (case.unit_id or "", case.label) for case in Case.objects.all()}
        clocks, findings, in_hand = list(Clock.objects.all()), list(Finding.objects.all()), list(InHand.objects.all())
    at_ends: dict[str, set[date]] = {}
    for clock in clocks:
        where = place[clock.case] if clock.case else (clock.unit or "", "")
        if clock.outcome in OPEN_OUTCOMES:
            asked = (clock.question or "", clock.question_fact or "", "hard" if clock.question_hard else "")
            unknown = "unknown" if clock.outcome == "unknown" else ""
            found["open", EPOCH, *where, "|".join((*asked, unknown))] += 1
        if clock.case:
            at_ends.setdefault(clock.case, set()).update(_ends(clock))
    for case, ends in at_ends.items():
        for day in ends:
            found["ran", day, *place[case], ""] += _month(day, -1) not in ends
            found["ran", _month(day, 1), *place[case], ""] -= _month(day, 1) not in ends and day < LAST
    for row in in_hand:
        found["now", EPOCH, *place[row.case], ""] += 1
    for finding in findings:
        if finding.kind == "overdue" and finding.state == "current" and finding.found_at:
            where = place[finding.case] if finding.case else (finding.unit or "", "")
            found["exceeded", localdate(finding.found_at), *where, finding.rule] += 1
    return _without_zeros(found)


LAST = date(2030, 1, 1)
"""The end of a month long after all stories: what runs then runs on."""


def _ends(clock: Clock) -> list[date]:
    """The days after the ends of months at which a clock ran."""
    days = [_month(date(2025, 12, 1), n) for n in range(1, 50)]
    if clock.due is None or clock.start is None or (clock.stopped is None and clock.outcome not in OPEN_OUTCOMES):
        return []
    midnights = {day: datetime.fromisoformat(f"{day.isoformat()}T00:00:00+08:00") for day in days}
    return [day for day, at in midnights.items() if clock.start < at and (clock.stopped is None or clock.stopped >= at)]


def _month(day: date, n: int) -> date:
    index = day.year * 12 + day.month - 1 + n
    return date(index // 12, index % 12 + 1, 1)


def _without_zeros(counts: Counter[Key]) -> Counter[Key]:
    return Counter({key: n for key, n in counts.items() if n})


def test_counts_follow_every_change_of_what_they_count(months_of_work: None) -> None:
    """Late events, corrections, a withdrawal, another unit, another label, a release: after each nothing is missed."""
    del months_of_work
    assert kept() == anew()
    # A1 and A2 run since before the end of February, March, April; A3 began and ended at one midnight: at no end.
    assert kept()["ran", date(2026, 3, 1), EAST_STATION, "ordinary", ""] == 1
    assert sum(n for (what, *_), n in kept().items() if what == "exceeded") == 3

    recorded("2026-04-15 12:00 P2 work.done case=A1 id=late")  # told in May
    supervise()
    assert kept() == anew()
    recorded("2026-03-15 12:00 P2 work.done case=A1 id=late version=2")  # it was a month earlier
    recorded("2026-03-02 12:00 P1 work.started case=A1 id=e01 version=2 void=true")  # it never began
    supervise()
    assert kept() == anew()
    # In hand at the ends of February alone: P2 ended on 15 March, P1 is no more.
    assert kept()["ran", date(2026, 4, 1), EAST_STATION, "ordinary", ""] == -1

    # Of two that run in A2 one never began: the other runs at the same ends of months.
    recorded(f"2026-02-10 12:00 P5 work.started case=A2 id=second unit={WEST_STATION}")
    supervise()
    recorded(f"2026-02-10 12:00 P5 work.started case=A2 id=second unit={WEST_STATION} version=2 void=true")
    supervise()
    assert kept() == anew()

    with as_process("test"):
        Case.objects.filter(pk="A1").update(unit_id=WEST_STATION)
        Case.objects.filter(pk="A2").update(label="minor")
    assert kept() == anew()
    assert not any(unit == EAST_STATION and what == "ran" for what, _day, unit, *_ in kept())

    with as_process("test"):
        longer = rule_files(rule_text(limit(90, "days", "day_after")))
        preview = releases.preview(rulebooks.loaded(longer), as_of=it_is("2026-05-20 12:01"))
        releases.propose(longer, by="wang", shown=preview)
        releases.decide(second="li", confirmed=True)
    supervise()
    assert kept() == anew()
    assert not any(what == "exceeded" for what, *_ in kept())  # under ninety days nothing is overdue on 20 May


def test_a_viewer_counts_his_units_and_the_cases_to_which_he_stands_in_a_way_of_his_own(months_of_work: None) -> None:
    """The head of the east reaches A1 and A3, and not A2 of the west. Recused from A1 he loses it; the city stays."""
    del months_of_work
    head = officer("035077", ("unit_head", EAST_STATION))
    legal = officer("035078", ("legal_department", "350200000000"))
    own, city_ = _in_hand_of(head.pk)
    assert (own, city_) == (1, 2)
    assert _in_hand_of(legal.pk) == (2, 2)
    with as_process("test"):
        for one in (head, legal):
            Assignment.objects.create(
                case_id="A1", officer=one, role=Assignment.Role.RECUSED, from_at=it_is("2026-05-20 12:01")
            )
    assert _in_hand_of(head.pk) == (0, 2)
    assert _in_hand_of(legal.pk) == (1, 2)
    # Whoever reaches a case only by his own work on it has it in his counts, too.
    with as_process("test"):
        Case.objects.filter(pk="A2").update(label="minor")
        Case.objects.filter(pk="A1").update(label="sensitive")
    other = officer("035079", ("officer", EAST_STATION))
    assert _in_hand_of(other.pk) == (0, 2)
    with as_process("test"):
        Assignment.objects.create(
            case_id="A2", officer=other, role=Assignment.Role.CASE_OFFICER, from_at=it_is("2026-05-20 12:02")
        )
    assert _in_hand_of(other.pk) == (1, 2)


def _in_hand_of(officer_id: int) -> tuple[int, int]:
    """Cases in hand that an officer may list, and those of the city; the first as the list of cases has them."""
    viewer = viewer_of(account="x", officer=officer_id, admin_role="", on=date(2026, 5, 20))
    with session_settings(session_scope(viewer)):
        rows = kept_counts(("now",))
        assert sum(row.own for row in rows) == InHand.objects.count() == sum(in_hand_by_unit().values())
        listed = set(InHand.objects.values_list("case", flat=True))
        for read in (["A1"], ["A2"], ["A1", "A2", "A3"]):  # of what he reads, nothing is in his hands
            assert sum(in_hand_by_unit(read).values()) == len(listed - set(read))
        return sum(row.own for row in rows), sum(row.city for row in rows)


def test_many_rows_are_summed_and_their_sums_stay(db: None) -> None:
    """Five thousand rows of three kinds, then one more: what stands alone is put together, and counts the same."""
    del db
    insert = (
        "INSERT INTO supervision_keptcount (what, day, unit, label, about, n)"
        " SELECT 'ran', date '2026-01-01' + 31 * (k %% 3), 'u', 'ordinary', '', 1 FROM generate_series(1, %s) AS k"
    )
    with connections["owner"].cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(insert, [5000])
        cursor.execute(insert, [1])
        cursor.execute(
            "SELECT unit, count(*), sum(n) FROM supervision_keptcount WHERE unit IN ('u', '*') AND label = 'ordinary'"
            " AND day < '2026-04-01' GROUP BY unit ORDER BY unit"
        )
        assert cursor.fetchall() == [("*", 4, 5001), ("u", 4, 5001)]  # three sums, and the row that came after
        cursor.execute("ROLLBACK")


def test_a_day_counts_by_shanghai_time(months_of_work: None) -> None:
    """P1 had until 12 March 24:00: exceeded from the midnight that begins the 13th there, the 12th in Greenwich."""
    del months_of_work
    due = datetime.fromisoformat("2026-03-13T00:00:00+08:00")
    with as_process("test"):
        assert Finding.objects.filter(kind="overdue", found_at__range=(due, due + timedelta(minutes=1))).exists()
    assert kept()["exceeded", date(2026, 3, 13), EAST_STATION, "ordinary", "small"] >= 1
