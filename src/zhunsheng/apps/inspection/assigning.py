"""Who reads which file: conflicts found from posts, assignments and events; load shared; a change says why."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from django.db import connection, transaction
from django.utils.timezone import localdate

from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import viewer_of
from zhunsheng.apps.cases.models import Assignment
from zhunsheng.apps.cases.selectors import reachable_cases
from zhunsheng.apps.inspection.models import Assigned, Pick, Plan
from zhunsheng.apps.inspection.people import HEADS, PLANNERS, READERS, code_of, holders, roles_of, team_units
from zhunsheng.apps.inspection.planting import planted_numbers, shown, taken_back, told_of_lot
from zhunsheng.apps.inspection.refusals import ReadingRefused
from zhunsheng.apps.org.models import Leave, Officer, Post
from zhunsheng.core.inspection.readers import BLOCKS, File, Reader, assigned, blocked, second_readings

MINUTES: Final = 60
WORKING_DAYS: Final = 20
INFORMED: Final = """
    SELECT a.officer_id FROM alerts_alert a JOIN alerts_alertgroup g ON g.key = a.group_id
        WHERE g."case" = %(case)s AND a.officer_id IS NOT NULL
    UNION SELECT n.officer_id FROM tasks_given n JOIN tasks_thing t ON t.task_id = n.task_id
        WHERE t."case" = %(case)s AND n.officer_id IS NOT NULL
"""
ROUNDS: Final = {"first": "初评", "second": "复评", "third": "裁定"}


def assign_plan(plan: Plan, *, at: datetime) -> int:
    """Give out the files of a drawn plan, and a tenth of them a second time to somebody else, blind."""
    seed = bytes.fromhex(plan.draw.seed)
    with shown():
        picks = list(plan.picks.filter(assignments=None).exclude(pk__in=taken_back()).order_by("pk"))
        first = _give(picks, "first", seed=seed, at=at, but={})
        random = {str(pick.pk): pick for pick in picks if pick.stream == "random"}
        again = [random[one.id] for one in second_readings(seed, plan=plan.pk, ids=sorted(random))] if random else []
        readers = {pick.pk: {first[pick.pk]} for pick in again if first[pick.pk] is not None}
        _give(again, "second", seed=seed, at=at, but=readers)
    return len(picks)


def assign_pick(pick: Pick, *, seed: bytes, at: datetime) -> Officer | None:
    """Give out one file that was marked for what was found in it."""
    with shown():
        given = _give([pick], "first", seed=seed, at=at, but={})
    return Officer.objects.filter(pk=given[pick.pk] or 0).first()


def third_reader(pick: Pick, *, seed: bytes, at: datetime) -> None:
    """Two readings differ: a third reader decides, and the first two answers stay on record."""
    with shown():
        before = {row.reader_id for row in pick.assignments.all() if row.reader_id}
        _give([pick], "third", seed=seed, at=at, but={pick.pk: before})


def reader_of_number(number: str, *, on: date) -> Officer:
    """Who may read under a number on a day. :raises ReadingRefused: nobody."""
    found = next((one for one in holders(READERS, on=on) if one.number == number.strip()), None)
    if found is None:
        raise ReadingRefused(why=f"没有警号为 {number.strip()[:20]} 的在岗法制员。请核对警号。")
    return found


@transaction.atomic
def reassign(row: Assigned, *, to: Officer, by: Officer, reason: str, at: datetime) -> Assigned:
    """
    Another reader for the same file: a conflict changes the reader and never the file.

    :raises ReadingRefused: no reason, not the legal department, read already, or the other has a stake as well.
    """
    _require(bool(PLANNERS & set(roles_of(by, on=localdate(at)))), "只有法制支队可以更换阅卷人。")
    _require(bool(reason.strip()), "请写明更换阅卷人的原因。")
    _require(not hasattr(row, "submission"), "这份评查表已经提交，不能更换阅卷人。")
    _require(row.pick_id not in taken_back(), "这件卷宗已收回，不用再阅。")
    with shown():
        others = Assigned.objects.filter(pick=row.pick)
        _require(not others.filter(round=row.round, pk__gt=row.pk).exists(), "这件已经换过阅卷人。请刷新后再看。")
        _require(not others.filter(reader=to).exists(), "他已经是或做过这件的阅卷人。请选择别人。")
        why = conflict(row.pick, to, on=localdate(at))
    _require(why is None, f"不能交给这位阅卷人：{BLOCKS.get(why or '', '')}。请选择别人。")
    return Assigned.objects.create(pick=row.pick, round=row.round, reader=to, reason=reason.strip()[:200], at=at)


def conflict(pick: Pick, reader: Officer, *, on: date) -> str | None:
    """Why somebody may not read a file: a key of core.inspection.readers.BLOCKS; None where he may."""
    return blocked(reader_of(reader, on=on), _file(pick, [reader], on=on), on=on)


def _give(
    picks: Sequence[Pick], round_: str, *, seed: bytes, at: datetime, but: Mapping[int, Collection[int | None]]
) -> dict[int, int | None]:
    on = localdate(at)
    people = holders(READERS, on=on)
    files = [_file(pick, people, on=on, also=but.get(pick.pk, set())) for pick in picks]
    given = assigned(files, [reader_of(one, on=on, at=at) for one in people], seed=seed, on=on, round_=round_)
    found: dict[int, int | None] = {}
    by_id = {one.pk: one for one in people}
    for pick in picks:
        chosen = given[str(pick.pk)]
        reader = by_id[int(chosen)] if chosen is not None else None
        Assigned.objects.create(pick=pick, round=round_, reader=reader, at=at)
        found[pick.pk] = reader.pk if reader else None
    return found


def reader_of(officer: Officer, *, on: date, at: datetime | None = None) -> Reader:
    """An officer as the lot knows him: where he serves, served and led, what he has to read. `at`: leave counts."""
    posts = list(Post.objects.filter(officer=officer, from_on__lte=on))
    held = {post.unit_id for post in posts if post.until_on is None or post.until_on > on}
    left = {post.unit_id: post.until_on for post in posts if post.until_on is not None and post.until_on <= on}
    led = {post.unit_id: post.until_on for post in posts if post.role in HEADS and post.unit_id in left}
    away = (
        at is not None
        and Leave.objects.filter(officer=officer, cancelled_at=None, starts_at__lte=at, ends_at__gt=at).exists()
    )
    rows = Assigned.objects.filter(reader=officer, submission=None)
    given = rows.exclude(pick__case__in=planted_numbers()).exclude(pick__in=taken_back()).count()
    return Reader(
        id=str(officer.pk),
        units=frozenset(held),
        left_units=left,
        left_lead={unit: day for unit, day in led.items() if day is not None},
        minutes=given * MINUTES,
        days=0 if away else WORKING_DAYS,
    )


def _file(pick: Pick, people: Iterable[Officer], *, on: date, also: Collection[int | None] = ()) -> File:
    everybody = list(people)
    by_code = {code_of(one): str(one.pk) for one in everybody}
    named = {by_code[code] for code in _named_in(pick.case) if code in by_code}
    on_case = Assignment.objects.filter(case=pick.case).values_list("officer", flat=True)
    officers = named | {str(one) for one in on_case} | {str(one) for one in also if one is not None}
    return File(
        id=str(pick.pk),
        units=team_units(pick.unit),
        minutes=MINUTES,
        officers=frozenset(officers),
        no_access=frozenset(str(one.pk) for one in everybody if not _may_read(one, pick.case, on=on)),
        told=frozenset(map(str, told_of_lot(pick.plan))) if pick.plan else frozenset(),
        informed=frozenset(_informed(pick.case)),
    )


def _informed(case: str) -> set[str]:
    """Who heard of a case before: an alert about it was sent to him, or a task looked at something of it."""
    with connection.cursor() as cursor:
        cursor.execute(INFORMED, {"case": case})
        return {str(row[0]) for row in cursor.fetchall()}


def _named_in(case: str) -> set[str]:
    """Everybody whom an event of the case names: whoever acted, approved or reviewed in it."""
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT DISTINCT unnest(officers) FROM cases_event WHERE "case" = %s AND source <> %s', [case, "inspection"]
        )
        return {str(row[0]) for row in cursor.fetchall()}


def _may_read(officer: Officer, case: str, *, on: date) -> bool:
    viewer = viewer_of(account="", officer=officer.pk, admin_role="", on=on)
    return reachable_cases(viewer, Action.CASE_READ).filter(pk=case).exists()


def _require(holds: bool, why: str) -> None:
    if not holds:
        raise ReadingRefused(why=why)
