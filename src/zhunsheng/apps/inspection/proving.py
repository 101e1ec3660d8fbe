"""All that proves one card, one draw or one alarm of oversight, each row with its path to the signed head of the log.

A card: its steps and the events that told of them. A draw: its frame under the published names, the witness's promise,
the draw. An alarm: its 核查单 and the answers. tools/verify.py holds it together without any access.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

import psycopg
from django.conf import settings
from django.db import connection

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit.bundle import bundle
from zhunsheng.apps.audit.keys import PUBLIC
from zhunsheng.apps.audit.services import record
from zhunsheng.apps.audit.tables import sealed_tables
from zhunsheng.apps.inspection.models import Alarm, Assigned, Card, Overtaken, Plan
from zhunsheng.apps.inspection.telling import SOURCE, confirmation_key

EVENTS: Final = "cases_event"
KEYS: Final = """
    SELECT concat_ws('/', source, id, version::text) FROM cases_event
    WHERE source = %(source)s AND (id = ANY (%(ids)s) OR incident = %(incident)s) ORDER BY recorded_at, 1
"""
ALARM: Final = "DC-"
Rows = list[tuple[str, str]]


class NoPublicKey(RuntimeError):
    """The key that outsiders verify by is lost."""


class NoSuchMatter(ValueError):
    """There is no card, plan or alarm of this number."""


def prove(number: str) -> dict[str, Any]:
    """The bundle of a card (ZG-…), a plan (IP-…) or an alarm (DC-…), for tools/verify.py.

    Raises  NoSuchMatter, NoPublicKey; audit.bundle.NotSealed if one of its rows is not under a head yet.
    """
    public_key = _public_key()
    with as_process("prove", purpose="出具质检和督察证明"):
        rows = _rows(number)
        record(action="prove", kind="inspection", key=number)
    with psycopg.connect(settings.DATABASE_URLS["zs_verifier"], autocommit=True) as verifier:
        proved = bundle(verifier, tables=sealed_tables(), rows=rows)
    return {**proved, "public_key": public_key, "inspection": number}


def _public_key() -> str:
    """The key by which outsiders verify. Without it nothing is given out; the log goes on."""
    try:
        return str((settings.KEYS / PUBLIC).read_text(encoding="ascii").strip())
    except OSError as problem:
        raise NoPublicKey("没有找到核验日志的公钥，不能出具证明；日志照常封存。请从备份恢复公钥后再试。") from problem


def _rows(number: str) -> Rows:
    found = next((of(number) for prefix, of in MATTERS.items() if number.startswith(prefix)), None)
    if not found:
        raise NoSuchMatter(f"没有编号为 {number} 的整改单（ZG-）、抽查计划（IP-）或督察报警（DC-）。请核对编号。")
    return found


def _card(number: str) -> Rows:
    card = Card.objects.filter(pk=number).first()
    if card is None:
        return []
    steps = list(card.steps.order_by("n"))
    rows = [("inspection_card", number), *_named("inspection_cardstep", (step.pk for step in steps))]
    ids = [f"{number}/{step.n}" for step in steps]
    if card.answer_id and card.answer:
        rows += [("inspection_answer", str(card.answer_id)), ("inspection_confirmation", str(card.answer_id))]
        rows += _named(
            "inspection_assigned", Assigned.objects.filter(pk=card.answer.assigned_id).values_list("pk", flat=True)
        )
        ids.append(confirmation_key(card.answer_id))
    return rows + _events(ids)


def _plan(number: str) -> Rows:
    plan = Plan.objects.filter(pk=number).first()
    if plan is None:
        return []
    rows = [("inspection_plan", number), ("inspection_frame", number)]
    rows += _named("inspection_framefile", plan.files.order_by("pk").values_list("pk", flat=True))
    for table in ("commitment", "draw", "void"):
        rows += [(f"inspection_{table}", number)] if hasattr(plan, table) else []
    # A number of the frame that was no case's then, and why it is one's now.
    rows += [
        ("inspection_overtaken", one.pk) for one in Overtaken.objects.filter(plans__contains=[number]).order_by("pk")
    ]
    return rows + _events([], incident=number)


def _alarm(number: str) -> Rows:
    key = number.removeprefix(ALARM)
    alarm = Alarm.objects.filter(pk=int(key)).first() if key.isascii() and key.isdigit() else None
    if alarm is None:
        return []
    steps = alarm.steps.order_by("pk").values_list("pk", flat=True)
    return [("inspection_alarm", key), *_named("inspection_checkstep", steps), *_events([], incident=number)]


MATTERS: Final[dict[str, Callable[[str], Rows]]] = {"ZG-": _card, "IP-": _plan, ALARM: _alarm}


def _named(table: str, keys: Iterable[int]) -> Rows:
    return [(table, str(key)) for key in keys]


def _events(ids: list[str], *, incident: str | None = None) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(KEYS, {"source": SOURCE, "ids": ids, "incident": incident})
        return [(EVENTS, row[0]) for row in cursor.fetchall()]
