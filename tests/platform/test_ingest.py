"""What source systems send: answered after the commit, judged row by row, counted and shown."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.platform.accounts import account, signed_in, stranger
from tests.platform.databases import OwnDatabase
from tests.platform.people import CITY, EAST_STATION, city, noon, officer
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases import words
from zhunsheng.apps.cases.services import register_source
from zhunsheng.apps.cases.sources import new_key
from zhunsheng.core.vocabulary import Vocabulary, parse_vocabulary

KEY = new_key()
CASE = "A3502030100002026030001"
WORDS = """
zone = "Asia/Shanghai"
[facts.minor]
type = "bool"
of = "person"
[facts.to]
type = "enum"
values = ["bail", "other"]
[facts.days]
type = "integer"
[events."person.detained"]
title = "刑事拘留"
facts = ["to", "days"]
[events."person.released"]
title = "释放"
"""


@pytest.fixture(autouse=True)
def vocabulary(monkeypatch: pytest.MonkeyPatch) -> Vocabulary:
    """A small vocabulary, so that the tests do not hang on the rulebook."""
    parsed = parse_vocabulary(WORDS)
    words.vocabulary.cache_clear()
    monkeypatch.setattr("zhunsheng.apps.cases.api.vocabulary", lambda: parsed)
    return parsed


@pytest.fixture
def source(db: None) -> Client:
    del db
    clock.set_city_clock(noon("2026-03-10"), seconds_per_second=0)
    with as_process("test"):
        register_source(source="jz", title="警综平台", key=KEY)
    return stranger()


def event(n: int = 1, **columns: Any) -> dict[str, Any]:
    return {"id": f"E{n}", "type": "person.detained", "at": "2026-03-01T14:35:00+08:00", "case": CASE, **columns}


def post(client: Client, *events: Any, key: str = KEY, body: Any = None) -> tuple[int, dict[str, Any]]:
    answer = client.post(
        "/api/v1/events",
        json.dumps({"events": events} if body is None else body),
        content_type="application/json",
        headers={"authorization": f"Bearer {key}"},
    )
    return answer.status_code, answer.json()


def test_a_batch_is_recorded_and_may_be_sent_again(source: Client) -> None:
    nothing = {"received": 2, "added": 0, "known": 0, "held": 0, "quarantined": {}, "problems": []}
    assert post(source, event(1), event(2)) == (200, nothing | {"added": 2})
    assert post(source, event(2), event(1)) == (200, nothing | {"known": 2})


def test_without_a_key_or_with_a_wrong_one_nothing_is_taken(source: Client) -> None:
    assert post(source, event(), key="wrong")[0] == 401
    assert source.post("/api/v1/events", "{}", content_type="application/json").status_code == 401


def test_a_source_that_was_switched_off_is_refused(source: Client) -> None:
    with as_process("test"):
        words_of = register_source(source="old", title="旧系统", key="old-key")
        words_of.is_active = False
        words_of.save()
    assert post(source, event(), key="old-key")[0] == 401


@pytest.mark.parametrize(
    ("row", "reason", "said"),
    [
        ({"at": "2026-03-01T14:35:00"}, "no_zone", "没有时区"),
        ({"at": "gestern"}, "malformed", "不是时间"),
        ({"at": "9999-12-31T23:59:59-08:00"}, "malformed", "年份"),
        ({"at": "2026-02-30"}, "malformed", "不是时间"),
        ({"type": "person.beamed"}, "unknown_code", "词汇表"),
        ({"facts": {"colour": "red"}}, "unknown_code", "没有事实 colour"),
        ({"type": "person.released", "facts": {"days": 3}}, "unknown_code", "没有事实 days"),
        ({"facts": {"to": "moon"}}, "unknown_code", "facts.to"),
        ({"facts": {"days": "many"}}, "malformed", "facts.days"),
        ({"case": None}, "malformed", "case 和 incident"),
        ({"person": "P\u0000"}, "malformed", "控制字符"),
        ({"case": "A" * 41}, "malformed", "不超过 40 字"),  # longer than the table of cases takes
        ({"unit": "3" * 13}, "malformed", "不超过 12 字"),
        ({"facts": {"\u0000\ud800": 1}}, "unknown_code", "没有事实"),
    ],
)
def test_a_row_that_is_no_event_is_set_aside_and_its_neighbours_are_taken(
    source: Client, row: dict[str, Any], reason: str, said: str
) -> None:
    status, receipt = post(source, event(1), event(2, **row))
    assert (status, receipt["added"], receipt["quarantined"]) == (200, 1, {reason: 1})
    assert [(problem["id"], problem["reason"]) for problem in receipt["problems"]] == [("E2", reason)]
    assert said in receipt["problems"][0]["text"]


def test_an_event_whose_own_number_cannot_be_kept_is_set_aside_too(source: Client) -> None:
    status, receipt = post(source, event(1, id="E\u0000"), event(2))
    assert (status, receipt["added"], receipt["quarantined"]) == (200, 1, {"malformed": 1})


@pytest.mark.parametrize(
    "body",
    [
        {"events": []},
        {"events": [{**event(), "recorded_at": "2026-03-01T00:00:00Z"}]},  # the server's to set
        {"events": [{**event(), "version": 0}]},
        {"events": [{**event(), "version": "1"}]},
        {"events": [event()] * 5001},
        {"events": [{"id": "E1"}]},
        {"events": "E1"},
        [],
    ],
)
def test_a_request_that_is_not_as_documented_is_refused_whole_and_not_quoted(source: Client, body: Any) -> None:
    status, answer = post(source, body=body)
    assert status == 422
    assert answer["code"] == "invalid"
    assert CASE not in json.dumps(answer)


def test_a_conflict_and_a_future_time_are_counted_and_shown_to_the_legal_department(source: Client) -> None:
    city()
    chief = officer("035001", ("legal_department", CITY))
    post(source, event(1), event(2, at="2026-03-11T00:00:00+08:00"))
    assert post(source, event(1, unit=EAST_STATION))[1]["quarantined"] == {"conflict": 1}
    text = signed_in(account("chief", officer=chief, factor=False)).get("/quarantine/").content.decode()
    assert "同一编号内容不同" in text
    assert "时间在将来" in text
    assert CASE not in text


def test_a_source_with_a_registered_zone_may_leave_it_out(source: Client) -> None:
    with as_process("test"):
        register_source(source="urumqi", title="边疆系统", key="zone-key", zone="Asia/Urumqi")
    assert post(source, event(1, at="2026-03-01T12:00:00"), key="zone-key")[1]["added"] == 1
    # 12:00 at +06:00 is 14:00 at +08:00: the same content with its zone written out is known, another is a conflict.
    assert post(source, event(1, at="2026-03-01T14:00:00+08:00"), key="zone-key")[1]["known"] == 1
    assert post(source, event(1, at="2026-03-01T12:00:00+08:00"), key="zone-key")[1]["quarantined"] == {"conflict": 1}


def test_an_instant_in_a_zone_that_no_place_has_is_the_instant_that_it_names(source: Client) -> None:
    # 03:07 at +21:07 is 06:00 in UTC, 14:00 at +08:00. PostgreSQL refuses zones of sixteen hours and more.
    assert post(source, event(1, at="2026-03-02T03:07:00+21:07"))[1]["added"] == 1
    assert post(source, event(1, at="2026-03-01T14:00:00+08:00"))[1]["known"] == 1


def test_many_rows_are_set_aside_in_one_journey_to_the_database(source: Client) -> None:
    blank, asked = {"at": "", "id": "0", "type": ""}, []
    for many in (1, 2, 50):  # the first makes what a connection keeps
        with CaptureQueriesContext(connection) as queries:
            answer = post(source, *({**event(n), "type": "no.such"} for n in range(many)), blank, blank)[1]
        assert sum(answer["quarantined"].values()) == many + 2
        asked.append(len(queries))
    assert asked[1] == asked[2]
    with connection.cursor() as cursor, as_process("test"):
        cursor.execute("SELECT count(*) FROM cases_quarantine")
        # why: of the fifty some came before, and those without a number are alike
        assert cursor.fetchone() == (50 + 1,)


def test_the_description_of_the_interface_names_every_call_that_does_more_than_read(db: None) -> None:
    """why: a key of a source adds events and does nothing else; a key for reading posts nothing. The other calls are of
    a person who is signed in: an appeal is written, a policy is only judged; a plan of inspection, an answer of a
    reader, and the steps of a card are what a page would do."""
    del db
    paths = stranger().get("/api/v1/openapi.json").json()["paths"]
    posted = {path: calls["post"] for path, calls in paths.items() if "post" in calls}
    assert {path: call["security"] for path, call in posted.items()} == {
        "/api/v1/events": [{"SourceKey": []}],
        "/api/v1/inspection/plans": [{"Session": []}],
        "/api/v1/inspection/answers": [{"Session": []}],
        **{
            f"/api/v1/rectification/{{number}}/{step}": [{"Session": []}]
            for step in ("answer", "recheck", "return", "object")
        },
        "/api/v1/points/appeals": [{"Session": []}],
        "/api/v1/policies/check": [{"Session": []}],
    }
    assert {call for calls in paths.values() for call in calls} == {"get", "post"}
    assert set(posted["/api/v1/events"]["responses"]) == {"200", "400", "401", "409", "422"}


def test_what_was_acknowledged_is_committed_when_the_answer_arrives(own: OwnDatabase) -> None:
    with as_process("test"):
        register_source(source="jz", title="警综平台", key=KEY)
    status, receipt = post(stranger(), event(1), event(2))
    assert (status, receipt["added"]) == (200, 2)
    with own.connect("postgres") as other:
        assert other.execute("SELECT count(*) FROM cases_event").fetchone() == (2,)


def test_an_answer_is_not_given_when_the_commit_fails(own: OwnDatabase) -> None:
    with as_process("test"):
        register_source(source="jz", title="警综平台", key=KEY)
    with own.connect("postgres") as other:
        other.execute(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE 'disk' USING ERRCODE = '53100'; END $$"
        )
        other.execute(
            "CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON cases_event DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION fail()"
        )
        status, answer = post(stranger(), event(1))
        assert (status, answer["code"]) == (503, "503")
        assert "存储空间已满" in answer["text"]
        other.execute("DROP TRIGGER at_commit ON cases_event")
    assert post(stranger(), event(1))[1]["added"] == 1  # and it recovers by itself


def test_the_rulebook_beside_the_source_has_a_vocabulary() -> None:
    words.vocabulary.cache_clear()
    assert "person.detained" in words.vocabulary().event_types
