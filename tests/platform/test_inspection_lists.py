"""The lists of inspection and of labels: pages of fifty, filters in the address, an act that stays in its place, and
workbooks of the whole; none of it tells a planted file from a true one."""

import re
from datetime import timedelta
from typing import Final

import pytest
from django.urls import reverse

from tests.platform.accounts import Person, account, signed_in
from tests.platform.inspection_world import HOUR, Inspection, at, build, planned
from tests.platform.listed import FORMULA, onward, page_of, rows, taken
from tests.platform.people import EAST, EAST_STATION, WEST, WEST_STATION
from tests.platform.planted_world import lot, made_up, plant
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.cases.models import Case
from zhunsheng.apps.cases.services import register_case, set_label
from zhunsheng.apps.inspection import planting
from zhunsheng.apps.inspection.models import Answer, Assigned, Draw, Frame, Pick, Plan, Submission, Void
from zhunsheng.apps.org.models import Officer, Unit

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def world() -> Inspection:
    return build(closed=60)


def cases_in(text: str) -> list[str]:
    """The numbers of cases on a page, each once, in their order."""
    return list(dict.fromkeys(re.findall(r"A3502\d{18}", text)))


def given(world: Inspection, reader: Officer, *, cases: int, read: int = 0) -> list[Assigned]:
    """Files of the risk stream that a reader has, one for each case; the first of them handed in."""
    with as_process("test"):
        units = dict(Case.objects.values_list("number", "unit_id"))
        made = []
        for n, case in enumerate(world.cases[:cases]):
            when = HOUR + timedelta(minutes=n)
            pick = Pick.objects.create(case=case, unit=units[case], stream="risk", points="5", at=when)
            made.append(Assigned.objects.create(pick=pick, round="first", reader=reader, at=when))
        for row in made[:read]:
            Submission.objects.create(assigned=row, by=reader, at=at("11-18 10:00"))
    return made


def faults(rows_: list[Assigned], reader: Officer, *, note: str = "") -> list[Answer]:
    """A fault in each of some files: a flaw in every third, else a problem; the sheets are handed in."""
    with as_process("test"), planting.shown():
        made = [
            Answer.objects.create(
                assigned=row, sheet="CR", sheet_version=1, question="CR12" if n % 2 else "CR03", version=1,
                answer="flaw" if n % 3 == 0 else "problem", note=note or f"见第{n}页", page="1", basis="刑规206",
                responsible="036009", remedy_days=2, by=reader, at=at("11-17 09:00") + timedelta(minutes=n),
            )
            for n, row in enumerate(rows_)
        ]  # fmt: skip
        for row in rows_:
            Submission.objects.create(assigned=row, by=reader, at=at("11-18 10:00"))
    return made


def test_a_reader_turns_the_pages_of_his_files_those_that_wait_first(world: Inspection) -> None:
    me = signed_in(account("me", officer=world["reader"]))
    given(world, world["reader"], cases=60, read=4)
    first = page_of(me, "/inspection/tasks/")
    second = page_of(me, onward(first, "/inspection/tasks/"))
    assert (rows(first), rows(second)) == (50, 10)
    assert re.search(r'href="\?state=waiting#tasks">56<', first)
    assert cases_in(first) + cases_in(second) == [*world.cases[4:60], *world.cases[:4]]
    assert rows(page_of(me, "/inspection/tasks/?state=done")) == 4
    west = cases_in(page_of(me, f"/inspection/tasks/?unit={WEST}"))
    assert west == [*world.cases[4:60:2], *world.cases[:4:2]]
    assert cases_in(page_of(me, f"/inspection/tasks/?case={world.cases[7][-4:]}")) == [world.cases[7]]
    assert cases_in(page_of(me, "/inspection/tasks/?sort=-case"))[0] == max(world.cases)
    assert rows(page_of(me, "/inspection/tasks/?in=last")) == 50  # given out in November, and it is December
    assert "没有符合条件的案卷。" in page_of(me, "/inspection/tasks/?in=month")
    assert "没有符合条件的案卷。" in page_of(me, "/inspection/tasks/?round=third")
    assert [row[0] for row in taken(me, "inspection:tasks_sheet", "?state=done")] == world.cases[:4]
    assert len(taken(me, "inspection:tasks_sheet")) == 60


def test_problems_are_confirmed_in_their_place_and_none_is_passed_over(world: Inspection) -> None:
    made = faults(given(world, world["reader"], cases=60), world["reader"])
    second = signed_in(account("second", officer=world["second"]))
    first = page_of(second, "/inspection/problems/")
    assert (rows(first), cases_in(first)) == (50, world.cases[:50])
    assert '<a href="?#waiting">60<' in first
    place = onward(first, "/inspection/problems/")
    assert cases_in(page_of(second, place)) == world.cases[50:]
    # Confirmed on the second page, one comes back to it, and nothing of it is lost
    answer = second.post(place, answer=str(made[50].pk), confirmed="no", reason="卷里有")
    assert (answer.status_code, answer["Location"]) == (302, place)
    assert cases_in(page_of(second, place)) == world.cases[51:]
    # What was confirmed on the first page moves nothing of the second
    second.post("/inspection/problems/", answer=str(made[0].pk), confirmed="no", reason="卷里有")
    assert cases_in(page_of(second, place)) == world.cases[51:]
    for one in made[51:]:
        second.post(place, answer=str(one.pk), confirmed="no", reason="卷里有")
    # Where nothing is left the list begins anew
    assert cases_in(page_of(second, place)) == world.cases[1:50]


def test_problems_are_filtered_and_taken_away_and_no_text_is_a_formula(world: Inspection) -> None:
    faults(given(world, world["reader"], cases=12), world["reader"], note=FORMULA)
    second = signed_in(account("second", officer=world["second"]))
    path, cases = "/inspection/problems/", world.cases[:12]
    assert cases_in(page_of(second, f"{path}?unit={EAST}")) == cases[1::2]
    assert cases_in(page_of(second, f"{path}?answer=flaw")) == cases[::3]
    assert cases_in(page_of(second, f"{path}?question=CR12")) == cases[1::2]
    assert cases_in(page_of(second, f"{path}?case={cases[3][-6:].lower()}")) == [cases[3]]
    assert cases_in(page_of(second, f"{path}?sort=-at")) == cases[::-1]
    assert "没有符合条件的问题。" in page_of(second, f"{path}?answer=flaw&question=CR12&unit={WEST}")
    found = taken(second, "inspection:problems_sheet", "?answer=flaw")
    assert [(row[0], row[4]) for row in found] == [(case, FORMULA) for case in cases[::3]]
    # A reader's own finding is for others to confirm, on the page and in the workbook
    own = signed_in(account("own", officer=world["reader"]))
    assert "没有待确认的问题。" in page_of(own, path)
    assert taken(own, "inspection:problems_sheet") == []


def test_a_place_that_somebody_made_up_begins_at_the_first_page(world: Inspection) -> None:
    faults(given(world, world["reader"], cases=3), world["reader"])
    reader, second = (signed_in(account(name, officer=world[name])) for name in ("reader", "second"))
    # ["x","y"], [1,2], an instant and "x"
    for key in ("WyJ4IiwieSJd", "WzEsMl0", "WyIyMDI2LTExLTE3VDA5OjAwOjAwKzA4OjAwIiwgIngiXQ"):
        assert rows(page_of(second, f"/inspection/problems/?after={key}")) == 3
        assert rows(page_of(reader, f"/inspection/tasks/?sort=at&after={key}")) == 3


def test_what_a_reader_finds_in_a_case_of_mine_leaves_no_workbook_of_mine(world: Inspection) -> None:
    """A second reading is blind: what the first found is in no page and no file of the second reader."""
    first = given(world, world["reader"], cases=2)
    with as_process("test"):
        Assigned.objects.create(pick=first[0].pick, round="second", reader=world["second"], at=HOUR)
    faults(first, world["reader"])
    blind = signed_in(account("blind", officer=world["second"]))
    assert cases_in(page_of(blind, "/inspection/problems/")) == [world.cases[1]]
    assert [row[0] for row in taken(blind, "inspection:problems_sheet")] == [world.cases[1]]
    assert rows(page_of(blind, "/inspection/problems/?case=" + world.cases[0])) == 0


def test_every_sheet_that_is_out_is_reached_and_given_to_another(world: Inspection) -> None:
    given(world, world["reader"], cases=60)
    planner = signed_in(account("planner", officer=world["planner"]))
    first = page_of(planner, "/inspection/readers/")
    assert '<a href="?#out">60<' in first
    assert first.count("<option") == page_of(planner, "/inspection/readers/").count("<option")
    place = onward(first, "/inspection/readers/")
    assert cases_in(page_of(planner, place)) == world.cases[50:]
    with as_process("test"):
        last = Assigned.objects.get(pick__case=world.cases[59])
    answer = planner.post(place, reading=str(last.pk), number=world["third"].number, reason="出差")
    assert (answer.status_code, answer["Location"]) == (302, place)
    assert cases_in(page_of(planner, f"/inspection/readers/?reader={world['third'].number}")) == [world.cases[59]]
    assert cases_in(page_of(planner, f"/inspection/readers/?reader={world['third'].name}&stream=random")) == []
    assert rows(page_of(planner, f"/inspection/readers/?unit={EAST_STATION}")) == 30
    # One that is on another page is not given from this one
    assert planner.post("/inspection/readers/", reading=str(last.pk), number="036003", reason="x").status_code == 422
    assert len(taken(planner, "inspection:readers_sheet")) == 60


def plan_at(world: Inspection, n: int, unit: str) -> Plan:
    """A plan that waits for its draw, with an empty frame."""
    made = Plan.objects.create(
        id=f"IP-2025-{n // 28 + 1:02d}-{n % 28 + 1:02d}", title=f"第{n}期", unit=unit, from_on=HOUR.date(),
        until_on=HOUR.date() + timedelta(days=1), below="5", drawn=n + 1, hour=HOUR, by=world["planner"],
        at=HOUR + timedelta(minutes=n),
    )  # fmt: skip
    Frame.objects.create(plan=made, files=100, hash="a" * 64, by=world["planner"], at=HOUR)
    return made


def test_plans_stand_in_one_list_whatever_became_of_them(world: Inspection) -> None:
    with as_process("test"):
        made = [plan_at(world, n, EAST if n % 2 else WEST) for n in range(55)]
        for one in made[:3]:
            Draw.objects.create(
                plan=one, nonce="0" * 32, head="1" * 64, head_at=HOUR, seed="2" * 64, record="3" * 64, at=HOUR
            )
        Void.objects.create(plan=made[3], reason="没有承诺", at=HOUR)
        for one, case in zip(made[:2], world.cases, strict=False):
            pick = Pick.objects.create(
                plan=one, case=case, unit=WEST_STATION, stream="random", stratum="x", mark="4" * 64, inclusion="1/2",
                at=HOUR,
            )  # fmt: skip
            row = Assigned.objects.create(pick=pick, round="first", reader=world["reader"], at=HOUR)
            if one == made[0]:
                Submission.objects.create(assigned=row, by=world["reader"], at=HOUR)
    planner = signed_in(account("planner", officer=world["planner"]))

    def listed(query: str = "") -> list[str]:
        return re.findall(
            r'data-open href="/inspection/plans/([^/]*)/"', page_of(planner, f"/inspection/plans/{query}")
        )

    first = page_of(planner, "/inspection/plans/")
    assert re.search(r'href="\?state=waiting#plans">51<', first)
    assert listed() + listed(onward(first, "")) == [one.pk for one in made[::-1]]
    assert [listed(f"?state={name}") for name in ("read", "drawn", "void")] == [
        [made[0].pk], [made[2].pk, made[1].pk], [made[3].pk],
    ]  # fmt: skip
    for name, title in (("read", "已查完"), ("drawn", "已抽取"), ("void", "已作废")):
        assert f'<span class="tag">{title}</span>' in page_of(planner, f"/inspection/plans/?state={name}")
    assert listed(f"?unit={EAST}&q=第1") == [made[n].pk for n in (19, 17, 15, 13, 11, 1)]
    assert listed("?q=IP-2025-01-28") == [made[27].pk]
    assert listed("?sort=drawn")[:2] == [made[0].pk, made[1].pk]
    assert "没有符合条件的抽查计划。" in page_of(planner, "/inspection/plans/?q=没有")
    found = taken(planner, "inspection:plans_sheet")
    assert [row[0] for row in found] == [one.pk for one in made[::-1]]
    assert [row[0] for row in taken(signed_in(account("jd", officer=world["witness"])), "inspection:plans_sheet")] == [
        row[0] for row in found
    ]


def test_labelled_cases_are_paged_filtered_and_changed_in_their_place(world: Inspection) -> None:
    with as_process("test"):
        unit = Unit.objects.get(pk=EAST_STATION)
        for n, number in enumerate(world.cases[:58]):
            case = Case.objects.get(pk=number)
            set_label(case=case, label=("sensitive", "minor", "recusal")[n % 3])
        register_case(number="A3502110000002026100001", title="x", kind=Case.Kind.CRIMINAL, unit=unit)
    legal, newest = signed_in(account("fz", officer=world["planner"])), sorted(world.cases[:58], reverse=True)
    first = page_of(legal, "/labels/")
    assert '<a href="?#labelled">58<' in first
    place = onward(first, "/labels/")
    assert cases_in(first) + cases_in(page_of(legal, place)) == newest
    assert cases_in(page_of(legal, "/labels/?label=minor")) == [one for one in newest if one in world.cases[1:58:3]]
    assert rows(page_of(legal, f"/labels/?unit={WEST}")) == 29
    assert cases_in(page_of(legal, f"/labels/?number={newest[3][-8:]}&unit={WEST}&sort=label")) in ([newest[3]], [])
    # The number that is pressed comes into the form, and the change leads back to where it was pressed
    changed = legal.post(f"{place}&case={newest[55]}", case=newest[55], label="ordinary", purpose="已公开")
    assert (changed.status_code, changed["Location"]) == (302, place)
    assert newest[55] not in page_of(legal, place)
    assert len(taken(legal, "cases:labels_sheet")) == 57
    assert {row[1] for row in taken(legal, "cases:labels_sheet", "?label=recusal")} == {"回避"}
    # Who may take lists away and changes no label, takes none of these
    head = signed_in(account("head", officer=world["head"]))
    assert head.export("/labels.xlsx").status_code == 403


ALIKE: Final = (
    "", "state=waiting", "state=done", f"unit={WEST}", f"unit={EAST}", "stream=random", "stream=risk", "round=first",
    "round=second", "in=last", "in=month", "case=A350205010000", "case=20261", "sort=case", "sort=-at",
)  # fmt: skip
"""Queries that fit a planted file of the western station and a true one alike, or neither."""


def same(person: Person, name: str, query: str, made: str, real: str) -> bool:
    """Whether a page and its workbook hold both of two cases or neither, with the same cells filled."""
    text, found = page_of(person, f"{reverse(name)}?{query}"), {}
    for row in taken(person, f"{name}_sheet", f"?{query}"):
        found[row[0]] = [bool(cell) for cell in row]
    assert [case in text for case in (made, real)] == [case in found for case in (made, real)]
    return found.get(made) == found.get(real)


def test_no_filter_order_or_workbook_tells_a_planted_file() -> None:
    world = build(closed=4)
    made, real = plant(world, made_up("CR12")), world.cases[0]
    with as_process("test"), planting.shown():
        both = []
        for case in (made, real):
            pick = Pick.objects.create(
                case=case, unit=WEST_STATION, stream="random", stratum="x", mark="4" * 64, inclusion="1/2", at=HOUR
            )
            both.append(Assigned.objects.create(pick=pick, round="first", reader=world["reader"], at=HOUR))
    reader, planner, other = (signed_in(account(name, officer=world[name])) for name in ("reader", "planner", "second"))
    for query in ALIKE:
        assert same(reader, "inspection:tasks", query, made, real), query
        assert same(planner, "inspection:readers", query, made, real), query
    # What was found in both waits for a second person under the same filters
    faults(both, world["reader"])
    assert '待确认</span><p class="num"><a href="?#waiting">2<' in page_of(other, "/inspection/problems/")
    for query in ("", f"unit={WEST}", f"unit={EAST}", f"case={made[:19]}", "sort=-at"):
        assert same(other, "inspection:problems", query, made, real), query
    assert rows(page_of(other, "/inspection/problems/?answer=flaw")) == 1
    assert rows(page_of(other, "/inspection/problems/?answer=problem")) == 1
    # No case of the register has its label
    with as_process("test"), planting.shown():
        Case.objects.filter(pk=made).update(label="minor")
    assert rows(page_of(planner, f"/labels/?number={made}")) == 0


def test_every_file_of_a_plan_is_on_one_of_its_pages(world: Inspection) -> None:
    plan = lot(world, files=60)
    planner, path = signed_in(account("planner", officer=world["planner"])), f"/inspection/plans/{plan.pk}/"
    first = page_of(planner, path)
    second = page_of(planner, onward(first, path))
    found = [re.findall(r"<tr><td>(A3502\d{18})", text) for text in (first, second)]
    assert [len(part) for part in found] == [50, 10]
    assert sorted(found[0] + found[1]) == sorted(world.cases)
    assert 'rel="prev" href="?before=' in second
    assert "件没有列出" not in first


def test_a_plan_of_a_city_is_in_the_list_as_its_page_has_it(world: Inspection) -> None:
    plan = planned(world)
    planner = signed_in(account("planner", officer=world["planner"]))
    (row,) = taken(planner, "inspection:plans_sheet")
    assert (row[0], row[4], row[5], row[8]) == (plan.pk, 60.0, 12.0, "等待抽取")
