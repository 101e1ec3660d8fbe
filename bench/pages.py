"""The bench of the list pages; `./zs bench pages` starts it.

python -m bench.pages [--cases N,N] [--seconds S] [--only NAME] [--scratch DIR] [--json] [--append]

Each size is a city of its own in an embedded database: so many cases, a third as many limits that run, their alerts,
units and officers. In both sizes every list page is asked for and its statements are counted: a page asks as often in
a large city as in a small one. In the larger one every page is loaded by four clients, in turn with a bare Django page.

A bare Django page with the same number of queries is read here as what Django alone does with as many questions: the
middleware of a new project and no other, one transaction, a session, one query for as many rows as our page shows, one
row written (ours record each reading), the others each one row by its primary key, all through the ORM; the template
extends our shell, with what it says of its reader asked once for good, and has a plain table of these rows
(bench/site/bare.py). Both are served alike, by one uvicorn each, on the same database, a second apart. What our page
has beyond that (who may see what, row security, the counts of the menu, filters, sums over all alerts) must fit into
what is left: at least 60 % of the bare page's answers a second.
"""

import json
import os
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bench.process import ROOT
from zhunsheng.measurements import Measurement, TreeNotClean, append

MEASUREMENTS: Final = ROOT / "docs" / "measurements.toml"
MEASURED: Final = ("src/zhunsheng/apps", "src/zhunsheng/web", "bench/site", "bench/pages.py")
SIZES: Final = "30000,300000"
CASES_PER_CLOCK: Final = 3
ENOUGH: Final = 0.6
MOST_BYTES: Final = 120 * 1024
HEADINGS: Final = ("page", "queries", "rows", "alone ms", "a second", "bare", "share", "p50 ms", "p95 ms", "KB gzip")

Found = dict[str, dict[str, Any]]


def main() -> int:
    """Measure, print, and append what a full run found. 1 where a page misses its target."""
    arguments = parsed()
    console = Console(stderr=arguments.json)
    sizes = sorted(int(number) for number in arguments.cases.split(","))
    with TemporaryDirectory(prefix="zhunsheng-pages-") as name:
        scratch = arguments.scratch or Path(name)
        found = {cases: measured(scratch, cases, arguments, is_largest=cases == sizes[-1]) for cases in sizes}
    if arguments.json:
        sys.stdout.write(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    failing = missed(found)
    if console.is_terminal:
        console.print(table(found))
    else:  # a file, or another program: a table would be squeezed into eighty columns
        console.print("\n".join(plain(found)), highlight=False, markup=False, soft_wrap=True)
    for line in failing:
        console.print(line, highlight=False, markup=False)
    if arguments.append:
        record(found, arguments, console)
    return 1 if failing else 0


def parsed() -> Namespace:
    """The command line."""
    parser = ArgumentParser()
    parser.add_argument("--cases", default=SIZES)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--only", default="")
    parser.add_argument("--scratch", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--append", action="store_true")
    return parser.parse_args()


def measured(scratch: Path, cases: int, arguments: Namespace, *, is_largest: bool) -> Found:
    """One size, in a process of its own. Raises CalledProcessError."""
    command = [sys.executable, "-m", "bench.site.measure", "--cases", str(cases), "--only", arguments.only]
    command += ["--clocks", str(cases // CASES_PER_CLOCK), "--seconds", str(arguments.seconds if is_largest else 0)]
    home = scratch.resolve() / str(cases)
    source = os.pathsep.join((str(ROOT), str(ROOT / "src")))
    environment = os.environ | {"ZS_HOME": str(home), "ZS_POLICIES": str(home / "policies"), "PYTHONPATH": source}
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    found: Found = json.loads(done.stdout)
    return found


def missed(found: dict[int, Found]) -> list[str]:
    """What is not as it should be, a line each."""
    smallest, largest = found[min(found)], found[max(found)]
    lines = []
    for title, page in largest.items():
        before = smallest[title]["queries"]
        if page["queries"] != before:
            lines.append(f"{title}: {before} queries in the small city, {page['queries']} in the large one.")
        if page.get("ratio", 1) < ENOUGH:
            lines.append(f"{title}: {page['ratio']:.0%} of a bare page, wanted are {ENOUGH:.0%}.")
        if page["first_load"] > MOST_BYTES:
            lines.append(f"{title}: {page['first_load']} bytes at first, wanted are at most {MOST_BYTES}.")
    return lines


def rows(found: Found) -> list[list[str]]:
    """What was measured, a page a row, under HEADINGS."""
    shown = []
    for title, page in found.items():
        figures = [f"{page[name]:.0f}" for name in ("queries", "rows", "alone_ms")]
        if "ratio" in page:
            figures += [f"{page['rate']:.1f}", f"{page['bare_rate']:.1f}", f"{page['ratio']:.0%}"]
            figures += [f"{page['p50_ms']:.0f}", f"{page['p95_ms']:.0f}"]
        else:
            figures += [""] * 5
        shown.append([title, *figures, f"{page['first_load'] / 1024:.0f}"])
    return shown


def heading(found: dict[int, Found]) -> str:
    """What stands above the rows."""
    return f"./zs bench pages: {max(found):,} cases, {max(found) // CASES_PER_CLOCK:,} open limits"


def table(found: dict[int, Found]) -> Table:
    """The rows as a terminal shows them."""
    shown = Table(title=heading(found))
    for name in HEADINGS:
        shown.add_column(name, justify="left" if name == "page" else "right", no_wrap=name == "page")
    for row in rows(found[max(found)]):
        shown.add_row(*row)
    return shown


def plain(found: dict[int, Found]) -> list[str]:
    """The rows as lines: every figure whole, however narrow whoever reads it is."""
    lines = [list(HEADINGS), *rows(found[max(found)])]
    widths = [max(len(line[n]) for line in lines) for n in range(len(HEADINGS))]
    cells = [
        [cell.ljust(widths[n]) if n == 0 else cell.rjust(widths[n]) for n, cell in enumerate(line)] for line in lines
    ]
    return [heading(found), *("  ".join(line).rstrip() for line in cells)]


def record(found: dict[int, Found], arguments: Namespace, console: Console) -> None:
    """Append what the documents may quote: the lowest share, the slowest page, the heaviest, and each page's share."""
    command = f"./zs bench pages --cases {arguments.cases} --append"
    largest = found[max(found)]
    loaded = {title: page for title, page in largest.items() if "ratio" in page}
    figures = {
        f"bench.pages.{page['key']}": f"{page['ratio']:.0%}, p95 {page['p95_ms']:.0f} ms, {page['queries']} queries"
        for page in loaded.values()
    }
    if loaded:
        figures["bench.pages.lowest"] = f"{min(page['ratio'] for page in loaded.values()):.0%}"
        figures["bench.pages.p95"] = f"{max(page['p95_ms'] for page in loaded.values()):.0f} ms"
    figures["bench.pages.first_load"] = f"{max(page['first_load'] for page in largest.values()) / 1024:.0f} KB"
    now = datetime.now(UTC)
    try:
        for name, figure in figures.items():
            append(MEASUREMENTS, Measurement(name, figure, command, MEASURED), at=now)
    except TreeNotClean as unclean:
        console.print(f"Not recorded: {unclean}", highlight=False, markup=False)


if __name__ == "__main__":
    sys.exit(main())
