"""Judge the same histories by both, and name every row in which they differ."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import polars as pl

from tests.differential.histories import Histories
from tests.oracle.book import read_rules, read_vocabulary
from tests.oracle.days import read_calendar
from tests.oracle.judge import judge as judge_by_oracle
from zhunsheng.book import load_rulebook
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.judge import judge
from zhunsheng.core.rule import Rule
from zhunsheng.core.story import events_of

CLOCK_KEYS: Final = ("case", "subject", "epoch")
COMPARED: Final = (
    "rule_version",
    "person",
    "start",
    "start_event",
    "limit",
    "due",
    "outer",
    "stopped",
    "stop_event",
    "outcome",
    "question",
    "question_event",
    "question_fact",
    "earliest",
)


class Comparison:
    """The rulebook as both read it."""

    def __init__(self, folder: Path) -> None:
        self.rulebook = load_rulebook(folder)
        self.vocabulary = read_vocabulary(folder / "vocabulary.toml")
        self.calendar = read_calendar(folder / "calendar")
        paths = sorted((folder / "deadlines").rglob("*.toml"))
        self.oracle_rules = {rule.id: rule for rule in read_rules(paths)}

    def differences(self, rule: Rule, *, cases: int, seed: int) -> list[str]:
        """Rows that differ for one rule over some random cases: what each says."""
        parents = [r for r in self.rulebook.rules if r.id in {p.rule for p in rule.parents}]
        rules = tuple(replace(r, enabled=True, status="stable") for r in (rule, *parents))
        book: Rulebook = replace(self.rulebook, rules=rules)
        histories = list(Histories(rule, parents, self.rulebook.vocabulary, seed).cases(cases))
        rows = [row for history in histories for row in history]
        events = events_of(rows, self.rulebook.vocabulary)
        last = events["at"].max()
        assert isinstance(last, datetime)  # there are events
        as_of = last - timedelta(days=90)
        ours = judge(events, book, as_of=as_of)
        theirs = judge_by_oracle(
            [self.oracle_rules[r.id] for r in rules],
            self.vocabulary,
            self.calendar,
            [dict(row) for row in events.iter_rows(named=True)],
            as_of,
            with_disabled=True,
        )
        return self._rows(ours.clocks, ours.findings, theirs.verdicts, rule.id)

    def _rows(self, clocks: pl.DataFrame, findings: pl.DataFrame, verdicts: Sequence[Any], rule: str) -> list[str]:
        mine = {tuple(c[k] for k in CLOCK_KEYS): c for c in clocks.filter(rule=rule).iter_rows(named=True)}
        theirs = {tuple(getattr(v, k) for k in CLOCK_KEYS): v for v in verdicts if v.rule == rule}
        own = _findings_by_clock(findings.filter(rule=rule))
        texts = [f"{key}: only the engine has this clock" for key in mine.keys() - theirs.keys()]
        texts += [f"{key}: only the oracle has this clock" for key in theirs.keys() - mine.keys()]
        for key in sorted(mine.keys() & theirs.keys(), key=str):
            texts += _fields(key, mine[key], theirs[key])
            expected = sorted((f.kind, f.level, f.found_at) for f in theirs[key].findings)
            found = sorted(own.get(key, []))
            if found != expected:
                texts.append(f"{key}: findings: engine {_short(found)}, oracle {_short(expected)}")
        return texts


def _fields(key: tuple[Any, ...], mine: Mapping[str, Any], theirs: Any) -> list[str]:
    texts = []
    for name in COMPARED:
        other = getattr(theirs, name)
        if name == "limit" and other == "then":
            other = "base"  # the oracle names what runs after a pause; the engine counts it as the base
        if mine[name] != other:
            texts.append(f"{key}: {name}: engine {_moment(mine[name])}, oracle {_moment(other)}")
    return texts


def _findings_by_clock(findings: pl.DataFrame) -> dict[tuple[Any, ...], list[tuple[str, str, datetime]]]:
    found: dict[tuple[Any, ...], list[tuple[str, str, datetime]]] = {}
    for row in findings.filter(pl.col("kind") != "late_known").iter_rows(named=True):
        found.setdefault(tuple(row[k] for k in CLOCK_KEYS), []).append((row["kind"], row["level"], row["found_at"]))
    return found


def _moment(value: Any) -> str:
    return f"{value + timedelta(hours=8):%Y-%m-%d %H:%M}" if isinstance(value, datetime) else repr(value)


def _short(found: list[tuple[str, str, datetime]]) -> list[str]:
    return [f"{kind} {level} {_moment(at)}" for kind, level, at in found]


def main(arguments: list[str]) -> int:
    """python -m tests.differential.compare RULEBOOK CASES SEED [RULE…]: print what differs."""
    folder, cases, seed, *wanted = arguments
    comparison = Comparison(Path(folder))
    total = 0
    for rule in comparison.rulebook.rules:
        if not wanted or rule.id in wanted:
            texts = comparison.differences(rule, cases=int(cases), seed=int(seed))
            total += len(texts)
            lines = [f"{rule.id}: {len(texts)} differences", *(f"    {text}" for text in texts[:12])]
            sys.stdout.write("\n".join(lines) + "\n")
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
