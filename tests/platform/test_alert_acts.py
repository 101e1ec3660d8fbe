"""What people do with an alert, through the services: who may, what is written, who hears of it."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from tests.platform.alert_world import CASE, FAMILY, LEVELS, RED, XU, YELLOW, AlertWorld, alert_world, told
from tests.platform.people import EAST_STATION, WEST_STATION, officer
from tests.story import at
from zhunsheng.apps.access.processes import as_process, as_viewer
from zhunsheng.apps.access.scope import Viewer, viewer_of
from zhunsheng.apps.alerts import selectors, services
from zhunsheng.apps.alerts.doubt import doubtful_rules
from zhunsheng.apps.alerts.models import Action, Alert, AlertGroup
from zhunsheng.apps.alerts.refusals import AlertActRefused
from zhunsheng.apps.cases.models import Assignment, Case
from zhunsheng.apps.cases.services import assign, set_label
from zhunsheng.apps.org.models import Officer

NOON = at("2022-11-09 12:30")


@pytest.fixture(autouse=True)
def process(db: None) -> Iterator[None]:
    """Behind row security."""
    del db
    with as_process("test"):
        yield


def refusal(why: str, act: object, /, *args: object, **words: object) -> str:
    """The text of a refusal for this reason."""
    assert callable(act)
    with pytest.raises(AlertActRefused) as refused:
        act(*args, **words)
    assert refused.value.reason == why
    return str(refused.value)


def viewer(one: Officer) -> Viewer:
    return viewer_of(account="someone", officer=one.pk, admin_role="", on=at(RED).date())


@pytest.fixture
def world() -> AlertWorld:
    """Red was told at noon of the last day."""
    return told(*LEVELS)


def test_an_acknowledgement_is_written_once_and_stops_escalation(world: AlertWorld) -> None:
    me = world.people["case_officer"]
    group = services.acknowledge(world.group(), me, NOON, "web")
    services.acknowledge(group.key, me, NOON, "sms")
    action = Action.objects.get(act="acknowledge")
    assert (action.by, action.via, action.at) == (me, "web", NOON)
    assert (group.state, group.owner) == ("acknowledged", me)
    assert group.state_until == at("2022-11-09 18:15"), "half of the 11 hours and a half until 24:00"
    world.as_of = NOON
    world.pass_time("2022-11-09 18:14")
    assert not world.alerts("county_head")
    world.pass_time("2022-11-09 18:16")
    assert [a.reason for a in world.alerts("case_officer")][-1] == "repeat"
    assert world.group().state == "waiting"


def test_a_stranger_may_not_touch_it_and_who_is_recused_may_not_either(world: AlertWorld) -> None:
    stranger = officer("999901", ("officer", WEST_STATION))
    refusal("not_yours", services.acknowledge, world.group(), stranger, NOON, "web")
    case = Case.objects.get(pk=CASE)
    assign(case=case, officer=world.people["co_officer"], role=Assignment.Role.RECUSED, from_at=NOON)
    refusal("recused", services.acknowledge, world.group(), world.people["co_officer"], NOON, "web")
    refusal("no_alert", services.acknowledge, "0" * 64, stranger, NOON, "web")


def test_red_cannot_be_put_off_and_the_refusal_says_what_to_do(world: AlertWorld) -> None:
    me = world.people["case_officer"]
    text = refusal("red", services.snooze, world.group(), me, NOON, "web", until=at("2022-11-09 14:00"), reason="出警")
    assert "请签收，或交给能办理的人" in text


def test_yellow_can_be_put_off_for_a_reason_until_four_hours_before_the_due_time() -> None:
    world = told("2022-11-08 00:00", YELLOW)
    me, group, noon = world.people["case_officer"], world.group(), at("2022-11-09 09:00")
    refusal("no_reason", services.snooze, group, me, noon, "web", until=at("2022-11-09 11:00"), reason=" ")
    text = refusal("past_floor", services.snooze, group, me, noon, "web", until=at("2022-11-09 21:00"), reason="出警")
    assert "最晚可推迟到11月9日20:00" in text
    put_off = services.snooze(group, me, noon, "web", until=at("2022-11-09 11:00"), reason="出警")
    assert (put_off.state, put_off.owner) == ("snoozed", me)
    world.as_of = noon
    world.judge(RED)
    assert world.group().state == "waiting", "its level rose at noon"


def test_no_level_of_liberty_can_be_put_off() -> None:
    world = alert_world(f"2026-03-02 02:30 P1 person.detained case={CASE} case_kind=criminal\n", FAMILY)
    world.judge("2026-03-02 14:30")
    me, now = world.people["case_officer"], at("2026-03-02 14:31")
    refusal(
        "liberty", services.snooze, world.group(FAMILY), me, now, "web", until=at("2026-03-02 15:00"), reason="出警"
    )


def test_it_is_handed_to_a_named_person_who_must_accept(world: AlertWorld) -> None:
    me, other = world.people["case_officer"], world.people["co_officer"]
    stranger = officer("999901", ("officer", WEST_STATION))
    refusal("cannot_see", services.hand_over, world.group(), me, NOON, "web", to=stranger)
    services.hand_over(world.group(), me, NOON, "web", to=other, reason="换班")
    assert world.alerts("co_officer", "handed_over")[0].text == (
        "【准绳】移交：案件（尾号0187）“刑事受案后立案审查”交您办理，11月9日24:00届满，还剩11小时30分，请在系统中接收。"
    )
    assert world.group().state == "waiting"
    assert services.accept(world.group(), other, NOON, "phone").owner == other


def test_an_open_alert_concerns_whoever_was_told_has_it_or_shall_take_it_and_a_closed_one_nobody(
    world: AlertWorld,
) -> None:
    me, other = world.people["case_officer"], officer("999902", ("officer", EAST_STATION))
    was_told = set(Alert.objects.filter(group=world.group()).values_list("officer", flat=True))
    assert me.pk in was_told
    assert concerned(world) == was_told
    services.hand_over(world.group(), me, NOON, "web", to=other, reason="换班")
    assert concerned(world) == was_told | {other.pk}
    services.accept(world.group(), other, NOON, "web")
    services.hand_over(world.group(), other, NOON, "web", to=me, reason="换班")
    services.accept(world.group(), me, NOON, "web")
    assert concerned(world) == was_told | {other.pk}, "he was told that it was handed to him"
    AlertGroup.objects.update(closed_at=NOON)
    assert concerned(world) == set()
    AlertGroup.objects.update(closed_at=None)
    assert concerned(world) == was_told | {other.pk}, "what returns concerns again whom it did"


def concerned(world: AlertWorld) -> set[int]:
    """The officers whom the one group concerns, as pages ask it."""
    group = world.group()
    return {
        one for one in Officer.objects.values_list("pk", flat=True)
        if AlertGroup.objects.filter(selectors.concerns(one), pk=group.pk).exists()
    }  # fmt: skip


def test_who_says_it_is_done_needs_a_document_and_without_data_it_returns(world: AlertWorld) -> None:
    me = world.people["case_officer"]
    refusal("no_evidence", services.claim_done, world.group(), me, NOON, "web")
    services.claim_done(world.group(), me, NOON, "web", document_no="甲公立字〔2022〕187号")
    assert world.group().state == "claimed_done"
    world.as_of = NOON
    world.pass_time("2022-11-09 18:16")
    assert world.group().state == "waiting"
    assert "报已办结，仍未见到数据" in world.alerts("case_officer", "repeat")[0].text


def test_done_is_proved_by_data_alone() -> None:
    world = alert_world(XU + f"2022-11-09 13:00 case.filed case={CASE}\n")
    for instant in LEVELS:
        world.judge(instant)
    services.claim_done(world.group(), world.people["case_officer"], NOON, "web", document_no="甲公立字〔2022〕187号")
    world.as_of = NOON
    world.judge("2022-11-09 13:00")
    assert world.group().state == "done"


def test_a_dispute_is_ruled_on_by_another_of_the_legal_department_and_corrected(world: AlertWorld) -> None:
    me, legal = world.people["case_officer"], world.people["legal_department"]
    refusal("unknown_reason", services.dispute, world.group(), me, NOON, "web", reason="other")
    disputed = services.dispute(world.group(), me, NOON, "web", reason="start_wrong", words="受案时间录错")
    assert disputed.state_until == at("2022-11-10 24:00")
    assert world.alerts("legal_department", "disputed")[0].text == (
        "【准绳】误报待裁：辖区案件（尾号0187）“刑事受案后立案审查”被报误报，请于11月10日24:00前裁定。"
    )
    refusal("not_legal", services.rule_on, disputed, world.people["unit_head"], NOON, "web", upheld=True, reason="录错")
    ruled = services.rule_on(disputed, legal, NOON, "web", upheld=True, reason="经核实，受案时间录错")
    assert ruled.state == "withdrawn"
    assert "已撤回，不计分" in world.alerts("unit_head", "withdrawn")[-1].text
    world.as_of = NOON
    world.judge("2022-11-10 00:00")
    assert world.group().state == "withdrawn", "the ruling also holds for the next level of the same due time"


def test_a_superior_presses_and_an_officer_cannot(world: AlertWorld) -> None:
    me, head = world.people["case_officer"], world.people["unit_head"]
    services.acknowledge(world.group(), me, NOON, "web")
    reply_by = at("2022-11-09 15:00")
    refusal("not_superior", services.urge, world.group(), world.people["co_officer"], NOON, "web", reply_by=reply_by)
    services.urge(world.group(), head, NOON, "web", reply_by=reply_by)
    assert world.alerts("case_officer", "urged")[0].text == (
        "【准绳】督办：您办理的案件（尾号0187）“刑事受案后立案审查”11月9日24:00届满，还剩11小时30分，请立即办理并回复。"
    )
    assert world.group().state_until == reply_by


def test_an_inbox_shows_what_its_viewer_may_see_and_a_detail_who_was_told(world: AlertWorld) -> None:
    _sent(at("2022-11-09 13:13"), world)
    head, stranger = world.people["unit_head"], officer("999901", ("officer", WEST_STATION))
    with as_viewer(viewer(head)):
        (row,) = selectors.inbox(viewer(head), selectors.Filters(levels=("red",)), as_of=NOON)
        assert (row.title, row.unit, row.due) == ("刑事受案后立案审查", "东一所", at("2022-11-10 00:00"))
        assert selectors.counts(viewer(head), selectors.Filters(), as_of=NOON) == {"all": 1, "red": 1, "waiting": 1}
        detail = selectors.group_detail(viewer(head), row.key, as_of=NOON)
    assert (detail.may_snooze, len(detail.findings)) == (False, 3)
    mine = [one for one in detail.told if one.role == "unit_head"]
    assert [(one.reason, [d["channel"] for d in one.deliveries]) for one in mine] == [
        ("加重", ["inbox", "sms"]),
        ("加重", ["inbox", "sms"]),
    ], "yellow went out with the messages of 07:00, red a tenth of twelve hours later"
    with as_viewer(viewer(stranger)):
        assert selectors.inbox(viewer(stranger), selectors.Filters(), as_of=NOON) == []
        refusal("no_alert", selectors.group_detail, viewer(stranger), row.key, as_of=NOON)
        assert not AlertGroup.objects.exists(), "row security under the queryset"
        assert not Alert.objects.exists()


def test_who_may_see_an_alert_follows_the_label_and_the_unit_of_its_case(world: AlertWorld) -> None:
    head, case = viewer(world.people["unit_head"]), Case.objects.get(pk=CASE)

    def seen() -> tuple[bool, bool]:
        with as_viewer(head):
            return AlertGroup.objects.exists(), selectors.visible_groups(head).exists()

    assert seen() == (True, True)
    set_label(case=case, label="recusal")
    assert seen() == (False, False), "by row security alone, and by the queryset"
    set_label(case=case, label="sensitive")
    assert seen() == (True, True)
    Case.objects.filter(pk=CASE).update(unit=WEST_STATION)
    assert seen() == (False, False)


def test_a_rule_whose_alerts_are_often_wrong_is_marked(world: AlertWorld) -> None:
    assert doubtful_rules(as_of=NOON) == {}
    services.dispute(world.group(), world.people["case_officer"], NOON, "web", reason="not_applicable")
    services.rule_on(world.group(), world.people["legal_department"], NOON, "web", upheld=True, reason="不适用")
    assert doubtful_rules(as_of=NOON) == {"criminal.intake.filing-decision": 100.0}


def _sent(until: datetime, world: AlertWorld) -> None:
    world.pass_time(until)
