"""./zs explain FILE --case C --rule P01: what a check says of a case, and on which events it rests."""

import json
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl
from rich.console import Console

from zhunsheng.commands import inputs
from zhunsheng.commands.outcome import FINE, UsageRefused
from zhunsheng.core.check import Check
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.encoding import EVENT_KEY
from zhunsheng.core.judge import judge
from zhunsheng.core.wording import check_message_text
from zhunsheng.explanation import check_question_words

WORDS: Final = {
    "zh": {
        "none": "这个案件没有这项检查的问题。",
        "broken": "不符合",
        "unknown": "待核实",
        "mends": "补救：",
        "closed": "已于 {at} 补上",
    },
    "en": {
        "none": "This check finds nothing in this case.",
        "broken": "broken",
        "unknown": "to ask",
        "mends": "mend: ",
        "closed": "made good {at}",
    },
}


def explain_check(
    arguments: Namespace, rulebook: Rulebook, check: Check, events: pl.DataFrame, console: Console
) -> int:
    """Print each finding of a check that concerns a case: since when, on which events, which article, what mends it.

    All events are judged: a check by person, officer, place or unit looks beyond the case.
    """
    if not events.select(((pl.col("case") == arguments.case) | (pl.col("incident") == arguments.case)).any()).item():
        raise UsageRefused(f"--case {arguments.case!r} is in none of the files. Check the number.")
    alone = replace(rulebook, checks=(replace(check, enabled=True, status="stable"),))
    if check.events:
        alone = replace(alone, rules=())
    as_of, known_at = inputs.as_of_of(arguments, rulebook), inputs.known_at_of(arguments, rulebook)
    judged = judge(events, alone, as_of=as_of, known_at=known_at)
    found = judged.verdicts.filter(pl.col("cases").list.contains(arguments.case)).to_dicts()
    if arguments.json:
        console.print_json(json.dumps(found, default=lambda value: value.isoformat()))
        return FINE
    console.print(f"[bold]{check.title if arguments.lang == 'zh' else check.title_en}[/bold]  {check.code} {check.id}")
    if not found:
        console.print(WORDS[arguments.lang]["none"])
    named = dict(
        judged.counted.events.select(
            EVENT_KEY.alias("key"), pl.struct("type", "at", "case", "incident").alias("about")
        ).iter_rows()
    )
    for row in found:
        for line in lines(row, check, rulebook, named, arguments.lang):
            console.print(line, highlight=False, soft_wrap=True)
    return FINE


def lines(
    row: Mapping[str, Any],
    check: Check,
    rulebook: Rulebook,
    events: Mapping[str, Mapping[str, Any]],
    language: str,
) -> list[str]:
    """A finding (row of schemas.VERDICTS) as lines of text."""
    words, zone = WORDS[language], rulebook.vocabulary.zone
    reason = f"：{check_question_words(row['reason'], rulebook.vocabulary, language)}" if row["reason"] else ""
    head = [f"\n{row['subject'] or ''}  {words[row['kind']]}{reason}  {_moment(row['found_at'], zone)}"]
    if row["closed_at"] is not None:
        head.append(f"  {words['closed'].format(at=_moment(row['closed_at'], zone))}")
    rests = []
    for key in sorted(row["events"], key=lambda key: (events[key]["at"], key)):
        about = events[key]
        title = rulebook.vocabulary.event_types[about["type"]].title if language == "zh" else about["type"]
        rests.append(f"  {_moment(about['at'], zone)}  {title}  {about['case'] or about['incident']}  {key}")
    basis = check.versions[row["rule_version"] - 1].basis
    law = [f"  《{one.instrument}》{one.article}：{one.gist}" for one in basis]
    text = check.messages.get(row["kind"])
    sent = [f"  ✉  {check_message_text(text, row, zone=zone)}"] if text else []
    return [*head, *rests, *law, f"  {words['mends']}{check.mends}", *sent]


def _moment(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
