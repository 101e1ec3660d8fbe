"""./zs rules backtest LOG…: what a rulebook would have said of a past period, day by day."""

import json
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from zhunsheng.book import load_calendar, load_rulebook
from zhunsheng.commands import inputs
from zhunsheng.commands.outcome import FINE, UsageRefused
from zhunsheng.core.backtest.days import Days
from zhunsheng.core.backtest.history import AT_ONCE
from zhunsheng.core.backtest.run import BackTest, back_test
from zhunsheng.core.backtest.what_if import NoSuchRule, under_law_of, with_calendar, with_lead
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.rule import Lead
from zhunsheng.core.rules import parse_duration
from zhunsheng.report.backtest import (
    Tried,
    back_test_data,
    due_words,
    one_number,
    rule_titles,
    why_words,
    write_back_test,
)
from zhunsheng.report.words import Wording

SHOWN: Final = 20
WORDS: Final = {
    "zh": {
        "title": "回测 {first} 至 {last}",
        "counts": "新增 {new} · 消失 {gone} · 变动 {moved}",
        "alone": "没有对照的规则库：所列都是它会说的。",
        "load": "每名民警每周 {median:g} 条（中位），{p95:g} 条（第95百分位）；"
        "最忙的一天 {busiest:g} 条（第95百分位）；{messages} 条，{officers} 名民警。",
        "change": "变化", "rule": "规则", "case": "案件", "level": "级别", "day": "首日", "due": "届满",
        "unit": "单位", "before": "现行", "after": "试用", "more": "多出", "why": "原因", "cases": "案件数",
        "examples": "例如", "new": "新增", "gone": "消失", "moved": "变动",
        "rest": "另有 {n} 条；用 --out DIR 写出全部。",
        "units": "影响最大的单位", "not_computed": "无法计算",
    },
    "en": {
        "title": "Back-test from {first} to {last}",
        "counts": "new {new} · gone {gone} · moved {moved}",
        "alone": "No rulebook to hold it against: what is listed is all that it would say.",
        "load": "{median:g} messages per officer and week (median), {p95:g} (95th percentile); {busiest:g} on the "
        "fullest day (95th percentile); {messages} messages, {officers} officers.",
        "change": "change", "rule": "rule", "case": "case", "level": "level", "day": "first day", "due": "due",
        "unit": "unit", "before": "now", "after": "then", "more": "more", "why": "why", "cases": "cases",
        "examples": "for example", "new": "new", "gone": "gone", "moved": "moved",
        "rest": "{n} more; write all with --out DIR.",
        "units": "Units that hear most more or less", "not_computed": "What could not be judged",
    },
}  # fmt: skip


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("files", nargs="+", type=Path, metavar="LOG")
    parser.add_argument("--map", type=Path, metavar="MAP.toml", help="how the columns of a foreign file become events")
    parser.add_argument("--from", dest="first", required=True, metavar="DATE", help="the first day that is judged")
    parser.add_argument("--to", dest="last", required=True, metavar="DATE", help="the last day")
    parser.add_argument("--against", type=Path, metavar="DIR", help="the rulebook that it would replace")
    parser.add_argument("--law-of", metavar="DATE", help="what if the law of this day had governed every clock")
    parser.add_argument(
        "--lead", action="append", default=[], metavar="RULE:LEVEL=P2D", help="what if a rule warned this early"
    )
    parser.add_argument("--calendar", type=Path, metavar="DIR", help="what if this rulebook's calendar held")
    parser.add_argument("--at-once", type=int, default=AT_ONCE, metavar="N", help="events that are judged at once")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write report.html, report.xlsx and the tables there")


def run(arguments: Namespace, console: Console) -> int:
    """Try a rulebook on a log. Raises UsageRefused, RulebookRefused, InputRefused."""
    rulebook = load_rulebook(arguments.rules)
    against = load_rulebook(arguments.against) if arguments.against else None
    days = days_of(arguments, rulebook)
    events = inputs.events_of(arguments, rulebook).frame
    supposed = supposed_rulebook(arguments, rulebook)
    if supposed is not rulebook and against is None:
        against = rulebook  # a supposition is held against the rulebook as it is
    if arguments.at_once < 1:
        raise UsageRefused(f"--at-once {arguments.at_once} is no number of events. Write for example {AT_ONCE}.")
    tested = back_test(events, supposed, days, against=against, at_once=arguments.at_once)
    if arguments.out:
        arguments.out.mkdir(parents=True, exist_ok=True)
        write_back_test(Tried(tested, against), arguments.out, language=arguments.lang)
    show(tested, against, console, arguments.lang, as_json=arguments.json)
    return FINE


def days_of(arguments: Namespace, rulebook: Rulebook) -> Days:
    """The period. Raises UsageRefused where a day is none, or the last is before the first."""
    first, last = _day(arguments.first, "--from"), _day(arguments.last, "--to")
    if last < first:
        raise UsageRefused(f"--to {last} is before --from {first}. Give the earlier day first.")
    return Days(first, last, rulebook.vocabulary.zone)


def supposed_rulebook(arguments: Namespace, rulebook: Rulebook) -> Rulebook:
    """The rulebook under the suppositions of the command line, in the order law, lead, calendar; itself without any."""
    if arguments.law_of:
        rulebook = under_law_of(rulebook, _day(arguments.law_of, "--law-of"))
    for text in arguments.lead:
        rulebook = _with_lead(rulebook, text)
    if arguments.calendar:
        rulebook = with_calendar(rulebook, load_calendar(arguments.calendar))
    return rulebook


def _with_lead(rulebook: Rulebook, text: str) -> Rulebook:
    about, _, length = text.partition("=")
    rule, _, level = about.rpartition(":")
    microseconds = parse_duration(length)
    if not rule or not microseconds:
        raise UsageRefused(f"--lead {text!r} is no lead. Write for example case.accept:red=P2D.")
    try:
        return with_lead(rulebook, rule, level, Lead("duration", microseconds))
    except (NoSuchRule, ValueError) as problem:
        raise UsageRefused(f"--lead {text!r}: {problem}") from problem


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageRefused(f"{option} {text!r} is no day. Write for example 2026-03-01.") from None


def show(tested: BackTest, against: Rulebook | None, console: Console, language: str, *, as_json: bool) -> None:
    """Print what would change, whom it costs what, and what could not be judged."""
    if as_json:
        console.print_json(json.dumps(back_test_data(tested)))
        return
    words, days = WORDS[language], tested.days
    console.print(f"[bold]{words['title'].format(first=days.first, last=days.last)}[/bold]", highlight=False)
    console.print(f"[bold]{one_number(tested, language)}[/bold]", highlight=False)
    console.print(words["counts"].format(**{name: tested.count(name) for name in ("new", "gone", "moved")}))
    if against is None:
        console.print(words["alone"], highlight=False)
    load = tested.after.load
    console.print(
        words["load"].format(
            **asdict(load.per_officer_week),
            busiest=load.busiest_shift.p95,
            messages=load.messages,
            officers=load.officers,
        ),
        highlight=False,
    )
    console.print(_changes(tested, words, language))
    if tested.changes.height > SHOWN:
        console.print(words["rest"].format(n=tested.changes.height - SHOWN), highlight=False)
    console.print(_units(tested, words))
    console.print(_not_computed(tested, words, language))


def _changes(tested: BackTest, words: dict[str, str], language: str) -> Table:
    titles = rule_titles(tested.rulebook, language)
    wording = Wording(language, tested.rulebook.vocabulary.zone)
    table = Table(*(words[name] for name in ("change", "rule", "case", "level", "day", "due")))
    for row in tested.changes.head(SHOWN).iter_rows(named=True):
        table.add_row(
            words[row["change"]],
            titles.get(row["rule"], row["rule"]),
            row["case"] or row["incident"] or "",
            row["level"],
            str(tested.days.day(max(row["day"], 0))),
            due_words(row["due"], wording),
        )
    return table


def _units(tested: BackTest, words: dict[str, str]) -> Table:
    table = Table(*(words[name] for name in ("unit", "before", "after", "more")), title=words["units"])
    for unit, before, after, more in tested.units.select("unit", "before", "after", "more").iter_rows():
        table.add_row(unit or "—", str(before), str(after), f"{more:+}")
    return table


def _not_computed(tested: BackTest, words: dict[str, str], language: str) -> Table:
    titles = rule_titles(tested.rulebook, language)
    table = Table(*(words[name] for name in ("rule", "why", "cases", "examples")), title=words["not_computed"])
    for row in tested.not_computed.head(SHOWN).iter_rows(named=True):
        why = why_words(row["rule"], row["why"] or "", tested.rulebook, language)
        table.add_row(titles.get(row["rule"], row["rule"]), why, str(row["cases"] or ""), " ".join(row["examples"]))
    return table
