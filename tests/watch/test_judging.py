"""When the watcher raises the alarm, when again, and when it says that it is over."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from watch.judging import Fault, Limits, News, Register, Signs, faults
from watch.words import LONGEST, TEXTS, daily_text, text_of

WELL = Signs(loops={"supervise": (3.0, 1.0), "deliver": (1.0, 0.0)})
LOOPS = ["supervise", "deliver"]
NINE = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


def names(signs: Signs, processes: list[str] = LOOPS) -> list[str]:
    return sorted(faults(signs, Limits(), processes))


def test_nothing_is_wrong_while_everything_is_in_time() -> None:
    at_the_limit = replace(
        WELL,
        loops={"supervise": (90.0, 120.0), "deliver": (90.0, 0.0)},
        unsent_red=120.0,
        unsealed=60.0,
        unarchived=120.0,
        skew=-30.0,
        disk_free_percent=10.0,
    )
    assert names(WELL) == names(at_the_limit) == []


@pytest.mark.parametrize(
    ("signs", "name"),
    [
        # why: one tenth beyond each limit: 90 s of heartbeat, 120 s of watermark and of an unsent red, 60 s unsealed …
        (replace(WELL, loops={**WELL.loops, "deliver": (90.1, 0.0)}), "heartbeat deliver"),
        (replace(WELL, loops={**WELL.loops, "supervise": (1.0, 120.1)}), "watermark supervise"),
        (replace(WELL, unsent_red=120.1), "unsent_red"),
        (replace(WELL, unsealed=60.1), "sealer"),
        (replace(WELL, unarchived=120.1), "archive"),
        (replace(WELL, late_sources=["jz"]), "source jz"),
        (replace(WELL, untold=1), "untold"),
        (replace(WELL, unhandled=1), "unhandled"),
        (replace(WELL, skew=-30.1), "skew"),
        (replace(WELL, disk_free_percent=9.9), "disk"),
        (Signs(away=30.1), "database"),
    ],
)
def test_one_thing_too_late_is_one_fault(signs: Signs, name: str) -> None:
    assert names(signs) == [name]


def test_a_loop_that_never_beat_is_a_fault_of_its_own() -> None:
    assert names(replace(WELL, loops={"deliver": (1.0, 0.0)})) == ["never supervise"]


def test_a_loop_that_does_not_beat_is_not_also_told_to_be_behind() -> None:
    assert names(replace(WELL, loops={**WELL.loops, "supervise": (500.0, 500.0)})) == ["heartbeat supervise"]


def test_a_database_that_is_away_for_a_moment_is_no_fault_and_says_nothing_of_the_rest() -> None:
    assert names(Signs(away=5.0)) == []


FAULT = {"sealer": Fault("sealer", amount=70)}


def test_an_alarm_is_told_at_once_again_after_half_an_hour_and_once_more_when_it_is_over() -> None:
    register = Register(repeat=timedelta(minutes=30), steady=timedelta(seconds=60))
    told: list[tuple[int, int, bool]] = []
    for minute in range(50):
        found = FAULT if minute < 40 else {}
        told += [(minute, news.nth, news.is_over) for news in register.step(found, NINE + timedelta(minutes=minute))]
    # why: begins at 0, again at 30; last seen at 39, over when it was gone for a minute: at 40.
    assert told == [(0, 1, False), (30, 2, False), (40, 3, True)]
    assert register.count == 0


def test_a_fault_that_comes_and_goes_within_a_minute_is_one_alarm() -> None:
    register = Register(repeat=timedelta(minutes=30), steady=timedelta(seconds=60))
    told: list[News] = []
    for second in range(0, 50, 10):
        told += register.step(FAULT if second % 20 == 0 else {}, NINE + timedelta(seconds=second))
    assert [news.nth for news in told] == [1]


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("is_over", [False, True])
def test_every_alarm_is_one_short_message(name: str, is_over: bool) -> None:
    fault = Fault(name, "supervise-second-copy" if name != "source" else "jingzong-platform", 86_400)
    text = text_of(News(name, fault, NINE, 1, is_over))
    assert len(text) <= LONGEST
    assert text.endswith("。")
    assert "{" not in text


def test_the_daily_message_says_how_many_alerts_there_were_and_where_the_log_ends() -> None:
    day = date(2026, 12, 1)
    assert daily_text(day, alerts=12, head="ab12cd34ef56", faults=0) == (
        "【准绳监视】12月1日系统正常，昨日预警12条，链尾ab12cd34ef56。"
    )
    assert daily_text(day, alerts=0, head="", faults=2) == ("【准绳监视】12月1日有2项异常未恢复，昨日预警0条，链尾无。")
