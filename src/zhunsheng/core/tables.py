"""What the fold said, as the tables of schemas.py: codes become words, rows become canonical."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from zhunsheng.core import schemas
from zhunsheng.core.clocks import FoldPart
from zhunsheng.core.dates import NONE
from zhunsheng.core.encoding import EVENT_KEY
from zhunsheng.core.fold.state import OUTCOMES, QUESTIONS, STEP_KINDS, UNTIL_FACT
from zhunsheng.core.program import SUBJECT_AXES

CLOCK_ORDER = ("rule", "case", "incident", "subject", "epoch")


def clocks_table(tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The clocks of all parts, schemas.CLOCKS, in canonical order (rule, case, incident, subject, epoch)."""
    if not tables:
        return pl.DataFrame(schema=schemas.CLOCKS)
    return pl.concat(tables).sort(CLOCK_ORDER, nulls_last=False)


def part_clocks(part: FoldPart) -> pl.DataFrame:
    """The clocks of one part in the order of its results."""
    results, compiled = part.results, part.compiled
    version_rule = compiled.program.rvs.rule[results.rv]
    limits = compiled.limits
    columns = {
        "rule": words([rule.id for rule in compiled.rules], version_rule),
        "rule_version": pl.Series(compiled.version_of[results.rv].astype(np.int32)),
        **subject_columns(part, results),
        "epoch": pl.Series(results.epoch),
        "unit": part.encoded.column("unit", results.start_event),
        "start": instants(results.start),
        "start_event": event_names(part, results.start_event),
        "limit": tier_names(part, results.tier),
        "amount": pl.Series(results.amount),
        "limit_unit": words([limit.unit for limit in limits], results.limit),
        "due": instants(results.strict),
        "due_at_end": pl.Series(results.strict_end == 1),
        "outer": instants(results.outer),
        "outer_at_end": pl.Series(results.outer_end == 1),
        "earliest": instants(results.earliest),
        "latest": instants(results.latest),
        "stopped": instants(results.stopped),
        "stop_event": event_names(part, results.stop_event),
        "outcome": words(OUTCOMES, results.outcome),
        "question": words(QUESTIONS, results.question, none=0),
        "question_event": event_names(part, results.question_event),
        "question_fact": fact_names(part, results.question_fact),
        "question_hard": pl.Series(results.hard == 1),
    }
    return schemas.assert_schema(pl.DataFrame(columns, schema=schemas.CLOCKS), schemas.CLOCKS, "clocks")


def steps_table(tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The steps of all parts, schemas.STEPS, in canonical order."""
    if not tables:
        return pl.DataFrame(schema=schemas.STEPS)
    return pl.concat(tables).sort(*CLOCK_ORDER, "n", nulls_last=False)


def part_steps(part: FoldPart) -> pl.DataFrame:
    """The steps of one part, numbered from 1 within a clock."""
    if not len(part.steps):
        return pl.DataFrame(schema=schemas.STEPS)
    order = np.argsort(part.steps["row"], kind="stable")
    steps = part.steps[order].view(np.recarray)
    results = part.results[steps.row]
    first = np.flatnonzero(np.diff(steps.row, prepend=-1))
    number = np.arange(len(steps)) - np.repeat(first, np.diff(np.append(first, len(steps)))) + 1
    rules = part.compiled.program.rvs.rule[results["rv"]]
    frame = pl.DataFrame(
        {
            "rule": words([rule.id for rule in part.compiled.rules], rules),
            **{name: column for name, column in subject_columns(part, results).items() if name != "person"},
            "epoch": pl.Series(results["epoch"]),
            "n": pl.Series(number.astype(np.int32)),
            "kind": words(STEP_KINDS, steps.kind),
            "event": event_names(part, steps.event),
            "at": instants(steps.at),
            "before": instants(steps.before),
            "after": instants(steps.after),
            "amount": pl.Series(steps.amount),
            "detail": step_details(part, steps),
            "article": articles(part, results["rv"]),
        },
        schema=schemas.STEPS,
    )
    return schemas.assert_schema(frame, schemas.STEPS, "steps")


def step_details(part: FoldPart, steps: Any) -> pl.Series:
    """What a step's code stands for: the limit's counting, the tier, the pause, the restart event, the question and
    its fact."""
    compiled = part.compiled
    names = {
        "version": [str(n) for n in compiled.version_of],
        "limit": [f"{limit.amount} {limit.unit} {limit.counting}" for limit in compiled.limits],
        "count": [limit.counting for limit in compiled.limits],
        "extend": [tier.tier for tier in compiled.tiers],
        "late_extension": [tier.tier for tier in compiled.tiers],
        "extension_out_of_order": [tier.tier for tier in compiled.tiers],
        "pause": [pause.id for pause in compiled.pauses],
        "resume": [pause.id for pause in compiled.pauses],
        "wait": [restart.event for restart in compiled.restarts],
        "question": list(QUESTIONS),
    }
    detail = np.full(len(steps), None, dtype=object)
    for code, kind in enumerate(STEP_KINDS):
        if kind in names:
            chosen = (steps.kind == code) & (steps.detail >= 0)
            detail[chosen] = np.array([*names[kind], ""], dtype=object)[steps.detail[chosen]]
    asked = steps.kind == STEP_KINDS.index("question")
    facts = fact_names(part, np.where(asked, steps.amount, -1)).to_list()
    for n in np.flatnonzero(asked):
        detail[n] = f"{detail[n]}: {facts[n]}" if facts[n] else detail[n]
    return pl.Series("detail", detail.tolist(), dtype=pl.String)


def articles(part: FoldPart, rv: Any) -> pl.Series:
    """Instrument and article of a rule version."""
    texts = []
    for n in range(len(part.compiled.version_of)):
        rule = part.compiled.rules[part.compiled.program.rvs.rule[n]]
        basis = rule.versions[part.compiled.version_of[n] - 1].basis
        texts.append("; ".join(f"{b.instrument}{b.article}" for b in basis))
    return words(texts, rv)


def subject_columns(part: FoldPart, results: Any) -> dict[str, pl.Series]:
    """case, incident, subject and person of clocks."""
    encoded, program = part.encoded, part.compiled.program
    starts = results["subject_event"]
    axes = program.rvs.axis[results["rv"]]
    case = encoded.column("case", starts)
    incident = encoded.column("incident", starts)
    subject = pl.Series("subject", [None] * len(results), dtype=pl.String)
    for axis in np.unique(axes):
        names = encoded.column(SUBJECT_AXES[axis], starts)
        subject = names if len(np.unique(axes)) == 1 else subject.zip_with(pl.Series(axes != axis), names)
    of_incident = pl.Series(axes == SUBJECT_AXES.index("incident"))
    per_incident = of_incident | case.is_null()
    return {
        "case": case.set(of_incident, None),  # not part of its key: an incident may become a case later
        "incident": incident.set(~per_incident, None),
        "subject": subject,
        "person": encoded.column("person", starts),
    }


def words(names: Any, codes: Any, none: int | None = None) -> pl.Series:
    """The names of codes; `none` is the code that stands for null."""
    values = pl.Series(list(names), dtype=pl.String)
    picked = values.gather(pl.Series(np.asarray(codes).astype(np.int64)))
    if none is None:
        return picked
    return picked.zip_with(pl.Series(np.asarray(codes) != none), pl.Series([None], dtype=pl.String))


def instants(values: Any) -> pl.Series:
    """Microseconds as instants; NONE as null."""
    numbers = pl.Series(np.asarray(values).astype(np.int64))
    return numbers.set(numbers == NONE, None).cast(schemas.INSTANT)


def event_names(part: FoldPart, rows: Any) -> pl.Series:
    """source/id of events; null for -1."""
    named = pl.DataFrame([part.encoded.column(name, rows) for name in ("source", "id")])
    return named.select(pl.when(pl.col("id").is_not_null()).then(EVENT_KEY)).to_series()


def tier_names(part: FoldPart, tiers: Any) -> pl.Series:
    """Tier ids; base for -1."""
    names = [tier.tier for tier in part.compiled.tiers] + ["base"]
    codes = np.asarray(tiers).astype(np.int64)
    return words(names, np.where(codes < 0, len(names) - 1, codes))


def fact_names(part: FoldPart, facts: Any) -> pl.Series:
    """Fact ids; `until` for the column of that name, null for none."""
    names = [fact.id for fact in part.compiled.facts] + ["until", ""]
    codes = np.asarray(facts).astype(np.int64)
    codes = np.where(codes == UNTIL_FACT, len(names) - 2, np.where(codes < 0, len(names) - 1, codes))
    return words(names, codes, none=len(names) - 1)
