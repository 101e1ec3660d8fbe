"""./zs explain FILE --case C --rule R: how each due time was computed, step by step."""

import json
from argparse import ArgumentParser, Namespace
from datetime import datetime
from typing import Any, Final

import polars as pl
from rich.console import Console

from zhunsheng.commands import inputs
from zhunsheng.commands.explain_check import explain_check
from zhunsheng.commands.outcome import FINE, UsageRefused
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.encoding import EVENT_KEY
from zhunsheng.core.judge import Judgement, judge
from zhunsheng.core.rule import Rule
from zhunsheng.core.wording import Deployment, message_text
from zhunsheng.explanation import Explainer

OUTCOME_WORDS: Final = {
    "zh": {
        "waiting": "待起算",
        "running": "运行中",
        "paused": "暂停",
        "met": "按时办结",
        "late": "超期办结",
        "moot": "已终止",
        "excused": "有据免责",
        "lapsed": "已失效",
        "restarted": "已重新计算",
        "unknown": "待核实",
    },
    "en": {
        name: name
        for name in ("waiting", "running", "paused", "met", "late", "moot", "excused", "lapsed", "restarted", "unknown")
    },
}
KEYS: Final = ("rule", "case", "incident", "subject", "epoch")


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of the verb."""
    inputs.add_input_arguments(parser)
    parser.add_argument("--case", required=True, help="case (or incident) number")
    parser.add_argument("--rule", required=True, help="rule id, or the id or code of a check")
    parser.add_argument(
        "--case-title", action="store_true", help="let messages carry the masked case title (a decision of two persons)"
    )
    inputs.add_output_arguments(parser)


def run(arguments: Namespace, console: Console) -> int:
    """Explain the clocks of one rule in one case."""
    rulebook = inputs.rulebook_of(arguments)
    rule = next((rule for rule in rulebook.rules if rule.id == arguments.rule), None)
    check = next((check for check in rulebook.checks if arguments.rule in (check.id, check.code)), None)
    if rule is None and check is None:
        raise UsageRefused(f"--rule {arguments.rule!r} is no rule of this rulebook. See ./zs rules list.")
    read = inputs.events_of(arguments, rulebook)
    if check is not None:
        return explain_check(arguments, rulebook, check, read.frame, console)
    assert rule is not None  # one of the two was found
    own = read.frame.filter((pl.col("case") == arguments.case) | (pl.col("incident") == arguments.case))
    if own.is_empty():
        raise UsageRefused(f"--case {arguments.case!r} is in none of the files. Check the number.")
    linked = own["incident"].drop_nulls().unique().implode()
    events = read.frame.filter((pl.col("case") == arguments.case) | pl.col("incident").is_in(linked))
    as_of = inputs.as_of_of(arguments, rulebook)
    judgement = judge(events, rulebook, as_of=as_of, known_at=inputs.known_at_of(arguments, rulebook), with_steps=True)
    rows = _explained(judgement, rulebook, rule, events, arguments)
    if arguments.json:
        console.print_json(json.dumps(rows, default=_plain))
    else:
        _print(rows, rule, console, arguments.lang)
    return FINE


def _explained(
    judgement: Judgement, rulebook: Rulebook, rule: Rule, events: pl.DataFrame, arguments: Namespace
) -> list[dict[str, Any]]:
    explainer = Explainer(rule, rulebook.vocabulary, rulebook.calendar, language=arguments.lang)
    types = dict(events.select(EVENT_KEY.alias("key"), "type").iter_rows())
    title = case_title(events)
    rows = []
    for clock in judgement.clocks.filter(pl.col("rule") == rule.id).iter_rows(named=True):
        steps = _of_clock(judgement.steps, clock)
        found = _of_clock(judgement.findings, clock)
        rows.append(
            {
                "clock": clock,
                "sentences": explainer.sentences(steps, types),
                "steps": steps,
                "findings": [f"{row['kind']} {row['level']}" for row in found],
                "message": _message(rule, clock, found, title, rulebook, judgement.as_of, arguments),
            }
        )
    return rows


def case_title(events: pl.DataFrame) -> str | None:
    """The masked title that the case states, if it does."""
    titles = events["facts"].str.json_path_match("$.case_title").drop_nulls()
    return str(titles[-1]) if len(titles) else None


def _message(
    rule: Rule,
    clock: dict[str, Any],
    found: list[dict[str, Any]],
    title: str | None,
    rulebook: Rulebook,
    as_of: datetime,
    arguments: Namespace,
) -> str | None:
    kinds = {row["kind"] for row in found}
    kind = next((kind for kind in ("late", "overdue", "approaching") if kind in kinds and kind in rule.messages), None)
    if kind is None or (clock["stopped"] is not None and kind != "late"):
        return None
    deployment = Deployment(masked_case_title=arguments.case_title)
    zone = rulebook.vocabulary.zone
    return message_text(rule.messages[kind], clock, as_of=as_of, zone=zone, title=title, deployment=deployment)


def _of_clock(table: pl.DataFrame, clock: dict[str, Any]) -> list[dict[str, Any]]:
    for name in KEYS:
        table = table.filter(pl.col(name).eq_missing(pl.lit(clock[name], dtype=table.schema[name])))
    return table.to_dicts()


def _print(rows: list[dict[str, Any]], rule: Rule, console: Console, language: str) -> None:
    title = rule.title if language == "zh" else rule.title_en
    console.print(f"[bold]{title}[/bold]  {rule.id}", highlight=False)
    if not rows:
        console.print("这个案件没有这项期限。" if language == "zh" else "This case has no such clock.")
    for row in rows:
        clock = row["clock"]
        subject = "" if clock["subject"] in (None, clock["case"]) else f"{clock['subject']} "
        console.print(f"\n{subject}#{clock['epoch']}  {OUTCOME_WORDS[language][clock['outcome']]}", highlight=False)
        for n, sentence in enumerate(row["sentences"], start=1):
            console.print(f"{n:>3}  {sentence}", highlight=False, soft_wrap=True)
        if row["message"]:
            console.print(f"  ✉  {row['message']}", highlight=False, soft_wrap=True)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)
