"""Rows that are written by code, not by a template: text of people and sources stands in them as it is, and does
nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest

from tests.platform.test_hostile_text import CORPUS
from zhunsheng.apps.alerts.selectors import InboxRow
from zhunsheng.apps.desk import (
    case_lists,
    case_rows,
    inbox,
    inbox_rows,
    leads,
    overdue,
    overdue_rows,
    premises,
    today,
    today_rows,
)
from zhunsheng.apps.desk import premises_rows as area_rows
from zhunsheng.apps.display import formats
from zhunsheng.apps.supervision.models import Clock

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
LATER = NOW + timedelta(hours=5)
OURS = {
    "tr", "td", "th", "a", "span", "b", "time", "li", "ul", "div", "label", "input", "button", "svg", "path", "circle",
    "rect",
}  # fmt: skip
CLOCK = Clock(key="a" * 64, rule="r", case="c", due=LATER, outer=LATER, outcome="running")


def cases(text: str) -> str:
    running = case_lists.Running(CLOCK, text, "red")
    line = case_lists.Line("A1", text, text, text, text, [text], may_open=True, running=running)
    return case_rows.drawn([line], now=NOW)


def alerts(text: str) -> str:
    row = InboxRow(
        key="a" * 64, rule="r", title=text, case="c", incident=None, case_title=text, unit=text, level="red", kind="",
        liberty=False, nature="statutory", state="waiting", state_until=None, owner=text, due=LATER, is_overdue=False,
        due_at_end=False, outer=LATER, outer_at_end=False, start=NOW, held="", inhibits=2, is_doubtful=True,
    )  # fmt: skip
    line = inbox.Line(row, "red", [text], may_take=True, is_mine=False)
    return inbox_rows.drawn([line], now=NOW, may_act=True)


def ledger(text: str) -> str:
    step = overdue.Step(NOW, text)
    row = overdue.Exceeded(
        key="a" * 64, kind=overdue.OVERDUE, title=text, case=text, case_title=text, unit=text, officers=[text],
        due={"due": NOW, "outer": NOW}, found_at=NOW, length=formats.Remaining("overdue", timedelta(hours=1)),
        ended=None, state="waiting", has_alert=True, told=step, taken=step, urged=step,
    )  # fmt: skip
    return overdue_rows.ledger_drawn([row], now=NOW)


def clues(text: str) -> str:
    lead = leads.Lead("r", text, text, text, 2, NOW.date(), NOW.date(), 1, f"?rule={text}")
    return overdue_rows.leads_drawn([lead], now=NOW)


def stays(text: str) -> str:
    stay = premises.Stay(
        visit="v", person="p", name=text, entered=NOW, length=timedelta(hours=1), place=text, unit=text, case="c",
        may_open=True, officers=[text], limits=[premises.Limit(CLOCK, text, "red")],
    )  # fmt: skip
    return area_rows.drawn([stay], now=NOW)


def officers(text: str) -> str:
    counts = dict.fromkeys(("open", "over", "red", "yellow", "blue", "ask"), 1)
    return today_rows.shares_drawn([today.Share(text, text, counts, 100)])


class Read(HTMLParser):
    """What a browser makes of it: elements, names of attributes, text."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.elements.add(tag)
        self.attributes |= {name for name, _value in attrs}

    def handle_data(self, data: str) -> None:
        """Text between elements."""
        self.text += data


@pytest.mark.parametrize("drawn", [cases, alerts, ledger, clues, stays, officers])
def test_hostile_text_stands_in_a_row_as_it_is(drawn: Callable[[str], str]) -> None:
    for text in CORPUS:
        read = Read(drawn(text))
        assert text in read.text
        assert read.elements <= OURS
        assert not {name for name in read.attributes if name.startswith("on")}
