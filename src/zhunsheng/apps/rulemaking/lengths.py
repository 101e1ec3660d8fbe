"""Lengths of time as a page has them, 3天 or 1天12小时, and as a rule file does, P3D or P1DT12H."""

import re
from typing import Final

from django.utils.translation import gettext as _

from zhunsheng.apps.display.formats import is_english

STATED: Final = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")
SAID: Final = re.compile(
    r"(?:(\d+)\s*(?:天|日|days?|d))?\s*(?:(\d+)\s*(?:小时|hours?|h))?\s*(?:(\d+)\s*(?:分钟|分|minutes?|min))?"
)


def as_said(stated: str) -> str:
    """1天12小时 of P1DT12H; what is no length of a rule file stays as it is, as a share of the limit does."""
    match = STATED.fullmatch(stated)
    if match is None:
        return stated
    words = (_("%(n)d天"), _("%(n)d小时"), _("%(n)d分钟"))
    parts = [word % {"n": int(n)} for word, n in zip(words, match.groups(), strict=True) if n is not None]
    return (" " if is_english() else "").join(parts) or stated


def as_stated(said: str) -> str:
    """P1DT12H of 1天12小时, unit by unit as it was said; what is no length stays, to be refused by whoever reads it."""
    match = SAID.fullmatch(said.strip())
    days, hours, minutes = match.groups() if match is not None else (None, None, None)
    if (days, hours, minutes) == (None, None, None):
        return said.strip()
    clock = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M")) if n is not None)
    return "P" + (f"{days}D" if days is not None else "") + (f"T{clock}" if clock else "")
