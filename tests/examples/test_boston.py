"""A real public log judged by rule files alone: due dates that a city's own system wrote, recorded and computed.

Runs where ZS_DATA names the folder that holds boston311_2015.parquet; the log is not part of the repository.
"""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import polars as pl
import pytest

from zhunsheng.book import load_rulebook, load_vocabulary
from zhunsheng.core.judge import judge
from zhunsheng.files.mapping import load_mapping
from zhunsheng.files.read import EventsRead, read_events

EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "boston311"
LOG: Final = Path(os.environ.get("ZS_DATA") or ".") / "boston311_2015.parquet"
AS_OF: Final = datetime(2020, 1, 1, tzinfo=UTC)
SECONDS: Final = 90
CLOSED_BEFORE_OPENED: Final = 57  # of the 94,154 requests with a due date

pytestmark = pytest.mark.skipif(not LOG.is_file(), reason="ZS_DATA names no folder with boston311_2015.parquet")


def read(mapping: str, log: Path = LOG) -> EventsRead:
    vocabulary = load_vocabulary(EXAMPLE / "rulebook")
    return read_events([log], vocabulary=vocabulary, mapping=load_mapping(EXAMPLE / mapping, vocabulary))


def clocks(events: pl.DataFrame) -> pl.DataFrame:
    """Clocks beside the row of the log that they come from; instants as the local times of the log."""
    judged = judge(events, load_rulebook(EXAMPLE / "rulebook"), as_of=AS_OF).clocks
    local = [
        pl.col(name).dt.convert_time_zone("America/New_York").dt.replace_time_zone(None) for name in ("due", "outer")
    ]
    return judged.with_columns(local).join(pl.read_parquet(LOG), left_on="case", right_on="CASE_ENQUIRY_ID")


@pytest.fixture(scope="module")
def computed() -> pl.DataFrame:
    return clocks(read("mapping.toml").frame)


def exact(rows: pl.DataFrame) -> tuple[int, int]:
    """How many due dates are within 90 seconds of the city's, of how many that it wrote."""
    written = rows.filter(pl.col("TARGET_DT").is_not_null())
    difference = (pl.col("due") - pl.col("TARGET_DT")).dt.total_seconds().abs()
    return written.filter(difference <= SECONDS).height, written.height


def test_recorded_dates_give_the_citys_own_verdict() -> None:
    judged = clocks(read("mapping-recorded.toml").frame)
    with_verdict = judged.filter(pl.col("CLOSED_DT").is_not_null() & pl.col("OnTime_Status").is_not_null())
    ours = pl.col("outcome").replace_strict({"met": "ONTIME", "late": "OVERDUE"}, default="?")
    equal = with_verdict.filter(ours == pl.col("OnTime_Status"))
    assert (equal.height, with_verdict.height) == (79_126, 79_126)


@pytest.mark.parametrize(
    ("request_type", "at_least", "of"),
    [
        ("Unsatisfactory Living Conditions", 2_594, 2_595),  # 120 days
        ("Rodent Activity", 2_171, 2_171),  # 30 days
        ("Heat - Excessive  Insufficient", 1_324, 1_324),  # 30 days
        ("Contractors Complaint", 780, 780),  # 720 days
        ("Unsafe Dangerous Conditions", 1_429, 1_429),  # 1 day
        ("Building Inspection Request", 4_961, 4_961),  # 3 working days
        ("General Comments For a Program or Policy", 4_836, 4_840),  # 10 working days, 99.9 %
        ("CE Collection", 4_918, 4_929),  # 1 working day, 99.8 %
        ("Sign Repair", 4_791, 4_815),  # 10 working days, 99.5 %
        ("Electrical", 1_357, 1_357),  # 5 working days
        ("Plumbing", 473, 473),
    ],
)
def test_computed_dates_are_those_that_the_city_wrote(
    computed: pl.DataFrame, request_type: str, at_least: int, of: int
) -> None:
    found, written = exact(computed.filter(pl.col("TYPE") == request_type))
    assert written == of
    assert found >= at_least


def test_clocks_chosen_on_the_first_half_hold_in_the_second(computed: pl.DataFrame) -> None:
    # 54 request types whose clock was exact in at least 95 % of January to June.
    second_half = computed.filter(pl.col("OPEN_DT") >= datetime(2015, 7, 1))  # noqa: DTZ001 (local times of the log)
    assert exact(second_half) == (27_456, 27_807)


def test_requests_that_close_before_they_open_are_kept_and_unknown(computed: pl.DataFrame) -> None:
    backwards = pl.read_parquet(LOG).filter(pl.col("CLOSED_DT") < pl.col("OPEN_DT"), pl.col("TARGET_DT").is_not_null())
    assert backwards.height == CLOSED_BEFORE_OPENED
    judged = computed.filter(pl.col("CLOSED_DT") < pl.col("OPEN_DT"))
    assert judged["outcome"].unique().to_list() == ["unknown"]
    assert judged["question"].unique().to_list() == ["stop_before_start"]


def test_computed_dates_never_see_the_citys(tmp_path: Path) -> None:
    without = tmp_path / LOG.name
    pl.read_parquet(LOG).drop("TARGET_DT").write_parquet(without)
    assert read("mapping.toml", without).frame.equals(read("mapping.toml").frame)


def test_each_row_gives_its_events() -> None:
    # 121,145 requests, of which 19,873 are open: 121,145 + 101,272 events.
    totals = read("mapping.toml")
    assert (totals.rows_in, totals.frame.height, totals.repeated) == (121_145, 222_417, 0)
