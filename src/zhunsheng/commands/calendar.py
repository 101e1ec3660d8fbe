"""./zs calendar [add FILE]: what is published, and a new notice taken in whole or refused whole."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from rich.console import Console

from zhunsheng.book import RulebookRefused, load_calendar
from zhunsheng.commands import inputs
from zhunsheng.commands.outcome import FINE, UsageRefused
from zhunsheng.core.calendar import CalendarRefused, parse_calendar


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("action", nargs="?", choices=("show", "add"), default="show")
    parser.add_argument("file", nargs="?", type=Path, help="a notice, for example 2027.toml")
    parser.add_argument("--rules", type=Path, default=inputs.RULEBOOK, metavar="DIR")


def run(arguments: Namespace, console: Console) -> int:
    """Show the published span, or add a notice to it."""
    if arguments.action == "add":
        if arguments.file is None:
            raise UsageRefused("calendar add: name the file of the notice, for example 2027.toml.")
        add(arguments.file, arguments.rules / "calendar")
    calendar = load_calendar(arguments.rules)
    days = f"{len(calendar.rest)} rest days, {len(calendar.make_up)} make-up working days"
    console.print(f"{calendar.zone}: {calendar.first} to {calendar.last}; {days}", highlight=False)
    return FINE


def add(file: Path, folder: Path) -> None:
    """Copy a notice into a calendar folder, if the calendar with it is sound. Raises UsageRefused, RulebookRefused."""
    if not file.is_file():
        raise UsageRefused(f"{file}: there is no such file.")
    target = folder / file.name
    if target.exists():
        raise UsageRefused(f"{file.name} is in the calendar already. Edit it there, or remove it first.")
    text = file.read_text("utf-8")
    texts = {path.name: path.read_text("utf-8") for path in folder.glob("*.toml")} | {file.name: text}
    try:
        parse_calendar(texts)
    except CalendarRefused as refused:
        raise RulebookRefused(refused.issues) from refused
    partial = folder / f".{file.name}.partial"
    partial.write_text(text, "utf-8")
    partial.replace(target)
