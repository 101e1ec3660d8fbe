"""What a reader sees of a case tells him neither whether it is true nor what others found in it. Fault 13."""

import itertools
import random
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any
from zlib import crc32

import pytest
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
)
from tests.platform.people import EAST_STATION, WEST_STATION
from tests.platform.planted_world import (
    filed,
    lot,
    made_up,
    plant,
    problem,
    read_all_others,
    viewer,
)
from tests.platform.standing import FILING, exceeded, key_of, open_alert, running
from tests.platform.test_api_out import of_account
from zhunsheng.apps.access.processes import as_process, as_viewer
from zhunsheng.apps.access.scope import Viewer, viewer_of
from zhunsheng.apps.alerts.directory import Directory
from zhunsheng.apps.alerts.models import AlertGroup
from zhunsheng.apps.alerts.policy import alert_policy
from zhunsheng.apps.cases.dossiers import open_dossier
from zhunsheng.apps.cases.models import Document, Page
from zhunsheng.apps.desk.alert_page import ACTS
from zhunsheng.apps.desk.elements import VIEWS
from zhunsheng.apps.inspection import book, cards, lists, planting, reading
from zhunsheng.apps.inspection.models import Assigned, Submission
from zhunsheng.apps.inspection.sheet_page import sheet_page, task_rows
from zhunsheng.core.inspection.planting import Paper

pytestmark = pytest.mark.usefixtures("db")
KINDS = ("受案登记表", "讯问笔录", "扣押清单", "起诉意见书")
WITHHELD = "您正在阅卷"
API_LISTS = ("cases", "clocks", "findings", "alerts")
OWN_LISTS = {"inspection:tasks", "desk:looks"}
SHEETS_OUT = "inspection:readers"


@pytest.fixture
def world() -> Inspection:
    return build(closed=24)


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
