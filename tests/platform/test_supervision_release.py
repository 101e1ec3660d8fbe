"""A repaired rule file: what it would change is shown first, a second person puts it in force, every key is judged
anew."""

import io
from pathlib import Path

import polars as pl
import pytest
from django.core.management import CommandError, call_command
from psycopg import sql

from tests.core.small import limit, rule_text
from tests.platform.accounts import PASSWORD, account, code_now
from tests.platform.people import CITY, city, officer
from tests.platform.supervised import (
    Told,
    assert_as_batch,
    it_is,
    kept,
    put_in_force,
    recorded,
    rule_files,
    supervise,
    written,
)
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.supervision import changes as ch
from zhunsheng.apps.supervision import releases, rulebooks, writing
from zhunsheng.apps.supervision.frames import copied_out
from zhunsheng.apps.supervision.models import Clock, DueKey, Finding, InHand, Release

TEN, TWENTY = rule_text(), rule_text(limit(20, "days", "day_after"))
RETIRED = TEN.replace('status   = "stable"', 'status   = "retired"')


@pytest.fixture(autouse=True)
def thirteenth_of_march(db: None) -> None:
    """P1 started on the second: overdue. P2 started ten days before: overdue under twenty days as well, by a day."""
    del db
    it_is("2026-03-02 12:00")
    put_in_force(rule_files(TEN))
    recorded("2026-02-20 12:00 P2 work.started case=A2\n2026-03-02 12:00 P1 work.started")
    it_is("2026-03-13 00:00")
    supervise()


def shown(files: dict[str, str]) -> dict[str, int]:
    """What a rulebook would change."""
    with as_process("test"):
        preview = releases.preview(rulebooks.loaded(files), as_of=it_is("2026-03-13 00:00"))
    return {change: preview.count(change) for change in ("appeared", "vanished", "moved")}


def release(files: dict[str, str]) -> None:
    """Proposed by one, confirmed by another."""
    with as_process("test"):
        preview = releases.preview(rulebooks.loaded(files), as_of=it_is("2026-03-13 00:00"))
        releases.propose(files, by="wang", shown=preview)
        releases.decide(second="li", confirmed=True)


def test_it_is_shown_how_many_findings_appear_vanish_and_move() -> None:
    """Under twenty days P1 has until 22 March 24:00: its four findings vanish. P2 had until 12 March 24:00 and is
    overdue all the same: its four move. The other way round they appear."""
    assert shown(rule_files(TWENTY)) == {"appeared": 0, "vanished": 4, "moved": 4}
    assert shown(rule_files(TEN)) == {"appeared": 0, "vanished": 0, "moved": 0}
    put_in_force(rule_files(TWENTY))
    assert shown(rule_files(TEN)) == {"appeared": 4, "vanished": 0, "moved": 4}


def test_a_release_judges_every_key_anew_and_says_why_findings_stand_no_more() -> None:
    told = Told()
    release(rule_files(TWENTY))
    supervise(told)
    news = told.findings()
    assert sorted(line for line in news if " P1 " in line) == sorted(
        f"superseded P1 {what} (rulebook)"
        for what in ("approaching blue", "approaching yellow", "approaching red", "overdue red")
    )
    assert sum(line.startswith("appeared P2") for line in news) == 4
    assert_as_batch(it_is("2026-03-13 00:00"))


def test_what_a_withdrawn_rule_found_is_withdrawn_and_kept() -> None:
    release(rule_files(RETIRED))
    supervise()
    with as_process("test"):
        assert not Clock.objects.exists()
        rows = Finding.objects.values_list("state", "state_reason").distinct()
        assert list(rows) == [("withdrawn", "rulebook")]
        assert Finding.objects.count() == 8
    assert_as_batch(it_is("2026-03-13 00:00"))


def test_a_finding_is_parted_also_where_its_row_lies_elsewhere_by_now() -> None:
    """One row is where it was read, one is not: another transaction may have moved it since. Both are withdrawn."""
    found = kept("supervision_finding", ch.FINDINGS, "level = 'blue'")
    parted = found.with_columns(change=pl.lit("withdrawn"), state_reason=pl.lit("facts"))
    with as_process("test"):
        query = sql.SQL("SELECT key, ctid FROM supervision_finding WHERE level = 'blue'")
        places = copied_out(query, pl.Schema({"key": pl.String(), "place": pl.String()}))
        moved = places.with_columns(pl.when(pl.col("key") == found["key"][0]).then(pl.lit("(0,0)")).otherwise("place"))
        with writing.prepared():
            writing.part_findings(parted, moved, as_of=it_is("2026-03-13 00:00"), release="r")
    with as_process("test"):
        rows = Finding.objects.filter(level="blue").values_list("state", "state_reason", "release")
        assert list(rows) == [("withdrawn", "facts", "r")] * 2
        assert set(Finding.objects.exclude(level="blue").values_list("state", flat=True)) == {"current"}


def test_an_event_that_was_late_and_a_release_are_judged_at_once() -> None:
    """Twenty days from the release on. Of P2 it comes out that the work was done on the fifth day: it was never late,
    by either rulebook, its limit lay elsewhere, and none runs in its case any more. P1 has time again, P3 begins."""
    told = Told()
    release(rule_files(TWENTY))
    recorded("2026-02-25 12:00 P2 work.done id=d1 case=A2\n2026-03-13 00:00 P3 work.started id=s3 case=A3")
    supervise(told)
    news = told.findings()
    assert {line for line in news if " P2 " in line} == {
        f"superseded P2 {what} (rulebook)"
        for what in ("approaching blue", "approaching yellow", "approaching red", "overdue red")
    }
    assert not any("P3" in line for line in news)
    with as_process("test"):
        assert set(Clock.objects.filter(outcome="running").values_list("case", flat=True)) == {"A1", "A3"}
        assert set(InHand.objects.values_list("case", flat=True)) == {"A1", "A3"}
    assert_as_batch(it_is("2026-03-13 00:00"))


def test_a_rulebook_that_is_released_again_brings_the_old_findings_back() -> None:
    release(rule_files(RETIRED))
    supervise()
    told = Told()
    release(rule_files(TEN))
    supervise(told)
    assert {line.split()[0] for line in told.findings()} == {"returned"}
    assert_as_batch(it_is("2026-03-13 00:00"))


def test_nobody_confirms_his_own_release() -> None:
    with as_process("test"):
        preview = releases.preview(rulebooks.loaded(rule_files(TWENTY)), as_of=it_is("2026-03-13 00:00"))
        releases.propose(rule_files(TWENTY), by="wang", shown=preview)
        with pytest.raises(releases.OwnRelease):
            releases.decide(second="wang", confirmed=True)
        with pytest.raises(releases.ReleaseWaits):
            releases.propose(rule_files(RETIRED), by="li", shown=preview)
        releases.decide(second="li", confirmed=False)
        assert rulebooks.current()[1] == rulebooks.digest_of(rule_files(TEN))
        with pytest.raises(releases.NoReleaseWaits):
            releases.decide(second="li", confirmed=True)
        with pytest.raises(releases.SameRulebook):
            releases.propose(rule_files(TEN), by="li", shown=preview)


def run(*arguments: str, monkeypatch: pytest.MonkeyPatch, steps: int) -> str:
    """The command, its password and code given on standard input."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n{code_now(steps)}\n"))
    out = io.StringIO()
    call_command("release", *arguments, stdout=out)
    return out.getvalue()


def test_two_people_of_the_legal_department_release_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    city()
    for name, number, role in (("wang", "035001", "legal_department"), ("li", "035002", "legal_department")):
        account(name, officer=officer(number, (role, CITY)))
    account("chen", officer=officer("035003", ("officer", CITY)))
    folder = written(tmp_path, rule_files(TWENTY))
    said = run(str(folder), "--account", "wang", monkeypatch=monkeypatch, steps=0)
    assert {"small  消失 4", "small  变动 4"} < set(said.splitlines())
    assert "共计：新增 0，消失 4，变动 4（按 2026-03-13 00:00 判断）" in said
    with pytest.raises(CommandError, match="没有发布规则库的权限"):
        run("--confirm", "--account", "chen", monkeypatch=monkeypatch, steps=0)
    with pytest.raises(CommandError, match="另一个人确认"):
        run("--confirm", "--account", "wang", monkeypatch=monkeypatch, steps=1)
    said = run("--confirm", "--account", "li", monkeypatch=monkeypatch, steps=0)
    assert "已发布" in said
    with as_process("test"):
        assert not DueKey.objects.filter(next_at=None).exists(), "every key is judged anew"
        done = Release.objects.latest("id")
        assert (done.by, done.second, done.appear, done.vanish, done.move) == ("wang", "li", 0, 4, 4)
