"""A city of a wanted size in an embedded database of its own: made by fill.sql, set by set, in a minute.

The platform would come to the same rows event by event; here only their number and their spread matter. What pages
compute by code (the rulebook, the approved policy, the ledger) is made by the platform's own code.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

import psycopg
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections, transaction
from psycopg.types.json import Jsonb

import bench.site.environment  # noqa: F401 - Django is set up before the models below
from zhunsheng.apps.access import sessions
from zhunsheng.apps.access.models import Account
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.desk.premises import stay_rules
from zhunsheng.apps.org.models import Post
from zhunsheng.apps.org.roles import ADMIN_ROLES
from zhunsheng.apps.points import stored
from zhunsheng.apps.points.policies import in_use
from zhunsheng.apps.points.recording import post, record_points
from zhunsheng.apps.supervision import rulebooks
from zhunsheng.core.clocks import Rulebook
from zhunsheng.web.demo import scoring
from zhunsheng.web.serving import release_first_rulebook

NOW: Final = datetime.fromisoformat("2026-03-20T02:30:00+00:00")
HISTORY: Final = timedelta(days=12)
SQL: Final = (Path(__file__).parent / "fill.sql").read_text("utf-8")
WORK_SQL: Final = (Path(__file__).parent / "work.sql").read_text("utf-8")
STATUSES: Final = {"officer": 1, "unit_head": 1, "legal_officer": 1, "area_keeper": 1, "county_head": 1,
                   "legal_department": 2, "inspectorate": 1}  # fmt: skip
NO_PASSWORD: Final = "!"  # noqa: S105 - nobody logs in: sessions are made
RULES: Final = """
    CREATE TEMPORARY TABLE bench_rule (n int, id text, nature text, liberty boolean, is_stay boolean, words jsonb);
    CREATE TEMPORARY TABLE bench_check (n int, id text, words jsonb)
"""


@dataclass(frozen=True)
class Size:
    """How many cases there are, and how many limits run."""

    cases: int
    clocks: int


class Server(Protocol):
    """A server of a prepared database."""

    def dsn(self, role: str) -> str:
        """How to connect to it as a role."""


def fill(server: Server, size: Size) -> None:
    """Fill the prepared database of the server, to which Django's connection leads."""
    clock.set_city_clock(NOW, seconds_per_second=0)
    release_first_rulebook()
    with as_process("bench"):
        rulebook, _digest = rulebooks.current()
        stays = set(stay_rules())
    assert settings.POLICIES is not None, "ZS_POLICIES names the folder of the bench"
    scoring.put_in_place(settings.RULEBOOK, settings.POLICIES, since=NOW - HISTORY)
    with psycopg.connect(server.dsn("zs_owner"), autocommit=True) as connection:
        for name, value in {"cases": size.cases, "clocks": size.clocks, "now": NOW.isoformat()}.items():
            connection.execute("SELECT set_config(%s, %s, false)", [f"bench.{name}", str(value)])
        connection.execute("SELECT set_config('zs.actor', 'process:bench', false)")
        _rules(connection, rulebook, stays)
        connection.execute(SQL)
        with transaction.atomic(), as_process("bench"):
            _accounts()
        scoring.approve(at=NOW)
        connection.execute(WORK_SQL)
        _ledger()
        connection.execute("VACUUM (ANALYZE)")
    connections.close_all()


def _rules(connection: psycopg.Connection[Any], rulebook: Rulebook, stays: set[str]) -> None:
    """The rules in force, as fill.sql takes them: limits, those on a stay apart, and checks."""
    connection.execute(RULES)
    counts = {True: 0, False: 0}
    for rule in rulebook.judged():
        is_stay = rule.id in stays
        recipients = {level: list(roles) for level, roles in rule.recipients.items()}
        words = {"title": rule.title, "status": rule.status, "messages": dict(rule.messages),
                 "recipients": recipients, "inhibited_by": []}  # fmt: skip
        row = (counts[is_stay], rule.id, rule.nature, rule.custody, is_stay, Jsonb(words))
        connection.execute("INSERT INTO bench_rule VALUES (%s, %s, %s, %s, %s, %s)", row)
        counts[is_stay] += 1
    for n, check in enumerate(rulebook.judged_checks()):
        words = {"title": check.title, "status": check.status, "messages": dict(check.messages),
                 "recipients": {}, "inhibited_by": []}  # fmt: skip
        connection.execute("INSERT INTO bench_check VALUES (%s, %s, %s)", (n, check.id, Jsonb(words)))


def _accounts() -> None:
    """An account of each role, of the first unit where there are several."""
    for role, count in STATUSES.items():
        posts = Post.objects.filter(role=role).select_related("officer").order_by("unit__path", "pk")[:count]
        for n, one in enumerate(posts):
            username = role if n == 0 else f"{role}_{n + 1}"
            Account.objects.create(username=username, officer=one.officer, password=NO_PASSWORD)
    for role in ADMIN_ROLES:
        Account.objects.create(username=role, admin_role=role, password=NO_PASSWORD)


def _ledger() -> None:
    """What follows from the facts of the month, by the platform's own computation."""
    record_points()
    with transaction.atomic(), as_process("bench"):
        stored.hold()
        post(in_use(), NOW)


def session_of(username: str) -> str:
    """The key of a complete session, whose second factor was given this moment."""
    with transaction.atomic(), as_process("bench"):
        account, at = Account.objects.get(username=username), clock.real_now()
        session = SessionStore()
        sessions.begin(session, account=account.pk, at=at)
        sessions.complete(session, at=at)
        session.save()
        return str(session.session_key)
