"""Every attack on the log is found, and the first row it touched is named. `nightly/attacks.py` does 200 of each."""

import random
from collections.abc import Iterator

import psycopg
import pytest

from tests.platform.attacks import ATTACKS, close_tables, forged_bundle, open_tables
from tests.platform.databases import OwnDatabase, cloned
from tests.platform.logs import SealedLog
from tools import verify
from zhunsheng.apps.audit.bundle import NotSealed, bundle
from zhunsheng.apps.audit.tables import sealed_tables
from zhunsheng.launcher import EmbeddedServer
from zhunsheng.web.guards import UnsafeDatabase, assert_safe

TIMES = 4


@pytest.fixture(scope="module")
def log(server: EmbeddedServer) -> Iterator[SealedLog]:
    with cloned(server) as database:
        log = SealedLog(database)
        for _ in range(5):
            log.write(20)
            log.seal()
        yield log


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_found_and_its_first_row_named(log: SealedLog, name: str) -> None:
    for seed in range(TIMES):
        with psycopg.connect(log.database.dsn("postgres")) as connection, connection.cursor() as cursor:
            open_tables(cursor)
            touched = ATTACKS[name](cursor, log, random.Random(seed))
            findings = log.judge(cursor)
            connection.rollback()
        assert findings.problems, f"{name}, seed {seed}: not found"
        assert findings.first_row == touched, f"{name}, seed {seed}: {findings.problems}"
        assert findings.first_name


def test_a_forged_proof_is_found(log: SealedLog) -> None:
    with log.database.connect("zs_verifier") as connection:
        keys = connection.execute("SELECT source, row_key FROM audit_leaf WHERE n IN (0, 49, 99) ORDER BY n").fetchall()
        honest = bundle(connection, tables=sealed_tables(), rows=keys)
    assert verify.verify_bundle(honest, log.evidence()).problems == []
    for seed in range(50):
        assert verify.verify_bundle(forged_bundle(honest, random.Random(seed)), log.evidence()).problems, seed


def test_without_the_leaves_of_the_second_place_a_rewrite_is_found_within_one_head(log: SealedLog) -> None:
    evidence = log.evidence()
    blind = verify.Evidence(evidence.public_key, evidence.log_id, evidence.heads, leaves=b"")
    with psycopg.connect(log.database.dsn("postgres")) as connection, connection.cursor() as cursor:
        open_tables(cursor)
        touched = ATTACKS["whole rewrite"](cursor, log, random.Random(1))
        log.judge(cursor)
        connection.rollback()
    findings = verify.verify_export(log.folder / "export.tsv", blind)[1]
    assert findings.first_row == touched // 20 * 20  # heads stand at every twentieth row


def test_a_row_that_is_not_sealed_cannot_be_proved(own: OwnDatabase) -> None:
    log = SealedLog(own)
    log.write(1)
    log.seal()
    with own.connect("zs_verifier") as connection, pytest.raises(NotSealed, match="audit_entry 的 999999"):
        bundle(connection, tables=sealed_tables(), rows=[("audit_entry", "999999")])


def test_a_disabled_trigger_stops_the_start_of_the_site(own: OwnDatabase) -> None:
    with own.connect("postgres") as connection:
        connection.execute("ALTER TABLE audit_entry DISABLE TRIGGER refuse_change")
    with own.connect("zs_app") as connection, pytest.raises(UnsafeDatabase, match="触发器 refuse_change 已被停用"):
        assert_safe(connection)
    with own.connect("postgres") as connection, connection.cursor() as cursor:
        close_tables(cursor)
    with own.connect("zs_app") as connection:
        assert_safe(connection)


def test_the_slow_signature_check_agrees_with_the_library(log: SealedLog) -> None:
    evidence = log.evidence()
    head = evidence.heads[20]
    at = head.at
    message = f"zhunsheng head 1\n{head.log_id}\n20\n{head.root.hex()}\n{at}".encode()
    key, signature = evidence.public_key, head.signature
    for check in (verify.signature_holds, verify.slow_signature_holds):
        assert check(key, signature, message)
        assert not check(key, signature, message + b" ")
        assert not check(key, signature[:-1] + bytes([signature[-1] ^ 1]), message)
        assert not check(bytes([key[0] ^ 1]) + key[1:], signature, message)
