"""Whatever comes in whatever order: the same alerts under the same keys, nobody told twice, liberty never held back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from tests.alert_story import shipped_policy
from tests.story import at
from zhunsheng.core.alert_acts import ActRefused, acknowledge, claim_done, snooze
from zhunsheng.core.alert_group import OPEN_STATES, Group, Notice, alert_key
from zhunsheng.core.alert_times import told_at
from zhunsheng.core.routing import Change, merged, routed, swept

POLICY: Final = shipped_policy()
START: Final = at("2026-03-02 09:00")
HOUR: Final = timedelta(hours=1)
ROLES: Final = {
    "blue": ("case_officer",),
    "yellow": ("case_officer", "unit_head"),
    "red": ("case_officer", "unit_head", "legal_officer"),
}
KINDS: Final = (
    ("approaching", "blue"),
    ("approaching", "yellow"),
    ("approaching", "red"),
    ("overdue", "red"),
    ("late", "red"),
    ("late_extension", "yellow"),
    ("unknown", "ask"),
)


@dataclass(frozen=True)
class ARule:
    """A rule as alerts read it."""

    custody: bool
    id: str = "some.rule"
    title: str = "某期限"
    nature: str = "statutory"
    status: str = "stable"
    recipients: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: ROLES)
    messages: Mapping[str, str] = field(default_factory=dict)
    inhibited_by: tuple[str, ...] = ()


def change(n: int, what: str, due_hours: int, *, custody: bool) -> Change:
    """A change of the n-th kind of finding over a due time so many hours after the start."""
    kind, level = KINDS[n]
    due = START + due_hours * HOUR
    closed_at = START + HOUR if what == "closed" else None
    row: dict[str, Any] = {
        "kind": kind,
        "level": level,
        "found_at": START,
        "closed_at": closed_at,
        "due": due,
        "case": "A1",
        "incident": None,
    }
    clock = {"start": START - 48 * HOUR, "due": due}
    return Change(what, f"{n}-{due_hours}", "group", row, clock, ARule(custody))


BATCHES = st.lists(
    st.tuples(st.integers(0, len(KINDS) - 1), st.sampled_from(["appeared", "closed", "superseded", "withdrawn"])),
    min_size=1,
    max_size=8,
    unique_by=lambda one: one[0],
)
LIBERTY = st.booleans()


@given(BATCHES, LIBERTY, st.data())
def test_any_order_and_any_repetition_of_one_batch_tells_the_same(
    batch: list[tuple[int, str]], custody: bool, data: st.DataObject
) -> None:
    changes = [change(n, what, 30, custody=custody) for n, what in batch]
    shuffled = data.draw(st.permutations([*changes, *data.draw(st.lists(st.sampled_from(changes), max_size=6))]))
    before = Group("group", custody, START)
    ordered = routed(merged(before, changes), as_of=START, policy=POLICY, roles=ROLES)
    other = routed(merged(before, shuffled), as_of=START, policy=POLICY, roles=ROLES)
    assert ordered == other
    assert keys(ordered[1]) == keys(other[1])


@given(st.lists(BATCHES, min_size=1, max_size=6), LIBERTY)
def test_a_second_loop_with_the_same_batches_tells_nothing_more(
    batches: list[list[tuple[int, str]]], custody: bool
) -> None:
    once, twice = Group("group", custody, START), Group("group", custody, START)
    told: list[Notice] = []
    repeated: list[Notice] = []
    for n, batch in enumerate(batches):
        as_of = START + n * HOUR
        changes = [change(k, what, 30, custody=custody) for k, what in batch]
        once, notices = routed(merged(once, changes), as_of=as_of, policy=POLICY, roles=ROLES)
        told += notices
        for _ in range(2):
            twice, notices = routed(merged(twice, changes), as_of=as_of, policy=POLICY, roles=ROLES)
            repeated += notices
    assert keys(told) == keys(repeated)
    assert len(keys(told)) == len(told), "no key is told twice"


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("judge"), BATCHES, st.integers(1, 80)),
        st.tuples(st.just("sweep"), st.integers(1, 30), st.just(0)),
        st.tuples(st.sampled_from(["acknowledge", "snooze", "claim"]), st.integers(1, 40), st.just(0)),
    ),
    max_size=25,
)


@given(STEPS, st.sampled_from(["", "inhibited", "silenced"]))
def test_liberty_is_never_put_off_or_held_back_and_never_waits_into_its_end(
    steps: list[tuple[Any, ...]], held: str
) -> None:
    """To whoever handles the case within a tenth of the time left and half an hour, red at once; to others within a
    quarter and four hours, red within ten minutes. By day and by night."""
    group, notices = lived(steps, custody=True, held=held)
    assert group.state != "snoozed"
    assert group.held == ""
    for as_of, notice in notices:
        is_red = notice.level == "red"
        assert waits(notice, group.due, as_of, "first") <= (0 * HOUR if is_red else HOUR / 2)
        assert waits(notice, group.due, as_of, "beside") <= (HOUR / 6 if is_red else 4 * HOUR)
        if group.due is not None and group.due > as_of:
            assert waits(notice, group.due, as_of, "first") <= (group.due - as_of) / 10
            assert waits(notice, group.due, as_of, "beside") <= (group.due - as_of) / 4


def waits(notice: Notice, due: datetime | None, as_of: datetime, purpose: str) -> timedelta:
    """How long a message of liberty waits for others at most."""
    at = told_at(notice.level, liberty=True, due=due, as_of=as_of, policy=POLICY, purpose=purpose)
    return (at or as_of) - as_of


@given(STEPS)
def test_an_open_alert_of_liberty_always_has_a_next_instant(steps: list[tuple[Any, ...]]) -> None:
    """Nothing of liberty is forgotten: as long as it is open, somebody is asked again some time."""
    group, _ = lived(steps, custody=True, held="")
    if group.state in OPEN_STATES and any(found.is_open and found.told for found in group.findings.values()):
        assert group.next_at is not None


@given(STEPS, LIBERTY)
def test_no_red_is_ever_put_off_and_no_key_is_told_twice(steps: list[tuple[Any, ...]], custody: bool) -> None:
    group, notices = lived(steps, custody=custody, held="")
    assert not (group.state == "snoozed" and group.level == "red")
    raised = [notice for _, notice in notices if notice.reason in ("first", "worse")]
    assert len(keys(raised)) == len(raised)
    assert all(notice.roles for notice in raised)


def lived(steps: Sequence[tuple[Any, ...]], *, custody: bool, held: str) -> tuple[Group, list[tuple[datetime, Notice]]]:
    """A group after judgements, sweeps and acts, an hour apart, and what was told."""
    group, as_of = Group("group", custody, START), START
    heard: list[tuple[datetime, Notice]] = []
    for step, value, due in steps:
        as_of += HOUR
        notices: list[Notice] = []
        if step == "judge":
            batch = [change(n, what, due, custody=custody) for n, what in value]
            group, notices = routed(merged(group, batch), as_of=as_of, policy=POLICY, roles=ROLES, held=held)
        elif step == "sweep":
            as_of += value * HOUR
            group, notices = swept(group, as_of=as_of, policy=POLICY, roles=ROLES)
        else:
            group = acted(step, group, as_of, value)
        heard += [(as_of, notice) for notice in notices]
    return group, heard


def acted(step: str, group: Group, as_of: datetime, hours: int) -> Group:
    """The group after somebody tried something; a refusal changes nothing."""
    acts: dict[str, Callable[[], Group]] = {
        "acknowledge": lambda: acknowledge(group, 1, at=as_of, policy=POLICY),
        "snooze": lambda: snooze(group, 1, at=as_of, until=as_of + hours * HOUR, policy=POLICY),
        "claim": lambda: claim_done(group, 1, at=as_of, policy=POLICY),
    }
    try:
        return acts[step]()
    except ActRefused:
        return group


def keys(notices: Sequence[Notice]) -> set[str]:
    """The keys under which one person would be told."""
    return {alert_key(replace(notice, roles=()), "35-100001") for notice in notices}
