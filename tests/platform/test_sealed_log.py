"""The log: sealed behind slow transactions, continued after a crash, and every change to it found and named."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from tests.platform.databases import OwnDatabase
from tests.platform.logs import SealedLog
from tools import verify
from zhunsheng.apps.audit.heads import HEADS_FILE, LEAVES_FILE, LogContradicted
from zhunsheng.apps.audit.keys import PUBLIC, signing_key
from zhunsheng.apps.audit.sealer import publish, seal_once
from zhunsheng.apps.audit.tables import sealed_tables


@pytest.fixture
def log(own: OwnDatabase) -> SealedLog:
    return SealedLog(own)


def test_an_untouched_log_agrees_with_its_second_place(log: SealedLog) -> None:
    for count in (3, 1, 5):
        log.write(count)
        log.seal()
    assert log.verified().problems == []
    assert [head.size for head in log.place.heads()] == [3, 4, 9]


def test_nothing_to_seal_makes_no_head(log: SealedLog) -> None:
    assert log.seal() is None


def test_a_slow_transaction_is_sealed_when_it_ends_and_not_skipped(log: SealedLog) -> None:
    with psycopg.connect(log.database.dsn("zs_app")) as slow:
        slow.execute("SELECT set_config('zs.actor', 'account:slow', true)")
        slow.execute("SELECT zs_audit('read', 'done', 'case', 'slow-one', '{}')")
        # While it runs, others write and are sealed up to it: they began later, so they wait behind it.
        log.write(2)
        assert log.seal() is None
    head = log.seal()
    assert head is not None
    assert head.size == 3
    assert log.verified().problems == []


def test_a_rolled_back_transaction_leaves_no_trace_and_stops_nothing(log: SealedLog) -> None:
    connection = psycopg.connect(log.database.dsn("zs_app"))
    connection.execute("SELECT set_config('zs.actor', 'account:nobody', true)")
    connection.execute("SELECT zs_audit('read', 'done', 'case', 'undone', '{}')")
    connection.rollback()
    connection.close()
    log.write(1)
    head = log.seal()
    assert head is not None
    assert head.size == 1


def test_a_crash_between_sealing_and_publishing_is_made_good(log: SealedLog) -> None:
    key = signing_key(settings.KEYS)
    log.write(2)
    with log.database.connect("zs_sealer") as connection:
        seal_once(connection, key=key, tables=sealed_tables())
    log.write(2)
    log.seal()
    assert [head.size for head in log.place.heads()] == [2, 4]
    assert log.verified().problems == []


def test_half_a_line_and_leaves_without_head_are_written_again(log: SealedLog) -> None:
    log.write(2)
    log.seal()
    with (log.folder / LEAVES_FILE).open("ab") as leaves, (log.folder / HEADS_FILE).open("ab") as heads:
        leaves.write(b"\x00" * 40)
        heads.write(b'{"log_id": "')
    log.write(1)
    log.seal()
    assert [head.size for head in log.place.heads()] == [2, 3]
    assert log.verified().problems == []


def test_a_restored_database_with_new_transaction_numbers_goes_on_without_gap_or_repeat(log: SealedLog) -> None:
    log.write(3)
    log.seal()
    with log.database.connect("postgres") as connection:
        # What a restore into a new cluster looks like: another identifier, and numbers that begin anew.
        connection.execute("UPDATE audit_progress SET cluster = 'another', horizon = 9000000000")
    log.write(2)
    head = log.seal()
    assert head is not None
    assert head.size == 5
    assert log.verified().problems == []


def test_the_application_cannot_write_the_log_or_its_heads(log: SealedLog) -> None:
    log.write(1)
    log.seal()
    with log.database.connect("zs_app") as connection:
        for statement in (
            "UPDATE audit_entry SET actor = 'x'",
            "DELETE FROM audit_leaf",
            "TRUNCATE audit_entry",
            "INSERT INTO audit_head VALUES (9, '', now(), '')",
            "UPDATE audit_progress SET horizon = 0",
            "UPDATE audit_deployment SET log_id = gen_random_uuid()",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entry SET actor = 'x'", "DELETE FROM audit_leaf", "TRUNCATE audit_head"]
)
def test_even_the_owner_is_refused_and_told_why(log: SealedLog, statement: str) -> None:
    log.write(1)
    log.seal()
    refused = pytest.raises(psycopg.errors.InsufficientPrivilege, match="never changed")
    with log.database.connect("zs_owner") as connection, refused:
        connection.execute(statement)


def test_a_sealer_on_a_cut_log_stops_instead_of_sealing_on(log: SealedLog) -> None:
    log.write(3)
    log.seal()
    with log.database.connect("postgres") as connection:
        connection.execute("ALTER TABLE audit_head DISABLE TRIGGER refuse_change")
        connection.execute("DELETE FROM audit_head")
    with log.database.connect("zs_sealer") as connection, pytest.raises(LogContradicted, match="被截断、改写"):
        publish(connection, log.place)


def test_the_verifier_runs_alone_with_nothing_installed(log: SealedLog, tmp_path: Path) -> None:
    log.write(4)
    log.seal()
    export = tmp_path / "export.tsv"
    export.write_bytes(log.export())
    alone = tmp_path / "verify.py"
    alone.write_bytes(Path(verify.__file__).read_bytes())
    command = [sys.executable, "-I", "-S", str(alone), "log", str(export), "--public-key", str(settings.KEYS / PUBLIC)]
    said = subprocess.run(
        [*command, "--heads", str(log.folder / HEADS_FILE)], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (said.returncode, said.stdout) == (0, "OK: 4 rows, 1 heads, 0 not sealed yet\n"), said.stderr
