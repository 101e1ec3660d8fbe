"""Periods and versions of points: closed in turn, printed by two, recomputed to the byte, never judged again."""

import polars as pl
import pytest
from django.db import transaction
from django.urls import reverse

from tests.platform.points_world import (
    MARCH,
    POLICY,
    PointsWorld,
    bounded,
    closed,
    fact,
    march_work,
    overdue,
    policy_text,
    printed,
    run_at,
    said,
    stated,
    whole_ledger,
)
from tests.platform.points_world import shared_world as shared_world
from tests.platform.supervised import it_is
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.points import closing, stored
from zhunsheng.apps.points.closing import NotPublished, PeriodNotClosed
from zhunsheng.apps.points.effects import CannotBeRecorded
from zhunsheng.apps.points.models import Proposal, Publication
from zhunsheng.apps.points.policies import files
from zhunsheng.apps.points.recording import recompute

pytestmark = pytest.mark.usefixtures("undone")

Kind = Proposal.Kind


def test_story_3_an_annulled_case_is_taken_back_in_the_open_period_and_march_says_so_beside(world: PointsWorld) -> None:
    march_work(world)
    bounded(world, "2026-03", 1)
    closed(world)
    board = printed(world)
    text = board.text
    it_is("2026-05-20 10:00")
    annulled = [
        fact("defect.decision_annulled", f"R{n}", world.code("lead"), "2026-05-20 10:00", group=f"C{n}") for n in (0, 1)
    ]
    stated(*annulled)
    # April is open, for March was closed last: −5.44 and −3.63 = −9.07 for each of the two cases
    assert said(whole_ledger().filter(pl.col("kind") == "reverse")) == [
        *[f"2026-04 {world.code('lead')} reverse -5.44"] * 2,
        *[f"2026-04 {world.code('second')} reverse -3.63"] * 2,
    ]
    with as_process("test"), stored.whole():
        assert closing.record_corrections(clock.now()) == 1
        assert closing.record_corrections(clock.now()) == 0
        assert Publication.objects.get().text == text
        found = board.corrections.get().differences
    # Volume was full: 18.14 is twice the median of 9.07. Now 7.26 are 0.80 of it: 20 · 0.80 / 1.30 = 12.31.
    # Of the blocks 20, 40, 20 and 10 (nothing learnt) that makes 80.00 of 90 before and 72.31 now.
    # The third has 9.07 beside a median of 18.14 (7.69), and then of 7.26 (19.22): 67.69 and 79.22 of 90.
    assert found == {world.code("lead"): [8889, 8034], world.code("third"): [7521, 8802]}
    page = world.people["unit_head"].get(f"{reverse('points:unit')}?period=2026-03-01").content.decode()
    assert "−8.55" in page


def test_story_22_a_published_board_has_the_same_bytes_from_its_watermark_on(world: PointsWorld) -> None:
    march_work(world)
    bounded(world, "2026-03", 1)
    closed(world)
    board = printed(world)
    run_at("2026-04-20 10:00")
    overdue(world, "F9", "2026-04-21 10:00")
    with as_process("test"), stored.whole():
        again = closing.recomputed(board)
    assert (again.text, again.digest) == (board.text, board.sha256)
    rows = whole_ledger().filter(pl.col("kind") == "close")
    assert set(rows["amount"]) == {0}
    assert set(rows["holder"]) >= {world.code("lead"), world.code("second")}


def test_a_period_is_closed_in_its_turn_and_published_after_the_days_to_object(world: PointsWorld) -> None:
    march_work(world)
    it_is("2026-03-30 10:00")
    with as_process("test"), pytest.raises(PeriodNotClosed, match="还没有结束"):
        closing.close_period(world.viewer("legal_department"), every="month", period=MARCH, at=clock.now())
    closed(world)
    # Friday 3 April; the three working days after Qingming are 7, 8 and 9 April
    for when, why in (("2026-04-09 23:59", "3个工作日"), ("2026-04-10 00:00", "随机抽检结果")):
        it_is(when)
        with as_process("test"), stored.whole(), pytest.raises(NotPublished, match=why):
            closing.prepare_publication(POLICY, MARCH, watermark=clock.now())


def test_a_period_is_closed_signed_by_two_and_shown_through_the_pages(world: PointsWorld) -> None:
    march_work(world)
    bounded(world, "2026-03", 1)
    first, second = world.people["legal_department"], world.people["legal_second"]
    it_is("2026-04-03 18:00")
    assert first.post(reverse("points:close"), every="month", period="2026-03-01").status_code == 302
    asked = {"policy": POLICY, "period": "2026-03-01", "reason": "三月"}
    refused = first.post(reverse("points:propose", args=["publication"]), **asked)
    assert "3个工作日" in refused.content.decode()
    it_is("2026-04-13 08:00")
    assert first.post(reverse("points:propose", args=["publication"]), **asked).status_code == 302
    with as_process("test"):
        made = Proposal.objects.get(kind=Kind.PUBLICATION)
    decide = reverse("points:decide", args=[made.pk])
    assert "另一个人" in first.post(decide, confirmed="yes").content.decode()
    assert second.post(decide, confirmed="yes").status_code == 302
    with as_process("test"):
        board = Publication.objects.get()
    assert board.sha256 in first.get(reverse("points:published", args=[board.pk])).content.decode()
    unit, own = (f"{reverse(f'points:{name}')}?period=2026-03-01" for name in ("unit", "mine"))
    page = world.people["unit_head"].get(unit).content.decode()
    assert "公布的榜" in page
    assert "实时·未定" not in page
    assert "已公布" in world.people["lead"].get(own).content.decode()
    assert world.people["lead"].get(reverse("points:published", args=[board.pk])).status_code in (403, 404)


def test_a_version_that_would_judge_again_what_is_recorded_is_not_approved(world: PointsWorld) -> None:
    march_work(world)
    path = world.folder / "points" / "policies" / f"{POLICY}@next.toml"
    dearer = policy_text(in_force="2026-03-01").replace('points  = "3.00"', 'points  = "9.00"')
    try:
        for text in (dearer, policy_text(in_force="2026-02-01")):
            path.write_text(text, "utf-8")
            (file,) = (one for one in files() if one.name == path.name)
            if text == dearer:  # March again, in other words
                with pytest.raises(CannotBeRecorded, match="2026-03-01 起"), transaction.atomic():
                    world.approve(file)
            else:  # February had no policy and has no rows
                world.approve(file)
        before = whole_ledger()
        run_at("2026-03-20 10:00")
        with as_process("test"):
            assert recompute().equals(before)
    finally:
        path.unlink()
