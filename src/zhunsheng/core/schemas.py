"""Columns and types of the tables, asserted where frames enter and leave the core."""

from typing import Final

import polars as pl

INSTANT: Final = pl.Datetime("us", "UTC")

EVENTS: Final = pl.Schema(
    {
        "source": pl.String(),  # the system that recorded it
        "id": pl.String(),  # its id there
        "version": pl.Int64(),  # a correction is a higher version of the same (source, id)
        "void": pl.Boolean(),  # this version withdraws the event
        "type": pl.String(),  # a type of vocabulary.toml
        "at": INSTANT,  # when it happened; a bare date stands at its local midnight
        "at_precision": pl.String(),  # minute or day
        "recorded_at": INSTANT,  # when it was learned of
        "case": pl.String(),
        "incident": pl.String(),  # also the shift, where the event belongs to one
        "person": pl.String(),
        "item": pl.String(),
        "visit": pl.String(),
        "order": pl.String(),
        "dossier": pl.String(),
        "document": pl.String(),
        "place": pl.String(),
        "unit": pl.String(),
        "officers": pl.List(pl.String()),
        "until": INSTANT,  # an end that the document states; exclusive where until_precision is day
        "until_precision": pl.String(),  # minute or day: a bare date ends with its day, stored as the next midnight
        "facts": pl.String(),  # one JSON object, keys sorted, typed by vocabulary.toml; null where none is stated
        "document_no": pl.String(),
    }
)
"""What happened. Required: id, type, at and one of case, incident; the rest may be null."""

PRECISIONS: Final = ("minute", "day")
SUBJECT_COLUMNS: Final = {
    "case": "case",
    "person": "person",
    "item": "item",
    "visit": "visit",
    "order": "order",
    "document": "document",
    "dossier": "dossier",
    "incident": "incident",
    "shift": "incident",
}
"""Subject kind of a rule → the column that names it. A shift is recorded in `incident` (ADR 1)."""

OUTCOMES: Final = ("waiting", "running", "paused", "met", "late", "moot", "excused", "lapsed", "restarted", "unknown")

CLOCKS: Final = pl.Schema(
    {
        "rule": pl.String(),
        "rule_version": pl.Int32(),  # ordinal of the [[version]] that governs, from 1; 0 = none in force
        "case": pl.String(),
        "incident": pl.String(),
        "subject": pl.String(),  # id of what the clock is about; null where the events name none
        "person": pl.String(),  # the person whom the start names
        "epoch": pl.Int32(),  # ordinal of its START or RESTART, from 1
        "unit": pl.String(),  # of the starting event
        "start": INSTANT,
        "start_event": pl.String(),  # source/id
        "limit": pl.String(),  # id of the tier in force; "base"
        "amount": pl.Int64(),  # of the limit in force
        "limit_unit": pl.String(),
        "due": INSTANT,  # strict: warns, and is what people see as 届满
        "due_at_end": pl.Boolean(),  # true: an exclusive 24:00; false: an instant that still counts
        "outer": INSTANT,  # the latest defensible reading: breaches
        "outer_at_end": pl.Boolean(),
        "earliest": INSTANT,  # bounds where a due time is beyond the published calendar
        "latest": INSTANT,
        "stopped": INSTANT,
        "stop_event": pl.String(),
        "outcome": pl.String(),
        "question": pl.String(),  # what is asked, and on which event or fact
        "question_event": pl.String(),
        "question_fact": pl.String(),
        "question_hard": pl.Boolean(),
    }
)
"""One row per clock: (rule, case or incident, subject, epoch)."""

FINDING_KINDS: Final = (
    "approaching",
    "overdue",
    "late",
    "late_extension",
    "late_pause",
    "extension_out_of_order",
    "late_known",
    "lapsed",
    "broken",
    "unknown",
)
LEVELS: Final = ("blue", "yellow", "red", "ask")

FINDINGS: Final = pl.Schema(
    {
        "rule": pl.String(),
        "case": pl.String(),
        "incident": pl.String(),
        "subject": pl.String(),
        "person": pl.String(),
        "epoch": pl.Int32(),
        "unit": pl.String(),
        "kind": pl.String(),
        "level": pl.String(),
        "found_at": INSTANT,  # when it became true
        "due": INSTANT,
        "outer": INSTANT,
        "closed_at": INSTANT,  # when the clock that it is about was stopped; null while it runs
        "start_event": pl.String(),  # the events that it rests on: the start,
        "event": pl.String(),  # and the stop, the extension or what is asked about
        "reason": pl.String(),  # what is asked, for unknown
        "events": pl.List(pl.String()),  # of a check: every event that it rests on, sorted; null for a clock's
        "cases": pl.List(pl.String()),  # of a check: every case (or incident without one) of those events, sorted
    }
)
"""What is wrong, or about to be.

A check's finding has no epoch, due or outer. `subject` is its judged key, `event` the act that was judged,
`start_event` the earliest of `events`. `case`, `person` and `unit` are those of the act: a finding judged by person,
officer, place or unit may rest on several cases, and names all of them in `cases`.
"""

VERDICTS: Final = pl.Schema(
    {
        "rule": pl.String(),
        "rule_version": pl.Int32(),  # ordinal of the [[version]] that governs, from 1
        "subject": pl.String(),  # the judged key: a person, officer, item, place, unit …; the case number for case
        "case": pl.String(),  # of the act
        "incident": pl.String(),  # of the act, where it has no case
        "person": pl.String(),
        "unit": pl.String(),
        "kind": pl.String(),  # broken, unknown; what is kept has no row
        "level": pl.String(),  # that of the check where broken; ask where unknown
        "found_at": INSTANT,
        "closed_at": INSTANT,  # when what was absent came after all
        "start_event": pl.String(),  # the earliest event that it rests on
        "event": pl.String(),  # the act that was judged
        "events": pl.List(pl.String()),  # every event that it rests on, sorted
        "cases": pl.List(pl.String()),  # their cases, sorted
        "reason": pl.String(),  # what is asked, for unknown
    }
)
"""What checks say: (rule, subject, events, level)."""

VERDICT_ORDER: Final = ("rule", "subject", "found_at", "event", "start_event", "kind")

STEPS: Final = pl.Schema(
    {
        "rule": pl.String(),
        "case": pl.String(),
        "incident": pl.String(),
        "subject": pl.String(),
        "epoch": pl.Int32(),
        "n": pl.Int32(),
        "kind": pl.String(),
        "event": pl.String(),
        "at": INSTANT,
        "before": INSTANT,
        "after": INSTANT,
        "amount": pl.Int64(),
        "detail": pl.String(),  # tier, counting, question or fact: an id, never a sentence
        "article": pl.String(),
    }
)
"""The log of the fold: how each due time was reached."""


def assert_schema(frame: pl.DataFrame, schema: pl.Schema, table: str) -> pl.DataFrame:
    """Return the frame unchanged if it has exactly the schema's columns and types.

    Raises  SchemaMismatch naming the table, the column, what it is and what it should be.
    """
    actual = frame.schema
    for name, dtype in schema.items():
        if name not in actual:
            raise SchemaMismatch(f"{table}: column {name!r} is missing; it should be {dtype}.")
        if actual[name] != dtype:
            raise SchemaMismatch(f"{table}: column {name!r} is {actual[name]}; it should be {dtype}.")
    extra = [name for name in actual if name not in schema]
    if extra:
        raise SchemaMismatch(f"{table}: unknown columns {extra}; remove them.")
    return frame


class SchemaMismatch(TypeError):
    """A frame does not have the columns that its table promises: a fault of ours, not of the input."""
