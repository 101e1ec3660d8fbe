"""Cases written as a person keeps them, so that a test reads like the file of a case.

One event a line: local date, perhaps the hour, what it is about, its type, then `name=value` for a column of the event
table or a fact:

    2026-03-01 14:35  P1  person.detained
    2026-03-03        P1  detention.extended  tier=7d  days=4  until=2026-03-08

A word before the type names the subject by its first letter: P person, I item, V visit, O order, D document, F dossier.
An event belongs to case A1 unless it names another or only an incident. Ids are e01, e02 … by line.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from zhunsheng.book import load_rulebook
from zhunsheng.core import schemas
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.judge import Judgement, judge
from zhunsheng.core.story import events_of
from zhunsheng.core.vocabulary import Vocabulary

RULEBOOK: Final = Path(__file__).parents[1] / "rulebook"
SUBJECTS: Final = {"P": "person", "I": "item", "V": "visit", "O": "order", "D": "document", "F": "dossier"}
CASE: Final = "A1"


@cache
def law() -> Rulebook:
    """The rulebook that is shipped."""
    return load_rulebook(RULEBOOK)


def at(text: str, zone: str = "Asia/Shanghai") -> datetime:
    """A local time `2026-03-01 14:35`; `2026-03-01 24:00` is the end of that day, a date alone its beginning."""
    day, _, clock = text.partition(" ")
    if clock == "24:00":
        return datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), ZoneInfo(zone))
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock) if clock else time(), ZoneInfo(zone))


def shown(moment: datetime | None, *, at_end: bool = False, zone: str = "Asia/Shanghai") -> str:
    """The inverse of `at`: a midnight that ends a day is that day 24:00; a dash for none."""
    if moment is None:
        return "-"
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local.date() - timedelta(days=1)} 24:00" if at_end else f"{local:%Y-%m-%d %H:%M}"


def history(text: str, book: Rulebook, **case_facts: Any) -> pl.DataFrame:
    """The events of a story as schemas.EVENTS. `case_facts` are stated by the case from its first event on."""
    lines = [line for line in text.splitlines() if line.strip()]
    rows = [_row(n, line.split(), book.vocabulary) for n, line in enumerate(lines, start=1)]
    if not rows:
        return pl.DataFrame(schema=schemas.EVENTS)
    return events_of(rows, book.vocabulary, case=CASE, case_facts=case_facts)


def _row(n: int, words: list[str], vocabulary: Vocabulary) -> dict[str, Any]:
    has_hour = ":" in words[1]
    moment = at(" ".join(words[: 1 + has_hour]), vocabulary.zone)
    row: dict[str, Any] = {"id": f"e{n:02}", "at": moment if has_hour else moment.date()}
    for word in words[1 + has_hour :]:
        name, is_pair, value = word.partition("=")
        if is_pair:
            row[name] = _value(name, value, vocabulary)
        elif "." in word:
            row["type"] = word
        else:
            row[SUBJECTS[word[0]]] = word
    if row.get("case") is None and row.get("incident") is None:
        row["case"] = CASE
    return row


def _value(name: str, text: str, vocabulary: Vocabulary) -> Any:
    if name in ("until", "recorded_at"):
        moment = at(text.replace("T", " "), vocabulary.zone)
        return moment if "T" in text or name == "recorded_at" else moment.date()
    if name == "officers":
        return text.split(",")
    fact = vocabulary.facts.get(name)
    kind = {"version": "integer", "void": "bool"}.get(name, fact.type if fact else "text")
    if kind == "set":
        return [word for word in text.split(",") if word]
    if kind == "instant":
        return at(text.replace("T", " "), vocabulary.zone)
    return {"bool": text == "true", "integer": int(text) if text.lstrip("-").isdigit() else text}.get(kind, text)


def judged(
    events: pl.DataFrame,
    book: Rulebook,
    *,
    as_of: str | datetime | None = None,
    known_at: str | datetime | None = None,
    with_steps: bool = False,
) -> Judgement:
    """The events under the rules, as of an instant (default: the last event)."""
    last = events["at"].max()
    assert isinstance(last, datetime)  # a story has events
    zone = book.vocabulary.zone
    instant = at(as_of, zone).astimezone(UTC) if isinstance(as_of, str) else as_of or last
    known = at(known_at, zone).astimezone(UTC) if isinstance(known_at, str) else known_at
    return judge(events, book, as_of=instant, known_at=known, with_steps=with_steps, threads=1)


def clocks_of(judgement: Judgement, book: Rulebook, *, rule: str | None = None) -> list[str]:
    """A line a clock: `P1#1 met 2026-03-04 14:35 | 2026-03-04 24:00`: subject, epoch, outcome, strict and outer due.

    What is asked stands behind: `? missing_fact: days (e02)`, with `??` where the answer decides.
    """
    chosen = judgement.clocks.filter(pl.col("rule") == rule) if rule else judgement.clocks
    return [_clock(row, book.vocabulary.zone) for row in chosen.iter_rows(named=True)]


def _clock(row: dict[str, Any], zone: str) -> str:
    due = shown(row["due"], at_end=row["due_at_end"], zone=zone)
    outer = shown(row["outer"], at_end=row["outer_at_end"], zone=zone)
    asked = ""
    if row["question"]:
        fact = f": {row['question_fact']}" if row["question_fact"] else ""
        event = row["question_event"].rpartition("/")[2]
        asked = f" {'??' if row['question_hard'] else '?'} {row['question']}{fact} ({event})"
    return f"{row['subject'] or row['case'] or row['incident']}#{row['epoch']} {row['outcome']} {due} | {outer}{asked}"


def findings_of(judgement: Judgement, book: Rulebook, *, rule: str | None = None) -> list[str]:
    """A line a finding: `P1 approaching red 2026-03-04 08:35 open`: what it is about, kind, level, found_at, and if its
    clock still runs."""
    zone = book.vocabulary.zone
    chosen = judgement.findings.filter(pl.col("rule") == rule) if rule else judgement.findings
    rows = chosen.sort("subject", "epoch", "found_at", "kind", "level").iter_rows(named=True)
    return [
        f"{row['subject'] or row['case']} {row['kind']} {row['level']} {shown(row['found_at'], zone=zone)}"
        f" {'closed' if row['closed_at'] else 'open'}"
        for row in rows
    ]
