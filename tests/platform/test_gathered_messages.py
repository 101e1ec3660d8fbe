"""An officer's day, by the texts on his phone: what comes at once, what comes together, what does not come."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db.models import Q

from tests.platform.alert_world import CASE, FAMILY, RED, XU, AlertWorld, alert_world
from tests.platform.people import EAST_STATION
from tests.platform.test_alerts import HELD, VOIDED
from tests.story import at
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.digests import tell_pending
from zhunsheng.apps.alerts.groups import locked
from zhunsheng.apps.alerts.models import Alert, Delivery, Pending
from zhunsheng.apps.alerts.rounds import frozen_explanations, make_teller
from zhunsheng.apps.alerts.services import acknowledge
from zhunsheng.apps.cases.models import Case
from zhunsheng.apps.cases.services import assign, register_case
from zhunsheng.apps.org.models import Unit
from zhunsheng.core.alert_group import Notice

SECOND_CASE = "A3502030100002022110188"
SECOND = XU.replace(CASE, SECOND_CASE).replace("11-02", "11-03")  # a day later: blue on the 9th, due on the 10th 24:00
MORNING = "2022-11-09 09:00"
INTERROGATION = "criminal.detention.first-interrogation"


@pytest.fixture(autouse=True)
def process(db: None) -> Iterator[None]:
    """Behind row security."""
    del db
    with as_process("test"):
        yield


def two_cases(story: str = "", second: str = SECOND) -> AlertWorld:
    """Both in the hands of one officer."""
    lines = "\n".join(sorted((XU + second + story).split("\n")))
    world = alert_world(lines)
    station = Unit.objects.get(pk=EAST_STATION)
    case = register_case(number=SECOND_CASE, title="陈某某盗窃案", kind=Case.Kind.CRIMINAL, unit=station)
    assign(case=case, officer=world.people["case_officer"], role="case_officer", from_at=at("2022-11-03 16:48"))
    return world


def test_a_red_that_leaves_at_once_takes_along_what_waits_for_the_same_person() -> None:
    """At 09:00 one case is yellow and waits for 12:45, the other is blue and waits for the next morning. At noon the
    first turns red: its yellow is said by that, and the blue is counted."""
    world = two_cases().judge(MORNING).judge(RED)
    assert world.texts("case_officer") == [
        "【准绳】红色预警：您办理的案件有2项需要办理，最急的案件（尾号0187）“刑事受案后立案审查”11月9日24:00届满，还剩12小时。"
    ]
    world.pass_time("2022-11-09 23:59")
    assert len(world.texts("case_officer")) == 1, "nothing is said twice"
    blue = Alert.objects.get(case=SECOND_CASE, officer=world.people["case_officer"], level="blue")
    red = Delivery.objects.get(channel="sms", alert__level="red", alert__officer=world.people["case_officer"])
    assert red.alert.covers == [blue.key]


def test_a_correction_of_what_was_not_red_is_counted_in_the_next_text() -> None:
    """Blue of the first case left at 08:00 of the 8th; taken back at 15:00. On the 9th the second case is blue."""
    world = two_cases(VOIDED.replace("09T15", "08T15"))
    for instant in ("2022-11-08 00:00", "2022-11-08 15:00", "2022-11-09 00:00"):
        world.judge(instant)
    world.pass_time("2022-11-09 08:01")
    first, second = world.texts("case_officer")
    assert "尾号0187" in first
    assert "尾号0188" in second
    assert second.endswith("另更正1项。")
    assert len(second) <= 70


def test_a_correction_of_red_stands_in_words_and_the_rest_is_counted_behind_it() -> None:
    world = two_cases(VOIDED)
    for instant in (MORNING, RED, "2022-11-09 15:00", "2022-11-10 00:00"):
        world.judge(instant)
    world.pass_time("2022-11-10 23:59")
    corrected = [text for text in world.texts("case_officer") if "更正" in text]
    assert corrected == [
        "【准绳】更正：11月9日12:00关于案件（尾号0187）“刑事受案后立案审查”的红色预警有误，已撤回，不计分。"
    ]


def test_a_correction_of_red_leads_what_else_waits() -> None:
    """The second case turns yellow at 00:00 of the 10th and waits for 07:00; the red of the first is taken back at
    03:30, and that is told at 07:30 at the latest: at 07:00, as something is told then."""
    world = two_cases(VOIDED.replace("2022-11-09T15:00", "2022-11-10T03:30"))
    for instant in (RED, "2022-11-10 00:00", "2022-11-10 03:30"):
        world.judge(instant)
    world.pass_time("2022-11-10 07:01")
    assert world.texts("case_officer")[-1] == (
        "【准绳】更正：11月9日12:00关于案件（尾号0187）“刑事受案后立案审查”的红色预警有误，已撤回，不计分。另有1项待处理。"
    )


def test_what_somebody_took_on_is_not_told_to_those_who_stand_beside_him() -> None:
    """Held at 02:30; yellow at 20:30, six hours before the end. Who handles it hears within half an hour and answers;
    the second officer and the head would hear after a quarter of the time left."""
    world = alert_world(HELD, FAMILY).judge("2026-03-02 20:30").pass_time("2026-03-02 21:01")
    assert len(world.texts("case_officer")) == 1
    acknowledge(world.group(FAMILY), world.people["case_officer"], at("2026-03-02 21:10"), via="sms")
    world.pass_time("2026-03-02 22:01")
    assert world.texts("co_officer") == world.texts("unit_head") == []
    assert [alert.level for alert in world.alerts("unit_head")] == ["yellow"], "it is in his inbox"


def test_what_nobody_took_on_is_told_to_them_while_three_quarters_of_the_time_are_left() -> None:
    world = alert_world(HELD, FAMILY).judge("2026-03-02 20:30").pass_time("2026-03-02 22:01")
    for role in ("co_officer", "unit_head"):
        (sent,) = Delivery.objects.filter(channel="sms", alert__officer=world.people[role])
        assert sent.not_before == at("2026-03-02 22:00")


def test_red_reaches_those_who_oversee_it_also_where_somebody_took_it_on() -> None:
    """Ten minutes after the officer, who answered after five."""
    world = alert_world(HELD, FAMILY).judge("2026-03-03 00:30")
    acknowledge(world.group(FAMILY), world.people["case_officer"], at("2026-03-03 00:35"), via="sms")
    world.pass_time("2026-03-03 00:41")
    assert [len(world.texts(role)) for role in ("unit_head", "legal_officer", "county_head")] == [1, 1, 1]
    assert not Pending.objects.exists()


def test_a_question_goes_to_the_inbox_alone_and_takes_nothing_along() -> None:
    """Two limits of one detention are yellow and wait for half an hour; a question about the first is asked again."""
    world = alert_world(HELD, FAMILY, INTERROGATION).judge("2026-03-02 20:30")
    officer = world.people["case_officer"].pk
    assert Pending.objects.filter(officer=officer).count() == 2
    teller = make_teller(at("2026-03-02 20:40"), frozen_explanations)
    held = locked(Q(key=world.group(FAMILY).key))
    teller.learn(held.values())
    (asked,) = held.values()
    assert asked.group.worst is not None
    notice = Notice(
        asked.row.key, asked.group.worst[0], "repeat", "repeat", "ask", "approaching", "ask1", officers=(officer,)
    )
    (question,) = teller.tell([(asked, notice)])
    assert (question.level, question.covers) == ("ask", [])
    world.pass_time("2026-03-02 21:01")
    (text,) = world.texts("case_officer")
    assert "您有2项" in text


def test_what_has_no_message_does_not_lead_what_has_one() -> None:
    """Blue goes to the inbox alone here. The yellow of the first case, told at 12:45, is taken back at 22:30, in the
    night; at midnight the second case turns blue. Both wait for the morning, and the blue would lead."""
    later = SECOND.replace("11-04", "11-05").replace("11-03", "11-04")
    world = two_cases(VOIDED.replace("09T15:00", "09T22:30"), later).judge(MORNING).pass_time("2022-11-09 12:50")
    assert len(world.texts("case_officer")) == 1
    world.judge("2022-11-09 22:30").judge("2022-11-10 00:00")
    assert {row.alert.level for row in Pending.objects.filter(officer=world.people["case_officer"])} == {
        "yellow",
        "blue",
    }
    teller = make_teller(at("2022-11-10 08:01"), frozen_explanations)
    teller.policy = replace(teller.policy, channels={**teller.policy.channels, "blue": ()})
    assert tell_pending(teller, 100) > 0
    assert len(world.texts("case_officer")) == 2
    assert "更正" in world.texts("case_officer")[1]
