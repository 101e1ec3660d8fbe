"""./zs city: a synthetic city, judged and shown, or written to a folder."""

from argparse import ArgumentParser, Namespace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import polars as pl
from rich.console import Console
from rich.table import Table

from zhunsheng.book import load_rulebook
from zhunsheng.city.make import CityFiles, generate, write_city
from zhunsheng.city.outcomes import Manner, outcome
from zhunsheng.commands import check, inputs
from zhunsheng.commands.outcome import FINE
from zhunsheng.core.backtest.days import Days
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.judge import judge

SMALL_CITY: Final = 300
SEED: Final = 20260101
PLAYED_DAYS: Final = 90
OUTCOMES: Final = {
    "zh": ("规则库", "羁押期限超期", "每名民警每班条数", "从提示到办理（小时，中位）"),
    "en": ("rulebook", "clocks of persons held overdue", "messages per officer and shift", "hours to act (median)"),
}


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `city`."""
    parser.add_argument("--cases", type=int, default=SMALL_CITY, metavar="N")
    parser.add_argument("--seed", type=int, default=SEED, metavar="S")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write it there instead of judging it")
    parser.add_argument("--rules", type=Path, default=inputs.RULEBOOK, metavar="DIR")
    parser.add_argument("--outcomes", action="store_true", help="play its last 90 days: who acts on which message")
    parser.add_argument("--against", type=Path, metavar="DIR", help="with --outcomes, another rulebook beside")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh")


def run(arguments: Namespace, console: Console) -> int:
    """Write a city, or judge it in the middle of its year and print what is wrong there."""
    rulebook = inputs.rulebook_of(arguments)
    if arguments.outcomes:
        return _outcomes(arguments, rulebook, console)
    if arguments.out is None:
        return _show(arguments, rulebook, console)
    files = _city(arguments.out, arguments.cases, arguments.seed, rulebook)
    console.print(f"{files.events}", highlight=False, soft_wrap=True)
    return FINE


def _show(arguments: Namespace, rulebook: Rulebook, console: Console) -> int:
    with TemporaryDirectory(prefix="zhunsheng-") as folder:
        files = _city(Path(folder), arguments.cases, arguments.seed, rulebook)
        events = pl.read_parquet(files.events)
    judgement = judge(events, rulebook, as_of=_in_the_middle(events))
    check.show(judgement, rulebook, console, arguments.lang, as_json=False)
    return FINE


def _outcomes(arguments: Namespace, rulebook: Rulebook, console: Console) -> int:
    """What officers make of the messages of each rulebook, by the manner that city.outcomes states."""
    events = generate(arguments.cases, arguments.seed, rulebook.vocabulary, rulebook.calendar).events
    last = _in_the_middle(events).date()
    days = Days(last - timedelta(days=PLAYED_DAYS - 1), last, rulebook.vocabulary.zone)
    words, table = OUTCOMES[arguments.lang], Table()
    for name in words:
        table.add_column(name)
    books = {str(arguments.rules): rulebook}
    if arguments.against:
        books[str(arguments.against)] = load_rulebook(arguments.against)
    for name, book in books.items():
        came = outcome(events, book, days, manner=Manner(), seed=arguments.seed)
        hours = "—" if came.median_hours_to_act is None else f"{came.median_hours_to_act:.1f}"
        share = f"{came.overdue} / {came.clocks} ({came.overdue_share:.1%})"
        table.add_row(name, share, f"{came.messages_per_shift:.2f}", hours)
    console.print(table)
    return FINE


def _city(out: Path, cases: int, seed: int, rulebook: Rulebook) -> CityFiles:
    return write_city(out, cases, seed, rulebook.vocabulary, rulebook.calendar)


def _in_the_middle(events: pl.DataFrame) -> datetime:
    """An instant with much going on: two thirds of the way through the events."""
    first, last = events["at"].min(), events["at"].max()
    assert isinstance(first, datetime)  # a city has events
    assert isinstance(last, datetime)
    moment = first + (last - first) * 2 / 3
    return moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
