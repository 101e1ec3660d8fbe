"""What comes back of a task: place, pictures and an answer to each thing, taken whole or not at all, and once."""

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from django.db import connection, transaction
from django.db.models import Max

from zhunsheng.apps.cases.uploads import Scanner, UploadRefused, image_of, quarantined, released, why_refused
from zhunsheng.apps.inspection.telling import tell_of_plan
from zhunsheng.apps.org.models import Officer
from zhunsheng.apps.tasks.giving import doer_of
from zhunsheng.apps.tasks.models import Photo, Report, Said, Task, Thing
from zhunsheng.apps.tasks.refusals import TaskRefused
from zhunsheng.core.inspection import sheets as s

MOST_PHOTOS: Final = 9
SAME: Final = ("answer", "note", "where", "basis", "responsible", "remedy_days")


@dataclass(frozen=True)
class Sending:
    """What was sent. `answers` by the number of the thing; `began_at`, `made_at` by the clock of the device."""

    key: uuid.UUID
    place: str
    note: str
    answers: Mapping[int, s.Answer]
    photos: Sequence[IO[bytes]] = ()
    began_at: datetime | None = None
    made_at: datetime | None = None


@dataclass(frozen=True)
class Picture:
    """A picture in quarantine."""

    path: Path
    sha256: str
    size: int


def report(task: Task, sending: Sending, *, by: Officer, at: datetime, scanner: Scanner) -> Report:
    """
    Take in what was sent of a task. Sent again under the same key it is the report that is there; what was changed
    under another key is another version of the answers that differ.

    :raises TaskRefused: not his, a thing unanswered or lacking what it must say, no place, no picture or one that is
        none.
    """
    pictures = _quarantined(sending.photos)
    try:
        with transaction.atomic():
            _one_at_a_time(task)
            known = Report.objects.filter(pk=sending.key).first()
            return (
                _known(known, task, sending, pictures, by) if known else _new(task, sending, pictures, by, at, scanner)
            )
    finally:
        for picture in pictures:
            with suppress(FileNotFoundError):
                picture.path.unlink()


def _one_at_a_time(task: Task) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"tasks/{task.number}"])


def _known(known: Report, task: Task, sending: Sending, pictures: Sequence[Picture], by: Officer) -> Report:
    if (known.task_id, known.by_id) != (task.number, by.pk) or known.digest != _digest(sending, pictures):
        raise TaskRefused("这个发送编号已经用过，内容不同。请重新打开任务再填。")
    return known


def _new(
    task: Task, sending: Sending, pictures: Sequence[Picture], by: Officer, at: datetime, scanner: Scanner
) -> Report:
    doer = doer_of(task)
    if doer is None or doer.pk != by.pk:
        raise TaskRefused("这个任务不是分派给您的，或已改派给别人。填的内容还在，请联系法制支队。")
    is_first = not task.reports.exists()
    _require_whole(task, sending, pictures, is_first=is_first)
    changed = _changed(task, sending)
    for picture in pictures:
        why = why_refused(picture.path) or scanner(picture.path)
        if why:
            raise TaskRefused(f"照片没有收下：{why}。请换成 PNG 或 JPEG 图片。")
    made = Report.objects.create(
        key=sending.key,
        task=task,
        place=sending.place.strip()[:80],
        note=sending.note.strip()[:1000],
        began_at=sending.began_at,
        made_at=sending.made_at,
        digest=_digest(sending, pictures),
        by=by,
        at=at,
    )
    _write(made, changed)
    _keep(made, pictures)
    tell_of_plan("inspection.task_reported", plan=task.number, key=f"report/{made.pk}", at=at, by=by, about=made.digest)
    return made


def _require_whole(task: Task, sending: Sending, pictures: Sequence[Picture], *, is_first: bool) -> None:
    if task.kind == "onsite" and not sending.place.strip():
        raise TaskRefused("请写明检查地点。")
    if task.kind == "onsite" and is_first and not pictures:
        raise TaskRefused("现场检查至少要有一张照片。")
    if len(pictures) > MOST_PHOTOS:
        raise TaskRefused(f"一次最多 {MOST_PHOTOS} 张照片。请分两次报。")


def _changed(task: Task, sending: Sending) -> list[tuple[Thing, s.Answer, int]]:
    """The answers that differ from what was said last, each held to what it must say."""
    last = {one.thing_id: one for one in Said.objects.filter(thing__task=task).order_by("version")}
    found = []
    for thing in task.things.order_by("n"):
        said = sending.answers.get(thing.n)
        if said is None:
            if thing.pk not in last:
                raise TaskRefused(f"第 {thing.n} 项还没有回答。", thing=thing.n)
            continue
        try:
            s.checked(said, question_of(thing), said_by_data=thing.data_said or None)
        except s.AnswerRefused as problem:
            raise TaskRefused(f"第 {thing.n} 项：{s.LACKS[problem.code]}", thing=thing.n) from problem
        before = last.get(thing.pk)
        if before is None or _told(before) != _said(said):
            found.append((thing, said, before.version + 1 if before else 1))
    return found


def question_of(thing: Thing) -> s.Question:
    """A thing as what it is checked against."""
    name = thing.question or f"{thing.n}"
    return s.Question(name, thing.text, thing.look_at, thing.severity, "no", "full", (thing.basis,))


def _said(said: s.Answer) -> dict[str, object]:
    return {
        "answer": said.answer,
        "note": said.note.strip()[:400],
        "where": said.page.strip()[:40],
        "basis": said.basis.strip()[:80],
        "responsible": said.responsible.strip()[:20],
        "remedy_days": said.remedy_days,
    }


def _told(before: Said) -> dict[str, object]:
    return {name: getattr(before, name) for name in SAME}


def _write(made: Report, changed: Sequence[tuple[Thing, s.Answer, int]]) -> None:
    for thing, said, version in changed:
        Said.objects.create(thing=thing, report=made, version=version, **_said(said))


def _keep(made: Report, pictures: Sequence[Picture]) -> None:
    last = Photo.objects.filter(report__task=made.task_id).aggregate(last=Max("n"))["last"] or 0
    for n, picture in enumerate(pictures, last + 1):
        image = image_of(picture.path)
        released(picture.path, picture.sha256)
        Photo.objects.create(
            report=made,
            n=n,
            sha256=picture.sha256,
            media_type=image.media_type if image else "",
            size_bytes=picture.size,
        )


def _quarantined(photos: Sequence[IO[bytes]]) -> list[Picture]:
    found: list[Picture] = []
    try:
        for one in photos[: MOST_PHOTOS + 1]:
            picture = Picture(*quarantined(one))
            found.append(picture)
    except UploadRefused as problem:
        raise TaskRefused(str(problem)) from problem
    return found


def _digest(sending: Sending, pictures: Sequence[Picture]) -> str:
    """What was sent, in one number: a key that comes again must bring the same."""
    answers = {n: _said(said) for n, said in sorted(sending.answers.items())}
    body = [sending.place.strip(), sending.note.strip(), answers, [one.sha256 for one in pictures]]
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
