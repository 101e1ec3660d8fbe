"""Tasks in the demonstration: a check at a place that was done and found something, and one that whoever enters as a
legal officer has still to do."""

import io
import struct
import uuid
import zlib
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.timezone import localdate

from zhunsheng.apps.access.models import Account
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.cases.uploads import no_scanner
from zhunsheng.apps.inspection.people import PLANNERS, holders
from zhunsheng.apps.org.models import Officer, Post, Unit
from zhunsheng.apps.tasks import giving, making, reporting, ruling
from zhunsheng.apps.tasks.models import Said, Task
from zhunsheng.apps.tasks.refusals import TaskRefused
from zhunsheng.core.inspection.sheets import Answer
from zhunsheng.web.demo.people import PROCESS

WIDE, HIGH = 320, 240
WALL, FLOOR, DOOR = 0xD8, 0x90, 0x50
REASON: Final = "群众反映候问室夜间无人看管"
SHEET: Final = "PL"
GUARDED: Final = "PL06"  # whether somebody watched all the time
TOOK: Final = timedelta(minutes=40)


def fill(*, at: datetime) -> bool:
    """Two checks, unless there is any task. Says whether it made them."""
    with transaction.atomic(), as_process(PROCESS):
        if Task.objects.exists():
            return False
        legal = holders(PLANNERS, on=localdate(at))
        own = Account.objects.select_related("officer").filter(username="legal_officer").first()
        stations = _stations()
        done = _made(stations[0], legal[0], at)
        _done(done, legal, at)
        for station in stations[1:]:
            if (
                own is not None
                and own.officer is not None
                and _is_given(_made(station, legal[0], at), own.officer, legal[0], at)
            ):
                break
    return True


def _stations() -> list[Unit]:
    """Every station, that of whoever enters as its head first: what was found there waits for him."""
    head = Account.objects.filter(username="unit_head").values_list("officer", flat=True).first()
    own = set(Post.objects.filter(officer=head).values_list("unit", flat=True))
    return sorted(making.stations(), key=lambda station: station.code not in own)


def _made(station: Unit, planner: Officer, at: datetime) -> Task:
    return making.by_hand(
        kind="onsite", unit=station.code, sheet=SHEET, place="办案区", reason=REASON, by=planner, at=at
    )


def _is_given(task: Task, to: Officer, planner: Officer, at: datetime) -> bool:
    """Whether somebody has it now; where he has a stake in it, it stays with whoever the lot gave it to."""
    if giving.doer_of(task) == to:
        return True
    try:
        giving.give_to(task, to.number, reason="就近检查", by=planner, at=at)
    except TaskRefused:
        return False
    return True


def _done(task: Task, legal: list[Officer], at: datetime) -> None:
    """Everything in order but that nobody was there; confirmed by a second person."""
    doer = giving.doer_of(task)
    assert doer is not None
    answers = {n: Answer(str(n), "pass") for n in task.things.values_list("n", flat=True)}
    guarded = task.things.get(question=GUARDED)
    answers[guarded.n] = Answer(
        str(guarded.n), "problem", "到场时候问室无人看管", "候问室2", "", guarded.basis[:80], _responsible(task), 2
    )
    sent = reporting.Sending(
        uuid.uuid4(), "办案区候问室", "值班室有人，候问室没有", answers, [io.BytesIO(picture())], at - TOOK, at
    )
    reporting.report(task, sent, by=doer, at=at, scanner=no_scanner)
    second = next(one for one in legal if one.pk != doer.pk)
    said = Said.objects.get(thing__task=task, thing=guarded)
    ruling.rule(said, by=second, confirmed=True, reason="", care="fault", at=at)


def _responsible(task: Task) -> str:
    heads = holders(["unit_head"], on=localdate(task.at))
    return next((one.number for one in heads if one.posts.filter(unit=task.unit).exists()), heads[0].number)


def picture() -> bytes:
    """An empty room, in greys: a PNG."""
    rows = []
    for y in range(HIGH):
        ground = WALL if y < HIGH * 2 // 3 else FLOOR
        row = [DOOR if 40 <= x < 100 and 60 <= y < HIGH * 2 // 3 else ground for x in range(WIDE)]
        rows.append(bytes([0, *row]))
    head = struct.pack(">IIBBBBB", WIDE, HIGH, 8, 0, 0, 0, 0)
    parts = (b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in parts)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
