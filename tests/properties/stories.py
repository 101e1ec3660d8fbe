"""Random cases over rules that use every role and every kind of subject."""

from datetime import date, datetime, timedelta
from typing import Any, Final

import polars as pl
from hypothesis import settings
from hypothesis import strategies as st

from tests.core.small import book, limit, rule_text
from tests.story import at
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.story import events_of

ROLES: Final = """
[[extension]]
tier  = "20d"
event = "work.extended"
total = { amount = 20, unit = "days" }
[[extension]]
tier  = "30d"
event = "work.extended"
total = { amount = 30, unit = "days" }
after = "20d"
[[pause]]
id   = "illness"
from = "work.paused"
to   = ["work.resumed"]
[[restart]]
event = "work.restarted"
[[restart]]
event      = "paper.arrived"
waits_from = "paper.awaited"
waits_end  = ["paper.withdrawn"]
"""
CHILD: Final = rule_text(
    limit(3, "days", "before_parent"),
    '[stop]\nmet_by = ["other.done"]',
    '[[parent]]\nrule = "person"\nbefore = { amount = 3, unit = "days" }',
    rule="child",
    kind="lead-before",
).replace('[start]\nevents = ["work.started"]\n', "")
RULES: Final = (
    rule_text(ROLES, limit(10, "days", "day_after", "rolled", "forward"), rule="person"),
    rule_text(ROLES, limit(48, "hours", "exact_minute"), rule="hours"),
    rule_text(ROLES, limit(10, "days", "day_after", "rolled", "by_custody"), rule="case", subject="case"),
    rule_text(ROLES, limit(5, "working_days", "next_workday"), rule="item", subject="item"),
    rule_text(ROLES, limit(1, "months", "same_day_of_month", "spc_month"), rule="incident", subject="incident"),
    CHILD,
)
PER_PERSON: Final = ("person", "hours")
FIRST: Final = at("2026-02-10 00:00")
SPAN_MINUTES: Final = 60 * 24 * 30
TYPES: Final = (
    "work.started", "work.started", "work.started", "work.done", "work.dropped", "work.excused", "work.extended",
    "work.paused", "work.resumed", "work.restarted", "paper.awaited", "paper.arrived", "paper.withdrawn", "other.done",
    "person.held", "person.freed", "note.written",
)  # fmt: skip


def fewer(share: int) -> settings:
    """A part of the examples that the profile asks for: each judges whole frames."""
    assert settings.default is not None  # a profile is loaded
    return settings(max_examples=max(10, settings.default.max_examples // share))


def is_long_run() -> bool:
    """Whether the profile is that of the night."""
    return settings.get_current_profile_name() == "nightly"


def rules() -> Rulebook:
    """The rules of these stories."""
    return book(*RULES)


@st.composite
def moments(draw: st.DrawFn) -> date | datetime:
    """An instant of a few weeks around the Spring Festival of 2026, often one that others have too, or a bare day."""
    minutes = draw(st.one_of(st.integers(0, SPAN_MINUTES), st.integers(0, 30).map(lambda day: day * 1440)))
    moment = FIRST + timedelta(minutes=minutes)
    return moment.date() if draw(st.integers(0, 7)) == 0 else moment


@st.composite
def rows(draw: st.DrawFn, cases: tuple[str, ...] = ("A1", "A2")) -> dict[str, Any]:
    """One event of a case, or of an incident that a case may name."""
    row: dict[str, Any] = {"type": draw(st.sampled_from(TYPES)), "at": draw(moments())}
    row["case"] = draw(st.sampled_from([*cases, *cases, None]))
    row["incident"] = draw(st.sampled_from(["J1", "J2"])) if row["case"] is None or draw(st.booleans()) else None
    row["person"] = draw(st.sampled_from(["P1", "P1", "P2", None]))
    row["item"] = draw(st.sampled_from(["I1", "I2", None]))
    if row["type"] == "work.extended":
        tier = draw(st.sampled_from(["20d", "30d", None]))
        row |= {"tier": tier} if tier else {}
    if draw(st.integers(0, 9)) == 0:
        row["until"] = draw(moments())
    return row


@st.composite
def histories(draw: st.DrawFn, min_size: int = 1) -> pl.DataFrame:
    """Up to a dozen events, at night up to sixty, a few corrected or withdrawn, a few recorded late."""
    told = draw(st.lists(rows(), min_size=min_size, max_size=60 if is_long_run() else 12))
    written = []
    for n, row in enumerate(told):
        written.append(
            {**row, "id": f"e{n:02}", "source": draw(st.sampled_from("xy")), "recorded_at": recorded(draw, row)}
        )
        if draw(st.integers(0, 5)) == 0:
            written.append(
                {**written[-1], "at": draw(moments()), "version": 2, "void": draw(st.booleans()),
                 "recorded_at": recorded(draw, row)}
            )  # fmt: skip
    return events_of(written, rules().vocabulary)


def recorded(draw: st.DrawFn, row: dict[str, Any]) -> datetime:
    """When a row was recorded: at once, or up to three weeks later."""
    happened = row["at"] if isinstance(row["at"], datetime) else at(row["at"].isoformat())
    return happened + timedelta(minutes=draw(st.one_of(st.just(0), st.integers(0, 60 * 24 * 21))))
