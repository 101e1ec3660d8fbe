"""docs/performance.md is what docs/measurements.toml says, and says who is faster and what is not kept."""

from datetime import UTC, datetime
from typing import Any

from bench.performance import PAGE, entries, page
from bench.process import ROOT
from zhunsheng.commands.bench import RUNS


def figure(name: str, text: str) -> dict[str, Any]:
    """One entry of the file."""
    return {
        "name": name,
        "figure": text,
        "command": "./zs bench checks",
        "commit": "0123abc",
        "paths": ["bench"],
        "measured_at": datetime(2026, 11, 28, tzinfo=UTC),
        "machine": "2 × x86_64, Linux, load 0.10",
    }


def said(**figures: str) -> str:
    """The page of some figures of the bench of checks at 1,000 events."""
    named = {f"bench.checks.1000.{name}": text for name, text in figures.items()}
    return page({name: figure(name, text) for name, text in named.items()})


def test_the_page_is_what_the_measurements_say() -> None:
    assert PAGE.read_text("utf-8") == page(entries()), "Run ./zs bench report."


def test_where_a_peer_is_faster_the_row_says_so() -> None:
    """Ours takes 0.5 s, DuckDB 0.2 s: two and a half times as fast."""
    text = said(ours="0.500 s", polars="0.700 s", duckdb="0.200 s")
    assert "| 1,000 | 0.500 s | 0.700 s | 0.200 s | **DuckDB**, 2.5 times as fast as ours |" in text


def test_where_ours_is_faster_the_best_of_the_others_is_named() -> None:
    """Plain Python takes 90 s, pandas 3 s; ours 1 s."""
    text = said(ours="1.000 s", pandas="3.000 s", plain="90.000 s")
    assert "| 1,000 | 1.000 s | 3.000 s | 90.000 s | ours, 3.0 times as fast as pandas |" in text


def test_a_bound_that_is_not_kept_at_one_size_is_said() -> None:
    """Eight gigabytes are 8,192 MB: the larger of two archives took more."""
    names = {"bench.archive.1000.peak": "8,000 MB", "bench.archive.2000.peak": "9,000 MB"}
    text = page({name: figure(name, value) for name, value in names.items()})
    assert "| memory at its peak | 8,000 MB | 9,000 MB | ≤ 8192 | **not met** |" in text


def test_a_bound_is_held_only_against_the_size_at_which_it_is_asked() -> None:
    """The fold may take ten times the visiting loop at ten million events: what it takes at a hundred thousand is
    shown, and misses nothing. Where ten million were not measured, nothing is said to be met."""
    names = {"100000": "14.2", "10000000": "9.1"}
    clocks = {f"bench.clocks.{size}.fold_per_visit": figure("", value) for size, value in names.items()}
    assert "| fold / visiting loop | 14.2 | 9.1 | ≤ 10 at 10,000,000 | met |" in page(clocks)
    del clocks["bench.clocks.10000000.fold_per_visit"]
    assert "| fold / visiting loop | 14.2 | ≤ 10 at 10,000,000 | not measured |" in page(clocks)


def test_what_was_measured_says_where_and_when() -> None:
    assert "`./zs bench checks` at 0123abc, 2026-11-28, 2 × x86_64, Linux, load 0.10." in said(ours="1 s", polars="2 s")


def test_every_run_that_the_command_starts_is_there() -> None:
    """Small and unrecorded, or in full and appended."""
    for name, run in RUNS.items():
        assert (ROOT / f"{run.module.replace('.', '/')}.py").is_file(), name
        assert "--append" in run.command(is_quick=False)
        assert "--append" not in run.command(is_quick=True)
