"""A file is planted while a true case comes under its number: of the two the later one sees the earlier, and the case
wins. What an earlier release let in unseen comes to light when the database is prepared."""

import json
import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connections

from tests.platform.alert_world import FILING
from tests.platform.databases import OwnDatabase
from tests.platform.inspection_world import Inspection, at, build, planned
from tests.platform.logs import SealedLog
from tests.platform.people import WEST_STATION
from tests.platform.planted_world import BEFORE, lot, made_up, plant
from tests.platform.supervised import assert_as_batch, it_is, put_in_force, supervise
from tests.platform.test_alerts_supervised import BOTH, shipped
from tests.platform.test_event_log_at_once import until_somebody_waits
from tests.platform.test_inspection_sealed import forged
from tools import verify
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.models import AlertGroup
from zhunsheng.apps.alerts.services import route
from zhunsheng.apps.cases.eventlog import record_event
from zhunsheng.apps.cases.models import Case
from zhunsheng.apps.inspection import planting, proving
from zhunsheng.apps.inspection.models import Overtaken, Planted
from zhunsheng.apps.inspection.refusals import PlantRefused
from zhunsheng.web import provision

ACCEPTED = at("12-15 09:00")
FILE = made_up("CR12")


def accept(case: str) -> None:
    record_event(
        recorder="source:jz", source="jz", id=f"SA-{case}", type="case.accepted", at=ACCEPTED, case=case,
        unit=WEST_STATION, facts={"case_kind": "criminal"},
    )  # fmt: skip


def arrives(case: str) -> None:
    with as_process("test"):
        accept(case)


def free_number() -> str:
    with as_process("test"):
        return planting.number_of(FILE)


class Meanwhile(threading.Thread):
    """Another process."""

    def __init__(self, does: Callable[[], Any]) -> None:
        super().__init__()
        self.does = does
        self.given: Any = None

    def run(self) -> None:
        self.given = self.does()
        connections.close_all()


def standing() -> tuple[list[str], dict[str, list[str]], set[str]]:
    """What is planted, what was overtaken with the plans that it lay in, and the cases that a process sees."""
    with as_process("test"):
        seen = set(Case.objects.values_list("number", flat=True))
        with planting.shown():
            return planting.planted_numbers(), dict(Overtaken.objects.values_list("case", "plans")), seen


def test_who_plants_while_a_true_event_is_on_its_way_takes_another_number(own: OwnDatabase) -> None:
    world = build(closed=24)
    number = free_number()
    other = Meanwhile(lambda: plant(world, FILE))
    with own.connect("postgres") as watch:
        with as_process("test"):
            accept(number)
            other.start()
            until_somebody_waits(watch)
        other.join()
    assert other.given != number
    planted, overtaken, seen = standing()
    assert (planted, overtaken) == ([other.given], {})
    assert number in seen


def test_a_true_event_that_comes_while_its_number_is_being_planted_waits_and_wins(own: OwnDatabase) -> None:
    world = build(closed=24)
    number = free_number()
    other = Meanwhile(lambda: arrives(number))
    with own.connect("postgres") as watch:
        with as_process("test"):
            assert plant(world, FILE) == number
            other.start()
            until_somebody_waits(watch)
        other.join()
    planted, overtaken, seen = standing()
    assert (planted, overtaken) == ([], {number: []})
    assert number in seen


def test_a_frame_that_is_sealed_meanwhile_is_known_to_hold_the_made_up_file(own: OwnDatabase) -> None:
    world = build(closed=24)
    number = plant(world, FILE)
    other = Meanwhile(lambda: arrives(number))
    with own.connect("postgres") as watch:
        with as_process("test"):
            plan = planned(world, drawn=25, below="70")
            other.start()
            until_somebody_waits(watch)
        other.join()
    assert standing()[1] == {number: [plan.pk]}


def test_a_delivery_that_goes_on_too_long_lets_nobody_plant(own: OwnDatabase) -> None:
    del own
    world = build(closed=24)
    number = free_number()

    def refused() -> str:
        with pytest.raises(PlantRefused) as told:
            plant(world, FILE)
        return str(told.value)

    other = Meanwhile(refused)
    with as_process("test"):
        accept(number)
        other.start()
        other.join()
    assert "过几分钟再试" in other.given


def hidden(own: OwnDatabase, world: Inspection) -> str:
    """A true case under a planted number, in a database whose rules let its event in without a word."""
    number = plant(world, FILE)
    with own.connect("postgres") as owner:
        owner.execute("ALTER TABLE cases_event DISABLE TRIGGER give_way")
    arrives(number)
    assert number not in standing()[2]
    return number


def test_events_that_were_hidden_before_are_judged_once_the_database_is_prepared_again(own: OwnDatabase) -> None:
    world = build(closed=24)
    it_is("2026-12-15 10:00")
    put_in_force(shipped(*BOTH))
    number = hidden(own, world)
    supervise(route)  # of what it may not see it judges nothing
    as_of = it_is("2026-12-22 12:00")
    supervise(route)
    with as_process("test"):
        assert not AlertGroup.objects.filter(case=number).exists()
    with psycopg.connect(own.dsn("zs_owner")) as owner:
        provision.apply_rules(owner)
    supervise(route)
    with as_process("test"):
        true = Case.objects.get(pk=number)
        assert (true.unit_id, true.first_at) == (WEST_STATION, ACCEPTED)
        assert AlertGroup.objects.filter(case=number, rule=FILING).exists()
        with planting.shown():
            assert Planted.objects.filter(at=BEFORE).count() == 1  # what was planted stays on record
            assert Overtaken.objects.get().which == f"jz/SA-{number}/1"
    assert_as_batch(as_of)


def test_a_draw_that_held_a_made_up_file_is_believed_outside_and_says_why_its_number_is_a_true_case(
    own: OwnDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.DATABASE_URLS, "zs_verifier", own.dsn("zs_verifier"))
    world, log = build(closed=24), SealedLog(own)
    number = plant(world, FILE)
    plan = lot(world, files=25)
    arrives(number)
    log.seal()
    proved = proving.prove(plan.pk)
    assert verify.verify_inspection(proved, log.evidence()).problems == []
    rows = [json.loads(row["text"]) for row in proved["rows"]]
    (why,) = [row["row"] for row in rows if row["table"] == "inspection_overtaken"]
    assert (why["case"], why["which"], why["plans"]) == (number, f"jz/SA-{number}/1", [plan.pk])
    denied = forged(proved, "inspection_overtaken", lambda row: row.update(plans=[]))
    assert verify.verify_inspection(denied, log.evidence()).problems
