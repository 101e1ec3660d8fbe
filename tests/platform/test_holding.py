"""A fact that stops a clock after red waits for a document and a second person. The clocks are a stand-in here."""

from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest
from django.db import DatabaseError, connection, transaction

from tests.platform.accounts import account, signed_in
from tests.platform.people import EAST_STATION, city, noon, officer
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases.clock_stops import EventKey
from zhunsheng.apps.cases.eventlog import HeldContradicted, Receipt, decide_held, record_event
from zhunsheng.apps.cases.holding import AlreadyDecided, DocumentMissing, OwnEvent
from zhunsheng.apps.cases.models import HeldEvent

CASE = "A3502030100002026030001"
RECORDER, SECOND = "account:officer", "account:chief"


def red_custody_clock(events: pl.DataFrame) -> Mapping[EventKey, tuple[str, ...]]:
    """As if the custody clock of every case were red: a release would stop it."""
    keys = events.filter(pl.col("type") == "person.released").select("source", "id", "version").rows()
    return dict.fromkeys(keys, ("criminal.detention.request-arrest",))


@pytest.fixture(autouse=True)
def red(db: None, settings_changed: None) -> None:
    del db, settings_changed
    clock.set_city_clock(noon("2026-03-10"), seconds_per_second=0)


@pytest.fixture
def settings_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.conf.settings.CLOCK_STOPS", f"{__name__}.red_custody_clock", raising=False)


def released(second_person: bool = False, **columns: Any) -> Receipt:
    row = {"source": "jz", "id": "E1", "type": "person.released", "at": noon("2026-03-09"), "case": CASE, **columns}
    with as_process("test"):
        return record_event(recorder=RECORDER, second_person=second_person, **row)


def held() -> HeldEvent:
    with as_process("test"):
        return HeldEvent.objects.get()


def logged() -> int:
    with as_process("test"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_event")
        return int((cursor.fetchone() or (0,))[0])


@pytest.mark.parametrize(
    ("document", "second", "lacks"),
    [(None, False, "both"), (None, True, "document"), ("甲公释字〔2026〕1号", False, "second_person")],
)
def test_it_waits_for_what_it_lacks(document: str | None, second: bool, lacks: str) -> None:
    assert released(second, document_no=document, unit=EAST_STATION) == Receipt(held=1)
    assert (held().lacks, held().clocks, logged()) == (lacks, ["criminal.detention.request-arrest"], 0)


def test_with_document_and_second_person_it_is_recorded_at_once() -> None:
    assert released(second_person=True, document_no="甲公释字〔2026〕1号") == Receipt(added=1)


def test_an_event_that_stops_no_red_clock_is_recorded_at_once() -> None:
    assert released(type="person.detained") == Receipt(added=1)


def test_delivered_again_it_waits_once() -> None:
    released()
    assert released() == Receipt(held=1)
    with as_process("test"):
        assert HeldEvent.objects.count() == 1


def test_confirmed_by_another_with_a_document_it_enters_the_log_unchanged() -> None:
    city()
    released(unit=EAST_STATION, officers=["035001"], facts={"minor": True})
    with as_process("test"):
        decide_held(
            held=held(), confirmed=True, by=SECOND, document_no="甲公释字〔2026〕1号", reason="", at=noon("2026-03-10")
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT at, unit, officers, facts, document_no, recorded_by, recorded_at FROM cases_event")
            row = cursor.fetchone()
    assert row == (
        noon("2026-03-09"), EAST_STATION, ["035001"], '{"minor":true}', None, RECORDER, noon("2026-03-10"),
    )  # fmt: skip
    # The source may deliver it again: it is known, and waits no more.
    again = released(unit=EAST_STATION, officers=["035001"], facts={"minor": True})
    assert again == Receipt(known=1)


def decide(by: str = SECOND, document_no: str = "甲公释字〔2026〕1号", confirmed: bool = True) -> None:
    with as_process("test"):
        decide_held(held=held(), confirmed=confirmed, by=by, document_no=document_no, reason="", at=noon("2026-03-10"))


def test_the_recorder_is_no_second_person() -> None:
    released()
    with pytest.raises(OwnEvent, match="由另一个人确认"):
        decide(by=RECORDER)


def test_a_confirmation_needs_a_document() -> None:
    released()
    with pytest.raises(DocumentMissing):
        decide(document_no="")
    assert logged() == 0


def test_a_decision_is_made_once() -> None:
    released()
    decide(confirmed=False)
    with pytest.raises(AlreadyDecided, match="account:chief"):
        decide()
    assert logged() == 0


def test_a_held_event_that_the_log_contradicts_meanwhile_cannot_be_confirmed() -> None:
    released()
    released(second_person=True, document_no="甲公释字〔2026〕2号")  # the same number, another content
    with pytest.raises(HeldContradicted, match="jz/E1/1"), transaction.atomic():
        decide()


def test_what_was_held_and_decided_is_never_changed() -> None:
    released()
    for change in ("UPDATE cases_heldevent SET lacks = ''", "DELETE FROM cases_heldevent"):
        refused = pytest.raises(DatabaseError, match="permission denied")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


def test_the_unit_head_confirms_it_on_his_page() -> None:
    city()
    chief = officer("035002", ("unit_head", EAST_STATION))
    released(unit=EAST_STATION)
    released(id="E2", type="person.detained", unit=EAST_STATION)  # by this event the case is known to the station
    browser = signed_in(account("chief", officer=chief, factor=False))
    assert CASE in browser.get("/held/").content.decode()
    answer = browser.post(f"/held/{held().pk}/decide/", decision="confirm", document_no="甲公释字〔2026〕1号")
    assert (answer.status_code, logged()) == (302, 2)
    assert "没有等待确认的事件" in browser.get("/held/").content.decode()
