"""What reaches whom: the story of one case, from its first blue to its end."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.platform.alert_world import (
    BLUE,
    CASE,
    FAMILY,
    LEVELS,
    OVER,
    RED,
    XU,
    YELLOW,
    AlertWorld,
    administrators,
    alert_world,
    told,
)
from tests.platform.people import EAST_STATION
from tests.story import at
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.models import Alert, AlertGroup, Delivery, Gap, Pending, Switch
from zhunsheng.apps.alerts.silences import SilenceRefused, set_silence
from zhunsheng.apps.alerts.switches import SwitchRefused, confirm, propose
from zhunsheng.apps.cases.models import Assignment, Case
from zhunsheng.apps.cases.services import assign, register_case, set_label
from zhunsheng.apps.org.models import Unit
from zhunsheng.apps.org.services import give_post, take_leave

HELD = f"2026-03-02 02:30 P1 person.detained case={CASE} case_kind=criminal\n"
VOIDED = "2022-11-02 16:48 case.accepted id=e01 version=2 void=true recorded_at=2022-11-09T15:00 case=" + CASE + "\n"


@pytest.fixture(autouse=True)
def process(db: None) -> Iterator[None]:
    """The tests look as a process of ours does: behind row security."""
    del db
    with as_process("test"):
        yield


def test_the_seed_reaches_three_persons_in_three_roles_words() -> None:
    """徐某某盗窃案, seven days for the filing decision: red on the last day, twelve hours before its end. Who oversees
    the case hears a tenth of that later, at 13:12."""
    world = told(*LEVELS).pass_time("2022-11-09 13:13")
    assert [world.texts(role)[-1] for role in ("case_officer", "legal_officer", "unit_head")] == [
        "【准绳】红色预警：您办理的案件（尾号0187）已于2022-11-02 16:48:00 受案，已将届满7天仍未立案，请及时处理。",
        "【准绳】红色预警：您审核的案件（尾号0187）“刑事受案后立案审查”11月9日24:00届满，还剩10小时48分，请督促办理。",
        "【准绳】红色预警：您单位案件（尾号0187）“刑事受案后立案审查”11月9日24:00届满，还剩10小时48分，请过问。",
    ]


def test_blue_comes_in_the_morning_and_yellow_does_not_come_at_night() -> None:
    world = told(*LEVELS).pass_time("2022-11-09 13:13")
    sent = Delivery.objects.filter(channel="sms", alert__officer=world.people["case_officer"]).order_by("not_before")
    assert [row.not_before for row in sent] == [at("2022-11-08 08:00"), at("2022-11-09 07:00"), at(RED)]
    assert [row.alert.reason for row in sent] == ["digest", "digest", "worse"]
    assert "还剩17小时" in world.texts("unit_head")[0], "told at 07:00 of the last day: 17 hours are left until 24:00"
    assert not Pending.objects.exists()


def test_every_alert_has_its_reason_and_its_frozen_explanation() -> None:
    world = told(*LEVELS)
    alerts = world.alerts("case_officer", "first", "worse")
    assert [alert.reason for alert in alerts] == ["first", "worse", "worse"]
    assert all(alert.explanation["steps"] for alert in alerts)
    world.judge("2022-11-09 13:00")
    assert [alert.explanation for alert in world.alerts("case_officer", "first", "worse")] == [
        alert.explanation for alert in alerts
    ]


def test_two_loops_with_the_same_batch_alert_once() -> None:
    once = alert_world().judge(RED)
    before = set(Alert.objects.values_list("key", flat=True))
    once.seen = None
    once.judge(RED, repeat=2)
    assert set(Alert.objects.values_list("key", flat=True)) == before
    once.pass_time("2022-11-09 13:13")
    assert Delivery.objects.filter(channel="sms").count() == 4, "officer, co-officer, head, legal officer: one each"


def test_a_decision_in_time_closes_it_by_data_and_takes_back_what_waits() -> None:
    world = alert_world(XU + f"2022-11-09 06:00 case.filed case={CASE}\n")
    for instant in (BLUE, YELLOW, "2022-11-09 06:00", "2022-11-09 09:00"):
        world.judge(instant)
    assert world.group().state == AlertGroup.State.DONE
    assert world.texts("unit_head") == [], "yellow waited for 07:00, and at 06:00 it was decided"
    assert not Pending.objects.exists()


def test_a_correction_reaches_those_whom_the_alert_reached_and_nobody_else() -> None:
    world = told(*LEVELS, "2022-11-09 15:00", story=XU + VOIDED).pass_time("2022-11-09 19:01")
    assert world.group().state == AlertGroup.State.WITHDRAWN
    assert world.texts("legal_officer")[-1] == (
        "【准绳】更正：11月9日12:00关于案件（尾号0187）“刑事受案后立案审查”的红色预警有误，已撤回，不计分。"
    )
    assert [a.reason for a in world.alerts("county_head")] == []
    corrections = Delivery.objects.filter(channel="sms", alert__text__contains="更正")
    assert [row.not_before for row in corrections] == [at("2022-11-09 19:00")] * 4, "one each, within four hours"


def test_a_correction_reaches_those_who_were_told_by_a_digest() -> None:
    """Blue left at 08:00 with the digest; at 15:00 the acceptance is taken back, and the next digest says so."""
    voided = VOIDED.replace("09T15", "08T15")
    world = told(BLUE, "2022-11-08 15:00", story=XU + voided).pass_time("2022-11-09 08:01")
    assert world.texts("case_officer")[-1] == (
        "【准绳】更正：11月8日00:00关于案件（尾号0187）“刑事受案后立案审查”的蓝色提示有误，已撤回，不计分。"
    )
    assert world.texts("unit_head") == [], "he was not told"


def test_a_correction_that_waits_is_not_lost_when_the_same_is_judged_again() -> None:
    world = told(RED, "2022-11-09 15:00", story=XU + VOIDED)
    waiting = Pending.objects.count()
    world.seen = None
    world.judge("2022-11-09 15:00", repeat=2)
    assert Pending.objects.count() == waiting > 0


def test_red_is_told_at_once_to_who_handles_the_case_and_within_a_tenth_to_who_oversees_it() -> None:
    """Found at 12:30, with eleven and a half hours left: a tenth of that is 69 minutes."""
    world = told(BLUE, YELLOW, "2022-11-09 12:30")
    sent = {row.alert.officer: row.not_before for row in Delivery.objects.filter(channel="sms", alert__level="red")}
    assert sent == {world.people[role]: at("2022-11-09 12:30") for role in ("case_officer", "co_officer")}
    world.pass_time("2022-11-09 13:40")
    for role, word in (("unit_head", "请过问"), ("legal_officer", "请督促办理")):
        red = Delivery.objects.get(channel="sms", alert__level="red", alert__officer=world.people[role])
        assert (red.not_before, word in red.alert.text) == (at("2022-11-09 13:39"), True)


def test_red_is_told_to_who_oversees_it_at_once_where_nobody_handles_the_case() -> None:
    world = alert_world(without=("case_officer", "co_officer")).judge("2022-11-09 12:30")
    assert len(world.texts("unit_head")) == len(world.texts("legal_officer")) == 1


def test_several_cases_of_one_judgement_are_one_message_that_names_the_most_urgent() -> None:
    """Two limits of seven days; the one that was accepted first ends first."""
    second = "A3502030100002022110188"
    other = "\n".join(XU.replace(CASE, second).replace("11-02", "11-03").splitlines())
    world = alert_world(XU + other)
    station = Unit.objects.get(pk=EAST_STATION)
    case = register_case(number=second, title="陈某某盗窃案", kind=Case.Kind.CRIMINAL, unit=station)
    assign(case=case, officer=world.people["case_officer"], role="case_officer", from_at=at("2022-11-03 16:48"))
    world.judge("2022-11-10 12:00")
    assert world.texts("case_officer") == [
        "【准绳】红色预警：您办理的案件有2项需要办理，最急的案件（尾号0187）“刑事受案后立案审查”最迟11月9日24:00，已超期12小时。"
    ]


def test_a_correction_before_anything_left_the_house_stays_in_the_inbox() -> None:
    """Blue waits for 08:00; at 06:00 the acceptance is taken back."""
    world = told(BLUE, "2022-11-08 06:00", "2022-11-08 09:00", story=XU + VOIDED.replace("09T15", "08T06"))
    assert world.texts("case_officer") == []
    assert [a.reason for a in world.alerts("case_officer")] == ["first", "withdrawn"]


def test_nobody_answers_and_the_county_head_hears_of_it() -> None:
    world = told(*LEVELS, OVER).pass_time("2022-11-10 12:31")
    assert [(a.reason, a.text) for a in world.alerts("county_head")] == [
        (
            "escalated",
            "【准绳】红色预警升级：您局案件（尾号0187）“刑事受案后立案审查”最迟11月9日24:00，已超期12小时，无人签收，请立即过问。",
        )
    ]
    assert world.group().actions.get().act == "escalate"


def test_liberty_at_night_is_told_at_night() -> None:
    """Two hours are left: who handles it hears at once, who oversees it ten minutes later."""
    world = alert_world(HELD, FAMILY)
    world.judge("2026-03-02 20:30").judge("2026-03-03 00:30").pass_time("2026-03-03 00:41")
    for role, when in (("case_officer", "00:30"), ("unit_head", "00:40")):
        red = Delivery.objects.filter(channel="sms", alert__level="red", alert__officer=world.people[role]).get()
        assert (red.not_before, red.priority) == (at(f"2026-03-03 {when}"), 0)


def test_an_alert_without_a_human_recipient_is_a_red_incident() -> None:
    """Nobody holds a post of the station and nobody is assigned: the legal department and the administrators hear."""
    administrators()
    world = alert_world(without=("case_officer", "co_officer", "unit_head", "legal_officer"))
    world.judge(RED)
    gap = Gap.objects.get()
    assert (gap.unit, gap.closed_at) == (EAST_STATION, None)
    (alone,) = world.alerts("legal_department")
    assert (alone.reason, alone.level) == ("no_recipient", "red")
    assert alone.text == "【准绳】红色预警：辖区案件（尾号0187）“刑事受案后立案审查”无人可通知，请立即指定人员。"
    admins = Alert.objects.exclude(account="").order_by("account")
    assert [alert.account for alert in admins] == ["audit-admin", "security-admin", "system-admin"]
    assert all(alert.case is None and "0187" not in alert.text for alert in admins), "they see no case"


def test_a_post_that_is_filled_ends_the_incident_and_its_holder_is_told() -> None:
    world = alert_world(without=("case_officer", "co_officer", "unit_head", "legal_officer"))
    world.judge(RED)
    with as_process("test"):
        head = world.people["legal_second"]
        give_post(officer=head, unit=EAST_STATION, role="unit_head", from_on=at("2022-11-01").date())
    world.pass_time("2022-11-09 13:00")
    assert Gap.objects.get().closed_at is not None
    assert [a.reason for a in world.alerts("legal_second") if a.role == "unit_head"] == ["first"]


def test_who_is_recused_is_not_told_and_the_head_above_is() -> None:
    world = alert_world()
    with as_process("test"):
        case = Case.objects.get(pk=CASE)
        assign(case=case, officer=world.people["co_officer"], role=Assignment.Role.RECUSED, from_at=at("2022-11-03"))
    world.judge(RED)
    assert world.alerts("co_officer") == []
    assert len(world.alerts("case_officer")) == 1


def test_of_a_case_under_recusal_only_those_are_told_who_may_see_it() -> None:
    """The label 回避 is closed to heads and legal officers of the station; its own officers may see it."""
    world = alert_world()
    with as_process("test"):
        set_label(case=Case.objects.get(pk=CASE), label="recusal")
    world.judge(RED)
    assert [bool(world.alerts(role)) for role in ("case_officer", "unit_head", "legal_officer")] == [True, False, False]


def test_an_officer_on_leave_is_not_told_and_the_duty_roster_is() -> None:
    world = alert_world()
    with as_process("test"):
        take_leave(officer=world.people["unit_head"], starts_at=at("2022-11-08"), ends_at=at("2022-11-12"))
    world.judge(RED)
    assert world.alerts("unit_head") == []
    assert world.alerts("case_officer")


def test_liberty_cannot_be_silenced() -> None:
    world = alert_world(HELD, FAMILY)
    (rule,) = world.book.rules
    with as_process("test"), pytest.raises(SilenceRefused, match="限制人身自由"):
        _silence(world, rule)


def test_a_silence_holds_back_until_its_end_which_is_announced_and_then_tells() -> None:
    world = alert_world()
    (rule,) = world.book.rules
    with as_process("test"):
        _silence(world, rule)
    world.judge(YELLOW)
    assert Alert.objects.filter(group__isnull=False).count() == 0
    assert world.group().held == "silenced"
    world.pass_time("2022-11-09 10:31")
    owner = world.alerts("legal_department")
    assert [(a.occasion, a.text) for a in owner] == [
        ("silence_ending", "【准绳】静默将于11月9日10:00结束，“刑事受案后立案审查”恢复提醒。"),
        ("silence_ended", "【准绳】静默已结束，“刑事受案后立案审查”恢复提醒，期间积压1项。"),
    ]
    assert [a.level for a in world.alerts("case_officer")] == ["yellow"]


def test_no_silence_holds_back_red() -> None:
    world = alert_world()
    (rule,) = world.book.rules
    with as_process("test"):
        _silence(world, rule, until="2022-11-10 20:00")
    world.judge(YELLOW)
    assert world.group().held == "silenced"
    world.judge(RED)
    assert world.group().held == ""
    told_now = Alert.objects.filter(group__isnull=False).values_list("officer", "level")
    assert set(told_now) == {
        (world.people[role].pk, "red") for role in ("case_officer", "co_officer", "legal_officer", "unit_head")
    }


def _silence(world: AlertWorld, rule: object, *, until: str = "2022-11-09 10:00") -> None:
    set_silence(
        owner=world.people["legal_department"],
        rule=rule,  # type: ignore[arg-type]
        unit=EAST_STATION,
        from_at=at("2022-11-08 20:00"),
        until_at=at(until),
        reason="系统切换",
        at=at("2022-11-08 19:00"),
    )


def test_the_inquiry_of_the_procuratorate_says_more_than_the_limit_it_asks_about() -> None:
    """Filing is due on 9 November; the inquiry of the 8th is due on the 15th 24:00 and red from noon of that day."""
    explain = "criminal.filing.overdue-explain"
    asked = XU + f"2022-11-08 10:00 D1 procuratorate.overdue_inquiry case={CASE}\n"
    world = alert_world(asked, "criminal.intake.filing-decision", explain)
    world.judge(BLUE).judge("2022-11-08 10:00").judge("2022-11-13 00:00").judge("2022-11-15 12:00")
    assert world.group().held == "inhibited"
    assert world.group().inhibited_by == world.group(explain).key
    reds = [alert for alert in world.alerts("unit_head") if alert.created_at == at("2022-11-15 12:00")]
    assert [alert.group.rule for alert in reds if alert.group] == [explain]


def test_the_masked_title_needs_two_persons_of_the_legal_department() -> None:
    world = alert_world()
    first, second = world.people["legal_department"], world.people["legal_second"]
    with as_process("test"):
        words: dict[str, Any] = {
            "name": Switch.Name.MASKED_CASE_TITLE,
            "is_on": True,
            "reason": "支队会议决定",
            "at": at(BLUE),
        }
        with pytest.raises(SwitchRefused, match="法制支队"):
            propose(by=world.people["unit_head"], **words)
        switch = propose(by=first, **words)
        with pytest.raises(SwitchRefused, match="自己"):
            confirm(switch=switch, by=first, at=at(BLUE))
    world.judge(YELLOW)
    assert "徐某某" not in "".join(alert.text for alert in world.alerts("case_officer"))
    with as_process("test"):
        confirm(switch=switch, by=second, at=at(YELLOW))
    world.judge(RED)
    assert "徐某某盗窃案" in world.alerts("case_officer")[-1].text


def test_a_rule_that_is_withdrawn_from_the_rulebook_corrects_with_the_words_it_had() -> None:
    world = told(RED)
    world.book = replace(world.book, rules=())
    world.judge("2022-11-09 15:00")
    (correction,) = world.alerts("unit_head", "withdrawn")
    assert "“刑事受案后立案审查”的红色预警有误，已撤回" in correction.text
