"""What readers found again and again → a check file that loads: a question at the end of a case, with its tests.

No fact of the log tells the fault yet; else a rule would have found it. So the draft asks: where a case ends that the
legal department had not reviewed, whoever has it is asked to look. A lawyer puts in its place what data can show.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from zhunsheng.core.inspection.mining import Repeated
from zhunsheng.core.wording import SMS_LENGTH
from zhunsheng.rulecheck.articles import article_text

FOLDER: Final = "checks/reading"
REVIEWED: Final = "legal_review.passed"
BASIS: Final = re.compile(r"(\D+)(\d{1,3})")
NO_ARTICLE: Final = "（条次由法律人员核对）"
FRAME: Final = "{case}办结前请核对：。"
CASE_SHOWN: Final = len("案件（尾号0000）") - len("{case}")
LETTER: Final = "D"


def draft_id(one: Repeated) -> str:
    """The id of the draft, which is also its file's name."""
    return f"reading.{one.question.id.lower()}"


def draft_path(one: Repeated) -> str:
    """Where in a rulebook the file stands."""
    return f"{FOLDER}/{draft_id(one)}.toml"


def free_code(taken: Collection[str]) -> str:
    """The next code of a check about dossiers that no check has."""
    return next(code for n in range(1, 100) if (code := f"{LETTER}{n:02d}") not in taken)


def draft_check(
    one: Repeated, *, code: str, instruments: Mapping[str, str], endings: Collection[str], zone: str
) -> str:
    """The text of the check.

    Takes   instruments: short names → names; endings: the events that it judges, all that a cited case ended by among
            them; zone: of the tests' instants.
    """
    question = one.question
    head = [
        f"# {question.text}",
        f"# {question.look_at}. Found by readers in {len(one.cases)} cases; no rule asks it yet.",
        f'id       = "{draft_id(one)}"',
        f'code     = "{code}"',
        f"title    = {_quoted(question.text)}",
        f'title_en = "Found by readers: question {question.id}"',
        'element  = "dossier"',
        'kind     = "order"',
        'key      = "case"',
        'level    = "ask"',
        'nature   = "statutory"',
        f'source   = "{SOURCES[question.confidence]}"',
        'status   = "draft"',
        f"mends    = {_quoted(f'核对{question.look_at}')}",
        "",
        "[act]",
        f"events = [{', '.join(map(_quoted, sorted(endings)))}]",
        "",
        "[order]",
        f'after = ["{REVIEWED}"]',
        "",
        "[recipients]",
        'ask = ["case_officer", "legal_officer"]',
        "",
        "[[version]]",
        'in_force = "always"',
        "basis    = [",
        *(f"    {_basis(short, question.text, instruments)}," for short in question.basis),
        "]",
        "",
        "[message]",
        f"unknown = {_quoted(_message(question.text))}",
    ]
    return "\n".join([*head, *_tests(one, min(endings), ZoneInfo(zone))]) + "\n"


SOURCES: Final = {"full": "full", "full_2018": "full", "secondary": "secondary", "memory": "memory", "local": "local"}
"""How surely the text was read, by the confidence of the question."""


def _basis(short: str, gist: str, instruments: Mapping[str, str]) -> str:
    match = BASIS.fullmatch(short)
    name = instruments.get(match[1], match[1]) if match else short
    article = article_text(int(match[2])) if match else NO_ARTICLE
    return f"{{ instrument = {_quoted(name)}, article = {_quoted(article)}, gist = {_quoted(gist)} }}"


def _message(text: str) -> str:
    room = SMS_LENGTH - len(FRAME) - CASE_SHOWN
    return FRAME.replace("：", f"：{text[:room]}")


def _tests(one: Repeated, ending: str, zone: ZoneInfo) -> list[str]:
    at = datetime(2026, 3, 2, 9, tzinfo=zone)
    asked, before = '[ { finding = "unknown ask", reason = "inferred" } ]', at - timedelta(days=1)
    lines = _test("reviewed the day before", "kept", "somebody has looked", [(before, REVIEWED), (at, ending)], "[]")
    lines += _test("reviewed in the same minute", "boundary", "in time still", [(at, REVIEWED), (at, ending)], "[]")
    lines += _test(
        "reviewed on a day without an hour",
        "unknown",
        "its beginning is before 09:00, its end after",
        [(at.date(), REVIEWED), (at, ending)],
        '[ { finding = "unknown ask", reason = "no_hour" } ]',
    )
    for n, found in enumerate(one.found, 1):
        if found.ended_at is not None:
            why = f"the readers' finding: ended by {found.ending} without a review"
            given = [(found.ended_at.astimezone(zone), found.ending)]
            lines += _test(f"case {n} of the readers", "broken", why, given, asked)
    if not any(found.ended_at for found in one.found):
        lines += _test("not reviewed", "broken", "as in the cases that readers found", [(at, ending)], asked)
    return lines


def _test(name: str, shows: str, why: str, given: Sequence[tuple[object, str]], expect: str) -> list[str]:
    rows = [f'    {{ at = {_moment(at)}, type = "{kind}" }},' for at, kind in given]
    head = ["", "[[test]]", f"name   = {_quoted(name)}", f'shows  = "{shows}"', f"why    = {_quoted(why)}"]
    return [*head, "given  = [", *rows, "]", f"expect = {expect}"]


def _moment(at: object) -> str:
    return at.isoformat(timespec="seconds") if isinstance(at, datetime) else str(at)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'
