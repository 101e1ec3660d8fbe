"""./zs check FILE…: what is overdue and what ends next, worst first."""

import json
from argparse import ArgumentParser, Namespace
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from zhunsheng.commands import inputs
from zhunsheng.commands.outcome import FINE, ONLY_UNKNOWN, RED
from zhunsheng.core.check import Check
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.findings import worst_first
from zhunsheng.core.judge import Judgement, judge
from zhunsheng.core.rule import Rule
from zhunsheng.core.wording import (
    due_in_english,
    due_words,
    left_words,
    moment_in_english,
    moment_words,
    span_in_english,
    span_words,
)
from zhunsheng.explanation import check_question_words, question_words
from zhunsheng.report.page import Checked, Source
from zhunsheng.report.standing import current
from zhunsheng.report.write import write_report

SHOWN: Final = 20
COLUMNS: Final = ("level", "rule", "case", "subject", "due", "outer", "state")
NARROW: Final = 100
LEFT_OUT_WHEN_NARROW: Final = ("subject", "outer")
WIDE: Final = 130  # columns of a terminal that has room for whole case numbers
ENDING: Final = 8
MISSING_IN_CHECK: Final = (
    pl.col("events").is_not_null() & (pl.col("kind") == "unknown") & pl.col("reason").ne_missing("inferred")
)
"""A check that asks for what nobody stated: told together, so that what was found stays in sight."""
BREACHES: Final = ("overdue", "late", "late_known", "broken")
WORDS: Final = {
    "zh": {
        "title": "{n} 个期限，截至 {as_of}",
        "rule": "期限",
        "case": "案件",
        "subject": "对象",
        "level": "级别",
        "due": "届满",
        "outer": "最迟",
        "state": "状态",
        "more": "另有 {n} 条；用 --out DIR 写出全部。",
        "asked": "另有 {checks} 项检查缺少事实，{n} 处待核实；用 --out DIR 逐项列出。",
        "nothing": "没有超期、没有即将到期、没有不符合、没有待核实。",
        "counts": "超期 {overdue} · 已超期办结 {late} · 红 {red} · 黄 {yellow} · 蓝 {blue} · "
        "不符合 {broken} · 待核实 {unknown}",
        "left_out": "未计入：{future} 条晚于截至时间，{unknown_yet} 条当时尚未登记，{superseded} 条已被更正。",
        "totals": "读入 {rows} 行，得 {events} 个事件；重复 {repeated} 条，拒收 0 条。",
        "overdue": "超期 {span}",
        "late": "超期办结",
        "late_known": "得知时已超期",
        "unknown": "待核实：{reason}",
        "lapsed": "已失效",
        "late_extension": "延长已过期限",
        "late_pause": "暂停已过期限",
        "extension_out_of_order": "延长次序不对",
        "overdue_level": "已超期",
        "broken_red": "不符合·红",
        "broken_yellow": "不符合·黄",
        "broken_blue": "不符合·蓝",
        "broken": "{at}：{mends}",
        "red": "红色预警",
        "yellow": "黄色预警",
        "blue": "蓝色提示",
        "ask": "待核实",
        "reading": "读取",
        "judging": "判断",
        "writing": "写出",
    },
    "en": {
        "title": "{n} clocks as of {as_of}",
        "rule": "limit",
        "case": "case",
        "subject": "subject",
        "level": "level",
        "due": "due",
        "outer": "at the latest",
        "state": "state",
        "more": "{n} more; write all with --out DIR.",
        "asked": "{checks} checks lack facts at {n} places and ask; list them with --out DIR.",
        "nothing": "Nothing overdue, nothing about to end, nothing broken, nothing to ask.",
        "counts": "overdue {overdue} · late {late} · red {red} · yellow {yellow} · blue {blue} · "
        "broken {broken} · to ask {unknown}",
        "left_out": "Left out: {future} beyond as-of, {unknown_yet} not recorded by then, {superseded} superseded.",
        "totals": "Rows in {rows}, events {events}; repeated {repeated}, refused 0.",
        "overdue": "overdue {span}",
        "late": "ended late",
        "late_known": "overdue when learned",
        "unknown": "ask: {reason}",
        "lapsed": "lapsed",
        "late_extension": "extension came late",
        "late_pause": "pause came late",
        "extension_out_of_order": "extension out of order",
        "overdue_level": "overdue",
        "broken_red": "broken, red",
        "broken_yellow": "broken, yellow",
        "broken_blue": "broken, blue",
        "broken": "found {at}",
        "red": "red",
        "yellow": "yellow",
        "blue": "blue",
        "ask": "ask",
        "reading": "read",
        "judging": "judge",
        "writing": "write",
    },
}


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of the verb."""
    inputs.add_input_arguments(parser)
    parser.add_argument("--out", type=Path, metavar="DIR", help="write report.html, report.xlsx and the tables there")
    parser.add_argument("--steps", action="store_true", help="with --out, also steps.parquet")
    inputs.add_output_arguments(parser)


def run(arguments: Namespace, console: Console) -> int:
    """Judge files. Returns the exit code: 10 something red or overdue, 11 only unknown, 0 neither."""
    words = WORDS[arguments.lang]
    with _progress(arguments) as progress:
        task = progress.add_task(words["reading"], total=3)
        rulebook = inputs.rulebook_of(arguments)
        read = inputs.events_of(arguments, rulebook)
        progress.update(task, advance=1, description=words["judging"])
        judgement = judge(
            read.frame,
            rulebook,
            as_of=inputs.as_of_of(arguments, rulebook),
            known_at=inputs.known_at_of(arguments, rulebook),
            with_steps=arguments.steps,
        )
        progress.update(task, advance=1, description=words["writing"])
        if arguments.out:
            write_tables(judgement, arguments.out, with_steps=arguments.steps)
            sources = tuple(Source(f.file, f.rows_in, f.rows_without_event, f.events) for f in read.files)
            known_at = inputs.known_at_of(arguments, rulebook)
            checked = Checked(judgement, read.frame, rulebook, known_at, sources)
            write_report(checked, arguments.out, language=arguments.lang)
        progress.update(task, advance=1)
    show(judgement, rulebook, console, arguments.lang, as_json=arguments.json)
    if not arguments.json:
        totals = {"rows": read.rows_in, "events": read.frame.height, "repeated": read.repeated}
        console.print(words["totals"].format(**totals), highlight=False)
    return exit_code(judgement.findings)


def _progress(arguments: Namespace) -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True, disable=arguments.json)


def write_tables(judgement: Judgement, folder: Path, *, with_steps: bool) -> None:
    """Write the tables as Parquet; each appears whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {"clocks": judgement.clocks, "verdicts": judgement.verdicts, "findings": judgement.findings}
    if with_steps:
        tables["steps"] = judgement.steps
    with ThreadPoolExecutor(len(tables)) as pool:
        list(pool.map(lambda name: _write_table(tables[name], folder / f"{name}.parquet"), tables))


def _write_table(table: pl.DataFrame, path: Path) -> None:
    partial = path.with_name(f".{path.name}.partial")
    table.write_parquet(partial)
    partial.replace(path)


def exit_code(findings: pl.DataFrame) -> int:
    """10 where something is or was overdue, or is red now; 11 where something is only unknown; else 0."""
    kinds = pl.col("kind")
    red_now = (pl.col("level") == "red") & pl.col("closed_at").is_null() & (kinds == "approaching")
    if findings.select((kinds.is_in(BREACHES) | red_now).any()).item():
        return RED
    return ONLY_UNKNOWN if findings.select((kinds == "unknown").any()).item() else FINE


def show(judgement: Judgement, rulebook: Rulebook, console: Console, language: str, *, as_json: bool) -> None:
    """Print what is wrong now, worst first."""
    both: tuple[Rule | Check, ...] = (*rulebook.rules, *rulebook.checks)
    titles = {rule.id: (rule.title if language == "zh" else rule.title_en) for rule in both}
    custody = [rule.id for rule in both if rule.custody]
    now = worst_first(current(judgement.findings), custody)
    if as_json:
        console.print_json(json.dumps(_json(judgement, now)))
        return
    words = WORDS[language]
    zone = rulebook.vocabulary.zone
    as_of = judgement.as_of.astimezone(ZoneInfo(zone))
    table = Table(title=words["title"].format(n=judgement.clocks.height, as_of=f"{as_of:%Y-%m-%d %H:%M}"))
    names = [name for name in COLUMNS if console.width >= NARROW or name not in LEFT_OUT_WHEN_NARROW]
    for name in names:
        table.add_column(
            words[name], no_wrap=name in ("level", "due", "outer"), min_width=12 if name == "rule" else None
        )
    is_wide = console.width >= WIDE
    mends = {check.id: check.mends for check in rulebook.checks}
    asked = now.filter(MISSING_IN_CHECK)
    listed = now.filter(~MISSING_IN_CHECK)
    for row in listed.head(SHOWN).iter_rows(named=True):
        row["reason"] = _reason(row, rulebook, language)
        row["mends"] = mends.get(row["rule"], "")
        cells = _cells(row, titles, words, zone, judgement.as_of, language, is_wide=is_wide)
        table.add_row(*(cells[COLUMNS.index(name)] for name in names))
    console.print(table if listed.height else words["nothing"])
    if listed.height > SHOWN:
        console.print(words["more"].format(n=listed.height - SHOWN))
    if asked.height:
        console.print(words["asked"].format(n=asked.height, checks=asked["rule"].n_unique()))
    console.print(words["counts"].format(**_counts(now)))
    counted = judgement.counted
    if counted.future or counted.unknown_yet or counted.superseded:
        left_out = {"future": counted.future, "unknown_yet": counted.unknown_yet, "superseded": counted.superseded}
        console.print(words["left_out"].format(**left_out))


def _reason(row: dict[str, Any], rulebook: Rulebook, language: str) -> str:
    """What is asked, in words."""
    if row["events"] is not None:
        return check_question_words(row["reason"] or "", rulebook.vocabulary, language)
    question, _, fact = (row["reason"] or "").partition(": ")
    return question_words(question, fact, rulebook.vocabulary, language)


def _counts(now: pl.DataFrame) -> dict[str, int]:
    def count(**wanted: str) -> int:
        return now.filter(**wanted).height

    return {
        "overdue": count(kind="overdue"),
        "late": count(kind="late"),
        "red": count(kind="approaching", level="red"),
        "yellow": count(kind="approaching", level="yellow"),
        "blue": count(kind="approaching", level="blue"),
        "broken": count(kind="broken"),
        "unknown": count(kind="unknown"),
    }


def _cells(
    row: dict[str, Any],
    titles: dict[str, str],
    words: dict[str, str],
    zone: str,
    as_of: datetime,
    language: str,
    *,
    is_wide: bool,
) -> list[str]:
    differs = row["outer"] != row["due"]
    moment = due_words if language == "zh" else due_in_english
    return [
        words[_level(row)],
        titles.get(row["rule"], row["rule"]),
        _short(row["case"] or row["incident"], is_wide=is_wide),
        _short(row["subject"] if row["subject"] != row["case"] else None, is_wide=is_wide),
        moment(row["due"], zone) if row["events"] is None else "",
        moment(row["outer"], zone) if differs else "",
        _state(row, words, zone, as_of, language),
    ]


def _level(row: dict[str, Any]) -> str:
    if row["kind"] == "broken":
        return f"broken_{row['level']}"
    return "overdue_level" if row["kind"] == "overdue" else str(row["level"])


def _short(number: str | None, *, is_wide: bool) -> str:
    """A number as far as there is room: whole, or its end."""
    if number is None or is_wide or len(number) <= ENDING:
        return number or ""
    return f"…{number[-ENDING:]}"


def _state(row: dict[str, Any], words: dict[str, str], zone: str, as_of: datetime, language: str) -> str:
    if row["kind"] == "approaching":
        return left_words(row["due"], as_of) if language == "zh" else _left_in_english(row["due"], as_of)
    if row["kind"] == "broken":
        moment = moment_words if language == "zh" else moment_in_english
        return words["broken"].format(at=moment(row["found_at"], zone, at_end=False), mends=row["mends"])
    span_of = span_words if language == "zh" else span_in_english
    span = span_of((row["closed_at"] or as_of) - row["outer"]) if row["outer"] else ""
    return words[row["kind"]].format(span=span, reason=row["reason"])


def _left_in_english(due: datetime | None, as_of: datetime) -> str:
    if due is None:
        return "due time open"
    return f"{span_in_english(due - as_of)} left" if as_of < due else "past the strict due time"


def _json(judgement: Judgement, now: pl.DataFrame) -> dict[str, Any]:
    counted = judgement.counted
    return {
        "as_of": judgement.as_of.isoformat(),
        "clocks": judgement.clocks.height,
        "counts": _counts(now),
        "left_out": {"future": counted.future, "unknown_yet": counted.unknown_yet, "superseded": counted.superseded},
        "findings": [
            {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
            for row in now.iter_rows(named=True)
        ],
    }
