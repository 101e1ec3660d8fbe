"""A draw from the log as it is really sealed: head, seed, record, and the log that holds every step of it."""

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.platform.databases import OwnDatabase
from tests.platform.inspection_world import NONCE, OCTOBER, at, build, committed, drawn, planned
from tests.platform.logs import SealedLog
from tests.platform.people import WEST_STATION
from tools import verify
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.keys import PUBLIC
from zhunsheng.apps.inspection import cards, plans, proving, watching
from zhunsheng.apps.inspection.models import Alarm, Draw, Plan
from zhunsheng.core.inspection.draw import commitment
from zhunsheng.core.inspection.published import differences

ROOT = Path(__file__).resolve().parents[2]


def test_the_seed_is_that_of_the_first_head_sealed_after_the_hour(own: OwnDatabase) -> None:
    world, log = build(closed=12), SealedLog(own)
    log.seal()  # a head before the hour, which must not count
    hour = clock.real_now()
    wanted = plans.Wanted(**{**OCTOBER, "hour": hour, "drawn": 6, "below": "60"})  # type: ignore[arg-type]
    before = hour - timedelta(hours=1)
    with as_process("test"):
        plan = plans.make(wanted, by=world["planner"], at=at("11-15 10:00"), real_at=before)
        plans.commit(plan, commitment(NONCE), by=world["witness"], at=at("11-15 21:00"), real_at=before)
    first = log.seal()
    log.write(2)
    log.seal()
    with as_process("test"):
        made = plans.publish_and_draw(
            Plan.objects.get(pk=plan.pk),
            NONCE.hex(),
            by=world["witness"],
            at=at("11-16 09:15"),
            real_at=clock.real_now(),
        )
    assert isinstance(made, Draw)
    assert first is not None
    assert made.head == first.root.hex()
    with as_process("test"):
        assert differences(plans.published(Plan.objects.get(pk=plan.pk))) == []
    log.seal()
    assert log.verified().problems == []


Change = Callable[[dict[str, Any]], object]


def forged(bundle: dict[str, Any], table: str, change: Change) -> dict[str, Any]:
    """The bundle with the last row of a table changed, or without it where the change empties it."""
    copied = copy.deepcopy(bundle)
    row = [row for row in copied["rows"] if json.loads(row["text"])["table"] == table][-1]
    read = json.loads(row["text"])
    change(read["row"])
    row["text"] = json.dumps(read, ensure_ascii=False)
    if not read["row"]:
        copied["rows"].remove(row)
    return copied


def test_a_card_an_alarm_and_a_draw_are_believed_outside_by_one_file_alone(
    own: OwnDatabase, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(settings.DATABASE_URLS, "zs_verifier", own.dsn("zs_verifier"))
    world, log = build(closed=12), SealedLog(own)
    plan = planned(world, drawn=6, below="60")
    committed(world, plan)
    drawn(world, plan)
    with as_process("test"):
        fault = cards.Fault(world.cases[0], WEST_STATION, "立案审查逾期", "刑规178", "fault", finding="f" * 64)
        card = cards.issue(fault, by=world["reader"], at=at("11-16 10:00"), reason="没有决定")
        cards.answer(card.number, by=world["head"], at=at("11-17 09:00"), reason="已改", document_no="1号")
        cards.recheck(card.number, by=world["second"], at=at("11-17 15:00"), kept=True, reason="已核")
        alarm = Alarm.objects.create(
            indicator="looks", unit=WEST_STATION, month=at("11-01 00:00").date(), found=9, expected=1, limit=6,
            at=at("12-01 08:00"),
        )  # fmt: skip
        watching.open_check(alarm, by=world["witness"], text="请说明", at=at("12-02 09:00"))
        watching.answer_check(alarm, by=world["head"], text="系统迁移", at=at("12-03 09:00"))
    log.seal()
    matters = {number: proving.prove(number) for number in (card.number, f"DC-{alarm.pk}", plan.pk)}
    evidence = log.evidence()
    for bundle in matters.values():
        assert verify.verify_inspection(bundle, evidence).problems == []
    told = list(verify.inspection_lines(matters[card.number]))
    assert [line.split()[1] for line in told] == [
        "rectification.yellow_issued", "rectification.answered", "rectification.rechecked", "rectification.closed",
    ]  # fmt: skip
    strata = [line for line in verify.inspection_lines(matters[plan.pk]) if line.startswith("3502")]
    # why: two stations of six files, three drawn of each
    assert [len(line.partition(": ")[2].split()) for line in strata] == [3, 3]
    with as_process("test"):
        record = json.loads(plans.published(Plan.objects.get(pk=plan.pk)))
    published = {row["id"] for part in record["strata"] for row in part["picks"]}
    assert {ref for line in strata for ref in line.partition(": ")[2].split()} == published
    for number, table, change, says in forgeries(card.number, f"DC-{alarm.pk}", plan.pk):
        found = verify.verify_inspection(forged(matters[number], table, change), evidence).problems
        assert any(says in line for line in found), (table, found)
    file, key = tmp_path / "card.json", settings.KEYS / PUBLIC
    file.write_text(json.dumps(matters[card.number]), "utf-8")
    command = [sys.executable, "-I", str(ROOT / "tools" / "verify.py"), "bundle", str(file), "--public-key", str(key)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "rectification.closed" in done.stdout
    with pytest.raises(proving.NoSuchMatter, match="ZG-2026-99999"):
        proving.prove("ZG-2026-99999")


def forgeries(card: str, alarm: str, plan: str) -> list[tuple[str, str, Change, str]]:
    """What somebody may change on the way, and what is then said."""
    return [
        (card, "inspection_cardstep", lambda row: row.update(reason="从没发生"), "not under the head"),
        (card, "inspection_cardstep", lambda row: row.update(at="2026-11-18T01:00:00+00:00"), "has no event"),
        (card, "cases_event", lambda row: row.clear(), "has no event of its instant"),
        (alarm, "inspection_checkstep", lambda row: row.update(text="情况属实"), "not under the head"),
        (alarm, "inspection_alarm", lambda row: row.clear(), "its row is not in the bundle"),
        (plan, "inspection_framefile", lambda row: row.clear(), "not those of its sealed frame"),
        (plan, "inspection_draw", lambda row: row.update(nonce="00" * 16), "not those that the witness promised"),
        (plan, "inspection_draw", lambda row: row.update(seed="00" * 32), "does not follow"),
    ]


def test_fault_23_without_the_inspectors_key_reading_stops_and_the_log_does_not(own: OwnDatabase) -> None:
    world, log = build(closed=2), SealedLog(own)
    with as_process("test"):
        fault = cards.Fault(world.cases[0], WEST_STATION, "立案审查逾期", "", "fault", finding="f" * 64)
        number = cards.issue(fault, by=world["reader"], at=at("12-10 10:00")).number
    log.seal()
    evidence, kept = log.evidence(), settings.KEYS / PUBLIC
    away = kept.with_suffix(".away")
    kept.rename(away)
    try:
        with pytest.raises(CommandError, match="公钥"):
            call_command("prove_inspection", number)
        with as_process("test"):
            cards.answer(number, by=world["head"], at=at("12-11 09:00"), reason="已改", document_no="1号")
        assert log.seal() is not None
    finally:
        away.rename(kept)
    assert log.verified().problems == []
    assert evidence.public_key == bytes.fromhex(kept.read_text("ascii").strip())
    assert verify.main(["log", "gone", "--public-key", str(away)]) == 2
