"""Clocks of one case → the rows of its track: what each rail shows, as plain values. Nothing here computes a due
time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from zhunsheng.core.rule import Rule
from zhunsheng.report.standing import KEYS
from zhunsheng.report.words import ELEMENTS, Wording

MAX_ROWS: Final = 14
ENDED: Final = ("met", "late", "moot", "excused", "lapsed", "restarted")
GRAVITY: Final = {"over": 0, "red": 1, "unknown": 2, "yellow": 2, "blue": 3}


@dataclass(frozen=True)
class Row:
    """One rail. `about` is the person, item … that the clock is about, where it is not the case.
    `level` is over, red, yellow, blue, unknown or nothing; `pauses` end with None while they last."""

    key: tuple[Any, ...]
    element: str
    name: str
    about: str
    basis: str
    level: str
    outcome: str
    is_statutory: bool
    start: datetime
    due: datetime | None
    outer: datetime | None
    stopped: datetime | None
    marks: tuple[tuple[str, datetime], ...]
    moved_from: tuple[datetime, ...]
    pauses: tuple[tuple[datetime, datetime | None], ...]
    lines: tuple[str, str]

    @property
    def is_pressing(self) -> bool:
        """Overdue, red or yellow."""
        return self.level in ("over", "red", "yellow")


def key_of(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a clock, a finding and a step have in common."""
    return tuple(row[name] for name in KEYS)


def rows_of(
    clocks: Iterable[Mapping[str, Any]],
    findings: Mapping[tuple[Any, ...], list[dict[str, Any]]],
    steps: Mapping[tuple[Any, ...], list[dict[str, Any]]],
    rules: Mapping[str, Rule],
    wording: Wording,
    as_of: datetime,
) -> list[Row]:
    """The rows of a case, grouped by element, in the order of their starts."""
    order = list(ELEMENTS)
    rows = [
        _row(clock, findings.get(key_of(clock), []), steps.get(key_of(clock), []), rules[clock["rule"]], wording, as_of)
        for clock in clocks
    ]
    return sorted(rows, key=lambda row: (order.index(row.element), row.start, row.name))


def shown(rows: list[Row]) -> list[Row]:
    """At most MAX_ROWS rows, the pressing ones first to stay; their order does not change."""
    ranked = sorted(rows, key=lambda row: GRAVITY.get(row.level, 5 if row.outcome in ENDED else 4))
    kept = {row.key for row in ranked[:MAX_ROWS]}
    return [row for row in rows if row.key in kept]


def _row(
    clock: Mapping[str, Any],
    found: list[dict[str, Any]],
    steps: list[dict[str, Any]],
    rule: Rule,
    wording: Wording,
    as_of: datetime,
) -> Row:
    level = level_of(clock, found, as_of)
    title = rule.title if wording.language == "zh" else rule.title_en
    subject = clock["subject"]
    named = subject and subject not in (clock["case"], clock["incident"])
    nature = "" if rule.nature == "statutory" else wording[rule.nature]
    article = wording.basis(rule.versions[max(clock["rule_version"], 1) - 1].basis)
    return Row(
        key=key_of(clock),
        element=rule.element,
        name=title,
        about=subject if named else "",
        basis=" · ".join(filter(None, (subject if named else "", nature, article))),
        level=level,
        outcome=clock["outcome"],
        is_statutory=rule.nature == "statutory",
        start=clock["start"],
        due=clock["due"],
        outer=clock["outer"] or clock["due"],
        stopped=clock["stopped"],
        marks=tuple((row["level"], row["found_at"]) for row in found if row["kind"] == "approaching"),
        moved_from=moved_from(steps, clock["due"]),
        pauses=pauses_of(steps),
        lines=state_lines(clock, wording, as_of),
    )


def level_of(clock: Mapping[str, Any], found: list[dict[str, Any]], as_of: datetime) -> str:
    """over, red, yellow, blue, unknown, or nothing for a clock that asks for no attention now."""
    if clock["outcome"] in ENDED:
        return ""
    if any(row["kind"] == "overdue" and row["closed_at"] is None for row in found):
        return "over"
    open_levels = {row["level"] for row in found if row["kind"] == "approaching" and row["found_at"] <= as_of}
    for level in ("red", "yellow", "blue"):
        if level in open_levels:
            return level
    return "unknown" if clock["outcome"] == "unknown" else ""


def moved_from(steps: Iterable[Mapping[str, Any]], due: datetime | None) -> tuple[datetime, ...]:
    """The due times that an extension or the end of a pause replaced."""
    moves = (step["before"] for step in steps if step["kind"] in ("extend", "resume"))
    return tuple(before for before in moves if before and before != due)


def pauses_of(steps: Iterable[Mapping[str, Any]]) -> tuple[tuple[datetime, datetime | None], ...]:
    """The times that do not count; the last ends with None while it lasts."""
    pauses: list[tuple[datetime, datetime | None]] = []
    for step in steps:
        if step["kind"] == "pause" and step["at"]:
            pauses.append((step["at"], None))
        elif step["kind"] == "resume" and pauses:
            pauses[-1] = (pauses[-1][0], step["at"])
    return tuple(pauses)


def state_lines(clock: Mapping[str, Any], wording: Wording, as_of: datetime) -> tuple[str, str]:
    """The two lines beside a rail: how it stands, and the due time or the time used."""
    outcome, due, outer, stopped = clock["outcome"], clock["due"], clock["outer"], clock["stopped"]
    due_line = wording["due_at"].format(at=wording.due(due)) if due else wording["open"]
    if outcome in ENDED:
        used = wording["took"].format(span=wording.span(stopped - clock["start"])) if stopped else due_line
        if outcome == "late" and outer and stopped and stopped > outer:
            return wording["late_by"].format(span=wording.span(stopped - outer)), used
        return wording[outcome], used
    if outcome == "unknown":
        return wording["unknown_line"], due_line
    if outer and _is_past(as_of, outer, at_end=bool(clock["outer_at_end"])):
        return wording["over"].format(span=wording.span(as_of - outer)), due_line
    if due and _is_past(as_of, due, at_end=bool(clock["due_at_end"])):
        return wording["past_line"], wording["outer_at"].format(at=wording.due(outer))
    if due and outcome == "running":
        return wording["left"].format(span=wording.span(due - as_of)), due_line
    return wording[outcome], due_line


def _is_past(at: datetime, end: datetime, *, at_end: bool) -> bool:
    """An end at 24:00 is exclusive; an end to the minute still counts."""
    return at > end or (at == end and at_end)
