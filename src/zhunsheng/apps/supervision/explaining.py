"""How a clock's due times were reached: the fold's own log of the one case, put into words. Nothing here computes."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import polars as pl

from zhunsheng.core.clocks import Rulebook, fold_events
from zhunsheng.core.encoding import EVENT_KEY
from zhunsheng.core.findings import clock_keys
from zhunsheng.core.tables import part_steps, steps_table
from zhunsheng.explanation import Explainer


def explained(
    keys: Collection[str], clocks: pl.DataFrame, events: pl.DataFrame, rulebook: Rulebook, *, as_of: datetime
) -> dict[str, dict[str, Any]]:
    """Explanations of some clocks, ready for JSON: key, rule, title, article, due times, sentences and steps.

    Takes   clocks: changes.CLOCKS; events: all that bears on the cases of these clocks.
    """
    wanted = clocks.filter(pl.col("key").is_in(list(keys)))
    if wanted.is_empty():
        return {}
    own = _bearing(events, wanted)
    folded = fold_events(own, rulebook, as_of=as_of, with_steps=True, threads=1)
    steps = steps_table([part_steps(part) for part in folded.parts])
    by_clock = steps.with_columns(clock_keys(steps)).partition_by("key", as_dict=True)
    types = dict(own.select(EVENT_KEY.alias("key"), "type").iter_rows())
    rules = {rule.id: rule for rule in rulebook.rules}
    found = {}
    for clock in wanted.iter_rows(named=True):
        rule = rules[clock["rule"]]
        rows = by_clock[clock["key"],].drop("key").to_dicts() if (clock["key"],) in by_clock else []
        sentences = Explainer(rule, rulebook.vocabulary, rulebook.calendar).sentences(rows, types)
        found[clock["key"]] = _explanation(clock, rule.title, rows, sentences, as_of)
    return found


def _bearing(events: pl.DataFrame, clocks: pl.DataFrame) -> pl.DataFrame:
    """The events of these clocks' cases and incidents, and of the incidents that the cases name; every version."""
    cases, incidents = clocks["case"].drop_nulls(), clocks["incident"].drop_nulls()
    of_cases = events.filter(pl.col("case").is_in(cases.implode()))
    named = pl.concat([of_cases["incident"].drop_nulls(), incidents]).unique()
    ids = events.filter(pl.col("case").is_in(cases.implode()) | pl.col("incident").is_in(named.implode()))
    return events.join(ids.select("source", "id").unique(), on=["source", "id"], how="semi", nulls_equal=True)


def _explanation(
    clock: Mapping[str, Any], title: str, steps: list[dict[str, Any]], sentences: list[str], as_of: datetime
) -> dict[str, Any]:
    articles = [step["article"] for step in steps if step["article"]]
    told = [{**step, "sentence": sentence} for step, sentence in zip(steps, sentences, strict=True)]
    names = ("rule", "rule_version", "case", "incident", "subject", "epoch", "start", "start_event", "outcome")
    times = ("due", "due_at_end", "outer", "outer_at_end", "stopped", "stop_event")
    about = {"clock": clock["key"], "title": title, "article": articles[0] if articles else "", "as_of": as_of}
    explanation = {**about, **{name: clock[name] for name in (*names, *times)}, "sentences": sentences, "steps": told}
    plain: dict[str, Any] = _plain(explanation)
    return plain


def _plain(value: Any) -> Any:
    """With instants as ISO texts."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value
