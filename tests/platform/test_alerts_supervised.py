"""The whole way: events come in, the supervisor judges, people are told, and time alone goes on telling."""

from collections.abc import Iterator

import pytest

from tests.platform.alert_world import CASE, FILING, LEVELS, XU, AlertWorld, alert_world
from tests.platform.supervised import it_is, put_in_force, recorded, supervise
from tests.story import RULEBOOK, at
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.models import Alert, AlertGroup
from zhunsheng.apps.alerts.services import route, sweep_due

PRIVATE = ("徐", "盗窃", "110187202", "13900")


def shipped(*rules: str) -> dict[str, str]:
    """Files of the rulebook that is shipped: its vocabulary, its calendar, and some of its rules."""
    names = ["vocabulary.toml", *(str(p.relative_to(RULEBOOK)) for p in (RULEBOOK / "calendar").glob("*.toml"))]
    paths = [RULEBOOK / name for name in names]
    paths += [p for folder in ("deadlines", "checks") for p in (RULEBOOK / folder).rglob("*.toml") if p.stem in rules]
    return {str(path.relative_to(RULEBOOK)): path.read_text("utf-8") for path in paths}


@pytest.fixture(autouse=True)
def process(db: None) -> Iterator[None]:
    """Behind row security."""
    del db
    with as_process("test"):
        yield


def lived(story: str, *instants: str, rules: tuple[str, ...] = (FILING,)) -> AlertWorld:
    """The station of alert_world under the supervisor: events as they happen, judged and swept at instants."""
    world = alert_world()
    it_is(instants[0])
    put_in_force(shipped(*rules))
    stated = [line for line in story.splitlines() if line.strip()]
    lines = [f"{line} id=e{n:02}" for n, line in enumerate(stated, 1)]
    for instant in instants:
        it_is(instant)
        due = [line for line in lines if at(line[:16]) <= at(instant)]
        lines = lines[len(due) :]
        if due:
            recorded("\n".join(due))
        supervise(route)
        while not sweep_due():
            pass
    return world


# The inquiry about the filing that is overdue inhibits it, so both rules belong to the book.
BOTH = (FILING, "criminal.filing.overdue-explain")


def test_the_seed_is_told_by_the_supervisor_with_the_steps_of_its_computation() -> None:
    """From acceptance to red: three roles' words, and the steps that the fold gave are frozen in each alert."""
    world = lived(XU, "2022-11-02 16:48", "2022-11-04 10:00", *LEVELS, rules=BOTH)
    (red,) = [alert for alert in world.alerts("unit_head") if alert.created_at == at(LEVELS[-1])]
    assert (
        red.text == "【准绳】红色预警：您单位案件（尾号0187）“刑事受案后立案审查”11月9日24:00届满，还剩12小时，请过问。"
    )
    assert [step["kind"] for step in red.explanation["steps"]][:3] == ["start", "version", "limit"]
    assert any(step["kind"] == "extend" for step in red.explanation["steps"])
    texts = "".join(Alert.objects.values_list("text", flat=True))
    assert not [word for word in PRIVATE if word in texts]


def test_a_check_is_told_once_with_what_it_rests_on() -> None:
    """A document approved after the act: broken, red, and its explanation names the article and the event."""
    story = f"2022-11-02 16:48 P1 person.detained case={CASE} approved_at=2022-11-02T18:00\n"
    world = lived(story, "2022-11-02 16:48", "2022-11-02 19:00", rules=("documents.approval-before-act",))
    (alert,) = world.alerts("unit_head", "first")
    assert (alert.kind, alert.level, alert.reason) == ("broken", "red", "first")
    assert "先办事后审批" in alert.text
    assert alert.explanation["article"].endswith("第一百二十五条")
    assert [event.rpartition("/")[2] for event in alert.explanation["events"]] == ["e01"]


def test_the_sweep_of_the_loop_tells_what_waited_and_says_how_long_it_may_wait() -> None:
    world = lived(XU, "2022-11-02 16:48", "2022-11-04 10:00", LEVELS[0], rules=BOTH)
    assert world.texts("case_officer") == []
    it_is("2022-11-08 08:00")
    assert sweep_due() == 0
    assert len(world.texts("case_officer")) == 1
    assert sweep_due() > 0
    assert AlertGroup.objects.get(rule=FILING).state == "waiting"
