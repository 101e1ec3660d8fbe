"""The proof of an alert: made from the sealed log, believed by one stand-alone file, and refused after any change."""

import copy
import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from tests.platform.alert_world import CASE, FILING, LEVELS, XU
from tests.platform.databases import cloned
from tests.platform.logs import SealedLog
from tests.platform.test_alerts_supervised import BOTH, lived
from tests.story import at
from tools import verify
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.access.scope import viewer_of
from zhunsheng.apps.alerts.delivery.moment import Moment
from zhunsheng.apps.alerts.delivery.outcomes import write_outcomes
from zhunsheng.apps.alerts.delivery.queueing import delivery_key
from zhunsheng.apps.alerts.models import Delivery, DeliveryOutcome
from zhunsheng.apps.alerts.opening import opened
from zhunsheng.apps.alerts.proving import NoSuchAlert, prove
from zhunsheng.apps.alerts.services import acknowledge
from zhunsheng.apps.audit.bundle import NotSealed
from zhunsheng.apps.audit.keys import PUBLIC
from zhunsheng.commands.recompute import recomputed
from zhunsheng.launcher import EmbeddedServer

Bundle = dict[str, Any]
CHECK = "documents.approval-before-act"
DETAINED = f"2022-11-02 16:48 P1 person.detained case={CASE} approved_at=2022-11-02T18:00\n"
ROOT = Path(__file__).resolve().parents[2]
TOLD_AT = at("2022-11-09 12:01")
OPENED_AT = at("2022-11-09 12:10")


@dataclass(frozen=True)
class Proved:
    """Two bundles of one world and what they are held against."""

    red: Bundle
    check: Bundle
    evidence: verify.Evidence


@pytest.fixture(scope="module")
def proved(server: EmbeddedServer) -> Iterator[Proved]:
    """The seed told until red, its case officer's text accepted by a gateway, the log sealed."""
    with cloned(server) as database, pytest.MonkeyPatch.context() as patch:
        patch.setitem(settings.DATABASE_URLS, "zs_verifier", database.dsn("zs_verifier"))
        with as_process("test"):
            world = lived(DETAINED + XU, "2022-11-02 16:48", "2022-11-04 10:00", *LEVELS, rules=(*BOTH, CHECK))
            own = world.alerts("case_officer", "first", "worse")
            (red,) = [alert for alert in own if alert.created_at == at(LEVELS[-1])]
            (broken,) = [alert for alert in world.alerts("unit_head", "first", "worse") if alert.kind == "broken"]
            sent = list(Delivery.objects.filter(alert=red, channel="sms").values_list("key", flat=True))
            assert len(sent) == 1
            write_outcomes(sent, DeliveryOutcome.What.ACCEPTED, moment=Moment(at=TOLD_AT, real=TOLD_AT))
            acknowledge(red.group_id or "", world.people["case_officer"], at("2022-11-09 12:05"), via="page")
            head = world.people["unit_head"].pk
            viewer = viewer_of(account="head", officer=head, admin_role="", on=TOLD_AT.date())
            assert len(opened(viewer, red.group_id or "", Moment(at=OPENED_AT, real=OPENED_AT))) == 1
        with pytest.raises(NotSealed):
            prove(red.key)
        log = SealedLog(database)
        log.seal()
        out = io.StringIO()
        call_command("prove", red.key[:16], stdout=out)
        yield Proved(json.loads(out.getvalue()), prove(broken.key), log.evidence())


def problems(bundle: Bundle, proved: Proved) -> list[str]:
    return verify.verify_alert(bundle, proved.evidence).problems


def changed(bundle: Bundle, table: str, change: Callable[[dict[str, Any]], object]) -> Bundle:
    """The bundle with the last row of a table changed."""
    forged = copy.deepcopy(bundle)
    row = [row for row in forged["rows"] if json.loads(row["text"])["table"] == table][-1]
    read = json.loads(row["text"])
    change(read["row"])
    row["text"] = json.dumps(read, ensure_ascii=False)
    return forged


def test_an_honest_bundle_agrees_and_says_who_was_told_when(proved: Proved) -> None:
    """The case officer by text message at 12:01, and his acknowledgement five minutes after the alert."""
    assert problems(proved.red, proved) == []
    told = list(verify.told_lines(proved.red))
    (own,) = [n for n, line in enumerate(told) if line.startswith("*")]
    assert "red case_officer" in told[own]
    assert "有2项需要办理，最急的“刑事受案后立案审查”11月9日24:00届满，还剩12小时。" in told[own]
    # 12:01 in Shanghai; the first person of the station handles the case.
    assert told[own + 1].split() == ["2022-11-09T04:01:00+00:00", "sms", "…0001", "accepted"]
    assert any("acknowledge by officer" in line and "04:05:00" in line for line in told)


def test_it_says_of_whom_no_text_went_to_because_he_had_opened_it(proved: Proved) -> None:
    """The head of the station, third of its people, at 12:10: an hour before his text would leave."""
    told = list(verify.told_lines(proved.red))
    (head,) = [n for n, line in enumerate(told) if "worse red unit_head" in line]
    assert told[head + 1].split() == ["2022-11-09T04:10:00+00:00", "sms", "…0003", "opened"]


def test_events_and_rules_of_the_bundle_give_the_alert_again(proved: Proved) -> None:
    """The finding, and each step of the explanation that was frozen three days before its due time."""
    wrong, said = recomputed(proved.red)
    assert wrong == []
    assert said.startswith("RECOMPUTED as of 2022-11-09T")
    assert "Every step of the explanation is the same" in said
    wrong, said = recomputed(proved.check)
    assert wrong == []
    assert "no steps" in said


def test_the_log_of_the_case_is_in_it_and_nothing_of_others(proved: Proved) -> None:
    events = verify.rows_by_table(proved.red)["cases_event"]
    # Two came in at once, by the order of their ids; the third two days later.
    assert [row["type"] for row in events] == ["person.detained", "case.accepted", "filing_review.extended"]
    assert {row["case"] for row in events} == {CASE}


FORGERIES: dict[str, tuple[str, Callable[[dict[str, Any]], object], str]] = {
    "an event's time": ("cases_event", lambda row: row.update(at="2022-11-05T02:00:00+00:00"), "cases_event"),
    "an event's fact": ("cases_event", lambda row: row.update(facts='{"tier": "30d"}'), "cases_event"),
    "the alert's words": ("alerts_alert", lambda row: row.update(text="【准绳】一切正常。"), "alerts_alert"),
    "the alert's recipient": ("alerts_alert", lambda row: row.update(officer_id=99), "alerts_alert"),
    "the alert's time": (
        "alerts_alert",
        lambda row: row.update(created_at="2022-11-08T00:00:00+00:00"),
        "alerts_alert",
    ),
    "when it was sent": (
        "alerts_deliveryoutcome",
        lambda row: row.update(at="2022-11-08T00:00:00+00:00"),
        "alerts_deliveryoutcome",
    ),
    "who acknowledged": ("alerts_action", lambda row: row.update(by_id=99), "alerts_action"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_changed_row_fails_and_is_named(proved: Proved, name: str) -> None:
    table, change, named = FORGERIES[name]
    found = problems(changed(proved.red, table, change), proved)
    assert any(named in line and "not under the head" in line for line in found), found


def test_a_changed_proof_fails_and_names_its_row(proved: Proved) -> None:
    forged = copy.deepcopy(proved.red)
    row = forged["rows"][0]
    row["path"][0] = "00" * 32
    (line,) = problems(forged, proved)
    assert verify.row_name(row["text"]) in line


def test_a_changed_phone_number_fails_and_names_the_delivery(proved: Proved) -> None:
    forged = copy.deepcopy(proved.red)
    delivery = forged["deliveries"][0]
    delivery["target"] = "13900009999"
    found = problems(forged, proved)
    assert f"delivery {delivery['key']}: alert, channel or recipient was changed; they do not give its key" in found


def test_a_delivery_that_was_added_or_left_out_is_named(proved: Proved) -> None:
    added = copy.deepcopy(proved.red)
    key = delivery_key(added["alert"], "mail", "a@example.org")
    added["deliveries"].append({"key": key, "alert": added["alert"], "channel": "mail", "target": "a@example.org"})
    assert problems(added, proved) == [f"delivery {key}: no sealed row says that it was made"]
    without = {**proved.red, "deliveries": []}
    assert [line for line in problems(without, proved) if "does not say to whom it went" in line]


@pytest.mark.parametrize("file", [f"deadlines/criminal/{FILING}.toml", "vocabulary.toml"])
def test_a_changed_rule_file_fails(proved: Proved, file: str) -> None:
    forged = copy.deepcopy(proved.red)
    files = forged["rulebook"]["files"]
    name = next(name for name in files if name.endswith(file.rpartition("/")[2]))
    files[name] += "\n# another text\n"
    assert any(line.startswith("rulebook: a rule file") for line in problems(forged, proved))
    forged["rulebook"]["sha256"] = verify.rulebook_digest(files)
    assert any(line.startswith("rulebook: the last release") for line in problems(forged, proved))


def test_another_signature_key_or_second_place_fails(proved: Proved) -> None:
    forged = copy.deepcopy(proved.red)
    forged["head"]["signature"] = "00" * 64
    assert "the head's signature is not of this key" in problems(forged, proved)
    other = {**proved.red, "public_key": "00" * 32}
    assert problems(other, proved) == ["the bundle names another public key than the one given"]


def test_an_event_left_out_is_found_by_computing_again(proved: Proved) -> None:
    """Proofs cannot show what is missing; without its extension the limit is three days, and red was another day."""
    forged = copy.deepcopy(proved.red)
    forged["rows"] = [row for row in forged["rows"] if "filing_review.extended" not in row["text"]]
    assert problems(forged, proved) == []
    wrong, _ = recomputed(forged)
    assert any("explanation: due is" in line for line in wrong), wrong


def test_a_step_changed_in_the_explanation_is_found_by_computing_again(proved: Proved) -> None:
    """Even by someone who could seal it."""
    forged = copy.deepcopy(proved.red)
    for row in forged["rows"]:
        read = json.loads(row["text"])
        if read["row"].get("key") == forged["alert"]:
            read["row"]["explanation"]["steps"][0]["kind"] = "extend"
            row["text"] = json.dumps(read)
    assert [line.partition(" is ")[0] for line in recomputed(forged)[0]] == ["explanation: steps"]


def test_of_an_alert_that_takes_back_it_is_only_said_whether_the_data_still_give_it(proved: Proved) -> None:
    """A ruling takes back what the data still say: that is no disagreement."""
    forged = copy.deepcopy(proved.red)
    for row in forged["rows"]:
        read = json.loads(row["text"])
        if read["row"].get("key") == forged["alert"]:
            read["row"]["reason"] = "withdrawn"
            row["text"] = json.dumps(read)
    wrong, said = recomputed(forged)
    assert wrong == []
    assert "the finding that the alert takes back is still found." in said


def test_the_file_alone_verifies_a_bundle_and_lets_the_platform_compute_it(proved: Proved, tmp_path: Path) -> None:
    """As an inspector runs it: an isolated interpreter, the bundle, the key."""
    bundle, key = tmp_path / "bundle.json", settings.KEYS / PUBLIC
    bundle.write_text(json.dumps(proved.red), "utf-8")
    command = [sys.executable, "-I", str(ROOT / "tools" / "verify.py"), "bundle", str(bundle), "--public-key", str(key)]
    plain = subprocess.run(command, capture_output=True, text=True, check=False)
    assert plain.returncode == 0, plain.stdout
    assert "NOT RECOMPUTED" in plain.stdout
    zs = tmp_path / "zs"
    zs.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m zhunsheng.cli "$@"\n', "ascii")
    zs.chmod(0o700)
    whole = subprocess.run([*command, "--with-zs", str(zs)], capture_output=True, text=True, check=False)
    assert whole.returncode == 0, whole.stdout
    assert "Every step of the explanation is the same" in whole.stdout


def test_there_is_no_proof_of_an_alert_that_is_not_there(db: None) -> None:
    del db
    with pytest.raises(NoSuchAlert):
        prove("0" * 64)
