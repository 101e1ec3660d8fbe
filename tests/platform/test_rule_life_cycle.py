"""The life of a rule: on trial it is shown and not sent, then sent, and back on trial where it is too often wrong. What
a release would tell at once and cost an officer is known before it goes live."""

from collections.abc import Iterator
from datetime import date

import polars as pl
import pytest

from tests.core.small import TEN_DAYS, limit, rule_text
from tests.platform.alert_world import CASE, FILING, LEVELS, XU, AlertWorld, alert_world
from tests.platform.supervised import it_is, put_in_force, receive, recorded, rule_files, supervise
from tests.platform.test_alerts_supervised import shipped
from tests.story import at, history
from zhunsheng.apps.access.processes import as_process, as_viewer
from zhunsheng.apps.access.scope import viewer_of
from zhunsheng.apps.alerts import services
from zhunsheng.apps.alerts.models import Alert, AlertGroup
from zhunsheng.apps.alerts.precision import precision_of
from zhunsheng.apps.audit import clock
from zhunsheng.apps.supervision import lifecycle, releases, rulebooks
from zhunsheng.apps.supervision.models import DueKey, Finding, Release
from zhunsheng.apps.supervision.trying import whole_log
from zhunsheng.core.backtest.days import Days
from zhunsheng.core.backtest.history import said_history

LIMITS = """
trial      = { days = 14 }
storm      = { most = 4 }
interrupts = { per_officer_and_shift = 1, history_days = 20 }
precision  = { floor = 50, verdicts = 1 }
"""
STABLE = rule_text(TEN_DAYS)
TRIAL = STABLE.replace('status   = "stable"', 'status   = "trial"')
TWENTY = rule_text(limit(20, "days", "day_after"))


@pytest.fixture(autouse=True)
def process(db: None) -> Iterator[None]:
    """Behind row security."""
    del db
    with as_process("test"):
        yield


def files(*texts: str, limits: str = LIMITS) -> dict[str, str]:
    """A rulebook of small rules that sets limits to its releases."""
    return {**rule_files(*texts), "release.toml": limits}


def propose(proposed: dict[str, str], *, by: str = "wang") -> Release:
    """Shown what it would change, and proposed."""
    shown = releases.preview(rulebooks.loaded(proposed), as_of=clock.now())
    return releases.propose(proposed, by=by, shown=shown)


def test_on_trial_it_finds_exactly_what_the_back_test_predicts() -> None:
    """Eleven days of a rule on trial, each judged at its end: a start, a late record of its end, and a correction. The
    back-test of the same days, run afterwards on the log, says the same findings on the same days."""
    it_is("2026-03-02 00:00")
    put_in_force(files(TRIAL))
    stories = {
        "2026-03-03 00:00": "2026-03-02 12:00 P1 work.started id=a case=A1",
        "2026-03-05 00:00": "2026-03-04 09:00 P2 work.started id=b case=A2",
        "2026-03-13 00:00": "2026-03-08 12:00 P1 work.done id=c case=A1",
    }
    seen: dict[int, set[str]] = {}
    for n, day in enumerate(range(3, 18)):
        instant = f"2026-03-{day:02} 00:00"
        it_is(instant)
        if instant in stories:
            recorded(stories[instant])
        supervise()
        seen[n] = set(Finding.objects.filter(state="current").values_list("key", flat=True))
    said = said_history(whole_log(), rulebooks.current()[0], Days(date(2026, 3, 2), date(2026, 3, 16), "Asia/Shanghai"))
    spans = said.select("key", "from_day", "to_day").iter_rows()
    told = [(key, range(first, last + 1)) for key, first, last in spans]
    assert {n: {key for key, days in told if n in days} for n in seen} == seen
    assert said.filter(pl.col("case") == "A1").height == 3  # blue, yellow, red: until the end was recorded on the 12th


def test_a_rule_is_not_sent_before_its_time_on_trial_is_over() -> None:
    """Never sent before, so it begins on trial; after thirteen days it may not be sent, after fourteen it may."""
    it_is("2026-03-02 12:00")
    put_in_force(files())
    with pytest.raises(lifecycle.StageSkipped, match="还没有试用满 14 天"):
        propose(files(STABLE))
    propose(files(TRIAL))
    releases.decide(second="li", confirmed=True)
    it_is("2026-03-16 11:00")
    with pytest.raises(lifecycle.StageSkipped, match="已试用 13 天"):
        propose(files(STABLE))
    it_is("2026-03-16 12:00")
    propose(files(STABLE))
    assert releases.decide(second="li", confirmed=True).state == Release.State.RELEASED


def test_what_is_shown_on_trial_is_told_when_the_rule_goes_live() -> None:
    """Red since the 9th, while the rule was on trial: an alert to nobody. Live, it is told."""
    world, trial = _lived("trial")
    assert AlertGroup.objects.get(rule=FILING).held == "trial"
    assert not Alert.objects.exists()
    _release(_with_status(trial, "stable"))
    supervise(services.route)
    assert {alert.level for alert in world.alerts("case_officer")} == {"red"}
    assert AlertGroup.objects.get(rule=FILING).held == ""


def test_a_release_that_would_tell_too_much_at_once_is_not_proposed() -> None:
    """Two clocks overdue under ten days, with four findings each: eight at once, and four are allowed. Under twenty
    days none of P1's is crossed and P2's four are: they may go."""
    it_is("2026-03-02 12:00")
    put_in_force(files(rule_text(limit(60, "days", "day_after"))))
    recorded("2026-02-20 12:00 P2 work.started case=A2\n2026-03-02 12:00 P1 work.started case=A1")
    it_is("2026-03-13 00:00")
    supervise()
    with pytest.raises(lifecycle.StormCap, match="一次发出 8 项预警，超过上限 4 项"):
        propose(files(STABLE))
    assert propose(files(TWENTY)).storm == 4


def test_a_rulebook_that_interrupts_too_often_needs_another_signature() -> None:
    """Two cases of one officer turn red on the same day: two messages on his fullest day, and one is in the budget."""
    told = STABLE.replace('["officer"]', '["case_officer"]')
    vocabulary = rule_files()["vocabulary.toml"] + '\n[roles.case_officer]\ntitle = "主办"\n'
    proposed = {**files(told, limits=LIMITS.replace("most = 4", "most = 99")), "vocabulary.toml": vocabulary}
    it_is("2026-03-02 12:00")
    put_in_force({**proposed, **files(TWENTY, limits=proposed["release.toml"]), "vocabulary.toml": vocabulary})
    book = rulebooks.current()[0]
    started = history("2026-03-01 12:00 P1 work.started case=A1\n2026-03-01 12:00 P2 work.started case=A2", book)
    receive(started.with_columns(officers=pl.lit(["035001"])))
    it_is("2026-03-13 00:00")
    supervise()
    waiting = propose(proposed)
    assert (waiting.per_shift, waiting.over_budget) == (2.0, True)
    signed = releases.decide(second="li", confirmed=True)
    assert (signed.state, signed.signed) == (Release.State.PROPOSED, "li")
    with pytest.raises(releases.OwnSignature):
        releases.decide(second="li", confirmed=True)
    assert releases.decide(second="zhao", confirmed=True).state == Release.State.RELEASED


def test_a_rule_that_is_ruled_wrong_too_often_goes_back_to_trial_by_itself() -> None:
    """One verdict, and it was wrong: of 1 none right, at least 0 %, under the floor of 50. The rule is on trial again,
    which is a release of its own; the legal department is told, and what was open is quiet."""
    world, stable = _lived("stable")
    group = AlertGroup.objects.get(rule=FILING)
    officer, legal = world.people["case_officer"], world.people["legal_department"]
    services.dispute(group, officer, at(LEVELS[-1]), "web", reason="not_applicable")
    noon = it_is(LEVELS[-1])
    with as_viewer(viewer_of(account="fz", officer=legal.pk, admin_role="", on=noon.date())):
        services.rule_on(group, legal, noon, "web", upheld=True, reason="受案时间登记有误")
    assert set(DueKey.objects.values_list("next_at", flat=True)) == {noon}  # every key is judged anew, whoever ruled
    found = precision_of(FILING)
    assert (found.right, found.of, round(found.high, 3)) == (0, 1, 0.975)  # 1 - 0.025: none of one, exactly
    assert lifecycle.stages(rulebooks.current()[0])[FILING] == "trial"
    done = Release.objects.latest("id")
    assert (done.by, done.second) == ("process:precision", "policy:release.toml")
    assert "低于 50%" in done.reason
    assert [alert.reason for alert in world.alerts("legal_second", "demoted")] == ["demoted"]
    with pytest.raises(lifecycle.StageSkipped):
        propose(stable)


def _lived(status: str) -> tuple[AlertWorld, dict[str, str]]:
    """The station of alert_world, supervised up to red, by the filing rule at a stage."""
    world = alert_world()
    proposed = {**_with_status(shipped(FILING, "criminal.filing.overdue-explain"), status), "release.toml": LIMITS}
    it_is("2022-11-02 16:48")
    put_in_force(proposed)
    for n, line in enumerate((line for line in XU.splitlines() if line), 1):
        it_is(line[:16])
        recorded(f"{line} id=e{n:02}")
        supervise(services.route)
    for instant in LEVELS:
        it_is(instant)
        supervise(services.route)
    assert AlertGroup.objects.get(rule=FILING).case == CASE
    return world, proposed


def _with_status(rulebook: dict[str, str], status: str) -> dict[str, str]:
    name = next(name for name in rulebook if name.endswith(f"/{FILING}.toml"))
    lines = [f'status   = "{status}"' if line.startswith("status ") else line for line in rulebook[name].splitlines()]
    return {**rulebook, name: "\n".join(lines) + "\n"}


def _release(rulebook: dict[str, str]) -> None:
    """In force at once, every key judged anew."""
    put_in_force(rulebook)
    releases._judge_anew(clock.now())
