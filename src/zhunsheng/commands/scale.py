"""./zs scale check|points|measure: the same judgement on Spark, for a log larger than one machine.

Spark runs in a process of its own, with an extra of its own (scale/extra.py): nothing else needs Java.
"""

import json
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import polars as pl
from rich.console import Console

from zhunsheng.commands import inputs
from zhunsheng.commands.check import exit_code
from zhunsheng.commands.outcome import FINE, UsageRefused
from zhunsheng.core import schemas
from zhunsheng.measurements import Measurement, append
from zhunsheng.scale.extra import NoSpark, environment

AT_ONCE: Final = 100_000
CASES: Final = 50_000
SEED: Final = 20260101
MEASURED: Final = (
    "src/zhunsheng/core/judge.py",
    "src/zhunsheng/core/fold",
    "src/zhunsheng/core/checks",
    "src/zhunsheng/scale",
)
MEASUREMENTS: Final = inputs.ROOT / "docs" / "measurements.toml"


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of the verb and its own verbs."""
    verbs = parser.add_subparsers(dest="scale_verb", required=True, metavar="|".join(VERBS))
    check = verbs.add_parser("check", help="judge a log: the same rows as ./zs check finds")
    check.add_argument("input", metavar="INPUT", help="an archive, or Parquet of the event table; also hdfs://, s3a://")
    check.add_argument("out", metavar="OUT", help="a new folder for clocks, verdicts and findings")
    check.add_argument("--as-of", metavar="T", help="judge as of this instant (default: now)")
    check.add_argument("--known-at", metavar="T", help="only what had been recorded by then")
    points = verbs.add_parser("points", help="post the points of ended cases: the ledger, and its sums")
    points.add_argument("input", metavar="INPUT", help="the log")
    points.add_argument("findings", metavar="FINDINGS", help="what ./zs scale check wrote of it: OUT/findings")
    points.add_argument("out", metavar="OUT", help="a new folder for ledger and sums")
    points.add_argument("--from", dest="begins", required=True, metavar="T", help="cases that ended from this instant")
    points.add_argument("--to", dest="ends", required=True, metavar="T", help="and before this one")
    points.add_argument(
        "--officers", type=Path, required=True, metavar="FILE", help="Parquet: officer, unit.kind, officer.post"
    )
    points.add_argument(
        "--weights", type=Path, required=True, metavar="FILE", help="Parquet: year, unit, case.type, minutes"
    )
    measure = verbs.add_parser("measure", help="time a city here and on Spark")
    measure.add_argument("--cases", type=int, default=CASES, metavar="N", help=f"default {CASES}")
    measure.add_argument("--seed", type=int, default=SEED, metavar="S")
    measure.add_argument("--append", action="store_true", help="append the figures to docs/measurements.toml")
    for one in verbs.choices.values():
        one.add_argument(
            "--master", default="local[*]", metavar="URL", help="local[N], spark://HOST:PORT, yarn, k8s://…"
        )
        one.add_argument("--conf", action="append", default=[], metavar="KEY=VALUE", help="a setting of Spark's own")
        one.add_argument("--rules", type=Path, default=inputs.RULEBOOK, metavar="DIR", help="rulebook folder")
        one.add_argument("--at-once", type=int, default=AT_ONCE, metavar="N", help=f"events of one task ({AT_ONCE})")


def run(arguments: Namespace, console: Console) -> int:
    """Dispatch to the verb. Raises UsageRefused."""
    return VERBS[arguments.scale_verb](arguments, console)


def check(arguments: Namespace, console: Console) -> int:
    """Judge on Spark and say what came of it. Returns the exit code that ./zs check has."""
    rulebook = inputs.rulebook_of(arguments)
    as_of, known_at = inputs.as_of_of(arguments, rulebook), inputs.known_at_of(arguments, rulebook)
    words = ["--as-of", as_of.isoformat(), *(["--known-at", known_at.isoformat()] if known_at else [])]
    _refuse_out(arguments.out)
    told = _told(arguments, [*words, arguments.input, arguments.out])
    _show_rows(told, arguments.out, console)
    return exit_code(_kinds(told["kinds"]))


def points(arguments: Namespace, console: Console) -> int:
    """Post points on Spark."""
    zone = inputs.rulebook_of(arguments).vocabulary.zone
    words = []
    for option, text in (("--from", arguments.begins), ("--to", arguments.ends)):
        instant = inputs.instant_of(text, option, zone)
        assert instant is not None  # argparse asks for both
        words += [option, instant.isoformat()]
    for option, file in (("--officers", arguments.officers), ("--weights", arguments.weights)):
        if not file.is_file():
            raise UsageRefused(f"{option} {file}: is no file. Write the table as Parquet.")
        words += [option, str(file.resolve())]
    _refuse_out(arguments.out)
    told = _told(arguments, [*words, "--findings", arguments.findings, arguments.input, arguments.out])
    _show_rows(told, arguments.out, console)
    return FINE


def measure(arguments: Namespace, console: Console) -> int:
    """Time a city here and on Spark; with --append the figures go into docs/measurements.toml."""
    words = ["--cases", str(arguments.cases), "--seed", str(arguments.seed)]
    with TemporaryDirectory(prefix="zhunsheng-") as folder:
        told = _told(arguments, [*words, "none", folder])
    command = f"./zs scale measure --cases {arguments.cases} --master {arguments.master} --append"
    for name, figure in _figures(told).items():
        console.print(f"{name}: {figure}", highlight=False)
        if arguments.append:
            measured = Measurement(name, figure, command, MEASURED, seed=arguments.seed)
            append(MEASUREMENTS, measured, at=datetime.now(UTC))
    return FINE


def _figures(told: dict[str, float]) -> dict[str, str]:
    """What the documents quote: seconds, and events a second of one core once all is warm."""
    events, cores = told["events"], told["cores"]
    return {
        "scale.events": f"{events:,.0f} events",
        "scale.local": f"{told['local']:.1f} s",
        "scale.spark": f"{told['spark']:.1f} s",
        "scale.start": f"{told['start']:.0f} s",
        "scale.spark_per_core": f"{events / told['spark'] / cores:,.0f} events a second",
        "scale.ratio": f"{told['spark'] / told['local']:.1f} times",
    }


def _refuse_out(out: str) -> None:
    if "://" not in out and Path(out).exists():
        raise UsageRefused(f"{out}: is there already. Name a new folder.")


def _show_rows(told: dict[str, Any], out: str, console: Console) -> None:
    rows = ", ".join(f"{count} {name}" for name, count in told["rows"].items())
    console.print(f"{rows}: {out}", highlight=False, soft_wrap=True)


def _told(arguments: Namespace, words: list[str]) -> dict[str, Any]:
    """What the job says. Raises UsageRefused where it failed; it has told why on the error stream."""
    if arguments.at_once < 1:
        raise UsageRefused(f"--at-once {arguments.at_once} is no number of events. Write for example {AT_ONCE}.")
    for setting in arguments.conf:
        if "=" not in setting:
            raise UsageRefused(f"--conf {setting!r} sets nothing. Write for example spark.executor.memory=8g.")
    try:
        own = environment(lambda text: Console(stderr=True).print(text, highlight=False, soft_wrap=True))
    except NoSpark as refused:
        raise UsageRefused(str(refused)) from refused
    command = [sys.executable, "-P", "-m", "zhunsheng.scale", arguments.scale_verb, "--master", arguments.master]
    command += ["--rules", str(arguments.rules.resolve()), "--at-once", str(arguments.at_once)]
    command += [word for setting in arguments.conf for word in ("--conf", setting)]
    done = subprocess.run([*command, *words], env=own, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise UsageRefused("Spark did not finish; it says why above.")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def _kinds(kinds: list[list[Any]]) -> pl.DataFrame:
    """One finding of each kind, level and standing that there is: as much as the exit code looks at."""
    closed = datetime.fromtimestamp(0, UTC)
    rows = [(kind, level, None if is_open else closed) for kind, level, is_open in kinds]
    schema = {"kind": pl.String(), "level": pl.String(), "closed_at": schemas.INSTANT}
    return pl.DataFrame(rows, schema=schema, orient="row")


VERBS: Final[dict[str, Callable[[Namespace, Console], int]]] = {"check": check, "points": points, "measure": measure}
