"""Two judgements of a story → what the later one changed, as alerts take it. Worked out here from keys alone, not with
the supervisor's code."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

import polars as pl

from tests.story import RULEBOOK, at, history, judged
from zhunsheng.core.alert_policy import AlertPolicy, parse_alert_policy
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.findings import clock_keys, finding_keys
from zhunsheng.core.judge import Judgement
from zhunsheng.core.routing import Change
from zhunsheng.core.vocabulary import parse_vocabulary

Rows = dict[str, dict[str, Any]]


@cache
def shipped_policy() -> AlertPolicy:
    """The alerts.toml that is shipped."""
    rulebook_vocabulary = (RULEBOOK / "vocabulary.toml").read_text("utf-8")
    vocabulary = parse_vocabulary(rulebook_vocabulary)
    return parse_alert_policy((RULEBOOK / "alerts.toml").read_text("utf-8"), vocabulary)


def judged_at(text: str, book: Rulebook, as_of: str | datetime, **facts: Any) -> Judgement | None:
    """What is known and judged of a story at an instant; none while nothing has happened."""
    instant = (at(as_of) if isinstance(as_of, str) else as_of).astimezone(UTC)
    events = history(text, book, **facts)
    # Recorded as it happens, unless a line says when it was recorded.
    events = events.with_columns(pl.col("recorded_at").fill_null(pl.col("at")))
    events = events.filter(pl.col("recorded_at") <= instant)
    return judged(events, book, as_of=instant, known_at=instant) if events.height else None


def changes_between(before: Judgement | None, after: Judgement | None, book: Rulebook) -> list[Change]:
    """The changes of findings from one judgement to the next, in no particular order."""
    all_rules: list[Any] = [*book.rules, *book.checks]
    rules = {rule.id: rule for rule in all_rules}
    old, new = _findings(before), _findings(after)
    clocks = _clocks(after)
    found = []
    for key, row in new.items():
        if row != old.get(key):
            what = "closed" if row["closed_at"] is not None else "appeared"
            found.append(_change(what, row, clocks, rules))
    for key, row in old.items():
        if key not in new:
            now = clocks.get(row["group"])
            moved = now is not None and (now["due"], now["outer"]) != (row["due"], row["outer"])
            found.append(_change("superseded" if moved else "withdrawn", row, clocks, rules))
    return found


def _change(what: str, row: dict[str, Any], clocks: Rows, rules: dict[str, Any]) -> Change:
    return Change(what, row["key"], row["group"], row, clocks.get(row["group"]), rules.get(row["rule"]))


def _findings(judgement: Judgement | None) -> Rows:
    if judgement is None:
        return {}
    table = judgement.findings
    keyed = table.with_columns(key=finding_keys(table), clock_key=clock_keys(table))
    of_clock = pl.col("epoch").is_not_null()
    keyed = keyed.with_columns(group=pl.when(of_clock).then(pl.col("clock_key")).otherwise(pl.col("key")))
    return {row["key"]: row for row in keyed.iter_rows(named=True)}


def _clocks(judgement: Judgement | None) -> Rows:
    if judgement is None:
        return {}
    table = judgement.clocks
    return {row["key"]: row for row in table.with_columns(key=clock_keys(table)).iter_rows(named=True)}
