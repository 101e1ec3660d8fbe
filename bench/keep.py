"""Figures printed and kept: what every bench does with what it found."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.process import ROOT
from bench.table import Line
from zhunsheng.measurements import Measurement, TreeNotClean, append

MEASUREMENTS: Final = ROOT / "docs" / "measurements.toml"
MARKS: Final = {None: "", True: "met", False: "[red]not met[/red]"}


def show(found: Sequence[Line], title: str, *, as_json: bool) -> None:
    """Print the figures as a table, or as JSON on standard output with the table beside it."""
    table = Table(title=title)
    for heading in ("", "figure", "wanted", ""):
        table.add_column(heading, justify="right" if heading == "figure" else "left", overflow="fold")
    for line in found:
        if line.name.endswith(".events"):
            table.add_section()
        table.add_row(line.title, line.figure, line.bound, MARKS[line.is_met])
    Console(stderr=as_json).print(table)
    if as_json:
        sys.stdout.write(json.dumps({line.name: line.figure for line in found}, indent=1, ensure_ascii=False) + "\n")


def keep(found: Iterable[Line], *, command: str, paths: tuple[str, ...], seed: int) -> None:
    """Append the figures to docs/measurements.toml, unless the tree is not what a commit says."""
    now = datetime.now(UTC)
    try:
        for line in found:
            append(MEASUREMENTS, Measurement(line.name, line.figure, command, paths, seed), at=now)
    except TreeNotClean as unclean:
        Console(stderr=True).print(f"Not recorded: {unclean}", highlight=False, markup=False)
