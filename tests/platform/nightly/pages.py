"""Pages under load: a large city, many users, mixed pages, the site as it is served.

    python -m tests.platform.nightly.pages [CASES] [USERS] [SECONDS] [--append]

A clock runs in every case and a tenth of them have an alert. So many users ask for one page after the other, without a
pause, from 16 connections; the site is one process, PostgreSQL, the site and the users share the machine. Of every page
that was served the reading stands in the log. What is counted in seconds means something on a quiet machine only.
Exit code 1 if a page failed or a reading is missing; the rate is a figure and no promise.
"""

import http.client
import random
import statistics
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Final

import psycopg
from django.conf import settings
from django.db import connection

from tests.platform.accounts import account, signed_in
from tests.platform.databases import embedded
from tests.platform.environment import HOME, say
from tests.platform.nightly import append_figures, arguments
from tests.platform.people import CITY, EAST, EAST_STATION, WEST_STATION, city, officer
from tests.platform.standing import FILING
from tests.platform.supervised import put_in_force
from tests.platform.test_alerts_supervised import shipped
from tests.platform.test_served import Site, served, until
from zhunsheng.apps.access.processes import as_process

CASES, USERS, SECONDS = 300_000, 200, 60
CONNECTIONS: Final = 16
SEED: Final = 20261128
POSTS: Final = (
    ("officer", EAST_STATION), ("unit_head", EAST_STATION), ("unit_head", WEST_STATION), ("county_head", EAST),
    ("legal_officer", EAST_STATION), ("legal_department", CITY), ("inspectorate", CITY),
)  # fmt: skip
PAGES: Final = ("/cases/", "/cases/all/", "/inbox/", "/overdue/", "/cases/{number}/", "/help/")
RECORDED: Final = {"/help/": 0}
PATHS: Final = ("src/zhunsheng/apps/desk", "src/zhunsheng/apps/access", "src/zhunsheng/web")
FILL: Final = (
    """
    INSERT INTO cases_case (number, title, kind, label, unit_id, registered_unit, first_at)
    SELECT 'A' || u || '2026' || lpad(n::text, 8, '0'), '第' || n || '案', 'criminal', 'ordinary', u, true, now()
    FROM generate_series(1, %(count)s) n, LATERAL (SELECT (%(units)s::text[])[1 + n %% 2] AS u) one
    """,
    """
    INSERT INTO supervision_clock (key, rule, rule_version, "case", epoch, unit, start, due, due_at_end, "outer",
        outer_at_end, outcome, question_hard, nature, liberty, level, as_of, digest)
    SELECT encode(sha256(number::bytea), 'hex'), %(rule)s, 1, number, 1, unit_id, now(), now() + h, false, now() + h,
        false, 'running', false, 'statutory', false, CASE WHEN h < interval '1 day' THEN 'red' ELSE '' END, now(), 0
    FROM cases_case, LATERAL (SELECT (right(number, 4)::int %% 720) * interval '1 hour' AS h) one
    """,
    """
    INSERT INTO alerts_alertgroup (key, rule, "case", subject, unit, nature, liberty, level, kind, start, due, "outer",
        due_at_end, outer_at_end, clock, findings, words, explanation, state, asks, escalations, escalated, held,
        inhibited_by, opened_at)
    SELECT key, rule, "case", '', unit, nature, false, 'red', 'approaching', start, due, "outer", false, false, '{}',
        '{}', '{"title": "立案审查"}', '{}', 'waiting', 0, 0, '[]', '', '', now()
    FROM supervision_clock WHERE right("case", 1) = '7'
    """,
    "ANALYZE",
)


@dataclass
class User:
    """Somebody at a browser, and the cases that he opens."""

    cookie: str
    numbers: list[str]


@dataclass
class Tally:
    """What the users saw."""

    seconds: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    recorded: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, took: float, status: int, path: str) -> None:
        """One answer."""
        with self.lock:
            self.seconds.append(took)
            self.statuses[status] = self.statuses.get(status, 0) + 1
            self.recorded += RECORDED.get(path, 1) if status == 200 else 0


def users(count: int) -> list[User]:
    """Accounts with sessions, and for each some cases that he may list."""
    made = []
    for serial in range(count):
        post = POSTS[serial % len(POSTS)]
        person = signed_in(account(f"u{serial}", officer=officer(f"06{serial:04d}", post), factor=False))
        made.append(User(person.client.cookies[settings.SESSION_COOKIE_NAME].value, []))
    return made


def ask(site: Site, who: list[User], tally: Tally, ends_at: float, seed: int) -> None:
    """One connection: user after user, page after page."""
    draw = random.Random(seed)
    line = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    while time.monotonic() < ends_at:
        user, path = draw.choice(who), draw.choice(PAGES)
        began = time.monotonic()
        headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={user.cookie}"}
        line.request("GET", path.format(number=draw.choice(user.numbers)), headers=headers)
        answer = line.getresponse()
        answer.read()
        tally.add(time.monotonic() - began, answer.status, path)
    line.close()


def readings() -> int:
    """How many readings by these users stand in the log."""
    with as_process("test"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_entry WHERE action = 'read' AND actor LIKE 'account:u%'")
        return int(cursor.fetchone()[0])


def main(cases: int, count: int, seconds: int) -> int:
    """The whole run."""
    with embedded(HOME) as server:
        city()
        put_in_force(shipped(FILING, "criminal.filing.overdue-explain"))
        with server_owner(server.dsn("postgres")) as owner:
            for statement in FILL:
                owner.execute(statement, {"count": cases, "units": [EAST_STATION, WEST_STATION], "rule": FILING})
        who = users(count)
        with as_process("test"), connection.cursor() as cursor:
            cursor.execute("SELECT number FROM cases_case WHERE unit_id = %s ORDER BY number LIMIT 500", [EAST_STATION])
            numbers = [row[0] for row in cursor.fetchall()]
        for user in who:
            user.numbers = numbers
        site = served(HOME, server)
        try:
            assert until(site, 200), (HOME / "served.log").read_text()
            tally, ends_at = Tally(), time.monotonic() + seconds
            lines = [
                threading.Thread(target=ask, args=(site, who, tally, ends_at, SEED + n)) for n in range(CONNECTIONS)
            ]
            for line in lines:
                line.start()
            for line in lines:
                line.join()
        finally:
            site.process.terminate()
            site.process.wait(timeout=30)
        found = readings()
    p50, p99 = (statistics.quantiles(tally.seconds, n=100)[n] * 1000 for n in (49, 98))
    failed = sum(times for status, times in tally.statuses.items() if status >= 500)
    rate = len(tally.seconds) / seconds
    say(f"{len(tally.seconds)} pages in {seconds} s: {rate:.0f} a second, p50 {p50:.0f} ms, p99 {p99:.0f} ms")
    say(f"answers {tally.statuses}; {tally.recorded} readings to be in the log, {found} there")
    figure = f"{rate:.0f} pages a second of {cases:,} cases, p50 {p50:.0f} ms, p99 {p99:.0f} ms, {failed} failed"
    append_figures({"pages.load": figure}, run="pages", paths=PATHS)
    return 1 if failed or found < tally.recorded else 0


def server_owner(dsn: str) -> "psycopg.Connection[tuple[object, ...]]":
    """The owner of everything, past row security, who tells the log that it fills a test."""
    owner = psycopg.connect(dsn)
    owner.execute("SELECT set_config('zs.actor', 'process:test', false), set_config('statement_timeout', '0', false)")
    owner.execute("SET session_replication_role = replica")  # a city of this size is no act of anybody
    return owner


if __name__ == "__main__":
    GIVEN = [int(argument) for argument in arguments()]
    sys.exit(main(*GIVEN, *(CASES, USERS, SECONDS)[len(GIVEN) :]))
