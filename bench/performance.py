"""docs/performance.md from docs/measurements.toml: every figure of every bench, and who is faster. `./zs bench report`.

python -m bench.performance [--check]

Nothing on the page is written by hand. Each figure is the last measurement of its name; below each table stand the
commits that it was measured at. Where a peer is faster, or a bound is not kept, the row says so.
"""

import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bench.archive import GROWTH_BOUND as ARCHIVE_BOUND
from bench.keep import MEASUREMENTS
from bench.measure import PLAIN_ONLY
from bench.process import ROOT
from bench.table import COLD_BOUND, GROWING, GROWTH_BOUND, TARGETS

PAGE: Final = ROOT / "docs" / "performance.md"
SCALES: Final = {"ms": 1e-3, "µs": 1e-6}
NUMBER: Final = re.compile(r"[\d,]+(?:\.\d+)?")
PEERS: Final = ("polars", "duckdb", "pandas", "plain", "drools")
WORDS: Final = {"polars": "Polars", "duckdb": "DuckDB", "pandas": "pandas", "plain": "plain Python", "drools": "Drools"}
HEAD: Final = """# Performance

Written by `./zs bench report` from [measurements.toml](measurements.toml); a test holds it against that file. Not
edited by hand. Times are medians of several runs in turn, on the machine that stands below each table; ratios carry
over to other machines, seconds do not. **A floor** is what nobody who reads the same bytes can stay under. **A peer**
is the same question asked of another engine; its answers are compared with ours, row by row, before it is timed. Peers
run in an environment of their own and are no part of what we ship.
"""

Entries = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Row:
    """One figure by its name; `bound` where there is one, and whether the figure is to be at least that."""

    name: str
    title: str
    bound: float | None = None
    is_at_least: bool = False


@dataclass(frozen=True)
class Section:
    """A table of the page. `sized`: its names hold a size, `bench.clocks.{size}.fold`; else they are whole. `asked_at`:
    the size at which alone its bounds are asked; "" is every size. `prefix`: further figures whose names begin so
    follow."""

    title: str
    text: str
    rows: Sequence[Row]
    sized: str = ""
    prefix: str = ""
    asked_at: str = ""


@dataclass(frozen=True)
class Race:
    """Ours beside peers at the same question: `{prefix}.{size}.{ours}` and the names of the peers."""

    title: str
    text: str
    prefix: str
    ours: str
    lesser: tuple[str, ...] = ()  # peers that express less: timed, and never the fastest


RACES: Final = (
    Race(
        "Fifteen limits",
        "The fold beside the same limits written as dataframes and as SQL, each as well as its engine allows; all "
        "start from the same integers (`./zs bench clocks`). Polars and DuckDB say of every case what the fold says; "
        "pandas leaves out restarts, waits, bare dates, questions and more, is compared in the cases without them, and "
        "is no measure of the others.",
        "bench.clocks",
        "fold",
        PLAIN_ONLY,
    ),
    Race(
        "Three checks",
        "One of each of the commonest kinds, from a file of events to the verdicts (`./zs bench checks`): a value on a "
        "record (two officers), something that must have come before (rights told), something that must follow in time "
        "(an alarm registered). The engines of dataframes and SQL are at home here; ours also knows bare dates, "
        "versions of the law, exceptions and what is unknown.",
        "bench.checks",
        "ours",
    ),
    Race(
        "One check, event by event",
        "The first of the three as facts of a rule engine: every event is asserted once and retracted (`./zs bench "
        "checks`). Drools runs in a process of its own.",
        "bench.events",
        "ours",
    ),
)
SECONDS: Final = {
    "events": "events",
    "visit": "floor: a loop that only visits, two threads",
    "fold": "fold, two threads",
    "fold_one": "fold, one thread",
    "fold_events": "frame to records (link, order, encode, fold)",
    "judge": "judge, with reading, cold",
    "floor_sorted": "floor: read, sort, write, sorted",
    "check_sorted": "check, sorted",
    "whole_sorted": "check with every rule and check, sorted",
    "floor_shuffled": "floor: read, sort, write, shuffled",
    "check_shuffled": "check, shuffled",
    "whole_shuffled": "check with every rule and check, shuffled",
    "judge.peak": "memory of judge at its peak",
    "bytes": "events in memory",
    "plain_cases": "cases of which pandas says what the fold says",
}
CLOCKS: Final = Section(
    "The fold and the check",
    "Fifteen limits over a synthetic city (`./zs bench clocks`), from integers to records and from files to files.",
    (
        *(Row(name, title) for name, title in SECONDS.items()),
        *(Row(one.name, one.title, one.bound, one.at_least) for one in TARGETS),
    ),
    sized="bench.clocks",
    asked_at="10000000",
)
ONCE: Final = Section(
    "The fold and the check, whatever the size",
    "Growth is the exponent by which the time grows with the events; 1 is proportional.",
    (
        Row("bench.clocks.event", "fold of one event, one thread"),
        Row("bench.clocks.event.plain", "the same source as plain Python"),
        Row("bench.clocks.plain_per_fold", "plain Python / fold"),
        Row("bench.clocks.cold_check", "cold check of 1,000 events, the command as a whole", COLD_BOUND),
        *(Row(f"bench.clocks.growth.{name}", f"growth of {title}", GROWTH_BOUND) for name, title in GROWING.items()),
    ),
)
ARCHIVE: Final = Section(
    "Larger than memory",
    "Every rule over an archive, part by part, within a limit of memory, tables written (`./zs bench archive`).",
    (
        Row("events", "events"),
        Row("findings", "findings"),
        Row("seconds", "check of the archive"),
        Row("per_event", "time an event"),
        Row("peak", "memory at its peak", 8192),
    ),
    sized="bench.archive",
)
SECTIONS: Final = (
    CLOCKS,
    ONCE,
    ARCHIVE,
    Section(
        "Larger than memory, growth",
        "Time an event at the largest size beside that at the smallest.",
        (Row("bench.archive.growth", "growth", ARCHIVE_BOUND),),
    ),
    Section(
        "Back-test",
        "Each day of a year of 100,000 cases, 5 % of the events late or corrected (`./zs bench backtest`).",
        (Row("backtest.year", "the year"), Row("backtest.ratio", "beside one judgement of the same year", 4.0)),
    ),
    Section(
        "Ingest",
        "Events from a frame to committed rows, beside bare COPY of the same rows into a table without index or "
        "constraint (`./zs bench ingest`).",
        (
            Row("ingest.rate", "rows committed"),
            Row("ingest.share", "of bare COPY", 30, is_at_least=True),
            Row("ingest.share_shuffled", "of bare COPY, where every batch is drawn from the whole"),
            Row("ingest.tables", "shuffled, repeated, killed"),
        ),
    ),
    Section(
        "Tick",
        "The supervisor beside a million clocks that run (`./zs bench tick`).",
        (
            Row("million.tick", "a look with nothing due", 3.0),
            Row("million.rejudged", "judging all anew", 5.0),
        ),
    ),
    Section(
        "Delivery",
        "From the commit of an alert to the gateway, an open loop (`./zs bench deliver`).",
        (Row("deliver.p99", "99th percentile", 3.0), Row("deliver.kills", "killed again and again")),
    ),
    Section(
        "Pages",
        "Every list page beside a bare Django page with as many queries (`./zs bench pages`).",
        (),
        prefix="bench.pages.",
    ),
    Section(
        "Cluster",
        "The same judgement on a cluster (`./zs scale check`).",
        (),
        prefix="scale.",
    ),
    Section(
        "Points",
        "(`python -m tests.points.nightly`, `python -m tests.platform.nightly.ranking`)",
        (
            Row("points.month", "a month of a city"),
            Row("points.posting", "posting a month"),
            Row("points.board", "the board"),
            Row("points.own_page", "one's own page"),
        ),
    ),
)


def main() -> int:
    """Write the page; with --check say whether it is what the measurements say."""
    text = page(entries())
    if "--check" in sys.argv[1:]:
        same = PAGE.is_file() and PAGE.read_text("utf-8") == text
        sys.stdout.write("" if same else f"{PAGE.name} is not what the measurements say. Run ./zs bench report.\n")
        return 0 if same else 1
    PAGE.write_text(text, "utf-8")
    return 0


def entries() -> dict[str, Mapping[str, Any]]:
    """The last measurement of each name."""
    rows = tomllib.loads(MEASUREMENTS.read_text("utf-8"))["measurement"]
    return {row["name"]: row for row in rows}


def page(known: Entries) -> str:
    """The whole page."""
    blocks = [HEAD]
    for race in RACES:
        blocks += _race(race, known)
    for section in SECTIONS:
        blocks += _section(section, known)
    return "\n".join(blocks).rstrip() + "\n"


def _race(race: Race, known: Entries) -> Iterator[str]:
    """Ours beside each peer, a line for each size, and who is fastest."""
    sizes = [size for size in _sizes(race.prefix, known) if f"{race.prefix}.{size}.{race.ours}" in known]
    runners = [race.ours, *(peer for peer in PEERS if any(f"{race.prefix}.{size}.{peer}" in known for size in sizes))]
    if len(runners) == 1:
        return
    yield f"## {race.title}\n\n{race.text}\n"
    yield _line(["events", *(WORDS.get(runner, "ours") for runner in runners), "fastest"])
    yield _line([*["---:"] * (len(runners) + 1), "---"])
    used: list[Mapping[str, Any]] = []
    for size in sizes:
        found = {
            name: known[f"{race.prefix}.{size}.{name}"] for name in runners if f"{race.prefix}.{size}.{name}" in known
        }
        used += found.values()
        figures = [found[name]["figure"] if name in found else "" for name in runners]
        yield _line([_grouped(size), *figures, _fastest(found, race)])
    yield f"\n{_measured(used)}\n"


def _fastest(found: Entries, race: Race) -> str:
    """Who is fastest of those that say the same, and by how much: of the others where we are, over us where a peer
    is."""
    seconds = {name: _number(entry["figure"]) for name, entry in found.items() if name not in race.lesser}
    ours = seconds.pop(race.ours)
    if not seconds:
        return ""
    best = min(seconds, key=lambda name: seconds[name])
    if seconds[best] < ours:
        return f"**{WORDS[best]}**, {ours / seconds[best]:.1f} times as fast as ours"
    return f"ours, {seconds[best] / ours:.1f} times as fast as {WORDS[best]}"


def _section(section: Section, known: Entries) -> Iterator[str]:
    """A table; nothing where none of its figures was measured."""
    columns = {_grouped(size): f"{section.sized}.{size}." for size in _sizes(section.sized, known)}
    columns = columns or {"figure": ""}
    rows = [*section.rows, *_others(section, known)]
    held = [(row, [known.get(f"{prefix}{row.name}") for prefix in columns.values()]) for row in rows]
    held = [(row, found) for row, found in held if any(found)]
    if not held:
        return
    yield f"## {section.title}\n"
    yield f"{section.text}\n"
    yield _line(["", *columns, "wanted", ""])
    yield _line(["---", *["---:"] * len(columns), "---", "---"])
    for row, found in held:
        figures = dict(zip(columns, (entry["figure"] if entry else "" for entry in found), strict=True))
        yield _line([row.title, *figures.values(), _bound(row, section), _kept(row, section, figures)])
    yield f"\n{_measured(entry for _row, found in held for entry in found if entry)}\n"


def _others(section: Section, known: Entries) -> list[Row]:
    """Every further figure whose name begins as those of the section do."""
    if not section.prefix:
        return []
    named = {row.name for row in section.rows}
    names = sorted(name for name in known if name.startswith(section.prefix) and name not in named)
    return [Row(name, f"`{name.removeprefix(section.prefix)}`") for name in names]


def _sizes(prefix: str, known: Entries) -> list[str]:
    """The sizes that names of a prefix hold, the smallest first."""
    found = {
        name.removeprefix(f"{prefix}.").split(".")[0] for name in known if prefix and name.startswith(f"{prefix}.")
    }
    return sorted((size for size in found if size.isdecimal()), key=int)


def _bound(row: Row, section: Section) -> str:
    """What is wanted, and at which size where it is not wanted at every one."""
    if row.bound is None:
        return ""
    at = f" at {_grouped(section.asked_at)}" if section.asked_at else ""
    return f"{'≥' if row.is_at_least else '≤'} {row.bound:g}{at}"


def _kept(row: Row, section: Section, figures: Mapping[str, str]) -> str:
    """Whether the bound is kept at every size that was measured and at which it is asked."""
    if row.bound is None:
        return ""
    asked = [figures.get(_grouped(section.asked_at), "")] if section.asked_at else figures.values()
    values = [_number(figure) for figure in asked if figure]
    if not values:
        return "not measured"
    met = all(value >= row.bound if row.is_at_least else value <= row.bound for value in values)
    return "met" if met else "**not met**"


def _number(figure: str) -> float:
    """The first number of a figure; what is given in ms or µs as seconds."""
    match = NUMBER.search(figure)
    value = float(match[0].replace(",", "")) if match else 0.0
    return value * next((scale for unit, scale in SCALES.items() if figure.endswith(f" {unit}")), 1.0)


def _grouped(size: str) -> str:
    return f"{int(size):,}"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _measured(used: Iterable[Mapping[str, Any]]) -> str:
    """By which command, at which commits, when, on what and how loaded."""
    loads: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for row in used:
        machine, _load, load = row["machine"].partition(", load ")
        loads[row["command"], row["commit"], f"{row['measured_at']:%Y-%m-%d}", machine].append(load)
    lines = (
        f"`{command}` at {commit}, {day}, {machine}, load {min(load)}"
        + (f" to {max(load)}" if len(set(load)) > 1 else "")
        for (command, commit, day, machine), load in sorted(loads.items())
    )
    return "Measured: " + "; ".join(lines) + "."


if __name__ == "__main__":
    sys.exit(main())
