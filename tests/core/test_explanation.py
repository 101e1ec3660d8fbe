"""The explanation: the steps of the fold, each in a sentence."""

import pytest

from tests.core.effects.test_children import THREE_DAYS
from tests.core.small import book, limit, rule_text
from tests.story import history, judged
from zhunsheng.core import schemas
from zhunsheng.core.encoding import EVENT_KEY
from zhunsheng.core.fold.state import QUESTIONS, STEP_KINDS
from zhunsheng.core.rule import COUNTINGS, UNITS
from zhunsheng.explanation import (
    COUNTING_WORDS,
    KIND_WORDS,
    LANGUAGES,
    QUESTION_WORDS,
    UNIT_WORDS,
    Explainer,
)

OTHERS = """
[[extension]]
tier  = "20d"
event = "work.extended"
total = { amount = 20, unit = "days" }
[[extension]]
tier  = "30d"
event = "work.extended"
total = { amount = 30, unit = "days" }
after = "20d"
[[pause]]
id   = "illness"
from = "work.paused"
to   = ["work.resumed"]
[[restart]]
event = "work.restarted"
[[restart]]
event      = "paper.arrived"
waits_from = "paper.awaited"
waits_end  = ["paper.withdrawn"]
"""
START = "2026-03-02 12:00 P1 work.started\n"


def sentences(story: str, *rules: str, as_of: str | None = None, language: str = "zh", epoch: int = 1) -> list[str]:
    """Of the clocks of the last rule."""
    rulebook = book(*rules)
    rule = next(one for one in rulebook.rules if f'id       = "{one.id}"' in rules[-1])
    events = history(story, rulebook)
    steps = judged(events, rulebook, as_of=as_of, with_steps=True).steps.filter(epoch=epoch, rule=rule.id)
    assert steps["n"].to_list() == list(range(1, steps.height + 1))
    types = dict(events.select(EVENT_KEY.alias("key"), "type").iter_rows())
    explainer = Explainer(rule, rulebook.vocabulary, rulebook.calendar, language=language)
    return explainer.sentences(steps.iter_rows(named=True), types)


def test_ten_days_are_listed_one_by_one() -> None:
    assert sentences(START, rule_text()) == [
        "起点：2026-03-02 12:00 work.started",
        "适用第1版：试行规则第一条",
        "期限：10日",
        "计算：开始之日不计，末日24时届满，至 2026-03-12 24:00"
        "（03-03 工作日，03-04 工作日，03-05 工作日，03-06 工作日，03-07 休息日，03-08 休息日，"
        "03-09 工作日，03-10 工作日，03-11 工作日，03-12 工作日）",
        "届满：2026-03-12 24:00",
        "最迟：2026-03-12 24:00",
    ]


def test_a_holiday_is_named_and_a_make_up_day_is_a_working_day() -> None:
    lines = sentences("2026-02-13 12:00 P1 work.started", rule_text(limit(3, "days", "day_after", "rolled", "forward")))
    assert lines[3:] == [
        "计算：开始之日不计，末日24时届满，至 2026-02-16 24:00（02-14 工作日，02-15 春节，02-16 春节）",
        "届满：2026-02-16 24:00",
        "末日为休息日，顺延：2026-02-16 24:00 → 2026-02-24 24:00",
        "最迟：2026-02-24 24:00",
    ]


def test_more_than_ten_days_are_not() -> None:
    (count,) = [line for line in sentences(START, rule_text(limit(11, "days", "day_after"))) if "计算" in line]
    assert count == "计算：开始之日不计，末日24时届满，至 2026-03-13 24:00"


# What happens on the days after the start, and what the explanation says of it, from after the count to the due times.
STORIES = [
    (
        "an extension",
        "2026-03-10 09:00 P1 work.extended tier=20d",
        ["延长：2026-03-10 09:00 work.extended，档次 20d，改为 20日，至 2026-03-22 24:00"],
    ),
    (
        "one that came too late",
        "2026-03-13 09:00 P1 work.extended tier=20d",
        ["延长无效：2026-03-13 09:00 作出时期限已过，届满时间不变"],
    ),
    (
        "one out of order",
        "2026-03-10 09:00 P1 work.extended tier=30d",
        ["延长无效：2026-03-10 09:00 缺少应当先批准的档次"],
    ),
    (
        "one with an end of its own",
        "2026-03-10 09:00 P1 work.extended tier=20d until=2026-03-18",
        [
            "延长：2026-03-10 09:00 work.extended，档次 20d，改为 20日，至 2026-03-22 24:00",
            "文书载明截止：2026-03-18 24:00",
        ],
    ),
    (
        "a pause and its end",
        "2026-03-05 09:00 P1 work.paused\n2026-03-08 09:00 P1 work.resumed",
        ["暂停：2026-03-05 09:00 work.paused，不计入期限", "恢复：2026-03-08 09:00，顺延后至 2026-03-15 24:00"],
    ),
    ("a pause too late", "2026-03-13 09:00 P1 work.paused", ["暂停无效：2026-03-13 09:00 期限已过，不因此恢复"]),
    ("a wait", "2026-03-05 09:00 P1 paper.awaited", ["待起算：2026-03-05 09:00，等待“paper.arrived”"]),
    ("an excuse", "2026-03-05 09:00 P1 work.excused", ["有据免责：2026-03-05 09:00 work.excused"]),
    ("an end", "2026-03-05 09:00 P1 work.done", ["办结：2026-03-05 09:00 work.done"]),
    ("a termination", "2026-03-05 09:00 P1 work.dropped", ["终止：2026-03-05 09:00 work.dropped"]),
    ("a restart", "2026-03-05 09:00 P1 work.restarted", ["重新计算：2026-03-05 09:00 work.restarted"]),
    ("a question", "2026-03-05 09:00 P1 work.started", ["待核实：重复的起点，按较早的计算"]),
    ("a question on a fact", "2026-03-05 09:00 P1 work.extended", ["待核实：延长没有写明档次（tier）"]),
]


@pytest.mark.parametrize(("why", "story", "expected"), STORIES, ids=[row[0] for row in STORIES])
def test_what_counted_is_said(why: str, story: str, expected: list[str]) -> None:
    lines = sentences(START + story, rule_text(OTHERS))
    assert [line for line in lines[4:] if not line.startswith(("届满", "最迟"))] == expected, why


def test_what_lapsed_is_said() -> None:
    lapses = rule_text('[stop]\nmet_by = ["work.done"]\non_due = "lapse"')
    assert "期满失效：2026-03-13 00:00" in sentences(START, lapses, as_of="2026-03-20 12:00")


def test_the_same_in_english() -> None:
    lines = sentences(START + "2026-03-10 09:00 P1 work.extended tier=20d", rule_text(OTHERS), language="en")
    assert lines[:3] == ["Start: 2026-03-02 12:00 work.started", "Version 1: 试行规则第一条", "Limit: 10 days"]
    assert lines[4:] == [
        "Extended: 2026-03-10 09:00 work.extended, tier 20d, now 20 days, to 2026-03-22 24:00",
        "Due: 2026-03-22 24:00",
        "At the latest: 2026-03-22 24:00",
    ]


def test_a_due_time_that_is_not_known_is_called_so() -> None:
    lines = sentences("2026-03-02 P1 work.started", rule_text(limit(48, "hours", "exact_minute")))
    assert lines[3] == "计算：从起点的分钟起连续计算，至 未知"
    assert "待核实：起点没有写明时分，按小时计算的期限无法计算" in lines


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("zh", "计算：从另一期限届满（2026-03-12 24:00）倒推，至 2026-03-09 24:00"),
        ("en", "Count: back from another due time (2026-03-12 24:00), to 2026-03-09 24:00"),
    ],
)
def test_a_limit_counted_back_says_from_what(language: str, expected: str) -> None:
    # why: ten days from the 2nd end with the 12th; three days before that is the end of the 9th.
    assert expected in sentences(START, *THREE_DAYS, language=language)


OF_CHECKS = {"inferred", "missing_key", "no_end", "no_partner", "no_start"}
"""What checks ask beside what the fold asks: docs/check-format.md."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_the_fold_can_say_has_words(language: str) -> None:
    assert set(STEP_KINDS) == set(KIND_WORDS[language])
    assert (set(QUESTIONS) - {""}) | OF_CHECKS == set(QUESTION_WORDS[language])
    assert set(COUNTINGS) == set(COUNTING_WORDS[language])
    assert set(UNITS) == set(UNIT_WORDS[language])


def test_steps_are_written_only_when_they_are_asked_for() -> None:
    rulebook = book(rule_text())
    found = judged(history(START, rulebook), rulebook)
    assert (found.steps.schema, found.steps.height) == (schemas.STEPS, 0)
