"""./zs city: a synthetic city, judged and shown, or written to a folder."""

from argparse import ArgumentParser, Namespace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import polars as pl
from rich.console import Console

from zhunsheng.city.make import CityFiles, write_city
from zhunsheng.commands import check, inputs
from zhunsheng.commands.outcome import FINE
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.judge import judge

SMALL_CITY: Final = 300
SEED: Final = 20260101


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `city`."""
    parser.add_argument("--cases", type=int, default=SMALL_CITY, metavar="N")
    parser.add_argument("--seed", type=int, default=SEED, metavar="S")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write it there instead of judging it")
    parser.add_argument("--rules", type=Path, default=inputs.RULEBOOK, metavar="DIR")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh")


def run(arguments: Namespace, console: Console) -> int:
    """Write a city, or judge it in the middle of its year and print what is wrong there."""
    rulebook = inputs.rulebook_of(arguments)
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


def _city(out: Path, cases: int, seed: int, rulebook: Rulebook) -> CityFiles:
    return write_city(out, cases, seed, rulebook.vocabulary, rulebook.calendar)


def _in_the_middle(events: pl.DataFrame) -> datetime:
    """An instant with much going on: two thirds of the way through the events."""
    first, last = events["at"].min(), events["at"].max()
    assert isinstance(first, datetime)  # a city has events
    assert isinstance(last, datetime)
    moment = first + (last - first) * 2 / 3
    return moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
