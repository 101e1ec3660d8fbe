"""Rows → the track picture: inline SVG, drawn here and not in the reader's browser.

The tree is built as elements, so that every text is escaped when it is written.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from zhunsheng.core.calendar import Calendar
from zhunsheng.report import shapes
from zhunsheng.report.axis import MAX_SHADED, Axis, axis_of, labelled
from zhunsheng.report.rows import Row
from zhunsheng.report.shapes import add
from zhunsheng.report.words import Wording

WIDTH: Final = 1180
LEFT: Final = 278.0
RIGHT: Final = 985.0
TEXT_X: Final = 1000
TOP: Final = 58
ROW: Final = 42
FOOT: Final = 34
RAIL: Final = 8
NAME_WIDTH: Final = 228  # pixels between the glyph and the rails
FILLS: Final = {"over": "red", "red": "red", "yellow": "yellow", "blue": "blue", "unknown": "grey", "": "plain"}


def track_svg(
    rows: Sequence[Row], as_of: datetime, calendar: Calendar, wording: Wording, *, title: str, axis: Axis | None = None
) -> str:
    """The picture of one case as SVG text. `title` is what a screen reader says of it; empty where the same is said
    beside it. Without `axis` the window holds what presses."""
    axis = axis or axis_of(rows, as_of, LEFT, RIGHT)
    bottom = TOP + ROW * len(rows)
    said = {"role": "img", "aria-label": title} if title else {"aria-hidden": "true"}
    svg = Element("svg", {"class": "track", "viewBox": f"0 0 {WIDTH} {bottom + FOOT}", **said})
    shapes.define(svg)
    _days(svg, axis, bottom, calendar, wording)
    for n, row in enumerate(rows):
        group = add(svg, "g", transform=f"translate(0 {TOP + ROW * n})")
        _row(group, row, axis, as_of, wording, opens=n == 0 or rows[n - 1].element != row.element)
    shapes.line(svg, 0, bottom, WIDTH, bottom, "edge")
    _now(svg, axis, as_of, bottom, wording)
    return tostring(svg, encoding="unicode")


def _days(svg: Element, axis: Axis, bottom: int, calendar: Calendar, wording: Wording) -> None:
    """Rest days shaded, with the names of holidays, and the labels of days."""
    days = axis.days(wording.zone)
    if axis.last - axis.first <= MAX_SHADED:
        for (day, midnight), following in zip(days, [*(entry[1] for entry in days[1:]), axis.last], strict=True):
            if calendar.first <= day <= calendar.last and not calendar.is_working(day):
                x = axis.x(midnight)
                add(svg, "rect", x=x, y=TOP - 30, width=axis.x(following) - x, height=bottom - TOP + 30, class_="rest")
    seen: date | None = None
    for day, midnight in labelled(days):
        x = axis.x(midnight)
        if midnight < axis.first or x > RIGHT - 40:
            continue
        shapes.line(svg, x, TOP - 30, x, bottom, "grid")
        label, weekday = wording.day(day, full=seen is None or seen.month != day.month)
        seen_year = seen.year if seen else None
        long_span = axis.last - axis.first > MAX_SHADED
        text = add(svg, "text", x=x + 6, y=TOP - 13, class_="day")
        text.text = f"{day:%Y-%m}" if long_span and seen_year != day.year else f"{label} " if not long_span else label
        if not long_span:
            SubElement(text, "tspan", {"class": "dim"}).text = calendar.names.get(day) or weekday
        seen = day


def _row(group: Element, row: Row, axis: Axis, as_of: datetime, wording: Wording, *, opens: bool) -> None:
    if row.level in ("over", "red"):
        add(group, "rect", x=24, y=0, width=WIDTH - 24, height=ROW, class_="wash")
    shapes.line(group, 0 if opens else 36, 0, WIDTH, 0, "edge" if opens else "grid")
    if opens:
        add(group, "rect", x=1, y=8, width=26, height=26, rx=3, class_="glyph")
        add(group, "text", x=14, y=26, class_="glyph-word").text = wording.element(row.element)
    name = add(group, "text", x=36, y=19, class_="name strong" if row.is_pressing else "name")
    name.text = shapes.fitted(row.name, NAME_WIDTH, 14)
    add(group, "text", x=36, y=34, class_="dim small").text = shapes.fitted(row.basis, NAME_WIDTH, 12)
    rail(group, row, axis, as_of, wording)
    has_shape = row.level in shapes.LEVEL_SHAPES
    if has_shape:
        shapes.level(group, row.level, TEXT_X + 8, 17, 8)
    x = TEXT_X + (22 if has_shape else 0)
    add(group, "text", x=x, y=19, class_=f"state {row.level or row.outcome}").text = row.lines[0]
    add(group, "text", x=x, y=34, class_="dim small").text = row.lines[1]


def rail(group: Element, row: Row, axis: Axis, as_of: datetime, wording: Wording) -> None:
    """Allowed time grey, used time filled, beyond the outer due time hatched; then marks and bars on top."""
    y = ROW / 2 - RAIL / 2 + 2
    until = row.stopped if row.stopped is not None else as_of
    end = max((moment for moment in (row.due, row.outer) if moment), default=until)
    _bar(group, axis, row.start, end, y, "rail")
    if row.due and row.outer and row.outer > row.due:
        _bar(group, axis, row.due, row.outer, y + 2, "between", height=RAIL - 4)
    fill = "met" if row.outcome in ("met", "late", "excused") else FILLS[row.level]
    _bar(group, axis, row.start, min(until, row.outer or until), y, f"fill-{fill}")
    if row.outer and until > row.outer and row.outcome in ("late", "running", "paused"):
        _bar(group, axis, row.outer, until, y - 2, "hatched", height=RAIL + 4)
    for begins, stops in row.pauses:
        _pause(group, axis, begins, stops or as_of, y, wording)
    _ends(group, row, axis, y)
    for level, at in row.marks:
        if axis.holds(at):
            place = group if at <= as_of else add(group, "g", class_="planned")
            shapes.level(place, level, axis.x(at), y - 6, 5)
    if row.stopped is not None and axis.holds(row.stopped) and row.outcome in ("met", "late", "excused"):
        shapes.tick(group, axis.x(row.stopped), y + RAIL / 2, is_late=row.outcome == "late")


def _bar(
    group: Element, axis: Axis, begins: datetime, stops: datetime, y: float, kind: str, *, height: float = RAIL
) -> None:
    width = axis.x(stops) - axis.x(begins)
    if width > 0:
        add(group, "rect", x=axis.x(begins), y=y, width=round(width, 1), height=height, class_=kind)


def _pause(group: Element, axis: Axis, begins: datetime, stops: datetime, y: float, wording: Wording) -> None:
    _bar(group, axis, begins, stops, y - 1, "pause", height=RAIL + 2)
    x, width = axis.x(begins), axis.x(stops) - axis.x(begins)
    if width > 40:
        add(group, "text", x=x + width / 2, y=y + 19, class_="dim tiny middle").text = wording["not_counted"]


def _ends(group: Element, row: Row, axis: Axis, y: float) -> None:
    """Start circle and stop-bars: strict thick (dashed where no law states it), outer thin, earlier ones grey.
    Arrow-heads where an end lies outside the window."""
    middle = y + RAIL / 2
    for moment in row.moved_from:
        if axis.holds(moment):
            shapes.line(group, axis.x(moment), y - 6, axis.x(moment), y + RAIL + 6, "bar-moved")
    if row.outer and row.outer != row.due and axis.holds(row.outer):
        shapes.line(group, axis.x(row.outer), y - 6, axis.x(row.outer), y + RAIL + 6, "bar-outer")
    if row.due and axis.holds(row.due):
        kind = "bar-strict" if row.is_statutory else "bar-internal"
        shapes.line(group, axis.x(row.due), y - 7, axis.x(row.due), y + RAIL + 7, kind)
    elif row.due and row.due > axis.last:
        shapes.arrow(group, RIGHT, middle, 1)
    if axis.holds(row.start):
        add(group, "circle", cx=axis.x(row.start), cy=middle, r=4.5, class_="start")
    elif row.start < axis.first:
        shapes.arrow(group, LEFT, middle, -1)


def _now(svg: Element, axis: Axis, as_of: datetime, bottom: int, wording: Wording) -> None:
    """The plumb-line with its bob; its label stays within the picture."""
    x = axis.x(as_of)
    shapes.line(svg, x, 20, x, TOP - 28, "now")
    shapes.line(svg, x, TOP - 8, x, bottom + 8, "now")
    add(svg, "path", d=f"M{x - 7} {bottom + 6}h14l-2 5-5 17-5-17Z", class_="bob")
    half = 78
    left = min(max(x - half, LEFT - 20), WIDTH - 2 * half)
    add(svg, "rect", x=left, y=0, width=2 * half, height=22, rx=2, class_="now-label")
    add(svg, "text", x=left + half, y=15, class_="now-word").text = f"{wording['now']} {wording.moment(as_of)}"
