"""What one task does with its share of the events: it calls the judgement that every other caller calls."""

import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final

import polars as pl
import pyarrow as pa

from zhunsheng.core import schemas
from zhunsheng.core.check import Check
from zhunsheng.core.checks.of_findings import count_findings
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.encoding import EVENT_KEY
from zhunsheng.core.findings import with_checks
from zhunsheng.core.judge import judge
from zhunsheng.scale.frames import batches_of, frame_of, told
from zhunsheng.scale.plan import EVERYTHING, Plan

Task = Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]
COPIES: Final = pl.Schema({"reach": pl.String(), "bucket": pl.Int64(), "group": pl.String(), **schemas.EVENTS})
"""Events beside what is judged by a key of its own: the key, the bucket of some of its values, the group of cases."""


def judging(rulebook: Rulebook, *, as_of: datetime, known_at: datetime | None) -> Task:
    """Judge whole groups of cases: rows of schemas.EVENTS → frames.TOLD."""

    def task(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        events = frame_of(batches, schemas.EVENTS)
        judged = judge(events, rulebook, as_of=as_of, known_at=known_at, threads=1)
        tables = {"clocks": judged.clocks, "verdicts": judged.verdicts, "findings": judged.findings}
        yield from batches_of(told(tables))

    return task


def judging_by_key(plan: Plan, *, buckets: int, as_of: datetime, known_at: datetime | None) -> Task:
    """Judge all that some values of a key have in common: rows of COPIES → frames.TOLD.

    An event lies in the bucket of each value that it or its case names. A bucket has acts of other values, but not all
    of them: what it says of those is left to the buckets where they belong.
    """

    def task(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for (reach, bucket), rows in frame_of(batches, COPIES).group_by("reach", "bucket"):
            rulebook = plan.by_key[str(reach)]
            events = rows.select(schemas.EVENTS.names())
            judged = judge(events, rulebook, as_of=as_of, known_at=known_at, threads=1)
            tables = {"verdicts": judged.verdicts, "findings": judged.findings}
            if reach != EVERYTHING:
                groups = rows.select(event=EVENT_KEY, group="group").unique("event")
                tables = {name: _at_home(frame, groups, bucket, buckets) for name, frame in tables.items()}
            yield from batches_of(told(tables))

    return task


def _at_home(found: pl.DataFrame, groups: pl.DataFrame, bucket: object, buckets: int) -> pl.DataFrame:
    """What is said of values of this bucket; of an act that names none, where its group of cases belongs."""
    homes = found.select("subject", "event").join(groups, on="event", how="left", maintain_order="left")
    names = homes.select(pl.coalesce("subject", "group").alias("name"))["name"]
    return found.filter(bucket_of(names, buckets) == bucket)


def bucket_of(names: pl.Series, buckets: int) -> pl.Series:
    """The bucket of each name: CRC-32 of its UTF-8 modulo how many there are, as Spark's crc32 computes it."""
    known = names.unique()
    numbers = pl.Series([zlib.crc32(name.encode()) % buckets for name in known], dtype=pl.Int64)
    return names.replace_strict(known, numbers, return_dtype=pl.Int64)


def counting(checks: tuple[Check, ...]) -> Task:
    """Count the findings of whole units: rows of schemas.FINDINGS → frames.TOLD."""

    def task(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        counted = count_findings(frame_of(batches, schemas.FINDINGS), checks)
        findings = with_checks(pl.DataFrame(schema=schemas.FINDINGS), counted)
        yield from batches_of(told({"verdicts": counted, "findings": findings}))

    return task
