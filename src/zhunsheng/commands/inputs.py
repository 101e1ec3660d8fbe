"""What verbs share: the rulebook, the events, and the instants of judgement."""

from argparse import ArgumentParser, Namespace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from zhunsheng.book import load_rulebook
from zhunsheng.commands.outcome import UsageRefused
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.files.mapping import Mapping, load_mapping
from zhunsheng.files.read import EventsRead, read_events

ROOT: Final = Path(__file__).resolve().parents[3]
RULEBOOK: Final = ROOT / "rulebook"


def add_input_arguments(parser: ArgumentParser, *, several: bool = True) -> None:
    """The arguments that every verb over files takes."""
    parser.add_argument("files", nargs="+" if several else None, type=Path, metavar="FILE")
    parser.add_argument("--rules", type=Path, default=RULEBOOK, metavar="DIR", help="rulebook folder")
    parser.add_argument("--map", type=Path, metavar="MAP.toml", help="how the columns of a foreign file become events")
    parser.add_argument("--as-of", metavar="T", help="judge as of this instant (default: now)")
    parser.add_argument("--known-at", metavar="T", help="only what had been recorded by then")


def add_output_arguments(parser: ArgumentParser) -> None:
    """How to show a result."""
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh")


def rulebook_of(arguments: Namespace) -> Rulebook:
    """The rulebook that --rules names. Raises RulebookRefused."""
    return load_rulebook(arguments.rules)


def mapping_of(arguments: Namespace, vocabulary: Vocabulary) -> Mapping | None:
    """The mapping that --map names, if any. Raises MappingRefused."""
    return load_mapping(arguments.map, vocabulary) if arguments.map else None


def events_of(arguments: Namespace, rulebook: Rulebook) -> EventsRead:
    """The events of the named files. Raises InputRefused."""
    files = arguments.files if isinstance(arguments.files, list) else [arguments.files]
    return read_events(files, vocabulary=rulebook.vocabulary, mapping=mapping_of(arguments, rulebook.vocabulary))


def instant_of(text: str | None, option: str, zone: str) -> datetime | None:
    """An instant as a person types it; without an offset it is in the rulebook's zone, a bare date is its midnight.

    Raises  UsageRefused naming the option.
    """
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text) if len(text) > 10 else datetime.combine(date.fromisoformat(text), time())
    except ValueError:
        raise UsageRefused(f"{option} {text!r} is no instant. Write for example 2026-03-01T14:35+08:00.") from None
    return moment.replace(tzinfo=ZoneInfo(zone)) if moment.tzinfo is None else moment


def as_of_of(arguments: Namespace, rulebook: Rulebook) -> datetime:
    """The instant of judgement: --as-of, else now."""
    return instant_of(arguments.as_of, "--as-of", rulebook.vocabulary.zone) or datetime.now(UTC)


def known_at_of(arguments: Namespace, rulebook: Rulebook) -> datetime | None:
    """--known-at, if given."""
    return instant_of(arguments.known_at, "--known-at", rulebook.vocabulary.zone)
