"""The words of a track on a page: those of the report, with the formats of pages."""

from datetime import datetime
from typing import Final

from zhunsheng.apps.display import formats
from zhunsheng.core.rule import Basis
from zhunsheng.explanation import UNIT_WORDS
from zhunsheng.report.words import Wording

SPACED: Final = {
    "left": "还剩 {span}", "over": "超期 {span}", "late_by": "超期 {span}办结", "took": "用时 {span}",
}  # fmt: skip
ISSUER: Final = "公安机关办理"
"""What the names of our instruments begin with; it is left out where room is short."""


class PageWording(Wording):
    """In the language of the page, with its instants as lists show them."""

    def __init__(self, *, now: datetime) -> None:
        super().__init__("en" if formats.is_english() else "zh", formats.ZONE.key)
        self.now = now
        if self.language == "zh":
            self.words = {**self.words, **SPACED}

    def moment(self, instant: datetime | None, *, at_end: bool = False) -> str:
        """今天 24:00, 11月23日 16:48."""
        if instant == self.now and not at_end:
            day, clock = formats.local(self.now)
            return f"{formats.short_day(day)} {clock}"
        return formats.moment_in_list(instant, now=self.now, at_end=at_end)

    def limit(self, amount: int | None, unit: str | None) -> str:
        """3日; nothing where the limit is not known."""
        if amount is None or unit is None:
            return ""
        return UNIT_WORDS[self.language][unit].format(n=amount)

    def article(self, basis: tuple[Basis, ...]) -> str:
        """The first article of a version, short: 刑事诉讼法第九十一条."""
        return self.basis(basis).removeprefix(ISSUER)
