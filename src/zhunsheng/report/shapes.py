"""Small drawn things: the shape of each level, bars, arrows, ticks. A shape says by itself what its colour says."""

from math import cos, pi, sin
from typing import Final
from unicodedata import east_asian_width
from xml.etree.ElementTree import Element, SubElement, tostring

LEVEL_SHAPES: Final = ("over", "red", "yellow", "blue")
SMALL: Final = 7  # below this radius a shape carries no sign: blue is a ring, red is solid


def add(parent: Element, tag: str, **attributes: str | float) -> Element:
    """An element with attributes; `class_` is class, and other underscores are hyphens."""
    named = {name.rstrip("_").replace("_", "-"): str(value) for name, value in attributes.items()}
    return SubElement(parent, tag, named)


def line(parent: Element, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
    """A straight line of a kind that the style sheet knows."""
    add(parent, "line", x1=x1, y1=y1, x2=x2, y2=y2, class_=kind)


def level(parent: Element, name: str, x: float, y: float, radius: float) -> None:
    """Blue: circle with i; yellow: triangle with !; red: octagon with !; overdue: octagon with a cross."""
    if name == "blue":
        add(parent, "circle", cx=x, cy=y, r=radius - 1, class_="mark-ring" if radius < SMALL else "mark-blue")
    elif name == "yellow":
        points = f"{x},{y - radius} {x + radius},{y + radius - 1} {x - radius},{y + radius - 1}"
        add(parent, "polygon", points=points, class_="mark-yellow")
    else:
        corners = [(x + radius * cos(pi / 8 + n * pi / 4), y + radius * sin(pi / 8 + n * pi / 4)) for n in range(8)]
        add(parent, "polygon", points=" ".join(f"{a:.1f},{b:.1f}" for a, b in corners), class_=f"mark-{name}")
    if radius >= SMALL:
        _sign(parent, name, x, y)


def _sign(parent: Element, name: str, x: float, y: float) -> None:
    if name == "over":
        add(parent, "path", d=f"M{x - 3} {y - 3}l6 6M{x + 3} {y - 3}l-6 6", class_="sign light")
    elif name == "blue":
        add(parent, "path", d=f"M{x} {y - 3.6}v.2M{x} {y - 0.6}v4", class_="sign light")
    else:
        add(
            parent,
            "path",
            d=f"M{x} {y - 3.4}v4M{x} {y + 3.6}v.2",
            class_=f"sign {'dark' if name == 'yellow' else 'light'}",
        )


def tick(parent: Element, x: float, y: float, *, is_late: bool) -> None:
    """Met: a round tick, dark red where it came late."""
    add(parent, "circle", cx=x, cy=y, r=6.5, class_="tick late" if is_late else "tick")
    add(parent, "path", d=f"M{x - 3} {y}l2.2 2.3 4-4.4", class_="sign light")


def arrow(parent: Element, x: float, y: float, direction: int) -> None:
    """What goes on beyond the edge of the window; direction 1 is right."""
    add(parent, "path", d=f"M{x} {y - 6}l{7 * direction} 6l{-7 * direction} 6Z", class_="arrow")


def define(svg: Element) -> None:
    """The hatching of overdue time and of pauses."""
    defs = SubElement(svg, "defs")
    for name, kind in (("zs-over", "hatch"), ("zs-pause", "hatch-pause")):
        pattern = add(defs, "pattern", id=name, width=5, height=5, patternUnits="userSpaceOnUse")
        pattern.set("patternTransform", "rotate(45)")
        line(pattern, 0, 0, 0, 5, kind)


def fitted(text: str, pixels: float, size: float) -> str:
    """A text cut, with …, to what fits into some pixels; a Chinese character is as wide as high."""
    room = pixels
    for n, letter in enumerate(text):
        room -= size if east_asian_width(letter) in "WF" else size * 0.56
        if room < 0:
            return text[: max(n - 1, 0)].rstrip() + "…"
    return text


ICONS: Final = ("over", "late", "red", "yellow", "blue", "ask")


def icon(name: str) -> str:
    """The shape of a level as a picture of its own; its word stands beside it, so it is silent."""
    svg = Element("svg", {"class": "icon", "viewBox": "0 0 18 18", "aria-hidden": "true"})
    if name == "late":
        tick(svg, 9, 9, is_late=True)
    elif name == "ask":
        add(svg, "circle", cx=9, cy=9, r=7.5, class_="mark-ask")
        add(svg, "text", x=9, y=13, class_="ask-word").text = "?"
    else:
        level(svg, name, 9, 9, 8)
    return tostring(svg, encoding="unicode")
