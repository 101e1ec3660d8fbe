"""The track of a case: its clocks as rows, drawn on one axis, and the same rows as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhunsheng.apps.desk.track_words import PageWording
from zhunsheng.apps.display import formats
from zhunsheng.apps.supervision.case_file import CaseFile
from zhunsheng.apps.supervision.models import Clock
from zhunsheng.core import schemas
from zhunsheng.core.calendar import Calendar
from zhunsheng.core.rule import Rule
from zhunsheng.report.axis import Axis, axis_of, axis_over
from zhunsheng.report.rows import ENDED, MAX_ROWS, Row, moved_from, pauses_of, state_lines
from zhunsheng.report.track import LEFT, RIGHT, track_svg
from zhunsheng.report.words import ELEMENTS

SPANS: Final[Mapping[str, timedelta | None]] = {
    "48h": timedelta(hours=48), "7d": timedelta(days=7), "30d": timedelta(days=30), "all": None,
}  # fmt: skip
SPAN_WORDS: Final = {
    "48h": gettext_lazy("48小时"), "7d": gettext_lazy("7天"), "30d": gettext_lazy("30天"), "all": gettext_lazy("全程"),
}  # fmt: skip
LEVEL_WORDS: Final = {
    "over": gettext_lazy("已超期"),
    "red": gettext_lazy("红色预警"),
    "yellow": gettext_lazy("黄色预警"),
    "blue": gettext_lazy("蓝色提示"),
    "unknown": gettext_lazy("待核实"),
}
NATURES: Final = {
    "statutory": gettext_lazy("法定期限"), "internal": gettext_lazy("内部时限"), "agreed": gettext_lazy("约定时限"),
}  # fmt: skip
GRAVITY: Final = ("over", "red", "yellow", "unknown", "blue", "")
Words = str | Promise


@dataclass(frozen=True)
class Line:
    """One clock as pages show it. `level`: over, red, yellow, blue, unknown or nothing; `chip`: what its chip is."""

    clock: Clock
    rule: Rule
    row: Row
    title: str
    level: str
    nature: Words

    @property
    def key(self) -> str:
        """The key of the clock."""
        return self.clock.key

    @property
    def chip(self) -> str:
        """The name of the chip of its state; nothing for a clock that needs none."""
        if self.clock.outcome in ("met", "excused"):
            return "done"
        return {"late": "late"}.get(self.clock.outcome, "ask" if self.level == "unknown" else self.level)

    @property
    def is_over(self) -> bool:
        """Whether it has ended, one way or another."""
        return self.clock.outcome in ENDED

    @property
    def sentence(self) -> str:
        """The whole row in words: what a screen reader says of it."""
        words = (self.title, str(self.nature), *self.row.lines, str(LEVEL_WORDS.get(self.level, "")))
        return _("，").join(word for word in words if word)


@dataclass(frozen=True)
class Window:
    """One choice of how much time the track shows."""

    name: str
    words: Words
    is_chosen: bool


@dataclass(frozen=True)
class Track:
    """What is drawn: `drawn` are the rows of the picture, `lines` those of the table. `folded`: done ones left out."""

    svg: SafeString
    drawn: Sequence[Line]
    lines: Sequence[Line]
    folded: int
    windows: Sequence[Window]
    window: str


def lines_of(file: CaseFile, names: Mapping[str, str], *, now: datetime) -> list[Line]:
    """Every clock as a line, by element and then in the order of their starts. `names`: id → what it is called."""
    if file.rulebook is None:
        return []
    wording, rules = PageWording(now=now), {rule.id: rule for rule in file.rulebook.rules}
    lines = [_line(clock, rules[clock.rule], file, names, wording) for clock in file.clocks]
    order = list(ELEMENTS)
    return sorted(lines, key=lambda line: (order.index(line.rule.element), line.row.start, line.title, line.key))


def level_now(clock: Clock, *, now: datetime) -> str:
    """over, red, yellow, blue, unknown, or nothing for a clock that asks for no attention now."""
    if clock.outcome in ENDED:
        return ""
    left = formats.remaining(
        clock.due, clock.outer, now=now, due_at_end=clock.due_at_end, outer_at_end=clock.outer_at_end
    )
    if clock.outcome == "running" and left.state == "overdue":
        return "over"
    return clock.level or ("unknown" if clock.outcome == "unknown" else "")


def worst(levels: Sequence[str]) -> str:
    """The gravest of some levels."""
    return min(levels, key=GRAVITY.index, default="")


def next_to_end(lines: Sequence[Line], *, now: datetime) -> Line | None:
    """What the page answers first: what is overdue, longest first; else what ends next; else what must be asked."""
    running = [line for line in lines if line.clock.outcome == "running" and line.clock.due is not None]
    over = [line for line in running if line.level == "over"]
    ahead = sorted(over or running, key=lambda line: (line.clock.due or now, line.key))
    asked = [line for line in lines if not line.is_over]
    return next(iter(ahead or asked), None)


def track_of(lines: Sequence[Line], calendar: Calendar, *, now: datetime, window: str, with_done: bool) -> Track:
    """The picture and its table. A window that there is not is the one that holds what presses."""
    drawn = list(lines) if with_done or len(lines) <= MAX_ROWS else [line for line in lines if not line.is_over]
    rows = [line.row for line in drawn]
    axis = _axis(rows, now, window)
    shown = window if window in SPANS else _name_of(axis)
    # The tree was built as elements: every text in it is escaped.
    svg = track_svg(rows, now, calendar, PageWording(now=now), title="", axis=axis)
    windows = [Window(name, words, name == shown) for name, words in SPAN_WORDS.items()]
    return Track(mark_safe(svg), drawn, lines, len(lines) - len(drawn), windows, shown)  # noqa: S308


def _axis(rows: Sequence[Row], now: datetime, window: str) -> Axis:
    """The window that was asked for; else the smallest that holds every due time that presses, at least seven days."""
    pressing = [row for row in rows if row.is_pressing and row.outcome not in ENDED]
    if window not in SPANS and pressing:
        return axis_of(pressing, now, LEFT, RIGHT)
    return axis_over(rows, now, LEFT, RIGHT, span=SPANS.get(window, SPANS["7d"]))


def _name_of(axis: Axis) -> str:
    return next((name for name, span in SPANS.items() if span == axis.last - axis.first), "all")


def _line(clock: Clock, rule: Rule, file: CaseFile, names: Mapping[str, str], wording: PageWording) -> Line:
    values = {name: getattr(clock, name) for name in schemas.CLOCKS.names()}
    steps = file.steps.get(clock.key, ())
    level = level_now(clock, now=wording.now)
    named = clock.subject if clock.subject not in (clock.case, clock.incident) else None
    title = wording.about(
        rule.title_en if wording.language == "en" else rule.title, names.get(named, named) if named else None
    )
    row = Row(
        key=(clock.key,),
        element=rule.element,
        name=title,
        about="",
        basis=_basis(clock, rule, wording),
        level=level,
        outcome=clock.outcome,
        is_statutory=rule.nature == "statutory",
        start=clock.start or wording.now,
        due=clock.due,
        outer=clock.outer or clock.due,
        stopped=clock.stopped,
        marks=tuple(file.crossings.get(clock.key, ())),
        moved_from=moved_from(steps, clock.due),
        pauses=pauses_of(steps),
        lines=state_lines(_with_start(values, wording.now), wording, wording.now),
    )
    return Line(clock, rule, row, title, level, NATURES[rule.nature])


def _with_start(values: dict[str, Any], now: datetime) -> dict[str, Any]:
    return values if values["start"] else {**values, "start": now}


def _basis(clock: Clock, rule: Rule, wording: PageWording) -> str:
    version = rule.versions[max(clock.rule_version, 1) - 1]
    nature = "" if rule.nature == "statutory" else str(NATURES[rule.nature])
    parts = (wording.limit(clock.amount, clock.limit_unit), nature, wording.article(version.basis))
    return " · ".join(part for part in parts if part)
