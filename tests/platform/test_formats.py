"""How things are written: the table of the design's section 19, line by line, in both languages."""

import re
from datetime import date, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import translation

from tests.platform import environment  # noqa: F401 - sets Django up
from zhunsheng.apps.display import formats, marks


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


NOW = at("2026-11-23T16:48:00+08:00")


@pytest.mark.parametrize(
    ("instant", "at_end", "full", "listed"),
    [
        ("2026-11-23T16:48:00+08:00", False, "2026年11月23日 16:48", "今天 16:48"),
        ("2026-11-22T09:05:00+08:00", False, "2026年11月22日 09:05", "昨天 09:05"),
        ("2026-11-21T09:05:00+08:00", False, "2026年11月21日 09:05", "11月21日 09:05"),
        ("2025-11-21T09:05:00+08:00", False, "2025年11月21日 09:05", "2025年11月21日 09:05"),
        # The end of a day is stored as the next midnight and belongs to the day that ends.
        ("2026-11-24T00:00:00+08:00", True, "2026年11月23日 24:00", "今天 24:00"),
        ("2026-11-23T00:00:00+08:00", True, "2026年11月22日 24:00", "昨天 24:00"),
        ("2027-01-01T00:00:00+08:00", True, "2026年12月31日 24:00", "12月31日 24:00"),
        # A midnight that begins something is 00:00 of its own day.
        ("2026-11-24T00:00:00+08:00", False, "2026年11月24日 00:00", "11月24日 00:00"),
        # Written for Shanghai, wherever it was measured: 17:00 in Greenwich is 01:00 of the next day.
        ("2026-11-22T17:00:00+00:00", False, "2026年11月23日 01:00", "今天 01:00"),
    ],
)
def test_an_instant(instant: str, at_end: bool, full: str, listed: str) -> None:
    assert formats.moment(at(instant), at_end=at_end) == full
    assert formats.moment_in_list(at(instant), now=NOW, at_end=at_end) == listed


def test_today_is_the_day_in_shanghai() -> None:
    # 23:30 in Greenwich on the 22nd is 07:30 of the 23rd in Shanghai.
    early = at("2026-11-22T23:30:00+00:00")
    assert formats.moment_in_list(at("2026-11-23T08:00:00+08:00"), now=early) == "今天 08:00"


def test_no_instant_is_a_dash() -> None:
    assert formats.moment(None) == formats.moment_in_list(None, now=NOW) == "—"


def test_days_of_a_sentence_that_was_kept_are_written_as_pages_do() -> None:
    # Found on the page of an alert: 2026-04-25 04:03 where every other time was written 4月25日 04:03.
    kept = "计算：开始之日不计，末日24时届满，至 2026-03-05 24:00（03-03 工作日，03-05 休息日）"
    assert formats.as_pages_write(kept) == (
        "计算：开始之日不计，末日24时届满，至 2026年3月5日 24:00（3月3日 工作日，3月5日 休息日）"
    )
    assert formats.as_pages_write("末日为休息日，顺延：2026-02-16 24:00 → 2026-02-24 24:00") == (
        "末日为休息日，顺延：2026年2月16日 24:00 → 2026年2月24日 24:00"
    )
    assert formats.as_pages_write("取自 甲公（拘）字2026-01-22-7号，IP-2026-04-01") == (
        "取自 甲公（拘）字2026-01-22-7号，IP-2026-04-01"
    )


def test_an_end_of_a_day_that_is_no_midnight_is_refused() -> None:
    with pytest.raises(ValueError, match="no end of a day"):
        formats.moment(at("2026-11-23T23:59:59+08:00"), at_end=True)


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no zone"):
        formats.moment(datetime(2026, 11, 23, 16, 48))  # noqa: DTZ001 - what is refused


@pytest.mark.parametrize(
    ("minutes", "chinese", "english"),
    [
        (0, "0分", "0 min"),
        (52, "52分", "52 min"),
        (60, "1小时", "1 h"),
        (7 * 60 + 12, "7小时12分", "7 h 12 min"),
        (24 * 60, "1天", "1 d"),
        (25 * 60 + 30, "1天1小时", "1 d 1 h"),
        (10 * 24 * 60 - 1, "9天23小时", "9 d 23 h"),
        (10 * 24 * 60, "10天", "10 d"),
        (14 * 24 * 60 + 7 * 60, "14天", "14 d"),
    ],
)
def test_a_span(minutes: int, chinese: str, english: str) -> None:
    assert formats.span(timedelta(minutes=minutes)) == chinese
    with translation.override("en"):
        assert formats.span(timedelta(minutes=minutes)) == english


def test_the_one_number_is_numbers_and_units() -> None:
    assert list(formats.span_parts(timedelta(hours=7, minutes=12))) == [("7", "小时"), ("12", "分")]
    assert list(formats.span_parts(timedelta(days=14))) == [("14", "天")]


STRICT, OUTER = at("2026-11-24T00:00:00+08:00"), at("2026-11-25T00:00:00+08:00")


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2026-11-23T16:48:00+08:00", "还剩 7小时12分"),
        ("2026-11-23T23:59:30+08:00", "还剩 0分"),
        ("2026-11-24T00:00:00+08:00", "已过从严时点"),  # 24:00 is exclusive
        ("2026-11-24T23:59:00+08:00", "已过从严时点"),
        ("2026-11-25T00:00:00+08:00", "超期 0分"),
        ("2026-11-25T01:20:00+08:00", "超期 1小时20分"),  # from the outer time, not from the strict one
    ],
)
def test_what_is_left_of_two_readings(now: str, words: str) -> None:
    found = formats.remaining(STRICT, OUTER, now=at(now), due_at_end=True, outer_at_end=True)
    assert found.words == words


def test_a_time_to_the_minute_is_in_time_itself() -> None:
    due = at("2026-11-23T18:40:00+08:00")
    assert formats.remaining(due, due, now=due).words == "还剩 0分"
    assert formats.remaining(due, due, now=due + timedelta(minutes=1)).words == "超期 1分"


def test_what_a_check_found_is_not_still_to_be_settled() -> None:
    # Found in the inbox of the demonstration: a stay of more than a day, in red, "due time to be determined".
    found = {"due": None, "outer": None, "kind": "broken"}
    assert marks.left(found, now=NOW, level="red") == '<span class="zs-left red">不符合</span>'
    assert "届满待定" in marks.left({**found, "kind": "unknown"}, now=NOW, level="ask")


def test_without_due_time_nothing_is_counted() -> None:
    assert formats.remaining(None, None, now=NOW).words == "届满待定"


@pytest.mark.parametrize(
    ("fen", "words", "in_chart"),
    [
        (0, "0.00 元", "0.00 元"),
        (5, "0.05 元", "0.05 元"),
        (1_864_000, "18,640.00 元", "1.86万元"),
        (2_000_000, "20,000.00 元", "2万元"),
        (999_999, "9,999.99 元", "9,999.99 元"),
        (-1_050, "-10.50 元", "-10.50 元"),
    ],
)
def test_money(fen: int, words: str, in_chart: str) -> None:
    assert formats.money(fen) == words
    assert formats.money_in_chart(fen) == in_chart


def test_numbers_and_shares_have_no_decimals_that_say_nothing() -> None:
    assert [formats.number(value) for value in (0.9, 91.5, 12.0, 1234.0)] == ["0.9", "91.5", "12", "1,234"]
    assert [formats.percent(share) for share in (0.78, 0.0, 1.0, 0.005)] == ["78%", "0%", "100%", "0%"]


def test_the_number_of_a_case_may_break_after_its_unit_and_nowhere_else() -> None:
    assert marks.parted("A3502030100002026030187") == "A350203010000<wbr>2026030187"
    assert marks.parted("J<1>") == "J&lt;1&gt;"


def test_days_of_the_week_and_tails() -> None:
    assert formats.weekday(date(2026, 11, 23)) == "周一"
    assert formats.tail("A350203010000202603" + "0187") == "0187"


def test_whoever_acted_is_named_in_words() -> None:
    recorded = ("account:wang", "process:supervise", "source:jz", "deployment", "li")
    assert [formats.actor(name) for name in recorded] == ["wang", "程序 supervise", "来源 jz", "部署时自带", "li"]


def test_only_the_audit_log_shows_seconds() -> None:
    assert formats.seconds(at("2026-11-23T16:48:07+08:00")) == "2026年11月23日 16:48:07"


def test_english_says_the_same_in_its_own_order() -> None:
    with translation.override("en"):
        assert formats.moment(STRICT, at_end=True) == "23 Nov 2026 24:00"
        assert formats.moment_in_list(STRICT, now=NOW, at_end=True) == "today 24:00"
        assert formats.remaining(STRICT, OUTER, now=NOW).words == "7 h 12 min left"
        assert formats.money(1_864_000) == "18,640.00 yuan"


@pytest.mark.parametrize(
    ("instant", "words"),
    [
        # 24 hours from 23:20, the first hour not counted: from 00:00 to 00:00, which is 24:00 of the day that ends.
        ("2026-11-24T00:00:00+08:00", "2026年11月23日 24:00"),
        ("2026-11-24T00:01:00+08:00", "2026年11月24日 00:01"),
        ("2026-11-23T16:00:00+00:00", "2026年11月23日 24:00"),  # the same midnight, measured in Greenwich
    ],
)
def test_a_due_time_at_midnight_is_told_as_24_00_of_the_day_before(instant: str, words: str) -> None:
    assert formats.due_moment(at(instant)) == words
    assert formats.due_moment(None) == "—"


def test_the_latest_time_is_never_00_00_on_a_page() -> None:
    # why: taken at 23:20 on the 22nd; to the minute the 24 hours end at 23:20, by whole hours at the 24:00 after it
    clock = {"due": at("2026-11-23T23:20:00+08:00"), "outer": at("2026-11-24T00:00:00+08:00")}
    shown = Template("{% due clock %}").render(Context({"clock": clock, "site_now": NOW}))
    assert re.sub(r"<[^>]+>", " ", shown).split() == ["今天", "23:20", "最迟", "今天", "24:00"]
