"""The five views of a case show the same facts: each stands in exactly the views that its columns name, once, and says
the same there. Held for any columns, without a database."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from tests.platform.environment import HOME
from tests.story import law
from zhunsheng.apps.cases.selectors import OpenCase, Party, Thing
from zhunsheng.apps.desk.case_page import Found, Whole, sections
from zhunsheng.apps.desk.case_track import Line, lines_of
from zhunsheng.apps.desk.elements import VIEWS
from zhunsheng.apps.desk.moments import Moment, moments_of
from zhunsheng.apps.supervision.case_file import CaseFile, Happened
from zhunsheng.apps.supervision.models import Clock

assert HOME.is_dir()  # Django is set up where that is known
NOW = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)
CASE = OpenCase(
    number="A1", title="", kind="", label="", unit="西一所", unit_code="U1", officers=(), may_reveal=False,
    persons=(Party("P1", "王某强", ("嫌疑人",)), Party("P2", "周某梅", ("被害人",))),
    items=(Thing("I1", "金项链"),), dossiers=(Thing("F1", "侦查卷"),),
)  # fmt: skip
RULES = {rule.id: rule for rule in law().judged()}
names = st.one_of(st.none(), st.sampled_from(["P1", "P2", "P9"]))
things = st.one_of(st.none(), st.sampled_from(["I1", "O1", "F1", "D1", "X9"]))
units = st.one_of(st.none(), st.sampled_from(["U1", "U2"]))


@st.composite
def clocks(draw: st.DrawFn) -> Clock:
    """A running clock of any rule, with any columns."""
    due = NOW + timedelta(minutes=draw(st.integers(-9000, 9000)))
    return Clock(
        key=draw(st.uuids()).hex, rule=draw(st.sampled_from(sorted(RULES))), rule_version=1, case="A1", epoch=1,
        subject=draw(things), person=draw(names), unit=draw(units), start=NOW - timedelta(days=7), due=due,
        due_at_end=False, outer=due, outer_at_end=False, outcome="running", level="", nature="statutory",
        amount=3, limit_unit="days",
    )  # fmt: skip


@st.composite
def events(draw: st.DrawFn) -> Happened:
    """An event of any columns."""
    key = draw(st.uuids()).hex
    return Happened(
        key=key, source="jz", type="person.detained", at=NOW, at_precision="minute", recorded_at=NOW, state="counts",
        incident=None, person=draw(names), item=draw(things), visit=draw(things), order=draw(things),
        dossier=draw(things), document=draw(things), place=draw(things), unit=draw(units), officers=(),
        document_no=None,
    )  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """What one view shows, in the order of the page."""

    clocks: list[str]
    events: list[str]
    dues: dict[str, tuple[datetime | None, str]]


def seen(whole: Whole, view: str) -> Seen:
    lines: list[Line] = [line for section in sections(whole, view) for line in section.lines]
    moments: list[Moment] = [moment for section in sections(whole, view) for moment in section.moments]
    dues = {line.key: (line.clock.due, line.row.lines[1]) for line in lines}
    return Seen([line.key for line in lines], [moment.event.key for moment in moments if moment.event], dues)


def views_of(clock: Clock) -> set[str]:
    """By the words of the design: a clock concerns the matter, and the element that a column or its rule names."""
    rule = RULES[clock.rule]
    found = {"matter", "unit" if rule.element == "place" else rule.element}
    subjects = {"person": {"person", "visit"}, "item": {"item", "order"}, "dossier": {"document", "dossier"}}
    found |= {view for view, kinds in subjects.items() if clock.subject and rule.subject in kinds}
    return found | ({"person"} if clock.person else set()) | ({"unit"} if clock.unit else set())


def views_of_event(event: Happened) -> set[str]:
    columns = {
        "person": (event.person, event.visit), "item": (event.item, event.order),
        "dossier": (event.dossier, event.document), "unit": (event.unit, event.place),
    }  # fmt: skip
    return {"matter", *(view for view, values in columns.items() if any(values))}


@given(st.lists(clocks(), max_size=6, unique_by=lambda clock: clock.key), st.lists(events(), max_size=6))
def test_the_five_views_show_the_same_facts(some: list[Clock], happened: list[Happened]) -> None:
    file = CaseFile(happened, some, (), law())
    lines, moments = lines_of(file, {}, now=NOW), moments_of(happened, (), (), {}, {})
    found: list[Found] = []
    whole = Whole(CASE, file, {}, lines, found, (), moments, None, {}, NOW)
    shown = {view: seen(whole, view) for view in VIEWS}
    for clock in some:
        assert {view for view in VIEWS if clock.key in shown[view].clocks} == views_of(clock)
        assert {shown[view].dues[clock.key] for view in views_of(clock)} == {shown["matter"].dues[clock.key]}
    for event in happened:
        assert {view for view in VIEWS if event.key in shown[view].events} == views_of_event(event)
    for view in VIEWS:
        assert len(shown[view].clocks) == len(set(shown[view].clocks))  # each once
        assert len(shown[view].events) == len([e for e in happened if view in views_of_event(e)])


def test_an_english_page_says_it_in_english() -> None:
    due = NOW + timedelta(hours=5)
    clock = Clock(
        key="k", rule="criminal.detention.request-arrest", rule_version=1, case="A1", epoch=1, subject="P1",
        person="P1", start=NOW - timedelta(days=2), due=due, due_at_end=False, outer=due, outer_at_end=False,
        outcome="running", level="red", nature="statutory", amount=3, limit_unit="days",
    )  # fmt: skip
    with translation.override("en"):
        [line] = lines_of(CaseFile((), [clock], (), law()), {"P1": "王某强"}, now=NOW)
        assert line.sentence == (
            "Request approval of arrest (王某强), Statutory limit, 5 h left, due today 15:30, Red alert"
        )
        assert line.row.basis == "3 days · 刑事诉讼法第九十一条"
