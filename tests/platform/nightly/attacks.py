"""Ten attacks on the log, many times each, at random places.

`python -m tests.platform.nightly.attacks [TIMES] [--append]` prints how many were found, and in how many
the first bad row was named; exit code 1 if any was not. Then how fast a log of a hundred thousand rows is verified,
from the database to the verdict.
"""

import random
import sys
import time
from collections import Counter

import psycopg

from tests.platform.attacks import ATTACKS, forged_bundle, open_tables
from tests.platform.databases import cloned, embedded
from tests.platform.environment import HOME, say
from tests.platform.logs import SealedLog
from tests.platform.nightly import append_figures, arguments
from tools import verify
from zhunsheng.apps.audit.bundle import bundle
from zhunsheng.apps.audit.tables import sealed_tables

ROWS, ROWS_A_HEAD = 2000, 100
MANY_ROWS = 100_000
WRITE_MANY = """
    SELECT count(zs_audit('read', 'done', 'case', 'case-' || n, '{"persons": ["p1"]}')) FROM generate_series(1, %s) n
"""
PATHS = ("src/zhunsheng/apps/audit", "tools/verify.py", "tests/platform/attacks.py")


def main(times: int) -> int:
    """Run every attack so many times."""
    with embedded(HOME) as server, cloned(server) as database:
        log = SealedLog(database)
        for _ in range(ROWS // ROWS_A_HEAD):
            log.write(ROWS_A_HEAD)
            log.seal()
        started = time.perf_counter()
        found, named = attack_database(log, times)
        forged = attack_proofs(log, times)
        seconds = time.perf_counter() - started
        rate = verifying_rate(log)
    total = times * (len(ATTACKS) + 1)
    caught, exact = sum(found.values()) + forged, sum(named.values()) + forged
    say(f"{total} attacks on {ROWS} rows in {seconds:.0f} s: {caught} found, {exact} with the first bad row named")
    for name in ATTACKS:
        say(f"  {name}: {found[name]} found, {named[name]} named")
    say(f"  forged proof: {forged} found")
    say(f"{rate:,.0f} rows a second from the database to the verdict, of {MANY_ROWS:,}")
    figures = {"attacks.found": f"{caught:,} of {total:,}", "attacks.first-row-named": f"{exact:,} of {total:,}"}
    figures["attacks.verified"] = f"{rate:,.0f} rows/s exported and verified, of {MANY_ROWS:,}"
    append_figures(figures, run="attacks", paths=PATHS)
    return 0 if caught == exact == total else 1


def attack_database(log: SealedLog, times: int) -> tuple[Counter[str], Counter[str]]:
    """Each attack so many times; how often it was found, and how often its first row was named."""
    found: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for name, attack in ATTACKS.items():
        for seed in range(times):
            with psycopg.connect(log.database.dsn("postgres")) as connection, connection.cursor() as cursor:
                open_tables(cursor)
                touched = attack(cursor, log, random.Random(f"{name}{seed}"))
                findings = log.judge(cursor)
                connection.rollback()
            found[name] += bool(findings.problems)
            named[name] += findings.first_row == touched and bool(findings.first_name)
    return found, named


def attack_proofs(log: SealedLog, times: int) -> int:
    """So many forged bundles; how many were found."""
    with log.database.connect("zs_verifier") as connection:
        keys = connection.execute("SELECT source, row_key FROM audit_leaf WHERE n % 97 = 0 ORDER BY n").fetchall()
        honest = bundle(connection, tables=sealed_tables(), rows=keys)
    if verify.verify_bundle(honest, log.evidence()).problems:
        raise SystemExit("the honest bundle was refused")
    return sum(
        bool(verify.verify_bundle(forged_bundle(honest, random.Random(seed)), log.evidence()).problems)
        for seed in range(times)
    )


def verifying_rate(log: SealedLog) -> float:
    """Rows a second of an untouched log that is taken out of the database and verified."""
    with psycopg.connect(log.database.dsn("zs_app")) as connection:
        connection.execute("SELECT set_config('zs.actor', 'account:alice', true)")
        connection.execute(WRITE_MANY, [MANY_ROWS])
    while log.seal() is not None:
        pass
    began = time.perf_counter()
    findings = log.verified()
    took = time.perf_counter() - began
    if findings.problems:
        raise SystemExit(f"an untouched log was accused: {findings.problems[0]}")
    return (MANY_ROWS + ROWS) / took


if __name__ == "__main__":
    sizes = [int(text) for text in arguments()]
    sys.exit(main(sizes[0] if sizes else 200))
