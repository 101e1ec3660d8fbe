"""Programs that are told by web hook: of which cases, how often, and what ends it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from tests.gateways import Simulated, served_here
from tests.platform.alert_world import BLUE, CASE, LEVELS, XU, AlertWorld, alert_world
from tests.platform.people import EAST, EAST_STATION, WEST
from tests.platform.post import no_reply_comes
from tests.story import at
from zhunsheng.apps.access.models import ReadToken
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.access.tokens import issue, revoke
from zhunsheng.apps.alerts.delivery.follow_up import end_of_programs, open_second_channels
from zhunsheng.apps.alerts.delivery.lane import Lane
from zhunsheng.apps.alerts.delivery.lines import Lines, parse_lines
from zhunsheng.apps.alerts.delivery.moment import Moment
from zhunsheng.apps.alerts.models import Alert, Delivery, DeliveryOutcome, Gap
from zhunsheng.apps.org.models import Unit

PRIVATE = ("徐", "盗窃", CASE, "13900", "110187202")
VOIDED = f"2022-11-02 16:48 case.accepted id=e01 version=2 void=true recorded_at=2022-11-08T00:00 case={CASE}\n"
TEXT = "【准绳】{level}：案件（尾号0187）“刑事受案后立案审查”11月9日24:00届满，还剩{left}。"


@pytest.fixture(autouse=True)
def process(db: None) -> Iterator[None]:
    """Behind row security."""
    del db
    with as_process("test"):
        yield


def token(name: str, unit: str, *scopes: str) -> ReadToken:
    return issue(name, scopes=scopes or ("webhook",), unit=Unit.objects.get(pk=unit))[0]


def told(name: str = "oversight") -> list[Alert]:
    return list(Alert.objects.filter(account=f"hook:{name}").order_by("created_at", "key"))


def lines_to(program: Simulated, name: str = "oversight") -> Lines:
    return parse_lines(
        f'[webhooks.{name}]\nurl = "http://127.0.0.1:{program.port}/alerts"\nsecret = "secret"\n', "lines.toml"
    )


def deliver(lines: Lines, instant: str, name: str = "oversight") -> None:
    """One round of the worker of that program."""
    line = lines.by_name[f"hook:{name}"]
    channel = line.channel(lambda: datetime.now(UTC))  # the receiver holds the signature's instant against its own
    moment = Moment(at(instant), at(instant))
    Lane(line=line, channel=channel, name="w", now=lambda: moment, on_reply=no_reply_comes).turn()
    channel.close()


def world_with(*scopes: str, unit: str = EAST, without: tuple[str, ...] = ()) -> AlertWorld:
    world = alert_world(XU, without=without)
    token("oversight", unit, *scopes)
    return world


def test_a_program_is_told_once_of_each_level_at_once_and_says_no_more_than_a_text_message() -> None:
    world = world_with()
    for instant in LEVELS:
        world.judge(instant, repeat=2)
    # why: blue at midnight waits for the digest of people, and is told to the program at that instant.
    assert [(alert.created_at, alert.level, alert.reason) for alert in told()] == [
        (at(LEVELS[0]), "blue", "first"),
        (at(LEVELS[1]), "yellow", "worse"),
        (at(LEVELS[2]), "red", "worse"),
    ]
    assert told()[-1].text == TEXT.format(level="红色预警", left="12小时")
    assert not [word for alert in told() for word in PRIVATE if word in alert.text]


@pytest.mark.parametrize(("unit", "scopes"), [(WEST, ("webhook",)), (EAST, ("alerts",))])
def test_of_cases_of_others_and_without_the_scope_it_hears_nothing(unit: str, scopes: tuple[str, ...]) -> None:
    world_with(*scopes, unit=unit).judge(BLUE)
    assert told() == []
    assert Alert.objects.exists()


def test_what_the_program_gets_on_the_wire_names_no_case(tmp_path: Path) -> None:
    world = world_with(unit=EAST_STATION)
    with served_here("webhook", tmp_path) as program:
        world.judge(BLUE)
        deliver(lines_to(program), BLUE)
        deliver(lines_to(program), BLUE)
        (line,) = program.said("accepted")
    (alert,) = told()
    assert line["text"] == TEXT.format(level="蓝色提示", left="2天")
    assert {name: line["facts"][name] for name in ("alert", "level", "reason")} == {
        "alert": alert.key,
        "level": "blue",
        "reason": "first",
    }
    assert line["facts"]["group"] == world.group().key
    assert not [word for word in PRIVATE if word in str(line)]
    (delivery,) = Delivery.objects.filter(alert=alert)
    assert delivery.state == "confirmed"
    assert list(DeliveryOutcome.objects.order_by("id").values_list("what", flat=True)) == ["accepted", "confirmed"]


def test_a_program_that_has_nothing_from_us_is_asked_again_with_the_same_id(tmp_path: Path) -> None:
    world_with().judge(BLUE)
    with served_here("webhook", tmp_path) as program:
        program.fail(silent=True)
        deliver(lines_to(program), BLUE)
        program.fail()
        deliver(lines_to(program), BLUE[:11] + "00:06")
        assert [line["what"] for line in program.said()] == ["accepted", "recognised"]
        assert len({line["key"] for line in program.said()}) == 1
    assert Delivery.objects.get(channel="hook:oversight").attempts == 2


def test_a_correction_goes_only_where_the_alert_went(tmp_path: Path) -> None:
    """The acceptance is taken back: who had the alert gets the correction, who had nothing gets nothing."""
    world = world_with()
    token("late", EAST)
    world.judge(BLUE)
    with served_here("webhook", tmp_path) as program:
        deliver(lines_to(program), BLUE)
    world.story = XU + VOIDED
    world.judge(BLUE)
    by_reason = {alert.reason: alert.text for alert in told()}
    assert by_reason.keys() == {"first", "withdrawn"}
    assert by_reason["withdrawn"].startswith("【准绳】更正：11月8日00:00关于案件（尾号0187）")
    assert [alert.reason for alert in told("late")] == ["first"]
    assert Delivery.objects.get(channel="hook:late").state == "superseded"


def test_a_program_is_nobody_who_could_act() -> None:
    """Where no human holds any of the roles, the incident is opened all the same."""
    everybody = ("case_officer", "co_officer", "unit_head", "legal_officer", "county_head")
    world_with(without=(*everybody, "legal_department", "legal_second")).judge(BLUE)
    assert len(told()) == 1
    assert Gap.objects.filter(closed_at=None).count() == 1


def test_a_red_that_a_program_does_not_take_opens_no_second_channel(tmp_path: Path) -> None:
    world_with().judge(LEVELS[2])
    with served_here("webhook", tmp_path) as program:
        lines = lines_to(program)
    later = Moment(at("2022-11-09 13:00"), datetime.now(UTC).replace(year=2099))
    open_second_channels(lines, later)
    hook = DeliveryOutcome.objects.filter(channel="hook:oversight")
    assert not hook.exists()
    assert Delivery.objects.get(channel="hook:oversight").priority > 9  # why: the watcher counts 0 and 1 as red


def test_a_revoked_token_ends_what_waits_and_what_would_come(tmp_path: Path) -> None:
    world = world_with()
    world.judge(BLUE)
    with served_here("webhook", tmp_path) as program:
        revoke("oversight")
        moment = Moment(at(BLUE), at(BLUE))
        assert end_of_programs(lines_to(program), moment) == 1
        assert end_of_programs(lines_to(program), moment) == 0
        deliver(lines_to(program), BLUE)
        assert program.said() == []
    world.judge(LEVELS[1])
    assert len(told()) == 1
    assert Delivery.objects.get(channel="hook:oversight").state == "superseded"


def test_a_name_that_is_too_long_for_a_channel_is_refused() -> None:
    alert_world(XU)
    with pytest.raises(ValidationError, match="最多 30"):
        token("a" * 31, EAST)
