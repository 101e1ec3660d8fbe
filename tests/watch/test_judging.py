"""When the watcher raises the alarm, when again, and when it says that it is over."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from watch.judging import Fault, Limits, News, OpenClocks, Register, Signs, faults
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
        probe=720.0,
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
        (replace(WELL, probe=720.1), "probe"),
        (replace(WELL, fallen_percent=10.1), "clocks"),
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


def test_while_the_database_is_away_no_probe_is_missed() -> None:
    assert names(Signs(away=5.0, probe=900.0)) == []


@pytest.mark.parametrize(
    ("story", "told"),
    [
        # why: a tenth of 1,000 is 100; 900 are left, which is no more than a tenth fewer.
        ([(0, 1000), (1, 900)], None),
        ([(0, 1000), (1, 899)], 10.1),
        # why: against the highest of the hour before, not against the last count: 1,000 at 0, and 59 minutes later …
        ([(0, 1000), (30, 950), (59, 880)], 12.0),
        # … and no more than an hour back: at 61 the highest is 950, and 880 is 7.4 % below it.
        ([(0, 1000), (30, 950), (61, 880)], None),
        # why: it is told until they are back, also when the hour is over
        ([(0, 1000), (1, 500), (90, 500)], 50.0),
        ([(0, 1000), (1, 500), (90, 900)], None),
        # … or for a day; from then on 500 is what there is.
        ([(0, 1000), (1, 500), (1 + 24 * 60, 500)], None),
        ([(0, 1000), (1, 500), (1 + 24 * 60, 500), (2 + 24 * 60, 440)], 12.0),
        # why: of 99, ten that end in an hour are nothing
        ([(0, 99), (1, 0)], None),
        ([(0, 100), (1, 0)], 100.0),
    ],
)
def test_open_clocks_that_fall_by_more_than_a_tenth_within_an_hour(
    story: list[tuple[int, int]], told: float | None
) -> None:
    """Minutes and counts; what is told of the last."""
    clocks = OpenClocks(Limits())
    *before, (minute, count) = story
    for earlier, counted in before:
        clocks.fallen_percent(counted, NINE + timedelta(minutes=earlier))
    assert clocks.fallen_percent(count, NINE + timedelta(minutes=minute)) == told


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


@pytest.mark.parametrize("name", sorted(TEXTS.keys() - {"clocks"}))
def test_what_is_over_asks_for_nothing_and_gives_no_figure_of_before(name: str) -> None:
    fault = Fault(name, "supervise", 86_400)
    text = text_of(News(name, fault, NINE, 2, True))
    assert text.startswith("【准绳监视】已恢复：")
    assert "请" not in text
    assert "86" not in text


def test_the_daily_message_says_how_many_alerts_there_were_and_where_the_log_ends() -> None:
    day = date(2026, 12, 1)
    assert daily_text(day, alerts=12, head="ab12cd34ef56", faults=0) == (
        "【准绳监视】12月1日系统正常，昨日预警12条，链尾ab12cd34ef56。"
    )
    assert daily_text(day, alerts=0, head="", faults=2) == ("【准绳监视】12月1日有2项异常未恢复，昨日预警0条，链尾无。")
