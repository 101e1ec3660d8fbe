"""What the demonstration puts in force passes the gate, and leaves the shipped files as they are."""

from datetime import date
from pathlib import Path

from tests.story import RULEBOOK, at
from zhunsheng.core.points.gate import judge_policy
from zhunsheng.points_book import POLICIES, load_fact_list
from zhunsheng.web.demo import scoring


def test_the_policy_of_the_demonstration_passes_the_gate_and_is_written_once(tmp_path: Path) -> None:
    shipped = (RULEBOOK / "points" / POLICIES / scoring.SHIPPED).read_bytes()
    scoring.put_in_place(RULEBOOK, tmp_path, since=at("2026-04-13 09:00"))
    written = (tmp_path / scoring.SHIPPED).read_text("utf-8")
    read = judge_policy(written, load_fact_list(RULEBOOK), path=scoring.SHIPPED)
    assert read.issues == ()
    assert read.policy is not None
    assert (read.policy.status, read.policy.in_force) == ("stable", date(2026, 4, 1))
    scoring.put_in_place(RULEBOOK, tmp_path, since=at("2026-06-13 09:00"))  # started again: its hash was approved
    assert (tmp_path / scoring.SHIPPED).read_text("utf-8") == written
    assert (RULEBOOK / "points" / POLICIES / scoring.SHIPPED).read_bytes() == shipped
