"""One case told whole, for the pages that show it: a burglary at a station, on the second working day after the arrest.

It is half past ten on Monday, 2 March 2026. Detained on Saturday at 23:05; the things that were taken came to the store
an hour and a half after the latest time; an appraisal runs; one event was corrected and one taken back.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import polars as pl

from tests.platform.people import WEST_STATION, noon, officer
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.cases.eventlog import record_events
from zhunsheng.apps.cases.models import Assignment, Case, Dossier, Item, Source
from zhunsheng.apps.cases.persons import Identity, put_in_case, register_person
from zhunsheng.apps.cases.services import assign, register_case, register_source
from zhunsheng.apps.cases.uploads import add_document
from zhunsheng.apps.cases.words import vocabulary
from zhunsheng.apps.org.models import Unit
from zhunsheng.core.story import events_of

NUMBER: Final = f"A{WEST_STATION}2026020187"
SUSPECT, VICTIM, ITEM, ORDER, DOSSIER = "P-S1", "P-V1", "W-0187-1", "JD-0187", "JZ-0187"
MADE_UP: Final = "000000199001010000"  # fails its checksum

EVENTS: Final[tuple[tuple[str, str, dict[str, Any]], ...]] = (
    ("2026-02-27 09:10", "case.accepted", {}),
    ("2026-02-27 21:45", "case.filed", {"document_no": "甲公（西一）立字〔2026〕187号"}),
    ("2026-02-28 20:40", "property.extracted", {"item": ITEM}),
    ("2026-02-28 23:05", "person.detained", {"person": SUSPECT, "document_no": "甲公（西一）拘字〔2026〕187号"}),
    ("2026-03-01 09:30", "detention_house.admitted", {"person": SUSPECT}),
    ("2026-03-01 10:20", "family.notified", {"person": SUSPECT}),
    ("2026-03-01 14:10", "interrogation.started", {"person": SUSPECT}),
    ("2026-03-01 22:30", "property.stored", {"item": ITEM}),
    ("2026-03-02 09:12", "appraisal.accepted", {"item": ITEM, "order": ORDER}),
    ("2026-03-01 16:00", "family.notified", {"person": VICTIM}),
)


def tell_case() -> str:
    """The case with its people, things and events, in the current transaction. Returns its number."""
    with as_process("test"):
        unit = Unit.objects.get(pk=WEST_STATION)
        case = register_case(number=NUMBER, title="云栖花园入室盗窃案", kind=Case.Kind.CRIMINAL, unit=unit)
        if not Source.objects.filter(pk="jz").exists():
            register_source(source="jz", title="警综平台", key="a key of the tests")
        _people(case)
        _things(case)
        record_events(_events(), recorder="process:test", second_person=True)
        record_events(_corrections(), recorder="process:test", second_person=True)
    return NUMBER


def _people(case: Case) -> None:
    for person, name, role in ((SUSPECT, "王小强", "suspect"), (VICTIM, "周小梅", "victim")):
        identity = Identity(name, MADE_UP, "", "")
        put_in_case(case=case, person=register_person(person_id=person, identity=identity), role=role)
    posts = (("018273", Assignment.Role.CASE_OFFICER), ("018455", Assignment.Role.CO_OFFICER))
    for number, role in posts:
        someone = officer(number, ("officer", WEST_STATION))
        assign(case=case, officer=someone, role=role, from_at=noon("2026-02-27"))


def _things(case: Case) -> None:
    Item.objects.create(code=ITEM, case=case, title="金项链一条", kind="贵重物品")
    dossier = Dossier.objects.create(code=DOSSIER, case=case, title="侦查卷")
    add_document(dossier=dossier, code="WS-0187-1", kind="拘留证", document_no="187号", at=noon("2026-03-01"))


def _events() -> pl.DataFrame:
    rows = [(n, at, kind, columns) for n, (at, kind, columns) in enumerate(EVENTS, 1)]
    return _rows(rows, case_kind="criminal", economic=False, has_victim=True)


def _corrections() -> pl.DataFrame:
    """The admission was half an hour earlier than first recorded; the victim's family was never told."""
    admitted = (5, "2026-03-01 09:00", "detention_house.admitted", {"person": SUSPECT, "version": 2})
    never = (10, "2026-03-01 16:00", "family.notified", {"person": VICTIM, "version": 2, "void": True})
    return _rows([admitted, never])


def _rows(rows: Sequence[tuple[int, str, str, dict[str, Any]]], **case_facts: Any) -> pl.DataFrame:
    told = [
        {"source": "jz", "id": f"XQ{n:03}", "type": kind, "at": _at(at), "unit": WEST_STATION, **columns}
        for n, at, kind, columns in rows
    ]
    return events_of(told, vocabulary(), case=NUMBER, case_facts=case_facts)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00+08:00")
