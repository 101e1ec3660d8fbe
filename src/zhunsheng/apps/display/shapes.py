"""The shape of each level and state: it says by itself what its colour says."""

from typing import Final

_FRAME: Final = '<svg class="{css}" viewBox="0 0 18 18" aria-hidden="true" focusable="false">{inner}</svg>'
_OCTAGON: Final = "M5.7 1h6.6L17 5.7v6.6L12.3 17H5.7L1 12.3V5.7Z"
_BANG: Final = '<path class="sign {ink}" d="M9 5v4.4M9 12.9v.1"/>'

SHAPES: Final = {
    "blue": '<circle class="mark-blue" cx="9" cy="9" r="8"/><path class="sign light" d="M9 5.2v.1M9 8.3v4.6"/>',
    "yellow": '<path class="mark-yellow" d="M9 1.5 17 16.2H1Z"/><path class="sign dark" d="M9 6.6v4M9 13.4v.1"/>',
    "red": f'<path class="mark-red" d="{_OCTAGON}"/>' + _BANG.format(ink="light"),
    "over": f'<path class="mark-over" d="{_OCTAGON}"/><path class="sign light" d="m6 6 6 6M12 6l-6 6"/>',
    "done": '<circle class="tick" cx="9" cy="9" r="8"/><path class="sign light" d="m5.4 9.2 2.4 2.5 4.8-5"/>',
    "late": '<circle class="tick late" cx="9" cy="9" r="8"/><path class="sign light" d="m5.4 9.2 2.4 2.5 4.8-5"/>',
    "ask": '<circle class="mark-ask" cx="9" cy="9" r="7.4"/>'
    '<path class="sign dim" d="M6.9 7.2c.1-2.6 4.3-2.6 4.3-.1 0 1.5-2.2 1.6-2.2 3.2M9 12.9v.1"/>',
    "snoozed": '<circle class="mark-plain" cx="9" cy="9" r="7.4"/><path class="sign dim" d="M9 4.8V9l2.8 1.8"/>',
    "todo": '<circle class="mark-plain" cx="9" cy="9" r="7.4"/>',
    "gray": '<circle class="mark-plain" cx="9" cy="9" r="7.4"/><path class="sign dim" d="M5.8 9h6.4"/>',
}
"""Name → what is drawn on a field of 18 by 18; colours are the style sheet's."""


def drawn(name: str, *, large: bool = False) -> str:
    """The picture of a shape. It is silent: its word stands beside it.

    Raises  KeyError naming a shape that there is not.
    """
    return _FRAME.format(css="s lg" if large else "s", inner=SHAPES[name])
