"""Texts: moments, spans and limits as people write them, and nothing that a message may not say."""

from datetime import timedelta
from typing import Any

import pytest

from tests.core.small import book, rule_text
from tests.story import at, history, judged
from zhunsheng.core.wording import (
    PLACEHOLDERS,
    SMS_LENGTH,
    Deployment,
    UnknownPlaceholder,
    case_words,
    due_in_english,
    due_words,
    late_words,
    left_words,
    limit_words,
    message_text,
    moment_words,
    placeholders,
    span_words,
)

SHANGHAI = "Asia/Shanghai"
CASE = "A3502030000002022110187"


@pytest.mark.parametrize(
    ("moment", "at_end", "words"),
    [
        ("2026-11-23 16:48", False, "11月23日16:48"),
        ("2026-03-04 09:05", False, "3月4日09:05"),
        ("2026-11-23 24:00", True, "11月23日24:00"),
        ("2026-12-31 24:00", True, "12月31日24:00"),
        ("2026-11-24 00:00", False, "11月24日00:00"),
    ],
)
def test_a_moment(moment: str, at_end: bool, words: str) -> None:
    assert moment_words(at(moment), SHANGHAI, at_end=at_end) == words


def test_a_due_time_at_midnight_is_told_as_24_00_of_the_day_before() -> None:
    # why: 24 hours from 23:20 on the 22nd, the first hour not counted, run from 00:00 to 00:00
    midnight = at("2026-11-24 00:00")
    assert due_words(midnight, SHANGHAI) == "11月23日24:00"
    assert due_in_english(midnight, SHANGHAI) == "23 Nov 24:00"
    assert due_words(at("2026-11-23 23:20"), SHANGHAI) == "11月23日23:20"
    assert due_words(None, SHANGHAI) == "待定"


def test_a_moment_that_is_not_known() -> None:
    assert moment_words(None, SHANGHAI, at_end=True) == "待定"


def test_a_moment_is_told_on_the_wall_clock_of_the_rulebook() -> None:
    assert moment_words(at("2026-06-01 12:00"), "America/New_York", at_end=False) == "6月1日00:00"


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(hours=7, minutes=12), "7小时12分"),
        (timedelta(days=1, hours=1), "1天1小时"),
        (timedelta(days=1, hours=1, minutes=59), "1天1小时"),
        (timedelta(days=1), "1天"),
        (timedelta(days=14, hours=3), "14天"),
        (timedelta(days=10), "10天"),
        (timedelta(days=9, hours=23), "9天23小时"),
        (timedelta(minutes=52), "52分"),
        (timedelta(hours=1), "1小时"),
        (timedelta(hours=24), "1天"),
        (timedelta(hours=23, minutes=59), "23小时59分"),
        (timedelta(hours=1, minutes=20), "1小时20分"),
        (timedelta(), "0分"),
    ],
)
def test_a_span(span: timedelta, words: str) -> None:
    assert span_words(span) == words


@pytest.mark.parametrize(
    ("amount", "unit", "words"),
    [
        (7, "days", "7天"),
        (24, "hours", "24小时"),
        (3, "working_days", "3个工作日"),
        (2, "months", "2个月"),
        (1, "years", "1年"),
        (0, "immediate", "立即"),
        (0, "by_document", "文书载明期限"),
    ],
)
def test_a_limit(amount: int, unit: str, words: str) -> None:
    assert limit_words(amount, unit) == words


def test_what_is_left_and_how_late() -> None:
    due = at("2026-11-23 24:00")
    assert left_words(due, at("2026-11-23 16:48")) == "还剩7小时12分"
    assert left_words(due, due) == "已过从严时点"
    assert left_words(None, due) == "届满时间待定"
    assert late_words(due, at("2026-11-24 01:20")) == "1小时20分"
    assert late_words(due, due) == "0分"
    assert late_words(None, due) == "0分"


@pytest.mark.parametrize(
    ("case", "title", "words"),
    [
        (CASE, None, "案件（尾号0187）"),
        (CASE, "徐某某盗窃案", "徐某某盗窃案"),
        (CASE, "徐三盗窃案", "案件（尾号0187）"),
        (CASE, "", "案件（尾号0187）"),
        ("187", None, "案件（尾号187）"),
        (None, None, "案件"),
    ],
)
def test_a_case(case: str | None, title: str | None, words: str) -> None:
    assert case_words(case, title) == words


def clock() -> dict[str, Any]:
    rulebook = book(rule_text())
    return judged(history(f"2026-03-02 12:00 P1 work.started case={CASE}", rulebook), rulebook).clocks.row(
        0, named=True
    )


def text(template: str, **more: Any) -> str:
    return message_text(template, clock(), as_of=at("2026-03-12 16:48"), zone=SHANGHAI, **more)


def test_a_message_is_filled_from_its_clock() -> None:
    template = "{case}已于{start}受理，{limit}，{due}届满，最迟{outer}，{left}。"
    assert text(template) == (
        "案件（尾号0187）已于2026-03-02 12:00:00受理，10天，3月12日24:00届满，最迟3月12日24:00，还剩7小时12分。"
    )


def test_a_title_is_shown_only_where_the_deployment_allows_it() -> None:
    assert text("{case}", title="徐某某盗窃案") == "案件（尾号0187）"
    assert text("{case}", title="徐某某盗窃案", deployment=Deployment(masked_case_title=True)) == "徐某某盗窃案"


def test_a_word_that_nothing_fills_is_refused() -> None:
    with pytest.raises(UnknownPlaceholder, match=r"\{name\} is not filled by anything. Use case, start, due"):
        text("{name}")


def test_the_names_that_a_message_uses() -> None:
    assert placeholders("{case}：{due}届满，{left}") == ["case", "due", "left"]


def test_how_late_is_counted_to_the_end_of_the_clock() -> None:
    rulebook = book(rule_text())
    ended = judged(
        history("2026-03-02 12:00 P1 work.started\n2026-03-13 01:20 P1 work.done", rulebook), rulebook
    ).clocks.row(0, named=True)
    assert message_text("超期{late}", ended, as_of=at("2026-06-01"), zone=SHANGHAI) == "超期1小时20分"


def test_no_name_number_or_charge_has_a_word() -> None:
    assert not {"person", "name", "title", "charge", "address", "id_number", "document_no"} & set(PLACEHOLDERS)
    assert SMS_LENGTH == 70
