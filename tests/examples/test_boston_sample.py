"""The sample has the log's shape, and its due dates, counted day by day, are those of the rules."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import polars as pl

from tools.boston_sample import REQUESTS, SEED, sample
from zhunsheng.book import load_rulebook
from zhunsheng.core.judge import judge
from zhunsheng.files.mapping import load_mapping
from zhunsheng.files.read import read_events

EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "boston311"
SAMPLE: Final = EXAMPLE / "sample.csv"
AS_OF: Final = datetime(2016, 6, 1, tzinfo=UTC)


def clocks(mapping: str) -> pl.DataFrame:
    rulebook = load_rulebook(EXAMPLE / "rulebook")
    read = read_events(
        [SAMPLE], vocabulary=rulebook.vocabulary, mapping=load_mapping(EXAMPLE / mapping, rulebook.vocabulary)
    )
    judged = judge(read.frame, rulebook, as_of=AS_OF).clocks
    local = pl.col("due").dt.convert_time_zone("America/New_York").dt.strftime("%Y-%m-%d %H:%M:%S")
    return judged.with_columns(local).join(
        pl.read_csv(SAMPLE, infer_schema=False), left_on="case", right_on="CASE_ENQUIRY_ID"
    )


def test_it_is_what_its_seed_gives() -> None:
    assert SAMPLE.read_text("utf-8") == sample(SEED)


def test_computed_due_dates_are_those_counted_day_by_day() -> None:
    judged = clocks("mapping.toml")
    assert judged.filter(pl.col("due") != pl.col("TARGET_DT")).is_empty()
    # Every request but those of the type without a clock.
    with_target = pl.read_csv(SAMPLE, infer_schema=False).filter(pl.col("TARGET_DT").is_not_null())
    assert 0 < with_target.height < REQUESTS
    assert judged.height == with_target.height


def test_both_mappings_give_the_verdict_of_the_sample() -> None:
    for mapping in ("mapping.toml", "mapping-recorded.toml"):
        closed = clocks(mapping).filter(pl.col("CLOSED_DT").is_not_null())
        ours = closed["outcome"].replace_strict({"met": "ONTIME", "late": "OVERDUE"})
        assert ours.to_list() == closed["OnTime_Status"].to_list()
        assert set(ours) == {"ONTIME", "OVERDUE"}
