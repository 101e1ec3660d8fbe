"""The rule parser: what a rule file says becomes a rule."""

from datetime import date

import pytest

from tests.core.small import rule_text, vocabulary
from zhunsheng.core import rule as r
from zhunsheng.core.rules import parse_duration, parse_rule

DAY_US = 86_400_000_000
EXTENSION = '[[extension]]\ntier = "20d"\nevent = "work.extended"\ntotal = { amount = 20, unit = "days" }\n'
PAUSE = '[[pause]]\nid = "illness"\nfrom = "work.paused"\nto = ["work.resumed"]\n'
RESTART = '[[restart]]\nevent = "work.restarted"\n'


def parsed(text: str) -> r.Rule:
    rule, found = parse_rule(text, vocabulary())
    assert rule is not None, found
    return rule


def test_what_a_rule_file_says() -> None:
    rule = parsed(rule_text(EXTENSION, PAUSE + 'cap_days = 5\nthen = "base"', RESTART + "opens = true"))
    assert (rule.id, rule.title, rule.subject, rule.kind, rule.nature, rule.status) == (
        "small", "小规则", "person", "period", "statutory", "stable"
    )  # fmt: skip
    assert rule.stop == r.Stop(met_by=("work.done",), moot_by=("work.dropped",), excused_by=("work.excused",))
    assert rule.leads.yellow == r.Lead("duration", 2 * DAY_US)
    assert rule.recipients["red"] == ("officer",)
    (version,) = rule.versions
    assert version.in_force is None
    assert version.start == ("work.started",)
    assert version.limits == (r.Limit(10, "days", "day_after", "same", "never"),)
    assert version.basis == (r.Basis("试行规则", "第一条", None, "十日内办结"),)
    assert version.extensions == (r.Extension("20d", "work.extended", "total", 20, "days"),)
    assert version.pauses == (r.Pause("illness", "work.paused", ("work.resumed",), "person", then="base", cap_days=5),)
    assert rule.restarts == (r.Restart("work.restarted", opens=True),)


def test_what_a_rule_need_not_say() -> None:
    rule = parsed(rule_text())
    assert (rule.enabled, rule.duty_of, rule.note, rule.applies, rule.parents) == (True, "police", "", (), ())
    assert (rule.stop.before_start, rule.stop.on_due) == ("question", "breach")


def test_versions_restate_what_differs() -> None:
    rule = parsed(
        rule_text(
            EXTENSION,
            PAUSE,
            """
            [[version]]
            in_force   = 2018-01-01
            basis      = [ { instrument = "旧规则", article = "第一条" } ]
            start      = ["other.started"]
            extensions = []
            pauses     = []
            limit      = { amount = 5, unit = "days", counting = "day_after" }
            [[version]]
            in_force = 2026-01-01
            basis    = [ { instrument = "新规则", article = "第一条" } ]
            """,
        )
    )
    old, new = rule.versions
    assert (old.in_force, old.start, old.extensions, old.pauses) == (date(2018, 1, 1), ("other.started",), (), ())
    assert old.limits[0].amount == 5
    assert (new.start, len(new.extensions), len(new.pauses), new.limits[0].amount) == (("work.started",), 1, 1, 10)
    days = {date(2017, 12, 31): -1, date(2018, 1, 1): 0, date(2025, 12, 31): 0, date(2026, 1, 1): 1}
    assert {day: rule.version_on(day) for day in days} == days


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("P2D", 2 * DAY_US),
        ("PT6H", DAY_US // 4),
        ("PT30M", DAY_US // 48),
        ("P1DT12H30M", DAY_US + DAY_US // 2 + DAY_US // 48),
        ("PT0H30M", DAY_US // 48),
        ("P0D", 0),
        ("P", None),
        ("PT", None),
        ("P1DT", None),
        ("2D", None),
        ("P1W", None),
        ("P1.5D", None),
        ("-P1D", None),
        ("", None),
    ],
)
def test_a_duration(text: str, microseconds: int | None) -> None:
    assert parse_duration(text) == microseconds


@pytest.mark.parametrize(
    ("unit", "counting", "outer", "roll"),
    [
        ("hours", "exact_minute", "same", "never"),
        ("days", "day_after", "rolled", "forward"),
        ("working_days", "next_workday", "same", "never"),
        ("months", "same_day_of_month", "rolled", "forward"),
        ("years", "same_day_of_month", "rolled", "forward"),
        ("immediate", "at_once", "same", "never"),
        ("by_document", "by_document", "same", "never"),
    ],
)
def test_a_limit_in_another_unit_counts_by_its_own(unit: str, counting: str, outer: str, roll: str) -> None:
    base = r.Limit(10, "days", "day_after", "rolled", "forward")
    assert r.limit_like(base, 3, unit, kind="period", custody=False) == r.Limit(3, unit, counting, outer, roll)
