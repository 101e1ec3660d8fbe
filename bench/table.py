"""What was measured beside what is wanted."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.measure import PLAIN_ONLY, Figures, growth

FORMS: Final = ("polars", "duckdb", "pandas")
MEGABYTE: Final = 1 << 20


@dataclass(frozen=True)
class Target:
    """A ratio and its bound; a lower bound where `at_least`."""

    name: str
    title: str
    bound: float
    value: Callable[[Figures], float]
    at_least: bool = False
    needs: str = "fold"  # the figure without which it says nothing

    def is_met(self, value: float) -> bool:
        """Whether a value keeps the bound."""
        return value >= self.bound if self.at_least else value <= self.bound


def best_form(figures: Figures) -> float:
    """Seconds of the fastest form with the same semantics."""
    return min(figures[name] for name in FORMS if name in figures and name not in PLAIN_ONLY)


TARGETS: Final = (
    Target("fold_per_visit", "fold / visiting loop", 10, lambda f: f["fold"] / f["visit"]),
    Target(
        "best_form_per_fold", "best dataframe or SQL form / fold", 20, lambda f: best_form(f) / f["fold"], at_least=True
    ),
    Target("check_per_floor", "check / Parquet floor, sorted", 3, lambda f: f["check_sorted"] / f["floor_sorted"]),
    Target(
        "check_per_floor_shuffled",
        "check / Parquet floor, shuffled",
        3,
        lambda f: f["check_shuffled"] / f["floor_shuffled"],
    ),
    Target(
        "whole_per_floor",
        "check with everything / floor, sorted",
        6,
        lambda f: f["whole_sorted"] / f["floor_sorted"],
        needs="whole_sorted",
    ),
    Target(
        "whole_per_floor_shuffled",
        "check with everything / floor, shuffled",
        6,
        lambda f: f["whole_shuffled"] / f["floor_shuffled"],
        needs="whole_shuffled",
    ),
    Target("memory_per_events", "memory of judge / events in memory", 4, lambda f: f["judge.peak"] / f["events.bytes"]),
)
GROWTH_BOUND: Final = 1.05
COLD_BOUND: Final = 3.0
GROWING: Final = {
    "fold": "fold",
    "check_sorted": "check, sorted",
    "check_shuffled": "check, shuffled",
    "whole_sorted": "check with everything, sorted",
}


@dataclass(frozen=True)
class Line:
    """A figure with its name in docs/measurements.toml; `is_met` where there is a bound."""

    name: str
    title: str
    figure: str
    bound: str = ""
    is_met: bool | None = None


def lines(sizes: Mapping[int, Figures], once: Figures) -> Iterator[Line]:
    """Every figure, sizes first."""
    for size, figures in sizes.items():
        yield from times(f"bench.clocks.{size}", figures)
        for target in TARGETS:
            if target.needs not in figures:
                continue  # not measured at this size
            value = target.value(figures)
            bound = f"{'≥' if target.at_least else '≤'} {target.bound:g}"
            yield Line(f"bench.clocks.{size}.{target.name}", target.title, f"{value:.1f}", bound, target.is_met(value))
    if len(sizes) > 1:
        for name, title in GROWING.items():
            measured = {size: figures for size, figures in sizes.items() if name in figures}
            if len(measured) < 2:
                continue
            slope = growth(measured, name)
            met = slope <= GROWTH_BOUND
            yield Line(f"bench.clocks.growth.{name}", f"growth of {title}", f"{slope:.3f}", f"≤ {GROWTH_BOUND:g}", met)
    yield from at_all_sizes(sizes, once)


def times(prefix: str, figures: Figures) -> Iterator[Line]:
    """Seconds and memory of one size."""
    yield Line(f"{prefix}.events", "events", f"{figures['events']:,.0f}")
    titles = {
        "fold": "fold, two threads",
        "visit": "visiting loop, two threads",
        "fold_one": "fold, one thread",
        "visit_one": "visiting loop, one thread",
        "fold_events": "frame to records (link, order, encode, fold)",
        "judge": "judge, with reading, cold",
        "check_sorted": "check, sorted",
        "whole_sorted": "check with every rule and check, sorted",
        "floor_sorted": "read + sort + write, sorted",
        "check_shuffled": "check, shuffled",
        "whole_shuffled": "check with every rule and check, shuffled",
        "floor_shuffled": "read + sort + write, shuffled",
        **{name: f"the same limits in {name}" for name in FORMS},
    }
    for name, title in titles.items():
        if name in figures:
            yield Line(f"{prefix}.{name}", title, f"{figures[name]:.3f} s")
    if "plain" in figures:
        title = f"cases of which {', '.join(PLAIN_ONLY)} says what the fold says (plain ones)"
        yield Line(f"{prefix}.plain_cases", title, f"{figures['plain']:.1%}")
    peaks = {"judge.peak": "judge", "floor_sorted.peak": "read + sort + write"}
    for name, title in (peaks | {f"{form}.peak": form for form in FORMS}).items():
        if name in figures:
            yield Line(f"{prefix}.{name}", f"peak memory of {title}", f"{figures[name] / MEGABYTE:,.0f} MB")
    yield Line(f"{prefix}.bytes", "events in memory", f"{figures['events.bytes'] / MEGABYTE:,.0f} MB")


def at_all_sizes(sizes: Mapping[int, Figures], once: Figures) -> Iterator[Line]:
    """What does not depend on the size."""
    largest = sizes[max(sizes)]
    compiled = largest["fold_one"] / largest["events"]
    yield Line("bench.clocks.event", "fold of one event, one thread", f"{compiled * 1e9:.0f} ns")
    yield Line("bench.clocks.event.plain", "the same source as plain Python", f"{once['plain.event'] * 1e6:.0f} µs")
    yield Line("bench.clocks.plain_per_fold", "plain Python / fold", f"{once['plain.event'] / compiled:,.0f}")
    if "cold" in once:
        met = once["cold"] <= COLD_BOUND
        yield Line(
            "bench.clocks.cold_check", "cold check of 1,000 events", f"{once['cold']:.2f} s", f"≤ {COLD_BOUND:g} s", met
        )


def show(found: list[Line], console: Console) -> None:
    """Print the figures."""
    table = Table(title="./zs bench clocks: fifteen limits over a synthetic city")
    for heading in ("", "figure", "wanted", ""):
        table.add_column(heading, justify="right" if heading == "figure" else "left", overflow="fold")
    size = ""
    for line in found:
        if line.name.endswith(".events"):
            table.add_section()
            size = line.figure
        mark = {None: "", True: "met", False: "[red]not met[/red]"}[line.is_met]
        title = f"{size} events" if line.name.endswith(".events") else f"  {line.title}"
        table.add_row(title, "" if line.name.endswith(".events") else line.figure, line.bound, mark)
    console.print(table)
