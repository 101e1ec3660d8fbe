"""Files with known problems among those read: nobody can tell them, nothing counts them. Fault 13, story 16."""

import itertools
import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any
from zlib import crc32

import pytest
from django.db import connection
from django.urls import NoReverseMatch, get_resolver, reverse

from tests.inspection.classifier import separation
from tests.platform.accounts import Person, account, signed_in
from tests.platform.crawling import named
from tests.platform.inspection_world import (
    HOUR,
    Inspection,
    at,
    build,
    closed_case,
    committed,
    drawn,
    given_out,
    planned,
)
from tests.platform.people import CITY, EAST_STATION, WEST_STATION
from tests.platform.standing import FILING, exceeded, key_of, open_alert, running
from tests.platform.test_api_out import of_account
from zhunsheng.apps.access.processes import as_process, as_viewer
from zhunsheng.apps.access.scope import Viewer, viewer_of
from zhunsheng.apps.alerts.directory import Directory
from zhunsheng.apps.alerts.models import AlertGroup
from zhunsheng.apps.alerts.policy import alert_policy
from zhunsheng.apps.cases.dossiers import open_dossier
from zhunsheng.apps.cases.models import Case, Document, Dossier, Page
from zhunsheng.apps.cases.services import register_case
from zhunsheng.apps.desk.alert_page import ACTS
from zhunsheng.apps.desk.elements import VIEWS
from zhunsheng.apps.inspection import assigning, book, cards, lists, plans, planting, reading, results, selecting
from zhunsheng.apps.inspection.models import Assigned, Card, Pick, Plan, Planted, PlantedTold, Submission
from zhunsheng.apps.inspection.refusals import PlantRefused, ReadingRefused
from zhunsheng.apps.inspection.sheet_page import sheet_page, task_rows
from zhunsheng.apps.org.models import Unit
from zhunsheng.apps.org.services import add_unit
from zhunsheng.core.inspection.planting import Paper, PlantedFile
from zhunsheng.core.inspection.sheets import Answer as Said
from zhunsheng.web.demo import planted as demonstration

pytestmark = pytest.mark.usefixtures("db")
BEFORE = at("09-30 10:00")
KINDS = ("受案登记表", "讯问笔录", "扣押清单", "起诉意见书")


@pytest.fixture
def world() -> Inspection:
    return build(closed=24)


def made_up(
    *known: str,
    unit: str = WEST_STATION,
    n: int = 0,
    papers: Sequence[Paper] = (Paper("讯问笔录", "", None, True, ()),),
    said: Mapping[str, str] | None = None,
) -> PlantedFile:
    """A theft of October under a station, with the problems of some questions in it."""
    return PlantedFile(
        title=f"电动车被盗案{n}", kind="criminal", unit=unit, month="202610", result="prosecution.transferred",
        ended_on=date(2026, 10, 1 + n % 28), known=known, uses=(), said=said or {}, papers=tuple(papers),
    )  # fmt: skip


def plant(world: Inspection, file: PlantedFile, *, told: Sequence[str] = ()) -> str:
    with as_process("test"):
        return planting.plant(file, {}, by=world["witness"], at=BEFORE, told=[world[name] for name in told])


def viewer(world: Inspection, name: str) -> Viewer:
    return viewer_of(account=name, officer=world[name].pk, admin_role="", on=HOUR.date())


def lot(world: Inspection, *, files: int) -> Plan:
    """A plan that draws so many files, drawn and given out."""
    plan = planned(world, drawn=files, below="70")
    committed(world, plan)
    drawn(world, plan)
    given_out(plan)
    return Plan.objects.get(pk=plan.pk)


def read_all(plan: Plan, problems: dict[str, str]) -> None:
    """Every file handed in by everybody who has it; in some files each of them found a problem."""
    with as_process("test"), planting.shown():
        for row in Assigned.objects.filter(pick__plan=plan).select_related("pick", "reader").order_by("pk"):
            assert row.reader is not None
            if question := problems.get(row.pick.case):
                reading.answer(row, problem(question), by=row.reader, at=at("11-17 09:00"))
            Submission.objects.create(assigned=row, by=row.reader, at=at("11-17 10:00"))


def problem(question: str) -> Said:
    return Said(question, "problem", "", "1", "", "刑规206", "036009", 2)


def told_of(case: str) -> set[str]:
    """What the log holds of a case, read by nobody of ours: the owner's view would see it."""
    with as_process("test"), planting.shown(), connection.cursor() as cursor:
        cursor.execute('SELECT type FROM cases_event WHERE "case" = %s', [case])
        return {row[0] for row in cursor.fetchall()}


def test_16_planted_files_are_read_like_others_and_enter_no_rate_no_load_and_no_points(
    world: Inspection,
) -> None:
    faulty, clean = plant(world, made_up("CR12")), plant(world, made_up(unit=EAST_STATION))
    plan = lot(world, files=26)
    assert plan.frame.files == 26
    with as_process("test"):
        # why: of 26 files drawn whole two are planted; every process of ours sees the other 24
        assert Pick.objects.filter(plan=plan).count() == 24
        assert plans.counted(plan) == (24, 24)
        # why: of 24 files to be read two should be planted, and both are there
        assert planting.still_to_plant() == 0
        published = json.loads(plans.published(plan))
    assert {faulty, clean} <= {row["id"] for part in published["strata"] for row in part["picks"]}
    read_all(plan, {faulty: "CR12", world.cases[0]: "CR12"})
    found = results.result(plan)
    assert found.files == 24
    assert found.rate is not None
    # why: one of 24 files has a problem; the planted one would make it 2 of 26
    assert found.rate.value == pytest.approx(1 / 24)
    assert "inspection.sample_settled" not in told_of(faulty) | told_of(clean)
    with as_process("test"):
        assert planting.still_to_plant() == 0  # nothing is to be read any more
        detected = planting.found_by_readers()
    plan_page = signed_in(account("fz", officer=world["planner"])).get(f"/inspection/plans/{plan.pk}/").content.decode()
    assert "阅卷人检出率 100" in plan_page
    page = signed_in(account("dc", officer=world["witness"])).get("/oversight/").content.decode()
    assert "检验阅卷的卷宗" in page
    assert faulty in page
    assert clean not in signed_in(account("head", officer=world["head"])).get("/oversight/").content.decode()
    assert detected.sensitivity is not None
    assert (detected.sensitivity.found, detected.sensitivity.planted) == (1, 1)
    assert detected.false_problems is not None
    assert (detected.false_problems.found, detected.false_problems.planted) == (0, 1)


def test_a_problem_that_was_made_up_is_confirmed_without_a_card(world: Inspection) -> None:
    faulty = plant(world, made_up("CR12"))
    read_all(lot(world, files=25), {faulty: "CR12"})
    with as_process("test"), planting.shown():
        row = Assigned.objects.get(pick__case=faulty, round="first")
        found = row.answers.get(answer="problem")
        other = next(
            world[name] for name in ("planner", "reader", "second", "third") if world[name].pk != row.reader_id
        )
        assert reading.confirm(found, by=other, confirmed=True, reason="", care="fault", at=at("11-18 09:00")) is None
        assert not Card.objects.exists()
    assert "inspection.confirmed" not in told_of(faulty)


def test_a_planted_file_is_there_for_its_readers_and_for_no_list_no_count_and_no_station(world: Inspection) -> None:
    number = plant(world, made_up("CR12"))
    for name in ("planner", "witness", "head", "case_officer", "west_legal"):
        with as_viewer(viewer(world, name)):
            # Not even whoever may list every case of the city finds it there
            assert not Case.objects.filter(pk=number).exists()
            assert not Planted.objects.exists()
            assert not PlantedTold.objects.exists()
    with as_process("test"):
        assert not Case.objects.filter(pk=number).exists()
        assert not Dossier.objects.filter(case=number).exists()
        with planting.shown():
            pick = Pick.objects.create(case=number, unit=WEST_STATION, stream="risk", points="1", at=HOUR)
            Assigned.objects.create(pick=pick, round="first", reader=world["west_legal"], at=HOUR)
        assert not Pick.objects.exists()
    with as_viewer(viewer(world, "west_legal")):
        assert Case.objects.filter(pk=number).exists()
    for name, sees in {"planner": True, "witness": True, "west_legal": True, "head": True, "east_head": False}.items():
        with as_viewer(viewer(world, name)):
            # Its place in a lot is seen like that of a true case of the same unit: who reads what is no mark
            assert Pick.objects.filter(case=number).exists() is sees


def test_a_planted_file_is_numbered_as_the_cases_of_its_unit_are(world: Inspection) -> None:
    squad = "350205010100"
    with as_process("test"):
        add_unit(code=squad, name="西一所案件办理队", short_name="西一所办案队", kind="case_squad", parent=WEST_STATION)
        for n in (3, 5):
            number = f"A{WEST_STATION}202610{200 + n:04d}"
            register_case(number=number, title="盗窃案", kind=Case.Kind.CRIMINAL, unit=Unit.objects.get(pk=squad))
    # why: the cases of the squad bear the code of its station
    assert plant(world, made_up("CR12", unit=squad)).startswith(f"A{WEST_STATION}202610")


def test_who_is_to_know_sees_which_files_are_planted_and_reads_none_of_their_lot(world: Inspection) -> None:
    number = plant(world, made_up("CR12"), told=["second"])
    plan = lot(world, files=25)
    pages = {
        name: signed_in(account(name.replace("_", "-"), officer=world[name]))
        for name in ("second", "planner", "witness")
    }
    for name, knows in {"second": True, "witness": True, "planner": False}.items():
        drawn_page = pages[name].get(f"/inspection/plans/{plan.pk}/").content.decode()
        assert number in drawn_page
        assert ("检验卷宗" in drawn_page) is knows
        listed = pages[name].get("/inspection/plans/").content.decode()
        assert (number in listed) is knows
        assert ("检验阅卷的卷宗" in listed) is knows
    with as_process("test"):
        given = set(Assigned.objects.filter(pick__plan=plan).values_list("reader", flat=True))
        assert world["second"].pk not in given
        true = Assigned.objects.filter(pick__plan=plan, round="first").first()
        assert true is not None
        # He is refused any file of the lot, so that the refusal says nothing of one
        with pytest.raises(ReadingRefused, match="检验卷宗"):
            assigning.reassign(true, to=world["second"], by=world["planner"], reason="出差", at=at("11-16 10:00"))
    with pytest.raises(PlantRefused, match="只能告知法制支队"):
        plant(world, made_up("CR12", n=1), told=["head"])


def test_no_figure_moves_otherwise_when_a_planted_sheet_is_handed_in_than_when_a_true_one_is(world: Inspection) -> None:
    faulty = plant(world, made_up("CR12"))
    plan = lot(world, files=25)
    with as_process("test"), planting.shown():
        rows = {row.pick.case: row for row in Assigned.objects.filter(pick__plan=plan, round="first")}
    planner = signed_in(account("fz", officer=world["planner"]))
    seen = []
    for case in (world.cases[0], faulty):
        with as_process("test"), planting.shown():
            row = rows[case]
            assert row.reader is not None
            reading.answer(row, problem("CR12"), by=row.reader, at=at("11-17 09:00"))
            Submission.objects.create(assigned=row, by=row.reader, at=at("11-17 10:00"))
        texts = [planner.get(f"/inspection/plans/{part}").content.decode() for part in ("", f"{plan.pk}/")]
        assert "检出率" not in texts[1]
        seen.append((re.findall(r"还有 (\d+) 件没有查完", texts[1]), re.findall(r'"已查">(\d+)', texts[0])))
    # why: of 25 sheets each leaves one less, whichever it was
    assert seen == [(["24"], ["1"]), (["23"], ["2"])]
    with as_process("test"):
        assert planting.found_by_readers().sensitivity is None  # the lot is not read whole
    read_all_others(plan)
    with as_process("test"), planting.shown():
        # What its reader says once he may know is no reading: a second answer leaves the first where it was counted
        row = rows[faulty]
        reading.answer(row, Said("CR12", "pass"), by=row.reader, at=at("11-20 09:00"))  # type: ignore[arg-type]
        sensitivity = planting.found_by_readers().sensitivity
    assert sensitivity is not None
    assert (sensitivity.found, sensitivity.planted) == (1, 1)


def read_all_others(plan: Plan) -> None:
    """Every sheet that is still out handed in."""
    with as_process("test"), planting.shown():
        for row in Assigned.objects.filter(pick__plan=plan, submission=None).select_related("reader"):
            assert row.reader is not None
            Submission.objects.create(assigned=row, by=row.reader, at=at("11-18 10:00"))


def test_what_another_found_in_a_case_is_withheld_from_whoever_reads_it(world: Inspection) -> None:
    plan = lot(world, files=24)
    with as_process("test"):
        second = Assigned.objects.filter(pick__plan=plan, round="second").select_related("pick", "reader").first()
        assert second is not None
        case = second.pick.case
        first = Assigned.objects.select_related("reader").get(pick=second.pick, round="first")
        assert first.reader is not None
        assert second.reader is not None
        found = reading.answer(first, problem("CR12"), by=first.reader, at=at("11-17 09:00"))
        Submission.objects.create(assigned=first, by=first.reader, at=at("11-17 10:00"))
        card = cards.issue(
            cards.Fault(case, WEST_STATION, "讯问笔录少一名侦查人员签名", "刑规202", "fault", finding="f" * 64),
            by=first.reader, at=at("11-17 10:00"),
        )  # fmt: skip
        held = cards.locked(card.number)
        cards.add(held, "answered", by=world["head"], at=at("11-17 11:00"), reason="已补", document_no="1号")
        free = next(
            world[name] for name in ("reader", "second", "third") if world[name] not in (first.reader, second.reader)
        )
    blind, other = signed_in(account("blind", officer=second.reader)), signed_in(account("other", officer=free))
    places = {"/inspection/problems/": case, "/rectification/": card.number}
    assert [named in other.get(place).content.decode() for place, named in places.items()] == [True, True]
    assert [named in blind.get(place).content.decode() for place, named in places.items()] == [False, False]
    assert blind.get(f"/rectification/{card.number}/").status_code == 404
    assert blind.post("/inspection/problems/", answer=str(found.pk), confirmed="yes").status_code == 404
    who = viewer_of(account="blind", officer=second.reader.pk, admin_role="", on=HOUR.date())
    with as_viewer(who):
        assert lists.cards_waiting(who) == 0  # the menu counts no more than the list shows
    read_all_others(plan)
    assert [named in blind.get(place).content.decode() for place, named in places.items()] == [True, True]


def test_an_alert_passes_over_whoever_reads_its_case_where_another_holds_the_office(world: Inspection) -> None:
    plan = lot(world, files=24)
    with as_process("test"):
        reads = {world[name].pk for name in ("planner", "reader", "second", "third")}
        rows = list(Assigned.objects.filter(pick__plan=plan).select_related("pick"))
        case = next(row.pick.case for row in rows if row.reader_id in reads)
        readers = {row.reader_id for row in rows if row.pick.case == case}
        book_ = Directory(at=HOUR, policy=alert_policy())
        about = book_.abouts([(case, None, WEST_STATION)])[case, None]
        told = {person.officer for person in book_.people("legal_department", about)}
        # why: four hold the office, and at most two of them read the case
        assert told == reads - readers
        assert told
        assert {person.officer for person in book_.people("legal_department", about, everybody=True)} == reads


def seen_of(row: Assigned, who: Viewer) -> list[float]:
    """Everything that a reader's pages show of a file, as numbers."""
    (task,) = task_rows([row])
    sheet = sheet_page(row, at=HOUR)
    dossier = open_dossier(who, code=f"JZ-{task.case}", place=1)
    every = [one for part in sheet.sections for one in part.questions]
    kinds = [paper.kind for paper in dossier.documents]
    return [
        float(task.case[-4:]), float(task.case[13:19]), float(task.unit == "西一所"), float(task.stream == "随机抽查"),
        len(task.case_title), crc32(task.case_title.encode()) % 97, row.pk, row.at.timestamp(),
        len(every), sum(bool(one.data_said) for one in every), len(kinds), dossier.count, sum(map(len, kinds)),
        sum(paper.signed is True for paper in dossier.documents), float(bool(dossier.title)), len(dossier.code),
        sum(int(leaf.digest[:4], 16) for paper in dossier.documents for leaf in paper.leaves) / max(1, dossier.count),
    ]  # fmt: skip


def papers_of(lots: random.Random) -> list[Paper]:
    return [
        Paper(kind, f"{lots.randrange(900)}号", None, lots.random() < 0.8, ()) for kind in KINDS[: lots.randrange(1, 5)]
    ]


def filed(case: str, papers: Sequence[Paper]) -> None:
    """The dossier of a true case."""
    dossier = Dossier.objects.create(code=f"JZ-{case}", case_id=case, title="侦查卷")
    for serial, paper in enumerate(papers, 1):
        Document.objects.create(
            dossier=dossier, code=f"{dossier.code}-{serial}", kind=paper.kind, document_no=paper.document_no,
            signed=paper.signed, recorded_at=BEFORE,
        )  # fmt: skip


def paged(cases: Sequence[str], lots: random.Random) -> None:
    """Pages for every document, whoever's."""
    for document in Document.objects.filter(dossier__case__in=cases).order_by("code"):
        for number in range(1, lots.randrange(1, 4)):
            digest = lots.randbytes(32).hex()
            Page.objects.create(document=document, number=number, sha256=digest, media_type="image/png", size_bytes=1)


def test_fault_13_what_a_reader_sees_of_a_planted_file_tells_him_nothing() -> None:
    world, lots = build(closed=0), random.Random(5)
    stations = (WEST_STATION, EAST_STATION)
    with as_process("test"):
        for n, serial in enumerate(lots.sample(range(1, 120), 60)):
            case = closed_case(world, serial, stations[n % 2])
            filed(case, papers_of(lots))
            world.cases.append(case)
    hidden = [
        plant(world, made_up("CR12", unit=stations[n % 2], n=lots.randrange(120), papers=papers_of(lots)))
        for n in range(60)
    ]
    with as_process("test"), planting.shown():
        paged([*world.cases, *hidden], lots)
    plan = lot(world, files=120)
    seen: dict[str, list[float]] = {}
    for name in ("planner", "reader", "second", "third", "west_legal"):
        who = viewer(world, name)
        with as_viewer(who):
            rows = Assigned.objects.filter(pick__plan=plan, round="first", reader=world[name]).select_related("pick")
            seen |= {row.pick.case: seen_of(row, who) for row in rows.order_by("pk")}
    assert len(seen) == 120
    ours, theirs = [seen[case] for case in hidden], [seen[case] for case in world.cases]
    lots.shuffle(ours)
    lots.shuffle(theirs)
    assert separation(ours, theirs) <= 0.60
    # The same classifier tells files that stand at the end of their month
    marked = [[row[0] + 200, *row[1:]] for row in ours]
    assert separation(marked, theirs) > 0.95


WITHHELD = "您正在阅卷"
API_LISTS = ("cases", "clocks", "findings", "alerts")
OWN_LISTS = {"inspection:tasks", "desk:looks"}
SHEETS_OUT = "inspection:readers"


def addresses(case: str, row: int, document: int) -> Iterator[str]:
    """Every address of the site that can be about a case, with the values that belong to it."""
    values = {
        "number": [case], "element": list(VIEWS), "act": list(ACTS), "code": [f"JZ-{case}"],
        "key": [key_of(case, FILING)], "assigned": [str(row)], "document": [str(document)], "person": [f"P-{case}"],
    }  # fmt: skip
    for name, parts in named(get_resolver().url_patterns):
        if not parts or not set(parts) <= values.keys():
            continue
        for chosen in itertools.product(*(values[part] for part in parts)):
            with suppress(NoReverseMatch):  # a number that is none of a case
                yield reverse(name, kwargs=dict(zip(parts, chosen, strict=True)))
    for ask in ("search/?q=", "cases/all/?q=", "inbox/?q="):
        yield f"/{ask}{case}"


def without_names(text: str, case: str) -> str:
    """A page without what names the case: number, title, ids; and without what differs with each question."""
    text = re.sub(r'(csrfmiddlewaretoken" value=|nonce=|X-CSRFToken[^,}]*)("[^"]*"|&quot;[^&]*&quot;)', "", text)
    for own in (key_of(case, FILING), case):
        text = text.replace(own, "CASE")
    return re.sub(r"电动车被盗案\d+|(?<=tasks/)\d+|(?<=documents/)\d+", "ITS", text)


def answers(reader: Person, case: str, row: Assigned, document: int) -> dict[str, tuple[int, str]]:
    """Status and text of everything that a reader can ask of a case."""
    found = {}
    for path, method in itertools.product(addresses(case, row.pk, document), ("get", "post")):
        answer: Any = getattr(reader, method)(path)
        text = "" if answer.streaming else answer.content.decode(errors="replace")
        place = without_names(path, case)
        found[f"{method} {place}"] = (answer.status_code, without_names(text, case))
    return found


def lists_that_name(reader: Person, cases: Sequence[str]) -> dict[str, set[str]]:
    """Which of some cases stand on which page that asks for nothing."""
    found = {}
    for name, parts in named(get_resolver().url_patterns):
        if not parts and name not in ("access:logout", "desk:live"):
            answer = reader.get(reverse(name))
            text = "" if answer.streaming else answer.content.decode(errors="replace")
            if here := {case for case in cases if case in text}:
                found[name] = here
    return found


def test_fault_13_no_address_tells_a_reader_a_planted_case_from_a_real_one(world: Inspection) -> None:
    papers = [Paper("讯问笔录", "", None, True, ())]
    said = {name: "problem" for name, (_sheet, one) in book.questions().items() if FILING in one.rules}
    hidden = [
        plant(world, made_up("CR12", unit=unit, papers=papers, said=said)) for unit in (WEST_STATION, EAST_STATION)
    ]
    with as_process("test"):
        for case in world.cases:
            filed(case, papers)
    plan = lot(world, files=26)
    with as_process("test"), planting.shown():
        first = {row.pick.case: row for row in Assigned.objects.filter(round="first").select_related("pick", "reader")}
        pairs = ((made, real) for made in hidden for real in world.cases if made[:13] == real[:13])
        made, real = next(pair for pair in pairs if first[pair[0]].reader == first[pair[1]].reader)
        me = first[made].reader
        assert me is not None
        leaf = {case: Document.objects.get(dossier__case=case).pk for case in (made, real)}
    # The real one is as telling as can be: a limit that runs, one that passed, an alert
    running(real, at("12-20 10:00"))
    exceeded(real, at("12-01 10:00"))
    group = open_alert(real, at("12-20 10:00"), level="red", liberty=True)
    with as_process("test"):
        fault = cards.Fault(real, real[1:13], "扣押清单没有见证人签名", "刑规206", "fault", finding="f" * 64)
        card = cards.issue(fault, by=world["planner"], at=at("11-16 10:00"))
    of_card = (f"/rectification/{card.number}/", f"/rectification/{card.number}/letter.pdf")
    mine = account("me", officer=me)
    reader, program = signed_in(mine), of_account(mine)
    for _time in ("before handing in", "after"):
        ours, other = (answers(reader, case, first[case], leaf[case]) for case in (made, real))
        assert ours == other
        assert WITHHELD in ours["get /cases/CASE/"][1]
        assert {ours[f"get {path}"][0] for path in ("/cases/CASE/", "/cases/CASE/person/", "/cases/CASE/card.pdf")} == {
            403
        }
        assert ours["get /dossiers/JZ-CASE/"][0] == 200
        # Who reads what is listed for the department; whether a second sheet is out is the lot's
        named_in = {name: found for name, found in lists_that_name(reader, (made, real)).items() if name != SHEETS_OUT}
        assert set(named_in) == OWN_LISTS
        assert [reader.get(path).status_code for path in of_card] == [404, 404]
        assert all(found == {made, real} for found in named_in.values())
        for kind in API_LISTS:
            text = program.ask(kind, limit="200").content.decode()
            assert made not in text
            assert real not in text
        with as_process("test"), planting.shown():
            for case in (made, real):
                Submission.objects.get_or_create(assigned=first[case], defaults={"by": me, "at": at("11-17 10:00")})
    # An alert that is addressed to him is his, whatever he reads
    with as_process("test"):
        AlertGroup.objects.filter(pk=group.pk).update(owner=me)
    assert reader.get(f"/a/{group.pk}/").status_code == 200
    assert f"/a/{group.pk[:12]}" in reader.get("/inbox/?view=all").content.decode()
    # Once the whole lot is read the case is open again, and what was made up never has a course
    read_all_others(plan)
    assert reader.get(f"/cases/{real}/").status_code == 200
    assert reader.get(of_card[0]).status_code == 200
    assert reader.get(f"/cases/{made}/").status_code == 403
    assert made not in reader.get("/cases/all/").content.decode()


def test_the_demonstration_plants_one_file_beside_the_true_ones_of_its_cell(world: Inspection) -> None:
    since, until = at("10-10 09:00"), at("10-22 09:00")
    with as_process("test"):
        found = selecting.closed_cases(CITY, since.date(), until.date())
        number = demonstration.fill(found, by=world["witness"], told=world["second"], since=since, at=until)
        assert number is not None
        true = {one.number for one in selecting.closed_cases(CITY, since.date(), until.date())}
        with planting.shown():
            every = {one.number: one for one in selecting.closed_cases(CITY, since.date(), until.date())}
            row = Planted.objects.get()
            kinds = list(Document.objects.filter(dossier__case=number).order_by("code").values_list("kind", flat=True))
    # why: it ended in the span, under a number, a unit and an ending that true cases have; and stands beside them only
    # where planted files are shown
    assert set(every) - true == {number}
    assert (every[number].unit, every[number].result) in {(every[one].unit, every[one].result) for one in true}
    assert row.known == ["CR07"]
    assert kinds[3] == "讯问笔录"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"unit": "350299999999"}, "没有单位"),
        ({"kind": "civil"}, "不是案件类别"),
        ({"result": "case.accepted"}, "不是办结事件"),
        ({"known": ("ZZ99",)}, "评查表没有 ZZ99"),
        ({"ended_on": date(2026, 9, 30)}, "应在今天之后"),
        ({"papers": (Paper("讯问笔录", "", None, None, ("gone.png",)),)}, "没有图片 gone.png"),
    ],
)
def test_what_cannot_be_planted_is_refused_whole(world: Inspection, change: dict[str, object], says: str) -> None:
    with pytest.raises(PlantRefused, match=says):
        plant(world, PlantedFile(**{**vars(made_up("CR12")), **change}))
    with pytest.raises(PlantRefused, match="纪检督察"), as_process("test"):
        planting.plant(made_up("CR12"), {}, by=world["planner"], at=BEFORE)
    with as_process("test"), planting.shown():
        assert not Planted.objects.exists()
