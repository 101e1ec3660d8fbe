"""One clock as a small rail: the same marks as on the track of a case, on an axis that holds all of it."""

from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element, tostring

from zhunsheng.report import shapes
from zhunsheng.report.axis import Axis
from zhunsheng.report.rows import Row
from zhunsheng.report.shapes import add
from zhunsheng.report.track import rail
from zhunsheng.report.words import Wording

WIDTH: Final = 520
HEIGHT: Final = 72
EDGE: Final = 14.0
TOP: Final = 22
FOOT: Final = 62
LABEL: Final = 30


def mini_svg(row: Row, as_of: datetime, wording: Wording) -> str:
    """The picture as SVG text. It says nothing to a screen reader: the lines of the row stand beside it."""
    svg = Element("svg", {"class": "track mini", "viewBox": f"0 0 {WIDTH} {HEIGHT}", "aria-hidden": "true"})
    shapes.define(svg)
    axis = _axis(row, as_of)
    rail(add(svg, "g", transform=f"translate(0 {TOP})"), row, axis, as_of, wording)
    x = axis.x(as_of)
    shapes.line(svg, x, 18, x, FOOT, "now")
    left = min(max(x, LABEL), WIDTH - LABEL)
    add(svg, "text", x=left, y=13, class_="dim small middle").text = wording["now"]
    return tostring(svg, encoding="unicode")


def _axis(row: Row, as_of: datetime) -> Axis:
    """From the start or now, whichever is first, to whatever comes last."""
    moments = [as_of, row.start, *(at for at in (row.due, row.outer, row.stopped) if at), *(at for _, at in row.marks)]
    first, last = min(moments), max(moments)
    spare = max((last - first) / 20, (last - first).resolution * 60_000_000)
    return Axis(first - spare, last + spare, EDGE, WIDTH - EDGE)
