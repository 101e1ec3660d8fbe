"""The example of the Python interface runs, and says what docs/python.md says that it says."""

import runpy
from datetime import UTC, datetime
from pathlib import Path

import pytest

from zhunsheng.api import judge, load_rulebook, read_events
from zhunsheng.core import schemas

ROOT = Path(__file__).resolve().parents[2]


def test_the_notebook_finds_the_item_that_was_not_handed_over() -> None:
    said = runpy.run_path(str(ROOT / "examples/notebook/first_look.py"))
    # 6 November 09:40 + 24 h = 7 November 09:40; at the latest to the full hour, 10:00 (+08:00).
    assert said["overdue"].rows() == [("property.handover", "W1", datetime(2022, 11, 7, 2, 0, tzinfo=UTC))]
    assert said["steps"]["kind"].to_list()[0] == "start"
    assert said["steps"]["after"].drop_nulls().to_list()[0] == datetime(2022, 11, 7, 1, 40, tzinfo=UTC)
    # Before 5 November two cases had been accepted, and nobody detained: two clocks.
    assert said["earlier"].clocks.height == 2
    assert dict(said["outcomes"].iter_rows()) == {"late": 1, "met": 3, "running": 4}


def test_judging_returns_the_tables_of_the_schemas_and_refuses_a_time_without_zone() -> None:
    rulebook = load_rulebook(str(ROOT / "rulebook"))
    events = read_events(str(ROOT / "examples/first-case/events.csv"), rulebook=rulebook)
    judged = judge(events, rulebook, as_of=datetime(2022, 11, 8, tzinfo=UTC), steps=False)
    assert (judged.clocks.schema, judged.findings.schema) == (schemas.CLOCKS, schemas.FINDINGS)
    assert judged.steps.is_empty()
    with pytest.raises(ValueError, match="has no zone"):
        judge(events, rulebook, as_of=datetime(2022, 11, 8))  # noqa: DTZ001 — what is refused
