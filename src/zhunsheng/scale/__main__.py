"""python -m zhunsheng.scale check|points|measure: the job itself, in an interpreter that has pyspark.

./zs scale starts it and reads what came of it: the last line of the output, as JSON.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import reduce
from pathlib import Path
from typing import Any, Final

import polars as pl
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from zhunsheng.book import load_rulebook
from zhunsheng.core.points.from_events import rules_of_facts
from zhunsheng.points_book import load_fact_list, load_policies
from zhunsheng.scale.check import CannotScale, Question, check, read_events, tasks_for
from zhunsheng.scale.measure import measured
from zhunsheng.scale.points import CannotSum, PointsQuestion, ledger_and_sums
from zhunsheng.scale.session import session

Answer = dict[str, Any]


def main(words: list[str]) -> int:
    """Run a job. 0 done, 2 what the user can mend."""
    given = arguments().parse_args(words)
    settings = dict(setting.split("=", 1) for setting in given.conf)
    try:
        answer = JOBS[given.job](given, settings)
    except (CannotScale, CannotSum) as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


def arguments() -> argparse.ArgumentParser:
    """What commands/scale.py passes on: instants are whole."""
    parser = argparse.ArgumentParser(prog="python -m zhunsheng.scale")
    parser.add_argument("job", choices=JOBS)
    parser.add_argument("--master", required=True)
    parser.add_argument("--conf", action="append", default=[])
    parser.add_argument("--rules", type=Path, required=True)
    parser.add_argument("--at-once", type=int, required=True)
    parser.add_argument("--as-of", type=datetime.fromisoformat)
    parser.add_argument("--known-at", type=datetime.fromisoformat)
    parser.add_argument("--from", dest="begins", type=datetime.fromisoformat)
    parser.add_argument("--to", dest="ends", type=datetime.fromisoformat)
    parser.add_argument("--officers", type=Path)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--findings")
    parser.add_argument("--cases", type=int)
    parser.add_argument("--seed", type=int)
    parser.add_argument("input")
    parser.add_argument("out")
    return parser


def run_check(given: argparse.Namespace, settings: Mapping[str, str]) -> Answer:
    """Judge; how many rows each table has, and which kinds of finding there are."""
    with session(given.master, settings) as spark:
        asked = Question(load_rulebook(given.rules), given.as_of, given.known_at, given.at_once)
        tables = check(read_events(spark, given.input), asked)
        rows = write(tables, given.out)
        kinds = tables["findings"].selectExpr("kind", "level", "closed_at IS NULL AS open").distinct().collect()
        return {"rows": rows, "kinds": [list(row) for row in kinds]}


def run_points(given: argparse.Namespace, settings: Mapping[str, str]) -> Answer:
    """Post the points of ended cases; how many rows each table has."""
    asked = points_question(given)
    with session(given.master, settings) as spark:
        events, findings = read_events(spark, given.input), spark.read.parquet(given.findings)
        tasks = tasks_for(events, given.at_once)
        return {"rows": write(ledger_and_sums(events, findings, asked, tasks), given.out)}


def points_question(given: argparse.Namespace) -> PointsQuestion:
    """The policies of the rulebook, and what a share looks at."""
    rulebook, known = load_rulebook(given.rules), load_fact_list(given.rules)
    ids = [*(rule.id for rule in rulebook.rules), *(one.id for one in rulebook.checks)]
    return PointsQuestion(
        policies=load_policies(given.rules),
        known=known,
        rules=rules_of_facts(known, ids, {one.code: one.id for one in rulebook.checks}),
        officers=pl.read_parquet(given.officers),
        weights=pl.read_parquet(given.weights),
        zone=rulebook.vocabulary.zone,
        begins=given.begins,
        ends=given.ends,
    )


def run_measure(given: argparse.Namespace, settings: Mapping[str, str]) -> Answer:
    """Time a city on one machine and on Spark."""

    def start() -> SparkSession:
        return session(given.master, settings)

    rulebook = load_rulebook(given.rules)
    return measured(start, rulebook, Path(given.out), cases=given.cases, seed=given.seed, at_once=given.at_once)


def write(tables: Mapping[str, DataFrame], out: str) -> dict[str, int]:
    """Write each table as Parquet beneath a folder; how many rows each has."""
    for name, table in tables.items():
        table.write.parquet(f"{out.rstrip('/')}/{name}")
    named = (table.select(f.lit(name).alias("table")) for name, table in tables.items())
    counted = dict(reduce(DataFrame.union, named).groupBy("table").count().collect())
    return {name: counted.get(name, 0) for name in tables}


JOBS: Final[Mapping[str, Callable[[argparse.Namespace, Mapping[str, str]], Answer]]] = {
    "check": run_check,
    "points": run_points,
    "measure": run_measure,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
